// A jobcentre that takes what comes to it into its own table, each message once.
//
//   jobcentre_example ENDPOINT HUB.pub OWN.key FOLDER    runs until its input ends
//
// Prints kind and sequence of each: neither says anything about a citizen. A line is printed before
// the table is written, and comes again if that fails. Status 0: it took messages to the end.
#include <atomic>
#include <iostream>
#include <limits>

#include "adapters/kit/durable_client.h"
#include "proto/contract/validation.h"

namespace {

using namespace jobbro;

Result<void> take(const kit::Delivery& delivery, kit::Transaction& table) {
    v1::Envelope envelope;
    if (!envelope.ParseFromString(delivery.envelope)) return ErrorCode::envelope_malformed;
    const std::string kind{contract::kind_name(contract::kind_of(envelope))};
    const auto sequence = static_cast<std::int64_t>(delivery.sequence.value());
    std::cout << kind << " " << sequence << std::endl;
    JOBBRO_TRY(table.execute("INSERT INTO received VALUES (?, ?)", {kind, sequence}));
    return {};
}

Result<void> run(const char* const* arguments) {
    const std::filesystem::path folder = arguments[3];
    JOBBRO_TRY_ASSIGN(auto hub, evidence::read_hub_public_keys(arguments[1]));
    JOBBRO_TRY_ASSIGN(auto own, evidence::read_party_secret_keys(arguments[2]));
    std::atomic<bool> has_ended = false;
    kit::DurableSettings settings{
        .client = {.endpoint = arguments[0], .hub = std::move(hub), .own = std::move(own)},
        .outbox_file = folder / "outbox.db",
        .inbox_file = folder / "inbox.db"};
    settings.client.on_event = [&has_ended](const kit::ClientEvent& event) {
        const auto* const news = std::get_if<kit::SubscriptionNews>(&event);
        if (news != nullptr && news->kind == kit::SubscriptionNews::Kind::ended) has_ended = true;
    };
    JOBBRO_TRY_ASSIGN(const auto client, kit::DurableClient::open(std::move(settings)));
    JOBBRO_TRY(client->inbox()->execute_schema(
        "CREATE TABLE IF NOT EXISTS received (kind TEXT, sequence INTEGER)"));
    JOBBRO_TRY(
        client->subscribe_once("received", {.on_failure = kit::OnFailure::park}, take).get());
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    JOBBRO_TRY_ASSIGN(const auto metrics, client->metrics());
    if (metrics.client_ended_by) return *metrics.client_ended_by;
    return has_ended ? Result<void>{ErrorCode::subscription_replaced} : Result<void>{};
}

}  // namespace

int main(int count, char** arguments) {
    const auto done = count == 5 ? run(arguments + 1) : Result<void>{ErrorCode::usage};
    if (!done) std::cerr << done.error().line() << std::endl;
    return done ? 0 : 1;
}
