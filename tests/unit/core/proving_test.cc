// Prove: for every entry and any two sizes, and who is handed the entry itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/journal/proofs.h"
#include "hub/journal/tables.h"
#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* revising_auditor = "auditor:revision";

class ProvingTest : public ::testing::Test {
  protected:
    ProvingTest() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
        order_id = world.new_order();
        placed_at = submit(jobcentre, order(*order_id, world.now, world.randomness));
        reported_at = submit(provider, provider_notice(*order_id, world.now, world.randomness));
    }
    std::uint64_t submit(const std::string& party, const v1::Envelope& envelope) {
        return outcomes(world.turn({world.submit(party, {envelope})}))[0].receipt().sequence();
    }
    FrameIn ask(const std::string& party, const v1::Prove& prove) {
        v1::ClientFrame content;
        *content.mutable_prove() = prove;
        content.mutable_prove()->set_request_number(7);
        return world.frame(party, std::move(content));
    }
    static v1::Prove inclusion(std::uint64_t sequence,
                               std::optional<std::uint64_t> size = std::nullopt) {
        v1::Prove prove;
        prove.set_inclusion_of(sequence);
        if (size) prove.set_tree_size(*size);
        return prove;
    }
    static v1::Prove consistency(std::uint64_t from,
                                 std::optional<std::uint64_t> size = std::nullopt) {
        v1::Prove prove;
        prove.set_consistency_from(from);
        if (size) prove.set_tree_size(*size);
        return prove;
    }
    v1::Proof proof(const std::string& party, const v1::Prove& prove) {
        const Turn turn = world.turn({ask(party, prove)});
        EXPECT_EQ(turn.report.entries, 0U) << "a proof is no reading";
        const auto frames = frames_to(turn, party, v1::HubFrame::kProof);
        EXPECT_THAT(frames, SizeIs(1));
        if (frames.empty()) return {};
        EXPECT_EQ(frames[0].proof().request_number(), 7U);
        return frames[0].proof();
    }
    v1::Error refused(const std::string& party, const v1::Prove& prove) {
        const Turn turn = world.turn({ask(party, prove)});
        EXPECT_THAT(frames_to(turn, party, v1::HubFrame::kProof), IsEmpty());
        const auto frames = frames_to(turn, party, v1::HubFrame::kError);
        EXPECT_THAT(frames, SizeIs(1));
        if (frames.empty()) return {};
        EXPECT_EQ(frames[0].error().request_number(), 7U);
        return frames[0].error();
    }
    static std::vector<evidence::Digest> hashes(const v1::Proof& proof) {
        std::vector<evidence::Digest> all;
        for (const Bytes& hash : proof.hashes()) {
            EXPECT_THAT(hash, SizeIs(32));
            all.push_back(array_of<32>(hash));
        }
        return all;
    }
    evidence::Checkpoint checkpoint(const v1::Proof& proof) {
        const auto opened = evidence::open_checkpoint(
            proof.checkpoint(), *evidence::NoteVerifier::parse(world.journal->verifier_key()));
        EXPECT_TRUE(opened);
        return *opened;
    }
    evidence::Digest leaf(std::uint64_t sequence) {
        return evidence::leaf_hash(*world.journal->stored_entry(Sequence{sequence}));
    }
    evidence::Digest root(std::uint64_t size) {
        std::vector<evidence::Digest> leaves;
        for (std::uint64_t i = 0; i < size; ++i)
            leaves.push_back(leaf(i));
        return leaves.empty() ? evidence::empty_root() : evidence::root_of(leaves);
    }
    void change(store::Table table, BytesView key, const std::function<void(Bytes&)>& spoil) {
        Bytes value = **world.log_store.get(table, key);
        spoil(value);
        store::Batch batch;
        batch.put(table, key, value);
        ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    }
    HubWorld world;
    std::optional<contract::OrderId> order_id;
    std::uint64_t placed_at = 0;
    std::uint64_t reported_at = 0;
};

TEST_F(ProvingTest, EveryEntryIsProvedInEveryTree) {
    const std::uint64_t end = world.journal->size().value();
    for (std::uint64_t size = 1; size <= end; ++size) {
        for (std::uint64_t i = 0; i < size; ++i) {
            const v1::Proof got = proof(jobcentre, inclusion(i, size));
            EXPECT_EQ(got.tree_size(), size);
            EXPECT_TRUE(evidence::verify_inclusion(leaf(i), LeafIndex{i}, TreeSize{size},
                                                   hashes(got), root(size)))
                << i << " of " << size;
        }
    }
}

TEST_F(ProvingTest, AnyTwoSizesAreProvedConsistent) {
    const std::uint64_t end = world.journal->size().value();
    for (std::uint64_t size = 0; size <= end; ++size) {
        for (std::uint64_t old = 0; old <= size; ++old) {
            const v1::Proof got = proof(provider, consistency(old, size));
            EXPECT_TRUE(evidence::verify_consistency(TreeSize{old}, root(old), TreeSize{size},
                                                     root(size), hashes(got)))
                << old << " to " << size;
            EXPECT_THAT(got.entry(), IsEmpty());
        }
    }
}

