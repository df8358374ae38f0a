#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cctype>
#include <iostream>
#include <limits>

#include "adapters/audit/hub_reader.h"
#include "proto/base/limits.h"
#include "proto/contract/calendar.h"
#include "proto/contract/danish_identifiers.h"
#include "proto/contract/party_id.h"
#include "proto/contract/uuid.h"

namespace jobbro::audit {
namespace {

constexpr std::string_view kind_prefix = "MESSAGE_KIND_";

Error wrong(const std::string& what) {
    return {ErrorCode::usage, what};
}

Result<v1::MessageKind> parse_kind(const std::string& text) {
    const auto* const kinds = v1::MessageKind_descriptor();
    std::string names;
    for (int i = 0; i < kinds->value_count(); ++i) {
        const auto kind = static_cast<v1::MessageKind>(kinds->value(i)->number());
        if (kind == v1::MESSAGE_KIND_UNSPECIFIED) continue;
        if (kind_text(kind) == text) return kind;
        names += (names.empty() ? "" : ", ") + kind_text(kind);
    }
    return wrong("--kind is one of " + names);
}

// A date is its midnight in UTC.
Result<contract::SecondsAndNanos> parse_when(const char* option, const std::string& text) {
    constexpr std::size_t date_size = 10;
    auto when = contract::parse_time(text.size() == date_size ? text + "T00:00:00Z" : text);
    if (when) return when;
    return wrong(std::string{option} + " is a date like 2026-01-31, or a time like " +
                 "2026-01-31T12:00:00Z");
}

Result<void> set_sequences(const Selection& selection, v1::Replay& request) {
    if (selection.from) request.set_from_sequence(*selection.from);
    if (!selection.to) return {};
    if (*selection.to == std::numeric_limits<std::uint64_t>::max()) {
        return wrong("--to is beyond every log");
    }
    if (*selection.to < request.from_sequence()) return wrong("--to comes before --from");
    request.set_end_sequence(*selection.to + 1);
    return {};
}

Result<void> set_times(const Selection& selection, v1::Replay& request) {
    const auto set = [](const contract::SecondsAndNanos& when, google::protobuf::Timestamp& to) {
        to.set_seconds(when.seconds);
        to.set_nanos(when.nanos);
    };
    if (!selection.since.empty()) {
        JOBBRO_TRY_ASSIGN(const auto since, parse_when("--since", selection.since));
        set(since, *request.mutable_from_time());
    }
    if (!selection.until.empty()) {
        JOBBRO_TRY_ASSIGN(const auto until, parse_when("--until", selection.until));
        set(until, *request.mutable_until_time());
    }
    if (!request.has_from_time() || !request.has_until_time()) return {};
    const auto& since = request.from_time();
    const auto& until = request.until_time();
    const bool is_reversed = until.seconds() != since.seconds() ? until.seconds() < since.seconds()
                                                                : until.nanos() <= since.nanos();
    if (is_reversed) return wrong("--until is not later than --since");
    return {};
}

// Other processes see the command line, and not what stands here.
Result<std::string> read_citizen(std::istream& in) {
    std::array<char, 64> line{};
    if (!in.getline(line.data(), line.size())) {
        return wrong("--citizen - takes a CPR number on standard input");
    }
    std::string text{line.data()};
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
        text.pop_back();
    return text;
}

Result<void> set_citizen(const std::string& given, std::istream& in, v1::Replay& request) {
    std::string text = given;
    if (given == "-") {
        JOBBRO_TRY_ASSIGN(text, read_citizen(in));
    }
    const auto cpr = contract::CprNumber::parse(text);
    if (!cpr) return wrong("--citizen is no CPR number");
    request.set_cpr_number(cpr->digits());
    return {};
}

// None of the errors repeats what was given: it may be a CPR number.
Result<void> set_subject_matter(const Selection& selection, std::istream& in, v1::Replay& request) {
    if (!selection.party.empty()) {
        if (!contract::PartyId::parse(selection.party)) return wrong("--party is no party id");
        request.set_party(selection.party);
    }
    if (!selection.order.empty()) {
        if (!contract::OrderId::parse(selection.order)) return wrong("--order is no order id");
        request.set_order_id(selection.order);
    }
    if (!selection.citizen.empty()) {
        JOBBRO_TRY(set_citizen(selection.citizen, in, request));
    }
    if (selection.kinds.size() > limits::replay_kinds_max) return wrong("too many --kind");
    for (const std::string& each : selection.kinds) {
        JOBBRO_TRY_ASSIGN(const v1::MessageKind kind, parse_kind(each));
        request.add_kinds(kind);
    }
    return {};
}

Result<void> set_view(const Selection& selection, v1::Replay& request) {
    request.set_view(selection.unmask ? v1::REPLAY_VIEW_UNMASKED : v1::REPLAY_VIEW_MASKED);
    if (!selection.unmask && !selection.ground.empty()) {
        return wrong("--ground says why content is read: it goes with --unmask");
    }
    if (selection.unmask && selection.ground.empty()) {
        return Error{ErrorCode::ground_missing, "--unmask takes --ground \"why\""};
    }
    if (selection.ground.size() > limits::ground_bytes_max) {
        return wrong("--ground has at most " + std::to_string(limits::ground_bytes_max) + " bytes");
    }
    request.set_ground(selection.ground);
    return {};
}

}  // namespace

std::string kind_text(v1::MessageKind kind) {
    std::string_view name = v1::MessageKind_Name(kind);
    if (!name.starts_with(kind_prefix)) return std::to_string(static_cast<int>(kind));
    name.remove_prefix(kind_prefix.size());
    std::string text{name};
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

void add_hub_options(CLI::App& app, HubOptions& options) {
    app.add_option("--hub", options.hub, "Endpoint of a running hub")->capture_default_str();
    app.add_option("--hub-key", options.hub_key, "The hub's public key file");
    app.add_option("--key", options.key, "The auditor's own key file, for a running hub");
    app.add_option("--timeout", options.timeout_s, "How long to wait for the hub, in seconds")
        ->check(CLI::Range(0.001, 3600.0))
        ->capture_default_str();
}

void add_selection_options(CLI::App& app, Selection& selection) {
    app.add_option("--from", selection.from, "First sequence");
    app.add_option("--to", selection.to, "Last sequence");
    app.add_option("--since", selection.since, "Recorded at this time or later, or from this date");
    app.add_option("--until", selection.until, "Recorded before this time, or before this date");
    app.add_option("--party", selection.party, "What this party sent or was to have");
    app.add_option("--order", selection.order, "Of this order, by its id");
    add_citizen_option(app, selection.citizen);
    app.add_option("--kind", selection.kinds, "Of this kind; may be given more than once")
        ->allow_extra_args(false);
    app.add_flag("--unmask", selection.unmask, "With the content, where the grant allows it");
    app.add_option("--ground", selection.ground, "Why content is read, for the record");
}

CLI::Option* add_citizen_option(CLI::App& app, std::string& citizen) {
    return app.add_option("--citizen", citizen,
                          "About this citizen, by CPR number; - reads it from standard input");
}

Result<v1::Replay> replay_request(const Selection& selection) {
    return replay_request(selection, std::cin);
}

Result<v1::Replay> replay_request(const Selection& selection, std::istream& in) {
    v1::Replay request;
    JOBBRO_TRY(set_sequences(selection, request));
    JOBBRO_TRY(set_times(selection, request));
    JOBBRO_TRY(set_subject_matter(selection, in, request));
    JOBBRO_TRY(set_view(selection, request));
    return request;
}

}  // namespace jobbro::audit
