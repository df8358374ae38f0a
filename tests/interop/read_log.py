#!/usr/bin/python3
"""Checks a hub's log from hub/journal/FORMAT.md alone.

  read_log.py LOG (--verifier-key VKEY | --hub-public FILE) [--party-key PARTY=BASE64]...
      LOG is the folder `log` of a hub that has stopped, or a copy of it; it is not changed. Reads
      the tables entries, commits and tiles through Debian's `ldb` (package rocksdb-tools).
      Recomputes the tree over all entries and holds every checkpoint and every tile to it. With
      --party-key, also verifies the submit signatures of that party's entries.
      Ends with 0 and one line that counts what was verified; with 1 and one line that names the
      first entry, checkpoint or tile that is wrong; with 2 when the log could not be read.

  read_log.py --self-test [--page FILE]
      Takes the worked example of FORMAT.md apart and opens its sealed parts.
"""

import argparse
import base64
import hashlib
import hmac
import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator, NamedTuple, Optional

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from transparency import (TILE_WIDTH, Checkpoint, Tree, Verifier, leaf_hash, root_from_path, sha256,
                          strict_base64)

ENTRY_BYTES_MAX = 65535
SUBMITTED = 1
TAG_BYTES = 16
PARTY_BYTES_MAX = 64
ENVELOPES_PER_SUBMIT_MAX = 256


class Fault(Exception):
    """The log is not what the page says it is. The text says where."""


class Unreadable(Exception):
    """The log could not be looked at."""


# --- Entries --------------------------------------------------------------------------------------


class SubmitProof(NamedTuple):
    registry_sequence: int
    signature: bytes
    count: int
    index: int
    path: list


class Entry(NamedTuple):
    sequence: int
    recorded_us: int
    message_id: bytes
    digest: bytes
    salt: bytes
    hidden_slot: int
    index_commitment: bytes
    body_commitment: bytes
    sender: str
    proof: Optional[SubmitProof]
    clear: bytes
    sealed_index: bytes
    sealed_body: bytes

    @classmethod
    def parse(cls, entry: bytes) -> "Entry":
        """Errors: ValueError."""
        if len(entry) > ENTRY_BYTES_MAX:
            raise ValueError("longer than an entry may be")
        reader = Reader(entry)
        version, flags = reader.number(1), reader.number(1)
        if version != 1:
            raise ValueError(f"version {version}")
        if flags & ~SUBMITTED:
            raise ValueError("an unknown flag is set")
        sequence, recorded_us = reader.number(8), reader.number(8)
        message_id, digest, salt = reader.take(16), reader.take(32), reader.take(16)
        hidden_slot, slot_key = reader.number(8), reader.number(4)
        index_commitment, body_commitment = reader.take(32), reader.take(32)
        sender = reader.take(reader.number(1)).decode("ascii")
        proof = reader.proof() if flags & SUBMITTED else None
        clear = entry[:reader.at]
        sealed_index = reader.take(reader.number(2))
        sealed_body = reader.take(len(entry) - reader.at)
        if slot_key != 1:
            raise ValueError("an unknown slot key")
        if message_id[6] >> 4 != 7 or message_id[8] >> 6 != 2:
            raise ValueError("the message id is no UUIDv7")
        if not 1 <= len(sender) <= PARTY_BYTES_MAX or (sender == "hub") == (proof is not None):
            raise ValueError("the sender and the flags do not fit")
        if min(len(sealed_index), len(sealed_body)) < TAG_BYTES:
            raise ValueError("a sealed part is too short")
        return cls(sequence, recorded_us, message_id, digest, salt, hidden_slot, index_commitment,
                   body_commitment, sender, proof, clear, sealed_index, sealed_body)

    def submit_root(self) -> Optional[bytes]:
        """Root of the submit's tree; None when the proof cannot be of a submit."""
        proof = self.proof
        if not 1 <= proof.count <= ENVELOPES_PER_SUBMIT_MAX:
            return None
        return root_from_path(leaf_hash(self.digest), proof.index, proof.count, proof.path)


