// JSON from anybody: refused, or a message whose own JSON says the same again; and an attendance
// sheet that holds is split into envelopes that hold.
#include "proto/contract/json.h"

#include "jobbro/v1/envelope.pb.h"
#include "proto/contract/attendance_sheet.h"
#include "proto/contract/uuid.h"
#include "proto/contract/validation.h"
#include "tests/fuzz/json_text.h"
#include "tests/fuzz/mutation.h"
#include "tests/fuzz/target.h"
#include "tests/unit/contract/sample_envelopes.h"

namespace jobbro::testing {
namespace {

// Whether the text is JSON of this message; checks what either answer promises.
bool is_read(const std::string& text, google::protobuf::Message& message) {
    const auto read = contract::from_json(text, message);
    if (!read) {
        const ErrorCode code = read.error().code;
        JOBBRO_ASSERT(code == ErrorCode::json_syntax || code == ErrorCode::json_field_unknown ||
                      code == ErrorCode::json_type_wrong);
        return false;
    }
    const std::string said = contract::to_json(message);
    const std::unique_ptr<google::protobuf::Message> again{message.New()};
    JOBBRO_ASSERT(contract::from_json(said, *again));
    JOBBRO_ASSERT(has_minus_zero(said) || contract::to_json(*again) == said);
    return true;
}

// What its sender leaves to the kit.
void complete(v1::Envelope& envelope, SeededRandomness& randomness) {
    const Instant now = contract::sample_now;
    envelope.set_message_id(contract::MessageId::make(now, randomness).text());
    envelope.set_sender("provider:13748136");
    envelope.set_schema_version(1);
    envelope.set_salt(Bytes(16, 's'));
    envelope.mutable_happened_at()->set_seconds(now.microseconds / 1000000);
}

void check_sheet(const v1::AttendanceSheet& sheet) {
    SeededRandomness randomness{3};
    const Instant now = contract::sample_now;
    const auto id = contract::ListId::make(now, randomness);
    const auto holds = contract::validate_sheet(sheet, now);
    auto lists = contract::split_sheet(sheet, id, now);
    JOBBRO_ASSERT(lists.has_value() == holds.has_value());
    if (!lists) {
        JOBBRO_ASSERT(lists.error().code == holds.error().code);
        return;
    }
    JOBBRO_ASSERT(lists->size() == static_cast<std::size_t>(sheet.rows_size()));
    for (v1::Envelope& list : *lists) {
        complete(list, randomness);
        JOBBRO_ASSERT(contract::validate(list, now));
    }
}

}  // namespace

const int replay_mutations = 1500;

std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    for (const v1::Envelope& sample : contract::sample_of_each_kind())
        all.push_back(contract::to_json(sample));
    all.push_back(contract::to_json(contract::sample_attendance_sheet()));
    all.push_back(
        R"({"messageId": "x", "happenedAt": "2026-01-02T03:04:05.678+01:00", "salt": "AAE=",)"
        R"( "absenceReport": {"kind": "ABSENCE_KIND_NO_SHOW", "absentHours": "5"}})");
    all.push_back(R"([{"a": null, "b": [true, -1, 1e9, "\u00e6\ud83d\ude00"]}])");
    return all;
}

// A message that can be read is changed as one; else, and half the time, the text is.
void mutate(Bytes& input, const Bytes& other, SeededRandomness& random) {
    v1::Envelope envelope;
    v1::Envelope from;
    v1::AttendanceSheet sheet;
    if (random.below(2) == 0) return mutate_bytes(input, other, random);
    if (contract::from_json(input, envelope)) {
        static_cast<void>(contract::from_json(other, from));
        mutate_message(envelope, from, random);
        input = contract::to_json(envelope);
    } else if (contract::from_json(input, sheet)) {
        mutate_message(sheet, v1::AttendanceSheet{sheet}, random);
        input = contract::to_json(sheet);
    } else {
        mutate_bytes(input, other, random);
    }
}

}  // namespace jobbro::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jobbro;
    const std::string text{reinterpret_cast<const char*>(data), size};
    v1::Envelope envelope;
    testing::is_read(text, envelope);
    v1::AttendanceSheet sheet;
    if (testing::is_read(text, sheet)) testing::check_sheet(sheet);
    return 0;
}
