// Results: what courses came to, per offer, provider and jobcentre, and per month, quarter and
// year. RESULTS.md says what is counted and what is told of it.
//
// Counted course by course as messages come, corrections taken back and counted anew; never by
// reading the log. A month is open until it is frozen: then what may be told of it, and of the
// quarter and year that end with it, is told once and stays, also when what it was counted from is
// corrected or erased. Thread: one at a time.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hub/domain/course_facts.h"
#include "hub/domain/suppression.h"

namespace jobbro::domain {

// A course as it was or is. Points into what the caller holds.
struct CountedCourse {
    std::string_view provider;
    std::string_view jobcentre;  // the one that has it
    Person person = 0;           // the same for all courses of a citizen within a year
    const rows::CourseFacts* facts = nullptr;  // nullptr: no such course, or erased
};

enum class ResultsOf : std::uint8_t { offer = 0, provider = 1, jobcentre = 2 };

// What a cell is of.
struct CellKey {
    ResultsOf of = ResultsOf::offer;
    std::string party;  // the provider, or the jobcentre
    std::string offer;  // of a provider's; else empty
    Month first = 0;
    std::uint8_t months = 1;  // 1, 3 or 12
    friend auto operator<=>(const CellKey&, const CellKey&) = default;
};

struct Figure {
    Measure measure = Measure::courses;
    std::uint64_t count = 0;  // of courses; else 0
    // Of a measure with parts, how large each is, rounded; else 0.
    std::array<std::uint8_t, categories_max> percent{};
    // Of days_to_know, else 0: twice the median, which may lie between two days.
    std::uint32_t median_half_days = 0;
    friend bool operator==(const Figure&, const Figure&) = default;
};

// What is told. A measure that is not there is suppressed, or there was nothing: nothing tells
// which. Figures by measure, each once.
struct ResultCell {
    CellKey key;
    std::vector<Figure> figures;
    friend bool operator==(const ResultCell&, const ResultCell&) = default;
};

// Where things are counted.
struct LeafKey {
    std::string provider;
    std::string offer;  // empty: the orders name none
    std::string jobcentre;
    Measure measure = Measure::courses;
    friend auto operator<=>(const LeafKey&, const LeafKey&) = default;
};

// What a frozen month is kept as, for the quarter and the year it is in. Not told to anybody.
struct FrozenLeaf {
    LeafKey key;
    std::array<std::uint64_t, categories_max> amounts{};
    Parts persons;
    std::vector<std::pair<std::uint16_t, std::uint64_t>> days;  // how often, ascending
    friend bool operator==(const FrozenLeaf&, const FrozenLeaf&) = default;
};

struct FrozenMonth {
    Month month = 0;
    std::vector<ResultCell> cells;   // told now: of the month, and of quarter and year ending now
    std::vector<FrozenLeaf> leaves;  // none once the year is over
    friend bool operator==(const FrozenMonth&, const FrozenMonth&) = default;
};

class Results {
  public:
    // The course was one way and is another now. `before` is what `after` was when last told, or
    // has no facts. What belongs to frozen months changes nothing.
    void apply(const CountedCourse& before, const CountedCourse& after);

    // Goes on with freezing the oldest month up to `last` that is not frozen; the first of all is
    // the one in which anything was counted first, or else `last` itself. One measure after the
    // other, until as many leaves have been looked at as are left, and one measure at least. The
    // month when it is done; none: to be called again. What is counted of a month that is begun
    // changes nothing any more. Requires: is_being_frozen(), or last_frozen() is before `last`,
    // which is over.
    std::optional<FrozenMonth> freeze_on(Month last, std::size_t& leaves_left);
    // All up to `last`, the oldest first.
    std::vector<FrozenMonth> freeze_up_to(Month last);
    // A month is begun and not done. It is begun anew when all is counted anew: nothing is told.
    [[nodiscard]] bool is_being_frozen() const { return being_frozen_.has_value(); }
    // Two marks are one person's, and the courses of the former are told of as the other's from now
    // on. Marks in frozen months stay; what is told from now on counts the two as one, as far as
    // what has been told allows (RESULTS.md). Until the person is erased.
    void note_merged(Person former, Person into) { merged_[former] = into; }
    void forget_merged(Person former) { merged_.erase(former); }
    // A month that was frozen, as it was kept, when all is counted anew. Requires: later than those
    // frozen so far.
    void adopt(const FrozenMonth& frozen);

    // Whether freeze_on() has anything to freeze that is worth it: from the first month in which
    // anything was counted on, every month, since quarters and years end with one.
    [[nodiscard]] bool is_to_freeze(Month month) const {
        if (is_being_frozen()) return true;
        if (last_frozen_ != 0) return last_frozen_ < month;
        return !open_.empty() && open_.begin()->first <= month;
    }
    // 0: none was.
    [[nodiscard]] Month first_frozen() const { return first_frozen_; }
    [[nodiscard]] Month last_frozen() const { return last_frozen_; }

    friend bool operator==(const Results&, const Results&) = default;

  private:
    struct Tally {
        std::array<std::uint64_t, categories_max> amounts{};
        std::array<std::map<Person, std::uint32_t>, categories_max> persons;
        std::map<std::uint16_t, std::uint64_t> days;
        friend bool operator==(const Tally&, const Tally&) = default;
    };
    using Tallies = std::map<LeafKey, Tally>;

    void add(const CountedCourse& course, const Counted& counted);
    void take_back(const CountedCourse& course, const Counted& counted);
    // How far freezing a month has come.
    struct BeingFrozen {
        Month month = 0;
        std::size_t next = 0;  // measure to tell of
        std::map<CellKey, std::vector<Figure>> cells;
        friend bool operator==(const BeingFrozen&, const BeingFrozen&) = default;
    };
    [[nodiscard]] bool is_open(Month month) const {
        return month > last_frozen_ && !(being_frozen_ && month <= being_frozen_->month);
    }
    void begin_to_freeze(Month month);
    std::size_t tell_next(BeingFrozen& month);
    FrozenMonth end_freezing();
    void note_frozen(Month month);

    std::map<Month, Tallies> open_;
    std::map<Month, std::vector<FrozenLeaf>> frozen_;  // of the year that runs
    std::array<std::set<CellKey>, measures> told_;     // of it
    std::map<Person, Person> merged_;
    std::optional<BeingFrozen> being_frozen_;
    Month first_frozen_ = 0;
    Month last_frozen_ = 0;
};

// The exact median of values and how often each stands, doubled. Requires: at least one.
std::uint32_t median_doubled(const std::map<std::uint16_t, std::uint64_t>& values);

}  // namespace jobbro::domain
