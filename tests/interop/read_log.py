#!/usr/bin/python3
"""Checks a hub's log from hub/journal/FORMAT.md alone.

  read_log.py LOG (--verifier-key VKEY | --hub-public FILE) [--hub-keys FILE]
              [--party-key PARTY=BASE64]...
      LOG is the folder `log` of a hub that has stopped, or a copy of it; it is not changed. Reads
      the tables entries, commits and tiles through Debian's `ldb` (package rocksdb-tools).
      Recomputes the tree over all entries and holds every checkpoint and every tile to it. With
      --party-key, once for each key a party has had, also verifies the submit signatures of that
      party's entries.
      VKEY is the key the log has now, FILE the hub's public key file, which may name former ones.
      With --hub-keys, the hub's secret key file, opens the statements in the log, for which the
      folder `vault` must lie beside LOG: follows the log's own keys from entry 0 to the given one,
      and the parties' through all they took, and verifies every submit signature. Needs PyNaCl and
      the classes made from proto/jobbro/v1 on PYTHONPATH.
      Ends with 0 and one line that counts what was verified; with 1 and one line that names the
      first entry, checkpoint or tile that is wrong; with 2 when the log could not be read.

  read_log.py --self-test [--page FILE]
      Takes the worked example of FORMAT.md apart and opens its sealed parts.
"""

import argparse
import re
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

from log_entries import Entry, Fault, SubmitCheck, open_part, slot_of
from log_sources import (LdbRows, Unreadable, add_key_options, master_key_of, open_vault,
                         party_keys_of, vkey_of, vkeys_of)
from transparency import TILE_WIDTH, Checkpoint, Tree, Verifier, leaf_hash, sha256


# --- Checking a log -------------------------------------------------------------------------------


class LogSummary(NamedTuple):
    entries: int
    checkpoints: int
    root: bytes
    submitted: int  # entries that parties submitted
    verified: int  # of those, with a signature that was verified


class KnownKeys:
    """The keys a log has had, as they are known from elsewhere: for whoever cannot open what hands
    it over from one to the next."""

    def __init__(self, verifiers: list):
        """The present one last."""
        self.verifiers = verifiers

    def take(self, entry: Entry):
        pass

    def open_checkpoint(self, note: bytes) -> Checkpoint:
        """Each in turn; a key that another has followed on signs nothing more. Errors:
        ValueError."""
        for at, verifier in enumerate(self.verifiers):
            try:
                checkpoint = Checkpoint.open(note, verifier)
            except ValueError as error:
                problem = error
            else:
                self.verifiers = self.verifiers[at:]
                return checkpoint
        raise problem

    def keys_of(self, _entry: Entry, known: list) -> list:
        return known

    def finish(self):
        """Errors: Fault."""
        if len(self.verifiers) > 1:
            raise Fault("the last checkpoint is not signed with the key the log has now")


