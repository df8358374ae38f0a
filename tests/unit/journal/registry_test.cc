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

    [[nodiscard]] v1::LogOpened log_opened() const {
        v1::LogOpened opened;
        opened.set_origin(origin);
        v1::Controller& controller = *opened.add_controllers();
        controller.set_party("controller:a");
        controller.set_signing_key(Bytes{evidence::verifying_key(key).view()});
        controller.add_jobcentres("jobcentre:630");
        return opened;
    }
    [[nodiscard]] Registry first_registry() const { return *Registry::first(log_opened()); }

    // A first grant to the party, signed.
    [[nodiscard]] v1::RegistryChange granted(
        const std::string& party, const std::function<void(v1::PartyGrant&)>& terms) const {
        v1::RegistryStatement statement;
        statement.set_origin(origin);
        statement.set_party(party);
        statement.set_signer("controller:a");
        statement.mutable_signed_at()->set_seconds(1);
        statement.mutable_grant()->set_curve_key(Bytes(32, 'c'));
        statement.mutable_grant()->set_signing_key(Bytes{evidence::verifying_key(key).view()});
        terms(*statement.mutable_grant());
        v1::RegistryChange change;
        change.set_statement(statement.SerializeAsString());
        change.set_signature(
            Bytes{view(evidence::sign(key, evidence::statement_text(change.statement())))});
        return change;
    }
    static Result<Party> judge(const Registry& registry, const v1::RegistryChange& change) {
        return registry.judge(change.statement(), change.signature(), origin, Instant{1});
    }

    [[nodiscard]] Result<Party> judge_new_operator(const Registry& registry) const {
        return judge(registry, granted("operator:one-more", [](v1::PartyGrant&) {}));
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

TEST(Registry, AnAuditorReadsWhatAGrantCoversWhileItIsValid) {
    Grant trail{"controller:a", {"jobcentre:630"}, Instant{5}, Instant{9}};
    trail.covers_from = Instant{100};
    trail.covers_until = Instant{200};
    const Party auditor = party("auditor:city", 1, {trail});
    EXPECT_EQ(auditor.audit_right("jobcentre:630", Instant{100}, Instant{5}), AuditRight::trail);
    EXPECT_EQ(auditor.audit_right("jobcentre:740", Instant{100}, Instant{5}), AuditRight::none);
    EXPECT_EQ(auditor.audit_right("jobcentre:630", Instant{99}, Instant{5}), AuditRight::none);
    EXPECT_EQ(auditor.audit_right("jobcentre:630", Instant{200}, Instant{5}), AuditRight::none);
    EXPECT_EQ(auditor.audit_right("jobcentre:630", Instant{100}, Instant{9}), AuditRight::none);
    EXPECT_EQ(auditor.audit_right("", Instant{100}, Instant{5}), AuditRight::trail) << "of any";
    EXPECT_FALSE(auditor.may_unmask(Instant{5}));
}

TEST(Registry, ContentIsReadByAGrantThatAllowsIt) {
    Grant content{"controller:b", {"jobcentre:740"}, {}, Instant{9}};
    content.may_unmask = true;
    Party auditor =
        party("auditor:city", 1, {{"controller:a", {"jobcentre:630"}, {}, {}}, content});
    EXPECT_TRUE(auditor.may_unmask(Instant{8}));
    EXPECT_FALSE(auditor.may_unmask(Instant{9}));
    EXPECT_EQ(auditor.audit_right("jobcentre:630", Instant{1}, Instant{8}), AuditRight::trail);
    EXPECT_EQ(auditor.audit_right("jobcentre:740", Instant{1}, Instant{8}), AuditRight::content);
    auditor.disabled = true;
    EXPECT_FALSE(auditor.may_unmask(Instant{8}));
    EXPECT_EQ(auditor.audit_right("jobcentre:740", Instant{1}, Instant{8}), AuditRight::none);
}

TEST(Registry, WhatAGrantSaysOfAuditingIsKeptInItsRow) {
    const Controller controller;
    const v1::RegistryChange change = controller.granted("auditor:city", [](v1::PartyGrant& terms) {
        terms.add_jobcentres("jobcentre:630");
        terms.set_may_unmask(true);
        terms.mutable_covers_from()->set_seconds(10);
        terms.mutable_covers_until()->set_seconds(20);
        terms.mutable_covers_until()->set_nanos(5000);
    });
    Registry registry = controller.first_registry();
    const auto judged = Controller::judge(registry, change);
    ASSERT_TRUE(judged) << judged.error().line();
    EXPECT_TRUE(judged->grants.at(0).may_unmask);
    EXPECT_EQ(judged->grants.at(0).covers_from, Instant{10'000'000});
    EXPECT_EQ(judged->grants.at(0).covers_until, Instant{20'000'005});
    testing::MemoryStore store{std::size(log_table::names)};
    store::Batch batch;
    registry.apply(*judged, Sequence{1}, batch);
    ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    const auto opened = Registry::open(store, controller.log_opened(), [&](Sequence) {
        return Result<Registry::Change>{{change, Instant{1}}};
    });
    ASSERT_TRUE(opened) << opened.error().line();
    EXPECT_EQ(*opened->find("auditor:city"), *registry.find("auditor:city"));
}

TEST(Registry, OnlyAnAuditorsGrantSpeaksOfAuditing) {
    const Controller controller;
    const Registry registry = controller.first_registry();
    const std::function<void(v1::PartyGrant&)> terms[] = {
        [](v1::PartyGrant& to) { to.set_may_unmask(true); },
        [](v1::PartyGrant& to) { to.mutable_covers_from()->set_seconds(1); },
        [](v1::PartyGrant& to) { to.mutable_covers_until()->set_seconds(1); }};
    for (const auto& add : terms) {
        for (const char* const other : {"operator:night", "jobcentre:630", "provider:99104007"}) {
            const auto change = controller.granted(other, [&](v1::PartyGrant& to) {
                add(to);
                if (std::string{other}.starts_with("provider")) to.add_jobcentres("jobcentre:630");
            });
            EXPECT_EQ(Controller::judge(registry, change).error().code,
                      ErrorCode::statement_malformed)
                << other;
        }
    }
    const auto insane = controller.granted("auditor:city", [](v1::PartyGrant& to) {
        to.add_jobcentres("jobcentre:630");
        to.mutable_covers_from()->set_nanos(-1);
    });
    EXPECT_EQ(Controller::judge(registry, insane).error().code, ErrorCode::statement_malformed);
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
