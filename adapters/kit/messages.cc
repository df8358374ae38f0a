#include "adapters/kit/messages.h"

namespace jobbro::kit {

Delivery delivery_from_wire(const std::string& subscription, const v1::Delivery& wire) {
    Delivery delivery;
    delivery.subscription = subscription;
    delivery.sequence = Sequence{wire.sequence()};
    delivery.recorded_at =
        Instant{wire.recorded_at().seconds() * 1'000'000 + wire.recorded_at().nanos() / 1000};
    delivery.envelope = wire.envelope();
    delivery.findings.assign(wire.findings().begin(), wire.findings().end());
    delivery.attempt = wire.attempt();
    delivery.lane = wire.lane();
    if (wire.has_notification()) delivery.notification = wire.notification();
    return delivery;
}

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
