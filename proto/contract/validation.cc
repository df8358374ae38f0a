#include "proto/contract/validation.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "proto/base/limits.h"
#include "proto/contract/body_rules.h"
#include "proto/contract/calendar.h"
#include "proto/contract/kinds.h"

namespace jobbro::contract {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::uint32_t schema_version = 1;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t traceparent_bytes_max = 55;

Error error_at(ErrorCode code, std::string path) {
    return Error{code, {}, std::move(path)};
}

// The value, or its error with the path of the field it was read from.
template <typename T>
Result<T> at_path(Result<T> result, std::string path) {
    if (result) return result;
    Error error = std::move(result).error();
    error.field_path = std::move(path);
    return error;
}

// Fields this build does not know, at any depth.
bool has_unknown_fields(const Message& message) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    if (!reflection.GetUnknownFields(message).empty()) return true;
    const google::protobuf::Descriptor& descriptor = *message.GetDescriptor();
    for (int i = 0; i < descriptor.field_count(); ++i) {
        const FieldDescriptor* field = descriptor.field(i);
        if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
        if (!field->is_repeated()) {
            if (reflection.HasField(message, field) &&
                has_unknown_fields(reflection.GetMessage(message, field))) {
                return true;
            }
            continue;
        }
        for (int item = 0; item < reflection.FieldSize(message, field); ++item) {
            if (has_unknown_fields(reflection.GetRepeatedMessage(message, field, item))) {
                return true;
            }
        }
    }
    return false;
}

Result<void> check_kind(const v1::Envelope& envelope) {
    // First, so that whoever writes by a later version is told that and not of its news.
    if (envelope.schema_version() != schema_version) {
        return error_at(ErrorCode::schema_version_unsupported, "schema_version");
    }
    if (envelope.body_case() == v1::Envelope::BODY_NOT_SET) return ErrorCode::kind_unknown;
    if (has_unknown_fields(envelope)) return Error{ErrorCode::field_invalid, "an unknown field"};
    return {};
}

// Its time is judged before the envelope's other times: under a clock that runs ahead all of them
// are, and the sender is told that the same bytes pass later.
Result<MessageId> read_message_id(const v1::Envelope& envelope, Instant latest) {
    if (envelope.message_id().empty()) return error_at(ErrorCode::field_missing, "message_id");
    auto id = MessageId::parse(envelope.message_id());
    if (!id) return error_at(ErrorCode::message_id_invalid, "message_id");
    if (id->milliseconds() > latest.milliseconds()) {
        return error_at(ErrorCode::message_id_in_future, "message_id");
    }
    return id;
}

Result<PartyId> read_sender(const v1::Envelope& envelope) {
    if (envelope.sender().empty()) return error_at(ErrorCode::field_missing, "sender");
    return at_path(PartyId::parse(envelope.sender()), "sender");
}

// The party an audience names: whom an order is placed with, who takes a case over, or whose limit
// an alert is about.
Result<void> check_party(const v1::Envelope& envelope, const PartyId& sender) {
    const std::string path = "audience.party";
    JOBBRO_TRY_ASSIGN(const PartyId party,
                      at_path(PartyId::parse(envelope.audience().party()), path));
    const bool is_a_provider = party.role() == Role::provider;
    const bool is_another_jobcentre = party.role() == Role::jobcentre && party != sender;
    if ((envelope.has_order() && !is_a_provider) ||
        ((envelope.has_case_transfer() || envelope.has_alert()) && !is_another_jobcentre)) {
        return error_at(ErrorCode::audience_invalid, path);
    }
    return {};
}

Result<void> check_audience(const v1::Envelope& envelope, const KindRule& rule,
                            const PartyId& sender) {
    const v1::Audience::ToCase to = envelope.audience().to_case();
    const bool is_to_jobcentre_only = rule.jobcentre_alone && to == v1::Audience::kParty;
    if (!is_to_jobcentre_only && to != audience_of(rule, !envelope.order_id().empty())) {
        return error_at(ErrorCode::audience_invalid, "audience");
    }
    if (to == v1::Audience::kParty) return check_party(envelope, sender);
    return {};
}

Result<std::optional<OrderId>> read_order_id(const v1::Envelope& envelope, Presence presence) {
    const std::string path = "order_id";
    if (envelope.order_id().empty()) {
        if (presence == Presence::required) return error_at(ErrorCode::field_missing, path);
        return std::optional<OrderId>{};
    }
    if (presence == Presence::none) return error_at(ErrorCode::field_invalid, path);
    JOBBRO_TRY_ASSIGN(const OrderId id, at_path(OrderId::parse(envelope.order_id()), path));
    return std::optional{id};
}

Result<std::optional<CprNumber>> read_citizen(const v1::Envelope& envelope, Presence presence,
                                              Instant now) {
    if (!envelope.has_citizen() && presence != Presence::required) {
        return std::optional<CprNumber>{};
    }
    if (presence == Presence::none) return error_at(ErrorCode::field_invalid, "citizen");
    if (envelope.citizen().cpr_number().empty()) {
        return error_at(ErrorCode::citizen_missing, "citizen");
    }
    const std::string path = "citizen.cpr_number";
    JOBBRO_TRY_ASSIGN(CprNumber number,
                      at_path(CprNumber::parse(envelope.citizen().cpr_number()), path));
    if (number.is_born_after(now)) return error_at(ErrorCode::cpr_invalid, path);
    return std::optional{std::move(number)};
}

