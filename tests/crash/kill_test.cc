// SIGKILL at random moments under load. Every receipted message is there exactly once and in the
// order it was sent, sequences have no gap, and no cursor is ahead of its acks or behind those the
// hub had taken before a receipt. What was subscribed before goes on with nothing left out.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>

#include "hub/journal/entry.h"
#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"
#include "hub/journal/tree.h"
#include "hub/store/rocks_store.h"
#include "proto/evidence/note.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

constexpr int rounds = 50;
constexpr std::chrono::seconds limit{30};
constexpr std::uint64_t unacked_max =
    32;  // below the credit, so that deliveries never come to rest
constexpr std::uint32_t credit = 64;

// One life of a subscription: from the answer to Subscribe to the hub's end.
struct Life {
    std::uint64_t next = 0;                    // as the hub said
    std::map<std::uint64_t, std::string> got;  // sequence -> message id
    std::uint64_t acked = 0;                   // all below were acked in this life or before
    std::map<std::string, std::uint64_t> acked_at_send;  // message id -> `acked` when it was sent
};

// What one party saw over all lives of the hub. "Acked" numbers are ends: one more than the
// sequence that was acked.
struct Side {
    std::string party;
    std::vector<Life> lives;
    std::uint64_t acked_max = 0;     // ever asked for
    std::uint64_t acked_surely = 0;  // asked for before something that was receipted
    std::vector<v1::Envelope> unanswered;
};

struct Seen {
    std::map<std::string, std::uint64_t> receipts;         // message id -> sequence
    std::map<std::string, std::vector<std::string>> sent;  // order id -> message ids, as sent
    Side centre{jobcentre, {}, 0, 0, {}};
    Side site{provider, {}, 0, 0, {}};
};

class Load {
  public:
    Load(HubProcess& hub, Seen& seen, SeededRandomness& random)
        : hub_(hub), seen_(seen), random_(random) {}

    // One life of the hub: sends, receives and acks for `steps` steps, then kills it while the last
    // of them is on its way, and takes what had been answered by then.
    void live(std::uint64_t steps) {
        const auto centre = go_on(seen_.centre);
        const auto site = go_on(seen_.site);
        for (std::uint64_t step = 0; step < steps; ++step) {
            if (step % 4 == 0) place_order(*centre);
            report(*site);
            if (random_.below(3) > 0) {
                drain(*centre, seen_.centre, 0);
                drain(*site, seen_.site, random_.below(2) == 0 ? 1 : 0);
            }
        }
        hub_.kill();
        drain(*centre, seen_.centre, 50);
        drain(*site, seen_.site, 50);
    }

    // A life without an end of its own: until `is_done`.
    void live_until(const std::function<bool()>& is_done) {
        const auto centre = go_on(seen_.centre);
        const auto site = go_on(seen_.site);
        const auto until = std::chrono::steady_clock::now() + limit;
        while (!is_done()) {
            ASSERT_LT(std::chrono::steady_clock::now(), until) << "not done within the limit";
            drain(*centre, seen_.centre, 10);
            drain(*site, seen_.site, 10);
        }
    }

