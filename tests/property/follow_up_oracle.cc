#include "tests/property/follow_up_oracle.h"

#include <set>
#include <string>
#include <utility>

#include "hub/domain/course_answers.h"

namespace jobbro::domain {
namespace {

// Of a report or the end of the course: the follow-ups that answer it, and by which number it went
// then.
using AnsweredBy = std::map<MessageNumber, MessageNumber>;

bool decides(const Said& said) {
    const auto decision = said.envelope.follow_up().decision();
    return decision == v1::FOLLOW_UP_DECISION_NEW_ORDER || decision == v1::FOLLOW_UP_DECISION_END;
}

void answer(AnsweredBy& answers, const Said& said, MessageNumber goes_by) {
    const std::set<MessageNumber> told(said.answers.begin(), said.answers.end());
    const auto corrected = answers.find(said.corrects);
    if (corrected == answers.end()) {
        const bool has_room = answers.size() < static_cast<std::size_t>(answers_max);
        if (told.contains(goes_by) && has_room) answers[said.number] = goes_by;
        return;
    }
    const MessageNumber went_by = corrected->second;
    answers.erase(corrected);
    if (told.contains(goes_by)) {
        answers[said.number] = goes_by;
    } else if (told.contains(went_by)) {
        answers[said.number] = went_by;
    }
}

class FollowUps {
  public:
    FollowUps(int days, Day first_day) : days_(days), first_(first_day) {}

    void hear(const Said& said) {
        if (said.kind == v1::MESSAGE_KIND_PROGRESSION_REPORT) {
            report(said, said.envelope.progression_report().answer_wanted_by_date());
        } else if (said.kind == v1::MESSAGE_KIND_MID_TERM_EVALUATION) {
            report(said, said.envelope.mid_term_evaluation().answer_wanted_by_date());
        } else if (said.kind == v1::MESSAGE_KIND_COURSE_END) {
            end(said);
        } else if (said.kind == v1::MESSAGE_KIND_FOLLOW_UP) {
            follow_up(said);
        }
    }
    [[nodiscard]] const std::map<MessageNumber, int>& waiting() const { return waiting_; }

  private:
    [[nodiscard]] bool is_done() const { return !decisions_.empty() || !end_answers_.empty(); }
    bool asks(const Said& said) { return said.corrects == 0 || waiting_.erase(said.corrects) != 0; }

    void report(const Said& said, const std::string& wanted_by) {
        if (said.corrects == 0) {
            reports_[said.number] = {};
        } else if (auto corrected = reports_.extract(said.corrects)) {
            corrected.key() = said.number;
            reports_.insert(std::move(corrected));
        }
        if (!asks(said)) return;
        waiting_[said.number] =
            wanted_by.empty() ? said.day + days_ : domain::day(wanted_by).since(first_);
    }

    void end(const Said& said) {
        if (said.corrects != 0 && said.corrects != end_) return;
        const bool asks = this->asks(said);
        end_ = said.number;
        if (asks && decisions_.empty()) waiting_[end_] = said.day + days_;
    }

    void follow_up(const Said& said) {
        for (const MessageNumber answered : said.answers)
            waiting_.erase(answered);
        for (auto& [report, answers] : reports_) {
            const bool was_answered = !answers.empty();
            answer(answers, said, report);
            if (was_answered && answers.empty()) waiting_[report] = said.day + days_;
        }
        const bool was_done = is_done();
        decisions_.erase(said.corrects);
        if (decides(said)) decisions_.insert(said.number);
        if (decides(said)) waiting_.erase(end_);
        if (end_ == 0) return;
        answer(end_answers_, said, end_);
        if (was_done && !is_done()) waiting_[end_] = said.day + days_;
    }

    int days_;
    Day first_;
    std::map<MessageNumber, int> waiting_;
    std::map<MessageNumber, AnsweredBy> reports_;
    MessageNumber end_ = 0;
    AnsweredBy end_answers_;
    std::set<MessageNumber> decisions_;
};

}  // namespace

std::map<MessageNumber, int> waiting_for_follow_up(const std::vector<Said>& history,
                                                   const AlertSettings& alerts, Day first_day) {
    FollowUps follow_ups{*alerts.follow_up, first_day};
    for (const Said& said : history)
        follow_ups.hear(said);
    return follow_ups.waiting();
}

}  // namespace jobbro::domain
