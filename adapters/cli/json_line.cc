#include "adapters/cli/json_line.h"

namespace jobbro::cli {

std::string json_string(std::string_view value) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string result = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (c == '\t') {
            result += "\\t";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            result += "\\u00";
            result += digits[static_cast<unsigned char>(c) >> 4U];
            result += digits[static_cast<unsigned char>(c) & 0xFU];
        } else {
            result += c;
        }
    }
    return result + "\"";
}

void JsonLine::begin(std::string_view name) {
    if (body_.size() > 1) body_ += ',';
    body_ += json_string(name);
    body_ += ':';
}

JsonLine& JsonLine::text(std::string_view name, std::string_view value) {
    return raw(name, json_string(value));
}

JsonLine& JsonLine::number(std::string_view name, std::uint64_t value) {
    return raw(name, std::to_string(value));
}

JsonLine& JsonLine::boolean(std::string_view name, bool value) {
    return raw(name, value ? "true" : "false");
}

JsonLine& JsonLine::raw(std::string_view name, std::string_view json) {
    begin(name);
    body_ += json;
    return *this;
}

}  // namespace jobbro::cli
