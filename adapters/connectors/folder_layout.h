// The folders of a party that exchanges messages as files.
#pragma once

#include <filesystem>

#include "proto/base/result.h"

namespace jobbro::connectors {

// All below one base, on one file system, each for its owner alone.
struct FolderLayout {
    explicit FolderLayout(const std::filesystem::path& base_folder)
        : base(base_folder),
          in(base / "in"),
          sent(base / "sent"),
          refused(base / "refused"),
          out(base / "out"),
          state(base / "state"),
          staging(state / "staging"),
          moving(state / "moving") {}

    std::filesystem::path base;
    std::filesystem::path in;       // the party's messages, a file or more a message
    std::filesystem::path sent;     // those the hub has, each with its receipt beside it
    std::filesystem::path refused;  // those with something refused, each with its errors beside it
    std::filesystem::path out;      // messages from others, a file each
    std::filesystem::path state;    // this program's own: outbox, inbox, metrics
    std::filesystem::path staging;  // files that are not whole yet
    std::filesystem::path moving;   // files on their way out of `in`
};

// Makes what is missing of the folders, mode 0700.
// Errors: file_unwritable; file_unreadable when one is no folder, belongs to somebody else or is
// open to others than its owner; both name the path. Thread: any.
Result<void> make_folders(const FolderLayout& layout);

}  // namespace jobbro::connectors
