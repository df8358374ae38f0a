// What parties ask of what goes on: what they get, and what they do not.
#include "hub/core/wire_time.h"
#include "proto/base/limits.h"
#include "tests/unit/core/erasure_fixture.h"
#include "tests/unit/core/query_fixture.h"

namespace jobbro::core {
namespace {

using ::testing::ElementsAreArray;

class QueriesTest : public QueryTest {
  protected:
    v1::Envelope asked_on(const contract::OrderId& id, const std::string& cpr = citizen) {
        v1::Envelope said = on(id, provider, cpr);
        said.mutable_clarification_request()->add_questions("which mornings?");
        return said;
    }
    v1::Envelope new_contact(const contract::OrderId& id, const std::string& by,
                             const std::string& contact) {
        v1::Envelope said = on(id, by);
        said.mutable_contact_changed()->mutable_contact()->set_function_or_team(contact);
        return said;
    }
    v1::Envelope transferred() {
        v1::Envelope said = about(jobcentre);
        said.mutable_audience()->set_party(other_jobcentre);
        said.mutable_case_transfer()->set_transfer_date(date(0));
        return said;
    }
    // Of the latest reading, which is the last entry.
    std::vector<std::uint64_t> read_by(const std::string& party) {
        const auto recorded = entry(world.journal->size().value() - 1);
        EXPECT_EQ(recorded->index.kind(), v1::MESSAGE_KIND_READING);
        v1::Reading body;
        EXPECT_TRUE(body.ParseFromString(recorded->body));
        EXPECT_EQ(body.party(), party);
        return {body.sequences().begin(), body.sequences().end()};
    }
    std::string field_of(const std::string& party, const v1::Query& query) {
        const v1::Error error = not_answered(party, query);
        EXPECT_EQ(error.code(), v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS) << query.ShortDebugString();
        EXPECT_EQ(error.request_number(), 7U);
        EXPECT_EQ(error.detail(), "");
        return error.field_path();
    }
    static std::size_t answers(const Turn& turn, const std::string& party) {
        return frames_to(turn, party, v1::HubFrame::kAnswer).size();
    }
    // To the byte what the other question is answered with, and without a trace.
    void expect_alike(const std::string& party, const v1::Query& one, const v1::Query& other) {
        EXPECT_EQ(not_answered(party, one).SerializeAsString(),
                  not_answered(party, other).SerializeAsString())
            << one.ShortDebugString();
    }
};

// --- What waits ------------------------------------------------------------------------------

TEST_F(QueriesTest, WhatWaitsForOneSideIsTheOthersWhenItIsOverdue) {
    const contract::OrderId id = placed();
    const v1::Answer of_provider = ask(provider, waiting());
    ASSERT_THAT(matters(of_provider), ElementsAre("ORDER_ANSWER d7"));
    EXPECT_EQ(of_provider.today(), date(0));
    EXPECT_TRUE(of_provider.next().empty());
    EXPECT_EQ(of_provider.waiting(0).order_id(), id.text());
    EXPECT_EQ(of_provider.waiting(0).other_party(), jobcentre);
    EXPECT_THAT(matters(ask(jobcentre, waiting())), IsEmpty());
    live_to(8);
    EXPECT_THAT(matters(ask(provider, waiting())), ElementsAre("ORDER_ANSWER d7 overdue"));
    const v1::Answer of_jobcentre = ask(jobcentre, waiting());
    EXPECT_THAT(matters(of_jobcentre), ElementsAre("ORDER_ANSWER d7 overdue of other"));
    EXPECT_EQ(of_jobcentre.waiting(0).other_party(), provider);
    const std::uint64_t asked_at = record(asked_on(id));
    EXPECT_THAT(matters(ask(provider, waiting())), IsEmpty());
    const v1::Answer question = ask(jobcentre, waiting());
    ASSERT_THAT(matters(question), ElementsAre("QUESTION_ANSWER d13"));
    EXPECT_EQ(question.waiting(0).about_sequence(), asked_at);
}

TEST_F(QueriesTest, AJobcentreAsksByItsOwnContact) {
    const contract::OrderId first = world.new_order();
    const contract::OrderId second = world.new_order();
    v1::Envelope of_north = new_order(first);
    of_north.mutable_order()->mutable_contact()->set_function_or_team("Team North");
    record(of_north);
    v1::Envelope of_south = new_order(second, other_citizen);
    of_south.mutable_order()->mutable_contact()->set_function_or_team("Team South");
    record(of_south);
    record(asked_on(first));
    record(asked_on(second, other_citizen));
    const v1::Answer north = ask(jobcentre, waiting_with("Team North"));
    ASSERT_EQ(north.waiting_size(), 1);
    EXPECT_EQ(north.waiting(0).order_id(), first.text());
    EXPECT_EQ(ask(jobcentre, waiting()).waiting_size(), 2);
    EXPECT_EQ(ask(jobcentre, waiting_with("Team East")).waiting_size(), 0);

    record(new_contact(first, jobcentre, "Team South"));
    record(new_contact(first, provider, "Team North"));  // whom to ask at the provider
    EXPECT_EQ(ask(jobcentre, waiting_with("Team North")).waiting_size(), 0);
    EXPECT_EQ(ask(jobcentre, waiting_with("Team South")).waiting_size(), 2);
    EXPECT_EQ(field_of(provider, waiting_with("Team South")), "waiting.contact");
    restart();
    EXPECT_EQ(ask(jobcentre, waiting_with("Team South")).waiting_size(), 2);
}

TEST_F(QueriesTest, WhatWaitsIsNarrowedDownAndComesInPages) {
    std::vector<std::string> ids;
    for (std::uint64_t i = 0; i < 5; ++i)
        ids.push_back(placed(made_up_citizen(i)).text());
    const v1::Answer all = ask(provider, waiting());
    EXPECT_EQ(all.waiting_size(), 5);
    EXPECT_EQ(read_by(provider).size(), 5U);
    for (const std::uint32_t rows : {1U, 2U, 5U, 100U}) {
        const v1::Answer paged = ask_all(provider, waiting(), rows);
        ASSERT_EQ(paged.waiting_size(), 5) << rows;
        for (int i = 0; i < 5; ++i)
            EXPECT_EQ(paged.waiting(i).order_id(), all.waiting(i).order_id()) << rows;
    }
    v1::Query query = waiting();
    query.mutable_waiting()->set_until_date(date(6));
    EXPECT_EQ(ask(provider, query).waiting_size(), 0);
    query.mutable_waiting()->set_until_date(date(7));
    EXPECT_EQ(ask(provider, query).waiting_size(), 5);
    query.mutable_waiting()->add_kinds(v1::WAITING_FOR_REPORT);
    EXPECT_EQ(ask(provider, query).waiting_size(), 0);
    query.mutable_waiting()->add_kinds(v1::WAITING_FOR_ORDER_ANSWER);
    EXPECT_EQ(ask(provider, query).waiting_size(), 5);
}

// --- Orders ----------------------------------------------------------------------------------

TEST_F(QueriesTest, OrdersThatGoOnAreListedById) {
    const contract::OrderId running = started();
    const contract::OrderId waits = placed(other_citizen);
    const contract::OrderId over = placed(other_citizen);
    v1::Envelope declined = on(over, provider, other_citizen);
    declined.mutable_order_decline()->set_reason(v1::ORDER_DECLINE_REASON_NO_CAPACITY);
    record(declined);
    std::vector<std::string> expected{running.text(), waits.text()};
    std::sort(expected.begin(), expected.end());
    for (const char* const party : {jobcentre, provider})
        EXPECT_THAT(order_ids(ask(party, orders())), ElementsAreArray(expected));
    v1::Query query = orders();
    query.mutable_orders()->add_states(v1::ORDER_DIALOGUE_STATE_STARTED);
    const v1::Answer answer = ask(jobcentre, query);
    ASSERT_THAT(order_ids(answer), ElementsAre(running.text()));
    const v1::OrderStanding& standing = answer.orders(0);
    EXPECT_EQ(standing.state(), v1::ORDER_DIALOGUE_STATE_STARTED);
    EXPECT_EQ(standing.jobcentre(), jobcentre);
    EXPECT_EQ(standing.provider(), provider);
    EXPECT_EQ(standing.started_date(), date(7));
    EXPECT_EQ(standing.end_date(), date(97));
    query = orders();
    query.set_rows_max(1);
    const v1::Answer first = ask(jobcentre, query);
    EXPECT_THAT(order_ids(first), ElementsAre(expected[0]));
    query.set_after(first.next());
    const v1::Answer second = ask(jobcentre, query);
    EXPECT_THAT(order_ids(second), ElementsAre(expected[1]));
    EXPECT_TRUE(second.next().empty());
}

TEST_F(QueriesTest, WhatTheJobcentreKeepsToItselfMovesNothingForTheProvider) {
    const contract::OrderId id = placed();
    const std::uint64_t accepted_at = record(accepted(id));
    v1::Envelope outcome = on(id, jobcentre);
    outcome.mutable_audience()->mutable_sender_only();
    outcome.mutable_course_outcome()->set_kind(v1::OUTCOME_KIND_OTHER);
    outcome.mutable_course_outcome()->set_from_date(date(0));
    outcome.mutable_course_outcome()->set_explanation("has moved");
    const std::uint64_t kept_at = record(outcome);
    EXPECT_EQ(ask(jobcentre, orders()).orders(0).latest_sequence(), kept_at);
    EXPECT_EQ(ask(provider, orders()).orders(0).latest_sequence(), accepted_at);
    EXPECT_THAT(sequences(ask(jobcentre, order_asked(id))),
                ElementsAre(kept_at, accepted_at, accepted_at - 1));
    EXPECT_THAT(sequences(ask(provider, order_asked(id))),
                ElementsAre(accepted_at, accepted_at - 1));
}

// --- Time lines ------------------------------------------------------------------------------

TEST_F(QueriesTest, ATimeLineTellsWhatWasCorrectedAndWhatWasKnownThen) {
    const contract::OrderId id = started();
    const v1::Envelope wrong = no_show(id, 7, 7);
    const std::uint64_t wrong_at = record(wrong);
    const Instant then = world.now;
    live_to(9);
    v1::Envelope corrected = no_show(id, 7, 7);
    corrected.mutable_absence_report()->set_kind(v1::ABSENCE_KIND_REPORTED_ILL);
    point_at(corrected, wrong, v1::CAUSE_RELATION_CORRECTS);
    const std::uint64_t corrected_at = record(corrected);

    const v1::Answer now = ask(jobcentre, order_asked(id));
    ASSERT_EQ(now.entries_size(), 5) << "order, acceptance, start, absence and its correction";
    EXPECT_EQ(now.entries(0).delivery().sequence(), corrected_at);
    EXPECT_FALSE(now.entries(0).has_corrected_by());
    EXPECT_EQ(now.entries(0).delivery().envelope(), corrected.SerializeAsString());
    EXPECT_EQ(now.entries(1).delivery().sequence(), wrong_at);
    EXPECT_EQ(now.entries(1).corrected_by(), corrected_at);
    EXPECT_EQ(now.entries(1).delivery().envelope(), wrong.SerializeAsString());
    EXPECT_THAT(order_ids(now), ElementsAre(id.text()));
    EXPECT_THAT(read_by(jobcentre), ::testing::UnorderedElementsAreArray(sequences(now)));
    EXPECT_EQ(last.report.entries, 1U);
    EXPECT_EQ(sequences(ask(provider, order_asked(id))), sequences(now));

    v1::Query query = order_asked(id);
    *query.mutable_order()->mutable_known_at() = timestamp_of(then);
    const v1::Answer known = ask(jobcentre, query);
    ASSERT_EQ(known.entries_size(), 4);
    EXPECT_EQ(known.entries(0).delivery().sequence(), wrong_at);
    EXPECT_FALSE(known.entries(0).has_corrected_by()) << "nobody knew";
    EXPECT_EQ(known.orders_size(), 0) << "how it stands now was not known then";
    *query.mutable_order()->mutable_known_at() = timestamp_of(world.now);
    EXPECT_EQ(ask(jobcentre, query).orders_size(), 1);

    // Page by page it is the same, also where the correction stands on an earlier page.
    const v1::Answer paged = ask_all(jobcentre, order_asked(id), 1);
    ASSERT_EQ(paged.entries_size(), 5);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(paged.entries(i).SerializeAsString(), now.entries(i).SerializeAsString());
    EXPECT_EQ(paged.orders_size(), 1) << "on the first page";
}

TEST_F(QueriesTest, ACitizensTimeLineGoesAcrossOrdersAndProviders) {
    connect(other_provider, {jobcentre});
    const contract::OrderId first = placed();
    const contract::OrderId second = world.new_order();
    const std::uint64_t first_at = world.journal->size().value() - 1;
    const std::uint64_t second_at =
        record(order(second, world.now, world.randomness, other_provider));
    const std::uint64_t interview_at = record(interviewed(0));
    placed(other_citizen);
    const std::uint64_t accepted_at = record(accepted(first));
    const v1::Answer answer = ask(jobcentre, citizen_asked(citizen));
    EXPECT_THAT(sequences(answer), ElementsAre(accepted_at, interview_at, second_at, first_at));
    EXPECT_THAT(order_ids(answer), ::testing::UnorderedElementsAre(first.text(), second.text()));
    EXPECT_EQ(sequences(ask_all(jobcentre, citizen_asked(citizen), 1)), sequences(answer));
    EXPECT_EQ(not_answered(provider, citizen_asked(citizen)).code(),
              v1::ERROR_CODE_ROLE_NOT_ALLOWED);

    // Two numbers that turn out to be one person's have one time line, by either.
    v1::Envelope merged = about(jobcentre, other_citizen);
    merged.mutable_audience()->mutable_all_with_ground();
    merged.mutable_subjects_merged()->set_former_cpr_number(citizen);
    record(merged);
    const auto whole = sequences(ask(jobcentre, citizen_asked(other_citizen)));
    EXPECT_EQ(whole.size(), 6U);
    EXPECT_TRUE(std::is_sorted(whole.rbegin(), whole.rend()));
    EXPECT_EQ(sequences(ask(jobcentre, citizen_asked(citizen))), whole);
    EXPECT_EQ(sequences(ask_all(jobcentre, citizen_asked(citizen), 2)), whole);
}

TEST_F(QueriesTest, WhatThereIsNoGroundForIsNotThere) {
    connect(other_provider, {jobcentre});
    connect(other_jobcentre);
    const contract::OrderId id = started();
    for (const char* const party : {other_provider, other_jobcentre}) {
        expect_alike(party, order_asked(id), order_asked(world.new_order()));
        EXPECT_EQ(last.report.entries, 0U);
        EXPECT_THAT(errors(last, party), ElementsAre(v1::ERROR_CODE_ORDER_UNKNOWN));
        EXPECT_EQ(ask(party, orders()).orders_size(), 0);
        EXPECT_EQ(ask(party, waiting()).waiting_size(), 0);
    }
    expect_alike(other_jobcentre, citizen_asked(citizen), citizen_asked(other_citizen));
    EXPECT_THAT(errors(last, other_jobcentre), ElementsAre(v1::ERROR_CODE_CITIZEN_UNKNOWN));
    // Nor for one whose grant is over.
    EXPECT_EQ(ask(provider, order_asked(id)).entries_size(), 3);
    world.turn({world.statement(world.grant(provider, {other_jobcentre}), controller)});
    expect_alike(provider, order_asked(id), order_asked(world.new_order()));
    EXPECT_EQ(ask(provider, orders()).orders_size(), 0);
}

TEST_F(QueriesTest, ACaseThatIsHandedOverIsTheNewJobcentres) {
    connect(other_jobcentre);
    world.turn({world.statement(world.grant(provider, {jobcentre, other_jobcentre}), controller)});
    const contract::OrderId id = placed();
    record(asked_on(id));
    const std::size_t said = sequences(ask(jobcentre, order_asked(id))).size();
    record(transferred());
    EXPECT_EQ(ask(jobcentre, waiting()).waiting_size(), 0);
    EXPECT_EQ(ask(jobcentre, orders()).orders_size(), 0);
    EXPECT_THAT(matters(ask(other_jobcentre, waiting())), ElementsAre("QUESTION_ANSWER d5"));
    EXPECT_EQ(ask(provider, orders()).orders(0).jobcentre(), other_jobcentre);
    EXPECT_EQ(ask(other_jobcentre, order_asked(id)).entries_size(), static_cast<int>(said));
    // Who had it has what it had, and not how it goes on.
    const v1::Answer former = ask(jobcentre, order_asked(id));
    EXPECT_EQ(former.entries_size(), static_cast<int>(said));
    EXPECT_EQ(former.orders_size(), 0);
    EXPECT_EQ(not_answered(jobcentre, citizen_asked(citizen)).code(),
              v1::ERROR_CODE_CITIZEN_UNKNOWN);
    EXPECT_EQ(ask(other_jobcentre, citizen_asked(citizen)).orders_size(), 1);
}

// --- Traces, roles and bounds ----------------------------------------------------------------

TEST_F(QueriesTest, ARowOfAListIsTheReadingOfItsOrder) {
    const contract::OrderId id = placed();
    const std::uint64_t placed_at = world.journal->size().value() - 1;
    record(accepted(id));
    ask(jobcentre, orders());
    EXPECT_EQ(last.report.entries, 1U);
    EXPECT_EQ(last.report.queries, 1U);
    EXPECT_THAT(read_by(jobcentre), ElementsAre(placed_at));
    EXPECT_EQ(ask(jobcentre, waiting()).waiting_size(), 0);
    EXPECT_EQ(last.report.entries, 0U) << "nothing was handed out";
    const Turn both =
        world.turn({query_frame(jobcentre, orders()), query_frame(jobcentre, order_asked(id)),
                    query_frame(provider, orders())});
    EXPECT_EQ(both.report.entries, 2U) << "one a party";
    EXPECT_EQ(frames_to(both, jobcentre, v1::HubFrame::kAnswer).size(), 2U);
}

TEST_F(QueriesTest, NothingIsHandedOutThatCannotBeRecorded) {
    placed();
    record(offer("OF-1"));
    world.conditions.disk_nearly_full = true;
    EXPECT_EQ(not_answered(provider, waiting()).code(), v1::ERROR_CODE_DISK_NEARLY_FULL);
    EXPECT_EQ(ask(provider, offers()).offers_size(), 1);
    world.conditions.disk_nearly_full = false;
    ASSERT_TRUE(world.journal->record_seal("made up"));
    restart();
    EXPECT_EQ(not_answered(provider, waiting()).code(), v1::ERROR_CODE_HUB_SEALED);
    EXPECT_EQ(ask(provider, offers()).offers_size(), 1);
}

TEST_F(QueriesTest, RolesAskForWhatIsTheirs) {
    for (const v1::Query& query :
         {waiting(), orders(), order_asked(world.new_order()), citizen_asked(citizen)}) {
        EXPECT_EQ(not_answered(operator_party, query).code(), v1::ERROR_CODE_ROLE_NOT_ALLOWED);
    }
    v1::Query rules;
    rules.mutable_rules();
    const v1::Answer answer = ask(operator_party, rules);
    ASSERT_EQ(answer.rule_sets_size(), 1);
    EXPECT_EQ(answer.rule_sets(0).SerializeAsString(), rules_of_2011().SerializeAsString());
    rules.mutable_rules()->set_day("2012-01-01");
    EXPECT_EQ(ask(operator_party, rules).rule_sets_size(), 0);
    rules.mutable_rules()->set_day("2011-12-31");
    EXPECT_EQ(ask(operator_party, rules).rule_sets_size(), 1);
}

TEST_F(QueriesTest, WhatIsOutOfBoundsIsNamed) {
    const contract::OrderId id = placed();
    EXPECT_EQ(field_of(jobcentre, {}), "what");
    v1::Query query = waiting();
    query.set_rows_max(101);
    EXPECT_EQ(field_of(jobcentre, query), "rows_max");
    query = waiting();
    query.mutable_waiting()->set_until_date("2011-02-30");
    EXPECT_EQ(field_of(jobcentre, query), "waiting.until_date");
    query = waiting();
    query.mutable_waiting()->add_kinds(v1::WAITING_FOR_START);
    query.mutable_waiting()->add_kinds(static_cast<v1::WaitingFor>(7));
    EXPECT_EQ(field_of(jobcentre, query), "waiting.kinds[1]");
    for (int i = 0; i < 5; ++i)
        query.mutable_waiting()->add_kinds(v1::WAITING_FOR_START);
    EXPECT_EQ(field_of(jobcentre, query), "waiting.kinds");
    EXPECT_EQ(field_of(jobcentre, waiting_with(std::string(101, 'x'))), "waiting.contact");
    query = orders();
    query.mutable_orders()->add_states(v1::ORDER_DIALOGUE_STATE_UNSPECIFIED);
    EXPECT_EQ(field_of(jobcentre, query), "orders.states[0]");
    query = order_asked(id);
    query.mutable_order()->set_order_id("17");
    EXPECT_EQ(field_of(jobcentre, query), "order.order_id");
    query = order_asked(id);
    query.mutable_order()->mutable_known_at()->set_nanos(-1);
    EXPECT_EQ(field_of(jobcentre, query), "order.known_at");
    EXPECT_EQ(field_of(jobcentre, citizen_asked("12")), "citizen.cpr_number");
    query = offers();
    query.mutable_offers()->set_day("today");
    EXPECT_EQ(field_of(jobcentre, query), "offers.day");
    query = offers();
    query.mutable_offers()->set_municipality("411");
    EXPECT_EQ(field_of(jobcentre, query), "offers.municipality");
    query = offers();
    query.mutable_offers()->set_provider("somebody");
    EXPECT_EQ(field_of(jobcentre, query), "offers.provider");
    query = offers();
    query.mutable_offers()->set_purpose(static_cast<v1::Purpose>(99));
    EXPECT_EQ(field_of(jobcentre, query), "offers.purpose");
}

TEST_F(QueriesTest, ACursorIsOfItsOwnQuestionAndNothingElse) {
    const contract::OrderId id = started();
    v1::Query query = order_asked(id);
    query.set_rows_max(1);
    const Bytes cursor = ask(jobcentre, query).next();
    ASSERT_FALSE(cursor.empty());
    for (v1::Query other : {waiting(), orders(), citizen_asked(citizen), offers()}) {
        other.set_after(cursor);
        EXPECT_EQ(field_of(jobcentre, other), "after");
    }
    for (const Bytes& wrong :
         {cursor.substr(0, 1), cursor + "x", Bytes(1025, cursor.front()), cursor + Bytes(14, '\0'),
          cursor.substr(0, cursor.size() - 1) + '\xff', cursor.substr(0, 1) + Bytes(7, '\xff')}) {
        query.set_after(wrong);
        EXPECT_EQ(field_of(jobcentre, query), "after");
    }
    // Nor does it lead to another order.
    const contract::OrderId another = placed(other_citizen);
    query = order_asked(another);
    query.set_after(cursor);
    EXPECT_EQ(field_of(jobcentre, query), "after");
}

TEST_F(QueriesTest, SoManyInATurnAndTheRestIsToldToWait) {
    std::vector<FrameIn> many(limits::queries_per_turn_max, query_frame(jobcentre, offers()));
    const Turn alone = world.turn(many);
    EXPECT_EQ(answers(alone, jobcentre), limits::queries_per_party_and_turn_max);
    EXPECT_EQ(errors(alone, jobcentre), std::vector<v1::ErrorCode>(4, v1::ERROR_CODE_BUSY));
    EXPECT_EQ(alone.report.queries, 4U);
    EXPECT_EQ(alone.report.queries_busy, 4U);
    many.push_back(query_frame(provider, offers()));
    for (int turn = 0; turn < 3; ++turn) {
        const Turn both = world.turn(many);
        EXPECT_EQ(answers(both, jobcentre), limits::queries_per_party_and_turn_max);
        EXPECT_EQ(answers(both, provider), 1U) << "though the other's came first";
    }
}

TEST_F(QueriesTest, NobodyIsKeptOutForEverByOthersWhoAskMore) {
    std::vector<std::string> parties;
    std::vector<FrameIn> frames;
    for (int i = 0; i < 20; ++i) {
        parties.push_back(std::string{other_provider} + "-" + std::to_string(1'000'000'000 + i));
        connect(parties.back(), {jobcentre});
        const std::size_t questions = i < 19 ? 8 : 1;  // one asks little, and comes last
        frames.insert(frames.end(), questions, query_frame(parties.back(), offers()));
    }
    std::map<std::string, std::size_t> answered;
    for (int turn = 0; turn < 5; ++turn) {
        const Turn done = world.turn(frames);
        EXPECT_EQ(done.report.queries, limits::queries_per_turn_max);
        for (const std::string& party : parties)
            answered[party] += answers(done, party);
    }
    for (const std::string& party : parties)
        EXPECT_EQ(answered[party], 2U) << party << ": five turns of eight, among twenty";
}

TEST_F(QueriesTest, WhatIsOutOfBoundsTakesNobodysPlace) {
    v1::Query wrong = offers();
    wrong.mutable_offers()->set_day("soon");
    std::vector<FrameIn> frames(20, query_frame(jobcentre, wrong));
    frames.insert(frames.end(), limits::queries_per_party_and_turn_max,
                  query_frame(jobcentre, offers()));
    const Turn turn = world.turn(frames);
    EXPECT_EQ(answers(turn, jobcentre), limits::queries_per_party_and_turn_max);
    EXPECT_EQ(errors(turn, jobcentre),
              std::vector<v1::ErrorCode>(20, v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS));
    EXPECT_EQ(turn.report.queries_refused, 20U);
    // But one that was looked for does.
    frames.assign(20, query_frame(jobcentre, order_asked(world.new_order())));
    const Turn unknown = world.turn(frames);
    EXPECT_EQ(unknown.report.queries_refused, limits::queries_per_party_and_turn_max);
    EXPECT_EQ(unknown.report.queries_busy, 20 - limits::queries_per_party_and_turn_max);
}

TEST_F(QueriesTest, AQuestionOfASessionThatEndsInItsTurnIsNotAnswered) {
    const contract::OrderId id = placed();
    v1::ClientFrame goodbye;
    goodbye.mutable_goodbye();
    const Turn turn = world.turn(
        {query_frame(jobcentre, order_asked(id)), world.frame(jobcentre, std::move(goodbye))});
    EXPECT_EQ(answers(turn, jobcentre), 0U);
    EXPECT_EQ(turn.report.entries, 0U) << "nothing was handed out";
}

TEST_F(QueriesTest, APageFitsAFrame) {
    const contract::OrderId id = started();
    std::vector<v1::Envelope> many;
    for (std::uint32_t i = 1; i <= 30; ++i) {
        v1::OrderRevision& body = *many.emplace_back(on(id, jobcentre)).mutable_order_revision();
        body.set_revision_number(i);
        body.set_reason(v1::ORDER_REVISION_REASON_OTHER);
        body.set_explanation("much is asked");
        body.set_effective_date(date(7));
        *body.mutable_order() = new_order(id).order();
        for (int more = 0; more < 9; ++more) {
            body.mutable_order()->add_questions(std::string(500, 'a'));
            body.mutable_order()->add_priorities(std::string(300, 'b'));
        }
    }
    for (const v1::Outcome& told : outcomes(world.turn({world.submit(jobcentre, many)})))
        ASSERT_TRUE(told.has_receipt()) << told.ShortDebugString();
    const v1::Answer page = ask(jobcentre, order_asked(id));
    EXPECT_LT(page.entries_size(), 30) << "each is of more than 7 KB";
    EXPECT_LE(page.ByteSizeLong(), limits::delivery_frame_bytes_max + 4096);
    EXPECT_EQ(ask_all(jobcentre, order_asked(id), 100).entries_size(), 33);
}

TEST_F(QueriesTest, ARestartChangesNoAnswer) {
    const contract::OrderId id = started();
    record(no_show(id, 7, 7));
    record(evaluated(id, date(7)));
    const contract::OrderId asked = placed(other_citizen);
    record(asked_on(asked, other_citizen));
    placed(made_up_citizen(1));
    live_to(15);
    const std::vector<std::pair<std::string, v1::Query>> questions{
        {jobcentre, waiting()},
        {provider, waiting()},
        {jobcentre, orders()},
        {provider, orders()},
        {jobcentre, order_asked(id)},
        {provider, order_asked(id)},
        {jobcentre, citizen_asked(citizen)}};
    std::vector<std::string> before;
    for (const auto& [party, query] : questions)
        before.push_back(ask(party, query).SerializeAsString());
    restart();
    for (std::size_t i = 0; i < questions.size(); ++i) {
        EXPECT_EQ(ask(questions[i].first, questions[i].second).SerializeAsString(), before[i])
            << questions[i].second.ShortDebugString();
    }
}

// --- Erasing ---------------------------------------------------------------------------------

class ErasedQueriesTest : public ErasureTest {
  protected:
    FrameIn query_frame(const std::string& party, v1::Query query) {
        v1::ClientFrame content;
        query.set_request_number(7);
        *content.mutable_query() = std::move(query);
        return world.frame(party, std::move(content));
    }
};

TEST_F(ErasedQueriesTest, WhatIsErasedInTheSameTurnIsNotHandedOut) {
    const contract::OrderId id = placed();
    v1::Query query;
    query.mutable_order()->set_order_id(id.text());
    v1::Query list;
    list.mutable_orders();
    const FrameIn erasing = act_frame(statement(found()));
    const Turn turn =
        world.turn({query_frame(jobcentre, query), query_frame(provider, list), erasing});
    EXPECT_EQ(turn.report.orders_erased, 1U);
    EXPECT_EQ(turn.report.queries_busy, 2U);
    EXPECT_THAT(frames_to(turn, jobcentre, v1::HubFrame::kAnswer), IsEmpty());
    EXPECT_THAT(errors(turn, jobcentre), ElementsAre(v1::ERROR_CODE_BUSY));
    EXPECT_THAT(errors(turn, provider), ElementsAre(v1::ERROR_CODE_BUSY));
    const Turn again = world.turn({query_frame(jobcentre, query), query_frame(provider, list)});
    EXPECT_THAT(errors(again, jobcentre), ElementsAre(v1::ERROR_CODE_ORDER_UNKNOWN));
    const auto answers = frames_to(again, provider, v1::HubFrame::kAnswer);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].answer().orders_size(), 0);
}

}  // namespace
}  // namespace jobbro::core
