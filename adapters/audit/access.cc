// jobbro-audit access: who has seen what the hub has of a citizen, when, and on what ground.
#include <CLI/CLI.hpp>

#include "adapters/audit/access_lines.h"
#include "adapters/audit/command_line.h"
#include "adapters/audit/own_entries.h"

namespace jobbro::audit {
namespace {

struct AccessOptions {
    std::string citizen;
    std::string format;
};

// Writes accesses as they come: the messages' own senders among the readings, by sequence.
class AccessWriter {
  public:
    AccessWriter(const Trail& trail, LineFormat format) : trail_(&trail), format_(format) {}

    Result<void> begin() {
        if (format_ == LineFormat::text) return {};
        return write_out(heading(format_, unopened_row(0)));
    }
    Result<void> take(const v1::Reading& reading, const Trace& trace) {
        JOBBRO_TRY(take_senders_before(trace.sequence.value()));
        for (const Access& access : accesses_of(reading, *trail_))
            JOBBRO_TRY(write(access, trace));
        return {};
    }
    Result<void> finish(const ReadingCounts& counts) {
        JOBBRO_TRY(take_senders_before(trail_->entries().back().sequence.value() + 1));
        if (counts.unopened == 0) return {};
        if (format_ == LineFormat::text) {
            return write_out(unopened_sentence(counts.unopened, Language::english) + "\n");
        }
        return write_out(line_of(format_, unopened_row(counts.unopened)));
    }

  private:
    Result<void> take_senders_before(std::uint64_t sequence) {
        const auto& entries = trail_->entries();
        for (; next_ < entries.size() && entries[next_].sequence.value() < sequence; ++next_) {
            const TrailEntry& entry = entries[next_];
            const Access access{
                .way = AccessWay::sent, .party = entry.sender, .entries = {{&entry, true}}};
            JOBBRO_TRY(write(access, {entry.sequence, entry.recorded_at}));
        }
        return {};
    }
    Result<void> write(const Access& access, const Trace& trace) const {
        if (format_ != LineFormat::text) {
            return write_out(line_of(format_, access_row(access, trace)));
        }
        return write_out(instant_text(trace.recorded_at) + "  " +
                         access_sentence(access, Language::english, Naming::all) + "  [" +
                         std::to_string(trace.sequence.value()) + "]\n");
    }

    const Trail* trail_;
    LineFormat format_;
    std::size_t next_ = 0;
};

Result<int> tell_access(const HubOptions& hub_options, const AccessOptions& options) {
    Selection selection;
    selection.citizen = options.citizen;
    JOBBRO_TRY_ASSIGN(const v1::Replay request, replay_request(selection));
    JOBBRO_TRY_ASSIGN(const auto hub, HubReader::open(hub_options));
    JOBBRO_TRY_ASSIGN(const Trail trail, read_some_trail(*hub, request));
    AccessWriter writer{trail, format_of(options.format)};
    JOBBRO_TRY(writer.begin());
    // An operator may have asked before the first entry that the grant covers.
    JOBBRO_TRY_ASSIGN(
        const ReadingCounts counts,
        read_readings(*hub, Sequence{0}, {}, [&](const v1::Reading& reading, const Trace& trace) {
            return writer.take(reading, trace);
        }));
    JOBBRO_TRY(writer.finish(counts));
    return 0;
}

}  // namespace

void add_access(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<AccessOptions>();
    CLI::App* app = program.add_subcommand(
        "access", "Who has seen what a running hub has of a citizen, when and on what ground");
    add_citizen_option(*app, options->citizen)->required();
    add_format_option(*app, options->format);
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return tell_access(global.hub, *options); };
    });
}

}  // namespace jobbro::audit
