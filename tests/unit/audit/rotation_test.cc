// Parties that take other keys, as the auditor follows them.
#include <gmock/gmock.h>

#include "adapters/audit/folder_check.h"
#include "adapters/audit/range_check.h"
#include "proto/evidence/signed_text.h"
#include "tests/support/data_folder.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/audit/made_up_log.h"

namespace jobbro::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* renewed = "renewed";  // the name of the provider's new key
constexpr const char* again = "renewed again";

evidence::VerifyingKey key_of(const std::string& name) {
    return evidence::verifying_key(MadeUpLog::key(name));
}

// Of the provider, to the key of that name.
v1::RegistryStatement rotation(const MadeUpLog& log, std::uint64_t preceding,
                               const std::string& to) {
    v1::RegistryStatement statement = log.grant(made_up_provider);
    statement.set_preceding(preceding);
    statement.set_signer(made_up_provider);
    const evidence::CurvePublicKey curve{evidence::sha256("curve " + to)};
    v1::PartyRotation& said = *statement.mutable_rotation();
    said.set_curve_key(Bytes{curve.view()});
    said.set_signing_key(Bytes{key_of(to).view()});
    said.set_possession(Bytes{view(evidence::sign(
        MadeUpLog::key(to),
        evidence::rotation_text(made_up_origin, made_up_provider, preceding, curve, key_of(to))))});
    return statement;
}

v1::RegistryStatement grant_of(const MadeUpLog& log, const std::string& keys,
                               std::uint64_t preceding) {
    v1::RegistryStatement statement = log.grant(made_up_provider);
    statement.set_preceding(preceding);
    statement.mutable_grant()->set_curve_key(Bytes{view(evidence::sha256("curve " + keys))});
    statement.mutable_grant()->set_signing_key(Bytes{key_of(keys).view()});
    return statement;
}

// The provider is granted by entry 1, submits, rotates by entry 5 and submits again.
MadeUpLog rotated() {
    MadeUpLog log{5};
    log.add_statement(rotation(log, 2, renewed), made_up_provider);
    log.add_submit(2, 5, renewed);
    return log;
}

TEST(Rotation, EachEntryIsVerifiedWithTheKeyOfItsTime) {
    const MadeUpLog log = rotated();
    FaultList faults;
    const LogSummary summary = log.check(faults);
    EXPECT_THAT(log.faults(), IsEmpty());
    EXPECT_EQ(summary.entries.verified, 5U);
    EXPECT_EQ(summary.entries.statements, 3U);
}

TEST(Rotation, TheFormerKeySignsNothingAfterItNorTheNewOneBefore) {
    MadeUpLog log = rotated();
    log.add_submit(1, 1);
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 8: entry 1 does not hold the key of provider:99104007"));
    MadeUpLog other = rotated();
    other.add_submit(1, 5);
    EXPECT_THAT(other.faults(), ElementsAre("entry 8: provider:99104007 did not sign this submit"));
    MadeUpLog early{5};
    early.add_submit(1, 1, renewed);
    EXPECT_THAT(early.faults(), ElementsAre("entry 5: provider:99104007 did not sign this submit"));
}

TEST(Rotation, AGrantThatFollowsNamesTheNewKeys) {
    MadeUpLog log = rotated();
    log.add_statement(grant_of(log, renewed, 6), made_up_controller);
    log.add_submit(1, 5, renewed);
    EXPECT_THAT(log.faults(), IsEmpty());
    MadeUpLog other = rotated();
    v1::RegistryStatement former = other.grant(made_up_provider);
    former.set_preceding(6);
    other.add_statement(former, made_up_controller);
    EXPECT_THAT(other.faults(),
                ElementsAre("entry 8: the grant gives provider:99104007 other keys than it has"));
}

