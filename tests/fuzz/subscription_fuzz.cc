// One subscription and a party that does as the contract says, in any order: acks, gives back,
// leaves and comes again, while messages about three citizens come in. An input is two bytes a
// step: what is done, and with which. However it goes, of each citizen the party handles every
// message, in the order of the log, but for those a person dropped.
#include <deque>
#include <memory>
#include <set>

#include "tests/fuzz/mutation.h"
#include "tests/fuzz/target.h"
#include "tests/support/hub_world.h"

namespace jobbro::testing {
namespace {

constexpr std::size_t citizens = 3;
constexpr std::size_t steps_max = 60;
constexpr int turns_to_end_max = 400;
constexpr const char* name = "main";

enum class Step : unsigned {
    record,
    record_two,
    read,
    read_all,
    ack_first,
    ack_all,
    nack,
    give_up,
    ack_parked,
    nack_parked,
    later,
    subscribe,
    new_session,
    restart,
    release,
    drop,
    nack_unknown,
};
constexpr unsigned step_count = 17;

// A hub with its usual parties and an order for each citizen, made once.
struct Prepared {
    HubWorld world;
    std::vector<contract::OrderId> orders;

    Prepared() {
        JOBBRO_ASSERT(world.open());
        world.add_usual_parties();
        for (std::size_t i = 0; i < citizens; ++i) {
            orders.push_back(world.new_order());
            const auto placed =
                world.turn({world.submit(jobcentre, {order(orders[i], world.now, world.randomness,
                                                           provider, made_up_citizen(i))})});
            JOBBRO_ASSERT(outcomes(placed).at(0).has_receipt());
        }
    }
};

const Prepared& prepared() {
    static const auto made = std::make_unique<Prepared>();
    return *made;
}

// What the party holds of one opening.
struct Opening {
    bool is_open = false;
    std::uint32_t credit = 0;
    std::map<std::uint64_t, v1::Delivery> by_cursor;  // not acked, not given back
    std::map<std::uint64_t, v1::Delivery> parked;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> nacks;  // lane and sequence
    std::uint64_t last_by_cursor = 0;
    std::map<std::size_t, std::uint64_t> lanes;  // by citizen
};

class Story {
  public:
    Story() {
        world_.log_store = prepared().world.log_store;
        world_.vault_store = prepared().world.vault_store;
        world_.marks.bytes = prepared().world.marks.bytes;
        world_.now = prepared().world.now;
        JOBBRO_ASSERT(world_.open());
        new_session();
        subscribe(3);
    }

    void take(unsigned step, unsigned with) {
        switch (static_cast<Step>(step % step_count)) {
            case Step::record:
                return record({with % citizens});
            case Step::record_two:
                return record({with % citizens, with / citizens % citizens});
            case Step::read:
                return read();
            case Step::read_all:
                return read_all();
            case Step::later:
                world_.now = world_.now.plus_ms(std::int64_t{50} * with);
                return turn({});
            case Step::subscribe:
                return subscribe(1 + with % 4);
            case Step::new_session:
                new_session();
                return subscribe(1 + with % 4);
            case Step::restart:
                return restart();
            case Step::release:
                return act(v1::PARKED_ACT_KIND_RELEASE, with);
            case Step::drop:
                return act(v1::PARKED_ACT_KIND_DROP, with);
            default:
                return answer(static_cast<Step>(step % step_count), with);
        }
    }

    // Handles all there is; then nothing may be left.
    void end() {
        read_all();
        new_session();
        subscribe(100);
        for (int turns = 0; turns < turns_to_end_max && !all_is_done(); ++turns) {
            act_on_all();
            turn({});
            read_all();
            if (!now_.by_cursor.empty()) ack(now_.by_cursor.rbegin()->first);
            while (!now_.parked.empty())
                ack_parked(now_.parked.begin()->first);
        }
        JOBBRO_ASSERT(all_is_done());
        turn({});
        read_all();
        JOBBRO_ASSERT(now_.by_cursor.empty() && now_.parked.empty());
        JOBBRO_ASSERT(list().messages_size() == 0);
    }

  private:
    // What the party answers to what it holds.
    void answer(Step step, unsigned with) {
        auto& held =
            step == Step::ack_parked || step == Step::nack_parked ? now_.parked : now_.by_cursor;
        if (step == Step::nack_unknown) return nack_unknown();
        if (held.empty()) return;
        const auto chosen = std::next(held.begin(), with % held.size())->first;
        switch (step) {
            case Step::ack_first:
                return ack(held.begin()->first);
            case Step::ack_all:
                return ack(held.rbegin()->first);
            case Step::ack_parked:
                return ack_parked(chosen);
            case Step::give_up:
                return nack(held.at(chosen), v1::NACK_VERDICT_GIVE_UP);
            default:
                return nack(held.at(chosen), v1::NACK_VERDICT_RETRY_LATER);
        }
    }

