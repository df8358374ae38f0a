#include "adapters/audit/message_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include "adapters/audit/own_entries.h"
#include "adapters/audit/terminal_text.h"
#include "jobbro/v1/envelope.pb.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::audit {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct Words {
    std::string_view from, to, nobody, order, happened, answers, corrects;
    std::string_view withheld, unknown_fields, yes, no, erased, not_opened;
};

constexpr Words danish{
    .from = "fra",
    .to = "til",
    .nobody = "ingen",
    .order = "bestilling",
    .happened = "skete",
    .answers = "svarer på",
    .corrects = "retter",
    .withheld = "(udeladt: medarbejderoplysning)",
    .unknown_fields = "(felter, dette program ikke kender, er udeladt)",
    .yes = "ja",
    .no = "nej",
    .erased = "slettet",
    .not_opened = "(indholdet er ikke omfattet af adgangen)",
};

constexpr Words english{
    .from = "from",
    .to = "to",
    .nobody = "nobody",
    .order = "order",
    .happened = "happened",
    .answers = "answers",
    .corrects = "corrects",
    .withheld = "(withheld: about staff)",
    .unknown_fields = "(fields that this program does not know are left out)",
    .yes = "yes",
    .no = "no",
    .erased = "erased",
    .not_opened = "(the grant does not cover the content)",
};

struct KindWords {
    v1::MessageKind kind;
    std::string_view danish;
};

constexpr std::array danish_kinds{
    KindWords{v1::MESSAGE_KIND_ORDER, "bestilling"},
    KindWords{v1::MESSAGE_KIND_ORDER_ACCEPTANCE, "accept af bestilling"},
    KindWords{v1::MESSAGE_KIND_ORDER_DECLINE, "afvisning af bestilling"},
    KindWords{v1::MESSAGE_KIND_COURSE_START, "forløbets start"},
    KindWords{v1::MESSAGE_KIND_ABSENCE_REPORT, "fraværsrapport"},
    KindWords{v1::MESSAGE_KIND_PROGRESSION_REPORT, "progressionsrapport"},
    KindWords{v1::MESSAGE_KIND_COURSE_END, "forløbets afslutning"},
    KindWords{v1::MESSAGE_KIND_CLARIFICATION_REQUEST, "afklarende spørgsmål"},
    KindWords{v1::MESSAGE_KIND_CLARIFICATION, "svar på afklarende spørgsmål"},
    KindWords{v1::MESSAGE_KIND_ORDER_REVISION, "ændring af bestilling"},
    KindWords{v1::MESSAGE_KIND_ORDER_CANCELLATION, "annullering af bestilling"},
    KindWords{v1::MESSAGE_KIND_EXTENSION, "forlængelse"},
    KindWords{v1::MESSAGE_KIND_JOB_PLAN_EXTRACT, "uddrag af jobplan"},
    KindWords{v1::MESSAGE_KIND_PLACEMENT, "virksomhedsplacering"},
    KindWords{v1::MESSAGE_KIND_ATTENDANCE_LIST, "fremmødeliste"},
    KindWords{v1::MESSAGE_KIND_MID_TERM_EVALUATION, "midtvejsevaluering"},
    KindWords{v1::MESSAGE_KIND_MEETING, "møde"},
    KindWords{v1::MESSAGE_KIND_FUNDING_REQUEST, "ansøgning om ekstrabevilling"},
    KindWords{v1::MESSAGE_KIND_FUNDING_DECISION, "afgørelse om ekstrabevilling"},
    KindWords{v1::MESSAGE_KIND_FOLLOW_UP, "opfølgning"},
    KindWords{v1::MESSAGE_KIND_CONTACT_CHANGED, "ny kontakt"},
    KindWords{v1::MESSAGE_KIND_NOTICE, "besked"},
    KindWords{v1::MESSAGE_KIND_COURSE_OUTCOME, "udfald"},
    KindWords{v1::MESSAGE_KIND_LIMITS_WATCHED, "frister der følges"},
    KindWords{v1::MESSAGE_KIND_INTERVIEW_HELD, "jobsamtale afholdt"},
    KindWords{v1::MESSAGE_KIND_OFFER_PUBLISHED, "tilbud offentliggjort"},
    KindWords{v1::MESSAGE_KIND_OFFER_WITHDRAWN, "tilbud trukket tilbage"},
    KindWords{v1::MESSAGE_KIND_CASE_TRANSFER, "overdragelse af sag"},
    KindWords{v1::MESSAGE_KIND_CPR_CHANGED, "nyt CPR-nummer"},
    KindWords{v1::MESSAGE_KIND_SUBJECTS_MERGED, "to numre, én person"},
    KindWords{v1::MESSAGE_KIND_ALERT, "påmindelse"},
    KindWords{v1::MESSAGE_KIND_ERASURE_NOTICE, "meddelelse om sletning"},
};

