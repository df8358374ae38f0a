#include "hub/domain/results.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace jobbro::domain {
namespace {

std::size_t place_of(Measure measure) {
    return static_cast<std::size_t>(measure);
}

LeafKey leaf_of(const CountedCourse& course, Measure measure) {
    return {std::string{course.provider}, course.facts->offer(), std::string{course.jobcentre},
            measure};
}

bool is_same_place(const CountedCourse& a, const CountedCourse& b) {
    return a.provider == b.provider && a.jobcentre == b.jobcentre && a.person == b.person &&
           a.facts->offer() == b.facts->offer();
}

std::vector<Counted> counted_of_course(const CountedCourse& course) {
    return course.facts != nullptr ? counted_of(*course.facts) : std::vector<Counted>{};
}

std::vector<Counted> without(const std::vector<Counted>& all, const std::vector<Counted>& some) {
    std::vector<Counted> rest;
    std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(rest));
    return rest;
}

static_assert(categories_max == parts_max);

constexpr std::array<std::uint8_t, 3> lengths = {1, 3, 12};

bool is_december(Month month) {
    return month % 12 == 11;
}

std::array<std::uint8_t, categories_max> percent_of(
    const std::array<std::uint64_t, categories_max>& amounts) {
    std::uint64_t all = 0;
    for (const std::uint64_t amount : amounts)
        all += amount;
    std::array<std::uint8_t, categories_max> percent{};
    for (std::size_t i = 0; i < categories_max && all > 0; ++i) {
        std::uint64_t rounded = (amounts[i] * 100 + all / 2) / all;
        // None is told as nothing, nor as everything, that is not.
        if (amounts[i] > 0) rounded = std::max<std::uint64_t>(rounded, 1);
        if (amounts[i] < all) rounded = std::min<std::uint64_t>(rounded, 99);
        percent[i] = static_cast<std::uint8_t>(rounded);
    }
    return percent;
}

// --- A frozen month --------------------------------------------------------------------------

// The table of one measure for the months of a year that are frozen: what may be told of the cells
// that end with the last of them.
class Table {
  public:
    Table(Measure measure, Month month, const std::set<CellKey>& told,
          const std::map<Person, Person>& merged)
        : measure_(measure), month_(month), told_(told), merged_(merged) {}

    void add(Month month, const FrozenLeaf& leaf) {
        if (leaf.key.measure != measure_) return;
        SuppressionLeaf row;
        for (const std::uint8_t months : lengths) {
            const Month first = month - month % months;
            if (!leaf.key.offer.empty()) {
                hold({ResultsOf::offer, leaf.key.provider, leaf.key.offer, first, months},
                     row.row_cells);
            }
            hold({ResultsOf::provider, leaf.key.provider, {}, first, months}, row.row_cells);
            hold({ResultsOf::jobcentre, leaf.key.jobcentre, {}, first, months}, row.column_cells);
        }
        std::sort(row.row_cells.begin(), row.row_cells.end());
        std::sort(row.column_cells.begin(), row.column_cells.end());
        row.parts = leaf.persons;
        for (const std::uint64_t amount : leaf.amounts)
            row.weight += amount;
        leaves_.push_back(std::move(row));
        sources_.push_back(&leaf);
    }

    [[nodiscard]] std::size_t leaves() const { return leaves_.size(); }

    // Told now, with their figures.
    [[nodiscard]] std::map<CellKey, Figure> tell() const {
        const std::vector<bool> is_told = find_told();
        std::map<std::uint32_t, std::vector<const FrozenLeaf*>> within;
        for (std::size_t i = 0; i < leaves_.size(); ++i) {
            for (const auto* holding : {&leaves_[i].row_cells, &leaves_[i].column_cells})
                for (const std::uint32_t cell : *holding)
                    if (is_told[cell] && !cells_[cell].is_told) within[cell].push_back(sources_[i]);
        }
        std::map<CellKey, Figure> figures;
        for (const auto& [cell, leaves] : within)
            figures.emplace(keys_[cell], figure_of(leaves));
        return figures;
    }

  private:
    // What was told before of persons who turned out to be fewer cannot be taken back. Then who
    // they were still decides about differences; but nothing new is of fewer than five who are.
    [[nodiscard]] std::vector<bool> find_told() const {
        const std::size_t parts = categories_of(measure_);
        const std::vector<SuppressionLeaf> merged = with_merged();
        if (merged.empty()) return tellable(leaves_, cells_, parts);
        if (is_told_safely(merged, cells_, parts)) return tellable(merged, cells_, parts);
        std::vector<bool> told = tellable(leaves_, cells_, parts);
        const std::vector<bool> large = large_enough(merged, cells_, parts);
        for (std::size_t cell = 0; cell < cells_.size(); ++cell)
            told[cell] = told[cell] && (cells_[cell].is_told || large[cell]);
        return told;
    }

