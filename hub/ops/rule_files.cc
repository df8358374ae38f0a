#include "hub/ops/rule_files.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <set>

#include "hub/ops/config_keys.h"

namespace jobbro::ops {
namespace {

constexpr std::string_view a_name = "a text of 1 to 64 bytes";
constexpr std::string_view a_date = "a date of the years 1900 to 2199, 2011-01-01";
constexpr std::string_view a_percentage = "a whole number from 0 to 100";
constexpr std::string_view a_span = "\"N weeks\" up to 520, \"N months\" up to 120, or \"none\"";
constexpr std::string_view some_days = "a whole number from 0 to 366, or \"off\"";
constexpr std::string_view some_steps = "a list of at most four whole numbers from 1 to 366";

// Takes a value, or says that it is not one that is allowed.
using Take = bool (*)(const toml::node& node, v1::RuleSet& rules);

struct Key {
    std::string_view table;
    std::string_view key;
    std::string_view allowed;
    Take take;
};

std::optional<std::uint32_t> number(const toml::node& node, std::int64_t least, std::int64_t most) {
    const toml::value<std::int64_t>* const value = node.as_integer();
    if (value == nullptr || value->get() < least || value->get() > most) return std::nullopt;
    return static_cast<std::uint32_t>(value->get());
}

bool is_text(const toml::node& node, std::string_view text) {
    const toml::value<std::string>* const value = node.as_string();
    return value != nullptr && value->get() == text;
}

// "13 weeks", "1 month".
bool take_span(const toml::node& node, v1::Span& span) {
    span.Clear();
    if (is_text(node, "none")) return true;
    const toml::value<std::string>* const value = node.as_string();
    if (value == nullptr) return false;
    const std::string& text = value->get();
    std::uint32_t count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit{read.ptr,
                                static_cast<std::size_t>(text.data() + text.size() - read.ptr)};
    if (read.ec != std::errc{} || count == 0) return false;
    if ((unit == " weeks" || unit == " week") && count <= 520) {
        span.set_weeks(count);
        return true;
    }
    if ((unit == " months" || unit == " month") && count <= 120) {
        span.set_months(count);
        return true;
    }
    return false;
}

template <auto mutable_limit>
bool take_under_age(const toml::node& node, v1::RuleSet& rules) {
    return take_span(node, *(rules.*mutable_limit)()->mutable_under_age());
}
template <auto mutable_limit>
bool take_from_age(const toml::node& node, v1::RuleSet& rules) {
    return take_span(node, *(rules.*mutable_limit)()->mutable_from_age());
}

// Categories stand in the order of v1::LegalCategory.
template <int category>
v1::CategoryRules& rules_of(v1::RuleSet& rules) {
    return *rules.mutable_categories(category - 1);
}
template <int category>
bool take_longest(const toml::node& node, v1::RuleSet& rules) {
    return take_span(node, *rules_of<category>(rules).mutable_longest());
}
template <int category>
bool take_longest_job_ready(const toml::node& node, v1::RuleSet& rules) {
    return take_span(node, *rules_of<category>(rules).mutable_longest_job_ready());
}
template <int category>
bool take_prolongable(const toml::node& node, v1::RuleSet& rules) {
    const toml::value<bool>* const value = node.as_boolean();
    if (value != nullptr) rules_of<category>(rules).set_prolongable_with_reason(value->get());
    return value != nullptr;
}
template <int category>
bool take_refund(const toml::node& node, v1::RuleSet& rules) {
    const auto percent = number(node, 0, 100);
    if (percent) rules_of<category>(rules).set_refund_percent(*percent);
    return percent.has_value();
}
template <int category>
bool take_months_on_benefit(const toml::node& node, v1::RuleSet& rules) {
    const auto months = number(node, 0, 120);
    if (months) rules_of<category>(rules).set_months_on_benefit(*months);
    return months.has_value();
}

template <auto set, int least, int most>
bool take_number(const toml::node& node, v1::RuleSet& rules) {
    const auto value = number(node, least, most);
    if (value) (rules.*set)(*value);
    return value.has_value();
}

template <auto set, auto clear, int least = 0, int most = 366>
bool take_alert(const toml::node& node, v1::RuleSet& rules) {
    v1::AlertSettings& alerts = *rules.mutable_alerts();
    if (is_text(node, "off")) {
        (alerts.*clear)();
        return true;
    }
    const auto value = number(node, least, most);
    if (value) (alerts.*set)(*value);
    return value.has_value();
}

template <auto add, auto clear>
bool take_steps(const toml::node& node, v1::RuleSet& rules) {
    const toml::array* const list = node.as_array();
    if (list == nullptr || list->size() > 4) return false;
    v1::AlertSettings& alerts = *rules.mutable_alerts();
    (alerts.*clear)();
    for (const toml::node& item : *list) {
        const auto days = number(item, 1, 366);
        if (!days) return false;
        (alerts.*add)(*days);
    }
    return true;
}

bool take_name(const toml::node& node, v1::RuleSet& rules) {
    const toml::value<std::string>* const value = node.as_string();
    if (value == nullptr || value->get().empty() || value->get().size() > 64) return false;
    rules.set_name(value->get());
    return true;
}

std::optional<std::string> date_text(const toml::node& node) {
    const toml::value<toml::date>* const value = node.as_date();
    if (value == nullptr || value->get().year < 1900 || value->get().year > 2199) {
        return std::nullopt;
    }
    const auto two = [](unsigned part) {
        return std::string{part < 10 ? "-0" : "-"} + std::to_string(part);
    };
    const toml::date& date = value->get();
    return std::to_string(date.year) + two(date.month) + two(date.day);
}

bool take_valid_from(const toml::node& node, v1::RuleSet& rules) {
    const auto date = date_text(node);
    if (date) rules.set_valid_from_date(*date);
    return date.has_value();
}
bool take_valid_until(const toml::node& node, v1::RuleSet& rules) {
    const auto date = date_text(node);
    if (date) rules.set_valid_until_date(*date);
    return date.has_value();
}

using Rules = v1::RuleSet;
using Alerts = v1::AlertSettings;

template <int category>
constexpr std::array<Key, 5> category_keys(std::string_view table) {
    return {{
        {table, "longest", a_span, take_longest<category>},
        {table, "longest_job_ready", a_span, take_longest_job_ready<category>},
        {table, "prolongable_with_reason", "true or false", take_prolongable<category>},
        {table, "refund_percent", a_percentage, take_refund<category>},
        {table, "months_on_benefit", "a whole number from 0 to 120",
         take_months_on_benefit<category>},
    }};
}
constexpr auto guidance_keys = category_keys<1>("guidance_and_upskilling");
constexpr auto placement_keys = category_keys<2>("work_placement");
constexpr auto employment_keys = category_keys<3>("subsidised_employment");

// clang-format off
constexpr Key plain_keys[] = {
    {"", "name", a_name, take_name},
    {"", "valid_from", a_date, take_valid_from},
    {"", "valid_until", a_date, take_valid_until},
    {"", "age_limit", "a whole number from 0 to 120", take_number<&Rules::set_age_limit, 0, 120>},
    {"refund", "ordinary_education_percent", a_percentage,
     take_number<&Rules::set_ordinary_education_refund_percent, 0, 100>},
    {"refund", "passive_percent", a_percentage,
     take_number<&Rules::set_passive_refund_percent, 0, 100>},
};
constexpr Key limit_keys[] = {
    {"limits", "first_interview", a_span, take_from_age<&Rules::mutable_first_interview>},
    {"limits", "first_interview_under_age", a_span,
     take_under_age<&Rules::mutable_first_interview>},
    {"limits", "interviews", a_span, take_from_age<&Rules::mutable_interviews>},
    {"limits", "interviews_under_age", a_span, take_under_age<&Rules::mutable_interviews>},
    {"limits", "first_offer", a_span, take_from_age<&Rules::mutable_first_offer>},
    {"limits", "first_offer_under_age", a_span, take_under_age<&Rules::mutable_first_offer>},
    {"limits", "first_offer_lasts", a_span, take_from_age<&Rules::mutable_first_offer_lasts>},
    {"limits", "first_offer_lasts_under_age", a_span,
     take_under_age<&Rules::mutable_first_offer_lasts>},
    {"limits", "new_offer", a_span, take_from_age<&Rules::mutable_new_offer>},
    {"limits", "new_offer_under_age", a_span, take_under_age<&Rules::mutable_new_offer>},
};
constexpr Key alert_keys[] = {
    {"alerts", "order_unanswered_days", some_days,
     take_alert<&Alerts::set_order_unanswered_days, &Alerts::clear_order_unanswered_days>},
    {"alerts", "question_unanswered_days", some_days,
     take_alert<&Alerts::set_question_unanswered_days, &Alerts::clear_question_unanswered_days>},
    {"alerts", "not_started_days", some_days,
     take_alert<&Alerts::set_not_started_days, &Alerts::clear_not_started_days>},
    {"alerts", "report_due_soon_days", some_days,
     take_alert<&Alerts::set_report_due_soon_days, &Alerts::clear_report_due_soon_days>},
    {"alerts", "report_overdue_days", some_days,
     take_alert<&Alerts::set_report_overdue_days, &Alerts::clear_report_overdue_days>},
    {"alerts", "report_overdue_steps", some_steps,
     take_steps<&Alerts::add_report_overdue_steps, &Alerts::clear_report_overdue_steps>},
    {"alerts", "no_shows_in_a_row", "a whole number from 2 to 30, or \"off\"",
     take_alert<&Alerts::set_no_shows_in_a_row, &Alerts::clear_no_shows_in_a_row, 2, 30>},
    {"alerts", "first_days_absent", "a whole number from 1 to 10, or \"off\"",
     take_alert<&Alerts::set_first_days_absent, &Alerts::clear_first_days_absent, 1, 10>},
    {"alerts", "absent_share_percent", "a whole number from 1 to 100, or \"off\"",
     take_alert<&Alerts::set_absent_share_percent, &Alerts::clear_absent_share_percent, 1, 100>},
    {"alerts", "absent_share_weeks", "a whole number from 1 to 12",
     take_alert<&Alerts::set_absent_share_weeks, &Alerts::clear_absent_share_weeks, 1, 12>},
    {"alerts", "course_ending_days", some_days,
     take_alert<&Alerts::set_course_ending_days, &Alerts::clear_course_ending_days>},
    {"alerts", "job_plan_ending_days", some_days,
     take_alert<&Alerts::set_job_plan_ending_days, &Alerts::clear_job_plan_ending_days>},
    {"alerts", "follow_up_days", some_days,
     take_alert<&Alerts::set_follow_up_days, &Alerts::clear_follow_up_days>},
    {"alerts", "follow_up_steps", some_steps,
     take_steps<&Alerts::add_follow_up_steps, &Alerts::clear_follow_up_steps>},
    {"alerts", "statutory_near_days", some_days,
     take_alert<&Alerts::set_statutory_near_days, &Alerts::clear_statutory_near_days>},
};
// clang-format on

// Visits every key there is; stops where the visitor says so.
template <typename Visit>
void for_each_key(Visit visit) {
    const auto all = [&visit](const auto& keys) {
        for (const Key& key : keys)
            visit(key);
    };
    all(plain_keys);
    all(guidance_keys);
    all(placement_keys);
    all(employment_keys);
    all(limit_keys);
    all(alert_keys);
}

const Key* find_key(std::string_view table, std::string_view key) {
    const Key* found = nullptr;
    for_each_key([&](const Key& known) {
        if (known.table == table && known.key == key) found = &known;
    });
    return found;
}

bool is_table(std::string_view name) {
    bool found = false;
    for_each_key([&](const Key& known) { found = found || known.table == name; });
    return found && !name.empty();
}

// Of keys by their whole name, tables included.
std::string nearest_name(std::string_view table, std::string_view key) {
    std::string nearest;
    std::size_t least = 0;
    for_each_key([&](const Key& known) {
        const std::size_t distance =
            2 * edit_distance(key.substr(0, 64), known.key) + (known.table == table ? 0 : 1);
        if (!nearest.empty() && distance >= least) return;
        nearest = dotted(known.table, known.key);
        least = distance;
    });
    return nearest;
}

// What stands where it is left out.
v1::RuleSet defaults() {
    v1::RuleSet rules;
    for (int category = 1; category <= 3; ++category)
        rules.add_categories()->set_category(static_cast<v1::LegalCategory>(category));
    v1::AlertSettings& alerts = *rules.mutable_alerts();
    alerts.set_order_unanswered_days(7);
    alerts.set_question_unanswered_days(5);
    alerts.set_report_overdue_days(3);
    alerts.add_report_overdue_steps(10);
    alerts.set_no_shows_in_a_row(3);
    alerts.set_first_days_absent(5);
    alerts.set_absent_share_weeks(4);
    alerts.set_course_ending_days(14);
    alerts.set_follow_up_days(14);
    alerts.add_follow_up_steps(14);
    alerts.set_statutory_near_days(14);
    return rules;
}

// Reads one file; the fault that stands first in it is the one told.
class Reader {
  public:
    explicit Reader(std::string_view name) : name_(name) {}

