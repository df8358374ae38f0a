#include <unistd.h>

#include <CLI/CLI.hpp>

#include "adapters/audit/entry_lines.h"

namespace jobbro::audit {

void add_format_option(CLI::App& app, std::string& name) {
    app.add_option("--format", name, "ndjson, csv or text; unset: text on a terminal, else ndjson")
        ->check(CLI::IsMember({"ndjson", "csv", "text"}));
}

LineFormat format_of(const std::string& name) {
    if (name == "csv") return LineFormat::csv;
    if (name == "ndjson") return LineFormat::ndjson;
    if (name == "text") return LineFormat::text;
    return isatty(STDOUT_FILENO) == 1 ? LineFormat::text : LineFormat::ndjson;
}

}  // namespace jobbro::audit
