#include "adapters/kit/durable_client.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "adapters/kit/back_off.h"
#include "adapters/kit/hand_in_order.h"

namespace jobbro::kit {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

constexpr std::int64_t retry_ms_min = 100;
constexpr std::int64_t retry_ms_max = 10'000;
constexpr std::chrono::hours sweep_every{1};
constexpr std::size_t read_at_once_max = 256;
constexpr std::size_t hand_in_at_once_max = 64;

// What the hub has said to a message is its fate, unless the same bytes may fare better later: what
// is wrong with a frame, keys, signatures, the log or the room at the hub leaves it waiting.
bool is_fate(ErrorCode code) {
    const auto number = static_cast<int>(code);
    if (number < 200) return false;  // of the frame or the session: no message was looked at
    switch (code) {
        // The client has sent it again for as long as it waits for a cause.
        case ErrorCode::cause_unknown:
            return true;
        case ErrorCode::key_unknown:
        case ErrorCode::key_disabled:
        case ErrorCode::key_in_use:
        case ErrorCode::key_malformed:
        case ErrorCode::hub_key_wrong:
        case ErrorCode::signature_missing:
        case ErrorCode::signature_wrong:
        case ErrorCode::hub_sealed:
        case ErrorCode::log_identity_wrong:
        case ErrorCode::store_failed:
        case ErrorCode::tampered:
            return false;
        default:
            return error_text(code).disposition != Disposition::retry;
    }
}

// What waiting does not mend: the file has to be opened anew.
bool is_lasting(ErrorCode code) {
    return code == ErrorCode::store_failed || code == ErrorCode::tampered;
}

// What the inbox's file has against a delivery says nothing of the delivery.
bool is_of_file(ErrorCode code) {
    return is_lasting(code) || code == ErrorCode::file_unwritable ||
           code == ErrorCode::file_unreadable || code == ErrorCode::data_folder_locked;
}

// As an error of the handler: one that may pass, so that the message is not given up; or the
// lasting one, which stops the subscription.
Error of_inbox(const Error& error) {
    if (is_lasting(error.code)) return error;
    return Error{ErrorCode::busy, error.line()};
}

}  // namespace

// The thread between outbox and client, and what it shares with others. Lock order: submit_mutex_,
// then mutex_; outbox and client lock for themselves. Thread: any, for the public functions but
// close().
class DurableClient::Pump {
  public:
    static Result<std::unique_ptr<Pump>> start(DurableSettings settings);
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;
    ~Pump() { close(); }

    Result<std::vector<OutboxPut>> submit(const std::vector<OutboxRequest>& requests);
    bool wait_until_settled(milliseconds timeout);
    Result<DurableMetrics> metrics();
    Result<void> handle_once(const Delivery& delivery, const OnceHandler& handler);
    void close();

    Result<MadeEnvelope> make(v1::Envelope envelope) {
        return client_->envelope_maker().make(std::move(envelope), checks_locally_);
    }
    Outbox& outbox() { return *outbox_; }
    Inbox* inbox() { return inbox_.get(); }
    Client& client() { return *client_; }
    [[nodiscard]] Instant now() const { return clock_->now(); }

  private:
    explicit Pump(const DurableSettings& settings);
    Result<void> open_files(const DurableSettings& settings);
    Result<void> connect(Settings settings);
    void heard(const ClientEvent& event);
    void answered(std::uint64_t ticket, Result<Receipt> fate);

    void run();
    bool wait_for_work();
    void settle();
    void tell_settled(const std::vector<OutboxRecord>& settled) const;
    void tell(const std::vector<OutboxRecord>& settled);
    void tell_earlier();
    void sweep();
    void hand_in();
    void hold();
    template <typename T>
    bool went_well(const Result<T>& done);
    void store_failed(const Error& error);

    // Constant after start.
    const std::function<void(const OutboxRecord&)> on_fate_;
    const std::function<void(const std::vector<OutboxRecord>&)> on_settled_;
    const std::function<void(const Error&)> on_store_failed_;
    const std::function<void(const ClientEvent&)> on_event_;
    const std::string origin_;
    const bool checks_locally_;
    const std::size_t out_max_;
    const std::shared_ptr<const Clock> clock_;
    std::unique_ptr<Outbox> outbox_;
    std::unique_ptr<Inbox> inbox_;
    std::unique_ptr<Client> client_;

