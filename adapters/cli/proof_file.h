// Proof files on disk.
#pragma once

#include <filesystem>
#include <string_view>

#include "proto/evidence/tlog_proof.h"

namespace jobbro::cli {

// Errors: file_unreadable (also when it is too long for a proof); note_malformed. Thread: any, for
// both.
Result<evidence::TlogProof> read_proof_file(const std::filesystem::path& path);
// A new file that only its owner can read, synced. Errors: file_unwritable, also when there is one.
Result<void> write_proof_file(const std::filesystem::path& path, std::string_view text);

}  // namespace jobbro::cli
