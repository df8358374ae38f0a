"""Envelopes as a party's system would make them. CPR numbers are test numbers: day plus 60."""

import datetime
import itertools
import os
import time

from hub_client import MessageIds
from jobbro.v1 import (catalogue_pb2, cooperation_pb2, course_pb2, envelope_pb2, jobcentre_records_pb2,
                       order_pb2)

IDS = MessageIds()
_citizens = itertools.count()


def new_citizen() -> str:
    """A number nobody has had before in this run."""
    number = next(_citizens)
    day, month = 61 + number % 28, 1 + number // 28 % 12
    return f"{day:02}{month:02}70-{1000 + number // 336:04}"


def date_in(days: int) -> str:
    return (datetime.date.today() + datetime.timedelta(days=days)).isoformat()


class Case:
    """An order between a jobcentre and a provider about one citizen, and what is said under it."""

    def __init__(self, jobcentre: str, provider: str, citizen: str = ""):
        self.jobcentre = jobcentre
        self.provider = provider
        self.citizen = citizen or new_citizen()
        self.order_id = IDS.make()

    def order(self, **fields) -> bytes:
        body = order_pb2.Order(purposes=[order_pb2.PURPOSE_EMPLOYMENT],
                               sub_goals=["comes two mornings a week"], hours_per_week=18.5)
        body.MergeFrom(order_pb2.Order(**fields))
        made = self.envelope(self.jobcentre, order=body)
        made.audience.party = self.provider
        return made.SerializeToString()

    def by_provider(self, causes: tuple = (), **body) -> bytes:
        return self.envelope(self.provider, causes, **body).SerializeToString()

    def by_jobcentre(self, causes: tuple = (), **body) -> bytes:
        return self.envelope(self.jobcentre, causes, **body).SerializeToString()

    def remark(self) -> bytes:
        """Something that the order takes from its provider as it is."""
        return self.by_provider(notice=cooperation_pb2.Notice(text="the company asks again"))

    def begun(self, days: int) -> tuple[bytes, bytes]:
        """The order is accepted, and its course begins so many days from today."""
        return (self.by_provider(order_acceptance=order_pb2.OrderAcceptance()),
                self.by_provider(course_start=course_pb2.CourseStart(start_date=date_in(days))))

    def envelope(self, sender: str, causes: tuple = (), **body) -> envelope_pb2.Envelope:
        made = without_order(sender, **body)
        made.order_id = self.order_id
        made.citizen.cpr_number = self.citizen
        made.audience.order_parties.SetInParent()
        made.causes.extend(causes)
        return made


def without_order(sender: str, **body) -> envelope_pb2.Envelope:
    """Everything but audience, citizen and order."""
    made = envelope_pb2.Envelope(message_id=IDS.make(), sender=sender, schema_version=1,
                                 salt=os.urandom(16), **body)
    made.happened_at.FromNanoseconds(time.time_ns())
    return made


def id_of(envelope: bytes) -> str:
    return envelope_pb2.Envelope.FromString(envelope).message_id


def order_of(envelope: bytes) -> str:
    return envelope_pb2.Envelope.FromString(envelope).order_id


def answers(envelope: bytes) -> envelope_pb2.Cause:
    return envelope_pb2.Cause(message_id=id_of(envelope),
                              relation=envelope_pb2.CAUSE_RELATION_ANSWERS)


def corrects(envelope: bytes) -> envelope_pb2.Cause:
    return envelope_pb2.Cause(message_id=id_of(envelope),
                              relation=envelope_pb2.CAUSE_RELATION_CORRECTS)


def offer(provider: str, reference: str) -> bytes:
    made = without_order(provider, offer_published=catalogue_pb2.OfferPublished(
        offer_reference=reference, name="Warehouse and kitchen",
        purposes=[order_pb2.PURPOSE_EMPLOYMENT],
        legal_category=order_pb2.LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING,
        form=catalogue_pb2.OFFER_FORM_GROUP, languages=["da", "en"], capacity=12))
    made.audience.all_with_ground.SetInParent()
    return made.SerializeToString()


def limits_watched(jobcentre: str) -> bytes:
    made = without_order(jobcentre, limits_watched=jobcentre_records_pb2.LimitsWatched(
        first_request_date=date_in(-10),
        watched=[jobcentre_records_pb2.STATUTORY_LIMIT_FIRST_OFFER]))
    made.audience.sender_only.SetInParent()
    made.citizen.cpr_number = new_citizen()
    return made.SerializeToString()
