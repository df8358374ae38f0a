#include "hub/domain/course_answers.h"

#include <algorithm>

namespace jobbro::domain {
namespace {

bool points_at(const OrderMessage& follow_up, MessageNumber number) {
    return std::find(follow_up.answers.begin(), follow_up.answers.end(), number) !=
           follow_up.answers.end();
}

}  // namespace

bool take_follow_up(Answers& answers, const OrderMessage& follow_up, MessageNumber number) {
    const bool was_answered = !answers.empty();
    const auto corrected =
        std::find_if(answers.begin(), answers.end(), [&follow_up](const rows::Answer& answer) {
            return follow_up.corrects != 0 && answer.number() == follow_up.corrects;
        });
    if (corrected != answers.end()) {
        const bool points_at_it = points_at(follow_up, number);
        if (points_at_it || points_at(follow_up, corrected->answered())) {
            corrected->set_number(follow_up.number);
            if (points_at_it) corrected->set_answered(number);
            return false;
        }
        answers.erase(corrected);
    } else if (points_at(follow_up, number) && answers.size() < answers_max) {
        rows::Answer& answer = *answers.Add();
        answer.set_number(follow_up.number);
        answer.set_answered(number);
    }
    return was_answered && answers.empty();
}

}  // namespace jobbro::domain
