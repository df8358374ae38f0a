#include "hub/app/observed_store.h"

#include <chrono>

namespace jobbro::app {

Result<std::optional<Bytes>> ObservedStore::get(store::Table table, BytesView key) const {
    return inner_->get(table, key);
}

Result<void> ObservedStore::scan(store::Table table, BytesView from,
                                 const std::function<bool(BytesView, BytesView)>& visit) const {
    return inner_->scan(table, from, visit);
}

Result<std::optional<store::Row>> ObservedStore::last(store::Table table) const {
    return inner_->last(table);
}

Result<void> ObservedStore::commit(const store::Batch& batch, store::Durability durability) {
    const auto start = std::chrono::steady_clock::now();
    Result<void> done = inner_->commit(batch, durability);
    if (durability == store::Durability::synced) {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        metrics_->observe(ops::Observed::commit_duration_seconds, took.count());
    }
    return done;
}

Result<void> ObservedStore::scrub(std::span<const store::Table> tables) {
    return inner_->scrub(tables);
}

}  // namespace jobbro::app
