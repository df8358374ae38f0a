#!/usr/bin/python3
"""That a test fails whose hub does not end well. Shells stand in for the hub."""

import subprocess
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import started_hub


class End(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.hub = started_hub.Hub(Path(), Path(folder.name))

    def run_instead(self, script: str):
        """The script is to print a line when it is ready."""
        with self.hub.errors().open("wb") as errors:
            process = subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=errors, text=True)
        self.addCleanup(process.stdin.close)
        process.stdout.readline()
        self.hub.process = process

    def test_hub_that_stops_with_status_0_is_well_and_may_have_been_stopped_before(self):
        self.run_instead("trap 'exit 0' TERM; echo ready; read never")
        self.assertEqual(self.hub.stop(), 0)
        self.hub.end()

    def test_hub_that_was_not_started_is_well(self):
        self.hub.end()

    def test_another_status_fails_and_shows_what_the_hub_said(self):
        self.run_instead("trap 'echo store_failed >&2; exit 5' TERM; echo ready; read never")
        with self.assertRaisesRegex(AssertionError, "status 5:\nstore_failed"):
            self.hub.end()

    def test_hub_that_had_ended_by_itself_fails(self):
        self.run_instead("echo ready; exit 3")
        self.hub.process.wait()
        with self.assertRaisesRegex(AssertionError, "status 3"):
            self.hub.end()

    def test_report_of_a_sanitizer_fails_whatever_the_status(self):
        for report in ("a.cc:1:2: runtime error: signed overflow",
                       "WARNING: ThreadSanitizer: data race"):
            self.run_instead(f"trap 'exit 0' TERM; echo '{report}' >&2; echo ready; read never")
            with self.assertRaisesRegex(AssertionError, report):
                self.hub.end()

    def test_hub_that_does_not_stop_is_killed_and_fails(self):
        self.run_instead("trap '' TERM; echo ready; read never")
        with unittest.mock.patch.object(started_hub, "COMMAND_SECONDS_MAX", 0):
            with self.assertRaisesRegex(AssertionError, "status -9"):
                self.hub.end()


if __name__ == "__main__":
    unittest.main()
