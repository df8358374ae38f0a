#include "proto/contract/json_scalars.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace jobbro::contract {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
// Every whole number up to this one is a double of its own.
constexpr double real_whole_max = 9007199254740992.0;

Result<std::int64_t> whole_of(double real) {
    if (!(std::abs(real) <= real_whole_max) || std::trunc(real) != real) {
        return ErrorCode::json_type_wrong;
    }
    return static_cast<std::int64_t>(real);
}

template <typename Integer, typename Wide>
Result<Integer> narrowed(Wide value) {
    if (!std::in_range<Integer>(value)) return ErrorCode::json_type_wrong;
    return static_cast<Integer>(value);
}

template <typename Integer>
Result<Integer> integer_of_text(std::string_view text) {
    Integer value = 0;
    const char* end = text.data() + text.size();
    const auto [stopped_at, problem] = std::from_chars(text.data(), end, value);
    if (problem != std::errc{} || stopped_at != end) return ErrorCode::json_type_wrong;
    return value;
}

// Digits as JSON writes a number; std::from_chars has further words of its own.
Result<double> real_of_text(std::string_view text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stopped_at, problem] = std::from_chars(text.data(), end, value);
    if (problem != std::errc{} || stopped_at != end || !std::isfinite(value)) {
        return ErrorCode::json_type_wrong;
    }
    return value;
}

}  // namespace

Result<Bytes> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return ErrorCode::json_type_wrong;
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        ++padding;
    }
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::size_t value = base64_alphabet.find(c);
        if (value == std::string_view::npos) return ErrorCode::json_type_wrong;
        bits = bits << 6U | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes.push_back(static_cast<char>(bits >> count & 0xffU));
        }
    }
    const std::uint32_t stray = bits & ((1U << count) - 1U);
    if (stray != 0) return ErrorCode::json_type_wrong;
    return bytes;
}

template <typename Integer>
Result<Integer> integer_of(const JsonNode& node) {
    switch (node.type) {
        case JsonNode::Type::integer:
            return narrowed<Integer>(node.integer);
        case JsonNode::Type::natural:
            return narrowed<Integer>(node.natural);
        case JsonNode::Type::real: {
            JOBBRO_TRY_ASSIGN(const std::int64_t whole, whole_of(node.real));
            return narrowed<Integer>(whole);
        }
        case JsonNode::Type::text:
            return integer_of_text<Integer>(node.text);
        case JsonNode::Type::null:
        case JsonNode::Type::boolean:
        case JsonNode::Type::object:
        case JsonNode::Type::array:
            break;
    }
    return ErrorCode::json_type_wrong;
}

template Result<std::int32_t> integer_of(const JsonNode& node);
template Result<std::int64_t> integer_of(const JsonNode& node);
template Result<std::uint32_t> integer_of(const JsonNode& node);
template Result<std::uint64_t> integer_of(const JsonNode& node);

Result<double> real_of(const JsonNode& node) {
    using Numbers = std::numeric_limits<double>;
    switch (node.type) {
        case JsonNode::Type::integer:
            return static_cast<double>(node.integer);
        case JsonNode::Type::natural:
            return static_cast<double>(node.natural);
        case JsonNode::Type::real:
            return node.real;
        case JsonNode::Type::text:
            if (node.text == "NaN") return Numbers::quiet_NaN();
            if (node.text == "Infinity") return Numbers::infinity();
            if (node.text == "-Infinity") return -Numbers::infinity();
            return real_of_text(node.text);
        case JsonNode::Type::null:
        case JsonNode::Type::boolean:
        case JsonNode::Type::object:
        case JsonNode::Type::array:
            break;
    }
    return ErrorCode::json_type_wrong;
}

}  // namespace jobbro::contract
