// Random years of courses. Whatever is told of them gives no sum or difference about fewer than
// five persons, nor of a share of none or all; what is told is what a slow recount finds; and it is
// the same however the log was cut into batches, and when it is read anew.
#include "hub/domain/results.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/property/differencing.h"

namespace jobbro::domain {
namespace {

using ::testing::ElementsAreArray;

constexpr Month january = 2011 * 12;
const std::vector<std::pair<std::string, std::string>> offers = {{"provider:99104007", "OF-1"},
                                                                 {"provider:99104007", "OF-2"},
                                                                 {"provider:99104007", ""},
                                                                 {"provider:99215003", "OF-3"},
                                                                 {"provider:99326018", "OF-4"}};
const std::vector<std::string> jobcentres = {"jobcentre:376", "jobcentre:630", "jobcentre:740"};

struct Course {
    std::string provider;
    std::string jobcentre;
    Person person = 0;
    rows::CourseFacts facts;

    [[nodiscard]] CountedCourse counted() const { return {provider, jobcentre, person, &facts}; }
};

// A day of a month of 2011, 0 for January.
Day day_in(unsigned month, int of_month) {
    return Day{std::chrono::year{2011} / std::chrono::month{month + 1} / 1}.plus(of_month - 1);
}

class Year {
  public:
    Year(std::uint64_t seed, int courses_a_month, int persons)
        : random_(seed), courses_a_month_(courses_a_month), persons_(persons) {}

    // Begins courses and goes on with others. Told to one Results at once, to another at times.
    void live(unsigned month) {
        month_ = month;
        for (int i = number(0, courses_a_month_); i > 0; --i)
            begin();
        for (int i = number(0, 2 * courses_a_month_); i > 0 && !courses_.empty(); --i) {
            change(static_cast<std::size_t>(number(0, static_cast<int>(courses_.size()) - 1)));
            if (number(0, 9) == 0) end_batch();
        }
        end_batch();
    }

    void freeze() {
        keep_spots();
        auto frozen = results_.freeze_up_to(january + month_);
        EXPECT_THAT(batched_.freeze_up_to(january + month_), ElementsAreArray(frozen));
        EXPECT_EQ(results_, batched_);
        for (FrozenMonth& of_month : frozen) {
            for (const ResultCell& cell : of_month.cells)
                for (const Figure& figure : cell.figures)
                    told_[figure.measure].emplace_back(cell.key, figure);
            frozen_.push_back(std::move(of_month));
        }
    }

    // Somebody is erased.
    void erase() {
        end_batch();
        if (courses_.empty()) return;
        const Person person =
            courses_[static_cast<std::size_t>(number(0, static_cast<int>(courses_.size()) - 1))]
                .person;
        std::vector<Course> kept;
        for (const Course& course : courses_) {
            if (course.person != person) {
                kept.push_back(course);
                continue;
            }
            results_.apply(course.counted(), {});
            batched_.apply(course.counted(), {});
        }
        courses_ = kept;
        before_ = kept;
    }

    void check_rebuilt() const {
        Results anew;
        for (const FrozenMonth& frozen : frozen_)
            anew.adopt(frozen);
        for (const Course& course : courses_)
            anew.apply({}, course.counted());
        EXPECT_EQ(anew, results_);
    }

    void check_safe() const {
        for (const auto& [measure, figures] : told_) {
            std::vector<CellKey> cells;
            for (const auto& [key, figure] : figures)
                cells.push_back(key);
            const auto spots = spots_.find(measure);
            ASSERT_TRUE(spots != spots_.end());
            const auto breach = find_breach(cells, spots->second, categories_of(measure));
            EXPECT_FALSE(breach) << "measure " << static_cast<int>(measure) << ":" << *breach;
        }
    }

    void check_figures() const {
        for (const auto& [measure, figures] : told_)
            for (const auto& [key, figure] : figures)
                EXPECT_EQ(figure, recounted(measure, key));
    }

