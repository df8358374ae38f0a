// A Store on disk, in RocksDB: one column family a table.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "hub/store/store.h"

namespace jobbro::store {

// Thread: as Store. Life: closes the database when destroyed; buffered commits are then synced.
class RocksStore final : public Store {
  public:
    // Opens or makes the folder, mode 0700. `tables` names the column families; Table{i} is
    // tables[i]. A torn last record of the write-ahead log (a crash in the middle of a write) is
    // dropped, any other damage is an error.
    // Errors: data_folder_locked; store_failed; tampered when stored bytes fail their checksums.
    static Result<std::unique_ptr<RocksStore>> open(const std::filesystem::path& folder,
                                                    std::span<const std::string_view> tables);
    ~RocksStore() override;

    [[nodiscard]] Result<std::optional<Bytes>> get(Table table, BytesView key) const override;
    Result<void> scan(Table table, BytesView from,
                      const std::function<bool(BytesView, BytesView)>& visit) const override;
    [[nodiscard]] Result<std::optional<Row>> last(Table table) const override;
    Result<void> commit(const Batch& batch, Durability durability) override;

  private:
    struct Database;
    explicit RocksStore(std::unique_ptr<Database> database);
    std::unique_ptr<Database> database_;
};

}  // namespace jobbro::store
