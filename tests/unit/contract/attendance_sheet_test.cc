#include "proto/contract/attendance_sheet.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "proto/contract/json.h"
#include "proto/contract/validation.h"
#include "tests/unit/contract/expectations.h"
#include "tests/unit/contract/sample_envelopes.h"

namespace jobbro::contract {
namespace {

using Sheet = v1::AttendanceSheet;

ListId own_list_id() {
    SeededRandomness randomness{21};
    return ListId::make(sample_now, randomness);
}

// What the sender's program adds to each.
void complete(v1::Envelope& envelope) {
    const v1::Envelope example = sample_without_body();
    envelope.set_message_id(example.message_id());
    envelope.set_sender("provider:13748136");
    *envelope.mutable_happened_at() = example.happened_at();
    envelope.set_schema_version(1);
    envelope.set_salt(example.salt());
}

struct SpoiltSheet {
    const char* name;
    std::function<void(Sheet&)> spoil;
    ErrorCode code;
    const char* path;
};

void PrintTo(const SpoiltSheet& spoilt, std::ostream* out) {
    *out << spoilt.name;
}

std::string name_of_sheet(const testing::TestParamInfo<SpoiltSheet>& info) {
    return info.param.name;
}

class AttendanceSheet : public testing::TestWithParam<SpoiltSheet> {};

TEST_P(AttendanceSheet, SaysWhatIsWrongAndWhere) {
    Sheet sheet = sample_attendance_sheet();
    ASSERT_THAT(validate_sheet(sheet, sample_now), Succeeds());
    GetParam().spoil(sheet);
    EXPECT_THAT(validate_sheet(sheet, sample_now), FailsAt(GetParam().code, GetParam().path));
    EXPECT_THAT(split_sheet(sheet, own_list_id(), sample_now),
                FailsAt(GetParam().code, GetParam().path));
}

INSTANTIATE_TEST_SUITE_P(
    Sheets, AttendanceSheet,
    testing::Values(
        SpoiltSheet{"no_rows", [](Sheet& s) { s.clear_rows(); }, ErrorCode::field_missing, "rows"},
        SpoiltSheet{"too_many_rows",
                    [](Sheet& s) {
                        while (s.rows_size() < 501)
                            s.add_rows();
                    },
                    ErrorCode::list_too_long, "rows"},
        SpoiltSheet{"list_id_of_another_form", [](Sheet& s) { s.set_list_id("17"); },
                    ErrorCode::field_invalid, "list_id"},
        SpoiltSheet{"no_first_date", [](Sheet& s) { s.clear_first_date(); },
                    ErrorCode::field_missing, "first_date"},
        SpoiltSheet{"no_last_date", [](Sheet& s) { s.clear_last_date(); }, ErrorCode::field_missing,
                    "last_date"},
        SpoiltSheet{"reversed", [](Sheet& s) { s.set_last_date("2011-04-17"); },
                    ErrorCode::dates_reversed, "last_date"},
        SpoiltSheet{"too_long", [](Sheet& s) { s.set_last_date("2011-06-19"); },
                    ErrorCode::field_invalid, "last_date"},
        SpoiltSheet{"row_without_order", [](Sheet& s) { s.mutable_rows(1)->clear_order_id(); },
                    ErrorCode::field_missing, "rows[1].order_id"},
        SpoiltSheet{"order_of_another_form",
                    [](Sheet& s) { s.mutable_rows(1)->set_order_id("17"); },
                    ErrorCode::field_invalid, "rows[1].order_id"},
        SpoiltSheet{"order_twice",
                    [](Sheet& s) { s.mutable_rows(1)->set_order_id(s.rows(0).order_id()); },
                    ErrorCode::field_invalid, "rows[1].order_id"},
        SpoiltSheet{"row_without_citizen", [](Sheet& s) { s.mutable_rows(1)->clear_cpr_number(); },
                    ErrorCode::field_missing, "rows[1].cpr_number"},
        SpoiltSheet{"citizen_born_on_no_day",
                    [](Sheet& s) { s.mutable_rows(1)->set_cpr_number("910270-1478"); },
                    ErrorCode::cpr_invalid, "rows[1].cpr_number"},
        SpoiltSheet{"citizen_born_tomorrow",
                    [](Sheet& s) { s.mutable_rows(1)->set_cpr_number("630511-4000"); },
                    ErrorCode::cpr_invalid, "rows[1].cpr_number"},
        SpoiltSheet{"too_many_days",
                    [](Sheet& s) {
                        while (s.rows(1).days_size() < 63)
                            s.mutable_rows(1)->add_days();
                    },
                    ErrorCode::list_too_long, "rows[1].days"},
        SpoiltSheet{"day_outside_the_period",
                    [](Sheet& s) { s.mutable_rows(0)->mutable_days(1)->set_date("2011-05-02"); },
                    ErrorCode::field_invalid, "rows[0].days[1].date"},
        SpoiltSheet{"day_twice",
                    [](Sheet& s) { s.mutable_rows(0)->mutable_days(1)->set_date("2011-04-18"); },
                    ErrorCode::field_invalid, "rows[0].days[1].date"},
        SpoiltSheet{
            "hours_in_thirds",
            [](Sheet& s) { s.mutable_rows(0)->mutable_days(1)->set_planned_hours(1.0 / 3); },
            ErrorCode::field_invalid, "rows[0].days[1].planned_hours"},
        SpoiltSheet{"unknown_absence",
                    [](Sheet& s) {
                        s.mutable_rows(0)->mutable_days(1)->set_absence(
                            static_cast<v1::AbsenceKind>(8));
                    },
                    ErrorCode::enum_unspecified, "rows[0].days[1].absence"}),
    name_of_sheet);

TEST(SplitSheet, MakesAValidMessageOfEachRow) {
    const Sheet sheet = sample_attendance_sheet();
    auto envelopes = split_sheet(sheet, own_list_id(), sample_now);
    ASSERT_THAT(envelopes, Succeeds());
    ASSERT_EQ(envelopes->size(), 2U);
    for (int i = 0; i < 2; ++i) {
        v1::Envelope& envelope = envelopes->at(static_cast<std::size_t>(i));
        const v1::AttendanceList& list = envelope.attendance_list();
        EXPECT_EQ(envelope.order_id(), sheet.rows(i).order_id());
        EXPECT_EQ(envelope.citizen().cpr_number(), sheet.rows(i).cpr_number());
        EXPECT_EQ(list.first_date(), "2011-04-18");
        EXPECT_EQ(list.last_date(), "2011-05-01");
        ASSERT_EQ(list.days_size(), sheet.rows(i).days_size());
        EXPECT_EQ(list.days(0).SerializeAsString(), sheet.rows(i).days(0).SerializeAsString());
        EXPECT_EQ(list.list_id(), own_list_id().text());
        complete(envelope);
        EXPECT_THAT(validate(envelope, sample_now), Succeeds());
    }
}

TEST(SplitSheet, KeepsTheSheetsOwnListId) {
    Sheet sheet = sample_attendance_sheet();
    const std::string given = sample_attendance_list().attendance_list().list_id();
    ASSERT_NE(given, own_list_id().text());
    sheet.set_list_id(given);
    const auto envelopes = split_sheet(sheet, own_list_id(), sample_now);
    ASSERT_THAT(envelopes, Succeeds());
    EXPECT_EQ(envelopes->at(0).attendance_list().list_id(), given);
    EXPECT_EQ(envelopes->at(1).attendance_list().list_id(), given);
}

TEST(SheetAsJson, GoesBothWaysAndErrorsTellThePlaceAndNotTheNumber) {
    const Sheet sheet = sample_attendance_sheet();
    Sheet again;
    ASSERT_THAT(from_json(to_json(sheet), again), Succeeds());
    EXPECT_EQ(again.SerializeAsString(), sheet.SerializeAsString());
    const auto read = from_json(
        "{\"rows\": [{\"cpr_number\": \"690870-1478\",\n"
        "\"days\": [{\"planned_hours\": \"690870-1478\"}]}]}",
        again);
    EXPECT_THAT(read, FailsAt(ErrorCode::json_type_wrong, "rows[0].days[0].planned_hours"));
    EXPECT_EQ(read.error().detail, "line 2, column 40");
    again = sheet;
    again.mutable_rows(0)->set_cpr_number("690870-14780");
    const auto valid = validate_sheet(again, sample_now);
    ASSERT_FALSE(valid.has_value());
    EXPECT_EQ(valid.error().line().find("690870"), std::string::npos);
}

}  // namespace
}  // namespace jobbro::contract
