// What an auditor can tell of one citizen of a real hub: who has seen what, the citizen's own
// extract, and entries that are verified where there is no hub.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <sstream>

#include "adapters/kit/client.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"

namespace jobbro::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr auto patience = 10s;
constexpr const char* named_auditor = "auditor:jens-hansen";

struct Told {
    int status = -1;
    std::string out;
    std::string errors;
};

std::string read_all(int output) {
    std::string text;
    std::array<char, 4096> piece{};
    for (;;) {
        const ssize_t size = read(output, piece.data(), piece.size());
        if (size <= 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(size));
    }
}

// The text between the first `before` and the next `after`.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
    const std::size_t at = text.find(before);
    if (at == std::string::npos) return {};
    const std::size_t first = at + before.size();
    return text.substr(first, text.find(after, first) - first);
}

// "fetched provider:…" of each row of `access --format ndjson`, once.
std::set<std::string> ways_and_parties(const std::string& lines) {
    std::set<std::string> found;
    std::istringstream in{lines};
    for (std::string line; std::getline(in, line);) {
        found.insert(between(line, R"("way":")", "\"") + " " + between(line, R"("party":")", "\""));
    }
    return found;
}

// Two jobcentres order of one provider; the auditor may read the first one's.
class AuditPerson : public ::testing::Test {
  protected:
    AuditPerson() {
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_party(jobcentre);
        hub.add_party(other_jobcentre);
        hub.add_party(provider, {jobcentre, other_jobcentre});
        hub.keys(named_auditor);
        grant_auditor();
        const auto site = connect(provider);
        placed_at = submit(*connect(jobcentre), placed());
        submit(*site, acceptance(order_id, clock.now(), randomness));
        const v1::Envelope report = provider_notice(order_id, clock.now(), randomness);
        reported_at = submit(*site, report);
        v1::Envelope correction = provider_notice(order_id, clock.now(), randomness);
        correction.mutable_notice()->set_text("the company asks once more");
        v1::Cause& cause = *correction.add_causes();
        cause.set_message_id(report.message_id());
        cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
        corrected_at = submit(*site, correction);
        v1::Envelope elsewhere = order(contract::OrderId::make(clock.now(), randomness),
                                       clock.now(), randomness, provider, other_citizen);
        elsewhere.set_sender(other_jobcentre);
        const std::uint64_t elsewhere_at = submit(*connect(other_jobcentre), elsewhere);
        for (const std::uint64_t each : {placed_at, elsewhere_at})
            EXPECT_TRUE(site->fetch(Sequence{each}).get().has_value());
    }
    v1::Envelope placed() {
        v1::Envelope envelope = order(order_id, clock.now(), randomness);
        envelope.mutable_order()->mutable_contact()->set_function_or_team("Inge Jensen");
        envelope.mutable_order()->mutable_contact()->set_phone("+45 7010 2030");
        return envelope;
    }
    std::unique_ptr<kit::Client> connect(const std::string& party) {
        return connect(hub.keys(party));
    }
    std::unique_ptr<kit::Client> connect(const evidence::PartySecretKeys& keys) const {
        auto client =
            kit::Client::connect({.endpoint = hub.endpoint(),
                                  .hub = {HubProcess::origin, hub.curve_key(), hub.verifier_key()},
                                  .own = {keys.party, keys.curve.copy(), keys.signing.copy()}});
        if (!client) throw std::runtime_error(client.error().line());
        const auto ready = (*client)->wait_ready(patience);
        if (!ready) throw std::runtime_error(ready.error().line());
        return *std::move(client);
    }
    static std::uint64_t submit(kit::Client& client, const v1::Envelope& envelope) {
        const auto receipt = client.submit(envelope).get();
        if (!receipt) throw std::runtime_error(receipt.error().line());
        return receipt->sequence.value();
    }
    // The case goes to the other jobcentre, which is handed what says so. Where that stands.
    std::uint64_t hand_case_over() {
        v1::Envelope handed = envelope(jobcentre, order_id, clock.now(), randomness);
        handed.clear_order_id();
        handed.mutable_audience()->set_party(other_jobcentre);
        handed.mutable_case_transfer()->set_transfer_date("2011-03-01");
        const std::uint64_t sequence = submit(*connect(jobcentre), handed);
        std::promise<void> delivered;
        const auto other = connect(other_jobcentre);
        other->subscribe("inbox", 1, [&](const kit::Delivery& delivery) -> Result<void> {
            if (delivery.sequence == Sequence{sequence}) delivered.set_value();
            return {};
        });
        EXPECT_EQ(delivered.get_future().wait_for(patience), std::future_status::ready);
        other->unsubscribe("inbox");
        // The trace of this is in the log when it is answered.
        EXPECT_TRUE(other->fetch(Sequence{sequence}).get().has_value());
        return sequence;
    }
    void find_subject(const std::string& number) {
        const auto found = connect(operator_party)
                               ->find_subject(*contract::CprNumber::parse(number), "a question")
                               .get();
        EXPECT_TRUE(found.has_value()) << found.error().line();
    }
    [[nodiscard]] std::string path(const char* name) const {
        return (hub.folder() / name).string();
    }
    Told run(const std::vector<std::string>& command) const {
        const auto errors = hub.folder() / "told_errors.txt";
        std::filesystem::remove(errors);
        const Spawned child = spawn(command, errors);
        std::string out = read_all(child.output);
        close(child.output);
        const int status = wait_for(child.pid);
        return {status, std::move(out), read_file(errors)};
    }
    // jobbro as this party.
    void act(const std::string& party, const std::vector<std::string>& arguments) const {
        std::vector<std::string> command{JOBBRO_BINARY_DIR "/bin/jobbro",
                                         "--hub",
                                         hub.endpoint(),
                                         "--hub-key",
                                         path("hub.key.pub"),
                                         "--key",
                                         hub.party_key_file(party).string()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const Told told = run(command);
        if (told.status != 0) throw std::runtime_error(told.errors);
    }
    void grant_auditor() const {
        act(operator_party,
            {"party", "add", named_auditor, "--public",
             hub.party_key_file(named_auditor).string() + ".pub", "--controller-key",
             hub.party_key_file(controller).string(), "--jobcentre", jobcentre, "--may-unmask"});
    }
    // The provider takes other keys and says something with them.
    void go_on_with_other_keys() {
        const evidence::PartySecretKeys renewed{provider,
                                                evidence::CurveSecretKey::random(randomness),
                                                evidence::SigningKey::random(randomness)};
        ASSERT_TRUE(evidence::write_keys(path("renewed.key"), renewed));
        act(provider, {"party", "rotate", "--new-keys", path("renewed.key")});
        submit(*connect(renewed), provider_notice(order_id, clock.now(), randomness));
    }
    // jobbro-audit as the auditor.
    Told audit(const std::vector<std::string>& arguments) const {
        std::vector<std::string> command{JOBBRO_BINARY_DIR "/bin/jobbro-audit",
                                         "--hub",
                                         hub.endpoint(),
                                         "--hub-key",
                                         path("hub.key.pub"),
                                         "--key",
                                         hub.party_key_file(named_auditor).string()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run(command);
    }
    // With nothing but the file.
    Told verify(const std::string& file) const {
        return run({JOBBRO_BINARY_DIR "/bin/jobbro-audit", "verify", file});
    }

    HubProcess hub;
    SystemClock clock;
    evidence::SystemRandomness randomness;
    contract::OrderId order_id = contract::OrderId::make(clock.now(), randomness);
    std::uint64_t placed_at = 0;
    std::uint64_t reported_at = 0;
    std::uint64_t corrected_at = 0;
};

TEST_F(AuditPerson, AccessListsExactlyWhoHasSeenTheCitizensData) {
    find_subject(citizen);
    find_subject(other_citizen);
    Told told = audit({"access", "--citizen", citizen, "--format", "ndjson"});
    ASSERT_EQ(told.status, 0) << told.errors;
    const std::string by_provider = std::string{" "} + provider;
    EXPECT_THAT(
        ways_and_parties(told.out),
        UnorderedElementsAre(std::string{"sent "} + jobcentre, "sent" + by_provider,
                             "fetched" + by_provider, std::string{"asked "} + operator_party,
                             std::string{"replayed "} + named_auditor, "unopened "))
        << told.out;
    EXPECT_THAT(told.out, HasSubstr(R"("unopened_readings":1)"))
        << "the question about the other jobcentre's citizen";
    EXPECT_THAT(told.out, HasSubstr(R"("ground":"a question")"));
    EXPECT_THAT(told.out, HasSubstr(R"("view":"masked","by_name":true)"));

    told = audit({"access", "--citizen", other_citizen});
    EXPECT_EQ(told.status, 1);
    EXPECT_THAT(told.errors, HasSubstr("entry_unknown")) << "the grant covers nothing of theirs";
    EXPECT_THAT(told.errors, Not(HasSubstr(other_citizen)));
}

TEST_F(AuditPerson, TheTimelineMarksWhatWasCorrectedAndWhoHadIt) {
    const Told told = audit({"timeline", "--order", order_id.text(), "--format", "text"});
    ASSERT_EQ(told.status, 0) << told.errors;
    const auto number = [](std::uint64_t sequence) { return std::to_string(sequence); };
    const std::string report =
        between(told.out, "\n" + number(reported_at) + "  ", "\n" + number(corrected_at) + "  ");
    EXPECT_THAT(report, HasSubstr("    superseded by " + number(corrected_at) + " ("));
    EXPECT_THAT(told.out, HasSubstr("    corrects " + number(reported_at) + "\n"));
    EXPECT_THAT(told.out, HasSubstr(std::string{"    "} + provider + ": fetched "));
    EXPECT_THAT(told.out, Not(HasSubstr("happened")));

    const std::vector<std::string> command{"timeline", "--citizen", citizen, "--format", "text"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), command.begin(), command.end());
        return audit(more);
    };
    EXPECT_THAT(with({"--unmask", "--ground", "a complaint"}).out, HasSubstr("    happened 20"));
    EXPECT_EQ(with({"--unmask"}).status, 1) << "without a ground";
    EXPECT_EQ(with({"--order", order_id.text()}).status, 2) << "of which of the two?";
    const Told before = with({"--as-of", "2020-01-01"});
    EXPECT_EQ(before.status, 0) << before.errors;
    EXPECT_EQ(before.out, "");
}

