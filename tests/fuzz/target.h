// What a fuzz target is to whatever drives it: libFuzzer, or replay_main.cc. Each target is one .cc
// file that defines both functions. An input that breaks a promise ends the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "proto/base/bytes.h"

namespace jobbro::testing {

// Inputs to start from; the same at every call.
std::vector<Bytes> seeds();

}  // namespace jobbro::testing

// One input. The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
