"""Holds what the hub answered and what each party received to the data."""

import base64
from collections import Counter

from cases import LOCAL_TIME, time_of

FILLED_IN = ("sender", "schema_version", "salt")  # by the program that sends


def root_of(status):
    """Hex of the root in the latest checkpoint: origin, size and root are its first lines."""
    note = base64.b64decode(status["checkpoint"]).decode("utf-8").split("\n")
    return base64.b64decode(note[2]).hex()


def codes_of(findings):
    return [finding["code"] for finding in findings]


def wrong_outcomes(rows, outcomes):
    """Rows that were answered otherwise than they say, a line each."""
    wrong = []
    for row in rows:
        text = wrong_outcome(row, outcomes.get(row.message["message_id"]))
        if text:
            wrong.append(f"row {row.label}: {text}")
    if len(outcomes) != len(rows):
        wrong.append(f"{len(rows)} messages are planned, {len(outcomes)} were answered")
    return wrong


def refusal(code, field_path):
    return f"refused with {code} [{field_path}]"


def wrong_outcome(row, outcome):
    """What is wrong with a row's answer; empty when nothing is."""
    if outcome is None:
        return "not answered"
    due = ""
    if row.is_refused:
        due = refusal(row.expected["refused"], row.expected["field_path"])
    if "rejected" in outcome:
        rejected = outcome["rejected"]
        said = refusal(rejected["code"], rejected.get("field_path", ""))
        return "" if said == due else said + (f", and not {due}" if due else "")
    if due:
        return f"accepted, and not {due}"
    if codes_of(outcome["findings"]) != row.findings:
        return (f"the receipt has findings {codes_of(outcome['findings'])}, "
                f"expected {row.findings}")
    return ""


def wrong_deliveries(party, rows, outcomes, deliveries):
    """What the party received too much, too little or otherwise than it was sent."""
    deliveries = [delivery for delivery in deliveries if "alert" not in delivery["message"]]
    rows_by_id = {row.message["message_id"]: row for row in rows}
    received = Counter(delivery["message"]["message_id"] for delivery in deliveries)
    due = Counter(row.message["message_id"] for row in rows if row.comes_to(party.id))
    label = lambda id: f"row {rows_by_id[id].label}" if id in rows_by_id else "a message of no row"
    wrong = [f"{party.id}: {label(id)} did not come" for id in due - received]
    wrong += [f"{party.id}: {label(id)} came and should not" for id in received - due]
    sequences = [delivery["sequence"] for delivery in deliveries]
    if sequences != sorted(sequences):
        wrong.append(f"{party.id}: messages came in another order than that of the log")
    for delivery in deliveries:
        row = rows_by_id.get(delivery["message"]["message_id"])
        if row is not None:
            outcome = outcomes.get(row.message["message_id"], {})
            wrong += [f"{party.id}: row {row.label}: {text}"
                      for text in wrong_delivery(row, outcome, delivery)]
    return wrong


def wrong_delivery(row, outcome, delivery):
    message = dict(delivery["message"])
    wrong = []
    if message.get("sender") != row.sender:
        wrong.append(f"its sender is {message.get('sender')}")
    for field in FILLED_IN:
        message.pop(field, None)
    if message != row.message:
        fields = sorted(field for field in message.keys() | row.message.keys()
                        if message.get(field) != row.message.get(field))
        wrong.append(f"differs from what was sent in {', '.join(fields)}")
    if codes_of(delivery.get("findings", [])) != row.findings:
        wrong.append(f"came with findings {codes_of(delivery.get('findings', []))}")
    if delivery["sequence"] != outcome.get("sequence"):
        wrong.append("came with another number than its receipt has")
    return wrong


def text_of_alert(message):
    """On what it is, what it says and on which day it was raised."""
    alert = message["alert"]
    about = message.get("order_id", message["citizen"]["cpr_number"])
    limit = f" limit {alert['limit_date']}" if "limit_date" in alert else ""
    late = " late" if alert.get("raised_late") else ""
    date = time_of(message["happened_at"]).astimezone(LOCAL_TIME).date()
    return f"{about} {alert['kind']}{limit} step {alert['step']} on {date}{late}"


def wrong_alerts(party, alerts, deliveries):
    """Those that came and should not, and those that did not come."""
    received = Counter(text_of_alert(delivery["message"]) for delivery in deliveries
                       if "alert" in delivery["message"])
    due = Counter(text_of_alert(row.message) for row in alerts if party.id in row.receivers)
    return ([f"{party.id}: the alert {text} did not come" for text in due - received] +
            [f"{party.id}: the alert {text} came and should not" for text in received - due])


def check(rows, alerts, parties, outcomes, received, status):
    """What went otherwise than the data says, a line each. `received`: deliveries by party id."""
    wrong = wrong_outcomes(rows, outcomes)
    for party in parties:
        wrong += wrong_deliveries(party, rows, outcomes, received[party.id])
        wrong += wrong_alerts(party, alerts, received[party.id])
    accepted = sum("rejected" not in outcome for outcome in outcomes.values())
    # The log's opening, the parties and the auditor, the messages, the alerts; rule sets and traces
    # of deliveries come beside them. What each entry is, the auditor's part looks at.
    entries = 2 + len(parties) + accepted + len(alerts)
    if status["tree_size"] < entries:
        wrong.append(f"the log holds {status['tree_size']} entries, expected {entries} and more")
    return wrong


def closing_line(outcomes, received, status):
    refused = sum("rejected" in outcome for outcome in outcomes.values())
    findings = sum(len(outcome.get("findings", [])) for outcome in outcomes.values())
    delivered = sum(len(deliveries) for deliveries in received.values())
    alerts = len({delivery["sequence"] for deliveries in received.values()
                  for delivery in deliveries if "alert" in delivery["message"]})
    return (f"demo: {len(outcomes) - refused} messages accepted, {refused} refused, "
            f"{findings} findings, {alerts} alerts, {delivered} delivered, log {status['tree_size']} entries, "
            f"tree {root_of(status)}")
