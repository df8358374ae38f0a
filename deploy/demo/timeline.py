#!/usr/bin/env python3
"""The demo: its parties, the catalogue and the courses of the folder courses, planned, played and
checked.

  timeline.py parties              one a line: name, party, how it plays, jobcentres it reaches
  timeline.py plan                 every message in the order of time: wave, sender, row, kind, file
  timeline.py write FOLDER         every message as a file FOLDER/NAME/FILE
  timeline.py play PLACE CLIENT... hands all messages in; CLIENT is jobbro with its --hub options.
                                   Leaves outcomes.ndjson and received/NAME.ndjson in PLACE
  timeline.py show [PLACE]         each course as a time line; with PLACE as it was answered
  timeline.py check PLACE          holds what is in PLACE (and status.json) to the data; ends with
                                   status 1 when anything differs
  timeline.py audit PLACE PROGRAMS HUB...
                                   the auditor's part, with the programs in the folder PROGRAMS on
                                   the running hub; HUB is --hub and --hub-key with their values
"""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from audit import Unexpected, audit  # noqa: E402
from cases import alert_rows, played_rows, read_courses, read_parties  # noqa: E402
from check import check, closing_line  # noqa: E402
from plan import file_names, waves  # noqa: E402
from play import NoAnswer, play, write  # noqa: E402
from show import show  # noqa: E402


def lines_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def outcomes_in(place):
    return {outcome["message_id"]: outcome for outcome in lines_of(place / "outcomes.ndjson")}


def run_parties(courses, parties):
    for party in parties:
        print(party.name, party.id, party.plays_by.replace(" ", "_"), *party.reaches)
    return 0


def run_plan(courses, parties):
    rows = played_rows(courses)
    names = file_names(rows)
    shorts = {party.id: party.short for party in parties}
    for number, wave in enumerate(waves(rows), 1):
        for row in wave:
            print(f"{number:>3}  {shorts[row.sender]:<3} {row.label:<6} {row.kind:<22} "
                  f"{names[row.label]}")
    return 0


def run_write(courses, parties, folder):
    write(played_rows(courses), parties, folder)
    return 0


def run_play(courses, parties, place, *client):
    try:
        play(played_rows(courses), parties, Path(place), client)
    except NoAnswer as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


def run_show(courses, parties, place=None):
    show(courses, parties, outcomes_in(Path(place)) if place else {})
    return 0


def run_check(courses, parties, place):
    folder = Path(place)
    outcomes = outcomes_in(folder)
    received = {party.id: lines_of(folder / "received" / f"{party.name}.ndjson")
                for party in parties}
    status = json.loads((folder / "status.json").read_text("utf-8"))
    wrong = check(played_rows(courses), alert_rows(courses), parties, outcomes, received, status)
    for line in wrong:
        print(f"demo: differs: {line}", file=sys.stderr)
    print(closing_line(outcomes, received, status))
    return 1 if wrong else 0


def run_audit(courses, parties, place, programs, *hub):
    try:
        audit(courses, parties, outcomes_in(Path(place)), place, programs, hub)
    except Unexpected as error:
        print(f"audit: {error}", file=sys.stderr)
        return 1
    return 0


COMMANDS = {  # name -> what it runs, and how many arguments it takes
    "parties": (run_parties, range(1)), "plan": (run_plan, range(1)),
    "write": (run_write, range(1, 2)), "play": (run_play, range(2, 100)),
    "show": (run_show, range(2)), "check": (run_check, range(1, 2)),
    "audit": (run_audit, range(6, 7))}


def main(arguments):
    run, counts = COMMANDS.get(arguments[0], (None, ())) if arguments else (None, ())
    if len(arguments) - 1 not in counts:
        print(__doc__, file=sys.stderr)
        return 2
    return run(read_courses(), read_parties(), *arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
