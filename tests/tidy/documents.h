// What the documents promise: commands that can be typed and links that lead somewhere.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tests/tidy/repository.h"

namespace jobbro::tidy {

// Whether a path from the root exists, as a file or a folder.
using Exists = std::function<bool(const std::string& path)>;

// The command lines of the ```sh blocks of a document whose first word is a path, and that name
// neither a file of the repository nor build/<preset>/bin/<a program of ours>. `cmake` holds every
// CMakeLists.txt, joined.
Offences command_offences(const TextFile& document, std::string_view cmake, const Exists& exists);

// Relative links that lead nowhere. Links in code are text.
Offences link_offences(const TextFile& document, const Exists& exists);

}  // namespace jobbro::tidy