    // Whether the attacker would win if every cell of five persons were told.
    [[nodiscard]] bool is_breached_without_care(Measure measure) const {
        const auto found = spots_.find(measure);
        if (found == spots_.end()) return false;
        std::map<CellKey, std::array<std::set<Person>, categories_max>> cells;
        for (const Spot& spot : found->second) {
            for (const std::uint8_t months : std::array<std::uint8_t, 2>{1, 3}) {
                const Month first = spot.month - spot.month % months;
                for (const CellKey& key :
                     {CellKey{ResultsOf::offer, spot.provider, spot.offer, first, months},
                      CellKey{ResultsOf::provider, spot.provider, {}, first, months},
                      CellKey{ResultsOf::jobcentre, spot.jobcentre, {}, first, months}})
                    for (std::size_t i = 0; i < categories_max; ++i)
                        cells[key][i].insert(spot.persons[i].begin(), spot.persons[i].end());
            }
        }
        std::vector<CellKey> told;
        for (const auto& [key, persons] : cells) {
            bool is_enough = true;
            for (std::size_t i = 0; i < categories_of(measure); ++i)
                is_enough = is_enough && persons[i].size() >= persons_min;
            if (is_enough) told.push_back(key);
        }
        return find_breach(told, found->second, categories_of(measure)).has_value();
    }

    [[nodiscard]] std::size_t cells_told(Measure measure) const {
        const auto found = told_.find(measure);
        return found == told_.end() ? 0 : found->second.size();
    }

  private:
    int number(int from, int to) { return std::uniform_int_distribution<int>{from, to}(random_); }
    std::uint32_t some_day() { return day_in(month_, number(1, 28)).number(); }

    void begin() {
        // Few go far from home, so that small corners come about.
        const auto jobcentre = static_cast<std::size_t>(number(0, 2));
        auto offer = static_cast<std::size_t>(number(0, 4));
        if (number(0, 2) != 0) offer = jobcentre + 1;
        Course& course = courses_.emplace_back();
        course.provider = offers[offer].first;
        course.jobcentre = jobcentres[jobcentre];
        course.person = static_cast<Person>(number(1, persons_));
        course.facts.set_offer(offers[offer].second);
        course.facts.set_started_day(some_day());
        course.facts.set_start_told_day(course.facts.started_day());
        course.facts.set_planned_weekdays(0b11111);
        before_.emplace_back();
        tell(courses_.size() - 1, {});
    }

    void change(std::size_t place) {
        const Course was = courses_[place];
        rows::CourseFacts& facts = courses_[place].facts;
        switch (number(0, 5)) {
            case 0:
            case 1:
                if (facts.end_told_day() == 0) facts.set_end_told_day(some_day());
                facts.set_end_day(facts.end_told_day());
                facts.set_end_reason(number(0, 2) == 0 ? v1::COURSE_END_REASON_STOPPED_ATTENDING
                                                       : v1::COURSE_END_REASON_COMPLETED);
                break;
            case 2: {
                rows::EventTold& event = *facts.add_events_told();
                event.set_told_day(some_day());
                event.set_event_day(event.told_day() - static_cast<std::uint32_t>(number(0, 3)));
                break;
            }
            case 3: {
                rows::MovementTold& told = *facts.add_movements();
                told.set_told_day(some_day());
                told.add_directions(static_cast<std::uint32_t>(number(1, 3)));
                break;
            }
            case 4:  // a correction
                if (facts.movements_size() > 0)
                    facts.mutable_movements(0)->set_directions(
                        0, static_cast<std::uint32_t>(number(1, 4)));
                break;
            default:  // handed over
                if (number(0, 3) == 0)
                    courses_[place].jobcentre = jobcentres[static_cast<std::size_t>(number(0, 2))];
        }
        tell(place, was);
    }

    void tell(std::size_t place, const Course& was) {
        results_.apply(was.person == 0 ? CountedCourse{} : was.counted(),
                       courses_[place].counted());
    }

    void end_batch() {
        for (std::size_t i = 0; i < courses_.size(); ++i) {
            batched_.apply(before_[i].person == 0 ? CountedCourse{} : before_[i].counted(),
                           courses_[i].counted());
            before_[i] = courses_[i];
        }
    }