// "MATCH_CATEGORY_JOB_READY" of MatchCategory: "job ready".
std::string value_words(const EnumValueDescriptor& value) {
    std::string prefix;
    for (const char c : value.type()->name()) {
        if (std::isupper(static_cast<unsigned char>(c)) != 0 && !prefix.empty()) prefix += '_';
        prefix += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    prefix += '_';
    std::string_view name = value.name();
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    std::string words{name};
    for (char& c : words)
        c = c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return words;
}

std::string real_text(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.15g", value);
    return text.data();
}

// The lines of a body, each indented.
class FieldLines {
  public:
    explicit FieldLines(const Words& words) : words_(&words) {}

    void put_fields(const Message& message, std::size_t depth) {
        const auto& reflection = *message.GetReflection();
        std::vector<const FieldDescriptor*> fields;
        reflection.ListFields(message, &fields);
        for (const FieldDescriptor* const field : fields)
            put_field(message, *field, depth);
        if (!reflection.GetUnknownFields(message).empty()) put(depth, words_->unknown_fields);
    }
    void put(std::size_t depth, std::string_view text) {
        // A message is no deeper than limits::json_depth_max levels, or was refused.
        const std::string indent(depth * 4, ' ');
        text_ += indent;
        for (const char c : terminal_safe(text)) {
            text_ += c;
            if (c == '\n') text_ += indent;
        }
        text_ += '\n';
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    void put_field(const Message& message, const FieldDescriptor& field, std::size_t depth) {
        std::string name = field.name();
        std::replace(name.begin(), name.end(), '_', ' ');
        if (withheld_fields().contains(field.full_name())) {
            put(depth, name + ": " + std::string{words_->withheld});
            return;
        }
        if (!field.is_repeated()) {
            put_value(message, field, -1, name + ":", depth);
            return;
        }
        put(depth, name + ":");
        const int count = message.GetReflection()->FieldSize(message, &field);
        for (int i = 0; i < count; ++i)
            put_value(message, field, i, "-", depth + 1);
    }
    // `index` of -1: it is not repeated.
    void put_value(const Message& message, const FieldDescriptor& field, int index,
                   const std::string& before, std::size_t depth) {
        const bool is_nested = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                               field.message_type() != google::protobuf::Timestamp::descriptor();
        if (!is_nested) {
            put(depth, before + " " + value_text(message, field, index));
            return;
        }
        put(depth, before);
        put_fields(nested(message, field, index), depth + 1);
    }
    static const Message& nested(const Message& message, const FieldDescriptor& field, int index) {
        const auto& reflection = *message.GetReflection();
        return index < 0 ? reflection.GetMessage(message, &field)
                         : reflection.GetRepeatedMessage(message, &field, index);
    }
    [[nodiscard]] std::string value_text(const Message& message, const FieldDescriptor& field,
                                         int index) const;

    const Words* words_;
    std::string text_;
};

std::string time_text(const Message& message) {
    google::protobuf::Timestamp time;
    time.CopyFrom(message);
    return instant_text(Instant{time.seconds() * 1'000'000 + time.nanos() / 1000});
}

std::string FieldLines::value_text(const Message& message, const FieldDescriptor& field,
                                   int index) const {
    const auto& reflection = *message.GetReflection();
    const auto value = [&](auto single, auto repeated) {
        return index < 0 ? (reflection.*single)(message, &field)
                         : (reflection.*repeated)(message, &field, index);
    };
    using google::protobuf::Reflection;
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32:
            return std::to_string(value(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
        case FieldDescriptor::CPPTYPE_INT64:
            return std::to_string(value(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
        case FieldDescriptor::CPPTYPE_UINT32:
            return std::to_string(value(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
        case FieldDescriptor::CPPTYPE_UINT64:
            return std::to_string(value(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64));
        case FieldDescriptor::CPPTYPE_FLOAT:
            return real_text(value(&Reflection::GetFloat, &Reflection::GetRepeatedFloat));
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return real_text(value(&Reflection::GetDouble, &Reflection::GetRepeatedDouble));
        case FieldDescriptor::CPPTYPE_BOOL: {
            const bool is_so = value(&Reflection::GetBool, &Reflection::GetRepeatedBool);
            return std::string{is_so ? words_->yes : words_->no};
        }
        case FieldDescriptor::CPPTYPE_ENUM: {
            const int number = value(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue);
            const auto* const known = field.enum_type()->FindValueByNumber(number);
            return known == nullptr ? std::to_string(number) : value_words(*known);
        }
        case FieldDescriptor::CPPTYPE_STRING: {
            const std::string text = value(&Reflection::GetString, &Reflection::GetRepeatedString);
            return field.type() == FieldDescriptor::TYPE_BYTES ? evidence::hex_encode(text) : text;
        }
        case FieldDescriptor::CPPTYPE_MESSAGE:
            return time_text(nested(message, field, index));
    }
    return {};
}

const Words& words_of(Language language) {
    return language == Language::danish ? danish : english;
}

template <typename List>
std::string joined(const List& list) {
    std::string text;
    for (const std::string& each : list)
        text += (text.empty() ? "" : ", ") + each;
    return text;
}

void put_index(const v1::EntryIndex& index, const Words& words, FieldLines& lines) {
    const std::string audience = joined(index.audience());
    lines.put(
        1, std::string{words.to} + " " + (audience.empty() ? std::string{words.nobody} : audience));
    for (const v1::EntryCause& cause : index.causes()) {
        const std::string_view relation =
            cause.relation() == v1::CAUSE_RELATION_CORRECTS ? words.corrects : words.answers;
        lines.put(1, std::string{relation} + " " + std::to_string(cause.sequence()));
    }
}

// The body is what the envelope's oneof holds; the rest of it has been told.
void put_envelope(const v1::Envelope& envelope, const Words& words, FieldLines& lines) {
    if (!envelope.order_id().empty()) {
        lines.put(1, std::string{words.order} + " " + envelope.order_id());
    }
    lines.put(1, std::string{words.happened} + " " + time_text(envelope.happened_at()));
    const auto* const body = envelope.GetDescriptor()->FindOneofByName("body");
    const auto* const field = envelope.GetReflection()->GetOneofFieldDescriptor(envelope, body);
    if (field != nullptr) {
        lines.put_fields(envelope.GetReflection()->GetMessage(envelope, field), 1);
    }
    const bool has_more = !envelope.GetReflection()->GetUnknownFields(envelope).empty();
    if (field == nullptr || has_more) lines.put(1, words.unknown_fields);
}

}  // namespace

const std::set<std::string_view>& withheld_fields() {
    static const std::set<std::string_view> fields{
        "jobbro.v1.Contact.function_or_team",
        "jobbro.v1.Contact.phone",
        "jobbro.v1.Meeting.participants",
        "jobbro.v1.MidTermEvaluation.participants",
        "jobbro.v1.Placement.company_mentor_function",
        "jobbro.v1.RegistryChange.submitted_by",
        "jobbro.v1.StatedAct.submitted_by",
    };
    return fields;
}

std::string kind_words(v1::MessageKind kind, Language language) {
    if (language == Language::danish) {
        for (const KindWords& each : danish_kinds) {
            if (each.kind == kind) return std::string{each.danish};
        }
    }
    std::string words = kind_text(kind);
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

Result<std::string> message_text(const ReadEntry& read, Language language) {
    const Words& words = words_of(language);
    const std::string what = read.is_erased ? std::string{words.erased}
                             : read.index   ? kind_words(read.index->kind(), language)
                                            : "?";
    const std::string first = std::to_string(read.sequence.value()) + "  " +
                              instant_text(read.recorded_at) + "  " + what + "  " +
                              std::string{words.from} + " " + read.sender;
    FieldLines lines{words};
    if (read.index) put_index(*read.index, words, lines);
    if (!read.body) {
        if (!read.is_erased) lines.put(1, words.not_opened);
    } else if (read.index && !is_own_kind(read.index->kind())) {
        v1::Envelope envelope;
        if (!envelope.ParseFromString(*read.body)) {
            return Error{ErrorCode::tampered, "entry " + std::to_string(read.sequence.value()) +
                                                  ": its body is no envelope"};
        }
        put_envelope(envelope, words, lines);
    }
    return one_line(first) + "\n" + lines.text();
}

}  // namespace jobbro::audit
