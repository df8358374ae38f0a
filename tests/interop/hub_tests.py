"""What tests of a client against a hub as built have in common."""

import sys
import tempfile
import unittest
from pathlib import Path

from client_messages import Case
from hub_client import HubKey, PartyKeys, Session
from jobbro.v1 import (administration_pb2, error_pb2, registry_pb2, session_pb2,
                       submit_pb2)
from started_hub import JOBCENTRE, ORIGIN, PROVIDER, Hub

OTHER_PROVIDER = "provider:99104007"


class HubTest(unittest.TestCase):
    """One hub for all tests of a class."""

    programs = None
    has_http = False

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.hub = Hub(cls.programs, Path(folder.name), cls.has_http)
        cls.addClassCleanup(cls.hub.end)
        cls.hub.start()
        cls.hub_key = HubKey.read(cls.hub.public("hub"))

    def connect(self, name: str = "", keys: PartyKeys = None, hub_key: HubKey = None) -> Session:
        """A connection without a session yet."""
        keys = keys or PartyKeys.read(self.hub.key(name))
        session = Session(self.hub.endpoint, hub_key or self.hub_key, keys)
        self.addCleanup(session.close)
        return session

    def session(self, name: str = "", keys: PartyKeys = None) -> Session:
        session = self.connect(name, keys)
        session.open()
        return session

    def grant(self, operator: Session, keys: PartyKeys, *jobcentres: str):
        """RegistryChanged or Error to a controller's grant of a party that there was not."""
        statement = registry_pb2.RegistryStatement(
            origin=ORIGIN, party=keys.party, signer="controller:demo",
            grant=registry_pb2.PartyGrant(curve_key=bytes(keys.curve.public_key),
                                          signing_key=bytes(keys.signing.verify_key),
                                          jobcentres=jobcentres))
        statement.signed_at.GetCurrentTime()
        data = statement.SerializeToString()
        controller = PartyKeys.read(self.hub.key("controller"))
        signature = controller.sign(b"jobbro statement v1\n" + data)
        return operator.request("registry_changed", change_registry=(
            administration_pb2.ChangeRegistry(statement=data, signature=signature)))

    def code(self, error) -> str:
        return error_pb2.ErrorCode.Name(error.code).removeprefix("ERROR_CODE_").lower()

    def assert_refused(self, error: session_pb2.Error, code: str,
                       disposition: int = error_pb2.DISPOSITION_FIX):
        self.assertIsInstance(error, session_pb2.Error)
        self.assertEqual((self.code(error), error.disposition), (code, disposition))
        self.assertFalse(error.session_ended)

    def assert_recorded(self, outcomes: list) -> list:
        """The receipts."""
        for outcome in outcomes:
            self.assertEqual(outcome.WhichOneof("fate"), "receipt", self.code(outcome.rejection))
        return [outcome.receipt for outcome in outcomes]

    def assert_rejected(self, outcome: submit_pb2.Outcome, code: str,
                        disposition: int = error_pb2.DISPOSITION_FIX, field_path: str = ""):
        self.assertEqual(outcome.WhichOneof("fate"), "rejection")
        rejection = outcome.rejection
        self.assertEqual((self.code(rejection), rejection.disposition, rejection.field_path),
                         (code, disposition, field_path))

    def record(self, session: Session, *envelopes: bytes) -> list:
        """The receipts of envelopes that are to be recorded."""
        return self.assert_recorded(session.submit(list(envelopes)))


class OrderTest(HubTest):
    """With a session of each side and a second provider."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hub.make_keys("other", OTHER_PROVIDER)
        cls.hub.add_party("other", OTHER_PROVIDER, JOBCENTRE)

    def setUp(self):
        self.jobcentre = self.session("jobcentre")
        self.provider = self.session("provider")

    def new_case(self, **order) -> Case:
        case = Case(JOBCENTRE, PROVIDER)
        self.record(self.jobcentre, case.order(**order))
        return case


def main():
    """Takes the folder of the programs from the command line."""
    HubTest.programs = Path(sys.argv.pop(1)).resolve()
    unittest.main()
