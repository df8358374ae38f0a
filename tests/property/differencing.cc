#include "tests/property/differencing.h"

#include <algorithm>

namespace jobbro::domain {
namespace {

constexpr std::int64_t prime = 1'000'000'007;  // counting in its remainders is exact enough

std::int64_t power(std::int64_t base, std::int64_t exponent) {
    std::int64_t result = 1;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1) result = result * base % prime;
        base = base * base % prime;
    }
    return result;
}

using Vector = std::vector<std::int64_t>;

// Vectors that none of the others can be made of.
class Basis {
  public:
    // What is left of a vector when all that can be made of the basis is taken away.
    [[nodiscard]] Vector reduce(Vector vector) const {
        for (const auto& [pivot, row] : rows_) {
            const std::int64_t times = vector[pivot];
            for (std::size_t i = 0; i < vector.size() && times != 0; ++i)
                vector[i] = (vector[i] + (prime - times) * row[i]) % prime;
        }
        return vector;
    }
    void add(const Vector& vector) {
        Vector rest = reduce(vector);
        const auto first = std::find_if(rest.begin(), rest.end(), [](auto x) { return x != 0; });
        if (first == rest.end()) return;
        const std::int64_t inverse = power(*first, prime - 2);
        const auto pivot = static_cast<std::size_t>(first - rest.begin());
        for (std::int64_t& x : rest)
            x = x * inverse % prime;
        rows_.emplace_back(pivot, std::move(rest));
    }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }

  private:
    std::vector<std::pair<std::size_t, Vector>> rows_;
};

// Spots that lie in the same cells are told of together or not at all: one here.
struct Place {
    Vector cells;  // 1 for each that holds it
    std::set<Person> persons;
    std::string name;
};

class Attacker {
  public:
    Attacker(const std::vector<CellKey>& told, const std::vector<Spot>& spots, std::size_t part) {
        std::map<Vector, Place> places;
        for (const Spot& spot : spots) {
            Vector cells;
            for (const CellKey& cell : told)
                cells.push_back(holds(cell, spot) ? 1 : 0);
            Place& place = places[cells];
            place.cells = cells;
            place.persons.insert(spot.persons[part].begin(), spot.persons[part].end());
            place.name += " " + spot.provider + " " + spot.offer + " " + spot.jobcentre +
                          " month " + std::to_string(spot.month % 12 + 1) + ";";
        }
        // Nothing that tells of a large place is of any use: what is left has nothing there.
        Basis large;
        for (const auto& [cells, place] : places)
            if (place.persons.size() >= persons_min) large.add(cells);
        Basis all;
        for (auto& [cells, place] : places) {
            if (place.persons.size() >= persons_min) continue;
            place.cells = large.reduce(place.cells);
            all.add(place.cells);
            inside_.push_back(place.persons.empty());
            places_.push_back(std::move(place));
        }
        rank_ = all.size();
    }

    // Tries every set of places that together have fewer than five persons.
    std::optional<std::string> attack(std::size_t from = 0, const std::set<Person>& persons = {}) {
        if (rank_ == 0) return std::nullopt;
        bool is_largest = true;
        for (std::size_t i = from; i < places_.size(); ++i) {
            if (inside_[i]) continue;
            std::set<Person> more = persons;
            more.insert(places_[i].persons.begin(), places_[i].persons.end());
            if (more.size() >= persons_min) continue;
            is_largest = false;
            inside_[i] = true;
            const auto breach = attack(i + 1, more);
            inside_[i] = false;
            if (breach) return breach;
        }
        return is_largest && tells_of_inside() ? std::optional{text()} : std::nullopt;
    }

  private:
    // Some sum of what is told has nothing outside and something inside.
    [[nodiscard]] bool tells_of_inside() const {
        Basis outside;
        for (std::size_t i = 0; i < places_.size() && outside.size() < rank_; ++i)
            if (!inside_[i]) outside.add(places_[i].cells);
        return outside.size() < rank_;
    }

    [[nodiscard]] std::string text() const {
        std::string text;
        for (std::size_t i = 0; i < places_.size(); ++i)
            if (inside_[i]) text += places_[i].name;
        return text;
    }

    std::vector<Place> places_;
    std::vector<bool> inside_;
    std::size_t rank_ = 0;
};

}  // namespace

bool holds(const CellKey& cell, const Spot& spot) {
    if (spot.month < cell.first || spot.month >= cell.first + cell.months) return false;
    switch (cell.of) {
        case ResultsOf::offer:
            return spot.provider == cell.party && spot.offer == cell.offer;
        case ResultsOf::provider:
            return spot.provider == cell.party;
        case ResultsOf::jobcentre:
            break;
    }
    return spot.jobcentre == cell.party;
}

std::optional<std::string> find_breach(const std::vector<CellKey>& told,
                                       const std::vector<Spot>& spots, std::size_t parts) {
    for (std::size_t part = 0; part < parts; ++part) {
        const auto breach = Attacker{told, spots, part}.attack();
        if (breach) return breach;
    }
    return std::nullopt;
}

}  // namespace jobbro::domain
