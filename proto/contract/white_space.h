// What stands in a text without saying anything.
#pragma once

#include <cstddef>
#include <string_view>

namespace jobbro::contract {

// How many bytes of white space the text starts with. What editors put where nothing is to be seen
// is white space too. Requires: !text.empty(). Thread: any, for all here.
std::size_t white_space_at_start(std::string_view text);
// Words in the text, white space between them; stops counting after `most`.
int words_in(std::string_view text, int most);
// Empty, or nothing but white space.
bool is_blank(std::string_view text);

}  // namespace jobbro::contract
