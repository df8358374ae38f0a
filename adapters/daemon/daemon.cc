#include "adapters/daemon/daemon.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <limits>

#include "adapters/connectors/folder_inlet.h"
#include "adapters/connectors/folder_outlet.h"
#include "adapters/connectors/folder_watch.h"
#include "adapters/daemon/mailbox.h"
#include "adapters/daemon/metrics_text.h"
#include "proto/evidence/key_file.h"

namespace jobbro::daemon {
namespace {

using connectors::InletNews;

constexpr std::string_view key_purpose = "folder connector names";

Instant steady_now() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

std::string_view code_name(const Error& error) {
    return error_text(error.code).name;
}

// The file of outbox or inbox is of no more use before the next start.
bool is_lasting(const Error& error) {
    return error.code == ErrorCode::store_failed || error.code == ErrorCode::tampered;
}

// What somebody may mend at the hub while this program goes on trying.
bool may_be_mended(ErrorCode code) {
    return code == ErrorCode::key_unknown || code == ErrorCode::key_disabled ||
           code == ErrorCode::protocol_version_unsupported || code == ErrorCode::log_identity_wrong;
}

Result<evidence::PartySecretKeys> read_own_keys(const Config& config, contract::Role role) {
    JOBBRO_TRY_ASSIGN(auto keys, evidence::read_party_secret_keys(config.keys));
    JOBBRO_TRY_ASSIGN(const auto party, contract::PartyId::parse(keys.party));
    if (party.role() == role) return keys;
    return Error{ErrorCode::role_not_allowed, config.keys.string() +
                                                  ": the key is of another role than " +
                                                  std::string{contract::role_name(role)}};
}

}  // namespace

// Members stand in the order in which they need each other.
struct Daemon::Parts {
    Parts(const Config& chosen, Log& where, evidence::SymmetricKey name_key,
          std::shared_ptr<const Clock> time)
        : config(chosen),
          log(where),
          layout(chosen.base),
          key(std::move(name_key)),
          clock(std::move(time)) {}

    Result<void> open(evidence::HubPublicKeys hub, evidence::PartySecretKeys own);
    Result<void> open_client(evidence::HubPublicKeys hub, evidence::PartySecretKeys own);
    void open_watch();
    void subscribe();

    // On the client's threads.
    void heard(const kit::ClientEvent& event);
    void heard(const kit::SessionOpened& opened);
    void heard(const kit::SessionLost& lost);
    void heard(const kit::SubscriptionNews& news);
    void heard(const kit::Remark& remark);
    Result<void> deliver(const kit::Delivery& delivery);
    void outbox_failed(const Error& error);
    void log_failure(std::string_view event, const Error& error) const;

    // On the main thread.
    Result<void> run(int stop_descriptor);
    Result<void> work(int stop_descriptor);
    Result<void> checked(Result<void> done);
    Result<bool> wait(int stop_descriptor);
    Result<void> take_mail();
    void take_hints(Instant now);
    void prune(Sequence next);
    void tell(const InletNews& news);
    void write_metrics(Instant now);
    [[nodiscard]] int wait_ms(Instant now) const;

    const Config config;
    Log& log;
    const connectors::FolderLayout layout;
    const evidence::SymmetricKey key;
    const std::shared_ptr<const Clock> clock;
    std::string origin;
    std::unique_ptr<Mailbox> mailbox;

    std::atomic<bool> has_store_failed = false;
    std::atomic<bool> is_open = false;
    std::atomic<std::uint64_t> opened = 0;
    std::atomic<std::uint64_t> lost = 0;
    std::atomic<std::uint64_t> delivered = 0;
    std::atomic<std::uint64_t> delivery_failures = 0;
    int last_lost_code = 0;  // the client's I/O thread's own, against a line for each attempt