TEST_F(AuditPerson, TracesThatTheGrantDoesNotCoverAreNotSaidToBeMissing) {
    const std::string handed_at = std::to_string(hand_case_over());
    const std::string sentence =
        " readings by, or about, others than the grant covers could not be opened; whether they "
        "are about this person is not known\n";
    const std::vector<std::string> command{"timeline", "--citizen", citizen, "--format"};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), command.begin(), command.end());
        const Told told = audit(more);
        EXPECT_EQ(told.status, 0) << told.errors;
        return told.out;
    };
    const std::string text = with({"text"});
    EXPECT_THAT(text, HasSubstr("\n" + handed_at + "  "));
    EXPECT_THAT(text, HasSubstr(std::string{"    "} + other_jobcentre +
                                ": no trace of it that could be opened\n"));
    EXPECT_THAT(text, HasSubstr(sentence));
    EXPECT_THAT(with({"ndjson"}), HasSubstr("\n{\"unopened_readings\":"));
    EXPECT_EQ(with({"text", "--as-of", "2020-01-01"}), "") << "they are of another time";
    EXPECT_THAT(audit({"access", "--citizen", citizen, "--format", "text"}).out,
                HasSubstr(sentence));
}

TEST_F(AuditPerson, TheExtractIsTheCitizensAndNamesNoStaff) {
    find_subject(citizen);
    const Told foreign = audit(
        {"replay", "--party", provider, "--unmask", "--ground", "the complaint of Ole Olsen"});
    ASSERT_EQ(foreign.status, 0) << foreign.errors;
    const std::vector<std::string> command{
        "extract", "--citizen",  citizen,      "--ground", "insight was asked for",
        "--out",   path("mine"), "--language", "en"};
    Told told = audit(command);
    ASSERT_EQ(told.status, 0) << told.errors;
    const std::string text = read_file(path("mine"));
    EXPECT_EQ(std::filesystem::status(path("mine")).permissions(), std::filesystem::perms{0600});
    EXPECT_THAT(text, AllOf(HasSubstr(citizen), HasSubstr("two mornings a week held for a month"),
                            HasSubstr("an operator asked for the citizen's id"),
                            HasSubstr("an auditor read the log, unmasked"),
                            HasSubstr("ground: insight was asked for"),
                            HasSubstr("did not ask for this citizen; the reader's own access may "
                                      "have covered none of it"),
                            HasSubstr(std::string{provider} + " fetched entry ")));
    EXPECT_THAT(text, Not(HasSubstr("Olsen"))) << "the ground is about somebody else";
    for (const char* const staff : {"Inge", "Jensen", "7010 2030", named_auditor, operator_party})
        EXPECT_THAT(text, Not(HasSubstr(staff)));
    EXPECT_THAT(text, Not(HasSubstr(other_jobcentre)));

    told = audit(command);
    EXPECT_EQ(told.status, 1) << "never over a file that is there";
    EXPECT_EQ(read_file(path("mine")), text);
    told = audit({"extract", "--citizen", other_citizen, "--ground", "insight was asked for",
                  "--out", path("theirs")});
    EXPECT_EQ(told.status, 1);
    EXPECT_FALSE(std::filesystem::exists(path("theirs"))) << "a failure leaves nothing";
}

