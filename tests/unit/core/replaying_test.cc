// Auditors' replays: what is handed out, to whom, and what is recorded before.
#include <array>

#include "proto/evidence/merkle.h"
#include "proto/evidence/note.h"
#include "tests/unit/core/replaying_fixture.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

// --- What each view holds --------------------------------------------------------------------

TEST_F(ReplayTest, SealedIsEverythingWithTheKeysOfRegistryEntriesAndTheKindsOfTheHubsOwn) {
    fill_log(1);
    const std::uint64_t size = world.journal->size().value();
    const auto all = replayed(v1::REPLAY_VIEW_SEALED);
    ASSERT_EQ(all.size(), size);
    for (std::uint64_t i = 0; i < size; ++i) {
        EXPECT_EQ(all[i].entry(), *world.journal->stored_entry(Sequence{i}));
        EXPECT_FALSE(all[i].is_erased());
        const auto entry = *world.journal->read(Sequence{i});
        const auto kind = entry->index.kind();
        const bool is_of_the_hub = entry->sender == "hub";
        const bool is_about_keys =
            kind == v1::MESSAGE_KIND_LOG_OPENED || kind == v1::MESSAGE_KIND_REGISTRY_CHANGE;
        EXPECT_EQ(index_of(all[i]).has_value(), is_of_the_hub) << i;
        EXPECT_EQ(body_of(all[i]).has_value(), is_about_keys) << i;
        EXPECT_EQ(all[i].index_key().empty(), !is_of_the_hub);
        EXPECT_EQ(all[i].body_key().empty(), !is_about_keys);
    }
    EXPECT_EQ(index_of(all.back())->kind(), v1::MESSAGE_KIND_PARKED_ACT);
}

TEST_F(ReplayTest, TheCheckpointIsOfThatSizeAndSignsWhatWasHandedOut) {
    const v1::Replayed page = first_page(v1::REPLAY_VIEW_SEALED);
    EXPECT_EQ(page.request_number(), 7U);
    EXPECT_TRUE(page.is_end());
    EXPECT_EQ(page.next_sequence(), page.end_sequence());
    std::vector<evidence::Digest> leaves;
    for (const v1::ReplayedEntry& each : page.entries())
        leaves.push_back(evidence::leaf_hash(each.entry()));
    const auto checkpoint = evidence::open_checkpoint(
        page.checkpoint(), *evidence::NoteVerifier::parse(world.journal->verifier_key()));
    ASSERT_TRUE(checkpoint);
    EXPECT_EQ(checkpoint->size.value(), page.end_sequence());
    EXPECT_EQ(checkpoint->root, evidence::root_of(leaves));
}

TEST_F(ReplayTest, MaskedIsTheTrailAndNotTheContent) {
    const auto all = replayed(v1::REPLAY_VIEW_MASKED);
    const v1::ReplayedEntry* const placed = find(all, placed_at);
    ASSERT_NE(placed, nullptr);
    ASSERT_TRUE(index_of(*placed));
    EXPECT_EQ(index_of(*placed)->kind(), v1::MESSAGE_KIND_ORDER);
    EXPECT_THAT(index_of(*placed)->audience(), ElementsAre(provider));
    EXPECT_EQ(placed->body_key(), "");
    EXPECT_FALSE(body_of(*placed));
    EXPECT_FALSE(opened(placed->entry(), placed->index_key(), false));
    const v1::ReplayedEntry* const reported = find(all, reported_at);
    ASSERT_NE(reported, nullptr) << "what the jobcentre was to have";
    EXPECT_EQ(index_of(*reported)->kind(), v1::MESSAGE_KIND_NOTICE);
    EXPECT_FALSE(body_of(*reported));
}

TEST_F(ReplayTest, UnmaskedOpensBothAndTheGroundIsRecorded) {
    v1::Envelope sent = provider_notice(*order_id, world.now, world.randomness);
    const std::uint64_t at = submit(sent);
    const auto all = replayed(v1::REPLAY_VIEW_UNMASKED);
    ASSERT_NE(find(all, at), nullptr);
    EXPECT_EQ(body_of(*find(all, at)), sent.SerializeAsString());
    EXPECT_TRUE(index_of(*find(all, at)));
    EXPECT_EQ(trace().party(), auditor);
    EXPECT_EQ(trace().replay().ground(), "yearly revision");
    EXPECT_EQ(trace().replay().view(), v1::REPLAY_VIEW_UNMASKED);
}

