#!/usr/bin/python3
"""Archives made from adapters/audit/ARCHIVE.md: one that is right, and ones with something wrong.

  archive_test.py    with the classes made from proto/jobbro/v1 on PYTHONPATH
"""

import base64
import io
import json
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import log_entries  # noqa: E402
import made_up_log as made  # noqa: E402
import transparency  # noqa: E402
from jobbro.v1 import registry_pb2  # noqa: E402
from made_up_statements import (  # noqa: E402
    CONTROLLER, CONTROLLER_KEY, NEW_KEY, SECOND_LOG_KEY, THIRD_LOG_KEY, WRONG_HANDOVERS, disabling,
    grant, handover, index, opening, rotation)
from read_archive import ArchiveCheck, Malformed  # noqa: E402

VKEY = made.verifier_key()


def part_keys(sequence: int) -> dict:
    return {f"{part}_key": base64.b64encode(
        log_entries.part_key(made.DATA_KEY, made.SALT, part, sequence)).decode("ascii")
        for part in ("index", "body")}


class Archive:
    """Entries 0 and 1 state, 2 to 4 are a submit; 5 takes a new key, 6 and 7 are signed by it."""

    def __init__(self, opened=None, granted=None, rotated=None):
        submit = made.Submit([b"a", b"b", b"c"])
        later = made.Submit([b"d", b"e"], NEW_KEY)
        bodies = [opened or opening(), granted or grant(), b"a", b"b", b"c",
                  rotated or rotation(), b"d", b"e"]
        proofs = ([b"", b""] + [submit.proof(at) for at in range(3)] + [b""] +
                  [later.proof(at, 5) for at in range(2)])
        self.entries = [made.entry(at, body, b"", proof=proof)
                        for at, (body, proof) in enumerate(zip(bodies, proofs))]
        self.header = {"type": "header", "format": "jobbro archive v1", "origin": made.ORIGIN,
                       "verifier_key": VKEY, "checkpoint": "", "selection": "all of it",
                       "made_at": "2026-01-02T03:04:05Z"}
        self.sign()
        self.statements = [self.line("statement", at) for at in (0, 1, 5)]
        self.chosen = [self.line("entry", at) for at in (2, 3, 4, 6)]

    def sign(self, key=made.LOG_KEY):
        self.leaves = [transparency.leaf_hash(entry) for entry in self.entries]
        self.header["checkpoint"] = made.checkpoint(
            len(self.entries), made.root_of(self.leaves), key).decode("utf-8")

    def line(self, kind: str, sequence: int) -> dict:
        proof = made.path_of(self.leaves, sequence)
        return {"type": kind, "sequence": sequence,
                "entry": base64.b64encode(self.entries[sequence]).decode("ascii"),
                **part_keys(sequence),
                "proof": [base64.b64encode(each).decode("ascii") for each in proof]}

    def text(self) -> bytes:
        lines = [self.header, *self.statements, *self.chosen]
        before = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
        statements, entries = (sum(line["type"] == kind for line in lines)
                               for kind in ("statement", "entry"))
        end = (f'{{"type":"end","statements":{statements},"entries":{entries},'
               f'"sha256":"{transparency.sha256(before.encode("ascii")).hex()}"}}\n')
        return (before + end).encode("ascii")

    def state(self, body: bytes, kind: str = "REGISTRY_CHANGE", log_key=made.LOG_KEY):
        """A further statement, after all else; the archive is then of the log it ends, which has
        this key."""
        states = [line["sequence"] for line in self.statements] + [len(self.entries)]
        chosen = [line["sequence"] for line in self.chosen]
        self.entries.append(made.entry(len(self.entries), body, index(kind)))
        self.header["verifier_key"] = made.verifier_key(log_key)
        self.sign(log_key)
        self.statements = [self.line("statement", at) for at in states]
        self.chosen = [self.line("entry", at) for at in chosen]

    def check(self, vkey=None):
        vkey = vkey or self.header["verifier_key"]
        return ArchiveCheck(vkey).run(io.BytesIO(self.text()))


def handed_over(body: bytes = None) -> Archive:
    archive = Archive()
    archive.state(body or handover(), "LOG_KEY_CHANGE", SECOND_LOG_KEY)
    return archive


