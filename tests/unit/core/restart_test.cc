// What is there again after the process ended at any moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"
#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties

TEST(Restart, TheFirstReceiptComesAgainByteForByte) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    const FrameIn submit =
        world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness)});
    const Turn first = world.turn({submit});
    world.turn({world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness)})});
    ASSERT_TRUE(world.open());
    world.turn({world.hello(jobcentre)});
    const Turn again = world.turn({submit});
    EXPECT_EQ(frames_to(first, jobcentre, v1::HubFrame::kOutcomes)[0].SerializeAsString(),
              frames_to(again, jobcentre, v1::HubFrame::kOutcomes)[0].SerializeAsString());
    EXPECT_EQ(again.report.entries, 0U);
}

TEST(Restart, APowerCutKeepsEverythingReceiptedAndTheBindingsOfCitizens) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    const contract::OrderId id = world.new_order();
    world.turn({world.submit(jobcentre, {order(id, world.now, world.randomness)})});
    world.log_store.lose_power();
    world.vault_store.lose_power();  // the binding was buffered only
    ASSERT_TRUE(world.open());
    world.turn({world.hello(jobcentre), world.hello(provider)});
    // The report finds its order and its citizen; another order finds the same subject.
    const auto reported = outcomes(
        world.turn({world.submit(provider, {provider_notice(id, world.now, world.randomness)})}));
    ASSERT_TRUE(reported[0].has_receipt());
    const auto placed = outcomes(world.turn(
        {world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness)})}));
    ASSERT_TRUE(placed[0].has_receipt());
    const auto first = *world.journal->read(Sequence{reported[0].receipt().sequence()});
    const auto second = *world.journal->read(Sequence{placed[0].receipt().sequence()});
    EXPECT_EQ(first->index.subject_id(), second->index.subject_id());
    EXPECT_EQ(second->index.previous_of_subject(), reported[0].receipt().sequence() + 1);
}

TEST(Restart, CursorsAndRoutingGoOn) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    const contract::OrderId id = world.new_order();
    world.turn({world.submit(jobcentre, {order(id, world.now, world.randomness)})});
    std::vector<v1::Envelope> reports;
    for (int i = 0; i < 3; ++i) {
        world.now = world.now.plus_ms(1);
        reports.push_back(provider_notice(id, world.now, world.randomness));
    }
    const auto told = outcomes(world.turn({world.submit(provider, reports)}));
    world.turn({world.subscribe(jobcentre, "main")});
    world.turn({world.ack(jobcentre, "main", told[0].receipt().sequence())});
    ASSERT_TRUE(world.open());
    world.turn({world.hello(jobcentre)});
    const auto rest = deliveries(world.turn({world.subscribe(jobcentre, "main")}), jobcentre);
    ASSERT_EQ(rest.size(), 2U);
    EXPECT_EQ(rest[0].sequence(), told[1].receipt().sequence());
}

TEST(Restart, RoutingSurvivesAFinishedBlock) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    const contract::OrderId id = world.new_order();
    world.turn({world.submit(jobcentre, {order(id, world.now, world.randomness)})});
    std::vector<Bytes> all;
    while (world.journal->size().value() < limits::block_entries + 300) {
        std::vector<v1::Envelope> reports;
        for (int i = 0; i < 256; ++i) {
            world.now = world.now.plus_ms(1);
            reports.push_back(provider_notice(id, world.now, world.randomness));
            all.push_back(reports.back().SerializeAsString());
        }
        ASSERT_EQ(outcomes(world.turn({world.submit(provider, reports)})).size(), 256U);
    }
    ASSERT_TRUE(world.open());
    world.turn({world.hello(jobcentre), world.hello(provider)});
    std::vector<Bytes> seen;
    Turn turn = world.turn({world.subscribe(jobcentre, "main", limits::credit_max)});
    std::uint64_t last = 0;
    for (int rounds = 0; rounds < 1000 && seen.size() < all.size(); ++rounds) {
        for (const auto& each : deliveries(turn, jobcentre)) {
            seen.push_back(each.envelope());
            last = each.sequence();
        }
        turn = last == 0 ? world.turn() : world.turn({world.ack(jobcentre, "main", last)});
    }
    EXPECT_EQ(seen, all);
    // An id from the finished block is still known.
    const Turn again = world.turn({world.submit_bytes(provider, {all.front()})});
    EXPECT_EQ(again.report.entries, 0U);
    EXPECT_TRUE(outcomes(again)[0].has_receipt());
}

