#include "proto/contract/attendance_sheet.h"

#include <string>
#include <unordered_set>

#include "proto/contract/body_relations.h"
#include "proto/contract/body_rules.h"

namespace jobbro::contract {

Result<void> validate_sheet(const v1::AttendanceSheet& sheet, Instant now) {
    // A sheet holds no text that a CPR number could stand in.
    JOBBRO_TRY(check_fields(sheet, {}, BodyContext{nullptr, nullptr, now}));
    JOBBRO_TRY(check_attendance_period(sheet.first_date(), sheet.last_date(), "last_date"));
    std::unordered_set<std::string> orders;
    for (int i = 0; i < sheet.rows_size(); ++i) {
        const v1::AttendanceSheetRow& row = sheet.rows(i);
        const std::string path = "rows[" + std::to_string(i) + "]";
        if (!orders.insert(row.order_id()).second) {
            return Error{ErrorCode::field_invalid, {}, path + ".order_id"};
        }
        JOBBRO_TRY(check_attendance_days(row.days(), sheet.first_date(), sheet.last_date(),
                                         path + ".days"));
    }
    return {};
}

Result<std::vector<v1::Envelope>> split_sheet(const v1::AttendanceSheet& sheet,
                                              const ListId& list_id, Instant now) {
    JOBBRO_TRY(validate_sheet(sheet, now));
    std::vector<v1::Envelope> envelopes;
    envelopes.reserve(static_cast<std::size_t>(sheet.rows_size()));
    for (const v1::AttendanceSheetRow& row : sheet.rows()) {
        v1::Envelope& envelope = envelopes.emplace_back();
        envelope.mutable_audience()->mutable_order_parties();
        envelope.set_order_id(row.order_id());
        envelope.mutable_citizen()->set_cpr_number(row.cpr_number());
        v1::AttendanceList& list = *envelope.mutable_attendance_list();
        list.set_list_id(sheet.list_id().empty() ? list_id.text() : sheet.list_id());
        list.set_first_date(sheet.first_date());
        list.set_last_date(sheet.last_date());
        *list.mutable_days() = row.days();
    }
    return envelopes;
}

}  // namespace jobbro::contract
