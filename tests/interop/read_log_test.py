#!/usr/bin/python3
"""The reader on made-up logs: right ones, and one for each way of being wrong.

  read_log_test.py    with the classes made from proto/jobbro/v1 on PYTHONPATH
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import made_up_log as made  # noqa: E402
import log_entries  # noqa: E402
import made_up_statements as stated  # noqa: E402
import read_log  # noqa: E402
import statements  # noqa: E402
import transparency  # noqa: E402

PAGE = Path(__file__).resolve().parents[2] / "hub/journal/FORMAT.md"
OTHER_KEY = made.Ed25519PrivateKey.from_private_bytes(b"\x66" * 32)


GENERAL = log_entries.GeneralKey(made.SLOT_KEY, made.DATA_KEY)


def check(log, *log_keys, party_keys=None):
    """By whoever can open nothing and knows these keys, the present one last."""
    verifiers = [transparency.Verifier.parse(made.verifier_key(key))
                 for key in log_keys or (made.LOG_KEY,)]
    known = read_log.KnownKeys(verifiers)
    return read_log.LogCheck(log, made.ORIGIN, known, party_keys or {}).run()


def follow(log, log_key=stated.SECOND_LOG_KEY, party_keys=None):
    """By whoever has the general key and knows the key the log has now."""
    followed = statements.FollowedLog(made.verifier_key(log_key), GENERAL)
    return read_log.LogCheck(log, made.ORIGIN, followed, party_keys or {}).run()


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


class WorkedExample(unittest.TestCase):
    def test_is_what_the_page_tells_in_words(self):
        page = PAGE.read_text("utf-8")
        read_log.check_worked_example(page)
        self.assertEqual(read_log.worked_example(page)[0].hex(), made.entry(3, b"body").hex())

    def test_with_any_byte_changed_is_a_fault(self):
        example = made.entry(3, b"body")
        leaf = transparency.leaf_hash(example).hex()
        for at in range(len(example)):
            page = f"entry {flip(example, at).hex()}\nleaf {leaf}\n"
            with self.subTest(at=at), self.assertRaises(read_log.Fault):
                read_log.check_worked_example(page)


class RightLog(unittest.TestCase):
    def test_is_counted_at_every_size(self):
        for size in range(1, 40):
            summary = check(made.MadeUpLog(size))
            self.assertEqual(summary.entries, size)

    def test_has_its_signatures_verified_where_the_key_is_given(self):
        log = made.MadeUpLog(20)
        self.assertEqual(check(log).verified, 0)
        summary = check(log, party_keys={made.PROVIDER: [made.PROVIDER_KEY.public_key()]})
        self.assertEqual((summary.submitted, summary.verified), (18, 18))

    def test_has_the_published_root_of_eight_leaves(self):
        # The reference tree of Certificate Transparency.
        tree = transparency.Tree()
        for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                     "606162636465666768696a6b6c6d6e6f"):
            tree.append(transparency.leaf_hash(bytes.fromhex(leaf)))
        self.assertEqual(tree.root().hex(),
                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")


class WrongLog(unittest.TestCase):
    """Each test makes one thing wrong in a log of 520 entries, two full tiles."""

    @classmethod
    def setUpClass(cls):
        cls.right = made.MadeUpLog(520)
        cls.root = check(cls.right).root

    def setUp(self):
        self.log = made.MadeUpLog(0)
        self.log.tables = {table: dict(rows) for table, rows in self.right.tables.items()}
        self.entries = self.log.tables["entries"]
        self.commits = self.log.tables["commits"]
        self.tiles = self.log.tables["tiles"]

    def assert_fault(self, text, **options):
        with self.assertRaises(read_log.Fault) as caught:
            check(self.log, **options)
        self.assertTrue(str(caught.exception).startswith(text), str(caught.exception))

    def change(self, rows, key, at):
        rows[key] = flip(rows[key], at)

    def test_byte_of_a_body_changed_names_the_sequence(self):
        self.change(self.entries, made.key_of(300), -1)
        self.assert_fault("sequence 300: not the entry whose hash is in the tree")

    def test_byte_changed_beyond_the_full_tiles_names_the_commit(self):
        self.change(self.entries, made.key_of(515), -1)
        self.assert_fault("commit 518: its root is not that of the entries; one of sequence 515")

    def test_byte_of_an_entry_alone_in_its_commit_names_the_sequence(self):
        del self.tiles[made.tile_key(0, 0)]
        self.change(self.entries, made.key_of(1), -1)
        self.assert_fault("sequence 1: not the entry that commit 2 signed")

    def test_any_byte_of_an_entry_is_covered(self):
        for at in range(len(self.right.tables["entries"][made.key_of(7)])):
            self.entries[made.key_of(7)] = flip(self.right.tables["entries"][made.key_of(7)], at)
            self.assert_fault("sequence 7: ")

    def test_entry_missing(self):
        del self.entries[made.key_of(9)]
        self.assert_fault("sequence 9: the next key is 000000000000000a")

    def test_entry_in_anothers_place(self):
        self.entries[made.key_of(9)] = self.entries[made.key_of(10)]
        self.assert_fault("sequence 9: the entry says 10")

    def test_entry_cut_short(self):
        self.entries[made.key_of(9)] = self.entries[made.key_of(9)][:200]
        self.assert_fault("sequence 9: the bytes end too early")

    def test_unknown_version(self):
        self.entries[made.key_of(9)] = b"\x02" + self.entries[made.key_of(9)][1:]
        self.assert_fault("sequence 9: version 2")

    def test_recorded_time_goes_back(self):
        self.entries[made.key_of(1)] = made.entry(1, b"body 1", recorded_us=1)
        self.log.sign()
        self.assert_fault("sequence 1: recorded before the entry before")

    def test_entry_after_the_last_checkpoint(self):
        self.entries[made.key_of(520)] = made.entry(520, b"more")
        self.assert_fault("sequence 520: no checkpoint covers it")

    def test_log_cut_off_behind_its_last_checkpoint(self):
        del self.entries[made.key_of(519)]
        self.assert_fault("commit 520: signed, and the log ends at sequence 518")

    def test_log_rewritten_and_signed_by_another_key(self):
        self.commits[made.key_of(1)] = made.checkpoint(1, bytes(32), key=OTHER_KEY)
        self.assert_fault("commit 1: the log's key has not signed it")

    def test_checkpoint_of_another_log(self):
        self.commits[made.key_of(1)] = made.checkpoint(1, bytes(32), origin="other.example")
        self.assert_fault("commit 1: the log's key has not signed it")

    def test_checkpoint_of_another_size(self):
        self.commits[made.key_of(1)] = self.commits[made.key_of(2)]
        self.assert_fault("commit 1: its checkpoint is for size 2")

    def test_checkpoint_with_another_root(self):
        self.commits[made.key_of(2)] = made.checkpoint(2, bytes(32))
        self.assert_fault("sequence 1: not the entry that commit 2 signed")

    def test_any_byte_of_a_checkpoint_is_covered(self):
        note = self.commits[made.key_of(5)]
        for at in range(len(note)):
            self.commits[made.key_of(5)] = flip(note, at)
            self.assert_fault("commit 5: ")

    def test_no_entries(self):
        self.entries.clear()
        self.assert_fault("there are no entries")

    def test_byte_of_a_tile_changed(self):
        self.change(self.tiles, made.tile_key(0, 1), 100)
        self.assert_fault("tile 1 of level 0: its hashes are not those of the entries")

    def test_tile_missing(self):
        del self.tiles[made.tile_key(0, 1)]
        self.assert_fault("tile 1 of level 0: missing")

    def test_tile_that_is_not_full(self):
        self.tiles[made.tile_key(0, 2)] = bytes(8192)
        self.assert_fault("tile 2 of level 0: the tree has no such full tile")

    def test_submit_signed_by_another_key(self):
        keys = {made.PROVIDER: [OTHER_KEY.public_key()]}
        self.assert_fault("sequence 2: provider:99104007 did not sign its submit", party_keys=keys)

    def test_submit_path_of_another_entry(self):
        wrong = made.Submit([b"a", b"b", b"c"])
        self.entries[made.key_of(9)] = made.entry(9, b"body 9", proof=wrong.proof(1))
        self.log.sign()
        keys = {made.PROVIDER: [made.PROVIDER_KEY.public_key()]}
        self.assert_fault("sequence 9: provider:99104007 did not sign its submit", party_keys=keys)

    def test_submit_path_too_long(self):
        proof = bytearray(made.Submit([b"body 9"]).proof(0))
        proof[-1] = 1
        self.entries[made.key_of(9)] = made.entry(9, b"body 9", proof=bytes(proof) + bytes(32))
        self.log.sign()
        self.assert_fault("sequence 9: its submit's proof cannot be one")

    def test_registry_entry_that_comes_later(self):
        proof = made.Submit([b"body 9"]).proof(0, registry_sequence=9)
        self.entries[made.key_of(9)] = made.entry(9, b"body 9", proof=proof)
        self.log.sign()
        self.assert_fault("sequence 9: its submit's proof cannot be one")


class StatedLog(made.MadeUpLog):
    """Entry 0 opens, 1 grants, 2 is a submit; 3 hands the log over and 4 gives the provider another
    key; 5 is a submit by that."""

    def __init__(self, **bodies):
        super().__init__(0)
        self.log_keys.append((3, stated.SECOND_LOG_KEY))
        self.state(bodies.get("opened", stated.opening()), "LOG_OPENED")
        self.state(bodies.get("granted", stated.grant()))
        self.submit(made.PROVIDER_KEY, 1)
        self.state(bodies.get("handed_over", stated.handover()), "LOG_KEY_CHANGE")
        self.state(bodies.get("rotated", stated.rotation()))
        self.submit(stated.NEW_KEY, 4)

    def state(self, body, kind="REGISTRY_CHANGE", slot=0):
        self.add(body, stated.index(kind), slot=slot)

    def submit(self, key, registry_sequence):
        proof = made.Submit([b"said"], key).proof(0, registry_sequence)
        self.add(b"said", proof=proof)

    def add(self, *arguments, **options):
        """An entry and a checkpoint over it."""
        sequence = len(self.tables["entries"])
        self.put_entry(sequence, made.entry(sequence, *arguments, **options))
        commits = dict(self.tables["commits"])
        self.sign()
        self.tables["commits"].update(commits)


class RightStatements(unittest.TestCase):
    def test_lead_from_the_first_key_to_the_present_one(self):
        log = StatedLog()
        found = follow(log)
        self.assertEqual((found.entries, found.checkpoints), (6, 6))
        log.log_keys.append((6, stated.THIRD_LOG_KEY))
        log.state(stated.handover(stated.SECOND_LOG_KEY, stated.THIRD_LOG_KEY), "LOG_KEY_CHANGE")
        log.add(b"of a citizen")
        self.assertEqual(follow(log, stated.THIRD_LOG_KEY).checkpoints, 8)

    def test_bind_the_keys_that_submits_are_verified_with(self):
        for known in ({}, {made.PROVIDER: [made.PROVIDER_KEY.public_key(),
                                           stated.NEW_KEY.public_key()]}):
            found = follow(StatedLog(), party_keys=known)
            self.assertEqual((found.submitted, found.verified), (2, 2))

    def test_are_not_needed_by_whoever_knows_all_keys(self):
        keys = {made.PROVIDER: [made.PROVIDER_KEY.public_key(), stated.NEW_KEY.public_key()]}
        found = check(StatedLog(), made.LOG_KEY, stated.SECOND_LOG_KEY, party_keys=keys)
        self.assertEqual((found.checkpoints, found.verified), (6, 2))

    def test_may_be_an_operators(self):
        log = StatedLog()
        log.state(stated.disabling())
        self.assertEqual(follow(log).entries, 7)


class WrongStatements(unittest.TestCase):
    def assert_fault(self, text, log, log_key=stated.SECOND_LOG_KEY, **options):
        with self.assertRaises(read_log.Fault) as caught:
            follow(log, log_key, **options)
        self.assertTrue(str(caught.exception).startswith(text), str(caught.exception))

    def assert_known_keys_fault(self, text, log, *log_keys, **options):
        with self.assertRaises(read_log.Fault) as caught:
            check(log, *log_keys, **options)
        self.assertTrue(str(caught.exception).startswith(text), str(caught.exception))

    def sign(self, log, size, key):
        leaves = [transparency.leaf_hash(value) for _, value in log.scan("entries")][:size]
        log.tables["commits"][made.key_of(size)] = made.checkpoint(size, made.root_of(leaves), key)

    def test_handover_that_both_keys_have_not_signed(self):
        for body, problem in stated.WRONG_HANDOVERS:
            with self.subTest(problem=problem):
                self.assert_fault(f"sequence 3: {problem}", StatedLog(handed_over=body))

    def test_key_the_log_has_had_does_not_come_back(self):
        log = StatedLog()
        log.log_keys.append((6, made.LOG_KEY))
        log.state(stated.handover(stated.SECOND_LOG_KEY, made.LOG_KEY), "LOG_KEY_CHANGE")
        self.assert_fault("sequence 6: it hands the log over to a key that it has had", log,
                          made.LOG_KEY)

    def test_checkpoint_by_the_key_of_another_time(self):
        for size, key in ((3, stated.SECOND_LOG_KEY), (4, made.LOG_KEY), (6, made.LOG_KEY)):
            log = StatedLog()
            self.sign(log, size, key)
            self.assert_fault(f"commit {size}: the log's key has not signed it", log)

    def test_log_that_ends_under_another_key_than_the_known(self):
        for key in (made.LOG_KEY, stated.THIRD_LOG_KEY):
            self.assert_fault("the log ends under another key than the one known", StatedLog(), key)

    def test_known_keys_must_be_all_and_in_their_order(self):
        second = stated.SECOND_LOG_KEY
        missing = "the log's key has not signed it"
        self.assert_known_keys_fault(f"commit 1: {missing}", StatedLog(), second)
        self.assert_known_keys_fault(f"commit 4: {missing}", StatedLog(), made.LOG_KEY)
        self.assert_known_keys_fault(f"commit 4: {missing}", StatedLog(), second, made.LOG_KEY)
        log = StatedLog()
        self.sign(log, 5, made.LOG_KEY)
        self.assert_known_keys_fault(f"commit 5: {missing}", log, made.LOG_KEY, second)
        self.assert_known_keys_fault("the last checkpoint is not signed with the key the log has",
                                     made.MadeUpLog(5), made.LOG_KEY, second)

    def test_rotation_by_whoever_has_not_both_keys(self):
        for rotated, problem in (
                (stated.rotation(signer_key=stated.NEW_KEY), "the statement is not signed by who"),
                (stated.rotation(possession_key=made.PROVIDER_KEY), "who takes a new key has not"),
                (stated.rotation(curve_key=b"d" * 32), "who takes a new key has not")):
            self.assert_fault(f"sequence 4: {problem}", StatedLog(rotated=rotated))

    def test_grant_that_its_controller_did_not_sign(self):
        self.assert_fault("sequence 1: the statement is not signed by who may state it",
                          StatedLog(granted=stated.grant(stated.NEW_KEY)))

    def test_submit_by_a_key_that_was_given_up(self):
        log = StatedLog()
        log.submit(made.PROVIDER_KEY, 1)
        self.assert_fault("sequence 6: what it names binds no key of its sender", log)
        log = StatedLog()
        log.submit(made.PROVIDER_KEY, 4)
        self.assert_fault("sequence 6: provider:99104007 did not sign its submit", log)

    def test_key_of_a_party_that_is_known_to_be_another(self):
        keys = {made.PROVIDER: [OTHER_KEY.public_key()]}
        self.assert_fault("sequence 2: the registry binds another key to provider:99104007",
                          StatedLog(), party_keys=keys)

    def test_opening_that_is_missing_of_another_log_or_comes_once_more(self):
        self.assert_fault("sequence 0: the log does not begin with its opening", made.MadeUpLog(3))
        self.assert_fault("sequence 0: the log says it is another one",
                          StatedLog(opened=stated.opening(origin="other.example")))
        log = StatedLog()
        log.state(stated.opening(), "LOG_OPENED")
        self.assert_fault("sequence 6: the log is opened by entry 0 and by no other", log)

    def test_body_that_is_not_what_its_digest_is_of(self):
        log = StatedLog()
        log.add(stated.disabling(), stated.index("REGISTRY_CHANGE"), slot=0, digest=b"d" * 32)
        self.assert_fault("sequence 6: its body is not what its digest is of", log)


class Database(unittest.TestCase):
    """The same through ldb and the command line."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.db = Path(folder.name) / "log"
        self.log = made.MadeUpLog(260)
        self.ldb("put", "--create_if_missing", "not", "used")
        for table, rows in self.log.tables.items():
            self.ldb("create_column_family", table)
            pairs = [f"0x{data.hex().upper()}" for row in rows.items() for data in row]
            self.ldb("batchput", "--hex", f"--column_family={table}", *pairs)

    def ldb(self, *arguments):
        subprocess.run(["ldb", f"--db={self.db}", *arguments], check=True, capture_output=True)

    def read(self, *arguments):
        program = [sys.executable, "-B", read_log.__file__, str(self.db), *arguments]
        return subprocess.run(program, capture_output=True, text=True, check=False)

    def test_right_log_is_told_in_one_line(self):
        done = self.read("--verifier-key", made.verifier_key())
        root = check(self.log).root.hex()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, f"log: 260 entries, 88 checkpoints, tree {root}, "
                         "last checkpoint verified\n")

    def test_changed_byte_ends_with_status_1_and_the_sequence(self):
        changed = flip(self.log.tables["entries"][made.key_of(77)], -1)
        self.ldb("put", "--hex", "--column_family=entries", f"0x{made.key_of(77).hex()}",
                 f"0x{changed.hex()}")
        done = self.read("--verifier-key", made.verifier_key())
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr,
                         "fault: sequence 77: not the entry whose hash is in the tree\n")

    def test_folder_without_a_database_ends_with_status_2(self):
        self.db = self.db.parent
        self.assertEqual(self.read("--verifier-key", made.verifier_key()).returncode, 2)

    def test_missing_table_ends_with_status_2(self):
        self.ldb("drop_column_family", "tiles")
        self.assertEqual(self.read("--verifier-key", made.verifier_key()).returncode, 2)


if __name__ == "__main__":
    unittest.main()