    // The leaves with one mark for each person; none when that changes nothing. Of five marks kept
    // of more persons four may be left: that errs on the safe side.
    [[nodiscard]] std::vector<SuppressionLeaf> with_merged() const {
        if (merged_.empty()) return {};
        std::vector<SuppressionLeaf> leaves = leaves_;
        bool is_changed = false;
        for (SuppressionLeaf& leaf : leaves) {
            for (SomePersons& persons : leaf.parts) {
                SomePersons known;
                for (const Person person : persons.all()) {
                    const auto into = merged_.find(person);
                    known.add(into == merged_.end() ? person : into->second);
                    is_changed = is_changed || into != merged_.end();
                }
                persons = known;
            }
        }
        return is_changed ? leaves : std::vector<SuppressionLeaf>{};
    }

    // Where the cell is told already, or can be now.
    void hold(const CellKey& key, std::vector<std::uint32_t>& cells) {
        const bool is_told = told_.count(key) != 0;
        const bool ends_now = key.first + key.months == month_ + 1;
        if (!is_told && !ends_now) return;
        const auto [place, is_new] =
            places_.emplace(key, static_cast<std::uint32_t>(cells_.size()));
        if (is_new) {
            keys_.push_back(key);
            cells_.push_back({is_told, key.of != ResultsOf::jobcentre, key.months,
                              static_cast<std::uint8_t>(key.of == ResultsOf::provider ? 1 : 0)});
        }
        cells.push_back(place->second);
    }

    [[nodiscard]] Figure figure_of(const std::vector<const FrozenLeaf*>& leaves) const {
        std::array<std::uint64_t, categories_max> amounts{};
        std::map<std::uint16_t, std::uint64_t> days;
        for (const FrozenLeaf* leaf : leaves) {
            for (std::size_t i = 0; i < categories_max; ++i)
                amounts[i] += leaf->amounts[i];
            for (const auto& [day, count] : leaf->days)
                days[day] += count;
        }
        Figure figure;
        figure.measure = measure_;
        if (measure_ == Measure::courses) {
            figure.count = amounts[0];
        } else if (measure_ == Measure::days_to_know) {
            figure.median_half_days = median_doubled(days);
        } else {
            figure.percent = percent_of(amounts);
        }
        return figure;
    }

    Measure measure_;
    Month month_;
    const std::set<CellKey>& told_;
    const std::map<Person, Person>& merged_;
    std::map<CellKey, std::uint32_t> places_;
    std::vector<CellKey> keys_;
    std::vector<SuppressionCell> cells_;
    std::vector<SuppressionLeaf> leaves_;
    std::vector<const FrozenLeaf*> sources_;
};

std::vector<ResultCell> together(std::map<CellKey, std::vector<Figure>> cells) {
    std::vector<ResultCell> list;
    for (auto& [key, figures] : cells)
        list.push_back({key, std::move(figures)});
    return list;
}

}  // namespace

// --- Counting --------------------------------------------------------------------------------

void Results::apply(const CountedCourse& before, const CountedCourse& after) {
    const std::vector<Counted> was = counted_of_course(before);
    const std::vector<Counted> is = counted_of_course(after);
    const bool stays =
        before.facts != nullptr && after.facts != nullptr && is_same_place(before, after);
    for (const Counted& counted : stays ? without(was, is) : was)
        take_back(before, counted);
    for (const Counted& counted : stays ? without(is, was) : is)
        add(after, counted);
}

void Results::add(const CountedCourse& course, const Counted& counted) {
    if (!is_open(counted.month)) return;
    Tally& tally = open_[counted.month][leaf_of(course, counted.measure)];
    tally.amounts[counted.category] += counted.amount;
    ++tally.persons[counted.category][course.person];
    if (counted.measure == Measure::days_to_know) tally.days[counted.days] += counted.amount;
}

