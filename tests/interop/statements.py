"""What a log says of its own keys and of its parties', from hub/journal/FORMAT.md and
proto/jobbro/v1/registry.proto. Needs the classes made from proto/jobbro/v1."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.protobuf.message import DecodeError

from jobbro.v1 import envelope_pb2, journal_pb2, registry_pb2
from log_entries import Entry, Fault, GeneralKey
from transparency import Checkpoint, Verifier

LOG_OPENED = envelope_pb2.MESSAGE_KIND_LOG_OPENED
LOG_KEY_CHANGE = envelope_pb2.MESSAGE_KIND_LOG_KEY_CHANGE
REGISTRY_CHANGE = envelope_pb2.MESSAGE_KIND_REGISTRY_CHANGE
KINDS = (LOG_OPENED, LOG_KEY_CHANGE, REGISTRY_CHANGE)


def read_as(kind, data: bytes):
    """The message. Errors: ValueError."""
    try:
        return kind.FromString(data)
    except DecodeError:
        raise ValueError(f"it holds no {kind.DESCRIPTOR.name}") from None


def signed(key: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


# --- The log's own keys ---------------------------------------------------------------------------


class LogKeyChain:
    """From the key of entry 0 to the one the log has after the last statement taken."""

    def __init__(self, origin: str):
        self.origin = origin
        self.vkeys = []  # the present one last; none before it is open

    def open(self, vkey: str):
        """What entry 0 names. Errors: ValueError."""
        self._parse(vkey)
        self.vkeys.append(vkey)

    def take(self, body: bytes):
        """A LogKeyChange. Errors: ValueError."""
        change = read_as(journal_pb2.LogKeyChange, body)
        new = self._parse(change.verifier_key)
        former = self.present()
        if change.verifier_key in self.vkeys:
            raise ValueError("it hands the log over to a key that it has had")
        text = (f"jobbro log key v1\n{self.origin}\n{self.vkeys[-1]}\n"
                f"{change.verifier_key}\n").encode("ascii")
        if not signed(raw(former.key), change.former_signature, text):
            raise ValueError("the log's key until then has not handed it over")
        if not signed(raw(new.key), change.signature, text):
            raise ValueError("nothing shows that the log has its new key")
        self.vkeys.append(change.verifier_key)

    def present(self) -> Verifier:
        return Verifier.parse(self.vkeys[-1])

    def _parse(self, vkey: str) -> Verifier:
        try:
            verifier = Verifier.parse(vkey)
        except ValueError:
            raise ValueError("it names no key for the log") from None
        if verifier.name != self.origin:
            raise ValueError("it names the key of another log")
        return verifier


# --- The registry ---------------------------------------------------------------------------------


class Registry:
    """Which keys the statements bind to parties."""

    def __init__(self, origin: str):
        self.origin = origin
        self.controllers = {}  # party id -> key
        self.is_open = False
        self._latest = {}  # party id -> its key by the statements so far
        self._bound = {}  # party id -> [(sequence of what bound it, key)], rising
        self._given_up = set()  # keys

    def open(self, opened: journal_pb2.LogOpened):
        """Entry 0. Errors: ValueError."""
        if opened.origin != self.origin:
            raise ValueError("the log says it is another one")
        for each in opened.controllers:
            if each.party in self.controllers:
                raise ValueError("a controller is named twice")
            self.controllers[each.party] = each.signing_key
        for each in opened.operators:
            self._bind(each.party, 0, each.signing_key)
        self.is_open = True

    def take(self, sequence: int, body: bytes):
        """A registry entry. Errors: ValueError."""
        change = read_as(journal_pb2.RegistryChange, body)
        statement = read_as(registry_pb2.RegistryStatement, change.statement)
        if statement.origin != self.origin:
            raise ValueError("the statement is for another log")
        act = statement.WhichOneof("act")
        key = self._key_of_signer(act, statement)
        text = b"jobbro statement v1\n" + change.statement
        if key is None or not signed(key, change.signature, text):
            raise ValueError("the statement is not signed by who may state it")
        if act == "grant":
            self._bind(statement.party, sequence, statement.grant.signing_key)
        elif act == "rotation":
            self._rotate(sequence, statement)

    def _key_of_signer(self, act: str, statement: registry_pb2.RegistryStatement):
        if act == "rotation":
            return self._latest.get(statement.party)
        if act == "disabling" and statement.signer.startswith("operator:"):
            return self._latest.get(statement.signer)
        return self.controllers.get(statement.signer)

    def _bind(self, party: str, sequence: int, key: bytes):
        if self._latest.get(party) == key:
            return
        if party in self._latest:
            raise ValueError("the statement gives a party another key than it has")
        if key in self._given_up:
            raise ValueError("the statement gives a party a key that was given up")
        self._bound.setdefault(party, []).append((sequence,
                                                  Ed25519PublicKey.from_public_bytes(key)))
        self._latest[party] = key

    def _rotate(self, sequence: int, statement: registry_pb2.RegistryStatement):
        rotation = statement.rotation
        text = (f"jobbro rotation v1\n{statement.origin}\n{statement.party}\n"
                f"{statement.preceding}\n").encode("ascii")
        if statement.signer != statement.party or not signed(
                rotation.signing_key, rotation.possession,
                text + rotation.curve_key + rotation.signing_key):
            raise ValueError("who takes a new key has not shown to have it")
        self._given_up.add(self._latest.pop(statement.party))
        self._bind(statement.party, sequence, rotation.signing_key)

    def keys_of(self, entry: Entry) -> list:
        """The one key its sender had; none when there are no statements. Errors: Fault, when it
        names another statement than the one that binds that key."""
        if not self.is_open:
            return []
        for sequence, key in reversed(self._bound.get(entry.sender, [])):
            if sequence < entry.sequence:
                if sequence == entry.proof.registry_sequence:
                    return [key]
                break
        raise Fault(f"sequence {entry.sequence}: what it names binds no key of its sender")

    def has_had(self, party: str, key: Ed25519PublicKey) -> bool:
        return any(raw(each) == raw(key) for _, each in self._bound.get(party, []))


# --- Both -----------------------------------------------------------------------------------------


class Statements:
    """Follows what a log states, in its order."""

    def __init__(self, vkey: str):
        """With the key the log has now, as it is known from elsewhere. Errors: ValueError."""
        self.vkey = vkey
        origin = Verifier.parse(vkey).name
        self.log_keys = LogKeyChain(origin)
        self.registry = Registry(origin)

    def take(self, sequence: int, kind: int, body: bytes):
        """Errors: ValueError."""
        if (sequence == 0) != (kind == LOG_OPENED):
            raise ValueError("the log is opened by entry 0 and by no other")
        if kind == LOG_OPENED:
            opened = read_as(journal_pb2.LogOpened, body)
            self.registry.open(opened)
            self.log_keys.open(opened.verifier_key)
        elif not self.registry.is_open:
            raise ValueError("the log was not opened")
        elif kind == LOG_KEY_CHANGE:
            self.log_keys.take(body)
        else:
            self.registry.take(sequence, body)

    def finish(self):
        """After the last. Errors: Fault."""
        if self.registry.is_open and self.log_keys.vkeys[-1] != self.vkey:
            raise Fault("the log ends under another key than the one known from elsewhere")


class FollowedLog:
    """A log that is read whole, by whoever can open what is under the general key."""

    def __init__(self, vkey: str, general: GeneralKey):
        """Errors: ValueError."""
        self.statements = Statements(vkey)
        self.general = general

    def take(self, entry: Entry):
        """Each entry in turn. Errors: ValueError."""
        if entry.proof is not None or not self.general.seals(entry):
            if entry.sequence == 0:
                raise ValueError("the log does not begin with its opening")
            return
        index = read_as(journal_pb2.EntryIndex, self.general.open(entry, "index"))
        if index.kind in KINDS or entry.sequence == 0:
            self.statements.take(entry.sequence, index.kind, self.general.open(entry, "body"))

    def open_checkpoint(self, note: bytes) -> Checkpoint:
        """Of the size that the entries so far make. Errors: ValueError."""
        return Checkpoint.open(note, self.statements.log_keys.present())

    def keys_of(self, entry: Entry, known: list) -> list:
        """`known`: keys its sender has had, as known from elsewhere; none: nothing is known.
        Errors: Fault."""
        keys = self.statements.registry.keys_of(entry)
        if known and not any(self.statements.registry.has_had(entry.sender, key) for key in known):
            raise Fault(f"sequence {entry.sequence}: the registry binds another key to "
                        f"{entry.sender} than is known from elsewhere")
        return keys

    def finish(self):
        """Errors: Fault."""
        self.statements.finish()
