#include "adapters/cli/rule_lines.h"

#include <google/protobuf/descriptor.h>

#include <vector>

#include "adapters/cli/enum_names.h"
#include "adapters/cli/json_line.h"
#include "adapters/cli/text_table.h"
#include "proto/contract/json.h"
#include "proto/contract/order_steps.h"
#include "proto/contract/validation.h"

namespace jobbro::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr Wording rule_set_word{"regelsæt", "rule set"};
constexpr Wording from_word{"fra", "from"};
constexpr Wording until_word{"til", "until"};
constexpr Wording setting_word{"REGEL", "RULE"};
constexpr Wording value_word{"VÆRDI", "VALUE"};

std::string_view step_name(contract::Step step) {
    switch (step) {
        case contract::Step::no:
            return "no";
        case contract::Step::corrections:
            return "corrections";
        case contract::Step::yes:
            return "yes";
    }
    return "";
}

// One number, flag, text or name of a value, of a field that is not repeated.
std::string scalar_text(const Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_UINT32:
            return std::to_string(reflection.GetUInt32(message, &field));
        case FieldDescriptor::CPPTYPE_BOOL:
            return reflection.GetBool(message, &field) ? "true" : "false";
        case FieldDescriptor::CPPTYPE_ENUM:
            return value_name(*field.enum_type(), reflection.GetEnumValue(message, &field));
        case FieldDescriptor::CPPTYPE_STRING:
            return reflection.GetString(message, &field);
        default:
            return "?";
    }
}

// Of a field that is repeated.
std::string numbers_text(const Message& message, const FieldDescriptor& field) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_UINT32) return "?";
    const auto& reflection = *message.GetReflection();
    std::string text;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        text += text.empty() ? "" : ", ";
        text += std::to_string(reflection.GetRepeatedUInt32(message, &field, i));
    }
    return text;
}

// A row for each field that is set, with the names on the way to it: "interviews.from_age.months".
void add_rows(const Message& message, const std::string& path, TextTable& table) {
    const auto& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* const field : fields) {
        const std::string name = path.empty() ? field->name() : path + "." + field->name();
        if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
            table.add({name, field->is_repeated() ? numbers_text(message, *field)
                                                  : scalar_text(message, *field)});
        } else if (!field->is_repeated()) {
            add_rows(reflection.GetMessage(message, field), name, table);
        } else {
            for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
                add_rows(reflection.GetRepeatedMessage(message, field, i),
                         name + "[" + std::to_string(i) + "]", table);
            }
        }
    }
}

std::string heading_of(const v1::RuleSet& rules, Language language) {
    std::string heading = rule_set_word.in(language) + " " + rules.name() + ", " +
                          from_word.in(language) + " " + rules.valid_from_date();
    if (!rules.valid_until_date().empty()) {
        heading += " " + until_word.in(language) + " " + rules.valid_until_date();
    }
    return shown(heading) + "\n";
}

}  // namespace

std::string steps_json() {
    std::string lines;
    for (const contract::KindSteps& row : contract::order_steps()) {
        JsonLine line;
        line.text("kind", contract::kind_name(row.kind));
        for (std::size_t i = 0; i < contract::dialogue_states; ++i) {
            const auto state = static_cast<contract::DialogueState>(i);
            line.text(contract::dialogue_state_name(state),
                      step_name(contract::step_allowed(state, row.kind)));
        }
        lines += JsonLine{}.raw("step", line.str()).str() + "\n";
    }
    return lines;
}

std::string rule_sets_json(const v1::Answer& answer) {
    std::string lines;
    for (const v1::RuleSet& rules : answer.rule_sets())
        lines += JsonLine{}.raw("rule_set", contract::to_json(rules)).str() + "\n";
    return lines;
}

std::string rule_sets_text(const v1::Answer& answer, Language language) {
    std::string text;
    for (const v1::RuleSet& rules : answer.rule_sets()) {
        v1::RuleSet settings = rules;
        settings.clear_name();
        settings.clear_valid_from_date();
        settings.clear_valid_until_date();
        TextTable table{{setting_word.in(language), value_word.in(language)}};
        add_rows(settings, {}, table);
        text += (text.empty() ? "" : "\n") + heading_of(rules, language) + table.str();
    }
    return text;
}

}  // namespace jobbro::cli
