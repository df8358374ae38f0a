#include "hub/core/frozen_results.h"

#include <array>
#include <iterator>
#include <limits>
#include <utility>

#include "hub/domain/day.h"
#include "proto/base/assert.h"
#include "proto/contract/party_id.h"

namespace jobbro::core {
namespace {

Error out_of_bounds(const char* path) {
    return {ErrorCode::field_out_of_bounds, {}, path};
}

// On the wire 0 is for what is not told.
template <typename Wire, typename Domain>
Wire to_wire(Domain value) {
    return static_cast<Wire>(static_cast<int>(value) + 1);
}
static_assert(v1::RESULT_MEASURE_JOBCENTRE_FINDINGS == domain::measures);
static_assert(v1::RESULT_MEASURE_DAYS_TO_KNOW ==
              static_cast<int>(domain::Measure::days_to_know) + 1);
static_assert(v1::RESULTS_OF_JOBCENTRE == static_cast<int>(domain::ResultsOf::jobcentre) + 1);

bool has_parts(domain::Measure measure) {
    return measure != domain::Measure::courses && measure != domain::Measure::days_to_know;
}

bool is_period(std::uint32_t months) {
    return months == 1 || months == 3 || months == 12;
}

Result<domain::Figure> figure_of(const v1::ResultFigure& told) {
    const Error wrong{ErrorCode::tampered, "results that were told"};
    if (!v1::ResultMeasure_IsValid(told.measure()) || told.measure() == 0) return wrong;
    domain::Figure figure;
    figure.measure = static_cast<domain::Measure>(told.measure() - 1);
    figure.count = told.count();
    figure.median_half_days = told.median_half_days();
    const std::size_t parts = has_parts(figure.measure) ? domain::categories_of(figure.measure) : 0;
    if (static_cast<std::size_t>(told.percent_size()) != parts) return wrong;
    for (std::size_t i = 0; i < parts; ++i) {
        const std::uint32_t percent = told.percent(static_cast<int>(i));
        if (percent > 100) return wrong;
        figure.percent[i] = static_cast<std::uint8_t>(percent);
    }
    return figure;
}

// Latest first in an ascending order.
std::uint32_t backwards(domain::Month month) {
    return std::numeric_limits<std::uint32_t>::max() - month;
}

// What is asked for; a month that is not set does not bound.
struct Wanted {
    domain::Month from = 0;
    domain::Month until = std::numeric_limits<domain::Month>::max();
};

Result<Wanted> read_question(const v1::ResultsQuestion& asked) {
    if (!v1::ResultsOf_IsValid(asked.of())) return out_of_bounds("results.of");
    if (!asked.party().empty() && !contract::PartyId::parse(asked.party())) {
        return out_of_bounds("results.party");
    }
    if (asked.months() != 0 && !is_period(asked.months())) return out_of_bounds("results.months");
    Wanted wanted;
    if (!asked.from_month().empty()) {
        JOBBRO_TRY_ASSIGN(wanted.from, month_of_text(asked.from_month(), "results.from_month"));
    }
    if (!asked.until_month().empty()) {
        JOBBRO_TRY_ASSIGN(wanted.until, month_of_text(asked.until_month(), "results.until_month"));
    }
    return wanted;
}

}  // namespace

std::string month_text(domain::Month month) {
    JOBBRO_ASSERT(month / 12 < 10000);
    const std::string year = std::to_string(month / 12 + 10000).substr(1);
    return year + '-' + std::to_string(month % 12 + 101).substr(1);
}

Result<domain::Month> month_of_text(const std::string& text, const char* path) {
    const auto day = domain::parse_day(text + "-01");
    if (text.empty() || !day || !day->is_set()) return out_of_bounds(path);
    return domain::month_of(*day);
}

v1::ResultCell told_cell(const domain::ResultCell& cell) {
    v1::ResultCell told;
    told.set_of(to_wire<v1::ResultsOf>(cell.key.of));
    told.set_party(cell.key.party);
    told.set_offer_reference(cell.key.offer);
    told.set_first_month(month_text(cell.key.first));
    told.set_months(cell.key.months);
    for (const domain::Figure& figure : cell.figures) {
        v1::ResultFigure& row = *told.add_figures();
        row.set_measure(to_wire<v1::ResultMeasure>(figure.measure));
        row.set_count(figure.count);
        row.set_median_half_days(figure.median_half_days);
        if (!has_parts(figure.measure)) continue;
        for (std::size_t i = 0; i < domain::categories_of(figure.measure); ++i)
            row.add_percent(figure.percent[i]);
    }
    return told;
}

Result<domain::ResultCell> cell_of(const v1::ResultCell& told) {
    const Error wrong{ErrorCode::tampered, "results that were told"};
    const auto first = month_of_text(told.first_month(), "");
    const bool is_whole =
        v1::ResultsOf_IsValid(told.of()) && told.of() != 0 && first && is_period(told.months());
    if (!is_whole) return wrong;
    domain::ResultCell cell;
    cell.key = {static_cast<domain::ResultsOf>(told.of() - 1), told.party(), told.offer_reference(),
                *first, static_cast<std::uint8_t>(told.months())};
    for (const v1::ResultFigure& figure : told.figures()) {
        JOBBRO_TRY_ASSIGN(cell.figures.emplace_back(), figure_of(figure));
    }
    return cell;
}

FrozenResults::Key FrozenResults::key_of(const v1::ResultCell& cell) {
    const auto first = month_of_text(cell.first_month(), "");
    JOBBRO_ASSERT(first.has_value());
    return {cell.of(), cell.party(), cell.offer_reference(), backwards(*first), cell.months()};
}

void FrozenResults::add(const v1::ResultCell& cell) {
    const auto number = static_cast<std::uint32_t>(keys_.size() + 1);
    const auto [place, is_new] =
        cells_.emplace(key_of(cell), Numbered{cell.SerializeAsString(), number});
    JOBBRO_ASSERT(is_new);
    keys_.push_back(&place->first);
}

Result<FrozenResults::Listed> FrozenResults::list(const v1::ResultsQuestion& asked,
                                                  std::uint32_t after, std::size_t most,
                                                  std::size_t looks) const {
    JOBBRO_TRY_ASSIGN(const Wanted wanted, read_question(asked));
    if (after > keys_.size()) return out_of_bounds("after");
    auto next = after == 0 ? cells_.begin() : cells_.upper_bound(*keys_[after - 1]);
    Listed listed;
    for (; next != cells_.end() && listed.cells.size() < most; ++next) {
        if (looks == 0) {
            listed.stopped_at = std::prev(next)->second.number;
            break;
        }
        --looks;
        const auto& [of, party, offer, first_backwards, months] = next->first;
        const domain::Month first = backwards(first_backwards);
        const bool is_wanted =
            (asked.of() == v1::RESULTS_OF_UNSPECIFIED || asked.of() == of) &&
            (asked.party().empty() || asked.party() == party) &&
            (asked.offer_reference().empty() || asked.offer_reference() == offer) &&
            (asked.months() == 0 || asked.months() == months) && first >= wanted.from &&
            first <= wanted.until;
        if (!is_wanted) continue;
        Told& told = listed.cells.emplace_back();
        const bool is_cell = told.cell.ParseFromString(next->second.cell);
        JOBBRO_ASSERT(is_cell);
        told.number = next->second.number;
    }
    return listed;
}

}  // namespace jobbro::core
