// A table for people: texts in columns, safe for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jobbro::cli {

// The same on one line that tells a terminal nothing: "?" for each control character, and for what
// turns the direction of writing or breaks a line. Requires: UTF-8. Thread: any.
std::string shown(std::string_view text);
// Thread: one at a time.
class TextTable {
  public:
    explicit TextTable(std::vector<std::string> headings);

    // Requires: as many texts as headings. An empty one is shown as "-".
    void add(const std::vector<std::string>& texts);
    // A line below the row before, indented, across the columns.
    void add_below(std::string_view text);
    // The headings and all rows, a line each; nothing when there are no rows. Columns are as wide
    // as the longest text in them, by characters.
    [[nodiscard]] std::string str() const;

  private:
    struct Line {
        std::vector<std::string> texts;
        bool is_across = false;
    };
    std::vector<Line> lines_;
};

}  // namespace jobbro::cli
