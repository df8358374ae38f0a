#include "hub/domain/catalogue.h"

#include <gmock/gmock.h>

#include "hub/domain/order_dialogue.h"
#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* p1 = "provider:99104007";
constexpr const char* p2 = "provider:99215003";
const Day today = day("2011-02-07");

v1::OfferPublished offer(const std::string& reference) {
    v1::OfferPublished offer;
    offer.set_offer_reference(reference);
    offer.add_purposes(v1::PURPOSE_EMPLOYMENT);
    offer.set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    return offer;
}

v1::OfferWithdrawn withdrawn(const std::string& reference, const std::string& from) {
    v1::OfferWithdrawn withdrawal;
    withdrawal.set_offer_reference(reference);
    withdrawal.set_from_date(from);
    return withdrawal;
}

rows::CourseFacts order_of(const std::string& reference, OrderState state,
                           const std::string& start = "2011-02-14") {
    rows::CourseFacts facts;
    facts.set_offer(reference);
    facts.set_state(static_cast<std::uint32_t>(state));
    facts.set_placed_day(today.number());
    facts.set_ordered_start(day(start).number());
    if (state == OrderState::started || state == OrderState::ended) {
        facts.set_started_day(day(start).number());
    }
    return facts;
}

OfferFault fault(const Catalogue& catalogue, const std::string& start = "2011-02-14") {
    return catalogue.judge(p1, "OF-1", day(start), today, nullptr).fault;
}

std::vector<std::string> listed(const Catalogue& catalogue, OfferQuery query = {}) {
    std::vector<std::string> names;
    if (!query.day.is_set()) query.day = today;
    for (const OfferRow& row : catalogue.list(query))
        names.push_back(row.offer->offer_reference());
    return names;
}

TEST(Catalogue, AnOrderNamesAnOfferOfItsOwnProvider) {
    Catalogue catalogue;
    EXPECT_EQ(fault(catalogue), OfferFault::unknown);
    ASSERT_TRUE(catalogue.publish(p1, offer("OF-1")));
    EXPECT_EQ(fault(catalogue), OfferFault::none);
    const OfferVerdict with_another = catalogue.judge(p2, "OF-1", {}, today, nullptr);
    EXPECT_EQ(with_another.fault, OfferFault::unknown);
    EXPECT_TRUE(with_another.is_refused);
}

TEST(Catalogue, NobodyChangesWhatIsNotTheirs) {
    Catalogue catalogue;
    ASSERT_TRUE(catalogue.publish(p1, offer("OF-1")));
    EXPECT_FALSE(catalogue.owns(p2, "OF-1"));
    EXPECT_FALSE(catalogue.withdraw(p2, withdrawn("OF-1", "2011-02-01")));
    EXPECT_EQ(fault(catalogue), OfferFault::none);
    v1::OfferPublished full = offer("OF-1");
    full.set_valid_until_date("2011-01-01");
    ASSERT_TRUE(catalogue.publish(p2, full)) << "an offer of its own that happens to be called so";
    EXPECT_EQ(fault(catalogue), OfferFault::none);
}

TEST(Catalogue, AWithdrawnOfferIsRefusedFromItsDayOrFoundAsItSays) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    ASSERT_TRUE(catalogue.publish(p1, published));
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-08")));
    EXPECT_EQ(fault(catalogue), OfferFault::none);
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-07")));
    const OfferVerdict refused = catalogue.judge(p1, "OF-1", {}, today, nullptr);
    EXPECT_EQ(refused.fault, OfferFault::withdrawn);
    EXPECT_TRUE(refused.is_refused);
    EXPECT_THAT(refused.detail, HasSubstr("2011-02-07"));

    published.set_when_withdrawn(v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING);
    ASSERT_TRUE(catalogue.publish(p1, published));
    EXPECT_EQ(fault(catalogue), OfferFault::none) << "published again, it is there again";
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-07")));
    const OfferVerdict found = catalogue.judge(p1, "OF-1", {}, today, nullptr);
    EXPECT_EQ(found.fault, OfferFault::withdrawn);
    EXPECT_FALSE(found.is_refused);
}

