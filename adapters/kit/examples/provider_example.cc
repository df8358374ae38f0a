// A provider that hands in absence reports, of a day each, so that none is lost.
//
//   provider_example ENDPOINT HUB.pub OWN.key OUTBOX    reads lines "NUMBER ORDER-ID CPR DATE"
//
// NUMBER names the report in the provider's own system: the same one again is no second report,
// whatever ended in between. Status 0: all that was read is recorded, and nothing was refused.
#include <atomic>
#include <iostream>
#include <sstream>

#include "adapters/kit/durable_client.h"

namespace {

using namespace jobbro;

v1::Envelope no_show(const std::string& order_id, const std::string& cpr, const std::string& date) {
    v1::Envelope envelope;
    envelope.mutable_audience()->mutable_order_parties();
    envelope.set_order_id(order_id);
    envelope.mutable_citizen()->set_cpr_number(cpr);
    envelope.mutable_absence_report()->set_first_date(date);
    envelope.mutable_absence_report()->set_last_date(date);
    envelope.mutable_absence_report()->set_kind(v1::ABSENCE_KIND_NO_SHOW);
    return envelope;
}

// How many lines and reports have failed.
Result<int> run(const char* const* arguments) {
    JOBBRO_TRY_ASSIGN(auto hub, evidence::read_hub_public_keys(arguments[1]));
    JOBBRO_TRY_ASSIGN(auto own, evidence::read_party_secret_keys(arguments[2]));
    std::atomic<int> failed = 0;
    kit::DurableSettings settings{
        .client = {.endpoint = arguments[0], .hub = std::move(hub), .own = std::move(own)},
        .outbox_file = arguments[3]};
    settings.on_fate = [&failed](const kit::OutboxRecord& record) {
        const auto& fate = *record.fate;
        if (!fate) ++failed;
        std::cout << record.tag + (fate ? " recorded" : " refused: " + fate.error().line()) + "\n"
                  << std::flush;
    };
    JOBBRO_TRY_ASSIGN(const auto client, kit::DurableClient::open(std::move(settings)));
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words{line};
        std::string number, order_id, cpr, date;
        Result<kit::OutboxPut> put = ErrorCode::usage;
        if (words >> number >> order_id >> cpr >> date) {
            put = client->submit(no_show(order_id, cpr, date), number);
        }
        if (!put) ++failed;
        std::cout << number + (put ? " on disk" : " not taken: " + put.error().line()) + "\n";
    }
    if (client->wait_until_settled(std::chrono::minutes{1})) return failed.load();
    return Error{ErrorCode::hub_unreachable, "not answered in a minute; waits on disk"};
}

}  // namespace

int main(int count, char** arguments) {
    const auto failed = count == 5 ? run(arguments + 1) : Result<int>{ErrorCode::usage};
    if (!failed) std::cerr << failed.error().line() << std::endl;
    return failed && *failed == 0 ? 0 : 1;
}
