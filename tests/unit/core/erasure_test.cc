// A citizen is forgotten because a data controller states it, and kept where one holds.
#include "hub/journal/retention.h"
#include "tests/unit/core/erasure_fixture.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(ErasureTest, WhatIsErasedReadsAsErasedAndEverythingElseAsBefore) {
    const auto id = placed();
    const std::uint64_t first = reported(id);
    const auto others = placed(other_citizen);
    const std::uint64_t kept = reported(others, other_citizen);
    ASSERT_TRUE(interviewed().has_receipt());
    const v1::CitizenActed acted = erased();
    EXPECT_EQ(acted.orders(), 1U);
    EXPECT_EQ(acted.entries(), 3U) << "order, report and interview";
    EXPECT_EQ(read_error(first), ErrorCode::erased);
    EXPECT_EQ(read_error(first - 1), ErrorCode::erased);
    EXPECT_TRUE(world.journal->read(Sequence{kept}));
    EXPECT_FALSE(world.core->is_sealed()) << "erased is not damage";
    reopen();
    EXPECT_EQ(read_error(first), ErrorCode::erased);
    EXPECT_TRUE(world.journal->read(Sequence{kept}));
    EXPECT_TRUE(world.journal->recorded_at(Sequence{first})) << "the clear part is there for ever";
}

TEST_F(ErasureTest, TheErasureIsAnEntryThatNamesTheStatementAndTheKeys) {
    const auto id = placed();
    reported(id);
    const v1::CitizenStatement said = statement(found());
    const v1::CitizenActed acted = act(said);
    const auto all = bodies<v1::Erasure>(v1::MESSAGE_KIND_ERASURE);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].subject_id(), said.subject_id());
    EXPECT_EQ(all[0].slots_size(), 1);
    EXPECT_EQ(all[0].orders(), 1U);
    EXPECT_EQ(all[0].entries(), 2U);
    EXPECT_TRUE(all[0].is_whole());
    EXPECT_EQ(all[0].stated().statement(), said.SerializeAsString());
    EXPECT_EQ(all[0].stated().submitted_by(), operator_party);
    EXPECT_EQ((*world.journal->read(Sequence{acted.sequence()}))->index.kind(),
              v1::MESSAGE_KIND_ERASURE);
}

TEST_F(ErasureTest, NothingOfTheCitizenIsLeftInTheStoresOrInWhatTheyRemember) {
    const auto id = placed();
    reported(id);
    const v1::SubjectFound who = found();
    const Bytes hash = world.journal->vault().cpr_hash(*contract::CprNumber::parse(citizen));
    ASSERT_TRUE(world.journal->upkeep(true, world.randomness));
    const Bytes key = **world.vault_store.get(journal::vault_table::keys, key_of(1));
    const Bytes number = **world.vault_store.get(journal::vault_table::citizens, hash);
    const Bytes row = **world.log_store.get(journal::log_table::cases, who.subject_id());
    const Bytes of_order = **world.log_store.get(journal::log_table::orders, id.view());
    act(statement(who));
    EXPECT_FALSE(world.vault_store.get(journal::vault_table::keys, key_of(1))->has_value());
    EXPECT_FALSE(world.vault_store.get(journal::vault_table::citizens, hash)->has_value());
    EXPECT_FALSE(world.log_store.get(journal::log_table::cases, who.subject_id())->has_value());
    EXPECT_FALSE(world.log_store.get(journal::log_table::orders, id.view())->has_value());
    EXPECT_TRUE(world.vault_store.holds_remains_of(key)) << "the look at the disk can fail";
    EXPECT_TRUE(world.log_store.holds_remains_of(of_order));
    EXPECT_EQ(world.journal->unfinished_erasures(), 1U);
    later(1000);
    EXPECT_EQ(world.journal->unfinished_erasures(), 0U);
    for (const Bytes& each : {key, number})
        EXPECT_FALSE(world.vault_store.holds_remains_of(each));
    for (const Bytes& each : {row, of_order})
        EXPECT_FALSE(world.log_store.holds_remains_of(each));
}

TEST_F(ErasureTest, WhatIsStillReadFromIsScrubbedAtALaterLook) {
    placed();
    erased();
    world.log_store.be_busy_at_next_scrub();
    later(1000);
    EXPECT_EQ(world.journal->unfinished_erasures(), 1U);
    later(1000);
    EXPECT_EQ(world.journal->unfinished_erasures(), 0U);
}

