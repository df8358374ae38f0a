// No source without a build: what stands on disk and in no CMakeLists.txt.
#pragma once

#include "tests/tidy/repository.h"

namespace jobbro::tidy {

// Every .cc and .proto under proto, hub, adapters and tests that no CMakeLists.txt of its folder or
// of one above names, and every CMakeLists.txt there that none above adds. A line behind # names
// nothing.
Offences source_offences(const TextFiles& files);

}  // namespace jobbro::tidy
