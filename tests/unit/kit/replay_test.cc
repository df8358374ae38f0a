// Reading the log through the client, page by page.
#include "adapters/kit/client.h"
#include "tests/unit/kit/fake_hub.h"

namespace jobbro::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ClientReplayTest : public ::testing::Test {
  protected:
    ClientReplayTest() {
        EXPECT_TRUE(hub_.start());
        auto client =
            Client::connect({.endpoint = hub_.endpoint(),
                             .hub = hub_.public_keys(),
                             .own = {own_.party, own_.curve.copy(), own_.signing.copy()}});
        EXPECT_TRUE(client.has_value());
        client_ = *std::move(client);
    }
    // What of the log came, up to an error of `on_page`.
    Result<void> replay(std::uint64_t from, const Client::OnPage& on_page) {
        v1::Replay request;
        request.set_view(v1::REPLAY_VIEW_SEALED);
        request.set_from_sequence(from);
        return client_->replay(request, [&](const v1::Replayed& page) -> Result<void> {
            for (const v1::ReplayedEntry& each : page.entries())
                came_.push_back(each.entry());
            return on_page(page);
        });
    }

    const evidence::PartySecretKeys own_ = party_keys();
    FakeHub hub_{evidence::curve_public_key(own_.curve)};
    std::unique_ptr<Client> client_;
    std::vector<Bytes> came_;
};

TEST_F(ClientReplayTest, HandsOverPageByPageToTheEnd) {
    const auto done = replay(0, [](const v1::Replayed&) { return Result<void>{}; });
    EXPECT_TRUE(done.has_value()) << done.error().line();
    EXPECT_THAT(came_, ElementsAre("0", "1", "2"));
}

TEST_F(ClientReplayTest, AsksForNoMoreAfterAnErrorAndGoesOnFromThere) {
    std::uint64_t next = 0;
    const auto stopped = replay(0, [&](const v1::Replayed& page) {
        next = page.next_sequence();
        return Result<void>{next == 2 ? Result<void>{ErrorCode::file_unwritable} : Result<void>{}};
    });
    EXPECT_THAT(stopped, FailsWith(ErrorCode::file_unwritable));
    EXPECT_THAT(came_, ElementsAre("0", "1"));
    EXPECT_TRUE(replay(next, [](const v1::Replayed&) { return Result<void>{}; }).has_value());
    EXPECT_THAT(came_, ElementsAre("0", "1", "2"));
}

TEST_F(ClientReplayTest, OneThatAnotherHasTakenThePlaceOfIsOver) {
    const auto replaced = replay(0, [&](const v1::Replayed&) {
        v1::Replay other;
        return client_->replay(other, [](const v1::Replayed&) { return Result<void>{}; });
    });
    EXPECT_THAT(replaced, FailsWith(ErrorCode::replay_unknown));
    EXPECT_THAT(came_, ElementsAre("0"));
}

TEST_F(ClientReplayTest, EndsWithTheHub) {
    const auto lost = replay(0, [&](const v1::Replayed&) {
        client_->close();
        return Result<void>{};
    });
    EXPECT_THAT(lost, FailsWith(ErrorCode::session_lost));
}

// --- The protocol, without a hub -------------------------------------------------------------

class ReplayProtocolTest : public ::testing::Test {
  protected:
    ReplayProtocolTest() : protocol_(*Protocol::make(own_, hub_.public_keys(), {})) {
        protocol_->connected(start);
        protocol_->next_frame(start);
        receive(hub_.welcome());
        protocol_->take_happenings();
        v1::ClientFrame frame;
        frame.mutable_replay()->set_view(v1::REPLAY_VIEW_SEALED);
        number_ = *protocol_->call(std::move(frame));
        EXPECT_TRUE(protocol_->next_frame(start));
    }
    void receive(const v1::HubFrame& frame) { protocol_->received(hub_.seal(frame), start); }
    // The answer to the Replay, if there is one.
    std::vector<Result<v1::HubFrame>> answers() {
        std::vector<Result<v1::HubFrame>> all;
        for (Happening& happening : protocol_->take_happenings()) {
            if (auto* const one = std::get_if<CallAnswered>(&happening)) {
                EXPECT_EQ(one->number, number_);
                all.push_back(std::move(one->answer));
            }
        }
        return all;
    }

    static constexpr Instant start{1'000'000'000};
    const evidence::PartySecretKeys own_ = party_keys();
    HubSide hub_;
    std::unique_ptr<Protocol> protocol_;
    std::uint64_t number_ = 0;
};

TEST_F(ReplayProtocolTest, APageAnswersItsCall) {
    receive(hub_.replayed(number_, 0));
    const auto answered = answers();
    ASSERT_THAT(answered, SizeIs(1));
    EXPECT_EQ(answered[0]->replayed().entries(0).entry(), "0");
    receive(hub_.replayed(number_, 1));
    EXPECT_THAT(answers(), IsEmpty()) << "nothing asked for it";
}

TEST_F(ReplayProtocolTest, ACheckpointTheLogsKeyHasNotSignedEndsAll) {
    v1::HubFrame page = hub_.replayed(number_, 0);
    page.mutable_replayed()->set_checkpoint("made up");
    receive(page);
    const auto answered = answers();
    ASSERT_THAT(answered, SizeIs(1));
    EXPECT_THAT(answered[0], FailsWith(ErrorCode::tampered));
    EXPECT_FALSE(protocol_->is_open());
}

TEST_F(ReplayProtocolTest, ACheckpointThatDoesNotReachTheEndIsTampering) {
    v1::HubFrame page = hub_.replayed(number_, 0);
    page.mutable_replayed()->set_checkpoint(hub_.checkpoint(2));
    receive(page);
    const auto answered = answers();
    ASSERT_THAT(answered, SizeIs(1));
    EXPECT_THAT(answered[0], FailsWith(ErrorCode::tampered));
}

}  // namespace
}  // namespace jobbro::kit
