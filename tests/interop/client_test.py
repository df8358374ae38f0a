#!/usr/bin/python3
"""A hub as built, and a client that knows only the .proto files and proto/README.md.

  client_test.py BIN    where BIN holds jobbro-hub and jobbro

Sessions, handing messages in, and what a hub refuses. client_delivery_test.py has the other half.
"""

from pathlib import Path

import client_messages as messages
from client_messages import Case, answers, corrects
from hub_client import HandshakeFailed, HubKey, NoSession, PartyKeys, submit_text
from hub_tests import OTHER_PROVIDER, HubTest, OrderTest, main
from jobbro.v1 import (administration_pb2, cooperation_pb2, course_pb2, course_reports_pb2,
                       envelope_pb2, error_pb2, frame_pb2, order_changes_pb2, order_pb2,
                       session_pb2, submit_pb2)
from started_hub import JOBCENTRE, ORIGIN, PROVIDER

ANOTHER_CITIZEN = "741176-1201"


class Sessions(HubTest):
    def test_hello_is_welcomed_with_a_signed_checkpoint_in_sealed_frames(self):
        with self.connect("jobcentre") as session:
            welcome = session.open()
            self.assertEqual((welcome.party, welcome.origin), (JOBCENTRE, ORIGIN))
            self.assertGreaterEqual(session.checkpoint.size, 3)
            self.assertEqual(session.sealed_frames, 1)
            limits = welcome.limits
            self.assertEqual((limits.frame_bytes_max, limits.envelope_bytes_max,
                              limits.envelopes_per_submit_max, limits.credit_max,
                              limits.heartbeat_ms, limits.session_silent_ms_max),
                             (262_144, 49_152, 256, 1024, 5000, 20_000))

    def test_checkpoint_signed_by_another_key_is_seen(self):
        other = HubKey.read(self.other_hub_key())
        expected = self.hub_key._replace(verifier_key=other.verifier_key)
        with self.connect("jobcentre", hub_key=expected) as session:
            with self.assertRaisesRegex(AssertionError, "the log's key is another"):
                session.open()
            with self.assertRaisesRegex(ValueError, "the log's key has not signed it"):
                session.keep_checkpoint(session.welcome.checkpoint)

    def test_ping_is_answered_with_its_number(self):
        with self.session("jobcentre") as session:
            session.send(ping=session_pb2.Ping(number=2**64 - 1))
            self.assertEqual(session.next("pong").number, 2**64 - 1)

    def test_unknown_key_fails_the_handshake(self):
        session = self.connect(keys=PartyKeys.make(JOBCENTRE))
        with self.assertRaisesRegex(HandshakeFailed, "HANDSHAKE_FAILED_AUTH"):
            session.open()

    def test_hub_with_another_key_never_ends_the_handshake(self):
        other = HubKey.read(self.other_hub_key())
        session = self.connect("jobcentre", hub_key=other)
        with self.assertRaises((HandshakeFailed, ConnectionError)):
            session.open()

    def other_hub_key(self) -> Path:
        name = f"other-hub-{self.id().rpartition('.')[2]}"
        self.hub.client("keygen-hub", ORIGIN, "--out", str(self.hub.key(name)))
        return self.hub.public(name)

    def test_frame_before_hello_is_answered_in_the_clear(self):
        session = self.connect("jobcentre")
        session.send(ping=session_pb2.Ping(number=1))
        with self.assertRaises(NoSession) as refused:
            session.next("pong")
        self.assertEqual(self.code(refused.exception.error), "hello_required")
        self.assertEqual(session.sealed_frames, 0)
        session.open()

    def test_other_protocol_version_is_refused(self):
        session = self.connect("jobcentre")
        with self.assertRaises(NoSession) as refused:
            session.open(protocol_version=2)
        self.assertEqual(self.code(refused.exception.error), "protocol_version_unsupported")

    def test_frame_of_a_kind_that_does_not_exist_is_refused_and_the_session_stays(self):
        with self.session("jobcentre") as session:
            field_99_empty = bytes((99 << 3 & 0x7F | 2 | 0x80, 99 >> 4, 0))
            session.send_bytes(field_99_empty)
            self.assert_refused(session.next("error"), "frame_unknown")
            session.send_bytes(b"")
            self.assert_refused(session.next("error"), "frame_unknown")
            session.ping()

    def test_frame_that_cannot_be_read_is_refused_and_the_session_stays(self):
        with self.session("jobcentre") as session:
            session.send_bytes(b"\xff\xff\xff")
            self.assert_refused(session.next("error"), "frame_malformed")
            session.send_bytes(b"", frame_pb2.ClientFrame(ping={}).SerializeToString())
            self.assert_refused(session.next("error"), "frame_malformed")
            session.ping()

    def test_frame_that_is_too_large_is_refused_and_the_session_stays(self):
        with self.session("jobcentre") as session:
            session.send_bytes(bytes(session.welcome.limits.frame_bytes_max + 1))
            self.assert_refused(session.next("error"), "frame_too_large")
            session.ping()

    def test_goodbye_ends_the_session(self):
        with self.session("jobcentre") as session:
            session.send(goodbye=session_pb2.Goodbye())
            session.send(ping=session_pb2.Ping(number=1))
            with self.assertRaises(NoSession) as refused:
                session.next("pong")
            self.assertEqual(self.code(refused.exception.error), "hello_required")


