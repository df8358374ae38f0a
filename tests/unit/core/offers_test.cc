// The catalogue of offers: whose it is, and what it does to orders.
#include "tests/unit/core/query_fixture.h"

namespace jobbro::core {
namespace {

using ::testing::Contains;
using ::testing::Not;

constexpr const char* path = "order.offer_reference";

class OffersTest : public QueryTest {
  protected:
    v1::Envelope ordered(const std::string& reference, const std::string& cpr = citizen) {
        v1::Envelope said = new_order(world.new_order(), cpr);
        said.mutable_order()->set_offer_reference(reference);
        return said;
    }
    v1::Envelope revised(const v1::Envelope& ordered_first, const std::string& reference) {
        v1::Envelope said = on(*contract::OrderId::parse(ordered_first.order_id()), jobcentre);
        v1::OrderRevision& body = *said.mutable_order_revision();
        body.set_revision_number(1);
        body.set_reason(v1::ORDER_REVISION_REASON_OTHER);
        body.set_explanation("another workshop");
        body.set_effective_date(date(7));
        *body.mutable_order() = ordered_first.order();
        body.mutable_order()->set_offer_reference(reference);
        return said;
    }
    v1::Envelope declined(const v1::Envelope& order_said) {
        v1::Envelope said = on(*contract::OrderId::parse(order_said.order_id()), provider,
                               order_said.citizen().cpr_number());
        said.mutable_order_decline()->set_reason(v1::ORDER_DECLINE_REASON_NO_CAPACITY);
        return said;
    }
    static v1::Envelope correcting(v1::Envelope said, const v1::Envelope& corrected) {
        point_at(said, corrected, v1::CAUSE_RELATION_CORRECTS);
        return said;
    }
    v1::Envelope offer_for(const std::string& reference, std::uint32_t places) {
        v1::Envelope said = offer(reference);
        said.mutable_offer_published()->set_capacity(places);
        return said;
    }
    void lose_power_and_restart() {
        world.log_store.lose_power();
        world.vault_store.lose_power();
        restart();
    }
    std::vector<std::string> findings(const v1::Envelope& envelope) {
        const v1::Outcome outcome = submit(envelope);
        EXPECT_TRUE(outcome.has_receipt()) << outcome.ShortDebugString();
        std::vector<std::string> codes;
        for (const v1::Finding& finding : outcome.receipt().findings())
            codes.push_back(finding.code());
        return codes;
    }
    std::vector<std::string> references(const v1::Query& query) {
        std::vector<std::string> all;
        const v1::Answer answer = ask(jobcentre, query);
        for (const v1::OfferStanding& each : answer.offers())
            all.push_back(each.offer().offer_reference());
        return all;
    }
};

// --- Whose it is -----------------------------------------------------------------------------

TEST_F(OffersTest, WhoeverKeepsNoCatalogueHereIsOrderedFromAsAgreedElsewhere) {
    record(ordered("OF-9"));
    record(offer("OF-1"));
    EXPECT_EQ(refused(ordered("OF-9"), v1::ERROR_CODE_OFFER_UNKNOWN, path), "");
    record(ordered("OF-1"));
    record(ordered(""));
}

TEST_F(OffersTest, AnOfferIsWithdrawnByItsOwnProviderAlone) {
    connect(other_provider, {jobcentre});
    record(offer("OF-1"));
    refused(withdrawal("OF-1", 0, other_provider), v1::ERROR_CODE_OFFER_UNKNOWN,
            "offer_withdrawn.offer_reference");
    refused(withdrawal("OF-2", 0), v1::ERROR_CODE_OFFER_UNKNOWN, "offer_withdrawn.offer_reference");
    record(offer("OF-1", other_provider));  // a name of its own
    record(withdrawal("OF-1", 0));
    EXPECT_THAT(refused(ordered("OF-1"), v1::ERROR_CODE_OFFER_WITHDRAWN, path), HasSubstr(date(0)));
    v1::Envelope with_other = ordered("OF-1");
    with_other.mutable_audience()->set_party(other_provider);
    record(with_other);
    record(offer("OF-1"));
    record(ordered("OF-1"));  // it is there again
}

// --- Corrections -----------------------------------------------------------------------------

TEST_F(OffersTest, ACorrectionOfTheTextLeavesTheWithdrawalAsItIs) {
    const v1::Envelope published = offer_for("OF-1", 3);
    record(published);
    record(withdrawal("OF-1", 0));
    const v1::Envelope corrected = correcting(offer_for("OF-1", 4), published);
    record(corrected);
    refused(ordered("OF-1"), v1::ERROR_CODE_OFFER_WITHDRAWN, path);
    EXPECT_THAT(references(offers()), IsEmpty());
    lose_power_and_restart();
    refused(ordered("OF-1"), v1::ERROR_CODE_OFFER_WITHDRAWN, path);
    record(correcting(offer_for("OF-1", 5), corrected));
    refused(ordered("OF-1"), v1::ERROR_CODE_OFFER_WITHDRAWN, path);
    record(offer_for("OF-1", 6));
    record(ordered("OF-1"));
    EXPECT_EQ(ask(provider, offers()).offers(0).free_places(), 5U);
}

TEST_F(OffersTest, ACorrectionOfATextThatStandsNoMoreIsHistory) {
    const v1::Envelope first = offer_for("OF-1", 1);
    const v1::Envelope second = offer_for("OF-1", 2);
    record(first);
    record(second);
    record(correcting(offer_for("OF-1", 7), first));
    EXPECT_EQ(ask(provider, offers()).offers(0).free_places(), 2U);
    lose_power_and_restart();
    EXPECT_EQ(ask(provider, offers()).offers(0).free_places(), 2U);
    record(correcting(offer_for("OF-1", 8), first));
    EXPECT_EQ(ask(provider, offers()).offers(0).free_places(), 2U);
    record(correcting(offer_for("OF-1", 3), second));
    EXPECT_EQ(ask(provider, offers()).offers(0).free_places(), 3U);
    record(correcting(offer_for("OF-1", 9), second));
    EXPECT_EQ(ask(provider, offers()).offers(0).free_places(), 3U) << "its correction stands";
    lose_power_and_restart();
    EXPECT_EQ(ask(provider, offers()).offers(0).free_places(), 3U);
}

TEST_F(OffersTest, ACorrectionKeepsTheNameSinceOrdersPointAtIt) {
    const v1::Envelope published = offer("OF-1");
    record(published);
    record(offer("OF-2"));
    const v1::Envelope withdrawn = withdrawal("OF-1", 5);
    record(withdrawn);
    for (const char* const other : {"OF-2", "OF-3"}) {
        refused(correcting(offer(other), published), v1::ERROR_CODE_FIELD_INVALID,
                "offer_published.offer_reference");
        refused(correcting(withdrawal(other, 5), withdrawn), v1::ERROR_CODE_FIELD_INVALID,
                "offer_withdrawn.offer_reference");
    }
    record(offer("OF-1"));
    // Of what is history too.
    refused(correcting(offer("OF-2"), published), v1::ERROR_CODE_FIELD_INVALID,
            "offer_published.offer_reference");
    EXPECT_THAT(references(offers()), ElementsAre("OF-1", "OF-2"));
}

TEST_F(OffersTest, AWithdrawalIsCorrectedAsLongAsItStands) {
    record(offer("OF-1"));
    const v1::Envelope withdrawn = withdrawal("OF-1", 0);
    record(withdrawn);
    refused(ordered("OF-1"), v1::ERROR_CODE_OFFER_WITHDRAWN, path);
    lose_power_and_restart();
    const v1::Envelope later = correcting(withdrawal("OF-1", 5), withdrawn);
    record(later);
    record(ordered("OF-1"));
    record(correcting(withdrawal("OF-1", 0), withdrawn));
    EXPECT_EQ(ask(jobcentre, offers()).offers(0).withdrawn_from_date(), date(5));
    record(offer("OF-1"));
    lose_power_and_restart();
    record(correcting(withdrawal("OF-1", 0), later));
    EXPECT_EQ(ask(jobcentre, offers()).offers(0).withdrawn_from_date(), "");
    record(ordered("OF-1", other_citizen));
}

TEST_F(OffersTest, AProviderHasOnlySoManyOffers) {
    std::vector<v1::Envelope> many;
    for (std::size_t i = 0; i < domain::offers_of_provider_max; ++i)
        many.push_back(offer("OF-" + std::to_string(i)));
    for (std::size_t at = 0; at < many.size(); at += 100) {
        world.turn({world.submit(
            provider, std::vector(many.begin() + static_cast<std::ptrdiff_t>(at),
                                  many.begin() + static_cast<std::ptrdiff_t>(at) + 100))});
    }
    refused(offer("one more"), v1::ERROR_CODE_LIST_TOO_LONG, "offer_published.offer_reference");
    record(offer("OF-0"));
}

// --- Orders ----------------------------------------------------------------------------------

TEST_F(OffersTest, AnOrderForWhatIsNotValidYetIsRefused) {
    v1::Envelope later = offer("OF-1");
    later.mutable_offer_published()->set_valid_from_date(date(1));
    record(later);
    EXPECT_THAT(refused(ordered("OF-1"), v1::ERROR_CODE_OFFER_NOT_VALID, path), HasSubstr(date(0)));
    live_to(1);
    record(ordered("OF-1"));
}

TEST_F(OffersTest, TheOfferSaysWhatBecomesOfAnOrderAfterItsWithdrawal) {
    v1::Envelope published = offer("OF-1");
    published.mutable_offer_published()->set_when_withdrawn(
        v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING);
    record(published);
    record(withdrawal("OF-1", 1));
    EXPECT_THAT(findings(ordered("OF-1")), Not(Contains("order.offer_withdrawn")))
        << "it is there until tomorrow";
    live_to(1);
    const v1::Outcome outcome = submit(ordered("OF-1", other_citizen));
    const auto& found = outcome.receipt().findings();
    const auto remarked = std::find_if(found.begin(), found.end(), [](const v1::Finding& each) {
        return each.code() == "order.offer_withdrawn";
    });
    ASSERT_NE(remarked, found.end()) << outcome.ShortDebugString();
    EXPECT_EQ(remarked->field_path(), path);
    EXPECT_NE(remarked->severity(), v1::FINDING_SEVERITY_UNSPECIFIED);
}

TEST_F(OffersTest, APlaceIsTakenFromTheOrderUntilItIsOver) {
    v1::Envelope published = offer("OF-1");
    published.mutable_offer_published()->set_capacity(1);
    record(published);
    const v1::Envelope first = ordered("OF-1");
    record(first);
    EXPECT_THAT(refused(ordered("OF-1", other_citizen), v1::ERROR_CODE_OFFER_FULL, path),
                HasSubstr("all 1 places"));
    EXPECT_EQ(ask(provider, offers()).offers(0).free_places(), 0U);
    record(declined(first));
    EXPECT_EQ(ask(provider, offers()).offers(0).free_places(), 1U);
    record(ordered("OF-1", other_citizen));
    published = offer("OF-1");
    published.mutable_offer_published()->set_capacity(1);
    published.mutable_offer_published()->set_when_full(v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING);
    record(published);
    EXPECT_THAT(findings(ordered("OF-1")), Contains("order.offer_full"));
}

TEST_F(OffersTest, OrdersOfOneTurnTakePlacesFromEachOther) {
    v1::Envelope published = offer("OF-1");
    published.mutable_offer_published()->set_capacity(1);
    record(published);
    const auto told = outcomes(
        world.turn({world.submit(jobcentre, {ordered("OF-1"), ordered("OF-1", other_citizen)})}));
    ASSERT_EQ(told.size(), 2U);
    // Rejections are told first.
    EXPECT_EQ(told[0].index(), 1U);
    EXPECT_EQ(told[0].rejection().code(), v1::ERROR_CODE_OFFER_FULL);
    EXPECT_TRUE(told[1].has_receipt()) << told[1].ShortDebugString();
}

TEST_F(OffersTest, TheYearsQuotaIsNotGivenBackByACourseThatWas) {
    v1::Envelope published = offer("OF-1");
    published.mutable_offer_published()->set_yearly_quota(1);
    record(published);
    const v1::Envelope first = ordered("OF-1");
    const contract::OrderId id = *contract::OrderId::parse(first.order_id());
    record(first);
    record(accepted(id));
    live_to(7);
    record(begun(id));
    record(ended(id, 7));
    EXPECT_THAT(refused(ordered("OF-1", other_citizen), v1::ERROR_CODE_OFFER_FULL, path),
                HasSubstr("courses of 2011"));
    v1::Query of_next_year = offers();
    of_next_year.mutable_offers()->set_day("2012-01-02");
    EXPECT_EQ(ask(jobcentre, of_next_year).offers(0).quota_left(), 1U);
    EXPECT_EQ(ask(jobcentre, offers()).offers(0).quota_left(), 0U);
}

TEST_F(OffersTest, AnOrderThatIsMovedToAnotherYearIsHeldToThatYearsQuota) {
    v1::Envelope published = offer("OF-1");
    published.mutable_offer_published()->set_yearly_quota(1);
    record(published);
    const v1::Envelope first = ordered("OF-1");
    record(first);
    v1::Envelope next_year = ordered("OF-1", other_citizen);
    next_year.mutable_order()->set_start_date("2012-01-09");
    next_year.mutable_order()->set_end_date("2012-03-04");
    record(next_year);
    const auto to_next_year = [](v1::Order& order) {
        order.set_start_date("2012-01-02");
        order.set_end_date("2012-03-04");
    };
    v1::Envelope revision = revised(first, "OF-1");
    to_next_year(*revision.mutable_order_revision()->mutable_order());
    EXPECT_THAT(
        refused(revision, v1::ERROR_CODE_OFFER_FULL, "order_revision.order.offer_reference"),
        HasSubstr("courses of 2012"));
    v1::Envelope correction = ordered("OF-1");
    correction.set_order_id(first.order_id());
    to_next_year(*correction.mutable_order());
    EXPECT_THAT(refused(correcting(correction, first), v1::ERROR_CODE_OFFER_FULL, path),
                HasSubstr("courses of 2012"));
    // Within its year, and where there is room.
    revision = revised(first, "OF-1");
    revision.mutable_order_revision()->mutable_order()->set_start_date(date(14));
    record(revision);
    record(declined(next_year));
    revision = revised(first, "OF-1");
    revision.mutable_order_revision()->set_revision_number(2);
    to_next_year(*revision.mutable_order_revision()->mutable_order());
    record(revision);
    EXPECT_EQ(ask(provider, offers()).offers(0).quota_left(), 1U);
    v1::Query of_next_year = offers();
    of_next_year.mutable_offers()->set_day("2012-01-02");
    EXPECT_EQ(ask(provider, of_next_year).offers(0).quota_left(), 0U);
}

TEST_F(OffersTest, WhatAnOrderHasIsNeverTakenFromItAndWhatItIsChangedToIsJudged) {
    for (const char* const name : {"OF-1", "OF-2"}) {
        v1::Envelope published = offer(name);
        published.mutable_offer_published()->set_capacity(1);
        record(published);
    }
    const v1::Envelope first = ordered("OF-1");
    record(first);
    record(withdrawal("OF-1", 0));
    record(withdrawal("OF-2", 0));
    v1::Envelope corrected = new_order(*contract::OrderId::parse(first.order_id()));
    corrected.mutable_order()->set_offer_reference("OF-1");
    point_at(corrected, first, v1::CAUSE_RELATION_CORRECTS);
    record(corrected);
    v1::Envelope to_another = new_order(*contract::OrderId::parse(first.order_id()));
    to_another.mutable_order()->set_offer_reference("OF-2");
    point_at(to_another, corrected, v1::CAUSE_RELATION_CORRECTS);
    refused(to_another, v1::ERROR_CODE_OFFER_WITHDRAWN, path);
    record(revised(first, "OF-1"));
    refused(revised(first, "OF-2"), v1::ERROR_CODE_OFFER_WITHDRAWN,
            "order_revision.order.offer_reference");
    // What corrects a text that stands no more has nothing of an offer.
    v1::Envelope history = new_order(*contract::OrderId::parse(first.order_id()));
    history.mutable_order()->set_offer_reference("OF-2");
    point_at(history, corrected, v1::CAUSE_RELATION_CORRECTS);
    record(history);
}

TEST_F(OffersTest, AnOrderOutsideTheTargetGroupGetsAFinding) {
    v1::Envelope published = offer("OF-1");
    published.mutable_offer_published()->add_match_categories(
        v1::MATCH_CATEGORY_READY_FOR_MEASURES);
    record(published);
    v1::Envelope outside = ordered("OF-1");
    outside.mutable_order()->set_match_category(v1::MATCH_CATEGORY_JOB_READY);
    EXPECT_THAT(findings(outside), Contains("order.outside_target_group"));
    v1::Envelope inside = ordered("OF-1", other_citizen);
    inside.mutable_order()->set_match_category(v1::MATCH_CATEGORY_READY_FOR_MEASURES);
    EXPECT_THAT(findings(inside), Not(Contains("order.outside_target_group")));
}

TEST_F(OffersTest, ARestartChangesNothing) {
    for (const char* const name : {"OF-1", "OF-2", "OF-3"}) {
        v1::Envelope published = offer(name);
        published.mutable_offer_published()->set_capacity(1);
        record(published);
    }
    record(ordered("OF-1"));
    record(withdrawal("OF-2", 0));
    record(withdrawal("OF-3", 5));
    const std::string before = ask(jobcentre, offers()).SerializeAsString();
    lose_power_and_restart();
    EXPECT_EQ(ask(jobcentre, offers()).SerializeAsString(), before);
    refused(ordered("OF-1", other_citizen), v1::ERROR_CODE_OFFER_FULL, path);
    refused(ordered("OF-2", other_citizen), v1::ERROR_CODE_OFFER_WITHDRAWN, path);
    refused(ordered("OF-9", other_citizen), v1::ERROR_CODE_OFFER_UNKNOWN, path);
    record(ordered("OF-3", other_citizen));
}

TEST_F(OffersTest, ARowThatIsNoneIsTampering) {
    record(offer("OF-1"));
    const auto key = [](const char* reference) { return std::string{provider} + '\0' + reference; };
    const Bytes whole = **world.log_store.get(journal::log_table::offers, key("OF-1"));
    const auto error_of = [&](const char* reference, const Bytes& row) {
        store::Batch batch;
        batch.put(journal::log_table::offers, key(reference), row);
        EXPECT_TRUE(world.log_store.commit(batch, store::Durability::synced));
        const auto opened = world.open();
        return opened ? ErrorCode::usage : opened.error().code;
    };
    journal::rows::OfferRow row;
    ASSERT_TRUE(row.ParseFromString(whole));
    row.clear_text_number();
    EXPECT_EQ(error_of("OF-1", row.SerializeAsString()), ErrorCode::tampered) << "of no message";
    ASSERT_TRUE(row.ParseFromString(whole));
    row.set_withdrawn_from_day(1);
    EXPECT_EQ(error_of("OF-1", row.SerializeAsString()), ErrorCode::tampered) << "by no message";
    EXPECT_EQ(error_of("OF-1", whole), ErrorCode::usage) << "it opens";
    EXPECT_EQ(error_of("OF-2", whole), ErrorCode::tampered) << "under another name";
}

// --- Asking ----------------------------------------------------------------------------------

TEST_F(OffersTest, OffersAreFoundByWhatTheyAreAndWhoMayUseThem) {
    connect(other_jobcentre);
    connect(other_provider, {other_jobcentre});
    v1::Envelope social = offer("OF-2");
    social.mutable_offer_published()->set_purposes(0, v1::PURPOSE_SOCIAL_SUPPORT);
    social.mutable_offer_published()->set_capacity(5);
    record(offer("OF-1"));
    record(social);
    record(offer("OF-3", other_provider));
    record(offer("OF-4"));
    record(withdrawal("OF-4", 0));
    // By provider and reference: provider:99104007 comes first.
    EXPECT_THAT(references(offers()), ElementsAre("OF-3", "OF-1", "OF-2"));
    v1::Query query = offers();
    query.mutable_offers()->set_purpose(v1::PURPOSE_SOCIAL_SUPPORT);
    EXPECT_THAT(references(query), ElementsAre("OF-2"));
    query = offers();
    query.mutable_offers()->set_municipality("740");
    EXPECT_THAT(references(query), ElementsAre("OF-3"));
    world.turn({world.statement(world.grant(provider, {jobcentre, other_jobcentre}), controller)});
    EXPECT_THAT(references(query), ElementsAre("OF-3", "OF-1", "OF-2"));
    query = offers();
    query.mutable_offers()->set_provider(other_provider);
    EXPECT_THAT(references(query), ElementsAre("OF-3"));
    EXPECT_EQ(last.report.entries, 0U) << "it is about nobody, and leaves no trace";
    EXPECT_EQ(ask_all(jobcentre, offers(), 1).offers_size(), 3);
    EXPECT_EQ(ask(operator_party, offers()).offers_size(), 3);
}

TEST_F(OffersTest, ANarrowQuestionOfManyOffersGetsPagesThatMayBeEmptyBeforeTheLast) {
    connect(other_provider, {jobcentre});
    // other_provider comes first, with as many as are looked at for a page, none of them wanted.
    std::vector<v1::Envelope> many;
    for (std::size_t i = 0; i < domain::offer_looks_max; ++i)
        many.push_back(offer("OF-" + std::to_string(i), other_provider));
    for (std::size_t at = 0; at < many.size(); at += 100) {
        world.turn({world.submit(
            other_provider, std::vector(many.begin() + static_cast<std::ptrdiff_t>(at),
                                        many.begin() + static_cast<std::ptrdiff_t>(at) + 100))});
    }
    v1::Envelope social = offer("OF-1");
    social.mutable_offer_published()->set_purposes(0, v1::PURPOSE_SOCIAL_SUPPORT);
    record(social);
    v1::Query query = offers();
    query.mutable_offers()->set_purpose(v1::PURPOSE_SOCIAL_SUPPORT);
    const v1::Answer first = ask(jobcentre, query);
    EXPECT_EQ(first.offers_size(), 0);
    ASSERT_NE(first.next(), "") << "there may be more";
    query.set_after(first.next());
    const v1::Answer second = ask(jobcentre, query);
    ASSERT_EQ(second.offers_size(), 1);
    EXPECT_EQ(second.offers(0).provider(), provider);
    EXPECT_EQ(second.next(), "") << "it is the last";
}

}  // namespace
}  // namespace jobbro::core
