// What can be said of an envelope from itself alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"
#include "proto/contract/danish_identifiers.h"
#include "proto/contract/party_id.h"
#include "proto/contract/uuid.h"

namespace jobbro::contract {

// One row of finding_codes.def.
struct FindingText {
    std::string_view code;  // "order.citizen_only"
    v1::FindingSeverity severity;
    std::string_view danish;
    std::string_view english;
};
// "remark" or "thin"; empty for UNSPECIFIED and for what this build does not know. Thread: any.
std::string_view severity_name(v1::FindingSeverity severity);
// None for a code this build does not know. Thread: any.
const FindingText* find_finding_text(std::string_view code);
// All rows, for documentation and tests.
const std::vector<FindingText>& finding_texts();

// The parts of an envelope the hub acts on, read and proved valid.
struct EnvelopeFacts {
    MessageId message_id;
    PartyId sender;
    v1::MessageKind kind;
    std::optional<OrderId> order_id;   // as the kind's rule says
    std::optional<CprNumber> citizen;  // as the kind's rule says
    Instant happened_at;
};

// The kind that the body's field number says; UNSPECIFIED when there is no body this build knows.
v1::MessageKind kind_of(const v1::Envelope& envelope);
// "order", "order_acceptance", …: the name of the body's field. Empty for UNSPECIFIED.
std::string_view kind_name(v1::MessageKind kind);

// Reads what identifies an envelope and checks everything that needs nothing but the envelope and
// the time: presence, shapes, bounds, enums, dates, the five attention points, CPR numbers in
// texts, unknown fields. The first thing wrong is the error, with its field path
// ("body.order.end_date" is written "order.end_date": the body's field name starts the path).
// Errors: those of 3xx.
Result<EnvelopeFacts> validate(const v1::Envelope& envelope, Instant now);

// What is allowed but could be better; see finding_codes.def. Requires: validate() succeeded.
std::vector<v1::Finding> findings_of(const v1::Envelope& envelope);

}  // namespace jobbro::contract
