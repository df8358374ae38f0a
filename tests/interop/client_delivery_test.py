#!/usr/bin/python3
"""Getting messages from a hub as built, by a client that knows only the .proto files and
proto/README.md.

  client_delivery_test.py BIN    where BIN holds jobbro-hub and jobbro
"""

import itertools

import client_messages as messages
from client_messages import Case
from hub_client import NoSession, PartyKeys, Refused, Subscription
from hub_tests import OTHER_PROVIDER, OrderTest, main
from jobbro.v1 import envelope_pb2, error_pb2, order_pb2, subscription_pb2
from jobbro.v1.subscription_pb2 import (NACK_VERDICT_GIVE_UP, NACK_VERDICT_RETRY_LATER,
                                        PARKED_ACT_KIND_DROP, PARKED_ACT_KIND_RELEASE)
from started_hub import JOBCENTRE

P_NUMBERS = itertools.count(9100000101)


class DeliveryTest(OrderTest):
    """Each test has a provider of its own, which has the order messages of that test only."""

    def setUp(self):
        super().setUp()
        self.party = f"provider:99326018-{next(P_NUMBERS)}"
        self.keys = PartyKeys.make(self.party)
        with self.session("operator") as operator:
            self.grant(operator, self.keys, JOBCENTRE)
        self.receiver = self.session(keys=self.keys)
        self.case = Case(JOBCENTRE, self.party)
        self.another = Case(JOBCENTRE, self.party)

    def tearDown(self):
        self.assertEqual(self.receiver.unread(), [])

    def order(self, about: Case = None, **fields) -> bytes:
        """A further order about the case's citizen."""
        citizen = (about or self.case).citizen
        return Case(JOBCENTRE, self.party, citizen).order(**fields)

    def place(self, *abouts: Case) -> list:
        """Records an order about each one's citizen; their sequences."""
        orders = [self.order(about) for about in abouts]
        return [receipt.sequence for receipt in self.record(self.jobcentre, *orders)]

    def assert_next(self, subscription: Subscription, *sequences: int, attempt: int = 0) -> list:
        """These come next, in this order."""
        found = [subscription.next() for _ in sequences]
        self.assertEqual([(got.sequence, got.attempt) for got in found],
                         [(sequence, attempt) for sequence in sequences])
        return found

    def assert_nothing_comes(self, subscription: Subscription):
        self.assertEqual(subscription.take_unread(), [])

    def assert_not_subscribed(self, code: str, **fields):
        with self.assertRaises(Refused) as refused:
            self.receiver.subscribe(**{"name": "main", **fields})
        self.assert_refused(refused.exception.error, code)


