// Erasure marks: what the hub must know after a restore, kept where no backup of the data reaches.
#pragma once

#include <optional>
#include <string>

#include "hub/journal/slot_set.h"
#include "hub/journal/vault.h"
#include "proto/evidence/digest.h"

namespace jobbro::journal {

// Where the marks lie: a file outside the data folder and of its backups. Life: must outlive the
// journal. Thread: the hub's loop.
class MarksFile {
  public:
    MarksFile() = default;
    MarksFile(const MarksFile&) = delete;
    MarksFile& operator=(const MarksFile&) = delete;
    virtual ~MarksFile() = default;
    // What is larger is neither read nor written. A range of slots takes two to some six bytes: ten
    // million of them and more.
    static constexpr std::size_t bytes_max = std::size_t{64} * 1024 * 1024;
    // None when there is no such file. Errors: file_unreadable.
    virtual Result<std::optional<Bytes>> read() = 0;
    // In one step: afterwards the file holds all of it, durably, or what it held before. Errors:
    // file_unwritable, also when it is too large.
    virtual Result<void> replace(BytesView bytes) = 0;
};

struct ErasureMarks {
    std::string origin;
    TreeSize size;            // of a tree the log has signed; 0: it was about to be begun
    evidence::Digest root{};  // of that tree
    SlotSet erased;           // the slots whose keys were destroyed
};

// "jobbro erasure marks v1" LF, and the marks sealed by the vault.
Bytes encode_marks(const ErasureMarks& marks, const Vault& vault, Randomness& randomness);
// Errors: opening_failed when they are not this vault's; tampered when they are, and make no sense.
Result<ErasureMarks> decode_marks(BytesView bytes, const Vault& vault);

}  // namespace jobbro::journal