class Administration(HubTest):
    def test_party_whose_grant_was_made_by_hand_can_open_a_session(self):
        keys = PartyKeys.make("auditor:ministry")
        with self.session("operator") as operator:
            done = self.grant(operator, keys, JOBCENTRE)
            self.assertIsInstance(done, administration_pb2.RegistryChanged)
            self.assert_refused(self.grant(operator, keys, JOBCENTRE), "statement_outdated")
            listed = operator.request("party_list", list_parties=administration_pb2.ListParties())
            found = {party.party: party for party in listed.parties}
            self.assertEqual(found[keys.party].registry_sequence, done.sequence)
            self.assertEqual(found[keys.party].curve_key, bytes(keys.curve.public_key))
        with self.connect(keys=keys) as auditor:
            self.assertEqual(auditor.open().party, keys.party)

    def test_status_tells_the_tree(self):
        with self.session("operator") as operator:
            status = operator.request("status", get_status=administration_pb2.GetStatus())
            self.assertEqual(operator.keep_checkpoint(status.checkpoint).size, status.tree_size)

    def test_who_is_no_operator_sees_itself_and_changes_nothing(self):
        with self.session("jobcentre") as session:
            listed = session.request("party_list", list_parties=administration_pb2.ListParties())
            self.assertEqual([each.party for each in listed.parties], [JOBCENTRE])
            for kind in ({"get_status": administration_pb2.GetStatus()},
                         {"change_registry": administration_pb2.ChangeRegistry()}):
                refused = session.request("party_list", **kind)
                self.assert_refused(refused, "role_not_allowed", error_pb2.DISPOSITION_NEVER)


