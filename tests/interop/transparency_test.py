#!/usr/bin/python3
"""Trees, notes, tiles and proofs: published examples, and made-up logs with something wrong."""

import base64
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import made_up_log as made  # noqa: E402
import tlog_files  # noqa: E402
import transparency  # noqa: E402
from log_entries import Fault  # noqa: E402

TESTS = Path(__file__).resolve().parent

# The reference tree of Certificate Transparency: entries, the root at each size, and proofs. From
# github.com/google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc; the inclusion of
# 5 in 7 was computed from the same entries.
ENTRIES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
           "606162636465666768696a6b6c6d6e6f")
ROOTS = ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
INCLUSIONS = {  # (index, size)
    (0, 1): (),
    (0, 8): ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
    (5, 8): ("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (5, 7): ("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
             "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
}
CONSISTENCIES = {  # (old size, size)
    (1, 1): (),
    (1, 8): ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
    (6, 8): ("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (2, 5): ("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
}

# c2sp.org/signed-note, "Verifier keys", the example.
SPEC_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = ("This is an example message.\n\n"
             "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXs"
             "YjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n")
# golang.org/x/mod, sumdb/note/note_test.go.
GO_VKEYS = ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop")
GO_TEXT = ("If you think cryptography is the answer to your problem,\n"
           "then you don't know what your problem is.\n")
GO_NOTE = (GO_TEXT + "\n"
           "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvq"
           "fqdngotpRZb6KE6RyyBwJnAM=\n"
           "\u2014 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01"
           "oOTGwnWLox33WWd1RvMc+QQ=\n")
# github.com/transparency-dev/formats, note/note_cosigv1_test.go.
FORMATS_NOTE_VKEY = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"
FORMATS_WITNESS_VKEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

# The log of the entries "a", "b" and "c" under the first secret key of RFC 8032 section 7.1,
# cosigned under the second at 1700000000: Ed25519 signs the same each time, so that whoever has
# both documents makes the same bytes.
RFC_VKEY = "hub.example/log+6b1dcc3d+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
RFC_NOTE = ("hub.example/log\n3\nNmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=\n\n"
            "\u2014 hub.example/log ax3MPQh/iYwD7CPg2a2TIgUw3o4dyM9/YSZmbYmkClgfKXRcDCf2Q2vnn0A7D"
            "FuV3ce4e3C734EQonxqJlf9s80VLwo=\n")
RFC_COSIGNATURE = ("\u2014 witness.example/w1 BNLYMwAAAABlU/EAQvJKGUTTryGX29m/kQKBEjQT9symQOChZl"
                   "WlYibza3ENMn9+ZdjBK1Rt5SwxeDDN0qXWJWm3O1kVN5oBGjwNCA==\n")
RFC_WITNESS = "witness.example/w1+04d2d833+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM"
RFC_BUNDLE = "000161000162000163"
RFC_TILE = ("022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c"
            "57eb35615d47f34ec714cacdf5fd74608a5e8e102724e80b24b287c0c27b6a31"
            "597fcb31282d34654c200d3418fca5705c648ebf326ec73d8ddef11841f876d8")
RFC_PROOF = ("c2sp.org/tlog-proof@v1\nindex 1\nAippeebat6pa5MPl5F9+l3ESp+Y1k4INvsHsc4ok+Tw=\n"
             "WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg=\n\n" + RFC_NOTE)


def flips(data: bytes):
    for at in range(len(data)):
        yield data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def hashes_of(texts) -> list:
    return [bytes.fromhex(text) for text in texts]


def leaves_of(count: int) -> list:
    return [transparency.leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES[:count]]


class ReferenceTree(unittest.TestCase):
    def test_has_the_published_roots(self):
        tree = transparency.Tree()
        for size, root in enumerate(ROOTS):
            self.assertEqual(transparency.root_of(leaves_of(size)).hex(), root)
            if size > 0:
                tree.append(leaves_of(size)[-1])
                self.assertEqual(tree.root().hex(), root)

    def test_published_inclusions_hold_and_changed_ones_do_not(self):
        for (index, size), path in INCLUSIONS.items():
            leaf, path = leaves_of(size)[index], hashes_of(path)
            root = bytes.fromhex(ROOTS[size])
            self.assertEqual(transparency.root_from_path(leaf, index, size, path), root)
            self.assertEqual(tlog_files.inclusion_path(leaves_of(size), index), path)
            wrong = [(index + 1, size, path), (index, size + 8, path), (index, size, path + [root])]
            wrong += [(index, size, path[:-1])] if path else []
            wrong += [(index, size, [bytes(32)] + path[1:])] if path else []
            for each in wrong:
                self.assertNotEqual(transparency.root_from_path(leaf, *each), root, each)

    def test_published_consistencies_hold_and_changed_ones_do_not(self):
        for (old, size), path in CONSISTENCIES.items():
            path = hashes_of(path)
            roots = [bytes.fromhex(ROOTS[each]) for each in (old, size)]
            self.assertTrue(transparency.is_consistent(old, roots[0], size, roots[1], path))
            self.assertEqual(tlog_files.consistency_path(leaves_of(size), old), path)
            wrong = [(old, bytes(32), size, roots[1], path), (old, roots[0], size, bytes(32), path),
                     (old, roots[0], size, roots[1], path + [bytes(32)])]
            wrong += [(old, roots[0], size, roots[1], path[:-1])] if path else []
            for each in wrong:
                self.assertFalse(transparency.is_consistent(*each), each)

    def test_proofs_of_all_trees_of_the_first_sizes_hold(self):
        leaves = [transparency.leaf_hash(b"%d" % number) for number in range(40)]
        for size in range(1, len(leaves) + 1):
            root = transparency.root_of(leaves[:size])
            for at in range(size):
                path = tlog_files.inclusion_path(leaves[:size], at)
                self.assertEqual(transparency.root_from_path(leaves[at], at, size, path), root)
            for old in range(size + 1):
                path = tlog_files.consistency_path(leaves[:size], old)
                old_root = transparency.root_of(leaves[:old])
                self.assertTrue(transparency.is_consistent(old, old_root, size, root, path))
                if old < size:
                    self.assertFalse(transparency.is_consistent(size, root, old, old_root, path))

    def test_tree_that_became_smaller_is_not_consistent(self):
        roots = hashes_of((ROOTS[8], ROOTS[6]))
        path = hashes_of(CONSISTENCIES[(6, 8)])
        self.assertFalse(transparency.is_consistent(8, roots[0], 6, roots[1], path))


class PublishedNotes(unittest.TestCase):
    def test_open_with_their_keys(self):
        spec = transparency.Verifier.parse(SPEC_VKEY)
        self.assertEqual(spec.key_id.hex(), "530d903a")
        self.assertEqual(spec.open_note(SPEC_NOTE.encode()), "This is an example message.\n")
        for vkey in GO_VKEYS:
            verifier = transparency.Verifier.parse(vkey)
            self.assertEqual(verifier.open_note(GO_NOTE.encode()), GO_TEXT)

    def test_with_any_byte_changed_do_not_open(self):
        verifier = transparency.Verifier.parse(SPEC_VKEY)
        for changed in flips(SPEC_NOTE.encode()):
            with self.subTest(changed=changed), self.assertRaises(ValueError):
                verifier.open_note(changed)

    def test_signatures_of_others_are_passed_over_and_own_ones_never(self):
        peter, enoch = (transparency.Verifier.parse(vkey) for vkey in GO_VKEYS)
        lines = GO_NOTE.split("\n")
        note = "\n".join(lines[:4] + [SPEC_NOTE.split("\n")[2]] + lines[5:]).encode()
        self.assertEqual(peter.open_note(note), GO_TEXT)
        with self.assertRaisesRegex(ValueError, "has not signed it"):
            enoch.open_note(note)
        wrong = lines[3].replace("x08go/ZJ", "x08go/ZK")
        note = "\n".join(lines[:4] + [wrong] + lines[4:]).encode()
        with self.assertRaisesRegex(ValueError, "does not hold"):
            peter.open_note(note)

    def test_keys_stand_under_their_own_id_and_type_only(self):
        self.assertEqual(transparency.Verifier.parse(FORMATS_NOTE_VKEY).name, "TEST")
        self.assertEqual(transparency.Witness.parse(FORMATS_WITNESS_VKEY).name, "remora.n621.de")
        for vkey in (FORMATS_WITNESS_VKEY, SPEC_VKEY.replace("530d903a", "530d903b"),
                     SPEC_VKEY.replace("foo", "fou"), SPEC_VKEY[:-4], "example.com/foo"):
            with self.assertRaises(ValueError):
                transparency.Verifier.parse(vkey)
        with self.assertRaises(ValueError):
            transparency.Witness.parse(FORMATS_NOTE_VKEY)


class LogOfThree(unittest.TestCase):
    """The log under the secret keys of RFC 8032."""

    def setUp(self):
        self.verifier = transparency.Verifier.parse(RFC_VKEY)

    def test_bundle_tile_and_checkpoint_are_of_the_same_entries(self):
        entries = tlog_files.entries_of(bytes.fromhex(RFC_BUNDLE), 3)
        self.assertEqual(entries, [b"a", b"b", b"c"])
        leaves = [transparency.leaf_hash(entry) for entry in entries]
        self.assertEqual(b"".join(leaves).hex(), RFC_TILE)
        checkpoint = transparency.Checkpoint.open(RFC_NOTE.encode(), self.verifier)
        self.assertEqual(checkpoint, (3, transparency.root_of(leaves)))

    def test_proof_file_shows_its_entry_and_no_other(self):
        proof = tlog_files.TlogProof.parse(RFC_PROOF.encode())
        self.assertEqual((proof.index, proof.extra), (1, b""))
        proof.check(self.verifier, transparency.leaf_hash(b"b"))
        for wrong in (b"a", b"c"):
            with self.assertRaisesRegex(ValueError, "the path does not lead"):
                proof.check(self.verifier, transparency.leaf_hash(wrong))

    def test_proof_file_with_any_byte_changed_shows_nothing(self):
        leaf = transparency.leaf_hash(b"b")
        for changed in flips(RFC_PROOF.encode()):
            with self.subTest(changed=changed), self.assertRaises(ValueError):
                tlog_files.TlogProof.parse(changed).check(self.verifier, leaf)

    def test_cosignature_tells_when_and_covers_the_checkpoint(self):
        witness = transparency.Witness.parse(RFC_WITNESS)
        self.assertEqual(witness.time_of((RFC_NOTE + RFC_COSIGNATURE).encode()), 1700000000)
        self.assertEqual(
            transparency.Checkpoint.open((RFC_NOTE + RFC_COSIGNATURE).encode(), self.verifier).size,
            3)
        with self.assertRaisesRegex(ValueError, "has not signed it"):
            witness.time_of(RFC_NOTE.encode())
        for changed in (RFC_NOTE.replace("\n3\n", "\n4\n") + RFC_COSIGNATURE,
                        RFC_NOTE + RFC_COSIGNATURE.replace("AAAABlU", "AAAABlV")):
            with self.assertRaisesRegex(ValueError, "does not hold"):
                witness.time_of(changed.encode())


class Paths(unittest.TestCase):
    def test_are_those_of_the_specification(self):
        for number, width, path in ((0, 3, "tile/0/000.p/3"), (273, 112, "tile/0/273.p/112"),
                                    (1000, 256, "tile/0/x001/000"),
                                    (1234067, 256, "tile/0/x001/x234/067")):
            self.assertEqual(tlog_files.tile_path(0, number, width), path)
        self.assertEqual(tlog_files.bundle_path(0, 3), "tile/entries/000.p/3")

    def test_tree_of_70000_has_the_tiles_of_the_specification(self):
        counts = []
        hashes = 70000
        while hashes:
            parts = tlog_files.parts_of(hashes)
            counts.append((sum(width == 256 for _, width in parts), parts[-1][1]))
            hashes //= 256
        self.assertEqual(counts, [(273, 112), (1, 17), (0, 1)])


class Tiles(unittest.TestCase):
    """A log of 600 entries as files, one thing of it wrong at a time."""

    @classmethod
    def setUpClass(cls):
        rows = made.MadeUpLog(600).tables["entries"]
        cls.entries = [value for _, value in sorted(rows.items())]
        cls.right = made.files_of(cls.entries)

    def setUp(self):
        self.files = dict(self.right)

    def check(self, **options):
        verifier = transparency.Verifier.parse(made.verifier_key())
        return tlog_files.TreeCheck(self.files.get, verifier, **options).run()

    def assert_fault(self, text, **options):
        with self.assertRaises(Fault) as caught:
            self.check(**options)
        self.assertTrue(str(caught.exception).startswith(text), str(caught.exception))

    def change(self, path, at):
        content = bytearray(self.files[path])
        content[at] ^= 1
        self.files[path] = bytes(content)

    def test_right_log_is_counted_with_its_signatures(self):
        found = self.check(party_keys={made.PROVIDER: [made.PROVIDER_KEY.public_key()]})
        self.assertEqual((found.checkpoint.size, found.entries, found.tiles), (600, 600, 4))
        self.assertEqual((found.submitted, found.verified), (598, 598))

    def test_right_log_is_right_by_its_tiles_alone(self):
        self.files = {path: data for path, data in self.files.items() if "entries" not in path}
        found = self.check(has_bundles=False)
        self.assertEqual((found.checkpoint.size, found.entries, found.tiles), (600, 0, 4))
        self.change("tile/0/001", 77)
        self.assert_fault("tile/1/000.p/2: hash 1 is not that", has_bundles=False)
        self.files["tile/0/001"] = self.right["tile/0/001"]
        self.change("tile/0/002.p/88", 77)
        self.assert_fault("checkpoint: its root is not that of the tree", has_bundles=False)

    def test_changed_byte_of_an_entry_a_tile_or_the_checkpoint_is_told(self):
        for path, at, fault in (("tile/entries/001", -1, "tile/0/001: hash 255 is not that"),
                                ("tile/entries/002.p/88", -1, "tile/0/002.p/88: hash 87 is not"),
                                ("tile/0/001", 32, "tile/0/001: hash 1 is not that"),
                                ("tile/1/000.p/2", 0, "tile/1/000.p/2: hash 0 is not that"),
                                ("checkpoint", -9, "checkpoint: ")):
            self.files = dict(self.right)
            self.change(path, at)
            self.assert_fault(fault)

    def test_file_that_is_missing_or_cut_short_is_told(self):
        for path in self.right:
            self.files = {each: data for each, data in self.right.items() if each != path}
            self.assert_fault(f"{path}: missing")
            if path != "checkpoint":
                self.files[path] = self.right[path][:-1]
                self.assert_fault(f"{path}: ")

    def test_log_signed_by_another_key_or_of_other_entries_is_told(self):
        other = made.Ed25519PrivateKey.from_private_bytes(b"\x66" * 32)
        self.files = made.files_of(self.entries, other)
        self.assert_fault("checkpoint: the log's key has not signed it")
        changed = self.entries[:300] + [made.entry(300, b"another body")] + self.entries[301:]
        self.files = made.files_of(changed)
        self.files["checkpoint"] = self.right["checkpoint"]
        self.assert_fault("checkpoint: its root is not that of the tree")

    def test_submit_its_sender_did_not_sign_is_told(self):
        other = made.Ed25519PrivateKey.from_private_bytes(b"\x66" * 32)
        self.assert_fault("sequence 2: provider:99104007 did not sign its submit",
                          party_keys={made.PROVIDER: [other.public_key()]})

    def test_growth_is_held_to_a_checkpoint_that_was_kept(self):
        tree = self.check()
        for size in (1, 255, 256, 257, 599, 600):
            old = transparency.Checkpoint(size, made.root_of(tree.leaves[:size]))
            tlog_files.check_growth(old, tree)
            with self.assertRaisesRegex(Fault, f"has not grown from that of {size} entries"):
                tlog_files.check_growth(transparency.Checkpoint(size, bytes(32)), tree)
        with self.assertRaisesRegex(Fault, "the tree was longer once: 601 entries"):
            tlog_files.check_growth(transparency.Checkpoint(601, bytes(32)), tree)

    def test_proof_file_with_its_entry_is_held_to_its_place(self):
        verifier = transparency.Verifier.parse(made.verifier_key())
        leaves = self.check().leaves
        lines = [base64.b64encode(each).decode() for each in made.path_of(leaves, 300)]

        def proof(sequence):
            extra = base64.b64encode(self.entries[sequence]).decode()
            head = ["c2sp.org/tlog-proof@v1", f"extra {extra}", "index 300", *lines, "", ""]
            return tlog_files.TlogProof.parse("\n".join(head).encode() + self.files["checkpoint"])

        self.assertEqual(proof(300).check_entry(verifier).sequence, 300)
        with self.assertRaisesRegex(ValueError, "the path does not lead"):
            proof(301).check_entry(verifier)


class Program(unittest.TestCase):
    """The same from the command line."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        rows = made.MadeUpLog(300).tables["entries"]
        cls.entries = [value for _, value in sorted(rows.items())]
        for path, content in made.files_of(cls.entries).items():
            (cls.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (cls.folder / path).write_bytes(content)

    def run_program(self, *arguments):
        program = [sys.executable, "-B", TESTS / "verify_evidence.py", *arguments]
        done = subprocess.run(program, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def tiles(self, *arguments):
        return self.run_program("tiles", self.folder, "--verifier-key", made.verifier_key(),
                                *arguments)

    def test_right_log_is_told_in_one_line(self):
        root = made.root_of([transparency.leaf_hash(each) for each in self.entries])
        key = base64.b64encode(made.public_bytes(made.PROVIDER_KEY)).decode("ascii")
        status, out, err = self.tiles(f"--party-key={made.PROVIDER}={key}",
                                      "--since", self.folder / "checkpoint")
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out, f"tree of 300 entries, root {root.hex()}, 3 tiles, 300 entries read, "
                         "298 of 298 signatures verified, grown from 300 entries\n")

    def test_what_is_wrong_ends_with_status_1(self):
        kept = self.folder / "kept"
        kept.write_bytes(made.checkpoint(200, bytes(32)))
        self.assertEqual(self.tiles("--since", kept),
                         (1, "", "fault: the tree has not grown from that of 200 entries\n"))
        kept.write_text(RFC_PROOF, "utf-8")
        self.assertEqual(self.run_program("proof", kept, "--verifier-key", RFC_VKEY),
                         (1, "", "fault: the bytes end too early\n"))

    def test_what_cannot_be_read_ends_with_status_2(self):
        status, _, err = self.run_program("tiles", self.folder, "--hub-public", self.folder / "no")
        self.assertEqual(status, 2)
        self.assertTrue(err.startswith("verify_evidence: "), err)
        self.assertEqual(self.run_program("tiles", self.folder)[0], 2)


if __name__ == "__main__":
    unittest.main()
