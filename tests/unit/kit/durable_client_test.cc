#include "adapters/kit/durable_client.h"

#include <atomic>
#include <semaphore>
#include <stdexcept>

#include "tests/support/temporary_folder.h"
#include "tests/unit/kit/fake_hub.h"
#include "tests/unit/kit/file_size_limit.h"
#include "tests/unit/kit/kit_samples.h"

namespace jobbro::kit {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Nobody listens there.
constexpr const char* nowhere = "tcp://127.0.0.1:9";

class DurableClientTest : public ::testing::Test {
  protected:
    DurableSettings settings(const std::string& endpoint) {
        DurableSettings settings{
            .client = Settings{.endpoint = endpoint,
                               .hub = hub_.public_keys(),
                               .own = {own_.party, own_.curve.copy(), own_.signing.copy()},
                               .check_locally = false},
            .outbox_file = folder_ / "outbox.db",
            .inbox_file = folder_ / "inbox.db"};
        settings.on_fate = [this](const OutboxRecord& record) {
            const std::lock_guard lock(mutex_);
            told_.push_back(record);
        };
        return settings;
    }
    static std::unique_ptr<DurableClient> open(DurableSettings settings) {
        auto client = DurableClient::open(std::move(settings));
        EXPECT_TRUE(client.has_value()) << client.error().line();
        return *std::move(client);
    }
    std::unique_ptr<Outbox> open_outbox() {
        auto outbox = Outbox::open({folder_ / "outbox.db", hub_.public_keys().origin}, own_);
        EXPECT_TRUE(outbox.has_value()) << outbox.error().line();
        return *std::move(outbox);
    }
    std::vector<std::string> told() {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> ids;
        for (const OutboxRecord& record : told_)
            ids.push_back(record.message_id);
        return ids;
    }

