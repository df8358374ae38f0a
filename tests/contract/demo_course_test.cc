// The courses of the demo, played by the pure rules with the demo's clock: what is refused,
// remarked on and raised is what their rows say, and nothing else.
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

#include "hub/domain/access.h"
#include "hub/domain/citizen_limits.h"
#include "hub/domain/course.h"
#include "hub/domain/danish_time.h"
#include "hub/ops/rule_files.h"
#include "proto/contract/danish_identifiers.h"
#include "proto/contract/json.h"
#include "proto/contract/kinds.h"
#include "proto/contract/validation.h"
#include "tests/unit/contract/expectations.h"

namespace jobbro::domain {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

struct Row {
    std::string label;
    std::string course;
    std::string sender;
    nlohmann::json expected;
    v1::Envelope envelope;

    [[nodiscard]] bool is_alert() const { return expected.contains("alert"); }
    [[nodiscard]] Instant at() const { return Instant{envelope.happened_at().seconds() * 1000000}; }
};

std::vector<Row> read_rows() {
    std::set<std::filesystem::path> files;
    for (const auto& file :
         std::filesystem::directory_iterator{JOBBRO_SOURCE_DIR "/deploy/demo/courses"}) {
        files.insert(file.path());
    }
    std::vector<Row> rows;
    for (const auto& path : files) {
        std::ifstream file{path};
        const auto data = nlohmann::json::parse(file);
        for (const auto& row : data.at("rows")) {
            Row& read = rows.emplace_back();
            read.label = row.at("row");
            read.course = data.at("course");
            read.sender = row.at("from");
            read.expected = row.at("expected");
            EXPECT_THAT(contract::from_json(row.at("message").dump(), read.envelope), Succeeds());
        }
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return a.at() < b.at(); });
    return rows;
}

// What an alert says, and on what, when and to whom: "012d… ALERT_KIND_REPORT_OVERDUE 2011-04-25
// step 1 at … to both".
std::string told(const std::string& about, const v1::Alert& alert, Instant at, bool is_for_all) {
    std::ostringstream text;
    text << about << ' ' << v1::AlertKind_Name(alert.kind()) << ' ' << alert.limit_date()
         << " step " << alert.step() << (alert.raised_late() ? " late" : "") << " at "
         << at.microseconds << (is_for_all ? " to both" : " to the jobcentre");
    return text.str();
}

class Demo {
  public:
    Demo() {
        const auto folder = ops::read_rule_folder(JOBBRO_SOURCE_DIR "/deploy/rules");
        EXPECT_THAT(folder, Succeeds());
        for (const v1::RuleSet& message : *folder) {
            auto rules = read_rule_set(message);
            EXPECT_THAT(rules, Succeeds());
            EXPECT_THAT(rules_.add(*std::move(rules)), Succeeds());
        }
    }

    // Day by day, with the hub up all the time.
    void play(const std::vector<Row>& all, Day first, Day last) {
        auto next = all.begin();
        for (Day today = first; today <= last; today = today.plus(1)) {
            raise_due(today);
            for (; next != all.end() && time_.day_of(next->at()) <= today; ++next)
                if (!next->is_alert()) say(*next, today);
        }
        EXPECT_EQ(next, all.end());
    }

    std::vector<std::string> alerts;
    std::map<std::string, std::vector<std::string>> findings;  // by row
    std::map<std::string, std::string> refusals;               // by row

  private:
    static v1::Alert entry_of(const RaisedAlert& raised) {
        v1::Alert alert;
        alert.set_kind(raised.kind);
        if (raised.limit.is_set()) alert.set_limit_date(raised.limit.text());
        alert.set_step(raised.step);
        alert.set_raised_late(raised.is_late);
        return alert;
    }

    void raise_due(Day today) {
        for (auto& [id, course] : courses_) {
            for (const RaisedAlert& raised : due(course, today)) {
                record_alert(course, entry_of(raised));
                alerts.push_back(told(id, entry_of(raised), time_.start_of(today),
                                      reaches_provider(raised.kind)));
            }
        }
        for (auto& [id, citizen] : citizens_) {
            for (const RaisedAlert& raised : due(citizen, today)) {
                record_alert(citizen, entry_of(raised));
                alerts.push_back(told(id, entry_of(raised), time_.start_of(today), false));
            }
        }
    }

    void say(const Row& row, Day today) {
        const v1::MessageKind kind = contract::kind_of(row.envelope);
        const auto sender = contract::PartyId::parse(row.sender);
        if (!contract::may_send(sender->role(), *contract::find_kind_rule(kind))) {
            refusals[row.label] = "role_not_allowed";
            return;
        }
        if (!row.envelope.order_id().empty() && !say_on_order(row, kind, today)) return;
        say_of_citizen(row, kind, today);
        note_offer(row);
        numbers_[row.envelope.message_id()] = ++last_;
    }

