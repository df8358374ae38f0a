// Rule sets as entries.
#include "hub/journal/journal.h"
#include "hub/journal/tables.h"

namespace jobbro::journal {
namespace {

constexpr BytesView rule_sets_key = "rule-sets";

}  // namespace

Result<Sequence> Journal::stage_rule_set(const v1::RuleSet& rules, Instant now,
                                         Randomness& randomness) {
    JOBBRO_TRY_ASSIGN(
        const Sequence sequence,
        stage_own(v1::MESSAGE_KIND_RULE_SET, rules.SerializeAsString(), now, randomness));
    rule_sets_.push_back(sequence);
    Bytes row;
    for (const Sequence each : rule_sets_)
        append_big_endian(row, each.value());
    batch_.put(log_table::head, rule_sets_key, row);
    return sequence;
}

Result<std::vector<Journal::RecordedRules>> Journal::rule_sets() {
    std::vector<RecordedRules> all;
    for (const Sequence sequence : rule_sets_) {
        JOBBRO_TRY_ASSIGN(const auto entry, read(sequence));
        RecordedRules& each = all.emplace_back();
        each.recorded_at = entry->recorded_at;
        if (entry->index.kind() != v1::MESSAGE_KIND_RULE_SET ||
            !each.rules.ParseFromString(entry->body)) {
            return Error{ErrorCode::tampered, "the row of the rule sets"};
        }
    }
    return all;
}

Result<void> Journal::read_rule_sets() {
    JOBBRO_TRY_ASSIGN(const auto row, log_->get(log_table::head, rule_sets_key));
    if (!row) return {};
    const Error wrong{ErrorCode::tampered, "the row of the rule sets"};
    if (row->size() % 8 != 0) return wrong;
    for (std::size_t at = 0; at < row->size(); at += 8) {
        const Sequence sequence{read_big_endian<std::uint64_t>(*row, at)};
        const bool ascends = rule_sets_.empty() || rule_sets_.back() < sequence;
        if (!ascends || sequence.value() >= tree_.size().value()) return wrong;
        rule_sets_.push_back(sequence);
    }
    return {};
}

}  // namespace jobbro::journal
