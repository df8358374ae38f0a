// Replays of a part of the log: by place, time, party, kind, order and citizen.
#include <set>

#include "tests/unit/core/replaying_fixture.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReplayFilterTest : public ReplayTest {
  protected:
    std::vector<std::uint64_t> masked(const Ask& ask) {
        return sequences_of(replayed(v1::REPLAY_VIEW_MASKED, ask));
    }
    std::vector<std::uint64_t> of_order(const contract::OrderId& order) {
        return masked([&](v1::Replay& replay) { replay.set_order_id(order.text()); });
    }
    std::vector<std::uint64_t> of_citizen(const std::string& cpr) {
        return masked([&](v1::Replay& replay) { replay.set_cpr_number(cpr); });
    }
    // So many reports on the order, in one turn a submit.
    void report(const contract::OrderId& order, const std::string& by, const std::string& cpr,
                std::size_t count) {
        while (count > 0) {
            std::vector<v1::Envelope> reports;
            for (; count > 0 && reports.size() < limits::envelopes_per_submit_max; --count) {
                reports.push_back(provider_notice(order, world.now, world.randomness, cpr));
                reports.back().set_sender(by);
            }
            for (const auto& each : outcomes(world.turn({world.submit(by, reports)})))
                ASSERT_TRUE(each.has_receipt()) << each.ShortDebugString();
        }
    }
    // About the citizen and under no order.
    std::uint64_t interviewed() {
        v1::Envelope said = envelope(jobcentre, world.new_order(), world.now, world.randomness);
        said.clear_order_id();
        said.mutable_audience()->mutable_sender_only();
        said.mutable_interview_held()->set_held_date("2011-02-01");
        return submit(said);
    }
    // Another jobcentre's order for the citizen.
    void place_elsewhere() {
        submit(foreign(order(world.new_order(), world.now, world.randomness, other_provider)));
    }
    // All of the other jobcentre's orders for the citizen.
    void erase_what_is_elsewhere() {
        const auto subject =
            **world.journal->vault().subject_of(*contract::CprNumber::parse(citizen));
        const journal::ErasureScope scope = std::set<std::string>{other_jobcentre};
        const auto plan = *journal::plan_erasure(world.journal->cases(), subject, scope);
        ASSERT_FALSE(plan.orders.empty());
        ASSERT_FALSE(plan.is_whole);
        ASSERT_TRUE(
            world.journal->stage_erasure(plan, scope, v1::Erasure{}, world.now, world.randomness));
        world.turn();
    }
    // The turn that answers a replay by citizen, with a page or an error.
    core::Turn answer_about(const std::string& cpr, const std::string& party = auditor) {
        core::Turn turn = world.turn({asking(
            v1::REPLAY_VIEW_MASKED, [&](v1::Replay& to) { to.set_cpr_number(cpr); }, party)});
        for (int i = 0; i < 100 && !page_of(turn, party) && errors(turn, party).empty(); ++i)
            turn = world.turn();
        return turn;
    }
    void set(google::protobuf::Timestamp& time, Instant instant) {
        time.set_seconds(instant.microseconds / 1000000);
        time.set_nanos(static_cast<std::int32_t>(instant.microseconds % 1000000) * 1000);
    }
    Instant recorded_at(std::uint64_t sequence) {
        return (*world.journal->read(Sequence{sequence}))->recorded_at;
    }
};

TEST_F(ReplayFilterTest, FromOnePlaceToAnother) {
    EXPECT_THAT(masked([&](v1::Replay& replay) {
                    replay.set_from_sequence(placed_at);
                    replay.set_end_sequence(reported_at);
                }),
                ElementsAre(placed_at));
    EXPECT_THAT(masked([&](v1::Replay& replay) { replay.set_from_sequence(~std::uint64_t{0}); }),
                IsEmpty());
    EXPECT_THAT(masked([&](v1::Replay& replay) { replay.set_end_sequence(0); }), IsEmpty());
    const v1::Replayed beyond = first_page(v1::REPLAY_VIEW_SEALED, [](v1::Replay& replay) {
        replay.set_end_sequence(~std::uint64_t{0});
    });
    EXPECT_EQ(beyond.end_sequence() + 1, world.journal->size().value());
}

