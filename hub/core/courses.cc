// The life of courses: what a message may say on an order as it is, and what it brings about.
#include <algorithm>

#include "hub/core/matter.h"
#include "hub/journal/retention.h"
#include "hub/journal/timers.h"

namespace jobbro::core {
namespace {

domain::OrderState state_of(const journal::rows::OrderRow& order) {
    return static_cast<domain::OrderState>(order.state());
}

// Kinds that record_on_citizen() makes something of: no others make a row.
bool counts_for_limits(v1::MessageKind kind) {
    switch (kind) {
        case v1::MESSAGE_KIND_LIMITS_WATCHED:
        case v1::MESSAGE_KIND_INTERVIEW_HELD:
        case v1::MESSAGE_KIND_JOB_PLAN_EXTRACT:
        case v1::MESSAGE_KIND_COURSE_START:
        case v1::MESSAGE_KIND_COURSE_END:
        case v1::MESSAGE_KIND_ORDER_CANCELLATION:
        case v1::MESSAGE_KIND_COURSE_OUTCOME:
            return true;
        default:
            return false;
    }
}

// Whom the jobcentre says to ask there; nullptr: it does not say.
const v1::Contact* contact_in(const v1::Envelope& envelope, contract::Role sender) {
    if (sender != contract::Role::jobcentre) return nullptr;
    const bool is_revision = envelope.has_order_revision();
    if (envelope.has_order() || is_revision) {
        const v1::Order& order = is_revision ? envelope.order_revision().order() : envelope.order();
        return order.has_contact() ? &order.contact() : nullptr;
    }
    return envelope.has_contact_changed() ? &envelope.contact_changed().contact() : nullptr;
}

std::optional<domain::OfferFacts> facts_of(const v1::OfferPublished* offer) {
    if (offer == nullptr) return std::nullopt;
    const auto& meant_for = offer->match_categories();
    return domain::OfferFacts{{meant_for.data(), static_cast<std::size_t>(meant_for.size())},
                              offer->legal_category()};
}

bool says_no_interview(const v1::Envelope& envelope) {
    return envelope.order().reports_due().next_interview_date().empty();
}

}  // namespace

// Everything that is remarked on. Nothing changes. What the rules take is of a day that has rules,
// where any has.
Result<std::vector<v1::Finding>> Core::judge_in_course(const v1::Envelope& envelope,
                                                       const contract::EnvelopeFacts& facts,
                                                       const Matter& matter, const Work& work) {
    if (facts.order_id || counts_for_limits(facts.kind)) {
        JOBBRO_TRY(rulebook_.check_in_force(facts.happened_at));
    }
    std::vector<v1::Finding> findings = contract::findings_of(envelope);
    if (!facts.order_id) return findings;
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*matter.subject));
    const journal::rows::OrderRow placed_now;
    const journal::rows::OrderRow* const found =
        matter.places_order ? &placed_now : journal::find_order(*row, *facts.order_id);
    JOBBRO_ASSERT(found != nullptr);
    const domain::OrderMessage message{
        envelope,    facts.kind, journal_->size().value() + 1, matter.answers, matter.corrects,
        today(work), findings};
    const auto offer = facts_of(offer_of(envelope, matter));
    JOBBRO_TRY_ASSIGN(auto more, domain::judge_on_order(found->course(), message,
                                                        rulebook_.rules_at(facts.happened_at),
                                                        offer ? &*offer : nullptr));
    JOBBRO_TRY(judge_named_offer(message, *found, matter, more));
    for (v1::Finding& finding : more)
        findings.push_back(std::move(finding));
    return findings;
}

// Requires: note_in_case() knows of it.
Result<void> Core::record_in_course(const v1::Envelope& envelope,
                                    const contract::EnvelopeFacts& facts, const Matter& matter,
                                    Sequence sequence, Work& work) {
    const domain::RuleSet& rules = rulebook_.rules_at(facts.happened_at);
    const domain::MessageNumber number = sequence.value() + 1;
    domain::CitizenMessage told{envelope,
                                facts.kind,
                                number,
                                matter.corrects,
                                today(work),
                                domain::Day{facts.citizen->birth_date()},
                                domain::OrderState::placed};
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*matter.subject));
    journal::rows::OrderRow* const order =
        facts.order_id ? journal::find_order(*row, *facts.order_id) : nullptr;
    std::vector<domain::RaisedAlert> raised;
    if (order != nullptr) {
        if (!matter.places_order) told.order_state = state_of(*order);
        const domain::OrderMessage said{envelope,        facts.kind, number, matter.answers,
                                        matter.corrects, told.day,   {}};
        const journal::rows::OrderRow before = *order;
        raised = record_on_order(said, rules, matter, *order);
        JOBBRO_TRY(tell_overview(*matter.subject, matter.places_order ? nullptr : &before, order));
    }
    JOBBRO_TRY(record_limits(told, rules, matter));
    for (const domain::RaisedAlert& each : raised) {
        JOBBRO_TRY(raise_on_order(each, journal_->recording_time(work.now), *matter.subject, *order,
                                  work));
    }
    return changed_case(*matter.subject);
}

