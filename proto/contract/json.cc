#include "proto/contract/json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>

#include <memory>
#include <set>
#include <vector>

#include "proto/contract/calendar.h"
#include "proto/contract/json_scalars.h"
#include "proto/contract/json_tree.h"

namespace jobbro::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

constexpr std::int32_t nanos_max = 999999999;

Error wrong(const JsonNode& node, const std::string& path) {
    return Error{ErrorCode::json_type_wrong, position_text(node.position), path};
}

std::string joined(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
}

const FieldDescriptor* find_field(const Descriptor& descriptor, const std::string& name) {
    const FieldDescriptor* field = descriptor.FindFieldByName(name);
    if (field != nullptr) return field;
    for (int i = 0; i < descriptor.field_count(); ++i) {
        if (descriptor.field(i)->json_name() == name) return descriptor.field(i);
    }
    return nullptr;
}

bool is_timestamp(const Message& message) {
    return message.GetDescriptor() == google::protobuf::Timestamp::descriptor();
}

bool is_duration(const Message& message) {
    return message.GetDescriptor() == google::protobuf::Duration::descriptor();
}

// Where a field's value goes: set, or added to the list.
class Target {
  public:
    Target(Message& message, const FieldDescriptor& field) : message_(message), field_(field) {}

    // Errors: json_type_wrong, without position or path.
    Result<void> put_scalar(const JsonNode& node);
    Message* put_message() {
        return field_.is_repeated() ? reflection_.AddMessage(&message_, &field_)
                                    : reflection_.MutableMessage(&message_, &field_);
    }

  private:
    Result<void> put_bool(const JsonNode& node);
    Result<void> put_text(const JsonNode& node);
    Result<void> put_enum(const JsonNode& node);
    Result<void> put_real(const JsonNode& node);

    template <typename Integer, typename Setter, typename Adder>
    Result<void> put_integer(const JsonNode& node, Setter setter, Adder adder) {
        JOBBRO_TRY_ASSIGN(const Integer value, integer_of<Integer>(node));
        field_.is_repeated() ? (reflection_.*adder)(&message_, &field_, value)
                             : (reflection_.*setter)(&message_, &field_, value);
        return {};
    }

    Message& message_;
    const FieldDescriptor& field_;
    const google::protobuf::Reflection& reflection_ = *message_.GetReflection();
};

Result<void> Target::put_scalar(const JsonNode& node) {
    using google::protobuf::Reflection;
    switch (field_.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32:
            return put_integer<std::int32_t>(node, &Reflection::SetInt32, &Reflection::AddInt32);
        case FieldDescriptor::CPPTYPE_INT64:
            return put_integer<std::int64_t>(node, &Reflection::SetInt64, &Reflection::AddInt64);
        case FieldDescriptor::CPPTYPE_UINT32:
            return put_integer<std::uint32_t>(node, &Reflection::SetUInt32, &Reflection::AddUInt32);
        case FieldDescriptor::CPPTYPE_UINT64:
            return put_integer<std::uint64_t>(node, &Reflection::SetUInt64, &Reflection::AddUInt64);
        case FieldDescriptor::CPPTYPE_FLOAT:
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return put_real(node);
        case FieldDescriptor::CPPTYPE_BOOL:
            return put_bool(node);
        case FieldDescriptor::CPPTYPE_STRING:
            return put_text(node);
        case FieldDescriptor::CPPTYPE_ENUM:
            return put_enum(node);
        case FieldDescriptor::CPPTYPE_MESSAGE:
            break;
    }
    return ErrorCode::json_type_wrong;
}

Result<void> Target::put_bool(const JsonNode& node) {
    if (node.type != JsonNode::Type::boolean) return ErrorCode::json_type_wrong;
    field_.is_repeated() ? reflection_.AddBool(&message_, &field_, node.boolean)
                         : reflection_.SetBool(&message_, &field_, node.boolean);
    return {};
}

Result<void> Target::put_text(const JsonNode& node) {
    if (node.type != JsonNode::Type::text) return ErrorCode::json_type_wrong;
    Bytes value = node.text;
    if (field_.type() == FieldDescriptor::TYPE_BYTES) {
        JOBBRO_TRY_ASSIGN(value, decode_base64(node.text));
    }
    field_.is_repeated() ? reflection_.AddString(&message_, &field_, std::move(value))
                         : reflection_.SetString(&message_, &field_, std::move(value));
    return {};
}

Result<void> Target::put_enum(const JsonNode& node) {
    int number = 0;
    if (node.type == JsonNode::Type::text) {
        const EnumValueDescriptor* value = field_.enum_type()->FindValueByName(node.text);
        if (value == nullptr) return ErrorCode::json_type_wrong;
        number = value->number();
    } else {
        JOBBRO_TRY_ASSIGN(number, integer_of<std::int32_t>(node));
    }
    field_.is_repeated() ? reflection_.AddEnumValue(&message_, &field_, number)
                         : reflection_.SetEnumValue(&message_, &field_, number);
    return {};
}

Result<void> Target::put_real(const JsonNode& node) {
    JOBBRO_TRY_ASSIGN(const double value, real_of(node));
    if (field_.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
        field_.is_repeated() ? reflection_.AddDouble(&message_, &field_, value)
                             : reflection_.SetDouble(&message_, &field_, value);
    } else {
        const auto narrow = static_cast<float>(value);
        field_.is_repeated() ? reflection_.AddFloat(&message_, &field_, narrow)
                             : reflection_.SetFloat(&message_, &field_, narrow);
    }
    return {};
}

