#include "hub/journal/erasure_marks.h"

#include "hub/journal/rows.pb.h"

namespace jobbro::journal {
namespace {

constexpr BytesView first_line = "jobbro erasure marks v1\n";

}  // namespace

Bytes encode_marks(const ErasureMarks& marks, const Vault& vault, Randomness& randomness) {
    rows::ErasureMarksRow row;
    row.set_origin(marks.origin);
    row.set_tree_size(marks.size.value());
    if (marks.size > TreeSize{0}) row.set_tree_root(Bytes{view(marks.root)});
    row.set_erased(marks.erased.encode());
    return Bytes{first_line} + vault.seal_marks(row.SerializeAsString(), randomness);
}

Result<ErasureMarks> decode_marks(BytesView bytes, const Vault& vault) {
    if (bytes.substr(0, first_line.size()) != first_line) {
        return Error{ErrorCode::opening_failed, "the file of erasure marks is none"};
    }
    const auto plain = vault.open_marks(bytes.substr(first_line.size()));
    if (!plain) {
        return Error{ErrorCode::opening_failed,
                     "the erasure marks are another vault's, or were changed"};
    }
    rows::ErasureMarksRow row;
    const bool is_read = row.ParseFromString(*plain);
    auto erased = SlotSet::decode(row.erased());
    const std::size_t root_bytes = row.tree_size() > 0 ? 32 : 0;
    if (!is_read || !erased || row.tree_root().size() != root_bytes) {
        return Error{ErrorCode::tampered, "the erasure marks"};
    }
    ErasureMarks marks{row.origin(), TreeSize{row.tree_size()}, {}, *std::move(erased)};
    if (root_bytes > 0) marks.root = array_of<32>(row.tree_root());
    return marks;
}

}  // namespace jobbro::journal
