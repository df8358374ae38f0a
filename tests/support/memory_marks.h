// Erasure marks in memory, with faults on demand.
#pragma once

#include <cstddef>
#include <optional>

#include "hub/journal/erasure_marks.h"

namespace jobbro::testing {

// Thread: one at a time.
class MemoryMarks final : public journal::MarksFile {
  public:
    Result<std::optional<Bytes>> read() override { return bytes; }
    Result<void> replace(BytesView with) override {
        ++tries;
        if (fails) return Error{ErrorCode::file_unwritable, "made to fail"};
        bytes = Bytes{with};
        return {};
    }

    std::optional<Bytes> bytes;  // none: there is no such file
    bool fails = false;          // to be written
    std::size_t tries = 0;       // to write
};

}  // namespace jobbro::testing