    void turn(std::vector<core::FrameIn> frames) {
        v1::ClientFrame ping;
        ping.mutable_ping();
        frames.push_back(world_.frame(jobcentre, ping));
        frames.push_back(world_.frame(provider, ping));
        for (const core::FrameOut& out : world_.turn(std::move(frames)).frames) {
            if (out.route == jobcentre) unread_.push_back(out.frame);
        }
    }

    template <typename Fill>
    void send(Fill fill) {
        v1::ClientFrame frame;
        fill(frame);
        turn({world_.frame(jobcentre, std::move(frame))});
    }

    void record(const std::vector<std::size_t>& about) {
        std::vector<v1::Envelope> envelopes;
        for (const std::size_t citizen : about) {
            envelopes.push_back(provider_notice(prepared().orders[citizen], world_.now,
                                                world_.randomness, made_up_citizen(citizen)));
        }
        std::uint64_t sequence = world_.journal->size().value();
        turn({world_.submit(provider, envelopes)});
        for (const std::size_t citizen : about) {
            citizen_of_.emplace(sequence, citizen);
            waiting_[citizen].insert(sequence++);
        }
        JOBBRO_ASSERT(world_.journal->size().value() >= sequence);  // a trace may follow
    }

    void new_session() {
        unread_.clear();
        now_ = {};
        turn({world_.hello(jobcentre), world_.hello(provider)});
        unread_.clear();
    }

    void restart() {
        JOBBRO_ASSERT(world_.open());
        may_come_again_ = handled_;
        for (auto& [sequence, attempts] : attempts_)
            attempts -= attempts > 0 ? 1 : 0;  // the latest may not have been stored
        new_session();
        subscribe(2);
    }

    // What is unread of the former opening comes again in the new one.
    void subscribe(std::uint32_t credit) {
        unread_.clear();
        now_ = {};
        now_.credit = credit;
        send([&](auto& frame) {
            frame.mutable_subscribe()->set_name(name);
            frame.mutable_subscribe()->set_credit(credit);
        });
        while (!unread_.empty() && !unread_.front().has_subscribed())
            unread_.pop_front();
        JOBBRO_ASSERT(!unread_.empty());
    }

    void read() {
        if (unread_.empty()) return;
        const v1::HubFrame frame = unread_.front();
        unread_.pop_front();
        switch (frame.kind_case()) {
            case v1::HubFrame::kSubscribed:
                now_.is_open = true;
                now_.last_by_cursor = frame.subscribed().next_sequence();
                return;
            case v1::HubFrame::kDeliveries:
                return take_deliveries(frame.deliveries());
            case v1::HubFrame::kError:
                JOBBRO_ASSERT(frame.error().code() == v1::ERROR_CODE_DELIVERY_UNKNOWN);
                JOBBRO_ASSERT(unknown_nacks_ > 0);
                --unknown_nacks_;
                return;
            default:
                return;
        }
    }

    void read_all() {
        while (!unread_.empty())
            read();
    }

    void take_deliveries(const v1::Deliveries& frame) {
        JOBBRO_ASSERT(now_.is_open && frame.name() == name && frame.deliveries_size() > 0);
        JOBBRO_ASSERT(frame.nacks_taken() <= now_.nacks.size());
        for (const v1::Delivery& delivery : frame.deliveries()) {
            check_lane(delivery);
            if (delivery.attempt() == 0) {
                take_by_cursor(delivery, frame.nacks_taken());
            } else {
                take_parked(delivery);
            }
        }
        JOBBRO_ASSERT(now_.by_cursor.size() + now_.parked.size() <= now_.credit);
    }

    void check_lane(const v1::Delivery& delivery) {
        const std::size_t citizen = citizen_of_.at(delivery.sequence());
        now_.lanes.emplace(citizen, delivery.lane());
        for (const auto& [other, lane] : now_.lanes)
            JOBBRO_ASSERT((other == citizen) == (lane == delivery.lane()));
    }

