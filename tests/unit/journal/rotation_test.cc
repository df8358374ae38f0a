// Parties that take other keys, as the registry judges them and as it makes them again.
#include <gtest/gtest.h>

#include "hub/journal/registry.h"
#include "hub/journal/tables.h"
#include "proto/evidence/signed_text.h"
#include "tests/support/memory_store.h"

namespace jobbro::journal {
namespace {

constexpr const char* log_origin = "log.example";
constexpr const char* controller = "controller:a";
constexpr const char* first_operator = "operator:duty";
constexpr const char* provider = "provider:99104007";
constexpr const char* other = "provider:99326018";

evidence::SigningKey signing_key(const std::string& name) {
    return evidence::SigningKey{evidence::sha256("signing " + name)};
}
Bytes verifying(const std::string& name) {
    return Bytes{evidence::verifying_key(signing_key(name)).view()};
}
Bytes curve(const std::string& name) {
    return Bytes{view(evidence::sha256("curve " + name))};
}

// A registry, the entries that made it, and its rows. Keys go by names.
class RotationTest : public ::testing::Test {
  protected:
    RotationTest() : registry(*Registry::first(opened())) {
        // As the journal does with entry 0.
        store::Batch batch;
        for (const auto& [id, party] : std::map{registry.parties()})
            registry.apply(party, Sequence{0}, batch);
        EXPECT_TRUE(store.commit(batch, store::Durability::synced));
        EXPECT_TRUE(take(grant(provider, "old"), controller));
    }

    static v1::LogOpened opened() {
        v1::LogOpened opened;
        opened.set_origin(log_origin);
        v1::Controller& who = *opened.add_controllers();
        who.set_party(controller);
        who.set_signing_key(verifying(controller));
        who.add_jobcentres("jobcentre:630");
        v1::Operator& duty = *opened.add_operators();
        duty.set_party(first_operator);
        duty.set_curve_key(curve(first_operator));
        duty.set_signing_key(verifying(first_operator));
        return opened;
    }

    [[nodiscard]] v1::RegistryStatement begin(const std::string& party,
                                              const std::string& signer) const {
        v1::RegistryStatement statement;
        statement.set_origin(log_origin);
        statement.set_party(party);
        const Party* const before = registry.find(party);
        statement.set_preceding(before == nullptr ? 0 : before->sequence.value() + 1);
        statement.set_signer(signer);
        statement.mutable_signed_at()->set_seconds(1);
        return statement;
    }
    [[nodiscard]] v1::RegistryStatement grant(const std::string& party,
                                              const std::string& keys) const {
        v1::RegistryStatement statement = begin(party, controller);
        statement.mutable_grant()->set_curve_key(curve(keys));
        statement.mutable_grant()->set_signing_key(verifying(keys));
        statement.mutable_grant()->add_jobcentres("jobcentre:630");
        return statement;
    }
    [[nodiscard]] v1::RegistryStatement rotation(const std::string& party,
                                                 const std::string& curve_name,
                                                 const std::string& signing_name) const {
        v1::RegistryStatement statement = begin(party, party);
        v1::PartyRotation& said = *statement.mutable_rotation();
        said.set_curve_key(curve(curve_name));
        said.set_signing_key(verifying(signing_name));
        show_possession(statement, signing_name);
        return statement;
    }
    static void show_possession(v1::RegistryStatement& statement, const std::string& with) {
        v1::PartyRotation& said = *statement.mutable_rotation();
        const std::string text =
            evidence::rotation_text(statement.origin(), statement.party(), statement.preceding(),
                                    *evidence::CurvePublicKey::from_bytes(said.curve_key()),
                                    *evidence::VerifyingKey::from_bytes(said.signing_key()));
        said.set_possession(Bytes{view(evidence::sign(signing_key(with), text))});
    }

