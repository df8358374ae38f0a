// The tables of proto/README.md, held to the lists they are made from.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/limits.h"
#include "proto/contract/kinds.h"
#include "proto/contract/validation.h"

namespace jobbro {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Row = std::vector<std::string>;

std::string contract_page() {
    std::ifstream file(JOBBRO_SOURCE_DIR "/proto/README.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The cells of "| a | b |".
Row cells_of(std::string_view line) {
    constexpr std::string_view border = " | ";
    Row cells;
    std::string_view rest = line.substr(2, line.size() - 4);
    for (std::size_t end = rest.find(border); end != std::string_view::npos;
         end = rest.find(border)) {
        cells.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + border.size());
    }
    cells.emplace_back(rest);
    return cells;
}

// The rows of the tables under a heading, "## Limits", that begin with a name in code, without its
// quotes.
std::vector<Row> rows_under(std::string_view page, std::string_view heading) {
    std::istringstream lines{std::string{page}};
    std::vector<Row> rows;
    bool is_under = false;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t level = line.find_first_not_of('#');
        if (line == heading) {
            is_under = true;
        } else if (level != 0 && level <= heading.find_first_not_of('#')) {
            is_under = false;
        }
        if (!is_under || line.rfind("| `", 0) != 0 || line.substr(line.size() - 2) != " |") {
            continue;
        }
        Row row = cells_of(line);
        row[0] = row[0].substr(1, row[0].size() - 2);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string name_of(Disposition disposition) {
    switch (disposition) {
        case Disposition::fix:
            return "fix";
        case Disposition::retry:
            return "retry";
        case Disposition::never:
            return "never";
    }
    return {};
}

// 262144 as "262,144".
std::string with_commas(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

TEST(ContractPage, RowsAreReadFromTheirSectionAlone) {
    const std::string page =
        "## One\n| `a` | 1 |\n"
        "## Two\n### Part\n| code | number |\n| --- | --- |\n| `b` | 2 | c, d |\n| `e` | 3 |\n"
        "### Other part\n| `g` | 5 |\n"
        "## Three\n| `f` | 4 |\n";
    EXPECT_THAT(rows_under(page, "## Two"),
                ElementsAre(Row{"b", "2", "c, d"}, Row{"e", "3"}, Row{"g", "5"}));
    EXPECT_THAT(rows_under(page, "### Part"), ElementsAre(Row{"b", "2", "c, d"}, Row{"e", "3"}));
    EXPECT_THAT(rows_under(page, "### Other part"), ElementsAre(Row{"g", "5"}));
    EXPECT_THAT(rows_under(page, "## Four"), IsEmpty());
}

TEST(ContractPage, ErrorsAreThoseOfTheListInItsOrder) {
    std::vector<Row> listed;
    for (const ErrorText& text : error_texts) {
        listed.push_back({std::string{text.name}, std::to_string(static_cast<int>(text.code)),
                          name_of(text.disposition), std::string{text.english}});
    }
    std::vector<Row> told = rows_under(contract_page(), "## Errors");
    for (Row& row : told) {
        ASSERT_EQ(row.size(), 5U) << row[0];
        EXPECT_GE(row[4].size(), 5U) << row[0] << " does not say what the client does";
        row.pop_back();
    }
    EXPECT_EQ(told, listed);
}

TEST(ContractPage, FindingsAreThoseOfTheListInItsOrder) {
    std::vector<Row> listed;
    for (const contract::FindingText& text : contract::finding_texts()) {
        listed.push_back({std::string{text.code},
                          std::string{contract::severity_name(text.severity)},
                          std::string{text.english}});
    }
    EXPECT_EQ(rows_under(contract_page(), "## Findings"), listed);
}

std::string name_of(contract::Presence presence) {
    switch (presence) {
        case contract::Presence::required:
            return "required";
        case contract::Presence::optional:
            return "optional";
        case contract::Presence::none:
            return "none";
    }
    return {};
}

std::string senders_of(const contract::KindRule& rule) {
    if (rule.by_jobcentre && rule.by_provider) return "either";
    if (rule.by_jobcentre) return "jobcentre";
    return rule.by_provider ? "provider" : "the hub";
}

std::string in_code(std::string_view name) {
    return "`" + std::string{name} + "`";
}

std::string kinds_answered_by(const contract::KindRule& rule) {
    std::string kinds;
    for (const v1::MessageKind kind : rule.answered) {
        kinds += (kinds.empty() ? "" : ", ") + in_code(contract::kind_name(kind));
    }
    return rule.answers ? kinds : "no";
}

TEST(ContractPage, KindsAreThoseOfTheTableInItsOrder) {
    std::vector<Row> listed;
    for (const contract::KindRule& rule : contract::kind_rules()) {
        const auto* audience = v1::Audience::descriptor()->FindFieldByNumber(rule.audience);
        ASSERT_NE(audience, nullptr) << rule.kind;
        const std::string also = rule.jobcentre_alone ? ", `party`" : "";
        listed.push_back({std::string{contract::kind_name(rule.kind)}, senders_of(rule),
                          name_of(rule.order), name_of(rule.citizen),
                          in_code(audience->name()) + also, kinds_answered_by(rule)});
    }
    EXPECT_EQ(rows_under(contract_page(), "### What is accepted"), listed);
}

TEST(ContractPage, LimitsAreThoseOfTheCode) {
    std::map<std::string, std::uint64_t> known;
#define JOBBRO_LIMIT(name) known.emplace(#name, static_cast<std::uint64_t>(limits::name))
    JOBBRO_LIMIT(frame_bytes_max);
    JOBBRO_LIMIT(frame_bytes_cut);
    JOBBRO_LIMIT(envelope_bytes_max);
    JOBBRO_LIMIT(envelopes_per_submit_max);
    JOBBRO_LIMIT(blocked_lanes_per_session_max);
    JOBBRO_LIMIT(causes_max);
    JOBBRO_LIMIT(orders_per_subject_max);
    JOBBRO_LIMIT(credit_max);
    JOBBRO_LIMIT(unacked_bytes_max);
    JOBBRO_LIMIT(subscriptions_per_party_max);
    JOBBRO_LIMIT(subscription_name_bytes_max);
    JOBBRO_LIMIT(party_id_bytes_max);
    JOBBRO_LIMIT(software_bytes_max);
    JOBBRO_LIMIT(heartbeat_ms);
    JOBBRO_LIMIT(session_silent_ms_max);
    JOBBRO_LIMIT(clock_ahead_ms_max);
    JOBBRO_LIMIT(kinds_of_subscription_max);
    JOBBRO_LIMIT(parked_per_subscription_max);
    JOBBRO_LIMIT(parked_total_max);
    JOBBRO_LIMIT(parked_attempts_max);
    JOBBRO_LIMIT(parked_delay_s_max);
    JOBBRO_LIMIT(parked_list_page);
    JOBBRO_LIMIT(parked_act_sequences_max);
    JOBBRO_LIMIT(nack_reason_bytes_max);
    JOBBRO_LIMIT(readings_per_turn_max);
    JOBBRO_LIMIT(proofs_per_turn_max);
    JOBBRO_LIMIT(query_rows_max);
    JOBBRO_LIMIT(queries_per_turn_max);
    JOBBRO_LIMIT(queries_per_party_and_turn_max);
    JOBBRO_LIMIT(query_looks_max);
    JOBBRO_LIMIT(query_cells_max);
    JOBBRO_LIMIT(query_after_bytes_max);
    JOBBRO_LIMIT(replays_max);
    JOBBRO_LIMIT(replay_page_entries_max);
    JOBBRO_LIMIT(replay_looks_max);
    JOBBRO_LIMIT(replay_found_max);
    JOBBRO_LIMIT(replay_kinds_max);
    JOBBRO_LIMIT(ground_bytes_max);
#undef JOBBRO_LIMIT
    const std::vector<Row> told = rows_under(contract_page(), "## Limits");
    EXPECT_EQ(told.size(), known.size());
    for (const Row& row : told) {
        ASSERT_EQ(known.count(row[0]), 1U) << row[0];
        EXPECT_EQ(row[1], with_commas(known.at(row[0]))) << row[0];
    }
}

}  // namespace
}  // namespace jobbro