class Reader:
    """Reads forward. Errors: ValueError past the end."""

    def __init__(self, data: bytes):
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        if len(self.data) - self.at < count:
            raise ValueError("the bytes end too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def proof(self) -> SubmitProof:
        registry_sequence, signature = self.number(8), self.take(64)
        count, index = self.number(2), self.number(2)
        return SubmitProof(registry_sequence, signature, count, index,
                           [self.take(32) for _ in range(self.number(1))])


# --- Sealed parts, for whoever has the keys -------------------------------------------------------


def slot_of(entry: Entry, slot_key: bytes) -> int:
    message = b"jobbro slot v1\x00" + entry.sequence.to_bytes(8, "big") + entry.salt
    mask = hmac.new(slot_key, message, hashlib.sha256).digest()
    return entry.hidden_slot ^ int.from_bytes(mask[:8], "big")


def part_key(data_key: bytes, salt: bytes, part: str, sequence: int) -> bytes:
    info = b"jobbro entry v1\x00" + part.encode("ascii") + b"\x00" + sequence.to_bytes(8, "big")
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(data_key)


def key_commitment(key: bytes) -> bytes:
    return sha256(b"jobbro key commitment v1\x00" + key)


def open_part(entry: Entry, data_key: bytes, part: str) -> bytes:
    """Errors: ValueError."""
    key = part_key(data_key, entry.salt, part, entry.sequence)
    commitment, sealed = ((entry.index_commitment, entry.sealed_index) if part == "index" else
                          (entry.body_commitment, entry.sealed_body))
    if not hmac.compare_digest(key_commitment(key), commitment):
        raise ValueError(f"the key is not the one the entry commits to for its {part}")
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), sealed, entry.clear)
    except InvalidTag:
        raise ValueError(f"the sealed {part} does not open") from None


# --- Checking a log -------------------------------------------------------------------------------


class LogSummary(NamedTuple):
    entries: int
    checkpoints: int
    root: bytes
    submitted: int  # entries that parties submitted
    verified: int  # of those, with a signature that was verified


class LogCheck:
    """`rows` has scan(table), which yields keys and values in the order of the keys, and
    get(table, key), which gives a value or None."""

    def __init__(self, rows, verifier: Verifier, party_keys: dict):
        self.rows = rows
        self.verifier = verifier
        self.party_keys = party_keys
        self.tree = Tree()
        self.checkpoints = 0
        self.last_recorded_us = 0
        self.since_checkpoint = []  # leaf hashes the last checkpoint does not cover
        self.submitted = 0
        self.verified = 0
        self.last_submit = None

    def run(self) -> LogSummary:
        """Errors: Fault; Unreadable."""
        commits = self._commits()
        commit = next(commits, None)
        for key, value in self.rows.scan("entries"):
            self._take_entry(key, value)
            if commit is not None and commit.size == self.tree.size:
                self._hold_to(commit)
                commit = next(commits, None)
        if self.tree.size == 0:
            raise Fault("there are no entries")
        if commit is not None:
            raise Fault(f"commit {commit.size}: signed, and the log ends at sequence "
                        f"{self.tree.size - 1}")
        if self.since_checkpoint:
            first = self.tree.size - len(self.since_checkpoint)
            raise Fault(f"sequence {first}: no checkpoint covers it")
        self._check_tiles()
        return LogSummary(self.tree.size, self.checkpoints, self.tree.root(), self.submitted,
                          self.verified)

    def _commits(self) -> Iterator[Checkpoint]:
        for key, value in self.rows.scan("commits"):
            size = int.from_bytes(key, "big")
            if len(key) != 8 or size == 0:
                raise Fault(f"commit {size}: no commit has this key")
            try:
                checkpoint = Checkpoint.open(value, self.verifier)
            except ValueError as error:
                raise Fault(f"commit {size}: {error}") from None
            if checkpoint.size != size:
                raise Fault(f"commit {size}: its checkpoint is for size {checkpoint.size}")
            yield checkpoint

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
        if entry.proof is not None:
            self._check_submit(entry)
        leaf = leaf_hash(value)
        self.tree.append(leaf)
        self.since_checkpoint.append(leaf)

    def _check_submit(self, entry: Entry):
        self.submitted += 1
        root = entry.submit_root()
        if root is None or entry.proof.registry_sequence >= entry.sequence:
            raise Fault(f"sequence {entry.sequence}: its submit's proof cannot be one")
        key = self.party_keys.get(entry.sender)
        if key is None:
            return
        submit = (entry.sender, entry.proof.count, root, entry.proof.signature)
        if submit != self.last_submit:
            text = (f"jobbro submit v1\n{self.verifier.name}\n{entry.sender}\n"
                    f"{entry.proof.count}\n{base64.b64encode(root).decode('ascii')}\n")
            try:
                key.verify(entry.proof.signature, text.encode("ascii"))
            except InvalidSignature:
                raise Fault(f"sequence {entry.sequence}: {entry.sender} did not sign its "
                            "submit") from None
            self.last_submit = submit
        self.verified += 1

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


