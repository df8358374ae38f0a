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
Result<void> Core::judge_offer(const v1::Envelope& envelope) const {
    const std::string& provider = envelope.sender();
    if (envelope.has_offer_published()) {
        const std::string& reference = envelope.offer_published().offer_reference();
        const auto room = overview_.catalogue.check_room(provider, reference);
        if (room) return {};
        return Error{room.error().code, room.error().detail, "offer_published.offer_reference"};
    }
    if (!envelope.has_offer_withdrawn()) return {};
    if (overview_.catalogue.owns(provider, envelope.offer_withdrawn().offer_reference())) return {};
    return Error{ErrorCode::offer_unknown, {}, "offer_withdrawn.offer_reference"};
}

// Requires: judge_offer() lets it.
void Core::record_offer(const v1::Envelope& envelope) {
    const std::string& provider = envelope.sender();
    domain::Catalogue& catalogue = overview_.catalogue;
    if (envelope.has_offer_published()) {
        const bool is_taken{catalogue.publish(provider, envelope.offer_published())};
        JOBBRO_ASSERT(is_taken);
        stage_offer(journal_->batch(), provider, envelope.offer_published());
    } else if (envelope.has_offer_withdrawn()) {
        const v1::OfferWithdrawn& withdrawal = envelope.offer_withdrawn();
        const bool is_withdrawn = catalogue.withdraw(provider, withdrawal);
        JOBBRO_ASSERT(is_withdrawn);
        stage_withdrawal(journal_->batch(), provider,
                         *catalogue.find(provider, withdrawal.offer_reference()),
                         domain::day_of_field(withdrawal.from_date()));
    }
}

const v1::OfferPublished* Core::offer_of(const v1::Envelope& envelope, const Matter& matter) const {
    const v1::Order* const order = order_in(envelope);
    if (order == nullptr || order->offer_reference().empty()) return nullptr;
    return overview_.catalogue.find(matter.provider, order->offer_reference());
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
