#include "adapters/connectors/departure.h"

#include <sys/stat.h>

#include "adapters/connectors/file_names.h"

namespace jobbro::connectors {
namespace {

constexpr unsigned numbers_max = 10'000;

bool holds_exactly(const std::filesystem::path& path, const std::string& text) {
    const FileReading reading = read_when_whole(path, text.size(), ErrorCode::field_too_long);
    return reading.state == FileReading::State::read && reading.text == text;
}

// Writes the text beside the first name that is free, and returns that name's path. A text that
// stands there alone and is the same was written by a call that did not come to its end.
Result<std::filesystem::path> write_beside(const FolderLayout& layout, const DepartingFile& file) {
    const auto& folder = file.is_refused ? layout.refused : layout.sent;
    const std::string ending = file.is_refused ? ".error.json" : ".receipt.json";
    const auto staged = layout.staging / ("fate-" + file.log_name + ".json");
    for (unsigned number = 1; number <= numbers_max; ++number) {
        const auto target = folder / numbered_name(file.kept_name, number);
        if (look_at(target)) continue;
        const std::filesystem::path beside = target.string() + ending;
        if (look_at(beside)) {
            if (holds_exactly(beside, file.text)) return target;
            continue;
        }
        JOBBRO_TRY_ASSIGN(const bool is_written, write_new_file(staged, beside, file.text));
        if (is_written) return target;
    }
    return Error{ErrorCode::file_unwritable, folder.string() + ": too many files of one name"};
}

}  // namespace

Result<Departure> depart(const FolderLayout& layout, const DepartingFile& file) {
    JOBBRO_TRY_ASSIGN(const auto target, write_beside(layout, file));
    const auto moving = layout.moving / file.name;
    if (!file.is_in_moving) {
        const auto from = layout.in / file.name;
        const auto there = look_at(from);
        if (!there) return Departure::gone;
        if (!(there->identity == file.identity)) return Departure::replaced;
        JOBBRO_TRY_ASSIGN(const bool is_moved, move_without_replacing(from, moving));
        // One that took the place of an earlier file of the name waits there to be read.
        if (!is_moved) return Departure::replaced;
    }
    // Asked first: whoever had it open until then has changed it by the time it is looked at.
    const bool is_written = is_open_for_writing(moving);
    const auto there = look_at(moving);
    if (!there) return Departure::gone;
    if (!(there->identity == file.identity)) return Departure::replaced;
    if (is_written) return Error{ErrorCode::busy, "somebody has a file open for writing"};
    if (there->is_regular) ::chmod(moving.c_str(), 0600);
    JOBBRO_TRY_ASSIGN(const bool is_moved, move_without_replacing(moving, target));
    if (is_moved) return Departure::moved;
    return Error{ErrorCode::file_unwritable, "somebody writes into the folders of this program"};
}

Result<void> sync_departures(const FolderLayout& layout) {
    for (const auto* const folder : {&layout.sent, &layout.refused, &layout.moving, &layout.in})
        JOBBRO_TRY(sync_folder(*folder));
    return {};
}

}  // namespace jobbro::connectors
