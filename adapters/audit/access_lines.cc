#include "adapters/audit/access_lines.h"

#include <algorithm>

#include "adapters/audit/own_entries.h"
#include "adapters/audit/terminal_text.h"

namespace jobbro::audit {
namespace {

constexpr std::size_t entries_named_max = 8;

struct Words {
    std::string_view entry, entries, from, to, at_most, for_certain;
    std::string_view sent, delivered, may_be_delivered, fetched, replayed, asked;
    std::string_view sealed, masked, unmasked;
    std::string_view by_name, not_by_name, ground, over;
    std::string_view an_operator, an_auditor;
    std::string_view unopened;
};

constexpr Words danish{
    .entry = "indførelse",
    .entries = "indførelser",
    .from = "fra",
    .to = "til",
    .at_most = "højst",
    .for_certain = "med sikkerhed",
    .sent = "sendte",
    .delivered = "fik leveret",
    .may_be_delivered = "kan have fået leveret",
    .fetched = "hentede",
    .replayed = "læste loggen",
    .asked = "spurgte efter borgerens id",
    .sealed = "forseglet",
    .masked = "uden indhold",
    .unmasked = "med indhold",
    .by_name = "spurgte om netop denne borger",
    .not_by_name =
        "spurgte ikke om netop denne borger; læserens egen adgang kan have omfattet intet af det",
    .ground = "begrundelse",
    .over = "over abonnementet",
    .an_operator = "en operatør",
    .an_auditor = "en revisor",
    .unopened =
        "læsninger foretaget af eller om andre, end adgangen omfatter, kunne ikke åbnes; om de "
        "gælder denne person, vides ikke",
};

constexpr Words english{
    .entry = "entry",
    .entries = "entries",
    .from = "from",
    .to = "to",
    .at_most = "at most",
    .for_certain = "for certain",
    .sent = "sent",
    .delivered = "was delivered",
    .may_be_delivered = "may have been delivered",
    .fetched = "fetched",
    .replayed = "read the log",
    .asked = "asked for the citizen's id",
    .sealed = "sealed",
    .masked = "masked",
    .unmasked = "unmasked",
    .by_name = "asked for this citizen",
    .not_by_name =
        "did not ask for this citizen; the reader's own access may have covered none of it",
    .ground = "ground",
    .over = "over the subscription",
    .an_operator = "an operator",
    .an_auditor = "an auditor",
    .unopened =
        "readings by, or about, others than the grant covers could not be opened; whether they "
        "are about this person is not known",
};

const Words& words_of(Language language) {
    return language == Language::danish ? danish : english;
}

std::string party_text(const std::string& party, const Words& words, Naming naming) {
    if (naming == Naming::all) return party;
    if (party.starts_with("operator:")) return std::string{words.an_operator};
    if (party.starts_with("auditor:")) return std::string{words.an_auditor};
    return party;
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

std::uint64_t sure_entries(const Access& access) {
    return static_cast<std::uint64_t>(
        std::count_if(access.entries.begin(), access.entries.end(),
                      [](const HandedOut& each) { return each.is_sure; }));
}

// " entry 4", " entries 4, 6", " 40 entries from 4 to 90".
std::string entries_text(const Access& access, const Words& words) {
    const auto& entries = access.entries;
    if (entries.empty()) return {};
    if (entries.size() > entries_named_max) {
        return " " + number(entries.size()) + " " + std::string{words.entries} + " " +
               std::string{words.from} + " " + number(entries.front().entry->sequence.value()) +
               " " + std::string{words.to} + " " + number(entries.back().entry->sequence.value());
    }
    std::string text = " " + std::string{entries.size() == 1 ? words.entry : words.entries};
    for (const HandedOut& each : entries)
        text += (&each == &entries.front() ? " " : ", ") + number(each.entry->sequence.value());
    return text;
}

std::string delivery_text(const Access& access, const Words& words, Naming naming) {
    const std::uint64_t sure = sure_entries(access);
    const bool are_all_sure = sure == access.entries.size();
    std::string text{are_all_sure ? words.delivered : words.may_be_delivered};
    text += entries_text(access, words);
    if (!are_all_sure && sure > 0) {
        text += " (" + number(sure) + " " + std::string{words.for_certain} + ")";
    }
    if (naming == Naming::no_person) return text;
    return text + " " + std::string{words.over} + " " + access.subscription;
}

std::string view_text(v1::ReplayView view, const Words& words) {
    switch (view) {
        case v1::REPLAY_VIEW_SEALED:
            return std::string{words.sealed};
        case v1::REPLAY_VIEW_MASKED:
            return std::string{words.masked};
        case v1::REPLAY_VIEW_UNMASKED:
            return std::string{words.unmasked};
        default:
            return number(static_cast<std::uint64_t>(view));
    }
}

std::string replay_text(const Access& access, const Words& words) {
    std::string text = std::string{words.replayed} + ", " + view_text(access.view, words);
    if (!access.entries.empty()) {
        text += ", " + std::string{words.at_most} + entries_text(access, words);
    }
    return text;
}

std::string act_text(const Access& access, const Words& words, Naming naming) {
    switch (access.way) {
        case AccessWay::sent:
            return std::string{words.sent} + entries_text(access, words);
        case AccessWay::delivered:
            return delivery_text(access, words, naming);
        case AccessWay::fetched:
            return std::string{words.fetched} + entries_text(access, words);
        case AccessWay::replayed:
            return replay_text(access, words);
        case AccessWay::asked:
            return std::string{words.asked};
    }
    return {};
}

CellValue text_or_none(std::string_view text) {
    if (text.empty()) return {};
    return std::string{text};
}

// Columns in their order; the values are put in by name.
FlatRow empty_row() {
    FlatRow row;
    for (const char* const name : {"way", "party", "recorded_at", "trace", "entries_at_most",
                                   "entries_for_certain", "first_entry", "last_entry", "view",
                                   "by_name", "ground", "subscription", "unopened_readings"}) {
        row.push_back({name, {}});
    }
    return row;
}

void put(FlatRow& row, std::string_view name, CellValue value) {
    const auto cell =
        std::find_if(row.begin(), row.end(), [&](const Cell& each) { return each.name == name; });
    JOBBRO_ASSERT(cell != row.end());
    cell->value = std::move(value);
}

}  // namespace

std::string access_sentence(const Access& access, Language language, Naming naming) {
    const Words& words = words_of(language);
    std::string text =
        party_text(access.party, words, naming) + " " + act_text(access, words, naming);
    if (access.way == AccessWay::replayed && access.is_by_name) {
        text += ", " + std::string{words.by_name};
    } else if (access.way == AccessWay::replayed && naming == Naming::no_person) {
        text += ", " + std::string{words.not_by_name};
    }
    const bool is_ground_told = naming == Naming::all || access.is_by_name;
    if (is_ground_told && !access.ground.empty()) {
        text += ", " + std::string{words.ground} + ": " + access.ground;
    }
    return one_line(text);
}

FlatRow access_row(const Access& access, const Trace& trace) {
    FlatRow row = empty_row();
    put(row, "way", std::string{way_name(access.way)});
    put(row, "party", access.party);
    put(row, "recorded_at", instant_text(trace.recorded_at));
    put(row, "trace", trace.sequence.value());
    put(row, "entries_at_most", std::uint64_t{access.entries.size()});
    put(row, "entries_for_certain", sure_entries(access));
    if (!access.entries.empty()) {
        put(row, "first_entry", access.entries.front().entry->sequence.value());
        put(row, "last_entry", access.entries.back().entry->sequence.value());
    }
    if (access.way == AccessWay::replayed) put(row, "view", view_text(access.view, english));
    put(row, "by_name", access.is_by_name);
    put(row, "ground", text_or_none(access.ground));
    put(row, "subscription", text_or_none(access.subscription));
    return row;
}

FlatRow unopened_row(std::uint64_t readings) {
    FlatRow row = empty_row();
    put(row, "way", std::string{"unopened"});
    put(row, "unopened_readings", readings);
    return row;
}

std::string unopened_sentence(std::uint64_t readings, Language language) {
    return number(readings) + " " + std::string{words_of(language).unopened};
}

}  // namespace jobbro::audit
