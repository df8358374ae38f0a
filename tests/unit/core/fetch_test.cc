// Thin delivery, and handing out what a party asks for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FetchTest : public ::testing::Test {
  protected:
    FetchTest() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
        order_id = world.new_order();
        placed = order(*order_id, world.now, world.randomness);
        placed_at = submit(jobcentre, placed);
        reported = provider_notice(*order_id, world.now, world.randomness);
        reported_at = submit(provider, reported);
    }
    std::uint64_t submit(const std::string& party, const v1::Envelope& envelope) {
        return outcomes(world.turn({world.submit(party, {envelope})}))[0].receipt().sequence();
    }
    std::vector<v1::Fetched> fetched(const Turn& turn, const std::string& party) {
        std::vector<v1::Fetched> all;
        for (const v1::HubFrame& frame : frames_to(turn, party, v1::HubFrame::kFetched))
            all.push_back(frame.fetched());
        return all;
    }
    // Refused, and nothing is recorded of it.
    v1::ErrorCode refused(const std::string& party, std::uint64_t sequence) {
        const Turn turn = world.turn({world.fetch(party, sequence)});
        EXPECT_EQ(turn.report.entries, 0U);
        EXPECT_THAT(fetched(turn, party), IsEmpty());
        const auto frames = frames_to(turn, party, v1::HubFrame::kError);
        EXPECT_EQ(frames.at(0).error().request_number(), 7U);
        return frames.at(0).error().code();
    }
    v1::Reading reading_at(std::uint64_t sequence) {
        const auto entry = *world.journal->read(Sequence{sequence});
        EXPECT_EQ(entry->index.kind(), v1::MESSAGE_KIND_READING);
        EXPECT_EQ(entry->sender, "hub");
        EXPECT_EQ(entry->index.audience_size(), 0);
        v1::Reading body;
        EXPECT_TRUE(body.ParseFromString(entry->body));
        return body;
    }
    HubWorld world;
    std::optional<contract::OrderId> order_id;
    v1::Envelope placed;
    v1::Envelope reported;
    std::uint64_t placed_at = 0;
    std::uint64_t reported_at = 0;
};

TEST_F(FetchTest, AThinDeliveryIsANoticeAndFetchGetsTheMessage) {
    FrameIn thin = world.subscribe(jobcentre, "main");
    std::get<v1::ClientFrame>(thin.content).mutable_subscribe()->set_form(v1::DELIVERY_FORM_THIN);
    const auto got = deliveries(world.turn({thin}), jobcentre);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].sequence(), reported_at);
    EXPECT_TRUE(got[0].envelope().empty());
    EXPECT_EQ(got[0].notification().kind(), v1::MESSAGE_KIND_NOTICE);
    EXPECT_EQ(got[0].notification().sender(), provider);
    EXPECT_EQ(got[0].notification().message_id(), reported.message_id());
    EXPECT_EQ(got[0].notification().order_id(), order_id->text());
    EXPECT_NE(got[0].lane(), 0U);

    const Turn turn = world.turn({world.fetch(jobcentre, reported_at)});
    const auto whole = fetched(turn, jobcentre);
    ASSERT_EQ(whole.size(), 1U);
    EXPECT_EQ(whole[0].request_number(), 7U);
    EXPECT_EQ(whole[0].delivery().sequence(), reported_at);
    EXPECT_EQ(whole[0].delivery().envelope(), reported.SerializeAsString());
    EXPECT_EQ(whole[0].delivery().lane(), 0U);
    EXPECT_EQ(whole[0].delivery().attempt(), 0U);
    EXPECT_FALSE(whole[0].delivery().has_notification());
    EXPECT_EQ(turn.report.fetches, 1U);
    const v1::Reading reading = reading_at(world.journal->size().value() - 1);
    EXPECT_EQ(reading.party(), jobcentre);
    EXPECT_THAT(reading.sequences(), ElementsAre(reported_at));
}

TEST_F(FetchTest, AFullDeliveryHasNoNotification) {
    const auto got = deliveries(world.turn({world.subscribe(jobcentre, "main")}), jobcentre);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_FALSE(got[0].has_notification());
}

