// Time lines: what was said on an order, or of a citizen, as far as the party may have it.
#include <iterator>

#include "hub/core/query_page.h"
#include "hub/core/time_line.h"
#include "hub/core/wire_time.h"

namespace jobbro::core {
namespace {

// A cursor: how many corrections there are, what is known from where, the corrections, and then the
// places. As long as lets the chains of the largest person fit.
constexpr std::size_t place_bytes = 7;
constexpr std::size_t corrections_in_cursor_max = 60;
constexpr int orders_told_max = 64;  // of a citizen, the latest placed
static_assert(1 + 1 +
                  place_bytes *
                      (2 + 2 * corrections_in_cursor_max + limits::merged_subjects_max + 1) <
              limits::query_after_bytes_max);

void append_place(std::uint64_t place, Bytes& cursor) {
    Bytes bytes;
    append_big_endian(bytes, place);
    cursor += bytes.substr(bytes.size() - place_bytes);
}

std::uint64_t place_at(BytesView cursor, std::size_t index) {
    std::uint64_t place = 0;
    for (const char byte : cursor.substr(1 + index * place_bytes, place_bytes))
        place = place << 8U | static_cast<std::uint8_t>(byte);
    return place;
}

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

std::uint64_t TimeLine::to_come() const {
    std::uint64_t latest = 0;
    for (const LinkedEntries& each : chains)
        latest = std::max(latest, each.next);
    return latest;
}

// The latest correction stands.
void TimeLine::note_corrections(const journal::OpenedEntry& entry) {
    for (const v1::EntryCause& cause : entry.index.causes()) {
        if (cause.relation() != v1::CAUSE_RELATION_CORRECTS) continue;
        corrected_by.emplace(cause.sequence(), entry.sequence.value());
    }
}

// Of corrections those of what comes next.
Bytes TimeLine::cursor() const {
    std::uint64_t unsure = unsure_before;
    std::size_t count = 0;
    Bytes corrections;
    for (auto each = std::make_reverse_iterator(corrected_by.lower_bound(to_come()));
         each != corrected_by.rend(); ++each) {
        if (count == corrections_in_cursor_max) {
            unsure = std::max(unsure, each->first + 1);
            break;
        }
        ++count;
        append_place(each->first, corrections);
        append_place(each->second, corrections);
    }
    Bytes cursor(1, static_cast<char>(count));
    append_place(known_from, cursor);
    append_place(unsure, cursor);
    cursor += corrections;
    for (const LinkedEntries& each : chains)
        append_place(each.next, cursor);
    return cursor;
}

bool TimeLine::go_to(BytesView cursor) {
    const std::size_t count = cursor.empty() ? 0 : static_cast<std::uint8_t>(cursor.front());
    const std::size_t places = 2 + 2 * count;  // before those of the chains
    if (count > corrections_in_cursor_max ||
        cursor.size() != 1 + place_bytes * (places + chains.size())) {
        return false;
    }
    for (std::size_t i = 0; i < chains.size(); ++i) {
        if (place_at(cursor, places + i) > chains[i].next) return false;
    }
    known_from = place_at(cursor, 0);
    unsure_before = place_at(cursor, 1);
    for (std::size_t i = 2; i < places; i += 2)
        corrected_by.emplace(place_at(cursor, i), place_at(cursor, i + 1));
    for (std::size_t i = 0; i < chains.size(); ++i)
        chains[i].next = place_at(cursor, places + i);
    return true;
}

// --- Pages -----------------------------------------------------------------------------------

// What was recorded since the page before may correct entries of this one, and where there were
// more corrections than a cursor holds, all are found again: a bounded number of entries.
Result<void> Core::find_corrections(const Session& session, TimeLine& line, QueryPage& page) {
    TimeLine newer = line;
    const std::uint64_t head = newer.to_come();
    if (!line.go_to(page.after)) return out_of_bounds("after");
    const std::uint64_t known_from = line.known_from;
    for (std::size_t looks = 0; looks < limits::query_looks_max; ++looks) {
        LinkedEntries* const chain = newer.latest();
        if (chain == nullptr) break;
        const auto place = static_cast<std::size_t>(chain - newer.chains.data());
        const std::uint64_t here = line.chains[place].next;
        if (chain->next <= (line.unsure_before == 0 ? std::max(known_from, here) : here)) {
            chain->next = 0;  // the page goes on from here, or what is known does
            continue;
        }
        JOBBRO_TRY_ASSIGN(const auto entry, chain->step(*journal_));
        if (entry == nullptr || !newer.is_known(entry->recorded_at)) continue;
        JOBBRO_TRY_ASSIGN(const bool may_have, may_read(session, *entry, page.now));
        if (may_have) newer.note_corrections(*entry);
    }
    newer.corrected_by.merge(line.corrected_by);
    line.corrected_by = std::move(newer.corrected_by);
    if (newer.to_come() > known_from) {
        line.unsure_before = line.to_come();
    } else {
        line.known_from = head;
        if (newer.to_come() == 0) line.unsure_before = 0;
    }
    return {};
}

Result<void> Core::add_entries(const Session& session, TimeLine& line, QueryPage& page) {
    line.known_from = line.to_come();
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
        const std::uint64_t number = entry->sequence.value();
        const auto correction = line.corrected_by.find(number);
        if (correction != line.corrected_by.end()) {
            said.set_corrected_by(correction->second);
        } else {
            said.set_may_be_corrected(number < line.unsure_before);
        }
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
    page.has_begun = true;
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
    page.has_begun = true;
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
