// Names of enum values as options take them: "follow_up" for WAITING_FOR_FOLLOW_UP.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>

#include <string>

#include "proto/base/result.h"

namespace jobbro::cli {

// What the value is called; its number, of one this build does not know.
std::string value_name(const google::protobuf::EnumDescriptor& type, int number);
// The number of the value that is called so; never of the unspecified one. Errors: usage, naming
// the option and the names there are.
Result<int> parse_value_name(const google::protobuf::EnumDescriptor& type,
                             const std::string& option, const std::string& text);

template <typename Enum>
Result<Enum> parse_name(const std::string& option, const std::string& text) {
    JOBBRO_TRY_ASSIGN(const int number,
                      parse_value_name(*google::protobuf::GetEnumDescriptor<Enum>(), option, text));
    return static_cast<Enum>(number);
}

}  // namespace jobbro::cli
