// Asking the hub through the client, page by page.
#include "adapters/kit/answer_pages.h"
#include "tests/unit/kit/fake_hub.h"
#include "tests/unit/kit/kit_samples.h"

namespace jobbro::kit {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::HubFrame answer_to(const v1::Query& asked, const std::string& order_id) {
    v1::HubFrame frame;
    frame.mutable_answer()->set_request_number(asked.request_number());
    frame.mutable_answer()->set_today("2011-03-01");
    frame.mutable_answer()->add_waiting()->set_order_id(order_id);
    return frame;
}

// Three pages, "0" to "2".
std::vector<v1::HubFrame> three_pages(const v1::Query& asked) {
    const int page = asked.after().empty() ? 0 : std::stoi(asked.after());
    v1::HubFrame frame = answer_to(asked, std::to_string(page));
    if (page < 2) frame.mutable_answer()->set_next(std::to_string(page + 1));
    return {frame};
}

class QueryTest : public ::testing::Test {
  protected:
    void start(FakeHub::Answers answers) {
        hub_.answer_queries([this, answers = std::move(answers)](const v1::Query& asked) {
            asked_.push_back(asked);
            return answers(asked);
        });
        ASSERT_TRUE(hub_.start());
        auto client =
            Client::connect({.endpoint = hub_.endpoint(),
                             .hub = hub_.public_keys(),
                             .own = {own_.party, own_.curve.copy(), own_.signing.copy()}});
        ASSERT_TRUE(client.has_value());
        client_ = *std::move(client);
        ASSERT_TRUE(client_->wait_ready(patience).has_value());
    }
    static v1::Query question() {
        v1::Query query;
        query.set_request_number(4711);
        query.set_rows_max(1);
        query.mutable_waiting()->add_kinds(v1::WAITING_FOR_REPORT);
        return query;
    }
    // What the hub was asked; ends it, so that nothing is written any more.
    const std::vector<v1::Query>& asked() {
        hub_.stop();
        return asked_;
    }

