"""A client of the hub in another language, from jobbro/v1/*.proto and proto/README.md alone.

One session over one connection, for one thread. Nothing here reconnects or keeps messages: the
tests do that by hand, so that they can say when.
"""

import base64
import collections
import itertools
import secrets
import time
from pathlib import Path
from typing import Callable, NamedTuple, Optional

import nacl.exceptions
import nacl.public
import nacl.signing
import zmq
import zmq.utils.monitor

import transparency
from jobbro.v1 import frame_pb2, session_pb2, submit_pb2, subscription_pb2

PROTOCOL_VERSION = 1
SECONDS_MAX = 20.0  # for anything that is to happen
LINGER_MS = 500


class NotAnswered(AssertionError):
    """What was waited for did not come."""


class NoSession(Exception):
    """The hub has said an Error with session_ended set."""

    def __init__(self, error: session_pb2.Error):
        super().__init__(f"code {error.code}")
        self.error = error


class Refused(Exception):
    """The hub has answered a frame with an Error, and the session goes on."""

    def __init__(self, error: session_pb2.Error):
        super().__init__(f"code {error.code}")
        self.error = error


class HandshakeFailed(Exception):
    """The hub does not know the key, or is not the hub that was meant."""


# --- Keys -----------------------------------------------------------------------------------------


def _fields_of(path: Path) -> dict:
    return dict(line.split(" ", 1) for line in path.read_text("utf-8").splitlines())


class HubKey(NamedTuple):
    """What a party is given of the hub beforehand."""

    origin: str
    curve: bytes
    verifier_key: str

    @classmethod
    def read(cls, path: Path) -> "HubKey":
        fields = _fields_of(path)
        return cls(fields["origin"], base64.b64decode(fields["curve"]), fields["verifier"])


class PartyKeys(NamedTuple):
    """Both secret keys of a party."""

    party: str
    curve: nacl.public.PrivateKey
    signing: nacl.signing.SigningKey

    @classmethod
    def read(cls, path: Path) -> "PartyKeys":
        fields = _fields_of(path)
        return cls(fields["party"], nacl.public.PrivateKey(base64.b64decode(fields["curve"])),
                   nacl.signing.SigningKey(base64.b64decode(fields["signing"])))

    @classmethod
    def make(cls, party: str) -> "PartyKeys":
        return cls(party, nacl.public.PrivateKey.generate(), nacl.signing.SigningKey.generate())

    def sign(self, text: bytes) -> bytes:
        return self.signing.sign(text).signature


def submit_text(origin: str, party: str, envelopes: list) -> bytes:
    """What a submit's signature covers."""
    tree = transparency.Tree()
    for envelope in envelopes:
        tree.append(transparency.leaf_hash(transparency.sha256(envelope)))
    root = base64.b64encode(tree.root()).decode("ascii")
    return f"jobbro submit v1\n{origin}\n{party}\n{len(envelopes)}\n{root}\n".encode("ascii")


class MessageIds:
    """UUIDv7s (RFC 9562) in growing order, in canonical text."""

    def __init__(self):
        self.latest_ms = 0
        self.count = 0

    def make(self) -> str:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > self.latest_ms:
            self.latest_ms, self.count = now_ms, 0
        elif self.count == 0xFFF:
            self.latest_ms, self.count = self.latest_ms + 1, 0
        else:
            self.count += 1
        high = self.latest_ms << 16 | 0x7 << 12 | self.count
        low = 0b10 << 62 | secrets.randbits(62)
        text = f"{high:016x}{low:016x}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


# --- The session ----------------------------------------------------------------------------------


