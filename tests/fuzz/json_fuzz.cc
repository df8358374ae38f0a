// JSON from anybody: refused, or a message whose own JSON says the same again.
#include "proto/contract/json.h"

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/randomness.h"
#include "tests/fuzz/target.h"
#include "tests/support/messages.h"

namespace jobbro::testing {

std::vector<Bytes> seeds() {
    SeededRandomness randomness{1};
    const Instant now{1767323045000000};
    const auto id = contract::OrderId::make(now, randomness);
    return {contract::to_json(order(id, now, randomness)),
            contract::to_json(acceptance(id, now, randomness)),
            contract::to_json(absence(id, now, randomness)),
            R"({"messageId": "x", "happenedAt": "2026-01-02T03:04:05.678+01:00", "salt": "AAE=",)"
            R"( "absenceReport": {"kind": "ABSENCE_KIND_NO_SHOW", "absentHours": "5"}})",
            R"([{"a": null, "b": [true, -1, 1e9, "\u00e6\ud83d\ude00"]}])"};
}

}  // namespace jobbro::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jobbro;
    const std::string text{reinterpret_cast<const char*>(data), size};
    v1::Envelope message;
    const auto read = contract::from_json(text, message);
    if (!read) {
        const ErrorCode code = read.error().code;
        JOBBRO_ASSERT(code == ErrorCode::json_syntax || code == ErrorCode::json_field_unknown ||
                      code == ErrorCode::json_type_wrong);
        return 0;
    }
    const std::string said = contract::to_json(message);
    v1::Envelope again;
    JOBBRO_ASSERT(contract::from_json(said, again));
    JOBBRO_ASSERT(contract::to_json(again) == said);
    return 0;
}
