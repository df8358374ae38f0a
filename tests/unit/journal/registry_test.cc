#include "hub/journal/registry.h"

#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "tests/support/memory_store.h"

namespace jobbro::journal {
namespace {

Party party(const std::string& id, std::uint8_t key, std::vector<Grant> grants) {
    return {*contract::PartyId::parse(id),
            evidence::CurvePublicKey{ByteArray<32>{key}},
            evidence::VerifyingKey{ByteArray<32>{key}},
            {},
            {},
            false,
            std::move(grants)};
}

Result<Registry::Change> no_entries(Sequence /*sequence*/) {
    return ErrorCode::tampered;
}

TEST(Registry, AGrantReachesItsJobcentresWithinItsDates) {
    const Party provider = party("provider:99104007", 1,
                                 {{"controller:a", {"jobcentre:630"}, Instant{5}, Instant{9}}});
    EXPECT_FALSE(provider.reaches("jobcentre:630", Instant{4}));
    EXPECT_TRUE(provider.reaches("jobcentre:630", Instant{5}));
    EXPECT_FALSE(provider.reaches("jobcentre:740", Instant{5}));
    EXPECT_FALSE(provider.reaches("jobcentre:630", Instant{9})) << "until is not within";
    EXPECT_TRUE(provider.is_in_force(Instant{8}));
    EXPECT_FALSE(provider.is_in_force(Instant{9}));
}

TEST(Registry, WithoutAGrantOnlyTheFirstOperatorsAreInForce) {
    EXPECT_TRUE(party("operator:duty", 1, {}).is_in_force(Instant{1}));
    EXPECT_FALSE(party("provider:99104007", 1, {}).is_in_force(Instant{1}));
}

TEST(Registry, ARowThatIsNotARowIsTampering) {
    testing::MemoryStore store{std::size(log_table::names)};
    store::Batch batch;
    batch.put(log_table::registry, "provider:99104007", "\xff\xff");
    ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    EXPECT_EQ(Registry::open(store, {}, no_entries).error().code, ErrorCode::tampered);
}

}  // namespace
}  // namespace jobbro::journal
