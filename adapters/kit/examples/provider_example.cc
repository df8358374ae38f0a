// A provider that hands in absence reports, of a day each, so that none is lost.
//
//   provider_example ENDPOINT HUB.pub OWN.key OUTBOX    reads lines "NUMBER ORDER-ID CPR DATE"
//
// NUMBER names the report in the provider's own system: the same one again is no second report,
// whatever ended in between.
#include <iostream>

#include "adapters/kit/durable_client.h"

namespace {

using namespace jobbro;

Result<void> run(const char* const* arguments) {
    JOBBRO_TRY_ASSIGN(auto hub, evidence::read_hub_public_keys(arguments[1]));
    JOBBRO_TRY_ASSIGN(auto own, evidence::read_party_secret_keys(arguments[2]));
    kit::DurableSettings settings{
        .client = {.endpoint = arguments[0], .hub = std::move(hub), .own = std::move(own)},
        .outbox_file = arguments[3]};
    settings.on_fate = [](const kit::OutboxRecord& record) {
        std::cout << record.tag << " " << (record.fate->has_value() ? "recorded" : "refused: ")
                  << (record.fate->has_value() ? "" : record.fate->error().line()) << std::endl;
    };
    JOBBRO_TRY_ASSIGN(const auto client, kit::DurableClient::open(std::move(settings)));
    std::string number, order_id, cpr_number, date;
    while (std::cin >> number >> order_id >> cpr_number >> date) {
        v1::Envelope envelope;
        envelope.mutable_audience()->mutable_order_parties();
        envelope.set_order_id(order_id);
        envelope.mutable_citizen()->set_cpr_number(cpr_number);
        envelope.mutable_absence_report()->set_first_date(date);
        envelope.mutable_absence_report()->set_last_date(date);
        envelope.mutable_absence_report()->set_kind(v1::ABSENCE_KIND_NO_SHOW);
        const auto put = client->submit(std::move(envelope), number);
        std::cout << number << (put ? " on disk" : " " + put.error().line()) << std::endl;
    }
    client->wait_until_settled(std::chrono::minutes{1});
    return {};
}

}  // namespace

int main(int count, char** arguments) {
    const auto done = count == 5 ? run(arguments + 1) : Result<void>{ErrorCode::usage};
    if (!done) std::cerr << done.error().line() << std::endl;
    return done ? 0 : 1;
}
