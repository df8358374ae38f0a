#include "tests/property/rebuilt_rows.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "hub/domain/course.h"
#include "proto/contract/danish_identifiers.h"
#include "proto/contract/validation.h"

namespace jobbro::testing {
namespace {

using domain::Day;
using domain::OrderState;
using journal::SubjectId;

core::Rulebook rulebook_of(journal::Journal& journal) {
    domain::RuleSets rules;
    const auto recorded = journal.rule_sets();
    for (const auto& each : *recorded)
        EXPECT_TRUE(rules.add(*domain::read_rule_set(each.rules)));
    return {*domain::DanishTime::load(), std::move(rules), {}};
}

OrderState state_of(const RebuiltOrder& order) {
    return static_cast<OrderState>(order.course.state());
}

// The kinds that domain::record_on_citizen() makes something of: no others make a row.
bool counts_for_limits(v1::MessageKind kind) {
    constexpr v1::MessageKind kinds[] = {
        v1::MESSAGE_KIND_LIMITS_WATCHED,   v1::MESSAGE_KIND_INTERVIEW_HELD,
        v1::MESSAGE_KIND_JOB_PLAN_EXTRACT, v1::MESSAGE_KIND_COURSE_START,
        v1::MESSAGE_KIND_COURSE_END,       v1::MESSAGE_KIND_ORDER_CANCELLATION,
        v1::MESSAGE_KIND_COURSE_OUTCOME,
    };
    return std::find(std::begin(kinds), std::end(kinds), kind) != std::end(kinds);
}

// Of those that an alert may be of, the one whose turn it is.
const domain::rows::Watch* watch_of(const Watches& watches, const v1::Alert& alert, Day as_of) {
    const domain::rows::Watch* found = nullptr;
    for (const domain::rows::Watch& watch : watches) {
        const bool is_of = watch.kind() == static_cast<std::uint32_t>(alert.kind()) &&
                           watch.limit_day() == domain::day_of_field(alert.limit_date()).number() &&
                           watch.step() + 1 == alert.step() && watch.raise_day() == as_of.number();
        if (is_of && (found == nullptr || watch.about() < found->about())) found = &watch;
    }
    return found;
}

// What waits no more may be raised once more when it waits again.
void forget_settled(const Watches& watches, Raised& raised) {
    std::erase_if(raised, [&watches](const auto& alert) {
        return std::none_of(watches.begin(), watches.end(), [&alert](const auto& watch) {
            return watch.kind() == std::get<0>(alert) && watch.about() == std::get<1>(alert) &&
                   watch.report() == std::get<2>(alert) && watch.limit_day() == std::get<3>(alert);
        });
    });
}

void forget_settled(RebuiltOrder& order) {
    forget_settled(order.course.watches(), order.raised);
}

}  // namespace

struct RebuiltRows::Entry {
    const journal::OpenedEntry& opened;
    v1::Envelope envelope;
    v1::MessageKind kind;
    SubjectId subject;
    Day day;  // on which it was recorded
    const domain::RuleSet& rules;
    RebuiltOrder* order = nullptr;  // nullptr: it is on none
    bool places_order = false;
};

RebuiltRows::RebuiltRows(journal::Journal& journal) : rules_(rulebook_of(journal)) {}

void RebuiltRows::read_on(journal::Journal& journal) {
    for (; next_ < journal.size().value(); ++next_) {
        const auto entry = journal.read(Sequence{next_});
        ASSERT_TRUE(entry) << entry.error().line();
        take(**entry);
    }
}

SubjectId RebuiltRows::kept(const SubjectId& subject) const {
    const auto found = merged_.find(subject);
    return found == merged_.end() ? subject : found->second;
}

const RebuiltOrder* RebuiltRows::find(BytesView order_id) const {
    const auto found = orders_.find(Bytes{order_id});
    return found == orders_.end() ? nullptr : &found->second;
}

std::optional<SubjectId> RebuiltRows::subject_of(const std::string& number) const {
    const auto found = bound_.find(number);
    return found == bound_.end() ? std::nullopt : std::optional{kept(found->second)};
}

const std::string& RebuiltRows::number_of(const SubjectId& subject) const {
    return numbers_.at(kept(subject));
}

const std::vector<Said>& RebuiltRows::said_of(const SubjectId& subject) const {
    static const std::vector<Said> nothing;
    const auto found = said_.find(kept(subject));
    return found == said_.end() ? nothing : found->second;
}

// --- Entries ---------------------------------------------------------------------------------

// Those about no person, and those for auditors alone, make none of these rows; an offer is what
// orders are recorded by from then on.
void RebuiltRows::take(const journal::OpenedEntry& opened) {
    const v1::EntryIndex& index = opened.index;
    if (index.kind() >= v1::MESSAGE_KIND_LOG_OPENED) return;
    v1::Envelope envelope;
    ASSERT_TRUE(envelope.ParseFromString(opened.body));
    if (index.subject_id().empty()) {
        ++recorded_[index.kind()];
        if (envelope.has_offer_published()) {
            const v1::OfferPublished& offer = envelope.offer_published();
            offers_[{envelope.sender(), offer.offer_reference()}] = offer;
        }
        return;
    }
    const auto& time = envelope.happened_at();
    const Instant happened_at{time.seconds() * 1000000 + time.nanos() / 1000};
    Entry entry{opened,
                std::move(envelope),
                index.kind(),
                array_of<16>(index.subject_id()),
                day_of(opened.recorded_at),
                rules_.rules_at(happened_at)};
    RebuiltLatest& latest = latest_[entry.subject];
    latest.entry = opened.sequence.value() + 1;
    if (index.order_id().empty()) latest.own = latest.entry;
    if (entry.kind != v1::MESSAGE_KIND_ALERT) latest.said = latest.entry;
    const auto order = orders_.find(index.order_id());
    if (order != orders_.end()) entry.order = &order->second;
    if (entry.kind == v1::MESSAGE_KIND_ALERT) return take_alert(entry);
    EXPECT_TRUE(expected_.empty()) << "an alert does not stand behind its message";
    take_message(entry);
    ++recorded_[entry.kind];
}

void RebuiltRows::take_alert(const Entry& entry) {
    const v1::Alert& alert = entry.envelope.alert();
    ++alerts_[alert.kind()];
    if (alert.raised_late()) ++late_alerts_;
    if (!expected_.empty()) {
        const Expected expected = std::move(expected_.front());
        expected_.pop_front();
        EXPECT_EQ(entry.opened.index.order_id(), expected.order_id);
        EXPECT_EQ(alert.kind(), expected.alert.kind);
        EXPECT_EQ(domain::day_of_field(alert.limit_date()), expected.alert.limit);
        EXPECT_EQ(alert.step(), expected.alert.step);
        ASSERT_NE(entry.order, nullptr);
        const Bytes before = entry.order->course.SerializeAsString();
        domain::record_alert(entry.order->course, alert);
        EXPECT_EQ(entry.order->course.SerializeAsString(), before) << "the row has it already";
        return;
    }
    if (!entry.opened.index.order_id().empty()) {
        ASSERT_NE(entry.order, nullptr);
        check_raised(entry, entry.order->course.watches(), entry.order->raised);
        return domain::record_alert(entry.order->course, alert);
    }
    auto& limits = limits_[entry.subject];
    ASSERT_EQ(entry.opened.index.audience_size(), 1);
    const auto found = limits.find(entry.opened.index.audience(0));
    ASSERT_NE(found, limits.end()) << "an alert of limits nobody has told of";
    check_raised(entry, found->second.state.watches(), found->second.raised);
    domain::record_alert(found->second.state, alert);
}

// Something waits for it, its day has come, and it has not been raised before.
void RebuiltRows::check_raised(const Entry& entry, const Watches& watches, Raised& raised) {
    const v1::Alert& alert = entry.envelope.alert();
    const Day as_of = day_of(Instant{entry.envelope.happened_at().seconds() * 1000000});
    const domain::rows::Watch* const watch = watch_of(watches, alert, as_of);
    ASSERT_NE(watch, nullptr) << "nothing waits: " << alert.ShortDebugString() << " as of "
                              << as_of.text();
    EXPECT_LE(as_of, entry.day) << "before its day: " << alert.ShortDebugString();
    EXPECT_EQ(alert.raised_late(), as_of < entry.day) << alert.ShortDebugString();
    const bool is_first = raised
                              .insert({watch->kind(), watch->about(), watch->report(),
                                       watch->limit_day(), alert.step()})
                              .second;
    EXPECT_TRUE(is_first) << "twice: " << alert.ShortDebugString();
}

void RebuiltRows::take_message(Entry& entry) {
    domain::MessageNumber corrects = 0;
    std::vector<domain::MessageNumber> answers;
    for (const v1::EntryCause& cause : entry.opened.index.causes()) {
        const domain::MessageNumber number = cause.sequence() + 1;
        if (cause.relation() == v1::CAUSE_RELATION_CORRECTS) {
            corrects = number;
        } else {
            answers.push_back(number);
        }
    }
    take_numbers(entry);
    if (entry.kind == v1::MESSAGE_KIND_CASE_TRANSFER) hand_over(entry);
    if (domain::opens_order(entry.kind) && corrects == 0) place(entry);
    const domain::MessageNumber number = entry.opened.sequence.value() + 1;
    const auto citizen = contract::CprNumber::parse(entry.envelope.citizen().cpr_number());
    ASSERT_TRUE(citizen);
    domain::CitizenMessage told{entry.envelope,    entry.kind, number,
                                corrects,          entry.day,  Day{citizen->birth_date()},
                                OrderState::placed};
    const Said said{entry.envelope.message_id(), entry.envelope.sender(), entry.kind};
    if (entry.order != nullptr) {
        if (!entry.places_order) told.order_state = state_of(*entry.order);
        take_on_order(entry,
                      {entry.envelope, entry.kind, number, answers, corrects, entry.day, {}});
        entry.order->said.push_back(said);
    } else {
        said_[kept(entry.subject)].push_back(said);
    }
    take_on_citizen(entry, told);
    if (entry.order != nullptr) forget_settled(*entry.order);
}

void RebuiltRows::place(Entry& entry) {
    const Bytes& id = entry.opened.index.order_id();
    EXPECT_FALSE(orders_.contains(id)) << "placed twice";
    RebuiltOrder& order = orders_[id];
    order.id = id;
    order.subject = entry.subject;
    order.jobcentre = entry.envelope.sender();
    order.provider = entry.envelope.audience().party();
    by_age_.push_back(&order);
    entry.order = &order;
    entry.places_order = true;
}

const v1::OfferPublished* RebuiltRows::offer_of(const Entry& entry) const {
    const bool is_order = entry.kind == v1::MESSAGE_KIND_ORDER;
    if (!is_order && entry.kind != v1::MESSAGE_KIND_ORDER_REVISION) return nullptr;
    const v1::Order& text =
        is_order ? entry.envelope.order() : entry.envelope.order_revision().order();
    const auto found = offers_.find({entry.order->provider, text.offer_reference()});
    return found == offers_.end() ? nullptr : &found->second;
}

void RebuiltRows::take_on_order(const Entry& entry, const domain::OrderMessage& message) {
    RebuiltOrder& order = *entry.order;
    domain::OfferFacts facts;
    const v1::OfferPublished* const offer = offer_of(entry);
    if (offer != nullptr) facts.legal_category = offer->legal_category();
    const auto brought_about = domain::record_on_order(order.course, message, entry.rules,
                                                       offer != nullptr ? &facts : nullptr);
    for (const domain::RaisedAlert& alert : brought_about.raised)
        expected_.push_back({order.id, alert});
    domain::record_facts(order.facts, message, order.course,
                         contract::PartyId::parse(entry.opened.sender)->role(),
                         !entry.opened.index.findings().empty());
    if (domain::is_followed_up(order.course)) domain::let_go(order.course);
}

// A new order that names no interview has the next one as it is known.
void RebuiltRows::take_on_citizen(const Entry& entry, const domain::CitizenMessage& message) {
    auto& limits = limits_[kept(entry.subject)];
    const std::string& jobcentre =
        entry.order != nullptr ? entry.order->jobcentre : entry.envelope.sender();
    domain::Consequences cleared;
    if (entry.places_order) {
        const bool says_none = entry.envelope.order().reports_due().next_interview_date().empty();
        const auto found = limits.find(jobcentre);
        if (!says_none || found == limits.end()) return;
        const Day interview = domain::next_interview(found->second.state);
        if (!interview.is_set()) return;
        return domain::set_next_interview(entry.order->course, interview, entry.rules, entry.day,
                                          cleared);
    }
    if (!counts_for_limits(entry.kind)) return;
    RebuiltLimits& row = limits[jobcentre];
    domain::record_on_citizen(row.state, message, entry.rules);
    forget_settled(row.state.watches(), row.raised);
    if (entry.kind == v1::MESSAGE_KIND_INTERVIEW_HELD) {
        tell_of_interview(entry, jobcentre, domain::next_interview(row.state));
    }
}

void RebuiltRows::tell_of_interview(const Entry& entry, const std::string& jobcentre,
                                    Day interview) {
    domain::Consequences cleared;
    for (auto& [id, order] : orders_) {
        const bool is_of = kept(order.subject) == kept(entry.subject) &&
                           order.jobcentre == jobcentre && !domain::is_over(state_of(order));
        if (!is_of) continue;
        domain::set_next_interview(order.course, interview, entry.rules, entry.day, cleared);
        forget_settled(order);
    }
}

// --- Persons ---------------------------------------------------------------------------------

// Who has which number, and that two are one person.
void RebuiltRows::take_numbers(const Entry& entry) {
    const std::string& number = entry.envelope.citizen().cpr_number();
    const auto known = subject_of(number);
    if (!known) bound_[number] = entry.subject;
    const SubjectId subject = kept(entry.subject);
    if (entry.kind == v1::MESSAGE_KIND_CPR_CHANGED && known && *known != subject) {
        merge(entry, subject, *known);
    } else if (entry.kind == v1::MESSAGE_KIND_SUBJECTS_MERGED) {
        const auto former = subject_of(entry.envelope.subjects_merged().former_cpr_number());
        ASSERT_TRUE(former);
        if (*former != subject) merge(entry, *former, subject);
    }
    numbers_[kept(subject)] = number;
}

void RebuiltRows::join(const Entry& entry, Jobcentres& limits, const std::string& jobcentre,
                       const RebuiltLimits& other) {
    const auto [known, is_new] = limits.emplace(jobcentre, other);
    if (is_new) return;
    domain::join(known->second.state, other.state, entry.day);
    known->second.raised.insert(other.raised.begin(), other.raised.end());
    forget_settled(known->second.state.watches(), known->second.raised);
}

void RebuiltRows::merge(const Entry& entry, const SubjectId& former, const SubjectId& into) {
    ++merges_;
    for (auto& [subject, leads_to] : merged_) {
        if (leads_to == former) leads_to = into;
    }
    merged_[former] = into;
    Jobcentres moved = std::move(limits_[former]);
    limits_.erase(former);
    for (const auto& [jobcentre, limits] : moved)
        join(entry, limits_[into], jobcentre, limits);
    auto& said = said_[former];
    said_[into].insert(said_[into].end(), said.begin(), said.end());
    said_.erase(former);
}

// Orders that are over stay where they are.
void RebuiltRows::hand_over(const Entry& entry) {
    const std::string& from = entry.envelope.sender();
    ASSERT_EQ(entry.opened.index.audience_size(), 1);
    const std::string& to = entry.opened.index.audience(0);
    auto& limits = limits_[kept(entry.subject)];
    if (const auto row = limits.extract(from); !row.empty()) join(entry, limits, to, row.mapped());
    for (auto& [id, order] : orders_) {
        const bool goes = kept(order.subject) == kept(entry.subject) && order.jobcentre == from &&
                          !domain::is_over(state_of(order));
        if (goes) order.jobcentre = to;
    }
}

// --- What is to be the same ------------------------------------------------------------------

void RebuiltRows::compare(journal::Journal& journal) const {
    ASSERT_EQ(next_, journal.size().value()) << "there are entries to be read";
    EXPECT_TRUE(expected_.empty()) << "an alert does not stand behind its message";
    std::size_t orders = 0;
    std::size_t limits = 0;
    const auto visit = [&](const SubjectId& subject,
                           const journal::rows::CaseRow& row) -> Result<void> {
        const auto known = latest_.find(subject);
        const RebuiltLatest latest = known == latest_.end() ? RebuiltLatest{} : known->second;
        EXPECT_EQ(latest.entry, row.last_sequence_plus_one());
        EXPECT_EQ(latest.own, row.last_own_plus_one());
        EXPECT_EQ(latest.said, row.last_said_plus_one());
        for (const journal::rows::OrderRow& order : row.orders()) {
            ++orders;
            const RebuiltOrder* const own = find(order.order_id());
            EXPECT_NE(own, nullptr);
            if (own == nullptr) continue;
            EXPECT_EQ(own->subject, subject);
            EXPECT_EQ(own->jobcentre, order.jobcentre());
            EXPECT_EQ(own->provider, order.provider());
            EXPECT_EQ(own->course.state(), order.state());
            EXPECT_EQ(own->course.SerializeAsString(), order.course().SerializeAsString())
                << own->course.ShortDebugString() << "\n"
                << order.course().ShortDebugString();
            EXPECT_EQ(own->facts.SerializeAsString(), order.facts().SerializeAsString())
                << own->facts.ShortDebugString() << "\n"
                << order.facts().ShortDebugString();
        }
        for (const journal::rows::LimitsRow& told : row.limits()) {
            ++limits;
            const auto person = limits_.find(subject);
            const bool is_known =
                person != limits_.end() && person->second.contains(told.jobcentre());
            EXPECT_TRUE(is_known);
            if (!is_known) continue;
            const auto& own = person->second.at(told.jobcentre()).state;
            EXPECT_EQ(own.SerializeAsString(), told.state().SerializeAsString())
                << own.ShortDebugString() << "\n"
                << told.state().ShortDebugString();
        }
        return {};
    };
    const auto visited = journal.cases().visit_all(visit);
    ASSERT_TRUE(visited) << visited.error().line();
    EXPECT_EQ(orders, orders_.size());
    std::size_t own_limits = 0;
    for (const auto& [subject, told] : limits_)
        own_limits += told.size();
    EXPECT_EQ(limits, own_limits);
}

void RebuiltRows::expect_nothing_due(Day day) const {
    const auto check = [day](const Watches& watches) {
        for (const domain::rows::Watch& watch : watches) {
            EXPECT_TRUE(watch.raise_day() == 0 || watch.raise_day() > day.number())
                << watch.ShortDebugString() << " on " << day.text();
        }
    };
    for (const auto& [id, order] : orders_)
        check(order.course.watches());
    for (const auto& [subject, told] : limits_) {
        for (const auto& [jobcentre, row] : told)
            check(row.state.watches());
    }
}

}  // namespace jobbro::testing
