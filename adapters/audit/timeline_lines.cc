#include "adapters/audit/timeline_lines.h"

#include "adapters/audit/access_lines.h"
#include "adapters/audit/own_entries.h"
#include "adapters/audit/terminal_text.h"
#include "proto/contract/uuid.h"

namespace jobbro::audit {
namespace {

constexpr std::size_t id_bytes = 16;

std::string number(Sequence sequence) {
    return std::to_string(sequence.value());
}

std::string kind_of(const TrailEntry& entry) {
    if (entry.is_erased) return "erased";
    return entry.kind == v1::MESSAGE_KIND_UNSPECIFIED ? "sealed" : kind_text(entry.kind);
}

std::string order_of(const TrailEntry& entry) {
    if (entry.order_id.size() != id_bytes) return {};
    return contract::uuid_text(array_of<id_bytes>(entry.order_id));
}

std::string joined(const std::vector<Sequence>& sequences) {
    std::string text;
    for (const Sequence each : sequences)
        text += (text.empty() ? "" : " ") + number(each);
    return text;
}

// --- Rows ----------------------------------------------------------------------------------------

CellValue text_or_none(const std::string& text) {
    if (text.empty()) return {};
    return text;
}

template <typename T>
CellValue sequence_of(const std::optional<T>& trace) {
    if (!trace) return {};
    return trace->sequence.value();
}

CellValue time_of(const std::optional<Trace>& trace) {
    if (!trace) return {};
    return instant_text(trace->recorded_at);
}

FlatRow row_of(const TimelineMessage& message, const Receiver& receiver) {
    const TrailEntry& entry = message.entry;
    CellValue happened;
    if (entry.happened_at) happened = instant_text(*entry.happened_at);
    CellValue corrects;
    if (message.corrects) corrects = message.corrects->value();
    CellValue is_sure;
    if (receiver.delivered) is_sure = receiver.is_delivery_sure;
    return {{"sequence", entry.sequence.value()},
            {"recorded_at", instant_text(entry.recorded_at)},
            {"happened_at", happened},
            {"kind", kind_of(entry)},
            {"sender", entry.sender},
            {"order_id", text_or_none(order_of(entry))},
            {"answers", text_or_none(joined(message.answers))},
            {"corrects", corrects},
            {"superseded_by", sequence_of(message.superseded_by)},
            {"superseded_at", time_of(message.superseded_by)},
            {"receiver", text_or_none(receiver.party)},
            {"delivered_at", time_of(receiver.delivered)},
            {"delivery_trace", sequence_of(receiver.delivered)},
            {"delivery_is_sure", is_sure},
            {"fetched_at", time_of(receiver.fetched)},
            {"fetch_trace", sequence_of(receiver.fetched)},
            {"unopened_readings", {}}};
}

// A row of the same columns that tells of no message.
FlatRow unopened_row_of(std::uint64_t unopened) {
    FlatRow row = row_of({}, {});
    for (Cell& cell : row)
        cell.value = CellValue{};
    row.back().value = unopened;
    return row;
}

std::string rows_of(LineFormat format, const Timeline& timeline, std::uint64_t unopened) {
    std::string text = heading(format, row_of({}, {}));
    for (const TimelineMessage& message : timeline.messages()) {
        // A message for nobody has its row too.
        if (message.receivers.empty()) text += line_of(format, row_of(message, {}));
        for (const Receiver& receiver : message.receivers)
            text += line_of(format, row_of(message, receiver));
    }
    if (unopened > 0) text += line_of(format, unopened_row_of(unopened));
    return text;
}

// --- Text ----------------------------------------------------------------------------------------

std::string trace_text(const Trace& trace) {
    return instant_text(trace.recorded_at) + " (" + number(trace.sequence) + ")";
}

std::string receiver_text(const Receiver& receiver, bool are_all_opened) {
    std::string text = receiver.party + ":";
    if (receiver.delivered) {
        text += receiver.is_delivery_sure ? " delivered " : " may have been delivered ";
        text += trace_text(*receiver.delivered);
    }
    if (receiver.fetched) {
        text += (receiver.delivered ? ", fetched " : " fetched ") + trace_text(*receiver.fetched);
    }
    if (!receiver.delivered && !receiver.fetched) {
        text += are_all_opened ? " no trace of it" : " no trace of it that could be opened";
    }
    return text;
}

std::string paragraph_of(const TimelineMessage& message, bool are_all_opened) {
    const TrailEntry& entry = message.entry;
    std::string first = number(entry.sequence) + "  " + instant_text(entry.recorded_at) + "  " +
                        kind_of(entry) + "  from " + entry.sender;
    if (const std::string order = order_of(entry); !order.empty()) first += "  order " + order;
    std::string text = one_line(first) + "\n";
    const auto add = [&](const std::string& line) { text += "    " + one_line(line) + "\n"; };
    if (entry.happened_at) add("happened " + instant_text(*entry.happened_at));
    if (!message.answers.empty()) add("answers " + joined(message.answers));
    if (message.corrects) add("corrects " + number(*message.corrects));
    if (message.superseded_by) {
        add("superseded by " + number(message.superseded_by->sequence) + " (" +
            instant_text(message.superseded_by->recorded_at) + ")");
    }
    for (const Receiver& receiver : message.receivers)
        add(receiver_text(receiver, are_all_opened));
    return text;
}

}  // namespace

std::string timeline_text(LineFormat format, const Timeline& timeline, std::uint64_t unopened) {
    if (format != LineFormat::text) return rows_of(format, timeline, unopened);
    std::string text;
    for (const TimelineMessage& message : timeline.messages())
        text += paragraph_of(message, unopened == 0);
    if (unopened > 0) text += unopened_sentence(unopened, Language::english) + "\n";
    return text;
}

}  // namespace jobbro::audit
