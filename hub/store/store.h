// Ordered tables of bytes with atomic, durable batches: the seam behind which nothing decides.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/result.h"

namespace jobbro::store {

// One of the tables a store was opened with, by its place in that list.
struct Table {
    std::uint8_t index;
    friend constexpr bool operator==(Table, Table) = default;
};

// What is written together. Later operations on the same row win. Thread: one at a time.
class Batch {
  public:
    struct Operation {
        Table table;
        bool is_erasure;
        Bytes key;
        Bytes value;
    };

    void put(Table table, BytesView key, BytesView value);
    void erase(Table table, BytesView key);
    void clear();

    [[nodiscard]] bool empty() const { return operations_.empty(); }
    [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }

  private:
    std::vector<Operation> operations_;
};

struct Row {
    Bytes key;
    Bytes value;
};

enum class Durability : std::uint8_t {
    // On stable storage when commit returns: survives the machine.
    synced,
    // In the operating system's hands: survives the process, maybe not the machine. A later synced
    // commit to the same store makes it stable too; a crash keeps a prefix of the commits.
    buffered,
};

// Thread: commit from one thread at a time; reading from any.
class Store {
  public:
    virtual ~Store() = default;

    // None when there is no such row. Errors: store_failed.
    [[nodiscard]] virtual Result<std::optional<Bytes>> get(Table table, BytesView key) const = 0;

    // Calls `visit` for each row from `from` on, in key order, until it returns false.
    // Errors: store_failed.
    virtual Result<void> scan(Table table, BytesView from,
                              const std::function<bool(BytesView, BytesView)>& visit) const = 0;

    // The row with the largest key, if any. Errors: store_failed.
    [[nodiscard]] virtual Result<std::optional<Row>> last(Table table) const = 0;

    // All of the batch or nothing. After an error the caller must not go on writing: whether the
    // batch will be there at the next start is not known. Errors: store_failed.
    virtual Result<void> commit(const Batch& batch, Durability durability) = 0;

    // When it returns, no file of the store holds a value that these tables have not now, nor the
    // key of a row they have not; what was buffered is synced. Takes as long as writing the tables
    // anew. Thread: that of commit.
    // Errors: busy when something still reads from what should be gone, or there is no room to
    // write the tables anew: nothing is lost, and what is left goes when it is tried again later;
    // store_failed.
    virtual Result<void> scrub(std::span<const Table> tables) = 0;
};

}  // namespace jobbro::store
