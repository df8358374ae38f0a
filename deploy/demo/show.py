"""Each course as a time line, to be read."""

from cases import HUB
from gists import gist


def show(courses, parties, outcomes):
    """Prints every course; `outcomes` by message id, or empty for the data alone."""
    shorts = {party.id: party.short for party in parties} | {HUB: HUB}
    labels = {row.message["message_id"]: row.label for course in courses for row in course.rows
              if "message_id" in row.message}
    for course in courses:
        print(f"{course.number}. {course.title}")
        print(f"   {course.story}")
        for row in course.rows:
            print(line_of(row, shorts, labels, outcomes.get(row.message.get("message_id"))))
        print()


def line_of(row, shorts, labels, outcome):
    number = f"no. {outcome['sequence']:>3}" if outcome and "sequence" in outcome else "      -"
    to = ", ".join(shorts[receiver] for receiver in row.receivers) or "nobody"
    what = "; ".join(part for part in (gist(row.kind, row.body), links(row, labels),
                                       verdict(row, outcome)) if part)
    return (f"  {row.label:<6}{number}  d{row.day:<4}{row.date}  {shorts[row.sender]:>3} > {to:<7}  "
            f"{row.kind.replace('_', ' '):<22}{what}")


def links(row, labels):
    """Which rows it answers or corrects."""
    said = {}
    for cause in row.message.get("causes", []):
        verb = cause["relation"].removeprefix("CAUSE_RELATION_").lower()
        said.setdefault(verb, []).append(labels.get(cause["message_id"], "?"))
    return "; ".join(f"{verb} {', '.join(rows)}" for verb, rows in said.items())


def verdict(row, outcome):
    """What the hub says to it."""
    if row.is_alert:
        return f"ALERT {row.expected['alert']}"
    if row.is_refused and not outcome:
        return f"to be refused: {row.expected['refused']}"
    marks = ["extra"] if row.is_extra else []
    if outcome and "rejected" in outcome:
        marks.append(f"REFUSED {outcome['rejected']['code']}")
    codes = row.findings
    if outcome:
        codes = [finding["code"] for finding in outcome.get("findings", [])]
    return "; ".join(marks + [f"FINDING {code}" for code in codes])