Result<void> check_cause(const v1::Cause& cause, const std::string& path) {
    if (cause.message_id().empty()) return error_at(ErrorCode::field_missing, path + ".message_id");
    JOBBRO_TRY(at_path(MessageId::parse(cause.message_id()), path + ".message_id"));
    if (cause.relation() == v1::CAUSE_RELATION_UNSPECIFIED ||
        !v1::CauseRelation_IsValid(cause.relation())) {
        return error_at(ErrorCode::enum_unspecified, path + ".relation");
    }
    if (!cause.sender().empty())
        JOBBRO_TRY(at_path(PartyId::parse(cause.sender()), path + ".sender"));
    return {};
}

// A message of one's own is meant by one's name, or by none where it is corrected.
bool points_at_itself(const v1::Cause& cause, const v1::Envelope& envelope) {
    const bool is_own = cause.sender().empty() ? cause.relation() == v1::CAUSE_RELATION_CORRECTS
                                               : cause.sender() == envelope.sender();
    return is_own && cause.message_id() == envelope.message_id();
}

Result<void> check_causes(const v1::Envelope& envelope, const KindRule& rule) {
    if (static_cast<std::size_t>(envelope.causes_size()) > limits::causes_max) {
        return error_at(ErrorCode::list_too_long, "causes");
    }
    bool answers = false;
    bool corrects = false;
    for (int i = 0; i < envelope.causes_size(); ++i) {
        const std::string path = "causes[" + std::to_string(i) + "]";
        const v1::Cause& cause = envelope.causes(i);
        JOBBRO_TRY(check_cause(cause, path));
        answers = answers || cause.relation() == v1::CAUSE_RELATION_ANSWERS;
        if (points_at_itself(cause, envelope)) {
            return error_at(ErrorCode::field_invalid, path + ".message_id");
        }
        if (cause.relation() != v1::CAUSE_RELATION_CORRECTS) continue;
        if (corrects) return error_at(ErrorCode::field_invalid, path + ".relation");
        corrects = true;
    }
    if (rule.answers && !answers) return error_at(ErrorCode::field_missing, "causes");
    return {};
}

Result<Instant> read_happened_at(const v1::Envelope& envelope, Instant latest) {
    const std::string path = "happened_at";
    if (!envelope.has_happened_at()) return error_at(ErrorCode::field_missing, path);
    const auto& time = envelope.happened_at();
    if (time.seconds() < timestamp_seconds_min || time.seconds() > timestamp_seconds_max ||
        time.nanos() < 0 || time.nanos() > 999999999) {
        return error_at(ErrorCode::field_invalid, path);
    }
    const Instant instant{time.seconds() * 1000000 + time.nanos() / 1000};
    if (instant > latest) return error_at(ErrorCode::happened_in_future, path);
    return instant;
}

// Version 00 of W3C Trace Context: 32, 16 and 2 hexadecimal digits in lower case.
bool is_traceparent(std::string_view text) {
    constexpr std::string_view form = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
    static_assert(form.size() == traceparent_bytes_max);
    const auto fits = [](char c, char expected) {
        if (expected != 'x') return c == expected;
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    return std::equal(text.begin(), text.end(), form.begin(), form.end(), fits);
}

// A malformed one means nothing and is let through, but not with a person's number in it. The ids
// of a well-formed one are random, and now and then look like a number.
Result<void> check_traceparent(const std::string& text, Instant now) {
    if (text.size() > traceparent_bytes_max) {
        return error_at(ErrorCode::field_too_long, "traceparent");
    }
    if (!is_traceparent(text) && holds_cpr(text, CprSearch{nullptr, now})) {
        return error_at(ErrorCode::cpr_in_text, "traceparent");
    }
    return {};
}

}  // namespace

v1::MessageKind kind_of(const v1::Envelope& envelope) {
    return static_cast<v1::MessageKind>(envelope.body_case());
}

std::string_view kind_name(v1::MessageKind kind) {
    const FieldDescriptor* field = v1::Envelope::descriptor()->FindFieldByNumber(kind);
    if (field == nullptr || field->containing_oneof() == nullptr) return {};
    return field->name();
}

Result<EnvelopeFacts> validate(const v1::Envelope& envelope, Instant now) {
    const Instant latest = now.plus_ms(limits::clock_ahead_ms_max);
    JOBBRO_TRY(check_kind(envelope));
    JOBBRO_TRY_ASSIGN(const MessageId message_id, read_message_id(envelope, latest));
    JOBBRO_TRY_ASSIGN(PartyId sender, read_sender(envelope));
    const KindRule* const rule = find_kind_rule(kind_of(envelope));
    JOBBRO_ASSERT(rule != nullptr);
    JOBBRO_TRY(check_audience(envelope, *rule, sender));
    JOBBRO_TRY_ASSIGN(const auto order_id, read_order_id(envelope, rule->order));
    JOBBRO_TRY_ASSIGN(auto citizen, read_citizen(envelope, rule->citizen, now));
    JOBBRO_TRY(check_causes(envelope, *rule));
    JOBBRO_TRY_ASSIGN(const Instant happened_at, read_happened_at(envelope, latest));
    if (envelope.salt().size() != salt_bytes) return error_at(ErrorCode::salt_invalid, "salt");
    JOBBRO_TRY(check_traceparent(envelope.traceparent(), now));
    JOBBRO_TRY(check_body(envelope, BodyContext{order_id ? &*order_id : nullptr,
                                                citizen ? &*citizen : nullptr, now}));
    return EnvelopeFacts{message_id, std::move(sender),  kind_of(envelope),
                         order_id,   std::move(citizen), happened_at};
}

}  // namespace jobbro::contract
