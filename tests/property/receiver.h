// A receiver of one subscription, as proto/README.md says one should be, that fails at random.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/hub_world.h"

namespace jobbro::testing {

// Holds what it was delivered, works on the first of any citizen's messages, and answers in the
// order in which it is done. What it sends and what it is sent is on its way for a while: the
// history takes it from `to_hub` and puts it into take().
//
// It remembers what it has handled, as an inbox does, and acks what comes again. Some receivers can
// do nothing with some messages, however often they come, until somebody cures them.
class Receiver {
  public:
    Receiver(std::string name, std::uint32_t credit) : name_(std::move(name)), credit_(credit) {}

    // The session is there, or there is a new one: subscribes. With `from`, moves back.
    void subscribe(const HubWorld& world, std::optional<std::uint64_t> from);
    // Everything of the session is gone, what was on its way too.
    void lose();

    void take(const v1::HubFrame& frame);
    // Works on one message, if it holds any; it fails with these chances, in percent.
    struct Chances {
        std::uint64_t retry = 0;
        std::uint64_t give_up = 0;
    };
    void work(const HubWorld& world, SeededRandomness& random, Chances chances);
    // Acks what is handled and was not acked yet.
    void ack(const HubWorld& world);
    // From now on it fails at the same messages each time, one in five to fourteen.
    void poison(SeededRandomness& random);
    void cure() { poison_every_ = 0; }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint32_t credit() const { return credit_; }
    // Frames of the receiver's session; nothing else goes by this route.
    [[nodiscard]] core::FrameIn on_route(core::FrameIn frame) const;
    [[nodiscard]] bool is_open() const { return is_open_; }
    // The hub has answered its last Subscribe.
    [[nodiscard]] bool is_served() const { return is_open_ && unanswered_ == 0; }
    [[nodiscard]] bool is_idle() const { return held_.empty(); }
    // How many it holds that came from the parked list.
    [[nodiscard]] std::size_t held_from_list() const;

    std::deque<core::FrameIn> to_hub;
    // Sequences in the order in which they were first handled.
    std::vector<std::uint64_t> handled;
    // What came by either way in this opening.
    std::set<std::uint64_t> seen;
    // Acked from the list.
    std::set<std::uint64_t> settled;
    // What went wrong: frames that no hub should send.
    std::string complaint;

  private:
    struct Held {
        std::uint64_t sequence;
        std::uint64_t lane;
        bool is_parked;
    };
    struct SentNack {
        std::uint64_t lane;
        std::uint64_t sequence;
    };
    void clear();
    void take_delivery(const v1::Delivery& delivery, std::uint64_t nacks_taken);
    [[nodiscard]] bool is_poison(std::uint64_t sequence) const;
    void give_back(const HubWorld& world, const Held& held, v1::NackVerdict verdict);
    void finish(const HubWorld& world, const Held& held);

    std::string name_;
    std::uint32_t credit_;
    bool is_open_ = false;
    int unanswered_ = 0;                            // Subscribes
    std::deque<Held> held_;                         // in the order of coming
    std::map<std::uint64_t, bool> by_cursor_;       // not acked; whether it is handled
    std::map<std::uint64_t, std::uint64_t> lanes_;  // of those
    std::vector<SentNack> nacks_;                   // of this opening
    std::set<std::uint64_t> known_;                 // handled, ever
    std::uint64_t last_by_cursor_ = 0;
    std::uint64_t poison_every_ = 0;  // 0: nothing is
    std::uint64_t poison_rest_ = 0;
    std::map<std::uint64_t, std::uint64_t> from_list_;  // by lane, the last that came
};

}  // namespace jobbro::testing
