// An auditor reads the log of a real hub: granted from the command line, page by page, opening what
// came with nothing but the page and FORMAT.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "adapters/kit/client.h"
#include "jobbro/v1/journal.pb.h"
#include "proto/evidence/note.h"
#include "proto/evidence/sealing.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"

namespace jobbro::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr auto patience = 10s;
constexpr const char* auditor = "auditor:city";

// The parts of an entry, as FORMAT.md lays them out.
struct Parts {
    std::uint64_t sequence = 0;
    evidence::Digest index_commitment{};
    evidence::Digest body_commitment{};
    BytesView clear;
    BytesView index;
    BytesView body;
};

Parts parts_of(BytesView entry) {
    constexpr std::size_t sender_at = 158;
    constexpr std::size_t path_length_at = 8 + 64 + 2 + 2;
    std::size_t clear = sender_at + 1 + static_cast<unsigned char>(entry.at(sender_at));
    if (entry.at(1) != 0) {
        clear += path_length_at;
        clear += 1 + 32 * static_cast<std::size_t>(static_cast<unsigned char>(entry.at(clear)));
    }
    const std::size_t index_size = read_big_endian<std::uint16_t>(entry, clear);
    return {read_big_endian<std::uint64_t>(entry, 2), array_of<32>(entry.substr(94, 32)),
            array_of<32>(entry.substr(126, 32)),      entry.substr(0, clear),
            entry.substr(clear + 2, index_size),      entry.substr(clear + 2 + index_size)};
}

Bytes opened(const Bytes& key, const evidence::Digest& commitment, BytesView sealed,
             BytesView clear) {
    auto plain =
        evidence::open_part(*evidence::SymmetricKey::from_bytes(key), commitment, sealed, clear);
    return plain ? *std::move(plain) : Bytes{};
}

class AuditorTest : public ::testing::Test {
  protected:
    AuditorTest() {
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_usual_parties();
        hub.keys(auditor);
        grant({"--may-unmask", "--covers-from", "2020-01-01", "--covers-until", "2999-01-01"});
        const auto centre = connect(jobcentre);
        const auto id = contract::OrderId::make(SystemClock{}.now(), randomness);
        placed = order(id, SystemClock{}.now(), randomness);
        const auto receipt = centre->submit(placed).get();
        if (!receipt) throw std::runtime_error(receipt.error().line());
        placed_at = receipt->sequence.value();
        audit = connect(auditor);
    }
    std::unique_ptr<kit::Client> connect(const std::string& party) {
        const evidence::PartySecretKeys& keys = hub.keys(party);
        auto client =
            kit::Client::connect({.endpoint = hub.endpoint(),
                                  .hub = {HubProcess::origin, hub.curve_key(), hub.verifier_key()},
                                  .own = {keys.party, keys.curve.copy(), keys.signing.copy()}});
        if (!client) throw std::runtime_error(client.error().line());
        const auto ready = (*client)->wait_ready(patience);
        if (!ready) throw std::runtime_error(ready.error().line());
        return *std::move(client);
    }
    // jobbro party add, with these options too.
    void grant(const std::vector<std::string>& terms) {
        const std::string key = hub.party_key_file(auditor).string();
        std::vector<std::string> command{JOBBRO_BINARY_DIR "/bin/jobbro",
                                         "--hub",
                                         hub.endpoint(),
                                         "--hub-key",
                                         (hub.folder() / "hub.key.pub").string(),
                                         "--key",
                                         hub.party_key_file(operator_party).string(),
                                         "party",
                                         "add",
                                         auditor,
                                         "--public",
                                         key + ".pub",
                                         "--controller-key",
                                         hub.party_key_file(controller).string(),
                                         "--jobcentre",
                                         jobcentre};
        command.insert(command.end(), terms.begin(), terms.end());
        const auto errors = hub.folder() / "jobbro_errors.txt";
        const Spawned child = spawn(command, errors);
        EXPECT_EQ(wait_for(child.pid), 0) << read_file(errors);
        close(child.output);
    }
    Result<std::vector<v1::ReplayedEntry>> replay(v1::Replay request) {
        std::vector<v1::ReplayedEntry> all;
        JOBBRO_TRY(audit->replay(std::move(request), [&](const v1::Replayed& page) {
            all.insert(all.end(), page.entries().begin(), page.entries().end());
            checkpoint = page.checkpoint();
            return Result<void>{};
        }));
        return all;
    }
    static v1::Replay asking(v1::ReplayView view, const std::string& ground = {}) {
        v1::Replay request;
        request.set_view(view);
        request.set_ground(ground);
        return request;
    }

