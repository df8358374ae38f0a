// A Store whose commits are timed.
#pragma once

#include <memory>

#include "hub/ops/metrics.h"
#include "hub/store/store.h"

namespace jobbro::app {

// Hands everything on. Thread: as Store. Life: `metrics` must outlive it.
class ObservedStore final : public store::Store {
  public:
    ObservedStore(std::unique_ptr<store::Store> inner, ops::Metrics& metrics)
        : inner_(std::move(inner)), metrics_(&metrics) {}

    [[nodiscard]] Result<std::optional<Bytes>> get(store::Table table,
                                                   BytesView key) const override;
    Result<void> scan(store::Table table, BytesView from,
                      const std::function<bool(BytesView, BytesView)>& visit) const override;
    [[nodiscard]] Result<std::optional<store::Row>> last(store::Table table) const override;
    Result<void> commit(const store::Batch& batch, store::Durability durability) override;
    Result<void> scrub(std::span<const store::Table> tables) override;

  private:
    std::unique_ptr<store::Store> inner_;
    ops::Metrics* metrics_;
};

}  // namespace jobbro::app
