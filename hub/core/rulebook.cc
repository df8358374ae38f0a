#include "hub/core/rulebook.h"

#include <algorithm>

namespace jobbro::core {
namespace {

using domain::Day;

// The calendar of the rules begins with 1900; what happened before is of no day.
constexpr Instant calendar_begins{std::int64_t{-25567} * 24 * 3600 * 1000000};

Day day_at(const domain::DanishTime& time, Instant instant) {
    return instant < calendar_begins ? Day{} : time.day_of(instant);
}

const v1::RuleSet* find_same_start(const std::vector<v1::RuleSet>& sets, const v1::RuleSet& set) {
    const auto found = std::find_if(sets.begin(), sets.end(), [&set](const v1::RuleSet& each) {
        return each.valid_from_date() == set.valid_from_date();
    });
    return found == sets.end() ? nullptr : &*found;
}

bool is_same(const v1::RuleSet& a, const v1::RuleSet& b) {
    return a.SerializeAsString() == b.SerializeAsString();
}

bool is_past(const v1::RuleSet& set, Day today) {
    return !set.valid_until_date().empty() && domain::day_of_field(set.valid_until_date()) < today;
}

// Whether `set` may follow on a recorded one of the same first day.
bool may_replace(const v1::RuleSet& recorded, const v1::RuleSet& set, Day today) {
    if (domain::day_of_field(recorded.valid_from_date()) > today) return true;
    v1::RuleSet same_end = set;
    same_end.set_valid_until_date(recorded.valid_until_date());
    return is_same(recorded, same_end) && !is_past(recorded, today) && !is_past(set, today);
}

// The log's rule sets as far as they are read.
class Reader {
  public:
    // One that stands in the log from that day on, or is to.
    Result<void> take(const v1::RuleSet& set, Day recorded) {
        JOBBRO_TRY_ASSIGN(const domain::RuleSet read, domain::read_rule_set(set));
        const auto gives_way = [&](const v1::RuleSet& each) {
            const auto other = domain::read_rule_set(each);
            return other->valid_from == read.valid_from ||
                   (other->valid_from > recorded && domain::overlap(*other, read));
        };
        domain::RuleSets rules;
        for (const v1::RuleSet& each : sets_) {
            if (!gives_way(each)) JOBBRO_TRY(rules.add(*domain::read_rule_set(each)));
        }
        JOBBRO_TRY(rules.add(read));
        sets_.erase(std::remove_if(sets_.begin(), sets_.end(), gives_way), sets_.end());
        sets_.push_back(set);
        rules_ = std::move(rules);
        return {};
    }
    [[nodiscard]] const std::vector<v1::RuleSet>& sets() const { return sets_; }
    [[nodiscard]] const domain::RuleSets& rules() const { return rules_; }

  private:
    std::vector<v1::RuleSet> sets_;
    domain::RuleSets rules_;
};

// By their first day, as the rules are.
Rulebook book_of(const domain::DanishTime& time, const Reader& reader) {
    std::vector<v1::RuleSet> messages = reader.sets();
    std::sort(messages.begin(), messages.end(), [](const v1::RuleSet& a, const v1::RuleSet& b) {
        return a.valid_from_date() < b.valid_from_date();
    });
    return {time, reader.rules(), std::move(messages)};
}

}  // namespace

const domain::RuleSet& Rulebook::rules_at(Instant instant) const {
    return rules.on(day_at(time, instant));
}

Result<void> Rulebook::check_in_force(Instant happened_at) const {
    const auto& sets = rules.all();
    if (sets.empty()) return {};
    const Day day = day_at(time, happened_at);
    const auto next = std::find_if(sets.begin(), sets.end(), [day](const domain::RuleSet& set) {
        return day < set.valid_from || set.is_in_force(day);
    });
    if (next == sets.end()) {
        return Error{ErrorCode::no_rules_in_force,
                     "the last day with rules was " + sets.back().valid_until.text(),
                     "happened_at"};
    }
    if (next->is_in_force(day)) return {};
    return Error{ErrorCode::no_rules_in_force,
                 "the first day with rules is " + next->valid_from.text(), "happened_at"};
}

Result<Rulebook> open_rulebook(journal::Journal& journal, std::span<const v1::RuleSet> configured,
                               Instant now, Randomness& randomness) {
    JOBBRO_TRY_ASSIGN(const auto time, domain::DanishTime::load());
    JOBBRO_TRY_ASSIGN(const auto recorded, journal.rule_sets());
    Reader reader;
    for (const auto& each : recorded)
        JOBBRO_TRY(reader.take(each.rules, time.day_of(each.recorded_at)));
    if (journal.is_sealed()) return book_of(time, reader);
    const Day today = time.day_of(journal.recording_time(now));
    for (const v1::RuleSet& set : configured) {
        JOBBRO_TRY(domain::read_rule_set(set));
        const v1::RuleSet* const known = find_same_start(reader.sets(), set);
        if (known != nullptr && is_same(*known, set)) continue;
        if (known != nullptr && !may_replace(*known, set, today)) {
            return Error{ErrorCode::rules_changed, set.name(), "valid_from_date"};
        }
        JOBBRO_TRY(reader.take(set, today));
        JOBBRO_TRY(journal.stage_rule_set(set, now, randomness));
    }
    JOBBRO_TRY(journal.commit(randomness));
    return book_of(time, reader);
}

}  // namespace jobbro::core
