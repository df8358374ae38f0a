// A jobcentre that takes what comes to it into its own table, each message once.
//
//   jobcentre_example ENDPOINT HUB.pub OWN.key FOLDER    runs until its input ends
//
// Prints kind and sequence of each: neither says anything about a citizen.
#include <iostream>
#include <limits>

#include "adapters/kit/durable_client.h"

namespace {

using namespace jobbro;

std::string kind_of(const kit::Delivery& delivery) {
    v1::Envelope envelope;
    if (!envelope.ParseFromString(delivery.envelope)) return "unreadable";
    const auto* body = v1::Envelope::descriptor()->FindFieldByNumber(envelope.body_case());
    return body == nullptr ? "unknown" : body->name();
}

Result<void> run(const char* const* arguments) {
    const std::filesystem::path folder = arguments[3];
    JOBBRO_TRY_ASSIGN(auto hub, evidence::read_hub_public_keys(arguments[1]));
    JOBBRO_TRY_ASSIGN(auto own, evidence::read_party_secret_keys(arguments[2]));
    kit::DurableSettings settings{
        .client = {.endpoint = arguments[0], .hub = std::move(hub), .own = std::move(own)},
        .outbox_file = folder / "outbox.db",
        .inbox_file = folder / "inbox.db"};
    JOBBRO_TRY_ASSIGN(const auto client, kit::DurableClient::open(std::move(settings)));
    JOBBRO_TRY(client->inbox()->execute_schema(
        "CREATE TABLE IF NOT EXISTS received (kind TEXT, sequence INTEGER)"));
    auto subscribed = client->subscribe_once(
        "received", 64,
        [](const kit::Delivery& delivery, kit::Transaction& transaction) -> Result<void> {
            const auto sequence = static_cast<std::int64_t>(delivery.sequence.value());
            JOBBRO_TRY(transaction.execute("INSERT INTO received VALUES (?, ?)",
                                           {kind_of(delivery), sequence}));
            std::cout << kind_of(delivery) << " " << sequence << std::endl;
            return {};
        });
    JOBBRO_TRY(subscribed.get());
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    return {};
}

}  // namespace

int main(int count, char** arguments) {
    const auto done = count == 5 ? run(arguments + 1) : Result<void>{ErrorCode::usage};
    if (!done) std::cerr << done.error().line() << std::endl;
    return done ? 0 : 1;
}
