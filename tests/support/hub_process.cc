#include "tests/support/hub_process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "jobbro/v1/registry.pb.h"
#include "proto/evidence/note.h"
#include "proto/evidence/signed_text.h"
#include "proto/evidence/text_encoding.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

constexpr const char* program = JOBBRO_BINARY_DIR "/bin/jobbro-hub";

void must(const Result<void>& done) {
    if (!done) throw std::runtime_error(done.error().line());
}

std::string file_name(const std::string& party) {
    std::string name = party;
    for (char& c : name) {
        if (c == ':') c = '_';
    }
    return name + ".key";
}

// Whatever status the process ended with: most tests kill theirs.
void expect_no_sanitizer_report(const std::string& errors) {
    for (const char* const mark : {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
                                   "WARNING: ThreadSanitizer", "runtime error: "}) {
        if (errors.find(mark) != std::string::npos) ADD_FAILURE() << errors;
    }
}

// Reads lines until "http " has come or the output ends.
bool read_addresses(int output, std::string& endpoint, std::string& http) {
    FILE* const lines = fdopen(output, "r");
    char line[256];
    while (std::fgets(line, sizeof line, lines) != nullptr) {
        std::string text{line};
        while (!text.empty() && text.back() == '\n')
            text.pop_back();
        if (text.rfind("listening ", 0) == 0) endpoint = text.substr(10);
        if (text.rfind("http ", 0) == 0) {
            http = text.substr(5);
            break;
        }
    }
    std::fclose(lines);
    return !http.empty();
}

}  // namespace

HubProcess::HubProcess() {
    evidence::SystemRandomness randomness;
    evidence::HubSecretKeys keys{origin, evidence::CurveSecretKey::random(randomness),
                                 evidence::SigningKey::random(randomness),
                                 evidence::MasterKey::random(randomness)};
    curve_key_ = evidence::curve_public_key(keys.curve);
    verifier_key_ = evidence::NoteVerifier{origin, evidence::verifying_key(keys.signing)}.text();
    must(evidence::write_keys(key_file(), keys));
    must(evidence::write_keys(folder_.path() / "hub.key.pub",
                              evidence::HubPublicKeys{origin, curve_key_, verifier_key_}));
    this->keys(controller);
    this->keys(operator_party);
}

HubProcess::~HubProcess() {
    if (pid_ > 0) kill();
    expect_no_sanitizer_report(errors());
}

std::filesystem::path HubProcess::party_key_file(const std::string& party) const {
    return folder_.path() / file_name(party);
}

const evidence::PartySecretKeys& HubProcess::keys(const std::string& party) {
    const auto found = keys_.find(party);
    if (found != keys_.end()) return found->second;
    evidence::SystemRandomness randomness;
    evidence::PartySecretKeys made{party, evidence::CurveSecretKey::random(randomness),
                                   evidence::SigningKey::random(randomness)};
    must(evidence::write_keys(party_key_file(party), made));
    must(evidence::write_keys(
        folder_.path() / (file_name(party) + ".pub"),
        evidence::PartyPublicKeys{party, evidence::curve_public_key(made.curve),
                                  evidence::verifying_key(made.signing)}));
    return keys_.emplace(party, std::move(made)).first->second;
}

void HubProcess::set_clock(const std::string& time) const {
    const std::filesystem::path next = folder_.path() / "clock.new";
    std::ofstream(next) << time << '\n';
    std::filesystem::rename(next, clock_file());
}

void HubProcess::write_config() const {
    const std::string clock = std::filesystem::exists(clock_file())
                                  ? "demo_clock = \"" + clock_file().string() + "\"\n"
                                  : std::string{};
    const auto controller_key = evidence::verifying_key(keys_.at(controller).signing);
    std::ofstream(config_file()) << "[hub]\ndata = \"" << data().string() << "\"\nkeys = \""
                                 << key_file().string() << "\"\nlisten = \"" << listen_ << "\"\n"
                                 << clock << "[ops]\nhttp = \"127.0.0.1:0\"\n"
                                 << "log_format = \"json\"\n"
                                 << more_config_
                                 << "\n[[controller]]\nname = \"demo\"\nsigning_key = \""
                                 << evidence::base64_encode(controller_key.view())
                                 << "\"\njobcentres = [\"" << jobcentre << "\", \""
                                 << other_jobcentre << "\"]\n[[operator]]\npublic_keys = \""
                                 << party_key_file(operator_party).string() << ".pub\"\n";
}

bool HubProcess::start() {
    write_config();
    std::vector<std::string> words{program, "--config", config_file().string()};
    words.insert(words.end(), options_.begin(), options_.end());
    const Spawned child = spawn(words, folder_.path() / "errors.txt", file_bytes_max_);
    pid_ = child.pid;
    endpoint_.clear();
    http_.clear();
    if (read_addresses(child.output, endpoint_, http_)) return true;
    ended_ = wait();
    return false;
}

void HubProcess::signal(int number) const {
    ::kill(pid_, number);
}

void HubProcess::kill() {
    signal(SIGKILL);
    wait_for(pid_);
    pid_ = -1;
}

Ended HubProcess::stop() {
    signal(SIGTERM);
    return wait();
}

Ended HubProcess::wait() {
    const int status = wait_for(pid_);
    pid_ = -1;
    return {status, errors()};
}

std::string HubProcess::errors() const {
    return read_file(folder_.path() / "errors.txt");
}

Ended HubProcess::run(const std::vector<std::string>& arguments,
                      const std::filesystem::path& folder) {
    std::vector<std::string> command{program};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const std::filesystem::path errors = folder / "run_errors.txt";
    std::filesystem::remove(errors);
    const Spawned child = spawn(command, errors);
    char ignored[256];
    while (read(child.output, ignored, sizeof ignored) > 0) {
    }
    close(child.output);
    Ended ended{wait_for(child.pid), read_file(errors)};
    expect_no_sanitizer_report(ended.errors);
    return ended;
}

void HubProcess::add_party(const std::string& party, const std::vector<std::string>& jobcentres) {
    const evidence::PartySecretKeys& of_party = keys(party);
    v1::RegistryStatement statement;
    statement.set_origin(origin);
    statement.set_party(party);
    statement.set_signer(controller);
    statement.mutable_signed_at()->set_seconds(1767323045);
    v1::PartyGrant& grant = *statement.mutable_grant();
    grant.set_curve_key(Bytes{evidence::curve_public_key(of_party.curve).view()});
    grant.set_signing_key(Bytes{evidence::verifying_key(of_party.signing).view()});
    for (const std::string& each : jobcentres)
        grant.add_jobcentres(each);
    v1::ClientFrame frame;
    v1::ChangeRegistry& change = *frame.mutable_change_registry();
    change.set_statement(statement.SerializeAsString());
    change.set_signature(Bytes{view(
        evidence::sign(keys(controller).signing, evidence::statement_text(change.statement())))});
    const auto operators = RawPeer::open(*this, operator_party);
    operators->send(frame);
    const auto answer = operators->receive();
    if (!answer || !answer->has_registry_changed()) {
        throw std::runtime_error("not registered: " + party);
    }
}

void HubProcess::add_usual_parties() {
    add_party(jobcentre);
    add_party(provider, {jobcentre});
}

}  // namespace jobbro::testing