  private:
    // Connects, takes the subscription up again and sends what was not answered: the same bytes,
    // in order, from the first.
    std::unique_ptr<RawPeer> go_on(Side& side) {
        auto peer = RawPeer::open(hub_, side.party);
        peer->subscribe("main", credit);
        const auto frame = peer->receive_kind(v1::HubFrame::kSubscribed);
        if (!frame) throw std::runtime_error("not subscribed");
        Life& life = side.lives.emplace_back();
        life.next = frame->subscribed().next_sequence();
        life.acked = life.next;
        EXPECT_LE(life.next, side.acked_max) << side.party << ": the cursor is ahead of the acks";
        EXPECT_GE(life.next, side.acked_surely) << side.party << ": an ack was lost";
        for (const v1::Envelope& each : side.unanswered)
            send(*peer, side, {each});
        return peer;
    }
    void place_order(RawPeer& centre) {
        const Instant now = clock_.now();
        const auto id = contract::OrderId::make(now, randomness_);
        keep_and_send(centre, seen_.centre,
                      {order(id, now, randomness_, provider, made_up_citizen(++orders_))});
    }
    void report(RawPeer& site) {
        if (open_orders_.empty()) return;
        const auto& [id, cpr] = open_orders_[random_.below(open_orders_.size())];
        std::vector<v1::Envelope> reports;
        for (std::uint64_t i = 0; i <= random_.below(8); ++i) {
            reports.push_back(provider_notice(id, clock_.now(), randomness_, cpr));
        }
        keep_and_send(site, seen_.site, reports);
    }
    void keep_and_send(RawPeer& peer, Side& side, const std::vector<v1::Envelope>& envelopes) {
        for (const v1::Envelope& each : envelopes) {
            seen_.sent[each.order_id()].push_back(each.message_id());
            side.unanswered.push_back(each);
        }
        send(peer, side, envelopes);
    }
    static void send(RawPeer& peer, Side& side, const std::vector<v1::Envelope>& envelopes) {
        Life& life = side.lives.back();
        for (const v1::Envelope& each : envelopes)
            life.acked_at_send.emplace(each.message_id(), life.acked);
        peer.submit(envelopes);
    }
    void drain(RawPeer& peer, Side& side, int timeout_ms) {
        while (const auto frame = peer.receive(timeout_ms)) {
            ASSERT_FALSE(frame->has_error()) << frame->ShortDebugString();
            for (const auto& outcome : frame->outcomes().outcomes())
                answered(side, outcome);
            for (const auto& each : frame->deliveries().deliveries())
                delivered(side.lives.back(), each);
            if (frame->has_deliveries()) ack(peer, side);
        }
    }
    static void delivered(Life& life, const v1::Delivery& delivery) {
        EXPECT_GE(delivery.sequence(), life.next) << "acked and delivered again";
        if (!life.got.empty()) {
            EXPECT_GT(delivery.sequence(), life.got.rbegin()->first) << "twice, or out of order";
        }
        v1::Envelope envelope;
        ASSERT_TRUE(envelope.ParseFromString(delivery.envelope()));
        life.got.emplace(delivery.sequence(), envelope.message_id());
    }
    // Acks what has come, now and then less than that.
    void ack(RawPeer& peer, Side& side) {
        Life& life = side.lives.back();
        const auto first = life.got.lower_bound(life.acked);
        const auto waiting = static_cast<std::uint64_t>(std::distance(first, life.got.end()));
        if (waiting == 0 || (waiting < unacked_max && random_.below(3) == 0)) return;
        const std::uint64_t last = life.got.rbegin()->first;
        peer.ack("main", last);
        life.acked = last + 1;
        side.acked_max = std::max(side.acked_max, life.acked);
    }
    void answered(Side& side, const v1::Outcome& outcome) {
        ASSERT_TRUE(outcome.has_receipt()) << outcome.ShortDebugString();
        const auto [known, is_new] =
            seen_.receipts.emplace(outcome.message_id(), outcome.receipt().sequence());
        EXPECT_EQ(known->second, outcome.receipt().sequence()) << "two receipts that differ";
        // Frames of a connection are taken in order: the ack came first and is as durable.
        side.acked_surely =
            std::max(side.acked_surely, side.lives.back().acked_at_send.at(outcome.message_id()));
        std::erase_if(side.unanswered, [&](const v1::Envelope& each) {
            if (each.message_id() != outcome.message_id()) return false;
            if (each.has_order()) {
                open_orders_.emplace_back(*contract::OrderId::parse(each.order_id()),
                                          each.citizen().cpr_number());
            }
            return true;
        });
    }

    HubProcess& hub_;
    Seen& seen_;
    SeededRandomness& random_;
    evidence::SystemRandomness randomness_;
    SystemClock clock_;
    std::vector<std::pair<contract::OrderId, std::string>> open_orders_;
    std::uint64_t orders_ = 0;
};

// What the stopped hub's log holds.
struct Recorded {
    std::map<std::string, std::uint64_t> sequences;  // message id -> sequence
    // What each party is to have: everything the other one sent.
    std::map<std::string, std::map<std::uint64_t, std::string>> routed;
};

// Reads the log and holds its order, tree and checkpoints against each other.
void read_log(HubProcess& hub, Recorded& recorded) {
    const auto log = store::RocksStore::open(hub.data() / "log", journal::log_table::names);
    ASSERT_TRUE(log) << log.error().line();
    std::uint64_t next = 0;
    evidence::CompactTree tree;
    std::map<std::uint64_t, evidence::Digest> roots;
    ASSERT_TRUE((*log)->scan(journal::log_table::entries, {}, [&](BytesView key, BytesView value) {
        EXPECT_EQ(read_big_endian<std::uint64_t>(key), next) << "a gap";
        const auto parts = journal::decode_entry(value);
        EXPECT_TRUE(parts);
        EXPECT_EQ(parts->clear.sequence.value(), next);
        const std::string id = contract::uuid_text(parts->clear.message_id);
        EXPECT_TRUE(recorded.sequences.emplace(id, next).second) << "recorded twice";
        if (parts->clear.sender == jobcentre) recorded.routed[provider].emplace(next, id);
        if (parts->clear.sender == provider) recorded.routed[jobcentre].emplace(next, id);
        tree.append(evidence::leaf_hash(value));
        roots[++next] = tree.root();
        return true;
    }));
    const auto verifier = evidence::NoteVerifier::parse(hub.verifier_key());
    ASSERT_TRUE((*log)->scan(journal::log_table::commits, {}, [&](BytesView key, BytesView note) {
        const auto checkpoint = evidence::open_checkpoint(note, *verifier);
        EXPECT_TRUE(checkpoint);
        EXPECT_EQ(checkpoint->size.value(), read_big_endian<std::uint64_t>(key));
        EXPECT_EQ(checkpoint->root, roots[checkpoint->size.value()]);
        return true;
    }));
}