    static v1::RegistryChange change_of(const v1::RegistryStatement& statement,
                                        const std::string& key_of) {
        v1::RegistryChange change;
        change.set_statement(statement.SerializeAsString());
        change.set_signature(Bytes{view(
            evidence::sign(signing_key(key_of), evidence::statement_text(change.statement())))});
        return change;
    }
    [[nodiscard]] Result<Party> judge(const v1::RegistryStatement& statement,
                                      const std::string& key_of) const {
        const v1::RegistryChange change = change_of(statement, key_of);
        return registry.judge(change.statement(), change.signature(), log_origin, Instant{1});
    }
    [[nodiscard]] ErrorCode refusal(const v1::RegistryStatement& statement,
                                    const std::string& key_of) const {
        const auto judged = judge(statement, key_of);
        EXPECT_FALSE(judged);
        return judged ? ErrorCode{} : judged.error().code;
    }
    Result<void> take(const v1::RegistryStatement& statement, const std::string& key_of) {
        JOBBRO_TRY_ASSIGN(Party party, judge(statement, key_of));
        const Sequence at{entries.size() + 1};
        entries.emplace(at, Registry::Change{change_of(statement, key_of), Instant{1}});
        store::Batch batch;
        registry.apply(std::move(party), at, batch);
        return store.commit(batch, store::Durability::synced);
    }
    // As at a start: from the rows and the signed statements.
    void reopen() {
        auto again = Registry::open(store, opened(), [&](Sequence at) -> Result<Registry::Change> {
            return entries.at(at);
        });
        ASSERT_TRUE(again) << again.error().line();
        registry = *std::move(again);
    }

