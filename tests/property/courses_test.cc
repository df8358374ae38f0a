// Ten thousand steps of jobcentres, providers and citizens, with mistakes of all sorts, days and
// weeks that pass, restarts, cases handed over and persons that turn out to be one: what stands in
// the rows is what the log gives when it is read anew, byte for byte; what was refused has changed
// nothing; and each alert was raised once, on its day or after it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "hub/core/overview.h"
#include "hub/domain/course.h"
#include "proto/contract/validation.h"
#include "tests/property/course_messages.h"

namespace jobbro::testing {
namespace {

constexpr int steps = 10000;
constexpr int steps_between_comparisons = 200;
constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;
constexpr std::size_t remembered_max = 200;
constexpr int turns_max = 300;  // until all that is due has been raised
// 2011-01-10, nine in the morning: no turn comes near midnight.
constexpr Instant begins{(std::int64_t{1294614000} + 9 * 3600) * 1000000};

v1::RuleSet rules_from(const std::string& first, const std::string& last) {
    v1::RuleSet rules;
    rules.set_name("from " + first);
    rules.set_valid_from_date(first);
    rules.set_valid_until_date(last);
    rules.set_age_limit(30);
    for (v1::LimitByAge* const limit :
         {rules.mutable_first_interview(), rules.mutable_interviews(), rules.mutable_new_offer()}) {
        limit->mutable_under_age()->set_months(1);
        limit->mutable_from_age()->set_months(3);
    }
    v1::CategoryRules& category = *rules.add_categories();
    category.set_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    category.mutable_longest()->set_weeks(13);
    category.set_prolongable_with_reason(true);
    v1::AlertSettings& alerts = *rules.mutable_alerts();
    alerts.set_order_unanswered_days(7);
    alerts.set_question_unanswered_days(5);
    alerts.set_not_started_days(2);
    alerts.set_report_due_soon_days(4);
    alerts.set_report_overdue_days(3);
    alerts.add_report_overdue_steps(10);
    alerts.set_no_shows_in_a_row(3);
    alerts.set_first_days_absent(3);
    alerts.set_absent_share_percent(25);
    alerts.set_course_ending_days(14);
    alerts.set_job_plan_ending_days(14);
    alerts.set_follow_up_days(14);
    alerts.add_follow_up_steps(14);
    alerts.set_statutory_near_days(14);
    return rules;
}

// The later one asks for other days, and no more for some.
std::vector<v1::RuleSet> two_rule_sets() {
    v1::RuleSet earlier = rules_from("2010-06-01", "2012-12-31");
    v1::RuleSet later = rules_from("2013-01-01", "");
    later.mutable_categories(0)->mutable_longest()->set_weeks(17);
    later.mutable_alerts()->set_order_unanswered_days(4);
    later.mutable_alerts()->clear_report_due_soon_days();
    later.mutable_alerts()->add_follow_up_steps(14);
    return {earlier, later};
}

class History {
  public:
    explicit History(std::uint64_t seed) : world_(seed), random_(seed + 1000) {
        world_.now = begins;
        world_.rules = two_rule_sets();
        world_.settings.session_silent_ms_max = 100000 * day_ms;
        const auto opened = world_.open();
        EXPECT_TRUE(opened);
        if (!opened) return;
        for (const std::string& each : centres)
            world_.add_party(each);
        for (const std::string& each : sites)
            world_.add_party(each, centres);
        rows_.emplace(*world_.journal);
        messages_.emplace(world_, *rows_, random_);
        read_on();
    }

    void live() {
        for (int step = 1; step <= steps && !::testing::Test::HasFailure(); ++step) {
            SCOPED_TRACE("step " + std::to_string(step));
            act_at_random();
            if (step % steps_between_comparisons == 0) compare();
        }
    }

    // The log read from its beginning, while the hub lives and after it has lost power.
    void read_anew() {
        for (const bool restarts : {false, true}) {
            if (::testing::Test::HasFailure()) return;
            if (restarts) restart();
            compare();
            RebuiltRows anew{*world_.journal};
            anew.read_on(*world_.journal);
            anew.compare(*world_.journal);
            anew.expect_nothing_due(anew.day_of(world_.now));
        }
    }

    void expect_much_happened() const;

  private:
    void act_at_random();
    void pass_days(int days);
    void restart();
    void raise_all();
    void read_on();
    void submit(const v1::Envelope& envelope);
    void submit_again();
    void compare();
    void compare_overview();

