#!/usr/bin/env python3
"""Tells a played course the way each side received it. Reads what `jobbro` printed.

  timeline.py plan COURSE
      One line a message in the order of playing: its sender and its file.
  timeline.py show COURSE OUTCOMES STATUS PARTY=RECEIVED...
      What each party received and what the log holds. Ends with status 1 when the hub answered
      otherwise than the course expects, or a message did not reach the other side.
"""

import base64
import json
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

KINDS = ("order", "order_acceptance", "order_decline", "course_start", "absence_report",
         "progression_report", "course_end")
POINTS = ["ATTENTION_POINT_KIND_" + name for name in (
    "PROFESSIONAL_COMPETENCES", "PERSONAL_COMPETENCES", "HEALTH",
    "MATERIAL_CONDITIONS_AND_NETWORK", "OWN_PERSPECTIVE")]


def lines_of(path):
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines() if line]


def words(enum_value, prefix):
    """"no show" of "ABSENCE_KIND_NO_SHOW"."""
    return enum_value.removeprefix(prefix).replace("_", " ").lower()


def gist(kind, body):
    """A few words on what a message says."""
    if kind == "order":
        purposes = ", ".join(words(purpose, "PURPOSE_") for purpose in body.get("purposes", []))
        return (f"{body.get('offer_reference', 'no offer')}, {body.get('start_date')} to "
                f"{body.get('end_date')}, {purposes}, {len(body.get('sub_goals', []))} sub-goals")
    if kind == "order_acceptance":
        return f"start expected {body.get('expected_start_date', 'as ordered')}"
    if kind == "order_decline":
        return words(body["reason"], "ORDER_DECLINE_REASON_")
    if kind == "course_start":
        return f"{body['start_date']}, {body.get('hours_per_week', '?')} h a week"
    if kind == "absence_report":
        days = sorted({body["first_date"], body["last_date"]})
        attempts = [words(attempt["outcome"], "CONTACT_OUTCOME_")
                    for attempt in body.get("contact_attempts", [])]
        return (f"{' to '.join(days)}, {words(body['kind'], 'ABSENCE_KIND_')}, "
                f"{body.get('absent_hours', '?')} h; contact: {', '.join(attempts) or 'not tried'}")
    if kind == "progression_report":
        letters = {"PROGRESS": "P", "UNCHANGED": "U", "SETBACK": "S", "NOT_ASSESSED": "N"}
        points = sorted(body["attention_points"], key=lambda point: POINTS.index(point["kind"]))
        marks = " ".join(letters[point["direction"].removeprefix("DIRECTION_")] for point in points)
        return f"points {marks}; {body.get('recommendation', 'recommends nothing')}"
    if kind == "course_end":
        return f"{body['end_date']}, {words(body['reason'], 'COURSE_END_REASON_')}"
    return ""


def timeline_line(delivery, earlier):
    """One line of the time line; `earlier` holds what each message id is called."""
    message = delivery["message"]
    kind = next(name for name in KINDS if name in message)
    happened = datetime.fromisoformat(message["happened_at"].replace("Z", "+00:00"))
    local = happened.astimezone(ZoneInfo("Europe/Copenhagen")).strftime("%Y-%m-%d %H:%M")
    text = gist(kind, message[kind])
    for cause in message.get("causes", []):
        if cause["relation"] == "CAUSE_RELATION_CORRECTS":
            text += f"; corrects no. {earlier.get(cause['message_id'], '?')}"
    for finding in delivery.get("findings", []):
        text += f"; {finding['severity']}: {finding['code']}"
    earlier[message["message_id"]] = delivery["sequence"]
    return (f"  no. {delivery['sequence']:>3}  {local}  {kind.replace('_', ' '):<18}  "
            f"from {message['sender'].split(':')[0]:<9}  {text}")


def root_of(status):
    """Hex of the root in the latest checkpoint: origin, size and root are its first lines."""
    note = base64.b64decode(status["checkpoint"]).decode("utf-8").split("\n")
    return base64.b64decode(note[2]).hex()


def differences(course, outcomes, received):
    """What went otherwise than the course expects, a line each."""
    wrong = []
    for planned, outcome in zip(course["messages"], outcomes):
        refused = outcome.get("rejected", {}).get("code")
        if refused != planned.get("refused"):
            wrong.append(f"row {planned['row']}: refused with {refused}, expected "
                         f"{planned.get('refused')}")
        found = [finding["code"] for finding in outcome.get("findings", [])]
        if not refused and found != planned["findings"]:
            wrong.append(f"row {planned['row']}: findings {found}, expected {planned['findings']}")
        other = course["provider" if planned["from"] == course["jobcentre"] else "jobcentre"]
        have = {delivery["message"]["message_id"] for delivery in received.get(other, [])}
        if not refused and outcome["message_id"] not in have:
            wrong.append(f"row {planned['row']}: did not reach {other}")
    if len(outcomes) != len(course["messages"]):
        wrong.append(f"{len(course['messages'])} messages sent, {len(outcomes)} answered")
    return wrong


def show(course, outcomes, status, received):
    for party, deliveries in received.items():
        print(f"{party} received:")
        earlier = {}
        for delivery in deliveries:
            print(timeline_line(delivery, earlier))
    refused = sum("rejected" in outcome for outcome in outcomes)
    findings = sum(len(outcome.get("findings", [])) for outcome in outcomes)
    delivered = sum(len(deliveries) for deliveries in received.values())
    print(f"demo: {len(outcomes) - refused} messages accepted, {refused} refused, "
          f"{findings} findings, {delivered} delivered, log {status['tree_size']} entries, "
          f"tree {root_of(status)}")
    wrong = differences(course, outcomes, received)
    for line in wrong:
        print(f"demo: {line}", file=sys.stderr)
    return 1 if wrong else 0


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "plan":
        for message in json.loads(Path(arguments[1]).read_text("utf-8"))["messages"]:
            print(message["from"], message["file"])
        return 0
    if len(arguments) >= 4 and arguments[0] == "show":
        course = json.loads(Path(arguments[1]).read_text("utf-8"))
        received = dict(argument.split("=", 1) for argument in arguments[4:])
        return show(course, lines_of(arguments[2]),
                    json.loads(Path(arguments[3]).read_text("utf-8")),
                    {party: lines_of(path) for party, path in received.items()})
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
