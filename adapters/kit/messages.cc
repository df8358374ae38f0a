#include "adapters/kit/messages.h"

namespace jobbro::kit {

Error error_from_wire(v1::ErrorCode code, v1::Disposition disposition, std::string detail,
                      std::string field_path) {
    const auto text = find_error_text(static_cast<std::uint32_t>(code));
    if (text) return Error{text->code, std::move(detail), std::move(field_path)};
    ErrorCode nearest = ErrorCode::field_invalid;
    if (disposition == v1::DISPOSITION_RETRY) nearest = ErrorCode::busy;
    if (disposition == v1::DISPOSITION_NEVER) nearest = ErrorCode::role_not_allowed;
    std::string told =
        "error " + std::to_string(static_cast<int>(code)) + ", which this version does not know";
    if (!detail.empty()) told += ": " + detail;
    return Error{nearest, std::move(told), std::move(field_path)};
}

bool may_be_retried(v1::Disposition disposition, ErrorCode code) {
    if (disposition == v1::DISPOSITION_RETRY) return true;
    if (disposition == v1::DISPOSITION_FIX || disposition == v1::DISPOSITION_NEVER) return false;
    return error_text(code).disposition == Disposition::retry;
}

}  // namespace jobbro::kit