    std::unique_ptr<connectors::FolderOutlet> outlet;
    std::unique_ptr<connectors::FolderWatch> watch;
    std::unique_ptr<kit::DurableClient> client;
    std::unique_ptr<connectors::DurableSink> sink;
    std::unique_ptr<connectors::FolderInlet> inlet;
    Instant rescan_at;
    Instant metrics_at;
    bool has_metrics_failed = false;
};

// --- Start --------------------------------------------------------------------------------------

Result<void> Daemon::check(const Config& config, contract::Role role) {
    JOBBRO_TRY(evidence::read_hub_public_keys(config.public_keys));
    JOBBRO_TRY(read_own_keys(config, role));
    return {};
}

Result<std::unique_ptr<Daemon>> Daemon::start(const Config& config, contract::Role role, Log& log,
                                              std::shared_ptr<const Clock> clock) {
    JOBBRO_TRY_ASSIGN(auto hub, evidence::read_hub_public_keys(config.public_keys));
    JOBBRO_TRY_ASSIGN(auto own, read_own_keys(config, role));
    auto parts = std::make_unique<Parts>(config, log, evidence::party_row_key(own, key_purpose),
                                         std::move(clock));
    const std::string party = own.party;
    JOBBRO_TRY(parts->open(std::move(hub), std::move(own)));
    log.info("started", {{"party", party}, {"endpoint", config.endpoint}});
    return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Daemon::~Daemon() = default;

Result<void> Daemon::run(int stop_descriptor) {
    return parts_->run(stop_descriptor);
}

bool Daemon::has_store_failed() const {
    return parts_->has_store_failed;
}

Result<void> Daemon::Parts::open(evidence::HubPublicKeys hub, evidence::PartySecretKeys own) {
    JOBBRO_TRY(connectors::make_folders(layout));
    JOBBRO_TRY_ASSIGN(mailbox, Mailbox::make());
    origin = hub.origin;
    JOBBRO_TRY(open_client(std::move(hub), std::move(own)));
    outlet = std::make_unique<connectors::FolderOutlet>(layout, origin, *client->inbox());
    sink = std::make_unique<connectors::DurableSink>(*client);
    inlet = std::make_unique<connectors::FolderInlet>(connectors::FolderInlet::Parts{
        layout, key, *sink, *clock, [this](const InletNews& news) { tell(news); }});
    JOBBRO_TRY(inlet->start());
    open_watch();
    subscribe();
    return {};
}

Result<void> Daemon::Parts::open_client(evidence::HubPublicKeys hub,
                                        evidence::PartySecretKeys own) {
    kit::DurableSettings settings{
        .client = kit::Settings{.endpoint = config.endpoint,
                                .hub = std::move(hub),
                                .own = std::move(own),
                                .software = "jobbro-daemon " JOBBRO_VERSION,
                                .keep_trying = true,
                                .clock = clock},
        .outbox_file = config.outbox.empty() ? layout.state / "outbox.db" : config.outbox,
        .inbox_file = layout.state / "inbox.db"};
    settings.client.on_event = [this](const kit::ClientEvent& event) { heard(event); };
    settings.on_settled = [this](const std::vector<kit::OutboxRecord>& records) {
        mailbox->put_settled(records);
    };
    settings.on_store_failed = [this](const Error& error) { outbox_failed(error); };
    JOBBRO_TRY_ASSIGN(client, kit::DurableClient::open(std::move(settings)));
    return {};
}

void Daemon::Parts::open_watch() {
    if (!config.inotify) return;
    auto opened_watch = connectors::FolderWatch::open(layout.in);
    if (opened_watch) {
        watch = *std::move(opened_watch);
    } else {
        log.warn("no_watch", {{"code", code_name(opened_watch.error())},
                              {"detail", opened_watch.error().detail}});
    }
}

// What comes of it is told as news.
void Daemon::Parts::subscribe() {
    kit::SubscribeOptions options;
    options.credit = config.credit;
    client->client().subscribe(config.subscription, options,
                               [this](const kit::Delivery& each) { return deliver(each); });
}

// --- On the client's threads --------------------------------------------------------------------

void Daemon::Parts::heard(const kit::ClientEvent& event) {
    std::visit([this](const auto& one) { heard(one); }, event);
}

void Daemon::Parts::heard(const kit::SessionOpened& session) {
    is_open = true;
    ++opened;
    last_lost_code = 0;
    log.info("session_opened", {{"log_entries", session.info.tree_size.value()}});
}

void Daemon::Parts::heard(const kit::SessionLost& session) {
    is_open = false;
    ++lost;
    const auto code = static_cast<int>(session.error.code);
    if (code != last_lost_code) {
        log.warn("session_lost",
                 {{"code", code_name(session.error)}, {"detail", session.error.detail}});
    }
    last_lost_code = code;
    if (session.is_fatal && !may_be_mended(session.error.code)) mailbox->put_end(session.error);
}

void Daemon::Parts::heard(const kit::SubscriptionNews& news) {
    using Kind = kit::SubscriptionNews::Kind;
    const std::string_view code = news.error ? code_name(*news.error) : "";
    if (news.kind == Kind::opened) {
        log.info("subscription_opened",
                 {{"next_sequence", news.next_sequence}, {"parked", news.parked}});
        if (news.parked == 0) mailbox->put_opening(Sequence{news.next_sequence});
    } else if (news.kind == Kind::stopped) {
        log.warn("subscription_stopped",
                 {{"code", code}, {"detail", news.error ? news.error->detail : ""}});
    } else if (news.kind == Kind::parked) {
        log.warn("messages_parked", {{"parked", news.parked}});
    } else if (news.error) {
        log.error("subscription_ended", {{"code", code}});
        mailbox->put_end(*news.error);
    }
}

void Daemon::Parts::heard(const kit::Remark& remark) {
    log.warn("remark", {{"code", code_name(remark.error)}, {"detail", remark.error.detail}});
}

// An error stops the subscription for a while; the message comes again.
Result<void> Daemon::Parts::deliver(const kit::Delivery& delivery) {
    const auto published = outlet->publish(delivery, clock->now());
    if (published) {
        if (*published == kit::Handled::now) ++delivered;
        log.write(Level::debug, "delivery_written", {{"sequence", delivery.sequence.value()}});
        return {};
    }
    ++delivery_failures;
    if (is_lasting(published.error())) {
        if (!has_store_failed.exchange(true)) log_failure("inbox_failed", published.error());
        mailbox->put_end(published.error());
    }
    return published.error();
}

void Daemon::Parts::outbox_failed(const Error& error) {
    if (!has_store_failed.exchange(true)) log_failure("outbox_failed", error);
    mailbox->put_end(error);
}

void Daemon::Parts::log_failure(std::string_view event, const Error& error) const {
    log.error(event, {{"code", code_name(error)}, {"detail", error.detail}});
}

// --- The main thread ----------------------------------------------------------------------------

Result<void> Daemon::Parts::run(int stop_descriptor) {
    auto done = work(stop_descriptor);
    if (has_store_failed) {
        // The last figures say so too.
        metrics_at = Instant{};
        write_metrics(steady_now());
    }
    return done;
}

// What of the inlet's lasts is the outbox's.
Result<void> Daemon::Parts::checked(Result<void> done) {
    if (!done && is_lasting(done.error())) outbox_failed(done.error());
    return done;
}

Result<void> Daemon::Parts::work(int stop_descriptor) {
    while (true) {
        const Instant now = steady_now();
        take_hints(now);
        JOBBRO_TRY(take_mail());
        JOBBRO_TRY(checked(inlet->turn(now)));
        write_metrics(now);
        JOBBRO_TRY_ASSIGN(const bool is_asked_to_stop, wait(stop_descriptor));
        if (is_asked_to_stop) break;
    }
    client->close();
    JOBBRO_TRY(take_mail());
    JOBBRO_TRY(checked(inlet->wind_up(steady_now())));
    write_metrics(steady_now());
    log.info("stopped");
    return {};
}

// True when asked to stop.
Result<bool> Daemon::Parts::wait(int stop_descriptor) {
    std::array<pollfd, 3> items = {pollfd{stop_descriptor, POLLIN, 0},
                                   pollfd{mailbox->descriptor(), POLLIN, 0},
                                   pollfd{watch ? watch->descriptor() : -1, POLLIN, 0}};
    const int ready = ::poll(items.data(), items.size(), wait_ms(steady_now()));
    return ready > 0 && items[0].revents != 0;
}

int Daemon::Parts::wait_ms(Instant now) const {
    Instant due = rescan_at;
    if (const auto of_inlet = inlet->next_due()) due = std::min(due, *of_inlet);
    if (config.metrics_s > 0) due = std::min(due, metrics_at);
    // Rounded up: a wait that ends just before the instant would be had twice.
    const std::int64_t ms = (due.microseconds - now.microseconds + 999) / 1000;
    return static_cast<int>(std::clamp<std::int64_t>(ms, 0, std::numeric_limits<int>::max()));
}

Result<void> Daemon::Parts::take_mail() {
    const Mailbox::Contents contents = mailbox->take();
    inlet->settled(contents.settled);
    if (contents.opening) prune(*contents.opening);
    if (contents.end) return *contents.end;
    return {};
}

void Daemon::Parts::take_hints(Instant now) {
    if (watch) {
        const auto told = watch->take();
        for (const std::string& name : told.names)
            inlet->closed(name);
        if (told.is_incomplete) inlet->look_again();
    }
    if (now < rescan_at) return;
    rescan_at = now.plus_ms(config.rescan_s * 1000);
    inlet->look_again();
    if (watch) ignore(watch->renew(), "looking at the folder says so too, and tells of it");
}

// Marks of deliveries that cannot come again are of no more use.
void Daemon::Parts::prune(Sequence next) {
    const auto pruned = client->inbox()->prune(origin, config.subscription, next, clock->now());
    if (!pruned) {
        log.warn("inbox_not_pruned", {{"code", code_name(pruned.error())}});
    } else if (*pruned >= kit::inbox_rows_max) {
        mailbox->put_opening(next);
    }
}

void Daemon::Parts::tell(const InletNews& news) {
    using Kind = InletNews::Kind;
    const std::string_view code = news.error ? code_name(*news.error) : "";
    switch (news.kind) {
        case Kind::taken:
            return log.info("file_taken", {{"file", news.file}, {"messages", news.messages}});
        case Kind::sent:
            return log.info("file_sent", {{"file", news.file}, {"messages", news.messages}});
        case Kind::refused:
            return log.warn("file_refused", {{"file", news.file},
                                             {"messages", news.messages},
                                             {"refused", news.refused_messages},
                                             {"code", code}});
        case Kind::gone:
            return log.warn("file_gone", {{"file", news.file}});
        case Kind::replaced:
            return log.warn("file_replaced", {{"file", news.file}});
        case Kind::fileless:
            return log.info(
                "answered_without_file",
                {{"messages", news.messages}, {"refused", news.refused_messages}, {"code", code}});
        case Kind::held:
            return log.error("held", {{"code", code}, {"detail", news.error->detail}});
    }
}

// A figure that cannot be written stops nothing.
void Daemon::Parts::write_metrics(Instant now) {
    if (config.metrics_s == 0 || now < metrics_at) return;
    metrics_at = now.plus_ms(config.metrics_s * 1000);
    const auto of_client = client->metrics();
    if (!of_client) return;
    const SessionCounts session{is_open, opened, lost, delivered, delivery_failures};
    const auto written = connectors::replace_file(
        layout.staging / "metrics.prom", layout.state / "metrics.prom",
        metrics_text(*of_client, inlet->counts(), session, has_store_failed));
    if (!written && !has_metrics_failed) {
        log.warn("metrics_not_written",
                 {{"code", code_name(written.error())}, {"detail", written.error().detail}});
    }
    has_metrics_failed = !written;
}

}  // namespace jobbro::daemon
