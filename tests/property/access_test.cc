// Orders that are placed, declined, cancelled, ended and handed over, numbers that change, are
// taken back and turn out to be one person's, grants that lapse, time that leaps, auditors that
// replay: at every step the hub answers as a plain model of the law says, no party is ever handed a
// byte it has no ground for, and each gets all that is its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/property/access_messages.h"
#include "tests/property/access_model.h"
#include "tests/property/access_readings.h"
#include "tests/support/hub_world.h"

namespace jobbro::testing {
namespace {

constexpr std::uint64_t histories = 30;
constexpr int steps = 140;
constexpr int steps_between_sweeps = 20;
constexpr std::int64_t day_s = std::int64_t{24} * 3600;
constexpr std::int64_t day_ms = day_s * 1000;
constexpr std::int64_t grace_ms = 30 * day_ms;
// Longer than the turns of an auditor's replays take.
constexpr std::int64_t replaying_ms = 10000;

const std::vector<std::string> auditors{"auditor:city", "auditor:region"};

// What happened, so that a test in which nothing does is not one that passes.
struct Happened {
    std::map<v1::MessageKind, std::size_t> recorded;
    std::map<ErrorCode, std::size_t> refused;
    std::size_t numbers_taken_back = 0;
    std::size_t delivered = 0;
    std::size_t fetched = 0;
    std::size_t not_there = 0;
    std::size_t told_of_parked = 0;
    ReadingsSeen read;
};

class History {
  public:
    History(std::uint64_t seed, Happened& happened)
        : world_(seed), random_(seed + 1000), model_(grace_ms), happened_(happened) {
        world_.settings.session_silent_ms_max = 100000 * day_ms;
        world_.settings.provider_grace_ms = grace_ms;
        EXPECT_TRUE(world_.open());
        if (::testing::Test::HasFailure()) return;  // there is no hub
        for (const std::string& each : jobcentres) {
            world_.add_party(each);
            model_.add_jobcentre(each);
        }
        for (const std::string& each : providers)
            grant(each, {{jobcentres.begin(), jobcentres.begin() + 2}});
        grant(auditors[0], {.jobcentres = {jobcentre}, .may_unmask = true});
        grant(auditors[1], {.jobcentres = {other_jobcentre}, .covers_from = in_days(20)});
    }

    void live() {
        for (int step = 1; step <= steps; ++step) {
            if (::testing::Test::HasFailure()) return;
            act_at_random();
            if (::testing::Test::HasFailure()) return;
            if (step % steps_between_sweeps == 0) sweep();
        }
    }

  private:
    using Turn = core::Turn;

    void act_at_random() {
        switch (random_.below(32)) {
            case 0:
                change_grant();
                break;
            case 1:
                world_.now = world_.now.plus_ms(
                    static_cast<std::int64_t>(random_.below(3)) * 12 * day_ms + 1);
                break;
            case 2:
                restart();
                break;
            case 3:
                give_up_one();
                break;
            case 4:
            case 5:
            case 6:
            case 7:
                submit(messages_.placing());
                break;
            case 8:
                submit(messages_.handing_over());
                break;
            case 9:
            case 10:
                submit(messages_.change_of_number());
                break;
            case 11:
            case 12:
                submit(messages_.merge());
                break;
            case 13:
                submit(random_.below(2) == 0 ? messages_.offer() : messages_.interview());
                break;
            case 14:
            case 15:
                if (messages_.has_changes()) submit(messages_.taking_back());
                break;
            case 16:
                change_audit();
                break;
            default:
                if (!model_.orders().empty()) submit(messages_.on_an_order());
        }
    }