class Subscribing(DeliveryTest):
    def test_messages_come_in_log_order_byte_for_byte_with_their_findings(self):
        subscription = self.receiver.subscribe("main")
        envelopes = [self.order(), self.thin_order(), self.order(self.another)]
        receipts = self.record(self.jobcentre, *envelopes)
        for envelope, receipt in zip(envelopes, receipts):
            got = subscription.next()
            self.assertEqual((got.sequence, got.envelope, got.attempt),
                             (receipt.sequence, envelope, 0))
            self.assertEqual((got.recorded_at, list(got.findings)),
                             (receipt.recorded_at, list(receipt.findings)))

    def thin_order(self) -> bytes:
        made = self.case.envelope(JOBCENTRE, order=order_pb2.Order())
        made.audience.party = self.party
        return made.SerializeToString()

    def test_what_is_not_acked_comes_again_in_the_next_session(self):
        first, second, third = self.place(self.case, self.case, self.another)
        subscription = self.receiver.subscribe("main")
        self.assert_next(subscription, first, second, third)
        subscription.ack(first)
        self.receiver.ping()
        self.receiver.lose()
        later = self.session(keys=self.keys)
        subscription = later.subscribe("main")
        self.assertEqual(subscription.subscribed.next_sequence, first + 1)
        self.assert_next(subscription, second, third)

    def test_each_name_has_a_cursor_of_its_own(self):
        first, = self.place(self.case)
        main_one = self.receiver.subscribe("main")
        self.assert_next(main_one, first)
        main_one.ack(first)
        self.assert_next(self.receiver.subscribe("archive"), first)
        self.assert_nothing_comes(main_one)

    def test_no_more_is_out_than_the_credit(self):
        first, second, third = self.place(self.case, self.case, self.another)
        subscription = self.receiver.subscribe("main", credit=2)
        self.assert_next(subscription, first, second)
        self.assert_nothing_comes(subscription)
        subscription.ack(first)
        self.assert_next(subscription, third)

    def test_newest_session_has_the_subscription(self):
        sequence, = self.place(self.case)
        self.receiver.subscribe("main")
        with self.session(keys=self.keys) as newer:
            subscription = newer.subscribe("main")
            ended = self.receiver.next("subscription_ended")
            self.assertEqual((ended.name, self.code(ended)), ("main", "subscription_replaced"))
            self.assert_next(subscription, sequence)

    def test_subscribing_again_on_the_session_starts_over_from_the_cursor(self):
        first, second = self.place(self.case, self.another)
        self.assert_next(self.receiver.subscribe("main"), first, second)
        self.assert_next(self.receiver.subscribe("main", credit=1), first)

    def test_unsubscribing_ends_it(self):
        subscription = self.receiver.subscribe("main")
        self.receiver.send(unsubscribe=subscription_pb2.Unsubscribe(name="main"))
        ended = self.receiver.next("subscription_ended")
        self.assertEqual((ended.name, ended.code), ("main", error_pb2.ERROR_CODE_UNSPECIFIED))
        self.place(self.case)
        self.assert_nothing_comes(subscription)

    def test_ack_beyond_what_was_delivered_is_refused(self):
        sequence, = self.place(self.case)
        subscription = self.receiver.subscribe("main")
        self.assert_next(subscription, sequence)
        subscription.ack(sequence + 1)
        self.assert_refused(self.receiver.next("error"), "ack_ahead")
        subscription.ack(sequence)
        subscription.ack(0)
        self.receiver.ping()

    def test_ack_of_a_subscription_that_is_not_open_is_refused(self):
        for kind in ({"ack": subscription_pb2.Ack(name="main", sequence=1)},
                     {"unsubscribe": subscription_pb2.Unsubscribe(name="main")},
                     {"nack": subscription_pb2.Nack(name="main", sequence=1,
                                                    verdict=NACK_VERDICT_GIVE_UP)}):
            self.receiver.send(**kind)
            self.assert_refused(self.receiver.next("error"), "subscription_unknown")

    def test_names_and_credits_out_of_bounds_are_refused(self):
        for fields in ({"name": ""}, {"name": "Main"}, {"name": "1234567890"}, {"name": "a" * 65},
                       {"credit": 0}, {"credit": 1025},
                       {"kinds": [envelope_pb2.MESSAGE_KIND_ORDER] * 65}, {"form": 99},
                       {"kinds": [envelope_pb2.MESSAGE_KIND_UNSPECIFIED]},
                       {"from_sequence": 2**40}):
            with self.subTest(**fields):
                self.assert_not_subscribed("field_out_of_bounds", **fields)

    def test_seventeenth_name_is_refused(self):
        for number in range(16):
            self.receiver.subscribe(f"name-{number}")
        self.assert_not_subscribed("subscription_limit", name="one-more")

    def test_party_disabled_gets_no_more(self):
        self.receiver.subscribe("main")
        self.hub.run_as("operator", "party", "disable", self.party)
        with self.assertRaises(NoSession) as refused:
            self.receiver.ping()
        self.assertEqual(self.code(refused.exception.error), "key_disabled")


