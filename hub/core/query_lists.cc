// Lists of a party's orders: what waits on them, and how they stand.
#include "hub/core/query_page.h"

namespace jobbro::core {
namespace {

constexpr std::size_t contact_bytes_max = 100;  // of Contact.function_or_team
constexpr std::size_t latest_looks_max = 16;    // entries looked at for the latest of an order

std::string path_of(const char* list, int place) {
    return std::string{list} + '[' + std::to_string(place) + ']';
}

// The order as it reads now.
Sequence text_of(const journal::rows::OrderRow& order) {
    const std::uint64_t number = order.course().text_number();
    return Sequence{(number != 0 ? number : order.last_sequence_plus_one()) - 1};
}

// --- What waits ------------------------------------------------------------------------------

// Points into the question.
Result<domain::WaitingQuery> read_question(const v1::WaitingQuestion& asked, contract::Role role) {
    domain::WaitingQuery query;
    if (static_cast<std::size_t>(asked.kinds_size()) > domain::waiting_kinds) {
        return out_of_bounds("waiting.kinds");
    }
    if (asked.kinds_size() > 0) query.kinds = 0;
    for (int i = 0; i < asked.kinds_size(); ++i) {
        if (!v1::WaitingFor_IsValid(asked.kinds(i)) || asked.kinds(i) == 0) {
            return out_of_bounds(path_of("waiting.kinds", i));
        }
        query.kinds |= 1U << static_cast<unsigned>(asked.kinds(i) - 1);
    }
    const auto until = domain::parse_day(asked.until_date());
    if (!until) return out_of_bounds("waiting.until_date");
    query.until = *until;
    const bool may_name_contact = role == contract::Role::jobcentre || asked.contact().empty();
    if (asked.contact().size() > contact_bytes_max || !may_name_contact) {
        return out_of_bounds("waiting.contact");
    }
    query.contact = asked.contact();
    return query;
}

Bytes cursor_at(const domain::WaitingMatter& matter) {
    Bytes cursor;
    append_big_endian(cursor, matter.limit.number());
    cursor.push_back(static_cast<char>(matter.what));
    cursor += view(matter.order);
    append_big_endian(cursor, matter.about);
    append_big_endian(cursor, matter.report);
    cursor.push_back(matter.is_overdue ? '\1' : '\0');
    return cursor;
}

Result<domain::WaitingMatter> matter_at(BytesView cursor) {
    if (cursor.size() != 4 + 1 + 16 + 8 + 4 + 1) return out_of_bounds("after");
    domain::WaitingMatter matter;
    matter.limit = domain::Day::numbered(read_big_endian<std::uint32_t>(cursor));
    const auto what = static_cast<std::uint8_t>(cursor[4]);
    if (what >= domain::waiting_kinds || (cursor[33] != '\0' && cursor[33] != '\1')) {
        return out_of_bounds("after");
    }
    matter.what = static_cast<domain::WaitingFor>(what);
    matter.order = array_of<16>(cursor.substr(5, 16));
    matter.about = read_big_endian<std::uint64_t>(cursor, 21);
    matter.report = read_big_endian<std::uint32_t>(cursor, 29);
    matter.is_overdue = cursor[33] == '\1';
    return matter;
}

v1::WaitingRow row_of(const domain::WaitingMatter& matter, const contract::OrderId& id,
                      const journal::rows::OrderRow& order, bool for_jobcentre) {
    v1::WaitingRow row;
    row.set_what(static_cast<v1::WaitingFor>(static_cast<int>(matter.what) + 1));
    row.set_order_id(id.text());
    row.set_other_party(for_jobcentre ? order.provider() : order.jobcentre());
    if (matter.limit.is_set()) row.set_limit_date(matter.limit.text());
    row.set_is_overdue(matter.is_overdue);
    if (matter.about != 0) row.set_about_sequence(matter.about - 1);
    row.set_report(static_cast<v1::ReportKind>(matter.report));
    const bool is_of_provider = matter.what == domain::WaitingFor::order_answer ||
                                matter.what == domain::WaitingFor::start ||
                                matter.what == domain::WaitingFor::report;
    row.set_is_of_other_party(for_jobcentre && is_of_provider);
    return row;
}

// --- Orders ----------------------------------------------------------------------------------

v1::OrderDialogueState state_of(const journal::rows::OrderRow& order) {
    const auto state = static_cast<int>(domain::dialogue_state(order.course()));
    return static_cast<v1::OrderDialogueState>(state + 1);
}

Result<std::uint32_t> read_states(const v1::OrdersQuestion& asked) {
    if (static_cast<std::size_t>(asked.states_size()) > contract::dialogue_states) {
        return out_of_bounds("orders.states");
    }
    std::uint32_t states = asked.states_size() == 0 ? ~0U : 0;
    for (int i = 0; i < asked.states_size(); ++i) {
        if (!v1::OrderDialogueState_IsValid(asked.states(i)) || asked.states(i) == 0) {
            return out_of_bounds(path_of("orders.states", i));
        }
        states |= 1U << static_cast<unsigned>(asked.states(i));
    }
    return states;
}

}  // namespace

// None: to the party it does not exist.
Result<std::optional<Core::OrderInSight>> Core::order_in_sight(const Session& session,
                                                               const contract::OrderId& id,
                                                               Instant now) {
    using InSight = std::optional<OrderInSight>;
    JOBBRO_TRY_ASSIGN(const auto subject, journal_->cases().subject_of(id));
    if (!subject) return InSight{};
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*subject));
    const journal::rows::OrderRow* const order = journal::find_order(*row, id);
    if (order == nullptr) return Error{ErrorCode::tampered, "an order without its case"};
    const domain::Relation relation = relation_to(session.party, *order, now);
    if (relation == domain::Relation::none) return InSight{};
    if (session.party.role() == contract::Role::provider) {
        const journal::Party* const provider = journal_->registry().find(session.party.text());
        if (provider == nullptr || !provider->reaches(order->jobcentre(), now)) return InSight{};
    }
    return InSight{OrderInSight{id, order, relation}};
}

