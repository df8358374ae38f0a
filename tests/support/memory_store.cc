#include "tests/support/memory_store.h"

namespace jobbro::testing {

Result<std::optional<Bytes>> MemoryStore::get(store::Table table, BytesView key) const {
    const Rows& rows = tables_.at(table.index);
    const auto row = rows.find(key);
    if (row == rows.end()) return std::optional<Bytes>{};
    return std::optional<Bytes>{row->second};
}

Result<void> MemoryStore::scan(store::Table table, BytesView from,
                               const std::function<bool(BytesView, BytesView)>& visit) const {
    const Rows& rows = tables_.at(table.index);
    for (auto row = rows.lower_bound(from); row != rows.end(); ++row) {
        if (!visit(row->first, row->second)) break;
    }
    return {};
}

Result<std::optional<store::Row>> MemoryStore::last(store::Table table) const {
    const Rows& rows = tables_.at(table.index);
    if (rows.empty()) return std::optional<store::Row>{};
    return std::optional<store::Row>{store::Row{rows.rbegin()->first, rows.rbegin()->second}};
}

Result<void> MemoryStore::commit(const store::Batch& batch, store::Durability durability) {
    if (fails_next_) {
        fails_next_ = false;
        return Error{ErrorCode::store_failed, "made to fail"};
    }
    for (const store::Batch::Operation& operation : batch.operations()) {
        Rows& rows = tables_.at(operation.table.index);
        if (operation.is_erasure) {
            rows.erase(operation.key);
        } else {
            rows[operation.key] = operation.value;
        }
    }
    if (durability == store::Durability::synced) {
        synced_ = tables_;
        ++synced_commits_;
    }
    return {};
}

}  // namespace jobbro::testing