TEST_F(ReplayFilterTest, FromOneTimeToAnother) {
    EXPECT_THAT(masked([&](v1::Replay& replay) {
                    set(*replay.mutable_from_time(), recorded_at(placed_at));
                    set(*replay.mutable_until_time(), recorded_at(reported_at));
                }),
                ElementsAre(placed_at));
    EXPECT_EQ(trace().replay().from_sequence(), placed_at);
    EXPECT_EQ(trace().replay().end_sequence(), reported_at);
    EXPECT_EQ(
        refusal(asking(v1::REPLAY_VIEW_SEALED,
                       [](v1::Replay& replay) { replay.mutable_until_time()->set_nanos(-1); })),
        v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
}

TEST_F(ReplayFilterTest, OfAParty) {
    EXPECT_THAT(masked([](v1::Replay& replay) { replay.set_party(provider); }),
                ElementsAre(placed_at, reported_at));
    EXPECT_THAT(masked([](v1::Replay& replay) { replay.set_party(other_provider); }), IsEmpty());
}

TEST_F(ReplayFilterTest, OfSomeKinds) {
    EXPECT_THAT(masked([](v1::Replay& replay) {
                    replay.add_kinds(v1::MESSAGE_KIND_NOTICE);
                    replay.add_kinds(v1::MESSAGE_KIND_LOG_OPENED);
                }),
                ElementsAre(0, reported_at));
}

TEST_F(ReplayFilterTest, OfAnOrderAndACitizenInTheOrderOfTheLog) {
    const contract::OrderId second = world.new_order();
    const std::uint64_t second_at = submit(order(second, world.now, world.randomness));
    const std::uint64_t last_at = submit(provider_notice(*order_id, world.now, world.randomness));
    EXPECT_THAT(of_order(*order_id), ElementsAre(placed_at, reported_at, last_at));
    EXPECT_THAT(of_order(second), ElementsAre(second_at));
    EXPECT_THAT(of_citizen(citizen), ElementsAre(placed_at, reported_at, second_at, last_at));
    EXPECT_THAT(masked([&](v1::Replay& replay) {
                    replay.set_order_id(order_id->text());
                    replay.set_cpr_number(citizen);
                    replay.add_kinds(v1::MESSAGE_KIND_NOTICE);
                    replay.set_end_sequence(last_at);
                }),
                ElementsAre(reported_at));
    EXPECT_THAT(masked([&](v1::Replay& replay) {
                    replay.set_order_id(order_id->text());
                    replay.set_cpr_number(other_citizen);
                }),
                IsEmpty());
}

TEST_F(ReplayFilterTest, ALongOrderComesInPages) {
    report(*order_id, provider, citizen,
           limits::replay_looks_max + limits::replay_page_entries_max);
    core::Turn turn = world.turn({asking(v1::REPLAY_VIEW_MASKED, [&](v1::Replay& replay) {
        replay.set_order_id(order_id->text());
    })});
    EXPECT_FALSE(page_of(turn)) << "there are links still to be followed";
    EXPECT_TRUE(world.core->has_work());
    EXPECT_FALSE(page_of(world.turn())) << "the last of them were";
    EXPECT_TRUE(world.core->has_work());
    turn = world.turn();
    ASSERT_TRUE(page_of(turn));
    EXPECT_EQ(sequence_of(page_of(turn)->entries(0)), placed_at);
    std::size_t entries = 0;
    std::uint64_t before = 0;
    for (auto page = page_of(turn); page; page = page_of(world.turn({more()}))) {
        for (const v1::ReplayedEntry& each : page->entries()) {
            EXPECT_GT(sequence_of(each), before);
            before = sequence_of(each);
            ++entries;
        }
        EXPECT_EQ(page->next_sequence(), page->is_end() ? page->end_sequence() : before + 1);
        if (page->is_end()) break;
    }
    EXPECT_EQ(entries, limits::replay_looks_max + limits::replay_page_entries_max + 2);
}

TEST_F(ReplayFilterTest, APageDoesNotTellHowMuchOfTheCitizenIsOthers) {
    const contract::OrderId elsewhere = world.new_order();
    submit(foreign(order(elsewhere, world.now, world.randomness, other_provider)));
    constexpr std::size_t own = 60;
    report(*order_id, provider, citizen, own - 2);
    report(elsewhere, other_provider, citizen, limits::replay_looks_max - own - 11);
    const v1::Replayed page = first_page(
        v1::REPLAY_VIEW_MASKED, [](v1::Replay& replay) { replay.set_cpr_number(citizen); });
    EXPECT_EQ(static_cast<std::size_t>(page.entries_size()), own) << "all, and no more looks";
    EXPECT_TRUE(page.is_end());
}

TEST_F(ReplayFilterTest, WhatIsLeftForOthersDoesNotTellHowManyLinksThereWere) {
    fill_log(2 * limits::replay_looks_max);
    std::vector<FrameIn> hellos;
    std::vector<FrameIn> replays;
    for (std::size_t i = 0; i < limits::replay_looks_per_turn_max / limits::replay_looks_max + 1;
         ++i) {
        hellos.push_back(world.hello(auditor));
        replays.push_back(asking(v1::REPLAY_VIEW_MASKED, [&](v1::Replay& replay) {
            if (i == 0) replay.set_order_id(order_id->text());
            if (i > 0) replay.add_kinds(v1::MESSAGE_KIND_LOG_KEY_CHANGE);
        }));
        hellos.back().route = replays.back().route = "route " + std::to_string(i);
    }
    world.turn(hellos);
    std::size_t pages = 0;
    Turn turn = world.turn(replays);
    for (int turns = 0; turns < 10; ++turns, turn = world.turn()) {
        for (const FrameOut& out : turn.frames) {
            if (!out.frame.has_replayed()) continue;
            ++pages;
            if (out.frame.replayed().is_end()) continue;  // the one by links
            EXPECT_EQ(out.frame.replayed().next_sequence(), limits::replay_looks_max);
        }
    }
    EXPECT_EQ(pages, replays.size());
}

// The pages of what the grant does not cover and of what is not there; the traces, as the auditor
// gets to see them.
TEST_F(ReplayFilterTest, WhatTheGrantDoesNotCoverIsAnsweredLikeWhatIsNotThere) {
    report(*foreign_order, other_provider, other_citizen, limits::replay_looks_max + 1);
    const auto answer = [&](const Ask& ask) {
        core::Turn turn = world.turn({asking(v1::REPLAY_VIEW_MASKED, ask)});
        EXPECT_EQ(turn.report.entries, 1U) << "the trace";
        for (int i = 0; i < 10 && !page_of(turn); ++i)
            turn = world.turn();
        v1::Replayed page = page_of(turn).value_or(v1::Replayed{});
        EXPECT_EQ(page.end_sequence() + 1, world.journal->size().value());
        EXPECT_EQ(page.next_sequence(), page.end_sequence());
        page.clear_end_sequence();
        page.clear_next_sequence();
        page.clear_checkpoint();
        return page.SerializeAsString();
    };
    const std::uint64_t first_trace = world.journal->size().value();
    const auto by_order = [&](const std::string& id) {
        return answer([&](v1::Replay& replay) { replay.set_order_id(id); });
    };
    EXPECT_EQ(by_order(foreign_order->text()), by_order(world.new_order().text()));
    const auto by_citizen = [&](const std::string& cpr) {
        return answer([&](v1::Replay& replay) { replay.set_cpr_number(cpr); });
    };
    const std::string unknown = made_up_citizen(3);
    EXPECT_EQ(by_citizen(other_citizen), by_citizen(unknown));
    const Bytes nobody = trace().replay().subject_ids(0);
    EXPECT_EQ(nobody.size(), sizeof(journal::SubjectId));
    by_citizen(unknown);
    EXPECT_EQ(trace().replay().subject_ids_size(), 17);
    EXPECT_NE(trace().replay().subject_ids(0), nobody) << "made up each time";
    const auto traces = replayed(v1::REPLAY_VIEW_MASKED, [&](v1::Replay& replay) {
        replay.set_from_sequence(first_trace);
        replay.add_kinds(v1::MESSAGE_KIND_READING);
    });
    ASSERT_EQ(traces.size(), 5U) << "two by order and three by citizen";
    for (const v1::ReplayedEntry& each : traces) {
        EXPECT_EQ(index_of(each)->kind(), v1::MESSAGE_KIND_READING);
        EXPECT_EQ(each.body_key(), "");
    }
    EXPECT_EQ(traces[1].entry().size(), traces[0].entry().size());
    EXPECT_EQ(traces[3].entry().size(), traces[2].entry().size());
    EXPECT_EQ(traces[4].entry().size(), traces[2].entry().size());
}

TEST_F(ReplayFilterTest, OfACitizenByAnyNumberOfThePerson) {
    const std::string former = made_up_citizen(5);
    const contract::OrderId second = world.new_order();
    const std::uint64_t second_at =
        submit(order(second, world.now, world.randomness, provider, former));
    const std::uint64_t third_at = submit(provider_notice(*order_id, world.now, world.randomness));
    EXPECT_THAT(of_citizen(former), ElementsAre(second_at)) << "two persons, as far as is known";
    v1::Envelope merged = envelope(jobcentre, world.new_order(), world.now, world.randomness);
    merged.clear_order_id();
    merged.mutable_audience()->mutable_all_with_ground();
    merged.mutable_subjects_merged()->set_former_cpr_number(former);
    const std::uint64_t merged_at = submit(merged);
    const auto subject_of = [&](std::uint64_t sequence) {
        return (*world.journal->read(Sequence{sequence}))->index.subject_id();
    };
    const Bytes kept = subject_of(placed_at);
    const Bytes merged_into_it = subject_of(second_at);
    for (const std::string& number : {std::string{citizen}, former}) {
        EXPECT_THAT(of_citizen(number),
                    ElementsAre(placed_at, reported_at, second_at, third_at, merged_at))
            << "of all subjects, in the order of the log";
        const v1::ReplayReading asked = trace().replay();
        ASSERT_EQ(asked.subject_ids_size(), 17) << "as many as of everybody";
        EXPECT_EQ(asked.subject_ids(0), kept);
        for (int i = 1; i < asked.subject_ids_size(); ++i)
            EXPECT_EQ(asked.subject_ids(i), merged_into_it);
    }
    EXPECT_THAT(masked([&](v1::Replay& replay) {
                    replay.set_cpr_number(citizen);
                    replay.set_order_id(second.text());
                }),
                ElementsAre(second_at));
    EXPECT_THAT(masked([&](v1::Replay& replay) {
                    replay.set_cpr_number(former);
                    replay.set_from_sequence(second_at);
                    replay.set_end_sequence(merged_at);
                }),
                ElementsAre(second_at, third_at));
    // Who asked is told to the auditors of either's jobcentres, whichever id the trace has.
    const std::uint64_t asked_at = world.journal->size().value() - 1;
    const auto own = replayed(v1::REPLAY_VIEW_MASKED,
                              [&](v1::Replay& replay) { replay.set_from_sequence(asked_at); });
    ASSERT_NE(find(own, asked_at), nullptr);
    EXPECT_TRUE(body_of(*find(own, asked_at)));
}

TEST_F(ReplayFilterTest, WhatIsLeftOfACitizenIsFoundPastErasedOrdersByTheOrdersThatStay) {
    place_elsewhere();
    fill_log(limits::replay_looks_max);
    const std::uint64_t last_at = submit(provider_notice(*order_id, world.now, world.randomness));
    place_elsewhere();
    fill_log(limits::replay_looks_max);
    erase_what_is_elsewhere();
    EXPECT_FALSE(page_of(world.turn({asking(
        v1::REPLAY_VIEW_MASKED, [](v1::Replay& replay) { replay.set_cpr_number(citizen); })})));
    const core::Turn turn = world.turn();
    ASSERT_TRUE(page_of(turn)) << "without a look at all that lies between";
    EXPECT_THAT(sequences_of(entries_of(*page_of(turn))),
                ElementsAre(placed_at, reported_at, last_at));
}

TEST_F(ReplayFilterTest, WhatIsUnderNoOrderIsLookedForBeforeAnErasedOne) {
    const std::uint64_t interviewed_at = interviewed();
    fill_log(10);
    place_elsewhere();
    erase_what_is_elsewhere();
    EXPECT_THAT(of_citizen(citizen), ElementsAre(placed_at, reported_at, interviewed_at));
}

TEST_F(ReplayFilterTest, WhereLinksAreErasedForLongAShorterRangeIsToBeAskedFor) {
    const std::uint64_t interviewed_at = interviewed();
    fill_log(limits::replay_found_max + 1);
    place_elsewhere();
    erase_what_is_elsewhere();
    EXPECT_THAT(errors(answer_about(citizen), auditor),
                ElementsAre(v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS));
    EXPECT_THAT(masked([&](v1::Replay& replay) {
                    replay.set_cpr_number(citizen);
                    replay.set_end_sequence(interviewed_at + 1);
                }),
                ElementsAre(placed_at, reported_at, interviewed_at))
        << "nothing after the range is looked through";
    // Whom the hub knows is for those only whose grants cover it.
    grant("auditor:far", {third_jobcentre}, [](v1::PartyGrant&) {});
    world.turn({world.hello("auditor:far")});
    for (const std::string& number : {std::string{citizen}, made_up_citizen(3)}) {
        const core::Turn turn = answer_about(number, "auditor:far");
        EXPECT_THAT(errors(turn, "auditor:far"), IsEmpty());
        ASSERT_TRUE(page_of(turn, "auditor:far"));
        EXPECT_EQ(page_of(turn, "auditor:far")->entries_size(), 0);
        EXPECT_TRUE(page_of(turn, "auditor:far")->is_end());
    }
}

TEST_F(ReplayFilterTest, SealedIsByPlaceAndTimeOnly) {
    const Ask filters[] = {[](v1::Replay& to) { to.set_party(provider); },
                           [&](v1::Replay& to) { to.set_order_id(order_id->text()); },
                           [](v1::Replay& to) { to.set_cpr_number(citizen); },
                           [](v1::Replay& to) { to.add_kinds(v1::MESSAGE_KIND_ORDER); }};
    for (const Ask& ask : filters) {
        EXPECT_EQ(refusal(asking(v1::REPLAY_VIEW_SEALED, ask)), v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    }
}

TEST_F(ReplayFilterTest, WhatCannotBeMeantIsRefused) {
    const Ask requests[] = {[](v1::Replay& to) { to.set_view(v1::REPLAY_VIEW_UNSPECIFIED); },
                            [](v1::Replay& to) { to.set_view(static_cast<v1::ReplayView>(9)); },
                            [](v1::Replay& to) { to.set_party("somebody"); },
                            [](v1::Replay& to) { to.set_order_id("an order"); },
                            [](v1::Replay& to) { to.set_cpr_number("1234"); },
                            [](v1::Replay& to) { to.add_kinds(v1::MESSAGE_KIND_UNSPECIFIED); },
                            [](v1::Replay& to) {
                                for (std::size_t i = 0; i <= limits::replay_kinds_max; ++i)
                                    to.add_kinds(v1::MESSAGE_KIND_ORDER);
                            }};
    for (const Ask& ask : requests) {
        EXPECT_EQ(refusal(asking(v1::REPLAY_VIEW_MASKED, ask)), v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    }
}

}  // namespace
}  // namespace jobbro::core