    void take_by_cursor(const v1::Delivery& delivery, std::uint64_t nacks_taken) {
        const std::uint64_t sequence = delivery.sequence();
        JOBBRO_ASSERT(sequence >= now_.last_by_cursor);
        now_.last_by_cursor = sequence + 1;
        for (std::size_t nack = nacks_taken; nack < now_.nacks.size(); ++nack) {
            if (now_.nacks[nack].first == delivery.lane() && sequence >= now_.nacks[nack].second)
                return;
        }
        JOBBRO_ASSERT(handled_.count(sequence) == 0 || may_come_again_.count(sequence) != 0);
        JOBBRO_ASSERT(dropped_.count(sequence) == 0);
        now_.by_cursor.emplace(sequence, delivery);
    }

    // The citizen's first that is not handled, alone, and counted.
    void take_parked(const v1::Delivery& delivery) {
        const std::uint64_t sequence = delivery.sequence();
        const std::size_t citizen = citizen_of_.at(sequence);
        JOBBRO_ASSERT(*waiting_.at(citizen).begin() == sequence);
        JOBBRO_ASSERT(dropped_.count(sequence) == 0);
        for (const auto& [other, held] : now_.parked)
            JOBBRO_ASSERT(citizen_of_.at(other) != citizen);
        // One more each time; those of an opening that was over before they were read count too.
        std::uint32_t& attempts = attempts_[sequence];
        JOBBRO_ASSERT(delivery.attempt() > attempts);
        attempts = delivery.attempt();
        now_.parked.emplace(sequence, delivery);
    }

    void ack(std::uint64_t sequence) {
        while (!now_.by_cursor.empty() && now_.by_cursor.begin()->first <= sequence) {
            handle(now_.by_cursor.begin()->first);
            now_.by_cursor.erase(now_.by_cursor.begin());
        }
        send_ack(sequence, false);
    }

    void ack_parked(std::uint64_t sequence) {
        handle(sequence);
        now_.parked.erase(sequence);
        send_ack(sequence, true);
    }

    void send_ack(std::uint64_t sequence, bool parked) {
        send([&](auto& frame) {
            frame.mutable_ack()->set_name(name);
            frame.mutable_ack()->set_sequence(sequence);
            frame.mutable_ack()->set_parked(parked);
        });
    }

    // In the citizen's order. What was dropped while it was out is answered all the same.
    void handle(std::uint64_t sequence) {
        if (dropped_.count(sequence) != 0) return;
        if (!handled_.insert(sequence).second) return;
        auto& waiting = waiting_.at(citizen_of_.at(sequence));
        JOBBRO_ASSERT(*waiting.begin() == sequence);
        waiting.erase(waiting.begin());
    }

    void nack(v1::Delivery delivery, v1::NackVerdict verdict) {
        now_.nacks.emplace_back(delivery.lane(), delivery.sequence());
        if (delivery.attempt() == 0) {
            std::erase_if(now_.by_cursor, [&](const auto& held) {
                return held.second.lane() == delivery.lane() && held.first >= delivery.sequence();
            });
        } else {
            now_.parked.erase(delivery.sequence());
        }
        send_nack(delivery.sequence(), verdict);
    }

    void send_nack(std::uint64_t sequence, v1::NackVerdict verdict) {
        send([&](auto& frame) {
            frame.mutable_nack()->set_name(name);
            frame.mutable_nack()->set_sequence(sequence);
            frame.mutable_nack()->set_verdict(verdict);
        });
    }

    // Entry 0 is nobody's. A Nack that is refused counts among those taken, and holds up nothing.
    void nack_unknown() {
        if (!now_.is_open) return;
        ++unknown_nacks_;
        now_.nacks.emplace_back(0, UINT64_MAX);
        send_nack(0, v1::NACK_VERDICT_GIVE_UP);
    }

    // The answer to a request, out of turn.
    template <typename Fill>
    v1::HubFrame asked(v1::HubFrame::KindCase kind, Fill fill) {
        const std::size_t before = unread_.size();
        send(fill);
        for (std::size_t i = before; i < unread_.size(); ++i) {
            if (unread_[i].kind_case() != kind) continue;
            v1::HubFrame found = unread_[i];
            unread_.erase(unread_.begin() + static_cast<std::ptrdiff_t>(i));
            return found;
        }
        JOBBRO_ASSERT(false);
        return {};
    }

    v1::ParkedList list() {
        return asked(v1::HubFrame::kParkedList,
                     [](auto& frame) { frame.mutable_list_parked()->set_name(name); })
            .parked_list();
    }

