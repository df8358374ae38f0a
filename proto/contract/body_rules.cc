#include "proto/contract/body_rules.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "proto/base/limits.h"
#include "proto/contract/body_relations.h"
#include "proto/contract/calendar.h"
#include "proto/contract/white_space.h"

namespace jobbro::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::chrono::year year_min{1900};
constexpr std::chrono::year year_max{2199};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Rows by field, so that a check looks nothing up by name.
const FieldRule& rule_of(const FieldDescriptor& field) {
    static const FieldRule no_rule{};
    static const auto by_field = [] {
        std::unordered_map<const FieldDescriptor*, const FieldRule*> rows;
        const auto* pool = v1::Envelope::descriptor()->file()->pool();
        for (const FieldRule& rule : field_rules()) {
            const auto* found = pool->FindFieldByName("jobbro.v1." + std::string{rule.field});
            JOBBRO_ASSERT(found != nullptr);
            rows.emplace(found, &rule);
        }
        return rows;
    }();
    const auto row = by_field.find(&field);
    return row == by_field.end() ? no_rule : *row->second;
}

// Line feed and tab are the only control characters a text may hold; U+0080 to U+009F are control
// characters too.
bool holds_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) return true;
        if (byte == 0xc2 && i + 1 < text.size() && static_cast<std::uint8_t>(text[i + 1]) < 0xa0) {
            return true;
        }
    }
    return false;
}

bool is_phone(std::string_view text) {
    if (text.front() == '+') text.remove_prefix(1);
    const auto allowed = [](char c) {
        return is_digit(c) || c == ' ' || c == '-' || c == '(' || c == ')';
    };
    return std::all_of(text.begin(), text.end(), allowed) &&
           std::any_of(text.begin(), text.end(), is_digit);
}

bool is_date(std::string_view text) {
    const auto date = parse_date(text);
    return date && date->year() >= year_min && date->year() <= year_max;
}

