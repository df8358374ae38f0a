// A hub's data folder on disk, made from a hub in memory.
#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "hub/store/rocks_store.h"
#include "tests/support/hub_world.h"

namespace jobbro::testing {

// Thread: one. Both databases are open until close() or the end.
class DataFolder {
  public:
    explicit DataFolder(std::filesystem::path path);

    // Everything the world's stores hold by now; a commit for each database, with the rows that
    // changed, as a turn makes one.
    void take(HubWorld& world);
    // Closes and opens again: what stood in the write-ahead logs is in table files then.
    void reopen();
    void close();
    // Requires: open. For tests that change rows.
    store::RocksStore& log() { return *log_.store; }
    store::RocksStore& vault() { return *vault_.store; }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    using Rows = std::map<std::pair<std::uint8_t, Bytes>, Bytes>;
    struct Side {
        std::unique_ptr<store::RocksStore> store;
        Rows rows;  // as written
    };
    static void take_rows(const MemoryStore& from, std::size_t tables, Side& to);
    void open();

    std::filesystem::path path_;
    Side log_;
    Side vault_;
};

// The rows of a data folder into the stores of a world that has not been opened. Opens the
// databases as a hub does. Errors: as store::RocksStore::open and scan.
Result<void> load_data_folder(const std::filesystem::path& path, HubWorld& world);

}  // namespace jobbro::testing