class LogCheck:
    """`rows` has scan(table), which yields keys and values in the order of the keys, and
    get(table, key), which gives a value or None. `keys` are KnownKeys, or a FollowedLog of
    statements.py. `party_keys`: of each party the keys it has had."""

    def __init__(self, rows, origin: str, keys, party_keys: dict):
        self.rows = rows
        self.keys = keys
        self.submits = SubmitCheck(
            origin, lambda entry: keys.keys_of(entry, party_keys.get(entry.sender, [])))
        self.tree = Tree()
        self.checkpoints = 0
        self.last_recorded_us = 0
        self.since_checkpoint = []  # leaf hashes the last checkpoint does not cover

    def run(self) -> LogSummary:
        """Errors: Fault; Unreadable."""
        commits = self._commits()
        commit = next(commits, None)
        for key, value in self.rows.scan("entries"):
            self._take_entry(key, value)
            if commit is not None and commit[0] == self.tree.size:
                self._hold_to(self._open_commit(*commit))
                commit = next(commits, None)
        if self.tree.size == 0:
            raise Fault("there are no entries")
        if commit is not None:
            raise Fault(f"commit {commit[0]}: signed, and the log ends at sequence "
                        f"{self.tree.size - 1}")
        if self.since_checkpoint:
            first = self.tree.size - len(self.since_checkpoint)
            raise Fault(f"sequence {first}: no checkpoint covers it")
        self.keys.finish()
        self._check_tiles()
        return LogSummary(self.tree.size, self.checkpoints, self.tree.root(),
                          self.submits.submitted, self.submits.verified)

    def _commits(self) -> Iterator[tuple]:
        for key, value in self.rows.scan("commits"):
            size = int.from_bytes(key, "big")
            if len(key) != 8 or size == 0:
                raise Fault(f"commit {size}: no commit has this key")
            yield size, value

    def _open_commit(self, size: int, note: bytes) -> Checkpoint:
        """By the key of its size: the entries before it have been read, and no others."""
        try:
            checkpoint = self.keys.open_checkpoint(note)
        except ValueError as error:
            raise Fault(f"commit {size}: {error}") from None
        if checkpoint.size != size:
            raise Fault(f"commit {size}: its checkpoint is for size {checkpoint.size}")
        return checkpoint

    def _take_entry(self, key: bytes, value: bytes):
        sequence = self.tree.size
        if len(key) != 8 or int.from_bytes(key, "big") != sequence:
            raise Fault(f"sequence {sequence}: the next key is {key.hex()}")
        try:
            entry = Entry.parse(value)
        except ValueError as error:
            raise Fault(f"sequence {sequence}: {error}") from None
        if entry.sequence != sequence:
            raise Fault(f"sequence {sequence}: the entry says {entry.sequence}")
        if entry.recorded_us < self.last_recorded_us:
            raise Fault(f"sequence {sequence}: recorded before the entry before")
        self.last_recorded_us = entry.recorded_us
        try:
            self.keys.take(entry)
        except ValueError as error:
            raise Fault(f"sequence {sequence}: {error}") from None
        self.submits.take(entry)
        leaf = leaf_hash(value)
        self.tree.append(leaf)
        self.since_checkpoint.append(leaf)

    def _hold_to(self, commit: Checkpoint):
        if commit.root != self.tree.root():
            first = self.tree.size - len(self.since_checkpoint)
            raise Fault(self._what_changed(first, commit.size))
        self.checkpoints += 1
        self.since_checkpoint.clear()

    def _what_changed(self, first: int, size: int) -> str:
        """A checkpoint tells of all entries since the one before. Where a tile holds their leaf
        hashes, it tells which of them has changed."""
        for sequence, leaf in enumerate(self.since_checkpoint, first):
            tile = self.rows.get("tiles", bytes(1) + (sequence // TILE_WIDTH).to_bytes(8, "big"))
            at = 32 * (sequence % TILE_WIDTH)
            if tile is not None and tile[at:at + 32] != leaf:
                return f"sequence {sequence}: not the entry whose hash is in the tree"
        if size - first == 1:
            return f"sequence {first}: not the entry that commit {size} signed"
        return (f"commit {size}: its root is not that of the entries; one of sequence {first} to "
                f"{size - 1} has changed")

    def _check_tiles(self):
        expected = dict(self.tree.tiles)
        for key, value in self.rows.scan("tiles"):
            place = (key[0], int.from_bytes(key[1:], "big")) if len(key) == 9 else None
            name = f"tile {place[1]} of level {place[0]}" if place else f"tile {key.hex()}"
            digest = expected.pop(place, None)
            if digest is None:
                raise Fault(f"{name}: the tree has no such full tile")
            if len(value) != 32 * TILE_WIDTH or sha256(value) != digest:
                raise Fault(f"{name}: its hashes are not those of the entries")
        for level, number in sorted(expected):
            raise Fault(f"tile {number} of level {level}: missing")


# --- The worked example ---------------------------------------------------------------------------


def worked_example(page: str) -> tuple:
    """The example's entry and leaf hash; empty when the page has none."""
    entry, leaf = (bytes.fromhex("".join(re.findall(rf"(?m)^{label} ([0-9a-f]+)$", page)))
                   for label in ("entry", "leaf"))
    return entry, leaf


def check_worked_example(page: str):
    """Errors: Fault."""
    entry_bytes, leaf = worked_example(page)
    if not entry_bytes:
        raise Fault("the page has no worked example")
    try:
        entry = Entry.parse(entry_bytes)
        data_key = b"\x11" * 32
        found = {
            "sequence": entry.sequence,
            "recorded time": entry.recorded_us,
            "message id": entry.message_id.hex(),
            "sender": entry.sender,
            "salt": entry.salt,
            "slot": slot_of(entry, b"\x22" * 32),
            "digest": entry.digest,
            "index": open_part(entry, data_key, "index"),
            "body": open_part(entry, data_key, "body"),
            "leaf hash": leaf,
        }
    except ValueError as error:
        raise Fault(f"worked example: {error}") from None
    told = {
        "sequence": 3,
        "recorded time": 1767323045000006,
        "message id": "019b7cbd6b0870008000000000000001",
        "sender": "hub",
        "salt": b"\x33" * 16,
        "slot": 7,
        "digest": sha256(b"body"),
        "index": b"index",
        "body": b"body",
        "leaf hash": leaf_hash(entry_bytes),
    }
    for what, value in told.items():
        if found[what] != value:
            raise Fault(f"worked example: the {what} is not what the page says")


# --- The program ----------------------------------------------------------------------------------


def log_keys_of(options):
    """KnownKeys, or a FollowedLog with --hub-keys. Errors: Unreadable."""
    vkeys = vkeys_of(options)
    if options.hub_keys is None:
        return KnownKeys([Verifier.parse(each) for each in vkeys])
    from statements import FollowedLog  # needs classes that the rest does not
    vault = options.log.resolve().parent / "vault"
    return FollowedLog(vkeys[-1], open_vault(vault, master_key_of(options.hub_keys)))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", nargs="?", type=Path, help="folder of the log's database")
    add_key_options(parser)
    parser.add_argument("--hub-keys", type=Path, help="the hub's secret key file")
    parser.add_argument("--self-test", action="store_true", help="check the worked example")
    parser.add_argument("--page", type=Path, help="FORMAT.md, for --self-test",
                        default=Path(__file__).resolve().parents[2] / "hub/journal/FORMAT.md")
    options = parser.parse_args()
    has_one_key = bool(options.verifier_key) != bool(options.hub_public)
    if not options.self_test and (options.log is None or not has_one_key):
        parser.error("a LOG and one of --verifier-key and --hub-public are needed")
    return options


def main() -> int:
    options = parse_arguments()
    try:
        if options.self_test:
            check_worked_example(options.page.read_text("utf-8"))
            print("worked example: as the page says")
            return 0
        origin = Verifier.parse(vkey_of(options)).name
        summary = LogCheck(LdbRows(options.log), origin, log_keys_of(options),
                           party_keys_of(options)).run()
    except Fault as fault:
        print(f"fault: {fault}", file=sys.stderr)
        return 1
    except (Unreadable, OSError) as error:
        print(f"read_log: {error}", file=sys.stderr)
        return 2
    print(f"log: {summary.entries} entries, {summary.checkpoints} checkpoints, "
          f"tree {summary.root.hex()}, last checkpoint verified")
    if options.party_key or options.hub_keys:
        print(f"submits: {summary.verified} of {summary.submitted} signatures verified")
    return 0


if __name__ == "__main__":
    sys.exit(main())