// --- What the grant covers -------------------------------------------------------------------

TEST_F(ReplayTest, AnotherJobcentresEntriesNeverCome) {
    for (const auto view : {v1::REPLAY_VIEW_MASKED, v1::REPLAY_VIEW_UNMASKED}) {
        const auto sequences = sequences_of(replayed(view));
        EXPECT_THAT(sequences, Not(Contains(foreign_at)));
        EXPECT_THAT(sequences, Contains(placed_at));
    }
}

TEST_F(ReplayTest, EntriesOfOtherTimesNeverCome) {
    const Instant from = (*world.journal->read(Sequence{reported_at}))->recorded_at;
    const auto covering = [&](std::int64_t from_us, std::int64_t until_us) {
        grant(auditor, {jobcentre}, [&](v1::PartyGrant& terms) {
            const auto set = [](auto& time, std::int64_t us) {
                time.set_seconds(us / 1000000);
                time.set_nanos(static_cast<std::int32_t>(us % 1000000) * 1000);
            };
            set(*terms.mutable_covers_from(), from_us);
            set(*terms.mutable_covers_until(), until_us);
        });
        return sequences_of(replayed(v1::REPLAY_VIEW_MASKED));
    };
    const auto only = covering(from.microseconds, from.microseconds + 1);
    EXPECT_THAT(only, Contains(reported_at));
    EXPECT_THAT(only, Not(Contains(placed_at)));
    EXPECT_THAT(only, Contains(0)) << "what the hub made is of no time";
    EXPECT_THAT(covering(from.microseconds + 1, from.microseconds + 5), Not(Contains(reported_at)));
    EXPECT_THAT(covering(0, from.microseconds), Not(Contains(reported_at)));
}

TEST_F(ReplayTest, ContentComesOfWhatAGrantThatAllowsItCovers) {
    // The same controller's later grant takes the place of the first: no content any more.
    grant(auditor, {jobcentre}, [](v1::PartyGrant&) {});
    EXPECT_EQ(refusal(asking(v1::REPLAY_VIEW_UNMASKED)), v1::ERROR_CODE_UNMASK_NOT_ALLOWED);
    EXPECT_NE(find(replayed(v1::REPLAY_VIEW_MASKED), placed_at), nullptr);
}

