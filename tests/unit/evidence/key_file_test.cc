#include "proto/evidence/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "proto/evidence/note.h"
#include "proto/evidence/text_encoding.h"
#include "tests/unit/evidence/expectations.h"

namespace jobbro::evidence {
namespace {

namespace fs = std::filesystem;

// Base64 of 32 times 'c' and 32 times 's'.
constexpr std::string_view curve_text = "Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2M=";
constexpr std::string_view signing_text = "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=";

ByteArray<32> thirty_two(char c) {
    return array_of<32>(Bytes(32, c));
}

PartySecretKeys party_secret_keys() {
    return {"provider:99104007", CurveSecretKey{thirty_two('c')}, SigningKey{thirty_two('s')}};
}
HubSecretKeys hub_secret_keys() {
    return {"hub.example/log", CurveSecretKey{thirty_two('c')}, SigningKey{thirty_two('s')},
            MasterKey{thirty_two('m')}};
}
HubPublicKeys hub_public_keys() {
    const NoteVerifier verifier{"hub.example/log", verifying_key(hub_secret_keys().signing)};
    return {"hub.example/log", CurvePublicKey{thirty_two('c')}, verifier.text()};
}

class KeyFile : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = ::testing::TempDir() + "jobbro_key_file_XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { fs::remove_all(folder_); }

    [[nodiscard]] fs::path path(std::string_view name = "key") const { return folder_ / name; }

    // A file of the given text that its owner alone can read.
    [[nodiscard]] fs::path file_with(std::string_view text) const {
        std::ofstream{path()} << text;
        fs::permissions(path(), fs::perms::owner_read | fs::perms::owner_write);
        return path();
    }

    static std::string content(const fs::path& file) {
        std::ostringstream text;
        text << std::ifstream{file}.rdbuf();
        return text.str();
    }

    static mode_t mode(const fs::path& file) {
        struct stat status {};
        EXPECT_EQ(::stat(file.c_str(), &status), 0);
        return status.st_mode & 07777U;
    }

