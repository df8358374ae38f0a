// A connection to the hub that keeps itself up.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "adapters/kit/envelope_maker.h"
#include "adapters/kit/handler_thread.h"
#include "adapters/kit/proofs.h"
#include "adapters/kit/protocol.h"
#include "adapters/kit/statements.h"
#include "proto/base/clock.h"
#include "proto/contract/danish_identifiers.h"

namespace jobbro::kit {

// Which parked messages: these, at most limits::parked_act_sequences_max, or all there are.
struct AllParked {};
using ParkedChoice = std::variant<std::vector<Sequence>, AllParked>;

// What a program may want to tell of; nothing needs an answer.
using ClientEvent = std::variant<SessionOpened, SessionLost, SubscriptionNews, Remark>;

struct Settings {
    std::string endpoint = "tcp://127.0.0.1:7411";
    evidence::HubPublicKeys hub;
    evidence::PartySecretKeys own;
    std::string software = "jobbro-kit 0.1.0";
    // Refuse here what the hub would refuse for the envelope's own sake.
    bool check_locally = true;
    // Go on connecting although the hub refuses our key or is another hub: somebody may mend it.
    bool keep_trying = false;
    // For each message: answered with the last refusal, or session_lost, after this long; what is
    // in flight by then waits for its answer or for the end of the session.
    std::optional<std::int64_t> give_up_after_ms = {};
    SubmitQueueOptions queue = {};
    // Called on the client's I/O thread; must not wait. May be empty. Exceptions that leave it are
    // dropped.
    std::function<void(const ClientEvent&)> on_event = {};
    // What messages are dated by. Another than the machine's is for demos.
    std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();
};

// Hands messages in and gets messages, over one session at a time; when it is lost, connects again
// and sends again what was not answered, so that every message gets exactly one answer. Owns two
// threads: one for the socket, one for the handlers of all subscriptions, so that a slow handler
// holds up the deliveries of the others, but never the session.
//
// Example: auto client = Client::connect(std::move(settings));
//          client->wait_ready(10s);
//          client->submit(envelope).get();
//
// Thread: any, for every function but close() and the destructor, which are not to be called from
// callbacks or handlers. Life: what callbacks refer to outlives close().
class Client {
  public:
    using Answer = std::function<void(Result<Receipt>)>;

    // Starts connecting and returns at once. Errors: key_malformed, hub_unreachable (the system
    // gives no sockets).
    static Result<std::unique_ptr<Client>> connect(Settings settings);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    // Waits for an open session. Errors: why there is none: hub_unreachable, hub_key_wrong,
    // key_unknown, key_disabled, protocol_version_unsupported, log_identity_wrong, sender_wrong,
    // tampered, or what the hub said. What trying again would not mend is told before the timeout.
    Result<SessionInfo> wait_ready(std::chrono::milliseconds timeout);

    // Hands one message in; the answer comes when it is on the hub's disk or will not get there.
    // Messages of one order are recorded in the order they are handed in.
    // Errors: queue_full, envelope_too_large, at once; those of EnvelopeMaker::make with
    // Settings::check_locally; the hub's rejections; what ended the client; session_lost when it is
    // not known whether the hub has recorded the message (the client closed, ended or gave up
    // before the answer to what it had sent; the cause is in the detail): send the same bytes
    // again.
    std::future<Result<Receipt>> submit(v1::Envelope envelope);
    std::future<Result<Receipt>> submit(MadeEnvelope envelope);
    // As above; `answer` is called once, on the I/O thread or, for errors that come at once, before
    // the call returns. It must not wait; it may submit. Exceptions that leave it are dropped.
    void submit(v1::Envelope envelope, Answer answer);
    void submit(MadeEnvelope envelope, Answer answer);
    // In order, one answer each.
    std::vector<std::future<Result<Receipt>>> submit_many(std::vector<v1::Envelope> envelopes);
    EnvelopeMaker& envelope_maker();

    // Opens a durable subscription and keeps it open across sessions. `handler` is called on the
    // handling thread, one delivery at a time; what an error of it does, SubscribeOptions say; an
    // exception that leaves it is an error that may pass. A start moves the cursor once, not at
    // every session. The answer comes when the hub has first opened it. Errors: as
    // SubscriptionSet::add; field_out_of_bounds, subscription_limit, role_not_allowed by the hub.
    std::future<Result<void>> subscribe(std::string name, SubscribeOptions options,
                                        Handler handler);
    // All kinds, whole, from where the cursor is; an error stops it.
    std::future<Result<void>> subscribe(std::string name, std::uint32_t credit, Handler handler);
    // Soon after the call nothing more is handed to the handler: what waits for it is dropped, what
    // it is at is finished. The place reached is kept by the hub.
    void unsubscribe(std::string name);

