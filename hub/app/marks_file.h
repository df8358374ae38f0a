// The file of erasure marks on disk.
#pragma once

#include <filesystem>

#include "hub/journal/erasure_marks.h"

namespace jobbro::app {

// Mode 0600. A new version is written beside it, under its name and ".new", synced and renamed.
// Thread: the hub's loop.
class MarksFileOnDisk final : public journal::MarksFile {
  public:
    explicit MarksFileOnDisk(std::filesystem::path path) : path_(std::move(path)) {}

    Result<std::optional<Bytes>> read() override;
    Result<void> replace(BytesView bytes) override;

  private:
    std::filesystem::path path_;
};

}  // namespace jobbro::app
