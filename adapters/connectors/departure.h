// How a file leaves the folder it came in by.
#pragma once

#include <string>

#include "adapters/connectors/files.h"
#include "adapters/connectors/folder_layout.h"

namespace jobbro::connectors {

// A file whose messages are all answered.
struct DepartingFile {
    std::string name;       // in `in`, or in `moving` when it had come that far before
    std::string kept_name;  // in the folder it goes to
    std::string log_name;
    bool is_in_moving = false;
    bool is_refused = false;  // it goes to `refused`, else to `sent`
    FileIdentity identity;    // as it was read
    std::string text;         // of the receipt or the errors that stand beside it
};

enum class Departure {
    moved,     // it stands in its folder, what became of it beside it
    gone,      // somebody has taken it away; what became of it stands there alone
    replaced,  // another, or a later state of it, stands in its place and is to be read; what
               // became of the first stands there alone
};

// Writes what became of the file and moves the file, never over anything: where something of the
// name is there, both get a number. After a crash at any point the same call ends as it would have.
// What was moved is durable after sync_departures(). Goes by way of `moving`, where nobody else
// puts files, so that a file that takes this one's place meanwhile is noticed, and so is a writer
// who has it open still: there nobody can open it anew. Errors: file_unwritable; busy while
// somebody has it open for writing. Then nothing was lost, and the call may be made again. Thread:
// one.
Result<Departure> depart(const FolderLayout& layout, const DepartingFile& file);

// Makes all departures so far durable. Errors: file_unwritable.
Result<void> sync_departures(const FolderLayout& layout);

}  // namespace jobbro::connectors