  private:
    fs::path folder_;
};

std::string party_secret_text() {
    return "jobbro secret key v1\nparty provider:99104007\ncurve " + std::string{curve_text} +
           "\nsigning " + std::string{signing_text} + "\n";
}

TEST_F(KeyFile, PartySecretKeysAreWrittenForTheOwnerAloneAndReadBack) {
    ASSERT_THAT(write_keys(path(), party_secret_keys()), Succeeds());
    EXPECT_EQ(content(path()), party_secret_text());
    EXPECT_EQ(mode(path()), 0600U);
    const Result<PartySecretKeys> keys = read_party_secret_keys(path());
    ASSERT_THAT(keys, Succeeds());
    EXPECT_EQ(keys->party, "provider:99104007");
    EXPECT_EQ(keys->curve.bytes(), thirty_two('c'));
    EXPECT_EQ(keys->signing.bytes(), thirty_two('s'));
}

TEST_F(KeyFile, PartyPublicKeysAreWrittenAndReadBack) {
    const PartyPublicKeys written{"jobcentre:101", CurvePublicKey{thirty_two('c')},
                                  VerifyingKey{thirty_two('s')}};
    ASSERT_THAT(write_keys(path(), written), Succeeds());
    EXPECT_EQ(content(path()), "jobbro public key v1\nparty jobcentre:101\ncurve " +
                                   std::string{curve_text} + "\nsigning " +
                                   std::string{signing_text} + "\n");
    const Result<PartyPublicKeys> keys = read_party_public_keys(path());
    ASSERT_THAT(keys, Succeeds());
    EXPECT_EQ(keys->party, written.party);
    EXPECT_EQ(keys->curve, written.curve);
    EXPECT_EQ(keys->signing, written.signing);
}

TEST_F(KeyFile, HubSecretKeysAreWrittenForTheOwnerAloneAndReadBack) {
    ASSERT_THAT(write_keys(path(), hub_secret_keys()), Succeeds());
    EXPECT_EQ(content(path()), "jobbro hub key v1\norigin hub.example/log\ncurve " +
                                   std::string{curve_text} + "\nsigning " +
                                   std::string{signing_text} + "\nmaster " +
                                   base64_encode(Bytes(32, 'm')) + "\n");
    EXPECT_EQ(mode(path()), 0600U);
    const Result<HubSecretKeys> keys = read_hub_secret_keys(path());
    ASSERT_THAT(keys, Succeeds());
    EXPECT_EQ(keys->origin, "hub.example/log");
    EXPECT_EQ(keys->curve.bytes(), thirty_two('c'));
    EXPECT_EQ(keys->signing.bytes(), thirty_two('s'));
    EXPECT_EQ(keys->master.bytes(), thirty_two('m'));
}

TEST_F(KeyFile, HubPublicKeysAreWrittenAndReadBack) {
    const HubPublicKeys written = hub_public_keys();
    ASSERT_THAT(write_keys(path(), written), Succeeds());
    EXPECT_EQ(content(path()), "jobbro hub public key v1\norigin hub.example/log\ncurve " +
                                   std::string{curve_text} + "\nverifier " + written.verifier_key +
                                   "\n");
    const Result<HubPublicKeys> keys = read_hub_public_keys(path());
    ASSERT_THAT(keys, Succeeds());
    EXPECT_EQ(keys->origin, written.origin);
    EXPECT_EQ(keys->curve, written.curve);
    EXPECT_EQ(keys->verifier_key, written.verifier_key);
}

TEST_F(KeyFile, AHubsPublicFileNamesTheKeysItsLogHadBefore) {
    HubPublicKeys written = hub_public_keys();
    const auto key_of = [](char byte) {
        return NoteVerifier{"hub.example/log", verifying_key(SigningKey{thirty_two(byte)})};
    };
    written.former_verifier_keys = {key_of('1').text(), key_of('2').text()};
    ASSERT_THAT(write_keys(path(), written), Succeeds());
    EXPECT_TRUE(content(path()).ends_with("former " + key_of('1').text() + "\nformer " +
                                          key_of('2').text() + "\n"));
    const std::string text = content(path());
    const Result<HubPublicKeys> keys = read_hub_public_keys(path());
    ASSERT_THAT(keys, Succeeds());
    EXPECT_EQ(keys->former_verifier_keys, written.former_verifier_keys);
    const auto verifier = verifier_of(*keys);
    ASSERT_THAT(verifier, Succeeds());
    EXPECT_EQ(verifier->text(), written.verifier_key);
    EXPECT_EQ(verifier->former, (std::vector{key_of('1').key, key_of('2').key}));

    EXPECT_THAT(read_hub_public_keys(file_with(text + "former x\n")),
                FailsWith(ErrorCode::key_file_malformed));
    std::string many = text;
    for (int i = 0; i < 15; ++i)
        many += "former " + key_of('1').text() + "\n";
    EXPECT_THAT(read_hub_public_keys(file_with(many)), FailsWith(ErrorCode::key_file_malformed));
    written.former_verifier_keys.assign(17, key_of('1').text());
    std::filesystem::path other = path();
    other += "2";
    const Result<void> too_many = write_keys(other, written);
    EXPECT_THAT(too_many, FailsWith(ErrorCode::file_unwritable));
    EXPECT_FALSE(std::filesystem::exists(other));
}

TEST_F(KeyFile, SecretFileThatOthersMayReadOrWriteIsExposed) {
    ASSERT_THAT(write_keys(path("party"), party_secret_keys()), Succeeds());
    ASSERT_THAT(write_keys(path("hub"), hub_secret_keys()), Succeeds());
    for (const mode_t exposed : {0640U, 0620U, 0604U, 0602U, 0610U, 0644U, 0777U}) {
        ASSERT_EQ(::chmod(path("party").c_str(), exposed), 0);
        ASSERT_EQ(::chmod(path("hub").c_str(), exposed), 0);
        EXPECT_THAT(read_party_secret_keys(path("party")), FailsWith(ErrorCode::key_file_exposed));
        EXPECT_THAT(read_hub_secret_keys(path("hub")), FailsWith(ErrorCode::key_file_exposed));
    }
    ASSERT_EQ(::chmod(path("party").c_str(), 0400), 0);
    EXPECT_THAT(read_party_secret_keys(path("party")), Succeeds());
}

TEST_F(KeyFile, LinkToASecretFileIsJudgedByTheFile) {
    ASSERT_THAT(write_keys(path(), party_secret_keys()), Succeeds());
    fs::create_symlink(path(), path("link"));
    EXPECT_THAT(read_party_secret_keys(path("link")), Succeeds());
    ASSERT_EQ(::chmod(path().c_str(), 0644), 0);
    EXPECT_THAT(read_party_secret_keys(path("link")), FailsWith(ErrorCode::key_file_exposed));
}

TEST_F(KeyFile, PublicFileMayBeReadByAll) {
    ASSERT_THAT(write_keys(path(), hub_public_keys()), Succeeds());
    ASSERT_EQ(::chmod(path().c_str(), 0644), 0);
    EXPECT_THAT(read_hub_public_keys(path()), Succeeds());
}

TEST_F(KeyFile, WhatIsNotAFileIsUnreadable) {
    EXPECT_THAT(read_party_secret_keys(path("nothing")), FailsWith(ErrorCode::file_unreadable));
    fs::create_directory(path("folder"));
    EXPECT_THAT(read_party_secret_keys(path("folder")), FailsWith(ErrorCode::file_unreadable));
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    EXPECT_THAT(read_party_secret_keys(path("pipe")), FailsWith(ErrorCode::file_unreadable));
    EXPECT_THAT(read_hub_public_keys("/dev/null"), FailsWith(ErrorCode::file_unreadable));
}

TEST_F(KeyFile, ExistingFileIsNotOverwritten) {
    ASSERT_EQ(file_with("something else"), path());
    EXPECT_THAT(write_keys(path(), party_secret_keys()), FailsWith(ErrorCode::file_unwritable));
    EXPECT_THAT(write_keys(path(), hub_secret_keys()), FailsWith(ErrorCode::file_unwritable));
    EXPECT_THAT(write_keys(path(), hub_public_keys()), FailsWith(ErrorCode::file_unwritable));
    EXPECT_EQ(content(path()), "something else");
}

TEST_F(KeyFile, LinkIsNotWrittenThrough) {
    fs::create_symlink(path("target"), path("link"));
    EXPECT_THAT(write_keys(path("link"), party_secret_keys()),
                FailsWith(ErrorCode::file_unwritable));
    EXPECT_FALSE(fs::exists(path("target")));
}

TEST_F(KeyFile, FolderThatIsMissingIsUnwritable) {
    EXPECT_THAT(write_keys(path() / "key", party_secret_keys()),
                FailsWith(ErrorCode::file_unwritable));
}

TEST_F(KeyFile, TextsThatCouldNotBeReadBackAreNotWritten) {
    for (const std::string& party :
         {std::string{}, std::string{"a b"}, std::string{"a\nb"}, std::string(65, 'x')}) {
        PartySecretKeys keys = party_secret_keys();
        keys.party = party;
        EXPECT_THAT(write_keys(path(), keys), FailsWith(ErrorCode::file_unwritable));
    }
    HubPublicKeys keys = hub_public_keys();
    keys.verifier_key += "x";
    EXPECT_THAT(write_keys(path(), keys), FailsWith(ErrorCode::file_unwritable));
    keys = hub_public_keys();
    keys.former_verifier_keys = {"no key"};
    EXPECT_THAT(write_keys(path(), keys), FailsWith(ErrorCode::file_unwritable));
    keys = hub_public_keys();
    keys.origin = "other.example";
    EXPECT_THAT(write_keys(path(), keys), FailsWith(ErrorCode::file_unwritable));
    EXPECT_FALSE(fs::exists(path()));
}

TEST_F(KeyFile, MalformedFilesAreRefusedWithTheNumberOfTheLine) {
    struct Case {
        std::string text;
        std::string line;
    };
    const std::string heading = "jobbro secret key v1\n";
    const std::string party = "party provider:99104007\n";
    const std::string curve = "curve " + std::string{curve_text} + "\n";
    const std::string signing = "signing " + std::string{signing_text} + "\n";
    for (const Case& wrong : {
             Case{"", "line 1:"},
             Case{"jobbro secret key v2\n" + party + curve + signing, "line 1:"},
             Case{"jobbro public key v1\n" + party + curve + signing, "line 1:"},
             Case{"\n" + heading + party + curve + signing, "line 1:"},
             Case{"jobbro secret key v1\r\n" + party + curve + signing, "line 1:"},
             Case{heading, "line 2:"},
             Case{heading + curve + signing, "line 2:"},
             Case{heading + "party\n" + curve + signing, "line 2:"},
             Case{heading + "party \n" + curve + signing, "line 2:"},
             Case{heading + "party  a\n" + curve + signing, "line 2:"},
             Case{heading + "party a b\n" + curve + signing, "line 2:"},
             Case{heading + "party " + std::string(65, 'x') + "\n" + curve + signing, "line 2:"},
             Case{heading + " " + party + curve + signing, "line 2:"},
             Case{heading + party + signing, "line 3:"},
             Case{heading + party + signing + curve, "line 3:"},
             Case{heading + party + "curve\t" + curve.substr(6) + signing, "line 3:"},
             Case{heading + party + "curve c2hvcnQ=\n" + signing, "line 3:"},
             Case{heading + party + "curve not base64!\n" + signing, "line 3:"},
             Case{heading + party + curve.substr(0, curve.size() - 2) + "\n" + signing, "line 3:"},
             Case{heading + party + curve.substr(0, curve.size() - 1) + " \n" + signing, "line 3:"},
             Case{heading + party + curve, "line 4:"},
             Case{heading + party + curve + signing.substr(0, signing.size() - 1), "line 4:"},
             Case{heading + party + curve + curve, "line 4:"},
             Case{heading + party + curve + signing + "\n", "line 5:"},
             Case{heading + party + curve + signing + "x", "line 5:"},
             Case{heading + party + curve + signing + party, "line 5:"},
         }) {
        const Result<PartySecretKeys> keys = read_party_secret_keys(file_with(wrong.text));
        ASSERT_THAT(keys, FailsWith(ErrorCode::key_file_malformed)) << wrong.text;
        EXPECT_THAT(keys.error().detail, ::testing::StartsWith(wrong.line)) << wrong.text;
    }
}

TEST_F(KeyFile, MalformedHubFilesAreRefused) {
    const std::string curve = "curve " + std::string{curve_text} + "\n";
    const std::string signing = "signing " + std::string{signing_text} + "\n";
    const std::string verifier = "verifier " + hub_public_keys().verifier_key + "\n";
    EXPECT_THAT(
        read_hub_secret_keys(file_with("jobbro hub key v1\norigin hub\n" + curve + signing)),
        FailsWith(ErrorCode::key_file_malformed));
    EXPECT_THAT(read_hub_secret_keys(file_with(party_secret_text())),
                FailsWith(ErrorCode::key_file_malformed));
    const std::string heading = "jobbro hub public key v1\n";
    for (const std::string& text :
         {heading + "origin hub.example/log\n" + curve, heading + "origin h+b\n" + curve + verifier,
          heading + "origin other.example\n" + curve + verifier,
          heading + "origin hub.example/log\n" + curve + "verifier hub.example/log\n",
          heading + "origin hub.example/log\n" + curve + verifier + verifier}) {
        EXPECT_THAT(read_hub_public_keys(file_with(text)), FailsWith(ErrorCode::key_file_malformed))
            << text;
    }
}

TEST_F(KeyFile, HugeFileIsRefused) {
    EXPECT_THAT(read_party_secret_keys(file_with(party_secret_text() + std::string(5000, 'x'))),
                FailsWith(ErrorCode::key_file_malformed));
}

TEST_F(KeyFile, ErrorsNeverHoldTheContentOfTheFile) {
    const std::string secret = "bm90YXNlY3JldA";
    const std::string heading = "jobbro secret key v1\n";
    const std::string party = "party provider:99104007\n";
    const std::string curve = "curve " + std::string{curve_text} + "\n";
    for (const std::string& text :
         {secret + "\n", heading + secret + "\n", heading + "party " + secret + " x\n",
          heading + party + secret + "\n", heading + party + "curve " + secret + "\n",
          heading + party + curve + "signing " + secret + "\n",
          party_secret_text() + secret + "\n"}) {
        const Result<PartySecretKeys> keys = read_party_secret_keys(file_with(text));
        ASSERT_THAT(keys, FailsWith(ErrorCode::key_file_malformed)) << text;
        EXPECT_THAT(keys.error().line(), ::testing::Not(::testing::HasSubstr(secret)));
        EXPECT_THAT(keys.error().line(), ::testing::Not(::testing::HasSubstr("99104007")));
        EXPECT_THAT(keys.error().line(), ::testing::Not(::testing::HasSubstr("Y2Nj")));
    }
}

// The expected bytes were computed with Python's hmac and hashlib from the header's words.
TEST(PartyRowKey, IsWhatTheHeaderSays) {
    EXPECT_EQ(hex_encode(party_row_key(party_secret_keys(), "outbox").view()),
              "4a9a7ba88e0a730703d07d1ca3146d20cb7eb6117f79016e14dc6bce0f7ebfce");
}

TEST(PartyRowKey, DiffersByPurposePartyAndEitherKey) {
    const PartySecretKeys keys = party_secret_keys();
    const auto key_of = [](const PartySecretKeys& party, std::string_view purpose) {
        return party_row_key(party, purpose).bytes();
    };
    const auto usual = key_of(keys, "outbox");
    EXPECT_EQ(key_of(party_secret_keys(), "outbox"), usual);
    EXPECT_NE(key_of(keys, "outbox tags"), usual);
    EXPECT_NE(key_of({"provider:99104006", keys.curve.copy(), keys.signing.copy()}, "outbox"),
              usual);
    EXPECT_NE(key_of({keys.party, CurveSecretKey{thirty_two('d')}, keys.signing.copy()}, "outbox"),
              usual);
    EXPECT_NE(key_of({keys.party, keys.curve.copy(), SigningKey{thirty_two('t')}}, "outbox"),
              usual);
}

}  // namespace
}  // namespace jobbro::evidence
