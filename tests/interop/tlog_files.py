"""A log as files: C2SP tlog-tiles (checkpoint, tiles, entry bundles) and C2SP tlog-proof."""

import re
from typing import Callable, NamedTuple, Optional

from log_entries import Entry, Fault, SubmitCheck
from transparency import TILE_WIDTH, Checkpoint, Verifier, leaf_hash, root_from_path, root_of, \
    is_consistent, strict_base64

HASH_BYTES = 32
PROOF_HASHES_MAX = 64
PROOF_FIRST_LINE = "c2sp.org/tlog-proof@v1"


# --- Tiles ----------------------------------------------------------------------------------------


def place_of(number: int, width: int) -> str:
    """The end of a path: "x001/x234/067", or "000.p/3" for what is not full."""
    digits = f"{number:0{3 * ((len(str(number)) + 2) // 3)}}"
    groups = [digits[at:at + 3] for at in range(0, len(digits), 3)]
    place = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
    return place if width == TILE_WIDTH else f"{place}.p/{width}"


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    return f"tile/{level}/{place_of(number, width)}"


def bundle_path(number: int, width: int = TILE_WIDTH) -> str:
    return f"tile/entries/{place_of(number, width)}"


def parts_of(count: int) -> list:
    """Number and width of each tile that so many hashes, or bundle that so many entries, stand
    in."""
    return [(at // TILE_WIDTH, min(TILE_WIDTH, count - at)) for at in range(0, count, TILE_WIDTH)]


def entries_of(bundle: bytes, count: int) -> list:
    """Errors: ValueError."""
    entries, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at:at + 2], "big")
        if at + 2 > len(bundle) or end > len(bundle):
            raise ValueError("it ends within an entry")
        entries.append(bundle[at + 2:end])
        at = end
    if len(entries) != count:
        raise ValueError(f"it holds {len(entries)} entries, not {count}")
    return entries


class TreeSummary(NamedTuple):
    checkpoint: Checkpoint
    leaves: list  # leaf hashes
    entries: int  # read from bundles
    submitted: int  # of those, by parties
    verified: int  # of those, with a signature that was verified
    tiles: int


