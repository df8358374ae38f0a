#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iomanip>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "proto/contract/body_rules.h"

namespace jobbro::contract_test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::SourceLocation;

// The contract's own files, with their comments.
class ContractRules : public testing::Test {
  protected:
    void SetUp() override {
        google::protobuf::FileDescriptorSet set;
        std::ifstream file{JOBBRO_BINARY_DIR "/proto/jobbro.v1.binpb", std::ios::binary};
        ASSERT_TRUE(set.ParseFromIstream(&file));
        for (const auto& described : set.file()) {
            const FileDescriptor* built = pool_.BuildFile(described);
            ASSERT_NE(built, nullptr) << described.name();
            if (!built->package().starts_with("google.")) files_.push_back(built);
        }
        ASSERT_GE(files_.size(), 12U);
        for (const FileDescriptor* own : files_) {
            for (int i = 0; i < own->message_type_count(); ++i)
                collect(*own->message_type(i));
            for (int i = 0; i < own->enum_type_count(); ++i)
                enums_.push_back(own->enum_type(i));
        }
    }

    void collect(const Descriptor& message) {
        messages_.push_back(&message);
        for (int i = 0; i < message.nested_type_count(); ++i)
            collect(*message.nested_type(i));
        for (int i = 0; i < message.enum_type_count(); ++i) {
            enums_.push_back(message.enum_type(i));
        }
    }

    google::protobuf::DescriptorPool pool_;
    std::vector<const FileDescriptor*> files_;
    std::vector<const Descriptor*> messages_;
    std::vector<const EnumDescriptor*> enums_;
};

template <typename Described>
bool has_comment(const Described& described) {
    SourceLocation location;
    return described.GetSourceLocation(&location) && location.leading_comments.size() > 3;
}

// The comment on one line, without the line ends that come from wrapping.
std::string comment_of(const FieldDescriptor& field) {
    SourceLocation location;
    if (!field.GetSourceLocation(&location)) return {};
    std::string text;
    for (const char c : location.leading_comments) {
        const char plain = c == '\n' ? ' ' : c;
        if (plain != ' ' || (!text.empty() && text.back() != ' ')) text.push_back(plain);
    }
    return text;
}

bool says(const FieldDescriptor& field, const std::string& words) {
    return comment_of(field).find(words) != std::string::npos;
}

// A choice between messages says nothing that the messages do not.
bool speaks_for_itself(const FieldDescriptor& field) {
    return field.real_containing_oneof() != nullptr && field.message_type() != nullptr;
}

std::string in_upper_snake_case(const std::string& name) {
    std::string spelt;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isupper(byte) != 0 && !spelt.empty()) spelt.push_back('_');
        spelt.push_back(static_cast<char>(std::toupper(byte)));
    }
    return spelt;
}