    void submit(const v1::Envelope& envelope) {
        if (!open(envelope.sender())) return;
        const std::optional<ErrorCode> expected = model_.verdict(envelope, world_.now.plus_ms(1));
        const Turn done = world_.turn({world_.submit(envelope.sender(), {envelope})});
        const auto all = outcomes(done);
        ASSERT_EQ(all.size(), 1U);
        const v1::Outcome& outcome = all[0];
        if (expected) {
            ++happened_.refused[*expected];
            ASSERT_EQ(outcome.rejection().code(), static_cast<v1::ErrorCode>(*expected))
                << Error{*expected}.line() << " " << envelope.ShortDebugString() << " "
                << outcome.ShortDebugString();
        } else {
            ASSERT_TRUE(outcome.has_receipt())
                << envelope.ShortDebugString() << outcome.ShortDebugString();
            model_.record(envelope, outcome.receipt().sequence(), world_.now);
            ++happened_.recorded[model_.entries().back().kind];
            if (envelope.has_cpr_changed() && envelope.causes_size() > 0) {
                ++happened_.numbers_taken_back;
            }
        }
        check(done);
    }

    // --- Grants, sessions and time -----------------------------------------------------------

    // The second that so many days from now begins with, as statements tell times by seconds.
    Instant in_days(std::int64_t days) const {
        return Instant{(world_.now.microseconds / 1000000 + days * day_s) * 1000000};
    }

    static std::int64_t seconds(Instant time) { return time.microseconds / 1000000; }

    void grant(const std::string& party, const ModelGrant& granted) {
        v1::RegistryStatement statement =
            world_.grant(party, {granted.jobcentres.begin(), granted.jobcentres.end()});
        v1::PartyGrant& terms = *statement.mutable_grant();
        if (granted.until) terms.mutable_valid_until()->set_seconds(seconds(*granted.until));
        terms.set_may_unmask(granted.may_unmask);
        if (granted.covers_from) {
            terms.mutable_covers_from()->set_seconds(seconds(*granted.covers_from));
        }
        if (granted.covers_until) {
            terms.mutable_covers_until()->set_seconds(seconds(*granted.covers_until));
        }
        const Turn done =
            world_.turn({world_.hello(operator_party), world_.statement(statement, controller)});
        ASSERT_EQ(frames_to(done, operator_party, v1::HubFrame::kRegistryChanged).size(), 1U);
        model_.grant(party, granted);
    }

    std::set<std::string> some_jobcentres(std::uint64_t in) {
        std::set<std::string> some;
        for (const std::string& each : jobcentres) {
            if (random_.below(in) != 0) some.insert(each);
        }
        if (some.empty()) some.insert(one_of(jobcentres, random_));
        return some;
    }

    std::int64_t some_days(std::uint64_t most) {
        return 1 + static_cast<std::int64_t>(random_.below(most));
    }

    void change_grant() {
        ModelGrant granted{some_jobcentres(3)};
        if (random_.below(4) == 0) granted.until = in_days(some_days(20));
        grant(one_of(providers, random_), granted);
    }

    void change_audit() {
        ModelGrant granted{some_jobcentres(2)};
        if (random_.below(6) == 0) granted.until = in_days(some_days(20));
        granted.may_unmask = random_.below(2) == 0;
        if (random_.below(2) == 0) granted.covers_from = in_days(-some_days(40));
        if (random_.below(2) == 0) granted.covers_until = in_days(some_days(40) - 20);
        grant(one_of(auditors, random_), granted);
    }

    // A session with a subscription that goes on live; none for who is not in force.
    bool open(const std::string& party) {
        const bool may = model_.is_in_force(party, world_.now.plus_ms(1));
        const Turn hello = world_.turn({world_.hello(party)});
        EXPECT_EQ(frames_to(hello, party, v1::HubFrame::kWelcome).size(), may ? 1U : 0U);
        if (!may) return false;
        check(world_.turn({world_.subscribe(party, "live", limits::credit_max)}));
        return true;
    }

    void restart() {
        if (random_.below(2) == 0) {
            world_.log_store.lose_power();
            world_.vault_store.lose_power();
        }
        ASSERT_TRUE(world_.open());
        for (const auto& all : {jobcentres, providers}) {
            for (const std::string& party : all)
                open(party);
        }
    }

    void give_up_one() {
        const std::string& party = one_of(random_.below(2) == 0 ? jobcentres : providers, random_);
        if (!model_.is_in_force(party, world_.now.plus_ms(3))) return;
        world_.turn({world_.hello(party)});
        const Turn opened = world_.turn({world_.subscribe(party, "live", 1)});
        check(opened);
        for (const v1::Delivery& each : deliveries(opened, party)) {
            check(world_.turn({world_.nack(
                party, "live", each.sequence(),
                random_.below(2) == 0 ? v1::NACK_VERDICT_GIVE_UP : v1::NACK_VERDICT_RETRY_LATER)}));
        }
    }

