// What the system tells of a folder without being asked.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/result.h"

namespace jobbro::connectors {

// Watches one folder with inotify. What it tells is a hint: whoever relies on it looks for
// themselves now and then. Thread: one at a time.
class FolderWatch {
  public:
    // Errors: file_limit_low (no more watches), file_unreadable (no such folder).
    static Result<std::unique_ptr<FolderWatch>> open(const std::filesystem::path& folder);
    FolderWatch(const FolderWatch&) = delete;
    FolderWatch& operator=(const FolderWatch&) = delete;
    ~FolderWatch();

    // Readable when there is something to take.
    [[nodiscard]] int descriptor() const { return descriptor_; }
    // Names of files that were closed after writing or moved in; when there are very many, there
    // are more to take. `is_incomplete` says that the system has dropped some.
    struct Told {
        std::vector<std::string> names;
        bool is_incomplete = false;
    };
    Told take();
    // Watches the folder that is there by its path now. Errors: as open.
    Result<void> renew();

  private:
    FolderWatch(std::filesystem::path folder, int descriptor)
        : folder_(std::move(folder)), descriptor_(descriptor) {}
    const std::filesystem::path folder_;
    const int descriptor_;
};

}  // namespace jobbro::connectors
