#include "hub/domain/waiting.h"

#include <algorithm>
#include <tuple>

#include "hub/domain/order_dialogue.h"
#include "jobbro/v1/hub_messages.pb.h"
#include "proto/base/assert.h"

namespace jobbro::domain {
namespace {

// None comes after all days.
std::uint32_t urgency(Day limit) {
    return limit.number() - 1;
}

auto key_of(const WaitingMatter& matter) {
    return std::make_tuple(urgency(matter.limit), matter.what, matter.order, matter.about,
                           matter.report, matter.is_overdue);
}

// What a watch is about, if anybody is to do something.
std::optional<WaitingFor> what_of(const rows::Watch& watch, const rows::CourseState& course) {
    switch (watch.kind()) {
        case v1::ALERT_KIND_NOT_STARTED:
            return WaitingFor::start;
        case v1::ALERT_KIND_REPORT_OVERDUE:
            return WaitingFor::report;
        case v1::ALERT_KIND_COURSE_ENDING_WITHOUT_FOLLOW_UP:
            return WaitingFor::next_step;
        case v1::ALERT_KIND_FOLLOW_UP_OVERDUE:
            return watch.about() == course.course_end_number() ? WaitingFor::next_step
                                                               : WaitingFor::follow_up;
        default:
            return std::nullopt;
    }
}

const rows::Watch* find_watch(const rows::CourseState& course, v1::AlertKind kind,
                              std::optional<std::uint64_t> about) {
    for (const rows::Watch& watch : course.watches()) {
        const bool is_of = watch.kind() == static_cast<std::uint32_t>(kind);
        if (is_of && (!about || watch.about() == *about)) return &watch;
    }
    return nullptr;
}

WaitingMatter matter_of(WaitingFor what, const OrderKey& order, const rows::Watch* watch) {
    WaitingMatter matter;
    matter.what = what;
    matter.order = order;
    if (watch == nullptr) return matter;
    matter.limit = Day::numbered(watch->limit_day());
    matter.about = watch->about();
    matter.report = watch->report();
    matter.is_overdue = watch->step() > 0;
    return matter;
}

// The ending of a course is told of ahead: that alert does not make it overdue.
WaitingMatter matter_of(WaitingFor what, const OrderKey& order, const rows::Watch& watch) {
    WaitingMatter matter = matter_of(what, order, &watch);
    if (watch.kind() == v1::ALERT_KIND_COURSE_ENDING_WITHOUT_FOLLOW_UP) matter.is_overdue = false;
    return matter;
}

bool is_of_jobcentre(WaitingFor what) {
    return what == WaitingFor::question_answer || what == WaitingFor::follow_up ||
           what == WaitingFor::next_step;
}

void put(WaitingSides& sides, const WaitingMatter& matter) {
    const bool of_jobcentre = is_of_jobcentre(matter.what);
    if (of_jobcentre || matter.is_overdue) sides.jobcentre.push_back(matter);
    if (!of_jobcentre) sides.provider.push_back(matter);
}

// Each once.
void put_in_order(std::vector<WaitingMatter>& matters) {
    std::sort(matters.begin(), matters.end());
    matters.erase(std::unique(matters.begin(), matters.end()), matters.end());
}

std::string name_of(std::string_view jobcentre, std::string_view contact) {
    std::string name{jobcentre};
    name += '\0';
    name += contact;
    return name;
}

WaitingSides sides_of(const WaitingCourse& course) {
    return course.state != nullptr ? waiting_of(course.order, *course.state) : WaitingSides{};
}

}  // namespace

std::strong_ordering operator<=>(const WaitingMatter& a, const WaitingMatter& b) {
    return key_of(a) <=> key_of(b);
}

WaitingSides waiting_of(const OrderKey& order, const rows::CourseState& course) {
    WaitingSides sides;
    const bool is_unanswered = static_cast<OrderState>(course.state()) == OrderState::placed &&
                               course.open_questions().empty();
    if (is_unanswered) {
        const auto* watch = find_watch(course, v1::ALERT_KIND_ORDER_UNANSWERED, std::nullopt);
        put(sides, matter_of(WaitingFor::order_answer, order, watch));
    }
    for (const std::uint64_t question : course.open_questions()) {
        const auto* watch = find_watch(course, v1::ALERT_KIND_CLARIFICATION_UNANSWERED, question);
        WaitingMatter matter = matter_of(WaitingFor::question_answer, order, watch);
        matter.about = question;
        put(sides, matter);
    }
    for (const rows::Watch& watch : course.watches()) {
        const auto what = what_of(watch, course);
        if (what) put(sides, matter_of(*what, order, watch));
    }
    put_in_order(sides.provider);
    put_in_order(sides.jobcentre);
    return sides;
}

void Waiting::apply(const WaitingCourse& before, const WaitingCourse& after) {
    const WaitingSides was = sides_of(before);
    const WaitingSides is = sides_of(after);
    for (const WaitingMatter& matter : was.provider)
        take(parties_, before.provider, matter);
    for (const WaitingMatter& matter : was.jobcentre)
        take(parties_, before.jobcentre, matter);
    for (const WaitingMatter& matter : is.provider)
        put(parties_, after.provider, matter);
    for (const WaitingMatter& matter : is.jobcentre)
        put(parties_, after.jobcentre, matter);
    if (!before.contact.empty()) {
        const std::string name = name_of(before.jobcentre, before.contact);
        for (const WaitingMatter& matter : was.jobcentre)
            take(contacts_, name, matter);
    }
    if (!after.contact.empty()) {
        const std::string name = name_of(after.jobcentre, after.contact);
        for (const WaitingMatter& matter : is.jobcentre)
            put(contacts_, name, matter);
    }
}

void Waiting::put(Lists& lists, std::string_view name, const WaitingMatter& matter) {
    auto place = lists.find(name);
    if (place == lists.end()) place = lists.emplace(name, Matters{}).first;
    place->second[static_cast<std::size_t>(matter.what)].insert(matter);
}

void Waiting::take(Lists& lists, std::string_view name, const WaitingMatter& matter) {
    const auto place = lists.find(name);
    JOBBRO_ASSERT(place != lists.end());
    Matters& matters = place->second;
    matters[static_cast<std::size_t>(matter.what)].erase(matter);
    const bool is_empty =
        std::all_of(matters.begin(), matters.end(), [](const auto& kind) { return kind.empty(); });
    if (is_empty) lists.erase(place);
}

const Waiting::Matters* Waiting::find(std::string_view party, std::string_view contact) const {
    const Lists& lists = contact.empty() ? parties_ : contacts_;
    const auto place = contact.empty() ? lists.find(party) : lists.find(name_of(party, contact));
    return place == lists.end() ? nullptr : &place->second;
}

// Merges the lists of the kinds.
std::vector<WaitingMatter> Waiting::list(std::string_view party, const WaitingQuery& query) const {
    std::vector<WaitingMatter> listed;
    const Matters* const all = find(party, query.contact);
    if (all == nullptr) return listed;
    std::array<std::set<WaitingMatter>::const_iterator, waiting_kinds> next;
    for (std::size_t kind = 0; kind < waiting_kinds; ++kind) {
        const auto& matters = (*all)[kind];
        const bool is_asked_for = (query.kinds >> kind & 1U) != 0;
        next[kind] = !is_asked_for ? matters.end()
                     : query.after ? matters.upper_bound(*query.after)
                                   : matters.begin();
    }
    while (listed.size() < query.matters_max) {
        std::optional<std::size_t> first;
        for (std::size_t kind = 0; kind < waiting_kinds; ++kind) {
            if (next[kind] == (*all)[kind].end()) continue;
            if (!first || *next[kind] < *next[*first]) first = kind;
        }
        if (!first) break;
        const WaitingMatter& matter = *next[*first];
        if (query.until.is_set() && urgency(matter.limit) > urgency(query.until)) break;
        listed.push_back(matter);
        ++next[*first];
    }
    return listed;
}

std::size_t Waiting::count(std::string_view party, WaitingFor what) const {
    const Matters* const all = find(party, {});
    return all == nullptr ? 0 : (*all)[static_cast<std::size_t>(what)].size();
}

}  // namespace jobbro::domain
