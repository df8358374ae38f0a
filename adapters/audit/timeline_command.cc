// jobbro-audit timeline: who knew what when, of an order or a citizen.
#include <CLI/CLI.hpp>

#include "adapters/audit/command_line.h"
#include "adapters/audit/flat_rows.h"
#include "adapters/audit/own_entries.h"
#include "adapters/audit/timeline_lines.h"

namespace jobbro::audit {
namespace {

struct TimelineOptions {
    Selection selection;
    std::string as_of;
    std::string format;
};

Result<int> tell_timeline(const HubOptions& hub_options, const TimelineOptions& options) {
    if (options.selection.order.empty() == options.selection.citizen.empty()) {
        return Error{ErrorCode::usage, "give --order or --citizen, and not both"};
    }
    JOBBRO_TRY_ASSIGN(const v1::Replay request, replay_request(options.selection));
    std::optional<Instant> before;
    if (!options.as_of.empty()) {
        JOBBRO_TRY_ASSIGN(before, end_of_as_of(options.as_of));
    }
    JOBBRO_TRY_ASSIGN(const auto hub, HubReader::open(hub_options));
    JOBBRO_TRY_ASSIGN(const Trail trail, read_some_trail(*hub, request));
    Timeline timeline{trail, before};
    // Nothing was handed out before it was there.
    const auto take = [&](const v1::Reading& reading, const Trace& trace) {
        timeline.take(reading, trace);
        return Result<void>{};
    };
    JOBBRO_TRY_ASSIGN(const ReadingCounts counts,
                      read_readings(*hub, trail.entries().front().sequence, before, take));
    JOBBRO_TRY(write_out(timeline_text(format_of(options.format), timeline, counts.unopened)));
    return 0;
}

}  // namespace

void add_timeline(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<TimelineOptions>();
    CLI::App* app = program.add_subcommand(
        "timeline", "Who knew what when: messages of a running hub, and when each was had");
    Selection& selection = options->selection;
    app->add_option("--order", selection.order, "Of this order, by its id");
    add_citizen_option(*app, selection.citizen);
    app->add_option("--as-of", options->as_of,
                    "As it was recorded by this time, or by the end of this date in UTC");
    app->add_flag("--unmask", selection.unmask, "With the time each thing happened");
    app->add_option("--ground", selection.ground, "Why content is read, for the record");
    add_format_option(*app, options->format);
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return tell_timeline(global.hub, *options); };
    });
}

}  // namespace jobbro::audit
