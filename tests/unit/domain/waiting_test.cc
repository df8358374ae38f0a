#include "hub/domain/waiting.h"

#include <gmock/gmock.h>

#include <random>

#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

constexpr const char* jobcentre = "jobcentre:630";
constexpr const char* provider = "provider:99104007";
constexpr std::array<std::string_view, waiting_kinds> names = {
    "order_answer", "start", "report", "question_answer", "follow_up", "next_step"};

OrderKey key(std::uint8_t number) {
    OrderKey key{};
    key[15] = number;
    return key;
}

// "report d40 overdue", days counted from Monday 10 January 2011.
std::string text_of(const WaitingMatter& matter) {
    std::string text{names[static_cast<std::size_t>(matter.what)]};
    if (matter.limit.is_set()) {
        text += " d" + std::to_string(matter.limit.since(day("2011-01-10")));
    }
    return matter.is_overdue ? text + " overdue" : text;
}

std::vector<std::string> texts_of(const std::vector<WaitingMatter>& matters) {
    std::vector<std::string> texts;
    for (const WaitingMatter& matter : matters)
        texts.push_back(text_of(matter));
    return texts;
}

std::vector<std::string> for_provider(const CourseLog& log) {
    return texts_of(waiting_of(key(1), log.course()).provider);
}

std::vector<std::string> for_jobcentre(const CourseLog& log) {
    return texts_of(waiting_of(key(1), log.course()).jobcentre);
}

TEST(WaitingMatters, AnOrderWaitsForItsAnswerAndAQuestionForItsOwn) {
    CourseLog log = log_of();
    log.say(order());
    EXPECT_THAT(for_provider(log), ElementsAre("order_answer d7"));
    EXPECT_THAT(for_jobcentre(log), IsEmpty());
    log.run_to(1);
    const MessageNumber asked = log.say(question());
    EXPECT_THAT(for_provider(log), IsEmpty());
    EXPECT_THAT(for_jobcentre(log), ElementsAre("question_answer d6"));
    log.run_to(7);
    EXPECT_THAT(for_jobcentre(log), ElementsAre("question_answer d6 overdue"));
    log.run_to(8);
    log.say(clarification(), {asked});
    EXPECT_THAT(for_provider(log), ElementsAre("order_answer d15"));
    log.run_to(16);
    EXPECT_THAT(for_provider(log), ElementsAre("order_answer d15 overdue"));
    EXPECT_THAT(for_jobcentre(log), ElementsAre("order_answer d15 overdue"))
        << "what is late with the provider waits for the jobcentre too";
    log.say(acceptance());
    EXPECT_THAT(for_provider(log), IsEmpty());
    EXPECT_THAT(for_jobcentre(log), IsEmpty());
}

TEST(WaitingMatters, WithoutASettingAnOrderWaitsWithoutALimit) {
    RuleSet rules = demo_rules();
    rules.alerts = {};
    CourseLog log = log_of(rules);
    log.say(order());
    EXPECT_THAT(for_provider(log), ElementsAre("order_answer"));
    log.say(question());
    EXPECT_THAT(for_jobcentre(log), ElementsAre("question_answer"));
}

TEST(WaitingMatters, ReportsWaitForTheProviderAndThenForTheJobcentre) {
    v1::Envelope placed = order();
    const CourseLog days = log_of();
    add_report(placed, v1::REPORT_KIND_PROGRESSION_INTERIM, days.date(40));
    CourseLog log = started(placed);
    EXPECT_THAT(for_provider(log), ElementsAre("report d40"));
    log.run_to(44);
    EXPECT_THAT(for_provider(log), ElementsAre("report d40 overdue"));
    EXPECT_THAT(for_jobcentre(log), ElementsAre("report d40 overdue"));
    v1::Envelope report = progression(interim);
    report.mutable_progression_report()->set_period_start_date(log.date(7));
    report.mutable_progression_report()->set_period_end_date(log.date(40));
    const MessageNumber given = log.say(report);
    EXPECT_THAT(for_provider(log), IsEmpty());
    EXPECT_THAT(for_jobcentre(log), ElementsAre("follow_up d58"));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {given});
    EXPECT_THAT(for_jobcentre(log), IsEmpty());
}

