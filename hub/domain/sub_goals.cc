#include "hub/domain/sub_goals.h"

#include <algorithm>
#include <bitset>
#include <string_view>

namespace jobbro::domain {
namespace {

constexpr std::size_t word_bytes_min = 5;  // of words that tell what a text is about
constexpr std::size_t start_bytes = 5;     // by which inflected words are known again
constexpr int words_max = 8;               // kept of one sub-goal
constexpr std::size_t sub_goals_max = 16;  // an order has at most ten

// Letters, digits and all that is not ASCII make words. Æ, Ø and Å are folded too: in UTF-8 their
// second byte is 0x20 below that of æ, ø and å.
bool is_of_word(unsigned char c) {
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

unsigned char folded(unsigned char c, unsigned char before) {
    if (c >= 'A' && c <= 'Z') return static_cast<unsigned char>(c + 0x20);
    const bool is_upper_latin = before == 0xC3 && c >= 0x80 && c <= 0x9E;
    return is_upper_latin ? static_cast<unsigned char>(c + 0x20) : c;
}

// FNV-1a of the first bytes of each word, with the word's length.
template <typename Visit>
void for_each_word(std::string_view text, Visit visit) {
    constexpr std::uint32_t basis = 2166136261U;
    constexpr std::uint32_t prime = 16777619U;
    std::uint32_t hash = basis;
    std::size_t length = 0;
    unsigned char before = 0;
    for (const char byte : text) {
        const auto c = static_cast<unsigned char>(byte);
        if (!is_of_word(c)) {
            if (length > 0) visit(hash, length);
            hash = basis;
            length = 0;
        } else if (length++ < start_bytes) {
            hash = (hash ^ folded(c, before)) * prime;
        }
        before = c;
    }
    if (length > 0) visit(hash, length);
}

std::size_t longest_word(std::string_view text) {
    std::size_t longest = 0;
    for_each_word(text, [&longest](std::uint32_t, std::size_t length) {
        longest = std::max(longest, length);
    });
    return longest;
}

// Notes which sub-goals a text speaks of.
class Listener {
  public:
    explicit Listener(const rows::CourseState& course) : course_(course) {}

    void hear(std::string_view text) {
        if (heard_all()) return;
        for_each_word(text, [this](std::uint32_t hash, std::size_t) { hear_word(hash); });
    }
    void hear(const v1::AttentionPoint& point) {
        hear(point.narrative());
        hear(point.evidence());
        hear(point.next_step());
        for (const v1::Indicator& indicator : point.indicators())
            hear(indicator.name());
    }
    [[nodiscard]] bool heard_all() const {
        return heard_.count() == static_cast<std::size_t>(course_.sub_goals_size());
    }

  private:
    void hear_word(std::uint32_t hash) {
        for (int i = 0; i < course_.sub_goals_size(); ++i) {
            const auto& words = course_.sub_goals(i).words();
            if (std::find(words.begin(), words.end(), hash) != words.end()) {
                heard_.set(static_cast<std::size_t>(i));
            }
        }
    }

    const rows::CourseState& course_;
    std::bitset<sub_goals_max> heard_;
};

}  // namespace

void set_sub_goals(rows::CourseState& course, const v1::Order& order) {
    course.clear_sub_goals();
    for (const std::string& text : order.sub_goals()) {
        const std::size_t longest = longest_word(text);
        if (longest == 0) continue;
        const std::size_t length_min = std::min(word_bytes_min, longest);
        rows::SubGoal& goal = *course.add_sub_goals();
        for_each_word(text, [&](std::uint32_t hash, std::size_t length) {
            if (length >= length_min && goal.words_size() < words_max) goal.add_words(hash);
        });
        if (static_cast<std::size_t>(course.sub_goals_size()) == sub_goals_max) return;
    }
}

bool leaves_out_sub_goal(const rows::CourseState& course, const v1::ProgressionReport& report) {
    if (course.sub_goals().empty()) return false;
    Listener listener{course};
    for (const std::string& reached : report.sub_goals_reached())
        listener.hear(reached);
    for (const v1::AttentionPoint& point : report.attention_points())
        listener.hear(point);
    listener.hear(report.work_capacity_assessment());
    listener.hear(report.labour_market_assessment());
    listener.hear(report.recommendation());
    listener.hear(report.citizen_view());
    for (const v1::QuestionAnswer& answer : report.answers())
        listener.hear(answer.answer());
    return !listener.heard_all();
}

}  // namespace jobbro::domain
