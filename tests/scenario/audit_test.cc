// jobbro-audit on a running hub, as an auditor would use it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "adapters/kit/client.h"
#include "proto/evidence/note.h"
#include "proto/evidence/tlog_proof.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"

namespace jobbro::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr const char* city_auditor = "auditor:city";
constexpr const char* bare_cpr = "6908701478";

std::string read_to_end(int output) {
    std::string all;
    char buffer[4096];
    for (ssize_t size = 0; (size = ::read(output, buffer, sizeof buffer)) > 0;)
        all.append(buffer, static_cast<std::size_t>(size));
    return all;
}

std::vector<Json> objects_in(const std::string& lines) {
    std::vector<Json> objects;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);)
        objects.push_back(Json::parse(line));
    return objects;
}

class AuditOfAHub : public ::testing::Test {
  protected:
    AuditOfAHub() {
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_usual_parties();
        hub.keys(city_auditor);
        grant({"--may-unmask"});
        centre = connect(jobcentre);
        site = connect(provider);
        const auto id = contract::OrderId::make(clock.now(), randomness);
        order_id = id.text();
        placed_at = submitted(*centre, order(id, clock.now(), randomness));
        accepted_at = submitted(*site, acceptance(id, clock.now(), randomness));
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
    static std::uint64_t submitted(kit::Client& client, const v1::Envelope& envelope) {
        const auto receipt = client.submit(envelope).get();
        if (!receipt) throw std::runtime_error(receipt.error().line());
        return receipt->sequence.value();
    }

    // A program with the hub's options and these; its errors go to `errors`.
    [[nodiscard]] Spawned start(const char* program, const std::string& party,
                                const std::vector<std::string>& arguments,
                                const std::filesystem::path& errors) const {
        std::vector<std::string> command{std::string{JOBBRO_BINARY_DIR "/bin/"} + program,
                                         "--hub",
                                         hub.endpoint(),
                                         "--hub-key",
                                         (hub.folder() / "hub.key.pub").string(),
                                         "--key",
                                         hub.party_key_file(party).string(),
                                         "--timeout",
                                         "60"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return spawn(command, errors);
    }
    [[nodiscard]] std::filesystem::path new_error_file() {
        return hub.folder() / ("errors_" + std::to_string(++programs) + ".txt");
    }
    static ProgramEnd ended(const Spawned& program, const std::filesystem::path& errors) {
        ProgramEnd said;
        said.output = read_to_end(program.output);
        close(program.output);
        said.status = wait_for(program.pid);
        said.errors = read_file(errors);
        return said;
    }
    ProgramEnd audit(const std::vector<std::string>& arguments) {
        const auto errors = new_error_file();
        return ended(start("jobbro-audit", city_auditor, arguments, errors), errors);
    }
    // jobbro with this key file.
    ProgramEnd run_with(const std::string& key, const std::vector<std::string>& arguments) {
        std::vector<std::string> command{JOBBRO_BINARY_DIR "/bin/jobbro",
                                         "--hub",
                                         hub.endpoint(),
                                         "--hub-key",
                                         place("hub.key.pub"),
                                         "--key",
                                         key,
                                         "--timeout",
                                         "60"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const auto errors = new_error_file();
        return ended(spawn(command, errors), errors);
    }
    // The provider takes the keys of a new file.
    void rotate(const std::string& from, const std::string& to) {
        EXPECT_EQ(run_with(from, {"keygen", provider, "--out", to}).status, 0);
        const ProgramEnd rotated = run_with(from, {"party", "rotate", "--new-keys", to});
        EXPECT_EQ(rotated.status, 0) << rotated.errors;
    }
    // jobbro party add, with these options too.
    void grant(const std::vector<std::string>& terms) {
        std::vector<std::string> arguments{"party",
                                           "add",
                                           city_auditor,
                                           "--public",
                                           hub.party_key_file(city_auditor).string() + ".pub",
                                           "--controller-key",
                                           hub.party_key_file(controller).string(),
                                           "--jobcentre",
                                           jobcentre};
        arguments.insert(arguments.end(), terms.begin(), terms.end());
        const auto errors = new_error_file();
        const ProgramEnd said = ended(start("jobbro", operator_party, arguments, errors), errors);
        EXPECT_EQ(said.status, 0) << said.errors;
    }
    [[nodiscard]] std::string place(const char* name) const {
        return (hub.folder() / name).string();
    }
    // A file with a checkpoint that this log's key signs and this log never had.
    std::string forged_checkpoint() const {
        const auto keys = evidence::read_hub_secret_keys(hub.key_file());
        if (!keys) throw std::runtime_error(keys.error().line());
        const evidence::Checkpoint other{HubProcess::origin, TreeSize{2},
                                         evidence::sha256("another root")};
        std::ofstream(place("forged"), std::ios::binary)
            << evidence::sign_note(other.text(), other.origin, evidence::Signer{keys->signing});
        return place("forged");
    }

    HubProcess hub;
    SystemClock clock;
    evidence::SystemRandomness randomness;
    std::unique_ptr<kit::Client> centre;
    std::unique_ptr<kit::Client> site;
    std::string order_id;
    std::uint64_t placed_at = 0;
    std::uint64_t accepted_at = 0;
    int programs = 0;
};

TEST_F(AuditOfAHub, AMaskedReplayTellsTheTrailAndNothingThatWasSaid) {
    const ProgramEnd said = audit({"replay"});
    ASSERT_EQ(said.status, 0) << said.errors;
    EXPECT_THAT(said.errors, IsEmpty());
    EXPECT_THAT(said.output, Not(HasSubstr(citizen)));
    EXPECT_THAT(said.output, Not(HasSubstr(bare_cpr)));
    const auto entries = objects_in(said.output);
    ASSERT_GT(entries.size(), accepted_at);
    EXPECT_EQ(entries[0]["record"]["origin"], HubProcess::origin);
    EXPECT_EQ(entries[1]["kind"], "registry_change");
    EXPECT_EQ(entries[placed_at]["kind"], "order");
    EXPECT_EQ(entries[placed_at]["audience"], Json::array({provider}));
    EXPECT_EQ(entries[placed_at]["order_id"], order_id);
    EXPECT_EQ(entries[accepted_at]["sender"], provider);

    const ProgramEnd csv = audit({"replay", "--format", "csv", "--order", order_id});
    EXPECT_THAT(csv.output, StartsWith("sequence,recorded_at,sender,kind,"));
    EXPECT_EQ(std::count(csv.output.begin(), csv.output.end(), '\n'), 3);
    const ProgramEnd text = audit({"replay", "--format", "text", "--kind", "order"});
    EXPECT_THAT(text.output, HasSubstr("  jobcentre:630  order  to provider:99326018-9100000031"));
    EXPECT_EQ(std::count(text.output.begin(), text.output.end(), '\n'), 1);
}

TEST_F(AuditOfAHub, ContentTakesAGroundAndLeavesATrace) {
    const ProgramEnd without_ground = audit({"replay", "--unmask"});
    EXPECT_EQ(without_ground.status, 1);
    EXPECT_THAT(without_ground.errors, StartsWith("jobbro-audit: ground_missing: "));
    EXPECT_THAT(objects_in(audit({"replay", "--kind", "reading"}).output), IsEmpty())
        << "what was refused here was not asked";

    const ProgramEnd said =
        audit({"replay", "--unmask", "--ground", "complaint 17", "--citizen", citizen});
    ASSERT_EQ(said.status, 0) << said.errors;
    const auto entries = objects_in(said.output);
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0]["citizen"], citizen);
    EXPECT_EQ(entries[0]["message"]["order_id"], order_id);
    EXPECT_TRUE(entries[0]["message"].contains("order"));

    std::vector<std::string> grounds;
    const ProgramEnd readings = audit({"replay", "--kind", "reading"});
    for (const Json& each : objects_in(readings.output)) {
        const Json& replay = each["record"]["replay"];
        if (replay["view"] == "unmasked") grounds.push_back(replay["ground"]);
        EXPECT_EQ(each["record"]["party"], city_auditor);
    }
    EXPECT_THAT(grounds, Contains("complaint 17"));
    EXPECT_THAT(readings.output, Not(HasSubstr(bare_cpr)));

    grant({});
    const ProgramEnd without_right = audit({"replay", "--unmask", "--ground", "complaint 17"});
    EXPECT_EQ(without_right.status, 1);
    EXPECT_THAT(without_right.output, IsEmpty());
    EXPECT_THAT(without_right.errors, StartsWith("jobbro-audit: unmask_not_allowed: "));
    EXPECT_THAT(without_right.errors, Not(HasSubstr("go on with")));
}

TEST_F(AuditOfAHub, TheLogIsVerifiedOverTheWire) {
    const ProgramEnd kept = audit({"checkpoint"});
    ASSERT_EQ(kept.status, 0) << kept.errors;
    ASSERT_TRUE(
        evidence::open_checkpoint(kept.output, *evidence::NoteVerifier::parse(hub.verifier_key())));
    std::ofstream(place("kept"), std::ios::binary) << kept.output;
    const std::string controller_key = hub.party_key_file(controller).string() + ".pub";
    const ProgramEnd whole =
        audit({"verify", "--checkpoint", place("kept"), "--controller-key", controller_key});
    EXPECT_EQ(whole.status, 0) << whole.errors << whole.output;
    EXPECT_THAT(whole.output, HasSubstr("signatures   2 of 2 verified\n"));
    EXPECT_THAT(whole.output, HasSubstr("checkpoints  1 verified"));
    EXPECT_THAT(whole.output, HasSubstr("kept         1 of 1 checkpoints are of this log\n"));
    EXPECT_THAT(whole.output, Not(HasSubstr("tiles")));

    const ProgramEnd other = audit({"verify", "--checkpoint", forged_checkpoint()});
    EXPECT_EQ(other.status, 1);
    EXPECT_THAT(other.output, HasSubstr("entry 1: the log is not the one of the checkpoint"));
    EXPECT_THAT(other.errors, StartsWith("jobbro-audit: tampered: "));
}

TEST_F(AuditOfAHub, ARangeIsHeldToTheSignedTreeByProofs) {
    const std::string placed = std::to_string(placed_at);
    const std::string accepted = std::to_string(accepted_at);
    const ProgramEnd range = audit({"verify", "--from", placed, "--to", accepted});
    EXPECT_EQ(range.status, 0) << range.errors << range.output;
    EXPECT_THAT(range.output, HasSubstr("entries      2 from " + placed + " on"));
    EXPECT_THAT(range.output, HasSubstr("signatures   2 of 2 verified\n"));
    for (std::uint64_t first = 0; first <= accepted_at; ++first) {
        const ProgramEnd each =
            audit({"verify", "--from", std::to_string(first), "--to", accepted});
        EXPECT_EQ(each.status, 0) << first << each.errors << each.output;
    }
    const ProgramEnd other =
        audit({"verify", "--from", placed, "--checkpoint", forged_checkpoint()});
    EXPECT_EQ(other.status, 1);
    EXPECT_THAT(other.output, HasSubstr("is not proved to be the one of the checkpoint"));
    const ProgramEnd beyond = audit({"verify", "--from", "100000"});
    EXPECT_EQ(beyond.status, 1);
    EXPECT_THAT(beyond.errors, StartsWith("jobbro-audit: entry_unknown: "));
}

TEST_F(AuditOfAHub, APartyThatTookOtherKeysTwiceIsFollowedBackPastAGrant) {
    site.reset();
    rotate(hub.party_key_file(provider).string(), place("second"));
    const ProgramEnd granted =
        run_with(hub.party_key_file(operator_party).string(),
                 {"party", "add", provider, "--public", place("second.pub"), "--controller-key",
                  hub.party_key_file(controller).string(), "--jobcentre", jobcentre});
    ASSERT_EQ(granted.status, 0) << granted.errors;
    rotate(place("second"), place("third"));
    auto keys = evidence::read_party_secret_keys(place("third"));
    ASSERT_TRUE(keys.has_value());
    const auto renewed =
        kit::Client::connect({.endpoint = hub.endpoint(),
                              .hub = {HubProcess::origin, hub.curve_key(), hub.verifier_key()},
                              .own = *std::move(keys)});
    ASSERT_TRUE(renewed.has_value());
    const std::uint64_t said_at = submitted(
        **renewed, provider_notice(*contract::OrderId::parse(order_id), clock.now(), randomness));

    const ProgramEnd range =
        audit({"verify", "--from", std::to_string(placed_at), "--to", std::to_string(said_at)});
    EXPECT_EQ(range.status, 0) << range.errors << range.output;
    EXPECT_THAT(range.output, HasSubstr("signatures   3 of 3 verified\n"));
    const ProgramEnd archive = audit({"export", "--order", order_id, "--out", place("archive")});
    EXPECT_EQ(archive.status, 0) << archive.errors;
    EXPECT_THAT(archive.output, HasSubstr("3 signatures verified"));
}

TEST_F(AuditOfAHub, ProofsAndTilesAreMadeOfTheRunningLog) {
    const std::string file = place("order.tlog-proof");
    const ProgramEnd proved = audit({"prove", std::to_string(placed_at), "--out", file});
    ASSERT_EQ(proved.status, 0) << proved.errors;
    const auto proof = evidence::TlogProof::parse(read_file(file));
    ASSERT_TRUE(proof.has_value());
    EXPECT_TRUE(evidence::verify_tlog_proof(*proof, evidence::leaf_hash(proof->extra),
                                            *evidence::NoteVerifier::parse(hub.verifier_key())));
    const ProgramEnd future = audit({"prove", "100000"});
    EXPECT_EQ(future.status, 1);
    EXPECT_THAT(future.errors, StartsWith("jobbro-audit: entry_unknown: "));
    EXPECT_THAT(future.output, IsEmpty());

    const ProgramEnd tiles = audit({"tiles", place("tiles")});
    ASSERT_EQ(tiles.status, 0) << tiles.errors;
    const auto written =
        evidence::open_checkpoint(read_file(hub.folder() / "tiles" / "checkpoint"),
                                  *evidence::NoteVerifier::parse(hub.verifier_key()));
    ASSERT_TRUE(written.has_value());
    const std::string width = std::to_string(written->size.value());
    const std::string bundle =
        read_file(hub.folder() / "tiles" / "tile" / "entries" / ("000.p") / width);
    EXPECT_THAT(bundle, HasSubstr(proof->extra));
}

// --- A reading that is long ----------------------------------------------------------------------

class LongAudit : public AuditOfAHub {
  protected:
    // So many that no pipe takes all that is said of them.
    static constexpr std::uint64_t orders = 600;

