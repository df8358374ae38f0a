#include "adapters/connectors/json_text.h"

namespace jobbro::connectors {
namespace {

void append_string(std::string& out, std::string_view value) {
    static constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 0xfU];
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace

void JsonText::new_line() {
    out_ += '\n';
    out_.append(2 * depth_, ' ');
}

void JsonText::begin_value(std::string_view name) {
    if (depth_ > 0) {
        if (!is_first_) out_ += ',';
        new_line();
    }
    is_first_ = false;
    if (name.empty()) return;
    append_string(out_, name);
    out_ += ": ";
}

JsonText& JsonText::begin(std::string_view name, char bracket) {
    begin_value(name);
    out_ += bracket;
    ++depth_;
    is_first_ = true;
    return *this;
}

JsonText& JsonText::end(char bracket) {
    --depth_;
    if (!is_first_) new_line();
    is_first_ = false;
    out_ += bracket;
    return *this;
}

JsonText& JsonText::text(std::string_view name, std::string_view value) {
    begin_value(name);
    append_string(out_, value);
    return *this;
}

JsonText& JsonText::text_if_any(std::string_view name, std::string_view value) {
    return value.empty() ? *this : text(name, value);
}

JsonText& JsonText::number(std::string_view name, std::uint64_t value) {
    return raw(name, std::to_string(value));
}

JsonText& JsonText::boolean(std::string_view name, bool value) {
    return raw(name, value ? "true" : "false");
}

JsonText& JsonText::raw(std::string_view name, std::string_view json) {
    begin_value(name);
    out_ += json;
    return *this;
}

}  // namespace jobbro::connectors