    // The pump thread's own.
    SteadyTime sweep_at_;
    std::vector<OutboxSettlement> unsettled_;  // answered, and not yet on disk; at most out_max_

    std::mutex submit_mutex_;  // messages come to order_ in the order of their tickets
    std::mutex mutex_;
    std::condition_variable changed_;
    // By mutex_.
    BackOff back_off_;
    HandInOrder order_;
    std::vector<OutboxSettlement> answers_;
    SteadyTime held_until_;
    std::thread::id thread_id_;
    std::optional<Error> ended_by_;
    std::optional<Error> store_error_;
    bool has_store_failed_ = false;
    bool is_telling_ = true;
    bool is_stopping_ = false;
    bool has_client_closed_ = false;

    std::mutex close_mutex_;
    std::thread thread_;  // last: starts when the rest stands
};

// --- Start and end ------------------------------------------------------------------------------

DurableClient::Pump::Pump(const DurableSettings& settings)
    : on_fate_(settings.on_fate),
      on_settled_(settings.on_settled),
      on_store_failed_(settings.on_store_failed),
      on_event_(settings.client.on_event),
      origin_(settings.client.hub.origin),
      checks_locally_(settings.client.check_locally),
      out_max_(std::min(settings.client.queue.messages_max, limits::kit_in_flight_max)),
      clock_(settings.client.clock),
      back_off_(retry_ms_min, retry_ms_max,
                static_cast<std::uint64_t>(clock_->now().microseconds)) {}

Result<std::unique_ptr<DurableClient::Pump>> DurableClient::Pump::start(DurableSettings settings) {
    std::unique_ptr<Pump> pump(new Pump(settings));
    JOBBRO_TRY(pump->open_files(settings));
    JOBBRO_TRY(pump->connect(std::move(settings.client)));
    pump->thread_ = std::thread([raw = pump.get()] { raw->run(); });
    return pump;
}

Result<void> DurableClient::Pump::open_files(const DurableSettings& settings) {
    OutboxSettings outbox{settings.outbox_file, origin_, settings.outbox_messages_max,
                          settings.outbox_bytes_max, outbox_file_bytes_max};
    JOBBRO_TRY_ASSIGN(outbox_, Outbox::open(std::move(outbox), settings.client.own));
    if (!settings.inbox_file.empty()) {
        JOBBRO_TRY_ASSIGN(
            inbox_, Inbox::open(InboxSettings{settings.inbox_file, settings.inbox_bytes_max}));
    }
    for (std::uint64_t after = 0;;) {
        JOBBRO_TRY_ASSIGN(const auto records, outbox_->waiting(after, read_at_once_max));
        if (records.empty()) return {};
        for (const OutboxRecord& record : records)
            order_.add(record.ticket, record.order_id);
        after = records.back().ticket;
    }
}

Result<void> DurableClient::Pump::connect(Settings settings) {
    settings.give_up_after_ms.reset();
    settings.on_event = [this](const ClientEvent& event) { heard(event); };
    JOBBRO_TRY_ASSIGN(client_, Client::connect(std::move(settings)));
    return {};
}

void DurableClient::Pump::close() {
    const std::lock_guard closing(close_mutex_);
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    // What it has not answered by then it answers now: session_lost.
    if (client_) client_->close();
    {
        const std::lock_guard lock(mutex_);
        has_client_closed_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

// --- From other threads -------------------------------------------------------------------------

Result<std::vector<OutboxPut>> DurableClient::Pump::submit(
    const std::vector<OutboxRequest>& requests) {
    const std::lock_guard submitting(submit_mutex_);
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) return ErrorCode::session_lost;
    }
    JOBBRO_TRY_ASSIGN(auto puts, outbox_->put_many(requests, clock_->now()));
    {
        const std::lock_guard lock(mutex_);
        for (const OutboxPut& put : puts) {
            if (put.is_new) order_.add(put.record.ticket, put.record.order_id);
        }
    }
    changed_.notify_all();
    return puts;
}

