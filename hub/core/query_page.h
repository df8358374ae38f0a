// A page of an answer while it is made.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "hub/core/core.h"
#include "proto/base/limits.h"

namespace jobbro::core {

// Rows until there are as many as may be, or as many bytes, or as much has been looked at. Thread:
// the hub's loop.
struct Core::QueryPage {
    v1::Answer answer;
    std::vector<Sequence> read;  // entries whose content is handed out; each once
    Instant now;
    domain::Day today;
    std::size_t rows_max = 0;
    std::size_t rows = 0;
    std::size_t bytes = 0;
    std::size_t looks_left = limits::query_looks_max;
    bool has_begun = false;  // something was looked up for it: it counts, whatever comes of it
    char mark = 0;           // of the question: the first byte of its cursors
    Bytes after;  // where the page before ended, without the mark; empty: this is the first

    [[nodiscard]] bool is_first() const { return after.empty(); }
    [[nodiscard]] bool is_full() const { return rows >= rows_max; }
    [[nodiscard]] std::size_t rows_left() const { return rows_max - rows; }
    void look() { looks_left -= std::min<std::size_t>(looks_left, 1); }
    // Whether there is room for that many bytes more. The first row always has.
    [[nodiscard]] bool has_room_for(std::size_t row_bytes) const {
        return bytes == 0 || bytes + row_bytes <= limits::delivery_frame_bytes_max;
    }
    void count_row(std::size_t row_bytes) {
        ++rows;
        bytes += row_bytes;
    }
    void note_read(Sequence sequence) {
        if (std::find(read.begin(), read.end(), sequence) == read.end()) read.push_back(sequence);
    }
    // There may be more behind `cursor`.
    void end_at(const Bytes& cursor) {
        JOBBRO_ASSERT(cursor.size() < limits::query_after_bytes_max);
        answer.set_next(mark + cursor);
    }
};

// What a question says that is not to be asked, by its path in the Query.
inline Error out_of_bounds(std::string path) {
    return {ErrorCode::field_out_of_bounds, {}, std::move(path)};
}

// An order that the party has a ground for.
struct Core::OrderInSight {
    contract::OrderId id;
    const journal::rows::OrderRow* row;  // good until the end of the turn
    domain::Relation relation;
};

}  // namespace jobbro::core
