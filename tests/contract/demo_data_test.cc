// The messages of the demo: each as its sender would send it, and all of them together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "proto/contract/json.h"
#include "proto/contract/kinds.h"
#include "proto/contract/validation.h"
#include "tests/unit/contract/expectations.h"

namespace jobbro::contract {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

// 2026-12-01T00:00:00Z, when everything the demo tells of has happened.
constexpr Instant after_the_demo{1796083200000000};
constexpr const char* demo_folder = JOBBRO_SOURCE_DIR "/deploy/demo";

// A row of a course: what somebody sends, or what the hub says.
struct Row {
    std::string label;
    std::string sender;
    std::vector<std::string> receivers;
    nlohmann::json expected;
    bool is_extra = false;
    v1::Envelope envelope;

    [[nodiscard]] bool is_alert() const { return expected.contains("alert"); }
    [[nodiscard]] bool is_refused() const { return expected.contains("refused"); }
    // Sent and accepted.
    [[nodiscard]] bool is_played() const { return !is_alert() && !is_refused(); }
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

Row read_row(const nlohmann::json& data) {
    Row row;
    row.label = data.at("row");
    row.sender = data.at("from");
    row.receivers = data.at("to").get<std::vector<std::string>>();
    row.expected = data.at("expected");
    row.is_extra = data.value("extra", false);
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
            const auto course = nlohmann::json::parse(text_of(file));
            for (const auto& row : course.at("rows"))
                read.push_back(read_row(row));
        }
        return read;
    }();
    return all;
}

std::vector<Row> played() {
    std::vector<Row> chosen;
    std::copy_if(rows().begin(), rows().end(), std::back_inserter(chosen),
                 [](const Row& row) { return row.is_played(); });
    return chosen;
}

std::vector<std::string> codes_of(const v1::Envelope& envelope) {
    std::vector<std::string> codes;
    for (const v1::Finding& finding : findings_of(envelope))
        codes.push_back(finding.code());
    return codes;
}

TEST(DemoData, EveryMessageIsValidAndFindsWhatItsRowSays) {
    for (const Row& row : rows()) {
        if (row.is_alert()) continue;
        ASSERT_THAT(validate(row.envelope, after_the_demo), Succeeds()) << row.label;
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
        if (!row.is_played()) continue;
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
    for (const Row& row : played())
        seen.insert(kind_of(row.envelope));
    for (const KindRule& rule : kind_rules()) {
        if (!rule.by_jobcentre && !rule.by_provider) continue;
        EXPECT_TRUE(seen.contains(rule.kind)) << kind_name(rule.kind);
    }
}

TEST(DemoData, EverySenderMaySendTheKind) {
    for (const Row& row : played()) {
        const auto sender = PartyId::parse(row.sender);
        ASSERT_THAT(sender, Succeeds()) << row.label;
        const KindRule* const rule = find_kind_rule(kind_of(row.envelope));
        ASSERT_NE(rule, nullptr) << row.label;
        EXPECT_TRUE(may_send(sender->role(), *rule)) << row.label;
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
    const std::vector<Row> all = played();
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
