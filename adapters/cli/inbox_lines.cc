#include "adapters/cli/inbox_lines.h"

#include "adapters/cli/json_line.h"
#include "adapters/cli/text_table.h"
#include "proto/contract/calendar.h"
#include "proto/contract/json.h"

namespace jobbro::cli {
namespace {

constexpr Wording what_word{"HVAD", "WHAT"};
constexpr Wording order_word{"BESTILLING", "ORDER"};
constexpr Wording other_word{"DEN ANDEN PART", "OTHER PARTY"};
constexpr Wording limit_word{"SENEST", "BY"};
constexpr Wording days_word{"DAGE", "DAYS"};
constexpr Wording about_word{"NUMMER", "SEQUENCE"};
constexpr Wording remark_word{"BEMÆRK", "NOTE"};
constexpr Wording today_word{"i dag", "today"};
constexpr Wording one_left_word{"1 dag tilbage", "1 day left"};
constexpr Wording left_word{"dage tilbage", "days left"};
constexpr Wording one_late_word{"1 dag for sent", "1 day late"};
constexpr Wording late_word{"dage for sent", "days late"};
constexpr Wording overdue_word{"OVERSKREDET", "OVERDUE"};
constexpr Wording theirs_word{"den anden part skal svare", "for the other party to do"};

std::string days_text(const std::string& limit, const std::string& today, Language language) {
    const auto by = contract::parse_date(limit);
    const auto now = contract::parse_date(today);
    if (!by || !now) return {};
    const auto days = (std::chrono::sys_days{*by} - std::chrono::sys_days{*now}).count();
    if (days == 0) return today_word.in(language);
    if (days == 1) return one_left_word.in(language);
    if (days == -1) return one_late_word.in(language);
    if (days > 0) return std::to_string(days) + " " + left_word.in(language);
    return std::to_string(-days) + " " + late_word.in(language);
}

std::string what_text(const v1::WaitingRow& row, Language language) {
    if (row.what() == v1::WAITING_FOR_REPORT) return word_for(row.report(), language);
    return word_for(row.what(), language);
}

std::string remark_of(const v1::WaitingRow& row, Language language) {
    std::string remark = row.is_overdue() ? overdue_word.in(language) : "";
    if (row.is_of_other_party()) {
        remark += remark.empty() ? "" : ", ";
        remark += theirs_word.in(language);
    }
    return remark;
}

}  // namespace

std::string inbox_json(const v1::Answer& answer) {
    std::string lines;
    for (const v1::WaitingRow& row : answer.waiting()) {
        lines +=
            JsonLine{}.text("today", answer.today()).raw("waiting", contract::to_json(row)).str() +
            "\n";
    }
    return lines;
}

std::string inbox_table(const v1::Answer& answer, Language language) {
    TextTable table{{what_word.in(language), limit_word.in(language), days_word.in(language),
                     order_word.in(language), other_word.in(language), about_word.in(language),
                     remark_word.in(language)}};
    for (const v1::WaitingRow& row : answer.waiting()) {
        table.add({what_text(row, language), row.limit_date(),
                   days_text(row.limit_date(), answer.today(), language), row.order_id(),
                   row.other_party(),
                   row.has_about_sequence() ? std::to_string(row.about_sequence()) : "",
                   remark_of(row, language)});
    }
    return table.str();
}

}  // namespace jobbro::cli