    LongAudit() {
        std::vector<v1::Envelope> envelopes;
        for (std::uint64_t i = 0; i < orders; ++i) {
            const auto id = contract::OrderId::make(clock.now(), randomness);
            envelopes.push_back(order(id, clock.now(), randomness, provider, made_up_citizen(i)));
        }
        for (auto& receipt : centre->submit_many(std::move(envelopes))) {
            if (!receipt.get()) throw std::runtime_error("an order was refused");
        }
        errors = new_error_file();
        reading = start("jobbro-audit", city_auditor, {"replay"}, errors);
        char first = 0;
        if (::read(reading.output, &first, 1) != 1) throw std::runtime_error(read_file(errors));
        begun = first;
    }
    // What the program said from its first byte on. It cannot have come to its end before.
    ProgramEnd finish() const {
        ProgramEnd said = ended(reading, errors);
        said.output = begun + said.output;
        return said;
    }
    // Adds the sequences of the entries there.
    static void add_sequences(const std::string& lines, std::vector<std::uint64_t>& sequences) {
        for (const Json& each : objects_in(lines))
            sequences.push_back(each["sequence"]);
    }
    static std::vector<std::uint64_t> up_to(std::uint64_t end) {
        std::vector<std::uint64_t> sequences;
        for (std::uint64_t i = 0; i < end; ++i)
            sequences.push_back(i);
        return sequences;
    }