TEST_F(ProvingTest, AcrossTilesTheProofsHoldToo) {
    for (int i = 0; i < 3; ++i) {
        std::vector<v1::Envelope> many;
        for (int k = 0; k < 200; ++k)
            many.push_back(provider_notice(*order_id, world.now, world.randomness));
        world.turn({world.submit(provider, many)});
    }
    ASSERT_GT(world.journal->size().value(), 600U);
    for (const std::uint64_t size : {255U, 256U, 257U, 511U, 512U, 513U, 600U}) {
        for (const std::uint64_t i : {0U, 100U, 254U}) {
            EXPECT_TRUE(evidence::verify_inclusion(leaf(i), LeafIndex{i}, TreeSize{size},
                                                   hashes(proof(jobcentre, inclusion(i, size))),
                                                   root(size)));
        }
        EXPECT_TRUE(evidence::verify_consistency(TreeSize{250}, root(250), TreeSize{size},
                                                 root(size),
                                                 hashes(proof(provider, consistency(250, size)))));
    }
}

TEST_F(ProvingTest, WithoutASizeItIsTheTreeOfTheLatestCheckpoint) {
    const v1::Proof got = proof(jobcentre, inclusion(placed_at));
    EXPECT_EQ(got.tree_size(), world.journal->size().value());
    EXPECT_EQ(got.checkpoint(), world.journal->checkpoint());
    EXPECT_EQ(checkpoint(got).size, world.journal->size());
    EXPECT_TRUE(evidence::verify_inclusion(leaf(placed_at), LeafIndex{placed_at},
                                           TreeSize{got.tree_size()}, hashes(got),
                                           checkpoint(got).root));
}

TEST_F(ProvingTest, WhatIsHandedInInTheSameTurnIsProvedAfterItsCommit) {
    const std::uint64_t next = world.journal->size().value();
    const Turn turn = world.turn(
        {ask(provider, inclusion(next)),
         world.submit(provider, {provider_notice(*order_id, world.now, world.randomness)})});
    const auto frames = frames_to(turn, provider, v1::HubFrame::kProof);
    ASSERT_THAT(frames, SizeIs(1));
    EXPECT_EQ(checkpoint(frames[0].proof()).size, TreeSize{next + 1});
}

TEST_F(ProvingTest, ACheckpointIsThatOfTheSizeOrNone) {
    const v1::Proof then = proof(jobcentre, inclusion(placed_at, placed_at + 1));
    EXPECT_EQ(checkpoint(then).size, TreeSize{placed_at + 1});
    EXPECT_EQ(checkpoint(then).root, root(placed_at + 1));
    const std::uint64_t from = world.journal->size().value();
    world.turn({world.submit(provider, {provider_notice(*order_id, world.now, world.randomness),
                                        provider_notice(*order_id, world.now, world.randomness)})});
    EXPECT_THAT(proof(jobcentre, inclusion(from, from + 1)).checkpoint(), IsEmpty())
        << "two entries of one commit";
    EXPECT_THAT(proof(jobcentre, consistency(0, 0)).checkpoint(), IsEmpty());
}

TEST_F(ProvingTest, TheEntryIsHandedToItsSenderAndItsReceiversOnly) {
    world.add_party(revising_auditor, {jobcentre});
    world.add_party(other_provider, {jobcentre});
    world.turn(
        {world.hello(revising_auditor), world.hello(other_provider), world.hello(operator_party)});
    const Bytes entry = *world.journal->stored_entry(Sequence{reported_at});
    for (const char* const party : {provider, jobcentre}) {
        EXPECT_EQ(proof(party, inclusion(reported_at)).entry(), entry) << party;
    }
    for (const char* const party : {revising_auditor, other_provider, operator_party}) {
        const v1::Proof got = proof(party, inclusion(reported_at));
        EXPECT_THAT(got.entry(), IsEmpty())
            << party << ": an auditor's replay leaves a trace";
        EXPECT_GT(got.hashes_size(), 0) << party;
    }
    for (const char* const party : {jobcentre, revising_auditor})
        EXPECT_THAT(proof(party, inclusion(0)).entry(), IsEmpty()) << "the hub's own";
}

TEST_F(ProvingTest, AReceiverThatMayNotHaveItAnyMoreIsNotHandedTheEntry) {
    EXPECT_FALSE(proof(provider, inclusion(placed_at)).entry().empty());
    world.turn({world.statement(world.grant(provider, {other_jobcentre}), controller)});
    const v1::Proof got = proof(provider, inclusion(placed_at));
    EXPECT_THAT(got.entry(), IsEmpty());
    EXPECT_GT(got.hashes_size(), 0) << "proved it is all the same";
    EXPECT_FALSE(proof(provider, inclusion(reported_at)).entry().empty()) << "its own stays so";
}

