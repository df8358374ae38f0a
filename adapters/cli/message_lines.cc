#include "adapters/cli/message_lines.h"

#include <cstdio>
#include <ctime>

#include "adapters/cli/json_line.h"
#include "proto/contract/json.h"
#include "proto/contract/validation.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::cli {
namespace {

constexpr std::string_view disposition_name(Disposition disposition) {
    switch (disposition) {
        case Disposition::fix:
            return "fix";
        case Disposition::retry:
            return "retry";
        case Disposition::never:
            return "never";
    }
    return "";
}

std::string findings_array(const std::vector<v1::Finding>& findings) {
    std::string array = "[";
    for (const v1::Finding& finding : findings) {
        if (array.size() > 1) array += ',';
        JsonLine line;
        line.text("code", finding.code())
            .text("severity", contract::severity_name(finding.severity()))
            .text("field_path", finding.field_path());
        if (const auto* text = contract::find_finding_text(finding.code())) {
            line.text("text", text->english);
        }
        array += line.str();
    }
    return array + "]";
}

}  // namespace

std::string instant_text(Instant instant) {
    const std::time_t seconds = instant.microseconds / 1'000'000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[96] = {};
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.tm_year + 1900,
                  parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                  static_cast<int>(instant.microseconds % 1'000'000));
    return text;
}

std::string receipt_line(const kit::Receipt& receipt) {
    return JsonLine{}
        .text("message_id", receipt.message_id)
        .number("sequence", receipt.sequence.value())
        .text("recorded_at", instant_text(receipt.recorded_at))
        .raw("findings", findings_array(receipt.findings))
        .str();
}

std::string kind_text(v1::MessageKind kind) {
    const std::string_view name = contract::kind_name(kind);
    return name.empty() ? std::to_string(static_cast<int>(kind)) : std::string{name};
}

std::string rejection_line(const std::string& message_id, const Error& error,
                           const InputPlace& place) {
    const ErrorText text = error_text(error.code);
    const std::string rejected = JsonLine{}
                                     .text("code", text.name)
                                     .number("number", static_cast<std::uint64_t>(error.code))
                                     .text("disposition", disposition_name(text.disposition))
                                     .text("field_path", error.field_path)
                                     .text("detail", error.detail)
                                     .text("text", text.english)
                                     .str();
    JsonLine line;
    line.text("message_id", message_id).raw("rejected", rejected).number("line", place.line);
    if (place.row) line.number("row", *place.row);
    return line.str();
}

std::string delivery_line(const kit::Delivery& delivery) {
    JsonLine line;
    line.number("sequence", delivery.sequence.value())
        .text("recorded_at", instant_text(delivery.recorded_at))
        .raw("findings", findings_array(delivery.findings));
    v1::Envelope envelope;
    if (delivery.notification) {
        const v1::Notification& notification = *delivery.notification;
        line.raw("notification", JsonLine{}
                                     .text("kind", kind_text(notification.kind()))
                                     .text("sender", notification.sender())
                                     .text("message_id", notification.message_id())
                                     .text("order_id", notification.order_id())
                                     .str());
    } else if (envelope.ParseFromString(delivery.envelope)) {
        line.raw("message", contract::to_json(envelope));
    } else {
        // Of a later version of the contract: handed on whole rather than lost.
        line.text("envelope", evidence::base64_encode(delivery.envelope));
    }
    return line.str();
}

}  // namespace jobbro::cli
