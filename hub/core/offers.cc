// The catalogue of offers: what providers publish and withdraw, and what becomes of an order that
// names an offer.
//
// A provider that has never published an offer keeps its catalogue elsewhere: an order with it may
// name whatever the two have agreed on. Once it has published one, its catalogue is here, and what
// an order names must be in it.
#include "hub/core/matter.h"
#include "proto/contract/validation.h"

namespace jobbro::core {
namespace {

using domain::OfferFault;

// The offer that the message is of; nullptr: it is of none.
const std::string* reference_in(const v1::Envelope& envelope) {
    if (envelope.has_offer_published()) return &envelope.offer_published().offer_reference();
    if (envelope.has_offer_withdrawn()) return &envelope.offer_withdrawn().offer_reference();
    return nullptr;
}

const char* own_reference_path(const v1::Envelope& envelope) {
    return envelope.has_offer_published() ? "offer_published.offer_reference"
                                          : "offer_withdrawn.offer_reference";
}

// The order that the message tells, where it tells one; nullptr: it does not.
const v1::Order* order_in(const v1::Envelope& envelope) {
    if (envelope.has_order()) return &envelope.order();
    return envelope.has_order_revision() ? &envelope.order_revision().order() : nullptr;
}

const char* reference_path(const v1::Envelope& envelope) {
    return envelope.has_order() ? "order.offer_reference" : "order_revision.order.offer_reference";
}

ErrorCode error_of(OfferFault fault) {
    switch (fault) {
        case OfferFault::not_valid:
            return ErrorCode::offer_not_valid;
        case OfferFault::withdrawn:
            return ErrorCode::offer_withdrawn;
        case OfferFault::no_place:
        case OfferFault::quota_used_up:
            return ErrorCode::offer_full;
        default:
            return ErrorCode::offer_unknown;
    }
}

}  // namespace

// Whether the sender may publish or withdraw what it does. An offer is its provider's own: under
// another's name for it there is none.
Result<void> Core::judge_offer(const v1::Envelope& envelope, const Matter& matter) const {
    const std::string* const reference = reference_in(envelope);
    if (reference == nullptr) return {};
    if (matter.corrects != 0) return judge_name_kept(envelope, matter.corrects);
    if (envelope.has_offer_published()) {
        const auto room = overview_.catalogue.check_room(envelope.sender(), *reference);
        if (room) return {};
        return Error{room.error().code, room.error().detail, own_reference_path(envelope)};
    }
    if (overview_.catalogue.owns(envelope.sender(), *reference)) return {};
    return Error{ErrorCode::offer_unknown, {}, own_reference_path(envelope)};
}

// A correction is of the same offer: orders point at it by its name. So the offer is there.
Result<void> Core::judge_name_kept(const v1::Envelope& envelope,
                                   domain::MessageNumber corrects) const {
    const Sequence at{corrects - 1};
    JOBBRO_TRY_ASSIGN(const auto entry, journal_->read(at));
    v1::Envelope corrected;
    if (!corrected.ParseFromString(entry->body)) {
        return Error{ErrorCode::tampered, "the body of entry " + std::to_string(at.value())};
    }
    const std::string* const reference = reference_in(corrected);
    if (reference != nullptr && *reference == *reference_in(envelope)) return {};
    return Error{ErrorCode::field_invalid, "a correction keeps the name of the offer",
                 own_reference_path(envelope)};
}

// Requires: judge_offer() lets it. A correction of what another message has taken the place of
// changes nothing.
void Core::record_offer(const v1::Envelope& envelope, const Matter& matter, Sequence sequence) {
    const std::string* const reference = reference_in(envelope);
    if (reference == nullptr) return;
    const std::string& provider = envelope.sender();
    const domain::MessageNumber number = sequence.value() + 1;
    domain::Catalogue& catalogue = overview_.catalogue;
    const bool corrects = matter.corrects != 0;
    bool is_changed = false;
    if (envelope.has_offer_published()) {
        const v1::OfferPublished& offer = envelope.offer_published();
        is_changed = corrects ? catalogue.correct(provider, offer, number, matter.corrects)
                              : catalogue.publish(provider, offer, number).has_value();
    } else {
        const v1::OfferWithdrawn& withdrawal = envelope.offer_withdrawn();
        is_changed = corrects ? catalogue.correct(provider, withdrawal, number, matter.corrects)
                              : catalogue.withdraw(provider, withdrawal, number);
    }
    JOBBRO_ASSERT(is_changed || corrects);
    if (is_changed) {
        stage_offer(journal_->batch(), provider, *catalogue.find(provider, *reference));
    }
}

const v1::OfferPublished* Core::offer_of(const v1::Envelope& envelope, const Matter& matter) const {
    const v1::Order* const order = order_in(envelope);
    if (order == nullptr || order->offer_reference().empty()) return nullptr;
    const domain::PublishedOffer* const offer =
        overview_.catalogue.find(matter.provider, order->offer_reference());
    return offer == nullptr ? nullptr : &offer->text;
}

// What corrects a text that stands no more takes nothing of an offer.
Result<void> Core::judge_named_offer(const domain::OrderMessage& message,
                                     const journal::rows::OrderRow& order, const Matter& matter,
                                     std::vector<v1::Finding>& findings) const {
    const v1::Order* const told = order_in(message.envelope);
    if (told == nullptr || told->offer_reference().empty()) return {};
    if (!overview_.catalogue.has_offers(matter.provider)) return {};
    if (message.corrects != 0 && message.corrects != order.course().text_number()) return {};
    const auto verdict = overview_.catalogue.judge(
        matter.provider, told->offer_reference(), domain::day_of_field(told->start_date()),
        message.day, matter.places_order ? nullptr : &order.facts());
    if (verdict.fault == OfferFault::none) return {};
    const char* const path = reference_path(message.envelope);
    if (verdict.is_refused) return Error{error_of(verdict.fault), verdict.detail, path};
    const char* const code =
        verdict.fault == OfferFault::withdrawn ? "order.offer_withdrawn" : "order.offer_full";
    const contract::FindingText* const text = contract::find_finding_text(code);
    JOBBRO_ASSERT(text != nullptr);
    v1::Finding& finding = findings.emplace_back();
    finding.set_code(code);
    finding.set_field_path(path);
    finding.set_severity(text->severity);
    return {};
}

}  // namespace jobbro::core
