// What a fuzz target is to whatever drives it: libFuzzer, or replay_main.cc. Each target is one .cc
// file that defines all of this. An input that breaks a promise ends the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/randomness.h"

namespace jobbro::testing {

// Inputs to start from; the same at every call.
std::vector<Bytes> seeds();

// One change to an input by what the target knows of its form, so that most of what comes of it can
// still be read. `other` is an input to take from.
void mutate(Bytes& input, const Bytes& other, SeededRandomness& random);

// How many changed seeds are run with every build: what takes some two seconds.
extern const int replay_mutations;

}  // namespace jobbro::testing

// One input. The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