class Submitting(OrderTest):
    def test_one_envelope_gets_a_receipt(self):
        before = self.jobcentre.checkpoint.size
        case = Case(JOBCENTRE, PROVIDER)
        order = case.order()
        (outcome,) = self.jobcentre.submit([order])
        self.assertEqual(outcome.message_id, messages.id_of(order))
        (receipt,) = self.assert_recorded([outcome])
        self.assertGreaterEqual(receipt.sequence, before)
        self.assertGreater(receipt.recorded_at.seconds, 1_300_000_000)
        self.assertEqual(list(receipt.findings), [])

    def test_thin_order_is_recorded_with_a_finding(self):
        case = Case(JOBCENTRE, PROVIDER)
        made = case.envelope(JOBCENTRE, order=order_pb2.Order())
        made.audience.party = PROVIDER
        (receipt,) = self.record(self.jobcentre, made.SerializeToString())
        (finding,) = receipt.findings
        self.assertEqual((finding.code, finding.severity),
                         ("order.citizen_only", envelope_pb2.FINDING_SEVERITY_THIN))

    def test_many_envelopes_of_a_submit_are_recorded_in_their_order(self):
        case = self.new_case()
        envelopes = [case.remark() for _ in range(150)]
        sequences = [got.sequence for got in self.record(self.provider, *envelopes)]
        self.assertEqual(sequences, list(range(sequences[0], sequences[0] + 150)))

    def test_same_bytes_again_get_the_same_receipt(self):
        case = Case(JOBCENTRE, PROVIDER)
        order = case.order()
        first = self.record(self.jobcentre, order)
        self.assertEqual(self.record(self.jobcentre, order), first)
        with self.session("jobcentre") as later:
            self.assertEqual(self.record(later, order), first)

    def test_other_bytes_under_the_id_are_refused(self):
        case = Case(JOBCENTRE, PROVIDER)
        order = case.order()
        self.record(self.jobcentre, order)
        changed = envelope_pb2.Envelope.FromString(order)
        changed.order.citizen_wishes = "mornings"
        (outcome,) = self.jobcentre.submit([changed.SerializeToString()])
        self.assert_rejected(outcome, "message_id_reused", error_pb2.DISPOSITION_NEVER,
                             "message_id")

    def test_envelope_beside_a_wrong_one_is_recorded(self):
        case = Case(JOBCENTRE, PROVIDER)
        wrong, right = self.jobcentre.submit([b"\xff\xff\xff", case.order()])
        self.assert_rejected(wrong, "envelope_malformed")
        self.assertEqual(wrong.message_id, "")
        self.assert_recorded([right])

    def test_envelope_with_a_field_given_twice_is_malformed(self):
        order = Case(JOBCENTRE, PROVIDER).order()
        (outcome,) = self.jobcentre.submit([order + envelope_pb2.Envelope(
            schema_version=1).SerializeToString()])
        self.assert_rejected(outcome, "envelope_malformed")

    def test_wrong_signature_rejects_every_envelope(self):
        envelopes = [Case(JOBCENTRE, PROVIDER).order() for _ in range(2)]
        keys = PartyKeys.read(self.hub.key("jobcentre"))
        text = submit_text(ORIGIN, JOBCENTRE, envelopes)
        for signature, code in (
                (b"", "signature_missing"),
                (PartyKeys.make(JOBCENTRE).sign(text), "signature_wrong"),
                (keys.sign(text[:-1]), "signature_wrong"),
                (keys.sign(submit_text(ORIGIN, JOBCENTRE, envelopes[::-1])), "signature_wrong")):
            for outcome in self.jobcentre.submit(envelopes, signature):
                self.assert_rejected(outcome, code)
                self.assertEqual(outcome.message_id, "")
        self.record(self.jobcentre, *envelopes)

    def test_submit_of_no_envelope_or_too_many_is_out_of_bounds(self):
        for envelopes in ([], [b""] * 257):
            self.jobcentre.send(submit=submit_pb2.Submit(envelopes=envelopes))
            self.assert_refused(self.jobcentre.next("error"), "field_out_of_bounds")

    def test_order_of_another_provider_is_unknown(self):
        case = self.new_case()
        case.provider = OTHER_PROVIDER
        with self.session("other") as other:
            (outcome,) = other.submit([case.remark()])
            self.assert_rejected(outcome, "order_unknown", field_path="order_id")

    def test_order_by_a_provider_is_not_allowed(self):
        case = Case(PROVIDER, PROVIDER)
        (outcome,) = self.provider.submit([case.order()])
        self.assert_rejected(outcome, "role_not_allowed", error_pb2.DISPOSITION_NEVER, "body")

    def test_sender_that_is_not_the_session_s_party_is_refused(self):
        (outcome,) = self.provider.submit([Case(JOBCENTRE, PROVIDER).order()])
        self.assert_rejected(outcome, "sender_wrong", field_path="sender")

    def test_cpr_number_in_a_text_is_refused_without_being_repeated(self):
        case = Case(JOBCENTRE, PROVIDER)
        order = case.order(citizen_wishes=f"together with {ANOTHER_CITIZEN}")
        (outcome,) = self.jobcentre.submit([order])
        self.assert_rejected(outcome, "cpr_in_text", field_path="order.citizen_wishes")
        self.assertNotIn("741176", outcome.rejection.detail)

    def test_citizen_of_another_order_is_refused(self):
        case = self.new_case()
        case.citizen = messages.new_citizen()
        (outcome,) = self.provider.submit([case.remark()])
        self.assert_rejected(outcome, "citizen_mismatch", field_path="citizen.cpr_number")

    def test_citizen_has_no_more_than_256_orders(self):
        citizen = messages.new_citizen()
        orders = [Case(JOBCENTRE, PROVIDER, citizen).order() for _ in range(257)]
        self.record(self.jobcentre, *orders[:256])
        (outcome,) = self.jobcentre.submit(orders[256:])
        self.assert_rejected(outcome, "orders_limit", error_pb2.DISPOSITION_NEVER, "citizen")

    def test_correction_takes_the_place_of_the_sender_s_own_message(self):
        case = self.new_case()
        first = case.remark()
        correction = case.by_provider((corrects(first),),
                                      notice=cooperation_pb2.Notice(text="came after all"))
        self.record(self.provider, first, correction)
        of_other_kind = case.by_provider((corrects(first),), absence_report=course_pb2.AbsenceReport(
            first_date=messages.date_in(-1), last_date=messages.date_in(0),
            kind=course_pb2.ABSENCE_KIND_NO_SHOW))
        (outcome,) = self.provider.submit([of_other_kind])
        self.assert_rejected(outcome, "cause_mismatch", field_path="causes[0]")


