// What a party may have of what is recorded, asked anew each time.
#include <algorithm>

#include "hub/core/query_page.h"

namespace jobbro::core {
namespace {

// The table says what the hub may tell of by kind; some alerts are the jobcentre's alone.
bool is_alert_for_jobcentre(const journal::OpenedEntry& entry) {
    if (entry.index.kind() != v1::MESSAGE_KIND_ALERT) return false;
    v1::Envelope envelope;
    return !envelope.ParseFromString(entry.body) ||
           !domain::reaches_provider(envelope.alert().kind());
}

}  // namespace

domain::OrderTimes Core::times_of(const journal::rows::OrderRow& order, Instant now) const {
    // A clock that is set back opens nothing again.
    return {static_cast<domain::OrderState>(order.state()), Instant{order.over_at_us()},
            journal_->recording_time(now), settings_.provider_grace_ms};
}

domain::Relation Core::relation_to(const contract::PartyId& party,
                                   const journal::rows::OrderRow& order, Instant now) const {
    auto tie = domain::Tie::none;
    if (party.text() == order.jobcentre()) {
        tie = domain::Tie::jobcentre;
    } else if (party.text() == order.provider()) {
        tie = domain::Tie::provider;
    } else if (const auto& former = order.former_jobcentres();
               std::find(former.begin(), former.end(), party.text()) != former.end()) {
        tie = domain::Tie::former_jobcentre;
    }
    return domain::relation_of(tie, times_of(order, now));
}

// What was routed to a jobcentre stays its own, also of an order it has handed over; so only a
// provider's orders are looked up.
Result<bool> Core::may_receive(const std::string& party, const journal::OpenedEntry& entry,
                               Instant now) {
    const journal::Party* const receiver = journal_->registry().find(party);
    if (receiver == nullptr || !receiver->is_in_force(now)) return false;
    if (receiver->id.role() == contract::Role::provider) {
        return provider_may_see(*receiver, entry, now);
    }
    if (receiver->id.role() != contract::Role::jobcentre) return false;
    return domain::may_see(entry.index.kind(), entry.index.order_id().empty()
                                                   ? domain::Relation::jobcentre
                                                   : domain::Relation::former_jobcentre);
}

// By the order the message is on, or the best of its orders for the citizen. A grant has to let it
// reach the jobcentre that has the order now, or, of what is on an order, the one that sent it.
Result<bool> Core::provider_may_see(const journal::Party& provider,
                                    const journal::OpenedEntry& entry, Instant now) {
    const v1::EntryIndex& index = entry.index;
    if (index.subject_id().size() != 16) {
        return domain::may_see(index.kind(), domain::Relation::provider);
    }
    if (is_alert_for_jobcentre(entry)) return false;
    std::vector<journal::SubjectId> subjects{array_of<16>(index.subject_id())};
    if (index.order_id().empty()) {
        JOBBRO_TRY_ASSIGN(subjects, journal_->cases().person_of(subjects.front()));
    }
    for (const journal::SubjectId& subject : subjects) {
        JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(subject));
        for (const journal::rows::OrderRow& order : row->orders()) {
            if (order.provider() != provider.id.text()) continue;
            if (!index.order_id().empty() && order.order_id() != index.order_id()) continue;
            const bool is_reached =
                provider.reaches(order.jobcentre(), now) ||
                (!index.order_id().empty() && provider.reaches(entry.sender, now));
            if (!is_reached) continue;
            if (domain::may_see(index.kind(), relation_to(provider.id, order, now))) return true;
        }
    }
    return false;
}

Result<bool> Core::may_read(const Session& session, const journal::OpenedEntry& entry,
                            Instant now) {
    const std::string& party = session.party.text();
    const v1::EntryIndex& index = entry.index;
    if (entry.sender != party) {
        const auto& audience = index.audience();
        const bool is_routed = std::find(audience.begin(), audience.end(), party) != audience.end();
        return is_routed ? may_receive(party, entry, now) : was_handed(session, entry, now);
    }
    const auto order_id = contract::OrderId::from_bytes(index.order_id());
    if (!order_id) return true;
    JOBBRO_TRY_ASSIGN(const auto order, order_in_sight(session, *order_id, now));
    return order && domain::may_see(v1::MESSAGE_KIND_ORDER, order->relation);
}

Result<bool> Core::was_handed(const Session& session, const journal::OpenedEntry& entry,
                              Instant now) {
    const v1::EntryIndex& index = entry.index;
    const std::string& party = session.party.text();
    if (session.party.role() != contract::Role::jobcentre || entry.sender == party ||
        index.audience().empty() || index.order_id().empty() || index.subject_id().size() != 16) {
        return false;
    }
    JOBBRO_TRY_ASSIGN(const auto* const row,
                      journal_->cases().open(array_of<16>(index.subject_id())));
    for (const journal::rows::OrderRow& order : row->orders()) {
        if (order.order_id() != index.order_id() || order.jobcentre() != party) continue;
        return domain::may_see(index.kind(), relation_to(session.party, order, now));
    }
    return false;
}

}  // namespace jobbro::core
