// A log that is handed over to another key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/journal/proofs.h"
#include "hub/journal/tables.h"
#include "proto/evidence/signed_text.h"
#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
namespace log_table = journal::log_table;

evidence::NoteVerifier verifier_of(const std::string& key) {
    return {"hub.example/log",
            evidence::verifying_key(evidence::SigningKey{evidence::sha256(key)})};
}

class LogKeyTest : public ::testing::Test {
  protected:
    LogKeyTest() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
    }
    Result<void> open(const std::string& key, std::optional<std::string> former = std::nullopt) {
        world.log_key = key;
        world.former_log_key = std::move(former);
        return world.open();
    }
    [[nodiscard]] ErrorCode refusal(const std::string& key,
                                    std::optional<std::string> former = std::nullopt) {
        const auto opened = open(key, std::move(former));
        EXPECT_FALSE(opened);
        return opened ? ErrorCode{} : opened.error().code;
    }
    [[nodiscard]] bool is_signed_by(const Bytes& note, const std::string& key) const {
        return evidence::open_checkpoint(note, verifier_of(key)).has_value();
    }
    void put_row(BytesView row) {
        store::Batch batch;
        batch.put(log_table::head, "log-keys", row);
        ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    }

    HubWorld world;
};

TEST_F(LogKeyTest, TheFormerKeyHandsTheLogOverByAnEntryThatTheNewOneSigns) {
    const std::uint64_t before = world.journal->size().value();
    const Bytes old_note = world.journal->checkpoint();
    ASSERT_TRUE(open("new", "log key"));
    ASSERT_EQ(world.journal->size().value(), before + 1);
    const auto entry = world.journal->read(Sequence{before});
    ASSERT_TRUE(entry);
    EXPECT_EQ((*entry)->index.kind(), v1::MESSAGE_KIND_LOG_KEY_CHANGE);
    v1::LogKeyChange change;
    ASSERT_TRUE(change.ParseFromString((*entry)->body));
    EXPECT_EQ(change.verifier_key(), verifier_of("new").text());
    const std::string text = evidence::log_key_text(
        "hub.example/log", verifier_of("log key").text(), verifier_of("new").text());
    EXPECT_TRUE(evidence::signature_holds(verifier_of("log key").key, text,
                                          array_of<64>(change.former_signature())));
    EXPECT_TRUE(
        evidence::signature_holds(verifier_of("new").key, text, array_of<64>(change.signature())));
    EXPECT_TRUE(is_signed_by(world.journal->checkpoint(), "new"));
    EXPECT_FALSE(is_signed_by(world.journal->checkpoint(), "log key"));
    EXPECT_EQ(world.journal->verifier_key(), verifier_of("new").text());
    // What was signed before stays as it was.
    EXPECT_EQ(*world.journal->checkpoint_with(Sequence{before - 1}), old_note);
    EXPECT_EQ(world.journal->verifier_of(TreeSize{before}).key, verifier_of("log key").key);
    EXPECT_EQ(world.journal->verifier_of(TreeSize{before + 1}).key, verifier_of("new").key);
    EXPECT_TRUE(journal::prove_consistency(*world.journal, TreeSize{before}, TreeSize{before + 1}));
}

TEST_F(LogKeyTest, AfterwardsTheHubStartsWithTheNewKeyAlone) {
    ASSERT_TRUE(open("new", "log key"));
    const std::uint64_t size = world.journal->size().value();
    ASSERT_TRUE(open("new"));
    ASSERT_TRUE(open("new", "log key")) << "naming the former one again does nothing";
    EXPECT_EQ(world.journal->size().value(), size);
    EXPECT_EQ(refusal("log key"), ErrorCode::log_identity_wrong);
    EXPECT_EQ(refusal("log key", "new"), ErrorCode::log_identity_wrong)
        << "nor does the log go back to a key it has had";
    ASSERT_TRUE(open("newer", "new"));
    ASSERT_TRUE(open("newer"));
    EXPECT_EQ(world.journal->verifier_of(TreeSize{1}).key, verifier_of("log key").key);
    EXPECT_EQ(world.journal->verifier_of(TreeSize{size}).key, verifier_of("new").key);
    EXPECT_EQ(world.journal->verifier_of(TreeSize{size + 1}).key, verifier_of("newer").key);
}

TEST_F(LogKeyTest, AKeyThatTheLogDoesNotHaveHandsNothingOver) {
    EXPECT_EQ(refusal("new"), ErrorCode::log_identity_wrong);
    EXPECT_EQ(refusal("new", "another"), ErrorCode::log_identity_wrong);
    ASSERT_TRUE(open("log key", "log key")) << "and nothing is to be handed over";
    EXPECT_EQ(world.journal->size().value(), 3U);
}

TEST_F(LogKeyTest, ErasureMarksOfBeforeTheChangeAreStillOfThisLog) {
    world.now = world.now.plus_ms(11'000);
    world.turn();  // writes them
    ASSERT_TRUE(open("new", "log key"));
    // Now they hold a tree that the former key signed.
    EXPECT_TRUE(open("new"));
}

TEST_F(LogKeyTest, ASealedLogIsNotHandedOver) {
    ASSERT_TRUE(world.journal->record_seal("made up"));
    EXPECT_EQ(refusal("new", "log key"), ErrorCode::hub_sealed);
    EXPECT_TRUE(open("log key"));
}

TEST_F(LogKeyTest, TheRowThatSaysWhereTheChangesAreIsHeldToTheEntries) {
    ASSERT_TRUE(open("new", "log key"));
    const Bytes row = **world.log_store.get(log_table::head, "log-keys");
    ASSERT_EQ(row, key_of(3));
    put_row("odd");
    EXPECT_EQ(refusal("new"), ErrorCode::tampered);
    put_row(key_of(2));
    EXPECT_EQ(refusal("new"), ErrorCode::tampered) << "a registry entry";
    put_row(key_of(99));
    EXPECT_EQ(refusal("new"), ErrorCode::tampered);
    put_row(row + row);
    EXPECT_EQ(refusal("new"), ErrorCode::tampered);
    put_row("");
    EXPECT_EQ(refusal("new"), ErrorCode::log_identity_wrong) << "the key of entry 0 is another";
    put_row(row);
    EXPECT_TRUE(open("new"));
}

TEST_F(LogKeyTest, ADuplicateGetsTheReceiptOfItsTime) {
    const contract::OrderId id = world.new_order();
    const std::vector<v1::Envelope> placed{order(id, world.now, world.randomness)};
    const auto first = frames_to(world.turn({world.submit(jobcentre, placed)}), jobcentre,
                                 v1::HubFrame::kOutcomes);
    ASSERT_EQ(first.size(), 1U);
    ASSERT_TRUE(open("new", "log key"));
    world.turn({world.hello(jobcentre)});
    const auto again = frames_to(world.turn({world.submit(jobcentre, placed)}), jobcentre,
                                 v1::HubFrame::kOutcomes);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].SerializeAsString(), first[0].SerializeAsString());
    EXPECT_TRUE(is_signed_by(again[0].outcomes().checkpoint(), "log key"));
}

}  // namespace
}  // namespace jobbro::core
