// What a change of the contract would break.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <string>
#include <vector>

namespace jobbro::contract_test {

// One sentence for each thing in `before` that a program built with it would miss or misread in
// messages of `after`: a message or enum gone; a field or enum value gone without both its number
// and its name reserved; a number under another name; a field of another type, label or oneof; a
// reservation lifted. What is only in `after` breaks nothing. Looks at the package jobbro.v1 alone.
std::vector<std::string> breaking_changes(const google::protobuf::FileDescriptorSet& before,
                                          const google::protobuf::FileDescriptorSet& after);

}  // namespace jobbro::contract_test
