#include "tests/support/memory_store.h"

#include <algorithm>

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
    const bool is_synced = durability == store::Durability::synced;
    for (const store::Batch::Operation& operation : batch.operations()) {
        Rows& rows = tables_.at(operation.table.index);
        const auto row = rows.find(operation.key);
        if (row != rows.end()) remains_[operation.table.index].push_back(row->second);
        if (!is_synced) {
            unsynced_.push_back({operation.table.index, operation.key,
                                 row == rows.end() ? std::nullopt : std::optional{row->second}});
        }
        if (operation.is_erasure) {
            rows.erase(operation.key);
        } else {
            rows[operation.key] = operation.value;
        }
    }
    if (is_synced) {
        unsynced_.clear();
        ++synced_commits_;
    }
    return {};
}

Result<void> MemoryStore::scrub(std::span<const store::Table> tables) {
    ++scrubs_;
    if (busy_scrubs_ > 0) {
        --busy_scrubs_;
        return Error{ErrorCode::busy, "made to be"};
    }
    for (const store::Table table : tables)
        remains_.at(table.index).clear();
    unsynced_.clear();
    return {};
}

bool MemoryStore::holds_remains_of(BytesView value) const {
    return std::any_of(remains_.begin(), remains_.end(), [&](const std::vector<Bytes>& of_table) {
        return std::find(of_table.begin(), of_table.end(), value) != of_table.end();
    });
}

void MemoryStore::lose_power() {
    for (; !unsynced_.empty(); unsynced_.pop_back()) {
        Former& former = unsynced_.back();
        Rows& rows = tables_[former.table];
        if (former.value) {
            rows.insert_or_assign(std::move(former.key), *std::move(former.value));
        } else {
            rows.erase(former.key);
        }
    }
}

}  // namespace jobbro::testing