TEST(Rotation, EveryRuleOfItIsHeldTo) {
    const auto fault_of = [](const std::function<void(v1::RegistryStatement&)>& change,
                             const std::string& signed_by = made_up_provider) {
        MadeUpLog log{5};
        v1::RegistryStatement statement = rotation(log, 2, renewed);
        change(statement);
        log.add_statement(statement, signed_by);
        const auto faults = log.faults();
        return faults.size() == 1 ? faults[0] : std::to_string(faults.size()) + " faults";
    };
    EXPECT_EQ(fault_of([](auto&) {}), "0 faults");
    EXPECT_EQ(
        fault_of([](auto&) {}, renewed),
        "entry 5: the statement is not signed with the key that provider:99104007 had before");
    EXPECT_EQ(fault_of([](auto& s) { s.set_signer(made_up_controller); }, made_up_controller),
              "entry 5: controller:demo may not give provider:99104007 other keys");
    EXPECT_EQ(fault_of([](auto& s) { s.mutable_rotation()->set_possession(Bytes(64, 'x')); }),
              "entry 5: nothing shows that provider:99104007 has its new signing key");
    EXPECT_EQ(fault_of([](auto& s) { s.mutable_rotation()->set_signing_key("short"); }),
              "entry 5: the rotation gives provider:99104007 no keys");
    EXPECT_EQ(fault_of([](auto& s) { s.set_preceding(1); }),
              "entry 5: the statement does not build on the latest entry about "
              "provider:99104007");
    EXPECT_EQ(
        fault_of([](auto& s) {
            s.set_party("provider:99326018");
            s.set_signer("provider:99326018");
            s.set_preceding(0);
        }),
        "entry 5: the statement is not signed with the key that provider:99326018 had before");
    const MadeUpLog made{5};
    EXPECT_EQ(
        fault_of([&](auto& s) { s = rotation(made, 2, made_up_provider); }),
        "entry 5: provider:99104007 takes a key that a party has given up, or the one it has");
}

TEST(Rotation, KeysThatWereGivenUpComeBackToNobody) {
    MadeUpLog log = rotated();
    v1::RegistryStatement grant = log.grant("provider:99326018");
    grant.mutable_grant()->set_signing_key(Bytes{key_of(made_up_provider).view()});
    log.add_statement(grant, made_up_controller);
    EXPECT_THAT(log.faults(), ElementsAre("entry 8: the grant gives provider:99326018 keys that a "
                                          "party has given up"));
    MadeUpLog other = rotated();
    other.add_statement(rotation(other, 6, made_up_provider), renewed);
    EXPECT_THAT(other.faults(), ElementsAre("entry 8: provider:99104007 takes a key that a party "
                                            "has given up, or the one it has"));
}

TEST(Rotation, KeysThatAnotherPartyHasAreGivenToNobody) {
    const std::string other = "provider:99326018";
    MadeUpLog log{5};
    log.add_statement(log.grant(other), made_up_controller);
    log.add_statement(rotation(log, 2, other), made_up_provider);
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 6: provider:99104007 takes a key that another party has"));
    MadeUpLog granted{5};
    v1::RegistryStatement grant = granted.grant(other);
    grant.mutable_grant()->set_curve_key(
        Bytes{view(evidence::sha256(std::string{"curve "} + made_up_provider))});
    granted.add_statement(grant, made_up_controller);
    EXPECT_THAT(
        granted.faults(),
        ElementsAre("entry 5: the grant gives provider:99326018 a key that another party has"));
}

TEST(Rotation, ADisabledPartyTakesNoOtherKeys) {
    MadeUpLog log{5};
    v1::RegistryStatement disabling = log.grant(made_up_provider);
    disabling.set_preceding(2);
    disabling.mutable_disabling();
    log.add_statement(disabling, made_up_controller);
    log.add_statement(rotation(log, 6, renewed), made_up_provider);
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 6: provider:99104007 is disabled and takes other keys"));
}

TEST(Rotation, OneThatCannotBeReadIsToldOnceAndWhatBuildsOnItIsNotAtFault) {
    MadeUpLog log = rotated();
    log.add_statement(grant_of(log, renewed, 6), made_up_controller);
    log.add_statement(rotation(log, 9, again), renewed);
    log.add_submit(1, 9, again);
    EXPECT_THAT(log.faults(), IsEmpty());
    MadeUpEntry garbled{.sequence = 5, .body = "no statement"};
    garbled.index.set_kind(v1::MESSAGE_KIND_REGISTRY_CHANGE);
    log.entries.at(5) = made_up_entry(garbled);
    log.sign_again();
    FaultList faults;
    const LogSummary summary = log.check(faults);
    EXPECT_THAT(log.faults(), ElementsAre(HasSubstr("entry 5: ")));
    EXPECT_EQ(summary.entries.unknown, 2U) << "those that name it";
    EXPECT_EQ(summary.entries.verified, 4U) << "a later grant says which keys they were";
}

TEST(Rotation, ARotationThatBuildsOnOneThatCannotBeReadIsPassedOver) {
    MadeUpLog log = rotated();
    log.add_statement(rotation(log, 6, again), renewed);
    log.add_submit(1, 8, again);
    EXPECT_THAT(log.faults(), IsEmpty());
    log.entries.at(5).back() ^= 1;
    log.sign_again();
    FaultList faults;
    const LogSummary summary = log.check(faults);
    EXPECT_THAT(log.faults(), ElementsAre(HasSubstr("entry 5: ")));
    EXPECT_EQ(summary.entries.unknown, 3U);
}

