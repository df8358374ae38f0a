"""Archives, from adapters/audit/ARCHIVE.md alone. Needs the classes made from proto/jobbro/v1."""

import json
import re
from typing import BinaryIO, NamedTuple

from jobbro.v1 import journal_pb2
from log_entries import Entry, Fault, SubmitCheck, open_with
from statements import LOG_KEY_CHANGE, LOG_OPENED, REGISTRY_CHANGE, Statements, read_as
from transparency import Checkpoint, Verifier, leaf_hash, root_from_path, sha256, strict_base64

LINE_BYTES_MAX = 131072
SELECTION_BYTES_MAX = 400
MADE_AT_BYTES_MAX = 40
PROOF_HASHES_MAX = 64
FIELDS = {
    "header": {"type", "format", "origin", "verifier_key", "checkpoint", "selection", "made_at"},
    "statement": {"type", "sequence", "entry", "index_key", "body_key", "proof"},
    "entry": {"type", "sequence", "entry", "index_key", "body_key", "erased", "proof"},
    "end": {"type", "statements", "entries", "sha256"},
}
OPTIONAL = {"index_key", "body_key", "erased"}


class Malformed(Exception):
    """The file is no archive, was cut short or changed. The text says which line."""


class ArchiveSummary(NamedTuple):
    checkpoint: Checkpoint
    statements: int
    entries: int
    erased: int
    opened: int  # entries with a part that was opened
    submitted: int  # entries that parties submitted
    verified: int  # of those, with a signature that was verified
    controllers: dict  # party id -> key, 32 bytes, as entry 0 names them


# --- Lines ----------------------------------------------------------------------------------------


def read_lines(archive: BinaryIO) -> list:
    """All lines, each with the fields of its type; the last one is held to those before it.
    Errors: Malformed."""
    lines, before, ended = [], b"", False
    for number, line in enumerate(iter(lambda: archive.readline(LINE_BYTES_MAX + 1), b""), 1):
        try:
            if ended or not line.endswith(b"\n"):
                raise ValueError("more than its last line" if ended else "it is cut short")
            lines.append(parse_line(line))
            ended = lines[-1]["type"] == "end"
            if ended:
                check_end(line, lines, before)
        except ValueError as error:
            raise Malformed(f"line {number}: {error}") from None
        before += line
    if not ended:
        raise Malformed("it ends without its last line")
    return lines


def parse_line(line: bytes) -> dict:
    """Errors: ValueError."""
    fields = json.loads(line.decode("ascii"))
    if not isinstance(fields, dict) or fields.get("type") not in FIELDS:
        raise ValueError("a line of no known type")
    known = FIELDS[fields["type"]]
    if not known - OPTIONAL <= fields.keys() <= known:
        raise ValueError("its fields are others")
    for name in ("sequence", "statements", "entries"):
        if name in fields and (type(fields[name]) is not int or fields[name] < 0):
            raise ValueError(f"{name} is no number")
    for name in ("origin", "verifier_key", "checkpoint", "selection", "made_at"):
        if name in fields and not isinstance(fields[name], str):
            raise ValueError(f"{name} is no text")
    for name in ("entry", "index_key", "body_key"):
        if name in fields:
            fields[name] = bytes_of(fields[name])
    if fields.get("erased", True) is not True:
        raise ValueError("erased can only be true")
    if "erased" in fields and ("index_key" in fields or "body_key" in fields):
        raise ValueError("an erased entry has keys")
    if "proof" in fields:
        if not isinstance(fields["proof"], list) or len(fields["proof"]) > PROOF_HASHES_MAX:
            raise ValueError("its proof is none")
        fields["proof"] = [bytes_of(each) for each in fields["proof"]]
    return fields


def bytes_of(text) -> bytes:
    """Errors: ValueError."""
    if not isinstance(text, str):
        raise ValueError("no base64")
    return strict_base64(text)


def check_end(line: bytes, lines: list, before: bytes):
    """Errors: ValueError."""
    statements, entries = (sum(each["type"] == kind for each in lines)
                           for kind in ("statement", "entry"))
    wanted = (f'{{"type":"end","statements":{statements},"entries":{entries},'
              f'"sha256":"{sha256(before).hex()}"}}\n')
    if line != wanted.encode("ascii"):
        raise ValueError("the lines before are not those it was made of")