TEST_F(ErasureTest, WhatCannotBeScrubbedIsTriedAgainEverLater) {
    placed();
    erased();
    world.log_store.be_busy_at_next_scrub(1000);
    for (int seconds = 0; seconds < 600; ++seconds)
        later(1000);
    EXPECT_EQ(world.journal->unfinished_erasures(), 1U);
    EXPECT_GE(world.log_store.scrubs(), 8U);
    EXPECT_LE(world.log_store.scrubs(), 12U) << "after a second, two, four, and so on";
    world.log_store.be_busy_at_next_scrub(0);
    later(std::int64_t{3600} * 1000);
    EXPECT_EQ(world.journal->unfinished_erasures(), 0U);
}

TEST_F(ErasureTest, AnErasureIsNotDoneUntilItIsMarkedOutside) {
    placed();
    erased();
    world.marks.fails = true;
    later(1000);
    EXPECT_EQ(world.journal->unfinished_erasures(), 1U);
    ASSERT_TRUE(world.journal->marks_failure());
    EXPECT_EQ(world.journal->marks_failure()->code, ErrorCode::file_unwritable);
    world.marks.fails = false;
    later(1000);
    EXPECT_EQ(world.journal->unfinished_erasures(), 0U);
    EXPECT_FALSE(world.journal->marks_failure());
}

TEST_F(ErasureTest, MarksThatCannotBeWrittenAreTriedAgainEverLaterForAnErasure) {
    placed();
    erased();
    world.marks.fails = true;
    const std::size_t before = world.marks.tries;
    for (int seconds = 0; seconds < 600; ++seconds)
        later(1000);
    EXPECT_EQ(world.journal->unfinished_erasures(), 1U);
    EXPECT_LE(world.marks.tries, before + 60 + 12)
        << "every ten seconds as always; for the erasure after a second, two, four, and so on";
}

TEST_F(ErasureTest, TheHashesOfItsNumbersLieWithAnErasureUntilItsEndAndNoLonger) {
    placed();
    const v1::CitizenActed acted = erased();
    const Bytes key = key_of(acted.sequence());
    const Bytes row = **world.log_store.get(journal::log_table::erasures, key);
    const Bytes hash = world.journal->vault().cpr_hash(*contract::CprNumber::parse(citizen));
    EXPECT_EQ(row.find(hash), Bytes::npos) << "sealed";
    EXPECT_EQ(*world.journal->vault().open_row(journal::log_table::erasures, key, row), hash);
    world.log_store.be_busy_at_next_scrub();
    later(1000);
    EXPECT_EQ(**world.log_store.get(journal::log_table::erasures, key), "");
    EXPECT_TRUE(world.log_store.holds_remains_of(row)) << "the look at the disk can fail";
    later(1000);
    EXPECT_EQ(world.journal->unfinished_erasures(), 0U);
    EXPECT_FALSE(world.log_store.holds_remains_of(row));
}

TEST_F(ErasureTest, TheOrderAndTheCitizenAreUnknownFromThenOn) {
    const auto id = placed();
    erased();
    const auto told = outcomes(
        world.turn({world.submit(provider, {provider_notice(id, world.now, world.randomness)})}));
    EXPECT_EQ(told[0].rejection().code(), v1::ERROR_CODE_ORDER_UNKNOWN);
    const auto again = world.turn({find_frame()});
    EXPECT_THAT(errors(again, operator_party), ElementsAre(v1::ERROR_CODE_CITIZEN_UNKNOWN));
    // The same person with a new order is somebody new.
    placed();
    EXPECT_EQ(found().orders(), 1U);
    reopen();
    EXPECT_EQ(found().orders(), 1U);
}

TEST_F(ErasureTest, WhatHasComeSinceItWasSignedWasNotDecidedOn) {
    const auto id = placed();
    const FrameIn act = act_frame(statement(found()));
    // Also what comes after it in the same turn.
    const Turn turn = world.turn(
        {act, world.submit(provider, {provider_notice(id, world.now, world.randomness)})});
    EXPECT_THAT(errors(turn, operator_party), ElementsAre(v1::ERROR_CODE_STATEMENT_OUTDATED));
    ASSERT_TRUE(outcomes(turn).at(0).has_receipt());
    EXPECT_TRUE(world.journal->read(Sequence{outcomes(turn)[0].receipt().sequence()}));
    const FrameIn again = act_frame(statement(found()));
    ASSERT_TRUE(interviewed().has_receipt());
    expect_error(again, v1::ERROR_CODE_STATEMENT_OUTDATED);
    EXPECT_EQ(erased().orders(), 1U);
}

