// jobbro-audit replay: the log of a running hub, as far as the auditor may read it.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "adapters/audit/command_line.h"
#include "adapters/audit/entry_lines.h"
#include "adapters/audit/interruption.h"

namespace jobbro::audit {
namespace {

struct ReplayOptions {
    Selection selection;
    std::string format;
};

// Lines go out as they come; how far it is is told where they do not go to the terminal too.
class Output {
  public:
    explicit Output(const ReplayOptions& options)
        : format_(format_of(options.format)), with_content_(options.selection.unmask) {
        if (isatty(STDOUT_FILENO) != 1) progress_.emplace();
    }
    Result<void> begin() const { return write_out(heading(format_, with_content_)); }
    Result<void> take(const ReadEntry& entry) {
        JOBBRO_TRY_ASSIGN(const std::string line, entry_line(format_, entry, with_content_));
        JOBBRO_TRY(write_out(line));
        ++entries_;
        if (progress_) progress_->tell(entries_);
        return {};
    }
    [[nodiscard]] std::uint64_t entries() const { return entries_; }

  private:
    LineFormat format_;
    bool with_content_;
    std::optional<Progress> progress_;
    std::uint64_t entries_ = 0;
};

bool may_pass(const Error& error) {
    return error_text(error.code).disposition == Disposition::retry;
}

Result<int> replay(const GlobalOptions& global, const ReplayOptions& options) {
    JOBBRO_TRY_ASSIGN(const v1::Replay request, replay_request(options.selection));
    watch_interruption();
    JOBBRO_TRY_ASSIGN(const auto hub, HubReader::open(global.hub));
    std::uint64_t entries = 0;
    const auto read = [&]() -> Result<void> {
        Output output{options};
        JOBBRO_TRY(output.begin());
        const auto end = hub->read(request, [&](const ReadEntry& entry) {
            auto taken = output.take(entry);
            entries = output.entries();
            return taken;
        });
        if (!end) return end.error();
        return {};
    }();
    if (read) return 0;
    if (!is_interrupted()) tell_error(read.error());
    if (is_interrupted() || entries > 0 || may_pass(read.error())) {
        std::fprintf(stderr, "jobbro-audit: %sgo on with --from %llu\n",
                     is_interrupted() ? "interrupted: " : "",
                     static_cast<unsigned long long>(hub->reached().value()));
    }
    return exit_status(read.error());
}

}  // namespace

void add_replay(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<ReplayOptions>();
    CLI::App* app = program.add_subcommand(
        "replay", "Read a running hub's log: who, what and when, and with a ground what was said");
    add_selection_options(*app, options->selection);
    add_format_option(*app, options->format);
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return replay(global, *options); };
    });
}

}  // namespace jobbro::audit
