// Rule sets as files: deploy/rules/README.md says what each key means.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "jobbro/v1/rules.pb.h"
#include "proto/base/result.h"

namespace jobbro::ops {

namespace rule_file_limits {
inline constexpr std::size_t file_bytes_max = std::size_t{64} * 1024;
inline constexpr std::size_t files_max = 256;
}  // namespace rule_file_limits

// A rule set, and the line of its valid_from.
struct RuleFile {
    v1::RuleSet rules;
    std::size_t line = 1;
};

// Reads a rule set. What is wrong is told in the error's detail with where it stands ("2011.toml,
// line 4, column 1: …"; `name` names the text) and what is allowed.
// Errors: config_syntax         not TOML; also a key given twice
//         config_key_unknown    the first unknown key, and the known one nearest to it
//         config_value_invalid  a value of the wrong type or out of its limits, or a missing key
//         dates_reversed        valid_until before valid_from
// Thread: any.
Result<RuleFile> parse_rule_file(std::string_view text, std::string_view name);

// The rule sets of the folder's *.toml, by their first day. Errors: as above; file_unreadable;
// rules_overlap, with the line of the later one; list_too_long. Thread: any.
Result<std::vector<v1::RuleSet>> read_rule_folder(const std::filesystem::path& folder);

}  // namespace jobbro::ops
