#include "adapters/audit/flat_rows.h"

#include <nlohmann/json.hpp>

namespace jobbro::audit {
namespace {

using Json = nlohmann::ordered_json;

struct CsvValue {
    std::string operator()(std::monostate /*none*/) const { return {}; }
    std::string operator()(const std::string& text) const { return csv_cell(text); }
    std::string operator()(std::uint64_t number) const { return std::to_string(number); }
    std::string operator()(bool is_so) const { return is_so ? "true" : "false"; }
};

struct JsonValue {
    Json operator()(std::monostate /*none*/) const { return nullptr; }
    Json operator()(const std::string& text) const { return text; }
    Json operator()(std::uint64_t number) const { return number; }
    Json operator()(bool is_so) const { return is_so; }
};

std::string csv_line(const FlatRow& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
        line += (i == 0 ? "" : ",") + std::visit(CsvValue{}, row[i].value);
    return line + "\r\n";
}

std::string json_line(const FlatRow& row) {
    Json object = Json::object();
    for (const Cell& cell : row) {
        if (std::holds_alternative<std::monostate>(cell.value)) continue;
        object[std::string{cell.name}] = std::visit(JsonValue{}, cell.value);
    }
    return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string heading(LineFormat format, const FlatRow& row) {
    JOBBRO_ASSERT(format != LineFormat::text);
    if (format != LineFormat::csv) return {};
    std::string names;
    for (const Cell& cell : row)
        names += (names.empty() ? "" : ",") + std::string{cell.name};
    return names + "\r\n";
}

std::string line_of(LineFormat format, const FlatRow& row) {
    JOBBRO_ASSERT(format != LineFormat::text);
    return format == LineFormat::csv ? csv_line(row) : json_line(row);
}

}  // namespace jobbro::audit
