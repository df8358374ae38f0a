// Proofs over a real hub, and its tree over HTTP: whoever reads one way finds the log of the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "adapters/kit/client.h"
#include "proto/evidence/tiles.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"

namespace jobbro::testing {
namespace {

using evidence::Digest;
using ::testing::IsEmpty;

class ProofsTest : public ::testing::Test {
  protected:
    ProofsTest() {
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_usual_parties();
        centre = connect(jobcentre);
        site = connect(provider);
    }
    std::unique_ptr<kit::Client> connect(const std::string& party) {
        const evidence::PartySecretKeys& keys = hub.keys(party);
        auto client =
            kit::Client::connect({.endpoint = hub.endpoint(),
                                  .hub = {HubProcess::origin, hub.curve_key(), hub.verifier_key()},
                                  .own = {keys.party, keys.curve.copy(), keys.signing.copy()}});
        if (!client) throw std::runtime_error(client.error().line());
        return *std::move(client);
    }
    // An order, and so many reports of it in as few commits as it takes.
    void report(std::size_t count) {
        const auto id = contract::OrderId::make(clock.now(), randomness);
        ASSERT_TRUE(centre->submit(order(id, clock.now(), randomness)).get().has_value());
        std::vector<v1::Envelope> reports;
        for (std::size_t i = 0; i < count; ++i)
            reports.push_back(provider_notice(id, clock.now(), randomness));
        for (auto& answer : site->submit_many(std::move(reports)))
            ASSERT_TRUE(answer.get().has_value());
    }
    httplib::Result get(const std::string& path) const {
        httplib::Client http("http://" + hub.http());
        return http.Get(path);
    }
    evidence::Checkpoint checkpoint() const {
        const auto page = get("/checkpoint");
        EXPECT_TRUE(page && page->status == 200);
        const auto opened = evidence::open_checkpoint(
            page->body, *evidence::NoteVerifier::parse(hub.verifier_key()));
        EXPECT_TRUE(opened.has_value());
        return *opened;
    }
    // As an off-the-shelf verifier would.
    Result<std::vector<Digest>> tile(const evidence::TileId& id) const {
        const auto page = get("/" + evidence::tile_path(id));
        if (!page || page->status != 200) return ErrorCode::hub_unreachable;
        EXPECT_EQ(page->body.size(), 32U * id.width);
        std::vector<Digest> hashes;
        for (std::size_t at = 0; at + 32 <= page->body.size(); at += 32)
            hashes.push_back(array_of<32>(BytesView{page->body}.substr(at, 32)));
        return hashes;
    }
    evidence::ReadTile over_http() const {
        return [this](const evidence::TileId& id) { return tile(id); };
    }
    HubProcess hub;
    SystemClock clock;
    evidence::SystemRandomness randomness;
    std::unique_ptr<kit::Client> centre;
    std::unique_ptr<kit::Client> site;
};

TEST_F(ProofsTest, EveryMessageIsProvedToTheCheckpointOnHttp) {
    report(300);
    const evidence::Checkpoint latest = checkpoint();
    ASSERT_GT(latest.size, TreeSize{300});
    const auto leaves_of_first = tile({0, 0});
    ASSERT_TRUE(leaves_of_first.has_value());
    for (std::uint64_t i = 3; i < latest.size.value(); ++i) {
        const auto proved = site->prove_inclusion(Sequence{i}, latest.size).get();
        ASSERT_TRUE(proved.has_value()) << i << ": " << proved.error().line();
        EXPECT_EQ(proved->checkpoint.root, latest.root);
        if (i < 256) {
            ASSERT_EQ(proved->leaf, leaves_of_first->at(i)) << i;
        }
        if (i % 16 == 0) {
            EXPECT_EQ(proved->proof.hashes,
                      *evidence::inclusion_from_tiles(over_http(), LeafIndex{i}, latest.size))
                << i;
        }
    }
}

TEST_F(ProofsTest, TheTilesGiveTheRootOfTheCheckpointAndStayWhenTheLogGrows) {
    for (const std::size_t count : {1U, 200U, 100U}) {
        report(count);
        const evidence::Checkpoint now = checkpoint();
        EXPECT_EQ(*evidence::root_from_tiles(over_http(), now.size), now.root);
        report(30);
        EXPECT_EQ(*evidence::root_from_tiles(over_http(), now.size), now.root)
            << "what an earlier checkpoint needs";
    }
    hub.kill();
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    const evidence::Checkpoint after = checkpoint();
    EXPECT_EQ(*evidence::root_from_tiles(over_http(), after.size), after.root);
}

TEST_F(ProofsTest, EachTreeBeginsWithTheOnesBefore) {
    std::vector<evidence::Checkpoint> kept;
    for (const std::size_t count : {1U, 5U, 250U, 7U, 300U}) {
        report(count);
        kept.push_back(checkpoint());
    }
    for (const evidence::Checkpoint& old : kept) {
        for (const evidence::Checkpoint& later : kept) {
            if (later.size < old.size) continue;
            const auto grown = centre->prove_consistency(old, later.size).get();
            ASSERT_TRUE(grown.has_value()) << grown.error().line();
            EXPECT_EQ(grown->checkpoint.root, later.root);
        }
        EXPECT_TRUE(centre->prove_consistency(old).get().has_value());
    }
    evidence::Checkpoint other = kept[1];
    other.root[5] ^= 1U;
    const auto caught = centre->prove_consistency(other).get();
    ASSERT_FALSE(caught.has_value());
    EXPECT_EQ(caught.error().code, ErrorCode::proof_wrong);
}

TEST_F(ProofsTest, TheEntryIsForThoseItConcernsOnly) {
    report(1);
    hub.add_party(other_provider, {jobcentre});
    const auto stranger = connect(other_provider);
    const auto refused = stranger->prove_inclusion(Sequence{3}).get();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::entry_unknown);
    const auto own = centre->prove_inclusion(Sequence{3}).get();
    ASSERT_TRUE(own.has_value()) << own.error().line();
    const auto proved = stranger->prove_inclusion(Sequence{3}, {}, own->leaf).get();
    ASSERT_TRUE(proved.has_value()) << proved.error().line();
    EXPECT_THAT(proved->proof.extra, IsEmpty());
}

TEST_F(ProofsTest, NothingBeyondTheCheckpointAndNoEntriesAreServed) {
    report(1);
    const std::uint64_t size = checkpoint().size.value();
    EXPECT_EQ(get("/tile/0/000.p/" + std::to_string(size))->status, 200);
    for (const std::string& path :
         {"/tile/0/000.p/" + std::to_string(size + 1), std::string{"/tile/0/000"},
          std::string{"/tile/0/000.p/0"}, std::string{"/tile/0/001.p/1"},
          std::string{"/tile/1/000.p/1"}, std::string{"/tile/entries/000.p/1"}}) {
        EXPECT_EQ(get(path)->status, 404) << path;
    }
}

}  // namespace
}  // namespace jobbro::testing