class NewKinds(OrderTest):
    def ask(self, case: Case) -> bytes:
        return case.by_provider(clarification_request=order_changes_pb2.ClarificationRequest(
            questions=["which mornings?"]))

    def reply(self, case: Case, request: bytes) -> bytes:
        return case.by_jobcentre((answers(request),), clarification=order_changes_pb2.Clarification(
            answers=[order_changes_pb2.ClarificationAnswer(question="which mornings?",
                                                           answer="Monday and Thursday")]))

    def test_question_and_answer_are_recorded(self):
        case = self.new_case()
        request = self.ask(case)
        self.record(self.provider, request)
        self.record(self.jobcentre, self.reply(case, request))

    def test_answer_before_its_question_holds_up_its_lane_until_it_comes_again(self):
        case, elsewhere = self.new_case(), Case(JOBCENTRE, PROVIDER)
        request = self.ask(case)
        early = self.reply(case, request)
        behind = case.by_jobcentre(notice=cooperation_pb2.Notice(text="the bus leaves at nine"))
        outcomes = self.jobcentre.submit([early, behind, elsewhere.order()])
        self.assert_rejected(outcomes[0], "cause_unknown", error_pb2.DISPOSITION_RETRY,
                             "causes[0]")
        self.assert_rejected(outcomes[1], "lane_blocked", error_pb2.DISPOSITION_RETRY,
                             "order_id")
        self.assert_recorded(outcomes[2:])
        self.record(self.provider, request)
        receipts = self.record(self.jobcentre, early, behind)
        self.assertLess(receipts[0].sequence, receipts[1].sequence)

    def test_answer_to_nothing_is_refused(self):
        case = self.new_case()
        answer = order_changes_pb2.Clarification(
            answers=[order_changes_pb2.ClarificationAnswer(question="which?", answer="both")])
        (outcome,) = self.jobcentre.submit([case.by_jobcentre(clarification=answer)])
        self.assert_rejected(outcome, "field_missing", field_path="causes")

    def test_attendance_list_is_recorded(self):
        case = self.new_case()
        days = [course_reports_pb2.AttendanceDay(date=messages.date_in(-2), planned_hours=6),
                course_reports_pb2.AttendanceDay(date=messages.date_in(-1), planned_hours=6,
                                                 absence=course_pb2.ABSENCE_KIND_NO_SHOW)]
        self.record(self.provider, *case.begun(days=-7), case.by_provider(
            attendance_list=course_reports_pb2.AttendanceList(
                list_id=messages.IDS.make(), first_date=messages.date_in(-7),
                last_date=messages.date_in(-1), days=days)))

    def test_offer_is_recorded_without_order_and_citizen(self):
        self.record(self.provider, messages.offer(PROVIDER, "OF-2"))
        named = envelope_pb2.Envelope.FromString(messages.offer(PROVIDER, "OF-2"))
        named.citizen.cpr_number = messages.new_citizen()
        (outcome,) = self.provider.submit([named.SerializeToString()])
        self.assert_rejected(outcome, "field_invalid", field_path="citizen")

    def test_limits_are_recorded_for_the_sender_only(self):
        watched = messages.limits_watched(JOBCENTRE)
        self.record(self.jobcentre, watched)
        made = envelope_pb2.Envelope.FromString(watched)
        made.message_id = messages.IDS.make()
        made.audience.party = PROVIDER
        (outcome,) = self.jobcentre.submit([made.SerializeToString()])
        self.assert_rejected(outcome, "audience_invalid", field_path="audience")


if __name__ == "__main__":
    main()
