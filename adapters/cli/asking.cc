#include "adapters/cli/asking.h"

#include "adapters/cli/interruption.h"
#include "adapters/kit/answer_pages.h"

namespace jobbro::cli {

Result<Asked> ask(const GlobalOptions& global, const v1::Query& question) {
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    Asked asked;
    asked.party = settings.own.party;
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    kit::AnswerPages pages{*client, question, global.timeout()};
    JOBBRO_TRY(pages.hand_on([&asked](const v1::Answer& page) -> Result<void> {
        if (is_interrupted()) return Error{ErrorCode::session_lost, "interrupted"};
        asked.answer.MergeFrom(page);
        return {};
    }));
    return asked;
}

}  // namespace jobbro::cli