// Two or three letters of ISO 639.
bool is_language(std::string_view text) {
    return text.size() >= 2 && text.size() <= 3 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool has_form(std::string_view text, TextForm form) {
    switch (form) {
        case TextForm::phone:
            return is_phone(text);
        case TextForm::date:
            return is_date(text);
        case TextForm::uuid:
            return parse_uuid7(text).has_value();
        case TextForm::language:
            return is_language(text);
        case TextForm::cpr_number:
        case TextForm::p_number:
        case TextForm::reference:
        case TextForm::free_text:
        case TextForm::none:
            break;
    }
    return true;
}

// What is a date, an id or the like can be nothing else.
bool may_hold_words(TextForm form) {
    return form == TextForm::free_text || form == TextForm::reference || form == TextForm::phone;
}

std::optional<ErrorCode> wrong_with_cpr_number(std::string_view text, Instant now) {
    const auto number = CprNumber::parse(text);
    if (!number) return number.error().code;
    if (number->is_born_after(now)) return ErrorCode::cpr_invalid;
    return std::nullopt;
}

// The error of a value that is there, or none.
std::optional<ErrorCode> wrong_with_text(std::string_view text, const FieldRule& rule,
                                         const BodyContext& context) {
    if (rule.form == TextForm::cpr_number) return wrong_with_cpr_number(text, context.now);
    if (rule.form == TextForm::p_number && !PNumber::parse(text)) {
        return ErrorCode::p_number_invalid;
    }
    if (text.size() > static_cast<std::size_t>(rule.bytes_max)) return ErrorCode::field_too_long;
    if (holds_control_character(text) || !has_form(text, rule.form)) {
        return ErrorCode::field_invalid;
    }
    // Other systems number their things with ten digits too.
    // What names no citizen is kept for good, so nothing in it may be one.
    const bool is_lenient = rule.form == TextForm::reference && context.citizen != nullptr;
    const CprSearch search{context.citizen, context.now, is_lenient};
    if (may_hold_words(rule.form) && holds_cpr(text, search)) return ErrorCode::cpr_in_text;
    return std::nullopt;
}

std::optional<ErrorCode> wrong_with_time(const google::protobuf::Timestamp& time, Instant now) {
    if (time.seconds() < timestamp_seconds_min || time.seconds() > timestamp_seconds_max ||
        time.nanos() < 0 || time.nanos() > 999999999) {
        return ErrorCode::field_invalid;
    }
    const Instant instant{time.seconds() * 1000000 + time.nanos() / 1000};
    if (instant > now.plus_ms(limits::clock_ahead_ms_max)) return ErrorCode::happened_in_future;
    return std::nullopt;
}

std::optional<ErrorCode> wrong_with_number(double number, const FieldRule& rule) {
    if (number == 0 && rule.required) return ErrorCode::field_missing;
    // So put that what is not a number is not within either.
    const bool is_within = number >= rule.number_min && number <= rule.number_max;
    if (!is_within || std::fmod(number, rule.number_step) != 0) return ErrorCode::field_invalid;
    return std::nullopt;
}

// Walks a body, field by field as the contract lists them.
class BodyWalk {
  public:
    explicit BodyWalk(const BodyContext& context) : context_(context) {}

    Result<void> check_message(const Message& message, const std::string& path) const {
        const Descriptor& descriptor = *message.GetDescriptor();
        for (int i = 0; i < descriptor.field_count(); ++i) {
            const FieldDescriptor& field = *descriptor.field(i);
            if (field.is_repeated()) {
                JOBBRO_TRY(check_list(message, field, path));
            } else {
                JOBBRO_TRY(check_single(message, field, path));
            }
        }
        return {};
    }

  private:
    static std::string joined(const std::string& path, const FieldDescriptor& field) {
        return path.empty() ? field.name() : path + "." + field.name();
    }

    static Error error_at(ErrorCode code, const std::string& path, const FieldDescriptor& field) {
        return Error{code, {}, joined(path, field)};
    }

    Result<void> check_single(const Message& message, const FieldDescriptor& field,
                              const std::string& path) const {
        const Reflection& reflection = *message.GetReflection();
        const FieldRule& rule = rule_of(field);
        const bool is_set = reflection.HasField(message, &field);
        std::optional<ErrorCode> code;
        switch (field.cpp_type()) {
            case FieldDescriptor::CPPTYPE_STRING: {
                std::string scratch;
                const auto& text = reflection.GetStringReference(message, &field, &scratch);
                if (rule.required && is_blank(text)) code = ErrorCode::field_missing;
                if (!code && !text.empty()) code = wrong_with_text(text, rule, context_);
                break;
            }
            case FieldDescriptor::CPPTYPE_ENUM:
                // An enum without presence is one that must be told.
                if ((is_set || !field.has_presence()) && !is_known(reflection, message, field)) {
                    code = ErrorCode::enum_unspecified;
                }
                break;
            case FieldDescriptor::CPPTYPE_UINT32:
                if (is_set || rule.required) {
                    code = wrong_with_number(reflection.GetUInt32(message, &field), rule);
                }
                break;
            case FieldDescriptor::CPPTYPE_DOUBLE:
                if (is_set || rule.required) {
                    code = wrong_with_number(reflection.GetDouble(message, &field), rule);
                }
                break;
            case FieldDescriptor::CPPTYPE_MESSAGE:
                if (is_set) return check_part(reflection.GetMessage(message, &field), field, path);
                if (rule.required) code = ErrorCode::field_missing;
                break;
            default:
                break;
        }
        if (code) return error_at(*code, path, field);
        return {};
    }

    static bool is_known(const Reflection& reflection, const Message& message,
                         const FieldDescriptor& field) {
        const int number = reflection.GetEnumValue(message, &field);
        return number != 0 && field.enum_type()->FindValueByNumber(number) != nullptr;
    }

    Result<void> check_part(const Message& part, const FieldDescriptor& field,
                            const std::string& path) const {
        if (part.GetDescriptor() != google::protobuf::Timestamp::descriptor()) {
            return check_message(part, joined(path, field));
        }
        const auto& time = static_cast<const google::protobuf::Timestamp&>(part);
        const auto code = wrong_with_time(time, context_.now);
        if (code) return error_at(*code, path, field);
        return {};
    }

    Result<void> check_list(const Message& message, const FieldDescriptor& field,
                            const std::string& path) const {
        const Reflection& reflection = *message.GetReflection();
        const FieldRule& rule = rule_of(field);
        const int size = reflection.FieldSize(message, &field);
        if (size == 0 && rule.required) return error_at(ErrorCode::field_missing, path, field);
        if (size > rule.items_max) return error_at(ErrorCode::list_too_long, path, field);
        for (int i = 0; i < size; ++i) {
            const std::string item = joined(path, field) + "[" + std::to_string(i) + "]";
            if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
                JOBBRO_TRY(check_message(reflection.GetRepeatedMessage(message, &field, i), item));
                continue;
            }
            const auto code = wrong_with_item(message, field, i);
            if (code) return Error{*code, {}, item};
        }
        return {};
    }

    // Whether the value of a list of enums is there earlier too.
    static bool came_before(const Message& message, const FieldDescriptor& field, int index) {
        const Reflection& reflection = *message.GetReflection();
        const int number = reflection.GetRepeatedEnumValue(message, &field, index);
        for (int i = 0; i < index; ++i) {
            if (reflection.GetRepeatedEnumValue(message, &field, i) == number) return true;
        }
        return false;
    }

    [[nodiscard]] std::optional<ErrorCode> wrong_with_item(const Message& message,
                                                           const FieldDescriptor& field,
                                                           int index) const {
        const Reflection& reflection = *message.GetReflection();
        if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
            const int number = reflection.GetRepeatedEnumValue(message, &field, index);
            if (number == 0 || field.enum_type()->FindValueByNumber(number) == nullptr) {
                return ErrorCode::enum_unspecified;
            }
            if (rule_of(field).each_once && came_before(message, field, index)) {
                return ErrorCode::field_invalid;
            }
            return std::nullopt;
        }
        JOBBRO_ASSERT(field.cpp_type() == FieldDescriptor::CPPTYPE_STRING);
        std::string scratch;
        const auto& text = reflection.GetRepeatedStringReference(message, &field, index, &scratch);
        if (text.empty()) return ErrorCode::field_missing;
        return wrong_with_text(text, rule_of(field), context_);
    }

    const BodyContext& context_;
};