    // A person decides on one of the parked messages: drops it, out or not, or releases those of
    // its citizen when none is out.
    void act(v1::ParkedActKind kind, unsigned with) {
        read_all();
        const v1::ParkedList parked = list();
        read_all();
        if (parked.messages_size() == 0) return;
        if (kind == v1::PARKED_ACT_KIND_RELEASE && !now_.parked.empty()) return;
        const int chosen = static_cast<int>(with) % parked.messages_size();
        const std::uint64_t sequence = parked.messages(chosen).sequence();
        const std::size_t citizen = citizen_of_.at(sequence);
        if (kind == v1::PARKED_ACT_KIND_DROP) {
            dropped_.insert(sequence);
            waiting_.at(citizen).erase(sequence);
        } else {
            for (const std::uint64_t each : waiting_.at(citizen))
                attempts_[each] = 0;
        }
        const v1::HubFrame acted = asked(v1::HubFrame::kParkedActed, [&](auto& frame) {
            frame.mutable_act_on_parked()->set_name(name);
            frame.mutable_act_on_parked()->set_act(kind);
            frame.mutable_act_on_parked()->add_sequences(sequence);
        });
        JOBBRO_ASSERT(acted.parked_acted().messages() >= 1);
    }

    void act_on_all() {
        read_all();
        if (!now_.parked.empty() || list().messages_size() == 0) return;
        read_all();
        if (!now_.parked.empty()) return;
        for (const auto& [citizen, waiting] : waiting_) {
            for (const std::uint64_t each : waiting)
                attempts_[each] = 0;
        }
        asked(v1::HubFrame::kParkedActed, [](auto& frame) {
            frame.mutable_act_on_parked()->set_name(name);
            frame.mutable_act_on_parked()->set_act(v1::PARKED_ACT_KIND_RELEASE);
            frame.mutable_act_on_parked()->set_all(true);
        });
    }

    [[nodiscard]] bool all_is_done() const {
        return std::all_of(waiting_.begin(), waiting_.end(),
                           [](const auto& each) { return each.second.empty(); });
    }

    HubWorld world_{3};
    Opening now_;
    std::deque<v1::HubFrame> unread_;
    std::map<std::uint64_t, std::size_t> citizen_of_;         // by sequence
    std::map<std::size_t, std::set<std::uint64_t>> waiting_;  // not handled and not dropped
    std::set<std::uint64_t> handled_;
    std::set<std::uint64_t> may_come_again_;  // handled before the hub was stopped
    std::set<std::uint64_t> dropped_;
    std::map<std::uint64_t, std::uint32_t> attempts_;
    int unknown_nacks_ = 0;
};

Bytes steps(const std::vector<std::pair<Step, unsigned>>& story) {
    Bytes out;
    for (const auto& [step, with] : story) {
        out += static_cast<char>(step);
        out += static_cast<char>(with);
    }
    return out;
}

}  // namespace

const int replay_mutations = 300;

std::vector<Bytes> seeds() {
    return {
        steps({{Step::record, 0}, {Step::record, 1}, {Step::read_all, 0}, {Step::ack_all, 0}}),
        steps({{Step::record_two, 0},
               {Step::record, 1},
               {Step::read_all, 0},
               {Step::nack, 0},
               {Step::record, 0},
               {Step::read_all, 0},
               {Step::ack_all, 0},
               {Step::later, 40},
               {Step::read_all, 0},
               {Step::ack_parked, 0},
               {Step::read_all, 0},
               {Step::nack_parked, 0},
               {Step::later, 40}}),
        steps({{Step::record_two, 0},
               {Step::read, 0},
               {Step::record, 0},
               {Step::read, 0},
               {Step::give_up, 0},
               {Step::record_two, 4},
               {Step::read_all, 0},
               {Step::drop, 0},
               {Step::release, 0},
               {Step::restart, 0}}),
        steps({{Step::record_two, 3},
               {Step::read_all, 0},
               {Step::nack, 1},
               {Step::new_session, 0},
               {Step::nack_unknown, 0},
               {Step::later, 30},
               {Step::read_all, 0},
               {Step::give_up, 0},
               {Step::release, 0},
               {Step::ack_parked, 0}}),
    };
}

void mutate(Bytes& input, const Bytes& other, SeededRandomness& random) {
    const std::size_t at = random.below(input.size() / 2 + 1) * 2;
    const std::size_t from = random.below(other.size() / 2 + 1) * 2;
    switch (random.below(4)) {
        case 0:
            input.erase(at, 2);
            return;
        case 1:
            input.insert(at, other.substr(from, 2 * (1 + random.below(6))));
            return;
        default:
            input.insert(at, {static_cast<char>(random.below(step_count)),
                              static_cast<char>(random.below(80))});
    }
}

}  // namespace jobbro::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    jobbro::testing::Story story;
    for (std::size_t i = 0; i + 1 < size && i < 2 * jobbro::testing::steps_max; i += 2)
        story.take(data[i], data[i + 1]);
    story.end();
    return 0;
}