    bool say_on_order(const Row& row, v1::MessageKind kind, Day today) {
        // Withdrawn offers are the catalogue's to refuse; here by what was said of them alone.
        if (kind == v1::MESSAGE_KIND_ORDER && withdrawn_.contains(offer_of(row))) {
            refusals[row.label] = "offer_withdrawn";
            return false;
        }
        std::vector<MessageNumber> answers;
        MessageNumber corrects = 0;
        for (const v1::Cause& cause : row.envelope.causes()) {
            const MessageNumber number = numbers_.at(cause.message_id());
            if (cause.relation() == v1::CAUSE_RELATION_CORRECTS) {
                corrects = number;
            } else {
                answers.push_back(number);
            }
        }
        const auto found = contract::findings_of(row.envelope);
        const OrderMessage message{row.envelope, kind, last_ + 1, answers, corrects, today, found};
        const auto offer = offers_.find(offer_of(row));
        OfferFacts facts;
        if (offer != offers_.end()) {
            const auto& meant_for = offer->second.match_categories();
            facts = {{meant_for.data(), static_cast<std::size_t>(meant_for.size())},
                     offer->second.legal_category()};
        }
        rows::CourseState& course = courses_[row.envelope.order_id()];
        state_before_ = static_cast<OrderState>(course.state());
        const auto advanced = advance(course, message, rules_.on(today), &facts);
        if (!advanced) {
            refusals[row.label] = error_text(advanced.error().code).name;
            return false;
        }
        std::vector<std::string>& codes = findings[row.label];
        for (const v1::Finding& finding : found)
            codes.push_back(finding.code());
        for (const v1::Finding& finding : advanced->findings)
            codes.push_back(finding.code());
        for (const RaisedAlert& raised : advanced->consequences.raised)
            alerts.push_back(told(row.envelope.order_id(), entry_of(raised), row.at(), true));
        orders_of_[row.course].insert(row.envelope.order_id());
        return true;
    }

    void say_of_citizen(const Row& row, v1::MessageKind kind, Day today) {
        if (!row.envelope.has_citizen()) return;
        const auto cpr = contract::CprNumber::parse(row.envelope.citizen().cpr_number());
        rows::CitizenState& citizen = citizens_[row.course];
        const CitizenMessage message{row.envelope,           kind,         last_ + 1, 0, today,
                                     Day{cpr->birth_date()}, state_before_};
        record_on_citizen(citizen, message, rules_.on(today));
        if (kind != v1::MESSAGE_KIND_INTERVIEW_HELD) return;
        for (const std::string& order : orders_of_[row.course]) {
            Consequences consequences;
            set_next_interview(courses_[order], next_interview(citizen), rules_.on(today), today,
                               consequences);
        }
    }

    void note_offer(const Row& row) {
        const std::string owner = row.sender + ' ';
        if (row.envelope.has_offer_published()) {
            const v1::OfferPublished& offer = row.envelope.offer_published();
            offers_[owner + offer.offer_reference()] = offer;
        } else if (row.envelope.has_offer_withdrawn()) {
            withdrawn_.insert(owner + row.envelope.offer_withdrawn().offer_reference());
        }
    }

    static std::string offer_of(const Row& row) {
        return row.envelope.audience().party() + ' ' + row.envelope.order().offer_reference();
    }

    DanishTime time_ = *DanishTime::load();
    RuleSets rules_;
    std::map<std::string, rows::CourseState> courses_;
    std::map<std::string, rows::CitizenState> citizens_;  // by course file
    std::map<std::string, std::set<std::string>> orders_of_;
    std::map<std::string, v1::OfferPublished> offers_;
    std::set<std::string> withdrawn_;
    std::map<std::string, MessageNumber> numbers_;
    MessageNumber last_ = 0;
    OrderState state_before_ = OrderState::placed;
};

TEST(DemoCourses, BringAboutWhatTheirRowsSayAndNothingElse) {
    const std::vector<Row> all = read_rows();
    Demo demo;
    demo.play(all, day_of_field("2010-12-31"), day_of_field("2011-12-31"));

    std::vector<std::string> alerts;
    std::map<std::string, std::string> refusals;
    std::size_t findings = 0;
    for (const Row& row : all) {
        if (row.is_alert()) {
            const bool is_for_all = row.envelope.audience().has_order_parties();
            const std::string& order = row.envelope.order_id();
            const std::string& about = order.empty() ? row.course : order;
            alerts.push_back(told(about, row.envelope.alert(), row.at(), is_for_all));
        } else if (row.expected.contains("refused")) {
            refusals[row.label] = row.expected.at("refused");
        } else {
            const auto expected = row.expected.at("findings").get<std::vector<std::string>>();
            EXPECT_THAT(demo.findings[row.label], ElementsAreArray(expected)) << row.label;
            findings += expected.size();
        }
    }
    EXPECT_THAT(demo.alerts, UnorderedElementsAreArray(alerts));
    EXPECT_EQ(demo.refusals, refusals);
    EXPECT_EQ(alerts.size(), 14U);
    EXPECT_EQ(refusals.size(), 4U);
    EXPECT_EQ(findings, 8U);
}

}  // namespace
}  // namespace jobbro::domain
