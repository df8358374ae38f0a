// Error codes and the Error that a Result carries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jobbro {

// Numbers are permanent and the same on the wire (jobbro.v1.ErrorCode); see error_codes.def.
enum class ErrorCode : std::uint16_t {
#define JOBBRO_ERROR(name, number, disposition, danish, english) name = number,
#include "proto/base/error_codes.def"
#undef JOBBRO_ERROR
};

// What the sender of the offending message can do.
enum class Disposition : std::uint8_t { fix = 1, retry = 2, never = 3 };

// One row of error_codes.def. Texts are for people and may change; name and number may not.
struct ErrorText {
    ErrorCode code;
    std::string_view name;
    Disposition disposition;
    std::string_view danish;
    std::string_view english;
};

inline constexpr ErrorText error_texts[] = {
#define JOBBRO_ERROR(name, number, disposition, danish, english) \
    {ErrorCode::name, #name, Disposition::disposition, danish, english},
#include "proto/base/error_codes.def"
#undef JOBBRO_ERROR
};

// The row of a number as it stands on the wire; none for a number this build does not know.
constexpr std::optional<ErrorText> find_error_text(std::uint32_t number) {
    for (const ErrorText& text : error_texts) {
        if (static_cast<std::uint32_t>(text.code) == number) return text;
    }
    return std::nullopt;
}

constexpr ErrorText error_text(ErrorCode code) {
    return *find_error_text(static_cast<std::uint32_t>(code));
}

// What went wrong in use. `detail` is for people and never holds personal data or input verbatim;
// `field_path` names a field of a message ("order.sub_goals[2]") or is empty.
struct Error {
    ErrorCode code;
    std::string detail;
    std::string field_path;

    Error(ErrorCode error_code)
        : code(error_code) {}  // NOLINT: implicit so `return code` reads well
    Error(ErrorCode error_code, std::string error_detail, std::string path = {})
        : code(error_code), detail(std::move(error_detail)), field_path(std::move(path)) {}

    // One line for people: "json_syntax: The JSON text … (line 3, column 9)".
    [[nodiscard]] std::string line() const {
        const ErrorText text = error_text(code);
        std::string result{text.name};
        result += ": ";
        result += text.english;
        if (!field_path.empty()) result += " [" + field_path + "]";
        if (!detail.empty()) result += " (" + detail + ")";
        return result;
    }
};

}  // namespace jobbro
