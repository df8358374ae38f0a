// Somebody who knows where there is nothing, adds up and takes from each other whatever figures are
// told, in any amount, and looks for what is about fewer than five persons. Slow and sure: all that
// sums and differences can give is the row space of a matrix.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hub/domain/results.h"

namespace jobbro::domain {

// Where one figure could be about: an offer at a jobcentre in a month. The persons by part.
struct Spot {
    std::string provider;
    std::string offer;
    std::string jobcentre;
    Month month = 0;
    std::array<std::set<Person>, categories_max> persons;
};

// The cells of one measure that are told, all of them over time. What could be worked out, or none.
std::optional<std::string> find_breach(const std::vector<CellKey>& told,
                                       const std::vector<Spot>& spots, std::size_t parts);

bool holds(const CellKey& cell, const Spot& spot);

}  // namespace jobbro::domain