    [[nodiscard]] Bytes rows_about(const v1::Envelope& envelope);
    [[nodiscard]] bool may_be_said(const v1::Envelope& envelope) const;
    [[nodiscard]] bool may_point_at_all(const v1::Envelope& envelope,
                                        const RebuiltOrder& order) const;
    v1::Outcome outcome_of(const v1::Envelope& envelope);

    struct Recorded {
        v1::Envelope envelope;
        std::uint64_t sequence;
    };

    HubWorld world_;
    SeededRandomness random_;
    std::optional<RebuiltRows> rows_;
    std::optional<CourseMessages> messages_;
    std::vector<Recorded> remembered_;
    std::map<v1::ErrorCode, std::size_t> refused_;
    std::size_t corrected_ = 0;
    std::size_t duplicates_ = 0;
    std::size_t restarts_ = 0;
};

// --- What happens ----------------------------------------------------------------------------

void History::act_at_random() {
    CourseBodies& dice = messages_->dice();
    if (rows_->orders().size() < 3) return submit(messages_->placing());
    switch (random_.below(48)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
            return pass_days(1);
        case 6:
            return pass_days(dice.chance(4) ? dice.number(7, 28) : 1);
        case 7:
        case 8:
            return submit(messages_->placing());
        case 9:
            return submit(dice.chance(2) ? messages_->handing_over()
                                         : messages_->about_a_citizen());
        case 10:
            return submit(dice.chance(4) ? messages_->merge() : messages_->change_of_number());
        case 11:
            return submit(dice.chance(3) ? messages_->of_offers() : messages_->about_a_citizen());
        case 12:
        case 13:
            return submit(messages_->about_a_citizen());
        case 14:
        case 15:
            return submit_again();
        case 16:
            return dice.chance(10) ? restart() : submit_again();
        default:
            return submit(messages_->on_an_order());
    }
}

// After weeks it may be that the hub was down.
void History::pass_days(int days) {
    world_.now = world_.now.plus_ms(days * day_ms);
    if (days > 1 && messages_->dice().chance(3)) return restart();
    raise_all();
}

void History::restart() {
    ++restarts_;
    if (messages_->dice().chance(2)) {
        world_.log_store.lose_power();
        world_.vault_store.lose_power();
    }
    const auto opened = world_.open();
    ASSERT_TRUE(opened) << opened.error().line();
    raise_all();
}

// So that what a message brings about is not mixed with what was due before it.
void History::raise_all() {
    for (int turns = 0; turns < turns_max; ++turns) {
        world_.turn();
        if (!world_.core->has_work()) break;
    }
    read_on();
    rows_->expect_nothing_due(rows_->day_of(world_.now));
}

void History::read_on() {
    rows_->read_on(*world_.journal);
}

// --- Messages --------------------------------------------------------------------------------

// A session that starts over has no lane that waits for a message.
v1::Outcome History::outcome_of(const v1::Envelope& envelope) {
    const std::string& sender = envelope.sender();
    const auto all =
        outcomes(world_.turn({world_.hello(sender), world_.submit(sender, {envelope})}));
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? v1::Outcome{} : all[0];
}

void History::submit(const v1::Envelope& envelope) {
    const bool may = may_be_said(envelope);
    const std::uint64_t size = world_.journal->size().value();
    const Bytes before = rows_about(envelope);
    const v1::Outcome outcome = outcome_of(envelope);
    if (!outcome.has_receipt()) {
        ++refused_[outcome.rejection().code()];
        EXPECT_EQ(world_.journal->size().value(), size) << envelope.ShortDebugString();
        EXPECT_EQ(rows_about(envelope), before)
            << outcome.ShortDebugString() << envelope.ShortDebugString();
        return;
    }
    EXPECT_TRUE(may) << envelope.ShortDebugString();
    EXPECT_EQ(outcome.receipt().sequence(), size);
    if (remembered_.size() == remembered_max) remembered_.erase(remembered_.begin());
    remembered_.push_back({envelope, size});
    const auto& causes = envelope.causes();
    if (std::any_of(causes.begin(), causes.end(), [](const v1::Cause& cause) {
            return cause.relation() == v1::CAUSE_RELATION_CORRECTS;
        })) {
        ++corrected_;
    }
    read_on();
}

// The same bytes have the first receipt; others under the same id have none.
void History::submit_again() {
    if (remembered_.empty()) return;
    Recorded again = remembered_[random_.below(remembered_.size())];
    const bool is_changed = messages_->dice().chance(3);
    if (is_changed) again.envelope.set_salt(std::string(16, 'x'));
    const std::uint64_t size = world_.journal->size().value();
    const Bytes before = rows_about(again.envelope);
    const v1::Outcome outcome = outcome_of(again.envelope);
    if (is_changed) {
        ++refused_[outcome.rejection().code()];
        EXPECT_EQ(outcome.rejection().code(), v1::ERROR_CODE_MESSAGE_ID_REUSED);
    } else {
        ++duplicates_;
        EXPECT_TRUE(outcome.has_receipt()) << outcome.ShortDebugString();
        EXPECT_EQ(outcome.receipt().sequence(), again.sequence);
    }
    EXPECT_EQ(world_.journal->size().value(), size);
    EXPECT_EQ(rows_about(again.envelope), before);
}

// All that stands of the person of an order or a number.
Bytes History::rows_about(const v1::Envelope& envelope) {
    journal::CaseFile& cases = world_.journal->cases();
    std::optional<journal::SubjectId> subject;
    if (const auto order = contract::OrderId::parse(envelope.order_id())) {
        subject = *cases.subject_of(*order);
    }
    if (!subject) subject = rows_->subject_of(envelope.citizen().cpr_number());
    if (!subject) return {};
    Bytes all;
    const auto person = cases.person_of(*subject);
    for (const journal::SubjectId& each : *person)
        all += (*cases.open(each))->SerializeAsString();
    return all;
}

// What nobody may let pass, by what the log holds: a step out of order, somebody who is no party of
// the order now, a message it does not know. Much else may be refused.
bool History::may_be_said(const v1::Envelope& envelope) const {
    if (envelope.order_id().empty()) return true;
    const auto id = contract::OrderId::parse(envelope.order_id());
    const RebuiltOrder* const order = rows_->find(id->view());
    const bool corrects = std::any_of(
        envelope.causes().begin(), envelope.causes().end(),
        [](const v1::Cause& cause) { return cause.relation() == v1::CAUSE_RELATION_CORRECTS; });
    const v1::MessageKind kind = contract::kind_of(envelope);
    if (kind == v1::MESSAGE_KIND_ORDER && !corrects) return order == nullptr;
    if (order == nullptr) return false;
    const std::string& sender = envelope.sender();
    if (sender != order->jobcentre && sender != order->provider) return false;
    const auto step = contract::step_allowed(domain::dialogue_state(order->course), kind);
    if (step == contract::Step::no || (step == contract::Step::corrections && !corrects)) {
        return false;
    }
    return may_point_at_all(envelope, *order);
}

bool History::may_point_at_all(const v1::Envelope& envelope, const RebuiltOrder& order) const {
    return std::all_of(
        envelope.causes().begin(), envelope.causes().end(), [&](const v1::Cause& cause) {
            const bool corrects = cause.relation() == v1::CAUSE_RELATION_CORRECTS;
            return std::any_of(order.said.begin(), order.said.end(), [&](const Said& said) {
                const bool is_own = said.sender == envelope.sender();
                const bool is_same_kind = said.kind == contract::kind_of(envelope);
                return said.message_id == cause.message_id() &&
                       (!corrects || (is_own && is_same_kind));
            });
        });
}

// --- What is to be the same ------------------------------------------------------------------

void History::compare() {
    rows_->compare(*world_.journal);
    compare_overview();
}

// What core keeps across courses as they change, and what is made of the rows anew.
void History::compare_overview() {
    const auto anew = core::open_overview(*world_.journal);
    ASSERT_TRUE(anew) << anew.error().line();
    const core::Overview& kept = world_.core->overview();
    EXPECT_TRUE(kept.waiting == anew->waiting);
    EXPECT_TRUE(kept.results == anew->results);
    EXPECT_TRUE(kept.going_on == anew->going_on);
    domain::OfferQuery query;
    query.day = rows_->day_of(world_.now);
    const auto offers = kept.catalogue.list(query).rows;
    const auto offers_anew = anew->catalogue.list(query).rows;
    ASSERT_EQ(offers.size(), offers_anew.size());
    for (std::size_t i = 0; i < offers.size(); ++i) {
        EXPECT_EQ(offers[i].provider, offers_anew[i].provider);
        EXPECT_EQ(offers[i].offer->SerializeAsString(), offers_anew[i].offer->SerializeAsString());
        const std::string& reference = offers[i].offer->offer_reference();
        const auto* const told = kept.catalogue.find(offers[i].provider, reference);
        const auto* const told_anew = anew->catalogue.find(offers[i].provider, reference);
        EXPECT_EQ(told->text_number, told_anew->text_number);
        EXPECT_EQ(told->withdrawal_number, told_anew->withdrawal_number);
        EXPECT_EQ(offers[i].withdrawn_from, offers_anew[i].withdrawn_from);
        EXPECT_EQ(offers[i].free_places, offers_anew[i].free_places);
        EXPECT_EQ(offers[i].quota_left, offers_anew[i].quota_left);
    }
}

// Guards the test: what it is about has come up.
void History::expect_much_happened() const {
    for (const contract::KindSteps& row : contract::order_steps()) {
        const bool is_rare = row.kind == v1::MESSAGE_KIND_ORDER_DECLINE ||
                             row.kind == v1::MESSAGE_KIND_ORDER_CANCELLATION;
        const auto found = rows_->recorded().find(row.kind);
        const std::size_t count = found == rows_->recorded().end() ? 0 : found->second;
        EXPECT_GT(count, is_rare ? 2U : 10U) << v1::MessageKind_Name(row.kind);
    }
    for (const auto kind : {v1::MESSAGE_KIND_LIMITS_WATCHED, v1::MESSAGE_KIND_INTERVIEW_HELD,
                            v1::MESSAGE_KIND_CASE_TRANSFER, v1::MESSAGE_KIND_CPR_CHANGED,
                            v1::MESSAGE_KIND_SUBJECTS_MERGED, v1::MESSAGE_KIND_OFFER_PUBLISHED}) {
        const auto found = rows_->recorded().find(kind);
        const bool is_rare = kind == v1::MESSAGE_KIND_SUBJECTS_MERGED;
        EXPECT_GT(found == rows_->recorded().end() ? 0 : found->second, is_rare ? 2U : 10U)
            << v1::MessageKind_Name(kind);
    }
    for (int kind = v1::AlertKind_MIN + 1; kind <= v1::AlertKind_MAX; ++kind) {
        EXPECT_TRUE(rows_->alerts().contains(static_cast<v1::AlertKind>(kind)))
            << v1::AlertKind_Name(static_cast<v1::AlertKind>(kind));
    }
    for (const auto code : {v1::ERROR_CODE_ORDER_STEP_NOT_ALLOWED, v1::ERROR_CODE_PERIOD_TOO_LONG,
                            v1::ERROR_CODE_ABSENCE_OUTSIDE_COURSE,
                            v1::ERROR_CODE_REPORT_BEFORE_COURSE, v1::ERROR_CODE_HAPPENED_IN_FUTURE,
                            v1::ERROR_CODE_ORDER_UNKNOWN, v1::ERROR_CODE_CAUSE_UNKNOWN,
                            v1::ERROR_CODE_CAUSE_MISMATCH, v1::ERROR_CODE_CITIZEN_MISMATCH,
                            v1::ERROR_CODE_ORDER_EXISTS, v1::ERROR_CODE_MESSAGE_ID_REUSED}) {
        const auto found = refused_.find(code);
        EXPECT_GT(found == refused_.end() ? 0 : found->second, 4U) << v1::ErrorCode_Name(code);
    }
    EXPECT_GT(rows_->late_alerts(), 20U);
    EXPECT_GT(rows_->merges(), 2U);
    EXPECT_GT(corrected_, 100U);
    EXPECT_GT(duplicates_, 100U);
    EXPECT_GT(restarts_, 5U);
}

TEST(Courses, AreWhatTheLogGivesWhenItIsReadAnewAndAlertsAreRaisedOnce) {
    const char* const given = std::getenv("JOBBRO_SEED");  // others than the usual
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
    std::printf("seed %llu (JOBBRO_SEED sets it)\n", static_cast<unsigned long long>(seed));
    History history{seed};
    if (HasFailure()) return;
    history.live();
    if (HasFailure()) return;
    history.read_anew();
    history.expect_much_happened();
}

}  // namespace
}  // namespace jobbro::testing
