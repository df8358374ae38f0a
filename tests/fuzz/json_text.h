// What JSON cannot say again.
#pragma once

#include <string_view>

namespace jobbro::testing {

// A value that is minus zero, which is read as zero.
inline bool has_minus_zero(std::string_view json) {
    return json.find(":-0,") != std::string_view::npos ||
           json.find(":-0}") != std::string_view::npos;
}

}  // namespace jobbro::testing
