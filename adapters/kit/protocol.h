// The client's side of the dialogue with the hub, without socket, clock or thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "adapters/kit/seen_log.h"
#include "adapters/kit/submit_queue.h"
#include "adapters/kit/subscriptions.h"
#include "jobbro/v1/frame.pb.h"
#include "proto/evidence/key_file.h"
#include "proto/evidence/sealing.h"

namespace jobbro::kit {

// What the hub said when the session opened.
struct SessionInfo {
    std::string party;
    std::string origin;
    std::string hub_software;
    TreeSize tree_size;
};

// What a protocol has to tell its owner.
struct SessionOpened {
    SessionInfo info;
};
// The connection is of no more use: close it and, unless `is_fatal`, open another.
struct SessionLost {
    Error error;
    bool is_fatal = false;  // trying again would end the same way
    bool at_once = false;   // nothing is wrong: no need to wait before the next
};
// The answer to a call: a RegistryChanged, PartyList, Status, Fetched, ParkedList, ParkedActed,
// Proof, Replayed, SubjectFound, CitizenActed or Answer, or an error. The checkpoint of a Replayed
// is one the log's key has signed.
struct CallAnswered {
    std::uint64_t number;
    Result<v1::HubFrame> answer;
};
// A frame of the hub was passed over, or told of an error that belongs to nothing in particular.
struct Remark {
    Error error;
};
using Happening = std::variant<SessionOpened, SessionLost, Resolution, NumberedDelivery,
                               SubscriptionNews, CallAnswered, Remark>;

struct ProtocolOptions {
    std::string software = "jobbro-kit 0.1.0";
    std::uint64_t jitter_seed = 0;
    SubmitQueueOptions queue;
    std::size_t calls_max = 64;  // waiting or not answered
};

// Inputs are what happens on the socket and what the owner wants; outputs are next_frame() and
// take_happenings(). Frames are believed only when sealed to our key, except an Error where there
// is no session. Instants come from one clock that never steps back. Thread: one at a time.
class Protocol {
  public:
    // Errors: key_malformed (the hub's keys are not usable).
    static Result<std::unique_ptr<Protocol>> make(const evidence::PartySecretKeys& own,
                                                  const evidence::HubPublicKeys& hub,
                                                  ProtocolOptions options);
    Protocol(const Protocol&) = delete;
    Protocol& operator=(const Protocol&) = delete;

    // A new connection stands; or it is gone. Being told it is gone twice does nothing.
    void connected(Instant now);
    void disconnected(const Error& reason, Instant now);
    void received(BytesView frame, Instant now);
    // To be called when next_due() has come; more often does no harm.
    void tick(Instant now);
    // When tick() has something to do next; after tick(), later than its instant. None: not without
    // other news.
    [[nodiscard]] std::optional<Instant> next_due() const;

    // Errors: as SubmitQueue::add.
    Result<void> submit(Submission submission, Instant now);
    SubscriptionSet& subscriptions() { return subscriptions_; }
    // A ChangeRegistry, ListParties, GetStatus, Fetch, ListParked, ActOnParked, Prove,
    // Replay, ReplayMore, FindSubject, ActOnCitizen or Query; the number is set here and returned.
    // Errors: queue_full.
    Result<std::uint64_t> call(v1::ClientFrame frame);

    // The next frame to send, made when asked for, so that what waits goes together. None: nothing
    // to send now.
    std::optional<Bytes> next_frame(Instant now);
    std::vector<Happening> take_happenings();

    // Answers all that waits with `error`, and with session_lost what may have been recorded;
    // nothing is sent any more but acks and Goodbye.
    void close(const Error& error);
    [[nodiscard]] bool is_open() const { return state_ == State::open; }

  private:
    enum class State { offline, greeting, open };

    Protocol(const evidence::PartySecretKeys& own, const evidence::HubPublicKeys& hub,
             evidence::BoxKey box_key, evidence::NoteVerifier verifier, ProtocolOptions options);

    void take_sealed(const v1::Sealed& sealed, Instant now);
    void take_opened(v1::HubFrame frame, Instant now);
    void take_welcome(const v1::Welcome& welcome, Instant now);
    Result<void> check_welcome(const v1::Welcome& welcome) const;
    void take_outcomes(const v1::Outcomes& outcomes, Instant now);
    void take_deliveries(const v1::Deliveries& deliveries, Instant now);
    void take_error(const v1::Error& wire, bool is_sealed, Instant now);
    void take_answer(std::uint64_t number, v1::HubFrame frame, Instant now);
    void lose(Error error, bool is_fatal, Instant now, bool at_once = false);
    void remark(ErrorCode code, std::string detail);
    void queue_control(const v1::ClientFrame& frame);
    void take_limits(const v1::Limits& told);
    [[nodiscard]] Instant ping_due() const;
    [[nodiscard]] Instant silence_due() const { return heard_at_.plus_ms(silent_ms_max_); }
    std::optional<Bytes> next_call();
    std::optional<Bytes> next_submit(Instant now);

    const ProtocolOptions options_;
    const std::string party_;
    const evidence::HubPublicKeys hub_;
    const evidence::BoxKey box_key_;
    const evidence::Signer signer_;

    State state_ = State::offline;
    bool is_closing_ = false;
    SeenLog seen_log_;
    SubmitQueue queue_;
    SubscriptionSet subscriptions_;
    struct Call {
        v1::ClientFrame frame;
        bool is_sent = false;
    };
    std::map<std::uint64_t, Call> calls_;
    std::deque<Bytes> control_;  // frames that go before all others
    std::vector<Happening> happenings_;
    std::uint64_t next_number_ = 1;  // of submits, calls and pings alike
    std::int64_t ping_ms_ = limits::heartbeat_ms;
    std::int64_t silent_ms_max_ = limits::session_silent_ms_max;
    Instant connected_at_;
    Instant heard_at_;
    Instant pinged_at_;
    Instant sent_at_;
};

}  // namespace jobbro::kit