// Every receipt is kept, and each order's messages stand as they were sent.
void check_log(const Recorded& recorded, const Seen& seen) {
    for (const auto& [id, sequence] : seen.receipts) {
        ASSERT_TRUE(recorded.sequences.contains(id)) << "receipted and lost";
        EXPECT_EQ(recorded.sequences.at(id), sequence);
    }
    for (const auto& [order, ids] : seen.sent) {
        std::uint64_t last = 0;
        for (const std::string& id : ids) {
            ASSERT_TRUE(recorded.sequences.contains(id)) << "sent until answered, and not there";
            EXPECT_GT(recorded.sequences.at(id), last) << "not in the order of sending";
            last = recorded.sequences.at(id);
        }
    }
}

// The subscription's last life has brought it to the last entry that is routed to the party.
bool has_come_to_the_end(const Side& side, const Recorded& recorded) {
    const std::uint64_t last = recorded.routed.at(side.party).rbegin()->first;
    const Life& life = side.lives.back();
    return life.next > last || life.got.contains(last);
}

// In each life came exactly what is routed to the party, from the cursor to the last that came.
void check_lives(const Recorded& recorded, const Side& side) {
    const auto& routed = recorded.routed.at(side.party);
    for (const Life& life : side.lives) {
        if (life.got.empty()) continue;
        const std::map<std::uint64_t, std::string> due(
            routed.lower_bound(life.next), routed.upper_bound(life.got.rbegin()->first));
        EXPECT_EQ(life.got, due) << side.party << ", from " << life.next;
    }
    EXPECT_TRUE(has_come_to_the_end(side, recorded)) << side.party;
}

// A fresh subscription gets everything once and in order.
void check_from_the_beginning(HubProcess& hub, const Recorded& recorded, const std::string& party) {
    const auto peer = RawPeer::open(hub, party);
    peer->subscribe("afterwards", 1024);
    std::map<std::uint64_t, std::string> got;
    const auto until = std::chrono::steady_clock::now() + limit;
    const auto& routed = recorded.routed.at(party);
    while (got.size() < routed.size()) {
        ASSERT_LT(std::chrono::steady_clock::now(), until)
            << got.size() << " have come to " << party;
        const auto frame = peer->receive(100);
        if (!frame || !frame->has_deliveries()) continue;
        for (const auto& each : frame->deliveries().deliveries()) {
            v1::Envelope envelope;
            ASSERT_TRUE(envelope.ParseFromString(each.envelope()));
            EXPECT_TRUE(got.empty() || each.sequence() > got.rbegin()->first) << "out of order";
            got.emplace(each.sequence(), envelope.message_id());
        }
        peer->ack("afterwards", got.rbegin()->first);
    }
    EXPECT_EQ(got, routed) << party;
}

TEST(Kill, FiftyTimesUnderLoadLosesNothingAndRepeatsNothing) {
    const char* const given = std::getenv("JOBBRO_SEED");
    const std::uint64_t seed = given != nullptr
                                   ? std::strtoull(given, nullptr, 10)
                                   : static_cast<std::uint64_t>(SystemClock{}.now().microseconds);
    std::printf("seed %llu (JOBBRO_SEED repeats it)\n", static_cast<unsigned long long>(seed));
    SeededRandomness random{seed};
    HubProcess hub;
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    hub.add_usual_parties();
    Seen seen;
    Load load{hub, seen, random};
    for (int round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
        load.live(1 + random.below(120));
        ASSERT_TRUE(hub.start()) << "no repair step is needed: " << hub.ended().errors;
    }
    ASSERT_FALSE(::testing::Test::HasFailure());
    EXPECT_GT(seen.receipts.size(), 500U) << "there was load";
    ASSERT_NO_FATAL_FAILURE(load.live_until(
        [&] { return seen.centre.unanswered.empty() && seen.site.unanswered.empty(); }));
    EXPECT_EQ(hub.stop().status, 0);
    Recorded recorded;
    ASSERT_NO_FATAL_FAILURE(read_log(hub, recorded));
    check_log(recorded, seen);
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    ASSERT_NO_FATAL_FAILURE(load.live_until([&] {
        return has_come_to_the_end(seen.centre, recorded) &&
               has_come_to_the_end(seen.site, recorded);
    }));
    check_lives(recorded, seen.centre);
    check_lives(recorded, seen.site);
    check_from_the_beginning(hub, recorded, jobcentre);
    check_from_the_beginning(hub, recorded, provider);
    EXPECT_EQ(hub.stop().status, 0);
}

}  // namespace
}  // namespace jobbro::testing