TEST(Restart, AnotherIdentityIsRefused) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    // Different controller keys are a different identity.
    world.keys(controller) =
        Keys{evidence::SigningKey{evidence::sha256("another")}, world.keys(controller).curve};
    const auto opened = world.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::log_identity_wrong);
}

TEST(Restart, ALogThatWasChangedIsRefused) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    const Bytes key = key_of(1);
    Bytes entry = **world.log_store.get(journal::log_table::entries, key);
    entry[entry.size() / 2] ^= 1;
    store::Batch batch;
    batch.put(journal::log_table::entries, key, entry);
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    const auto opened = world.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::tampered);
}

TEST(Restart, ALogThatLostItsEndIsRefused) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    store::Batch batch;
    batch.erase(journal::log_table::entries, key_of(world.journal->size().value() - 1));
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    const auto opened = world.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::tampered);
}

TEST(Restart, ALogShorterThanTheVaultHasSeenIsRefused) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    testing::MemoryStore early = world.log_store;
    world.turn({world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness)})});
    ASSERT_TRUE(world.journal->upkeep(true, world.randomness));
    // An older copy of the log, and none at all.
    world.log_store = early;
    EXPECT_EQ(world.open().error().code, ErrorCode::tampered);
    world.log_store = testing::MemoryStore{std::size(journal::log_table::names)};
    EXPECT_EQ(world.open().error().code, ErrorCode::tampered);
}

TEST(Restart, ARegistryRowThatWasNotStatedIsRefused) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    ASSERT_TRUE(world.open()) << "the rows agree with the statements";
    // Somebody with a hand on the disk binds the jobcentre to a key of their own.
    journal::rows::RegistryRow row;
    ASSERT_TRUE(
        row.ParseFromString(**world.log_store.get(journal::log_table::registry, jobcentre)));
    row.set_curve_key(Bytes(32, 'k'));
    store::Batch batch;
    batch.put(journal::log_table::registry, jobcentre, row.SerializeAsString());
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    EXPECT_EQ(world.open().error().code, ErrorCode::tampered);
}

TEST(Restart, AVaultWithAnotherMasterKeyOrOlderThanTheLogIsRefused) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    HubWorld stranger{2};
    ASSERT_TRUE(stranger.open());
    std::swap(world.vault_store, stranger.vault_store);
    const auto opened = world.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::opening_failed);
}

TEST(Seal, ARecordedMessageWhoseEntryCannotBeReadGetsNoRejection) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    const FrameIn submit =
        world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness)});
    const auto first = outcomes(world.turn({submit}));
    const Bytes key = key_of(first[0].receipt().sequence());
    ASSERT_TRUE(world.open());
    world.turn({world.hello(jobcentre)});
    Bytes entry = **world.log_store.get(journal::log_table::entries, key);
    entry.back() = static_cast<char>(entry.back() ^ 1);
    store::Batch batch;
    batch.put(journal::log_table::entries, key, entry);
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    const Turn turn = world.turn({submit});
    EXPECT_TRUE(outcomes(turn).empty()) << "a rejection would say that it is not recorded";
    EXPECT_EQ(frames_to(turn, jobcentre, v1::HubFrame::kError)[0].error().code(),
              v1::ERROR_CODE_HUB_SEALED);
    EXPECT_TRUE(world.core->is_sealed());
}

TEST(Seal, EvidenceOfTamperingStopsRecordingAndIsSaid) {
    HubWorld world;
    ASSERT_TRUE(world.open());
    world.add_usual_parties();
    const contract::OrderId id = world.new_order();
    world.turn({world.submit(jobcentre, {order(id, world.now, world.randomness)})});
    ASSERT_TRUE(world.open());
    world.turn({world.hello(jobcentre), world.hello(provider)});
    // The order's row is damaged under the running hub.
    store::Batch batch;
    batch.put(journal::log_table::orders, id.view(), Bytes(60, 'x'));
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    const Turn turn =
        world.turn({world.submit(provider, {provider_notice(id, world.now, world.randomness)})});
    EXPECT_TRUE(turn.report.sealed_now);
    EXPECT_TRUE(world.core->is_sealed());
    EXPECT_EQ(outcomes(turn)[0].rejection().code(), v1::ERROR_CODE_HUB_SEALED);
    const auto again = [&] {
        return outcomes(world.turn(
            {world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness)})}))[0];
    };
    EXPECT_EQ(again().rejection().code(), v1::ERROR_CODE_HUB_SEALED);
    // A restart repairs nothing.
    ASSERT_TRUE(world.open());
    world.turn({world.hello(jobcentre)});
    EXPECT_EQ(again().rejection().code(), v1::ERROR_CODE_HUB_SEALED);
}

}  // namespace
}  // namespace jobbro::core
