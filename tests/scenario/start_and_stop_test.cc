// Starting where one cannot, and stopping as one should.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/stat.h>

#include <fstream>

#include "hub/store/rocks_store.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
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

TEST(Start, ConfigurationIsCheckedWithoutStarting) {
    TemporaryFolder folder;
    const auto check = [&](const std::string& text) {
        std::ofstream(folder / "hub.toml") << text;
        return HubProcess::run({"--config", (folder / "hub.toml").string(), "--check-config"},
                               folder.path());
    };
    EXPECT_EQ(check("[hub]\ndata = \"d\"\nkeys = \"k\"\n").status, 0);
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

TEST(Stop, WhatWasSentBeforeTheStopIsFinished) {
    HubProcess hub;
    ASSERT_TRUE(hub.start());
    hub.add_usual_parties();
    evidence::SystemRandomness randomness;
    const auto centre = RawPeer::open(hub, jobcentre);
    const Instant now = SystemClock{}.now();
    for (std::uint64_t i = 0; i < 50; ++i) {
        centre->submit({order(contract::OrderId::make(now, randomness), now, randomness)}, i);
    }
    centre->ping(99);
    // Answered in order, so everything before the pong has been taken.
    std::size_t receipts = 0;
    for (bool is_over = false; !is_over;) {
        const auto frame = centre->receive();
        ASSERT_TRUE(frame);
        for (const auto& each : frame->outcomes().outcomes())
            receipts += each.has_receipt();
        is_over = frame->has_pong();
    }
    EXPECT_EQ(hub.stop().status, 0);
    while (const auto frame = centre->receive(500)) {
        for (const auto& each : frame->outcomes().outcomes())
            receipts += each.has_receipt();
    }
    EXPECT_EQ(receipts, 50U);
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

TEST(Disk, BelowTheReserveNewMessagesAreRefusedAndTheHubLives) {
    HubProcess hub;
    ASSERT_TRUE(hub.start());
    hub.add_usual_parties();
    EXPECT_EQ(hub.stop().status, 0);
    hub.configure("[limits]\nfree_bytes_min = 9000000000000000\n");
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    evidence::SystemRandomness randomness;
    const auto centre = RawPeer::open(hub, jobcentre);
    const Instant now = SystemClock{}.now();
    centre->submit({order(contract::OrderId::make(now, randomness), now, randomness)});
    const v1::Outcome outcome = centre->outcomes(1)[0];
    EXPECT_EQ(outcome.rejection().code(), v1::ERROR_CODE_DISK_NEARLY_FULL);
    EXPECT_EQ(outcome.rejection().disposition(), v1::DISPOSITION_RETRY);
    httplib::Client http("http://" + hub.http());
    EXPECT_EQ(http.Get("/readyz")->status, 503);
    EXPECT_EQ(http.Get("/livez")->status, 200);
}

TEST(Disk, AWriteThatFailsEndsTheProcessAndLosesNothingReceipted) {
    HubProcess hub;
    ASSERT_TRUE(hub.start());
    hub.add_usual_parties();
    EXPECT_EQ(hub.stop().status, 0);
    hub.limit_file_size(2 * 1024 * 1024);
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    evidence::SystemRandomness randomness;
    auto centre = RawPeer::open(hub, jobcentre);
    std::vector<std::pair<std::vector<v1::Envelope>, v1::Outcome>> receipted;
    for (int round = 0; round < 2000; ++round) {
        const Instant now = SystemClock{}.now();
        std::vector<v1::Envelope> one{
            order(contract::OrderId::make(now, randomness), now, randomness)};
        one[0].mutable_order()->set_citizen_wishes(std::string(900, 'w'));
        centre->submit(one);
        const auto frame = centre->receive(3000);
        if (!frame || !frame->has_outcomes()) break;
        ASSERT_TRUE(frame->outcomes().outcomes(0).has_receipt());
        receipted.emplace_back(one, frame->outcomes().outcomes(0));
    }
    const Ended ended = hub.wait();
    expect_refusal(ended, 5, "store_failed");
    ASSERT_GT(receipted.size(), 10U);
    hub.limit_file_size(0);
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    centre = RawPeer::open(hub, jobcentre);
    for (const auto& [envelopes, outcome] : {receipted.front(), receipted.back()}) {
        centre->submit(envelopes);
        EXPECT_EQ(centre->outcomes(1)[0].receipt().sequence(), outcome.receipt().sequence());
    }
}

}  // namespace
}  // namespace jobbro::testing
