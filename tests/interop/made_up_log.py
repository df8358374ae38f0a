"""A log made from hub/journal/FORMAT.md alone, to try the reader on."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import log_entries
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


def split_of(leaves: list) -> int:
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return split


def root_of(leaves: list) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = split_of(leaves)
    return transparency.node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


def path_of(leaves: list, index: int) -> list:
    if len(leaves) == 1:
        return []
    split = split_of(leaves)
    if index < split:
        return path_of(leaves[:split], index) + [root_of(leaves[split:])]
    return path_of(leaves[split:], index - split) + [root_of(leaves[:split])]


class Submit:
    """What a party's signature covers, and the proofs that follow from it."""

    def __init__(self, bodies: list, key=PROVIDER_KEY, origin=ORIGIN):
        self.leaves = [transparency.leaf_hash(transparency.sha256(body)) for body in bodies]
        root = base64.b64encode(root_of(self.leaves)).decode("ascii")
        text = f"jobbro submit v1\n{origin}\n{PROVIDER}\n{len(bodies)}\n{root}\n"
        self.signature = key.sign(text.encode("ascii"))

    def proof(self, index: int, registry_sequence: int = 1) -> bytes:
        path = path_of(self.leaves, index)
        return (number(registry_sequence, 8) + self.signature + number(len(self.leaves), 2) +
                number(index, 2) + number(len(path), 1) + b"".join(path))


def entry(sequence: int, body: bytes, index: bytes = b"index", recorded_us: int = 1767323045000006,
          proof: bytes = b"", slot: int = 7, digest: bytes = b"") -> bytes:
    sender = PROVIDER if proof else "hub"
    keys = [log_entries.part_key(DATA_KEY, SALT, part, sequence) for part in ("index", "body")]
    unmasked = log_entries.Entry(sequence, 0, b"", b"", SALT, 0, b"", b"", "", None, b"", b"", b"")
    mask = log_entries.slot_of(unmasked, SLOT_KEY)
    clear = (number(1, 1) + number(1 if proof else 0, 1) + number(sequence, 8) +
             number(recorded_us, 8) + MESSAGE_ID + (digest or transparency.sha256(body)) + SALT +
             number(slot ^ mask, 8) + number(1, 4) + log_entries.key_commitment(keys[0]) +
             log_entries.key_commitment(keys[1]) + number(len(sender), 1) + sender.encode("ascii") +
             proof)
    sealed = [ChaCha20Poly1305(key).encrypt(bytes(12), part, clear)
              for key, part in zip(keys, (index, body))]
    return clear + number(len(sealed[0]), 2) + sealed[0] + sealed[1]


def files_of(entries: list, key=LOG_KEY) -> dict:
    """The log of these entries as C2SP tlog-tiles has it: content by path."""
    leaves = [transparency.leaf_hash(each) for each in entries]
    files = {"checkpoint": checkpoint(len(entries), root_of(leaves), key)}
    for at in range(0, len(entries), 256):
        part = entries[at:at + 256]
        width = "" if len(part) == 256 else f".p/{len(part)}"
        files[f"tile/entries/{at // 256:03}{width}"] = b"".join(
            number(len(each), 2) + each for each in part)
    level, hashes = 0, leaves
    while hashes:
        for at in range(0, len(hashes), 256):
            part = hashes[at:at + 256]
            width = "" if len(part) == 256 else f".p/{len(part)}"
            files[f"tile/{level}/{at // 256:03}{width}"] = b"".join(part)
        hashes = [root_of(hashes[at:at + 256]) for at in range(0, len(hashes) - 255, 256)]
        level += 1
    return files


class MadeUpLog:
    """Rows in memory: {table: {key: value}}. Two entries of the hub, then submits of three."""

    def __init__(self, size: int):
        self.tables = {"entries": {}, "commits": {}, "tiles": {}}
        self.log_keys = [(0, LOG_KEY)]  # from which entry on, and the key; rising
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
                key = [each for first, each in self.log_keys if first < tree.size][-1]
                self.tables["commits"][key_of(tree.size)] = checkpoint(tree.size, tree.root(), key)
        level = 0
        while len(hashes) >= 256:
            full = [hashes[at:at + 256] for at in range(0, len(hashes) - 255, 256)]
            for place, tile in enumerate(full):
                self.tables["tiles"][tile_key(level, place)] = b"".join(tile)
            hashes = [root_of(tile) for tile in full]
            level += 1

    def scan(self, table: str):
        return iter(sorted(self.tables[table].items()))

    def get(self, table: str, key: bytes):
        return self.tables[table].get(key)