// --- What is known from elsewhere ----------------------------------------------------------------

TEST(Rotation, AKnownKeyVouchesForWhatItWasRotatedTo) {
    const MadeUpLog log = rotated();
    EXPECT_THAT(log.faults([](LogCheck& check) {
        check.know_party(made_up_provider, key_of(made_up_provider));
    }),
                IsEmpty());
    EXPECT_THAT(log.faults([](LogCheck& check) {
        check.know_party(made_up_provider, key_of(made_up_provider));
        check.know_party(made_up_provider, key_of(renewed));
    }),
                IsEmpty());
}

TEST(Rotation, ANewKeyDoesNotVouchForTheOneBefore) {
    const MadeUpLog log = rotated();
    const auto faults =
        log.faults([](LogCheck& check) { check.know_party(made_up_provider, key_of(renewed)); });
    ASSERT_FALSE(faults.empty());
    EXPECT_EQ(faults[0],
              "entry 1: it binds another key to provider:99104007 than is known from "
              "elsewhere");
}

TEST(Rotation, WithoutARegistryAnyKnownKeyOfThePartyVerifies) {
    MadeUpLog log = rotated();
    log.gives_keys = false;
    FaultList faults;
    const LogSummary summary = log.check(faults, [](LogCheck& check) {
        check.know_party(made_up_provider, key_of(made_up_provider));
        check.know_party(made_up_provider, key_of(renewed));
    });
    EXPECT_TRUE(faults.empty());
    EXPECT_EQ(summary.entries.verified, 5U);
}

// --- Where only some statements are at hand ------------------------------------------------------

TEST(Rotation, OfSomeStatementsThoseItRestsOnMustComeFirst) {
    const MadeUpLog log = rotated();
    const evidence::Checkpoint tree{made_up_origin, TreeSize{8}, log.root(8)};
    const auto check = [&](const std::vector<std::uint64_t>& named) {
        FaultList faults;
        RangeCheck range{log.verifier(), tree, log.all_tiles(), Sequence{6}, faults};
        range.take_opening(log.entries.at(0), log.hub_keys_of(0));
        for (const std::uint64_t each : named)
            range.take_named(Sequence{each}, log.entries.at(each), log.hub_keys_of(each));
        range.take_entry(Sequence{6}, log.entries.at(6), {});
        range.take_entry(Sequence{7}, log.entries.at(7), {});
        const RangeSummary summary = range.finish(Sequence{8});
        return std::pair{summary.entries.verified, faults.total()};
    };
    EXPECT_EQ(check({1, 5}), (std::pair<std::uint64_t, std::uint64_t>{2, 0}));
    EXPECT_EQ(check({5}), (std::pair<std::uint64_t, std::uint64_t>{0, 1}));
}

// The hub's own log. The jobcentre keeps the key of its connection, so that its session goes on.
class RotationInFolder : public ::testing::Test {
  protected:
    RotationInFolder() {
        EXPECT_TRUE(world_.open());
        world_.add_usual_parties();
        world_.add_party(night);
    }
    // Two rotations, with a grant in between and something said under each key.
    void make_usual_log() {
        submit();
        rotate(renewed);
        submit();
        grant();
        rotate(again);
        submit();
    }
    void submit() {
        const auto turn = world_.turn({world_.submit(
            centre, {jobbro::testing::order(world_.new_order(), world_.now, world_.randomness)})});
        const auto outcomes = jobbro::testing::outcomes(turn);
        ASSERT_EQ(outcomes.size(), 1U);
        ASSERT_TRUE(outcomes[0].has_receipt());
        last_ = outcomes[0].receipt().sequence();
    }
    // By an operator, who may bring what another has signed.
    void change(const v1::RegistryStatement& statement, const evidence::SigningKey& key) {
        v1::ClientFrame frame;
        v1::ChangeRegistry& change = *frame.mutable_change_registry();
        change.set_statement(statement.SerializeAsString());
        change.set_signature(
            Bytes{view(evidence::sign(key, evidence::statement_text(change.statement())))});
        const auto turn =
            world_.turn({world_.frame(jobbro::testing::operator_party, std::move(frame))});
        ASSERT_EQ(jobbro::testing::frames_to(turn, jobbro::testing::operator_party,
                                             v1::HubFrame::kRegistryChanged)
                      .size(),
                  1U);
    }
    void rotate(const std::string& to) {
        v1::RegistryStatement statement = world_.grant(centre, {});
        statement.set_signer(centre);
        v1::PartyRotation& said = *statement.mutable_rotation();
        const auto curve = world_.keys(centre).curve;
        said.set_curve_key(Bytes{curve.view()});
        said.set_signing_key(Bytes{key_of(to).view()});
        said.set_possession(Bytes{view(
            evidence::sign(MadeUpLog::key(to),
                           evidence::rotation_text(statement.origin(), centre,
                                                   statement.preceding(), curve, key_of(to))))});
        change(statement, world_.keys(centre).signing);
        world_.keys(centre).signing = MadeUpLog::key(to);
    }
    // By an operator that is not one of the first.
    void disable() {
        v1::RegistryStatement statement = world_.grant(centre, {});
        statement.set_signer(night);
        statement.mutable_disabling();
        change(statement, world_.keys(night).signing);
    }
    void grant() {
        change(world_.grant(centre, {}), world_.keys(jobbro::testing::controller).signing);
    }
    // Of a range, or of all.
    LogSummary check(std::optional<Sequence> from) {
        folder_.take(world_);
        folder_.close();
        FolderCheckOptions options;
        options.log = *evidence::NoteVerifier::parse(world_.journal->verifier_key());
        options.first = from;
        const auto opened = LogFolder::open(folder_.path(), Tail::whole,
                                            evidence::MasterKey{evidence::sha256("master")});
        EXPECT_TRUE(opened);
        FaultList faults;
        const auto summary = check_folder(**opened, options, faults);
        for (const Fault& fault : faults.kept())
            ADD_FAILURE() << line_of(fault);
        EXPECT_TRUE(summary) << summary.error().line();
        return *summary;
    }