bool DurableClient::Pump::wait_until_settled(milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [this] { return order_.size() == 0 && !is_telling_; });
}

Result<DurableMetrics> DurableClient::Pump::metrics() {
    JOBBRO_TRY_ASSIGN(const OutboxCounts counts, outbox_->counts());
    DurableMetrics metrics;
    metrics.waiting = counts.waiting;
    metrics.waiting_bytes = counts.waiting_bytes;
    if (counts.oldest_waiting) {
        const std::int64_t us = clock_->now().microseconds - counts.oldest_waiting->microseconds;
        metrics.oldest_waiting_ms = std::max<std::int64_t>(0, us / 1000);
    }
    metrics.accepted_total = counts.accepted_total;
    metrics.refused_total = counts.refused_total;
    metrics.refused_not_noted = counts.refused_not_noted;
    if (inbox_) {
        const InboxCounts of_inbox = inbox_->counts();
        metrics.inbox_handled = of_inbox.handled;
        metrics.inbox_skipped = of_inbox.skipped;
    }
    const std::lock_guard lock(mutex_);
    metrics.in_flight = order_.out();
    metrics.client_ended_by = ended_by_;
    metrics.last_store_error = store_error_;
    metrics.has_store_failed = has_store_failed_;
    return metrics;
}

void DurableClient::Pump::heard(const ClientEvent& event) {
    {
        const std::lock_guard lock(mutex_);
        const auto* lost = std::get_if<SessionLost>(&event);
        if (lost != nullptr && lost->is_fatal) ended_by_ = lost->error;
        if (std::holds_alternative<SessionOpened>(event)) ended_by_.reset();
    }
    changed_.notify_all();
    if (on_event_) on_event_(event);
}

void DurableClient::Pump::answered(std::uint64_t ticket, Result<Receipt> fate) {
    {
        const std::lock_guard lock(mutex_);
        // What the client refuses before the call returns, or because it has ended, the hub has not
        // judged.
        const bool is_judged = !ended_by_ && std::this_thread::get_id() != thread_id_;
        if (fate || (is_judged && is_fate(fate.error().code))) {
            answers_.push_back(OutboxSettlement{ticket, std::move(fate)});
        } else {
            order_.returned(ticket);
            held_until_ = std::max(
                held_until_, std::chrono::steady_clock::now() + milliseconds{back_off_.next_ms()});
        }
    }
    changed_.notify_all();
}

// The error is the handler's own, or one of the inbox's, made to say nothing of the message.
Result<void> DurableClient::Pump::handle_once(const Delivery& delivery,
                                              const OnceHandler& handler) {
    std::optional<Error> by_handler;
    std::optional<Error> by_file;
    const auto handled =
        inbox_->handle_once(DeliveryId{origin_, delivery.subscription, delivery.sequence}, now(),
                            [&](Transaction& transaction) -> Result<void> {
                                auto done = handler(delivery, transaction);
                                by_file = transaction.file_error();
                                if (!done) by_handler = done.error();
                                return done;
                            });
    if (handled) return {};
    if (by_file) return of_inbox(*by_file);
    if (by_handler) return *by_handler;
    return is_of_file(handled.error().code) ? of_inbox(handled.error()) : handled.error();
}

// --- The pump thread ----------------------------------------------------------------------------

void DurableClient::Pump::run() {
    {
        const std::lock_guard lock(mutex_);
        thread_id_ = std::this_thread::get_id();
    }
    tell_earlier();
    while (wait_for_work()) {
        settle();
        sweep();
        if (unsettled_.empty()) hand_in();
    }
    settle();
}

// Takes the answers there are. False: it is time to end.
bool DurableClient::Pump::wait_for_work() {
    std::unique_lock lock(mutex_);
    const auto may_hand_in = [this] {
        return !is_stopping_ && !ended_by_ && order_.may_go() && order_.out() < out_max_;
    };
    while (answers_.empty() && !has_client_closed_) {
        const SteadyTime now = std::chrono::steady_clock::now();
        const bool has_work = may_hand_in() || !unsettled_.empty();
        if (sweep_at_ <= now || (has_work && held_until_ <= now)) break;
        changed_.wait_until(lock, has_work ? std::min(held_until_, sweep_at_) : sweep_at_);
    }
    std::move(answers_.begin(), answers_.end(), std::back_inserter(unsettled_));
    answers_.clear();
    return !has_client_closed_;
}

