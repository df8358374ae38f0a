// The inside of Client: its I/O thread and what is shared with it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "adapters/kit/client.h"
#include "adapters/kit/connection.h"

namespace jobbro::kit {

using CallAnswer = std::function<void(Result<v1::HubFrame>)>;

// Calls what a user gave the client to be called. An exception that leaves it ends here: whoever it
// was meant for is not on this thread. Thread: any.
template <typename Call, typename... Told>
void call_user(const Call& call, Told&&... told) {
    try {
        call(std::forward<Told>(told)...);
    } catch (...) {
        return;
    }
}

// What other threads ask of the I/O thread.
struct SubmitCommand {
    MadeEnvelope envelope;
    Client::Answer answer;
};
struct SubscribeCommand {
    std::string name;
    SubscribeOptions options;
    Handler handler;
    std::shared_ptr<std::promise<Result<void>>> opened;
};
struct UnsubscribeCommand {
    std::string name;
};
struct CallCommand {
    v1::ClientFrame frame;
    CallAnswer answer;
};
using Command = std::variant<SubmitCommand, SubscribeCommand, UnsubscribeCommand, CallCommand>;

// Thread: the public functions any, except close(); the private ones the I/O thread only, unless
// they say otherwise. Everything crosses under mutex_.
class Client::Loop {
  public:
    static Result<std::unique_ptr<Loop>> start(Settings settings);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() { close(); }

    Result<SessionInfo> wait_ready(std::chrono::milliseconds timeout);
    void submit(MadeEnvelope envelope, Answer answer);
    // Queues it; an error, when the client has ended.
    Result<void> put(Command command);
    EnvelopeMaker& maker() { return maker_; }
    // Of the log, as the settings have it; they have been tried by start().
    [[nodiscard]] evidence::NoteVerifier verifier() const {
        return *evidence::verifier_of(settings_.hub);
    }
    [[nodiscard]] bool checks_locally() const { return settings_.check_locally; }
    void close();

  private:
    struct Open {
        std::shared_ptr<const Handler> handler;
        std::shared_ptr<std::promise<Result<void>>> opened;  // none once told
    };

    Loop(Settings settings, std::unique_ptr<Wiring> wiring, std::unique_ptr<Protocol> protocol);

    void run();
    void take_commands(Instant now);
    void take(SubmitCommand command, Instant now);
    void take(SubscribeCommand command, Instant now);
    void take(const UnsubscribeCommand& command, Instant now);
    void take(CallCommand command, Instant now);
    void take_reports(Instant now);
    void keep_connected(Instant now);
    void disconnect(const Error& reason, Instant now);
    void read_socket(Instant now);
    void write_socket(Instant now);
    void dispatch(Instant now);
    void dispatch(SessionOpened opened, Instant now);
    void dispatch(const SessionLost& session, Instant now);
    void dispatch(Resolution resolution, Instant now);
    void dispatch(NumberedDelivery delivery, Instant now);
    void dispatch(SubscriptionNews news, Instant now);
    void dispatch(CallAnswered answered, Instant now);
    void dispatch(Remark remark, Instant now);
    void lost(const SessionLost& lost, Instant now);
    void end(const Error& error, Instant now);
    void finish();
    void wait(Instant now);
    void tell(const ClientEvent& event);

    // Constant after construction.
    const Settings settings_;
    const Peering peering_;
    const std::unique_ptr<Wiring> wiring_;
    evidence::SystemRandomness randomness_;
    EnvelopeMaker maker_;

    // The I/O thread's own.
    const std::unique_ptr<Protocol> protocol_;
    std::unique_ptr<Connection> connection_;
    BackOff back_off_;
    Instant attempt_at_;  // when to connect next, or when the attempt under way began
    bool is_established_ = false;
    bool has_ended_ = false;
    std::optional<Bytes> unsent_;
    std::uint64_t tickets_ = 0;
    std::unordered_map<std::uint64_t, Answer> answers_;
    std::unordered_map<std::uint64_t, CallAnswer> call_answers_;
    std::map<std::string, Open> open_;

    // Shared, by mutex_.
    std::mutex mutex_;
    std::condition_variable state_changed_;
    std::vector<Command> commands_;
    std::size_t queued_messages_ = 0;  // handed in and not answered
    std::size_t queued_bytes_ = 0;
    std::optional<SessionInfo> session_;
    std::optional<Error> last_error_;
    int wrong_key_attempts_ = 0;
    std::optional<Error> ended_by_;
    bool is_stopping_ = false;

    HandlerThread handlers_;
    std::mutex close_mutex_;
    std::thread thread_;  // last: starts when the rest stands
};

}  // namespace jobbro::kit
