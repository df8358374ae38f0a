"""What a made-up log states of its own keys and of its parties', from hub/journal/FORMAT.md and
proto/jobbro/v1/registry.proto."""

import made_up_log as made
from jobbro.v1 import envelope_pb2, journal_pb2, registry_pb2

CONTROLLER = "controller:demo"
CONTROLLER_KEY = made.Ed25519PrivateKey.from_private_bytes(b"\x77" * 32)
OPERATOR = "operator:demo"
OPERATOR_KEY = made.Ed25519PrivateKey.from_private_bytes(b"\x99" * 32)
NEW_KEY = made.Ed25519PrivateKey.from_private_bytes(b"\x88" * 32)  # of the provider
SECOND_LOG_KEY = made.Ed25519PrivateKey.from_private_bytes(b"\xaa" * 32)
THIRD_LOG_KEY = made.Ed25519PrivateKey.from_private_bytes(b"\xbb" * 32)


def index(kind: str) -> bytes:
    return journal_pb2.EntryIndex(
        kind=envelope_pb2.MessageKind.Value(f"MESSAGE_KIND_{kind}")).SerializeToString()


def opening(**fields) -> bytes:
    opened = journal_pb2.LogOpened(format_version=1, origin=made.ORIGIN,
                                   verifier_key=made.verifier_key())
    opened.controllers.add(party=CONTROLLER, signing_key=made.public_bytes(CONTROLLER_KEY))
    opened.operators.add(party=OPERATOR, signing_key=made.public_bytes(OPERATOR_KEY))
    opened.MergeFrom(journal_pb2.LogOpened(**fields))
    return opened.SerializeToString()


def change(statement: registry_pb2.RegistryStatement, key) -> bytes:
    data = statement.SerializeToString()
    return journal_pb2.RegistryChange(
        statement=data, signature=key.sign(b"jobbro statement v1\n" + data)).SerializeToString()


def grant(signer_key=CONTROLLER_KEY, signing_key=made.PROVIDER_KEY, **fields) -> bytes:
    statement = registry_pb2.RegistryStatement(
        origin=made.ORIGIN, party=made.PROVIDER, signer=CONTROLLER,
        grant=registry_pb2.PartyGrant(signing_key=made.public_bytes(signing_key)))
    statement.MergeFrom(registry_pb2.RegistryStatement(**fields))
    return change(statement, signer_key)


def disabling(signer=OPERATOR, signer_key=OPERATOR_KEY) -> bytes:
    return change(registry_pb2.RegistryStatement(
        origin=made.ORIGIN, party="provider:99326018", signer=signer,
        disabling=registry_pb2.PartyDisabling()), signer_key)


def rotation(signer_key=made.PROVIDER_KEY, possession_key=NEW_KEY, curve_key=b"c" * 32,
             new_key=NEW_KEY) -> bytes:
    new = made.public_bytes(new_key)
    text = f"jobbro rotation v1\n{made.ORIGIN}\n{made.PROVIDER}\n2\n".encode("ascii")
    return change(registry_pb2.RegistryStatement(
        origin=made.ORIGIN, party=made.PROVIDER, signer=made.PROVIDER, preceding=2,
        rotation=registry_pb2.PartyRotation(
            curve_key=curve_key, signing_key=new,
            possession=possession_key.sign(text + b"c" * 32 + new))), signer_key)


def handover(former=made.LOG_KEY, new=SECOND_LOG_KEY, **fields) -> bytes:
    """A LogKeyChange that both keys have signed; `fields` replace what it says."""
    vkeys = made.verifier_key(former), made.verifier_key(new)
    text = f"jobbro log key v1\n{made.ORIGIN}\n{vkeys[0]}\n{vkeys[1]}\n".encode("ascii")
    said = journal_pb2.LogKeyChange(verifier_key=vkeys[1], former_signature=former.sign(text),
                                    signature=new.sign(text))
    said.MergeFrom(journal_pb2.LogKeyChange(**fields))
    return said.SerializeToString()


# A LogKeyChange with something wrong, and what is to be said of it.
WRONG_HANDOVERS = (
    (handover(former_signature=bytes(64)), "the log's key until then has not handed it over"),
    (handover(former=THIRD_LOG_KEY), "the log's key until then has not handed it over"),
    (handover(signature=bytes(64)), "nothing shows that the log has its new key"),
    (handover(signature=journal_pb2.LogKeyChange.FromString(handover()).former_signature),
     "nothing shows that the log has its new key"),
    (handover(verifier_key="no key"), "it names no key for the log"),
    (handover(verifier_key=made.verifier_key(SECOND_LOG_KEY, "other.example")),
     "it names the key of another log"),
    (handover(new=made.LOG_KEY), "it hands the log over to a key that it has had"),
    (b"\xff", "it holds no LogKeyChange"),
)
