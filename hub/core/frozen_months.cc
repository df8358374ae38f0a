#include "hub/core/frozen_months.h"

#include <optional>
#include <utility>

#include "hub/core/frozen_results.h"
#include "hub/domain/results_rows.h"
#include "hub/journal/tables.h"
#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

namespace log_table = journal::log_table;

// A month as its rows have it.
struct Row {
    Sequence first;             // of its entries
    std::uint32_t entries = 0;  // one behind the other
    domain::FrozenMonth kept;   // without cells
};
constexpr std::size_t place_bytes = 8 + 4;

Error wrong() {
    return {ErrorCode::tampered, "the row of a month of results"};
}

Bytes key_of(domain::Month month) {
    Bytes key;
    append_big_endian(key, std::uint32_t{month});
    return key;
}

// Of the row that goes when the year is over. Comes right behind that of the month.
Bytes kept_key_of(domain::Month month) {
    return key_of(month) + 'k';
}

void put(journal::Journal& journal, const Bytes& key, BytesView plain, Randomness& randomness) {
    journal.batch().put(log_table::frozen_months, key,
                        journal.vault().seal_row(log_table::frozen_months, key, plain, randomness));
}

// Also where the row stands in the turn's batch only.
void forget_kept_of_year(journal::Journal& journal, domain::Month december) {
    for (domain::Month month = december - 11; month <= december; ++month)
        journal.batch().erase(log_table::frozen_months, kept_key_of(month));
}

// The next row of the table. No month is left out between the first and the last.
Result<void> take(const journal::Vault& vault, BytesView key, BytesView sealed,
                  std::vector<Row>& rows) {
    if (key.size() < sizeof(domain::Month)) return wrong();
    JOBBRO_TRY_ASSIGN(const Bytes plain, vault.open_row(log_table::frozen_months, key, sealed));
    const domain::Month month = read_big_endian<std::uint32_t>(key);
    if (key == key_of(month)) {
        const bool follows = rows.empty() || month == rows.back().kept.month + 1;
        if (!follows || plain.size() != place_bytes) return wrong();
        rows.push_back({Sequence{read_big_endian<std::uint64_t>(plain)},
                        read_big_endian<std::uint32_t>(plain, 8),
                        {month, {}, {}}});
        return {};
    }
    domain::rows::FrozenMonth kept;
    if (rows.empty() || key != kept_key_of(rows.back().kept.month) ||
        !kept.ParseFromString(plain)) {
        return wrong();
    }
    rows.back().kept.leaves = domain::frozen_month_of(kept).leaves;
    return {};
}

// As few entries as hold all cells, and one where there is none.
std::vector<v1::ResultsFrozen> entries_of(const domain::FrozenMonth& month) {
    std::vector<v1::ResultsFrozen> entries(1);
    entries[0].set_month(month_text(month.month));
    std::size_t bytes = 0;
    for (const domain::ResultCell& cell : month.cells) {
        v1::ResultCell told = told_cell(cell);
        bytes += told.ByteSizeLong() + 8;
        if (bytes > limits::results_entry_bytes_max) {
            entries.emplace_back().set_month(month_text(month.month));
            bytes = told.ByteSizeLong() + 8;
        }
        *entries.back().add_cells() = std::move(told);
    }
    return entries;
}

Result<void> add_cells_of(journal::Journal& journal, const Row& row, domain::FrozenMonth& month) {
    for (std::uint32_t i = 0; i < row.entries; ++i) {
        const Sequence at{row.first.value() + i};
        if (at.value() >= journal.size().value()) return wrong();
        JOBBRO_TRY_ASSIGN(const auto entry, journal.read(at));
        v1::ResultsFrozen told;
        const bool is_of_month = entry->index.kind() == v1::MESSAGE_KIND_RESULTS_FROZEN &&
                                 told.ParseFromString(entry->body) &&
                                 told.month() == month_text(month.month);
        if (!is_of_month) return wrong();
        for (const v1::ResultCell& cell : told.cells()) {
            JOBBRO_TRY_ASSIGN(month.cells.emplace_back(), cell_of(cell));
        }
    }
    return {};
}

}  // namespace

Result<void> stage_frozen(journal::Journal& journal, std::span<const domain::FrozenMonth> months,
                          Instant now, Randomness& randomness) {
    for (const domain::FrozenMonth& month : months) {
        std::optional<Sequence> first;
        const std::vector<v1::ResultsFrozen> entries = entries_of(month);
        for (const v1::ResultsFrozen& entry : entries) {
            JOBBRO_TRY_ASSIGN(const Sequence at,
                              journal.stage_own(v1::MESSAGE_KIND_RESULTS_FROZEN,
                                                entry.SerializeAsString(), now, randomness));
            if (!first) first = at;
        }
        Bytes place;
        append_big_endian(place, first->value());
        append_big_endian(place, static_cast<std::uint32_t>(entries.size()));
        put(journal, key_of(month.month), place, randomness);
        if (!month.leaves.empty()) {
            const domain::FrozenMonth kept{month.month, {}, month.leaves};
            put(journal, kept_key_of(month.month), domain::row_of(kept).SerializeAsString(),
                randomness);
        }
        if (month.month % 12 == 11) forget_kept_of_year(journal, month.month);
    }
    return {};
}

Result<std::vector<domain::FrozenMonth>> frozen_months(journal::Journal& journal) {
    std::vector<Row> rows;
    Result<void> taken;
    JOBBRO_TRY(
        journal.log().scan(log_table::frozen_months, {}, [&](BytesView key, BytesView sealed) {
            taken = take(journal.vault(), key, sealed, rows);
            return taken.has_value();
        }));
    JOBBRO_TRY(taken);
    std::vector<domain::FrozenMonth> months;
    for (Row& row : rows) {
        domain::FrozenMonth& each = months.emplace_back(std::move(row.kept));
        JOBBRO_TRY(add_cells_of(journal, row, each));
    }
    return months;
}

}  // namespace jobbro::core