TEST_F(ErasureTest, NobodyIsHandedWhatTheSameTurnErases) {
    const auto id = placed();
    const std::uint64_t gone = reported(id);
    const FrameIn duplicate = world.submit(provider, {report});
    const Turn turn = world.turn({world.fetch(jobcentre, gone), world.subscribe(jobcentre, "main"),
                                  duplicate, act_frame(statement(found()))});
    ASSERT_EQ(frames_to(turn, operator_party, v1::HubFrame::kCitizenActed).size(), 1U);
    EXPECT_THAT(errors(turn, jobcentre), ElementsAre(v1::ERROR_CODE_ENTRY_UNKNOWN));
    EXPECT_THAT(frames_to(turn, jobcentre, v1::HubFrame::kFetched), IsEmpty());
    EXPECT_EQ(deliveries(turn, jobcentre).size(), 1U) << "the notice";
    ASSERT_TRUE(outcomes(turn).at(0).has_receipt());
    EXPECT_EQ(outcomes(turn)[0].receipt().findings_size(), 0);
}

TEST_F(ErasureTest, WhatIsFetchedBesideAnErasureIsHandedOut) {
    placed();
    const std::uint64_t kept = reported(placed(other_citizen), other_citizen);
    const Turn turn = world.turn({world.fetch(jobcentre, kept), act_frame(statement(found()))});
    ASSERT_EQ(frames_to(turn, operator_party, v1::HubFrame::kCitizenActed).size(), 1U);
    EXPECT_EQ(frames_to(turn, jobcentre, v1::HubFrame::kFetched).size(), 1U);
}

TEST_F(ErasureTest, ADuplicateOfWhatIsErasedGetsItsReceiptWithoutFindings) {
    v1::Envelope thin = order(world.new_order(), world.now, world.randomness);
    thin.mutable_order()->clear_sub_goals();
    const FrameIn again = world.submit(jobcentre, {thin});
    const auto first = outcomes(world.turn({again}));
    ASSERT_GT(first[0].receipt().findings_size(), 0);
    erased();
    const Turn turn = world.turn({again});
    const auto told = outcomes(turn);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].receipt().sequence(), first[0].receipt().sequence());
    EXPECT_EQ(told[0].receipt().recorded_at().seconds(),
              first[0].receipt().recorded_at().seconds());
    EXPECT_EQ(told[0].receipt().findings_size(), 0);
    EXPECT_EQ(turn.report.entries, 0U);
    EXPECT_FALSE(world.core->is_sealed());
}

TEST_F(ErasureTest, FetchKnowsNoErasedEntryAndSubscriptionsPassItOver) {
    const auto id = placed();
    const std::uint64_t gone = reported(id);
    const auto others = placed(other_citizen);
    const std::uint64_t kept = reported(others, other_citizen);
    erased();
    EXPECT_THAT(errors(world.turn({world.fetch(jobcentre, gone)}), jobcentre),
                ElementsAre(v1::ERROR_CODE_ENTRY_UNKNOWN));
    const auto got = deliveries(world.turn({world.subscribe(jobcentre, "main")}), jobcentre);
    ASSERT_EQ(got.size(), 2U) << "the other's report and the notice";
    EXPECT_EQ(got[0].sequence(), kept);
    EXPECT_FALSE(world.core->is_sealed());
}

TEST_F(ErasureTest, ParkedMessagesOfTheCitizenLeaveTheListWithWhatWasSaidOfThem) {
    const auto id = placed();
    world.turn({world.subscribe(jobcentre, "main")});
    const std::uint64_t first = reported(id);
    const std::uint64_t second = reported(id);
    world.turn({world.nack(jobcentre, "main", first, v1::NACK_VERDICT_GIVE_UP, "no such person")});
    ASSERT_EQ(world.core->parked_messages(), 2U);
    erased();
    EXPECT_EQ(world.core->parked_messages(), 0U);
    world.turn();
    EXPECT_EQ(world.log_store.rows(journal::log_table::parked), 0U);
    reopen();
    EXPECT_EQ(world.core->parked_messages(), 0U);
    const auto again = deliveries(world.turn({world.subscribe(jobcentre, "main")}), jobcentre);
    ASSERT_EQ(again.size(), 1U) << "the notice";
    EXPECT_GT(again[0].sequence(), second);
}

TEST_F(ErasureTest, WhatIsOutWhenItIsErasedIsNotParkedByItsNack) {
    const auto id = placed();
    world.turn({world.subscribe(jobcentre, "main", 2)});
    const std::uint64_t first = reported(id);
    const std::uint64_t second = reported(id);
    erased();
    later(1000);
    ASSERT_EQ(world.journal->unfinished_erasures(), 0U) << "nothing is scrubbed after this";
    const Turn turn = world.turn(
        {world.nack(jobcentre, "main", first, v1::NACK_VERDICT_GIVE_UP, "she has moved away")});
    EXPECT_THAT(errors(turn, jobcentre), IsEmpty());
    EXPECT_EQ(world.core->parked_messages(), 0U);
    EXPECT_EQ(deliveries(turn, jobcentre).size(), 1U) << "the notice, with the credit of the two";
    world.turn();
    EXPECT_EQ(world.log_store.rows(journal::log_table::parked), 0U);
    EXPECT_FALSE(world.core->is_sealed());
    reopen();
    const auto opened = frames_to(world.turn({world.subscribe(jobcentre, "main")}), jobcentre,
                                  v1::HubFrame::kSubscribed);
    ASSERT_EQ(opened.size(), 1U);
    EXPECT_EQ(opened[0].subscribed().next_sequence(), second + 1);
}