// Exactly the five, each once.
bool has_the_five_points(const v1::ProgressionReport& report) {
    std::array<bool, 6> seen{};
    for (const auto& point : report.attention_points()) {
        const int kind = static_cast<int>(point.kind());
        if (kind < 1 || kind > 5 || seen.at(static_cast<std::size_t>(kind))) return false;
        seen.at(static_cast<std::size_t>(kind)) = true;
    }
    return report.attention_points_size() == 5;
}

const FieldDescriptor& body_field(const v1::Envelope& envelope) {
    const auto* field = v1::Envelope::descriptor()->FindFieldByNumber(envelope.body_case());
    JOBBRO_ASSERT(field != nullptr);
    return *field;
}

}  // namespace

const Message& body_of(const v1::Envelope& envelope) {
    return envelope.GetReflection()->GetMessage(envelope, &body_field(envelope));
}

Result<void> check_body(const v1::Envelope& envelope, const BodyContext& context) {
    // Before the walk, so that a sixth point is not told as an unknown enum or a list too long.
    if (envelope.has_progression_report() && !has_the_five_points(envelope.progression_report())) {
        return Error{ErrorCode::attention_points_wrong, {}, "progression_report.attention_points"};
    }
    JOBBRO_TRY(check_fields(body_of(envelope), body_field(envelope).name(), context));
    return check_relations(envelope, context);
}

Result<void> check_fields(const Message& message, const std::string& path,
                          const BodyContext& context) {
    return BodyWalk{context}.check_message(message, path);
}

}  // namespace jobbro::contract
