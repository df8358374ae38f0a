// Other keys for a party, for the vault and for the log, through the programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "proto/evidence/note.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* traced_auditor = "auditor:city";

class RotationScenario : public ::testing::Test {
  protected:
    RotationScenario() {
        EXPECT_TRUE(hub.start()) << hub.ended().errors;
        hub.add_usual_parties();
    }
    // The client program, with no options but these.
    ProgramEnd run(const std::vector<std::string>& arguments) {
        return run_program("jobbro", arguments);
    }
    ProgramEnd run_program(const std::string& program, const std::vector<std::string>& arguments) {
        std::vector<std::string> command{JOBBRO_BINARY_DIR "/bin/" + program};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const auto errors = hub.folder() / "client_errors.txt";
        std::filesystem::remove(errors);
        const Spawned child = spawn(command, errors);
        ProgramEnd said;
        char piece[256];
        for (ssize_t count = 0; (count = read(child.output, piece, sizeof piece)) > 0;)
            said.output.append(piece, static_cast<std::size_t>(count));
        close(child.output);
        said.status = wait_for(child.pid);
        said.errors = read_file(errors);
        return said;
    }
    ProgramEnd run_as(const std::filesystem::path& keys,
                      const std::vector<std::string>& arguments) {
        return run(on_hub(keys, arguments));
    }
    [[nodiscard]] std::vector<std::string> on_hub(const std::filesystem::path& keys,
                                                  const std::vector<std::string>& arguments) const {
        std::vector<std::string> all{"--hub", hub.endpoint(), "--hub-key", path("hub.key.pub"),
                                     "--key", keys.string(),  "--timeout", "5"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return all;
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (hub.folder() / name).string();
    }
    // The auditor's program, on the hub.
    ProgramEnd audit(const std::vector<std::string>& arguments) {
        return run_program("jobbro-audit", on_hub(hub.party_key_file(traced_auditor), arguments));
    }
    // The same, on a file, with this public key file of the hub's.
    ProgramEnd verify(const std::string& archive, const std::string& key) {
        return run_program("jobbro-audit", {"--hub-key", path(key), "verify", path(archive)});
    }
    void add_auditor() {
        hub.keys(traced_auditor);
        const ProgramEnd added =
            run_as(hub.party_key_file(operator_party),
                   {"party", "add", traced_auditor, "--public",
                    hub.party_key_file(traced_auditor).string() + ".pub", "--controller-key",
                    hub.party_key_file(controller).string(), "--jobcentre", jobcentre});
        ASSERT_EQ(added.status, 0) << added.errors;
    }
    // Where it stands in the log.
    std::uint64_t place_order() {
        const Instant now = SystemClock{}.now();
        const auto centre = RawPeer::open(hub, jobcentre);
        centre->submit({order(contract::OrderId::make(now, randomness), now, randomness)});
        const auto outcomes = centre->outcomes(1);
        EXPECT_TRUE(outcomes[0].has_receipt());
        return outcomes[0].receipt().sequence();
    }
    // The hub goes on with another key of its log.
    void hand_log_over() {
        EXPECT_EQ(hub.stop().status, 0);
        make_hub_keys("renewed", {"log"});
        use("renewed");
        hub.set_options({"--former-hub-keys", path("hub.former")});
        ASSERT_TRUE(hub.start()) << hub.ended().errors;
    }
    void make_hub_keys(const std::string& name, const std::vector<std::string>& renewed) {
        std::vector<std::string> arguments{"keygen-hub", HubProcess::origin,
                                           "--from",     hub.key_file().string(),
                                           "--out",      (hub.folder() / name).string()};
        for (const std::string& each : renewed)
            arguments.insert(arguments.end(), {"--renew", each});
        const ProgramEnd made = run(arguments);
        ASSERT_EQ(made.status, 0) << made.errors;
    }
    // The file is the hub's from now on; the former one is kept as hub.former.
    void use(const std::string& name) {
        for (const char* const end : {"", ".pub"}) {
            std::filesystem::rename(hub.key_file().string() + end,
                                    (hub.folder() / "hub.former").string() + end);
            std::filesystem::rename((hub.folder() / name).string() + end,
                                    hub.key_file().string() + end);
        }
    }
    Ended rewrap(const std::string& to) {
        return HubProcess::run({"--config", hub.config_file().string(), "--rewrap-vault",
                                "--new-master-key", (hub.folder() / to).string()},
                               hub.folder());
    }

    HubProcess hub;
    evidence::SystemRandomness randomness;
};

TEST_F(RotationScenario, APartyTakesOtherKeysAndTheFormerAreRefused) {
    const auto former = hub.party_key_file(provider);
    const auto renewed = hub.folder() / "renewed.key";
    ASSERT_EQ(run({"keygen", provider, "--out", renewed.string()}).status, 0);
    const auto session = RawPeer::open(hub, provider);
    const ProgramEnd rotated = run_as(former, {"party", "rotate", "--new-keys", renewed.string()});
    EXPECT_EQ(rotated.status, 0) << rotated.errors;
    EXPECT_THAT(rotated.output, HasSubstr("\"sequence\":3"));
    EXPECT_THAT(rotated.errors, HasSubstr("use " + renewed.string()));
    const auto told = session->receive_kind(v1::HubFrame::kError);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->error().code(), v1::ERROR_CODE_KEY_DISABLED);
    EXPECT_TRUE(told->error().session_ended());
    EXPECT_EQ(run_as(former, {"party", "list"}).status, 3);
    const ProgramEnd listed = run_as(renewed, {"party", "list"});
    EXPECT_EQ(listed.status, 0) << listed.errors;
    EXPECT_EQ(listed.output, std::string{provider} + "  entry 3  jobcentre:630\n");
    EXPECT_EQ(hub.stop().status, 0);
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    EXPECT_EQ(run_as(former, {"party", "list"}).status, 3);
    EXPECT_EQ(run_as(renewed, {"party", "list"}).status, 0);
}

