#include "hub/core/frozen_months.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "hub/core/frozen_results.h"
#include "hub/domain/results_rows.h"
#include "hub/journal/entry.h"
#include "hub/journal/tables.h"
#include "proto/base/limits.h"
#include "proto/contract/party_id.h"

namespace jobbro::core {
namespace {

namespace log_table = journal::log_table;

// A month as its rows have it.
struct Row {
    Sequence first;             // of its entries
    std::uint32_t entries = 0;  // one behind the other
    bool is_kept_for_year = false;
    domain::FrozenMonth kept;  // without cells
};
constexpr std::size_t place_bytes = 8 + 4 + 4;

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

bool is_december(domain::Month month) {
    return month % 12 == 11;
}

// The next row of the table. No month is left out between the first, which each row names, and the
// last.
Result<void> take(const journal::Vault& vault, BytesView key, BytesView sealed,
                  std::vector<Row>& rows) {
    if (key.size() < sizeof(domain::Month)) return wrong();
    JOBBRO_TRY_ASSIGN(const Bytes plain, vault.open_row(log_table::frozen_months, key, sealed));
    const domain::Month month = read_big_endian<std::uint32_t>(key);
    if (key == key_of(month)) {
        const bool follows = rows.empty() || month == rows.back().kept.month + 1;
        if (!follows || plain.size() != place_bytes) return wrong();
        const domain::Month first = rows.empty() ? month : rows.front().kept.month;
        if (read_big_endian<std::uint32_t>(plain, 12) != first) return wrong();
        Row& row = rows.emplace_back();
        row.first = Sequence{read_big_endian<std::uint64_t>(plain)};
        row.entries = read_big_endian<std::uint32_t>(plain, 8);
        row.kept.month = month;
        return {};
    }
    domain::rows::FrozenMonth kept;
    if (rows.empty() || key != kept_key_of(rows.back().kept.month) ||
        !kept.ParseFromString(plain)) {
        return wrong();
    }
    rows.back().is_kept_for_year = true;
    rows.back().kept.leaves = domain::frozen_month_of(kept).leaves;
    return {};
}

// Without what is kept of them, months of the year that runs would be missing in quarter and year,
// and in what may not be worked out from these.
Result<void> check_year(const std::vector<Row>& rows) {
    for (auto row = rows.rbegin(); row != rows.rend() && !is_december(row->kept.month); ++row)
        if (!row->is_kept_for_year) return wrong();
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

constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;
const domain::Day epoch{std::chrono::year{1970} / 1 / 1};

// A day before the month begins: it has begun nowhere.
Instant before(domain::Month month) {
    const auto year = std::chrono::year{static_cast<int>(month / 12)};
    const domain::Day first{year / std::chrono::month{month % 12 + 1} / 1};
    return Instant{}.plus_ms(std::int64_t{first.since(epoch) - 1} * day_ms);
}

domain::Month month_at(Instant time) {
    return domain::month_of(epoch.plus(time.milliseconds() / day_ms));
}

// From where on the log may tell of a month that has no row: it is over by then. Nothing counts in
// a month before the one of the log's first entry.
Result<Sequence> end_of_rows(journal::Journal& journal, const std::vector<Row>& rows) {
    domain::Month next = 0;
    std::uint64_t behind = 0;
    if (rows.empty()) {
        JOBBRO_TRY_ASSIGN(const Instant opened_at, journal.recorded_at(Sequence{0}));
        next = month_at(opened_at);
    } else {
        next = rows.back().kept.month + 1;
        behind = rows.back().first.value() + rows.back().entries;
    }
    JOBBRO_TRY_ASSIGN(const Sequence over, journal.first_recorded_from(before(next + 1)));
    return Sequence{std::max(over.value(), behind)};
}

Result<void> check_is_not_frozen(journal::Journal& journal, Sequence sequence, BytesView bytes) {
    JOBBRO_TRY_ASSIGN(const journal::EntryParts parts, journal::decode_entry(bytes));
    const journal::ClearPart& clear = parts.clear;
    const bool is_of_hub = !clear.proof && !clear.is_of_case;
    if (!is_of_hub || clear.sender != contract::PartyId::hub().text()) return {};
    JOBBRO_TRY_ASSIGN(const auto entry, journal.read(sequence));
    if (entry->index.kind() != v1::MESSAGE_KIND_RESULTS_FROZEN) return {};
    return Error{ErrorCode::tampered, "entry " + std::to_string(sequence.value()) +
                                          " tells the results of a month that has no row"};
}

// Rows are written with their entries, in one commit, so that only a table of another time, or a
// row that is gone, lags behind. It is not made anew: what quarter and year need stands in no
// entry, and what it was counted from may be corrected or erased since. A sealed hub tells nothing
// again.
Result<void> check_log_has_no_more(journal::Journal& journal, const std::vector<Row>& rows) {
    if (journal.is_sealed()) return {};
    JOBBRO_TRY_ASSIGN(const Sequence from, end_of_rows(journal, rows));
    Result<void> checked;
    JOBBRO_TRY(journal.log().scan(log_table::entries, jobbro::key_of(from.value()),
                                  [&](BytesView key, BytesView bytes) {
                                      const Sequence at{read_big_endian<std::uint64_t>(key)};
                                      checked = check_is_not_frozen(journal, at, bytes);
                                      return checked.has_value();
                                  }));
    return checked;
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

Result<std::size_t> stage_frozen(journal::Journal& journal, const domain::FrozenMonth& month,
                                 domain::Month first, Instant now, Randomness& randomness) {
    std::optional<Sequence> first_entry;
    const std::vector<v1::ResultsFrozen> entries = entries_of(month);
    for (const v1::ResultsFrozen& entry : entries) {
        JOBBRO_TRY_ASSIGN(const Sequence at,
                          journal.stage_own(v1::MESSAGE_KIND_RESULTS_FROZEN,
                                            entry.SerializeAsString(), now, randomness));
        if (!first_entry) first_entry = at;
    }
    Bytes place;
    append_big_endian(place, first_entry->value());
    append_big_endian(place, static_cast<std::uint32_t>(entries.size()));
    append_big_endian(place, std::uint32_t{first});
    put(journal, key_of(month.month), place, randomness);
    if (is_december(month.month)) {
        forget_kept_of_year(journal, month.month);
    } else {
        const domain::FrozenMonth kept{month.month, {}, month.leaves};
        put(journal, kept_key_of(month.month), domain::row_of(kept).SerializeAsString(),
            randomness);
    }
    return entries.size();
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
    JOBBRO_TRY(check_year(rows));
    std::vector<domain::FrozenMonth> months;
    for (Row& row : rows) {
        domain::FrozenMonth& each = months.emplace_back(std::move(row.kept));
        JOBBRO_TRY(add_cells_of(journal, row, each));
    }
    JOBBRO_TRY(check_log_has_no_more(journal, rows));
    return months;
}

}  // namespace jobbro::core