// Writes down what was answered; only then the next of each lane has its turn.
void DurableClient::Pump::settle() {
    while (!unsettled_.empty()) {
        const auto end = unsettled_.begin() +
                         static_cast<std::ptrdiff_t>(std::min(unsettled_.size(), outbox_batch_max));
        const std::vector<OutboxSettlement> batch(unsettled_.begin(), end);
        const auto settled = outbox_->settle(batch, clock_->now());
        if (!went_well(settled)) return hold();
        unsettled_.erase(unsettled_.begin(), end);
        {
            const std::lock_guard lock(mutex_);
            back_off_.reset();
            for (const OutboxSettlement& each : batch)
                order_.settled(each.ticket);
            is_telling_ = true;
        }
        tell_settled(*settled);
        tell(*settled);
        {
            const std::lock_guard lock(mutex_);
            is_telling_ = false;
        }
        changed_.notify_all();
    }
}

void DurableClient::Pump::tell_settled(const std::vector<OutboxRecord>& settled) const {
    if (!on_settled_ || settled.empty()) return;
    try {
        on_settled_(settled);
    } catch (...) {
        // Whoever it was meant for is not on this thread.
        return;
    }
}

void DurableClient::Pump::tell(const std::vector<OutboxRecord>& settled) {
    if (!on_fate_) return;
    std::vector<std::uint64_t> told;
    for (const OutboxRecord& record : settled) {
        try {
            on_fate_(record);
            told.push_back(record.ticket);
        } catch (...) {
            // Whoever it was meant for is not on this thread. Told again after the next start.
            continue;
        }
    }
    if (!told.empty()) went_well(outbox_->take_note(told, clock_->now()));
}

// What was settled in an earlier run and may not have been told.
void DurableClient::Pump::tell_earlier() {
    for (std::uint64_t after = 0; on_fate_;) {
        const auto records = outbox_->not_noted(after, read_at_once_max);
        if (!went_well(records) || records->empty()) break;
        tell(*records);
        after = records->back().ticket;
    }
    {
        const std::lock_guard lock(mutex_);
        is_telling_ = false;
    }
    changed_.notify_all();
}

// Not before what is kept has been told.
void DurableClient::Pump::sweep() {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now < sweep_at_) return;
    const auto swept = outbox_->sweep(clock_->now());
    const bool is_more = went_well(swept) && *swept >= outbox_sweep_rows_max;
    sweep_at_ = is_more ? now : now + sweep_every;
}

void DurableClient::Pump::hand_in() {
    for (std::size_t i = 0; i < hand_in_at_once_max; ++i) {
        std::optional<std::uint64_t> ticket;
        {
            const std::lock_guard lock(mutex_);
            const bool is_held = std::chrono::steady_clock::now() < held_until_;
            if (is_held || is_stopping_ || ended_by_ || order_.out() >= out_max_) return;
            ticket = order_.next();
        }
        if (!ticket) return;
        auto record = outbox_->find_by_ticket(*ticket);
        if (!went_well(record) || !*record) {
            {
                const std::lock_guard lock(mutex_);
                order_.returned(*ticket);
            }
            return hold();
        }
        OutboxRecord& waiting = **record;
        client_->submit(
            MadeEnvelope{std::move(waiting.envelope), waiting.message_id, waiting.order_id},
            [this, at = *ticket](Result<Receipt> fate) { answered(at, std::move(fate)); });
    }
}

void DurableClient::Pump::hold() {
    const std::lock_guard lock(mutex_);
    held_until_ = std::chrono::steady_clock::now() + milliseconds{back_off_.next_ms()};
}

// Keeps the error to be seen in the metrics until something goes well again.
template <typename T>
bool DurableClient::Pump::went_well(const Result<T>& done) {
    if (!done) {
        store_failed(done.error());
        return false;
    }
    const std::lock_guard lock(mutex_);
    if (!has_store_failed_) store_error_.reset();
    return true;
}

