// proto3 JSON both ways, with errors that say where and never quote what.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace jobbro::contract {

// Fills `message`, emptied first, from proto3 JSON: field names in snake_case or lowerCamelCase,
// enums by name or number, bytes in base64, timestamps as RFC 3339. Unknown fields, fields given
// twice, and more than limits::json_depth_max levels are errors.
// Errors: json_syntax, json_field_unknown (field_path of the message it stands in), json_type_wrong
// (field_path set); the detail of each says "line 3, column 9". No error holds any part of the
// input's values or unknown names. After an error `message` is in an undefined but valid state.
// Thread: any.
Result<void> from_json(std::string_view text, google::protobuf::Message& message);

// One line of proto3 JSON; names in snake_case, as field paths spell them. A time out of range,
// which has no JSON form, is left out. Requires: strings are UTF-8, as in every message read from
// bytes. Logs nothing. Thread: any.
std::string to_json(const google::protobuf::Message& message);

}  // namespace jobbro::contract