TEST_F(ErasureTest, TheDaysOnWhichTheCitizensOrdersWereOverGoWithThem) {
    for (const char* const each : {citizen, citizen, other_citizen}) {
        cancelled(placed(each), each);
        later(std::int64_t{24} * 3600 * 1000);
        hello_all();
    }
    ASSERT_EQ(world.log_store.rows(journal::log_table::retention), 3U);
    const Bytes kept = found(other_citizen).subject_id();
    erased();
    const auto left = journal::over_until(world.log_store, journal::day_of(world.now), 10);
    ASSERT_EQ(left->size(), 1U);
    EXPECT_EQ(Bytes{view(left->front().subject)}, kept);
}

TEST_F(ErasureTest, TheOrdersPartiesAreToldByOrderIdAlone) {
    const auto id = placed();
    world.turn({world.subscribe(jobcentre, "main"), world.subscribe(provider, "main")});
    const v1::SubjectFound who = found();
    const Turn turn = world.turn({act_frame(statement(who))});
    for (const char* const party : {jobcentre, provider}) {
        const auto got = deliveries(turn, party);
        ASSERT_EQ(got.size(), 1U) << party;
        v1::Envelope notice;
        ASSERT_TRUE(notice.ParseFromString(got[0].envelope()));
        EXPECT_EQ(notice.sender(), "hub");
        EXPECT_EQ(notice.audience().party(), party);
        EXPECT_THAT(notice.erasure_notice().order_ids(), ElementsAre(id.text()));
        EXPECT_FALSE(notice.has_citizen());
        EXPECT_TRUE(contract::MessageId::parse(notice.message_id()));
        const auto entry = *world.journal->read(Sequence{got[0].sequence()});
        EXPECT_TRUE(entry->index.subject_id().empty()) << "under the general key, nobody is named";
        EXPECT_TRUE(entry->index.order_id().empty());
    }
}

TEST_F(ErasureTest, AnErasedCauseIsAsOneThatIsNotKnown) {
    const auto id = placed();
    const auto other_order = placed();
    reported(id);
    v1::Envelope correction = provider_notice(other_order, world.now, world.randomness);
    v1::Cause& cause = *correction.add_causes();
    cause.set_message_id(report.message_id());
    cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
    erased();
    const auto renewed = placed();
    correction.set_order_id(renewed.text());
    const auto told = outcomes(world.turn({world.submit(provider, {correction})}));
    EXPECT_EQ(told[0].rejection().code(), v1::ERROR_CODE_CAUSE_UNKNOWN);
    EXPECT_FALSE(world.core->is_sealed());
}

TEST_F(ErasureTest, EveryCheckpointAndTheTreeStandAsBefore) {
    const auto id = placed();
    reported(id);
    const auto root = world.journal->tree().root();
    const std::uint64_t size = world.journal->size().value();
    const Bytes note = world.journal->checkpoint();
    erased();
    later(1000);
    reopen();
    EXPECT_GT(world.journal->size().value(), size);
    EXPECT_EQ(**world.log_store.get(journal::log_table::commits, key_of(size)), note);
    std::vector<evidence::Digest> leaves;
    for (std::uint64_t i = 0; i < size; ++i) {
        leaves.push_back(
            evidence::leaf_hash(**world.log_store.get(journal::log_table::entries, key_of(i))));
    }
    EXPECT_EQ(evidence::root_of(leaves), root);
}

TEST_F(ErasureTest, AllNumbersAndAllMergedSubjectsOfAPersonGoTogether) {
    const auto first = placed();
    const std::uint64_t of_first = reported(first);
    const auto second = placed(other_citizen);
    const std::uint64_t of_second = reported(second, other_citizen);
    ASSERT_TRUE(merged(citizen, other_citizen).has_receipt());
    EXPECT_EQ(found().subject_id(), found(other_citizen).subject_id());
    const v1::CitizenActed acted = erased();
    EXPECT_EQ(acted.orders(), 2U);
    EXPECT_EQ(read_error(of_first), ErrorCode::erased);
    EXPECT_EQ(read_error(of_second), ErrorCode::erased);
    world.turn();
    EXPECT_EQ(world.vault_store.rows(journal::vault_table::citizens), 0U);
    EXPECT_EQ(world.log_store.rows(journal::log_table::cases), 0U);
    EXPECT_EQ(world.log_store.rows(journal::log_table::orders), 0U);
}

}  // namespace
}  // namespace jobbro::core
