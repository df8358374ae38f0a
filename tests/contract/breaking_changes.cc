#include "tests/contract/breaking_changes.h"

#include <algorithm>
#include <cstdint>
#include <map>

namespace jobbro::contract_test {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::EnumDescriptorProto;
using google::protobuf::EnumValueDescriptorProto;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorSet;

constexpr const char* package = "jobbro.v1";

// Messages and enums of a descriptor set, nested ones too, by full name.
struct Types {
    std::map<std::string, const DescriptorProto*> messages;
    std::map<std::string, const EnumDescriptorProto*> enums;
};

void collect(const DescriptorProto& message, const std::string& scope, Types& types) {
    const std::string name = scope + "." + message.name();
    types.messages.emplace(name, &message);
    for (const auto& nested : message.nested_type())
        collect(nested, name, types);
    for (const auto& nested : message.enum_type()) {
        types.enums.emplace(name + "." + nested.name(), &nested);
    }
}

Types types_of(const FileDescriptorSet& set) {
    Types types;
    for (const auto& file : set.file()) {
        if (file.package() != package) continue;
        for (const auto& message : file.message_type())
            collect(message, package, types);
        for (const auto& top : file.enum_type()) {
            types.enums.emplace(std::string{package} + "." + top.name(), &top);
        }
    }
    return types;
}

// Numbers that are reserved; messages write the end of a range exclusive, enums inclusive.
bool is_reserved(const DescriptorProto& message, std::int64_t number) {
    return std::any_of(
        message.reserved_range().begin(), message.reserved_range().end(),
        [number](const auto& range) { return range.start() <= number && number < range.end(); });
}

bool is_reserved(const EnumDescriptorProto& type, std::int64_t number) {
    return std::any_of(
        type.reserved_range().begin(), type.reserved_range().end(),
        [number](const auto& range) { return range.start() <= number && number <= range.end(); });
}

std::int64_t last_of(const DescriptorProto::ReservedRange& range) {
    return std::int64_t{range.end()} - 1;
}

std::int64_t last_of(const EnumDescriptorProto::EnumReservedRange& range) {
    return range.end();
}

template <typename Type>
bool is_reserved(const Type& type, const std::string& name) {
    return std::find(type.reserved_name().begin(), type.reserved_name().end(), name) !=
           type.reserved_name().end();
}

// The member of `members` with the number, or none.
template <typename Members>
auto find_number(const Members& members, int number) -> decltype(&*members.begin()) {
    for (const auto& member : members) {
        if (member.number() == number) return &member;
    }
    return nullptr;
}

class Comparison {
  public:
    void compare(const Types& before, const Types& after) {
        for (const auto& [name, message] : before.messages) {
            const auto now = after.messages.find(name);
            if (now == after.messages.end()) {
                tell(name, "the message is gone");
            } else {
                compare(name, *message, *now->second);
            }
        }
        for (const auto& [name, type] : before.enums) {
            const auto now = after.enums.find(name);
            if (now == after.enums.end()) {
                tell(name, "the enum is gone");
            } else {
                compare(name, *type, *now->second);
            }
        }
    }

    std::vector<std::string> take() { return std::move(changes_); }

  private:
    void tell(const std::string& where, const std::string& what) {
        changes_.push_back(where + ": " + what);
    }

    void compare(const std::string& name, const DescriptorProto& before,
                 const DescriptorProto& after) {
        compare_reservations(name, before, after);
        for (const FieldDescriptorProto& field : before.field()) {
            const std::string path = name + "." + field.name();
            const FieldDescriptorProto* now = find_number(after.field(), field.number());
            if (now == nullptr) {
                check_reserved(path, after, field.number(), field.name());
            } else {
                compare_fields(path, before, field, after, *now);
            }
        }
    }

    void compare(const std::string& name, const EnumDescriptorProto& before,
                 const EnumDescriptorProto& after) {
        compare_reservations(name, before, after);
        for (const EnumValueDescriptorProto& value : before.value()) {
            const std::string path = name + "." + value.name();
            const EnumValueDescriptorProto* now = find_number(after.value(), value.number());
            if (now == nullptr) {
                check_reserved(path, after, value.number(), value.name());
            } else if (now->name() != value.name()) {
                tell(path, "the number now belongs to " + now->name());
            }
        }
    }

    template <typename Type>
    void check_reserved(const std::string& path, const Type& after, int number,
                        const std::string& name) {
        if (!is_reserved(after, number)) tell(path, "gone, and its number is not reserved");
        if (!is_reserved(after, name)) tell(path, "gone, and its name is not reserved");
    }

    void compare_fields(const std::string& path, const DescriptorProto& message_before,
                        const FieldDescriptorProto& before, const DescriptorProto& message_after,
                        const FieldDescriptorProto& after) {
        if (before.name() != after.name()) {
            tell(path, "the number now belongs to " + after.name());
            return;
        }
        if (before.json_name() != after.json_name()) tell(path, "another name in JSON");
        if (before.type() != after.type() || before.type_name() != after.type_name()) {
            tell(path, "another type");
        }
        if (before.label() != after.label() ||
            before.proto3_optional() != after.proto3_optional()) {
            tell(path, "another label");
        }
        if (oneof_of(message_before, before) != oneof_of(message_after, after)) {
            tell(path, "another oneof");
        }
    }

    // The name of the field's oneof; empty for none and for the one that `optional` makes.
    static std::string oneof_of(const DescriptorProto& message, const FieldDescriptorProto& field) {
        if (!field.has_oneof_index() || field.proto3_optional()) return {};
        return message.oneof_decl(field.oneof_index()).name();
    }

    template <typename Type>
    void compare_reservations(const std::string& name, const Type& before, const Type& after) {
        for (const auto& reserved : before.reserved_name()) {
            if (!is_reserved(after, reserved))
                tell(name, "the name " + reserved + " is free again");
        }
        for (const auto& range : before.reserved_range()) {
            // The ends are enough: ranges are not cut up in practice, and a hole in the middle
            // could only be told number by number.
            for (const std::int64_t number : {std::int64_t{range.start()}, last_of(range)}) {
                if (is_reserved(after, number)) continue;
                tell(name, "the number " + std::to_string(number) + " is free again");
                break;
            }
        }
    }

    std::vector<std::string> changes_;
};

}  // namespace

std::vector<std::string> breaking_changes(const FileDescriptorSet& before,
                                          const FileDescriptorSet& after) {
    Comparison comparison;
    comparison.compare(types_of(before), types_of(after));
    return comparison.take();
}

}  // namespace jobbro::contract_test
