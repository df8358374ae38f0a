#include "adapters/audit/entry_lines.h"

#include <nlohmann/json.hpp>

#include "adapters/audit/own_entries.h"
#include "adapters/audit/terminal_text.h"
#include "jobbro/v1/envelope.pb.h"
#include "proto/contract/json.h"
#include "proto/contract/uuid.h"
#include "proto/contract/validation.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::audit {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t id_bytes = 16;

// What there is to show of an entry, beside its clear part.
struct Shown {
    std::string kind;
    std::string order;
    std::optional<OwnEntry> own;
    std::string citizen;  // CPR number
    std::string message;  // JSON; or bytes in base64
    bool is_message_readable = false;
};

std::string relation_text(v1::CauseRelation relation) {
    switch (relation) {
        case v1::CAUSE_RELATION_ANSWERS:
            return "answers";
        case v1::CAUSE_RELATION_CORRECTS:
            return "corrects";
        default:
            return std::to_string(static_cast<int>(relation));
    }
}

void show_message(const Bytes& body, Shown& shown) {
    v1::Envelope envelope;
    shown.is_message_readable = envelope.ParseFromString(body);
    // Of a later version of the contract: shown whole rather than lost.
    shown.message =
        shown.is_message_readable ? contract::to_json(envelope) : evidence::base64_encode(body);
    shown.citizen = envelope.citizen().cpr_number();
}

Result<Shown> show(const ReadEntry& entry, bool with_content) {
    Shown shown;
    if (!entry.index) return shown;
    const v1::EntryIndex& index = *entry.index;
    shown.kind = kind_text(index.kind());
    if (index.order_id().size() == id_bytes) {
        shown.order = contract::uuid_text(array_of<id_bytes>(index.order_id()));
    }
    if (!entry.body) return shown;
    if (is_own_kind(index.kind())) {
        auto own = read_own(index.kind(), *entry.body);
        if (!own) {
            return Error{ErrorCode::tampered, "entry " + std::to_string(entry.sequence.value()) +
                                                  ": " + own.error().detail};
        }
        shown.own = *std::move(own);
    } else if (with_content) {
        show_message(*entry.body, shown);
    }
    return shown;
}

// --- NDJSON --------------------------------------------------------------------------------------

void put_index(const v1::EntryIndex& index, const Shown& shown, Json& line) {
    line["kind"] = shown.kind;
    line["audience"] = Json::array();
    for (const std::string& each : index.audience())
        line["audience"].push_back(each);
    if (!shown.order.empty()) line["order_id"] = shown.order;
    line["causes"] = Json::array();
    for (const v1::EntryCause& each : index.causes()) {
        line["causes"].push_back(
            {{"sequence", each.sequence()}, {"relation", relation_text(each.relation())}});
    }
    line["findings"] = Json::array();
    for (const v1::Finding& each : index.findings()) {
        line["findings"].push_back({{"code", each.code()},
                                    {"severity", contract::severity_name(each.severity())},
                                    {"field_path", each.field_path()}});
    }
}

std::string json_line(const ReadEntry& entry, const Shown& shown) {
    Json line;
    line["sequence"] = entry.sequence.value();
    line["recorded_at"] = instant_text(entry.recorded_at);
    line["sender"] = entry.sender;
    line["message_id"] = entry.message_id;
    line["erased"] = entry.is_erased;
    if (entry.index) put_index(*entry.index, shown, line);
    if (!shown.citizen.empty()) line["citizen"] = shown.citizen;
    if (!shown.message.empty() && !shown.is_message_readable) line["envelope"] = shown.message;
    std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace);
    // What is JSON already goes in as it is.
    const auto put_raw = [&](const char* name, const std::string& json) {
        text.pop_back();
        text += std::string{",\""} + name + "\":" + json + "}";
    };
    if (shown.own) put_raw("record", shown.own->json);
    if (shown.is_message_readable) put_raw("message", shown.message);
    return text + "\n";
}

// --- CSV and text --------------------------------------------------------------------------------

template <typename List, typename Text>
std::string joined(const List& list, Text text_of) {
    std::string text;
    for (const auto& each : list)
        text += (text.empty() ? "" : " ") + text_of(each);
    return text;
}