    HubProcess hub;
    evidence::SystemRandomness randomness;
    v1::Envelope placed;
    std::uint64_t placed_at = 0;
    std::unique_ptr<kit::Client> audit;
    Bytes checkpoint;
};

TEST_F(AuditorTest, TheWholeLogIsWhatItsCheckpointSigns) {
    const auto all = replay(asking(v1::REPLAY_VIEW_SEALED));
    ASSERT_TRUE(all.has_value()) << all.error().line();
    std::vector<evidence::Digest> leaves;
    for (const v1::ReplayedEntry& each : *all)
        leaves.push_back(evidence::leaf_hash(each.entry()));
    const auto signed_tree =
        evidence::open_checkpoint(checkpoint, *evidence::NoteVerifier::parse(hub.verifier_key()));
    ASSERT_TRUE(signed_tree.has_value());
    EXPECT_EQ(signed_tree->size.value(), leaves.size());
    EXPECT_EQ(signed_tree->root, evidence::root_of(leaves));
    EXPECT_GT(leaves.size(), placed_at);
}

TEST_F(AuditorTest, ReadsTheTrailAndWithAGroundTheContent) {
    v1::Replay request = asking(v1::REPLAY_VIEW_MASKED);
    request.set_order_id(placed.order_id());
    const auto masked = replay(request);
    ASSERT_TRUE(masked.has_value()) << masked.error().line();
    ASSERT_EQ(masked->size(), 1U);
    const Parts trail = parts_of((*masked)[0].entry());
    EXPECT_EQ(trail.sequence, placed_at);
    v1::EntryIndex index;
    ASSERT_TRUE(index.ParseFromString(
        opened((*masked)[0].index_key(), trail.index_commitment, trail.index, trail.clear)));
    EXPECT_EQ(index.kind(), v1::MESSAGE_KIND_ORDER);
    EXPECT_THAT(index.audience(), ElementsAre(provider));
    EXPECT_EQ((*masked)[0].body_key(), "");

    const auto unmasked = replay(asking(v1::REPLAY_VIEW_UNMASKED, "a complaint"));
    ASSERT_TRUE(unmasked.has_value()) << unmasked.error().line();
    bool is_read = false;
    bool is_traced = false;
    for (const v1::ReplayedEntry& each : *unmasked) {
        const Parts parts = parts_of(each.entry());
        const Bytes body = opened(each.body_key(), parts.body_commitment, parts.body, parts.clear);
        is_read = is_read || (parts.sequence == placed_at && body == placed.SerializeAsString());
        v1::Reading reading;
        is_traced = is_traced || (reading.ParseFromString(body) && reading.party() == auditor &&
                                  reading.replay().order_id().size() == 16);
    }
    EXPECT_TRUE(is_read);
    EXPECT_TRUE(is_traced) << "the reading before this one";
}

TEST_F(AuditorTest, WithoutTheRightOrAGroundThereIsNoContent) {
    const auto without_ground = replay(asking(v1::REPLAY_VIEW_UNMASKED));
    ASSERT_FALSE(without_ground.has_value());
    EXPECT_EQ(without_ground.error().code, ErrorCode::ground_missing);
    grant({});
    const auto without_right = replay(asking(v1::REPLAY_VIEW_UNMASKED, "a complaint"));
    ASSERT_FALSE(without_right.has_value());
    EXPECT_EQ(without_right.error().code, ErrorCode::unmask_not_allowed);
}

TEST_F(AuditorTest, OtherTimesThanTheGrantCoversAreNotThere) {
    grant({"--covers-until", "2020-01-01"});
    v1::Replay request = asking(v1::REPLAY_VIEW_MASKED);
    request.set_party(jobcentre);
    const auto all = replay(request);
    ASSERT_TRUE(all.has_value()) << all.error().line();
    EXPECT_TRUE(all->empty());
}

}  // namespace
}  // namespace jobbro::testing
