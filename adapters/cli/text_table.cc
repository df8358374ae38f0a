#include "adapters/cli/text_table.h"

#include <algorithm>
#include <cstdint>

#include "proto/base/assert.h"

namespace jobbro::cli {
namespace {

// How many bytes the character that begins with this byte has.
std::size_t bytes_of(char first) {
    const auto byte = static_cast<std::uint8_t>(first);
    if (byte < 0xC0) return 1;
    return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

bool is_plain(std::string_view character) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(character[i]); };
    if (character.size() == 1) return byte(0) >= 0x20 && byte(0) != 0x7F;
    // U+0080 to U+009F, and U+061C.
    if (character.size() == 2) {
        return !(byte(0) == 0xC2 && byte(1) < 0xA0) && !(byte(0) == 0xD8 && byte(1) == 0x9C);
    }
    if (character.size() != 3 || byte(0) != 0xE2) return true;
    // U+200E and U+200F, U+2028 to U+202E, U+2066 to U+2069.
    if (byte(1) == 0x80)
        return byte(2) < 0x8E || (0x8F < byte(2) && byte(2) < 0xA8) || byte(2) > 0xAE;
    return byte(1) != 0x81 || byte(2) < 0xA6 || byte(2) > 0xA9;
}

std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<std::uint8_t>(c) >> 6U) != 2;
    }));
}

}  // namespace

std::string shown(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty()) {
        const std::string_view character = text.substr(0, bytes_of(text[0]));
        if (is_plain(character)) {
            safe += character;
        } else {
            safe += '?';
        }
        text.remove_prefix(character.size());
    }
    return safe;
}

TextTable::TextTable(std::vector<std::string> headings) {
    lines_.push_back({std::move(headings)});
}

void TextTable::add(const std::vector<std::string>& texts) {
    JOBBRO_ASSERT(texts.size() == lines_.front().texts.size());
    Line line;
    for (const std::string& text : texts)
        line.texts.push_back(text.empty() ? "-" : shown(text));
    lines_.push_back(std::move(line));
}

void TextTable::add_below(std::string_view text) {
    lines_.push_back({{"    " + shown(text)}, true});
}

std::string TextTable::str() const {
    if (lines_.size() == 1) return {};
    std::vector<std::size_t> widths(lines_.front().texts.size());
    for (const Line& line : lines_) {
        if (line.is_across) continue;
        for (std::size_t i = 0; i < widths.size(); ++i)
            widths[i] = std::max(widths[i], characters(line.texts[i]));
    }
    std::string table;
    for (const Line& line : lines_) {
        std::string text;
        for (std::size_t i = 0; i < line.texts.size(); ++i) {
            text += line.texts[i];
            if (line.is_across) continue;
            text.append(widths[i] - characters(line.texts[i]) + 2, ' ');
        }
        text.erase(text.find_last_not_of(' ') + 1);
        table += text + "\n";
    }
    return table;
}

}  // namespace jobbro::cli
