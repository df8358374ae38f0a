// Time lines: what was said on an order, or of a citizen, as far as the party may have it.
#include "hub/core/query_page.h"
#include "hub/core/time_line.h"
#include "hub/core/wire_time.h"

namespace jobbro::core {
namespace {

// A place in a cursor: as many bytes as let the chains of the largest person fit.
constexpr std::size_t place_bytes = 7;
constexpr int orders_told_max = 64;  // of a citizen, the latest placed
static_assert(1 + place_bytes * (limits::merged_subjects_max + 1) < limits::query_after_bytes_max);

template <typename Question>
Result<std::optional<Instant>> known_at_of(const Question& asked, const char* path) {
    if (!asked.has_known_at()) return std::optional<Instant>{};
    JOBBRO_TRY_ASSIGN(const Instant known_at, instant_of(asked.known_at(), path));
    return std::optional<Instant>{known_at};
}

}  // namespace

// --- Links -----------------------------------------------------------------------------------

Result<std::shared_ptr<const journal::OpenedEntry>> LinkedEntries::step(journal::Journal& journal) {
    using Entry = std::shared_ptr<const journal::OpenedEntry>;
    const Sequence at{next - 1};
    const auto read = journal.read(at);
    if (!read && read.error().code != ErrorCode::erased) return read.error();
    const bool stands_here = read && (order ? (*read)->index.order_id() == order->view()
                                            : (*read)->index.subject_id() == view(subject));
    if (!stands_here && order) return out_of_bounds("after");
    if (!stands_here) {
        next = at.value();
        return Entry{};
    }
    const v1::EntryIndex& index = (*read)->index;
    const std::uint64_t previous = order ? index.previous_of_order() : index.previous_of_subject();
    if (previous > at.value()) {
        return Error{ErrorCode::tampered, "a link of entry " + std::to_string(at.value())};
    }
    next = previous;
    return *read;
}

LinkedEntries* TimeLine::latest() {
    LinkedEntries* latest = nullptr;
    for (LinkedEntries& each : chains) {
        if (each.next != 0 && (latest == nullptr || each.next > latest->next)) latest = &each;
    }
    return latest;
}

// The latest correction stands.
void TimeLine::note_corrections(const journal::OpenedEntry& entry) {
    for (const v1::EntryCause& cause : entry.index.causes()) {
        if (cause.relation() != v1::CAUSE_RELATION_CORRECTS) continue;
        corrected_by.emplace(cause.sequence(), entry.sequence.value());
    }
}

Bytes TimeLine::cursor() const {
    Bytes cursor;
    for (const LinkedEntries& each : chains) {
        Bytes place;
        append_big_endian(place, each.next);
        cursor += place.substr(place.size() - place_bytes);
    }
    return cursor;
}

bool TimeLine::go_to(BytesView cursor) {
    if (cursor.size() != place_bytes * chains.size()) return false;
    std::vector<std::uint64_t> places;
    for (const LinkedEntries& each : chains) {
        std::uint64_t place = 0;
        for (const char byte : cursor.substr(places.size() * place_bytes, place_bytes))
            place = place << 8U | static_cast<std::uint8_t>(byte);
        if (place > each.next) return false;
        places.push_back(place);
    }
    for (std::size_t i = 0; i < chains.size(); ++i)
        chains[i].next = places[i];
    return true;
}

// --- Pages -----------------------------------------------------------------------------------

// What corrects entries of the page may stand on the pages before it: those are come by again, a
// bounded number of entries.
Result<void> Core::find_corrections(const Session& session, TimeLine& line, QueryPage& page) {
    TimeLine before = line;
    if (!line.go_to(page.after)) return out_of_bounds("after");
    for (std::size_t looks = 0; looks < limits::query_looks_max; ++looks) {
        LinkedEntries* const chain = before.latest();
        if (chain == nullptr) break;
        const auto place = static_cast<std::size_t>(chain - before.chains.data());
        if (chain->next <= line.chains[place].next) {
            chain->next = 0;  // the page goes on from here
            continue;
        }
        JOBBRO_TRY_ASSIGN(const auto entry, chain->step(*journal_));
        if (entry == nullptr || !before.is_known(entry->recorded_at)) continue;
        JOBBRO_TRY_ASSIGN(const bool may_have, may_read(session, *entry, page.now));
        if (may_have) line.note_corrections(*entry);
    }
    return {};
}

Result<void> Core::add_entries(const Session& session, TimeLine& line, QueryPage& page) {
    if (!page.is_first()) JOBBRO_TRY(find_corrections(session, line, page));
    for (;;) {
        LinkedEntries* const chain = line.latest();
        if (chain == nullptr) return {};
        if (page.is_full() || page.looks_left == 0) break;
        page.look();
        const std::uint64_t here = chain->next;
        JOBBRO_TRY_ASSIGN(const auto entry, chain->step(*journal_));
        if (entry == nullptr || !line.is_known(entry->recorded_at)) continue;
        JOBBRO_TRY_ASSIGN(const bool may_have, may_read(session, *entry, page.now));
        if (!may_have) continue;
        v1::TimeLineEntry said;
        *said.mutable_delivery() = delivery::delivery_of(*entry, v1::DELIVERY_FORM_FULL);
        const auto correction = line.corrected_by.find(entry->sequence.value());
        if (correction != line.corrected_by.end()) said.set_corrected_by(correction->second);
        const std::size_t bytes = said.ByteSizeLong();
        if (!page.has_room_for(bytes)) {
            chain->next = here;
            break;
        }
        line.note_corrections(*entry);
        *page.answer.add_entries() = std::move(said);
        page.count_row(bytes);
        page.note_read(entry->sequence);
    }
    page.end_at(line.cursor());
    return {};
}

// As it stands now, and where that says no more than was known then.
Result<void> Core::add_standing_then(const Session& session, const OrderInSight& order,
                                     const TimeLine& line, QueryPage& page) {
    if (order.relation == domain::Relation::former_jobcentre) return {};
    const Sequence last{order.row->last_sequence_plus_one() - 1};
    JOBBRO_TRY_ASSIGN(const Instant recorded_at, journal_->recorded_at(last));
    if (!line.is_known(recorded_at)) return {};
    return add_standing(session, order, page);
}

// An order that is not there and one without a ground for the party are answered alike.
Result<void> Core::answer_order(const Session& session, const v1::OrderQuestion& asked,
                                QueryPage& page) {
    TimeLine line;
    JOBBRO_TRY_ASSIGN(line.known_at, known_at_of(asked, "order.known_at"));
    const auto id = contract::OrderId::parse(asked.order_id());
    if (!id) return out_of_bounds("order.order_id");
    JOBBRO_TRY_ASSIGN(const auto order, order_in_sight(session, *id, page.now));
    if (!order) return ErrorCode::order_unknown;
    line.chains.push_back({*id, {}, order->row->last_sequence_plus_one()});
    if (page.is_first()) JOBBRO_TRY(add_standing_then(session, *order, line, page));
    return add_entries(session, line, page);
}

// By any number the citizen has or had. One of others' is not there.
Result<void> Core::answer_citizen(const Session& session, const v1::CitizenQuestion& asked,
                                  QueryPage& page) {
    TimeLine line;
    JOBBRO_TRY_ASSIGN(line.known_at, known_at_of(asked, "citizen.known_at"));
    const auto number = contract::CprNumber::parse(asked.cpr_number());
    if (!number) return out_of_bounds("citizen.cpr_number");
    JOBBRO_TRY_ASSIGN(const auto subject, journal_->vault().subject_of(*number));
    if (!subject) return ErrorCode::citizen_unknown;
    JOBBRO_TRY_ASSIGN(const auto person, journal_->cases().person_of(*subject));
    JOBBRO_TRY_ASSIGN(const bool is_own, has_citizen(session.party.text(), person.front()));
    if (!is_own) return ErrorCode::citizen_unknown;
    std::vector<contract::OrderId> orders;
    for (const journal::SubjectId& each : person) {
        JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(each));
        line.chains.push_back({{}, each, row->last_sequence_plus_one()});
        for (const journal::rows::OrderRow& order : row->orders()) {
            if (order.jobcentre() != session.party.text()) continue;
            JOBBRO_TRY_ASSIGN(const auto id, contract::OrderId::from_bytes(order.order_id()));
            orders.push_back(id);
        }
    }
    std::sort(orders.rbegin(), orders.rend());
    for (const contract::OrderId& id : orders) {
        if (!page.is_first() || page.answer.orders_size() == orders_told_max) break;
        JOBBRO_TRY_ASSIGN(const auto order, order_in_sight(session, id, page.now));
        if (order) JOBBRO_TRY(add_standing_then(session, *order, line, page));
    }
    return add_entries(session, line, page);
}

}  // namespace jobbro::core