Result<void> Core::answer_waiting(const Session& session, const v1::WaitingQuestion& asked,
                                  QueryPage& page) {
    JOBBRO_TRY_ASSIGN(domain::WaitingQuery query, read_question(asked, session.party.role()));
    if (!page.is_first()) {
        JOBBRO_TRY_ASSIGN(query.after, matter_at(page.after));
    }
    const bool for_jobcentre = session.party.role() == contract::Role::jobcentre;
    for (;;) {
        query.matters_max = std::min(page.looks_left, page.rows_left() + 1);
        const auto matters = overview_.waiting.list(session.party.text(), query);
        for (const domain::WaitingMatter& matter : matters) {
            JOBBRO_TRY_ASSIGN(const auto id, contract::OrderId::from_bytes(view(matter.order)));
            JOBBRO_TRY_ASSIGN(const auto order, order_in_sight(session, id, page.now));
            page.look();
            if (order) {
                v1::WaitingRow row = row_of(matter, id, *order->row, for_jobcentre);
                const std::size_t bytes = row.ByteSizeLong();
                if (page.is_full() || !page.has_room_for(bytes)) {
                    page.end_at(query.after ? cursor_at(*query.after) : page.after);
                    return {};
                }
                *page.answer.add_waiting() = std::move(row);
                page.count_row(bytes);
                page.note_read(text_of(*order->row));
            }
            query.after = matter;
        }
        if (matters.size() < query.matters_max) return {};
        if (page.looks_left == 0) break;
    }
    if (query.after) page.end_at(cursor_at(*query.after));
    return {};
}

// A message of which the party has nothing is not told of, by its place either.
Result<Sequence> Core::latest_on(const Session& session, const OrderInSight& order,
                                 QueryPage& page) {
    std::uint64_t next = order.row->last_sequence_plus_one();
    for (std::size_t looks = 0; next != 0 && looks < latest_looks_max; ++looks) {
        page.look();
        const Sequence at{next - 1};
        JOBBRO_TRY_ASSIGN(const auto entry, journal_->read(at));
        JOBBRO_TRY_ASSIGN(const bool may_have, may_read(session, *entry, page.now));
        if (may_have) return at;
        if (entry->index.previous_of_order() >= next) {
            return Error{ErrorCode::tampered, "a link of entry " + std::to_string(at.value())};
        }
        next = entry->index.previous_of_order();
    }
    return text_of(*order.row);
}

Result<void> Core::add_standing(const Session& session, const OrderInSight& order,
                                QueryPage& page) {
    const domain::rows::CourseState& course = order.row->course();
    v1::OrderStanding& standing = *page.answer.add_orders();
    standing.set_order_id(order.id.text());
    standing.set_jobcentre(order.row->jobcentre());
    standing.set_provider(order.row->provider());
    standing.set_state(state_of(*order.row));
    const auto started = domain::Day::numbered(course.started_day());
    const auto end = domain::Day::numbered(course.end_day());
    if (started.is_set()) standing.set_started_date(started.text());
    if (end.is_set()) standing.set_end_date(end.text());
    for (const domain::rows::DueReport& due : course.due_reports()) {
        v1::ReportStanding& report = *standing.add_reports();
        report.set_report(static_cast<v1::ReportKind>(due.kind()));
        report.set_due_date(domain::Day::numbered(due.due_day()).text());
        report.set_is_given(due.met_by() != 0);
    }
    JOBBRO_TRY_ASSIGN(const Sequence latest, latest_on(session, order, page));
    standing.set_latest_sequence(latest.value());
    page.note_read(text_of(*order.row));
    page.bytes += standing.ByteSizeLong();
    return {};
}

Result<void> Core::answer_orders(const Session& session, const v1::OrdersQuestion& asked,
                                 QueryPage& page) {
    JOBBRO_TRY_ASSIGN(const std::uint32_t states, read_states(asked));
    if (!page.is_first() && page.after.size() != 16) return out_of_bounds("after");
    const auto all = overview_.going_on.find(session.party.text());
    if (all == overview_.going_on.end()) return {};
    auto next =
        page.is_first() ? all->second.begin() : all->second.upper_bound(array_of<16>(page.after));
    Bytes last = page.after;
    for (; next != all->second.end(); ++next) {
        JOBBRO_TRY_ASSIGN(const auto id, contract::OrderId::from_bytes(view(*next)));
        JOBBRO_TRY_ASSIGN(const auto order, order_in_sight(session, id, page.now));
        const bool is_asked_for =
            order && (states >> static_cast<unsigned>(state_of(*order->row)) & 1U) != 0;
        const bool is_over = is_asked_for && (page.is_full() || !page.has_room_for(0));
        if (is_over || page.looks_left == 0) {
            page.end_at(last);
            return {};
        }
        page.look();
        if (is_asked_for) {
            JOBBRO_TRY(add_standing(session, *order, page));
            ++page.rows;
        }
        last = Bytes{view(*next)};
    }
    return {};
}

}  // namespace jobbro::core
