#include "hub/journal/registry.h"

#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "proto/base/limits.h"
#include "proto/evidence/signed_text.h"
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

constexpr const char* origin = "log.example";

// A controller whose statements a registry takes.
struct Controller {
    evidence::SigningKey key{evidence::sha256("controller")};

    [[nodiscard]] Registry first_registry() const {
        v1::LogOpened opened;
        v1::Controller& controller = *opened.add_controllers();
        controller.set_party("controller:a");
        controller.set_signing_key(Bytes{evidence::verifying_key(key).view()});
        return *Registry::first(opened);
    }

    [[nodiscard]] Result<Party> judge_new_operator(const Registry& registry) const {
        v1::RegistryStatement statement;
        statement.set_origin(origin);
        statement.set_party("operator:one-more");
        statement.set_signer("controller:a");
        statement.mutable_signed_at()->set_seconds(1);
        statement.mutable_grant()->set_curve_key(Bytes(32, 'c'));
        statement.mutable_grant()->set_signing_key(Bytes{evidence::verifying_key(key).view()});
        const Bytes bytes = statement.SerializeAsString();
        const auto signature = evidence::sign(key, evidence::statement_text(bytes));
        return registry.judge(bytes, view(signature), origin, Instant{1});
    }
};

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

TEST(Registry, AtTheLimitOfPartiesNobodyElseIsGranted) {
    const Controller controller;
    Registry registry = controller.first_registry();
    store::Batch unused;
    for (std::size_t i = 0; i < limits::parties_max; ++i) {
        EXPECT_TRUE(i % 1024 != 0 || controller.judge_new_operator(registry)) << i;
        Party next = party("operator:n" + std::to_string(i), 1, {});
        next.curve_key = evidence::CurvePublicKey{evidence::sha256(std::to_string(i))};
        registry.apply(std::move(next), Sequence{1}, unused);
    }
    EXPECT_EQ(controller.judge_new_operator(registry).error().code, ErrorCode::party_limit);
}

}  // namespace
}  // namespace jobbro::journal