class TreeCheck:
    """`read` gives the content under a path ("checkpoint", "tile/0/000.p/3"), or None. All tiles of
    the checkpoint's tree are held to each other and to its root; with bundles, to the entries.
    `party_keys`: of each party the keys it has had."""

    def __init__(self, read: Callable[[str], Optional[bytes]], verifier: Verifier,
                 has_bundles: bool = True, party_keys: Optional[dict] = None):
        self.read = read
        self.verifier = verifier
        self.has_bundles = has_bundles
        self.submits = SubmitCheck(verifier.name,
                                   lambda entry: (party_keys or {}).get(entry.sender, []))
        self.entries = 0
        self.tiles = 0
        self.last_recorded_us = 0

    def run(self) -> TreeSummary:
        """Errors: Fault."""
        try:
            checkpoint = Checkpoint.open(self._read("checkpoint"), self.verifier)
        except ValueError as error:
            raise Fault(f"checkpoint: {error}") from None
        leaves = self._leaves(checkpoint.size)
        hashes, level = leaves, 0
        while hashes:
            if level > 0 or self.has_bundles:
                self._hold_level(level, hashes)
            full = len(hashes) // TILE_WIDTH
            hashes = [root_of(hashes[at * TILE_WIDTH:(at + 1) * TILE_WIDTH]) for at in range(full)]
            level += 1
        if root_of(leaves) != checkpoint.root:
            raise Fault("checkpoint: its root is not that of the tree")
        return TreeSummary(checkpoint, leaves, self.entries, self.submits.submitted,
                           self.submits.verified, self.tiles)

    def _read(self, path: str) -> bytes:
        content = self.read(path)
        if content is None:
            raise Fault(f"{path}: missing")
        return content

    def _leaves(self, size: int) -> list:
        leaves = []
        for number, width in parts_of(size):
            if self.has_bundles:
                leaves += self._leaves_of_bundle(number, width)
            else:
                leaves += self._hashes(0, number, width)
        return leaves

    def _leaves_of_bundle(self, number: int, width: int) -> list:
        path = bundle_path(number, width)
        try:
            entries = entries_of(self._read(path), width)
        except ValueError as error:
            raise Fault(f"{path}: {error}") from None
        for sequence, entry in enumerate(entries, number * TILE_WIDTH):
            self._take_entry(sequence, entry)
        return [leaf_hash(entry) for entry in entries]

    def _take_entry(self, sequence: int, data: bytes):
        try:
            entry = Entry.parse(data)
        except ValueError as error:
            raise Fault(f"sequence {sequence}: {error}") from None
        if entry.sequence != sequence:
            raise Fault(f"sequence {sequence}: the entry says {entry.sequence}")
        if entry.recorded_us < self.last_recorded_us:
            raise Fault(f"sequence {sequence}: recorded before the entry before")
        self.last_recorded_us = entry.recorded_us
        self.submits.take(entry)
        self.entries += 1

    def _hashes(self, level: int, number: int, width: int) -> list:
        path = tile_path(level, number, width)
        tile = self._read(path)
        if len(tile) != HASH_BYTES * width:
            raise Fault(f"{path}: {len(tile)} bytes, not {HASH_BYTES * width}")
        self.tiles += 1
        return [tile[at:at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]

    def _hold_level(self, level: int, hashes: list):
        for number, width in parts_of(len(hashes)):
            found = self._hashes(level, number, width)
            first = number * TILE_WIDTH
            for place, pair in enumerate(zip(found, hashes[first:first + width])):
                if pair[0] != pair[1]:
                    raise Fault(f"{tile_path(level, number, width)}: hash {place} is not that of "
                                "what is below it")


# --- Proofs from the leaves -----------------------------------------------------------------------


def split_of(size: int) -> int:
    """The largest power of two below size."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_path(leaves: list, index: int) -> list:
    """RFC 6962 section 2.1.1."""
    if len(leaves) <= 1:
        return []
    split = split_of(len(leaves))
    if index < split:
        return inclusion_path(leaves[:split], index) + [root_of(leaves[split:])]
    return inclusion_path(leaves[split:], index - split) + [root_of(leaves[:split])]


def consistency_path(leaves: list, old_size: int) -> list:
    """RFC 6962 section 2.1.2."""
    return [] if old_size in (0, len(leaves)) else _consistency(leaves, old_size, True)


def _consistency(leaves: list, old_size: int, is_whole: bool) -> list:
    if old_size == len(leaves):
        return [] if is_whole else [root_of(leaves)]
    split = split_of(len(leaves))
    if old_size <= split:
        return _consistency(leaves[:split], old_size, is_whole) + [root_of(leaves[split:])]
    return (_consistency(leaves[split:], old_size - split, False) + [root_of(leaves[:split])])


def check_growth(old: Checkpoint, tree: TreeSummary):
    """That the tree has grown from that of a checkpoint which was kept. Errors: Fault."""
    if old.size > tree.checkpoint.size:
        raise Fault(f"the tree was longer once: {old.size} entries")
    path = consistency_path(tree.leaves, old.size)
    if not is_consistent(old.size, old.root, tree.checkpoint.size, tree.checkpoint.root, path):
        raise Fault(f"the tree has not grown from that of {old.size} entries")


# --- Proof files ----------------------------------------------------------------------------------


class TlogProof(NamedTuple):
    extra: bytes  # for Jobbro's own proofs the entry
    index: int
    path: list
    checkpoint: bytes  # the note as it was signed

    @classmethod
    def parse(cls, proof: bytes) -> "TlogProof":
        """Errors: ValueError."""
        head, separator, checkpoint = proof.partition(b"\n\n")
        lines = head.decode("ascii").split("\n")
        if not separator or lines.pop(0) != PROOF_FIRST_LINE:
            raise ValueError("it is no tlog-proof")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = strict_base64(lines.pop(0).removeprefix("extra "))
        index = re.fullmatch("index (0|[1-9][0-9]*)", lines.pop(0) if lines else "")
        if index is None:
            raise ValueError("it has no index")
        path = [strict_base64(line) for line in lines]
        if len(path) > PROOF_HASHES_MAX or any(len(each) != HASH_BYTES for each in path):
            raise ValueError("its path is none")
        return cls(extra, int(index[1]), path, checkpoint)

    def check(self, verifier: Verifier, leaf: bytes) -> Checkpoint:
        """That the leaf is in the tree the log signed. Errors: ValueError."""
        checkpoint = Checkpoint.open(self.checkpoint, verifier)
        if root_from_path(leaf, self.index, checkpoint.size, self.path) != checkpoint.root:
            raise ValueError("the path does not lead to the checkpoint's root")
        return checkpoint

    def check_entry(self, verifier: Verifier) -> Entry:
        """That the entry it holds is the one in its place. Errors: ValueError."""
        entry = Entry.parse(self.extra)
        self.check(verifier, leaf_hash(self.extra))
        if entry.sequence != self.index:
            raise ValueError(f"the entry says it is {entry.sequence}")
        return entry
