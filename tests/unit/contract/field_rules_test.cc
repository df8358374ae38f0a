#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "proto/contract/body_rules.h"

namespace jobbro::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

std::string ruled_name_of(const FieldDescriptor& field) {
    return field.containing_type()->name() + "." + field.name();
}

// Every field of `message` and of the messages inside, once.
void collect(const Descriptor& message, std::map<std::string, const FieldDescriptor*>& fields) {
    if (message.file()->package() != "jobbro.v1") return;
    for (int i = 0; i < message.field_count(); ++i) {
        const FieldDescriptor& field = *message.field(i);
        const bool is_new = fields.emplace(ruled_name_of(field), &field).second;
        if (is_new && field.message_type() != nullptr) collect(*field.message_type(), fields);
    }
}

// Those of every body, and of the sheet that bodies are made from.
std::map<std::string, const FieldDescriptor*> body_fields() {
    std::map<std::string, const FieldDescriptor*> fields;
    const auto* body = v1::Envelope::descriptor()->FindOneofByName("body");
    for (int i = 0; i < body->field_count(); ++i) {
        collect(*body->field(i)->message_type(), fields);
    }
    collect(*v1::AttendanceSheet::descriptor(), fields);
    return fields;
}

std::map<std::string, FieldRule> rules_by_name() {
    std::map<std::string, FieldRule> rules;
    for (const FieldRule& rule : field_rules())
        rules.emplace(rule.field, rule);
    return rules;
}

TEST(FieldRules, EveryTextListAndNumberOfABodyIsBounded) {
    const auto rules = rules_by_name();
    const auto fields = body_fields();
    ASSERT_GT(fields.size(), 150U);
    for (const auto& [name, field] : fields) {
        const auto found = rules.find(name);
        const FieldRule rule = found == rules.end() ? FieldRule{} : found->second;
        EXPECT_EQ(field->is_repeated(), rule.items_max > 0) << name;
        EXPECT_TRUE(!rule.each_once || field->enum_type() != nullptr) << name;
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
            EXPECT_GT(rule.bytes_max, 0) << name;
            EXPECT_NE(rule.form, TextForm::none) << name;
        }
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ||
            field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
            EXPECT_GT(rule.number_max, rule.number_min) << name;
        }
    }
}

TEST(FieldRules, HoursAreToldInQuarters) {
    const auto rules = rules_by_name();
    for (const auto& [name, field] : body_fields()) {
        const bool is_hours = name.find("hours") != std::string::npos;
        const auto found = rules.find(name);
        const bool is_in_quarters = found != rules.end() && found->second.number_step == 0.25;
        EXPECT_EQ(is_hours, is_in_quarters) << name;
        EXPECT_EQ(is_hours, field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) << name;
    }
}

TEST(FieldRules, EveryRowNamesAFieldOfABodyOnce) {
    const auto fields = body_fields();
    std::set<std::string_view> seen;
    for (const FieldRule& rule : field_rules()) {
        EXPECT_TRUE(fields.contains(std::string{rule.field})) << rule.field;
        EXPECT_TRUE(seen.insert(rule.field).second) << rule.field;
    }
}

TEST(FieldRules, FieldsNamedForDatesAreDates) {
    const auto rules = rules_by_name();
    for (const auto& [name, field] : body_fields()) {
        const bool is_named_so = name.ends_with("_date") || name.ends_with(".date");
        const auto found = rules.find(name);
        const bool is_date = found != rules.end() && found->second.form == TextForm::date;
        EXPECT_EQ(is_named_so, is_date) << name;
    }
}

// The walk knows no other types; a new one needs its case.
TEST(FieldRules, BodiesHoldOnlyTypesTheWalkChecks) {
    for (const auto& [name, field] : body_fields()) {
        const auto type = field->cpp_type();
        const bool is_checked =
            type == FieldDescriptor::CPPTYPE_STRING || type == FieldDescriptor::CPPTYPE_ENUM ||
            type == FieldDescriptor::CPPTYPE_UINT32 || type == FieldDescriptor::CPPTYPE_DOUBLE ||
            type == FieldDescriptor::CPPTYPE_BOOL || type == FieldDescriptor::CPPTYPE_MESSAGE;
        EXPECT_TRUE(is_checked) << name;
        EXPECT_NE(field->type(), FieldDescriptor::TYPE_BYTES) << name;
    }
}

}  // namespace
}  // namespace jobbro::contract