bool is_snake_case(const std::string& name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

TEST_F(ContractRules, EveryMessageAndFieldIsExplained) {
    for (const Descriptor* message : messages_) {
        EXPECT_TRUE(has_comment(*message)) << message->full_name();
        for (int i = 0; i < message->field_count(); ++i) {
            const FieldDescriptor& field = *message->field(i);
            EXPECT_TRUE(speaks_for_itself(field) || has_comment(field)) << field.full_name();
        }
    }
}

TEST_F(ContractRules, EveryEnumAndValueIsExplained) {
    for (const EnumDescriptor* type : enums_) {
        EXPECT_TRUE(has_comment(*type)) << type->full_name();
        for (int i = 0; i < type->value_count(); ++i) {
            EXPECT_TRUE(has_comment(*type->value(i))) << type->value(i)->full_name();
        }
    }
}

TEST_F(ContractRules, EnumsStartWithUnspecified) {
    for (const EnumDescriptor* type : enums_) {
        const auto* zero = type->FindValueByNumber(0);
        ASSERT_NE(zero, nullptr) << type->full_name();
        EXPECT_EQ(zero->name(), in_upper_snake_case(type->name()) + "_UNSPECIFIED");
        EXPECT_EQ(zero, type->value(0));
    }
}

TEST_F(ContractRules, EnumValuesBearTheNameOfTheirEnum) {
    for (const EnumDescriptor* type : enums_) {
        for (int i = 0; i < type->value_count(); ++i) {
            EXPECT_TRUE(type->value(i)->name().starts_with(in_upper_snake_case(type->name()) + "_"))
                << type->value(i)->full_name();
        }
    }
}

TEST_F(ContractRules, FieldsAreInSnakeCaseAndMessagesInPascalCase) {
    for (const Descriptor* message : messages_) {
        EXPECT_NE(std::isupper(static_cast<unsigned char>(message->name().front())), 0);
        EXPECT_EQ(message->name().find('_'), std::string::npos) << message->full_name();
        for (int i = 0; i < message->field_count(); ++i) {
            EXPECT_TRUE(is_snake_case(message->field(i)->name())) << message->field(i)->full_name();
        }
    }
}

// 0.25 as "0.25", 10000000 as "10000000".
std::string number_text(double number) {
    std::ostringstream text;
    text << std::setprecision(12) << number;
    return text.str();
}

// What is checked and what is promised must be the same number.
TEST_F(ContractRules, CommentsOfBodyFieldsTellTheBoundsThatAreChecked) {
    using contract::TextForm;
    for (const contract::FieldRule& rule : contract::field_rules()) {
        const auto* field = pool_.FindFieldByName("jobbro.v1." + std::string{rule.field});
        ASSERT_NE(field, nullptr) << rule.field;
        const bool has_length = rule.form == TextForm::free_text ||
                                rule.form == TextForm::reference || rule.form == TextForm::phone;
        const std::string bytes = std::to_string(rule.bytes_max) + " bytes";
        EXPECT_TRUE(!has_length || says(*field, "At most " + bytes) ||
                    says(*field, "1 to " + bytes))
            << rule.field;
        EXPECT_TRUE(rule.items_max == 0 || rule.items_max == 5 ||
                    says(*field, "At most " + std::to_string(rule.items_max)))
            << rule.field;
        EXPECT_TRUE(
            rule.number_max == 0 ||
            says(*field, number_text(rule.number_min) + " to " + number_text(rule.number_max)) ||
            says(*field, number_text(rule.number_min) + " to scale_length"))
            << rule.field;
        EXPECT_TRUE(rule.number_step == 1 ||
                    says(*field, "in steps of " + number_text(rule.number_step)))
            << rule.field;
        EXPECT_TRUE(!rule.required || says(*field, "Required")) << rule.field;
        EXPECT_TRUE(!rule.each_once || says(*field, "each once")) << rule.field;
    }
}

// "Required." or "Required;", and not "Required for OTHER" or "Required, but".
bool says_it_is_required(const FieldDescriptor& field) {
    return says(field, "Required.") || says(field, "Required;");
}

void collect_fields(const Descriptor& message, std::set<const FieldDescriptor*>& fields) {
    if (message.file()->package() != "jobbro.v1") return;
    for (int i = 0; i < message.field_count(); ++i) {
        const FieldDescriptor& field = *message.field(i);
        const bool is_new = fields.insert(&field).second;
        if (is_new && field.message_type() != nullptr) {
            collect_fields(*field.message_type(), fields);
        }
    }
}

// The other way round: what is promised to be required and to be there once has a rule that says
// so.
TEST_F(ContractRules, WhatCommentsOfBodyFieldsRequireIsChecked) {
    std::set<const FieldDescriptor*> fields;
    const auto* body = pool_.FindMessageTypeByName("jobbro.v1.Envelope")->FindOneofByName("body");
    for (int i = 0; i < body->field_count(); ++i)
        collect_fields(*body->field(i)->message_type(), fields);
    collect_fields(*pool_.FindMessageTypeByName("jobbro.v1.AttendanceSheet"), fields);
    std::set<std::string_view> required;
    std::set<std::string_view> each_once;
    for (const contract::FieldRule& rule : contract::field_rules()) {
        if (rule.required) required.insert(rule.field);
        if (rule.each_once) each_once.insert(rule.field);
    }
    for (const FieldDescriptor* field : fields) {
        const std::string name = field->containing_type()->name() + "." + field->name();
        // An enum without presence is always required. The five points have an error of their own.
        const bool is_told_otherwise =
            (field->enum_type() != nullptr && !field->is_repeated() && !field->has_presence()) ||
            name == "ProgressionReport.attention_points";
        EXPECT_TRUE(is_told_otherwise || says_it_is_required(*field) == required.contains(name))
            << name;
        const bool is_list_of_values = field->is_repeated() && field->enum_type() != nullptr;
        EXPECT_EQ(is_list_of_values && says(*field, "each once"), each_once.contains(name)) << name;
    }
}

TEST_F(ContractRules, EveryFileIsOfThePackageItsPathSays) {
    for (const FileDescriptor* file : files_) {
        EXPECT_EQ(file->package(), "jobbro.v1") << file->name();
        EXPECT_TRUE(file->name().starts_with("jobbro/v1/")) << file->name();
        EXPECT_EQ(file->syntax(), FileDescriptor::SYNTAX_PROTO3) << file->name();
    }
}

}  // namespace
}  // namespace jobbro::contract_test
