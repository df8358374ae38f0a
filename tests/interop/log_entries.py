"""Entries of a log, from hub/journal/FORMAT.md alone."""

import base64
import hashlib
import hmac
from typing import Callable, NamedTuple, Optional

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from transparency import leaf_hash, root_from_path, sha256

ENTRY_BYTES_MAX = 65535
SUBMITTED = 1
OF_CASE = 2
TAG_BYTES = 16
PARTY_BYTES_MAX = 64
ENVELOPES_PER_SUBMIT_MAX = 256


class Fault(Exception):
    """The log is not what the page says it is. The text says where."""


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
        if flags not in (0, SUBMITTED, OF_CASE):
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
    return open_with(entry, part_key(data_key, entry.salt, part, entry.sequence), part)


def open_with(entry: Entry, key: bytes, part: str) -> bytes:
    """With the part's own key. Errors: ValueError."""
    commitment, sealed = ((entry.index_commitment, entry.sealed_index) if part == "index" else
                          (entry.body_commitment, entry.sealed_body))
    if not hmac.compare_digest(key_commitment(key), commitment):
        raise ValueError(f"the key is not the one the entry commits to for its {part}")
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), sealed, entry.clear)
    except InvalidTag:
        raise ValueError(f"the sealed {part} does not open") from None


class GeneralKey:
    """What is about no citizen, under slot 0."""

    def __init__(self, slot_key: bytes, data_key: bytes):
        self.slot_key = slot_key
        self.data_key = data_key

    def seals(self, entry: Entry) -> bool:
        return slot_of(entry, self.slot_key) == 0

    def open(self, entry: Entry, part: str) -> bytes:
        """A body is held to its digest. Errors: ValueError."""
        opened = open_part(entry, self.data_key, part)
        if part == "body" and sha256(opened) != entry.digest:
            raise ValueError("its body is not what its digest is of")
        return opened


# --- Submits --------------------------------------------------------------------------------------


class SubmitCheck:
    """Holds entries that parties submitted to their signatures. `keys_of` gives the keys of which
    the entry's sender had one, Ed25519PublicKey; none when they are not known here."""

    def __init__(self, origin: str, keys_of: Callable[[Entry], list]):
        self.origin = origin
        self.keys_of = keys_of
        self.submitted = 0
        self.verified = 0  # of those
        self._last = None

    def take(self, entry: Entry):
        """Errors: Fault."""
        if entry.proof is None:
            return
        self.submitted += 1
        root = entry.submit_root()
        if root is None or entry.proof.registry_sequence >= entry.sequence:
            raise Fault(f"sequence {entry.sequence}: its submit's proof cannot be one")
        keys = self.keys_of(entry)
        if not keys:
            return
        submit = (entry.sender, entry.proof.count, root, entry.proof.signature, keys)
        if submit != self._last:
            text = (f"jobbro submit v1\n{self.origin}\n{entry.sender}\n"
                    f"{entry.proof.count}\n{base64.b64encode(root).decode('ascii')}\n")
            if not any(self._holds(key, entry.proof.signature, text) for key in keys):
                raise Fault(f"sequence {entry.sequence}: {entry.sender} did not sign its submit")
            self._last = submit
        self.verified += 1

    @staticmethod
    def _holds(key: Ed25519PublicKey, signature: bytes, text: str) -> bool:
        try:
            key.verify(signature, text.encode("ascii"))
        except InvalidSignature:
            return False
        return True