class FiltersAndStarts(DeliveryTest):
    def test_only_the_kinds_asked_for_come(self):
        before = self.jobcentre.checkpoint.size
        case = self.new_case()
        remark = case.remark()
        acceptance = case.by_provider(order_acceptance=order_pb2.OrderAcceptance())
        *_, wanted, _ = self.record(self.provider, acceptance, remark, case.remark())
        subscription = self.jobcentre.subscribe(
            f"remarks-{self.party[-3:]}", credit=1, from_sequence=before,
            kinds=[envelope_pb2.MESSAGE_KIND_NOTICE])
        (got,) = self.assert_next(subscription, wanted.sequence)
        self.assertEqual(got.envelope, remark)
        subscription.ack(wanted.sequence)
        self.assert_next(subscription, wanted.sequence + 1)

    def test_start_moves_the_cursor_for_good(self):
        first, second, third = self.place(self.case, self.case, self.another)
        subscription = self.receiver.subscribe("main")
        self.assert_next(subscription, first, second, third)
        subscription.ack(third)
        again = self.receiver.subscribe("main", from_sequence=second)
        self.assertEqual(again.subscribed.next_sequence, second)
        self.assert_next(again, second, third)
        self.assert_next(self.receiver.subscribe("main"), second, third)
        beginning = self.receiver.subscribe("main", from_beginning={})
        self.assert_next(beginning, first, second, third)
        after = self.receiver.subscribe("main", from_sequence=third + 1)
        self.assert_nothing_comes(after)

    def test_start_at_a_time(self):
        self.place(self.case)
        (receipt,) = self.record(self.jobcentre, self.order())
        subscription = self.receiver.subscribe("main", from_time=receipt.recorded_at)
        self.assert_next(subscription, receipt.sequence)

    def test_message_for_the_sender_only_is_delivered_to_nobody(self):
        before = self.jobcentre.checkpoint.size
        self.record(self.jobcentre, messages.limits_watched(JOBCENTRE))
        (offer,) = self.record(self.receiver, messages.offer(self.party, "OF-2"))
        subscription = self.jobcentre.subscribe(f"offers-{self.party[-3:]}", from_sequence=before)
        self.assert_next(subscription, offer.sequence)

    def test_offer_reaches_the_jobcentre_the_sender_may_work_for(self):
        before = self.jobcentre.checkpoint.size
        envelope = messages.offer(self.party, "OF-2")
        (receipt,) = self.record(self.receiver, envelope)
        subscription = self.jobcentre.subscribe(f"offers-{self.party[-3:]}", from_sequence=before)
        (got,) = self.assert_next(subscription, receipt.sequence)
        self.assertEqual(got.envelope, envelope)


class ThinDelivery(DeliveryTest):
    def thin(self) -> Subscription:
        return self.receiver.subscribe("main", form=subscription_pb2.DELIVERY_FORM_THIN)

    def test_notice_tells_what_it_is_and_fetch_gets_it_whole(self):
        order = self.order()
        (receipt,) = self.record(self.jobcentre, order)
        (got,) = self.assert_next(self.thin(), receipt.sequence)
        self.assertEqual(got.envelope, b"")
        self.assertEqual(got.notification, subscription_pb2.Notification(
            kind=envelope_pb2.MESSAGE_KIND_ORDER, sender=JOBCENTRE,
            message_id=messages.id_of(order), order_id=messages.order_of(order)))
        fetched = self.receiver.fetch(receipt.sequence)
        self.assertIsInstance(fetched, subscription_pb2.Fetched)
        self.assertEqual((fetched.delivery.sequence, fetched.delivery.envelope),
                         (receipt.sequence, order))
        self.assertEqual(fetched.delivery.recorded_at, receipt.recorded_at)

    def test_message_of_others_and_one_that_is_not_there_are_both_unknown(self):
        mine, = self.place(self.case)
        others = Case(JOBCENTRE, OTHER_PROVIDER)
        (other,) = self.record(self.jobcentre, others.order())
        for sequence in (0, other.sequence, mine + 2**40):
            self.assert_refused(self.receiver.fetch(sequence), "entry_unknown")