class RightArchive(unittest.TestCase):
    def test_is_counted_with_its_signatures_and_names_its_controllers(self):
        found = Archive().check()
        self.assertEqual((found.statements, found.entries, found.opened), (3, 4, 4))
        self.assertEqual((found.submitted, found.verified, found.erased), (4, 4, 0))
        self.assertEqual(found.controllers, {CONTROLLER: made.public_bytes(CONTROLLER_KEY)})

    def test_needs_no_keys_to_what_was_said(self):
        archive = Archive()
        for line in archive.chosen:
            del line["body_key"]
        del archive.chosen[0]["index_key"]
        found = archive.check()
        self.assertEqual((found.opened, found.verified), (3, 4))

    def test_counts_what_is_erased_and_verifies_it_all_the_same(self):
        archive = Archive()
        for line in archive.chosen[:2]:
            del line["index_key"], line["body_key"]
            line["erased"] = True
        found = archive.check()
        self.assertEqual((found.erased, found.opened, found.verified), (2, 2, 4))

    def test_without_statements_verifies_no_signature(self):
        archive = Archive()
        archive.statements.clear()
        self.assertEqual((archive.check().submitted, archive.check().verified), (4, 0))

    def test_of_a_log_that_was_handed_over_is_led_to_the_key_it_has(self):
        archive = handed_over()
        self.assertEqual((archive.check().statements, archive.check().verified), (4, 4))
        archive.state(handover(SECOND_LOG_KEY, THIRD_LOG_KEY), "LOG_KEY_CHANGE", THIRD_LOG_KEY)
        self.assertEqual((archive.check().statements, archive.check().verified), (5, 4))

    def test_may_hold_what_an_operator_states(self):
        archive = Archive()
        archive.state(disabling())
        self.assertEqual(archive.check().statements, 4)


