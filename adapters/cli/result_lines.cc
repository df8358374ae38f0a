#include "adapters/cli/result_lines.h"

#include <chrono>
#include <cstdio>

#include "adapters/cli/json_line.h"
#include "adapters/cli/text_table.h"
#include "proto/contract/calendar.h"
#include "proto/contract/json.h"

namespace jobbro::cli {
namespace {

constexpr Wording of_word{"FOR", "OF"};
constexpr Wording party_word{"PART", "PARTY"};
constexpr Wording offer_word{"TILBUD", "OFFER"};
constexpr Wording period_word{"PERIODE", "PERIOD"};
constexpr Wording measure_word{"MÅL", "MEASURE"};
constexpr Wording value_word{"TAL", "FIGURE"};
constexpr Wording median_word{"dage (median)", "days (median)"};
constexpr Wording half_word{",5", ".5"};

// "2011-01", or "2011-01/2011-03" for more months.
std::string period_of(const v1::ResultCell& cell) {
    const auto first = contract::parse_date(cell.first_month() + "-01");
    if (!first || cell.months() < 2 || cell.months() > 12) return cell.first_month();
    const auto last = *first + std::chrono::months{static_cast<std::int64_t>(cell.months()) - 1};
    char text[32] = {};
    std::snprintf(text, sizeof text, "%04d-%02u", static_cast<int>(last.year()),
                  static_cast<unsigned>(last.month()));
    return cell.first_month() + "/" + text;
}

std::string value_of(const v1::ResultFigure& figure, Language language) {
    if (figure.measure() == v1::RESULT_MEASURE_DAYS_TO_KNOW) {
        std::string days = std::to_string(figure.median_half_days() / 2);
        if (figure.median_half_days() % 2 == 1) days += half_word.in(language);
        return days + " " + median_word.in(language);
    }
    if (figure.percent().empty()) return std::to_string(figure.count());
    std::string parts;
    for (int i = 0; i < figure.percent_size(); ++i) {
        parts += parts.empty() ? "" : ", ";
        parts +=
            std::to_string(figure.percent(i)) + " % " + part_word(figure.measure(), i, language);
    }
    return parts;
}

}  // namespace

std::string results_json(const v1::Answer& answer) {
    std::string lines;
    for (const v1::ResultCell& cell : answer.results())
        lines += JsonLine{}.raw("result", contract::to_json(cell)).str() + "\n";
    return lines;
}

std::string results_table(const v1::Answer& answer, Language language) {
    TextTable table{{of_word.in(language), party_word.in(language), offer_word.in(language),
                     period_word.in(language), measure_word.in(language), value_word.in(language)}};
    for (const v1::ResultCell& cell : answer.results()) {
        const auto add = [&](const std::string& measure, const std::string& value) {
            table.add({word_for(cell.of(), language), cell.party(), cell.offer_reference(),
                       period_of(cell), measure, value});
        };
        for (const v1::ResultFigure& figure : cell.figures())
            add(word_for(figure.measure(), language), value_of(figure, language));
        if (cell.figures().empty()) add("", "");
    }
    return table.str();
}

}  // namespace jobbro::cli
