// Which files of a folder are whole, as far as looking tells.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/connectors/files.h"
#include "proto/base/clock.h"

namespace jobbro::connectors {

// A file is whole when its writer has closed it or moved it here and it has not been said to be
// unfinished since, or when two looks at least settling_ms apart saw the same size and time. What
// was read and looks unfinished needs the latter, whatever its writer did.
// Remembers no more than the names of the last looks and those told of since.
// Instants come from one clock that never steps back. Thread: one at a time.
class Arrivals {
  public:
    static constexpr std::int64_t settling_ms = 1000;

    // The system told that the file was closed after writing, or moved here.
    void closed(const std::string& name);
    // What stands in the folder now, all of it; returns the whole ones, in the order given.
    std::vector<FileLook> look(const std::vector<FileLook>& files, Instant now);

    // It could not be had after all, since somebody writes it.
    void is_busy(const FileLook& file, Instant now);
    // It was read, and its text may go on. True when that has been found before of the same state
    // of the file, so that it is to be taken as it is.
    bool is_unfinished_again(const FileLook& file, Instant now);
    // It is dealt with; of that name, nothing is known.
    void forget(const std::string& name);

    // When looking again may tell something new; none: not without other news.
    [[nodiscard]] std::optional<Instant> next_due() const;

  private:
    struct Seen {
        std::optional<FileIdentity> identity;  // none: not looked at yet
        Instant since;                         // when this state was first seen
        bool is_closed = false;
        bool is_suspect = false;  // this state was read and looked unfinished
    };
    static bool is_whole(const Seen& seen, Instant now);

    std::map<std::string, Seen> seen_;
};

}  // namespace jobbro::connectors