    testing::MemoryStore store{std::size(log_table::names)};
    std::map<Sequence, Registry::Change> entries;
    Registry registry;
};

TEST_F(RotationTest, ThePartyHasTheNewKeysAndWhatItWasGranted) {
    ASSERT_TRUE(take(rotation(provider, "new", "new"), "old"));
    for (int i = 0; i < 2; ++i) {
        const Party* const party = registry.find(provider);
        ASSERT_NE(party, nullptr);
        EXPECT_EQ(party->curve_key.view(), curve("new"));
        EXPECT_EQ(party->signing_key.view(), verifying("new"));
        EXPECT_EQ(party->keys_sequence, Sequence{2}) << "the rotation binds its key";
        EXPECT_TRUE(party->reaches("jobcentre:630", Instant{1}));
        EXPECT_EQ(registry.find_by_curve_key(*evidence::CurvePublicKey::from_bytes(curve("old"))),
                  nullptr);
        EXPECT_EQ(registry.find_by_curve_key(*evidence::CurvePublicKey::from_bytes(curve("new"))),
                  party);
        reopen();
    }
}

TEST_F(RotationTest, TheCurveKeyMayStayAndTheSigningKeyMayNot) {
    EXPECT_EQ(refusal(rotation(provider, "new", "old"), "old"), ErrorCode::statement_malformed);
    ASSERT_TRUE(take(rotation(provider, "old", "new"), "old"));
    reopen();
    const Party* const party =
        registry.find_by_curve_key(*evidence::CurvePublicKey::from_bytes(curve("old")));
    ASSERT_NE(party, nullptr);
    EXPECT_EQ(party->signing_key.view(), verifying("new"));
}

TEST_F(RotationTest, FormerKeysAreNobodysEverAgain) {
    ASSERT_TRUE(take(grant(other, "other"), controller));
    ASSERT_TRUE(take(rotation(provider, "new", "new"), "old"));
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(refusal(rotation(provider, "old", "newer"), "new"), ErrorCode::key_in_use);
        EXPECT_EQ(refusal(rotation(provider, "newer", "old"), "new"), ErrorCode::key_in_use);
        EXPECT_EQ(refusal(rotation(other, "old", "newer"), "other"), ErrorCode::key_in_use);
        EXPECT_EQ(refusal(rotation(other, "newer", "old"), "other"), ErrorCode::key_in_use);
        v1::RegistryStatement third = grant("provider:99215003", "third");
        third.mutable_grant()->set_curve_key(curve("old"));
        EXPECT_EQ(refusal(third, controller), ErrorCode::key_in_use);
        third = grant("provider:99215003", "third");
        third.mutable_grant()->set_signing_key(verifying("old"));
        EXPECT_EQ(refusal(third, controller), ErrorCode::key_in_use);
        reopen();
    }
}

TEST_F(RotationTest, KeysThatAnotherHasNowAreItsOwn) {
    ASSERT_TRUE(take(grant(other, "other"), controller));
    EXPECT_EQ(refusal(rotation(provider, "other", "new"), "old"), ErrorCode::key_in_use);
    EXPECT_EQ(refusal(rotation(provider, "new", "other"), "old"), ErrorCode::key_in_use);
}

TEST_F(RotationTest, AGrantNamesTheKeysThePartyHasNow) {
    ASSERT_TRUE(take(rotation(provider, "new", "new"), "old"));
    EXPECT_EQ(refusal(grant(provider, "old"), controller), ErrorCode::signer_not_entitled);
    ASSERT_TRUE(take(grant(provider, "new"), controller));
    EXPECT_EQ(registry.find(provider)->keys_sequence, Sequence{2}) << "not the grant's";
    ASSERT_TRUE(take(rotation(provider, "newer", "newer"), "new"));
    reopen();
    EXPECT_EQ(registry.find(provider)->keys_sequence, Sequence{4});
}

TEST_F(RotationTest, OnlyThePartyItselfCanRotateAndByTheKeyItHas) {
    v1::RegistryStatement by_controller = rotation(provider, "new", "new");
    by_controller.set_signer(controller);
    EXPECT_EQ(refusal(by_controller, controller), ErrorCode::signer_not_entitled);
    v1::RegistryStatement by_operator = rotation(provider, "new", "new");
    by_operator.set_signer(first_operator);
    EXPECT_EQ(refusal(by_operator, first_operator), ErrorCode::signer_not_entitled);
    EXPECT_EQ(refusal(rotation(provider, "new", "new"), "new"), ErrorCode::signature_wrong);
    EXPECT_EQ(refusal(rotation(other, "new", "new"), "new"), ErrorCode::signer_unknown);
    ASSERT_TRUE(take(rotation(provider, "new", "new"), "old"));
    EXPECT_EQ(refusal(rotation(provider, "newer", "newer"), "old"), ErrorCode::signature_wrong);
}

TEST_F(RotationTest, APartyThatIsNoOperatorStatesNothingElse) {
    v1::RegistryStatement disabling = begin(provider, provider);
    disabling.mutable_disabling();
    EXPECT_EQ(refusal(disabling, "old"), ErrorCode::signer_unknown);
}

TEST_F(RotationTest, ThePartyShowsThatItHasTheNewKeyAndForThisStatement) {
    v1::RegistryStatement statement = rotation(provider, "new", "new");
    statement.mutable_rotation()->clear_possession();
    EXPECT_EQ(refusal(statement, "old"), ErrorCode::signature_wrong);
    show_possession(statement, "old");
    EXPECT_EQ(refusal(statement, "old"), ErrorCode::signature_wrong);
    // One that was made for another place in the log.
    v1::RegistryStatement earlier = rotation(provider, "new", "new");
    ASSERT_TRUE(take(grant(provider, "old"), controller));
    earlier.set_preceding(registry.find(provider)->sequence.value() + 1);
    EXPECT_EQ(refusal(earlier, "old"), ErrorCode::signature_wrong);
    statement = rotation(provider, "new", "new");
    statement.mutable_rotation()->set_signing_key("short");
    EXPECT_EQ(refusal(statement, "old"), ErrorCode::key_malformed);
    statement = rotation(provider, "new", "new");
    statement.set_preceding(1);
    EXPECT_EQ(refusal(statement, "old"), ErrorCode::statement_outdated);
}

TEST_F(RotationTest, ADisabledPartyTakesNoOtherKeys) {
    v1::RegistryStatement disabling = begin(provider, first_operator);
    disabling.mutable_disabling();
    ASSERT_TRUE(take(disabling, first_operator));
    EXPECT_EQ(refusal(rotation(provider, "new", "new"), "old"), ErrorCode::signer_unknown);
}

TEST_F(RotationTest, AFirstOperatorRotatesAndStatesWithItsNewKey) {
    ASSERT_TRUE(take(rotation(first_operator, "duty 2", "duty 2"), first_operator));
    reopen();
    v1::RegistryStatement disabling = begin(provider, first_operator);
    disabling.mutable_disabling();
    EXPECT_EQ(refusal(disabling, first_operator), ErrorCode::signature_wrong);
    ASSERT_TRUE(take(disabling, "duty 2"));
    reopen();
    EXPECT_TRUE(registry.find(provider)->disabled);
    EXPECT_EQ(registry.find(first_operator)->keys_sequence, Sequence{2});
}

TEST_F(RotationTest, APartyCannotRotateForEver) {
    std::string has = "old";
    for (int i = 0; i < 64; ++i) {
        const std::string next = "key " + std::to_string(i);
        ASSERT_TRUE(take(rotation(provider, "old", next), has)) << i;
        has = next;
    }
    EXPECT_EQ(refusal(rotation(provider, "old", "one more"), has), ErrorCode::list_too_long);
    reopen();
    EXPECT_EQ(refusal(rotation(provider, "old", "one more"), has), ErrorCode::list_too_long);
}

}  // namespace
}  // namespace jobbro::journal