    const evidence::PartySecretKeys own_ = party_keys();
    std::vector<v1::Query> asked_;  // the hub's thread's own until it is stopped
    FakeHub hub_{evidence::curve_public_key(own_.curve)};
    std::unique_ptr<Client> client_;
};

TEST_F(QueryTest, AnAnswerComesToTheOneWhoAsked) {
    start([](const v1::Query& query) {
        return std::vector{answer_to(query, std::to_string(query.rows_max()))};
    });
    const auto first = client_->query(question(), patience);
    ASSERT_TRUE(first.has_value()) << first.error().line();
    EXPECT_EQ(first->today(), "2011-03-01");
    ASSERT_EQ(first->waiting_size(), 1);
    EXPECT_EQ(first->waiting(0).order_id(), "1");
    v1::Query other = question();
    other.set_rows_max(2);
    const auto second = client_->query(other, patience);
    ASSERT_TRUE(second.has_value()) << second.error().line();
    EXPECT_EQ(second->waiting(0).order_id(), "2");

    ASSERT_EQ(asked().size(), 2U);
    EXPECT_THAT(asked()[0].waiting().kinds(), ElementsAre(v1::WAITING_FOR_REPORT));
    EXPECT_NE(asked()[0].request_number(), 4711U) << "the number is the kit's";
    EXPECT_NE(asked()[0].request_number(), asked()[1].request_number());
}

TEST_F(QueryTest, AnErrorHasTheHubsCodeAndWhatItSaidOfIt) {
    start([](const v1::Query& query) {
        v1::HubFrame frame;
        frame.mutable_error()->set_request_number(query.request_number());
        frame.mutable_error()->set_code(v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
        frame.mutable_error()->set_disposition(v1::DISPOSITION_FIX);
        frame.mutable_error()->set_detail("no such day");
        frame.mutable_error()->set_field_path("offers.day");
        return std::vector{frame};
    });
    const auto answer = client_->query(question(), patience);
    EXPECT_THAT(answer, FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_EQ(answer.error().field_path, "offers.day");
    EXPECT_EQ(answer.error().detail, "no such day");
}

TEST_F(QueryTest, AnAnswerToAnotherRequestIsPassedOver) {
    start([](const v1::Query& query) {
        v1::HubFrame stray = answer_to(query, "stray");
        stray.mutable_answer()->set_request_number(query.request_number() + 1000);
        return std::vector{stray, answer_to(query, "right")};
    });
    const auto answer = client_->query(question(), patience);
    ASSERT_TRUE(answer.has_value()) << answer.error().line();
    EXPECT_EQ(answer->waiting(0).order_id(), "right");
}

TEST_F(QueryTest, NobodyWaitsLongerThanTold) {
    start([](const v1::Query&) { return std::vector<v1::HubFrame>{}; });
    EXPECT_THAT(client_->query(question(), 50ms), FailsWith(ErrorCode::hub_unreachable));
}

TEST_F(QueryTest, AClosedClientSaysThatNothingCameOfIt) {
    start([](const v1::Query&) { return std::vector<v1::HubFrame>{}; });
    client_->close();
    EXPECT_THAT(client_->query(question(), patience), FailsWith(ErrorCode::session_lost));
}

// --- Pages ------------------------------------------------------------------------------------

class AnswerPagesTest : public QueryTest {
  protected:
    AnswerPages pages() { return AnswerPages{*client_, question(), patience}; }
    // Hands on; what came goes to `came_`.
    Result<void> hand_on(AnswerPages& pages, const std::string& fails_at = "none") {
        return pages.hand_on([&](const v1::Answer& page) -> Result<void> {
            came_.push_back(page.waiting(0).order_id());
            if (came_.back() == fails_at) return ErrorCode::file_unwritable;
            return {};
        });
    }
    std::vector<std::string> came_;
};

TEST_F(AnswerPagesTest, AllAreHandedOnInOrder) {
    start(three_pages);
    AnswerPages all = pages();
    const auto done = hand_on(all);
    EXPECT_TRUE(done.has_value()) << done.error().line();
    EXPECT_THAT(came_, ElementsAre("0", "1", "2"));
    const auto after = all.next();
    ASSERT_TRUE(after.has_value());
    EXPECT_FALSE(after->has_value());
    ASSERT_EQ(asked().size(), 3U) << "the last page is known as the last";
    EXPECT_THAT(asked()[0].after(), IsEmpty());
    EXPECT_EQ(asked()[2].after(), "2");
    EXPECT_EQ(asked()[2].rows_max(), 1U) << "each page asks the same";
}

TEST_F(AnswerPagesTest, AnErrorOfTheOneHandedToEndsTheAsking) {
    start(three_pages);
    AnswerPages all = pages();
    EXPECT_THAT(hand_on(all, "1"), FailsWith(ErrorCode::file_unwritable));
    EXPECT_THAT(came_, ElementsAre("0", "1"));
    EXPECT_TRUE(hand_on(all).has_value());
    EXPECT_THAT(came_, ElementsAre("0", "1"));
    EXPECT_EQ(asked().size(), 2U);
}

TEST_F(AnswerPagesTest, AnErrorOfTheHubIsHandedUpAndEndsIt) {
    start([](const v1::Query& query) {
        if (query.after().empty()) return three_pages(query);
        v1::HubFrame frame;
        frame.mutable_error()->set_request_number(query.request_number());
        frame.mutable_error()->set_code(v1::ERROR_CODE_BUSY);
        return std::vector{frame};
    });
    AnswerPages all = pages();
    EXPECT_THAT(hand_on(all), FailsWith(ErrorCode::busy));
    EXPECT_THAT(came_, ElementsAre("0"));
    EXPECT_TRUE(hand_on(all).has_value());
    EXPECT_EQ(asked().size(), 2U);
}

TEST_F(AnswerPagesTest, APageThatSendsToItselfIsAnError) {
    start([](const v1::Query& query) {
        v1::HubFrame frame = answer_to(query, "again");
        frame.mutable_answer()->set_next("1");
        return std::vector{frame};
    });
    AnswerPages all = pages();
    EXPECT_THAT(hand_on(all), FailsWith(ErrorCode::frame_malformed));
    EXPECT_THAT(came_, ElementsAre("again"));
}

}  // namespace
}  // namespace jobbro::kit
