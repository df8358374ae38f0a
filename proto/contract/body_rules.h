// What a body must hold, whatever its case: presence, shapes, bounds, and what its fields are to
// each other.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"
#include "proto/contract/danish_identifiers.h"
#include "proto/contract/uuid.h"

namespace jobbro::contract {

// What a string field holds.
enum class TextForm : std::uint8_t {
    none,       // the field is no string
    free_text,  // for people
    reference,  // a name another system gave
    phone,
    date,
    uuid,        // a UUIDv7
    cpr_number,  // of a person, where the field is made for it
    p_number,
    language,  // of ISO 639
};

// The bounds of one field of a body, or of an AttendanceSheet. A field without a row would be
// unbounded; a test finds those.
struct FieldRule {
    std::string_view field;  // "Order.sub_goals"
    TextForm form = TextForm::none;
    int bytes_max = 0;       // of a string
    int items_max = 0;       // of a list
    bool each_once = false;  // no value of the list of enums is there twice
    double number_min = 0;
    double number_max = 0;
    double number_step = 1;  // every number is a multiple of it
    bool required = false;   // the unset field, or the empty list, is an error
};

// All rows. Thread: any.
const std::vector<FieldRule>& field_rules();

// What the rules need to know of the envelope around the body.
struct BodyContext {
    const OrderId* order_id;   // null: under no order
    const CprNumber* citizen;  // null: about no citizen
    Instant now;
};

// Checks the envelope's body; the first thing wrong is the error, with its field path.
// Requires: the envelope has a body, and no unknown fields.
// Errors: field_missing, field_invalid, field_too_long, list_too_long, enum_unspecified,
// dates_reversed, cpr_invalid, cpr_in_text, p_number_invalid, attention_points_wrong,
// happened_in_future. Thread: any.
Result<void> check_body(const v1::Envelope& envelope, const BodyContext& context);

// Checks each field of `message`, and of the messages inside, by its row alone. Paths begin with
// `path`; empty: with the field. Errors: as check_body. Thread: any.
Result<void> check_fields(const google::protobuf::Message& message, const std::string& path,
                          const BodyContext& context);

// What a text is searched for.
struct CprSearch {
    const CprNumber* allowed;  // the number that may stand there; null: none may
    Instant now;
    bool six_and_four_only = false;  // pass over the other spellings
};
// A CPR number stands in the text: ten digits on end; six and four; or two, two, two and four, with
// separators between (spaces, line breaks, points, slashes, hyphens, dashes). Each group is a whole
// run of digits, and the date exists and has come. Ten digits on end and groups of two right after
// a
// "+" are a phone number. Thread: any.
bool holds_cpr(std::string_view text, const CprSearch& search);

// The body that is set. Requires: the envelope has a body.
const google::protobuf::Message& body_of(const v1::Envelope& envelope);

}  // namespace jobbro::contract
