#include "adapters/connectors/fate_text.h"

#include <charconv>
#include <chrono>
#include <cstdio>

#include "adapters/connectors/json_text.h"
#include "proto/contract/validation.h"

namespace jobbro::connectors {
namespace {

std::string_view disposition_name(Disposition disposition) {
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

// Takes the word and the number after it off the front. None: they are not there.
std::optional<std::uint64_t> take_counted(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return std::nullopt;
    const char* const begin = text.data() + word.size();
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(begin, text.data() + text.size(), number);
    if (failed != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

// What JSON errors say in their detail: "line 3, column 9: …".
void add_place(JsonText& json, std::string_view detail) {
    const auto line = take_counted(detail, "line ");
    if (!line) return;
    json.number("line", *line);
    if (const auto column = take_counted(detail, ", column ")) json.number("column", *column);
}

void add_refusal(JsonText& json, const Error& error) {
    const ErrorText text = error_text(error.code);
    json.begin_object("refused")
        .text("code", text.name)
        .number("number", static_cast<std::uint64_t>(error.code))
        .text("disposition", disposition_name(text.disposition))
        .text_if_any("field_path", error.field_path);
    add_place(json, error.detail);
    json.text_if_any("detail", error.detail)
        .text("text_da", text.danish)
        .text("text_en", text.english)
        .end_object();
}

void add_receipt(JsonText& json, const kit::Receipt& receipt) {
    json.begin_object("accepted")
        .number("sequence", receipt.sequence.value())
        .text("recorded_at", time_text(receipt.recorded_at));
    add_findings(json, receipt.findings);
    json.end_object();
}

}  // namespace

std::string time_text(Instant instant) {
    using std::chrono::days;
    using std::chrono::microseconds;
    const std::chrono::sys_time<microseconds> time{microseconds{instant.microseconds}};
    const auto day = std::chrono::floor<days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    char text[96] = {};
    std::snprintf(
        text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text;
}

void add_findings(JsonText& json, const std::vector<v1::Finding>& findings) {
    json.begin_array("findings");
    for (const v1::Finding& finding : findings) {
        json.begin_object()
            .text("code", finding.code())
            .text("severity", contract::severity_name(finding.severity()))
            .text_if_any("field_path", finding.field_path());
        if (const auto* const text = contract::find_finding_text(finding.code())) {
            json.text("text_da", text->danish).text("text_en", text->english);
        }
        json.end_object();
    }
    json.end_array();
}

std::string fates_text(std::string_view file, const std::vector<MessageFate>& fates) {
    JsonText json;
    json.begin_object().text_if_any("file", file).begin_array("messages");
    for (const MessageFate& each : fates) {
        json.begin_object().number("line", each.line);
        if (each.row) json.number("row", *each.row);
        json.text_if_any("message_id", each.message_id);
        if (each.answered_at) json.text("answered_at", time_text(*each.answered_at));
        if (each.is_earlier) json.boolean("answered_before", true);
        if (each.fate) {
            add_receipt(json, *each.fate);
        } else {
            add_refusal(json, each.fate.error());
        }
        json.end_object();
    }
    return json.end_array().end_object().str();
}

std::string refusal_text(std::string_view file, const Error& error) {
    JsonText json;
    json.begin_object().text("file", file);
    add_refusal(json, error);
    return json.end_object().str();
}

}  // namespace jobbro::connectors