class Session:
    """A connection and the session on it. Close it; a with statement does."""

    def __init__(self, endpoint: str, hub: HubKey, keys: PartyKeys):
        self.hub = hub
        self.keys = keys
        self.welcome = None
        self.subscriptions = {}
        self.checkpoint = None  # the newest the hub has shown
        self.sealed_frames = 0
        self._verifier = transparency.Verifier.parse(hub.verifier_key)
        self._box = nacl.public.Box(keys.curve, nacl.public.PublicKey(hub.curve))
        self._read = collections.deque()
        self._numbers = itertools.count(1)
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.DEALER)
        self._socket.linger = LINGER_MS
        self._socket.curve_serverkey = hub.curve
        self._socket.curve_publickey = bytes(keys.curve.public_key)
        self._socket.curve_secretkey = bytes(keys.curve)
        self._monitor = self._socket.get_monitor_socket()
        self._socket.connect(endpoint)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Says Goodbye, so that the hub need not wait for the session's silence. Closing twice does
        nothing."""
        if self.welcome and not self._socket.closed:
            self.send(goodbye=session_pb2.Goodbye())
        self.lose()

    def lose(self):
        """The connection is gone, and the hub is not told."""
        if not self._socket.closed:
            self._socket.disable_monitor()
            self._monitor.close()
            self._socket.close()
            self._context.term()

    def open(self, **fields) -> session_pb2.Welcome:
        """Says Hello. Errors: NoSession, HandshakeFailed, NotAnswered."""
        hello = session_pb2.Hello(protocol_version=PROTOCOL_VERSION, software="interop 1")
        hello.MergeFrom(session_pb2.Hello(**fields))
        self.send(hello=hello)
        self.welcome = self.next("welcome")
        if self.welcome.origin != self.hub.origin:
            raise AssertionError("the log is another")
        if self.welcome.verifier_key != self.hub.verifier_key:
            raise AssertionError("the log's key is another")
        self.keep_checkpoint(self.welcome.checkpoint)
        return self.welcome

    def keep_checkpoint(self, note: bytes) -> transparency.Checkpoint:
        """Checks the note's signature and that the log has not gone back. Errors: ValueError."""
        found = transparency.Checkpoint.open(note, self._verifier)
        kept = self.checkpoint
        if kept and (found.size < kept.size or (found.size == kept.size and found != kept)):
            raise ValueError("the log has gone back")
        self.checkpoint = found
        return found

    # Frames

    def send(self, **kind):
        self.send_bytes(frame_pb2.ClientFrame(**kind).SerializeToString())

    def send_bytes(self, *parts: bytes):
        self._socket.send_multipart(parts)

    def request(self, answer: str, **kind):
        """Sends a frame with a request number and returns its answer or Error."""
        number = next(self._numbers)
        (body,) = kind.values()
        body.request_number = number
        self.send(**kind)
        name, got = self.next_of((answer, "error"),
                                 lambda _, found: found.request_number == number)
        return got

    def next(self, kind: str, where: Callable = lambda found: True, seconds=SECONDS_MAX):
        """The next frame of a kind. What else comes is kept. Errors: NoSession, NotAnswered."""
        return self.next_of((kind,), lambda _, found: where(found), seconds)[1]

    def next_of(self, kinds: tuple, where: Callable = lambda kind, found: True,
                seconds=SECONDS_MAX) -> tuple:
        """The next frame of some kinds, as (kind, body)."""
        deadline = time.monotonic() + seconds
        passed = 0
        while True:
            for place, (kind, body) in enumerate(itertools.islice(self._read, passed, None)):
                if kind in kinds and where(kind, body):
                    del self._read[passed + place]
                    return kind, body
            passed = len(self._read)
            self.read_frame(kinds, deadline)

    def unread(self) -> list:
        """The kinds of what came and nobody waited for."""
        return [kind for kind, _ in self._read]

    def waits_to_be_read(self, seconds=SECONDS_MAX) -> bool:
        """Whether a frame stands in the socket, unread; waits for one."""
        return bool(self._socket.poll(int(seconds * 1000)))

    def ping(self):
        """Returns when the hub has read the session as far as here."""
        number = next(self._numbers)
        self.send(ping=session_pb2.Ping(number=number))
        self.next("pong", lambda pong: pong.number == number)

    def read_frame(self, kinds: tuple, deadline: float):
        """Reads one frame; `kinds` says what for. Errors: NoSession, NotAnswered, HandshakeFailed,
        ConnectionError."""
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._monitor, zmq.POLLIN)
        left = deadline - time.monotonic()
        ready = dict(poller.poll(left * 1000)) if left > 0 else {}
        if not ready:
            raise NotAnswered(f"no {' or '.join(kinds)}; there is {self.unread()}")
        if self._socket in ready:
            (data,) = self._socket.recv_multipart()
            self._take(frame_pb2.HubFrame.FromString(data))
            return
        event = zmq.utils.monitor.recv_monitor_message(self._monitor)["event"]
        if event in (zmq.EVENT_HANDSHAKE_FAILED_AUTH, zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL,
                     zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL):
            raise HandshakeFailed(zmq.Event(event).name)
        if event == zmq.EVENT_DISCONNECTED:
            raise ConnectionError("the connection was lost")

    def _take(self, frame: frame_pb2.HubFrame):
        kind = frame.WhichOneof("kind")
        if kind == "error" and frame.error.session_ended:
            raise NoSession(frame.error)
        if kind != "sealed":
            raise AssertionError(f"{kind} in the clear")
        try:
            opened = self._box.decrypt(frame.sealed.box, frame.sealed.nonce)
        except nacl.exceptions.CryptoError as failed:
            raise AssertionError("a box that is not for this party") from failed
        self.sealed_frames += 1
        self._take_opened(frame_pb2.HubFrame.FromString(opened))

    def _take_opened(self, frame: frame_pb2.HubFrame):
        kind = frame.WhichOneof("kind")
        body = getattr(frame, kind)
        if kind == "ping":
            self.send(pong=session_pb2.Pong(number=body.number))
        elif kind == "error" and body.session_ended:
            raise NoSession(body)
        elif kind == "deliveries":
            self.subscriptions[body.name].take(body)
        elif kind == "parked_state":
            self.subscriptions[body.name].state = body
        else:
            if kind == "subscribed":  # what came before it was of an earlier opening
                self.subscriptions[body.name] = Subscription(self, body)
            self._read.append((kind, body))

    # Handing messages in

    def submit(self, envelopes: list, signature: Optional[bytes] = None) -> list:
        """The outcome of each envelope, in their order. Checks that their checkpoint covers the
        receipts of each frame."""
        number = next(self._numbers)
        if signature is None:
            signature = self.keys.sign(
                submit_text(self.hub.origin, self.keys.party, envelopes))
        self.send(submit=submit_pb2.Submit(submit_number=number, envelopes=envelopes,
                                           signature=signature))
        found = {}
        while len(found) < len(envelopes):
            frame = self.next("outcomes", lambda got: got.outcomes[0].submit_number == number)
            for outcome in self._checked(frame):
                if outcome.index in found or outcome.submit_number != number:
                    raise AssertionError("an outcome too many")
                found[outcome.index] = outcome
        return [found[index] for index in range(len(envelopes))]

    def _checked(self, frame: submit_pb2.Outcomes):
        receipts = [out.receipt for out in frame.outcomes if out.HasField("receipt")]
        if receipts:
            size = transparency.Checkpoint.open(frame.checkpoint, self._verifier).size
            if size <= max(receipt.sequence for receipt in receipts):
                raise AssertionError("the checkpoint does not cover its receipts")
        elif frame.checkpoint:
            raise AssertionError("a checkpoint without receipts")
        return frame.outcomes

    # Getting messages

    def subscribe(self, name: str, credit: int = 100, **fields) -> "Subscription":
        """Opens it. Errors: NoSession, NotAnswered, Refused."""
        self.send(subscribe=subscription_pb2.Subscribe(name=name, credit=credit, **fields))
        kind, body = self.next_of(("subscribed", "error"))
        if kind == "error":
            raise Refused(body)
        return self.subscriptions[name]

    def fetch(self, sequence: int):
        """Fetched or Error."""
        return self.request("fetched", fetch=subscription_pb2.Fetch(sequence=sequence))

    def list_parked(self, name: str, **fields):
        """ParkedList or Error."""
        return self.request("parked_list",
                            list_parked=subscription_pb2.ListParked(name=name, **fields))

    def act_on_parked(self, name: str, act: int, **fields):
        """ParkedActed or Error."""
        return self.request("parked_acted",
                            act_on_parked=subscription_pb2.ActOnParked(name=name, act=act,
                                                                       **fields))


