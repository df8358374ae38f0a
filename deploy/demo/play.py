"""Hands the messages in, each by the program its party has, and gathers what came of them.

What the parties have stands in a place, a folder: keys/NAME.key, and for a party that plays by
folder its folders parties/NAME/{in,sent,refused,out}."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cases import LOCAL_TIME
from catching_up import have_caught_up
from plan import file_names, waves

SECONDS_MAX = 30  # for the answers to a wave, and for what is to be delivered
POLL_SECONDS = 0.01
BEGINS = datetime(2010, 12, 30, 9, tzinfo=LOCAL_TIME)  # a day before the first message
ENDS = datetime(2011, 12, 31, 23, tzinfo=LOCAL_TIME)


class NoAnswer(Exception):
    """Something did not come in time, or a program ended. Its text says what."""


def message_text(row):
    return json.dumps(row.message, ensure_ascii=False)


class DrivenClock:
    """The clock of the place: hub and programs go by what its file says, and by the seconds since.
    `look` has the hub take a turn, so that it sees each day begin and is never late."""

    def __init__(self, place, look):
        self.file = place / "clock"
        self.look = look
        self.now = BEGINS

    def say(self, at):
        unfinished = self.file.with_suffix(".new")
        unfinished.write_text(at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ\n"), "ascii")
        unfinished.rename(self.file)
        self.now = at

    def go_to(self, at):
        for midnight in midnights(self.now, at):
            self.say(midnight + timedelta(seconds=1))
            self.look()
        if at > self.now:
            self.say(at)


def midnights(after, until):
    """When days begin in Denmark, after the one and not after the other."""
    date = after.astimezone(LOCAL_TIME).date() + timedelta(days=1)
    while (at := datetime(date.year, date.month, date.day, tzinfo=LOCAL_TIME)) <= until:
        yield at
        date += timedelta(days=1)


class ByCommandLine:
    """A party that writes lines to `jobbro submit -` and reads one answer for each."""

    def __init__(self, party, client, place):
        self.party = party
        self.client = [*client, "--key", str(place / "keys" / f"{party.name}.key")]
        self.errors = place / f"{party.name}.err"
        self.process = None
        self.waiting = []

    def hand_in(self, rows):
        if self.process is None:
            with self.errors.open("wb") as errors:
                self.process = subprocess.Popen([*self.client, "submit", "-"], text=True,
                                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                stderr=errors)
        for row in rows:
            self.process.stdin.write(message_text(row) + "\n")
        self.process.stdin.flush()
        self.waiting += rows

    def answers(self):
        """An outcome for each message handed in. The program itself waits no longer than told."""
        outcomes = []
        for row in self.waiting:
            line = self.process.stdout.readline()
            if not line:
                raise NoAnswer(f"{self.party.id}: jobbro submit ended; see {self.errors}")
            outcomes.append(json.loads(line))
        self.waiting = []
        return outcomes

    def end(self):
        if self.process is not None:
            self.process.communicate(timeout=SECONDS_MAX)

    def received(self):
        """All deliveries."""
        done = subprocess.run([*self.client, "subscribe", "--name", "demo"], text=True, check=True,
                              timeout=SECONDS_MAX, capture_output=True)
        return [json.loads(line) for line in done.stdout.splitlines()]


class ByFolder:
    """A party that puts files into its folder and finds the answers beside them."""

    def __init__(self, party, names, place):
        self.party = party
        self.names = names
        self.folder = place / "parties" / party.name
        self.waiting = []

    def hand_in(self, rows):
        for row in rows:
            name = self.names[row.label]
            unfinished = self.folder / "in" / f".{name}"
            unfinished.write_text(message_text(row) + "\n", "utf-8")
            unfinished.rename(self.folder / "in" / name)
            self.waiting.append((name, row))

    def answers(self):
        outcomes = [self.answer(name, row) for name, row in self.waiting]
        self.waiting = []
        return outcomes

    def answer(self, name, row):
        receipt = self.folder / "sent" / f"{name}.receipt.json"
        error = self.folder / "refused" / f"{name}.error.json"
        wait_for(lambda: receipt.exists() or error.exists(),
                 f"{self.party.id}: no answer to {name}")
        text = json.loads((receipt if receipt.exists() else error).read_text("utf-8"))
        return outcome_of(text, row.message["message_id"])

    def end(self):
        pass

    def received(self):
        """All deliveries. Requires: the daemon has caught up."""
        files = sorted((self.folder / "out").glob("[!.]*.json"))
        return [delivery_of(json.loads(file.read_text("utf-8"))) for file in files]


def outcome_of(file_text, message_id):
    """What stands beside the file of one message, in the form that `jobbro submit` prints."""
    fate = file_text.get("messages", [file_text])[0]
    if "accepted" in fate:
        return {"message_id": message_id} | fate["accepted"]
    return {"message_id": message_id, "rejected": fate["refused"]}


def delivery_of(file_text):
    """A file of `out`, in the form that `jobbro subscribe` prints."""
    return {("message" if name == "envelope" else name): value for name, value in file_text.items()}


def wait_for(is_there, otherwise):
    end = time.monotonic() + SECONDS_MAX
    while not is_there():
        if time.monotonic() > end:
            raise NoAnswer(otherwise)
        time.sleep(POLL_SECONDS)


def doors_of(parties, rows, place, client):
    names = file_names(rows)
    return {party.id: ByFolder(party, names, place) if party.plays_by == "folder"
            else ByCommandLine(party, client, place) for party in parties}


def play(rows, parties, place, client):
    """Plays all rows, each on its day, and writes what came of it: outcomes.ndjson, received/NAME.ndjson."""
    doors = doors_of(parties, rows, place, client)
    clock = DrivenClock(place, lambda: status_of_hub(place, client))
    with (place / "outcomes.ndjson").open("w", encoding="utf-8") as file:
        for wave in waves(rows):
            clock.go_to(wave[-1].happened_at)
            for outcome in play_wave(wave, doors):
                file.write(json.dumps(outcome, ensure_ascii=False) + "\n")
    clock.go_to(ENDS)
    for door in doors.values():
        door.end()
    gather(parties, doors, lambda: status_of_hub(place, client), place / "received")


def status_of_hub(place, client):
    done = subprocess.run([*client, "--key", str(place / "keys" / "operator.key"), "status",
                           "--json"],
                          text=True, check=True, timeout=SECONDS_MAX, capture_output=True)
    return json.loads(done.stdout)


def wait_until_caught_up(party_ids, ask_status):
    """Errors: NoAnswer."""
    latest = ask_status()

    def have_all():
        nonlocal latest
        before, latest = latest, ask_status()
        return have_caught_up(party_ids, before, latest)

    wait_for(have_all, f"not all of these daemons have caught up: {', '.join(party_ids)}")


def gather(parties, doors, ask_status, folder):
    """What each party received, once there is no more to come; all parties at the same time, since
    each takes a while."""
    wait_until_caught_up([party.id for party in parties if party.plays_by == "folder"], ask_status)
    folder.mkdir(exist_ok=True)

    def receive(party):
        lines = [json.dumps(delivery, ensure_ascii=False) + "\n"
                 for delivery in doors[party.id].received()]
        (folder / f"{party.name}.ndjson").write_text("".join(lines), "utf-8")

    with ThreadPoolExecutor(len(parties)) as pool:
        list(pool.map(receive, parties))  # raises what a thread raised


def play_wave(wave, doors):
    senders = dict.fromkeys(row.sender for row in wave)
    for sender in senders:
        doors[sender].hand_in([row for row in wave if row.sender == sender])
    return [outcome for sender in senders for outcome in doors[sender].answers()]


def write(rows, parties, folder):
    """Each message as a file FOLDER/NAME/FILE, for whoever hands it in by himself."""
    names = file_names(rows)
    by_id = {party.id: party.name for party in parties}
    for row in rows:
        path = Path(folder) / by_id[row.sender] / names[row.label]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(row.message, ensure_ascii=False, indent=2) + "\n", "utf-8")