    // --- What is handed out ------------------------------------------------------------------

    // Every byte of every message in the turn's frames, whoever they went to.
    void check(const Turn& turn) {
        for (const core::FrameOut& out : turn.frames) {
            for (const v1::Delivery& each : out.frame.deliveries().deliveries())
                check(out.route, each, false);
            if (out.frame.has_fetched()) check(out.route, out.frame.fetched().delivery(), true);
            for (const v1::ParkedMessage& each : out.frame.parked_list().messages()) {
                if (!each.has_notification()) continue;
                ++happened_.told_of_parked;
                const ModelEntry* const entry = model_.find(each.sequence());
                ASSERT_NE(entry, nullptr);
                EXPECT_TRUE(model_.may_receive(out.route, *entry, world_.now));
            }
        }
    }

    void check(const std::string& party, const v1::Delivery& delivery, bool is_fetched) {
        const ModelEntry* const entry = model_.find(delivery.sequence());
        ASSERT_NE(entry, nullptr) << "what no party has said";
        EXPECT_EQ(delivery.envelope(), entry->bytes);
        const bool may = is_fetched ? model_.may_fetch(party, *entry, world_.now)
                                    : model_.may_receive(party, *entry, world_.now);
        EXPECT_TRUE(may) << party << " was handed " << delivery.sequence() << ", a "
                         << v1::MessageKind_Name(entry->kind);
    }

    void sweep() {
        for (const auto& all : {jobcentres, providers}) {
            for (const std::string& party : all) {
                if (!open(party)) continue;
                check_deliveries(party);
                check_fetches(party);
                check(world_.turn({world_.list_parked(party, "live")}));
                readings_.prove_some(party);
                if (::testing::Test::HasFailure()) return;
            }
        }
        check(world_.turn({world_.hello(operator_party)}));
        readings_.prove_some(operator_party);
        for (const std::string& auditor : auditors) {
            if (!model_.is_in_force(auditor, world_.now.plus_ms(replaying_ms))) continue;
            if (!open(auditor)) continue;
            readings_.prove_some(auditor);
            for (int i = 0; i < 3; ++i)
                readings_.replay_some(auditor);
        }
    }

    // From the beginning, all that is the party's and nothing else.
    void check_deliveries(const std::string& party) {
        std::set<std::uint64_t> before = allowed(party, world_.now.plus_ms(1), false);
        core::FrameIn frame = world_.subscribe(party, "all", limits::credit_max);
        std::get<v1::ClientFrame>(frame.content).mutable_subscribe()->mutable_from_beginning();
        std::set<std::uint64_t> got;
        Turn turn = world_.turn({frame});
        for (int turns = 0; turns < 50; ++turns) {
            check(turn);
            for (const core::FrameOut& out : turn.frames) {
                if (out.route != party || out.frame.deliveries().name() != "all") continue;
                for (const v1::Delivery& each : out.frame.deliveries().deliveries())
                    got.insert(each.sequence());
            }
            if (!world_.core->has_work()) break;
            turn = world_.turn();
        }
        happened_.delivered += got.size();
        EXPECT_EQ(got, both(before, allowed(party, world_.now, false), got)) << party;
    }

    void check_fetches(const std::string& party) {
        for (std::uint64_t sequence = 0; sequence < world_.journal->size().value();) {
            std::vector<core::FrameIn> frames;
            std::set<std::uint64_t> asked;
            const std::uint64_t end = world_.journal->size().value();
            for (; sequence < end && frames.size() < limits::readings_per_turn_max; ++sequence) {
                frames.push_back(world_.fetch(party, sequence));
                asked.insert(sequence);
            }
            const std::size_t count = frames.size();
            const Turn turn = world_.turn(std::move(frames));
            check(turn);
            std::set<std::uint64_t> got;
            for (const auto& each : frames_to(turn, party, v1::HubFrame::kFetched))
                got.insert(each.fetched().delivery().sequence());
            std::set<std::uint64_t> due;
            for (const std::uint64_t each : allowed(party, world_.now, true)) {
                if (asked.contains(each)) due.insert(each);
            }
            EXPECT_EQ(got, due) << party;
            const auto refused = errors(turn, party);
            EXPECT_EQ(refused.size(), count - got.size());
            for (const v1::ErrorCode code : refused)
                EXPECT_EQ(code, v1::ERROR_CODE_ENTRY_UNKNOWN);
            happened_.fetched += got.size();
            happened_.not_there += refused.size();
            if (asked.contains(end - 1)) return;  // the rest are traces of this
        }
    }

