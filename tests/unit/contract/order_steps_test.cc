#include "proto/contract/order_steps.h"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "tests/unit/contract/expectations.h"

namespace jobbro::contract {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr DialogueState all_states[] = {
    DialogueState::placed,      DialogueState::asked,    DialogueState::clarified,
    DialogueState::accepted,    DialogueState::started,  DialogueState::ended,
    DialogueState::followed_up, DialogueState::declined, DialogueState::cancelled};

TEST(OrderSteps, EachStateHasANameOfItsOwn) {
    std::set<std::string_view> names;
    for (const DialogueState state : all_states)
        EXPECT_TRUE(names.insert(dialogue_state_name(state)).second);
    EXPECT_EQ(names.size(), dialogue_states);
}

TEST(OrderSteps, TheWayFromTheOrderToTheAnswerIsAllowed) {
    const std::pair<DialogueState, v1::MessageKind> way[] = {
        {DialogueState::placed, v1::MESSAGE_KIND_CLARIFICATION_REQUEST},
        {DialogueState::asked, v1::MESSAGE_KIND_CLARIFICATION},
        {DialogueState::clarified, v1::MESSAGE_KIND_ORDER_REVISION},
        {DialogueState::clarified, v1::MESSAGE_KIND_ORDER_ACCEPTANCE},
        {DialogueState::accepted, v1::MESSAGE_KIND_COURSE_START},
        {DialogueState::started, v1::MESSAGE_KIND_PROGRESSION_REPORT},
        {DialogueState::started, v1::MESSAGE_KIND_EXTENSION},
        {DialogueState::started, v1::MESSAGE_KIND_COURSE_END},
        {DialogueState::ended, v1::MESSAGE_KIND_FOLLOW_UP},
        {DialogueState::followed_up, v1::MESSAGE_KIND_COURSE_OUTCOME}};
    for (const auto& [state, kind] : way)
        EXPECT_THAT(check_step(state, kind, false), Succeeds()) << v1::MessageKind_Name(kind);
}

TEST(OrderSteps, AStepOutOfPlaceNamesTheStateAndWhatItAllows) {
    const auto refused =
        check_step(DialogueState::accepted, v1::MESSAGE_KIND_PROGRESSION_REPORT, false);
    ASSERT_THAT(refused, FailsAt(ErrorCode::order_step_not_allowed, "body"));
    EXPECT_THAT(refused.error().detail, HasSubstr("the order is accepted; allowed: course_start"));
    EXPECT_THAT(refused.error().detail, Not(HasSubstr("progression_report")));
    const auto over = check_step(DialogueState::cancelled, v1::MESSAGE_KIND_COURSE_START, true);
    ASSERT_THAT(over, FailsAt(ErrorCode::order_step_not_allowed, "body"));
    EXPECT_EQ(over.error().detail, "the order is cancelled; allowed: course_outcome");
}

TEST(OrderSteps, CorrectionsAreAllowedWhereTheFirstNoLongerIs) {
    EXPECT_THAT(check_step(DialogueState::started, v1::MESSAGE_KIND_ORDER, true), Succeeds());
    EXPECT_THAT(check_step(DialogueState::started, v1::MESSAGE_KIND_ORDER, false),
                FailsWith(ErrorCode::order_step_not_allowed));
    EXPECT_THAT(check_step(DialogueState::ended, v1::MESSAGE_KIND_COURSE_END, true), Succeeds());
    EXPECT_THAT(check_step(DialogueState::placed, v1::MESSAGE_KIND_CLARIFICATION, true),
                FailsWith(ErrorCode::order_step_not_allowed))
        << "nothing was ever asked";
}

TEST(OrderSteps, KindsOfNoOrderAreNoSteps) {
    EXPECT_EQ(step_allowed(DialogueState::started, v1::MESSAGE_KIND_OFFER_PUBLISHED), Step::no);
    EXPECT_EQ(step_allowed(DialogueState::started, v1::MESSAGE_KIND_ALERT), Step::no);
    EXPECT_EQ(step_allowed(DialogueState::started, v1::MESSAGE_KIND_UNSPECIFIED), Step::no);
}

TEST(OrderSteps, ThePageShowsTheTable) {
    std::ifstream file(JOBBRO_SOURCE_DIR "/proto/README.md");
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_THAT(text.str(), HasSubstr(order_steps_page()));
    EXPECT_THAT(order_steps_page(),
                HasSubstr("| `course_end` | | | | | yes | corrections | corrections | | |\n"));
}

}  // namespace
}  // namespace jobbro::contract
