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
    for (const OfferRow& row : catalogue.list(query).rows)
        names.push_back(row.offer->offer_reference());
    return names;
}

TEST(Catalogue, AnOrderNamesAnOfferOfItsOwnProvider) {
    Catalogue catalogue;
    EXPECT_EQ(fault(catalogue), OfferFault::unknown);
    ASSERT_TRUE(catalogue.publish(p1, offer("OF-1"), 1));
    EXPECT_EQ(fault(catalogue), OfferFault::none);
    const OfferVerdict with_another = catalogue.judge(p2, "OF-1", {}, today, nullptr);
    EXPECT_EQ(with_another.fault, OfferFault::unknown);
    EXPECT_TRUE(with_another.is_refused);
}

TEST(Catalogue, NobodyChangesWhatIsNotTheirs) {
    Catalogue catalogue;
    ASSERT_TRUE(catalogue.publish(p1, offer("OF-1"), 1));
    EXPECT_FALSE(catalogue.owns(p2, "OF-1"));
    EXPECT_FALSE(catalogue.withdraw(p2, withdrawn("OF-1", "2011-02-01"), 2));
    EXPECT_EQ(fault(catalogue), OfferFault::none);
    v1::OfferPublished full = offer("OF-1");
    full.set_valid_until_date("2011-01-01");
    ASSERT_TRUE(catalogue.publish(p2, full, 1)) << "one of its own that happens to be called so";
    EXPECT_EQ(fault(catalogue), OfferFault::none);
}

TEST(Catalogue, AWithdrawnOfferIsRefusedFromItsDayOrFoundAsItSays) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-08"), 2));
    EXPECT_EQ(fault(catalogue), OfferFault::none);
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-07"), 2));
    const OfferVerdict refused = catalogue.judge(p1, "OF-1", {}, today, nullptr);
    EXPECT_EQ(refused.fault, OfferFault::withdrawn);
    EXPECT_TRUE(refused.is_refused);
    EXPECT_THAT(refused.detail, HasSubstr("2011-02-07"));

    published.set_when_withdrawn(v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING);
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
    EXPECT_EQ(fault(catalogue), OfferFault::none) << "published again, it is there again";
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-07"), 2));
    const OfferVerdict found = catalogue.judge(p1, "OF-1", {}, today, nullptr);
    EXPECT_EQ(found.fault, OfferFault::withdrawn);
    EXPECT_FALSE(found.is_refused);
}

TEST(Catalogue, ACorrectionOfTheTextLeavesTheWithdrawalAsItIs) {
    Catalogue catalogue;
    ASSERT_TRUE(catalogue.publish(p1, offer("OF-1"), 11));
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-07"), 12));
    v1::OfferPublished corrected = offer("OF-1");
    corrected.set_name("workshop");
    ASSERT_TRUE(catalogue.correct(p1, corrected, 13, 11));
    EXPECT_EQ(fault(catalogue), OfferFault::withdrawn);
    EXPECT_EQ(catalogue.find(p1, "OF-1")->text.name(), "workshop");
    ASSERT_TRUE(catalogue.publish(p1, corrected, 14));
    EXPECT_EQ(fault(catalogue), OfferFault::none) << "published again, it is there again";
}

TEST(Catalogue, ACorrectionOfATextThatStandsNoMoreIsHistory) {
    Catalogue catalogue;
    const auto named = [](const char* name) {
        v1::OfferPublished text = offer("OF-1");
        text.set_name(name);
        return text;
    };
    const auto name = [&] { return catalogue.find(p1, "OF-1")->text.name(); };
    ASSERT_TRUE(catalogue.publish(p1, named("first"), 11));
    ASSERT_TRUE(catalogue.publish(p1, named("second"), 12));
    EXPECT_FALSE(catalogue.correct(p1, named("the first, corrected"), 13, 11));
    EXPECT_EQ(name(), "second");
    ASSERT_TRUE(catalogue.correct(p1, named("the second, corrected"), 14, 12));
    EXPECT_FALSE(catalogue.correct(p1, named("again"), 15, 12)) << "its correction stands";
    ASSERT_TRUE(catalogue.correct(p1, named("once more"), 16, 14));
    EXPECT_EQ(name(), "once more");
    EXPECT_FALSE(catalogue.correct(p2, named("another's"), 17, 16));
    EXPECT_FALSE(catalogue.correct(p1, offer("OF-2"), 18, 16)) << "there is none of the name";
    EXPECT_FALSE(catalogue.owns(p1, "OF-2"));
}

