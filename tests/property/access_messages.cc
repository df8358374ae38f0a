#include "tests/property/access_messages.h"

#include <gtest/gtest.h>

namespace jobbro::testing {
namespace {

constexpr std::uint64_t citizens_max = 9;
// Numbers that nobody has but by a change.
constexpr std::uint64_t new_numbers = 1000;

}  // namespace

v1::Envelope RandomMessages::blank(const std::string& sender, const std::string& number) {
    v1::Envelope result =
        envelope(sender, world_.new_order(), world_.now, world_.randomness, number);
    result.clear_order_id();
    return result;
}

std::string RandomMessages::a_number() {
    return made_up_citizen(random_.below(citizens_max));
}

v1::Envelope RandomMessages::placing() {
    const std::string& to = one_of(providers, random_);
    v1::Envelope result = order(world_.new_order(), world_.now, world_.randomness, to, a_number());
    result.set_sender(one_of(jobcentres, random_));
    return result;
}

v1::Envelope RandomMessages::handing_over() {
    const std::string from = one_of(jobcentres, random_);
    v1::Envelope result = blank(from, a_number());
    std::string to = one_of(jobcentres, random_);
    while (to == from)
        to = one_of(jobcentres, random_);
    result.mutable_audience()->set_party(to);
    result.mutable_case_transfer()->set_transfer_date("2011-03-01");
    return result;
}

// Two numbers that are not the same.
std::pair<std::string, std::string> RandomMessages::two_numbers() {
    const std::uint64_t first = random_.below(citizens_max);
    const std::uint64_t second = (first + 1 + random_.below(citizens_max - 1)) % citizens_max;
    return {made_up_citizen(first), made_up_citizen(second)};
}

v1::Envelope RandomMessages::change_of_number() {
    const auto [former, known] = two_numbers();
    const bool is_new = random_.below(3) != 0;
    return changed(one_of(jobcentres, random_), former,
                   is_new ? made_up_citizen(citizens_max + random_.below(new_numbers)) : known);
}

v1::Envelope RandomMessages::changed(const std::string& sender, const std::string& former,
                                     const std::string& number) {
    v1::Envelope result = blank(sender, number);
    result.mutable_audience()->mutable_all_with_ground();
    result.mutable_cpr_changed()->set_former_cpr_number(former);
    return result;
}

std::vector<const ModelEntry*> RandomMessages::changes() const {
    std::vector<const ModelEntry*> all;
    for (const ModelEntry& entry : model_.entries()) {
        if (entry.kind == v1::MESSAGE_KIND_CPR_CHANGED) all.push_back(&entry);
    }
    return all;
}

v1::Envelope RandomMessages::taking_back() {
    const auto all = changes();
    const ModelEntry& entry = random_.below(4) == 0 ? *one_of(all, random_) : *all.back();
    v1::Envelope change;
    EXPECT_TRUE(change.ParseFromString(entry.bytes));
    v1::Envelope result =
        changed(random_.below(6) == 0 ? one_of(jobcentres, random_) : entry.sender,
                change.citizen().cpr_number(), change.cpr_changed().former_cpr_number());
    v1::Cause& cause = *result.add_causes();
    cause.set_message_id(entry.message_id);
    cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
    return result;
}

v1::Envelope RandomMessages::merge() {
    const auto [former, number] = two_numbers();
    v1::Envelope result = blank(one_of(jobcentres, random_), number);
    result.mutable_audience()->mutable_all_with_ground();
    result.mutable_subjects_merged()->set_former_cpr_number(former);
    return result;
}

v1::Envelope RandomMessages::offer() {
    v1::Envelope result = blank(one_of(providers, random_), a_number());
    result.clear_citizen();
    result.mutable_audience()->mutable_all_with_ground();
    v1::OfferPublished& body = *result.mutable_offer_published();
    body.set_offer_reference("OF-4");
    body.set_name("workshop and kitchen");
    body.add_purposes(v1::PURPOSE_EMPLOYMENT);
    body.set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    body.set_form(v1::OFFER_FORM_GROUP);
    return result;
}

v1::Envelope RandomMessages::interview() {
    v1::Envelope result = blank(one_of(jobcentres, random_), a_number());
    result.mutable_audience()->mutable_sender_only();
    result.mutable_interview_held()->set_held_date("2011-02-01");
    return result;
}

v1::Envelope RandomMessages::on_an_order() {
    const ModelOrder& order = one_of(model_.orders(), random_);
    const bool by_provider = random_.below(2) == 0;
    std::string sender = by_provider ? order.provider : order.jobcentre;
    if (random_.below(6) == 0) sender = one_of(by_provider ? providers : jobcentres, random_);
    const std::string number = random_.below(8) == 0 ? a_number() : model_.number_of(order);
    v1::Envelope result = blank(sender, number);
    result.set_order_id(order.id);
    result.mutable_audience()->mutable_order_parties();
    if (by_provider && random_.below(3) != 0) {
        next_step(order, result);
    } else {
        by_provider ? said_by_provider(result) : said_by_jobcentre(result);
    }
    if (random_.below(5) == 0) correct(result);
    return result;
}

// What mostly comes next, so that courses begin and end.
void RandomMessages::next_step(const ModelOrder& order, v1::Envelope& result) {
    if (!order.is_accepted && random_.below(4) != 0) {
        result.mutable_order_acceptance()->set_expected_start_date("2011-02-14");
    } else if (!order.is_accepted) {
        result.mutable_order_decline()->set_reason(v1::ORDER_DECLINE_REASON_NO_CAPACITY);
    } else if (!order.has_started) {
        result.mutable_course_start()->set_start_date("2011-02-14");
    } else if (random_.below(3) == 0) {
        result.mutable_course_end()->set_end_date("2011-05-15");
        result.mutable_course_end()->set_reason(v1::COURSE_END_REASON_COMPLETED);
    } else {
        report(result);
    }
}

void RandomMessages::report(v1::Envelope& result) {
    v1::AbsenceReport& body = *result.mutable_absence_report();
    body.set_first_date("2011-02-14");
    body.set_last_date("2011-02-14");
    body.set_absent_hours(5);
    body.set_kind(v1::ABSENCE_KIND_NO_SHOW);
}

void RandomMessages::said_by_provider(v1::Envelope& result) {
    switch (random_.below(7)) {
        case 0:
            result.mutable_order_decline()->set_reason(v1::ORDER_DECLINE_REASON_NO_CAPACITY);
            break;
        case 1:
            result.mutable_course_end()->set_end_date("2011-05-15");
            result.mutable_course_end()->set_reason(v1::COURSE_END_REASON_COMPLETED);
            break;
        case 2:
            result.mutable_course_start()->set_start_date("2011-02-14");
            break;
        case 3:
            result.mutable_notice()->set_text("the company asks again");
            break;
        default:
            report(result);
    }
}

void RandomMessages::said_by_jobcentre(v1::Envelope& result) {
    switch (random_.below(5)) {
        case 0:
            result.mutable_order_cancellation()->set_reason(v1::ORDER_CANCELLATION_REASON_MOVED);
            break;
        case 1:
            result.mutable_audience()->mutable_sender_only();
            result.mutable_course_outcome()->set_kind(v1::OUTCOME_KIND_EDUCATION);
            result.mutable_course_outcome()->set_from_date("2011-08-08");
            break;
        case 2:
            result.mutable_extension()->set_new_end_date("2011-06-01");
            break;
        default:
            result.mutable_notice()->set_text("an answer comes tomorrow");
    }
}

// Points at the last message of its kind that the sender has said of the order, if any. What
// closes an order cannot have been said on one that is open.
void RandomMessages::correct(v1::Envelope& result) {
    if (result.has_order_decline() || result.has_order_cancellation()) return;
    const auto& all = model_.entries();
    for (auto each = all.rbegin(); each != all.rend(); ++each) {
        v1::Envelope earlier;
        EXPECT_TRUE(earlier.ParseFromString(each->bytes));
        if (each->sender != result.sender() || earlier.order_id() != result.order_id() ||
            earlier.body_case() != result.body_case()) {
            continue;
        }
        v1::Cause& cause = *result.add_causes();
        cause.set_message_id(earlier.message_id());
        cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
        return;
    }
}

}  // namespace jobbro::testing
