#include "adapters/connectors/fate_text.h"

#include <gtest/gtest.h>

#include "proto/contract/validation.h"

namespace jobbro::connectors {
namespace {

constexpr Instant at{1'767'323'045'000'001};  // 2026-01-02T03:04:05.000001Z

TEST(FateText, TellsOfEachMessage) {
    v1::Finding finding;
    finding.set_code("citizen.cpr_check_digit");
    finding.set_severity(v1::FINDING_SEVERITY_REMARK);
    finding.set_field_path("citizen.cpr_number");
    MessageFate accepted;
    accepted.line = 1;
    accepted.message_id = "0190163d-8694-739b-aea5-966c26f8ad91";
    accepted.fate = kit::Receipt{accepted.message_id, Sequence{12}, at, {finding}};
    accepted.answered_at = at;
    MessageFate refused;
    refused.line = 3;
    refused.row = 2;
    refused.fate = Error{ErrorCode::json_type_wrong, "line 3, column 9", "order.start_date"};
    refused.is_earlier = true;
    const auto* const text = contract::find_finding_text("citizen.cpr_check_digit");
    EXPECT_EQ(fates_text("0a1b", {accepted, refused}),
              R"({
  "file": "0a1b",
  "messages": [
    {
      "line": 1,
      "message_id": "0190163d-8694-739b-aea5-966c26f8ad91",
      "answered_at": "2026-01-02T03:04:05.000001Z",
      "accepted": {
        "sequence": 12,
        "recorded_at": "2026-01-02T03:04:05.000001Z",
        "findings": [
          {
            "code": "citizen.cpr_check_digit",
            "severity": "remark",
            "field_path": "citizen.cpr_number",
            "text_da": ")" +
                  std::string{text->danish} + R"(",
            "text_en": ")" +
                  std::string{text->english} + R"("
          }
        ]
      }
    },
    {
      "line": 3,
      "row": 2,
      "answered_before": true,
      "refused": {
        "code": "json_type_wrong",
        "number": 326,
        "disposition": "fix",
        "field_path": "order.start_date",
        "line": 3,
        "column": 9,
        "detail": "line 3, column 9",
        "text_da": ")" +
                  std::string{error_text(ErrorCode::json_type_wrong).danish} + R"(",
        "text_en": ")" +
                  std::string{error_text(ErrorCode::json_type_wrong).english} + R"("
      }
    }
  ]
}
)");
}

TEST(FateText, ARefusalOfAWholeFileHasNoMessages) {
    EXPECT_EQ(refusal_text("0a1b", Error{ErrorCode::file_unreadable, "not a regular file"}), R"({
  "file": "0a1b",
  "refused": {
    "code": "file_unreadable",
    "number": 603,
    "disposition": "fix",
    "detail": "not a regular file",
    "text_da": ")" + std::string{error_text(ErrorCode::file_unreadable).danish} + R"(",
    "text_en": "The file cannot be read."
  }
}
)");
}

}  // namespace
}  // namespace jobbro::connectors
