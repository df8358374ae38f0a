#include "proto/contract/white_space.h"

#include <algorithm>

namespace jobbro::contract {
namespace {

// U+2000 to U+200D, U+2028, U+2029 and U+202F; U+205F, U+2060; U+3000; U+FEFF; U+00A0.
bool is_white_space_of_three(unsigned char second, unsigned char third) {
    if (second == 0x80) return third <= 0x8d || third == 0xa8 || third == 0xa9 || third == 0xaf;
    return second == 0x81 && (third == 0x9f || third == 0xa0);
}

}  // namespace

std::size_t white_space_at_start(std::string_view text) {
    const auto byte = [text](std::size_t at) -> unsigned char {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0xff;
    };
    switch (byte(0)) {
        case ' ':
        case '\n':
        case '\t':
            return 1;
        case 0xc2:
            return byte(1) == 0xa0 ? 2 : 0;
        case 0xe2:
            return is_white_space_of_three(byte(1), byte(2)) ? 3 : 0;
        case 0xe3:
            return byte(1) == 0x80 && byte(2) == 0x80 ? 3 : 0;
        case 0xef:
            return byte(1) == 0xbb && byte(2) == 0xbf ? 3 : 0;
        default:
            return 0;
    }
}

int words_in(std::string_view text, int most) {
    int words = 0;
    bool in_word = false;
    while (!text.empty() && words < most) {
        const std::size_t space = white_space_at_start(text);
        if (space == 0 && !in_word) ++words;
        in_word = space == 0;
        text.remove_prefix(std::max<std::size_t>(space, 1));
    }
    return words;
}

bool is_blank(std::string_view text) {
    return words_in(text, 1) == 0;
}

}  // namespace jobbro::contract