std::vector<domain::RaisedAlert> Core::record_on_order(const domain::OrderMessage& message,
                                                       const domain::RuleSet& rules,
                                                       const Matter& matter,
                                                       journal::rows::OrderRow& order) {
    const contract::Role sender = contract::PartyId::parse(message.envelope.sender())->role();
    const bool was_over = order.over_at_us() != 0;
    domain::rows::CourseState& course = *order.mutable_course();
    // The catalogue is as it was when the message was judged.
    const auto offer = facts_of(offer_of(message.envelope, matter));
    auto consequences = domain::record_on_order(course, message, rules, offer ? &*offer : nullptr);
    order.set_state(course.state());
    if (domain::is_over(state_of(order)) && !was_over) {
        order.set_over_at_us(journal_->last_recorded().microseconds);
        journal::stage_over(journal_->batch(), *matter.subject, journal_->last_recorded());
    }
    domain::record_facts(*order.mutable_facts(), message, course, sender, matter.has_findings);
    // What corrects a text that stands no more tells nothing of now.
    const bool is_history = message.corrects != 0 && !message.envelope.has_contact_changed() &&
                            course.text_number() != message.number;
    const v1::Contact* const contact = contact_in(message.envelope, sender);
    if (contact != nullptr && !is_history) order.set_contact(contact->function_or_team());
    if (domain::is_followed_up(course)) domain::let_go(course);
    return std::move(consequences.raised);
}

// With the subject that is kept, by the jobcentre that tells of it or has the order.
Result<void> Core::record_limits(const domain::CitizenMessage& message,
                                 const domain::RuleSet& rules, const Matter& matter) {
    const bool is_new_order = matter.places_order;
    if (!is_new_order && !counts_for_limits(message.kind)) return {};
    const std::string& jobcentre =
        matter.jobcentre.empty() ? message.envelope.sender() : matter.jobcentre;
    JOBBRO_TRY_ASSIGN(const auto kept, journal_->cases().kept(*matter.subject));
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(kept));
    journal::rows::LimitsRow* limits = journal::find_limits(*row, jobcentre);
    if (is_new_order) {
        if (limits == nullptr || !says_no_interview(message.envelope)) return {};
        return tell_of_interview(message, rules, jobcentre, domain::next_interview(limits->state()),
                                 kept);
    }
    if (limits == nullptr) {
        limits = row->add_limits();
        limits->set_jobcentre(jobcentre);
    }
    domain::record_on_citizen(*limits->mutable_state(), message, rules);
    JOBBRO_TRY(changed_case(kept));
    if (message.kind != v1::MESSAGE_KIND_INTERVIEW_HELD) return {};
    return tell_of_interview(message, rules, jobcentre, domain::next_interview(limits->state()),
                             kept);
}

// To the jobcentre's orders for the person that are not over.
Result<void> Core::tell_of_interview(const domain::CitizenMessage& message,
                                     const domain::RuleSet& rules, const std::string& jobcentre,
                                     domain::Day interview, const journal::SubjectId& subject) {
    const bool is_new_order = message.kind == v1::MESSAGE_KIND_ORDER;
    if (is_new_order && !interview.is_set()) return {};
    domain::Consequences unused;  // what is cleared is told of nowhere
    JOBBRO_TRY_ASSIGN(const auto person, journal_->cases().person_of(subject));
    for (const journal::SubjectId& each : person) {
        JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(each));
        for (journal::rows::OrderRow& order : *row->mutable_orders()) {
            if (order.jobcentre() != jobcentre || domain::is_over(state_of(order))) continue;
            if (is_new_order && order.course().text_number() != message.number) continue;
            const journal::rows::OrderRow before = order;
            domain::set_next_interview(*order.mutable_course(), interview, rules, message.day,
                                       unused);
            JOBBRO_TRY(tell_overview(each, &before, &order));
        }
        JOBBRO_TRY(changed_case(each));
    }
    return {};
}

Result<void> Core::tell_overview(const journal::SubjectId& subject,
                                 const journal::rows::OrderRow* before,
                                 const journal::rows::OrderRow* after) {
    JOBBRO_TRY_ASSIGN(const auto kept, journal_->cases().kept(subject));
    overview_.apply(person_mark(journal_->vault(), kept), before, after);
    return {};
}

// Stored with the turn, its timer too.
Result<void> Core::changed_case(const journal::SubjectId& subject) {
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(subject));
    journal::set_timer(journal_->batch(), subject, *row);
    journal_->cases().changed(subject);
    return {};
}

}  // namespace jobbro::core