TEST_F(ReplayTest, UnmaskingTakesAGround) {
    const auto with_ground = [&](const std::string& ground) {
        return refusal(asking(v1::REPLAY_VIEW_UNMASKED,
                              [&](v1::Replay& replay) { replay.set_ground(ground); }));
    };
    EXPECT_EQ(with_ground(""), v1::ERROR_CODE_GROUND_MISSING);
    EXPECT_EQ(with_ground(" \n\t"), v1::ERROR_CODE_GROUND_MISSING);
    EXPECT_EQ(with_ground(std::string(limits::ground_bytes_max + 1, 'x')),
              v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    EXPECT_EQ(with_ground("complaint of 610170-1234"), v1::ERROR_CODE_CPR_IN_TEXT);
    for (const auto view : {v1::REPLAY_VIEW_SEALED, v1::REPLAY_VIEW_MASKED}) {
        EXPECT_EQ(refusal(asking(view, [](v1::Replay& to) { to.set_ground("no need"); })),
                  v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    }
}

TEST_F(ReplayTest, IsForAuditors) {
    for (const char* const party : {jobcentre, provider, operator_party}) {
        world.turn({world.hello(party)});
        EXPECT_EQ(refusal(asking(v1::REPLAY_VIEW_SEALED, {}, party)),
                  v1::ERROR_CODE_ROLE_NOT_ALLOWED);
        EXPECT_EQ(refusal(more(7, party)), v1::ERROR_CODE_ROLE_NOT_ALLOWED);
    }
}

// --- The trace -------------------------------------------------------------------------------

TEST_F(ReplayTest, TheTraceIsOnDiskBeforeThePage) {
    const std::uint64_t size = world.journal->size().value();
    const std::size_t synced = world.log_store.synced_commits();
    const Turn turn = world.turn({asking(v1::REPLAY_VIEW_MASKED)});
    ASSERT_TRUE(page_of(turn));
    EXPECT_EQ(turn.report.entries, 1U);
    EXPECT_EQ(world.log_store.synced_commits(), synced + 1);
    EXPECT_EQ(world.journal->size().value(), size + 1);
    EXPECT_EQ(page_of(turn)->end_sequence(), size) << "the trace is not in it";
    EXPECT_EQ(trace().party(), auditor);
    EXPECT_THAT(trace().sequences(), IsEmpty());
    EXPECT_EQ(trace().replay().from_sequence(), 0U);
    EXPECT_EQ(trace().replay().end_sequence(), size);
}

TEST_F(ReplayTest, NothingIsHandedOutThatCannotBeRecorded) {
    world.conditions.disk_nearly_full = true;
    EXPECT_EQ(refusal(asking(v1::REPLAY_VIEW_MASKED)), v1::ERROR_CODE_DISK_NEARLY_FULL);
    world.conditions.disk_nearly_full = false;
    world.log_store.fail_next_commit();
    const auto failed = world.core->turn(std::vector{asking(v1::REPLAY_VIEW_MASKED)}, world.now,
                                         world.randomness, world.conditions);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::store_failed);
    ASSERT_TRUE(world.open());
    ASSERT_TRUE(world.journal->record_seal("made up"));
    ASSERT_TRUE(world.open());
    world.turn({world.hello(auditor)});
    EXPECT_EQ(refusal(asking(v1::REPLAY_VIEW_SEALED)), v1::ERROR_CODE_HUB_SEALED);
}

TEST_F(ReplayTest, TheTraceTellsWhatWasAskedForAndNoCprNumber) {
    first_page(v1::REPLAY_VIEW_MASKED, [&](v1::Replay& replay) {
        replay.set_from_sequence(2);
        replay.set_end_sequence(5);
        replay.set_party(provider);
        replay.set_order_id(order_id->text());
        replay.set_cpr_number(citizen);
        replay.add_kinds(v1::MESSAGE_KIND_ORDER);
    });
    const v1::ReplayReading asked = trace().replay();
    EXPECT_EQ(asked.view(), v1::REPLAY_VIEW_MASKED);
    EXPECT_EQ(asked.ground(), "");
    EXPECT_EQ(asked.from_sequence(), 2U);
    EXPECT_EQ(asked.end_sequence(), 5U);
    EXPECT_EQ(asked.of_party(), provider);
    EXPECT_EQ(asked.order_id(), order_id->view());
    EXPECT_THAT(asked.subject_ids(),
                Each((*world.journal->read(Sequence{placed_at}))->index.subject_id()));
    EXPECT_EQ(asked.subject_ids_size(), 17);
    EXPECT_THAT(asked.kinds(), ElementsAre(v1::MESSAGE_KIND_ORDER));
}

// --- Pages -----------------------------------------------------------------------------------

TEST_F(ReplayTest, TheUpperBoundIsFixedWhenItIsAsked) {
    fill_log(limits::replay_page_entries_max);
    const std::uint64_t end = world.journal->size().value();
    const v1::Replayed first = first_page(v1::REPLAY_VIEW_SEALED);
    EXPECT_FALSE(first.is_end());
    EXPECT_EQ(first.end_sequence(), end);
    submit(provider_notice(*order_id, world.now, world.randomness));
    const auto last = page_of(world.turn({more()}));
    ASSERT_TRUE(last);
    EXPECT_EQ(last->request_number(), 8U);
    EXPECT_TRUE(last->is_end());
    EXPECT_EQ(last->end_sequence(), end);
    EXPECT_EQ(last->checkpoint(), first.checkpoint());
    EXPECT_EQ(sequence_of(last->entries(last->entries_size() - 1)), end - 1);
}

TEST_F(ReplayTest, APageHasSoManyEntriesAndBytes) {
    fill_log(limits::replay_page_entries_max + 10);
    const v1::Replayed page = first_page(v1::REPLAY_VIEW_SEALED);
    EXPECT_EQ(static_cast<std::size_t>(page.entries_size()), limits::replay_page_entries_max);
    EXPECT_EQ(page.next_sequence(), limits::replay_page_entries_max);
    const std::uint64_t large_from = world.journal->size().value();
    for (int i = 0; i < 6; ++i) {
        ASSERT_TRUE(world.journal->stage_own(v1::MESSAGE_KIND_PARKED_ACT, Bytes(60000, 'x'),
                                             world.now, world.randomness));
    }
    world.turn();
    const v1::Replayed large = first_page(
        v1::REPLAY_VIEW_SEALED, [&](v1::Replay& replay) { replay.set_from_sequence(large_from); });
    EXPECT_EQ(large.entries_size(), 3);
    EXPECT_LE(large.ByteSizeLong(), limits::delivery_frame_bytes_max + 1024);
    const auto rest = page_of(world.turn({more()}));
    ASSERT_TRUE(rest);
    EXPECT_EQ(sequence_of(rest->entries(0)), large_from + 3) << "none is left out";
}

TEST_F(ReplayTest, LooksAtSoManyEntriesATurn) {
    fill_log(2 * limits::replay_looks_max);
    const auto orders = [](v1::Replay& replay) { replay.add_kinds(v1::MESSAGE_KIND_ORDER); };
    const v1::Replayed page = first_page(v1::REPLAY_VIEW_MASKED, orders);
    EXPECT_THAT(sequences_of(entries_of(page)), ElementsAre(placed_at));
    EXPECT_EQ(page.next_sequence(), limits::replay_looks_max);
    EXPECT_FALSE(page.is_end());
    const auto second = page_of(world.turn({more()}));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->entries_size(), 0);
    EXPECT_EQ(second->next_sequence(), 2 * limits::replay_looks_max);
}