Result<void> fill(const JsonNode& node, const std::string& path, Message& message);

Result<void> fill_value(const JsonNode& node, const std::string& path, Target target,
                        const FieldDescriptor& field) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        return fill(node, path, *target.put_message());
    }
    if (!target.put_scalar(node)) return wrong(node, path);
    return {};
}

Result<void> fill_field(const JsonNode& node, const std::string& path, Message& message,
                        const FieldDescriptor& field) {
    // The contract has no maps.
    if (field.is_map()) return wrong(node, path);
    if (!field.is_repeated()) return fill_value(node, path, {message, field}, field);
    if (node.type != JsonNode::Type::array) return wrong(node, path);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const std::string item_path = path + "[" + std::to_string(i) + "]";
        JOBBRO_TRY(fill_value(node.items[i], item_path, {message, field}, field));
    }
    return {};
}

Result<void> fill_object(const JsonNode& node, const std::string& path, Message& message) {
    if (node.type != JsonNode::Type::object) return wrong(node, path);
    const Descriptor& descriptor = *message.GetDescriptor();
    std::set<const FieldDescriptor*> fields_given;
    std::set<const OneofDescriptor*> oneofs_given;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const JsonNode& value = node.items[i];
        const FieldDescriptor* field = find_field(descriptor, node.names[i]);
        if (field == nullptr) {
            return Error{ErrorCode::json_field_unknown, position_text(value.position), path};
        }
        const std::string field_path = joined(path, field->name());
        const OneofDescriptor* oneof = field->real_containing_oneof();
        if (!fields_given.insert(field).second) return wrong(value, field_path);
        if (value.type == JsonNode::Type::null) continue;
        if (oneof != nullptr && !oneofs_given.insert(oneof).second) return wrong(value, field_path);
        JOBBRO_TRY(fill_field(value, field_path, message, *field));
    }
    return {};
}

// For Timestamp and Duration, which both have `seconds` and `nanos`.
template <typename Time>
Result<void> fill_time(const Result<SecondsAndNanos>& parsed, const JsonNode& node,
                       const std::string& path, Message& message) {
    if (node.type != JsonNode::Type::text || !parsed) return wrong(node, path);
    auto& time = static_cast<Time&>(message);
    time.set_seconds(parsed->seconds);
    time.set_nanos(parsed->nanos);
    return {};
}

Result<void> fill(const JsonNode& node, const std::string& path, Message& message) {
    if (is_timestamp(message)) {
        return fill_time<google::protobuf::Timestamp>(parse_time(node.text), node, path, message);
    }
    if (is_duration(message)) {
        return fill_time<google::protobuf::Duration>(parse_duration(node.text), node, path,
                                                     message);
    }
    return fill_object(node, path, message);
}

// Times out of range come in from the wire and have no JSON form.
bool has_json_form(const Message& message) {
    if (is_timestamp(message)) {
        const auto& time = static_cast<const google::protobuf::Timestamp&>(message);
        return time.seconds() >= timestamp_seconds_min && time.seconds() <= timestamp_seconds_max &&
               time.nanos() >= 0 && time.nanos() <= nanos_max;
    }
    if (is_duration(message)) {
        const auto& time = static_cast<const google::protobuf::Duration&>(message);
        const bool signs_agree = (time.seconds() >= 0 || time.nanos() <= 0) &&
                                 (time.seconds() <= 0 || time.nanos() >= 0);
        return time.seconds() >= -duration_seconds_max && time.seconds() <= duration_seconds_max &&
               time.nanos() >= -nanos_max && time.nanos() <= nanos_max && signs_agree;
    }
    return true;
}

std::vector<const FieldDescriptor*> parts_of(const Message& message) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    std::erase_if(fields, [](const FieldDescriptor* field) {
        return field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
    });
    return fields;
}

bool has_json_form_throughout(const Message& message) {
    if (!has_json_form(message)) return false;
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    for (const FieldDescriptor* field : parts_of(message)) {
        if (!field->is_repeated()) {
            if (!has_json_form_throughout(reflection.GetMessage(message, field))) return false;
            continue;
        }
        for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
            const Message& part = reflection.GetRepeatedMessage(message, field, i);
            if (!has_json_form_throughout(part)) return false;
        }
    }
    return true;
}

// Clears every part without a JSON form, so that what is left can be shown.
void prune(Message& message) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    if (!has_json_form(message)) message.Clear();
    for (const FieldDescriptor* field : parts_of(message)) {
        if (!field->is_repeated()) {
            if (has_json_form(reflection.GetMessage(message, field))) {
                prune(*reflection.MutableMessage(&message, field));
            } else {
                reflection.ClearField(&message, field);
            }
            continue;
        }
        for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
            prune(*reflection.MutableRepeatedMessage(&message, field, i));
        }
    }
}

std::string printed(const Message& message) {
    // The library may log what it finds odd, and quote it.
    const google::protobuf::LogSilencer silencer;
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    std::string text;
    JOBBRO_ASSERT(google::protobuf::util::MessageToJsonString(message, &text, options).ok());
    return text;
}

}  // namespace

Result<void> from_json(std::string_view text, google::protobuf::Message& message) {
    message.Clear();
    JOBBRO_TRY_ASSIGN(const JsonNode root, parse_json_tree(text));
    return fill(root, {}, message);
}

std::string to_json(const google::protobuf::Message& message) {
    if (has_json_form_throughout(message)) return printed(message);
    const std::unique_ptr<Message> copy{message.New()};
    copy->CopyFrom(message);
    prune(*copy);
    return printed(*copy);
}

}  // namespace jobbro::contract