class WrongArchive(unittest.TestCase):
    def setUp(self):
        self.archive = Archive()

    def assert_fault(self, text, archive=None):
        with self.assertRaises(log_entries.Fault) as caught:
            (archive or self.archive).check()
        self.assertTrue(str(caught.exception).startswith(text), str(caught.exception))

    def assert_malformed(self, text, data=None):
        with self.assertRaises(Malformed) as caught:
            ArchiveCheck(VKEY).run(io.BytesIO(self.archive.text() if data is None else data))
        self.assertTrue(str(caught.exception).startswith(text), str(caught.exception))

    def test_any_byte_changed_or_cut_off_is_seen(self):
        text = self.archive.text()
        for at in range(0, len(text), 7):
            changed = text[:at] + bytes([text[at] ^ 1]) + text[at + 1:]
            self.assert_malformed("", changed)
            self.assert_malformed("", text[:at])
        self.assert_malformed("line 9: ", text[:-1])
        self.assert_malformed("line 10: more than its last line", text + b"{}\n")

    def test_line_that_was_taken_out_is_seen(self):
        lines = self.archive.text().splitlines(keepends=True)
        for at in range(1, len(lines)):
            self.assert_malformed("", b"".join(lines[:at] + lines[at + 1:]))

    def test_unknown_or_missing_fields_are_seen(self):
        self.archive.chosen[0]["more"] = 1
        self.assert_malformed("line 5: its fields are others")
        del self.archive.chosen[0]["more"], self.archive.chosen[0]["proof"]
        self.assert_malformed("line 5: its fields are others")
        self.archive = Archive()
        self.archive.chosen[0]["erased"] = True
        self.assert_malformed("line 5: an erased entry has keys")
        self.archive = Archive()
        self.archive.header["selection"] = "one line\nand another"
        self.assert_malformed("line 1: ")

    def test_lines_in_another_order_are_seen(self):
        self.archive.chosen.append(self.archive.line("statement", 7))
        self.assert_malformed("its lines are in another order")
        self.archive = Archive()
        self.archive.chosen.reverse()
        self.assert_fault("sequence 4: it comes after what came later")

    def test_entry_that_is_not_in_the_tree_is_named(self):
        self.archive.chosen[1]["proof"] = self.archive.chosen[0]["proof"]
        self.assert_fault("sequence 3: it is not proved to be in the checkpoint's tree")
        self.archive = Archive()
        changed = bytearray(self.archive.entries[3])
        changed[-1] ^= 1
        self.archive.chosen[1]["entry"] = base64.b64encode(changed).decode("ascii")
        self.assert_fault("sequence 3: it is not proved to be in the checkpoint's tree")

    def test_checkpoint_of_another_key_is_seen(self):
        self.archive.sign(NEW_KEY)
        self.assert_fault("checkpoint: the log's key has not signed it")
        with self.assertRaisesRegex(log_entries.Fault, "of another log, or names another key"):
            ArchiveCheck(made.verifier_key(NEW_KEY)).run(io.BytesIO(Archive().text()))

    def test_key_of_another_entry_opens_nothing(self):
        self.archive.chosen[0]["body_key"] = part_keys(3)["body_key"]
        self.assert_fault("sequence 2: the key is not the one the entry commits to for its body")

    def test_statement_that_its_controller_did_not_sign_is_named(self):
        for granted in (grant(NEW_KEY), grant(signer="controller:other"),
                        grant(made.PROVIDER_KEY, signer=made.PROVIDER)):
            self.assert_fault("sequence 1: the statement is not signed by who may state it",
                              Archive(granted=granted))
        self.assert_fault("sequence 1: it holds no RegistryChange", Archive(granted=b"\xff"))
        self.assert_fault("sequence 1: the statement is for another log",
                          Archive(granted=grant(origin="other.example")))

    def test_opening_of_another_log_or_with_a_controller_twice_is_named(self):
        self.assert_fault("sequence 0: the log says it is another one",
                          Archive(opened=opening(origin="other.example")))
        self.assert_fault("sequence 0: a controller is named twice",
                          Archive(opened=opening(controllers=[registry_pb2.Controller(
                              party=CONTROLLER, signing_key=made.public_bytes(NEW_KEY))])))

    def test_rotation_by_whoever_has_not_both_keys_is_named(self):
        self.assert_fault("sequence 5: the statement is not signed",
                          Archive(rotated=rotation(signer_key=NEW_KEY)))
        self.assert_fault("sequence 5: who takes a new key",
                          Archive(rotated=rotation(possession_key=made.PROVIDER_KEY)))
        self.assert_fault("sequence 5: who takes a new key",
                          Archive(rotated=rotation(curve_key=b"d" * 32)))

    def test_key_that_was_given_up_is_nobodys_again(self):
        own = rotation(new_key=made.PROVIDER_KEY, possession_key=made.PROVIDER_KEY)
        self.assert_fault("sequence 5: the statement gives a party a key that was given up",
                          Archive(rotated=own))
        self.archive.state(grant())
        self.assert_fault("sequence 8: the statement gives a party another key than it has")
        self.archive = Archive()
        self.archive.state(grant(party="provider:99326018"))
        self.assert_fault("sequence 8: the statement gives a party a key that was given up")

    def test_handover_that_both_keys_have_not_signed_is_named(self):
        for body, problem in WRONG_HANDOVERS:
            with self.subTest(problem=problem):
                self.assert_fault(f"sequence 8: {problem}", handed_over(body))

    def test_log_that_ends_under_another_key_is_seen(self):
        archive = Archive()
        archive.state(disabling(), log_key=SECOND_LOG_KEY)
        self.assert_fault("the log ends under another key than the one known", archive)
        archive = handed_over()
        archive.state(handover(SECOND_LOG_KEY, THIRD_LOG_KEY), "LOG_KEY_CHANGE", SECOND_LOG_KEY)
        self.assert_fault("the log ends under another key than the one known", archive)
        self.assert_fault("the log ends under another key than the one known",
                          Archive(opened=opening(verifier_key=made.verifier_key(NEW_KEY))))

    def test_handover_that_is_left_out_is_seen(self):
        archive = handed_over()
        archive.state(handover(SECOND_LOG_KEY, THIRD_LOG_KEY), "LOG_KEY_CHANGE", THIRD_LOG_KEY)
        del archive.statements[3]
        self.assert_fault("sequence 9: the log's key until then has not handed it over", archive)

    def test_key_the_log_has_had_does_not_come_back(self):
        archive = handed_over()
        archive.state(handover(SECOND_LOG_KEY, made.LOG_KEY), "LOG_KEY_CHANGE", made.LOG_KEY)
        self.assert_fault("sequence 9: it hands the log over to a key that it has had", archive)

    def test_archive_of_a_former_key_is_not_one_of_the_present(self):
        with self.assertRaisesRegex(log_entries.Fault, "of another log, or names another key"):
            Archive().check(made.verifier_key(SECOND_LOG_KEY))

    def test_disabling_by_whoever_is_no_operator_is_named(self):
        for body in (disabling(signer_key=NEW_KEY), disabling(made.PROVIDER, NEW_KEY)):
            archive = Archive()
            archive.state(body)
            self.assert_fault("sequence 8: the statement is not signed by who may", archive)

    def test_statements_without_the_opening_are_seen(self):
        del self.archive.statements[0]
        self.assert_fault("sequence 1: the log was not opened")

    def test_entry_must_name_the_statement_that_binds_its_senders_key_then(self):
        del self.archive.statements[2]
        self.assert_fault("sequence 6: what it names binds no key of its sender")
        self.archive = Archive()
        wrong = made.Submit([b"d"])
        self.archive.entries[6] = made.entry(6, b"d", b"", proof=wrong.proof(0, 1))
        self.archive.sign()
        self.archive.statements = [self.archive.line("statement", at) for at in (0, 1, 5)]
        self.archive.chosen = [self.archive.line("entry", 6)]
        self.assert_fault("sequence 6: what it names binds no key of its sender")

    def test_submit_that_its_sender_did_not_sign_is_named(self):
        self.assert_fault("sequence 2: provider:99104007 did not sign its submit",
                          Archive(granted=grant(signing_key=CONTROLLER_KEY),
                                  rotated=rotation(signer_key=CONTROLLER_KEY)))


if __name__ == "__main__":
    unittest.main()