TEST_F(RotationScenario, TheVaultIsPutUnderAnotherMasterKeyWhileTheHubStandsStill) {
    make_hub_keys("renewed", {"master"});
    const Ended running = rewrap("renewed");
    EXPECT_EQ(running.status, 4);
    EXPECT_THAT(running.errors, HasSubstr("data_folder_locked"));
    EXPECT_EQ(hub.stop().status, 0);
    const Ended same = rewrap("hub.key");
    EXPECT_EQ(same.status, 4);
    EXPECT_THAT(same.errors, HasSubstr("config_value_invalid"));
    const Ended done = rewrap("renewed");
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_EQ(rewrap("renewed").status, 0) << "once more does nothing";
    ASSERT_FALSE(hub.start());
    EXPECT_EQ(hub.ended().status, 4);
    EXPECT_THAT(hub.ended().errors, HasSubstr("opening_failed"));
    use("renewed");
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    EXPECT_EQ(hub.stop().status, 0);
}

TEST_F(RotationScenario, TheLogIsHandedOverToAnotherKey) {
    ASSERT_EQ(place_order(), 3U);
    EXPECT_EQ(hub.stop().status, 0);
    make_hub_keys("renewed", {"log"});
    use("renewed");
    ASSERT_FALSE(hub.start());
    EXPECT_THAT(hub.ended().errors, HasSubstr("log_identity_wrong"));
    hub.set_options({"--former-hub-keys", (hub.folder() / "hub.former").string()});
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    const auto keys = hub.party_key_file(operator_party);
    const ProgramEnd status = run_as(keys, {"status"});  // which verifies the checkpoint
    EXPECT_EQ(status.status, 0) << status.errors;
    // What was signed before is proved to whoever has the new public file.
    const ProgramEnd proved =
        run_as(hub.party_key_file(jobcentre),
               {"prove", "3", "--size", "4", "--out", (hub.folder() / "proof").string()});
    EXPECT_EQ(proved.status, 0) << proved.errors;
    EXPECT_EQ(hub.stop().status, 0);
    hub.set_options({});
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    EXPECT_EQ(run_as(keys, {"status"}).status, 0);
}

TEST_F(RotationScenario, AnAuditorReadsWhatWasSignedWithAFormerKeyOfTheLog) {
    add_auditor();
    const std::string placed = std::to_string(place_order());
    hand_log_over();
    for (const std::string& end : {std::string{"3"}, placed}) {
        const std::vector<std::vector<std::string>> commands{
            {"replay", "--to", end},
            {"verify", "--to", end},
            {"verify", "--from", "2", "--to", end},
            {"prove", end},
        };
        for (const auto& command : commands) {
            const ProgramEnd said = audit(command);
            EXPECT_EQ(said.status, 0)
                << command.front() << " " << end << said.errors << said.output;
        }
    }
    const ProgramEnd whole = audit({"verify"});
    EXPECT_EQ(whole.status, 0) << whole.errors << whole.output;
    EXPECT_THAT(whole.output, HasSubstr("1 of 1 verified"));
}

TEST_F(RotationScenario, AnArchiveIsVerifiedWhenTheLogHasAnotherKey) {
    add_auditor();
    const std::string placed = std::to_string(place_order());
    const auto exported = [&](const std::string& name, std::vector<std::string> selection) {
        selection.insert(selection.begin(), {"export", "--out", path(name)});
        const ProgramEnd said = audit(selection);
        EXPECT_EQ(said.status, 0) << name << said.errors;
    };
    exported("before", {"--to", placed});
    hand_log_over();
    exported("all", {});
    exported("to_order", {"--to", placed});
    exported("to_3", {"--to", "3"});
    for (const char* const archive : {"before", "all", "to_order"}) {
        const ProgramEnd said = verify(archive, "hub.key.pub");
        EXPECT_EQ(said.status, 0) << archive << said.errors << said.output;
        EXPECT_THAT(said.output, HasSubstr("1 of 1 verified")) << archive;
        const bool is_former = said.output.find("one it had before") != std::string::npos;
        EXPECT_EQ(is_former, archive == std::string{"before"});
    }
    EXPECT_EQ(verify("to_3", "hub.key.pub").status, 0);
    EXPECT_EQ(verify("before", "hub.former.pub").status, 0);
    const ProgramEnd unknown = verify("all", "hub.former.pub");
    EXPECT_EQ(unknown.status, 1);
    EXPECT_THAT(unknown.errors, HasSubstr("log_identity_wrong"));
}

}  // namespace
}  // namespace jobbro::testing
