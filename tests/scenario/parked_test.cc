// What a receiver cannot handle, over a real hub: it waits with all of its citizen's, the rest
// flows on, and a person decides. And the other ways to ask for deliveries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <map>
#include <mutex>

#include "adapters/kit/client.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"

namespace jobbro::testing {
namespace {

using namespace std::chrono_literals;
using kit::Delivery;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr auto patience = 10s;
const std::string name = "inbox";

// A party's client and what its subscription has brought. Thread: any.
class Receiver {
  public:
    Receiver(HubProcess& hub, const std::string& party) {
        const evidence::PartySecretKeys& keys = hub.keys(party);
        auto client =
            kit::Client::connect({.endpoint = hub.endpoint(),
                                  .hub = {HubProcess::origin, hub.curve_key(), hub.verifier_key()},
                                  .own = {keys.party, keys.curve.copy(), keys.signing.copy()}});
        if (!client) throw std::runtime_error(client.error().line());
        client_ = *std::move(client);
    }
    ~Receiver() { client_->close(); }
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    void subscribe(kit::SubscribeOptions options = {.on_failure = kit::OnFailure::park}) {
        const auto opened =
            client_
                ->subscribe(name, std::move(options),
                            [this](const Delivery& delivery) { return handle(delivery); })
                .get();
        ASSERT_TRUE(opened.has_value()) << opened.error().line();
    }
    // From now on this is what handling a message comes to.
    void fail(const std::string& message_id, ErrorCode code) {
        const std::lock_guard lock(mutex_);
        failures_.insert_or_assign(message_id, code);
    }
    void fail_no_more() {
        const std::lock_guard lock(mutex_);
        failures_.clear();
    }
    // What was handled, in order, once there is this much of it.
    std::vector<Sequence> handled(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, patience, [&] { return handled_.size() >= count; });
        return handled_;
    }
    // The same of what could not be.
    std::vector<Sequence> failed(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, patience, [&] { return failed_.size() >= count; });
        return failed_;
    }
    std::vector<Delivery> deliveries() {
        const std::lock_guard lock(mutex_);
        return deliveries_;
    }
    kit::Client& client() { return *client_; }

  private:
    Result<void> handle(const Delivery& delivery) {
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
        deliveries_.push_back(delivery);
        v1::Envelope envelope;
        envelope.ParseFromString(delivery.envelope);
        const auto failure = failures_.find(envelope.message_id());
        if (failure == failures_.end()) {
            handled_.push_back(delivery.sequence);
            return {};
        }
        failed_.push_back(delivery.sequence);
        return failure->second;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, ErrorCode> failures_;  // by message id
    std::vector<Sequence> handled_;
    std::vector<Sequence> failed_;
    std::vector<Delivery> deliveries_;
    std::unique_ptr<kit::Client> client_;
};

class ParkedTest : public ::testing::Test {
  protected:
    ParkedTest() {
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_usual_parties();
        centre = std::make_unique<Receiver>(hub, jobcentre);
        site = std::make_unique<Receiver>(hub, provider);
    }

