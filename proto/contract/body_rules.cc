#include "proto/contract/body_rules.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/repeated_field.h>
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
#include "proto/contract/calendar.h"

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

// The error of a value that is there, or none.
std::optional<ErrorCode> wrong_with_text(std::string_view text, const FieldRule& rule,
                                         const BodyContext& context) {
    if (text.size() > static_cast<std::size_t>(rule.bytes_max)) return ErrorCode::field_too_long;
    if (holds_control_character(text)) return ErrorCode::field_invalid;
    CprSearch search{&context.citizen, context.now};
    bool is_valid = true;
    switch (rule.form) {
        case TextForm::phone:
            is_valid = is_phone(text);
            break;
        case TextForm::date:
            is_valid = is_date(text);
            break;
        case TextForm::order_id:
            is_valid = OrderId::parse(text).has_value();
            break;
        case TextForm::reference:
            // Other systems number their things with ten digits too.
            search.six_and_four_only = true;
            break;
        case TextForm::free_text:
        case TextForm::none:
            break;
    }
    if (!is_valid) return ErrorCode::field_invalid;
    // What is a date or an id can be nothing else.
    const bool is_searched = rule.form != TextForm::date && rule.form != TextForm::order_id;
    if (is_searched && holds_cpr(text, search)) return ErrorCode::cpr_in_text;
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
    static Error error_at(ErrorCode code, const std::string& path, const FieldDescriptor& field) {
        return Error{code, {}, path + "." + field.name()};
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
                if (text.empty() && rule.required) code = ErrorCode::field_missing;
                if (!text.empty()) code = wrong_with_text(text, rule, context_);
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
            return check_message(part, path + "." + field.name());
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
        if (size > rule.items_max) return error_at(ErrorCode::list_too_long, path, field);
        for (int i = 0; i < size; ++i) {
            const std::string item = path + "." + field.name() + "[" + std::to_string(i) + "]";
            if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
                JOBBRO_TRY(check_message(reflection.GetRepeatedMessage(message, &field, i), item));
                continue;
            }
            const auto code = wrong_with_item(message, field, i);
            if (code) return Error{*code, {}, item};
        }
        return {};
    }

    [[nodiscard]] std::optional<ErrorCode> wrong_with_item(const Message& message,
                                                           const FieldDescriptor& field,
                                                           int index) const {
        const Reflection& reflection = *message.GetReflection();
        if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
            const int number = reflection.GetRepeatedEnumValue(message, &field, index);
            const bool is_known =
                number != 0 && field.enum_type()->FindValueByNumber(number) != nullptr;
            return is_known ? std::nullopt : std::optional{ErrorCode::enum_unspecified};
        }
        JOBBRO_ASSERT(field.cpp_type() == FieldDescriptor::CPPTYPE_STRING);
        std::string scratch;
        const auto& text = reflection.GetRepeatedStringReference(message, &field, index, &scratch);
        if (text.empty()) return ErrorCode::field_missing;
        return wrong_with_text(text, rule_of(field), context_);
    }

    const BodyContext& context_;
};

std::string item_path(std::string_view list, int index) {
    return std::string{list} + "[" + std::to_string(index) + "]";
}

// Dates of one form sort as texts do. An unset one is in no order.
bool reversed(const std::string& first, const std::string& last) {
    return !first.empty() && !last.empty() && last < first;
}

// The values of an enum that says "each once".
Result<void> check_no_repeats(const google::protobuf::RepeatedField<int>& values,
                              std::string_view path) {
    for (int i = 0; i < values.size(); ++i) {
        if (std::find(values.begin(), values.begin() + i, values.Get(i)) != values.begin() + i) {
            return Error{ErrorCode::field_invalid, {}, item_path(path, i)};
        }
    }
    return {};
}

Result<void> check_reports_due(const v1::ReportsDue& due) {
    for (int i = 1; i < due.reports_size(); ++i) {
        const v1::ReportDue& report = due.reports(i);
        const std::string path = item_path("order.reports_due.reports", i);
        if (report.due_date() < due.reports(i - 1).due_date()) {
            return Error{ErrorCode::dates_reversed, {}, path + ".due_date"};
        }
        const auto is_the_same = [&report](const v1::ReportDue& earlier) {
            return earlier.kind() == report.kind() && earlier.due_date() == report.due_date();
        };
        if (std::any_of(due.reports().begin(), due.reports().begin() + i, is_the_same)) {
            return Error{ErrorCode::field_invalid, {}, path};
        }
    }
    return {};
}

