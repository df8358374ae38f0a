// How long a page of what waits takes, with as many open orders as a large jobcentre has, and
// whether it stays so when the log grows: a page of 100 rows from the beginning of a list and one
// from its middle, for the jobcentre, for one of its caseworkers and for a provider; then the same
// with a log ten times as long, of orders that have ended and been followed up. Beside that, what
// it takes to make all of it anew from the rows, as at a start of the hub.
//
//   waiting_pages [open orders]     20,000 by default, with 100 providers and 200 orders a
//                                   caseworker; build it with the preset release
//
// Prints microseconds; the last lines are the ratios of the medians, the longer log to the shorter.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "hub/domain/waiting.h"
#include "proto/base/assert.h"
#include "proto/base/randomness.h"
#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t providers = 100;
constexpr std::size_t orders_of_contact = 200;
constexpr std::size_t growth = 10;
constexpr int pages_timed = 2000;
constexpr int ages = 16;  // of courses that have come equally far
const std::string jobcentre = "jobcentre:630";

// A course as it was after each message, and as it is with what has fallen due since. The numbers
// of messages are its own.
class Story {
  public:
    // Ordered so many days before the last day of the story.
    Story(Day today, int age) : age_(age), log_(today.plus(-age), rules()) {
        v1::Envelope placed = order(log_.date(7), log_.date(97));
        placed.mutable_order()->set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
        placed.mutable_order()->add_sub_goals("attends two mornings a week");
        add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, log_.date(53));
        add_report(placed, v1::REPORT_KIND_PROGRESSION_FINAL, log_.date(77));
        tell(0, placed);
    }

    [[nodiscard]] std::string date(int day) const { return log_.date(day); }
    void tell(int day, const v1::Envelope& envelope, std::vector<MessageNumber> answers = {}) {
        log_.run_to(day);
        const MessageNumber number = log_.say(envelope, std::move(answers));
        JOBBRO_ASSERT(number != 0);
        rows_.push_back(log_.course());
    }
    // What has fallen due since is raised.
    void end() {
        log_.run_to(age_);
        rows_.push_back(log_.course());
        if (is_followed_up(rows_.back())) let_go(rows_.back());
    }

    [[nodiscard]] const std::vector<rows::CourseState>& rows() const { return rows_; }

  private:
    static RuleSet rules() {
        RuleSet rules = demo_rules();
        rules.alerts.not_started = 2;
        rules.alerts.report_due_soon = 4;
        return rules;
    }

    int age_;
    CourseLog log_;
    std::vector<rows::CourseState> rows_;
};

// How far a course has come; what it waits for is the other side's, or overdue.
enum class Stage { placed, asked, accepted, started, reported, ended, followed_up };
constexpr int open_stages = 6;

struct AgeRange {
    int youngest;
    int oldest;
};
constexpr AgeRange age_ranges[] = {{1, 30},  {2, 30},   {4, 40},  {10, 52},
                                   {54, 96}, {98, 140}, {98, 140}};

Story story_of(Stage stage, int nth_age, Day today) {
    const AgeRange& range = age_ranges[static_cast<std::size_t>(stage)];
    Story story{today, range.youngest + nth_age * (range.oldest - range.youngest) / (ages - 1)};
    if (stage == Stage::asked) story.tell(1, question());
    if (stage >= Stage::accepted) story.tell(1, acceptance(story.date(7)));
    if (stage >= Stage::started) story.tell(7, course_start(story.date(7)));
    if (stage >= Stage::reported) story.tell(53, mid_term(story.date(53)));
    if (stage == Stage::followed_up) {
        story.tell(70, follow_up(v1::FOLLOW_UP_DECISION_CHANGE_PLAN), {4});
        story.tell(77, progression(final_report));
        story.tell(81, follow_up(v1::FOLLOW_UP_DECISION_NEW_ORDER), {6});
    }
    if (stage >= Stage::ended) story.tell(97, course_end(story.date(97)));
    story.end();
    JOBBRO_ASSERT(is_followed_up(story.rows().back()) == (stage == Stage::followed_up));
    return story;
}

// The orders of one jobcentre, and what waits of them.
class Orders {
  public:
    // Told from its placing on, message by message.
    void add(const Story& story, std::string provider, std::string contact) {
        Order order{random_.take<16>(), std::move(provider), std::move(contact), nullptr};
        for (const rows::CourseState& row : story.rows()) {
            const Order before = order;
            order.row = &row;
            waiting_.apply(course_of(before), course_of(order));
        }
        changes_ += story.rows().size();
        orders_.push_back(std::move(order));
    }

    [[nodiscard]] const Waiting& waiting() const { return waiting_; }
    // Messages, and alerts that have fallen due by the end of a story.
    [[nodiscard]] std::size_t changes() const { return changes_; }
    [[nodiscard]] std::size_t size() const { return orders_.size(); }

