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
#include "proto/base/bytes.h"
#include "proto/base/result.h"

namespace jobbro::core {

// A cell of the results as it is told.
v1::ResultCell told_cell(const domain::ResultCell& cell);
// And back. Errors: tampered when told_cell() made no such thing.
Result<domain::ResultCell> cell_of(const v1::ResultCell& told);

// "2011-03". Errors: field_out_of_bounds, of the field `path`, when the text is no month.
std::string month_text(domain::Month month);
Result<domain::Month> month_of_text(const std::string& text, const char* path);

// Cells, each told once, by owner and the latest period first. They stay: some 330 bytes each, as
// bytes that are read when asked for (RESULTS.md says how many they become). Moved and not copied.
// Thread: the hub's loop.
class FrozenResults {
  public:
    FrozenResults() = default;
    FrozenResults(FrozenResults&&) = default;
    FrozenResults& operator=(FrozenResults&&) = default;
    FrozenResults(const FrozenResults&) = delete;
    FrozenResults& operator=(const FrozenResults&) = delete;
    ~FrozenResults() = default;

    // Requires: as told_cell() makes them; no other of the same owner and period was added.
    void add(const v1::ResultCell& cell);

    // A cell, and what names it in a cursor: the same after a restart, as cells are added in the
    // order of the log.
    struct Told {
        v1::ResultCell cell;
        std::uint32_t number;  // from 1
    };
    struct Listed {
        std::vector<Told> cells;
        // The last cell that was looked at, where that was the last that might be; 0: the cells end
        // with what is asked for, or with the last there is.
        std::uint32_t stopped_at = 0;
    };
    // What is asked for behind the cell `after` (0: from the first), at most `most` of it, with so
    // many cells looked at. Requires: `looks` is not 0. Errors: field_out_of_bounds with its path,
    // "results.from_month" for one; for a number that no cell has, "after".
    [[nodiscard]] Result<Listed> list(const v1::ResultsQuestion& asked, std::uint32_t after,
                                      std::size_t most, std::size_t looks) const;

    friend bool operator==(const FrozenResults& a, const FrozenResults& b) {
        return a.cells_ == b.cells_;
    }

  private:
    // Whose, and then the periods from the last to the first, the shorter before the longer.
    using Key = std::tuple<v1::ResultsOf, std::string, std::string, std::uint32_t, std::uint32_t>;
    static Key key_of(const v1::ResultCell& cell);
    struct Numbered {
        Bytes cell;
        std::uint32_t number;
        friend bool operator==(const Numbered&, const Numbered&) = default;
    };
    std::map<Key, Numbered> cells_;
    std::vector<const Key*> keys_;  // by number; of cells_
};

}  // namespace jobbro::core
