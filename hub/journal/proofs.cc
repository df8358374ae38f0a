#include "hub/journal/proofs.h"

#include "hub/journal/tables.h"

namespace jobbro::journal {
namespace {

Error tampered(const char* what) {
    return {ErrorCode::tampered, what};
}

evidence::ReadTile reader_of(const Journal& journal) {
    return [&log = journal.log(), tree = journal.tree().view()](const evidence::TileId& tile) {
        return tree.tile(log, tile);
    };
}

// What the log has said the root is; none when it signed nothing of this size.
Result<std::optional<evidence::Digest>> signed_root(const Journal& journal, TreeSize size) {
    if (size == journal.size()) return std::optional{journal.tree().root()};
    JOBBRO_TRY_ASSIGN(const Bytes note, checkpoint_of_size(journal, size));
    if (note.empty()) return std::optional<evidence::Digest>{};
    const auto checkpoint = evidence::open_checkpoint(note, journal.verifier_of(size));
    if (!checkpoint || checkpoint->size != size) return tampered("a stored checkpoint");
    return std::optional{checkpoint->root};
}

}  // namespace

Result<Inclusion> prove_inclusion(const Journal& journal, Sequence sequence, TreeSize size) {
    JOBBRO_ASSERT(sequence.value() < size.value() && size <= journal.committed_size());
    JOBBRO_ASSERT(journal.committed_size() == journal.size());
    JOBBRO_TRY_ASSIGN(Bytes entry, journal.stored_entry(sequence));
    JOBBRO_TRY_ASSIGN(const EntryParts parts, decode_entry(entry));
    JOBBRO_TRY_ASSIGN(auto path,
                      evidence::inclusion_from_tiles(reader_of(journal), leaf_of(sequence), size));
    JOBBRO_TRY_ASSIGN(const auto root, signed_root(journal, size));
    if (root && !evidence::verify_inclusion(evidence::leaf_hash(entry), leaf_of(sequence), size,
                                            path, *root)) {
        return tampered("an entry is not in the tree that was signed");
    }
    std::string sender = parts.clear.sender;
    return Inclusion{std::move(entry), std::move(sender), std::move(path)};
}

Result<std::vector<evidence::Digest>> prove_consistency(const Journal& journal, TreeSize old_size,
                                                        TreeSize size) {
    JOBBRO_ASSERT(old_size <= size && size <= journal.committed_size());
    JOBBRO_ASSERT(journal.committed_size() == journal.size());
    JOBBRO_TRY_ASSIGN(auto path,
                      evidence::consistency_from_tiles(reader_of(journal), old_size, size));
    if (old_size.value() == 0) return path;
    JOBBRO_TRY_ASSIGN(const auto old_root, signed_root(journal, old_size));
    JOBBRO_TRY_ASSIGN(const auto root, signed_root(journal, size));
    if (old_root && root && !evidence::verify_consistency(old_size, *old_root, size, *root, path)) {
        return tampered("a tree is not the beginning of one signed later");
    }
    return path;
}

Result<Bytes> checkpoint_of_size(const Journal& journal, TreeSize size) {
    if (size == journal.size()) return journal.checkpoint();
    JOBBRO_TRY_ASSIGN(auto note, journal.log().get(log_table::commits, key_of(size.value())));
    return note ? *std::move(note) : Bytes{};
}

}  // namespace jobbro::journal
