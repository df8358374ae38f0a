// The messages of the demo: each as its sender would send it, and all of them together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "proto/contract/calendar.h"
#include "proto/contract/json.h"
#include "proto/contract/kinds.h"
#include "proto/contract/validation.h"
#include "tests/unit/contract/expectations.h"

namespace jobbro::contract {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using ::testing::Contains;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

// 2026-12-01T00:00:00Z, when everything the demo tells of has happened.
constexpr Instant after_the_demo{1796083200000000};
constexpr const char* demo_folder = JOBBRO_SOURCE_DIR "/deploy/demo";

// What the rows of a course have in common.
struct Course {
    sys_days first_day;
    std::map<std::string, std::string> orders;  // by what rows call them
    std::vector<std::string> citizens;          // every number of theirs
    int messages = 0;                           // so far
};

// A row of a course: what somebody sends, or what the hub says.
struct Row {
    std::string label;
    std::string sender;
    std::vector<std::string> receivers;
    nlohmann::json expected;
    bool is_extra = false;
    sys_days day;
    int place = 0;         // of a message in its course, from 1
    std::string order_id;  // empty: none
    std::vector<std::string> citizens;
    v1::Envelope envelope;

    [[nodiscard]] bool is_alert() const { return expected.contains("alert"); }
    [[nodiscard]] bool is_refused() const { return expected.contains("refused"); }
    // A party sends it.
    [[nodiscard]] bool is_played() const { return !is_alert(); }
    [[nodiscard]] bool is_accepted() const { return is_played() && !is_refused(); }
    [[nodiscard]] sys_seconds happened_at() const {
        return sys_seconds{std::chrono::seconds{envelope.happened_at().seconds()}};
    }
};

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// What the program that sends a message adds to it.
void complete(v1::Envelope& envelope, const std::string& sender) {
    envelope.set_sender(sender);
    envelope.set_schema_version(1);
    envelope.set_salt(std::string(16, 's'));
}

Course read_course(const nlohmann::json& data) {
    Course course;
    const auto first_day = parse_date(data.at("d0").get<std::string>());
    EXPECT_THAT(first_day, Succeeds());
    course.first_day = sys_days{*first_day};
    course.orders = data.value("orders", course.orders);
    if (data.contains("citizen")) course.citizens.push_back(data.at("citizen"));
    for (const auto& number : data.value("other_numbers", nlohmann::json::array()))
        course.citizens.push_back(number);
    return course;
}

Row read_row(const nlohmann::json& data, Course& course) {
    Row row;
    row.label = data.at("row");
    row.sender = data.at("from");
    row.receivers = data.at("to").get<std::vector<std::string>>();
    row.expected = data.at("expected");
    row.is_extra = data.value("extra", false);
    row.day = course.first_day + std::chrono::days{data.at("day").get<int>()};
    if (!row.is_alert()) row.place = ++course.messages;
    if (data.contains("order")) row.order_id = course.orders.at(data.at("order"));
    row.citizens = course.citizens;
    EXPECT_THAT(from_json(data.at("message").dump(), row.envelope), Succeeds()) << row.label;
    complete(row.envelope, row.sender);
    return row;
}

// The rows of all courses, as the files have them; files by name.
const std::vector<Row>& rows() {
    static const std::vector<Row> all = [] {
        std::set<std::filesystem::path> files;
        for (const auto& file :
             std::filesystem::directory_iterator{std::string{demo_folder} + "/courses"}) {
            files.insert(file.path());
        }
        std::vector<Row> read;
        for (const auto& file : files) {
            const auto data = nlohmann::json::parse(text_of(file));
            Course course = read_course(data);
            for (const auto& row : data.at("rows"))
                read.push_back(read_row(row, course));
        }
        return read;
    }();
    return all;
}

std::vector<Row> chosen(bool (Row::*is_wanted)() const) {
    std::vector<Row> chosen;
    std::copy_if(rows().begin(), rows().end(), std::back_inserter(chosen),
                 [&](const Row& row) { return (row.*is_wanted)(); });
    return chosen;
}
std::vector<Row> played() {
    return chosen(&Row::is_played);
}
std::vector<Row> accepted() {
    return chosen(&Row::is_accepted);
}

std::vector<std::string> codes_of(const v1::Envelope& envelope) {
    std::vector<std::string> codes;
    for (const v1::Finding& finding : findings_of(envelope))
        codes.push_back(finding.code());
    return codes;
}

TEST(DemoData, EveryMessageIsValidAndFindsWhatItsRowSays) {
    for (const Row& row : rows()) {
        v1::Envelope envelope = row.envelope;
        // The hub gives an alert an id of its own.
        if (row.is_alert()) envelope.set_message_id(rows().front().envelope.message_id());
        ASSERT_THAT(validate(envelope, after_the_demo), Succeeds()) << row.label;
        const auto expected = row.expected.value("findings", std::vector<std::string>{});
        EXPECT_THAT(codes_of(row.envelope), ElementsAreArray(expected)) << row.label;
    }
}

TEST(DemoData, TheMessageSentByHandIsValid) {
    v1::Envelope envelope;
    ASSERT_THAT(from_json(text_of(std::string{demo_folder} + "/first_message.json"), envelope),
                Succeeds());
    complete(envelope, "provider:99326018-9100000031");
    SeededRandomness randomness{1};
    envelope.set_message_id(MessageId::make(after_the_demo, randomness).text());
    envelope.mutable_happened_at()->set_seconds(after_the_demo.microseconds / 1000000);
    EXPECT_THAT(validate(envelope, after_the_demo), Succeeds());
}

TEST(DemoData, HoldsWhatItsPageCounts) {
    int listed = 0;
    int refused = 0;
    int alerts = 0;
    std::size_t findings = 0;
    for (const Row& row : rows()) {
        if (row.is_alert()) ++alerts;
        if (row.is_refused()) ++refused;
        if (!row.is_accepted()) continue;
        if (!row.is_extra) ++listed;
        findings += row.expected.at("findings").size();
    }
    EXPECT_EQ(listed, 138);
    EXPECT_EQ(refused, 4);
    EXPECT_EQ(alerts, 14);
    EXPECT_EQ(findings, 8U);
}

TEST(DemoData, HoldsEveryKindAPartyCanSend) {
    std::set<v1::MessageKind> seen;
    for (const Row& row : accepted())
        seen.insert(kind_of(row.envelope));
    for (const KindRule& rule : kind_rules()) {
        if (!rule.by_jobcentre && !rule.by_provider) continue;
        EXPECT_TRUE(seen.contains(rule.kind)) << kind_name(rule.kind);
    }
}

TEST(DemoData, EverySenderMaySendTheKindUnlessItIsRefusedForThat) {
    for (const Row& row : played()) {
        const auto sender = PartyId::parse(row.sender);
        ASSERT_THAT(sender, Succeeds()) << row.label;
        const KindRule* const rule = find_kind_rule(kind_of(row.envelope));
        ASSERT_NE(rule, nullptr) << row.label;
        const bool is_refused_for_that = row.expected.value("refused", "") == "role_not_allowed";
        EXPECT_NE(may_send(sender->role(), *rule), is_refused_for_that) << row.label;
    }
}

// By the rule of the EU: summer time from 01:00 UTC on the last Sunday of March to that of October.
sys_seconds danish_time(sys_seconds utc) {
    using namespace std::chrono;
    const year year_of_it = year_month_day{floor<days>(utc)}.year();
    const auto change = [&](month in) {
        return sys_days{year_of_it / in / Sunday[last]} + hours{1};
    };
    const bool is_summer = utc >= change(March) && utc < change(October);
    return utc + hours{is_summer ? 2 : 1};
}

TEST(DemoData, MessagesAreSentOnTheirDayFromNineOnAMinuteAfterTheOneBefore) {
    for (const Row& row : rows()) {
        if (row.is_alert()) continue;
        const sys_seconds due = row.day + std::chrono::hours{9} + std::chrono::minutes{row.place};
        EXPECT_EQ(danish_time(row.happened_at()).time_since_epoch(), due.time_since_epoch())
            << row.label;
    }
}

TEST(DemoData, AlertsComeWhenTheirDayBeginsOrWithTheMessageBeforeThem) {
    const Row* before = nullptr;
    for (const Row& row : rows()) {
        if (row.is_alert()) {
            const sys_seconds at = danish_time(row.happened_at());
            ASSERT_NE(before, nullptr) << row.label;
            EXPECT_EQ(std::chrono::floor<std::chrono::days>(at), row.day) << row.label;
            EXPECT_TRUE(at == row.day || row.happened_at() == before->happened_at()) << row.label;
        }
        before = &row;
    }
}

TEST(DemoData, AlertsAreOfTheKindTheirCodeNamesAndCountTheirSteps) {
    std::map<std::tuple<std::string, std::string, std::string>, std::uint32_t> steps;
    for (const Row& row : rows()) {
        if (!row.is_alert()) continue;
        const std::string code = row.expected.at("alert");
        std::string name = "ALERT_KIND_";
        for (const char c : code)
            name += c == '.' ? '_' : static_cast<char>(std::toupper(c));
        const v1::Alert& alert = row.envelope.alert();
        EXPECT_EQ(v1::AlertKind_Name(alert.kind()), name) << row.label;
        const std::uint32_t step =
            ++steps[{row.envelope.order_id() + row.envelope.citizen().cpr_number(), code,
                     alert.limit_date()}];
        EXPECT_EQ(alert.step(), step) << row.label;
    }
}

TEST(DemoData, RowsSayWhichOrderAndCitizenTheirMessageIsAbout) {
    for (const Row& row : rows()) {
        EXPECT_EQ(row.envelope.order_id(), row.order_id) << row.label;
        if (!row.envelope.has_citizen()) continue;  // validation knows which kinds have one
        EXPECT_THAT(row.citizens, Contains(row.envelope.citizen().cpr_number())) << row.label;
    }
}

TEST(DemoData, MessageIdsAreUniqueTellTheTimeAndGrowForEachSender) {
    std::vector<Row> by_time = played();
    std::stable_sort(by_time.begin(), by_time.end(), [](const Row& a, const Row& b) {
        return a.envelope.happened_at().seconds() < b.envelope.happened_at().seconds();
    });
    std::map<std::string, std::string> latest;
    std::set<std::string> ids;
    for (const Row& row : by_time) {
        const std::string& text = row.envelope.message_id();
        EXPECT_TRUE(ids.insert(text).second) << row.label;
        EXPECT_GT(text, latest[row.sender]) << row.label;
        latest[row.sender] = text;
        const auto id = MessageId::parse(text);
        ASSERT_THAT(id, Succeeds()) << row.label;
        EXPECT_EQ(id->milliseconds(), row.envelope.happened_at().seconds() * 1000) << row.label;
    }
}

// What a row points at: an earlier row of the same order, of a kind and sender that it may point
// at.
void check_causes(const Row& row, const std::map<std::string, const Row*>& earlier) {
    const KindRule& rule = *find_kind_rule(kind_of(row.envelope));
    for (const v1::Cause& cause : row.envelope.causes()) {
        const auto found = earlier.find(cause.message_id());
        ASSERT_NE(found, earlier.end()) << row.label;
        const Row& pointed_at = *found->second;
        const v1::MessageKind kind = kind_of(pointed_at.envelope);
        const bool is_own = pointed_at.sender == row.sender;
        EXPECT_EQ(pointed_at.envelope.order_id(), row.envelope.order_id()) << row.label;
        if (cause.relation() == v1::CAUSE_RELATION_CORRECTS) {
            EXPECT_TRUE(is_own && kind == rule.kind) << row.label;
            continue;
        }
        EXPECT_EQ(cause.sender(), is_own ? row.sender : "") << row.label;
        EXPECT_TRUE(rule.answered.empty() || std::find(rule.answered.begin(), rule.answered.end(),
                                                       kind) != rule.answered.end())
            << row.label;
    }
}

TEST(DemoData, CausesPointAtEarlierRowsOfTheOrder) {
    std::map<std::string, const Row*> earlier;
    const std::vector<Row> all = accepted();
    for (const Row& row : all) {
        check_causes(row, earlier);
        earlier[row.envelope.message_id()] = &row;
    }
}

TEST(DemoData, RowsSayToWhomTheirAudienceLeads) {
    std::map<std::string, std::vector<std::string>> parties_of_order;
    for (const Row& row : rows()) {
        const v1::Audience& audience = row.envelope.audience();
        if (row.envelope.has_order()) {
            parties_of_order[row.envelope.order_id()] = {row.sender, audience.party()};
        }
        switch (audience.to_case()) {
            case v1::Audience::kParty:
                EXPECT_THAT(row.receivers, ElementsAreArray({audience.party()})) << row.label;
                break;
            case v1::Audience::kSenderOnly:
                EXPECT_THAT(row.receivers, IsEmpty()) << row.label;
                break;
            case v1::Audience::kOrderParties: {
                auto parties = parties_of_order[row.envelope.order_id()];
                parties.erase(std::remove(parties.begin(), parties.end(), row.sender),
                              parties.end());
                EXPECT_THAT(row.receivers, ElementsAreArray(parties)) << row.label;
                break;
            }
            case v1::Audience::kAllWithGround:  // the hub's to say
            case v1::Audience::TO_NOT_SET:
                EXPECT_TRUE(audience.has_all_with_ground()) << row.label;
                break;
        }
    }
}

}  // namespace
}  // namespace jobbro::contract