TEST_F(ProvingTest, WhoeverTheCaseWasHandedToIsHandedTheEntryAsIfItFetchedIt) {
    world.add_party(other_jobcentre);
    world.turn({world.hello(other_jobcentre)});
    EXPECT_THAT(proof(other_jobcentre, inclusion(reported_at)).entry(), IsEmpty());
    v1::Envelope handed = envelope(jobcentre, world.new_order(), world.now, world.randomness);
    handed.clear_order_id();
    handed.mutable_audience()->set_party(other_jobcentre);
    handed.mutable_case_transfer()->set_transfer_date("2011-03-01");
    submit(jobcentre, handed);
    EXPECT_EQ(proof(other_jobcentre, inclusion(reported_at)).entry(),
              *world.journal->stored_entry(Sequence{reported_at}));
}

TEST_F(ProvingTest, AnEntryThatIsNotInTheTreeIsUnknown) {
    const std::uint64_t size = world.journal->size().value();
    EXPECT_EQ(refused(jobcentre, inclusion(size)).code(), v1::ERROR_CODE_ENTRY_UNKNOWN);
    EXPECT_EQ(refused(jobcentre, inclusion(~std::uint64_t{0})).code(),
              v1::ERROR_CODE_ENTRY_UNKNOWN);
    EXPECT_EQ(refused(jobcentre, inclusion(placed_at, placed_at)).code(),
              v1::ERROR_CODE_ENTRY_UNKNOWN)
        << "it came later";
    EXPECT_EQ(refused(jobcentre, inclusion(0, 0)).code(), v1::ERROR_CODE_ENTRY_UNKNOWN);
}

TEST_F(ProvingTest, SizesThatDoNotFitAreOutOfBounds) {
    const std::uint64_t size = world.journal->size().value();
    for (const auto& [prove, field] :
         {std::pair{inclusion(0, size + 1), "tree_size"},
          std::pair{consistency(0, ~std::uint64_t{0}), "tree_size"},
          std::pair{consistency(size + 1), "consistency_from"},
          std::pair{consistency(3, 2), "consistency_from"}, std::pair{v1::Prove{}, "what"}}) {
        const v1::Error error = refused(provider, prove);
        EXPECT_EQ(error.code(), v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS) << field;
        EXPECT_EQ(error.field_path(), field);
        EXPECT_EQ(error.detail(), "");
    }
}

TEST_F(ProvingTest, SoManyInATurnAndTheRestIsToldToWait) {
    const std::vector<FrameIn> many(limits::proofs_per_turn_max + 2,
                                    ask(jobcentre, inclusion(placed_at)));
    const Turn turn = world.turn(many);
    EXPECT_THAT(frames_to(turn, jobcentre, v1::HubFrame::kProof),
                SizeIs(limits::proofs_per_turn_max));
    EXPECT_THAT(errors(turn, jobcentre), ElementsAre(v1::ERROR_CODE_BUSY, v1::ERROR_CODE_BUSY));
}

TEST_F(ProvingTest, ASealedLogIsProvedStill) {
    ASSERT_TRUE(world.journal->record_seal("made up"));
    ASSERT_TRUE(world.open());
    world.turn({world.hello(jobcentre)});
    EXPECT_EQ(proof(jobcentre, inclusion(placed_at)).entry(),
              *world.journal->stored_entry(Sequence{placed_at}));
}

TEST_F(ProvingTest, AChangedEntryIsNotProvedAndSealsTheLog) {
    change(journal::log_table::entries, key_of(placed_at),
           [](Bytes& entry) { entry.back() = static_cast<char>(entry.back() ^ 1); });
    const Turn turn = world.turn({ask(jobcentre, inclusion(placed_at))});
    EXPECT_THAT(errors(turn, jobcentre), ::testing::Contains(v1::ERROR_CODE_HUB_SEALED));
    EXPECT_THAT(frames_to(turn, jobcentre, v1::HubFrame::kProof), IsEmpty());
    EXPECT_TRUE(turn.report.sealed_now);
    EXPECT_TRUE(world.core->is_sealed());
}

TEST_F(ProvingTest, AnOldCheckpointThatWasChangedIsNoneToProveTo) {
    change(journal::log_table::commits, key_of(placed_at + 1),
           [](Bytes& note) { note[note.find('\n') + 1] = '9'; });
    const Turn turn = world.turn({ask(jobcentre, consistency(placed_at + 1))});
    EXPECT_THAT(errors(turn, jobcentre), ::testing::Contains(v1::ERROR_CODE_HUB_SEALED));
    EXPECT_TRUE(world.core->is_sealed());
}

}  // namespace
}  // namespace jobbro::core
