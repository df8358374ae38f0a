// An envelope from anybody: valid or refused with a code of the envelope's band, in a sentence that
// holds none of its values.
#include <google/protobuf/stubs/logging.h>

#include "proto/base/randomness.h"
#include "proto/contract/validation.h"
#include "tests/fuzz/target.h"
#include "tests/support/messages.h"

namespace jobbro::testing {
namespace {

// libprotobuf writes a line for each text that is not UTF-8.
[[maybe_unused]] auto* const former_log = google::protobuf::SetLogHandler(nullptr);

}  // namespace

std::vector<Bytes> seeds() {
    SeededRandomness randomness{1};
    const Instant now{1767323045000000};
    const auto id = contract::OrderId::make(now, randomness);
    v1::Envelope wishes = order(id, now, randomness);
    wishes.mutable_order()->set_citizen_wishes("mornings, and no 690870-1478 in here");
    return {order(id, now, randomness).SerializeAsString(),
            acceptance(id, now, randomness).SerializeAsString(),
            absence(id, now, randomness).SerializeAsString(), wishes.SerializeAsString()};
}

}  // namespace jobbro::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jobbro;
    v1::Envelope envelope;
    if (!envelope.ParseFromArray(data, static_cast<int>(size))) return 0;
    const auto facts = contract::validate(envelope, Instant{1767323045000000});
    if (!facts) {
        const int code = static_cast<int>(facts.error().code);
        JOBBRO_ASSERT(code >= 300 && code < 400);
        const std::string& cpr = envelope.citizen().cpr_number();
        JOBBRO_ASSERT(cpr.size() < 10 || facts.error().line().find(cpr) == std::string::npos);
        return 0;
    }
    JOBBRO_ASSERT(facts->kind == contract::kind_of(envelope));
    JOBBRO_ASSERT(!contract::kind_name(facts->kind).empty());
    JOBBRO_ASSERT(facts->sender.text() == envelope.sender());
    for (const v1::Finding& finding : contract::findings_of(envelope))
        JOBBRO_ASSERT(contract::find_finding_text(finding.code()) != nullptr);
    return 0;
}
