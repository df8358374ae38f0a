// The built program making keys, and changing them.
#include "tests/unit/cli/program_fixture.h"

namespace jobbro::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(ProgramTest, KeygenWritesBothFilesOnce) {
    ASSERT_EQ(run("keygen operator:night --out " + path("k")).status, 0);
    struct stat about {};
    ASSERT_EQ(stat(path("k").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
    const auto secret = evidence::read_party_secret_keys(path("k"));
    const auto open = evidence::read_party_public_keys(path("k.pub"));
    ASSERT_TRUE(secret.has_value());
    ASSERT_TRUE(open.has_value());
    EXPECT_EQ(secret->party, "operator:night");
    EXPECT_EQ(open->party, "operator:night");
    EXPECT_EQ(open->curve, evidence::curve_public_key(secret->curve));
    EXPECT_EQ(open->signing, evidence::verifying_key(secret->signing));

    const std::string before = read("k");
    const Ended again = run("keygen operator:night --out " + path("k"));
    EXPECT_EQ(again.status, 1);
    EXPECT_THAT(again.err, StartsWith("jobbro: file_unwritable: "));
    EXPECT_EQ(read("k"), before);
}

TEST_F(ProgramTest, KeygenRefusesWhatIsNoParty) {
    for (const std::string party : {"hub", "provider:12345678", "jobcentre:411", "somebody"}) {
        SCOPED_TRACE(party);
        EXPECT_EQ(run("keygen " + party + " --out " + path("k")).status, 2);
        EXPECT_FALSE(std::filesystem::exists(path("k")));
    }
}

TEST_F(ProgramTest, KeygenHubWritesAVerifierKeyOfItsName) {
    ASSERT_EQ(run("keygen-hub demo.test/log --out " + path("h")).status, 0);
    const auto secret = evidence::read_hub_secret_keys(path("h"));
    const auto open = evidence::read_hub_public_keys(path("h.pub"));
    ASSERT_TRUE(secret.has_value());
    ASSERT_TRUE(open.has_value());
    EXPECT_EQ(open->origin, "demo.test/log");
    const auto verifier = evidence::NoteVerifier::parse(open->verifier_key);
    ASSERT_TRUE(verifier.has_value());
    EXPECT_EQ(verifier->key, evidence::verifying_key(secret->signing));
    EXPECT_EQ(run("keygen-hub 'two words' --out " + path("x")).status, 2);
}

TEST_F(ProgramTest, KeygenHubRenewsTheKeysThatAreNamedAndKeepsTheOthers) {
    ASSERT_EQ(run("keygen-hub demo.test/log --out " + path("h")).status, 0);
    const std::string renewing = "keygen-hub demo.test/log --from " + path("h") + " --out ";
    ASSERT_EQ(run(renewing + path("m") + " --renew master").status, 0);
    const auto before = evidence::read_hub_secret_keys(path("h"));
    const auto master = evidence::read_hub_secret_keys(path("m"));
    ASSERT_TRUE(before && master);
    EXPECT_NE(master->master.bytes(), before->master.bytes());
    EXPECT_EQ(master->curve.bytes(), before->curve.bytes());
    EXPECT_EQ(master->signing.bytes(), before->signing.bytes());
    EXPECT_EQ(read("m.pub"), read("h.pub"));

    ASSERT_EQ(run(renewing + path("l") + " --renew log --renew curve").status, 0);
    const auto log = evidence::read_hub_secret_keys(path("l"));
    ASSERT_TRUE(log);
    EXPECT_EQ(log->master.bytes(), before->master.bytes());
    EXPECT_NE(log->curve.bytes(), before->curve.bytes());
    EXPECT_NE(log->signing.bytes(), before->signing.bytes());
    const auto first = evidence::read_hub_public_keys(path("h.pub"));
    const auto second = evidence::read_hub_public_keys(path("l.pub"));
    ASSERT_TRUE(first && second);
    EXPECT_EQ(second->former_verifier_keys, std::vector{first->verifier_key});
    EXPECT_THAT(read("err"), HasSubstr("l.pub: former " + first->verifier_key + "\n"));
    EXPECT_THAT(read("err"), HasSubstr("trusts the former key"));
    EXPECT_EQ(
        run("keygen-hub other.test/log --from " + path("h") + " --renew log --out " + path("o"))
            .status,
        2);
    EXPECT_EQ(run(renewing + path("o")).status, 2) << "nothing is to be renewed";
    EXPECT_EQ(run(renewing + path("o") + " --renew all").status, 2);
}

TEST_F(ProgramTest, KeygenHubLeavesAStolenKeyOutAndKeepsThoseBeforeIt) {
    ASSERT_EQ(run("keygen-hub demo.test/log --out " + path("a")).status, 0);
    ASSERT_EQ(
        run("keygen-hub demo.test/log --from " + path("a") + " --renew log --out " + path("b"))
            .status,
        0);
    const std::string from_b = "keygen-hub demo.test/log --from " + path("b") + " --out ";
    const Ended left_out = run(from_b + path("c") + " --renew log --without-former");
    ASSERT_EQ(left_out.status, 0) << left_out.err;
    const auto first = evidence::read_hub_public_keys(path("a.pub"));
    const auto third = evidence::read_hub_public_keys(path("c.pub"));
    ASSERT_TRUE(first && third);
    EXPECT_EQ(third->former_verifier_keys, std::vector{first->verifier_key});
    EXPECT_EQ(left_out.err, "jobbro: " + path("c.pub") + ": former " + first->verifier_key + "\n");
    EXPECT_EQ(run(from_b + path("d") + " --renew curve --without-former").status, 2);
    EXPECT_FALSE(std::filesystem::exists(path("d")));
}

TEST_F(ProgramTest, KeygenHubRefusesAPublicFileOfOtherKeys) {
    ASSERT_EQ(run("keygen-hub demo.test/log --out " + path("a")).status, 0);
    ASSERT_EQ(run("keygen-hub demo.test/log --out " + path("b")).status, 0);
    std::filesystem::rename(path("b.pub"), path("a.pub"));
    const Ended refused =
        run("keygen-hub demo.test/log --from " + path("a") + " --renew log --out " + path("c"));
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("a.pub holds another key of the log than"));
    EXPECT_FALSE(std::filesystem::exists(path("c")));
}

// --- Other keys of its own -----------------------------------------------------------------------

TEST_F(ProgramTest, RotatingThatIsNotAnsweredMayHaveTakenEffect) {
    ASSERT_TRUE(hub_.start());
    ASSERT_EQ(run("keygen " + own_.party + " --out " + path("new")).status, 0);
    const Ended lost = run(options_for(hub_, "1") + "party rotate --new-keys " + path("new"));
    EXPECT_EQ(lost.status, 3);
    EXPECT_THAT(lost.err, HasSubstr("may have taken effect"));
    EXPECT_THAT(lost.err, HasSubstr("keep " + path("own") + " and " + path("new")));
    EXPECT_THAT(lost.err, HasSubstr("--key " + path("new") + " party list"));
}

TEST_F(ProgramTest, RotatingThatIsRefusedHasNot) {
    hub_.refuse_statements(v1::ERROR_CODE_KEY_IN_USE);
    ASSERT_TRUE(hub_.start());
    ASSERT_EQ(run("keygen " + own_.party + " --out " + path("new")).status, 0);
    const Ended refused = run(options_for(hub_) + "party rotate --new-keys " + path("new"));
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, StartsWith("jobbro: key_in_use"));
    EXPECT_THAT(refused.err, Not(HasSubstr("may have taken effect")));
}

}  // namespace
}  // namespace jobbro::cli
