#include "adapters/kit/client.h"

#include <semaphore>
#include <stdexcept>

#include "tests/unit/kit/fake_hub.h"
#include "tests/unit/kit/kit_samples.h"

namespace jobbro::kit {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class ClientTest : public ::testing::Test {
  protected:
    static std::unique_ptr<Client> connect(Settings settings) {
        auto client = Client::connect(std::move(settings));
        EXPECT_TRUE(client.has_value());
        return *std::move(client);
    }
    Settings settings_with(const evidence::PartySecretKeys& own, const evidence::HubPublicKeys& hub,
                           const std::string& endpoint) {
        return Settings{.endpoint = endpoint,
                        .hub = hub,
                        .own = {own.party, own.curve.copy(), own.signing.copy()},
                        .check_locally = false};
    }

    const evidence::PartySecretKeys own_ = party_keys();
    FakeHub hub_{evidence::curve_public_key(own_.curve)};
};

TEST_F(ClientTest, HandsInAndGetsAReceipt) {
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    const auto ready = client->wait_ready(patience);
    ASSERT_TRUE(ready.has_value()) << ready.error().line();
    EXPECT_EQ(ready->party, "jobcentre:630");
    const auto receipt = client->submit(envelope("one")).get();
    ASSERT_TRUE(receipt.has_value()) << receipt.error().line();
    EXPECT_EQ(receipt->sequence, Sequence{1});
    EXPECT_EQ(receipt->message_id, "id-one");
}

TEST_F(ClientTest, TakesLeave) {
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    ASSERT_TRUE(client->wait_ready(patience).has_value());
    client->close();
    EXPECT_TRUE(hub_.wait_for_goodbye());
    EXPECT_THAT(client->submit(envelope("late")).get(), FailsWith(ErrorCode::session_lost));
}

TEST_F(ClientTest, AKeyTheHubDoesNotKnowIsSaidToBeThat) {
    ASSERT_TRUE(hub_.start());
    const auto client =
        connect(settings_with(party_keys(1234), hub_.public_keys(), hub_.endpoint()));
    EXPECT_THAT(client->wait_ready(patience), FailsWith(ErrorCode::key_unknown));
    EXPECT_THAT(client->submit(envelope("x")).get(), FailsWith(ErrorCode::key_unknown));
}

TEST_F(ClientTest, AWrongHubKeyIsSaidToBeThat) {
    ASSERT_TRUE(hub_.start());
    auto keys = hub_.public_keys();
    keys.curve = evidence::curve_public_key(party_keys(77).curve);
    const auto client = connect(settings_with(own_, keys, hub_.endpoint()));
    EXPECT_THAT(client->wait_ready(patience), FailsWith(ErrorCode::hub_key_wrong));
}

TEST_F(ClientTest, NobodyThereIsSaidToBeThat) {
    ASSERT_TRUE(hub_.start());
    hub_.stop();
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    EXPECT_THAT(client->wait_ready(300ms), FailsWith(ErrorCode::hub_unreachable));
}

TEST_F(ClientTest, AnEndpointThatCannotBeReadIsSaidToBeThat) {
    const auto client = connect(settings_with(own_, hub_.public_keys(), "nonsense"));
    EXPECT_THAT(client->wait_ready(patience), FailsWith(ErrorCode::usage));
}

TEST_F(ClientTest, AnotherLogsNameIsSaidToBeThat) {
    ASSERT_TRUE(hub_.start());
    auto keys = hub_.public_keys();
    keys.origin = "another.test/log";
    const auto client = connect(settings_with(own_, keys, hub_.endpoint()));
    EXPECT_THAT(client->wait_ready(patience), FailsWith(ErrorCode::log_identity_wrong));
}

TEST_F(ClientTest, AHubThatComesBackGetsWhatWasNotAnswered) {
    hub_.set_silent(true);
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    auto one = client->submit(envelope("one"));
    auto two = client->submit(envelope("two"));
    auto three = client->submit(envelope("three"));
    ASSERT_TRUE(hub_.wait_for_submit());
    hub_.stop();
    hub_.set_silent(false);
    ASSERT_TRUE(hub_.start());
    ASSERT_EQ(three.wait_for(patience), std::future_status::ready);
    EXPECT_TRUE(one.get().has_value());
    EXPECT_TRUE(two.get().has_value());
    EXPECT_TRUE(three.get().has_value());
    EXPECT_THAT(hub_.recorded(), ElementsAre("one", "two", "three"));
}

TEST_F(ClientTest, ManySendersGetOneAnswerEach) {
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    std::vector<std::thread> threads;
    std::atomic<int> accepted = 0;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&client, &accepted, t] {
            for (int i = 0; i < 50; ++i) {
                const std::string bytes = std::to_string(t) + "/" + std::to_string(i);
                if (client->submit(envelope(bytes, std::to_string(t))).get()) ++accepted;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(accepted, 200);
    EXPECT_THAT(hub_.recorded(), SizeIs(200));
}

TEST_F(ClientTest, AFullQueueIsToldAtOnce) {
    auto settings = settings_with(own_, hub_.public_keys(), "tcp://127.0.0.1:9");
    settings.queue.messages_max = 2;
    const auto client = connect(std::move(settings));
    auto one = client->submit(envelope("one"));
    auto two = client->submit(envelope("two"));
    auto three = client->submit(envelope("three"));
    ASSERT_EQ(three.wait_for(0s), std::future_status::ready);
    EXPECT_THAT(three.get(), FailsWith(ErrorCode::queue_full));
    client->close();
    EXPECT_THAT(one.get(), FailsWith(ErrorCode::session_lost));
    EXPECT_THAT(two.get(), FailsWith(ErrorCode::session_lost));
}

TEST_F(ClientTest, DeliveriesAreHandledInOrderAndAcked) {
    hub_.set_deliveries({"a", "b", "c"});
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    std::vector<Bytes> handled;
    std::counting_semaphore<10> done{0};
    const auto opened = client->subscribe("inbox", 8, [&](const Delivery& delivery) {
        handled.push_back(delivery.envelope);
        done.release();
        return Result<void>{};
    });
    for (int i = 0; i < 3; ++i)
        done.acquire();
    client->close();
    EXPECT_THAT(handled, ElementsAre("a", "b", "c"));
    ASSERT_TRUE(hub_.wait_for_goodbye());
    EXPECT_EQ(hub_.acked().back(), 2U);
}

TEST_F(ClientTest, WhatCouldNotBeHandledComesAgain) {
    hub_.set_deliveries({"a", "b", "c"});
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    std::vector<Bytes> tried;
    std::counting_semaphore<10> done{0};
    bool has_failed = false;
    const auto opened = client->subscribe("inbox", 8, [&](const Delivery& delivery) {
        tried.push_back(delivery.envelope);
        if (delivery.envelope == "b" && !std::exchange(has_failed, true)) {
            return Result<void>{ErrorCode::file_unwritable};
        }
        done.release();
        return Result<void>{};
    });
    for (int i = 0; i < 3; ++i)
        done.acquire();
    client->close();
    EXPECT_THAT(tried, ElementsAre("a", "b", "b", "c"));
    ASSERT_TRUE(hub_.wait_for_goodbye());
    EXPECT_THAT(hub_.acked(), ::testing::Contains(0U));
    EXPECT_EQ(hub_.acked().back(), 2U);
}

TEST_F(ClientTest, WhatIsParkedComesAgainAndStopsNothingElse) {
    hub_.set_deliveries({"a", "b", "c"});
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    std::vector<std::string> tried;
    std::counting_semaphore<10> done{0};
    const auto opened = client->subscribe(
        "inbox", {.credit = 8, .on_failure = OnFailure::park}, [&](const Delivery& delivery) {
            tried.push_back(delivery.envelope + std::to_string(delivery.attempt));
            if (delivery.envelope == "c" && delivery.attempt < 2) {
                return Result<void>{Error{ErrorCode::busy, "690870-1478"}};
            }
            done.release();
            return Result<void>{};
        });
    for (int i = 0; i < 3; ++i)
        done.acquire();
    client->close();
    EXPECT_THAT(tried, ElementsAre("a0", "b0", "c0", "c1", "c2"));
    ASSERT_TRUE(hub_.wait_for_goodbye());
    EXPECT_THAT(hub_.acked_parked(), ElementsAre(2U));
    EXPECT_EQ(hub_.acked().back(), 1U);
    ASSERT_THAT(hub_.nacked(), SizeIs(2));
    EXPECT_EQ(hub_.nacked()[0].reason(), "busy");
}

TEST_F(ClientTest, WhatIsGivenUpIsListedAndReleasedByAPerson) {
    hub_.set_deliveries({"a"});
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    std::counting_semaphore<10> done{0};
    const auto opened = client->subscribe("inbox", {.on_failure = OnFailure::park},
                                          [&](const Delivery& delivery) -> Result<void> {
                                              if (delivery.attempt == 0) {
                                                  return ErrorCode::field_invalid;
                                              }
                                              done.release();
                                              return {};
                                          });
    ASSERT_TRUE(hub_.wait_for_nacks(1));
    const auto list = client->list_parked("inbox").get();
    ASSERT_TRUE(list.has_value()) << list.error().line();
    ASSERT_EQ(list->messages_size(), 1);
    EXPECT_EQ(list->messages(0).reason(), "field_invalid");
    EXPECT_EQ(client->list_parked("inbox", Sequence{0}).get()->messages_size(), 0);
    const std::vector<Sequence> other{Sequence{7}};
    EXPECT_THAT(client->act_on_parked("inbox", v1::PARKED_ACT_KIND_RELEASE, other).get(),
                FailsWith(ErrorCode::parked_unknown));
    const auto acted =
        client->act_on_parked("inbox", v1::PARKED_ACT_KIND_RELEASE, AllParked{}).get();
    ASSERT_TRUE(acted.has_value()) << acted.error().line();
    EXPECT_EQ(acted->messages(), 1U);
    done.acquire();
}

TEST_F(ClientTest, AWholeMessageIsFetched) {
    hub_.set_deliveries({"a", "b"});
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    const auto fetched = client->fetch(Sequence{1}).get();
    ASSERT_TRUE(fetched.has_value()) << fetched.error().line();
    EXPECT_EQ(fetched->envelope, "b");
    EXPECT_EQ(fetched->sequence, Sequence{1});
    EXPECT_THAT(client->fetch(Sequence{2}).get(), FailsWith(ErrorCode::entry_unknown));
}

TEST_F(ClientTest, AnEntryIsProvedAndTheProofCanBeKept) {
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    const auto proved = client->prove_inclusion(Sequence{5}).get();
    ASSERT_TRUE(proved.has_value()) << proved.error().line();
    EXPECT_EQ(proved->checkpoint.size, TreeSize{20});
    const auto kept = evidence::TlogProof::parse(proved->proof.text());
    ASSERT_TRUE(kept.has_value());
    EXPECT_EQ(kept->extra, "5");
    EXPECT_TRUE(evidence::verify_tlog_proof(
        *kept, evidence::leaf_hash("5"),
        *evidence::NoteVerifier::parse(hub_.public_keys().verifier_key)));
    const auto earlier = client->prove_inclusion(Sequence{5}, TreeSize{6}).get();
    ASSERT_TRUE(earlier.has_value()) << earlier.error().line();
    EXPECT_EQ(earlier->checkpoint.size, TreeSize{6});
    EXPECT_THAT(client->prove_inclusion(Sequence{20}).get(), FailsWith(ErrorCode::entry_unknown));
}

TEST_F(ClientTest, ALaterTreeIsProvedToBeginWithAnEarlierOne) {
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    const auto early = client->prove_inclusion(Sequence{0}, TreeSize{7}).get();
    ASSERT_TRUE(early.has_value()) << early.error().line();
    const auto grown = client->prove_consistency(early->checkpoint).get();
    ASSERT_TRUE(grown.has_value()) << grown.error().line();
    EXPECT_EQ(grown->checkpoint.size, TreeSize{20});
    evidence::Checkpoint other = early->checkpoint;
    other.root[0] ^= 1U;
    EXPECT_THAT(client->prove_consistency(other, TreeSize{12}).get(),
                FailsWith(ErrorCode::proof_wrong));
}

TEST_F(ClientTest, AfterUnsubscribeWhatWaitsIsNotHandled) {
    hub_.set_deliveries({"a", "b", "c"});
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    std::vector<Bytes> handled;
    std::promise<void> begun;
    std::promise<void> go;
    const auto opened = client->subscribe("inbox", 8, [&](const Delivery& delivery) {
        handled.push_back(delivery.envelope);
        if (handled.size() == 1) {
            begun.set_value();
            go.get_future().wait();
        }
        return Result<void>{};
    });
    begun.get_future().wait();
    client->unsubscribe("inbox");
    ASSERT_TRUE(hub_.wait_for_unsubscribe());
    // Handled after all that waited before it.
    std::counting_semaphore<10> other{0};
    const auto other_opened = client->subscribe("other", 8, [&other](const Delivery&) {
        other.release();
        return Result<void>{};
    });
    go.set_value();
    other.acquire();
    client->close();
    EXPECT_THAT(handled, ElementsAre("a"));
}

TEST_F(ClientTest, WhatAUserThrowsEndsNothing) {
    ASSERT_TRUE(hub_.start());
    auto settings = settings_with(own_, hub_.public_keys(), hub_.endpoint());
    settings.on_event = [](const ClientEvent&) { throw std::runtime_error{"of the user"}; };
    const auto client = connect(std::move(settings));
    ASSERT_TRUE(client->wait_ready(patience).has_value());
    client->submit(envelope("one"),
                   [](const Result<Receipt>&) { throw std::runtime_error{"of the user"}; });
    EXPECT_TRUE(client->submit(envelope("two")).get().has_value());
    const std::string too_large(limits::envelope_bytes_max + 1, 'x');
    EXPECT_NO_THROW(client->submit(
        envelope(too_large), [](const Result<Receipt>&) { throw std::runtime_error{"of mine"}; }));
    EXPECT_THAT(hub_.recorded(), ElementsAre("one", "two"));
}

TEST_F(ClientTest, WhatTheHubSaidBeforeItWentHolds) {
    hub_.set_deliveries({"a"});
    ASSERT_TRUE(hub_.start());
    std::promise<void> failed_handling;
    std::promise<void> hub_is_gone;
    auto settings = settings_with(own_, hub_.public_keys(), hub_.endpoint());
    // Keeps the client from looking at its socket until the answer and the end are both there.
    settings.on_event = [&, is_first = true](const ClientEvent& event) mutable {
        const auto* news = std::get_if<SubscriptionNews>(&event);
        if (news == nullptr || news->kind != SubscriptionNews::Kind::stopped) return;
        if (!std::exchange(is_first, false)) return;
        failed_handling.set_value();
        hub_is_gone.get_future().wait();
    };
    const auto client = connect(std::move(settings));
    std::promise<void> begun;
    std::promise<void> go;
    const auto opened =
        client->subscribe("inbox", 8, [&, is_first = true](const Delivery&) mutable {
            if (!std::exchange(is_first, false)) return Result<void>{};
            begun.set_value();
            go.get_future().wait();
            return Result<void>{ErrorCode::file_unwritable};
        });
    begun.get_future().wait();
    hub_.hold_submits();
    auto fate = client->submit(envelope("one"));
    ASSERT_TRUE(hub_.wait_for_submit());
    go.set_value();
    failed_handling.get_future().wait();
    hub_.let_submits_through();
    hub_.stop();
    hub_is_gone.set_value();
    ASSERT_EQ(fate.wait_for(patience), std::future_status::ready);
    const auto receipt = fate.get();
    EXPECT_TRUE(receipt.has_value()) << receipt.error().line();
}

TEST_F(ClientTest, AnOperatorAsksHowTheHubIs) {
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    const auto status = client->status().get();
    ASSERT_TRUE(status.has_value()) << status.error().line();
    EXPECT_EQ(status->tree_size(), 1U);
}

TEST_F(ClientTest, ClosingTwiceDoesNothing) {
    ASSERT_TRUE(hub_.start());
    const auto client = connect(settings_with(own_, hub_.public_keys(), hub_.endpoint()));
    client->close();
    client->close();
    EXPECT_THAT(client->wait_ready(patience), FailsWith(ErrorCode::hub_unreachable));
}

}  // namespace
}  // namespace jobbro::kit
