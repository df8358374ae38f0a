// The built program, run as a person would.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

#include "adapters/audit/archive.h"
#include "proto/evidence/key_file.h"
#include "proto/evidence/tlog_proof.h"
#include "tests/support/data_folder.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/audit/made_up_log.h"

namespace jobbro::audit {
namespace {

using jobbro::testing::DataFolder;
using jobbro::testing::HubWorld;
using jobbro::testing::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Ended {
    int status = -1;
    std::string out;
    std::string err;
};

class AuditProgram : public ::testing::Test {
  protected:
    AuditProgram() {
        EXPECT_TRUE(world_.open());
        world_.add_usual_parties();
        for (int i = 0; i < 5; ++i) {
            world_.turn({world_.submit(
                jobbro::testing::jobcentre,
                {jobbro::testing::order(world_.new_order(), world_.now, world_.randomness)})});
        }
        DataFolder folder{place_ / "data"};
        folder.take(world_);
        folder.close();
        write_key_files();
    }
    void write_key_files() {
        const evidence::SigningKey signing{evidence::sha256("log key")};
        const evidence::HubSecretKeys secret{
            world_.journal->origin(), evidence::CurveSecretKey{evidence::sha256("curve")},
            signing.copy(), evidence::MasterKey{evidence::sha256("master")}};
        EXPECT_TRUE(evidence::write_keys(place_ / "hub.key", secret));
        EXPECT_TRUE(evidence::write_keys(
            place_ / "hub.pub",
            evidence::HubPublicKeys{secret.origin, evidence::curve_public_key(secret.curve),
                                    world_.journal->verifier_key()}));
    }

    [[nodiscard]] std::string path(const char* name) const { return (place_ / name).string(); }
    [[nodiscard]] std::string read(const char* name) const {
        std::ifstream file(place_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    // `arguments` as a shell takes them, after --hub-key.
    [[nodiscard]] Ended run(const std::string& arguments) const {
        return run_bare("--hub-key " + path("hub.pub") + " " + arguments);
    }
    [[nodiscard]] Ended run_bare(const std::string& arguments) const {
        const std::string command = JOBBRO_BINARY_DIR "/bin/jobbro-audit " + arguments + " >" +
                                    path("out") + " 2>" + path("err");
        const int status = std::system(command.c_str());
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read("out"), read("err")};
    }
    void spoil(const std::string& table_row_of) {
        DataFolder folder{place_ / "data"};
        store::Batch batch;
        batch.put(store::Table{0}, table_row_of, "nothing");
        ASSERT_TRUE(folder.log().commit(batch, store::Durability::synced));
    }

    TemporaryFolder place_;
    HubWorld world_;
};

TEST_F(AuditProgram, VerifySaysWhatItVerified) {
    const Ended ended = run("--hub-keys " + path("hub.key") + " verify " + path("data"));
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.err, IsEmpty()) << "no progress where there is no terminal";
    EXPECT_THAT(ended.out, HasSubstr("signatures   5 of 5 verified\n"));
    EXPECT_THAT(ended.out, HasSubstr("entries/s\n"));
    const Ended without = run("verify " + path("data"));
    EXPECT_EQ(without.status, 0) << without.err;
    EXPECT_THAT(without.out, HasSubstr("0 of 5 verified, 5 by parties whose key is not known"));
    const Ended range = run("verify --from 4 --to 6 " + path("data"));
    EXPECT_EQ(range.status, 0) << range.err;
    EXPECT_THAT(range.out, HasSubstr("entries      3 from 4 on"));
}

TEST_F(AuditProgram, VerifyHoldsTheLogToWhatTheAuditorKnows) {
    const auto& signing = world_.keys(jobbro::testing::controller).signing;
    const auto write_party = [&](const char* file, const std::string& party,
                                 const evidence::VerifyingKey& key) {
        EXPECT_TRUE(evidence::write_keys(
            place_ / file, evidence::PartyPublicKeys{
                               party, evidence::CurvePublicKey{evidence::sha256("curve")}, key}));
    };
    write_party("real.pub", jobbro::testing::controller, evidence::verifying_key(signing));
    write_party("other.pub", jobbro::testing::controller, MadeUpLog{1}.verifier().key);
    std::ofstream(place_ / "kept", std::ios::binary) << world_.journal->checkpoint();
    const std::string verify = "--hub-keys " + path("hub.key") + " verify " + path("data");
    Ended ended = run(verify);
    EXPECT_THAT(ended.out, HasSubstr("\ncontroller   controller:demo "));
    EXPECT_THAT(ended.out, HasSubstr("as entry 0 itself names them: compare"));
    ended = run(verify + " --controller-key " + path("real.pub") + " --checkpoint " + path("kept"));
    EXPECT_EQ(ended.status, 0) << ended.err << ended.out;
    EXPECT_THAT(ended.out, HasSubstr("kept         1 of 1 checkpoints are of this log\n"));
    const std::string other = " --controller-key " + path("other.pub");
    EXPECT_EQ(run(verify + " --controller-key " + path("real.pub") + other).status, 2)
        << "two keys of one party";
    ended = run("--hub-keys " + path("hub.key") + " verify" + other + " " + path("data"));
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.out, HasSubstr("entry 0: it names another key of controller:demo"));
    EXPECT_EQ(run("verify " + path("data") + " --controller-key " + path("real.pub")).status, 2)
        << "entry 0 cannot be opened";
    std::ofstream(place_ / "forged", std::ios::binary) << MadeUpLog{5}.note(5);
    ended = run(verify + " --checkpoint " + path("forged"));
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, HasSubstr("forged"));
    EXPECT_EQ(run(verify + " --checkpoint " + path("nothing")).status, 1);
}