class Parking(DeliveryTest):
    def setUp(self):
        super().setUp()
        self.subscription = self.receiver.subscribe("main")

    def parked(self) -> dict:
        """What is parked, by sequence."""
        listed = self.receiver.list_parked("main")
        self.assertIsInstance(listed, subscription_pb2.ParkedList)
        self.assertFalse(listed.more)
        return {message.sequence: message for message in listed.messages}

    def waits(self) -> dict:
        """By sequence, what each waits for."""
        return {sequence: subscription_pb2.ParkedWait.Name(message.waits_for).removeprefix(
            "PARKED_WAIT_").lower() for sequence, message in self.parked().items()}

    def give_up_two(self) -> tuple:
        """Two parked messages of a citizen, the first given up."""
        first, second = self.place(self.case, self.case)
        delivery, _ = self.assert_next(self.subscription, first, second)
        self.subscription.nack(delivery, NACK_VERDICT_GIVE_UP, "unknown to our system")
        self.receiver.ping()
        return first, second

    def test_message_put_off_comes_again_and_only_its_citizen_waits(self):
        first, second, other = self.place(self.case, self.case, self.another)
        delivery = self.subscription.next()
        self.subscription.nack(delivery, NACK_VERDICT_RETRY_LATER, "the system is closed")
        found = self.parked()[first]
        self.assertEqual((found.attempts, found.reason), (0, "the system is closed"))
        self.assertEqual(found.next_attempt_at.ToMicroseconds() -
                         found.parked_at.ToMicroseconds(), 1_000_000)
        self.assertEqual(self.waits(), {first: "next_attempt", second: "earlier_message"})
        self.assert_next(self.subscription, other)
        self.assertEqual(self.subscription.voided, [second])
        third, other = self.place(self.case, self.another)
        came = [self.subscription.next() for _ in range(2)]
        self.assertCountEqual([(got.sequence, got.attempt) for got in came],
                              [(other, 0), (first, 1)])
        self.assertEqual(self.waits(), {first: "ack", second: "earlier_message",
                                        third: "earlier_message"})
        handled = first
        for sequence in (second, third):
            self.subscription.ack_parked(handled)
            self.assert_next(self.subscription, sequence, attempt=1)
            handled = sequence
        self.subscription.ack_parked(handled)
        self.assertEqual(self.waits(), {})
        self.assert_next(self.subscription, *self.place(self.case))

    def test_second_attempt_is_counted(self):
        sequence, = self.place(self.case)
        for attempt in (0, 1):
            (delivery,) = self.assert_next(self.subscription, sequence, attempt=attempt)
            self.subscription.nack(delivery, NACK_VERDICT_RETRY_LATER)
        self.assertEqual(self.parked()[sequence].attempts, 1)
        self.assert_next(self.subscription, sequence, attempt=2)

    def test_what_was_on_its_way_behind_the_nack_counts_as_not_received(self):
        first, = self.place(self.case)
        delivery, = self.assert_next(self.subscription, first)
        second, = self.place(self.case)
        self.assertTrue(self.receiver.waits_to_be_read())
        self.subscription.nack(delivery, NACK_VERDICT_RETRY_LATER)
        self.assert_next(self.subscription, first, attempt=1)
        self.assertEqual(self.subscription.voided, [second])
        self.subscription.ack_parked(first)
        self.assert_next(self.subscription, second, attempt=1)

    def test_lane_is_the_citizen_s(self):
        self.place(self.case, self.another, self.case)
        lanes = [self.subscription.next().lane for _ in range(3)]
        self.assertEqual(lanes[0], lanes[2])
        self.assertNotEqual(lanes[0], lanes[1])

    def test_parked_messages_do_not_use_up_credit_and_the_cursor_passes_them(self):
        self.subscription = self.receiver.subscribe("main", credit=1)
        first, other = self.place(self.case, self.another)
        (delivery,) = self.assert_next(self.subscription, first)
        self.subscription.nack(delivery, NACK_VERDICT_GIVE_UP)
        self.assert_next(self.subscription, other)
        self.subscription.ack(other)
        again = self.receiver.subscribe("main")
        self.assertEqual((again.subscribed.next_sequence, again.subscribed.parked), (other + 1, 1))

    def test_message_given_up_waits_for_a_person(self):
        first, second = self.give_up_two()
        parked = self.parked()
        self.assertEqual(self.waits(), {first: "person", second: "earlier_message"})
        self.assertEqual(parked[second].behind_sequence, first)
        self.assertEqual(parked[first].reason, "unknown to our system")
        self.assertEqual((parked[first].notification.kind, parked[first].notification.sender),
                         (envelope_pb2.MESSAGE_KIND_ORDER, JOBCENTRE))
        self.assert_next(self.subscription, *self.place(self.another))

    def test_parked_messages_outlive_the_session(self):
        first, second = self.give_up_two()
        self.receiver.lose()
        self.receiver = self.session(keys=self.keys)
        self.assertEqual(self.waits(), {first: "person", second: "earlier_message"})
        self.subscription = self.receiver.subscribe("main")
        self.assertEqual(self.subscription.subscribed.parked, 2)
        self.assert_nothing_comes(self.subscription)
        state = self.subscription.state
        self.assertEqual((state.parked, state.is_stopped), (2, False))

    def test_parked_messages_are_listed_in_pages(self):
        self.subscription = self.receiver.subscribe("main", credit=1024)
        sequences = self.place(*[self.case] * 130)
        delivery, *_ = self.assert_next(self.subscription, *sequences)
        self.subscription.nack(delivery, NACK_VERDICT_GIVE_UP)
        first = self.receiver.list_parked("main")
        self.assertEqual([found.sequence for found in first.messages], sequences[:128])
        self.assertTrue(first.more)
        last = self.receiver.list_parked("main", after_sequence=sequences[127])
        self.assertEqual([found.sequence for found in last.messages], sequences[128:])
        self.assertFalse(last.more)

    def test_released_messages_come_in_order(self):
        first, second = self.give_up_two()
        acted = self.receiver.act_on_parked("main", PARKED_ACT_KIND_RELEASE, sequences=[second])
        self.assertIsInstance(acted, subscription_pb2.ParkedActed)
        self.assertGreater(acted.sequence, second)
        self.assert_next(self.subscription, first, attempt=1)
        self.subscription.ack_parked(first)
        self.assert_next(self.subscription, second, attempt=1)

    def test_all_are_released_at_once(self):
        first, _ = self.give_up_two()
        other, = self.place(self.another)
        self.subscription.nack(self.subscription.next(), NACK_VERDICT_GIVE_UP)
        acted = self.receiver.act_on_parked("main", PARKED_ACT_KIND_RELEASE, all=True)
        self.assertIsInstance(acted, subscription_pb2.ParkedActed)
        came = [self.subscription.next() for _ in range(2)]
        self.assertCountEqual([(got.sequence, got.attempt) for got in came],
                              [(first, 1), (other, 1)])

    def test_dropped_message_never_comes_and_the_next_moves_up(self):
        first, second = self.give_up_two()
        acted = self.receiver.act_on_parked("main", PARKED_ACT_KIND_DROP, sequences=[first])
        self.assertEqual(acted.messages, 1)
        self.assert_next(self.subscription, second, attempt=1)
        self.subscription.ack_parked(second)
        self.assertEqual(self.waits(), {})
        self.assert_next(self.subscription, *self.place(self.case))

    def test_messages_wait_for_the_answer_to_one_that_was_dropped_meanwhile(self):
        first, second = self.give_up_two()
        self.receiver.act_on_parked("main", PARKED_ACT_KIND_RELEASE, sequences=[first])
        (delivery,) = self.assert_next(self.subscription, first, attempt=1)
        with self.session(keys=self.keys) as person:
            person.act_on_parked("main", PARKED_ACT_KIND_DROP, sequences=[first, second])
        third, = self.place(self.case)
        self.assert_nothing_comes(self.subscription)
        self.subscription.nack(delivery, NACK_VERDICT_RETRY_LATER)
        self.assert_next(self.subscription, third, attempt=1)
        self.subscription.ack_parked(third)
        self.assertEqual(self.waits(), {})
        self.assertEqual(self.receiver.subscribe("main").subscribed.next_sequence, third + 1)

    def test_act_on_what_is_not_parked_does_nothing(self):
        first, second = self.give_up_two()
        refused = self.receiver.act_on_parked("main", PARKED_ACT_KIND_DROP,
                                              sequences=[first, second + 1])
        self.assert_refused(refused, "parked_unknown")
        self.assertEqual(self.waits(), {first: "person", second: "earlier_message"})

    def test_acts_out_of_bounds_are_refused(self):
        first, _ = self.give_up_two()
        for act, fields in ((0, {"all": True}), (3, {"all": True}), (PARKED_ACT_KIND_DROP, {}),
                            (PARKED_ACT_KIND_DROP, {"sequences": [first], "all": True}),
                            (PARKED_ACT_KIND_DROP, {"sequences": [first] * 257})):
            refused = self.receiver.act_on_parked("main", act, **fields)
            self.assert_refused(refused, "field_out_of_bounds")

    def test_nack_of_what_is_not_out_is_refused(self):
        sequence, = self.place(self.case)
        (delivery,) = self.assert_next(self.subscription, sequence)
        self.subscription.ack(sequence)
        self.subscription.nack(delivery, NACK_VERDICT_RETRY_LATER)
        self.assert_refused(self.receiver.next("error"), "delivery_unknown")
        self.assertEqual(self.waits(), {})

    def test_nacks_out_of_bounds_are_refused(self):
        sequence, = self.place(self.case)
        (delivery,) = self.assert_next(self.subscription, sequence)
        for verdict, reason, code in (
                (0, "", "field_out_of_bounds"), (3, "", "field_out_of_bounds"),
                (NACK_VERDICT_GIVE_UP, "x" * 201, "field_out_of_bounds"),
                (NACK_VERDICT_GIVE_UP, f"no {self.case.citizen} here", "cpr_in_text")):
            self.subscription.nack(delivery, verdict, reason)
            self.assert_refused(self.receiver.next("error"), code)
        self.subscription.ack(sequence)
        self.assertEqual(self.waits(), {})


if __name__ == "__main__":
    main()
