// What must never be in the repository: people's numbers, keys, and where somebody works.
#pragma once

#include "tests/tidy/repository.h"

namespace jobbro::tidy {

// Ten digits that read as a CPR number whose day has not 60 added (with a hyphen, or with a check
// digit that holds; but for public examples, in tests), secret key files outside the sources that
// write them, and paths of one machine. An offence names the place, never the number.
Offences secret_offences(const TextFiles& files);

}  // namespace jobbro::tidy
