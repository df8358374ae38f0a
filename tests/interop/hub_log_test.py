#!/usr/bin/python3
"""A hub's log, read by somebody who has only FORMAT.md.

  hub_log_test.py BIN    where BIN holds jobbro-hub and jobbro, with the classes made from
                         proto/jobbro/v1 on PYTHONPATH

Starts a hub with new keys on a free port, hands in a course and a page of absence reports, stops
the hub, and holds its log to read_log.py: as it is, and with a byte changed. So for a hub whose log
and whose provider took other keys.
"""

import base64
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from started_hub import JOBCENTRE, ORIGIN, PROVIDER, Hub, field_of

TESTS = Path(__file__).resolve().parent
DEMO = TESTS.parents[1] / "deploy/demo"
ABSENCES = 300  # more than a tile of the tree


def read_course() -> dict:
    return json.loads((DEMO / "courses/3_away_the_first_month.json").read_text("utf-8"))


def hand_in_messages(hub: Hub, absences: int = ABSENCES) -> int:
    course = read_course()
    rows = [row for row in course["rows"] if "findings" in row["expected"]]
    names = {JOBCENTRE: "jobcentre", PROVIDER: "provider"}
    for row in rows:
        hub.run_as(names[row["from"]], "submit", "-", stdin=json.dumps(row["message"]))
    hand_in_absences(hub, absences)
    return len(rows) + absences


def hand_in_absences(hub: Hub, count: int):
    absence = {
        "order_id": read_course()["orders"]["3a"],
        "audience": {"order_parties": {}},
        "citizen": {"cpr_number": "690870-1478"},
        "happened_at": "2011-05-12T08:00:00Z",
        "absence_report": {"first_date": "2011-05-12", "last_date": "2011-05-12",
                           "kind": "ABSENCE_KIND_NO_SHOW"},
    }
    hub.run_as("provider", "submit", "-", stdin=(json.dumps(absence) + "\n") * count)


def read_log(log: Path, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-B", TESTS / "read_log.py", log, *arguments],
                          capture_output=True, text=True, check=False)


def flip_last_byte(log: Path, sequence: int):
    database = ["ldb", f"--db={log}", "--column_family=entries", "--hex"]
    key = f"0x{sequence:016X}"
    value = subprocess.run([*database, "get", key], check=True, capture_output=True,
                           text=True).stdout.strip()
    changed = f"{value[:-2]}{int(value[-2:], 16) ^ 1:02X}"
    subprocess.run([*database, "put", key, changed], check=True, capture_output=True)


class HubLog(unittest.TestCase):
    programs = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.hub = Hub(cls.programs, cls.folder)
        cls.addClassCleanup(cls.hub.end)
        cls.hub.start()
        cls.messages = hand_in_messages(cls.hub)
        cls.status = json.loads(cls.hub.run_as("operator", "status", "--json"))
        cls.exit_status = cls.hub.stop()
        cls.log = cls.folder / "hub/log"

    def read(self, log: Path):
        keys = [f"--party-key={party}={field_of(self.hub.public(name), 'signing')}"
                for name, party in (("jobcentre", JOBCENTRE), ("provider", PROVIDER))]
        return read_log(log, "--hub-public", self.hub.public("hub"), *keys)

    def copy_of_log(self) -> Path:
        copy = Path(tempfile.mkdtemp(dir=self.folder)) / "log"
        shutil.copytree(self.log, copy)
        return copy

    def test_hub_stops_with_status_0(self):
        self.assertEqual(self.exit_status, 0)

    def test_log_is_what_the_hub_said_it_is(self):
        done = self.read(self.log)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        first, second = done.stdout.splitlines()
        checkpoint = base64.b64decode(self.status["checkpoint"]).decode("utf-8").split("\n")
        origin, size, root = checkpoint[:3]
        self.assertEqual(origin, ORIGIN)
        # The opening and two parties stand before the messages.
        self.assertEqual(int(size), self.messages + 3)
        self.assertRegex(first, rf"^log: {size} entries, \d+ checkpoints, "
                         rf"tree {base64.b64decode(root).hex()}, last checkpoint verified$")
        self.assertEqual(second, f"submits: {self.messages} of {self.messages} signatures verified")

    def test_statements_bind_the_keys_that_the_parties_have(self):
        done = read_log(self.log, "--hub-public", self.hub.public("hub"), "--hub-keys",
                        self.hub.key("hub"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, self.read(self.log).stdout)

    def test_changed_byte_of_an_entry_in_a_full_tile_is_named(self):
        for sequence in (0, 3, 200):
            copy = self.copy_of_log()
            flip_last_byte(copy, sequence)
            done = self.read(copy)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertTrue(done.stderr.startswith(f"fault: sequence {sequence}: "), done.stderr)

    def test_log_without_its_last_entry_is_refused(self):
        copy = self.copy_of_log()
        last = self.messages + 2
        subprocess.run(["ldb", f"--db={copy}", "--column_family=entries", "--hex", "delete",
                        f"0x{last:016X}"], check=True, capture_output=True)
        done = self.read(copy)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"fault: commit {last + 1}: signed, and the log ends at "
                         f"sequence {last - 1}\n")


class HandedOverLog(unittest.TestCase):
    """The provider has taken other keys, and then the log."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.hub = Hub(HubLog.programs, Path(folder.name))
        cls.addClassCleanup(cls.hub.end)
        cls.hub.start()
        cls.messages = hand_in_messages(cls.hub, absences=1)
        cls.signing = [field_of(cls.hub.public("provider"), "signing")]
        cls.hub.take_other_keys("provider", PROVIDER)
        cls.signing.append(field_of(cls.hub.public("provider"), "signing"))
        hand_in_absences(cls.hub, 2)
        cls.hub.stop()
        cls.hub.hand_over()
        hand_in_absences(cls.hub, 3)
        cls.messages += 5
        cls.hub.stop()
        cls.verified = f"submits: {cls.messages} of {cls.messages} signatures verified\n"

    def read(self, *arguments):
        return read_log(self.hub.folder / "hub/log", *arguments)

    def test_is_followed_from_its_first_key_to_the_present_one(self):
        vkey = field_of(self.hub.public("hub"), "verifier")
        done = self.read("--verifier-key", vkey, "--hub-keys", self.hub.key("hub"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.endswith(self.verified), done.stdout)

    def test_does_not_end_under_its_former_key(self):
        vkey = field_of(self.hub.public("former"), "verifier")
        done = self.read("--verifier-key", vkey, "--hub-keys", self.hub.key("hub"))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "fault: the log ends under another key than the one known "
                         "from elsewhere\n")

    def test_is_not_opened_by_another_hubs_keys(self):
        other = self.hub.folder / "other.key"
        self.hub.client("keygen-hub", ORIGIN, "--out", str(other))
        for keys in (other, self.hub.key("provider")):
            done = self.read("--hub-public", self.hub.public("hub"), "--hub-keys", keys)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertTrue(done.stderr.startswith("read_log: "), done.stderr)

    def test_is_verified_with_the_keys_of_the_public_files(self):
        jobcentre = field_of(self.hub.public("jobcentre"), "signing")
        keys = [f"--party-key={JOBCENTRE}={jobcentre}",
                *(f"--party-key={PROVIDER}={key}" for key in self.signing)]
        done = self.read("--hub-public", self.hub.public("hub"), *keys)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.endswith(self.verified), done.stdout)
        done = self.read("--hub-public", self.hub.public("hub"), *keys[:-1])
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{PROVIDER} did not sign its submit", done.stderr)


if __name__ == "__main__":
    HubLog.programs = Path(sys.argv.pop(1)).resolve()
    unittest.main()
