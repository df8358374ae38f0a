#include "adapters/cli/message_lines.h"

#include <gmock/gmock.h>

namespace jobbro::cli {
namespace {

using ::testing::HasSubstr;

TEST(MessageLines, AReceiptTellsWhereAndWhen) {
    kit::Receipt receipt;
    receipt.message_id = "0199a5c0-0000-7000-8000-000000000001";
    receipt.sequence = Sequence{12};
    receipt.recorded_at = Instant{1'500'000'000'000'042};
    EXPECT_EQ(receipt_line(receipt),
              R"({"message_id":"0199a5c0-0000-7000-8000-000000000001","sequence":12,)"
              R"("recorded_at":"2017-07-14T02:40:00.000042Z","findings":[]})");
}

TEST(MessageLines, FindingsComeWithTheirSeverityAndText) {
    kit::Receipt receipt;
    v1::Finding finding;
    finding.set_code("order.citizen_only");
    finding.set_severity(v1::FINDING_SEVERITY_THIN);
    receipt.findings.push_back(finding);
    finding.set_code("of.a.later.version");
    finding.set_field_path("order");
    finding.clear_severity();
    receipt.findings.push_back(finding);
    const std::string line = receipt_line(receipt);
    EXPECT_THAT(
        line,
        HasSubstr(R"([{"code":"order.citizen_only","severity":"thin","field_path":"","text":")"));
    EXPECT_THAT(line,
                HasSubstr(R"({"code":"of.a.later.version","severity":"","field_path":"order"}])"));
}

TEST(MessageLines, ARejectionTellsWhatToDo) {
    const std::string line =
        rejection_line("id", Error{ErrorCode::cause_unknown, "why", "causes[0]"}, {3, {}});
    EXPECT_THAT(line, HasSubstr(R"({"message_id":"id","rejected":{"code":"cause_unknown",)"
                                R"("number":404,"disposition":"retry","field_path":"causes[0]",)"
                                R"("detail":"why","text":")"));
    EXPECT_THAT(line, HasSubstr(R"("},"line":3})"));
}

TEST(MessageLines, ARejectionOfARowOfASheetTellsWhich) {
    EXPECT_THAT(rejection_line("id", ErrorCode::order_unknown, {3, 0}),
                HasSubstr(R"("},"line":3,"row":0})"));
}

TEST(MessageLines, AThinDeliveryShowsItsNotification) {
    kit::Delivery delivery;
    delivery.sequence = Sequence{4};
    v1::Notification& notification = delivery.notification.emplace();
    notification.set_kind(v1::MESSAGE_KIND_COURSE_START);
    notification.set_sender("provider:13585628");
    notification.set_message_id("m");
    EXPECT_EQ(delivery_line(delivery),
              R"({"sequence":4,"recorded_at":"1970-01-01T00:00:00.000000Z","findings":[],)"
              R"("notification":{"kind":"course_start","sender":"provider:13585628",)"
              R"("message_id":"m","order_id":""}})");
    notification.set_kind(static_cast<v1::MessageKind>(77));
    EXPECT_THAT(delivery_line(delivery), HasSubstr(R"("kind":"77")"));
}

TEST(MessageLines, ADeliveryShowsTheEnvelope) {
    v1::Envelope envelope;
    envelope.set_message_id("m");
    envelope.mutable_order()->set_offer_reference("kursus");
    kit::Delivery delivery;
    delivery.sequence = Sequence{4};
    delivery.envelope = envelope.SerializeAsString();
    const std::string line = delivery_line(delivery);
    EXPECT_THAT(line, HasSubstr(R"({"sequence":4,"recorded_at":"1970-01-01T00:00:00.000000Z",)"
                                R"("findings":[],"message":{"message_id":"m")"));
    EXPECT_THAT(line, HasSubstr(R"("order":{"offer_reference":"kursus"})"));
}

TEST(MessageLines, AnEnvelopeThatCannotBeReadIsHandedOnWhole) {
    kit::Delivery delivery;
    delivery.envelope = "\xff\xff";
    EXPECT_THAT(delivery_line(delivery), HasSubstr(R"("envelope":"//8=")"));
}

}  // namespace
}  // namespace jobbro::cli