Result<void> check_order(const v1::Order& order, const BodyContext& context) {
    if (order.ordinary_education() &&
        order.legal_category() != v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING) {
        return Error{ErrorCode::field_invalid, {}, "order.ordinary_education"};
    }
    JOBBRO_TRY(check_no_repeats(order.purposes(), "order.purposes"));
    if (reversed(order.start_date(), order.end_date())) {
        return Error{ErrorCode::dates_reversed, {}, "order.end_date"};
    }
    JOBBRO_TRY(check_reports_due(order.reports_due()));
    if (order.predecessor_order_id() == context.order_id.text()) {
        return Error{ErrorCode::field_invalid, {}, "order.predecessor_order_id"};
    }
    return {};
}

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

Result<void> check_point(const v1::AttentionPoint& point, const std::string& path) {
    if (point.has_not_assessed_reason() && point.direction() != v1::DIRECTION_NOT_ASSESSED) {
        return Error{ErrorCode::field_invalid, {}, path + ".not_assessed_reason"};
    }
    for (int i = 0; i < point.indicators_size(); ++i) {
        if (point.indicators(i).level() > point.indicators(i).scale_length()) {
            return Error{
                ErrorCode::field_invalid, {}, item_path(path + ".indicators", i) + ".level"};
        }
    }
    if (point.next_step().empty() && !point.next_step_date().empty()) {
        return Error{ErrorCode::field_missing, {}, path + ".next_step"};
    }
    return {};
}

Result<void> check_report(const v1::ProgressionReport& report) {
    if (reversed(report.period_start_date(), report.period_end_date())) {
        return Error{ErrorCode::dates_reversed, {}, "progression_report.period_end_date"};
    }
    for (int i = 0; i < report.attention_points_size(); ++i) {
        JOBBRO_TRY(check_point(report.attention_points(i),
                               item_path("progression_report.attention_points", i)));
    }
    return {};
}

Result<void> check_absence(const v1::AbsenceReport& report) {
    if (reversed(report.first_date(), report.last_date())) {
        return Error{ErrorCode::dates_reversed, {}, "absence_report.last_date"};
    }
    if (report.kind() == v1::ABSENCE_KIND_OTHER_STATED_REASON && report.stated_reason().empty()) {
        return Error{ErrorCode::field_missing, {}, "absence_report.stated_reason"};
    }
    return {};
}

// What the fields of a body are to each other.
Result<void> check_relations(const v1::Envelope& envelope, const BodyContext& context) {
    switch (envelope.body_case()) {
        case v1::Envelope::kOrder:
            return check_order(envelope.order(), context);
        case v1::Envelope::kOrderDecline:
            if (envelope.order_decline().reason() == v1::ORDER_DECLINE_REASON_OTHER &&
                envelope.order_decline().explanation().empty()) {
                return Error{ErrorCode::field_missing, {}, "order_decline.explanation"};
            }
            return {};
        case v1::Envelope::kAbsenceReport:
            return check_absence(envelope.absence_report());
        case v1::Envelope::kProgressionReport:
            return check_report(envelope.progression_report());
        case v1::Envelope::kCourseEnd:
            if (envelope.course_end().reason() == v1::COURSE_END_REASON_OTHER &&
                envelope.course_end().explanation().empty()) {
                return Error{ErrorCode::field_missing, {}, "course_end.explanation"};
            }
            return {};
        case v1::Envelope::kCourseStart:
            return check_no_repeats(envelope.course_start().planned_weekdays(),
                                    "course_start.planned_weekdays");
        case v1::Envelope::kOrderAcceptance:
        case v1::Envelope::BODY_NOT_SET:
            break;
    }
    return {};
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
    JOBBRO_TRY(BodyWalk{context}.check_message(body_of(envelope), body_field(envelope).name()));
    return check_relations(envelope, context);
}

}  // namespace jobbro::contract