TEST(Catalogue, OutsideItsPeriodAnOfferCannotBeOrdered) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    published.set_valid_from_date("2011-02-08");
    ASSERT_TRUE(catalogue.publish(p1, published));
    EXPECT_EQ(fault(catalogue), OfferFault::not_valid);
    EXPECT_THAT(listed(catalogue), IsEmpty());
    published.set_valid_from_date("2011-02-07");
    published.set_valid_until_date("2011-02-07");
    ASSERT_TRUE(catalogue.publish(p1, published));
    EXPECT_EQ(fault(catalogue), OfferFault::none);
    published.set_valid_from_date("");
    published.set_valid_until_date("2011-02-06");
    ASSERT_TRUE(catalogue.publish(p1, published));
    EXPECT_EQ(fault(catalogue), OfferFault::not_valid);
}

TEST(Catalogue, APlaceIsTakenFromTheOrderUntilItIsOver) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    published.set_capacity(1);
    ASSERT_TRUE(catalogue.publish(p1, published));
    const auto placed = order_of("OF-1", OrderState::placed);
    catalogue.apply(p1, nullptr, &placed);
    const OfferVerdict verdict = catalogue.judge(p1, "OF-1", {}, today, nullptr);
    EXPECT_EQ(verdict.fault, OfferFault::no_place);
    EXPECT_TRUE(verdict.is_refused);
    EXPECT_EQ(catalogue.judge(p1, "OF-1", {}, today, &placed).fault, OfferFault::none)
        << "an order keeps what it has";
    const auto accepted = order_of("OF-1", OrderState::accepted);
    catalogue.apply(p1, &placed, &accepted);
    const auto started = order_of("OF-1", OrderState::started);
    catalogue.apply(p1, &accepted, &started);
    EXPECT_EQ(fault(catalogue), OfferFault::no_place);
    for (const auto over : {OrderState::ended, OrderState::declined, OrderState::cancelled}) {
        const auto after = order_of("OF-1", over);
        catalogue.apply(p1, &started, &after);
        EXPECT_EQ(fault(catalogue), OfferFault::none);
        catalogue.apply(p1, &after, &started);
        EXPECT_EQ(fault(catalogue), OfferFault::no_place);
    }
    published.set_when_full(v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING);
    ASSERT_TRUE(catalogue.publish(p1, published));
    EXPECT_FALSE(catalogue.judge(p1, "OF-1", {}, today, nullptr).is_refused);
    catalogue.apply(p1, &started, nullptr);
    EXPECT_EQ(fault(catalogue), OfferFault::none) << "erased";
}

TEST(Catalogue, TheQuotaIsOfTheYearTheCourseStarts) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    published.set_yearly_quota(1);
    ASSERT_TRUE(catalogue.publish(p1, published));
    const auto started = order_of("OF-1", OrderState::started);
    catalogue.apply(p1, nullptr, &started);
    EXPECT_EQ(fault(catalogue, "2011-12-31"), OfferFault::quota_used_up);
    EXPECT_EQ(fault(catalogue, "2012-01-01"), OfferFault::none);
    const auto ended = order_of("OF-1", OrderState::ended);
    catalogue.apply(p1, &started, &ended);
    EXPECT_EQ(fault(catalogue), OfferFault::quota_used_up) << "it was a course of the year";
    const auto declined = order_of("OF-1", OrderState::declined);
    catalogue.apply(p1, &ended, &declined);
    EXPECT_EQ(fault(catalogue), OfferFault::none) << "one that never starts gives it back";
}

TEST(Catalogue, AnOrderThatIsChangedToAnotherOfferTakesThatOne) {
    Catalogue catalogue;
    for (const char* reference : {"OF-1", "OF-2"}) {
        v1::OfferPublished published = offer(reference);
        published.set_capacity(1);
        ASSERT_TRUE(catalogue.publish(p1, published));
    }
    const auto first = order_of("OF-1", OrderState::placed);
    const auto second = order_of("OF-2", OrderState::placed);
    catalogue.apply(p1, nullptr, &first);
    EXPECT_EQ(catalogue.judge(p1, "OF-2", {}, today, &first).fault, OfferFault::none);
    catalogue.apply(p1, &first, &second);
    EXPECT_EQ(fault(catalogue), OfferFault::none);
    EXPECT_EQ(catalogue.judge(p1, "OF-2", {}, today, nullptr).fault, OfferFault::no_place);
}

