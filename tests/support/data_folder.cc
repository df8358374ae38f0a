#include "tests/support/data_folder.h"

#include <stdexcept>

#include "hub/journal/tables.h"

namespace jobbro::testing {
namespace {

constexpr std::size_t log_tables = std::size(journal::log_table::names);
constexpr std::size_t vault_tables = std::size(journal::vault_table::names);

void must(const Result<void>& result) {
    if (!result) throw std::runtime_error(result.error().line());
}

std::unique_ptr<store::RocksStore> opened(const std::filesystem::path& folder,
                                          std::span<const std::string_view> tables) {
    auto store = store::RocksStore::open(folder, tables);
    if (!store) throw std::runtime_error(store.error().line());
    return *std::move(store);
}

Result<void> load(const std::filesystem::path& folder, std::span<const std::string_view> tables,
                  MemoryStore& to) {
    JOBBRO_TRY_ASSIGN(const auto from, store::RocksStore::open(folder, tables));
    store::Batch batch;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const store::Table table{static_cast<std::uint8_t>(i)};
        JOBBRO_TRY(from->scan(table, {}, [&](BytesView key, BytesView value) {
            batch.put(table, key, value);
            return true;
        }));
    }
    return to.commit(batch, store::Durability::synced);
}

}  // namespace

DataFolder::DataFolder(std::filesystem::path path) : path_(std::move(path)) {
    open();
}

void DataFolder::open() {
    log_.store = opened(path_ / "log", journal::log_table::names);
    vault_.store = opened(path_ / "vault", journal::vault_table::names);
}

void DataFolder::close() {
    log_.store.reset();
    vault_.store.reset();
}

void DataFolder::reopen() {
    close();
    open();
}

void DataFolder::take(HubWorld& world) {
    must(world.journal->upkeep(true, world.randomness));
    take_rows(world.vault_store, vault_tables, vault_);
    take_rows(world.log_store, log_tables, log_);
}

void DataFolder::take_rows(const MemoryStore& from, std::size_t tables, Side& to) {
    Rows rows;
    store::Batch batch;
    for (std::size_t i = 0; i < tables; ++i) {
        const store::Table table{static_cast<std::uint8_t>(i)};
        must(from.scan(table, {}, [&](BytesView key, BytesView value) {
            rows[{table.index, Bytes{key}}] = value;
            return true;
        }));
    }
    for (const auto& [place, value] : rows) {
        const auto before = to.rows.find(place);
        if (before != to.rows.end() && before->second == value) continue;
        batch.put(store::Table{place.first}, place.second, value);
    }
    for (const auto& [place, value] : to.rows) {
        if (!rows.contains(place)) batch.erase(store::Table{place.first}, place.second);
    }
    to.rows = std::move(rows);
    if (!batch.empty()) must(to.store->commit(batch, store::Durability::synced));
}

Result<void> load_data_folder(const std::filesystem::path& path, HubWorld& world) {
    JOBBRO_TRY(load(path / "log", journal::log_table::names, world.log_store));
    return load(path / "vault", journal::vault_table::names, world.vault_store);
}

}  // namespace jobbro::testing
