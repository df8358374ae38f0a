#include "proto/contract/kinds.h"

#include <algorithm>

namespace jobbro::contract {
namespace {

using To = v1::Audience;

enum class By : std::uint8_t { jobcentre, provider, either, hub };

// About an order: required order and citizen, to the order's parties.
KindRule on_order(v1::MessageKind kind, By by) {
    return {kind,
            by == By::jobcentre || by == By::either,
            by == By::provider || by == By::either,
            Presence::required,
            Presence::required,
            To::kOrderParties};
}

KindRule answering(v1::MessageKind kind, By by, std::vector<v1::MessageKind> answered) {
    KindRule rule = on_order(kind, by);
    rule.answers = true;
    rule.answered = std::move(answered);
    return rule;
}

// About a citizen and no order.
KindRule on_citizen(v1::MessageKind kind, To::ToCase audience) {
    return {kind, true, false, Presence::none, Presence::required, audience};
}

KindRule on_offer(v1::MessageKind kind) {
    return {kind, false, true, Presence::none, Presence::none, To::kAllWithGround};
}

KindRule order_rule() {
    KindRule rule = on_order(v1::MESSAGE_KIND_ORDER, By::jobcentre);
    rule.audience = To::kParty;
    return rule;
}

KindRule outcome_rule() {
    KindRule rule = on_order(v1::MESSAGE_KIND_COURSE_OUTCOME, By::jobcentre);
    rule.audience = To::kSenderOnly;
    return rule;
}

KindRule job_plan_rule() {
    KindRule rule = on_order(v1::MESSAGE_KIND_JOB_PLAN_EXTRACT, By::jobcentre);
    rule.order = Presence::optional;
    return rule;
}

KindRule alert_rule() {
    KindRule rule = on_order(v1::MESSAGE_KIND_ALERT, By::hub);
    rule.order = Presence::optional;
    rule.jobcentre_alone = true;
    return rule;
}

KindRule erasure_rule() {
    KindRule rule = on_order(v1::MESSAGE_KIND_ERASURE_NOTICE, By::hub);
    rule.order = Presence::none;
    rule.citizen = Presence::none;
    rule.audience = To::kParty;
    return rule;
}

}  // namespace

const std::vector<KindRule>& kind_rules() {
    static const std::vector<KindRule> rules{
        order_rule(),
        on_order(v1::MESSAGE_KIND_ORDER_ACCEPTANCE, By::provider),
        on_order(v1::MESSAGE_KIND_ORDER_DECLINE, By::provider),
        on_order(v1::MESSAGE_KIND_COURSE_START, By::provider),
        on_order(v1::MESSAGE_KIND_ABSENCE_REPORT, By::provider),
        on_order(v1::MESSAGE_KIND_PROGRESSION_REPORT, By::provider),
        on_order(v1::MESSAGE_KIND_COURSE_END, By::provider),
        on_order(v1::MESSAGE_KIND_CLARIFICATION_REQUEST, By::provider),
        answering(v1::MESSAGE_KIND_CLARIFICATION, By::jobcentre,
                  {v1::MESSAGE_KIND_CLARIFICATION_REQUEST}),
        on_order(v1::MESSAGE_KIND_ORDER_REVISION, By::jobcentre),
        on_order(v1::MESSAGE_KIND_ORDER_CANCELLATION, By::jobcentre),
        on_order(v1::MESSAGE_KIND_EXTENSION, By::jobcentre),
        job_plan_rule(),
        on_order(v1::MESSAGE_KIND_PLACEMENT, By::provider),
        on_order(v1::MESSAGE_KIND_ATTENDANCE_LIST, By::provider),
        on_order(v1::MESSAGE_KIND_MID_TERM_EVALUATION, By::provider),
        on_order(v1::MESSAGE_KIND_MEETING, By::either),
        on_order(v1::MESSAGE_KIND_FUNDING_REQUEST, By::provider),
        answering(v1::MESSAGE_KIND_FUNDING_DECISION, By::jobcentre,
                  {v1::MESSAGE_KIND_FUNDING_REQUEST}),
        answering(v1::MESSAGE_KIND_FOLLOW_UP, By::jobcentre,
                  {v1::MESSAGE_KIND_ABSENCE_REPORT, v1::MESSAGE_KIND_ATTENDANCE_LIST,
                   v1::MESSAGE_KIND_MID_TERM_EVALUATION, v1::MESSAGE_KIND_PROGRESSION_REPORT,
                   v1::MESSAGE_KIND_COURSE_END}),
        on_order(v1::MESSAGE_KIND_CONTACT_CHANGED, By::either),
        on_order(v1::MESSAGE_KIND_NOTICE, By::either),
        outcome_rule(),
        on_citizen(v1::MESSAGE_KIND_LIMITS_WATCHED, To::kSenderOnly),
        on_citizen(v1::MESSAGE_KIND_INTERVIEW_HELD, To::kSenderOnly),
        on_offer(v1::MESSAGE_KIND_OFFER_PUBLISHED),
        on_offer(v1::MESSAGE_KIND_OFFER_WITHDRAWN),
        on_citizen(v1::MESSAGE_KIND_CASE_TRANSFER, To::kParty),
        on_citizen(v1::MESSAGE_KIND_CPR_CHANGED, To::kAllWithGround),
        on_citizen(v1::MESSAGE_KIND_SUBJECTS_MERGED, To::kAllWithGround),
        alert_rule(),
        erasure_rule(),
    };
    return rules;
}

const KindRule* find_kind_rule(v1::MessageKind kind) {
    const auto& rules = kind_rules();
    const auto found = std::lower_bound(
        rules.begin(), rules.end(), kind,
        [](const KindRule& rule, v1::MessageKind wanted) { return rule.kind < wanted; });
    return found == rules.end() || found->kind != kind ? nullptr : &*found;
}

v1::Audience::ToCase audience_of(const KindRule& rule, bool has_order) {
    if (rule.order != Presence::optional || has_order) return rule.audience;
    return rule.jobcentre_alone ? To::kParty : To::kSenderOnly;
}

bool may_send(Role role, const KindRule& rule) {
    return role == Role::jobcentre ? rule.by_jobcentre : role == Role::provider && rule.by_provider;
}

}  // namespace jobbro::contract
