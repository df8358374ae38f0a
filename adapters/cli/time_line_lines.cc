#include "adapters/cli/time_line_lines.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "adapters/cli/json_line.h"
#include "adapters/cli/message_lines.h"
#include "adapters/cli/text_table.h"
#include "proto/contract/validation.h"

namespace jobbro::cli {
namespace {

constexpr Wording sequence_word{"NUMMER", "SEQUENCE"};
constexpr Wording recorded_word{"REGISTRERET", "RECORDED"};
constexpr Wording happened_word{"SKETE", "HAPPENED"};
constexpr Wording kind_word{"HVAD", "WHAT"};
constexpr Wording sender_word{"FRA", "FROM"};
constexpr Wording order_word{"BESTILLING", "ORDER"};
constexpr Wording remark_word{"BEMÆRK", "NOTE"};
constexpr Wording corrected_word{"rettet af", "corrected by"};
constexpr Wording perhaps_corrected_word{"måske rettet", "perhaps corrected"};
constexpr Wording correction_word{"rettelse", "correction"};
constexpr Wording point_word{"OPMÆRKSOMHEDSPUNKT", "ATTENTION POINT"};

constexpr v1::AttentionPointKind points[] = {
    v1::ATTENTION_POINT_KIND_PROFESSIONAL_COMPETENCES,
    v1::ATTENTION_POINT_KIND_PERSONAL_COMPETENCES, v1::ATTENTION_POINT_KIND_HEALTH,
    v1::ATTENTION_POINT_KIND_MATERIAL_CONDITIONS_AND_NETWORK,
    v1::ATTENTION_POINT_KIND_OWN_PERSPECTIVE};

template <typename Timestamp>
std::string short_time(const Timestamp& timestamp) {
    const Instant instant{timestamp.seconds() * 1'000'000 + timestamp.nanos() / 1000};
    return instant_text(instant).substr(0, 19) + "Z";
}

// What a line tells of a message, also where it came thin or is of a later version.
struct Said {
    v1::MessageKind kind = v1::MESSAGE_KIND_UNSPECIFIED;
    std::string sender;
    std::string order_id;
    std::string happened_at;
    bool is_correction = false;
};

Said said_in(const v1::Delivery& delivery) {
    Said said;
    v1::Envelope envelope;
    if (delivery.envelope().empty()) {
        said.kind = delivery.notification().kind();
        said.sender = delivery.notification().sender();
        said.order_id = delivery.notification().order_id();
    } else if (envelope.ParseFromString(delivery.envelope())) {
        said.kind = contract::kind_of(envelope);
        said.sender = envelope.sender();
        said.order_id = envelope.order_id();
        if (envelope.has_happened_at()) said.happened_at = short_time(envelope.happened_at());
        for (const v1::Cause& cause : envelope.causes())
            said.is_correction |= cause.relation() == v1::CAUSE_RELATION_CORRECTS;
    }
    return said;
}

std::string remark_of(const v1::TimeLineEntry& entry, const Said& said, Language language) {
    std::string remark = said.is_correction ? correction_word.in(language) : "";
    if (!entry.has_corrected_by() && !entry.may_be_corrected()) return remark;
    remark += remark.empty() ? "" : ", ";
    if (!entry.has_corrected_by()) return remark + perhaps_corrected_word.in(language);
    return remark + corrected_word.in(language) + " " + std::to_string(entry.corrected_by());
}

// "thin: The order tells nothing but the citizen. (order.citizen_only)", and where.
std::string finding_text(const v1::Finding& finding, Language language) {
    std::string text = word_for(finding.severity(), language) + ": ";
    const auto* const known = contract::find_finding_text(finding.code());
    if (known != nullptr) {
        text += std::string{language == Language::danish ? known->danish : known->english} + " (" +
                finding.code() + ")";
    } else {
        text += finding.code();
    }
    return finding.field_path().empty() ? text : text + " [" + finding.field_path() + "]";
}

// By the end of the period; those of the same day as they were said.
std::vector<v1::ProgressionReport> reports_that_stand(const v1::Answer& answer) {
    std::vector<v1::ProgressionReport> reports;
    for (int i = answer.entries_size() - 1; i >= 0; --i) {
        const v1::TimeLineEntry& entry = answer.entries(i);
        v1::Envelope envelope;
        if (entry.has_corrected_by() || !envelope.ParseFromString(entry.delivery().envelope()) ||
            !envelope.has_progression_report()) {
            continue;
        }
        reports.push_back(envelope.progression_report());
    }
    std::stable_sort(reports.begin(), reports.end(), [](const auto& a, const auto& b) {
        return a.period_end_date() < b.period_end_date();
    });
    return reports;
}

std::string direction_of(const v1::ProgressionReport& report, v1::AttentionPointKind kind,
                         Language language) {
    for (const v1::AttentionPoint& point : report.attention_points()) {
        if (point.kind() == kind) return word_for(point.direction(), language);
    }
    return {};
}

}  // namespace

std::string time_line_json(const v1::Answer& answer) {
    std::string lines;
    for (int i = answer.entries_size() - 1; i >= 0; --i) {
        const v1::TimeLineEntry& entry = answer.entries(i);
        JsonLine line;
        line.raw("entry", delivery_line(kit::delivery_from_wire({}, entry.delivery())));
        if (entry.has_corrected_by()) line.number("corrected_by", entry.corrected_by());
        if (entry.may_be_corrected()) line.boolean("may_be_corrected", true);
        lines += line.str() + "\n";
    }
    return lines;
}

std::string time_line_table(const v1::Answer& answer, Language language) {
    TextTable table{{sequence_word.in(language), recorded_word.in(language),
                     happened_word.in(language), kind_word.in(language), sender_word.in(language),
                     order_word.in(language), remark_word.in(language)}};
    for (int i = answer.entries_size() - 1; i >= 0; --i) {
        const v1::TimeLineEntry& entry = answer.entries(i);
        const Said said = said_in(entry.delivery());
        table.add({std::to_string(entry.delivery().sequence()),
                   short_time(entry.delivery().recorded_at()), said.happened_at,
                   word_for(said.kind, language), said.sender, said.order_id,
                   remark_of(entry, said, language)});
        for (const v1::Finding& finding : entry.delivery().findings())
            table.add_below(finding_text(finding, language));
    }
    return table.str();
}

std::string attention_points_table(const v1::Answer& answer, Language language) {
    const std::vector<v1::ProgressionReport> reports = reports_that_stand(answer);
    if (reports.empty()) return {};
    std::vector<std::string> headings{point_word.in(language)};
    for (const v1::ProgressionReport& report : reports)
        headings.push_back(shown(report.period_end_date()));
    TextTable table{std::move(headings)};
    for (const v1::AttentionPointKind point : points) {
        std::vector<std::string> texts{word_for(point, language)};
        for (const v1::ProgressionReport& report : reports)
            texts.push_back(direction_of(report, point, language));
        table.add(texts);
    }
    return table.str();
}

}  // namespace jobbro::cli