TEST(Catalogue, AWithdrawalIsCorrectedAsLongAsItStands) {
    Catalogue catalogue;
    ASSERT_TRUE(catalogue.publish(p1, offer("OF-1"), 11));
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-07"), 12));
    ASSERT_TRUE(catalogue.correct(p1, withdrawn("OF-1", "2011-02-08"), 13, 12));
    EXPECT_EQ(fault(catalogue), OfferFault::none) << "from tomorrow";
    EXPECT_FALSE(catalogue.correct(p1, withdrawn("OF-1", "2011-02-07"), 14, 12));
    EXPECT_EQ(catalogue.find(p1, "OF-1")->withdrawn_from, day("2011-02-08"));
    ASSERT_TRUE(catalogue.publish(p1, offer("OF-1"), 15));
    EXPECT_FALSE(catalogue.correct(p1, withdrawn("OF-1", "2011-02-07"), 16, 13));
    EXPECT_FALSE(catalogue.find(p1, "OF-1")->withdrawn_from.is_set());
}

TEST(Catalogue, WhatIsKeptOfAnOfferMakesItAgain) {
    Catalogue catalogue;
    ASSERT_TRUE(catalogue.publish(p1, offer("OF-1"), 11));
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-07"), 12));
    Catalogue anew;
    ASSERT_TRUE(anew.adopt(p1, *catalogue.find(p1, "OF-1")));
    EXPECT_EQ(fault(anew), OfferFault::withdrawn);
    ASSERT_TRUE(anew.correct(p1, offer("OF-1"), 13, 11));
    ASSERT_TRUE(anew.correct(p1, withdrawn("OF-1", "2011-02-08"), 14, 12));
    EXPECT_EQ(fault(anew), OfferFault::none);
    EXPECT_TRUE(anew.has_offers(p1));
}

TEST(Catalogue, OutsideItsPeriodAnOfferCannotBeOrdered) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    published.set_valid_from_date("2011-02-08");
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
    EXPECT_EQ(fault(catalogue), OfferFault::not_valid);
    EXPECT_THAT(listed(catalogue), IsEmpty());
    published.set_valid_from_date("2011-02-07");
    published.set_valid_until_date("2011-02-07");
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
    EXPECT_EQ(fault(catalogue), OfferFault::none);
    published.set_valid_from_date("");
    published.set_valid_until_date("2011-02-06");
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
    EXPECT_EQ(fault(catalogue), OfferFault::not_valid);
}

TEST(Catalogue, APlaceIsTakenFromTheOrderUntilItIsOver) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    published.set_capacity(1);
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
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
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
    EXPECT_FALSE(catalogue.judge(p1, "OF-1", {}, today, nullptr).is_refused);
    catalogue.apply(p1, &started, nullptr);
    EXPECT_EQ(fault(catalogue), OfferFault::none) << "erased";
}

TEST(Catalogue, TheQuotaIsOfTheYearTheCourseStarts) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    published.set_yearly_quota(1);
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
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

TEST(Catalogue, AnOrderThatIsMovedToAnotherYearIsHeldToThatYearsQuota) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    published.set_yearly_quota(1);
    published.set_capacity(2);
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
    const auto first = order_of("OF-1", OrderState::placed);
    const auto of_next_year = order_of("OF-1", OrderState::placed, "2012-01-02");
    catalogue.apply(p1, nullptr, &first);
    const auto moved = [&](const rows::CourseFacts& before, const std::string& start) {
        return catalogue.judge(p1, "OF-1", start.empty() ? Day{} : day(start), today, &before);
    };
    EXPECT_EQ(moved(first, "2012-01-02").fault, OfferFault::none) << "nobody has taken it";
    catalogue.apply(p1, nullptr, &of_next_year);
    const OfferVerdict refused = moved(first, "2012-01-02");
    EXPECT_EQ(refused.fault, OfferFault::quota_used_up);
    EXPECT_TRUE(refused.is_refused);
    EXPECT_THAT(refused.detail, HasSubstr("2012"));
    EXPECT_EQ(moved(first, "2011-12-31").fault, OfferFault::none) << "its own year, and place";
    EXPECT_EQ(moved(of_next_year, "2012-05-01").fault, OfferFault::none);
    EXPECT_EQ(moved(of_next_year, "").fault, OfferFault::quota_used_up) << "as ordered, in 2011";
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-01"), 2));
    EXPECT_EQ(moved(first, "2013-01-01").fault, OfferFault::none) << "what it has it keeps";

    published.set_when_full(v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING);
    ASSERT_TRUE(catalogue.publish(p1, published, 3));
    EXPECT_EQ(moved(first, "2012-01-02").fault, OfferFault::quota_used_up);
    EXPECT_FALSE(moved(first, "2012-01-02").is_refused);
}