TEST(WaitingMatters, AnEndWithoutANextStepWaitsUntilOneIsDecided) {
    const CourseLog days = log_of();
    CourseLog log = started(order(days.date(7), days.date(60)));
    EXPECT_THAT(for_jobcentre(log), ElementsAre("next_step d60"));
    log.run_to(50);
    EXPECT_THAT(for_jobcentre(log), ElementsAre("next_step d60"))
        << "told of ahead, and not overdue by that";
    log.run_to(60);
    const MessageNumber ended = log.say(course_end(log.date(60)));
    EXPECT_THAT(for_jobcentre(log), ElementsAre("next_step d74"));
    log.run_to(75);
    EXPECT_THAT(for_jobcentre(log), ElementsAre("next_step d74 overdue"));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_END), {ended});
    EXPECT_THAT(for_jobcentre(log), IsEmpty());
}

// --- The index -------------------------------------------------------------------------------

rows::CourseState waiting_state(std::initializer_list<std::uint32_t> limits) {
    rows::CourseState state;
    state.set_state(4);
    std::uint64_t about = 0;
    for (const std::uint32_t limit : limits) {
        rows::Watch& watch = *state.add_watches();
        watch.set_kind(v1::ALERT_KIND_FOLLOW_UP_OVERDUE);
        watch.set_about(++about);
        watch.set_limit_day(limit);
    }
    state.set_course_end_number(2);
    return state;
}

TEST(Waiting, TheMostUrgentComesFirstAcrossOrdersAndKinds) {
    Waiting waiting;
    const rows::CourseState one = waiting_state({40600, 40500});
    rows::CourseState two = waiting_state({40550});
    two.add_open_questions(9);
    waiting.apply({}, {key(1), jobcentre, provider, {}, &one});
    waiting.apply({}, {key(2), jobcentre, provider, {}, &two});
    const auto all = waiting.list(jobcentre);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].what, WaitingFor::next_step);
    EXPECT_EQ(all[0].limit.number(), 40500U);
    EXPECT_EQ(all[1].order, key(2));
    EXPECT_EQ(all[2].limit.number(), 40600U);
    EXPECT_EQ(all[3].what, WaitingFor::question_answer) << "without a limit it comes last";
    EXPECT_THAT(waiting.list("jobcentre:740"), IsEmpty());
    EXPECT_EQ(waiting.count(jobcentre, WaitingFor::follow_up), 2U);
    EXPECT_EQ(waiting.count(provider, WaitingFor::follow_up), 0U);

    WaitingQuery query;
    query.kinds = 1U << static_cast<unsigned>(WaitingFor::follow_up);
    EXPECT_EQ(waiting.list(jobcentre, query).size(), 2U);
    query = {};
    query.until = Day::numbered(40550);
    EXPECT_EQ(waiting.list(jobcentre, query).size(), 2U);
}

TEST(Waiting, ACaseThatIsHandedOverWaitsForTheNewJobcentre) {
    Waiting waiting;
    const rows::CourseState state = waiting_state({40600});
    const WaitingCourse before{key(1), jobcentre, provider, {}, &state};
    const WaitingCourse after{key(1), "jobcentre:740", provider, {}, &state};
    waiting.apply({}, before);
    waiting.apply(before, after);
    EXPECT_THAT(waiting.list(jobcentre), IsEmpty());
    EXPECT_EQ(waiting.list("jobcentre:740").size(), 1U);
    waiting.apply(after, {});
    EXPECT_EQ(waiting, Waiting{}) << "nothing is left of what waits no more";
}

TEST(Waiting, AContactHasALoneListOfTheJobcentresOwn) {
    Waiting waiting;
    const rows::CourseState one = waiting_state({40600});
    rows::CourseState two = waiting_state({40550});
    two.set_state(1);  // waits for the provider's answer too
    const WaitingCourse with_north{key(1), jobcentre, provider, "Team North", &one};
    const WaitingCourse with_nobody{key(2), jobcentre, provider, {}, &two};
    const WaitingCourse elsewhere{key(3), "jobcentre:740", provider, "Team North", &one};
    waiting.apply({}, with_north);
    waiting.apply({}, with_nobody);
    waiting.apply({}, elsewhere);
    WaitingQuery query;
    query.contact = "Team North";
    ASSERT_EQ(waiting.list(jobcentre, query).size(), 1U);
    EXPECT_EQ(waiting.list(jobcentre, query)[0].order, key(1));
    EXPECT_EQ(waiting.list("jobcentre:740", query).size(), 1U);
    EXPECT_THAT(waiting.list(provider, query), IsEmpty()) << "a provider has no contacts here";
    EXPECT_EQ(waiting.list(jobcentre).size(), 2U);
    query.contact = "Team South";
    EXPECT_THAT(waiting.list(jobcentre, query), IsEmpty());

    // The same course with another contact, and then with none.
    WaitingCourse with_south = with_north;
    with_south.contact = "Team South";
    waiting.apply(with_north, with_south);
    EXPECT_EQ(waiting.list(jobcentre, query).size(), 1U);
    query.contact = "Team North";
    EXPECT_THAT(waiting.list(jobcentre, query), IsEmpty());
    waiting.apply(with_south, {});
    waiting.apply(with_nobody, {});
    waiting.apply(elsewhere, {});
    EXPECT_EQ(waiting, Waiting{});
}