void Results::take_back(const CountedCourse& course, const Counted& counted) {
    if (!is_open(counted.month)) return;
    const auto month = open_.find(counted.month);
    JOBBRO_ASSERT(month != open_.end());
    const auto leaf = month->second.find(leaf_of(course, counted.measure));
    JOBBRO_ASSERT(leaf != month->second.end());
    Tally& tally = leaf->second;
    JOBBRO_ASSERT(tally.amounts[counted.category] >= counted.amount);
    tally.amounts[counted.category] -= counted.amount;
    auto& persons = tally.persons[counted.category];
    const auto person = persons.find(course.person);
    JOBBRO_ASSERT(person != persons.end());
    if (--person->second == 0) persons.erase(person);
    if (counted.measure == Measure::days_to_know) {
        const auto days = tally.days.find(counted.days);
        JOBBRO_ASSERT(days != tally.days.end() && days->second >= counted.amount);
        if ((days->second -= counted.amount) == 0) tally.days.erase(days);
    }
    if (tally == Tally{}) month->second.erase(leaf);
    if (month->second.empty()) open_.erase(month);
}

// --- Freezing --------------------------------------------------------------------------------

std::optional<FrozenMonth> Results::freeze_on(Month last, std::size_t& leaves_left) {
    if (!being_frozen_) {
        JOBBRO_ASSERT(last_frozen_ < last);
        Month oldest = last_frozen_ + 1;
        if (last_frozen_ == 0) oldest = open_.empty() ? last : std::min(open_.begin()->first, last);
        begin_to_freeze(oldest);
    }
    do {
        leaves_left -= std::min(tell_next(*being_frozen_), leaves_left);
    } while (being_frozen_->next < measures && leaves_left > 0);
    if (being_frozen_->next < measures) return std::nullopt;
    return end_freezing();
}

std::vector<FrozenMonth> Results::freeze_up_to(Month last) {
    std::vector<FrozenMonth> frozen;
    while (last_frozen_ < last) {
        std::size_t leaves_left = std::numeric_limits<std::size_t>::max();
        if (auto month = freeze_on(last, leaves_left)) frozen.push_back(*std::move(month));
    }
    return frozen;
}

void Results::begin_to_freeze(Month month) {
    being_frozen_.emplace().month = month;
    std::vector<FrozenLeaf>& leaves = frozen_[month];
    for (const auto& [key, tally] : open_[month]) {
        FrozenLeaf& leaf = leaves.emplace_back();
        leaf.key = key;
        leaf.amounts = tally.amounts;
        leaf.days.assign(tally.days.begin(), tally.days.end());
        for (std::size_t part = 0; part < categories_max; ++part)
            for (const auto& [person, count] : tally.persons[part])
                leaf.persons[part].add(person);
    }
    open_.erase(month);
}

// How many leaves were looked at.
std::size_t Results::tell_next(BeingFrozen& month) {
    std::set<CellKey>& told = told_[month.next];
    Table table{static_cast<Measure>(month.next), month.month, told, merged_};
    for (const auto& [of_month, frozen] : frozen_)
        for (const FrozenLeaf& leaf : frozen)
            table.add(of_month, leaf);
    for (const auto& [key, figure] : table.tell()) {
        month.cells[key].push_back(figure);
        told.insert(key);
    }
    ++month.next;
    return table.leaves();
}

FrozenMonth Results::end_freezing() {
    const Month month = being_frozen_->month;
    FrozenMonth kept{month, together(std::move(being_frozen_->cells)), {}};
    being_frozen_.reset();
    if (!is_december(month)) kept.leaves = frozen_[month];
    note_frozen(month);
    return kept;
}

void Results::adopt(const FrozenMonth& frozen) {
    JOBBRO_ASSERT(frozen.month > last_frozen_);
    open_.erase(open_.begin(), open_.upper_bound(frozen.month));
    frozen_[frozen.month] = frozen.leaves;
    for (const ResultCell& cell : frozen.cells)
        for (const Figure& figure : cell.figures)
            told_[place_of(figure.measure)].insert(cell.key);
    note_frozen(frozen.month);
}

// Nothing is told of two years together, so a year that is over is no part of what follows.
void Results::note_frozen(Month month) {
    if (first_frozen_ == 0) first_frozen_ = month;
    last_frozen_ = month;
    if (!is_december(month)) return;
    frozen_.clear();
    for (auto& told : told_)
        told.clear();
}

std::uint32_t median_doubled(const std::map<std::uint16_t, std::uint64_t>& values) {
    std::uint64_t count = 0;
    for (const auto& [value, times] : values)
        count += times;
    JOBBRO_ASSERT(count > 0);
    const auto at = [&values](std::uint64_t place) -> std::uint32_t {
        auto value = values.begin();
        for (; place >= value->second; ++value)
            place -= value->second;
        return value->first;
    };
    return at((count - 1) / 2) + at(count / 2);
}

}  // namespace jobbro::domain
