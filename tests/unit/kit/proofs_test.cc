#include "adapters/kit/proofs.h"

#include <gtest/gtest.h>

#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {
namespace {

class ProofsTest : public ::testing::Test {
  protected:
    v1::Proof inclusion(std::uint64_t sequence, std::uint64_t size = 20) const {
        v1::Prove asked;
        asked.set_inclusion_of(sequence);
        return hub.proof(asked, size).proof();
    }
    v1::Proof consistency(std::uint64_t from, std::uint64_t size = 20) const {
        v1::Prove asked;
        asked.set_consistency_from(from);
        return hub.proof(asked, size).proof();
    }
    Result<ProvedEntry> check(const v1::Proof& answer,
                              std::optional<evidence::Digest> leaf = {}) const {
        return check_inclusion(answer, Sequence{5}, std::nullopt, leaf, verifier);
    }
    evidence::Checkpoint kept(std::uint64_t size, const std::string& salt = {}) const {
        return *evidence::open_checkpoint(hub.checkpoint(size, salt), verifier);
    }
    HubSide hub;
    const evidence::NoteVerifier verifier =
        *evidence::NoteVerifier::parse(hub.public_keys().verifier_key);
};

TEST_F(ProofsTest, AnEntryInTheLogIsProved) {
    const auto proved = check(inclusion(5));
    ASSERT_TRUE(proved.has_value()) << proved.error().line();
    EXPECT_EQ(proved->leaf, evidence::leaf_hash("5"));
    EXPECT_EQ(proved->checkpoint.size, TreeSize{20});
    EXPECT_EQ(proved->proof.extra, "5");
    EXPECT_EQ(proved->proof.index, LeafIndex{5});
    EXPECT_EQ(proved->proof.checkpoint, hub.checkpoint(20));
}

TEST_F(ProofsTest, AnEntryThatIsNotHandedOutIsProvedByItsLeafHash) {
    v1::Proof answer = inclusion(5);
    answer.clear_entry();
    EXPECT_THAT(check(answer), FailsWith(ErrorCode::entry_unknown));
    const auto proved = check(answer, evidence::leaf_hash("5"));
    ASSERT_TRUE(proved.has_value()) << proved.error().line();
    EXPECT_TRUE(proved->proof.extra.empty());
    EXPECT_THAT(check(answer, evidence::leaf_hash("6")), FailsWith(ErrorCode::proof_wrong));
    EXPECT_THAT(check(inclusion(5), evidence::leaf_hash("6")), FailsWith(ErrorCode::proof_wrong));
}

TEST_F(ProofsTest, OfAnotherEntryTheProofDoesNotHold) {
    EXPECT_THAT(check(inclusion(6)), FailsWith(ErrorCode::proof_wrong));
    v1::Proof answer = inclusion(5);
    answer.set_entry("6");
    EXPECT_THAT(check(answer), FailsWith(ErrorCode::proof_wrong));
}

TEST_F(ProofsTest, HashesOfOtherLengthsAreNoProof) {
    v1::Proof answer = inclusion(5);
    answer.add_hashes("short");
    EXPECT_THAT(check(answer), FailsWith(ErrorCode::proof_wrong));
    answer = inclusion(5);
    answer.add_hashes(Bytes(32, 'x'));
    EXPECT_THAT(check(answer), FailsWith(ErrorCode::proof_wrong));
}

TEST_F(ProofsTest, ATreeOfAnotherSizeThanAskedForIsNoAnswer) {
    const v1::Proof answer = inclusion(5);
    EXPECT_TRUE(check_inclusion(answer, Sequence{5}, TreeSize{20}, {}, verifier));
    EXPECT_THAT(check_inclusion(answer, Sequence{5}, TreeSize{19}, {}, verifier),
                FailsWith(ErrorCode::proof_wrong));
    v1::Proof other = answer;
    other.set_tree_size(19);
    EXPECT_THAT(check_inclusion(other, Sequence{5}, TreeSize{19}, {}, verifier),
                FailsWith(ErrorCode::proof_wrong));
}

TEST_F(ProofsTest, WhatTheLogDidNotSignProvesNothing) {
    v1::Proof answer = inclusion(5);
    answer.clear_checkpoint();
    EXPECT_THAT(check(answer), FailsWith(ErrorCode::signature_missing));
    answer.set_checkpoint(HubSide{2}.checkpoint(20));
    EXPECT_THAT(check(answer), FailsWith(ErrorCode::signature_missing)) << "another log's";
    answer.set_checkpoint("no note");
    EXPECT_THAT(check(answer), FailsWith(ErrorCode::note_malformed));
    answer.set_checkpoint(hub.checkpoint(20, "other"));
    EXPECT_THAT(check(answer), FailsWith(ErrorCode::proof_wrong)) << "a log that was forked";
}

TEST_F(ProofsTest, ALogThatGrewIsProved) {
    const auto grown = check_consistency(consistency(7), kept(7), TreeSize{20}, verifier);
    ASSERT_TRUE(grown.has_value()) << grown.error().line();
    EXPECT_EQ(grown->checkpoint.size, TreeSize{20});
    EXPECT_EQ(grown->note, hub.checkpoint(20));
    EXPECT_TRUE(check_consistency(consistency(20), kept(20), {}, verifier));
}

TEST_F(ProofsTest, ALogThatWasChangedIsNot) {
    EXPECT_THAT(check_consistency(consistency(7), kept(7, "other"), {}, verifier),
                FailsWith(ErrorCode::proof_wrong));
    EXPECT_THAT(check_consistency(consistency(6), kept(7), {}, verifier),
                FailsWith(ErrorCode::proof_wrong));
    EXPECT_THAT(check_consistency(consistency(7, 9), kept(12), {}, verifier),
                FailsWith(ErrorCode::proof_wrong))
        << "it has shrunk";
}

}  // namespace
}  // namespace jobbro::kit
