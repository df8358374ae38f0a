#include "hub/domain/results_rows.h"

#include <algorithm>

namespace jobbro::domain {
namespace {

void put(const Figure& figure, rows::ResultFigure& row) {
    row.set_measure(static_cast<std::uint32_t>(figure.measure));
    row.set_count(figure.count);
    row.set_median_half_days(figure.median_half_days);
    for (const std::uint8_t percent : figure.percent)
        row.add_percent(percent);
}

void put(const ResultCell& cell, rows::ResultCell& row) {
    row.set_of(static_cast<std::uint32_t>(cell.key.of));
    row.set_party(cell.key.party);
    row.set_offer(cell.key.offer);
    row.set_first_month(cell.key.first);
    row.set_months(cell.key.months);
    for (const Figure& figure : cell.figures)
        put(figure, *row.add_figures());
}

void put(const FrozenLeaf& leaf, rows::FrozenLeaf& row) {
    row.set_provider(leaf.key.provider);
    row.set_offer(leaf.key.offer);
    row.set_jobcentre(leaf.key.jobcentre);
    row.set_measure(static_cast<std::uint32_t>(leaf.key.measure));
    for (std::size_t part = 0; part < categories_max; ++part) {
        row.add_amounts(leaf.amounts[part]);
        rows::MarkedPersons& persons = *row.add_persons();
        for (const Person person : leaf.persons[part].all())
            persons.add_marks(person);
    }
    for (const auto& [days, times] : leaf.days) {
        row.add_days(days);
        row.add_times(times);
    }
}

Figure figure_of(const rows::ResultFigure& row) {
    Figure figure;
    figure.measure = static_cast<Measure>(row.measure());
    figure.count = row.count();
    figure.median_half_days = row.median_half_days();
    const std::size_t parts =
        std::min(categories_max, static_cast<std::size_t>(row.percent_size()));
    for (std::size_t part = 0; part < parts; ++part)
        figure.percent[part] = static_cast<std::uint8_t>(row.percent(static_cast<int>(part)));
    return figure;
}

ResultCell cell_of(const rows::ResultCell& row) {
    ResultCell cell;
    cell.key = {static_cast<ResultsOf>(row.of()), row.party(), row.offer(), row.first_month(),
                static_cast<std::uint8_t>(row.months())};
    for (const rows::ResultFigure& figure : row.figures())
        cell.figures.push_back(figure_of(figure));
    return cell;
}

FrozenLeaf leaf_of(const rows::FrozenLeaf& row) {
    FrozenLeaf leaf;
    leaf.key = {row.provider(), row.offer(), row.jobcentre(), static_cast<Measure>(row.measure())};
    const std::size_t parts = std::min(
        categories_max, static_cast<std::size_t>(std::min(row.amounts_size(), row.persons_size())));
    for (std::size_t part = 0; part < parts; ++part) {
        const int place = static_cast<int>(part);
        leaf.amounts[part] = row.amounts(place);
        for (const Person person : row.persons(place).marks())
            leaf.persons[part].add(person);
    }
    for (int i = 0; i < std::min(row.days_size(), row.times_size()); ++i)
        leaf.days.emplace_back(static_cast<std::uint16_t>(row.days(i)), row.times(i));
    return leaf;
}

}  // namespace

rows::FrozenMonth row_of(const FrozenMonth& frozen) {
    rows::FrozenMonth row;
    row.set_month(frozen.month);
    for (const ResultCell& cell : frozen.cells)
        put(cell, *row.add_cells());
    for (const FrozenLeaf& leaf : frozen.leaves)
        put(leaf, *row.add_leaves());
    return row;
}

FrozenMonth frozen_month_of(const rows::FrozenMonth& row) {
    FrozenMonth frozen;
    frozen.month = row.month();
    for (const rows::ResultCell& cell : row.cells())
        frozen.cells.push_back(cell_of(cell));
    for (const rows::FrozenLeaf& leaf : row.leaves())
        frozen.leaves.push_back(leaf_of(leaf));
    return frozen;
}

}  // namespace jobbro::domain
