// Changes that a fuzz target makes of its inputs.
#pragma once

#include <google/protobuf/message.h>

#include "proto/base/bytes.h"
#include "proto/base/randomness.h"

namespace jobbro::testing {

// One change without regard to form: a bit, a byte, a piece taken out, doubled, or taken from
// another input.
void mutate_bytes(Bytes& input, const Bytes& other, SeededRandomness& random);

// One change to a field somewhere in the message: set, unset, doubled, or taken from a message of
// the same type in `other`. Strings stay UTF-8.
void mutate_message(google::protobuf::Message& message, const google::protobuf::Message& other,
                    SeededRandomness& random);

}  // namespace jobbro::testing