    static constexpr const char* centre = jobbro::testing::jobcentre;
    static constexpr const char* night = "operator:night";
    jobbro::testing::HubWorld world_;
    jobbro::testing::TemporaryFolder place_;
    jobbro::testing::DataFolder folder_{place_ / "data"};
    std::uint64_t last_ = 0;
};

TEST_F(RotationInFolder, AWholeLogIsFollowed) {
    make_usual_log();
    EXPECT_EQ(check(std::nullopt).entries.verified, 3U);
}

TEST_F(RotationInFolder, ARangeIsFollowedBackToTheFirstGrant) {
    make_usual_log();
    const LogSummary summary = check(Sequence{last_});
    EXPECT_EQ(summary.entries.submitted, 1U);
    EXPECT_EQ(summary.entries.verified, 1U);
    EXPECT_EQ(summary.entries.statements, 5U) << "entry 0, two grants and two rotations";
}

TEST_F(RotationInFolder, ARangeWithNothingUnderTheKeyInBetweenIsFollowedAllTheSame) {
    submit();
    const Sequence first{last_};
    rotate(renewed);
    grant();
    rotate(again);
    submit();
    const LogSummary summary = check(first);
    EXPECT_EQ(summary.entries.submitted, 2U);
    EXPECT_EQ(summary.entries.verified, 2U);
    EXPECT_EQ(summary.entries.statements, 5U);
}

TEST_F(RotationInFolder, WhoDisabledItInBetweenNeedNotBeKnown) {
    submit();
    const Sequence first{last_};
    rotate(renewed);
    disable();
    grant();
    world_.turn({world_.hello(centre)});
    rotate(again);
    submit();
    const LogSummary summary = check(first);
    EXPECT_EQ(summary.entries.verified, 2U);
    EXPECT_EQ(summary.entries.statements, 5U) << "but not the one that disabled it";
}

TEST(Rotation, AStatementBuildsOnAnEarlierEntryOrOnNone) {
    v1::RegistryStatement statement;
    EXPECT_EQ(built_on(statement, Sequence{5}), std::nullopt);
    statement.set_preceding(1);
    EXPECT_EQ(built_on(statement, Sequence{5}), Sequence{0});
    statement.set_preceding(5);
    EXPECT_EQ(built_on(statement, Sequence{5}), Sequence{4});
    statement.set_preceding(6);
    EXPECT_EQ(built_on(statement, Sequence{5}), std::nullopt) << "it would build on itself";
}

TEST(Rotation, TheStatementOfAnEntryIsReadOrNot) {
    const MadeUpLog log = rotated();
    const auto statement = statement_of(log.entries.at(5), log.keys_of(5));
    ASSERT_TRUE(statement);
    EXPECT_TRUE(statement->has_rotation());
    EXPECT_FALSE(statement_of(log.entries.at(5), {}));
    EXPECT_FALSE(statement_of(log.entries.at(5), log.keys_of(4)));
    EXPECT_FALSE(statement_of("nothing", log.keys_of(5)));
}

}  // namespace
}  // namespace jobbro::audit