    Sequence submit(Receiver& sender, const v1::Envelope& envelope) {
        const auto receipt = sender.client().submit(envelope).get();
        if (!receipt) throw std::runtime_error(receipt.error().line());
        return receipt->sequence;
    }
    // A new order about the citizen.
    Sequence place(const std::string& cpr_number, contract::OrderId* id = nullptr) {
        const auto made = contract::OrderId::make(now(), randomness);
        if (id != nullptr) *id = made;
        return submit(*centre, order(made, now(), randomness, provider, cpr_number));
    }
    // One that the provider cannot handle; waits until it could not.
    Sequence place_failing(const std::string& cpr_number, ErrorCode code) {
        const auto id = contract::OrderId::make(now(), randomness);
        const v1::Envelope envelope = order(id, now(), randomness, provider, cpr_number);
        site->fail(envelope.message_id(), code);
        const Sequence sequence = submit(*centre, envelope);
        EXPECT_THAT(site->failed(1), ElementsAre(sequence));
        return sequence;
    }
    std::vector<v1::ParkedMessage> parked() {
        const auto list = site->client().list_parked(name).get();
        if (!list) throw std::runtime_error(list.error().line());
        return {list->messages().begin(), list->messages().end()};
    }
    // What `jobbro` prints when the party runs it.
    std::string run(const std::vector<std::string>& arguments,
                    const std::string& party = provider) {
        std::vector<std::string> command{JOBBRO_BINARY_DIR "/bin/jobbro",
                                         "--hub",
                                         hub.endpoint(),
                                         "--hub-key",
                                         (hub.folder() / "hub.key.pub").string(),
                                         "--key",
                                         hub.party_key_file(party).string()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const Spawned child = spawn(command, hub.folder() / "jobbro_errors.txt");
        std::string output;
        char buffer[4096];
        for (ssize_t size = 1; size > 0;) {
            size = read(child.output, buffer, sizeof buffer);
            if (size > 0) output.append(buffer, static_cast<std::size_t>(size));
        }
        close(child.output);
        EXPECT_EQ(wait_for(child.pid), 0) << read_file(hub.folder() / "jobbro_errors.txt");
        return output;
    }
    static Instant now() { return SystemClock{}.now(); }

    HubProcess hub;
    evidence::SystemRandomness randomness;
    std::unique_ptr<Receiver> centre;
    std::unique_ptr<Receiver> site;
};

TEST_F(ParkedTest, ACitizensMessagesWaitForTheOneThatCouldNotBeHandled) {
    site->subscribe();
    const Sequence first = place(citizen);
    EXPECT_THAT(site->handled(1), ElementsAre(first));
    const Sequence failing = place_failing(citizen, ErrorCode::field_invalid);
    const Sequence behind = place(citizen);
    const Sequence other = place(other_citizen);
    EXPECT_THAT(site->handled(2), ElementsAre(first, other)) << "others flow on";

    const auto list = parked();
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].sequence(), failing.value());
    EXPECT_EQ(list[0].waits_for(), v1::PARKED_WAIT_PERSON);
    EXPECT_EQ(list[0].reason(), "field_invalid");
    EXPECT_EQ(list[0].notification().kind(), v1::MESSAGE_KIND_ORDER);
    EXPECT_EQ(list[1].sequence(), behind.value());
    EXPECT_EQ(list[1].waits_for(), v1::PARKED_WAIT_EARLIER_MESSAGE);
    EXPECT_EQ(list[1].behind_sequence(), failing.value());

    site->fail_no_more();
    const auto released =
        site->client().act_on_parked(name, v1::PARKED_ACT_KIND_RELEASE, kit::AllParked{}).get();
    ASSERT_TRUE(released.has_value()) << released.error().line();
    EXPECT_EQ(released->messages(), 2U);
    EXPECT_THAT(site->handled(4), ElementsAre(first, other, failing, behind));
    const Sequence after = place(citizen);
    EXPECT_THAT(site->handled(5), ElementsAre(first, other, failing, behind, after));
    // Handled after all of these, so their acks go out before what is asked next.
    place(other_citizen);
    site->handled(6);
    EXPECT_THAT(parked(), IsEmpty());
}

TEST_F(ParkedTest, WhatMayPassIsTriedAgainByItself) {
    site->subscribe();
    const Sequence first = place(citizen);
    const Sequence failing = place_failing(citizen, ErrorCode::busy);
    const Sequence behind = place(citizen);
    site->fail_no_more();
    EXPECT_THAT(site->handled(3), ElementsAre(first, failing, behind));
    EXPECT_THAT(site->failed(1), Each(failing));
}

TEST_F(ParkedTest, WhatIsDroppedNeverComesAgainAndLetsTheNextPass) {
    site->subscribe();
    const Sequence first = place(citizen);
    const Sequence failing = place_failing(citizen, ErrorCode::field_invalid);
    const Sequence behind = place(citizen);
    // Handled after it was decided where the one before goes.
    const Sequence other = place(other_citizen);
    EXPECT_THAT(site->handled(2), ElementsAre(first, other));
    const std::vector<Sequence> chosen{failing};
    const auto dropped = site->client().act_on_parked(name, v1::PARKED_ACT_KIND_DROP, chosen).get();
    ASSERT_TRUE(dropped.has_value()) << dropped.error().line();
    site->handled(3);
    const Sequence last = place(other_citizen);
    EXPECT_THAT(site->handled(4), ElementsAre(first, other, behind, last));
    EXPECT_THAT(parked(), IsEmpty());
    const auto again = site->client().act_on_parked(name, v1::PARKED_ACT_KIND_DROP, chosen).get();
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, ErrorCode::parked_unknown);
}