    // The whole message of a thin delivery, or any that was addressed to the party; the hub records
    // the reading. Its subscription, attempt and lane say nothing.
    // Errors: entry_unknown; the hub's; session_lost.
    std::future<Result<Delivery>> fetch(Sequence sequence);
    // What of a subscription is parked, in log order, after this sequence: a page, and whether
    // there is more. The subscription need not be open. Errors: subscription_unknown; the hub's;
    // session_lost.
    std::future<Result<v1::ParkedList>> list_parked(const std::string& name,
                                                    std::optional<Sequence> after = {});
    // A person has decided: what is chosen is delivered again, with all of its citizens that is
    // parked, or never. The hub records it. Errors: parked_unknown (nothing is done then),
    // field_out_of_bounds, subscription_unknown; the hub's; session_lost when it is not known what
    // became of it.
    std::future<Result<v1::ParkedActed>> act_on_parked(const std::string& name,
                                                       v1::ParkedActKind act,
                                                       const ParkedChoice& chosen);

    // One page of what the hub knows of what goes on; AnswerPages asks for all of them. Waits on
    // the calling thread, which must not be one of the client's. The question's number is set here.
    // The hub records the reading before it answers. Errors: hub_unreachable when no answer has
    // come within the timeout, and one that comes later is dropped; order_unknown, citizen_unknown,
    // role_not_allowed, field_out_of_bounds, cpr_invalid and others of the hub's; queue_full;
    // session_lost: ask again.
    Result<v1::Answer> query(v1::Query question, std::chrono::milliseconds timeout);

    // For auditors: reads the log page by page, on the calling thread, which must not be one of the
    // client's. `on_page` is called with each; the next is asked for when it has returned, and an
    // error of it ends the replay and is returned. The request's number is set here. Of what is in
    // a page nothing but the checkpoint's signature is checked. One at a time: another one, of any
    // thread, takes its place.
    // Errors: role_not_allowed, field_out_of_bounds, unmask_not_allowed, ground_missing,
    // cpr_in_text, busy; the hub's; tampered; session_lost and replay_unknown: what was handed over
    // stands, go on with from_sequence as the last page's next_sequence.
    using OnPage = std::function<Result<void>(const v1::Replayed&)>;
    Result<void> replay(v1::Replay request, const OnPage& on_page);

    // That the entry is in the log's tree of `size`, or in its latest; held to the log's key. It
    // takes `leaf`, its leaf hash, for an entry the party neither sent nor was to have.
    // Errors: as check_inclusion; entry_unknown; field_out_of_bounds; busy; the hub's;
    // session_lost.
    std::future<Result<ProvedEntry>> prove_inclusion(Sequence sequence,
                                                     std::optional<TreeSize> size = {},
                                                     std::optional<evidence::Digest> leaf = {});
    // That the log's tree of `size`, or its latest, begins with that of a checkpoint the caller has
    // kept; held to the log's key. Errors: as check_consistency; field_out_of_bounds, also when the
    // log is shorter than what was kept; busy; the hub's; session_lost.
    std::future<Result<ProvedGrowth>> prove_consistency(const evidence::Checkpoint& old,
                                                        std::optional<TreeSize> size = {});

    // For operators. Errors: the hub's; session_lost when it is not known what became of it.
    std::future<Result<v1::RegistryChanged>> change_registry(const SignedStatement& statement);
    std::future<Result<v1::PartyList>> list_parties(const std::string& after = {});
    std::future<Result<v1::Status>> status();
    // Which id the hub has for a citizen; the hub records the question and its ground. Errors:
    // cpr_invalid, ground_missing, cpr_in_text, citizen_unknown; the hub's; session_lost.
    std::future<Result<v1::SubjectFound>> find_subject(const contract::CprNumber& number,
                                                       const std::string& ground);
    // Hands in what a data controller states about a citizen. Errors: erasure_held,
    // citizen_unknown, statement_outdated; the hub's; session_lost when it is not known what became
    // of it.
    std::future<Result<v1::CitizenActed>> act_on_citizen(const SignedStatement& statement);

    // Waits for the handler that is at work, acks what was handled, takes leave of the hub, ends
    // both threads. What is not answered gets session_lost. More than once does nothing.
    void close();

  private:
    class Loop;
    explicit Client(std::unique_ptr<Loop> loop);
    std::unique_ptr<Loop> loop_;
};

}  // namespace jobbro::kit
