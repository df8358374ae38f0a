// Files the auditor's program makes: the auditor's own, and never over something that is there.
#pragma once

#include <filesystem>
#include <string_view>

#include "proto/base/result.h"

namespace jobbro::audit {

// A file of mode 0600 with this content. Folders on the way to it are made, mode 0700. What a
// failure leaves of it is taken away. Errors: file_unwritable. Thread: any.
Result<void> write_new_file(const std::filesystem::path& path, std::string_view content);

// The folder is made, mode 0700; one that is there must be empty. Errors: file_unwritable.
Result<void> make_empty_folder(const std::filesystem::path& path);

}  // namespace jobbro::audit