TEST_F(ParkedTest, TheListOutlivesTheHubAndThePersonMayUseTheCommandLine) {
    site->subscribe();
    const Sequence failing = place_failing(citizen, ErrorCode::field_invalid);
    // Handled after the failure, so the Nack goes out before what is asked next.
    place(other_citizen);
    site->handled(1);
    ASSERT_EQ(parked().size(), 1U);
    site.reset();
    centre.reset();
    // So that all that is not synced for its own sake is.
    ASSERT_EQ(hub.stop().status, 0);
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    EXPECT_THAT(run({"parked", "list", name, "--json"}),
                StartsWith("{\"sequence\":" + std::to_string(failing.value()) + ","));
    EXPECT_THAT(run({"status", "--json"}, operator_party),
                HasSubstr(R"("parked":1,"parked_for_person":1,"is_stopped":false)"));
    EXPECT_THAT(run({"parked", "release", name, std::to_string(failing.value())}),
                HasSubstr("\"messages\":1,"));
    EXPECT_THAT(run({"subscribe", "--name", name}),
                StartsWith("{\"sequence\":" + std::to_string(failing.value()) + ","));
    EXPECT_THAT(run({"parked", "list", name}), IsEmpty());
}

TEST_F(ParkedTest, AThinDeliveryIsFetched) {
    contract::OrderId id = contract::OrderId::make(now(), randomness);
    const Sequence placed = place(citizen, &id);
    site->subscribe({.form = v1::DELIVERY_FORM_THIN});
    EXPECT_THAT(site->handled(1), ElementsAre(placed));
    const Delivery thin = site->deliveries().at(0);
    EXPECT_THAT(thin.envelope, IsEmpty());
    ASSERT_TRUE(thin.notification);
    EXPECT_EQ(thin.notification->kind(), v1::MESSAGE_KIND_ORDER);
    EXPECT_EQ(thin.notification->sender(), jobcentre);
    EXPECT_EQ(thin.notification->order_id(), id.text());
    const auto whole = site->client().fetch(placed).get();
    ASSERT_TRUE(whole.has_value()) << whole.error().line();
    v1::Envelope envelope;
    ASSERT_TRUE(envelope.ParseFromString(whole->envelope));
    EXPECT_EQ(envelope.message_id(), thin.notification->message_id());
    EXPECT_EQ(envelope.citizen().cpr_number(), citizen);
    EXPECT_THAT(run({"fetch", std::to_string(placed.value())}), HasSubstr(envelope.message_id()));

    hub.add_party(other_provider, {jobcentre});
    Receiver stranger{hub, other_provider};
    const auto refused = stranger.client().fetch(placed).get();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::entry_unknown);
}

TEST_F(ParkedTest, OnlyTheKindsAskedForCome) {
    contract::OrderId id = contract::OrderId::make(now(), randomness);
    place(citizen, &id);
    submit(*site, acceptance(id, now(), randomness));
    const Sequence first = submit(*site, provider_notice(id, now(), randomness));
    centre->subscribe({.kinds = {v1::MESSAGE_KIND_NOTICE}});
    const Sequence second = submit(*site, provider_notice(id, now(), randomness));
    EXPECT_THAT(centre->handled(2), ElementsAre(first, second));
}

TEST_F(ParkedTest, TheCursorGoesWhereItIsAskedTo) {
    const Sequence first = place(citizen);
    const Sequence second = place(other_citizen);
    const Instant between = now().plus_ms(1);
    while (now() <= between) {
    }
    const Sequence third = place(citizen);
    const auto from = [this](const kit::Start& start, std::size_t count) {
        Receiver again{hub, provider};
        again.subscribe({.start = start});
        return again.handled(count);
    };
    EXPECT_THAT(from(kit::StartAtBeginning{}, 3), ElementsAre(first, second, third));
    EXPECT_THAT(from(second, 2), ElementsAre(second, third));
    EXPECT_THAT(from(between, 1), ElementsAre(third));
    site->subscribe();
    const Sequence fourth = place(citizen);
    EXPECT_THAT(site->handled(1), ElementsAre(fourth))
        << "the cursor is where the last one left it";
}

}  // namespace
}  // namespace jobbro::testing
