// JSON as a tree whose every value knows where it stood.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace jobbro::contract {

// Where a value ends in its text, both from 1; columns count characters.
struct TextPosition {
    std::size_t line = 1;
    std::size_t column = 1;
};

// "line 3, column 9".
std::string position_text(TextPosition position);

// One JSON value.
struct JsonNode {
    enum class Type : std::uint8_t { null, boolean, integer, natural, real, text, object, array };

    Type type = Type::null;
    bool boolean = false;
    std::int64_t integer = 0;   // a negative whole number
    std::uint64_t natural = 0;  // any other whole number
    double real = 0;
    std::string text;
    std::vector<std::string> names;  // of an object, in the text's order; names[i] is of items[i]
    std::vector<JsonNode> items;     // of an array or an object
    TextPosition position;
};

// Reads a whole text of UTF-8 JSON. A name given twice in an object, more than
// limits::json_depth_max levels and more than limits::json_bytes_max bytes are errors.
// Errors: json_syntax; detail says where and never holds input. Thread: any.
Result<JsonNode> parse_json_tree(std::string_view text);

}  // namespace jobbro::contract
