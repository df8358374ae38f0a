// Parties that ask what goes on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "proto/base/limits.h"
#include "tests/unit/core/course_fixture.h"

namespace jobbro::core {

class QueryTest : public CourseTest {
  protected:
    void connect(const std::string& party, const std::vector<std::string>& jobcentres = {}) {
        world.add_party(party, jobcentres);
        world.turn({world.hello(party)});
    }
    // The request number is 7.
    [[nodiscard]] FrameIn query_frame(const std::string& party, v1::Query query) const {
        v1::ClientFrame content;
        query.set_request_number(7);
        *content.mutable_query() = std::move(query);
        return world.frame(party, std::move(content));
    }
    v1::Answer ask(const std::string& party, const v1::Query& query) {
        last = world.turn({query_frame(party, query)});
        const auto frames = frames_to(last, party, v1::HubFrame::kAnswer);
        EXPECT_EQ(frames.size(), 1U) << query.ShortDebugString();
        if (frames.empty()) return {};
        EXPECT_EQ(frames[0].answer().request_number(), 7U);
        EXPECT_LE(frames[0].answer().next().size(), limits::query_after_bytes_max);
        return frames[0].answer();
    }
    // Every page, so many rows at most each, as one.
    v1::Answer ask_all(const std::string& party, v1::Query query, std::uint32_t rows_max) {
        v1::Answer all;
        query.set_rows_max(rows_max);
        for (int pages = 0; pages < 1000; ++pages) {
            const v1::Answer page = ask(party, query);
            const int rows = page.waiting_size() + page.entries_size() + page.offers_size() +
                             page.rule_sets_size() + page.results_size();
            EXPECT_LE(rows, static_cast<int>(rows_max));
            all.MergeFrom(page);
            if (page.next().empty()) break;
            query.set_after(page.next());
        }
        return all;
    }
    // The error it is answered with; nothing is recorded of it.
    v1::Error not_answered(const std::string& party, const v1::Query& query) {
        last = world.turn({query_frame(party, query)});
        EXPECT_EQ(last.report.entries, 0U);
        EXPECT_THAT(frames_to(last, party, v1::HubFrame::kAnswer), IsEmpty());
        const auto frames = frames_to(last, party, v1::HubFrame::kError);
        EXPECT_EQ(frames.size(), 1U) << query.ShortDebugString();
        return frames.empty() ? v1::Error{} : frames[0].error();
    }

    static v1::Query waiting() {
        v1::Query query;
        query.mutable_waiting();
        return query;
    }
    static v1::Query waiting_with(const std::string& contact) {
        v1::Query query;
        query.mutable_waiting()->set_contact(contact);
        return query;
    }
    static v1::Query orders() {
        v1::Query query;
        query.mutable_orders();
        return query;
    }
    static v1::Query order_asked(const contract::OrderId& id) {
        v1::Query query;
        query.mutable_order()->set_order_id(id.text());
        return query;
    }
    static v1::Query citizen_asked(const std::string& cpr) {
        v1::Query query;
        query.mutable_citizen()->set_cpr_number(cpr);
        return query;
    }
    static v1::Query offers() {
        v1::Query query;
        query.mutable_offers();
        return query;
    }

    static std::vector<std::uint64_t> sequences(const v1::Answer& answer) {
        std::vector<std::uint64_t> all;
        for (const v1::TimeLineEntry& each : answer.entries())
            all.push_back(each.delivery().sequence());
        return all;
    }
    static std::vector<std::string> order_ids(const v1::Answer& answer) {
        std::vector<std::string> all;
        for (const v1::OrderStanding& each : answer.orders())
            all.push_back(each.order_id());
        return all;
    }
    // "REPORT d40 overdue", days counted from day 0; "of other" what the other party is to do.
    static std::vector<std::string> matters(const v1::Answer& answer) {
        std::vector<std::string> all;
        for (const v1::WaitingRow& row : answer.waiting()) {
            std::string text = v1::WaitingFor_Name(row.what());
            text = text.substr(std::string{"WAITING_FOR_"}.size());
            for (int day = -10; day < 400 && !row.limit_date().empty(); ++day) {
                if (date(day) == row.limit_date()) text += " d" + std::to_string(day);
            }
            if (row.is_overdue()) text += " overdue";
            if (row.is_of_other_party()) text += " of other";
            all.push_back(text);
        }
        return all;
    }

    // --- Offers ---

    v1::Envelope offer(const std::string& reference, const std::string& sender = provider) {
        v1::Envelope said = about(sender);
        said.clear_citizen();
        said.mutable_audience()->mutable_all_with_ground();
        v1::OfferPublished& body = *said.mutable_offer_published();
        body.set_offer_reference(reference);
        body.set_name("workshop and kitchen");
        body.add_purposes(v1::PURPOSE_EMPLOYMENT);
        body.set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
        body.set_form(v1::OFFER_FORM_GROUP);
        return said;
    }
    v1::Envelope withdrawal(const std::string& reference, int day,
                            const std::string& sender = provider) {
        v1::Envelope said = about(sender);
        said.clear_citizen();
        said.mutable_audience()->mutable_all_with_ground();
        said.mutable_offer_withdrawn()->set_offer_reference(reference);
        said.mutable_offer_withdrawn()->set_from_date(date(day));
        return said;
    }

    Turn last;
};

}  // namespace jobbro::core