TEST_F(AuditProgram, VerifyNamesFaultsAndEndsWithOne) {
    spoil(key_of(4));
    const Ended ended = run("verify " + path("data"));
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.out, HasSubstr("entry 4: its version is 110, not 1\n"));
    EXPECT_THAT(ended.err, StartsWith("jobbro-audit: tampered: "));
}

TEST_F(AuditProgram, CalledWronglyItEndsWithTwo) {
    EXPECT_EQ(run_bare("verify " + path("data")).status, 2) << "without the log's key";
    EXPECT_EQ(run_bare("verify").status, 2);
    EXPECT_EQ(run_bare("nonsense").status, 2);
    EXPECT_EQ(run("replay").status, 2) << "without the auditor's key";
    EXPECT_EQ(run("replay --format html").status, 2);
    EXPECT_EQ(run("verify --key " + path("auditor.key") + " " + path("data")).status, 2)
        << "of a folder or of a running hub";
    EXPECT_EQ(run("prove " + path("data") + " third").status, 2);
    EXPECT_EQ(run("checkpoint --key " + path("nothing")).status, 1);
    EXPECT_EQ(run_bare("--version").status, 0);
}

TEST_F(AuditProgram, WhatIsAskedOfAHubIsLookedAtBeforeItIsAsked) {
    const std::string nowhere = "--hub tcp://127.0.0.1:1 --key " + path("auditor.key") + " replay ";
    const Ended without_ground = run(nowhere + "--unmask");
    EXPECT_EQ(without_ground.status, 1);
    EXPECT_THAT(without_ground.err, StartsWith("jobbro-audit: ground_missing: "));
    EXPECT_EQ(run(nowhere + "--kind gossip").status, 2);
}

TEST_F(AuditProgram, EachCommandReadsACitizensNumberFromStandardInput) {
    std::ofstream(place_ / "number") << "690870-1478\n";
    std::ofstream(place_ / "no_number") << "the neighbour\n";
    const std::string out = " --out " + path("made");
    for (const std::string& command :
         {std::string{"replay"}, "export" + out, std::string{"timeline"}, std::string{"access"},
          "extract --ground y" + out}) {
        const std::string asked = "--key " + path("nothing") + " " + command + " --citizen - <";
        const Ended taken = run(asked + path("number"));
        EXPECT_EQ(taken.status, 1) << "what is missing is the key: " << taken.err;
        EXPECT_THAT(taken.err, HasSubstr(path("nothing"))) << command;
        const Ended refused = run(asked + path("no_number"));
        EXPECT_EQ(refused.status, 2) << command;
        EXPECT_THAT(refused.err, HasSubstr("--citizen is no CPR number")) << command;
    }
}

