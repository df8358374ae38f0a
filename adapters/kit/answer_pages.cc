#include "adapters/kit/answer_pages.h"

#include <utility>

namespace jobbro::kit {

AnswerPages::AnswerPages(Client& client, v1::Query question, std::chrono::milliseconds timeout)
    : client_(client), question_(std::move(question)), timeout_(timeout) {
    question_.clear_after();
}

Result<std::optional<v1::Answer>> AnswerPages::next() {
    std::optional<v1::Answer> page;
    if (std::exchange(is_over_, true)) return page;
    JOBBRO_TRY_ASSIGN(page, client_.query(question_, timeout_));
    if (page->next().empty()) return page;
    if (page->next() == question_.after()) {
        return Error{ErrorCode::frame_malformed, "a page of the hub that sends to itself"};
    }
    question_.set_after(page->next());
    is_over_ = false;
    return page;
}

Result<void> AnswerPages::hand_on(const OnPage& on_page) {
    while (true) {
        JOBBRO_TRY_ASSIGN(const std::optional<v1::Answer> page, next());
        if (!page) return {};
        const auto taken = on_page(*page);
        if (taken) continue;
        is_over_ = true;
        return taken.error();
    }
}

}  // namespace jobbro::kit
