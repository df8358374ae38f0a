// What parties ask of what goes on: who may ask what, pages and their bounds, and what is about
// nobody: offers, results and rules.
#include <algorithm>

#include "hub/core/query_page.h"
#include "proto/contract/danish_identifiers.h"

namespace jobbro::core {
namespace {

bool is_damage(const Error& error) {
    return error.code == ErrorCode::store_failed || error.code == ErrorCode::tampered ||
           error.code == ErrorCode::opening_failed;
}

domain::Question question_of(const v1::Query& query) {
    switch (query.what_case()) {
        case v1::Query::kOffers:
        case v1::Query::kResults:
        case v1::Query::kRules:
            return domain::Question::catalogue;
        case v1::Query::kCitizen:
            return domain::Question::citizen_time_line;
        default:
            return domain::Question::orders;
    }
}

Result<domain::Day> day_of(const std::string& text, const char* path) {
    const auto day = domain::parse_day(text);
    if (!day) return out_of_bounds(path);
    return *day;
}

// --- Offers ----------------------------------------------------------------------------------

template <typename Enum>
Result<std::optional<Enum>> choice_of(Enum value, bool is_known, const char* path) {
    if (!is_known) return out_of_bounds(path);
    return static_cast<int>(value) == 0 ? std::optional<Enum>{} : std::optional<Enum>{value};
}

// Points into the question.
Result<domain::OfferQuery> read_question(const v1::OffersQuestion& asked, domain::Day today) {
    domain::OfferQuery query;
    JOBBRO_TRY_ASSIGN(query.day, day_of(asked.day(), "offers.day"));
    if (!query.day.is_set()) query.day = today;
    JOBBRO_TRY_ASSIGN(
        query.purpose,
        choice_of(asked.purpose(), v1::Purpose_IsValid(asked.purpose()), "offers.purpose"));
    JOBBRO_TRY_ASSIGN(query.match, choice_of(asked.match_category(),
                                             v1::MatchCategory_IsValid(asked.match_category()),
                                             "offers.match_category"));
    JOBBRO_TRY_ASSIGN(query.legal, choice_of(asked.legal_category(),
                                             v1::LegalCategory_IsValid(asked.legal_category()),
                                             "offers.legal_category"));
    const bool names_municipality = !asked.municipality().empty();
    if (names_municipality && !contract::MunicipalityCode::parse(asked.municipality())) {
        return out_of_bounds("offers.municipality");
    }
    query.municipality = asked.municipality();
    if (query.municipality.size() == 4) query.municipality.remove_prefix(1);
    if (!asked.provider().empty() && !contract::PartyId::parse(asked.provider())) {
        return out_of_bounds("offers.provider");
    }
    query.provider = asked.provider();
    query.has_free_place = asked.has_free_place();
    return query;
}

v1::OfferStanding standing_of(const domain::OfferRow& row) {
    v1::OfferStanding standing;
    standing.set_provider(row.provider.data(), row.provider.size());
    *standing.mutable_offer() = *row.offer;
    if (row.withdrawn_from.is_set()) standing.set_withdrawn_from_date(row.withdrawn_from.text());
    if (row.free_places) standing.set_free_places(*row.free_places);
    if (row.quota_left) standing.set_quota_left(*row.quota_left);
    return standing;
}

Bytes cursor_at(const domain::OfferPlace& place) {
    Bytes cursor{place.provider};
    cursor += '\0';
    cursor += place.offer;
    return cursor;
}

}  // namespace

// --- All questions ---------------------------------------------------------------------------

// Questions wait until all frames are taken, so that who is answered does not go by whose frames
// came first.
void Core::query(const Session& session, const v1::Query& query, Work& work) {
    if (query.what_case() == v1::Query::WHAT_NOT_SET) {
        return refuse_query(session, query, out_of_bounds("what"), work);
    }
    const domain::Question question = question_of(query);
    if (domain::may_ask(question, session.party.role()) == domain::Answer::no) {
        return refuse_query(session, query, ErrorCode::role_not_allowed, work);
    }
    if (question != domain::Question::catalogue) {
        if (const auto error = capacity_error(work)) {
            return refuse_query(session, query, *error, work);
        }
    }
    work.questions[session.party.text()].push_back({session.number, &query});
}

// In rounds, one question a party, and first the party whose latest answer is the longest ago:
// whoever goes on asking is answered, however much others ask.
Result<void> Core::answer_queries(Work& work) {
    struct Asker {
        std::uint64_t latest = 0;  // 0: never answered
        const std::string* party;
        const std::vector<Asked>* questions;
        std::size_t next = 0;
        std::size_t answered = 0;
    };
    std::vector<Asker> askers;
    for (const auto& [party, questions] : work.questions) {
        const auto latest = query_turns_.find(party);
        askers.push_back({latest == query_turns_.end() ? 0 : latest->second, &party, &questions});
    }
    std::stable_sort(askers.begin(), askers.end(),
                     [](const Asker& a, const Asker& b) { return a.latest < b.latest; });
    std::size_t left = limits::queries_per_turn_max;
    for (std::size_t round = 1; round <= limits::queries_per_party_and_turn_max; ++round) {
        for (Asker& asker : askers) {
            while (left > 0 && asker.answered < round && asker.next < asker.questions->size()) {
                JOBBRO_TRY_ASSIGN(const bool counts,
                                  answer_one((*asker.questions)[asker.next++], work));
                if (!counts) continue;
                query_turns_[*asker.party] = ++queries_answered_;
                ++asker.answered;
                --left;
            }
        }
    }
    for (const Asker& asker : askers) {
        for (std::size_t i = asker.next; i < asker.questions->size(); ++i) {
            const Asked& over = (*asker.questions)[i];
            const Session* const session = find_session(over.session);
            if (session != nullptr) refuse_query(*session, *over.query, ErrorCode::busy, work);
        }
    }
    return {};
}

// Returns whether it was work. What is handed out of citizens goes out behind its trace, with what
// is fetched; an answer that cannot leave one is not made.
Result<bool> Core::answer_one(const Asked& asked, Work& work) {
    const Session* const session = find_session(asked.session);
    // It has ended since, or is about to.
    if (session == nullptr || !may_go_on(*session, work)) return false;
    const v1::Query& query = *asked.query;
    QueryPage page;
    page.now = work.now;
    page.today = today(work);
    page.answer.set_request_number(query.request_number());
    page.answer.set_today(page.today.text());
    const auto answered = answer_query(*session, query, page);
    if (!answered && is_damage(answered.error())) {
        ++work.turn.report.queries_refused;
        JOBBRO_TRY(answer_damage(*session, answered.error(), work, query.request_number()));
        return true;
    }
    if (!answered) {
        refuse_query(*session, query, answered.error(), work);
        return page.has_begun || answered.error().code != ErrorCode::field_out_of_bounds;
    }
    v1::HubFrame frame;
    *frame.mutable_answer() = std::move(page.answer);
    work.readings.push_back({session->number, session->party.text(), query.request_number(),
                             std::move(page.read), std::move(frame), ErrorCode::busy});
    return true;
}

void Core::refuse_query(const Session& session, const v1::Query& query, const Error& error,
                        Work& work) const {
    const bool is_busy = error.code == ErrorCode::busy;
    ++(is_busy ? work.turn.report.queries_busy : work.turn.report.queries_refused);
    send_error(session, error, false, work, query.request_number());
}

Result<void> Core::answer_query(const Session& session, const v1::Query& query, QueryPage& page) {
    if (query.rows_max() > limits::query_rows_max) return out_of_bounds("rows_max");
    page.rows_max = query.rows_max() == 0 ? limits::query_rows_max : query.rows_max();
    page.mark = static_cast<char>(query.what_case());
    if (query.after().size() > limits::query_after_bytes_max) return out_of_bounds("after");
    if (!query.after().empty()) {
        page.after = query.after().substr(1);
        if (query.after().front() != page.mark || page.is_first()) return out_of_bounds("after");
    }
    switch (query.what_case()) {
        case v1::Query::kWaiting:
            return answer_waiting(session, query.waiting(), page);
        case v1::Query::kOrders:
            return answer_orders(session, query.orders(), page);
        case v1::Query::kOrder:
            return answer_order(session, query.order(), page);
        case v1::Query::kCitizen:
            return answer_citizen(session, query.citizen(), page);
        case v1::Query::kOffers:
            return answer_offers(query.offers(), page);
        case v1::Query::kRules:
            return answer_rules(query.rules(), page);
        default:
            return answer_results(query.results(), page);
    }
}

// --- About nobody ----------------------------------------------------------------------------

Result<void> Core::answer_offers(const v1::OffersQuestion& asked, QueryPage& page) {
    JOBBRO_TRY_ASSIGN(domain::OfferQuery query, read_question(asked, page.today));
    if (!page.is_first()) {
        const std::size_t end = page.after.find('\0');
        if (end == Bytes::npos) return out_of_bounds("after");
        query.after_provider = BytesView{page.after}.substr(0, end);
        query.after_offer = BytesView{page.after}.substr(end + 1);
    }
    if (!query.municipality.empty()) {
        tell_municipalities(journal_->registry(), page.now, overview_.catalogue);
    }
    query.rows_max = page.rows_max + 1;
    Bytes last = page.after;
    const domain::OfferPage found = overview_.catalogue.list(query);
    for (const domain::OfferRow& row : found.rows) {
        v1::OfferStanding standing = standing_of(row);
        const std::size_t bytes = standing.ByteSizeLong();
        if (page.is_full() || !page.has_room_for(bytes)) {
            page.end_at(last);
            return {};
        }
        last = cursor_at({row.provider, row.offer->offer_reference()});
        *page.answer.add_offers() = std::move(standing);
        page.count_row(bytes);
    }
    if (found.ended_at) page.end_at(cursor_at(*found.ended_at));
    return {};
}

Result<void> Core::answer_results(const v1::ResultsQuestion& asked, QueryPage& page) const {
    if (!page.is_first() && page.after.size() != sizeof(std::uint32_t)) {
        return out_of_bounds("after");
    }
    const std::uint32_t after = page.is_first() ? 0 : read_big_endian<std::uint32_t>(page.after);
    JOBBRO_TRY_ASSIGN(const auto told, overview_.told.list(asked, after, page.rows_max + 1,
                                                           limits::query_cells_max));
    const auto end_at = [&page](std::uint32_t number) {
        Bytes cursor;
        append_big_endian(cursor, number);
        page.end_at(cursor);
        return Result<void>{};
    };
    std::uint32_t last = after;
    for (const FrozenResults::Told& each : told.cells) {
        const std::size_t bytes = each.cell.ByteSizeLong();
        if (page.is_full() || !page.has_room_for(bytes)) return end_at(last);
        last = each.number;
        *page.answer.add_results() = each.cell;
        page.count_row(bytes);
    }
    if (told.stopped_at != 0) return end_at(told.stopped_at);
    return {};
}

Result<void> Core::answer_rules(const v1::RulesQuestion& asked, QueryPage& page) const {
    JOBBRO_TRY_ASSIGN(const domain::Day day, day_of(asked.day(), "rules.day"));
    if (!page.is_first() && page.after.size() != sizeof(std::uint32_t)) {
        return out_of_bounds("after");
    }
    const std::uint32_t after = page.is_first() ? 0 : read_big_endian<std::uint32_t>(page.after);
    std::uint32_t last = after;
    for (const v1::RuleSet& rules : rulebook_.messages) {
        const domain::Day from = domain::day_of_field(rules.valid_from_date());
        const domain::Day until = domain::day_of_field(rules.valid_until_date());
        const bool is_asked_for =
            !day.is_set() || (from <= day && (!until.is_set() || day <= until));
        if (!is_asked_for || from.number() <= after) continue;
        const std::size_t bytes = rules.ByteSizeLong();
        if (page.is_full() || !page.has_room_for(bytes)) {
            Bytes cursor;
            append_big_endian(cursor, last);
            page.end_at(cursor);
            break;
        }
        last = from.number();
        *page.answer.add_rule_sets() = rules;
        page.count_row(bytes);
    }
    return {};
}

}  // namespace jobbro::core
