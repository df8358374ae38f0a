#!/usr/bin/python3
"""A hub's log, read by somebody who has only FORMAT.md.

  hub_log_test.py BIN    where BIN holds jobbro-hub and jobbro

Starts a hub with new keys on a free port, hands in a course and a page of absence reports, stops
the hub, and holds its log to read_log.py: as it is, and with a byte changed.
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


def hand_in_messages(hub: Hub) -> int:
    course = json.loads((DEMO / "courses/3_away_the_first_month.json").read_text("utf-8"))
    rows = [row for row in course["rows"] if "findings" in row["expected"]]
    names = {JOBCENTRE: "jobcentre", PROVIDER: "provider"}
    for row in rows:
        hub.run_as(names[row["from"]], "submit", "-", stdin=json.dumps(row["message"]))
    absence = {
        "order_id": course["orders"]["3a"],
        "audience": {"order_parties": {}},
        "citizen": {"cpr_number": "690870-1478"},
        "happened_at": "2011-05-12T08:00:00Z",
        "absence_report": {"first_date": "2011-05-12", "last_date": "2011-05-12",
                           "kind": "ABSENCE_KIND_NO_SHOW"},
    }
    hub.run_as("provider", "submit", "-", stdin=(json.dumps(absence) + "\n") * ABSENCES)
    return len(rows) + ABSENCES


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
        return subprocess.run([sys.executable, "-B", TESTS / "read_log.py", log, "--hub-public",
                               self.hub.public("hub"), *keys],
                              capture_output=True, text=True, check=False)

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


if __name__ == "__main__":
    HubLog.programs = Path(sys.argv.pop(1)).resolve()
    unittest.main()
