// The root of the repository: seven entries, three files beside them, and dotfiles.
#pragma once

#include <string>
#include <vector>

#include "tests/tidy/repository.h"

namespace jobbro::tidy {

// What is missing among `entries` (names at the root) and what does not belong there. Dotfiles and
// the git-ignored build and var are tolerated.
Offences root_offences(const std::vector<std::string>& entries);

}  // namespace jobbro::tidy