TEST_F(AuditProgram, OnlyAnAuditorsKeyReadsAHub) {
    const evidence::PartySecretKeys keys{jobbro::testing::provider,
                                         evidence::CurveSecretKey{evidence::sha256("curve")},
                                         evidence::SigningKey{evidence::sha256("own")}};
    ASSERT_TRUE(evidence::write_keys(place_ / "provider.key", keys));
    const Ended ended = run("--key " + path("provider.key") + " replay");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, StartsWith("jobbro-audit: role_not_allowed: "));
}

TEST_F(AuditProgram, AFolderOfAnotherLogIsRefused) {
    ASSERT_TRUE(evidence::write_keys(
        place_ / "other.pub",
        evidence::HubPublicKeys{
            "other.test/log", {}, evidence::NoteVerifier{"other.test/log", {}}.text()}));
    const Ended ended = run_bare("--hub-key " + path("other.pub") + " checkpoint " + path("data"));
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, StartsWith("jobbro-audit: "));
}

TEST_F(AuditProgram, CheckpointPrintsTheSignedNote) {
    const Ended ended = run("checkpoint " + path("data"));
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(ended.out, world_.journal->checkpoint());
}

TEST_F(AuditProgram, ProveWritesAProofThatStandsByItself) {
    const Ended ended = run("prove " + path("data") + " 5 --out " + path("five.tlog-proof"));
    EXPECT_EQ(ended.status, 0) << ended.err;
    const auto proof = evidence::TlogProof::parse(read("five.tlog-proof"));
    ASSERT_TRUE(proof.has_value()) << proof.error().line();
    EXPECT_EQ(proof->index, LeafIndex{5});
    const auto verifier = evidence::NoteVerifier::parse(world_.journal->verifier_key());
    EXPECT_TRUE(evidence::verify_tlog_proof(*proof, evidence::leaf_hash(proof->extra), *verifier));
    EXPECT_EQ(run("prove " + path("data") + " 5 --out " + path("five.tlog-proof")).status, 1)
        << "never over what is there";
    const Ended future = run("prove " + path("data") + " 1000");
    EXPECT_EQ(future.status, 1);
    EXPECT_THAT(future.err, StartsWith("jobbro-audit: entry_unknown: "));
    spoil(key_of(5));
    EXPECT_EQ(run("prove " + path("data") + " 5").status, 1);
}

TEST_F(AuditProgram, TilesWritesAFolderForOthersVerifiers) {
    const Ended ended = run("tiles " + path("data") + " " + path("tiles"));
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(read("tiles/checkpoint"), world_.journal->checkpoint());
}

TEST_F(AuditProgram, AnArchiveVerifiesWithNothingElse) {
    const MadeUpLog log{20};
    std::ofstream file(place_ / "a.ndjson", std::ios::binary);
    ArchiveWriter writer{[&](std::string_view lines) -> Result<void> {
        file << lines;
        return {};
    }};
    ASSERT_TRUE(writer.header({log.verifier(), log.note(20), "order \xe2\x80\xae", "2026-01-02"}));
    ASSERT_TRUE(writer.statement(log.archived(0, 20)));
    ASSERT_TRUE(writer.statement(log.archived(1, 20)));
    ASSERT_TRUE(writer.entry(log.archived(5, 20)));
    ASSERT_TRUE(writer.end());
    file.close();
    const Ended ended = run_bare("verify " + path("a.ndjson"));
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("signatures   1 of 1 verified\n"));
    EXPECT_THAT(ended.out, HasSubstr("order \\xe2\\x80\\xae")) << "nothing commands the terminal";
    EXPECT_THAT(ended.out, HasSubstr(log.verifier().text()));
    EXPECT_EQ(run("verify " + path("a.ndjson")).status, 1) << "of another log";
    std::filesystem::resize_file(place_ / "a.ndjson", 500);
    const Ended cut = run_bare("verify " + path("a.ndjson"));
    EXPECT_EQ(cut.status, 1);
    EXPECT_THAT(cut.err, StartsWith("jobbro-audit: archive_malformed: "));
}

}  // namespace
}  // namespace jobbro::audit
