#include "adapters/kit/seen_log.h"

#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {
namespace {

class SeenLogTest : public ::testing::Test {
  protected:
    HubSide hub_;
    SeenLog log_{*evidence::NoteVerifier::parse(hub_.public_keys().verifier_key)};
};

TEST_F(SeenLogTest, RemembersTheLargest) {
    ASSERT_TRUE(log_.take_latest(hub_.checkpoint(3)).has_value());
    ASSERT_TRUE(log_.take_commit(hub_.checkpoint(9), Sequence{8}).has_value());
    ASSERT_TRUE(log_.take_commit(hub_.checkpoint(5), Sequence{4}).has_value());
    EXPECT_EQ(log_.largest()->size, TreeSize{9});
}

TEST_F(SeenLogTest, ACommitMustHoldItsEntries) {
    EXPECT_THAT(log_.take_commit(hub_.checkpoint(8), Sequence{8}), FailsWith(ErrorCode::tampered));
    EXPECT_TRUE(log_.take_commit(hub_.checkpoint(9), Sequence{8}).has_value());
}

TEST_F(SeenLogTest, ALogThatGotShorterIsCaught) {
    ASSERT_TRUE(log_.take_commit(hub_.checkpoint(9), Sequence{8}).has_value());
    EXPECT_THAT(log_.take_latest(hub_.checkpoint(8)), FailsWith(ErrorCode::tampered));
    EXPECT_TRUE(log_.take_latest(hub_.checkpoint(9)).has_value());
}

TEST_F(SeenLogTest, AnotherLogOfTheSameSizeIsCaught) {
    ASSERT_TRUE(log_.take_latest(hub_.checkpoint(4)).has_value());
    EXPECT_THAT(log_.take_latest(hub_.checkpoint(4, "other")), FailsWith(ErrorCode::tampered));
    EXPECT_THAT(log_.take_commit(hub_.checkpoint(4, "other"), Sequence{3}),
                FailsWith(ErrorCode::tampered));
}

TEST_F(SeenLogTest, AFormerKeyIsGoodForCommitsOfItsTimeAndNeitherForTheLatestNorBeyondIt) {
    const HubSide former{2};
    evidence::NoteVerifier verifier =
        *evidence::NoteVerifier::parse(hub_.public_keys().verifier_key);
    verifier.former.push_back(
        evidence::NoteVerifier::parse(former.public_keys().verifier_key)->key);
    SeenLog log{verifier};
    EXPECT_THAT(log.take_commit(former.checkpoint(3), Sequence{2}), FailsWith(ErrorCode::tampered))
        << "nothing is seen under the key of now";
    EXPECT_THAT(log.take_latest(former.checkpoint(4)), FailsWith(ErrorCode::tampered));
    ASSERT_TRUE(log.take_latest(hub_.checkpoint(4)).has_value());
    EXPECT_TRUE(log.take_commit(former.checkpoint(3), Sequence{2}).has_value());
    EXPECT_THAT(log.take_commit(former.checkpoint(5), Sequence{4}), FailsWith(ErrorCode::tampered))
        << "a receipt of a time when it signed no more";
    EXPECT_EQ(log.largest()->size, TreeSize{4});
    EXPECT_TRUE(log.take_commit(hub_.checkpoint(6), Sequence{5}).has_value());
    EXPECT_TRUE(log.take_commit(former.checkpoint(5), Sequence{4}).has_value());
}

TEST_F(SeenLogTest, WhatAnotherKeySignedIsNoCheckpoint) {
    const HubSide other{2};
    EXPECT_THAT(log_.take_latest(other.checkpoint(4)), FailsWith(ErrorCode::tampered));
    EXPECT_THAT(log_.take_commit("", Sequence{0}), FailsWith(ErrorCode::tampered));
}

}  // namespace
}  // namespace jobbro::kit