TEST_F(ReplayTest, ASessionHasOneReplayAndOneRequestAtATime) {
    fill_log(limits::replay_page_entries_max);
    const Turn turn =
        world.turn({asking(v1::REPLAY_VIEW_SEALED), asking(v1::REPLAY_VIEW_SEALED), more()});
    EXPECT_TRUE(page_of(turn));
    EXPECT_THAT(errors(turn, auditor), ElementsAre(v1::ERROR_CODE_BUSY, v1::ERROR_CODE_BUSY));
    first_page(v1::REPLAY_VIEW_SEALED, [](v1::Replay& replay) { replay.set_request_number(9); });
    EXPECT_EQ(refusal(more(7)), v1::ERROR_CODE_REPLAY_UNKNOWN) << "another has taken its place";
    EXPECT_TRUE(page_of(world.turn({more(9)}))->is_end());
    EXPECT_EQ(refusal(more(9)), v1::ERROR_CODE_REPLAY_UNKNOWN) << "it is over";
}

TEST_F(ReplayTest, TheEndOfASessionEndsItsReplay) {
    fill_log(limits::replay_page_entries_max);
    EXPECT_FALSE(first_page(v1::REPLAY_VIEW_SEALED).is_end());
    world.turn({world.hello(auditor)});
    EXPECT_EQ(refusal(more()), v1::ERROR_CODE_REPLAY_UNKNOWN);
    // One that is owed its page when the session ends.
    const Turn turn = world.turn({asking(v1::REPLAY_VIEW_SEALED), world.hello(auditor)});
    EXPECT_FALSE(page_of(turn));
    EXPECT_FALSE(world.core->has_work());
}

TEST_F(ReplayTest, SoManyAreOpenAtATime) {
    fill_log(limits::replay_page_entries_max);
    std::vector<FrameIn> hellos;
    std::vector<FrameIn> replays;
    for (std::size_t i = 0; i <= limits::replays_max; ++i) {
        const std::string party = "auditor:n" + std::to_string(i / 16);
        if (i % 16 == 0) grant(party, {jobcentre}, [](v1::PartyGrant&) {});
        hellos.push_back(world.hello(party));
        replays.push_back(asking(v1::REPLAY_VIEW_SEALED, {}, party));
        hellos.back().route = replays.back().route = "route " + std::to_string(i);
    }
    world.turn(hellos);
    std::size_t pages = 0;
    std::size_t busy = 0;
    Turn turn = world.turn(replays);
    EXPECT_TRUE(world.core->has_work()) << "pages are owed";
    for (int i = 0; i < 20; ++i) {
        std::size_t of_turn = 0;
        for (const FrameOut& out : turn.frames) {
            of_turn += out.frame.has_replayed() ? 1 : 0;
            busy += out.frame.error().code() == v1::ERROR_CODE_BUSY ? 1 : 0;
        }
        EXPECT_LE(of_turn, limits::replay_pages_per_turn_max);
        pages += of_turn;
        turn = world.turn();
    }
    EXPECT_EQ(pages, limits::replays_max);
    EXPECT_EQ(busy, 1U);
    EXPECT_FALSE(world.core->has_work());
}

// --- Rights on each page ---------------------------------------------------------------------

