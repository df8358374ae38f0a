#include "adapters/connectors/folder_outlet.h"

#include "adapters/connectors/fate_text.h"
#include "adapters/connectors/json_text.h"
#include "proto/contract/json.h"
#include "proto/contract/validation.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::connectors {
namespace {

constexpr std::size_t sequence_digits = 12;

// What it says that this version knows is all of it.
bool is_known_whole(const v1::Envelope& envelope) {
    if (contract::kind_of(envelope) == v1::MESSAGE_KIND_UNSPECIFIED) return false;
    v1::Envelope known = envelope;
    known.DiscardUnknownFields();
    return known.ByteSizeLong() == envelope.ByteSizeLong();
}

}  // namespace

std::string delivery_text(const kit::Delivery& delivery) {
    JsonText json;
    json.begin_object()
        .number("sequence", delivery.sequence.value())
        .text("recorded_at", time_text(delivery.recorded_at));
    add_findings(json, delivery.findings);
    v1::Envelope envelope;
    const bool is_read = envelope.ParseFromString(delivery.envelope);
    if (is_read) json.raw("envelope", contract::to_json(envelope));
    if (!is_read || !is_known_whole(envelope)) {
        json.text("envelope_bytes", evidence::base64_encode(delivery.envelope))
            .text("note", is_read ? "The message says more than this version of the program knows. "
                                    "All of it is in envelope_bytes, in base64."
                                  : "This version of the program cannot read the message. All of "
                                    "it is in envelope_bytes, in base64.");
    }
    return json.end_object().str();
}

std::string delivery_name(const kit::Delivery& delivery) {
    std::string number = std::to_string(delivery.sequence.value());
    if (number.size() < sequence_digits) number.insert(0, sequence_digits - number.size(), '0');
    v1::Envelope envelope;
    std::string_view kind;
    if (envelope.ParseFromString(delivery.envelope)) {
        kind = contract::kind_name(contract::kind_of(envelope));
    }
    return number.append("-").append(kind.empty() ? "unknown" : kind).append(".json");
}

Result<kit::Handled> FolderOutlet::publish(const kit::Delivery& delivery, Instant now) {
    const std::string text = delivery_text(delivery);
    return inbox_.publish_file(
        kit::DeliveryId{origin_, delivery.subscription, delivery.sequence}, now,
        kit::PublishedFile{layout_.staging, layout_.out, delivery_name(delivery), text});
}

}  // namespace jobbro::connectors
