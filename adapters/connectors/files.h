// What is done to files: looked at, read, written and moved, never followed and never overwritten.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/result.h"

namespace jobbro::connectors {

// Tells one state of a file from another, and from another file of its name; a move changes nothing
// of it.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t number = 0;  // inode
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;  // since 1970
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

// A name of a folder and what stands there, not followed.
struct FileLook {
    std::string name;
    FileIdentity identity;
    bool is_regular = false;
};

// None: nothing of that name is there, or it cannot be looked at. Thread: any.
std::optional<FileLook> look_at(const std::filesystem::path& path);

// The names of a folder, in their order as bytes; of more than `names_max` the first ones.
// Errors: file_unreadable. Thread: any.
Result<std::vector<std::string>> list_names(const std::filesystem::path& folder,
                                            std::size_t names_max,
                                            bool (*is_wanted)(std::string_view name));

// What came of reading a file.
struct FileReading {
    enum class State : std::uint8_t {
        read,
        busy,  // somebody has it open for writing, it changed meanwhile, or we lack the means now
        gone,  // there is nothing of that name any more
        refused,  // it cannot be read: see `error`
    };
    State state = State::gone;
    FileIdentity identity;  // for read and refused
    Bytes text;
    std::optional<Error> error;
};

// Reads a regular file whole. That nobody has it open for writing is asked of the system with a
// read lease; where there are no leases (some network file systems, files of somebody else), the
// answer is taken to be yes. Requires: the process ignores SIGIO.
// Errors within: file_unreadable (no right, or no regular file), `too_large` for more than
// `bytes_max`. Thread: any.
FileReading read_when_whole(const std::filesystem::path& path, std::size_t bytes_max,
                            ErrorCode too_large);

// Whether somebody has the regular file open for writing, asked as above; false where there is none
// or it cannot be opened. Requires: the process ignores SIGIO. Thread: any.
bool is_open_for_writing(const std::filesystem::path& path);

// Writes the file by way of `staged`, mode 0600, synced; the folders are not. False when something
// of the target's name is there already. Errors: file_unwritable. Thread: any.
Result<bool> write_new_file(const std::filesystem::path& staged,
                            const std::filesystem::path& target, BytesView content);

// The same over whatever file has the name, and not synced: for what is written anew all the time.
Result<void> replace_file(const std::filesystem::path& staged, const std::filesystem::path& target,
                          BytesView content);

// True when it was moved; false when something of that name is there already.
// Errors: file_unwritable. Thread: any.
Result<bool> move_without_replacing(const std::filesystem::path& from,
                                    const std::filesystem::path& to);

// Makes moves to and from the folder durable. Errors: file_unwritable. Thread: any.
Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace jobbro::connectors
