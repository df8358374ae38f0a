#include "adapters/cli/enum_names.h"

#include <algorithm>
#include <string_view>

namespace jobbro::cli {
namespace {

// The unspecified value's name has nothing but the prefix and this.
constexpr std::string_view unspecified = "UNSPECIFIED";

std::string short_name(const google::protobuf::EnumValueDescriptor& value) {
    const auto* const first = value.type()->FindValueByNumber(0);
    JOBBRO_ASSERT(first != nullptr && first->name().ends_with(unspecified));
    std::string name = value.name().substr(first->name().size() - unspecified.size());
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return name;
}

}  // namespace

std::string value_name(const google::protobuf::EnumDescriptor& type, int number) {
    const auto* const value = type.FindValueByNumber(number);
    return value == nullptr ? std::to_string(number) : short_name(*value);
}

Result<int> parse_value_name(const google::protobuf::EnumDescriptor& type,
                             const std::string& option, const std::string& text) {
    std::string names;
    for (int i = 0; i < type.value_count(); ++i) {
        const auto& value = *type.value(i);
        if (value.number() == 0) continue;
        const std::string name = short_name(value);
        if (name == text) return value.number();
        names += (names.empty() ? "" : ", ") + name;
    }
    return Error{ErrorCode::usage, option + " is one of " + names};
}

}  // namespace jobbro::cli
