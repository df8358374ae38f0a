// What kit_kill_test kills: a provider that hands in numbered reports, and a jobcentre that takes
// what comes, each once.
//
//   kit_kill_process provider|drain|jobcentre ENDPOINT HUB.pub OWN.key FOLDER FIRST
//
// Says one line for each thing that has happened:
//   put NUMBER MESSAGE-ID    the outbox has it
//   fate NUMBER CODE         told by on_fate; CODE is 0, or the error's number
//   handled MESSAGE-ID       the effect is in the table
//   published MESSAGE-ID     the file is in the folder
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "adapters/kit/durable_client.h"
#include "tests/crash/kit_kill.h"

namespace jobbro::testing {
namespace {

using namespace std::chrono_literals;

struct Arguments {
    std::string role;
    std::string endpoint;
    std::filesystem::path hub;
    std::filesystem::path own;
    std::filesystem::path folder;
    std::uint64_t first;
};

// In one piece, whenever the process is killed.
void say(const std::string& line) {
    const std::string whole = line + "\n";
    if (write(STDOUT_FILENO, whole.data(), whole.size()) < 0) std::perror("write");
}

Result<kit::DurableSettings> settings_of(const Arguments& arguments) {
    JOBBRO_TRY_ASSIGN(auto hub, evidence::read_hub_public_keys(arguments.hub));
    JOBBRO_TRY_ASSIGN(auto own, evidence::read_party_secret_keys(arguments.own));
    return kit::DurableSettings{
        .client = {.endpoint = arguments.endpoint, .hub = std::move(hub), .own = std::move(own)},
        .outbox_file = arguments.folder / (arguments.role == "jobcentre" ? "centre.db" : "site.db"),
        .inbox_file = {},
        .outbox_messages_max = kit_kill::outbox_messages_max};
}

v1::Envelope report(std::uint64_t number, const std::vector<kit_kill::OpenOrder>& orders) {
    const kit_kill::OpenOrder& order = orders[number % orders.size()];
    v1::Envelope envelope;
    envelope.mutable_audience()->mutable_order_parties();
    envelope.set_order_id(order.id);
    envelope.mutable_citizen()->set_cpr_number(kit_kill::is_to_be_refused(number)
                                                   ? orders[(number + 1) % orders.size()].cpr_number
                                                   : order.cpr_number);
    envelope.mutable_notice()->set_text("the company asks again");
    return envelope;
}

// Until killed. A "drain" waits until all is settled, hands in a report that is then the last in
// the log, and ends when that is settled too.
Result<void> provide(const Arguments& arguments) {
    JOBBRO_TRY_ASSIGN(auto settings, settings_of(arguments));
    settings.on_fate = [](const kit::OutboxRecord& record) {
        const auto code =
            record.fate->has_value() ? 0 : static_cast<int>(record.fate->error().code);
        say("fate " + record.tag + " " + std::to_string(code));
    };
    const auto orders = kit_kill::read_orders(arguments.folder);
    JOBBRO_TRY_ASSIGN(const auto client, kit::DurableClient::open(std::move(settings)));
    const bool is_last = arguments.role == "drain";
    if (is_last && !client->wait_until_settled(60s)) {
        return Error{ErrorCode::busy, "not settled in time"};
    }
    for (std::uint64_t number = arguments.first;;) {
        auto put = client->submit(report(number, orders), std::to_string(number));
        if (!put && put.error().code == ErrorCode::queue_full) {
            client->wait_until_settled(5ms);
            continue;
        }
        if (!put) return std::move(put).error();
        say("put " + std::to_string(number) + " " + put->record.message_id);
        // One that an earlier life had put before it was killed is not the last in the log.
        if (is_last && put->is_new && !kit_kill::is_to_be_refused(number)) break;
        ++number;
    }
    if (!client->wait_until_settled(60s)) return Error{ErrorCode::busy, "not settled in time"};
    return {};
}

Result<std::string> message_id_of(const kit::Delivery& delivery) {
    v1::Envelope envelope;
    if (!envelope.ParseFromString(delivery.envelope)) return ErrorCode::envelope_malformed;
    return envelope.message_id();
}

// Until killed.
Result<void> receive(const Arguments& arguments) {
    JOBBRO_TRY_ASSIGN(auto settings, settings_of(arguments));
    settings.inbox_file = arguments.folder / "inbox.db";
    const std::string origin = settings.client.hub.origin;
    JOBBRO_TRY_ASSIGN(const auto client, kit::DurableClient::open(std::move(settings)));
    JOBBRO_TRY(client->inbox()->execute_schema(kit_kill::effects_schema));
    auto effects = client->subscribe_once(
        "effects", 16,
        [](const kit::Delivery& delivery, kit::Transaction& transaction) -> Result<void> {
            JOBBRO_TRY_ASSIGN(const std::string id, message_id_of(delivery));
            JOBBRO_TRY(
                transaction.execute("INSERT INTO effects VALUES (?, ?)",
                                    {static_cast<std::int64_t>(delivery.sequence.value()), id}));
            say("handled " + id);
            return {};
        });
    auto files =
        client->client().subscribe("files", 16, [&](const kit::Delivery& delivery) -> Result<void> {
            JOBBRO_TRY_ASSIGN(const std::string id, message_id_of(delivery));
            JOBBRO_TRY(client->inbox()->publish_file(
                {origin, "files", delivery.sequence}, SystemClock{}.now(),
                {arguments.folder / "staging", arguments.folder / "out", id, delivery.envelope}));
            say("published " + id);
            return {};
        });
    JOBBRO_TRY(effects.get());
    JOBBRO_TRY(files.get());
    while (true)
        pause();
}

}  // namespace
}  // namespace jobbro::testing

int main(int count, char** values) {
    using namespace jobbro;
    if (count != 7) return 2;
    const testing::Arguments arguments{values[1], values[2], values[3],
                                       values[4], values[5], std::stoull(values[6])};
    const auto done =
        arguments.role == "jobcentre" ? testing::receive(arguments) : testing::provide(arguments);
    if (!done) std::fprintf(stderr, "%s: %s\n", values[1], done.error().line().c_str());
    return done ? 0 : 1;
}
