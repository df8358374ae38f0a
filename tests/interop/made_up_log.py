"""A log made from hub/journal/FORMAT.md alone, to try the reader on."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import read_log
import transparency

ORIGIN = "made-up.jobbro.example"
PROVIDER = "provider:99104007"
DATA_KEY = b"\x11" * 32
SLOT_KEY = b"\x22" * 32
SALT = b"\x33" * 16
MESSAGE_ID = bytes.fromhex("019b7cbd6b0870008000000000000001")


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


LOG_KEY = Ed25519PrivateKey.from_private_bytes(b"\x44" * 32)
PROVIDER_KEY = Ed25519PrivateKey.from_private_bytes(b"\x55" * 32)


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def verifier_key(key=LOG_KEY, origin=ORIGIN) -> str:
    typed = transparency.ED25519_NOTE + public_bytes(key)
    key_id = transparency.sha256(origin.encode("ascii") + b"\n" + typed)[:4]
    return f"{origin}+{key_id.hex()}+{base64.b64encode(typed).decode('ascii')}"


def note(text: str, key=LOG_KEY, origin=ORIGIN) -> bytes:
    verifier = transparency.Verifier.parse(verifier_key(key, origin))
    signature = base64.b64encode(verifier.key_id + key.sign(text.encode("utf-8")))
    return f"{text}\n\u2014 {origin} {signature.decode('ascii')}\n".encode("utf-8")


def checkpoint(size: int, root: bytes, key=LOG_KEY, origin=ORIGIN) -> bytes:
    return note(f"{origin}\n{size}\n{base64.b64encode(root).decode('ascii')}\n", key, origin)


def key_of(sequence: int) -> bytes:
    return number(sequence, 8)


def tile_key(level: int, place: int) -> bytes:
    return number(level, 1) + number(place, 8)


class Submit:
    """What a party's signature covers, and the proofs that follow from it."""

    def __init__(self, bodies: list, key=PROVIDER_KEY, origin=ORIGIN):
        self.leaves = [transparency.leaf_hash(transparency.sha256(body)) for body in bodies]
        root = base64.b64encode(self._root(self.leaves)).decode("ascii")
        text = f"jobbro submit v1\n{origin}\n{PROVIDER}\n{len(bodies)}\n{root}\n"
        self.signature = key.sign(text.encode("ascii"))

    @classmethod
    def _split(cls, leaves: list) -> int:
        split = 1
        while split * 2 < len(leaves):
            split *= 2
        return split

    @classmethod
    def _root(cls, leaves: list) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        split = cls._split(leaves)
        return transparency.node_hash(cls._root(leaves[:split]), cls._root(leaves[split:]))

    @classmethod
    def _path(cls, leaves: list, index: int) -> list:
        if len(leaves) == 1:
            return []
        split = cls._split(leaves)
        if index < split:
            return cls._path(leaves[:split], index) + [cls._root(leaves[split:])]
        return cls._path(leaves[split:], index - split) + [cls._root(leaves[:split])]

    def proof(self, index: int, registry_sequence: int = 1) -> bytes:
        path = self._path(self.leaves, index)
        return (number(registry_sequence, 8) + self.signature + number(len(self.leaves), 2) +
                number(index, 2) + number(len(path), 1) + b"".join(path))


def entry(sequence: int, body: bytes, index: bytes = b"index", recorded_us: int = 1767323045000006,
          proof: bytes = b"") -> bytes:
    sender = PROVIDER if proof else "hub"
    keys = [read_log.part_key(DATA_KEY, SALT, part, sequence) for part in ("index", "body")]
    mask = read_log.slot_of(
        read_log.Entry(sequence, 0, b"", b"", SALT, 0, b"", b"", "", None, b"", b"", b""), SLOT_KEY)
    clear = (number(1, 1) + number(1 if proof else 0, 1) + number(sequence, 8) +
             number(recorded_us, 8) + MESSAGE_ID + transparency.sha256(body) + SALT +
             number(7 ^ mask, 8) + number(1, 4) + read_log.key_commitment(keys[0]) +
             read_log.key_commitment(keys[1]) + number(len(sender), 1) + sender.encode("ascii") +
             proof)
    sealed = [ChaCha20Poly1305(key).encrypt(bytes(12), part, clear)
              for key, part in zip(keys, (index, body))]
    return clear + number(len(sealed[0]), 2) + sealed[0] + sealed[1]


class MadeUpLog:
    """Rows in memory: {table: {key: value}}. Two entries of the hub, then submits of three."""

    def __init__(self, size: int):
        self.tables = {"entries": {}, "commits": {}, "tiles": {}}
        bodies = [b"body %d" % sequence for sequence in range(size)]
        for sequence in range(size):
            if sequence < 2:
                self.put_entry(sequence, entry(sequence, bodies[sequence]))
                continue
            place = (sequence - 2) % 3
            submit = Submit(bodies[sequence - place:sequence - place + 3])
            self.put_entry(sequence, entry(sequence, bodies[sequence], proof=submit.proof(place)))
        self.sign()

    def put_entry(self, sequence: int, value: bytes):
        self.tables["entries"][key_of(sequence)] = value

    def sign(self):
        """Checkpoints and tiles for the entries as they are: one for each of the hub's, then one a
        submit."""
        tree, hashes = transparency.Tree(), []
        self.tables["commits"].clear()
        self.tables["tiles"].clear()
        entries = sorted(self.tables["entries"].items())
        for sequence, (_, value) in enumerate(entries):
            tree.append(transparency.leaf_hash(value))
            hashes.append(transparency.leaf_hash(value))
            if sequence < 2 or (sequence - 2) % 3 == 2 or sequence + 1 == len(entries):
                self.tables["commits"][key_of(tree.size)] = checkpoint(tree.size, tree.root())
        level = 0
        while len(hashes) >= 256:
            full = [hashes[at:at + 256] for at in range(0, len(hashes) - 255, 256)]
            for place, tile in enumerate(full):
                self.tables["tiles"][tile_key(level, place)] = b"".join(tile)
            hashes = [Submit._root(tile) for tile in full]
            level += 1

    def scan(self, table: str):
        return iter(sorted(self.tables[table].items()))

    def get(self, table: str, key: bytes):
        return self.tables[table].get(key)
