// jobbro-audit extract: what the hub has of a citizen, for the citizen (GDPR article 15).
#include <CLI/CLI.hpp>
#include <cstdlib>

#include "adapters/audit/access_lines.h"
#include "adapters/audit/command_line.h"
#include "adapters/audit/interruption.h"
#include "adapters/audit/message_text.h"
#include "adapters/audit/new_file.h"
#include "adapters/audit/own_entries.h"
#include "proto/contract/danish_identifiers.h"

namespace jobbro::audit {
namespace {

struct ExtractOptions {
    Selection selection;
    std::string out;
    std::string language;
};

struct Words {
    std::string_view title, citizen, log, made_at, withheld, messages, readings, none;
};

constexpr Words danish{
    .title = "Udtræk af det, knudepunktet har registreret om en person",
    .citizen = "CPR-nummer",
    .log = "Log",
    .made_at = "Dannet",
    .withheld =
        "Oplysninger om medarbejdere er udeladt. Tider er i UTC. Med er det, som adgangen "
        "omfatter.",
    .messages = "Meddelelser",
    .readings = "Hvem har læst dem (tallet er indførelsen, der fortæller om det)",
    .none = "Ingen.",
};

constexpr Words english{
    .title = "Extract of what the hub has recorded about a person",
    .citizen = "CPR number",
    .log = "Log",
    .made_at = "Made",
    .withheld =
        "What is about staff is withheld. Times are in UTC. It holds what the grant covers.",
    .messages = "Messages",
    .readings = "Who has read them (the number is the entry that tells of it)",
    .none = "None.",
};

// As the option says, or else the environment's locale.
Language language_of(const std::string& option) {
    if (!option.empty()) return option == "da" ? Language::danish : Language::english;
    for (const char* const name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* const value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        return std::string_view{value}.starts_with("da") ? Language::danish : Language::english;
    }
    return Language::english;
}

std::string hyphenated(const contract::CprNumber& number) {
    return number.digits().substr(0, 6) + "-" + number.digits().substr(6);
}

std::string heading_text(const Words& words, const contract::CprNumber& citizen,
                         const std::string& log) {
    const auto row = [](std::string_view name, const std::string& value) {
        return std::string{name} + ": " + value + "\n";
    };
    return std::string{words.title} + "\n\n" + row(words.citizen, hyphenated(citizen)) +
           row(words.log, log) + row(words.made_at, instant_text(SystemClock{}.now())) +
           std::string{words.withheld} + "\n\n" + std::string{words.messages} + "\n\n";
}

struct ExtractCounts {
    std::size_t messages = 0;
    std::uint64_t readings = 0;
    std::uint64_t unopened = 0;
};

Result<ExtractCounts> write_extract(HubReader& hub, const v1::Replay& request, Language language,
                                    NewFile& out) {
    const Words& words = language == Language::danish ? danish : english;
    JOBBRO_TRY_ASSIGN(const auto citizen, contract::CprNumber::parse(request.cpr_number()));
    JOBBRO_TRY(out.write(heading_text(words, citizen, hub.log().name)));
    JOBBRO_TRY_ASSIGN(const Trail trail,
                      read_some_trail(hub, request, [&](const ReadEntry& read) -> Result<void> {
                          JOBBRO_TRY_ASSIGN(const std::string text, message_text(read, language));
                          return out.write(text + "\n");
                      }));
    JOBBRO_TRY(out.write(std::string{words.readings} + "\n\n"));
    ExtractCounts counts{trail.entries().size(), 0, 0};
    const auto take = [&](const v1::Reading& reading, const Trace& trace) -> Result<void> {
        for (const Access& access : accesses_of(reading, trail)) {
            ++counts.readings;
            JOBBRO_TRY(out.write(instant_text(trace.recorded_at) + "  " +
                                 access_sentence(access, language, Naming::no_person) + "  [" +
                                 std::to_string(trace.sequence.value()) + "]\n"));
        }
        return {};
    };
    JOBBRO_TRY_ASSIGN(const ReadingCounts read, read_readings(hub, Sequence{0}, {}, take));
    counts.unopened = read.unopened;
    if (counts.readings == 0) JOBBRO_TRY(out.write(std::string{words.none} + "\n"));
    if (counts.unopened > 0) {
        JOBBRO_TRY(out.write(unopened_sentence(counts.unopened, language) + "\n"));
    }
    JOBBRO_TRY(out.close());
    return counts;
}

Result<int> extract(const HubOptions& hub_options, const ExtractOptions& options) {
    JOBBRO_TRY_ASSIGN(const v1::Replay request, replay_request(options.selection));
    // So that an unfinished file is taken away.
    watch_interruption();
    JOBBRO_TRY_ASSIGN(NewFile out, NewFile::make(options.out));
    JOBBRO_TRY_ASSIGN(const auto hub, HubReader::open(hub_options));
    JOBBRO_TRY_ASSIGN(const ExtractCounts counts,
                      write_extract(*hub, request, language_of(options.language), out));
    out.keep();
    JOBBRO_TRY(write_out(options.out + ": " + std::to_string(counts.messages) + " messages, " +
                         std::to_string(counts.readings) + " readings, " +
                         std::to_string(counts.unopened) + " not opened\n" +
                         "Free texts stand as they were written and may name people: read it "
                         "before you hand it out.\n"));
    return 0;
}

}  // namespace

void add_extract(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<ExtractOptions>();
    options->selection.unmask = true;
    CLI::App* app = program.add_subcommand(
        "extract", "What a running hub has of a citizen, in words, without the names of staff");
    add_citizen_option(*app, options->selection.citizen)->required();
    app->add_option("--ground", options->selection.ground, "Why it is read, for the record")
        ->required();
    app->add_option("--out", options->out, "File to make, mode 0600; never over one that is there")
        ->required();
    app->add_option("--language", options->language, "da or en; unset: as the locale says")
        ->check(CLI::IsMember({"da", "en"}));
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return extract(global.hub, *options); };
    });
}

}  // namespace jobbro::audit
