// Starting where one cannot, and stopping as one should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>

#include "hub/store/rocks_store.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

using ::testing::HasSubstr;

// One line on stderr from the program itself, with the code's name.
void expect_refusal(const Ended& ended, int status, const std::string& code) {
    EXPECT_EQ(ended.status, status) << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr("jobbro-hub: " + code + ": "));
}

TEST(Start, APortInUseIsSaid) {
    HubProcess first;
    ASSERT_TRUE(first.start());
    HubProcess second;
    second.listen_at(first.endpoint());
    ASSERT_FALSE(second.start());
    expect_refusal(second.ended(), 4, "port_in_use");
}

TEST(Start, ALockedDataFolderIsSaid) {
    HubProcess hub;
    const std::string_view tables[] = {"any"};
    const auto holder = store::RocksStore::open(hub.data() / "vault", tables);
    ASSERT_TRUE(holder);
    ASSERT_FALSE(hub.start());
    expect_refusal(hub.ended(), 4, "data_folder_locked");
}

TEST(Start, AKeyFileThatCannotBeReadOrThatOthersCanReadIsSaid) {
    HubProcess hub;
    std::filesystem::permissions(hub.key_file(), std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    ASSERT_FALSE(hub.start());
    expect_refusal(hub.ended(), 4, "key_file_exposed");

    HubProcess without;
    std::filesystem::remove(without.key_file());
    ASSERT_FALSE(without.start());
    expect_refusal(without.ended(), 4, "file_unreadable");

    HubProcess broken;
    std::ofstream(broken.key_file()) << "jobbro hub key v1\norigin x\n";
    ASSERT_FALSE(broken.start());
    expect_refusal(broken.ended(), 4, "key_file_malformed");
}

TEST(Start, AnotherHubsKeysAreRefused) {
    HubProcess hub;
    ASSERT_TRUE(hub.start());
    EXPECT_EQ(hub.stop().status, 0);
    HubProcess other;
    std::filesystem::rename(hub.data(), other.data());
    ASSERT_FALSE(other.start());
    expect_refusal(other.ended(), 4, "opening_failed");
}

TEST(Start, AProcessThatMayOpenTooFewFilesIsSaid) {
    HubProcess hub;
    ASSERT_TRUE(hub.start());
    EXPECT_EQ(hub.stop().status, 0);
    const auto errors = hub.folder() / "too_few";
    const Spawned run = spawn({"/bin/sh", "-c", "ulimit -n 512 && exec \"$0\" --config \"$1\"",
                               JOBBRO_BINARY_DIR "/bin/jobbro-hub", hub.config_file().string()},
                              errors);
    close(run.output);
    Ended ended;
    ended.status = wait_for(run.pid);
    ended.errors = read_file(errors);
    expect_refusal(ended, 4, "file_limit_low");
}

TEST(Start, ConfigurationIsCheckedWithoutStarting) {
    TemporaryFolder folder;
    const auto check = [&](const std::string& text) {
        std::ofstream(folder / "hub.toml") << text;
        return HubProcess::run({"--config", (folder / "hub.toml").string(), "--check-config"},
                               folder.path());
    };
    expect_refusal(check("[hub]\ndata = \"d\"\nkeys = \"k\"\n"), 3, "file_unreadable");
    HubProcess hub;
    ASSERT_TRUE(hub.start());
    EXPECT_EQ(hub.stop().status, 0);
    EXPECT_EQ(
        HubProcess::run({"--config", hub.config_file().string(), "--check-config"}, folder.path())
            .status,
        0);
    const Ended syntax = check("[hub]\ndata = \n");
    expect_refusal(syntax, 3, "config_syntax");
    EXPECT_THAT(syntax.errors, HasSubstr("line 2"));
    const Ended unknown = check("[hub]\ndata = \"d\"\nkeys = \"k\"\nlisen = \"x\"\n");
    expect_refusal(unknown, 3, "config_key_unknown");
    EXPECT_THAT(unknown.errors, HasSubstr("listen"));
    expect_refusal(HubProcess::run({"--config", (folder / "none.toml").string()}, folder.path()), 3,
                   "file_unreadable");
    expect_refusal(HubProcess::run({"--nonsense"}, folder.path()), 2, "usage");
}

TEST(Stop, SessionsAreToldAndTheProcessEndsWell) {
    HubProcess hub;
    ASSERT_TRUE(hub.start());
    hub.add_usual_parties();
    const auto centre = RawPeer::open(hub, jobcentre);
    const Ended ended = hub.stop();
    EXPECT_EQ(ended.status, 0) << ended.errors;
    EXPECT_TRUE(centre->receive_kind(v1::HubFrame::kGoodbye));
    EXPECT_THAT(ended.errors, HasSubstr("hub_stopped"));
}

// A hub that is stopped while messages are on their way. What it had taken it has finished and
// answered; the rest is recorded once when it is sent again, as the contract asks of a sender.
class StopAmidTest : public ::testing::Test {
  protected:
    static constexpr std::size_t messages = 400;
    static constexpr std::size_t entries_before = 3;  // the log's opening and two parties

    StopAmidTest() {
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_usual_parties();
        centre = RawPeer::open(hub, jobcentre);
        const Instant now = SystemClock{}.now();
        for (std::size_t i = 0; i < messages; ++i) {
            sent.push_back(order(contract::OrderId::make(now, randomness), now, randomness,
                                 provider, made_up_citizen(i)));
        }
    }
    void send_all() {
        for (std::size_t i = 0; i < messages; ++i)
            centre->submit({sent[i]}, i);
    }
    void take(const v1::HubFrame& frame) {
        for (const auto& each : frame.outcomes().outcomes()) {
            ASSERT_TRUE(each.has_receipt()) << each.ShortDebugString();
            const auto [known, is_new] =
                receipts.emplace(each.message_id(), each.receipt().sequence());
            EXPECT_EQ(known->second, each.receipt().sequence()) << "two receipts that differ";
        }
    }
    // Entries in the log as the hub counted them at its end.
    static std::size_t entries_at_stop(const Ended& ended) {
        const std::string before = "\"entries\":";
        const std::size_t line = ended.errors.rfind("hub_stopped");
        const std::size_t at = ended.errors.find(before, line);
        if (line == std::string::npos || at == std::string::npos) return 0;
        return std::stoul(ended.errors.substr(at + before.size()));
    }
    void expect_answered_or_recorded_afterwards(const Ended& ended) {
        EXPECT_EQ(ended.status, 0) << ended.errors;
        bool is_told = false;
        while (!is_told) {
            const auto frame = centre->receive();
            ASSERT_TRUE(frame) << receipts.size() << " receipts, then nothing. " << ended.errors;
            take(*frame);
            is_told = frame->has_goodbye();
        }

        EXPECT_EQ(entries_at_stop(ended), entries_before + receipts.size())
            << "recorded and not answered";
        ASSERT_TRUE(hub.start()) << hub.ended().errors;
        centre = RawPeer::open(hub, jobcentre);
        send_all();
        std::size_t answered = 0;
        while (answered < messages) {
            const auto frame = centre->receive_kind(v1::HubFrame::kOutcomes);
            ASSERT_TRUE(frame) << answered << " answered";
            answered += static_cast<std::size_t>(frame->outcomes().outcomes_size());
            take(*frame);
        }
        ASSERT_EQ(receipts.size(), messages);
        for (std::size_t i = 0; i < messages; ++i)
            EXPECT_EQ(receipts.at(sent[i].message_id()), entries_before + i);
    }

    HubProcess hub;
    evidence::SystemRandomness randomness;
    std::unique_ptr<RawPeer> centre;
    std::vector<v1::Envelope> sent;
    std::map<std::string, std::uint64_t> receipts;
};

TEST_F(StopAmidTest, WhatWasTakenIsFinishedAndTheRestIsRecordedOnce) {
    send_all();
    const auto first = centre->receive_kind(v1::HubFrame::kOutcomes);
    ASSERT_TRUE(first);
    take(*first);
    expect_answered_or_recorded_afterwards(hub.stop());
}

TEST_F(StopAmidTest, WhatWaitsAtTheDoorIsFinishedOrRecordedOnceAfterwards) {
    hub.signal(SIGSTOP);
    send_all();
    hub.signal(SIGTERM);
    hub.signal(SIGCONT);
    expect_answered_or_recorded_afterwards(hub.wait());
}

TEST(Http, TellsLifeReadinessAndMetrics) {
    HubProcess hub;
    ASSERT_TRUE(hub.start());
    httplib::Client http("http://" + hub.http());
    const auto live = http.Get("/livez");
    ASSERT_TRUE(live);
    EXPECT_EQ(live->status, 200);
    const auto ready = http.Get("/readyz?verbose");
    ASSERT_TRUE(ready);
    EXPECT_EQ(ready->status, 200);
    EXPECT_THAT(ready->body, HasSubstr("disk"));
    const auto metrics = http.Get("/metrics");
    ASSERT_TRUE(metrics);
    EXPECT_THAT(metrics->body, HasSubstr("jobbro_tree_size 1"));
}

}  // namespace
}  // namespace jobbro::testing