    // From what the rows are now; the same, or the figures are of nothing.
    [[nodiscard]] double milliseconds_anew() const {
        const auto start = Clock::now();
        Waiting anew;
        for (const Order& order : orders_)
            anew.apply({}, course_of(order));
        const std::chrono::duration<double, std::milli> taken = Clock::now() - start;
        JOBBRO_ASSERT(anew == waiting_);
        return taken.count();
    }

  private:
    struct Order {
        OrderKey key{};
        std::string provider;
        std::string contact;
        const rows::CourseState* row = nullptr;  // of a story
    };
    static WaitingCourse course_of(const Order& order) {
        return {order.key, jobcentre, order.provider, order.contact, order.row};
    }

    SeededRandomness random_{1};
    std::vector<Order> orders_;
    Waiting waiting_;
    std::size_t changes_ = 0;
};

std::string provider_of(std::size_t order) {
    return "provider:" + std::to_string(10000000 + order % providers);
}
std::string contact_of(std::size_t order) {
    return "team " + std::to_string(order / orders_of_contact);
}

// --- Measuring -------------------------------------------------------------------------------

struct Timed {
    std::size_t rows = 0;
    double median_us = 0;
    double p99_us = 0;
};

Timed timed_page(const Waiting& waiting, std::string_view party, const WaitingQuery& query) {
    Timed timed;
    std::vector<double> all;
    for (int i = 0; i < pages_timed; ++i) {
        const auto start = Clock::now();
        const auto page = waiting.list(party, query);
        const std::chrono::duration<double, std::micro> taken = Clock::now() - start;
        all.push_back(taken.count());
        timed.rows = page.size();
    }
    std::sort(all.begin(), all.end());
    timed.median_us = all[all.size() / 2];
    timed.p99_us = all[all.size() * 99 / 100];
    return timed;
}

// Of one who asks.
struct Pages {
    std::string of;
    std::size_t all = 0;
    Timed first;
    Timed middle;
};

Pages timed_pages(const Waiting& waiting, const std::string& party, const std::string& contact) {
    Pages pages;
    pages.of = contact.empty() ? party : contact;
    WaitingQuery query;
    query.contact = contact;
    query.matters_max = SIZE_MAX;
    const auto all = waiting.list(party, query);
    JOBBRO_ASSERT(all.size() > 1);
    pages.all = all.size();
    query.matters_max = 100;
    pages.first = timed_page(waiting, party, query);
    query.after = all[all.size() / 2 - 1];
    pages.middle = timed_page(waiting, party, query);
    return pages;
}

std::vector<Pages> measure(const Orders& orders) {
    std::printf("\n%zu orders, %zu changes of their rows; all made anew from the rows in %.0f ms\n",
                orders.size(), orders.changes(), orders.milliseconds_anew());
    std::printf("%-20s %8s  %-28s %-28s\n", "for", "matters", "first page: rows median p99",
                "middle: rows median p99");
    std::vector<Pages> all;
    all.push_back(timed_pages(orders.waiting(), jobcentre, {}));
    all.push_back(timed_pages(orders.waiting(), jobcentre, contact_of(0)));
    all.push_back(timed_pages(orders.waiting(), provider_of(0), {}));
    for (const Pages& pages : all) {
        std::printf("%-20s %8zu  %11zu %8.1f %8.1f %10zu %8.1f %8.1f\n", pages.of.c_str(),
                    pages.all, pages.first.rows, pages.first.median_us, pages.first.p99_us,
                    pages.middle.rows, pages.middle.median_us, pages.middle.p99_us);
    }
    return all;
}

int run(std::size_t open) {
    const Day today = day("2011-10-03");
    std::vector<Story> stories;
    std::vector<Story> followed_up;
    for (int age = 0; age < ages; ++age) {
        for (int stage = 0; stage < open_stages; ++stage)
            stories.push_back(story_of(static_cast<Stage>(stage), age, today));
        followed_up.push_back(story_of(Stage::followed_up, age, today));
    }
    Orders orders;
    SeededRandomness random{2};
    for (std::size_t i = 0; i < open; ++i)
        orders.add(stories[random.below(stories.size())], provider_of(i), contact_of(i));
    const auto before = measure(orders);
    const std::size_t changes = orders.changes() * growth;
    for (std::size_t i = 0; orders.changes() < changes; ++i)
        orders.add(followed_up[i % followed_up.size()], provider_of(i), contact_of(i % open));
    const auto after = measure(orders);
    std::printf("\nratio of the medians, with a log %zu times as long\n", growth);
    for (std::size_t i = 0; i < before.size(); ++i) {
        std::printf("%-20s first page %.2f, middle %.2f\n", before[i].of.c_str(),
                    after[i].first.median_us / before[i].first.median_us,
                    after[i].middle.median_us / before[i].middle.median_us);
    }
    return 0;
}

}  // namespace
}  // namespace jobbro::domain

int main(int count, char** arguments) {
    const long open = count > 1 ? std::strtol(arguments[1], nullptr, 10) : 20000;
    // So that there are pages of all.
    return open >= 1000 ? jobbro::domain::run(static_cast<std::size_t>(open)) : 2;
}
