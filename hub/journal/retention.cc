#include "hub/journal/retention.h"

#include <algorithm>
#include <functional>

#include "hub/journal/tables.h"

namespace jobbro::journal {
namespace {

constexpr BytesView retention_key = "retention";
constexpr std::int64_t day_us = std::int64_t{24} * 3600 * 1000000;
constexpr std::size_t over_key_bytes = 4 + sizeof(SubjectId);

Bytes key_of(const OverRow& row) {
    Bytes key;
    append_big_endian(key, static_cast<std::uint32_t>(row.day));
    key += view(row.subject);
    return key;
}

// By day, until `visit` returns false. Errors: store_failed, tampered.
Result<void> scan_over(const store::Store& log, const std::function<bool(const OverRow&)>& visit) {
    bool whole = true;
    JOBBRO_TRY(log.scan(log_table::retention, {}, [&](BytesView key, BytesView) {
        whole = key.size() == over_key_bytes;
        return whole && visit({read_big_endian<std::uint32_t>(key), array_of<16>(key.substr(4))});
    }));
    if (!whole) return Error{ErrorCode::tampered, "a row of when an order was over"};
    return {};
}

}  // namespace

std::int64_t day_of(Instant time) {
    const std::int64_t before_1970 = time.microseconds % day_us < 0 ? 1 : 0;
    return time.microseconds / day_us - before_1970;
}

void stage_over(store::Batch& batch, const SubjectId& subject, Instant over_at) {
    batch.put(log_table::retention, key_of(OverRow{day_of(over_at), subject}), {});
}

void forget_over(store::Batch& batch, const OverRow& row) {
    batch.erase(log_table::retention, key_of(row));
}

Result<std::vector<OverRow>> over_until(const store::Store& log, std::int64_t day,
                                        std::size_t most) {
    std::vector<OverRow> rows;
    JOBBRO_TRY(scan_over(log, [&](const OverRow& row) {
        if (rows.size() == most || row.day > day) return false;
        rows.push_back(row);
        return true;
    }));
    return rows;
}

Result<void> forget_all_over(store::Batch& batch, const store::Store& log,
                             std::span<const SubjectId> subjects, Instant last) {
    const std::int64_t last_day = day_of(last);
    for (const SubjectId& subject : subjects)
        forget_over(batch, {last_day, subject});
    return scan_over(log, [&](const OverRow& row) {
        if (row.day > last_day) return false;
        const bool is_theirs =
            std::find(subjects.begin(), subjects.end(), row.subject) != subjects.end();
        if (is_theirs) forget_over(batch, row);
        return true;
    });
}

void stage_due(store::Batch& batch, const DueEntry& due) {
    rows::DueRow row;
    row.set_recorded_lived_ms(due.recorded_lived_ms);
    batch.put(log_table::due, jobbro::key_of(due.entry.value()), row.SerializeAsString());
}

void forget_due(store::Batch& batch, Sequence entry) {
    batch.erase(log_table::due, jobbro::key_of(entry.value()));
}

Result<std::vector<DueEntry>> due_entries(const store::Store& log, std::size_t most) {
    std::vector<DueEntry> entries;
    rows::DueRow row;
    bool whole = true;
    JOBBRO_TRY(log.scan(log_table::due, {}, [&](BytesView key, BytesView value) {
        if (entries.size() == most) return false;
        whole = key.size() == 8 && row.ParseFromArray(value.data(), static_cast<int>(value.size()));
        if (!whole) return false;
        entries.push_back({Sequence{read_big_endian<std::uint64_t>(key)}, row.recorded_lived_ms()});
        return true;
    }));
    if (!whole) return Error{ErrorCode::tampered, "a row of what is to be erased"};
    return entries;
}

Result<rows::RetentionRow> read_retention(const store::Store& log) {
    JOBBRO_TRY_ASSIGN(const auto stored, log.get(log_table::head, retention_key));
    rows::RetentionRow row;
    if (stored && !row.ParseFromString(*stored)) {
        return Error{ErrorCode::tampered, "the row of retention"};
    }
    return row;
}

void stage_retention(store::Batch& batch, const rows::RetentionRow& row) {
    batch.put(log_table::head, retention_key, row.SerializeAsString());
}

}  // namespace jobbro::journal
