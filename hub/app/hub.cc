// The loop.
#include "hub/app/hub.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include "hub/app/parts.h"
#include "proto/base/limits.h"

namespace jobbro::app {
namespace {

constexpr int wait_ms_max = 250;
constexpr std::int64_t look_around_every_ms = 1000;
constexpr int turns_while_stopping_max = 16;
constexpr int drain_wait_ms = 50;

bool is_readable(int fd) {
    pollfd item{fd, POLLIN, 0};
    return fd >= 0 && poll(&item, 1, 0) > 0;
}

core::FrameIn frame_of(front::Received received) {
    core::FrameIn in{std::move(received.route), received.key, ErrorCode::frame_malformed};
    if (received.bytes.size() > limits::frame_bytes_max) {
        in.content = ErrorCode::frame_too_large;
        return in;
    }
    v1::ClientFrame frame;
    if (frame.ParseFromString(received.bytes)) in.content = std::move(frame);
    return in;
}

std::string_view kind_of(const core::FrameIn& frame) {
    const auto* const content = std::get_if<v1::ClientFrame>(&frame.content);
    if (content == nullptr || content->kind_case() == v1::ClientFrame::KIND_NOT_SET) {
        return "unreadable";
    }
    return v1::ClientFrame::descriptor()->FindFieldByNumber(content->kind_case())->name();
}

std::size_t envelopes_in(const core::FrameIn& frame) {
    const auto* const content = std::get_if<v1::ClientFrame>(&frame.content);
    if (content == nullptr || !content->has_submit()) return 0;
    return static_cast<std::size_t>(content->submit().envelopes_size());
}

std::string_view name_of(ErrorCode code) {
    return error_text(code).name;
}

}  // namespace

const std::string& Hub::endpoint() const {
    return parts_->router->endpoint();
}

std::string Hub::http_address() const {
    if (!parts_->http) return {};
    const std::string& asked = parts_->config.http;
    return asked.substr(0, asked.rfind(':') + 1) + std::to_string(parts_->http->port());
}

Result<void> Hub::run(int stop_fd) {
    while (!is_readable(stop_fd)) {
        parts_->router->wait(stop_fd, parts_->wait_ms());
        JOBBRO_TRY(parts_->turn());
    }
    parts_->log->info("hub_stopping");
    parts_->health.is_serving = false;
    return parts_->finish();
}

// Until a frame comes, something parked is due, or for long enough that the loop shows it lives.
int Hub::Parts::wait_ms() const {
    if (core->has_work()) return 0;
    const auto due = core->next_due();
    // What is due by a clock that is not believed is not due yet.
    if (!due || core->is_clock_unsure()) return wait_ms_max;
    // Rounded up: a turn before its time would only turn again.
    const std::int64_t left_ms = (due->microseconds - clock->now().microseconds + 999) / 1000;
    return static_cast<int>(std::clamp<std::int64_t>(left_ms, 0, wait_ms_max));
}

// What waits, bounded; a submit is never taken that might not fit the turn.
std::vector<core::FrameIn> Hub::Parts::take_frames() {
    std::vector<core::FrameIn> frames;
    std::size_t bytes = 0;
    std::size_t envelopes = 0;
    frames_wait = true;
    while (frames.size() < limits::frames_per_turn_max && bytes < limits::turn_bytes_max &&
           envelopes + limits::envelopes_per_submit_max <= limits::entries_per_turn_max) {
        auto received = router->receive();
        if (!received) {
            frames_wait = false;
            break;
        }
        bytes += received->bytes.size();
        frames.push_back(frame_of(*std::move(received)));
        envelopes += envelopes_in(frames.back());
        metrics.count(ops::Counted::frames_received, kind_of(frames.back()));
    }
    return frames;
}

Result<void> Hub::Parts::turn() {
    const auto start = std::chrono::steady_clock::now();
    const Instant now = clock->now();
    if (now >= last_look.plus_ms(look_around_every_ms) || now < last_look) look_around(now);
    const std::vector<core::FrameIn> frames = take_frames();
    const core::Conditions around = conditions(start);
    JOBBRO_TRY_ASSIGN(const core::Turn done, core->turn(frames, now, randomness, around));
    // Before the answers, so that whoever has a receipt finds its checkpoint.
    if (http && done.report.entries > 0) publish();
    send(done.frames);
    report(done.report);
    report_clock();
    JOBBRO_TRY(journal->upkeep(false, randomness));
    JOBBRO_TRY(look_after_erasures(around.steady, false));
    if (!frames.empty()) {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        metrics.observe(ops::Observed::turn_duration_seconds, took.count());
    }
    return {};
}

core::Conditions Hub::Parts::conditions(std::chrono::steady_clock::time_point start) const {
    core::Conditions conditions;
    conditions.disk_nearly_full = health.is_disk_nearly_full.load();
    conditions.frames_wait = frames_wait;
    conditions.steady = Instant{
        std::chrono::duration_cast<std::chrono::microseconds>(start.time_since_epoch()).count()};
    return conditions;
}

void Hub::Parts::send(const std::vector<core::FrameOut>& frames) {
    std::set<Bytes> lost;  // what follows must not overtake what could not be sent
    for (const core::FrameOut& frame : frames) {
        if (lost.contains(frame.route)) continue;
        const auto outcome =
            router->send(frame.route, frame.seal_to, frame.frame.SerializeAsString());
        // Whoever is gone or does not read starts again from what it has: nothing is lost, its
        // receipts and deliveries come again.
        if (outcome == front::SendOutcome::sent) continue;
        core->route_gone(frame.route);
        lost.insert(frame.route);
    }
}

void Hub::Parts::report(const core::TurnReport& report) {
    for (const auto& [kind, counts] : report.messages) {
        const std::string_view name = contract::kind_name(kind);
        metrics.count(ops::Fate::accepted, name, static_cast<double>(counts.accepted));
        metrics.count(ops::Fate::duplicate, name, static_cast<double>(counts.duplicates));
        metrics.count(ops::Fate::rejected, name, static_cast<double>(counts.rejected));
    }
    for (const auto& [code, count] : report.rejected) {
        metrics.count(ops::Counted::rejections, name_of(code), static_cast<double>(count));
    }
    for (const auto& [code, count] : report.errors) {
        metrics.count(ops::Counted::errors, name_of(code), static_cast<double>(count));
    }
    metrics.count(ops::Counted::deliveries, {}, static_cast<double>(report.deliveries));
    metrics.count(ops::Counted::redeliveries, {}, static_cast<double>(report.redeliveries));
    metrics.count(ops::Counted::acks, {}, static_cast<double>(report.acks));
    metrics.count(ops::Counted::nacks, {}, static_cast<double>(report.nacks));
    metrics.count(ops::Counted::fetches, {}, static_cast<double>(report.fetches));
    metrics.count(ops::Counted::orders_erased, {}, static_cast<double>(report.orders_erased));
    metrics.count(ops::Counted::queries, "answered", static_cast<double>(report.queries));
    metrics.count(ops::Counted::queries, "busy", static_cast<double>(report.queries_busy));
    metrics.count(ops::Counted::queries, "refused", static_cast<double>(report.queries_refused));
    metrics.count(ops::Counted::alerts, {}, static_cast<double>(report.alerts));
    if (report.entries > 0) {
        metrics.count(ops::Counted::commits);
        metrics.count(ops::Counted::entries, {}, static_cast<double>(report.entries));
        metrics.observe(ops::Observed::commit_entries, static_cast<double>(report.entries));
        metrics.set(ops::Gauged::last_commit_timestamp_seconds,
                    static_cast<double>(clock->now().microseconds) / 1e6);
        metrics.set(ops::Gauged::tree_size, static_cast<double>(journal->size().value()));
    }
    metrics.set(ops::Gauged::sessions, static_cast<double>(core->sessions()));
    metrics.set(ops::Gauged::queue_depth, static_cast<double>(core->waiting_subscriptions()),
                "deliveries");
    metrics.set(ops::Gauged::parked_messages, static_cast<double>(core->parked_messages()));
    metrics.set(ops::Gauged::stopped_subscriptions,
                static_cast<double>(core->stopped_subscriptions()));
    if (report.sealed_now) {
        health.is_sealed = true;
        log->error("log_sealed", {{"evidence", report.evidence}});
    }
}

void Hub::Parts::report_clock() {
    const bool is_unsure = core->is_clock_unsure();
    if (is_unsure == health.is_clock_unsure.load()) return;
    health.is_clock_unsure = is_unsure;
    metrics.set(ops::Gauged::clock_unsure, is_unsure ? 1 : 0);
    log->warn(is_unsure ? "clock_unsure" : "clock_agrees_again");
}

Result<void> Hub::Parts::look_after_erasures(Instant steady, bool at_once) {
    health.is_ending_erasures = true;
    const auto looked = journal->look_after_erasures(steady, at_once, randomness);
    health.last_turn_us = SystemClock{}.now().microseconds;
    health.is_ending_erasures = false;
    JOBBRO_TRY(looked);
    const auto& failure = journal->marks_failure();
    if (failure.has_value() != marks_failed) {
        marks_failed = failure.has_value();
        log->warn(marks_failed ? "erasure_marks_unwritable" : "erasure_marks_writable_again",
                  {{"error", marks_failed ? failure->line() : std::string{}}});
    }
    metrics.set(ops::Gauged::unfinished_erasures,
                static_cast<double>(journal->unfinished_erasures()));
    return {};
}

void Hub::Parts::look_around(Instant now) {
    last_look = now;
    std::error_code failure;
    const auto space = std::filesystem::space(config.data, failure);
    const bool is_short = failure || space.available < config.free_bytes_min;
    if (is_short != health.is_disk_nearly_full.load()) {
        log->warn(is_short ? "disk_nearly_full" : "disk_has_room_again",
                  {{"free_bytes", failure ? std::uint64_t{0} : std::uint64_t{space.available}}});
    }
    health.is_disk_nearly_full = is_short;
    health.is_clock_behind = now < journal->last_recorded();
    if (!failure) metrics.set(ops::Gauged::free_bytes, static_cast<double>(space.available));
    metrics.set(ops::Gauged::tree_size, static_cast<double>(journal->size().value()));
}

Result<void> Hub::Parts::finish() {
    // What the socket has taken in by now is finished and answered. What is still on its way gets
    // no answer, and is recorded once when it is sent again.
    for (int turns = 0; turns < turns_while_stopping_max; ++turns) {
        const std::uint64_t before = journal->size().value();
        router->wait(-1, drain_wait_ms);
        JOBBRO_TRY(turn());
        if (journal->size().value() == before && !core->has_work()) break;
    }
    send(core->say_goodbye());
    // What was delivered since it was last recorded.
    while (core->has_work()) {
        JOBBRO_TRY_ASSIGN(
            const core::Turn done,
            core->turn({}, clock->now(), randomness, conditions(std::chrono::steady_clock::now())));
        report(done.report);
    }
    const Instant steady = conditions(std::chrono::steady_clock::now()).steady;
    JOBBRO_TRY(core->stop(steady, randomness));
    JOBBRO_TRY(journal->upkeep(true, randomness));
    JOBBRO_TRY(look_after_erasures(steady, true));
    if (http) http->stop();
    router.reset();
    log->info("hub_stopped", {{"entries", journal->size().value()}});
    return {};
}

}  // namespace jobbro::app
