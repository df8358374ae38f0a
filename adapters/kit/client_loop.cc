#include "adapters/kit/client_loop.h"

#include <algorithm>
#include <utility>

namespace jobbro::kit {
namespace {

constexpr int frames_per_round_max = 256;
constexpr std::int64_t wait_ms_max = 1000;
constexpr std::int64_t attempt_ms_max = 12'000;
constexpr std::int64_t finish_ms_max = 500;
// The same answer this often in a row is no accident of a hub that is starting or stopping.
constexpr int wrong_key_attempts_max = 3;
constexpr std::size_t calls_waiting_max = 64;

// Time that never steps back; its zero means nothing.
Instant steady_now() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

bool may_be_mended(ErrorCode code) {
    return code == ErrorCode::key_unknown || code == ErrorCode::key_disabled ||
           code == ErrorCode::protocol_version_unsupported || code == ErrorCode::log_identity_wrong;
}

}  // namespace

Result<std::unique_ptr<Client::Loop>> Client::Loop::start(Settings settings) {
    evidence::SystemRandomness randomness;
    ProtocolOptions options;
    options.software = settings.software;
    options.queue = settings.queue;
    // The loop keeps the account, so that a full queue is told to the caller at once.
    options.calls_max = calls_waiting_max;
    options.jitter_seed = read_big_endian<std::uint64_t>(view(randomness.take<8>()));
    JOBBRO_TRY_ASSIGN(auto protocol,
                      Protocol::make(settings.own, settings.hub, std::move(options)));
    JOBBRO_TRY_ASSIGN(auto wiring, Wiring::make());
    return std::unique_ptr<Loop>(
        new Loop(std::move(settings), std::move(wiring), std::move(protocol)));
}

Client::Loop::Loop(Settings settings, std::unique_ptr<Wiring> wiring,
                   std::unique_ptr<Protocol> protocol)
    : settings_(std::move(settings)),
      peering_{settings_.endpoint, settings_.own.curve.copy(), settings_.hub.curve},
      wiring_(std::move(wiring)),
      maker_(settings_.own.party, EnvelopeMaker::salt_key_of(settings_.own.signing),
             *settings_.clock, randomness_),
      protocol_(std::move(protocol)),
      back_off_(limits::reconnect_ms_min, limits::reconnect_ms_max,
                read_big_endian<std::uint64_t>(view(randomness_.take<8>()))),
      handlers_([this] { wiring_->wake(); }),
      thread_([this] { run(); }) {}

void Client::Loop::close() {
    const std::lock_guard closing(close_mutex_);
    // First the handlers, so that what they have done is acked below.
    handlers_.stop();
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wiring_->wake();
    if (thread_.joinable()) thread_.join();
}

Result<SessionInfo> Client::Loop::wait_ready(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    state_changed_.wait_for(lock, timeout, [this] {
        return session_ || ended_by_ || is_stopping_ ||
               wrong_key_attempts_ >= wrong_key_attempts_max;
    });
    if (session_) return *session_;
    if (ended_by_) return *ended_by_;
    return last_error_.value_or(Error{ErrorCode::hub_unreachable, "no answer in time"});
}

Result<void> Client::Loop::put(Command command) {
    bool is_first = false;
    {
        const std::lock_guard lock(mutex_);
        if (ended_by_) return *ended_by_;
        if (is_stopping_) return ErrorCode::session_lost;
        is_first = commands_.empty();
        commands_.push_back(std::move(command));
    }
    if (is_first) wiring_->wake();
    return {};
}

void Client::Loop::submit(MadeEnvelope envelope, Answer answer) {
    std::optional<Error> refused;
    bool is_first = false;
    {
        const std::lock_guard lock(mutex_);
        const std::size_t bytes = envelope.bytes.size();
        if (ended_by_) {
            refused = *ended_by_;
        } else if (is_stopping_) {
            refused = ErrorCode::session_lost;
        } else if (bytes > limits::envelope_bytes_max) {
            refused = ErrorCode::envelope_too_large;
        } else if (queued_messages_ >= settings_.queue.messages_max ||
                   queued_bytes_ + bytes > settings_.queue.bytes_max) {
            refused = ErrorCode::queue_full;
        } else {
            ++queued_messages_;
            queued_bytes_ += bytes;
            is_first = commands_.empty();
            commands_.emplace_back(SubmitCommand{
                std::move(envelope), [this, bytes, told = std::move(answer)](Result<Receipt> fate) {
                    {
                        const std::lock_guard account(mutex_);
                        --queued_messages_;
                        queued_bytes_ -= bytes;
                    }
                    call_user(told, std::move(fate));
                }});
        }
    }
    if (is_first) wiring_->wake();
    // NOLINTNEXTLINE: moved only where nothing was refused
    if (refused) call_user(answer, Result<Receipt>{*std::move(refused)});
}

void Client::Loop::tell(const ClientEvent& event) {
    if (settings_.on_event) call_user(settings_.on_event, event);
}

void Client::Loop::run() {
    attempt_at_ = steady_now();
    while (true) {
        const Instant now = steady_now();
        bool is_stopping = false;
        {
            const std::lock_guard lock(mutex_);
            is_stopping = is_stopping_;
        }
        take_commands(now);
        take_reports(now);
        if (is_stopping) break;
        keep_connected(now);
        read_socket(now);
        protocol_->tick(now);
        dispatch(now);
        write_socket(now);
        dispatch(now);
        wait(steady_now());
    }
    finish();
}

void Client::Loop::wait(Instant now) {
    Instant due = now.plus_ms(wait_ms_max);
    if (const auto of_protocol = protocol_->next_due()) due = std::min(due, *of_protocol);
    if (!connection_ && !has_ended_) due = std::min(due, attempt_at_);
    // Rounded up: a wait that ends just before the instant would be had twice.
    const std::int64_t ms =
        std::max<std::int64_t>(0, (due.microseconds - now.microseconds + 999) / 1000);
    if (connection_) {
        connection_->wait(ms, unsent_.has_value());
    } else {
        wiring_->wait(ms);
    }
}

void Client::Loop::take_commands(Instant now) {
    std::vector<Command> commands;
    {
        const std::lock_guard lock(mutex_);
        commands.swap(commands_);
    }
    for (Command& command : commands) {
        std::visit([this, now](auto& one) { take(std::move(one), now); }, command);
    }
}

void Client::Loop::take(SubmitCommand command, Instant now) {
    Submission submission{++tickets_, std::move(command.envelope), settings_.give_up_after_ms};
    auto taken =
        has_ended_ ? Result<void>{*ended_by_} : protocol_->submit(std::move(submission), now);
    if (!taken) return command.answer(std::move(taken).error());
    answers_.emplace(tickets_, std::move(command.answer));
}

void Client::Loop::take(SubscribeCommand command, Instant) {
    auto added = has_ended_
                     ? Result<void>{*ended_by_}
                     : protocol_->subscriptions().add(command.name, std::move(command.options));
    if (!added) return command.opened->set_value(std::move(added));
    open_[command.name] = Open{std::make_shared<const Handler>(std::move(command.handler)),
                               std::move(command.opened)};
}

void Client::Loop::take(const UnsubscribeCommand& command, Instant) {
    protocol_->subscriptions().remove(command.name);
    handlers_.drop(command.name);
}

void Client::Loop::take(CallCommand command, Instant) {
    auto number =
        has_ended_ ? Result<std::uint64_t>{*ended_by_} : protocol_->call(std::move(command.frame));
    if (!number) return command.answer(std::move(number).error());
    call_answers_.emplace(*number, std::move(command.answer));
}

void Client::Loop::take_reports(Instant now) {
    for (HandlingReport& report : handlers_.take_reports()) {
        SubscriptionSet& subscriptions = protocol_->subscriptions();
        if (report.outcome) {
            subscriptions.handled(report.place);
        } else {
            subscriptions.failed(report.place, report.outcome.error(), now);
        }
    }
}

void Client::Loop::keep_connected(Instant now) {
    if (!connection_ && !has_ended_ && attempt_at_ <= now) {
        attempt_at_ = now;
        auto connection = Connection::open(*wiring_, peering_);
        if (!connection) {
            return lost(
                SessionLost{connection.error(), connection.error().code == ErrorCode::usage, false},
                now);
        }
        connection_ = *std::move(connection);
    }
    while (connection_) {
        const auto change = connection_->take_change();
        if (!change) break;
        if (change->has_value()) {
            is_established_ = true;
            protocol_->connected(now);
        } else if (is_established_) {
            disconnect(change->error(), now);
        } else {
            lost(
                SessionLost{change->error(), change->error().code == ErrorCode::key_unknown, false},
                now);
        }
    }
    if (connection_ && !is_established_ && attempt_at_.plus_ms(attempt_ms_max) <= now) {
        lost(SessionLost{Error{ErrorCode::hub_unreachable, "no connection in time"}, false, false},
             now);
    }
}

// What the hub said before the connection went still holds.
void Client::Loop::disconnect(const Error& reason, Instant now) {
    while (connection_) {
        const auto frame = connection_->receive();
        if (!frame) break;
        protocol_->received(*frame, now);
        dispatch(now);
    }
    protocol_->disconnected(reason, now);
    dispatch(now);
}

void Client::Loop::read_socket(Instant now) {
    for (int i = 0; connection_ && i < frames_per_round_max; ++i) {
        const auto frame = connection_->receive();
        if (!frame) return;
        protocol_->received(*frame, now);
        // What a frame brings is passed on before the next, so that at most one is held.
        dispatch(now);
    }
}

void Client::Loop::write_socket(Instant now) {
    while (connection_ && is_established_) {
        if (!unsent_) unsent_ = protocol_->next_frame(now);
        if (!unsent_) return;
        switch (connection_->send(*unsent_)) {
            case SendOutcome::sent:
                unsent_.reset();
                break;
            case SendOutcome::no_room:
                return;
            case SendOutcome::failed:
                return disconnect(ErrorCode::session_lost, now);
        }
    }
}

void Client::Loop::dispatch(Instant now) {
    for (Happening& happening : protocol_->take_happenings()) {
        std::visit([this, now](auto& one) { dispatch(std::move(one), now); }, happening);
    }
}

void Client::Loop::dispatch(SessionOpened opened, Instant) {
    back_off_.reset();
    {
        const std::lock_guard lock(mutex_);
        session_ = opened.info;
        last_error_.reset();
        wrong_key_attempts_ = 0;
    }
    state_changed_.notify_all();
    tell(opened);
}

void Client::Loop::dispatch(const SessionLost& session, Instant now) {
    lost(session, now);
}

void Client::Loop::dispatch(Resolution resolution, Instant) {
    const auto found = answers_.find(resolution.ticket);
    JOBBRO_ASSERT(found != answers_.end());
    const Answer answer = std::move(found->second);
    answers_.erase(found);
    answer(std::move(resolution.fate));
}

void Client::Loop::dispatch(NumberedDelivery delivery, Instant) {
    const auto found = open_.find(delivery.delivery.subscription);
    if (found != open_.end()) handlers_.put(std::move(delivery), found->second.handler);
}

void Client::Loop::dispatch(SubscriptionNews news, Instant) {
    const auto found = open_.find(news.name);
    if (found != open_.end()) {
        if (found->second.opened && news.kind == SubscriptionNews::Kind::opened) {
            std::exchange(found->second.opened, nullptr)->set_value({});
        }
        if (news.kind == SubscriptionNews::Kind::ended) {
            if (found->second.opened) {
                found->second.opened->set_value(
                    news.error.value_or(Error{ErrorCode::session_lost}));
            }
            open_.erase(found);
        }
    }
    tell(news);
}

void Client::Loop::dispatch(CallAnswered answered, Instant) {
    const auto found = call_answers_.find(answered.number);
    if (found == call_answers_.end()) return;
    const CallAnswer answer = std::move(found->second);
    call_answers_.erase(found);
    answer(std::move(answered.answer));
}

void Client::Loop::dispatch(Remark remark, Instant) {
    tell(remark);
}

// The connection is of no more use, or there never was one.
void Client::Loop::lost(const SessionLost& lost, Instant now) {
    connection_.reset();
    is_established_ = false;
    unsent_.reset();
    handlers_.drop_all();
    attempt_at_ = lost.at_once ? now : now.plus_ms(back_off_.next_ms());
    const bool is_over =
        lost.is_fatal && !(settings_.keep_trying && may_be_mended(lost.error.code));
    {
        const std::lock_guard lock(mutex_);
        session_.reset();
        last_error_ = lost.error;
        const bool is_wrong_key = lost.error.code == ErrorCode::hub_key_wrong;
        wrong_key_attempts_ = is_wrong_key ? wrong_key_attempts_ + 1 : 0;
        if (is_over) ended_by_ = lost.error;
    }
    state_changed_.notify_all();
    tell(lost);
    if (is_over) end(lost.error, now);
}

// Nothing more can come of this client: all that waits is told why.
void Client::Loop::end(const Error& error, Instant now) {
    has_ended_ = true;
    protocol_->close(error);
    dispatch(now);
    for (auto& [name, open] : open_) {
        if (open.opened) open.opened->set_value(error);
    }
    open_.clear();
}

void Client::Loop::finish() {
    const Instant until = steady_now().plus_ms(finish_ms_max);
    const bool had_session = protocol_->is_open();
    protocol_->close(ErrorCode::session_lost);
    if (connection_ && had_session) connection_->let_finish();
    for (Instant now = steady_now(); connection_ && now < until; now = steady_now()) {
        write_socket(now);
        if (!unsent_) break;
        connection_->wait(until.milliseconds() - now.milliseconds(), true);
    }
    connection_.reset();
    is_established_ = false;
    dispatch(steady_now());
    // What came while the last was being said.
    take_commands(steady_now());
    protocol_->close(ErrorCode::session_lost);
    dispatch(steady_now());
    for (auto& [name, open] : open_) {
        if (open.opened) open.opened->set_value(ErrorCode::session_lost);
    }
    open_.clear();
    {
        const std::lock_guard lock(mutex_);
        session_.reset();
    }
    state_changed_.notify_all();
}

}  // namespace jobbro::kit