    Result<RuleFile> read(const toml::table& root);
    [[nodiscard]] Error error(ErrorCode code, toml::source_position at,
                              const std::string& what) const {
        return Error{code, std::string{name_} + ", line " + std::to_string(at.line) + ", column " +
                               std::to_string(at.column) + ": " + what};
    }

  private:
    void read_table(const toml::table& table, std::string_view name);
    void read_key(const toml::key& key, const toml::node& node, std::string_view table);
    void note(ErrorCode code, toml::source_position at, const std::string& what);

    std::string_view name_;
    RuleFile file_{defaults(), 1};
    std::set<std::string> given_;
    std::optional<Error> first_;
    toml::source_position first_at_{};
};

void Reader::note(ErrorCode code, toml::source_position at, const std::string& what) {
    const bool is_first = !first_ || at.line < first_at_.line ||
                          (at.line == first_at_.line && at.column < first_at_.column);
    if (!is_first) return;
    first_ = error(code, at, what);
    first_at_ = at;
}

void Reader::read_key(const toml::key& key, const toml::node& node, std::string_view table) {
    const Key* const known = find_key(table, key.str());
    if (known == nullptr) {
        return note(ErrorCode::config_key_unknown, key.source().begin,
                    "unknown key; the nearest known one is " + nearest_name(table, key.str()));
    }
    const std::string name = dotted(table, key.str());
    given_.insert(name);
    if (name == "valid_from") file_.line = key.source().begin.line;
    if (!known->take(node, file_.rules)) {
        note(ErrorCode::config_value_invalid, node.source().begin,
             name + " must be " + std::string{known->allowed});
    }
}

void Reader::read_table(const toml::table& table, std::string_view name) {
    for (auto&& [key, node] : table) {
        const toml::table* const inner = node.as_table();
        if (inner != nullptr && name.empty() && is_table(key.str())) {
            read_table(*inner, key.str());
        } else {
            read_key(key, node, name);
        }
    }
}

Result<RuleFile> Reader::read(const toml::table& root) {
    read_table(root, "");
    if (first_) return *first_;
    for (const char* const required : {"name", "valid_from"}) {
        if (given_.contains(required)) continue;
        return error(ErrorCode::config_value_invalid, {1, 1},
                     std::string{required} + " is missing");
    }
    v1::RuleSet& rules = file_.rules;
    if (!rules.valid_until_date().empty() && rules.valid_until_date() < rules.valid_from_date()) {
        return error(ErrorCode::dates_reversed, root.get("valid_until")->source().begin,
                     "valid_until comes before valid_from");
    }
    const auto same_for_all = [this](const char* key, v1::LimitByAge& limit) {
        if (given_.contains("limits." + std::string{key} + "_under_age")) return;
        if (limit.has_from_age()) *limit.mutable_under_age() = limit.from_age();
    };
    same_for_all("first_interview", *rules.mutable_first_interview());
    same_for_all("interviews", *rules.mutable_interviews());
    same_for_all("first_offer", *rules.mutable_first_offer());
    same_for_all("first_offer_lasts", *rules.mutable_first_offer_lasts());
    same_for_all("new_offer", *rules.mutable_new_offer());
    return std::move(file_);
}

Result<std::string> text_of(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::string text(rule_file_limits::file_bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    const auto bytes = static_cast<std::size_t>(file.gcount());
    if (file.bad() || !file.eof() || bytes > rule_file_limits::file_bytes_max) {
        return Error{ErrorCode::file_unreadable, path.filename().string()};
    }
    text.resize(bytes);
    return text;
}

struct NamedFile {
    std::string name;
    RuleFile file;
};

// `files` by their first day.
Result<void> check_overlap(const std::vector<NamedFile>& files) {
    for (std::size_t i = 1; i < files.size(); ++i) {
        const std::string& until = files[i - 1].file.rules.valid_until_date();
        if (!until.empty() && until < files[i].file.rules.valid_from_date()) continue;
        return Error{ErrorCode::rules_overlap,
                     files[i].name + ", line " + std::to_string(files[i].file.line) +
                         ": valid on days on which " + files[i - 1].name + " is valid too"};
    }
    return {};
}

}  // namespace

Result<RuleFile> parse_rule_file(std::string_view text, std::string_view name) {
    const toml::parse_result parsed = toml::parse(text);
    Reader reader{name};
    if (!parsed) {
        return reader.error(ErrorCode::config_syntax, parsed.error().source().begin, "not TOML");
    }
    return reader.read(parsed.table());
}

Result<std::vector<v1::RuleSet>> read_rule_folder(const std::filesystem::path& folder) {
    std::error_code failed;
    std::set<std::filesystem::path> paths;
    for (std::filesystem::directory_iterator entry{folder, failed}, end; !failed && entry != end;
         entry.increment(failed)) {
        if (entry->path().extension() == ".toml") paths.insert(entry->path());
    }
    if (failed) return Error{ErrorCode::file_unreadable, folder.filename().string()};
    if (paths.size() > rule_file_limits::files_max) return ErrorCode::list_too_long;
    std::vector<NamedFile> files;
    for (const std::filesystem::path& path : paths) {
        const std::string name = path.filename().string();
        JOBBRO_TRY_ASSIGN(const std::string text, text_of(path));
        JOBBRO_TRY_ASSIGN(RuleFile file, parse_rule_file(text, name));
        files.push_back({name, std::move(file)});
    }
    std::stable_sort(files.begin(), files.end(), [](const NamedFile& a, const NamedFile& b) {
        return a.file.rules.valid_from_date() < b.file.rules.valid_from_date();
    });
    JOBBRO_TRY(check_overlap(files));
    std::vector<v1::RuleSet> rules;
    for (NamedFile& named : files)
        rules.push_back(std::move(named.file.rules));
    return rules;
}

}  // namespace jobbro::ops