# --- An archive -----------------------------------------------------------------------------------


class ArchiveCheck:
    """Holds an archive to the key the log had when it was made, as it is known from elsewhere."""

    def __init__(self, vkey: str):
        """Errors: ValueError."""
        self.verifier = Verifier.parse(vkey)
        self.vkey = vkey
        self.statements = Statements(vkey)
        self.submits = SubmitCheck(self.verifier.name, self.statements.registry.keys_of)
        self.checkpoint = None
        self.counts = {"statement": 0, "entry": 0, "erased": 0, "opened": 0}
        self.last = {"statement": (-1, 0), "entry": (-1, 0)}  # sequence and recorded time

    def run(self, archive: BinaryIO) -> ArchiveSummary:
        """Errors: Malformed; Fault."""
        lines = read_lines(archive)
        kinds = "".join(line["type"][0] for line in lines[:-1])
        if not re.fullmatch("hs*e*", kinds):
            raise Malformed("its lines are in another order")
        self._take_header(lines[0])
        for line in lines[1:-1]:
            try:
                self._take(line)
            except ValueError as error:
                raise Fault(f"sequence {line['sequence']}: {error}") from None
        self.statements.finish()
        counts = self.counts
        return ArchiveSummary(self.checkpoint, counts["statement"], counts["entry"],
                              counts["erased"], counts["opened"], self.submits.submitted,
                              self.submits.verified, self.statements.registry.controllers)

    def _take_header(self, header: dict):
        told = ((header["selection"], SELECTION_BYTES_MAX), (header["made_at"], MADE_AT_BYTES_MAX))
        if header["format"] != "jobbro archive v1" or any(
                len(text.encode("utf-8")) > most or re.search("[\0-\x1f\x7f-\x9f]", text)
                for text, most in told):
            raise Malformed("line 1: it is no header")
        if (header["origin"], header["verifier_key"]) != (self.verifier.name, self.vkey):
            raise Fault("it is of another log, or names another key")
        try:
            self.checkpoint = Checkpoint.open(header["checkpoint"].encode("utf-8"), self.verifier)
        except ValueError as error:
            raise Fault(f"checkpoint: {error}") from None

    def _take(self, line: dict):
        kind, sequence = line["type"], line["sequence"]
        entry = Entry.parse(line["entry"])
        root = root_from_path(leaf_hash(line["entry"]), sequence, self.checkpoint.size,
                              line["proof"])
        if root != self.checkpoint.root:
            raise ValueError("it is not proved to be in the checkpoint's tree")
        if entry.sequence != sequence:
            raise ValueError(f"the entry says it is {entry.sequence}")
        if self.last[kind][0] >= sequence or self.last[kind][1] > entry.recorded_us:
            raise ValueError("it comes after what came later")
        self.last[kind] = (sequence, entry.recorded_us)
        self.counts[kind] += 1
        index, body = self._open(line, entry)
        if kind == "statement":
            self._take_statement(entry, index, body)
        else:
            self._take_entry(line, entry)

    @staticmethod
    def _open(line: dict, entry: Entry) -> tuple:
        """Index and body, each None without its key. Errors: ValueError."""
        index = body = None
        if "index_key" in line:
            index = read_as(journal_pb2.EntryIndex, open_with(entry, line["index_key"], "index"))
        if "body_key" in line:
            body = open_with(entry, line["body_key"], "body")
            if sha256(body) != entry.digest:
                raise ValueError("its body is not what its digest is of")
        return index, body

    def _take_statement(self, entry: Entry, index, body):
        if body is None or entry.proof is not None:
            raise ValueError("it is no statement that can be read")
        kind = LOG_OPENED if entry.sequence == 0 else REGISTRY_CHANGE
        if index is not None and index.kind == LOG_KEY_CHANGE:
            kind = LOG_KEY_CHANGE
        self.statements.take(entry.sequence, kind, body)

    def _take_entry(self, line: dict, entry: Entry):
        self.counts["erased"] += "erased" in line
        self.counts["opened"] += "index_key" in line or "body_key" in line
        self.submits.take(entry)