TEST_F(ReplayTest, AGrantThatEndsEndsTheReplay) {
    fill_log(limits::replay_looks_max);
    const std::uint64_t later = submit(provider_notice(*order_id, world.now, world.randomness));
    EXPECT_FALSE(first_page(v1::REPLAY_VIEW_UNMASKED).is_end());
    grant(auditor, {jobcentre}, [](v1::PartyGrant&) {});
    EXPECT_EQ(refusal(more()), v1::ERROR_CODE_UNMASK_NOT_ALLOWED);
    EXPECT_EQ(refusal(more()), v1::ERROR_CODE_REPLAY_UNKNOWN);

    EXPECT_FALSE(first_page(v1::REPLAY_VIEW_MASKED).is_end());
    grant(auditor, {other_jobcentre}, [](v1::PartyGrant&) {});
    v1::Replayed page = *page_of(world.turn({more()}));
    std::vector<v1::ReplayedEntry> rest = entries_of(page);
    while (!page.is_end()) {
        page = *page_of(world.turn({more()}));
        for (const v1::ReplayedEntry& each : page.entries())
            rest.push_back(each);
    }
    EXPECT_EQ(find(rest, later), nullptr);
}

TEST_F(ReplayTest, APartyNoLongerInForceGetsNoPage) {
    fill_log(limits::replay_page_entries_max);
    EXPECT_FALSE(first_page(v1::REPLAY_VIEW_SEALED).is_end());
    v1::RegistryStatement statement = world.grant(auditor, {});
    statement.mutable_disabling();
    statement.set_signer(operator_party);
    const Turn turn = world.turn({more(), world.statement(statement, operator_party)});
    EXPECT_FALSE(page_of(turn));
    EXPECT_THAT(errors(turn, auditor), ElementsAre(v1::ERROR_CODE_KEY_DISABLED));
}

// --- Evidence --------------------------------------------------------------------------------

TEST_F(ReplayTest, ADamagedEntryIsHandedOutAsItStandsInSealedAndSealsTheHub) {
    store::Batch batch;
    batch.put(journal::log_table::entries, key_of(placed_at), "not an entry");
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    const Turn turn = world.turn({asking(v1::REPLAY_VIEW_SEALED)});
    ASSERT_TRUE(page_of(turn));
    EXPECT_EQ(page_of(turn)->entries(static_cast<int>(placed_at)).entry(), "not an entry");
    EXPECT_TRUE(turn.report.sealed_now);
}

TEST_F(ReplayTest, ADamagedEntryEndsAReplayWithKeysAndSealsTheHub) {
    store::Batch batch;
    batch.put(journal::log_table::entries, key_of(placed_at), "not an entry");
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    const Turn turn = world.turn({asking(v1::REPLAY_VIEW_MASKED)});
    EXPECT_FALSE(page_of(turn));
    EXPECT_THAT(errors(turn, auditor), ElementsAre(v1::ERROR_CODE_HUB_SEALED));
    EXPECT_TRUE(world.core->is_sealed());
    EXPECT_EQ(refusal(more()), v1::ERROR_CODE_REPLAY_UNKNOWN);
}

TEST_F(ReplayTest, AnEntryWhoseKeyIsDestroyedComesAsErased) {
    const auto subject = *world.journal->cases().subject_of(*order_id);
    const auto slot =
        journal::find_order(**world.journal->cases().open(*subject), *order_id)->slot();
    // Past the block that is read at start.
    fill_log(limits::block_entries);
    ASSERT_TRUE(world.journal->upkeep(true, world.randomness));
    ASSERT_TRUE(world.journal->vault().destroy(std::array{KeySlot{slot}}, {}, {}));
    ASSERT_TRUE(world.open());
    world.turn({world.hello(auditor)});
    const auto early = [&](v1::Replay& replay) { replay.set_end_sequence(foreign_at + 1); };
    const auto all = replayed(v1::REPLAY_VIEW_UNMASKED, early);
    for (const std::uint64_t at : {placed_at, reported_at}) {
        const v1::ReplayedEntry* const erased = find(all, at);
        ASSERT_NE(erased, nullptr);
        EXPECT_TRUE(erased->is_erased());
        EXPECT_EQ(erased->index_key(), "");
        EXPECT_EQ(erased->body_key(), "");
        EXPECT_EQ(erased->entry(), *world.journal->stored_entry(Sequence{at}));
    }
    EXPECT_FALSE(world.core->is_sealed());
    EXPECT_THAT(replayed(v1::REPLAY_VIEW_MASKED,
                         [&](v1::Replay& replay) {
                             early(replay);
                             replay.add_kinds(v1::MESSAGE_KIND_ORDER);
                         }),
                IsEmpty())
        << "what it was is not known any more";
}

}  // namespace
}  // namespace jobbro::core
