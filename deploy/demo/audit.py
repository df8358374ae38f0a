"""The auditor's part of the demo: what somebody who does not trust the hub does with its log, while
the hub runs. Each step is held to what it should show."""

import json
import subprocess
from collections import Counter
from pathlib import Path

from cases import HUB

SECONDS_MAX = 60
PROVED = "1"    # the course whose last report is proved, and whose citizen is erased
EXPORTED = "7"  # the course that is exported, and whose citizen is asked about
GROUND = "Demo: complaint 2011-17"


class Unexpected(Exception):
    """A step showed something else than it should. Its text says what."""


class Auditor:
    """Runs the programs with the keys that stand in the place."""

    def __init__(self, place, programs, hub):
        self.place = place
        self.programs = programs
        self.hub = hub  # --hub and --hub-key with their values
        self.hub_key = hub[hub.index("--hub-key") + 1]

    def run(self, program, *arguments):
        done = subprocess.run([self.programs / program, *map(str, arguments)], text=True,
                              timeout=SECONDS_MAX, capture_output=True)
        if done.returncode != 0:
            raise Unexpected(f"{program} {arguments[0]} ended with status {done.returncode}: "
                             f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def key(self, name):
        return self.place / "keys" / f"{name}.key"

    def audit(self, command, *arguments):
        return self.run("jobbro-audit", command, *arguments, *self.hub, "--key",
                        self.key("auditor"))

    def as_party(self, name, *arguments):
        return self.run("jobbro", *self.hub, "--clock-file", self.place / "clock", "--key",
                        self.key(name), *arguments)


def expect(is_so, what):
    if not is_so:
        raise Unexpected(what)


def say(text):
    print(f"audit: {text}")


def row_of_summary(summary, name):
    return next((line[len(name):].strip() for line in summary.splitlines()
                 if line.startswith(name + " ")), "")


def numbers_of(courses):
    """Every CPR number of the data, with and without hyphen."""
    written = [number for course in courses for number in course.numbers]
    return written + [number.replace("-", "") for number in written]


def replay_masked(auditor, courses, outcomes):
    text = auditor.audit("replay", "--format", "ndjson")
    entries = [json.loads(line) for line in text.splitlines()]
    found = [number for number in numbers_of(courses) if number in text]
    expect(not found, f"the masked replay tells {len(found)} CPR numbers")
    expect([entry["sequence"] for entry in entries] == list(range(len(entries))),
           "the masked replay leaves entries out")
    kinds = Counter(entry["kind"] for entry in entries)
    by_parties = sum(entry["sender"] != HUB for entry in entries)
    accepted = sum("rejected" not in outcome for outcome in outcomes.values())
    expect(by_parties == accepted, f"{by_parties} entries are messages, expected {accepted}")
    say(f"replayed {len(entries)} entries, masked: {by_parties} messages, {kinds['reading']} "
        f"traces of who read what, no CPR number and nothing of what was said")


def verify(auditor, when):
    summary = auditor.audit("verify")
    say(f"verified {when}: entries {row_of_summary(summary, 'entries')}; "
        f"signatures {row_of_summary(summary, 'signatures')}")
    return summary


def prove(auditor, course, parties, outcomes):
    """That a provider reported, then: a file that stands by itself."""
    report = [row for row in course.rows if row.kind == "progression_report"][-1]
    sender = next(party for party in parties if party.id == report.sender)
    sequence = outcomes[report.message["message_id"]]["sequence"]
    file = auditor.place / f"report_{report.label}.tlog-proof"
    auditor.as_party(sender.name, "prove", sequence, "--out", file)
    say(f"proved: {sender.short} has a proof of its report {report.label}, entry {sequence}")
    return file


def check_proof(auditor, file, when):
    said = json.loads(auditor.run("jobbro", "--hub-key", auditor.hub_key, "prove", "--check",
                                  file))
    say(f"the proof holds {when}, without a hub: recorded at {said['recorded_at']}")


def export(auditor, course):
    file = auditor.place / f"course_{course.number}.jobbro-archive"
    order = next(iter(course.orders.values()))
    auditor.audit("export", "--order", order, "--unmask", "--ground", GROUND, "--out", file)
    summary = auditor.run("jobbro-audit", "verify", file, "--hub-key", auditor.hub_key)
    expect("0 by" not in row_of_summary(summary, "signatures"), "an export without its keys")
    say(f"exported course {course.number} ({file.name}); verified on its own: "
        f"entries {row_of_summary(summary, 'entries')}; "
        f"signatures {row_of_summary(summary, 'signatures')}")


def erase(auditor, course):
    text = auditor.as_party("operator", "erase", "--citizen", course.numbers[0], "--ground",
                            "Demo: kept long enough", "--controller-key",
                            auditor.key("controller"))
    said = json.loads(text.splitlines()[-1])
    expect(said["orders"] == len(course.orders), f"{said['orders']} orders were erased")
    say(f"erased the citizen of course {course.number}: {said['orders']} order, "
        f"{said['entries']} entries can be read by nobody any more")
    return said["entries"]


def replay_erased(auditor, count):
    text = auditor.audit("replay", "--format", "ndjson")
    erased = sum(json.loads(line).get("erased", False) for line in text.splitlines())
    expect(erased == count, f"{erased} entries read as erased, expected {count}")
    say(f"replayed again: {erased} entries read as erased")


def ask_access(auditor, course):
    text = auditor.audit("access", "--citizen", course.numbers[0], "--format", "ndjson")
    lines = [json.loads(line) for line in text.splitlines()]
    lines = [line for line in lines if "party" in line]  # one says how many could not be opened
    expect(any(line.get("ground") == GROUND for line in lines),
           "the access list says nothing of the auditor's own export")
    readers = sorted({line["party"] for line in lines})
    say(f"who has seen the citizen of course {course.number}: {len(lines)} readings by "
        f"{', '.join(readers)}")


def audit(courses, parties, outcomes, place, programs, hub):
    """Prints a line a step. Raises Unexpected."""
    auditor = Auditor(Path(place), Path(programs), list(hub))
    by_number = {course.number: course for course in courses}
    replay_masked(auditor, courses, outcomes)
    verify(auditor, "by a replay of the whole log")
    proof = prove(auditor, by_number[PROVED], parties, outcomes)
    check_proof(auditor, proof, "now")
    export(auditor, by_number[EXPORTED])
    erased = erase(auditor, by_number[PROVED])
    replay_erased(auditor, erased)
    verify(auditor, "after the erasure")
    check_proof(auditor, proof, "after the erasure")
    ask_access(auditor, by_number[EXPORTED])
