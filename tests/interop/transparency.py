"""Merkle trees (RFC 6962), signed notes and checkpoints (C2SP), for whoever reads a log."""

import base64
import hashlib
import itertools
import re
from typing import NamedTuple, Optional

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TILE_WIDTH = 256
NOTE_SIGNATURES_MAX = 16
ED25519_NOTE = b"\x01"
ED25519_COSIGNATURE = b"\x04"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# --- Merkle tree (RFC 6962 section 2.1) -----------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


class Tree:
    """A growing tree: the roots of its perfect subtrees, largest first, and digests of the tiles
    that became full."""

    def __init__(self):
        self.size = 0
        self.edge = []
        self.tiles = {}  # (level, number) -> SHA-256 of the tile's bytes
        self.unfinished = []  # by level, the hashes of the tile that is not full yet

    def append(self, leaf: bytes):
        self._append_to_edge(leaf)
        self._append_to_tiles(leaf)

    def _append_to_edge(self, leaf: bytes):
        self.edge.append(leaf)
        self.size += 1
        size = self.size
        while size % 2 == 0:
            right = self.edge.pop()
            self.edge[-1] = node_hash(self.edge[-1], right)
            size //= 2

    def _append_to_tiles(self, leaf: bytes):
        digest = leaf
        count = self.size
        for level in itertools.count():
            if level == len(self.unfinished):
                self.unfinished.append([])
            hashes = self.unfinished[level]
            hashes.append(digest)
            if len(hashes) < TILE_WIDTH:
                return
            count //= TILE_WIDTH
            self.tiles[(level, count - 1)] = sha256(b"".join(hashes))
            digest = root_of(hashes)
            hashes.clear()

    def root(self) -> bytes:
        root = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            root = node_hash(left, root)
        return root


def root_of(hashes: list) -> bytes:
    """Root over leaf hashes: pairs upwards, where one that has no pair goes up as it is."""
    if not hashes:
        return sha256(b"")
    while len(hashes) > 1:
        alone = hashes[-1:] if len(hashes) % 2 else []
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2])] + alone
    return hashes[0]


def root_from_path(leaf: bytes, index: int, size: int, path: list) -> Optional[bytes]:
    """The root that an inclusion path leads to (RFC 9162 section 2.1.3.2), or None when the path
    has not the right length."""
    if index >= size:
        return None
    node, last, root = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if node % 2 == 1 or node == last:
            root = node_hash(step, root)
            while node % 2 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, step)
        node, last = node >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(old_size: int, old_root: bytes, size: int, root: bytes, path: list) -> bool:
    """Whether the path proves that the old tree is the beginning of the other (RFC 9162 section
    2.1.4.2). The empty tree is the beginning of each."""
    if old_size == 0:
        return not path and old_root == root_of([])
    if old_size == size:
        return not path and old_root == root
    if old_size > size or not path:
        return False
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    node, last = old_size - 1, size - 1
    while node % 2 == 1:
        node, last = node >> 1, last >> 1
    old = new = steps.pop(0)
    for step in steps:
        if last == 0:
            return False
        if node % 2 == 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while node % 2 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == root


# --- Signed notes and checkpoints (C2SP) ----------------------------------------------------------


def strict_base64(text: str) -> bytes:
    """Errors: ValueError."""
    data = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(data).decode("ascii") != text:
        raise ValueError("not the base64 of any bytes")
    return data


class SignedNote(NamedTuple):
    text: str
    signatures: list  # of (key name, key id, signature)

    @classmethod
    def parse(cls, note: bytes) -> "SignedNote":
        """Nothing of it is verified. Errors: ValueError."""
        whole = note.decode("utf-8")
        if any(c < " " and c != "\n" for c in whole):
            raise ValueError("a control character in the note")
        text, separator, rest = whole.rpartition("\n\n")
        if not separator or not rest.endswith("\n"):
            raise ValueError("the note has no signatures")
        lines = rest[:-1].split("\n")
        if len(lines) > NOTE_SIGNATURES_MAX:
            raise ValueError("the note has too many signatures")
        return cls(text + "\n", [cls._signature(line) for line in lines])

    @staticmethod
    def _signature(line: str) -> tuple:
        parts = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", line)
        if parts is None:
            raise ValueError("a signature line is malformed")
        data = strict_base64(parts[2])
        return parts[1], data[:4], data[4:]


class Key(NamedTuple):
    """An Ed25519 key under the name and id that signature lines have."""

    name: str
    key_id: bytes
    key: Ed25519PublicKey

    @classmethod
    def parse_as(cls, kind: bytes, vkey: str):
        """Errors: ValueError."""
        name, key_id, typed = vkey.split("+", 2)
        typed_key = strict_base64(typed)
        wanted = sha256(name.encode("ascii") + b"\n" + typed_key)[:4]
        if typed_key[:1] != kind or not name or key_id != wanted.hex():
            raise ValueError("not an Ed25519 key under its own id")
        return cls(name, wanted, Ed25519PublicKey.from_public_bytes(typed_key[1:]))

    def signatures_in(self, note: SignedNote) -> list:
        """Those that must hold. Errors: ValueError when there is none."""
        own = [signature for name, key_id, signature in note.signatures
               if (name, key_id) == (self.name, self.key_id)]
        if not own:
            raise ValueError("the log's key has not signed it")
        return own


class Verifier(Key):
    """A log's key."""

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Errors: ValueError."""
        return cls.parse_as(ED25519_NOTE, vkey)

    def open_note(self, note: bytes) -> str:
        """The text that this key signed. Errors: ValueError."""
        signed = SignedNote.parse(note)
        for signature in self.signatures_in(signed):
            try:
                self.key.verify(signature, signed.text.encode("utf-8"))
            except InvalidSignature:
                raise ValueError("the log's signature does not hold") from None
        return signed.text


class Witness(Key):
    """A cosigner's key (C2SP tlog-cosignature)."""

    @classmethod
    def parse(cls, vkey: str) -> "Witness":
        """Errors: ValueError."""
        return cls.parse_as(ED25519_COSIGNATURE, vkey)

    def time_of(self, note: bytes) -> int:
        """When it cosigned the checkpoint, the latest time of several, in seconds since 1970.
        Errors: ValueError."""
        signed = SignedNote.parse(note)
        return max(self._time(signed.text, each) for each in self.signatures_in(signed))

    def _time(self, text: str, signature: bytes) -> int:
        time = int.from_bytes(signature[:8], "big")
        try:
            self.key.verify(signature[8:], f"cosignature/v1\ntime {time}\n{text}".encode("utf-8"))
        except InvalidSignature:
            raise ValueError("the witness's signature does not hold") from None
        return time


class Checkpoint(NamedTuple):
    size: int
    root: bytes

    @classmethod
    def open(cls, note: bytes, verifier: Verifier) -> "Checkpoint":
        """Errors: ValueError."""
        lines = verifier.open_note(note)[:-1].split("\n")
        if len(lines) < 3:
            raise ValueError("the note is no checkpoint")
        origin, size, root = lines[:3]  # what follows are extensions
        if origin != verifier.name:
            raise ValueError("the origin is another log's")
        if not re.fullmatch("0|[1-9][0-9]*", size):
            raise ValueError("the size is not a number")
        digest = strict_base64(root)
        if len(digest) != 32:
            raise ValueError("the root is not a digest")
        return cls(int(size), digest)
