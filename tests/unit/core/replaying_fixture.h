// An auditor of one jobcentre, in a hub where another one has orders too.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hub/journal/tables.h"
#include "proto/evidence/sealing.h"
#include "tests/support/hub_world.h"

namespace jobbro::testing {

inline constexpr const char* auditor = "auditor:city";

class ReplayTest : public ::testing::Test {
  protected:
    using Ask = std::function<void(v1::Replay&)>;
    using Terms = std::function<void(v1::PartyGrant&)>;

    ReplayTest() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
        world.add_party(other_jobcentre);
        world.add_party(other_provider, {other_jobcentre});
        grant(auditor, {jobcentre}, [](v1::PartyGrant& terms) { terms.set_may_unmask(true); });
        world.turn(
            {world.hello(other_jobcentre), world.hello(other_provider), world.hello(auditor)});
        order_id = world.new_order();
        placed_at = submit(order(*order_id, world.now, world.randomness));
        reported_at = submit(provider_notice(*order_id, world.now, world.randomness));
        foreign_order = world.new_order();
        foreign_at = submit(foreign(
            order(*foreign_order, world.now, world.randomness, other_provider, other_citizen)));
    }
    core::Turn grant(const std::string& party, const std::vector<std::string>& jobcentres,
                     const Terms& terms) {
        v1::RegistryStatement statement = world.grant(party, jobcentres);
        terms(*statement.mutable_grant());
        return world.turn({world.hello(operator_party), world.statement(statement, controller)});
    }
    static v1::Envelope foreign(v1::Envelope envelope) {
        envelope.set_sender(other_jobcentre);
        return envelope;
    }
    std::uint64_t submit(const v1::Envelope& envelope) {
        const auto all = outcomes(world.turn({world.submit(envelope.sender(), {envelope})}));
        EXPECT_TRUE(all.at(0).has_receipt()) << all.at(0).ShortDebugString();
        return all.at(0).receipt().sequence();
    }
    // Entries of the hub's that nobody asks for, in one commit.
    void fill_log(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            ASSERT_TRUE(world.journal->stage_own(v1::MESSAGE_KIND_PARKED_ACT, "", world.now,
                                                 world.randomness));
        }
        world.turn();
    }

    // --- Asking ---

    core::FrameIn asking(v1::ReplayView view, const Ask& ask = {},
                         const std::string& party = auditor) const {
        v1::ClientFrame content;
        v1::Replay& replay = *content.mutable_replay();
        replay.set_request_number(7);
        replay.set_view(view);
        if (view == v1::REPLAY_VIEW_UNMASKED) replay.set_ground("yearly revision");
        if (ask) ask(replay);
        return world.frame(party, std::move(content));
    }
    core::FrameIn more(std::uint64_t replay = 7, const std::string& party = auditor) const {
        v1::ClientFrame content;
        content.mutable_replay_more()->set_request_number(8);
        content.mutable_replay_more()->set_replay(replay);
        return world.frame(party, std::move(content));
    }
    static std::optional<v1::Replayed> page_of(const core::Turn& turn,
                                               const std::string& party = auditor) {
        const auto frames = frames_to(turn, party, v1::HubFrame::kReplayed);
        EXPECT_LE(frames.size(), 1U);
        if (frames.empty()) return std::nullopt;
        return frames[0].replayed();
    }
    v1::Replayed first_page(v1::ReplayView view, const Ask& ask = {},
                            const std::string& party = auditor) {
        core::Turn turn = world.turn({asking(view, ask, party)});
        EXPECT_TRUE(errors(turn, party).empty());
        // Of an order or a citizen it comes a turn after the links are walked, or later.
        for (int i = 0; i < 100 && !page_of(turn, party) && errors(turn, party).empty(); ++i)
            turn = world.turn();
        return page_of(turn, party).value_or(v1::Replayed{});
    }
    v1::ErrorCode refusal(const core::FrameIn& frame) {
        const core::Turn turn = world.turn({frame});
        EXPECT_FALSE(page_of(turn, frame.route));
        EXPECT_EQ(turn.report.entries, 0U) << "nothing is recorded";
        const auto codes = errors(turn, frame.route);
        return codes.empty() ? v1::ERROR_CODE_UNSPECIFIED : codes.at(0);
    }
    // All of its pages.
    std::vector<v1::ReplayedEntry> replayed(v1::ReplayView view, const Ask& ask = {},
                                            const std::string& party = auditor) {
        v1::Replayed page = first_page(view, ask, party);
        std::vector<v1::ReplayedEntry> all{page.entries().begin(), page.entries().end()};
        for (int i = 0; i < 1000 && !page.is_end(); ++i) {
            page = page_of(world.turn({more(7, party)}), party).value_or(v1::Replayed{});
            all.insert(all.end(), page.entries().begin(), page.entries().end());
        }
        EXPECT_TRUE(page.is_end());
        return all;
    }

    // --- Looking at what came ---

    static std::uint64_t sequence_of(const v1::ReplayedEntry& entry) {
        return journal::decode_entry(entry.entry())->clear.sequence.value();
    }
    static std::vector<std::uint64_t> sequences_of(const std::vector<v1::ReplayedEntry>& entries) {
        std::vector<std::uint64_t> sequences;
        for (const v1::ReplayedEntry& each : entries)
            sequences.push_back(sequence_of(each));
        return sequences;
    }
    static std::vector<v1::ReplayedEntry> entries_of(const v1::Replayed& page) {
        return {page.entries().begin(), page.entries().end()};
    }
    static const v1::ReplayedEntry* find(const std::vector<v1::ReplayedEntry>& entries,
                                         std::uint64_t sequence) {
        for (const v1::ReplayedEntry& each : entries) {
            if (sequence_of(each) == sequence) return &each;
        }
        return nullptr;
    }
    // As whoever has nothing but the entry and a key opens it.
    static std::optional<Bytes> opened(const Bytes& entry, const Bytes& key, bool is_index) {
        const auto parts = journal::decode_entry(entry);
        const auto part_key = evidence::SymmetricKey::from_bytes(key);
        if (!parts || !part_key) return std::nullopt;
        auto plain = evidence::open_part(
            *part_key, is_index ? parts->clear.index_commitment : parts->clear.body_commitment,
            is_index ? parts->sealed_index : parts->sealed_body, parts->clear_bytes);
        if (!plain) return std::nullopt;
        return *std::move(plain);
    }
    static std::optional<v1::EntryIndex> index_of(const v1::ReplayedEntry& entry) {
        const auto plain = opened(entry.entry(), entry.index_key(), true);
        v1::EntryIndex index;
        if (!plain || !index.ParseFromString(*plain)) return std::nullopt;
        return index;
    }
    static std::optional<Bytes> body_of(const v1::ReplayedEntry& entry) {
        return opened(entry.entry(), entry.body_key(), false);
    }
    // The latest trace.
    v1::Reading trace() {
        const auto entry = *world.journal->read(Sequence{world.journal->size().value() - 1});
        EXPECT_EQ(entry->index.kind(), v1::MESSAGE_KIND_READING);
        v1::Reading body;
        EXPECT_TRUE(body.ParseFromString(entry->body));
        return body;
    }

    HubWorld world;
    std::optional<contract::OrderId> order_id;
    std::optional<contract::OrderId> foreign_order;
    std::uint64_t placed_at = 0;
    std::uint64_t reported_at = 0;
    std::uint64_t foreign_at = 0;
};

}  // namespace jobbro::testing