TEST(Catalogue, ACourseThatHasBegunCountsInTheYearItBegan) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    published.set_yearly_quota(1);
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
    const auto other = order_of("OF-1", OrderState::placed, "2012-01-02");
    catalogue.apply(p1, nullptr, &other);
    // Ordered for 2011, and begun in 2012: a fact.
    const auto accepted = order_of("OF-1", OrderState::accepted, "2011-12-30");
    catalogue.apply(p1, nullptr, &accepted);
    EXPECT_EQ(fault(catalogue, "2011-12-01"), OfferFault::quota_used_up);
    auto started = accepted;
    started.set_state(static_cast<std::uint32_t>(OrderState::started));
    started.set_started_day(day("2012-01-03").number());
    catalogue.apply(p1, &accepted, &started);
    EXPECT_EQ(fault(catalogue, "2011-12-01"), OfferFault::none) << "it counts in 2012 now";
    EXPECT_EQ(fault(catalogue, "2012-12-01"), OfferFault::quota_used_up);
    for (const char* start : {"2011-12-30", "2012-06-01", "2013-01-01"})
        EXPECT_EQ(catalogue.judge(p1, "OF-1", day(start), today, &started).fault, OfferFault::none);
}

TEST(Catalogue, WhatIsRefusedIsNotLetThroughByWhatOnlyGetsAFinding) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    published.set_capacity(1);
    published.set_when_withdrawn(v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING);
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("OF-1", "2011-02-01"), 2));
    const auto verdict = [&] { return catalogue.judge(p1, "OF-1", {}, today, nullptr); };
    EXPECT_EQ(verdict().fault, OfferFault::withdrawn);
    EXPECT_FALSE(verdict().is_refused);
    const auto placed = order_of("OF-1", OrderState::placed);
    catalogue.apply(p1, nullptr, &placed);
    EXPECT_EQ(verdict().fault, OfferFault::no_place);
    EXPECT_TRUE(verdict().is_refused);
    published.set_when_full(v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING);
    ASSERT_TRUE(catalogue.correct(p1, published, 3, 1));
    EXPECT_EQ(verdict().fault, OfferFault::withdrawn) << "of two findings the first";
    EXPECT_FALSE(verdict().is_refused);
    published.set_valid_until_date("2011-02-06");
    ASSERT_TRUE(catalogue.correct(p1, published, 4, 3));
    EXPECT_EQ(verdict().fault, OfferFault::not_valid);
    EXPECT_TRUE(verdict().is_refused);
}

TEST(Catalogue, ACourseThatIsOverNeedsNoPlaceOfTheOfferItIsCorrectedTo) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-2");
    published.set_capacity(1);
    published.set_yearly_quota(2);
    ASSERT_TRUE(catalogue.publish(p1, offer("OF-1"), 1));
    ASSERT_TRUE(catalogue.publish(p1, published, 2));
    const auto other = order_of("OF-2", OrderState::placed);
    catalogue.apply(p1, nullptr, &other);
    const auto judged = [&](OrderState state) {
        const auto before = order_of("OF-1", state);
        return catalogue.judge(p1, "OF-2", day("2011-02-14"), today, &before).fault;
    };
    EXPECT_EQ(judged(OrderState::started), OfferFault::no_place);
    EXPECT_EQ(judged(OrderState::ended), OfferFault::none);
    catalogue.apply(p1, nullptr, &other);
    EXPECT_EQ(judged(OrderState::ended), OfferFault::quota_used_up) << "it was a course of 2011";
}

TEST(Catalogue, WhenThereAreFewerPlacesThanAreTakenNoneIsLeft) {
    Catalogue catalogue;
    v1::OfferPublished published = offer("OF-1");
    published.set_capacity(5);
    published.set_yearly_quota(5);
    ASSERT_TRUE(catalogue.publish(p1, published, 1));
    const auto placed = order_of("OF-1", OrderState::placed);
    catalogue.apply(p1, nullptr, &placed);
    catalogue.apply(p1, nullptr, &placed);
    published.set_capacity(1);
    published.set_yearly_quota(1);
    ASSERT_TRUE(catalogue.correct(p1, published, 2, 1));
    OfferQuery query;
    query.day = today;
    const auto row = catalogue.list(query).rows.at(0);
    EXPECT_EQ(row.free_places, 0U);
    EXPECT_EQ(row.quota_left, 0U);
    EXPECT_EQ(fault(catalogue), OfferFault::no_place);
    catalogue.apply(p1, &placed, nullptr);
    EXPECT_EQ(fault(catalogue), OfferFault::no_place) << "one is taken still";
}