    std::filesystem::path errors;
    Spawned reading{};
    std::string begun;
};

TEST_F(LongAudit, GoesOnOverANewSessionWhenOneIsLost) {
    const std::string endpoint = hub.endpoint();
    hub.kill();
    hub.listen_at(endpoint);
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    const ProgramEnd said = finish();
    EXPECT_EQ(said.status, 0) << said.errors;
    std::vector<std::uint64_t> sequences;
    add_sequences(said.output, sequences);
    ASSERT_GT(sequences.size(), orders);
    EXPECT_EQ(sequences, up_to(sequences.size()));
}

// Whoever runs the tests may have it ignored, as nohup does, and the programs with it.
class WithHangUp {
  public:
    WithHangUp() : former_(std::signal(SIGHUP, SIG_DFL)) {}
    ~WithHangUp() { std::signal(SIGHUP, former_); }
    WithHangUp(const WithHangUp&) = delete;
    WithHangUp& operator=(const WithHangUp&) = delete;

  private:
    void (*former_)(int);
};

TEST_F(LongAudit, AnExportThatIsHungUpOnLeavesNoFile) {
    const WithHangUp hang_up;
    const auto told = new_error_file();
    const Spawned exporting =
        start("jobbro-audit", city_auditor, {"export", "--out", place("archive")}, told);
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!std::filesystem::exists(place("archive")) &&
           std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    ASSERT_TRUE(std::filesystem::exists(place("archive")));
    ASSERT_EQ(::kill(exporting.pid, SIGHUP), 0);
    const ProgramEnd said = ended(exporting, told);
    EXPECT_EQ(said.status, 1) << "not by the signal";
    EXPECT_THAT(said.errors, StartsWith("jobbro-audit: "));
    EXPECT_FALSE(std::filesystem::exists(place("archive")));
    EXPECT_EQ(finish().status, 0);
}

TEST_F(LongAudit, AskedToStopItSaysWhereToGoOn) {
    ASSERT_EQ(::kill(reading.pid, SIGINT), 0);
    const ProgramEnd stopped = finish();
    EXPECT_EQ(stopped.status, 1);
    std::vector<std::uint64_t> sequences;
    add_sequences(stopped.output, sequences);
    ASSERT_FALSE(sequences.empty());
    ASSERT_LT(sequences.size(), orders);
    const std::string next = std::to_string(sequences.back() + 1);
    EXPECT_EQ(stopped.errors, "jobbro-audit: interrupted: go on with --from " + next + "\n");
    const ProgramEnd rest = audit({"replay", "--from", next});
    EXPECT_EQ(rest.status, 0) << rest.errors;
    add_sequences(rest.output, sequences);
    ASSERT_GT(sequences.size(), orders);
    EXPECT_EQ(sequences, up_to(sequences.size()));
}

}  // namespace
}  // namespace jobbro::testing