TEST(Catalogue, TheListTellsWhatFitsAndWhatIsLeft) {
    Catalogue catalogue;
    v1::OfferPublished full = offer("OF-1");
    full.set_capacity(1);
    full.add_match_categories(v1::MATCH_CATEGORY_READY_FOR_MEASURES);
    v1::OfferPublished placement = offer("OF-2");
    placement.set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    placement.add_purposes(v1::PURPOSE_EDUCATION);
    placement.set_capacity(4);
    placement.set_yearly_quota(3);
    ASSERT_TRUE(catalogue.publish(p1, full));
    ASSERT_TRUE(catalogue.publish(p1, placement));
    ASSERT_TRUE(catalogue.publish(p2, offer("OF-3")));
    catalogue.set_municipalities(p2, {"630"});
    const auto placed = order_of("OF-1", OrderState::placed);
    const auto accepted = order_of("OF-2", OrderState::accepted);
    catalogue.apply(p1, nullptr, &placed);
    catalogue.apply(p1, nullptr, &accepted);

    EXPECT_THAT(listed(catalogue), ElementsAre("OF-1", "OF-2", "OF-3"));
    OfferQuery query;
    query.purpose = v1::PURPOSE_EDUCATION;
    EXPECT_THAT(listed(catalogue, query), ElementsAre("OF-2"));
    query = {};
    query.match = v1::MATCH_CATEGORY_JOB_READY;
    EXPECT_THAT(listed(catalogue, query), ElementsAre("OF-2", "OF-3"))
        << "what tells no target group is for all";
    query = {};
    query.legal = v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING;
    EXPECT_THAT(listed(catalogue, query), ElementsAre("OF-1", "OF-3"));
    query = {};
    query.municipality = "630";
    EXPECT_THAT(listed(catalogue, query), ElementsAre("OF-3"));
    query = {};
    query.has_free_place = true;
    EXPECT_THAT(listed(catalogue, query), ElementsAre("OF-2", "OF-3"));
    query = {};
    query.provider = p1;
    query.day = today;
    const auto rows = catalogue.list(query);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].free_places, 0U);
    EXPECT_EQ(rows[1].free_places, 3U);
    EXPECT_EQ(rows[1].quota_left, 2U);
    EXPECT_FALSE(rows[0].quota_left);
}

TEST(Catalogue, PagesOfTheListFollowEachOther) {
    Catalogue catalogue;
    for (const char* reference : {"A", "B", "C"})
        ASSERT_TRUE(catalogue.publish(p1, offer(reference)));
    ASSERT_TRUE(catalogue.publish(p2, offer("A")));
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("B", "2011-01-01")));
    OfferQuery query;
    query.rows_max = 1;
    std::vector<std::string> all;
    query.day = today;
    for (;;) {
        const auto page = catalogue.list(query);
        if (page.empty()) break;
        ASSERT_EQ(page.size(), 1U);
        all.push_back(std::string{page[0].provider} + " " + page[0].offer->offer_reference());
        query.after_provider = page[0].provider;
        query.after_offer = page[0].offer->offer_reference();
    }
    EXPECT_THAT(
        all, ElementsAre(std::string{p1} + " A", std::string{p1} + " C", std::string{p2} + " A"));
}

TEST(Catalogue, AProviderHasSoManyOffersAndNoMore) {
    Catalogue catalogue;
    for (std::size_t i = 0; i < offers_of_provider_max; ++i)
        ASSERT_TRUE(catalogue.publish(p1, offer(std::to_string(i))));
    const auto one_more = catalogue.publish(p1, offer("one more"));
    ASSERT_FALSE(one_more);
    EXPECT_EQ(one_more.error().code, ErrorCode::list_too_long);
    EXPECT_FALSE(catalogue.check_room(p1, "one more"));
    EXPECT_TRUE(catalogue.check_room(p1, "0"));
    EXPECT_TRUE(catalogue.has_offers(p1));
    EXPECT_FALSE(catalogue.has_offers(p2));
    EXPECT_TRUE(catalogue.check_room(p2, "one more"));
    EXPECT_TRUE(catalogue.publish(p1, offer("0"))) << "what is there can be changed";
    EXPECT_TRUE(catalogue.publish(p2, offer("one more")));
}

}  // namespace
}  // namespace jobbro::domain
