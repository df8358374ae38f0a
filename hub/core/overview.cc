#include "hub/core/overview.h"

#include "hub/core/frozen_months.h"
#include "hub/domain/course.h"
#include "hub/journal/tables.h"

namespace jobbro::core {
namespace {

using journal::rows::OrderRow;
namespace log_table = journal::log_table;

domain::OrderKey key_of(const OrderRow& order) {
    return array_of<16>(order.order_id());
}

domain::WaitingCourse waiting_course(const OrderRow* order) {
    if (order == nullptr) return {};
    return {key_of(*order), order->jobcentre(), order->provider(), order->contact(),
            &order->course()};
}

domain::CountedCourse counted_course(domain::Person person, const OrderRow* order) {
    if (order == nullptr) return {};
    return {order->provider(), order->jobcentre(), person, &order->facts()};
}

bool goes_on(const OrderRow* order) {
    return order != nullptr && !domain::is_followed_up(order->course());
}

const domain::rows::CourseFacts* facts_of(const OrderRow* order) {
    return order == nullptr ? nullptr : &order->facts();
}

Bytes offer_key(std::string_view provider, std::string_view reference) {
    Bytes key{provider};
    key += '\0';
    key += reference;
    return key;
}

Result<void> take_offer(BytesView key, BytesView value, domain::Catalogue& catalogue) {
    const Error wrong{ErrorCode::tampered, "an offer's row"};
    const std::size_t end = key.find('\0');
    journal::rows::OfferRow row;
    if (end == BytesView::npos || !row.ParseFromArray(value.data(), static_cast<int>(value.size())))
        return wrong;
    const std::string_view provider = key.substr(0, end);
    const bool is_withdrawn = row.withdrawn_from_day() != 0;
    const bool is_whole = row.offer().offer_reference() == key.substr(end + 1) &&
                          row.text_number() != 0 && is_withdrawn == (row.withdrawal_number() != 0);
    if (!is_whole) return wrong;
    const domain::PublishedOffer offer{row.offer(), row.text_number(),
                                       domain::Day::numbered(row.withdrawn_from_day()),
                                       row.withdrawal_number()};
    if (!catalogue.adopt(provider, offer)) return wrong;
    return {};
}

Result<void> read_offers(const store::Store& log, domain::Catalogue& catalogue) {
    Result<void> taken;
    JOBBRO_TRY(log.scan(log_table::offers, {}, [&](BytesView key, BytesView value) {
        taken = take_offer(key, value, catalogue);
        return bool{taken};
    }));
    return taken;
}

// All that its other subjects are told of is the person's that is kept.
Result<void> take_case(const journal::Vault& vault, const journal::SubjectId& subject,
                       const journal::rows::CaseRow& row, Overview& overview) {
    const Error wrong{ErrorCode::tampered, "a case's row"};
    journal::SubjectId kept = subject;
    if (!row.merged_into().empty()) {
        if (row.merged_into().size() != kept.size()) return wrong;
        kept = array_of<16>(row.merged_into());
    }
    const domain::Person person = person_mark(vault, kept);
    if (kept != subject) overview.results.note_merged(person_mark(vault, subject), person);
    for (const OrderRow& order : row.orders()) {
        if (order.order_id().size() != 16) return wrong;
        overview.apply(person, nullptr, &order);
    }
    return {};
}

}  // namespace

void Overview::apply(domain::Person person, const OrderRow* before, const OrderRow* after) {
    const OrderRow* const known = before != nullptr ? before : after;
    if (known == nullptr) return;
    catalogue.apply(known->provider(), facts_of(before), facts_of(after));
    waiting.apply(waiting_course(before), waiting_course(after));
    results.apply(counted_course(person, before), counted_course(person, after));
    if (goes_on(before)) {
        for (const std::string& party : {before->jobcentre(), before->provider()}) {
            const auto place = going_on.find(party);
            if (place == going_on.end()) continue;
            place->second.erase(key_of(*before));
            if (place->second.empty()) going_on.erase(place);
        }
    }
    if (goes_on(after)) {
        for (const std::string& party : {after->jobcentre(), after->provider()})
            going_on[party].insert(key_of(*after));
    }
}

domain::Person person_mark(const journal::Vault& vault, const journal::SubjectId& kept) {
    return vault.person_mark(kept);
}

void tell_municipalities(const journal::Registry& registry, Instant now,
                         domain::Catalogue& catalogue) {
    constexpr std::string_view prefix = "jobcentre:";
    for (const auto& [id, party] : registry.parties()) {
        if (party.id.role() != contract::Role::provider) continue;
        std::set<std::string, std::less<>> codes;
        for (const journal::Grant& grant : party.grants) {
            if (party.disabled || !grant.is_valid(now)) continue;
            for (const std::string& jobcentre : grant.jobcentres) {
                if (jobcentre.starts_with(prefix)) codes.insert(jobcentre.substr(prefix.size()));
            }
        }
        catalogue.set_municipalities(id, std::move(codes));
    }
}

void stage_offer(store::Batch& batch, std::string_view provider,
                 const domain::PublishedOffer& offer) {
    journal::rows::OfferRow row;
    *row.mutable_offer() = offer.text;
    row.set_text_number(offer.text_number);
    row.set_withdrawn_from_day(offer.withdrawn_from.number());
    row.set_withdrawal_number(offer.withdrawal_number);
    batch.put(log_table::offers, offer_key(provider, offer.text.offer_reference()),
              row.SerializeAsString());
}

Result<Overview> open_overview(journal::Journal& journal) {
    Overview overview;
    // Before any course is counted.
    JOBBRO_TRY_ASSIGN(const auto frozen, frozen_months(journal));
    for (const domain::FrozenMonth& month : frozen) {
        overview.results.adopt(month);
        for (const domain::ResultCell& cell : month.cells)
            overview.told.add(told_cell(cell));
    }
    JOBBRO_TRY(read_offers(journal.log(), overview.catalogue));
    JOBBRO_TRY(journal.cases().visit_all(
        [&](const journal::SubjectId& subject, const journal::rows::CaseRow& row) {
            return take_case(journal.vault(), subject, row, overview);
        }));
    return overview;
}

}  // namespace jobbro::core