    const evidence::PartySecretKeys own_ = party_keys();
    FakeHub hub_{evidence::curve_public_key(own_.curve)};
    const testing::TemporaryFolder folder_;
    std::mutex mutex_;
    std::vector<OutboxRecord> told_;
};

TEST_F(DurableClientTest, WhatWasTakenWithoutAHubGoesOutWhenThereIsOne) {
    {
        const auto client = open(settings(nowhere));
        const auto put = client->submit(envelope("one"), "tag-1");
        ASSERT_TRUE(put.has_value()) << put.error().line();
        EXPECT_TRUE(put->is_new);
        ASSERT_TRUE(client->submit(envelope("two")));
        EXPECT_EQ(client->metrics()->waiting, 2U);
        EXPECT_FALSE(client->wait_until_settled(0ms));
    }
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    ASSERT_TRUE(client->wait_until_settled(patience));
    EXPECT_THAT(hub_.recorded(), ElementsAre("one", "two"));
    EXPECT_THAT(told(), ElementsAre("id-one", "id-two"));
    EXPECT_EQ(told_.front().tag, "tag-1");
    EXPECT_EQ((*told_.front().fate)->sequence, Sequence{1});
    const auto metrics = client->metrics();
    EXPECT_EQ(metrics->waiting, 0U);
    EXPECT_EQ(metrics->oldest_waiting_ms, 0);
    EXPECT_EQ(metrics->accepted_total, 2U);
    EXPECT_EQ(metrics->in_flight, 0U);
}

TEST_F(DurableClientTest, WhatWasNotAnsweredIsHandedInAgainAfterTheNextStart) {
    hub_.set_silent(true);
    ASSERT_TRUE(hub_.start());
    {
        const auto client = open(settings(hub_.endpoint()));
        for (const char* each : {"a1", "a2", "a3"})
            ASSERT_TRUE(client->submit(envelope(each, "a")));
        ASSERT_TRUE(client->submit(envelope("b1", "b")));
        ASSERT_TRUE(hub_.wait_for_submit());
        client->close();
        EXPECT_THAT(client->submit(envelope("late")), FailsWith(ErrorCode::session_lost));
    }
    hub_.stop();
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ(open_outbox()->counts()->waiting, 4U);
    hub_.set_silent(false);
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    ASSERT_TRUE(client->submit(envelope("a4", "a")));
    ASSERT_TRUE(client->wait_until_settled(patience));
    std::vector<Bytes> of_a = hub_.recorded();
    EXPECT_THAT(of_a, SizeIs(5));
    std::erase(of_a, "b1");
    EXPECT_THAT(of_a, ElementsAre("a1", "a2", "a3", "a4"));
}

TEST_F(DurableClientTest, NothingLaterOfALaneIsHandedInBeforeTheFirstIsAnswered) {
    hub_.hold_submits();
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    for (const char* each : {"a1", "a2", "a3"})
        ASSERT_TRUE(client->submit(envelope(each, "a")));
    ASSERT_TRUE(hub_.wait_for_submit());
    EXPECT_EQ(client->metrics()->in_flight, 1U);
    hub_.let_submits_through();
    ASSERT_TRUE(client->wait_until_settled(patience));
    EXPECT_THAT(hub_.recorded(), ElementsAre("a1", "a2", "a3"));
}

TEST_F(DurableClientTest, ManyAreTakenTogether) {
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    const auto puts = client->submit_many({{v1::Envelope{}, "1"}, {v1::Envelope{}, "2"}});
    ASSERT_TRUE(puts.has_value());
    ASSERT_TRUE(client->wait_until_settled(patience));
    EXPECT_THAT(told(), ElementsAre(puts->at(0).record.message_id, puts->at(1).record.message_id));
}

TEST_F(DurableClientTest, AHubThatGoesAndComesBackGetsEverythingOnce) {
    hub_.set_silent(true);
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(client->submit(envelope(std::to_string(i), std::to_string(i % 7))));
    ASSERT_TRUE(hub_.wait_for_submit());
    hub_.stop();
    hub_.set_silent(false);
    ASSERT_TRUE(hub_.start());
    ASSERT_TRUE(client->wait_until_settled(patience));
    const auto recorded = hub_.recorded();
    EXPECT_THAT(recorded, SizeIs(100));
    std::map<int, int> last;
    for (const Bytes& each : recorded) {
        const int number = std::stoi(each);
        const auto [lane, is_first] = last.try_emplace(number % 7, number);
        EXPECT_TRUE(is_first || lane->second < number) << each;
        lane->second = number;
    }
    EXPECT_THAT(told(), SizeIs(100));
}

TEST_F(DurableClientTest, TheSameTagIsTheSameMessage) {
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    ASSERT_TRUE(client->submit(envelope("one"), "tag"));
    EXPECT_FALSE(client->submit(envelope("made anew"), "tag")->is_new);
    ASSERT_TRUE(client->wait_until_settled(patience));
    const auto again = client->submit(envelope("made once more"), "tag");
    ASSERT_TRUE(again.has_value() && again->record.fate.has_value());
    EXPECT_EQ(again->record.message_id, "id-one");
    EXPECT_THAT(hub_.recorded(), ElementsAre("one"));
    EXPECT_EQ((*client->find_by_tag("tag"))->state, OutboxState::accepted);
    EXPECT_EQ((*client->find_by_message_id("id-one"))->tag, "tag");
}

TEST_F(DurableClientTest, AFullOutboxIsToldAtOnce) {
    auto small = settings(nowhere);
    small.outbox_messages_max = 2;
    const auto client = open(std::move(small));
    ASSERT_TRUE(client->submit(envelope("one")));
    ASSERT_TRUE(client->submit(envelope("two")));
    EXPECT_THAT(client->submit(envelope("three")), FailsWith(ErrorCode::queue_full));
}

TEST_F(DurableClientTest, MoreThanTheClientTakesWaitsItsTurn) {
    ASSERT_TRUE(hub_.start());
    auto narrow = settings(hub_.endpoint());
    narrow.client.queue.messages_max = 2;
    narrow.client.queue.bytes_max = 5;
    const auto client = open(std::move(narrow));
    for (const char* each : {"1234", "2345", "3456", "4567", "5678"})
        ASSERT_TRUE(client->submit(envelope(each, each)));
    ASSERT_TRUE(client->wait_until_settled(patience));
    EXPECT_THAT(hub_.recorded(), SizeIs(5));
}

TEST_F(DurableClientTest, WhatWasNotNotedIsToldAgain) {
    ASSERT_TRUE(hub_.start());
    {
        auto failing = settings(hub_.endpoint());
        failing.on_fate = [](const OutboxRecord& record) {
            if (record.message_id == "id-one") throw std::runtime_error{"the application's"};
        };
        const auto client = open(std::move(failing));
        ASSERT_TRUE(client->submit(envelope("one")));
        ASSERT_TRUE(client->submit(envelope("two")));
        ASSERT_TRUE(client->wait_until_settled(patience));
    }
    for (int run = 0; run < 2; ++run) {
        const auto client = open(settings(hub_.endpoint()));
        ASSERT_TRUE(client->wait_until_settled(patience));
        EXPECT_THAT(told(), ElementsAre("id-one"));
    }
}

TEST_F(DurableClientTest, ARefusalThatACrashKeptFromBeingToldIsTold) {
    {
        const auto outbox = open_outbox();
        ASSERT_TRUE(outbox->put(envelope("one"), "tag", start));
        ASSERT_TRUE(outbox->put(envelope("two"), "", start));
        ASSERT_TRUE(outbox->refused(1, ErrorCode::order_unknown, start));
    }
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    ASSERT_TRUE(client->wait_until_settled(patience));
    // It holds nothing up, and is not sent.
    EXPECT_THAT(hub_.recorded(), ElementsAre("two"));
    ASSERT_THAT(told(), ElementsAre("id-one", "id-two"));
    EXPECT_THAT(*told_.front().fate, FailsWith(ErrorCode::order_unknown));
    EXPECT_EQ(told_.front().envelope, "one");
    EXPECT_EQ(client->metrics()->refused_not_noted, 0U);
}

TEST_F(DurableClientTest, WithoutACallbackTheProgramTakesNoteItself) {
    ASSERT_TRUE(hub_.start());
    auto quiet = settings(hub_.endpoint());
    quiet.on_fate = nullptr;
    const auto client = open(std::move(quiet));
    const auto put = client->submit(envelope("one"));
    ASSERT_TRUE(client->wait_until_settled(patience));
    EXPECT_THAT(*client->not_noted(0, 10), SizeIs(1));
    ASSERT_TRUE(client->take_note(put->record.ticket));
    EXPECT_THAT(*client->not_noted(0, 10), IsEmpty());
}

TEST_F(DurableClientTest, AProgramThatTakesNoteItselfIsToldWhenThereIsSomething) {
    ASSERT_TRUE(hub_.start());
    auto quiet = settings(hub_.endpoint());
    quiet.on_fate = nullptr;
    quiet.on_settled = [this](const std::vector<OutboxRecord>& records) {
        const std::lock_guard lock(mutex_);
        told_.insert(told_.end(), records.begin(), records.end());
        throw std::runtime_error("nobody is there to catch it");
    };
    const auto client = open(std::move(quiet));
    std::vector<std::uint64_t> tickets;
    for (const char* const each : {"one", "two"})
        tickets.push_back(client->submit(envelope(each))->record.ticket);
    ASSERT_TRUE(client->wait_until_settled(patience));
    EXPECT_THAT(told(), ElementsAre("id-one", "id-two"));
    EXPECT_TRUE(told_.front().fate && told_.front().fate->has_value());
    EXPECT_THAT(*client->not_noted(0, 10), SizeIs(2)) << "being told is not taking note";
    ASSERT_TRUE(client->take_note(tickets));
    EXPECT_THAT(*client->not_noted(0, 10), IsEmpty());
}

TEST_F(DurableClientTest, AClientThatEndsLeavesMessagesWaiting) {
    ASSERT_TRUE(hub_.start());
    auto unknown = settings(hub_.endpoint());
    unknown.client.own = party_keys(1234);
    const evidence::PartySecretKeys keys = party_keys(1234);
    {
        const auto client = open(std::move(unknown));
        EXPECT_THAT(client->client().wait_ready(patience), FailsWith(ErrorCode::key_unknown));
        ASSERT_TRUE(client->submit(envelope("one")));
        EXPECT_FALSE(client->wait_until_settled(50ms));
        const auto metrics = client->metrics();
        ASSERT_TRUE(metrics->client_ended_by.has_value());
        EXPECT_EQ(metrics->client_ended_by->code, ErrorCode::key_unknown);
    }
    const auto outbox = Outbox::open({folder_ / "outbox.db", hub_.public_keys().origin}, keys);
    ASSERT_TRUE(outbox.has_value());
    EXPECT_EQ((*outbox)->counts()->waiting, 1U);
    EXPECT_EQ((*outbox)->counts()->refused_total, 0U);
}

TEST_F(DurableClientTest, NoErrorOfAnEndedClientIsTakenForTheHubsJudgement) {
    ASSERT_TRUE(hub_.start());
    // The hub knows the key under another name, and the client ends with an error that a message
    // could have been refused with.
    auto renamed = settings(hub_.endpoint());
    renamed.client.own.party = "provider:99104007";
    const auto client = open(std::move(renamed));
    ASSERT_TRUE(client->submit(envelope("before")));
    EXPECT_THAT(client->client().wait_ready(patience), FailsWith(ErrorCode::sender_wrong));
    ASSERT_TRUE(client->submit(envelope("after", "b")));
    EXPECT_FALSE(client->wait_until_settled(100ms));
    client->close();
    EXPECT_EQ(client->metrics()->waiting, 2U);
    EXPECT_EQ(client->metrics()->refused_total, 0U);
    EXPECT_THAT(told(), IsEmpty());
}

// --- What the hub says to a message --------------------------------------------------------------

TEST_F(DurableClientTest, WhatTheHubHasJudgedIsToldAndNotSentAgain) {
    const std::vector<ErrorCode> codes = {ErrorCode::party_unknown, ErrorCode::provider_unknown,
                                          ErrorCode::role_not_allowed, ErrorCode::order_unknown,
                                          ErrorCode::signer_not_entitled};
    for (const ErrorCode code : codes)
        hub_.refuse(Bytes{error_text(code).name}, code);
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    for (const ErrorCode code : codes)
        ASSERT_TRUE(client->submit(envelope(std::string{error_text(code).name})));
    ASSERT_TRUE(client->submit(envelope("last")));
    ASSERT_TRUE(client->wait_until_settled(patience));
    EXPECT_THAT(hub_.recorded(), ElementsAre("last"));
    ASSERT_THAT(told(), SizeIs(codes.size() + 1));
    for (std::size_t i = 0; i < codes.size(); ++i)
        EXPECT_THAT(*told_[i].fate, FailsWith(codes[i]));
    EXPECT_EQ(client->metrics()->refused_total, codes.size());
}

TEST_F(DurableClientTest, ACauseThatDoesNotBecomeKnownIsARefusal) {
    hub_.refuse("early", ErrorCode::cause_unknown);
    ASSERT_TRUE(hub_.start());
    auto hasty = settings(hub_.endpoint());
    hasty.client.queue.cause_wait_ms = 50;
    const auto client = open(std::move(hasty));
    ASSERT_TRUE(client->submit(envelope("early")));
    ASSERT_TRUE(client->submit(envelope("late")));
    ASSERT_TRUE(client->wait_until_settled(patience));
    ASSERT_THAT(told(), ElementsAre("id-early", "id-late"));
    EXPECT_THAT(*told_.front().fate, FailsWith(ErrorCode::cause_unknown));
    EXPECT_THAT(hub_.recorded(), ElementsAre("late"));
}

TEST_F(DurableClientTest, WhatIsWrongWithKeysOrTheLogLeavesAMessageWaiting) {
    const std::vector<ErrorCode> codes = {ErrorCode::signature_wrong, ErrorCode::key_unknown,
                                          ErrorCode::key_disabled, ErrorCode::hub_sealed,
                                          ErrorCode::field_out_of_bounds};
    std::vector<Bytes> names;
    for (const ErrorCode code : codes) {
        names.emplace_back(error_text(code).name);
        hub_.refuse(names.back(), code, 1);
    }
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    for (const Bytes& name : names)
        ASSERT_TRUE(client->submit(envelope(name)));
    ASSERT_TRUE(client->wait_until_settled(patience));
    EXPECT_EQ(hub_.recorded(), names);
    EXPECT_EQ(client->metrics()->refused_total, 0U);
}

TEST_F(DurableClientTest, AnOutboxThatFailsIsToldOnceAndLosesNothing) {
    hub_.hold_submits();
    ASSERT_TRUE(hub_.start());
    std::counting_semaphore<10> failed{0};
    std::atomic<int> calls = 0;
    {
        auto watched = settings(hub_.endpoint());
        watched.on_store_failed = [&](const Error& error) {
            EXPECT_EQ(error.code, ErrorCode::store_failed);
            ++calls;
            failed.release();
        };
        const auto client = open(std::move(watched));
        ASSERT_TRUE(client->submit(envelope("one")));
        ASSERT_TRUE(hub_.wait_for_submit());
        const FileSizeLimit limit{1};
        hub_.let_submits_through();
        ASSERT_TRUE(failed.try_acquire_for(patience));
        const auto metrics = client->metrics();
        ASSERT_TRUE(metrics.has_value());
        EXPECT_TRUE(metrics->has_store_failed);
        EXPECT_EQ(metrics->last_store_error->code, ErrorCode::store_failed);
        EXPECT_THAT(client->submit(envelope("two")), FailsWith(ErrorCode::store_failed));
        client->close();
    }
    EXPECT_EQ(calls, 1);
    EXPECT_THAT(told(), IsEmpty());
    const auto client = open(settings(hub_.endpoint()));
    ASSERT_TRUE(client->wait_until_settled(patience));
    EXPECT_THAT(told(), ElementsAre("id-one"));
    EXPECT_THAT(hub_.recorded(), ElementsAre("one"));
    EXPECT_FALSE(client->metrics()->has_store_failed);
}

TEST_F(DurableClientTest, WhatWasSentCanBeHandedInAgain) {
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    ASSERT_TRUE(client->submit(envelope("one"), "tag"));
    ASSERT_TRUE(client->wait_until_settled(patience));
    const auto sent = client->sent(0, 10);
    ASSERT_TRUE(sent.has_value());
    ASSERT_THAT(*sent, SizeIs(1));
    const OutboxRecord& record = sent->front();
    const auto again =
        client->client()
            .submit(MadeEnvelope{record.envelope, record.message_id, record.order_id})
            .get();
    ASSERT_TRUE(again.has_value()) << again.error().line();
    EXPECT_EQ(again->sequence, (*record.fate)->sequence);
    EXPECT_THAT(hub_.recorded(), ElementsAre("one"));
}

TEST_F(DurableClientTest, ACallbackMaySubmit) {
    ASSERT_TRUE(hub_.start());
    auto answering = settings(hub_.endpoint());
    DurableClient* itself = nullptr;
    answering.on_fate = [&itself](const OutboxRecord& record) {
        if (record.message_id != "id-one") return;
        EXPECT_TRUE(itself->submit(envelope("two")));
    };
    const auto client = open(std::move(answering));
    itself = client.get();
    ASSERT_TRUE(client->submit(envelope("one")));
    ASSERT_TRUE(client->wait_until_settled(patience));
    EXPECT_THAT(hub_.recorded(), ElementsAre("one", "two"));
}

// --- Deliveries ---------------------------------------------------------------------------------

TEST_F(DurableClientTest, DeliveriesTakeEffectOnce) {
    hub_.set_deliveries({"a", "b", "c"});
    ASSERT_TRUE(hub_.start());
    const DeliveryId first{hub_.public_keys().origin, "reports", Sequence{0}};
    const std::string schema = "CREATE TABLE IF NOT EXISTS effects (envelope TEXT)";
    {
        // Handled, and then the program ended before the hub had its ack.
        const auto inbox = *Inbox::open({folder_ / "inbox.db"});
        ASSERT_TRUE(inbox->execute_schema(schema));
        ASSERT_TRUE(inbox->handle_once(first, start, [](Transaction& transaction) -> Result<void> {
            JOBBRO_TRY(transaction.execute("INSERT INTO effects VALUES ('a')"));
            return {};
        }));
    }
    const auto client = open(settings(hub_.endpoint()));
    std::counting_semaphore<10> done{0};
    bool has_failed = false;
    const auto subscribed = client->subscribe_once(
        "reports", 8, [&](const Delivery& delivery, Transaction& transaction) -> Result<void> {
            JOBBRO_TRY(transaction.execute("INSERT INTO effects VALUES (?)", {delivery.envelope}));
            if (delivery.envelope == "b" && !std::exchange(has_failed, true)) {
                return ErrorCode::busy;
            }
            done.release();
            return {};
        });
    done.acquire();
    done.acquire();
    client->close();
    ASSERT_TRUE(hub_.wait_for_goodbye());
    EXPECT_EQ(hub_.acked().back(), 2U);
    EXPECT_EQ(client->metrics()->inbox_handled, 2U);
    EXPECT_EQ(client->metrics()->inbox_skipped, 1U);
    std::vector<SqlRow> rows;
    ASSERT_TRUE(client->inbox()->transact([&rows](Transaction& transaction) -> Result<void> {
        JOBBRO_TRY_ASSIGN(rows, transaction.query("SELECT envelope FROM effects ORDER BY rowid"));
        return {};
    }));
    EXPECT_THAT(rows, ElementsAre(SqlRow{std::string{"a"}}, SqlRow{std::string{"b"}},
                                  SqlRow{std::string{"c"}}));
}

TEST_F(DurableClientTest, AHandlerMayLookAtTheFigures) {
    hub_.set_deliveries({"a"});
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    std::counting_semaphore<10> done{0};
    const auto subscribed =
        client->subscribe_once("reports", 8, [&](const Delivery&, Transaction&) -> Result<void> {
            const auto metrics = client->metrics();
            EXPECT_TRUE(metrics.has_value());
            EXPECT_EQ(metrics->inbox_handled, 0U);
            done.release();
            return {};
        });
    ASSERT_TRUE(done.try_acquire_for(patience));
    client->close();
    EXPECT_EQ(client->metrics()->inbox_handled, 1U);
}

// Inserts so many bytes of text.
Result<void> insert(Transaction& transaction, std::size_t bytes) {
    JOBBRO_TRY(transaction.execute("INSERT INTO texts VALUES (?)", {std::string(bytes, 'x')}));
    return {};
}

TEST_F(DurableClientTest, AnInboxWithoutRoomGivesNoMessageUp) {
    hub_.set_deliveries({"small", "large"});
    ASSERT_TRUE(hub_.start());
    auto small = settings(hub_.endpoint());
    small.inbox_bytes_max = std::uint64_t{64} * 1024;
    const auto client = open(std::move(small));
    ASSERT_TRUE(client->inbox()->execute_schema("CREATE TABLE texts (text TEXT)"));
    std::counting_semaphore<10> done{0};
    const auto subscribed = client->subscribe_once(
        "reports", {.on_failure = OnFailure::park},
        [&](const Delivery& delivery, Transaction& transaction) -> Result<void> {
            // There is room when it comes again.
            const bool is_large = delivery.envelope == "large" && delivery.attempt == 0;
            if (!insert(transaction, is_large ? 100'000 : 10)) return ErrorCode::field_invalid;
            done.release();
            return {};
        });
    ASSERT_TRUE(hub_.wait_for_nacks(1));
    ASSERT_TRUE(done.try_acquire_for(patience));
    ASSERT_TRUE(done.try_acquire_for(patience));
    client->close();
    ASSERT_THAT(hub_.nacked(), SizeIs(1));
    EXPECT_EQ(hub_.nacked()[0].verdict(), v1::NACK_VERDICT_RETRY_LATER);
    EXPECT_EQ(hub_.nacked()[0].reason(), "busy") << "whatever the handler made of it";
}

TEST_F(DurableClientTest, AnErrorOfTheHandlersOwnIsLeftAsItIs) {
    hub_.set_deliveries({"a"});
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    const auto subscribed = client->subscribe_once(
        "reports", {.on_failure = OnFailure::park},
        [](const Delivery&, Transaction&) -> Result<void> { return ErrorCode::file_unwritable; });
    ASSERT_TRUE(hub_.wait_for_nacks(1));
    EXPECT_EQ(hub_.nacked()[0].verdict(), v1::NACK_VERDICT_GIVE_UP);
    EXPECT_EQ(hub_.nacked()[0].reason(), "file_unwritable");
}

TEST_F(DurableClientTest, AnInboxThatFailsStopsTheSubscriptionAndParksNothing) {
    hub_.set_deliveries({"a", "b"});
    ASSERT_TRUE(hub_.start());
    const auto client = open(settings(hub_.endpoint()));
    ASSERT_TRUE(client->inbox()->execute_schema("CREATE TABLE texts (text TEXT)"));
    const FileSizeLimit limit{1};
    const auto subscribed = client->subscribe_once(
        "reports", {.on_failure = OnFailure::park},
        [](const Delivery&, Transaction& transaction) { return insert(transaction, 10); });
    ASSERT_TRUE(hub_.wait_for_unsubscribe());
    client->close();
    EXPECT_THAT(hub_.nacked(), IsEmpty());
    EXPECT_THAT(hub_.acked(), IsEmpty());
}

TEST_F(DurableClientTest, WithoutAnInboxNothingIsHandledOnce) {
    auto without = settings(nowhere);
    without.inbox_file.clear();
    const auto client = open(std::move(without));
    EXPECT_EQ(client->inbox(), nullptr);
    auto subscribed = client->subscribe_once(
        "reports", 8, [](const Delivery&, Transaction&) { return Result<void>{}; });
    EXPECT_THAT(subscribed.get(), FailsWith(ErrorCode::usage));
}

TEST_F(DurableClientTest, TwoClientsDoNotShareAnOutbox) {
    const auto client = open(settings(nowhere));
    EXPECT_THAT(DurableClient::open(settings(nowhere)), FailsWith(ErrorCode::data_folder_locked));
}

}  // namespace
}  // namespace jobbro::kit