    // As the month stands when it is frozen.
    void keep_spots() {
        std::map<std::pair<Measure, std::array<std::string, 3>>, Spot> spots;
        for (const Course& course : courses_) {
            for (const Counted& counted : counted_of(course.facts)) {
                if (counted.month != january + month_) continue;
                counted_.push_back(
                    {course.provider, course.facts.offer(), course.jobcentre, counted});
                Spot& spot = spots[{counted.measure,
                                    {course.provider, course.facts.offer(), course.jobcentre}}];
                spot.provider = course.provider;
                spot.offer = course.facts.offer();
                spot.jobcentre = course.jobcentre;
                spot.month = counted.month;
                spot.persons[counted.category].insert(course.person);
            }
        }
        for (const auto& [key, spot] : spots)
            spots_[key.first].push_back(spot);
    }

    struct CountedThere {
        std::string provider;
        std::string offer;
        std::string jobcentre;
        Counted counted;
    };

    [[nodiscard]] Figure recounted(Measure measure, const CellKey& key) const {
        std::array<int, categories_max> amounts{};
        int all = 0;
        std::vector<std::uint32_t> days;
        for (const CountedThere& there : counted_) {
            const Spot spot{there.provider, there.offer, there.jobcentre, there.counted.month, {}};
            if (there.counted.measure != measure || !holds(key, spot)) continue;
            const auto amount = static_cast<int>(there.counted.amount);
            amounts[there.counted.category] += amount;
            all += amount;
            days.insert(days.end(), there.counted.amount, there.counted.days);
        }
        Figure figure;
        figure.measure = measure;
        if (measure == Measure::courses) {
            figure.count = static_cast<std::uint64_t>(all);
        } else if (measure == Measure::days_to_know) {
            std::sort(days.begin(), days.end());
            figure.median_half_days = days[(days.size() - 1) / 2] + days[days.size() / 2];
        } else {
            // Of what has parts, no part is told as nothing or all.
            for (std::size_t i = 0; i < categories_max; ++i) {
                const long rounded = std::lround(100.0 * amounts[i] / all);
                const long least = amounts[i] > 0 ? 1 : 0;
                const long most = amounts[i] < all ? 99 : 100;
                figure.percent[i] = static_cast<std::uint8_t>(std::clamp(rounded, least, most));
            }
        }
        return figure;
    }

    std::mt19937_64 random_;
    int courses_a_month_;
    int persons_;
    unsigned month_ = 0;
    std::vector<Course> courses_;
    std::vector<Course> before_;  // as the batched ones were last told
    Results results_;
    Results batched_;
    std::vector<FrozenMonth> frozen_;
    std::map<Measure, std::vector<std::pair<CellKey, Figure>>> told_;
    std::map<Measure, std::vector<Spot>> spots_;
    std::vector<CountedThere> counted_;
};

TEST(ResultsProperty, NoSumOrDifferenceTellsOfFewerThanFivePersons) {
    std::size_t breached = 0;
    std::size_t told = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE(seed);
        Year year{seed, seed % 2 == 0 ? 30 : 60, seed % 3 == 0 ? 40 : 400};
        for (unsigned month = 0; month < 3; ++month) {
            year.live(month);
            if (seed % 5 == 0) year.erase();
            year.freeze();
        }
        year.check_safe();
        breached += year.is_breached_without_care(Measure::courses) ? 1 : 0;
        told += year.cells_told(Measure::courses);
    }
    EXPECT_GT(breached, 20U) << "the attacker is no match for a table that is told without care";
    EXPECT_GT(told, 40U * 5) << "and all the same much is told";
}

TEST(ResultsProperty, WhatIsToldIsWhatARecountFindsHoweverItCame) {
    for (std::uint64_t seed = 100; seed < 110; ++seed) {
        SCOPED_TRACE(seed);
        Year year{seed, 60, 300};
        for (unsigned month = 0; month < 12; ++month) {
            year.live(month);
            if (month % 4 == 1) year.erase();
            year.freeze();
            year.check_rebuilt();
        }
        year.check_figures();
    }
}

}  // namespace
}  // namespace jobbro::domain
