// A Store in memory, with faults on demand.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "hub/store/store.h"

namespace jobbro::testing {

// Thread: one at a time. Knows what a crash of the machine would leave: the last synced state, with
// buffered commits after it gone.
class MemoryStore final : public store::Store {
  public:
    explicit MemoryStore(std::size_t tables) : tables_(tables), remains_(tables) {}

    [[nodiscard]] Result<std::optional<Bytes>> get(store::Table table,
                                                   BytesView key) const override;
    Result<void> scan(store::Table table, BytesView from,
                      const std::function<bool(BytesView, BytesView)>& visit) const override;
    [[nodiscard]] Result<std::optional<store::Row>> last(store::Table table) const override;
    Result<void> commit(const store::Batch& batch, store::Durability durability) override;
    Result<void> scrub(std::span<const store::Table> tables) override;

    // The next commit fails and writes nothing.
    void fail_next_commit() { fails_next_ = true; }
    // The next scrub, or so many, does nothing and is busy.
    void be_busy_at_next_scrub(std::size_t times = 1) { busy_scrubs_ = times; }
    // How many were asked for.
    [[nodiscard]] std::size_t scrubs() const { return scrubs_; }
    // What a look at the raw disk may find: values that were replaced or erased since the last
    // scrub of their table.
    [[nodiscard]] bool holds_remains_of(BytesView value) const;
    // The machine stops: what was not synced is gone.
    void lose_power();
    [[nodiscard]] std::size_t synced_commits() const { return synced_commits_; }
    [[nodiscard]] std::size_t rows(store::Table table) const { return tables_[table.index].size(); }

  private:
    using Rows = std::map<Bytes, Bytes, std::less<>>;
    struct Former {
        std::size_t table;
        Bytes key;
        std::optional<Bytes> value;
    };
    std::vector<Rows> tables_;
    std::vector<Former> unsynced_;  // what the rows written since the last sync were, oldest first
    std::vector<std::vector<Bytes>> remains_;  // by table: what was replaced or erased
    bool fails_next_ = false;
    std::size_t busy_scrubs_ = 0;
    std::size_t scrubs_ = 0;
    std::size_t synced_commits_ = 0;
};

}  // namespace jobbro::testing