// Tells of the first error that lasts, once.
void DurableClient::Pump::store_failed(const Error& error) {
    {
        const std::lock_guard lock(mutex_);
        if (has_store_failed_) return;
        store_error_ = error;
        has_store_failed_ = is_lasting(error.code);
        if (!has_store_failed_) return;
    }
    if (!on_store_failed_) return;
    try {
        on_store_failed_(error);
    } catch (...) {
        // Whoever it was meant for is not on this thread.
        return;
    }
}

// --- The client ---------------------------------------------------------------------------------

Result<std::unique_ptr<DurableClient>> DurableClient::open(DurableSettings settings) {
    JOBBRO_TRY_ASSIGN(auto pump, Pump::start(std::move(settings)));
    return std::unique_ptr<DurableClient>(new DurableClient(std::move(pump)));
}

DurableClient::DurableClient(std::unique_ptr<Pump> pump) : pump_(std::move(pump)) {}
DurableClient::~DurableClient() = default;

Result<OutboxPut> DurableClient::submit(v1::Envelope envelope, const std::string& tag) {
    JOBBRO_TRY_ASSIGN(const MadeEnvelope made, pump_->make(std::move(envelope)));
    return submit(made, tag);
}

Result<OutboxPut> DurableClient::submit(const MadeEnvelope& envelope, const std::string& tag) {
    JOBBRO_TRY_ASSIGN(auto puts, pump_->submit({OutboxRequest{envelope, tag}}));
    return std::move(puts.front());
}

Result<std::vector<OutboxPut>> DurableClient::submit_many(std::vector<TaggedEnvelope> envelopes) {
    std::vector<OutboxRequest> requests;
    requests.reserve(envelopes.size());
    for (TaggedEnvelope& each : envelopes) {
        JOBBRO_TRY_ASSIGN(auto made, pump_->make(std::move(each.envelope)));
        requests.push_back(OutboxRequest{std::move(made), std::move(each.tag)});
    }
    return pump_->submit(requests);
}

Result<std::optional<OutboxRecord>> DurableClient::find_by_tag(const std::string& tag) {
    return pump_->outbox().find_by_tag(tag);
}

Result<std::optional<OutboxRecord>> DurableClient::find_by_message_id(
    const std::string& message_id) {
    return pump_->outbox().find_by_message_id(message_id);
}

Result<std::vector<OutboxRecord>> DurableClient::not_noted(std::uint64_t after, std::size_t limit) {
    return pump_->outbox().not_noted(after, limit);
}

Result<std::vector<OutboxRecord>> DurableClient::sent(std::uint64_t after, std::size_t limit) {
    return pump_->outbox().sent(after, limit);
}

Result<void> DurableClient::take_note(std::uint64_t ticket) {
    return take_note(std::vector<std::uint64_t>{ticket});
}

Result<void> DurableClient::take_note(const std::vector<std::uint64_t>& tickets) {
    return pump_->outbox().take_note(tickets, pump_->now());
}

bool DurableClient::wait_until_settled(std::chrono::milliseconds timeout) {
    return pump_->wait_until_settled(timeout);
}

std::future<Result<void>> DurableClient::subscribe_once(std::string name, std::uint32_t credit,
                                                        OnceHandler handler) {
    return subscribe_once(std::move(name), SubscribeOptions{.credit = credit}, std::move(handler));
}

std::future<Result<void>> DurableClient::subscribe_once(std::string name, SubscribeOptions options,
                                                        OnceHandler handler) {
    if (pump_->inbox() == nullptr) {
        std::promise<Result<void>> refused;
        refused.set_value(Error{ErrorCode::usage, "the client was opened without an inbox"});
        return refused.get_future();
    }
    return pump_->client().subscribe(
        std::move(name), std::move(options),
        [pump = pump_.get(), handler = std::move(handler)](const Delivery& delivery) {
            return pump->handle_once(delivery, handler);
        });
}

Client& DurableClient::client() {
    return pump_->client();
}

Inbox* DurableClient::inbox() {
    return pump_->inbox();
}

Result<DurableMetrics> DurableClient::metrics() {
    return pump_->metrics();
}

void DurableClient::close() {
    pump_->close();
}

}  // namespace jobbro::kit
