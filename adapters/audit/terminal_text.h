// Text from elsewhere on somebody's terminal.
#pragma once

#include <string>
#include <string_view>

namespace jobbro::audit {

// The same text with everything that is not plain printing text (control characters, what UTF-8
// does not allow, marks that turn the direction of writing) as \xHH a byte; line feeds stay, and so
// a terminal can be told nothing. Thread: any.
std::string terminal_safe(std::string_view text);
// The same with line feeds too: it cannot pass for several lines. Thread: any.
std::string one_line(std::string_view text);

}  // namespace jobbro::audit