TEST(Catalogue, AnOrderThatIsChangedToAnotherOfferTakesThatOne) {
    Catalogue catalogue;
    for (const char* reference : {"OF-1", "OF-2"}) {
        v1::OfferPublished published = offer(reference);
        published.set_capacity(1);
        ASSERT_TRUE(catalogue.publish(p1, published, 1));
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
    ASSERT_TRUE(catalogue.publish(p1, full, 1));
    ASSERT_TRUE(catalogue.publish(p1, placement, 1));
    ASSERT_TRUE(catalogue.publish(p2, offer("OF-3"), 1));
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
    const auto rows = catalogue.list(query).rows;
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].free_places, 0U);
    EXPECT_EQ(rows[1].free_places, 3U);
    EXPECT_EQ(rows[1].quota_left, 2U);
    EXPECT_FALSE(rows[0].quota_left);
}

TEST(Catalogue, PagesOfTheListFollowEachOther) {
    Catalogue catalogue;
    for (const char* reference : {"A", "B", "C"})
        ASSERT_TRUE(catalogue.publish(p1, offer(reference), 1));
    ASSERT_TRUE(catalogue.publish(p2, offer("A"), 1));
    ASSERT_TRUE(catalogue.withdraw(p1, withdrawn("B", "2011-01-01"), 2));
    OfferQuery query;
    query.rows_max = 1;
    std::vector<std::string> all;
    query.day = today;
    for (bool is_end = false; !is_end;) {
        const OfferPage page = catalogue.list(query);
        ASSERT_EQ(page.rows.size(), 1U);
        const OfferRow& row = page.rows[0];
        all.push_back(std::string{row.provider} + " " + row.offer->offer_reference());
        query.after_provider = row.provider;
        query.after_offer = row.offer->offer_reference();
        is_end = !page.ended_at;
    }
    EXPECT_THAT(
        all, ElementsAre(std::string{p1} + " A", std::string{p1} + " C", std::string{p2} + " A"));
    EXPECT_THAT(listed(catalogue, query), IsEmpty());
}

TEST(Catalogue, APageEndsWhenEnoughHasBeenLookedAtAndSaysWhere) {
    Catalogue catalogue;
    for (const char* reference : {"A", "B", "C", "D"})
        ASSERT_TRUE(catalogue.publish(p1, offer(reference), 1));
    v1::OfferPublished wanted = offer("B");
    wanted.add_purposes(v1::PURPOSE_EDUCATION);
    ASSERT_TRUE(catalogue.publish(p2, offer("A"), 1));
    ASSERT_TRUE(catalogue.publish(p2, wanted, 1));
    OfferQuery query;
    query.day = today;
    query.purpose = v1::PURPOSE_EDUCATION;
    query.looks_max = 2;
    const auto is_cut_short_at = [&](const OfferPage& page, const char* provider,
                                     const std::string& reference) {
        if (!page.ended_at) return false;
        query.after_provider = page.ended_at->provider;
        query.after_offer = page.ended_at->offer;
        return page.rows.empty() && page.ended_at->provider == provider &&
               page.ended_at->offer == reference;
    };
    EXPECT_TRUE(is_cut_short_at(catalogue.list(query), p1, "B"));
    EXPECT_TRUE(is_cut_short_at(catalogue.list(query), p1, "D"));
    const OfferPage at_the_end = catalogue.list(query);
    EXPECT_EQ(at_the_end.rows.size(), 1U);
    EXPECT_FALSE(at_the_end.ended_at) << "as many as may be, and none left";
    query.after_provider = {};
    query.after_offer = {};
    query.provider = p2;
    EXPECT_FALSE(catalogue.list(query).ended_at) << "offers of others are not looked at";
}

TEST(Catalogue, AProviderHasSoManyOffersAndNoMore) {
    Catalogue catalogue;
    for (std::size_t i = 0; i < offers_of_provider_max; ++i)
        ASSERT_TRUE(catalogue.publish(p1, offer(std::to_string(i)), 1));
    const auto one_more = catalogue.publish(p1, offer("one more"), 1);
    ASSERT_FALSE(one_more);
    EXPECT_EQ(one_more.error().code, ErrorCode::list_too_long);
    EXPECT_FALSE(catalogue.check_room(p1, "one more"));
    EXPECT_TRUE(catalogue.check_room(p1, "0"));
    EXPECT_TRUE(catalogue.has_offers(p1));
    EXPECT_FALSE(catalogue.has_offers(p2));
    EXPECT_TRUE(catalogue.check_room(p2, "one more"));
    EXPECT_TRUE(catalogue.publish(p1, offer("0"), 1)) << "what is there can be changed";
    EXPECT_TRUE(catalogue.publish(p2, offer("one more"), 1));
}

}  // namespace
}  // namespace jobbro::domain
