// Time lines that are long: what was corrected is told of, however far apart the two stand.
#include "proto/base/limits.h"
#include "tests/unit/core/query_fixture.h"

namespace jobbro::core {
namespace {

class TimeLinesTest : public QueryTest {
  protected:
    static constexpr std::uint32_t rows = 100;  // of a page

    void SetUp() override {
        QueryTest::SetUp();
        id_ = placed();
    }
    v1::Envelope contact(const std::string& name) {
        v1::Envelope said = on(id_, jobcentre);
        said.mutable_contact_changed()->mutable_contact()->set_function_or_team(name);
        return said;
    }
    // So many, with their sequences.
    std::vector<std::uint64_t> say(const std::vector<v1::Envelope>& all) {
        std::vector<std::uint64_t> recorded;
        constexpr std::size_t most = limits::envelopes_per_submit_max;
        for (std::size_t i = 0; i < all.size(); i += most) {
            const auto first = all.begin() + static_cast<std::ptrdiff_t>(i);
            const auto count = static_cast<std::ptrdiff_t>(std::min(most, all.size() - i));
            const Turn turn =
                world.turn({world.submit(jobcentre, std::vector(first, first + count))});
            for (const v1::Outcome& told : outcomes(turn)) {
                EXPECT_TRUE(told.has_receipt()) << told.ShortDebugString();
                recorded.push_back(told.receipt().sequence());
            }
        }
        std::sort(recorded.begin(), recorded.end());
        return recorded;
    }
    std::vector<v1::Envelope> contacts(std::size_t count) {
        std::vector<v1::Envelope> all;
        for (std::size_t i = 0; i < count; ++i)
            all.push_back(contact("Team " + std::to_string(i)));
        return all;
    }
    std::vector<v1::Envelope> corrections_of(const std::vector<v1::Envelope>& wrong) {
        std::vector<v1::Envelope> all = contacts(wrong.size());
        for (std::size_t i = 0; i < wrong.size(); ++i)
            point_at(all[i], wrong[i], v1::CAUSE_RELATION_CORRECTS);
        return all;
    }
    static const v1::TimeLineEntry& entry_of(const v1::Answer& answer, std::uint64_t sequence) {
        for (const v1::TimeLineEntry& each : answer.entries()) {
            if (each.delivery().sequence() == sequence) return each;
        }
        ADD_FAILURE() << "no entry " << sequence;
        return v1::TimeLineEntry::default_instance();
    }

    contract::OrderId id_ = world.new_order();
};

TEST_F(TimeLinesTest, ACorrectionIsToldOfHoweverLongAfterItWasMade) {
    const std::vector<v1::Envelope> wrong = contacts(2);
    const auto wrong_at = say(wrong);
    say(contacts(limits::query_looks_max + 100));
    const auto corrected_at = say(corrections_of(wrong));
    const auto again_at = say(corrections_of({wrong[0]}));
    const v1::Answer answer = ask_all(jobcentre, order_asked(id_), rows);
    EXPECT_EQ(entry_of(answer, wrong_at[0]).corrected_by(), again_at[0]) << "the latest";
    EXPECT_EQ(entry_of(answer, wrong_at[1]).corrected_by(), corrected_at[1]);
    for (const v1::TimeLineEntry& each : answer.entries()) {
        const std::uint64_t at = each.delivery().sequence();
        EXPECT_EQ(each.has_corrected_by(), at == wrong_at[0] || at == wrong_at[1]) << at;
        EXPECT_FALSE(each.may_be_corrected()) << at;
    }
}

TEST_F(TimeLinesTest, WhatIsCorrectedBetweenTwoPagesIsTold) {
    const std::vector<v1::Envelope> wrong = contacts(1);
    const auto wrong_at = say(wrong);
    say(contacts(rows));
    v1::Query query = order_asked(id_);
    query.set_rows_max(rows);
    const v1::Answer first = ask(jobcentre, query);
    const auto corrected_at = say(corrections_of(wrong));
    query.set_after(first.next());
    const v1::Answer second = ask(jobcentre, query);
    EXPECT_EQ(entry_of(second, wrong_at[0]).corrected_by(), corrected_at[0]);
    // So much has come meanwhile that it cannot all be looked at.
    say(contacts(limits::query_looks_max + 1));
    const v1::Answer late = ask(jobcentre, query);
    EXPECT_FALSE(entry_of(late, wrong_at[0]).has_corrected_by());
    EXPECT_TRUE(entry_of(late, wrong_at[0]).may_be_corrected()) << "and it does not say no";
}

TEST_F(TimeLinesTest, MoreCorrectionsThanAreCarriedAreSaidNotToBeKnown) {
    constexpr std::size_t carried = 60;
    constexpr std::size_t not_carried = 10;
    const std::vector<v1::Envelope> wrong = contacts(carried + not_carried);
    const auto wrong_at = say(wrong);
    const auto between = say(contacts(rows - carried));
    const auto corrected_at = say(corrections_of(wrong));
    // Another question for the same is within what is looked at again.
    const v1::Answer near = ask_all(jobcentre, order_asked(id_), rows);
    for (std::size_t i = 0; i < wrong.size(); ++i)
        EXPECT_EQ(entry_of(near, wrong_at[i]).corrected_by(), corrected_at[i]) << i;

    say(contacts(limits::query_looks_max + 88));  // whole pages
    const v1::Answer far = ask_all(jobcentre, order_asked(id_), rows);
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        const v1::TimeLineEntry& told = entry_of(far, wrong_at[i]);
        EXPECT_EQ(told.has_corrected_by(), i >= not_carried) << i;
        EXPECT_EQ(told.may_be_corrected(), i < not_carried) << i;
        if (told.has_corrected_by()) {
            EXPECT_EQ(told.corrected_by(), corrected_at[i]);
        }
    }
    EXPECT_FALSE(entry_of(far, between.front()).may_be_corrected());
}

}  // namespace
}  // namespace jobbro::core
