// A Store on disk, in RocksDB: one column family a table.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "hub/store/store.h"

namespace jobbro::store {

// How much room there is for more files of a folder, in bytes.
using RoomOf = std::function<std::uint64_t(const std::filesystem::path& folder)>;
std::uint64_t room_of(const std::filesystem::path& folder);  // 0 where it cannot be told

// Thread: as Store. Life: closes the database when destroyed; buffered commits are then synced.
class RocksStore final : public Store {
  public:
    // Opens or makes the folder, mode 0700. `tables` names the column families; Table{i} is
    // tables[i]. A torn last record of the write-ahead log (a crash in the middle of a write) is
    // dropped, any other damage is an error. scrub() looks for `room` before it needs any.
    // Errors: data_folder_locked; store_failed; tampered when stored bytes fail their checksums.
    static Result<std::unique_ptr<RocksStore>> open(const std::filesystem::path& folder,
                                                    std::span<const std::string_view> tables,
                                                    RoomOf room = room_of);
    ~RocksStore() override;

    [[nodiscard]] Result<std::optional<Bytes>> get(Table table, BytesView key) const override;
    Result<void> scan(Table table, BytesView from,
                      const std::function<bool(BytesView, BytesView)>& visit) const override;
    [[nodiscard]] Result<std::optional<Row>> last(Table table) const override;
    Result<void> commit(const Batch& batch, Durability durability) override;
    Result<void> scrub(std::span<const Table> tables) override;

  private:
    struct Database;
    RocksStore(std::unique_ptr<Database> database, RoomOf room);
    std::unique_ptr<Database> database_;
    RoomOf room_;
};

}  // namespace jobbro::store