std::string audience_of(const ReadEntry& entry) {
    if (!entry.index) return {};
    return joined(entry.index->audience(), [](const std::string& each) { return each; });
}

std::string causes_of(const ReadEntry& entry) {
    if (!entry.index) return {};
    return joined(entry.index->causes(), [](const v1::EntryCause& each) {
        return relation_text(each.relation()) + ":" + std::to_string(each.sequence());
    });
}

std::string findings_of(const ReadEntry& entry) {
    if (!entry.index) return {};
    return joined(entry.index->findings(), [](const v1::Finding& each) { return each.code(); });
}

std::string csv_row(const ReadEntry& entry, const Shown& shown, bool with_content) {
    std::vector<std::string> cells{std::to_string(entry.sequence.value()),
                                   instant_text(entry.recorded_at),
                                   entry.sender,
                                   shown.kind,
                                   audience_of(entry),
                                   shown.order,
                                   causes_of(entry),
                                   findings_of(entry),
                                   entry.is_erased ? "erased" : "",
                                   entry.message_id,
                                   shown.own ? shown.own->sentence : ""};
    if (with_content) cells.push_back(shown.citizen);
    std::string row;
    for (const std::string& cell : cells)
        row += (row.empty() ? "" : ",") + csv_cell(cell);
    if (with_content) {
        row += "," +
               (shown.is_message_readable ? csv_json_cell(shown.message) : csv_cell(shown.message));
    }
    return row + "\r\n";
}

std::string text_line(const ReadEntry& entry, const Shown& shown) {
    std::string line = std::to_string(entry.sequence.value());
    const auto put = [&](const char* name, const std::string& value) {
        if (!value.empty()) line += std::string{"  "} + name + one_line(value);
    };
    put("", instant_text(entry.recorded_at));
    put("", entry.sender);
    put("", entry.is_erased ? "erased" : shown.kind);
    put("to ", audience_of(entry));
    put("order ", shown.order);
    put("", causes_of(entry));
    put("findings ", findings_of(entry));
    if (shown.own) put("", shown.own->sentence);
    put("citizen ", shown.citizen);
    line += "\n";
    if (!shown.message.empty()) line += "    " + one_line(shown.message) + "\n";
    return line;
}

bool is_one_of(std::string_view characters, char c) {
    return characters.find(c) != std::string_view::npos;
}

// Where a cell would begin with this.
bool begins_formula(std::string_view rest) {
    const std::size_t at = rest.find_first_not_of(" \"");
    return at != std::string_view::npos && is_one_of("=+-@", rest[at]);
}

std::string quoted_if_needed(const std::string& cell) {
    if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

}  // namespace

std::string csv_cell(std::string_view value) {
    std::string cell;
    const bool begins_with_a_break = !value.empty() && is_one_of("\t\r\n", value.front());
    if (begins_with_a_break) cell = "'";
    // A quote within a line keeps nothing together where the line is split elsewhere.
    bool may_begin = true;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (may_begin && begins_formula(value.substr(i))) cell += '\'';
        cell += value[i];
        may_begin = is_one_of(";\t\r\n", value[i]);
    }
    return quoted_if_needed(cell);
}

// Neither stands in JSON but inside strings, where the two can be written so.
std::string csv_json_cell(std::string_view json) {
    std::string cell;
    for (const char c : json) {
        if (c == ';') {
            cell += "\\u003b";
        } else if (c == '\t') {
            cell += "\\u0009";
        } else {
            cell += c;
        }
    }
    return quoted_if_needed(cell);
}

std::string heading(LineFormat format, bool with_content) {
    if (format != LineFormat::csv) return {};
    const std::string names =
        "sequence,recorded_at,sender,kind,audience,order_id,causes,findings,erased,message_id,"
        "record";
    return names + (with_content ? ",citizen,message\r\n" : "\r\n");
}

Result<std::string> entry_line(LineFormat format, const ReadEntry& entry, bool with_content) {
    JOBBRO_TRY_ASSIGN(const Shown shown, show(entry, with_content));
    switch (format) {
        case LineFormat::ndjson:
            return json_line(entry, shown);
        case LineFormat::csv:
            return csv_row(entry, shown, with_content);
        case LineFormat::text:
            return text_line(entry, shown);
    }
    JOBBRO_ASSERT(false);
    return std::string{};
}

}  // namespace jobbro::audit
