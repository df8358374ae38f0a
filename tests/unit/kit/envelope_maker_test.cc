#include "adapters/kit/envelope_maker.h"

#include "proto/evidence/keys.h"
#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {
namespace {

class SettableClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override { return now_; }
    Instant now_{1'900'000'000'123'456};
};

// Always the same bytes, as unlucky as randomness can be.
class OnesOnly final : public Randomness {
  public:
    void fill(std::span<std::uint8_t> out) override {
        for (std::uint8_t& byte : out)
            byte = 0xFF;
    }
};

v1::Envelope order() {
    v1::Envelope envelope;
    envelope.mutable_audience()->set_party("provider:13585628");
    envelope.set_order_id("0199a5c0-0000-7000-8000-000000000001");
    envelope.mutable_citizen()->set_cpr_number("690870-1478");
    envelope.mutable_order();
    return envelope;
}

class EnvelopeMakerTest : public ::testing::Test {
  protected:
    SettableClock clock_;
    SeededRandomness randomness_{5};
    const evidence::SigningKey key_ = party_keys().signing.copy();
    EnvelopeMaker maker_{"jobcentre:630", EnvelopeMaker::salt_key_of(key_), clock_, randomness_};
};

TEST_F(EnvelopeMakerTest, FillsInWhatIsUnset) {
    const auto made = maker_.make(order());
    ASSERT_TRUE(made.has_value()) << made.error().line();
    v1::Envelope read;
    ASSERT_TRUE(read.ParseFromString(made->bytes));
    EXPECT_EQ(read.sender(), "jobcentre:630");
    EXPECT_EQ(read.schema_version(), 1U);
    EXPECT_EQ(read.salt().size(), 16U);
    EXPECT_EQ(read.happened_at().seconds(), 1'900'000'000);
    EXPECT_EQ(read.happened_at().nanos(), 123'456'000);
    EXPECT_EQ(made->message_id, read.message_id());
    EXPECT_EQ(made->order_id, read.order_id());
    const auto id = contract::MessageId::parse(read.message_id());
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(id->milliseconds(), 1'900'000'000'123);
}

TEST_F(EnvelopeMakerTest, FillsInTheAudienceThatTheKindLeavesNoChoiceOf) {
    const auto audience_of = [&](const v1::Envelope& envelope) {
        v1::Envelope read;
        EXPECT_TRUE(read.ParseFromString(maker_.make(envelope, false)->bytes));
        return read.audience().to_case();
    };
    v1::Envelope envelope;
    envelope.set_order_id("0199a5c0-0000-7000-8000-000000000001");
    envelope.mutable_follow_up();
    EXPECT_EQ(audience_of(envelope), v1::Audience::kOrderParties);
    envelope.mutable_course_outcome();
    EXPECT_EQ(audience_of(envelope), v1::Audience::kSenderOnly);
    envelope.mutable_job_plan_extract();
    EXPECT_EQ(audience_of(envelope), v1::Audience::kOrderParties);
    envelope.clear_order_id();
    EXPECT_EQ(audience_of(envelope), v1::Audience::kSenderOnly);
    envelope.mutable_offer_withdrawn();
    EXPECT_EQ(audience_of(envelope), v1::Audience::kAllWithGround);
    envelope.mutable_audience()->set_party("jobcentre:101");
    EXPECT_EQ(audience_of(envelope), v1::Audience::kParty) << "what is set is left";
    for (const bool is_transfer : {false, true}) {
        v1::Envelope to_one;
        is_transfer ? static_cast<void>(to_one.mutable_case_transfer())
                    : static_cast<void>(to_one.mutable_order());
        EXPECT_EQ(audience_of(to_one), v1::Audience::TO_NOT_SET) << "the sender has to choose";
    }
}

TEST_F(EnvelopeMakerTest, LeavesWhatIsSet) {
    v1::Envelope envelope = order();
    envelope.set_message_id("0199a5c0-0000-7000-8000-0000000000aa");
    envelope.set_salt("0123456789abcdef");
    envelope.mutable_happened_at()->set_seconds(1'800'000'000);
    const auto made = maker_.make(envelope);
    ASSERT_TRUE(made.has_value()) << made.error().line();
    v1::Envelope read;
    ASSERT_TRUE(read.ParseFromString(made->bytes));
    EXPECT_EQ(read.message_id(), "0199a5c0-0000-7000-8000-0000000000aa");
    EXPECT_EQ(read.salt(), "0123456789abcdef");
    EXPECT_EQ(read.happened_at().seconds(), 1'800'000'000);
}

TEST_F(EnvelopeMakerTest, TheSameContentUnderAGivenIdMakesTheSameBytes) {
    v1::Envelope envelope = order();
    envelope.set_message_id("0199a5c0-0000-7000-8000-0000000000aa");
    envelope.mutable_happened_at()->set_seconds(1'800'000'000);
    const auto made = maker_.make(envelope);
    SeededRandomness other_randomness{6};
    EnvelopeMaker again{"jobcentre:630", EnvelopeMaker::salt_key_of(key_), clock_,
                        other_randomness};
    EXPECT_EQ(again.make(envelope)->bytes, made->bytes);
    const auto other_key = party_keys(8);
    EnvelopeMaker other{"jobcentre:630", EnvelopeMaker::salt_key_of(other_key.signing), clock_,
                        other_randomness};
    EXPECT_NE(other.make(envelope)->bytes, made->bytes);
    envelope.set_message_id("0199a5c0-0000-7000-8000-0000000000ab");
    v1::Envelope first;
    v1::Envelope second;
    ASSERT_TRUE(first.ParseFromString(made->bytes));
    ASSERT_TRUE(second.ParseFromString(maker_.make(envelope)->bytes));
    EXPECT_NE(first.salt(), second.salt());
}

TEST_F(EnvelopeMakerTest, WrongContentIsRefusedBeforeItIsSent) {
    v1::Envelope envelope = order();
    envelope.mutable_citizen()->set_cpr_number("311311-1111");
    EXPECT_THAT(maker_.make(envelope), FailsWith(ErrorCode::cpr_invalid));
    EXPECT_TRUE(maker_.make(envelope, false).has_value()) << "unless the hub is to decide";
}

TEST_F(EnvelopeMakerTest, AnotherPartysNameIsRefused) {
    v1::Envelope envelope = order();
    envelope.set_sender("jobcentre:101");
    EXPECT_THAT(maker_.make(envelope), FailsWith(ErrorCode::sender_wrong));
}

TEST_F(EnvelopeMakerTest, MessageIdsRiseAlsoWhenTheClockStepsBack) {
    auto last = maker_.next_message_id();
    for (int i = 0; i < 2000; ++i) {
        if (i % 7 == 0) clock_.now_ = clock_.now_.plus_ms(i % 2 == 0 ? 3 : -40);
        const auto next = maker_.next_message_id();
        ASSERT_LT(last, next);
        last = next;
    }
}

TEST(EnvelopeMaker, MessageIdsCountIntoTheNextMillisecondWhenAllAreUsed) {
    const SettableClock clock;
    OnesOnly randomness;
    const auto keys = party_keys();
    EnvelopeMaker maker{"jobcentre:630", EnvelopeMaker::salt_key_of(keys.signing), clock,
                        randomness};
    const auto last_of_ms = maker.next_message_id();
    const auto next = maker.next_message_id();
    EXPECT_LT(last_of_ms, next);
    EXPECT_EQ(next.milliseconds(), last_of_ms.milliseconds() + 1);
    EXPECT_TRUE(contract::is_uuid7(next.bytes()));
}

}  // namespace
}  // namespace jobbro::kit
