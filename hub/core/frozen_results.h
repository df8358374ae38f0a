// What was told of months, quarters and years, for whoever asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "hub/domain/results.h"
#include "jobbro/v1/query.pb.h"
#include "jobbro/v1/results.pb.h"
#include "proto/base/result.h"

namespace jobbro::core {

// A cell of the results as it is told.
v1::ResultCell told_cell(const domain::ResultCell& cell);
// And back. Errors: tampered when told_cell() made no such thing.
Result<domain::ResultCell> cell_of(const v1::ResultCell& told);

// "2011-03". Errors: field_out_of_bounds, with `path` in the detail, when the text is no month.
std::string month_text(domain::Month month);
Result<domain::Month> month_of_text(const std::string& text, const char* path);

// Cells, each told once, by owner and the latest period first. Thread: the hub's loop.
class FrozenResults {
  public:
    void add(v1::ResultCell cell);

    // A cell, and what names it in a cursor: the same after a restart, as cells are added in the
    // order of the log.
    struct Told {
        const v1::ResultCell* cell;
        std::uint32_t number;  // from 1
    };
    // What is asked for behind the cell `after` (0: from the first), at most `most` of it. Good
    // until the next add(). Errors: field_out_of_bounds with its path, "results.from_month" for
    // one; for a number that no cell has, "after".
    [[nodiscard]] Result<std::vector<Told>> list(const v1::ResultsQuestion& asked,
                                                 std::uint32_t after, std::size_t most) const;

    friend bool operator==(const FrozenResults& a, const FrozenResults& b) {
        return a.keys_ == b.keys_;
    }

  private:
    // Whose, and then the periods from the last to the first, the shorter before the longer.
    using Key = std::tuple<v1::ResultsOf, std::string, std::string, std::uint32_t, std::uint32_t>;
    static Key key_of(const v1::ResultCell& cell);
    struct Numbered {
        v1::ResultCell cell;
        std::uint32_t number;
    };
    std::map<Key, Numbered> cells_;
    std::vector<Key> keys_;  // by number
};

}  // namespace jobbro::core