# --- The database ---------------------------------------------------------------------------------


class LdbRows:
    """The tables of a RocksDB database, through ldb, which opens it for reading only."""

    def __init__(self, folder: Path):
        self.folder = folder
        if not (folder / "CURRENT").is_file():
            raise Unreadable(f"{folder} holds no RocksDB database")

    def _start(self, table: str, *command: str) -> subprocess.Popen:
        arguments = ["ldb", f"--db={self.folder}", f"--column_family={table}", *command, "--hex"]
        try:
            return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True)
        except OSError as error:
            raise Unreadable(f"ldb (package rocksdb-tools) cannot be run: {error}") from None

    def scan(self, table: str) -> Iterator[tuple]:
        with self._start(table, "scan") as ldb:
            try:
                for line in ldb.stdout:
                    row = re.fullmatch(r"0x([0-9A-Fa-f]*) (?::|==>) 0x([0-9A-Fa-f]*)\n", line)
                    if row is None:
                        raise Unreadable(f"ldb said of {table}: {line.strip()[:200]}")
                    yield bytes.fromhex(row[1]), bytes.fromhex(row[2])
                problem = ldb.stderr.read().strip()
                if ldb.wait() != 0 or problem:
                    raise Unreadable(f"ldb could not read {table}: {problem[:200]}")
            finally:
                ldb.kill()

    def get(self, table: str, key: bytes) -> Optional[bytes]:
        with self._start(table, "get", "0x" + key.hex().upper()) as ldb:
            answer, _ = ldb.communicate()
        found = re.fullmatch(r"0x([0-9A-Fa-f]*)\n", answer)
        return bytes.fromhex(found[1]) if found else None


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


def verifier_of(options) -> Verifier:
    """Errors: Unreadable."""
    try:
        if options.verifier_key:
            return Verifier.parse(options.verifier_key)
    except ValueError as error:
        raise Unreadable(f"--verifier-key is none: {error}") from None
    try:
        lines = options.hub_public.read_text("ascii").splitlines()
    except (OSError, ValueError) as error:
        raise Unreadable(f"{options.hub_public}: {error}") from None
    fields = dict(line.split(" ", 1) for line in lines[1:] if " " in line)
    if lines[:1] != ["jobbro hub public key v1"] or "verifier" not in fields:
        raise Unreadable(f"{options.hub_public} is not a hub's public key file")
    try:
        verifier = Verifier.parse(fields["verifier"])
    except ValueError as error:
        raise Unreadable(f"{options.hub_public}: the verifier key is none: {error}") from None
    if verifier.name != fields.get("origin"):
        raise Unreadable(f"{options.hub_public}: origin and verifier do not fit")
    return verifier


def party_key(text: str) -> tuple:
    party, separator, encoded = text.partition("=")
    try:
        key = Ed25519PublicKey.from_public_bytes(strict_base64(encoded))
    except ValueError:
        separator = ""
    if not separator or not party:
        raise argparse.ArgumentTypeError("expected PARTY=BASE64 of an Ed25519 public key")
    return party, key


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", nargs="?", type=Path, help="folder of the log's database")
    parser.add_argument("--verifier-key", help="the log's key, as name+id+key")
    parser.add_argument("--hub-public", type=Path, help="the hub's public key file")
    parser.add_argument("--party-key", type=party_key, action="append", default=[],
                        metavar="PARTY=BASE64", help="verify this party's submit signatures")
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
        verifier = verifier_of(options)
        summary = LogCheck(LdbRows(options.log), verifier, dict(options.party_key)).run()
    except Fault as fault:
        print(f"fault: {fault}", file=sys.stderr)
        return 1
    except (Unreadable, OSError) as error:
        print(f"read_log: {error}", file=sys.stderr)
        return 2
    print(f"log: {summary.entries} entries, {summary.checkpoints} checkpoints, "
          f"tree {summary.root.hex()}, last checkpoint verified")
    if options.party_key:
        print(f"submits: {summary.verified} of {summary.submitted} signatures verified")
    return 0


if __name__ == "__main__":
    sys.exit(main())
