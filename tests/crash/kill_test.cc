// SIGKILL at random moments under load. Every receipted message is there exactly once and in the
// order it was sent, sequences have no gap, and no cursor is ahead of its acks.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
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

// What the outside saw of the run, over all lives of the hub.
struct Seen {
    std::map<std::string, std::uint64_t> receipts;         // message id -> sequence
    std::map<std::string, std::vector<std::string>> sent;  // order id -> message ids, as sent
    std::vector<std::uint64_t> delivered;                  // first deliveries, in order
    std::uint64_t asked_to_ack = 0;                        // the highest sequence ever acked
};

class Load {
  public:
    Load(HubProcess& hub, Seen& seen, SeededRandomness& random)
        : hub_(hub), seen_(seen), random_(random) {}

    // One life of the hub: sends, receives and acks for `steps` steps, then kills it while the last
    // of them is on its way, and takes what had been answered by then.
    void live(std::uint64_t steps) {
        const auto centre = RawPeer::open(hub_, jobcentre);
        const auto site = RawPeer::open(hub_, provider);
        centre->subscribe("main", 64);
        send_unanswered(*centre, jobcentre);
        send_unanswered(*site, provider);
        for (std::uint64_t step = 0; step < steps; ++step) {
            if (step % 4 == 0) place_order(*centre);
            report(*site);
            if (random_.below(3) > 0) {
                drain(*centre, jobcentre, 0);
                drain(*site, provider, random_.below(2) == 0 ? 1 : 0);
            }
        }
        hub_.kill();
        drain(*centre, jobcentre, 50);
        drain(*site, provider, 50);
    }