TEST(Waiting, MattersThatAreTheSameAreOne) {
    rows::CourseState state = waiting_state({40600});
    *state.add_watches() = state.watches(0);
    Waiting waiting;
    waiting.apply({}, {key(1), jobcentre, provider, {}, &state});
    EXPECT_EQ(waiting.list(jobcentre).size(), 1U);
    waiting.apply({key(1), jobcentre, provider, {}, &state}, {});
    EXPECT_EQ(waiting, Waiting{});
}

// Random courses of several parties; the slow oracle lists every course and sorts.
class Courses {
  public:
    explicit Courses(std::uint64_t seed) : random_(seed) {}

    void step() {
        const auto place = static_cast<std::size_t>(number(0, 11));
        const rows::CourseState before = states_[place];
        const int parties_before = parties_[place];
        change(states_[place]);
        if (number(0, 9) == 0) parties_[place] = number(0, 1);
        waiting_.apply(course(place, parties_before, before),
                       course(place, parties_[place], states_[place]));
    }

    void check() {
        Waiting anew;
        std::map<std::string, std::vector<WaitingMatter>> all;
        for (std::size_t place = 0; place < states_.size(); ++place) {
            anew.apply({}, course(place, parties_[place], states_[place]));
            const WaitingSides sides = waiting_of(order_of(place), states_[place]);
            auto& of_jobcentre = all[std::string{jobcentre_of(parties_[place])}];
            of_jobcentre.insert(of_jobcentre.end(), sides.jobcentre.begin(), sides.jobcentre.end());
            auto& of_provider = all[provider];
            of_provider.insert(of_provider.end(), sides.provider.begin(), sides.provider.end());
        }
        EXPECT_EQ(waiting_, anew);
        for (auto& [party, matters] : all) {
            std::sort(matters.begin(), matters.end());
            EXPECT_THAT(paged(party), ElementsAreArray(matters));
        }
    }

  private:
    int number(int from, int to) { return std::uniform_int_distribution<int>{from, to}(random_); }
    static OrderKey order_of(std::size_t place) { return key(static_cast<std::uint8_t>(place)); }
    static std::string_view jobcentre_of(int party) {
        return party == 0 ? jobcentre : "jobcentre:740";
    }
    static WaitingCourse course(std::size_t place, int party, const rows::CourseState& state) {
        return {order_of(place), jobcentre_of(party), provider, {}, &state};
    }

    void change(rows::CourseState& state) {
        state.set_state(static_cast<std::uint32_t>(number(1, 6)));
        state.set_course_end_number(static_cast<std::uint64_t>(number(0, 3)));
        state.clear_open_questions();
        if (number(0, 3) == 0) state.add_open_questions(static_cast<std::uint64_t>(number(1, 3)));
        state.clear_watches();
        for (int i = number(0, 4); i > 0; --i) {
            rows::Watch& watch = *state.add_watches();
            watch.set_kind(static_cast<std::uint32_t>(number(1, v1::AlertKind_MAX)));
            watch.set_about(static_cast<std::uint64_t>(10 + i));
            watch.set_limit_day(static_cast<std::uint32_t>(40500 + number(0, 5)));
            watch.set_step(static_cast<std::uint32_t>(number(0, 1)));
        }
    }

    std::vector<WaitingMatter> paged(const std::string& party) {
        std::vector<WaitingMatter> all;
        WaitingQuery query;
        query.matters_max = 3;
        for (;;) {
            const auto page = waiting_.list(party, query);
            if (page.empty()) return all;
            all.insert(all.end(), page.begin(), page.end());
            query.after = all.back();
        }
    }

    std::mt19937_64 random_;
    std::array<rows::CourseState, 12> states_;
    std::array<int, 12> parties_{};
    Waiting waiting_;
};

TEST(Waiting, RandomCoursesAreListedAsIfEachWereLookedAt) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        Courses courses{seed};
        for (int i = 0; i < 60; ++i)
            courses.step();
        courses.check();
    }
}

}  // namespace
}  // namespace jobbro::domain
