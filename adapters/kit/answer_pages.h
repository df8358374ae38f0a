// An answer of the hub's that may take more than one page.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "adapters/kit/client.h"

namespace jobbro::kit {

// Asks for page after page of one question. Every page is a reading of its own, and what is
// recorded between two pages may be in the later one. Thread: one at a time, not one of the
// client's. Life: the client outlives it.
//
// Example: AnswerPages pages{client, question, 10s};
//          JOBBRO_TRY(pages.hand_on([](const v1::Answer& page) { return show(page); }));
class AnswerPages {
  public:
    // `timeout` is for each page. The question's number and `after` are set here.
    AnswerPages(Client& client, v1::Query question, std::chrono::milliseconds timeout);

    // The next page; none after the last, and after an error. Errors: as Client::query;
    // frame_malformed when the hub sends to the page that was just asked for.
    Result<std::optional<v1::Answer>> next();
    // All that is left, a page at a time; the next is asked for when `on_page` has returned. An
    // error of it ends the asking and is returned. Errors: as next().
    using OnPage = std::function<Result<void>(const v1::Answer&)>;
    Result<void> hand_on(const OnPage& on_page);

  private:
    Client& client_;
    v1::Query question_;
    const std::chrono::milliseconds timeout_;
    bool is_over_ = false;
};

}  // namespace jobbro::kit
