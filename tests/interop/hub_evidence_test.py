#!/usr/bin/python3
"""What a hub's log gives to others, verified by whoever has only the documents: over HTTP, as
proofs, as an archive and as files; before and after a citizen is erased.

  hub_evidence_test.py BIN    where BIN holds jobbro-hub, jobbro and jobbro-audit, with the classes
                              made from proto/jobbro/v1 on PYTHONPATH
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import hub_tests
import tlog_files
import transparency
from client_messages import Case
from jobbro.v1 import audit_pb2
from read_archive import ArchiveCheck
from started_hub import JOBCENTRE, PROVIDER, Hub, field_of
from verify_evidence import reader_of

TESTS = Path(__file__).resolve().parent
AUDITOR = "auditor:city"
ABSENCES_KEPT = 280  # more than a tile of the tree
ABSENCES_ERASED = 4


class Outside:
    """What somebody has who asks a running hub: an archive, a checkpoint and the tree."""

    def __init__(self, hub: Hub, verifier: transparency.Verifier, when: str):
        self.archive = hub.folder / f"{when}.archive"
        hub.run_as("auditor", "export", "--unmask", "--ground", "audit 12", "--out",
                   str(self.archive), program="jobbro-audit")
        read = reader_of(hub.http)
        self.note = hub.folder / f"{when}.checkpoint"
        self.note.write_bytes(read("checkpoint"))
        self.checkpoint = transparency.Checkpoint.open(self.note.read_bytes(), verifier)
        self.tree = tlog_files.TreeCheck(read, verifier, has_bundles=False).run()


class HubEvidence(hub_tests.HubTest):
    """One hub's life: messages about two citizens, then one of them erased, then stopped."""

    has_http = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.hub.folder
        cls.vkey = cls.hub_key.verifier_key
        cls.verifier = transparency.Verifier.parse(cls.vkey)
        cls.hub.make_keys("auditor", AUDITOR)
        cls.hub.run_as("operator", "party", "add", AUDITOR, "--public",
                       str(cls.hub.public("auditor")), "--controller-key",
                       str(cls.hub.key("controller")), "--jobcentre", JOBCENTRE, "--may-unmask")
        cls.kept, cls.erased = (Case(JOBCENTRE, PROVIDER) for _ in range(2))
        cls.sequences = cls.hand_in_messages()
        cls.proof = cls.folder / "before.tlog-proof"
        cls.hub.run_as("provider", "prove", str(cls.sequences[-1]), "--out", str(cls.proof))
        cls.before = Outside(cls.hub, cls.verifier, "before")
        cls.acted = cls.erase()
        cls.after = Outside(cls.hub, cls.verifier, "after")
        cls.exit_status = cls.hub.stop()
        cls.files = cls.folder / "tiles"
        cls.audit("tiles", str(cls.folder / "hub"), str(cls.files))

    # --- What is done to the hub ---

    @classmethod
    def hand_in_messages(cls) -> list:
        """The sequences of what is to be erased."""
        found = []
        with cls.open_session("jobcentre") as jobcentre, cls.open_session("provider") as provider:
            for session, case, envelopes in (
                    (jobcentre, cls.kept, [cls.kept.order()]),
                    (jobcentre, cls.erased, [cls.erased.order()]),
                    (provider, cls.erased, [cls.erased.remark() for _ in range(ABSENCES_ERASED)]),
                    (provider, cls.kept, [cls.kept.remark() for _ in range(ABSENCES_KEPT // 2)]),
                    (provider, cls.kept, [cls.kept.remark() for _ in range(ABSENCES_KEPT // 2)])):
                receipts = [outcome.receipt for outcome in session.submit(envelopes)]
                if case is cls.erased:
                    found += [receipt.sequence for receipt in receipts]
        return found

    @classmethod
    def open_session(cls, name: str) -> hub_tests.Session:
        session = hub_tests.Session(cls.hub.endpoint, cls.hub_key,
                                    hub_tests.PartyKeys.read(cls.hub.key(name)))
        session.open()
        return session

    @classmethod
    def erase(cls) -> dict:
        told = cls.hub.run_as("operator", "erase", "--citizen", "-", "--ground", "asked for",
                              "--controller-key", str(cls.hub.key("controller")),
                              "--even-running", stdin=cls.erased.citizen + "\n")
        return json.loads(told.splitlines()[-1])

    @classmethod
    def audit(cls, *arguments) -> str:
        return cls.hub.run("jobbro-audit", "--hub-key", str(cls.hub.public("hub")), *arguments)

    # --- What is looked at ---

    def verified(self, *arguments) -> str:
        done = subprocess.run(
            [sys.executable, "-B", TESTS / "verify_evidence.py", *arguments, "--hub-public",
             self.hub.public("hub")], capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def party_keys(self) -> list:
        return [f"--party-key={party}={field_of(self.hub.public(name), 'signing')}"
                for name, party in (("jobcentre", JOBCENTRE), ("provider", PROVIDER))]

    def archive(self, when: Outside):
        with when.archive.open("rb") as archive:
            return ArchiveCheck(self.vkey).run(archive)

    def test_hub_stops_with_status_0(self):
        self.assertEqual(self.exit_status, 0)

    def test_tiles_over_http_lead_to_the_checkpoint_and_only_grow(self):
        old = self.before.checkpoint
        self.assertGreater(old.size, transparency.TILE_WIDTH)
        tlog_files.check_growth(old, self.before.tree)
        tlog_files.check_growth(old, self.after.tree)
        self.assertGreater(self.after.tree.checkpoint.size, old.size)

    def test_files_hold_the_entries_of_the_same_tree_with_every_signature(self):
        told = self.verified("tiles", str(self.files), *self.party_keys(), "--since",
                             str(self.before.note))
        messages = len(self.sequences) + ABSENCES_KEPT + 1
        self.assertIn(f"{messages} of {messages} signatures verified", told)
        self.assertIn(f"grown from {self.before.checkpoint.size} entries", told)
        served = self.after.tree
        files = tlog_files.TreeCheck(reader_of(str(self.files)), self.verifier).run()
        self.assertEqual(files.leaves[:len(served.leaves)], served.leaves)

    def test_file_with_a_byte_changed_is_named(self):
        def read(path):
            content = reader_of(str(self.files))(path)
            if path != "tile/entries/000":
                return content
            return content[:-1] + bytes([content[-1] ^ 1])
        with self.assertRaisesRegex(tlog_files.Fault, "^tile/0/000: hash 255 is not"):
            tlog_files.TreeCheck(read, self.verifier).run()

    def test_proof_from_before_the_erasure_stays_good(self):
        told = self.verified("proof", str(self.proof))
        self.assertIn(f"entry {self.sequences[-1]} by {PROVIDER} is in the tree", told)

    def test_proof_of_an_erased_entry_can_be_made_after_it(self):
        for sequence in self.sequences:
            proof = self.folder / f"{sequence}.tlog-proof"
            self.audit("prove", str(self.folder / "hub"), str(sequence), "--out", str(proof))
            self.assertIn(f"entry {sequence} by ", self.verified("proof", str(proof)))

    def test_archive_shows_content_before_the_erasure_and_hashes_after_it(self):
        before, after = self.archive(self.before), self.archive(self.after)
        for found in (before, after):
            self.assertEqual(found.verified, found.submitted)
            self.assertEqual(list(found.controllers), ["controller:demo"])
        self.assertEqual(before.erased, 0)
        self.assertGreaterEqual(before.opened, len(self.sequences))
        self.assertEqual(before.submitted, len(self.sequences) + ABSENCES_KEPT + 1)
        self.assertIn(f"{before.verified} of {before.submitted} signatures verified",
                      self.verified("archive", str(self.before.archive)))
        # What is erased tells of its sender only: an auditor has what its jobcentre sent, and all
        # that providers did.
        self.assertEqual(after.erased, len(self.sequences))
        self.assertEqual(after.submitted, before.submitted)

    def test_erasure_tells_how_much_there_was(self):
        self.assertEqual(self.acted["orders"], 1)
        self.assertEqual(self.acted["entries"], len(self.sequences))

    def test_auditors_program_counts_what_is_erased(self):
        told = self.hub.run("jobbro-audit", "--hub-key", str(self.hub.public("hub")),
                            "--hub-keys", str(self.hub.key("hub")), "verify",
                            str(self.folder / "hub"))
        self.assertIn(f"erased       {len(self.sequences)} verified by their hash\n", told)


class HubProofs(hub_tests.OrderTest):
    """Proofs over the wire."""

    def test_consistency_holds_from_every_checkpoint_that_was_kept(self):
        verifier = transparency.Verifier.parse(self.hub_key.verifier_key)
        case, kept = self.new_case(), []
        for count in (1, 2, 5, 1):
            *_, last = self.record(self.provider, *(case.remark() for _ in range(count)))
            proof = self.provider.request("proof",
                                          prove=audit_pb2.Prove(inclusion_of=last.sequence))
            kept.append(transparency.Checkpoint.open(proof.checkpoint, verifier))
        self.assertEqual(len({old.size for old in kept}), len(kept))
        for old in kept:
            proof = self.provider.request("proof", prove=audit_pb2.Prove(consistency_from=old.size))
            new = transparency.Checkpoint.open(proof.checkpoint, verifier)
            self.assertEqual(new.size, proof.tree_size)
            arguments = (old.size, old.root, new.size, new.root, list(proof.hashes))
            self.assertTrue(transparency.is_consistent(*arguments))
            self.assertFalse(transparency.is_consistent(old.size, bytes(32), *arguments[2:]))

    def test_inclusion_shows_the_entry_with_its_senders_signature(self):
        verifier = transparency.Verifier.parse(self.hub_key.verifier_key)
        case = self.new_case()
        (receipt,) = self.record(self.provider, case.remark())
        proof = self.provider.request("proof",
                                      prove=audit_pb2.Prove(inclusion_of=receipt.sequence))
        tree = transparency.Checkpoint.open(proof.checkpoint, verifier)
        leaf = transparency.leaf_hash(proof.entry)
        path = list(proof.hashes)
        self.assertEqual(
            transparency.root_from_path(leaf, receipt.sequence, tree.size, path), tree.root)
        self.assertNotEqual(
            transparency.root_from_path(leaf, receipt.sequence - 1, tree.size, path), tree.root)


if __name__ == "__main__":
    hub_tests.main()
