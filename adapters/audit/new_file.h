// Files the auditor's program makes: the auditor's own, and never over something that is there.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

#include "proto/base/result.h"

namespace jobbro::audit {

// A file of mode 0600 in the making: taken away again unless it is kept. Folders on the way to it
// are made, mode 0700. Thread: one at a time.
class NewFile {
  public:
    // Errors, here and below: file_unwritable. Here also when something is there already.
    static Result<NewFile> make(std::filesystem::path path);
    NewFile(NewFile&& other) noexcept;
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    NewFile& operator=(NewFile&&) = delete;
    ~NewFile();

    Result<void> write(std::string_view content);
    // Nothing is written after it.
    Result<void> close();
    // It stays. Requires: closed.
    void keep();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    NewFile(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}

    std::filesystem::path path_;
    int file_;
    bool is_kept_ = false;
};

// A file of mode 0600 in this folder that has no name and is gone when it is closed, to be written
// and then read from the start. Errors: file_unwritable. Thread: any.
Result<std::fstream> open_nameless_file(const std::filesystem::path& folder);

// A file of mode 0600 with this content. Folders on the way to it are made, mode 0700. What a
// failure leaves of it is taken away. Errors: file_unwritable. Thread: any.
Result<void> write_new_file(const std::filesystem::path& path, std::string_view content);

// The folder is made, mode 0700; one that is there must be empty. Errors: file_unwritable.
Result<void> make_empty_folder(const std::filesystem::path& path);

}  // namespace jobbro::audit
