#include "tests/property/course_messages.h"

#include <algorithm>

#include "hub/domain/course.h"
#include "proto/contract/kinds.h"

namespace jobbro::testing {
namespace {

// Of so many newest orders is mostly spoken.
constexpr int orders_of_now = 20;
constexpr std::int64_t day_s = std::int64_t{24} * 3600;

void point_at(v1::Envelope& envelope, const std::string& message_id, v1::CauseRelation relation) {
    v1::Cause& cause = *envelope.add_causes();
    cause.set_message_id(message_id);
    cause.set_relation(relation);
}

// Of which offer it is, and whether it publishes or withdraws it.
std::string reference_of(const v1::Envelope& envelope) {
    return envelope.has_offer_published()
               ? "published " + envelope.offer_published().offer_reference()
               : "withdrawn " + envelope.offer_withdrawn().offer_reference();
}

bool ends_order(v1::MessageKind kind) {
    return kind == v1::MESSAGE_KIND_ORDER_DECLINE || kind == v1::MESSAGE_KIND_ORDER_CANCELLATION ||
           kind == v1::MESSAGE_KIND_COURSE_END;
}

}  // namespace

const RebuiltOrder& CourseMessages::some_order() {
    const auto& all = rows_.orders();
    const int last = static_cast<int>(all.size()) - 1;
    const int first = bodies_.chance(7) ? 0 : std::max(last - orders_of_now + 1, 0);
    return *all[static_cast<std::size_t>(bodies_.number(first, last))];
}

const std::string& CourseMessages::one_of(const std::vector<std::string>& all) {
    return all[random_.below(all.size())];
}

v1::Envelope CourseMessages::blank(const std::string& sender, const std::string& number) {
    v1::Envelope result =
        envelope(sender, world_.new_order(), world_.now, world_.randomness, number);
    result.clear_order_id();
    return result;
}

// Told late, under the rule set of its day, or told ahead.
v1::Envelope CourseMessages::some_other_time(v1::Envelope envelope) {
    std::int64_t days = 0;
    if (bodies_.chance(12)) days = -bodies_.number(1, 200);
    if (bodies_.chance(60)) days = 1;
    auto& time = *envelope.mutable_happened_at();
    time.set_seconds(time.seconds() + days * day_s);
    return envelope;
}

v1::Envelope CourseMessages::placing() {
    const auto& all = rows_.orders();
    const bool is_new_citizen = all.empty() || bodies_.chance(5);
    v1::Envelope result =
        blank(one_of(centres), is_new_citizen ? made_up_citizen(citizens_++)
                                              : rows_.number_of(some_order().subject));
    const bool is_taken = !all.empty() && bodies_.chance(15);
    result.set_order_id(is_taken ? contract::OrderId::from_bytes(some_order().id)->text()
                                 : world_.new_order().text());
    result.mutable_audience()->set_party(one_of(sites));
    bodies_.fill(result, v1::MESSAGE_KIND_ORDER, {}, today());
    return some_other_time(std::move(result));
}

v1::Envelope CourseMessages::of_offers() {
    v1::Envelope result = blank(bodies_.chance(2) ? sites[0] : sites[1], citizen);
    result.clear_citizen();
    result.mutable_audience()->mutable_all_with_ground();
    const std::string reference = "OF-" + std::to_string(bodies_.number(1, 3));
    if (bodies_.chance(4)) {
        result.mutable_offer_withdrawn()->set_offer_reference(reference);
        result.mutable_offer_withdrawn()->set_from_date(today().plus(bodies_.number(0, 20)).text());
        return said_of_offer(std::move(result));
    }
    v1::OfferPublished& body = *result.mutable_offer_published();
    body.set_offer_reference(reference);
    body.set_name("workshop and kitchen");
    body.add_purposes(v1::PURPOSE_EMPLOYMENT);
    body.set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    body.set_form(v1::OFFER_FORM_GROUP);
    if (bodies_.chance(2)) body.set_capacity(static_cast<std::uint32_t>(bodies_.number(2, 8)));
    if (bodies_.chance(2)) body.set_yearly_quota(static_cast<std::uint32_t>(bodies_.number(9, 40)));
    if (bodies_.chance(2)) body.set_when_full(v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING);
    return said_of_offer(std::move(result));
}

// One in a few corrects what was said before: mostly of the same offer, one of the latest.
v1::Envelope CourseMessages::said_of_offer(v1::Envelope envelope) {
    const bool is_any = offer_dice_.below(12) == 0;
    std::vector<std::string> own;
    for (const v1::Envelope& said : said_of_offers_) {
        const bool is_own =
            said.sender() == envelope.sender() && reference_of(said) == reference_of(envelope);
        if (is_own || is_any) own.push_back(said.message_id());
    }
    if (!own.empty() && offer_dice_.below(3) == 0) {
        const std::size_t back = offer_dice_.below(std::min<std::size_t>(own.size(), 4));
        point_at(envelope, own[own.size() - 1 - back], v1::CAUSE_RELATION_CORRECTS);
    }
    said_of_offers_.push_back(envelope);
    return envelope;
}

// --- On an order -----------------------------------------------------------------------------

v1::Envelope CourseMessages::on_an_order() {
    const RebuiltOrder& order = some_order();
    const v1::MessageKind kind = some_kind(order);
    const RebuiltOrder& whose = bodies_.chance(25) ? some_order() : order;
    v1::Envelope result = blank(sender_of(order, kind), rows_.number_of(whose.subject));
    result.set_order_id(contract::OrderId::from_bytes(order.id)->text());
    if (kind == v1::MESSAGE_KIND_ORDER) {
        result.mutable_audience()->set_party(order.provider);
    } else if (kind == v1::MESSAGE_KIND_COURSE_OUTCOME) {
        result.mutable_audience()->mutable_sender_only();
    }
    bodies_.fill(result, kind, order.course, today());
    point_at_answered(result, order, kind);
    const bool is_order = kind == v1::MESSAGE_KIND_ORDER;
    if (is_order || bodies_.chance(5)) correct(result, order.said, kind);
    return some_other_time(std::move(result));
}

// What mostly comes next, so that courses begin and end.
v1::MessageKind CourseMessages::next_step(contract::DialogueState state) {
    switch (state) {
        case contract::DialogueState::asked:
            return bodies_.chance(2) ? v1::MESSAGE_KIND_CLARIFICATION
                                     : v1::MESSAGE_KIND_ORDER_ACCEPTANCE;
        case contract::DialogueState::placed:
        case contract::DialogueState::clarified:
            return v1::MESSAGE_KIND_ORDER_ACCEPTANCE;
        case contract::DialogueState::accepted:
            return v1::MESSAGE_KIND_COURSE_START;
        case contract::DialogueState::started:
            return bodies_.chance(4) ? v1::MESSAGE_KIND_COURSE_END
                                     : v1::MESSAGE_KIND_PROGRESSION_REPORT;
        case contract::DialogueState::ended:
            return v1::MESSAGE_KIND_FOLLOW_UP;
        default:
            return v1::MESSAGE_KIND_COURSE_OUTCOME;
    }
}

// One in a few is a step that the state does not allow.
v1::MessageKind CourseMessages::some_kind(const RebuiltOrder& order) {
    const contract::DialogueState state = domain::dialogue_state(order.course);
    if (bodies_.chance(3)) return next_step(state);
    const auto steps = contract::order_steps();
    for (;;) {
        const v1::MessageKind kind = steps[random_.below(steps.size())].kind;
        const bool fits = contract::step_allowed(state, kind) == contract::Step::yes;
        if (!fits && !bodies_.chance(6)) continue;
        if (ends_order(kind) && !bodies_.chance(4)) continue;
        return kind;
    }
}

std::string CourseMessages::sender_of(const RebuiltOrder& order, v1::MessageKind kind) {
    if (bodies_.chance(14)) return one_of(bodies_.chance(2) ? centres : sites);
    const contract::KindRule& rule = *contract::find_kind_rule(kind);
    const bool by_provider = rule.by_provider && (!rule.by_jobcentre || bodies_.chance(2));
    return by_provider ? order.provider : order.jobcentre;
}

// At what it may answer, or, now and then and where there is nothing, at what was never said or is
// something else.
void CourseMessages::point_at_answered(v1::Envelope& envelope, const RebuiltOrder& order,
                                       v1::MessageKind kind) {
    const contract::KindRule& rule = *contract::find_kind_rule(kind);
    std::vector<v1::MessageKind> answered = rule.answered;
    if (kind == v1::MESSAGE_KIND_ORDER_REVISION && bodies_.chance(2)) {
        answered = {v1::MESSAGE_KIND_CLARIFICATION_REQUEST};
    } else if (!rule.answers) {
        return;
    }
    std::vector<std::string> known;
    for (const Said& said : order.said) {
        const bool is_answered =
            std::find(answered.begin(), answered.end(), said.kind) != answered.end();
        if (is_answered) known.push_back(said.message_id);
    }
    if (!known.empty() && !bodies_.chance(12)) {
        point_at(envelope, one_of(known), v1::CAUSE_RELATION_ANSWERS);
        if (bodies_.chance(2)) point_at(envelope, known.back(), v1::CAUSE_RELATION_ANSWERS);
        return;
    }
    if (!rule.answers) return;
    const auto never_said = contract::MessageId::make(world_.now, world_.randomness).text();
    const auto& said = order.said[random_.below(order.said.size())];
    point_at(envelope, bodies_.chance(2) ? never_said : said.message_id,
             v1::CAUSE_RELATION_ANSWERS);
}

// One that the sender has said; now and then another's, of another kind, or none.
void CourseMessages::correct(v1::Envelope& envelope, const std::vector<Said>& said,
                             v1::MessageKind kind) {
    const bool is_any = bodies_.chance(12);
    std::vector<std::string> own;
    for (const Said& each : said) {
        const bool is_own = each.kind == kind && each.sender == envelope.sender();
        if (is_own || is_any) own.push_back(each.message_id);
    }
    if (own.empty()) return;
    point_at(envelope, bodies_.chance(2) ? own.back() : one_of(own), v1::CAUSE_RELATION_CORRECTS);
}

// --- About a citizen -------------------------------------------------------------------------

v1::Envelope CourseMessages::about_a_citizen() {
    constexpr v1::MessageKind kinds[] = {v1::MESSAGE_KIND_LIMITS_WATCHED,
                                         v1::MESSAGE_KIND_INTERVIEW_HELD,
                                         v1::MESSAGE_KIND_JOB_PLAN_EXTRACT};
    const v1::MessageKind kind = kinds[random_.below(std::size(kinds))];
    const RebuiltOrder& order = some_order();
    v1::Envelope result =
        blank(bodies_.chance(10) ? one_of(centres) : order.jobcentre,
              bodies_.chance(25) ? made_up_citizen(citizens_++) : rows_.number_of(order.subject));
    result.mutable_audience()->mutable_sender_only();
    bodies_.fill(result, kind, {}, today());
    if (bodies_.chance(4)) correct(result, rows_.said_of(order.subject), kind);
    return some_other_time(std::move(result));
}

v1::Envelope CourseMessages::handing_over() {
    const RebuiltOrder& order = some_order();
    v1::Envelope result = blank(order.jobcentre, rows_.number_of(order.subject));
    std::string to = one_of(centres);
    while (to == order.jobcentre)
        to = one_of(centres);
    result.mutable_audience()->set_party(to);
    result.mutable_case_transfer()->set_transfer_date(today().text());
    return result;
}

v1::Envelope CourseMessages::change_of_number() {
    const RebuiltOrder& order = some_order();
    const std::string& former = rows_.number_of(order.subject);
    std::string number = rows_.number_of(some_order().subject);
    if (number == former || !bodies_.chance(10)) number = made_up_citizen(new_numbers_++);
    v1::Envelope result = blank(order.jobcentre, number);
    result.mutable_audience()->mutable_all_with_ground();
    result.mutable_cpr_changed()->set_former_cpr_number(former);
    return result;
}

v1::Envelope CourseMessages::merge() {
    const RebuiltOrder& order = some_order();
    const std::string& number = rows_.number_of(order.subject);
    std::string former = rows_.number_of(some_order().subject);
    if (former == number) former = made_up_citizen(new_numbers_++);
    v1::Envelope result = blank(order.jobcentre, number);
    result.mutable_audience()->mutable_all_with_ground();
    result.mutable_subjects_merged()->set_former_cpr_number(former);
    return result;
}

}  // namespace jobbro::testing