TEST_F(AuditPerson, AnExportIsVerifiedWithoutTheHubAndAFlippedByteIsRefused) {
    Told told = audit({"export", "--order", order_id.text(), "--unmask", "--ground", "a complaint",
                       "--out", path("archive")});
    ASSERT_EQ(told.status, 0) << told.errors;
    EXPECT_EQ(std::filesystem::status(path("archive")).permissions(), std::filesystem::perms{0600});
    EXPECT_EQ(audit({"export", "--order", order_id.text(), "--out", path("archive")}).status, 1)
        << "never over a file that is there";
    EXPECT_EQ(audit({"export", "--citizen", other_citizen, "--out", path("nothing")}).status, 1);
    EXPECT_FALSE(std::filesystem::exists(path("nothing")));
    ASSERT_EQ(hub.stop().status, 0);

    told = verify(path("archive"));
    EXPECT_EQ(told.status, 0) << told.errors << told.out;
    EXPECT_THAT(told.out, HasSubstr("4 of 4 verified"));
    std::string text = read_file(path("archive"));
    EXPECT_THAT(text, Not(HasSubstr("690870")));
    text[text.size() / 2] ^= 1;
    std::ofstream(path("flipped"), std::ios::binary) << text;
    told = verify(path("flipped"));
    EXPECT_EQ(told.status, 1);
    EXPECT_NE(told.errors, "");
    for (const auto& each : std::filesystem::directory_iterator(hub.folder())) {
        EXPECT_NE(each.path().filename().string().front(), '.')
            << "what was kept for a while is left: " << each.path();
    }
}

TEST_F(AuditPerson, AnExportGoesBackToTheKeysBeforeTheOnesThatWereTaken) {
    go_on_with_other_keys();
    Told told = audit({"export", "--citizen", citizen, "--out", path("archive")});
    ASSERT_EQ(told.status, 0) << told.errors;
    told = verify(path("archive"));
    EXPECT_EQ(told.status, 0) << told.errors << told.out;
    EXPECT_THAT(told.out, HasSubstr("5 of 5 verified"));
}

}  // namespace
}  // namespace jobbro::testing