TEST_F(FetchTest, OneReadingAPartyAndTurn) {
    const std::uint64_t second =
        submit(provider, provider_notice(*order_id, world.now, world.randomness));
    const Turn turn = world.turn({world.fetch(jobcentre, second), world.fetch(provider, placed_at),
                                  world.fetch(jobcentre, reported_at)});
    EXPECT_EQ(turn.report.entries, 2U);
    EXPECT_EQ(fetched(turn, jobcentre).size(), 2U);
    EXPECT_EQ(fetched(turn, provider).size(), 1U);
    const std::uint64_t end = world.journal->size().value();
    EXPECT_THAT(reading_at(end - 2).sequences(), ElementsAre(second, reported_at))
        << "in the order they were asked for";
    EXPECT_THAT(reading_at(end - 1).sequences(), ElementsAre(placed_at));
}

TEST_F(FetchTest, WhatIsNotThePartysIsNotThere) {
    EXPECT_EQ(refused(jobcentre, world.journal->size().value()), v1::ERROR_CODE_ENTRY_UNKNOWN);
    EXPECT_EQ(refused(jobcentre, ~std::uint64_t{0}), v1::ERROR_CODE_ENTRY_UNKNOWN);
    EXPECT_EQ(refused(jobcentre, 0), v1::ERROR_CODE_ENTRY_UNKNOWN) << "the hub's own";
    EXPECT_EQ(refused(jobcentre, placed_at), v1::ERROR_CODE_ENTRY_UNKNOWN) << "its own";
    world.add_party(other_provider, {jobcentre});
    world.turn({world.hello(other_provider)});
    EXPECT_EQ(refused(other_provider, placed_at), v1::ERROR_CODE_ENTRY_UNKNOWN);
}

TEST_F(FetchTest, WhatThePartyMayNotHaveAnyMoreIsNotThere) {
    EXPECT_EQ(fetched(world.turn({world.fetch(provider, placed_at)}), provider).size(), 1U);
    world.turn({world.statement(world.grant(provider, {other_jobcentre}), controller)});
    EXPECT_EQ(refused(provider, placed_at), v1::ERROR_CODE_ENTRY_UNKNOWN);
}

TEST_F(FetchTest, NothingIsHandedOutThatCannotBeRecorded) {
    world.conditions.disk_nearly_full = true;
    EXPECT_EQ(refused(jobcentre, reported_at), v1::ERROR_CODE_DISK_NEARLY_FULL);
    world.conditions.disk_nearly_full = false;
    world.log_store.fail_next_commit();
    const auto failed = world.core->turn(std::vector{world.fetch(jobcentre, reported_at)},
                                         world.now, world.randomness, world.conditions);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::store_failed);
    ASSERT_TRUE(world.open());
    ASSERT_TRUE(world.journal->record_seal("made up"));
    ASSERT_TRUE(world.open());
    world.turn({world.hello(jobcentre)});
    EXPECT_EQ(refused(jobcentre, reported_at), v1::ERROR_CODE_HUB_SEALED);
}

TEST_F(FetchTest, ARoutingRowThatIsNoneSealsTheLogAndEndsNothing) {
    while (world.journal->size().value() < limits::block_entries) {
        std::vector<v1::Envelope> reports;
        for (std::size_t i = 0; i < limits::envelopes_per_submit_max; ++i) {
            world.now = world.now.plus_ms(1);
            reports.push_back(provider_notice(*order_id, world.now, world.randomness));
        }
        world.turn({world.submit(provider, reports)});
    }
    // The row of the jobcentre's first block, with half a place too much.
    Bytes row = std::string{jobcentre} + '\0' + key_of(0);
    Bytes places = **world.log_store.get(journal::log_table::routing, row);
    store::Batch batch;
    batch.put(journal::log_table::routing, row, places + 'x');
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    EXPECT_EQ(refused(jobcentre, reported_at), v1::ERROR_CODE_HUB_SEALED);
    EXPECT_TRUE(world.core->is_sealed());
    EXPECT_EQ(errors(world.turn({world.fetch(provider, placed_at)}), provider),
              std::vector<v1::ErrorCode>{v1::ERROR_CODE_HUB_SEALED})
        << "the hub goes on, and says so";
}

TEST_F(FetchTest, SoManyInATurnAndTheRestIsToldToWait) {
    const std::vector<FrameIn> many(limits::readings_per_turn_max + 3,
                                    world.fetch(jobcentre, reported_at));
    const Turn turn = world.turn(many);
    EXPECT_EQ(fetched(turn, jobcentre).size(), limits::readings_per_turn_max);
    EXPECT_EQ(turn.report.entries, 1U);
    EXPECT_EQ(errors(turn, jobcentre), std::vector<v1::ErrorCode>(3, v1::ERROR_CODE_BUSY));
}

}  // namespace
}  // namespace jobbro::core
