// The table of adapters/README.md, held to the objects that `--json` prints.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "adapters/cli/inbox_lines.h"
#include "adapters/cli/offer_lines.h"
#include "adapters/cli/order_lines.h"
#include "adapters/cli/result_lines.h"
#include "adapters/cli/rule_lines.h"
#include "adapters/cli/time_line_lines.h"

namespace jobbro::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Value;
using Types = std::map<std::string, std::string>;  // by field

// Of rows like "| `order.state` | string | … |".
Types documented() {
    std::ifstream file{JOBBRO_SOURCE_DIR "/adapters/README.md"};
    Types types;
    bool is_there = false;
    for (std::string line; std::getline(file, line);) {
        if (line == "The objects of `--json`:") is_there = true;
        if (is_there && line.starts_with("`inbox` prints")) break;
        if (!is_there || !line.starts_with("| `")) continue;
        const std::size_t name_end = line.find("` | ");
        const std::size_t type = name_end + 4;
        types[line.substr(3, name_end - 3)] = line.substr(type, line.find(" |", type) - type);
    }
    return types;
}

void set_one(Message& message, const FieldDescriptor& field);

// Every field of it, and of what is in it, has a value that is not left out.
void fill(Message& message) {
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i)
        set_one(message, *message.GetDescriptor()->field(i));
}

void set_one(Message& message, const FieldDescriptor& field) {
    const auto& reflection = *message.GetReflection();
    const bool many = field.is_repeated();
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE:
            return fill(many ? *reflection.AddMessage(&message, &field)
                             : *reflection.MutableMessage(&message, &field));
        case FieldDescriptor::CPPTYPE_UINT32:
            return many ? reflection.AddUInt32(&message, &field, 1)
                        : reflection.SetUInt32(&message, &field, 1);
        case FieldDescriptor::CPPTYPE_UINT64:
            return reflection.SetUInt64(&message, &field, 1);
        case FieldDescriptor::CPPTYPE_BOOL:
            return reflection.SetBool(&message, &field, true);
        case FieldDescriptor::CPPTYPE_ENUM:
            return many ? reflection.AddEnumValue(&message, &field, 1)
                        : reflection.SetEnumValue(&message, &field, 1);
        case FieldDescriptor::CPPTYPE_STRING:
            return many ? reflection.AddString(&message, &field, "x")
                        : reflection.SetString(&message, &field, "x");
        default:
            ADD_FAILURE() << field.full_name() << " has a type that is not filled";
    }
}

// With a message this version reads and one it does not.
v1::Answer whole_answer() {
    v1::Answer answer;
    for (const char* const name : {"today", "waiting", "orders", "offers", "results", "rule_sets"})
        set_one(answer, *v1::Answer::descriptor()->FindFieldByName(name));
    v1::Envelope envelope;
    envelope.mutable_notice()->set_text("hello");
    for (const std::string& bytes : {envelope.SerializeAsString(), std::string{"\xff"}}) {
        v1::TimeLineEntry& entry = *answer.add_entries();
        entry.set_corrected_by(12);
        entry.set_may_be_corrected(true);
        entry.mutable_delivery()->set_sequence(7);
        entry.mutable_delivery()->set_envelope(bytes);
        v1::Finding& finding = *entry.mutable_delivery()->add_findings();
        finding.set_code("order.citizen_only");
        finding.set_severity(v1::FINDING_SEVERITY_THIN);
    }
    return answer;
}

bool goes_on_at(const Types& known, const std::string& path) {
    return std::any_of(known.begin(), known.end(),
                       [&](const auto& row) { return row.first.starts_with(path); });
}

bool is_digits(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// What the page tells the parts of is looked into; all else is told of as it is.
void collect(const Value& value, const std::string& path, const Types& known, Types& found) {
    switch (value.kind_case()) {
        case Value::kStructValue:
            if (!goes_on_at(known, path + '.')) {
                found[path] = "object";
                return;
            }
            for (const auto& [name, part] : value.struct_value().fields())
                collect(part, path + '.' + name, known, found);
            return;
        case Value::kListValue:
            found[path] = "array";
            if (!goes_on_at(known, path + "[].")) return;
            for (const Value& part : value.list_value().values())
                collect(part, path + "[]", known, found);
            return;
        case Value::kStringValue:
            found[path] = is_digits(value.string_value()) ? "digits" : "string";
            return;
        case Value::kNumberValue:
            found[path] = "number";
            return;
        case Value::kBoolValue:
            found[path] = "boolean";
            return;
        default:
            found[path] = "null";
    }
}

Types printed(const Types& known) {
    const v1::Answer answer = whole_answer();
    std::istringstream lines{inbox_json(answer) + orders_json(answer) + time_line_json(answer) +
                             offers_json(answer) + results_json(answer) + steps_json() +
                             rule_sets_json(answer)};
    Types found;
    for (std::string line; std::getline(lines, line);) {
        google::protobuf::Struct object;
        EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &object).ok()) << line;
        for (const auto& [name, value] : object.fields())
            collect(value, name, known, found);
    }
    return found;
}

TEST(JsonObjects, EachFieldOfThePageIsPrintedAndEachThatIsPrintedIsThere) {
    const Types known = documented();
    ASSERT_GT(known.size(), 50U) << "the table was not found";
    EXPECT_EQ(printed(known), known);
}

}  // namespace
}  // namespace jobbro::cli