class Subscription:
    """One opening of a durable subscription: what has come and is to be handled."""

    def __init__(self, session: Session, subscribed: subscription_pb2.Subscribed):
        self.session = session
        self.name = subscribed.name
        self.subscribed = subscribed
        self.state = None  # the latest ParkedState
        self.voided = []  # sequences that count as not received
        self._unhandled = collections.deque()
        self._nacks = []  # in the order they were sent: (lane, sequence) held up, or None

    def take(self, frame: subscription_pb2.Deliveries):
        for delivery in frame.deliveries:
            on_its_way = self._nacks[frame.nacks_taken:]
            if delivery.attempt == 0 and any(self._is_held_up(delivery, nack)
                                             for nack in on_its_way):
                self.voided.append(delivery.sequence)
            else:
                self._unhandled.append(delivery)

    @staticmethod
    def _is_held_up(delivery, nack: Optional[tuple]) -> bool:
        return nack is not None and delivery.lane == nack[0] and delivery.sequence >= nack[1]

    def next(self, seconds=SECONDS_MAX) -> subscription_pb2.Delivery:
        """The next delivery to be handled. Errors: NoSession, NotAnswered."""
        deadline = time.monotonic() + seconds
        while not self._unhandled:
            self.session.read_frame((f"delivery of {self.name}",), deadline)
        return self._unhandled.popleft()

    def take_unread(self) -> list:
        """The sequences that came before the answer to a Ping and are not handled yet."""
        self.session.ping()
        return [delivery.sequence for delivery in self._unhandled]

    def ack(self, sequence: int):
        self._send_ack(sequence=sequence)

    def ack_parked(self, sequence: int):
        self._send_ack(sequence=sequence, parked=True)

    def _send_ack(self, **fields):
        self.session.send(ack=subscription_pb2.Ack(name=self.name, **fields))

    def nack(self, delivery: subscription_pb2.Delivery, verdict: int, reason: str = ""):
        nack = (delivery.lane, delivery.sequence) if delivery.attempt == 0 else None
        self._nacks.append(nack)
        kept = [held for held in self._unhandled
                if held.attempt > 0 or not self._is_held_up(held, nack)]
        self.voided += [held.sequence for held in self._unhandled if held not in kept]
        self._unhandled = collections.deque(kept)
        self.session.send(nack=subscription_pb2.Nack(name=self.name, sequence=delivery.sequence,
                                                     verdict=verdict, reason=reason))