    std::set<std::uint64_t> allowed(const std::string& party, Instant now, bool to_fetch) const {
        std::set<std::uint64_t> all;
        for (const ModelEntry& entry : model_.entries()) {
            if (to_fetch ? model_.may_fetch(party, entry, now)
                         : model_.may_receive(party, entry, now)) {
                all.insert(entry.sequence);
            }
        }
        return all;
    }

    // What was allowed before and after, and of what was allowed at one time only what came.
    static std::set<std::uint64_t> both(const std::set<std::uint64_t>& before,
                                        const std::set<std::uint64_t>& after,
                                        const std::set<std::uint64_t>& got) {
        std::set<std::uint64_t> all;
        for (const std::uint64_t each : before) {
            if (after.contains(each) || got.contains(each)) all.insert(each);
        }
        return all;
    }

    HubWorld world_;
    SeededRandomness random_;
    AccessModel model_;
    Happened& happened_;
    RandomMessages messages_{world_, model_, random_};
    Readings readings_{world_, model_, random_, happened_.read, [this](const auto& frames) {
                           Turn done = world_.turn(frames);
                           check(done);
                           return done;
                       }};
};

TEST(Access, NoPartyObtainsAByteItHasNoGroundForAndEachGetsItsOwn) {
    Happened happened;
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        History history{seed, happened};
        history.live();
        if (HasFailure()) return;
    }
    for (const auto kind : {v1::MESSAGE_KIND_ORDER, v1::MESSAGE_KIND_ORDER_DECLINE,
                            v1::MESSAGE_KIND_COURSE_START, v1::MESSAGE_KIND_COURSE_END,
                            v1::MESSAGE_KIND_ORDER_CANCELLATION, v1::MESSAGE_KIND_CASE_TRANSFER,
                            v1::MESSAGE_KIND_CPR_CHANGED, v1::MESSAGE_KIND_SUBJECTS_MERGED,
                            v1::MESSAGE_KIND_OFFER_PUBLISHED, v1::MESSAGE_KIND_COURSE_OUTCOME}) {
        EXPECT_GT(happened.recorded[kind], 5U) << v1::MessageKind_Name(kind);
    }
    for (const auto code :
         {ErrorCode::order_unknown, ErrorCode::order_over, ErrorCode::provider_unknown,
          ErrorCode::citizen_unknown, ErrorCode::citizen_mismatch, ErrorCode::cpr_outdated,
          ErrorCode::cause_unknown, ErrorCode::cause_mismatch, ErrorCode::order_step_not_allowed}) {
        const bool is_rare = code == ErrorCode::cause_unknown || code == ErrorCode::cause_mismatch;
        EXPECT_GT(happened.refused[code], is_rare ? 0U : 10U) << Error{code}.line();
    }
    EXPECT_GT(happened.numbers_taken_back, 5U);
    EXPECT_GT(happened.delivered, 1000U);
    EXPECT_GT(happened.fetched, 1000U);
    EXPECT_GT(happened.not_there, 1000U);
    EXPECT_GT(happened.told_of_parked, 10U);
    EXPECT_GT(happened.read.proofs_with_entry, 1000U);
    EXPECT_GT(happened.read.proofs_alone, 1000U);
    EXPECT_GT(happened.read.trails, 500U);
    EXPECT_GT(happened.read.contents, 100U);
    EXPECT_GT(happened.read.withheld, 1000U);
    EXPECT_GT(happened.read.hub_bodies_withheld, 100U);
    EXPECT_GT(happened.read.unmaskings_refused, 10U);
}

}  // namespace
}  // namespace jobbro::testing
