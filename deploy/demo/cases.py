"""The parties, the courses and their rows, as parties.json and courses/*.json hold them."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).resolve().parent
LOCAL_TIME = ZoneInfo("Europe/Copenhagen")
HUB = "hub"
ENVELOPE_FIELDS = {"message_id", "sender", "audience", "order_id", "citizen", "causes",
                   "happened_at", "traceparent", "schema_version", "salt"}


@dataclass(frozen=True)
class Party:
    """Who takes part: `short` as the time lines write it, `name` as keys and folders are named."""
    id: str
    short: str
    name: str
    plays_by: str  # "folder" or "command line"
    reaches: tuple  # of a provider: the jobcentres it may work for


@dataclass(frozen=True)
class Row:
    """What somebody sends in a course, or what the hub says of its own accord."""
    course: str
    label: str
    day: int
    sender: str
    receivers: tuple
    is_extra: bool
    message: dict
    expected: dict

    @property
    def is_alert(self):
        """The hub says it of its own accord."""
        return "alert" in self.expected

    @property
    def is_played(self):
        """A party sends it."""
        return not self.is_alert

    @property
    def is_refused(self):
        """Recorded nowhere and delivered to nobody."""
        return "refused" in self.expected

    @property
    def findings(self):
        """The codes that the hub finds."""
        return self.expected.get("findings", [])

    def comes_to(self, party_id):
        return party_id in self.receivers and not self.is_refused

    @property
    def kind(self):
        return kind_of(self.message)

    @property
    def body(self):
        return self.message[self.kind]

    @property
    def happened_at(self):
        return time_of(self.message["happened_at"])

    @property
    def date(self):
        return self.happened_at.astimezone(LOCAL_TIME).date()


@dataclass(frozen=True)
class Course:
    number: str
    title: str
    story: str
    rows: tuple
    orders: dict    # what rows call an order -> its id
    numbers: tuple  # CPR numbers of its citizen; none of the catalogue


def time_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def kind_of(message):
    """"order", "absence_report", …: the one field that is not the envelope's own."""
    return next(field for field in message if field not in ENVELOPE_FIELDS)


def read_parties():
    entries = json.loads((FOLDER / "parties.json").read_text("utf-8"))
    return [Party(entry["party"], entry["short"], entry["name"], entry["plays_by"],
                  tuple(entry.get("reaches", ()))) for entry in entries]


def read_courses():
    return [read_course(path) for path in sorted((FOLDER / "courses").glob("*.json"))]


def read_course(path):
    data = json.loads(path.read_text("utf-8"))
    rows = tuple(Row(data["course"], row["row"], row["day"], row["from"], tuple(row["to"]),
                     row.get("extra", False), row["message"], row["expected"])
                 for row in data["rows"])
    citizen = (data["citizen"],) if "citizen" in data else ()
    return Course(data["course"], data["title"], data["story"], rows, data.get("orders", {}),
                  citizen + tuple(data.get("other_numbers", ())))


def alert_rows(courses):
    """All that the hub is to say of its own accord."""
    return [row for course in courses for row in course.rows if row.is_alert]


def played_rows(courses):
    """All that is sent, in the order of time."""
    rows = [row for course in courses for row in course.rows if row.is_played]
    return sorted(rows, key=lambda row: (row.happened_at, row.message["message_id"]))
