// Opening what the hub stands on.
#include <google/protobuf/stubs/logging.h>
#include <sys/resource.h>

#include <filesystem>

#include "hub/app/parts.h"
#include "hub/journal/tables.h"
#include "hub/ops/rule_files.h"
#include "hub/store/rocks_store.h"
#include "proto/base/file_clock.h"

namespace jobbro::app {
namespace {

ops::MetricLabels metric_labels() {
    ops::MetricLabels labels;
    const auto* const frame = v1::ClientFrame::descriptor();
    for (int i = 0; i < frame->field_count(); ++i) {
        labels.frame_kinds.push_back(frame->field(i)->name());
    }
    labels.frame_kinds.emplace_back("unreadable");
    labels.queues = {"deliveries"};
    const auto* const kinds = v1::MessageKind_descriptor();
    for (int i = 0; i < kinds->value_count(); ++i) {
        const auto kind = static_cast<v1::MessageKind>(kinds->value(i)->number());
        if (const auto name = contract::kind_name(kind); !name.empty()) {
            labels.message_kinds.emplace_back(name);
        }
    }
    return labels;
}

Result<v1::Controller> controller_of(const ops::ControllerConfig& config) {
    JOBBRO_TRY_ASSIGN(const auto id, contract::PartyId::parse("controller:" + config.name));
    v1::Controller controller;
    controller.set_party(id.text());
    controller.set_signing_key(Bytes{config.signing_key.view()});
    for (const std::string& jobcentre : config.jobcentres) {
        JOBBRO_TRY_ASSIGN(const auto party, contract::PartyId::parse(jobcentre));
        if (party.role() != contract::Role::jobcentre) {
            return Error{ErrorCode::config_value_invalid, "controller.jobcentres"};
        }
        controller.add_jobcentres(party.text());
    }
    return controller;
}

Result<v1::Operator> operator_of(const ops::OperatorConfig& config) {
    JOBBRO_TRY_ASSIGN(const auto keys, evidence::read_party_public_keys(config.public_keys));
    JOBBRO_TRY_ASSIGN(const auto party, contract::PartyId::parse(keys.party));
    if (party.role() != contract::Role::operator_) {
        return Error{ErrorCode::config_value_invalid, "operator.public_keys: not an operator's"};
    }
    v1::Operator result;
    result.set_party(party.text());
    result.set_curve_key(Bytes{keys.curve.view()});
    result.set_signing_key(Bytes{keys.signing.view()});
    return result;
}

// As many open files as the sessions allowed may need: running out of them in the middle of a write
// would end the process.
Result<void> allow_files(std::size_t sessions) {
    const std::uint64_t needed =
        limits::files_of_databases_max + 2 * sessions + limits::files_spare;
    rlimit allowed{};
    if (getrlimit(RLIMIT_NOFILE, &allowed) != 0) return ErrorCode::file_limit_low;
    if (allowed.rlim_cur >= needed) return {};
    if (allowed.rlim_max < needed) {
        return Error{ErrorCode::file_limit_low, std::to_string(needed) + " are needed"};
    }
    allowed.rlim_cur = needed;
    if (setrlimit(RLIMIT_NOFILE, &allowed) != 0) return ErrorCode::file_limit_low;
    return {};
}

}  // namespace

std::string software() {
    return "jobbro-hub " JOBBRO_VERSION;
}

Hub::Parts::Parts(const ops::Config& hub_config, ops::Log& hub_log)
    : config(hub_config), log(&hub_log), metrics(JOBBRO_VERSION, metric_labels()) {}

Hub::Hub(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Hub::~Hub() = default;

Result<std::unique_ptr<Hub>> Hub::start(const ops::Config& config, ops::Log& log,
                                        journal::Assurances assured,
                                        const std::filesystem::path& former_keys) {
    // libprotobuf would write about what it cannot read to stderr, which any client could flood.
    google::protobuf::SetLogHandler(nullptr);
    auto parts = std::make_unique<Parts>(config, log);
    JOBBRO_TRY(parts->open(assured, former_keys));
    return std::unique_ptr<Hub>(new Hub(std::move(parts)));
}

Result<journal::Journal::Identity> Hub::Parts::identity(const ops::Config& config,
                                                        const evidence::HubSecretKeys& keys) {
    if (config.controllers.empty() || config.operators.empty()) {
        return Error{ErrorCode::config_value_invalid,
                     "at least one [[controller]] and one [[operator]] are needed"};
    }
    journal::Journal::Identity identity{keys.origin, evidence::Signer{keys.signing}, {}, {}};
    for (const ops::ControllerConfig& each : config.controllers) {
        JOBBRO_TRY_ASSIGN(auto controller, controller_of(each));
        identity.controllers.push_back(std::move(controller));
    }
    for (const ops::OperatorConfig& each : config.operators) {
        JOBBRO_TRY_ASSIGN(auto result, operator_of(each));
        identity.operators.push_back(std::move(result));
    }
    return identity;
}

Result<void> Hub::check(const ops::Config& config) {
    JOBBRO_TRY_ASSIGN(const auto keys, evidence::read_hub_secret_keys(config.keys));
    JOBBRO_TRY(Parts::identity(config, keys));
    if (!config.rules_folder.empty()) JOBBRO_TRY(ops::read_rule_folder(config.rules_folder));
    return {};
}

Result<void> Hub::Parts::open_journal(journal::Journal::Identity who, evidence::MasterKey master,
                                      journal::Assurances assured) {
    JOBBRO_TRY_ASSIGN(auto vault_db,
                      store::RocksStore::open(config.data / "vault", journal::vault_table::names));
    JOBBRO_TRY_ASSIGN(auto log_db,
                      store::RocksStore::open(config.data / "log", journal::log_table::names));
    vault_store = std::move(vault_db);
    log_store = std::make_unique<ObservedStore>(std::move(log_db), metrics);
    JOBBRO_TRY_ASSIGN(auto vault,
                      journal::Vault::open(*vault_store, std::move(master), randomness));
    marks.emplace(config.erasure_marks);
    JOBBRO_TRY_ASSIGN(journal, journal::Journal::open(*log_store, std::move(vault), std::move(who),
                                                      clock->now(), randomness, &*marks, assured));
    if (journal->has_made_marks_anew()) {
        log->warn("erasure_marks_made_anew", {{"file", config.erasure_marks.string()}});
    }
    return {};
}

Result<void> Hub::Parts::open_core(delivery::Subscriptions subscriptions) {
    std::vector<v1::RuleSet> configured;
    if (!config.rules_folder.empty()) {
        JOBBRO_TRY_ASSIGN(configured, ops::read_rule_folder(config.rules_folder));
    }
    JOBBRO_TRY_ASSIGN(auto rulebook,
                      core::open_rulebook(*journal, configured, clock->now(), randomness));
    if (const auto is_there = rulebook.check_in_force(clock->now()); !is_there) {
        log->warn("no_rules_in_force", {{"detail", is_there.error().detail}});
    }
    JOBBRO_TRY_ASSIGN(auto overview, core::open_overview(*journal));
    core::Settings settings;
    settings.software = software();
    settings.started_at = clock->now();
    settings.sessions_max = config.sessions_max;
    settings.session_silent_ms_max = config.session_silent_ms;
    settings.retention_days = config.retention_days;
    settings.provider_grace_ms = config.provider_grace_days * std::int64_t{24} * 3600 * 1000;
    settings.is_clock_driven = !config.demo_clock.empty();
    core.emplace(*journal, std::move(subscriptions), std::move(rulebook), std::move(overview),
                 std::move(settings));
    return {};
}

Result<void> Hub::Parts::open(journal::Assurances assured,
                              const std::filesystem::path& former_keys) {
    JOBBRO_TRY(allow_files(config.sessions_max));
    if (!config.demo_clock.empty()) {
        JOBBRO_TRY_ASSIGN(clock, FileClock::open(config.demo_clock));
        assured.clock_is_right = true;
    }
    JOBBRO_TRY_ASSIGN(auto keys, evidence::read_hub_secret_keys(config.keys));
    JOBBRO_TRY_ASSIGN(auto who, identity(config, keys));
    who.is_demo = !config.demo_clock.empty();
    if (!former_keys.empty()) {
        JOBBRO_TRY_ASSIGN(const auto former, evidence::read_hub_secret_keys(former_keys));
        if (former.origin != keys.origin) {
            return Error{ErrorCode::log_identity_wrong, former_keys.string() + " is another hub's"};
        }
        who.former_signer.emplace(former.signing);
    }
    JOBBRO_TRY(open_journal(std::move(who), std::move(keys.master), assured));
    JOBBRO_TRY_ASSIGN(auto subscriptions, delivery::Subscriptions::open(*journal));
    JOBBRO_TRY(open_core(std::move(subscriptions)));
    JOBBRO_TRY_ASSIGN(
        router,
        front::Router::bind(config.listen, keys.curve, [this](const evidence::CurvePublicKey& key) {
            const bool known = journal->registry().find_by_curve_key(key) != nullptr;
            if (!known) metrics.count(ops::Counted::sessions_refused);
            return known;
        }));
    look_around(clock->now());
    health.is_sealed = core->is_sealed();
    if (core->is_sealed()) log->error("log_is_sealed");
    health.last_turn_us = SystemClock{}.now().microseconds;
    health.is_serving = true;
    publish();
    if (!config.http.empty()) {
        const ops::Routes routes{
            [this] { return health.is_live(); }, [this] { return health.readiness(); },
            [this] { return metrics.text(); }, [this] { return published.checkpoint(); },
            [this](const evidence::TileId& tile) { return published.tile(*log_store, tile); }};
        JOBBRO_TRY_ASSIGN(
            http, ops::HttpServer::start(
                      config.http, routes,
                      config.http_beyond_loopback ? ops::Reach::anywhere : ops::Reach::loopback));
    }
    log->info("hub_started", {{"software", software()},
                              {"origin", journal->origin()},
                              {"endpoint", router->endpoint()},
                              {"entries", journal->size().value()}});
    return {};
}

}  // namespace jobbro::app
