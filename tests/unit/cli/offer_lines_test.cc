#include "adapters/cli/offer_lines.h"

#include <gmock/gmock.h>

#include "adapters/cli/offer_file.h"

namespace jobbro::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::Answer one_offer() {
    v1::Answer answer;
    v1::OfferStanding& row = *answer.add_offers();
    row.set_provider("provider:13585628");
    v1::OfferPublished& offer = *row.mutable_offer();
    offer.set_offer_reference("V-12");
    offer.set_name("Workshop");
    offer.add_purposes(v1::PURPOSE_EMPLOYMENT);
    offer.add_purposes(v1::PURPOSE_SOCIAL_SUPPORT);
    offer.add_match_categories(v1::MATCH_CATEGORY_READY_FOR_MEASURES);
    offer.set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    offer.set_capacity(12);
    offer.set_valid_from_date("2011-01-01");
    row.set_free_places(0);
    row.set_withdrawn_from_date("2011-06-01");
    return answer;
}

TEST(OfferLines, ATableHasALineAnOffer) {
    EXPECT_EQ(
        offers_table(one_offer(), Language::english),
        "PROVIDER           OFFER  NAME      PURPOSES                    MATCH                "
        " LAW             PLACES   QUOTA  CAN BE ORDERED  WITHDRAWN\n"
        "provider:13585628  V-12   Workshop  employment, social support  2 ready for measures "
        " work placement  0 of 12  -      2011-01-01 –    2011-06-01\n");
    EXPECT_THAT(offers_table(one_offer(), Language::danish),
                AllOf(HasSubstr("beskæftigelse, social støtte"), HasSubstr("virksomhedspraktik"),
                      HasSubstr("0 af 12")));
}

TEST(OfferLines, PeriodsMayBeOpenEitherWay) {
    v1::Answer answer = one_offer();
    v1::OfferPublished& offer = *answer.mutable_offers(0)->mutable_offer();
    offer.set_valid_until_date("2011-12-31");
    EXPECT_THAT(offers_table(answer, Language::english), HasSubstr(" 2011-01-01 – 2011-12-31 "));
    offer.clear_valid_from_date();
    EXPECT_THAT(offers_table(answer, Language::english), HasSubstr(" – 2011-12-31 "));
}

TEST(OfferLines, NothingIsNoLines) {
    EXPECT_EQ(offers_table({}, Language::english), "");
    EXPECT_EQ(offers_json({}), "");
}

TEST(OfferLines, JsonHasAllOfIt) {
    EXPECT_EQ(offers_json(one_offer()),
              R"({"offer":{"provider":"provider:13585628","offer":{"offer_reference":"V-12",)"
              R"("name":"Workshop","purposes":["PURPOSE_EMPLOYMENT","PURPOSE_SOCIAL_SUPPORT"],)"
              R"("match_categories":["MATCH_CATEGORY_READY_FOR_MEASURES"],)"
              R"("legal_category":"LEGAL_CATEGORY_WORK_PLACEMENT","capacity":12,)"
              R"("valid_from_date":"2011-01-01"},"withdrawn_from_date":"2011-06-01",)"
              R"("free_places":0}})"
              "\n");
}

TEST(OfferLines, ANameDoesNotSteerTheTerminal) {
    v1::Answer answer = one_offer();
    answer.mutable_offers(0)->mutable_offer()->set_name("\x1b]0;x\x07\nV-13");
    EXPECT_THAT(offers_table(answer, Language::english),
                AllOf(HasSubstr("?]0;x??V-13"), Not(HasSubstr("\x1b"))));
}

TEST(OfferFile, ABodyGetsAnEnvelopeAroundIt) {
    const auto read = read_offer(R"({"offer_reference":"V-12","name":"a \"offer_published\""})");
    ASSERT_TRUE(read.has_value()) << read.error().line();
    EXPECT_EQ(read->offer_published().offer_reference(), "V-12");
    EXPECT_EQ(read->message_id(), "");
}

TEST(OfferFile, AMessageIsTakenAsItIs) {
    const auto read =
        read_offer(R"({"message_id":"m","offer_published":{"offer_reference":"V-12"}})");
    ASSERT_TRUE(read.has_value()) << read.error().line();
    EXPECT_EQ(read->message_id(), "m");
    EXPECT_EQ(read->offer_published().offer_reference(), "V-12");
}

TEST(OfferFile, WhatIsNeitherIsAnError) {
    const auto code_of = [](std::string_view text) {
        const auto read = read_offer(text);
        return read ? "none" : std::string{error_text(read.error().code).name};
    };
    EXPECT_EQ(code_of("{"), "json_syntax");
    EXPECT_EQ(code_of(R"({"order":{}})"), "json_field_unknown");
    EXPECT_EQ(code_of(R"({"offer_published":{"no_such":1}})"), "json_field_unknown");
    EXPECT_EQ(code_of(R"({"offer_published":null})"), "usage");
    EXPECT_EQ(code_of(std::string(10'000'000, ' ')), "json_syntax");
}

}  // namespace
}  // namespace jobbro::cli