  private:
    void place_order(RawPeer& centre) {
        const Instant now = clock_.now();
        const auto id = contract::OrderId::make(now, randomness_);
        keep_and_send(centre, jobcentre,
                      {order(id, now, randomness_, provider, made_up_citizen(++orders_))});
    }
    void report(RawPeer& site) {
        if (open_orders_.empty()) return;
        const auto& [id, cpr] = open_orders_[random_.below(open_orders_.size())];
        std::vector<v1::Envelope> reports;
        for (std::uint64_t i = 0; i <= random_.below(8); ++i) {
            reports.push_back(absence(id, clock_.now(), randomness_, cpr));
        }
        keep_and_send(site, provider, reports);
    }
    void keep_and_send(RawPeer& peer, const std::string& party,
                       const std::vector<v1::Envelope>& envelopes) {
        for (const v1::Envelope& each : envelopes) {
            seen_.sent[each.order_id()].push_back(each.message_id());
            unanswered_[party].push_back(each);
        }
        peer.submit(envelopes);
    }
    // After a crash: from the first unanswered, in order, the same bytes.
    void send_unanswered(RawPeer& peer, const std::string& party) {
        for (const v1::Envelope& each : unanswered_[party])
            peer.submit({each});
    }
    void drain(RawPeer& peer, const std::string& party, int timeout_ms) {
        while (const auto frame = peer.receive(timeout_ms)) {
            for (const auto& outcome : frame->outcomes().outcomes())
                answered(party, outcome);
            std::uint64_t last = 0;
            for (const auto& each : frame->deliveries().deliveries()) {
                if (seen_.delivered.empty() || each.sequence() > seen_.delivered.back()) {
                    seen_.delivered.push_back(each.sequence());
                }
                last = each.sequence();
            }
            if (last != 0 && random_.below(3) > 0) {
                peer.ack("main", last);
                seen_.asked_to_ack = std::max(seen_.asked_to_ack, last);
            }
        }
    }
    void answered(const std::string& party, const v1::Outcome& outcome) {
        ASSERT_TRUE(outcome.has_receipt()) << outcome.ShortDebugString();
        const auto [known, is_new] =
            seen_.receipts.emplace(outcome.message_id(), outcome.receipt().sequence());
        EXPECT_EQ(known->second, outcome.receipt().sequence()) << "two receipts that differ";
        auto& waiting = unanswered_[party];
        std::erase_if(waiting, [&](const v1::Envelope& each) {
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
    std::map<std::string, std::vector<v1::Envelope>> unanswered_;
    std::vector<std::pair<contract::OrderId, std::string>> open_orders_;
    std::uint64_t orders_ = 0;
};

Bytes cursor_key() {
    Bytes key = jobcentre;
    key.push_back('\0');
    return key + "main";
}

// Reads the stopped hub's log and holds it against what was seen.
void check_log(HubProcess& hub, const Seen& seen) {
    const auto log = store::RocksStore::open(hub.data() / "log", journal::log_table::names);
    ASSERT_TRUE(log) << log.error().line();
    std::uint64_t next = 0;
    std::map<std::string, std::uint64_t> recorded;
    evidence::CompactTree tree;
    std::map<std::uint64_t, evidence::Digest> roots;
    ASSERT_TRUE((*log)->scan(journal::log_table::entries, {}, [&](BytesView key, BytesView value) {
        EXPECT_EQ(read_big_endian<std::uint64_t>(key), next) << "a gap";
        const auto parts = journal::decode_entry(value);
        EXPECT_TRUE(parts);
        EXPECT_EQ(parts->clear.sequence.value(), next);
        const auto placed =
            recorded.emplace(contract::uuid_text(parts->clear.message_id), next).second;
        EXPECT_TRUE(placed) << "recorded twice";
        tree.append(evidence::leaf_hash(value));
        roots[++next] = tree.root();
        return true;
    }));
    for (const auto& [id, sequence] : seen.receipts) {
        ASSERT_TRUE(recorded.contains(id)) << "receipted and lost";
        EXPECT_EQ(recorded[id], sequence);
    }
    for (const auto& [order, ids] : seen.sent) {
        std::uint64_t last = 0;
        for (const std::string& id : ids) {
            if (!recorded.contains(id)) continue;
            EXPECT_GT(recorded[id], last) << "not in the order of sending";
            last = recorded[id];
        }
    }
    const auto cursor = (*log)->get(journal::log_table::cursors, cursor_key());
    ASSERT_TRUE(cursor && cursor->has_value());
    journal::rows::CursorRow row;
    ASSERT_TRUE(row.ParseFromString(**cursor));
    EXPECT_LE(row.next_sequence(), seen.asked_to_ack + 1) << "the cursor is ahead of the acks";
    EXPECT_GT(row.next_sequence(), 0U);
    const auto verifier = evidence::NoteVerifier::parse(hub.verifier_key());
    ASSERT_TRUE((*log)->scan(journal::log_table::commits, {}, [&](BytesView key, BytesView note) {
        const auto checkpoint = evidence::open_checkpoint(note, *verifier);
        EXPECT_TRUE(checkpoint);
        EXPECT_EQ(checkpoint->size.value(), read_big_endian<std::uint64_t>(key));
        EXPECT_EQ(checkpoint->root, roots[checkpoint->size.value()]);
        return true;
    }));
}

// After everything, a fresh subscription gets every report once and in order.
void check_deliveries(HubProcess& hub, const Seen& seen) {
    ASSERT_TRUE(hub.start());
    const auto centre = RawPeer::open(hub, jobcentre);
    centre->subscribe("afterwards", 1024);
    centre->ping(1);
    std::set<std::string> missing;
    for (const auto& [id, sequence] : seen.receipts)
        missing.insert(id);
    std::uint64_t last = 0;
    while (const auto frame = centre->receive(1000)) {
        for (const auto& each : frame->deliveries().deliveries()) {
            EXPECT_GT(each.sequence(), last) << "twice, or out of order";
            last = each.sequence();
            v1::Envelope envelope;
            ASSERT_TRUE(envelope.ParseFromString(each.envelope()));
            missing.erase(envelope.message_id());
        }
        if (frame->has_deliveries()) centre->ack("afterwards", last);
    }
    for (const auto& [order, ids] : seen.sent)
        missing.erase(ids.front());  // the orders themselves
    EXPECT_TRUE(missing.empty()) << missing.size() << " receipted and not delivered";
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
    for (int round = 0; round < rounds; ++round) {
        load.live(1 + random.below(120));
        ASSERT_TRUE(hub.start()) << "no repair step is needed: " << hub.ended().errors;
    }
    EXPECT_GT(seen.receipts.size(), 500U) << "there was load";
    EXPECT_EQ(hub.stop().status, 0);
    check_log(hub, seen);
    check_deliveries(hub, seen);
}

}  // namespace
}  // namespace jobbro::testing
