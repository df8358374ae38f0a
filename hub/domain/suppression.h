// Which cells of a table may be told when no figure about fewer than five persons may be, nor be
// worked out from what is told. RESULTS.md says what that means and why it holds.
//
// A table's leaves each lie in one row and one column (an offer in a month, a jobcentre in a
// month); its cells are sums of whole rows or of whole columns, told once and never taken back.
// Pure, and the same for the same table whatever the order it was counted in. Thread: any.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace jobbro::domain {

// A person, as a mark that the caller makes of the subject. Never a number of the person's own.
using Person = std::uint64_t;

inline constexpr std::size_t persons_min = 5;
inline constexpr std::size_t parts_max = 3;

// Up to persons_min of the persons of something, which is as many as ever matter: of two such sets
// the union is full when, and only when, that of the whole sets is.
class SomePersons {
  public:
    void add(Person person);
    void add(const SomePersons& others);
    [[nodiscard]] bool is_full() const { return count_ == persons_min; }
    [[nodiscard]] bool is_empty() const { return count_ == 0; }
    // In order.
    [[nodiscard]] std::span<const Person> all() const { return {persons_.data(), count_}; }
    friend bool operator==(const SomePersons&, const SomePersons&) = default;

  private:
    std::array<Person, persons_min> persons_{};
    std::size_t count_ = 0;
};

// The persons of a figure, by the part they are in: those who completed, those who did not.
using Parts = std::array<SomePersons, parts_max>;

struct SuppressionLeaf {
    std::vector<std::uint32_t> row_cells;     // the cells that hold its row, ascending
    std::vector<std::uint32_t> column_cells;  // those that hold its column, ascending
    Parts parts;
    std::uint64_t weight = 0;  // how much is lost without it
};

struct SuppressionCell {
    bool is_told = false;      // already; it stays so
    bool is_of_rows = true;    // else of columns
    std::uint8_t length = 0;   // the shorter is given up first,
    std::uint8_t breadth = 0;  // of two as long the narrower
};

// For each cell whether it is told. Requires: the cells told already are safe by themselves.
std::vector<bool> tellable(std::span<const SuppressionLeaf> leaves,
                           std::span<const SuppressionCell> cells, std::size_t parts);
// Whether they are: no sum or difference of them is of fewer persons.
bool is_told_safely(std::span<const SuppressionLeaf> leaves, std::span<const SuppressionCell> cells,
                    std::size_t parts);
// For each cell whether it is of enough persons, whatever else is told.
std::vector<bool> large_enough(std::span<const SuppressionLeaf> leaves,
                               std::span<const SuppressionCell> cells, std::size_t parts);

}  // namespace jobbro::domain
