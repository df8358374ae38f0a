// A client whose messages outlive the program and the hub's absence, and whose deliveries take
// effect once.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/client.h"
#include "adapters/kit/inbox.h"
#include "adapters/kit/outbox.h"

namespace jobbro::kit {

struct DurableSettings {
    // give_up_after_ms counts for nothing: what waits on disk is not given up.
    Settings client;
    std::filesystem::path outbox_file;
    std::filesystem::path inbox_file = {};  // empty: no inbox
    std::size_t outbox_messages_max = limits::kit_outbox_messages_max;
    std::uint64_t outbox_bytes_max = limits::kit_outbox_bytes_max;
    std::uint64_t inbox_bytes_max = inbox_file_bytes_max;
    // Told of each message that is settled: accepted, with its receipt, or refused, with the error
    // and the envelope. When the call has returned, that is noted on disk; what was not noted is
    // told again after the next start, so a message is told of at least once, and an exception that
    // leaves the call leaves it not noted. Called on a thread of its own; while it is at work
    // nothing is handed in. It may submit; it must not close. Empty: nothing is noted; the program
    // looks and takes note itself.
    std::function<void(const OutboxRecord&)> on_fate = {};
    // For programs that take note themselves: told of messages that have just been settled, once
    // that is on disk. What was settled before the start and not noted is found with not_noted().
    // Called as on_fate; must not wait. Exceptions that leave it are dropped.
    std::function<void(const std::vector<OutboxRecord>&)> on_settled = {};
    // The outbox's file has failed (store_failed, tampered): nothing more is handed in or written
    // down until it is opened anew, which is the program's to decide. What waits there is not lost.
    // Called once at most, as on_fate; must not wait. Exceptions that leave it are dropped.
    std::function<void(const Error&)> on_store_failed = {};
};

// One message as its sender has it, and the sender's name for it.
struct TaggedEnvelope {
    v1::Envelope envelope;
    std::string tag;
};

// For metrics. Totals of the outbox count since its file was made, of the inbox since the start.
struct DurableMetrics {
    std::uint64_t waiting = 0;  // in flight included
    std::uint64_t waiting_bytes = 0;
    std::int64_t oldest_waiting_ms = 0;  // how long; 0: none waits
    std::uint64_t in_flight = 0;         // handed to the client and not answered
    std::uint64_t accepted_total = 0;
    std::uint64_t refused_total = 0;
    std::uint64_t refused_not_noted = 0;
    std::uint64_t inbox_handled = 0;
    std::uint64_t inbox_skipped = 0;
    std::optional<Error> client_ended_by;   // nothing is handed in any more, or for now
    std::optional<Error> last_store_error;  // the outbox could not be written; tried again
    bool has_store_failed = false;          // not tried again: on_store_failed was told
};

// A Client with an Outbox before it and, if wanted, an Inbox behind it. What submit() has taken is
// on disk; a thread hands it to the client in the order of taking and writes down what the hub
// said. What the hub has not answered when the session, the client or the program ends waits on
// disk and is handed in again, the same bytes; the hub records it once.
//
// Order: one message of an order id is with the client at a time, and the next follows when its
// fate is on disk. So the messages of one order are judged in the order they were submitted,
// whatever ends in between; one that is refused for good does not hold up those after it. Orders do
// not wait for each other. What the hub says to a message is its fate, unless the same bytes may
// pass later: an error that may pass (*retry*), a sealed log, a key or signature that is wrong or
// disabled, the client's end leave it waiting.
//
// Example: auto kit = DurableClient::open(std::move(settings));
//          (*kit)->submit(envelope, "report-17");  // on disk now; the same tag again is no second
//
// Thread: any, for every function but close() and the destructor, which are not to be called from
// callbacks or handlers. Life: what callbacks refer to outlives close().
class DurableClient {
  public:
    // What a delivery is to do, in one transaction with the mark that it is done.
    using OnceHandler = std::function<Result<void>(const Delivery&, Transaction&)>;

    // Opens the files and starts connecting. Errors: as Outbox::open, Inbox::open, Client::connect.
    static Result<std::unique_ptr<DurableClient>> open(DurableSettings settings);
    DurableClient(const DurableClient&) = delete;
    DurableClient& operator=(const DurableClient&) = delete;
    ~DurableClient();

    // Takes a message: durable when it returns. Never waits for the network. A tag that was taken
    // before gives the record there is: the message id and perhaps already the fate.
    // Errors: queue_full at the limits; those of EnvelopeMaker::make with check_locally; as
    // Outbox::put; session_lost after close().
    Result<OutboxPut> submit(v1::Envelope envelope, const std::string& tag = {});
    Result<OutboxPut> submit(const MadeEnvelope& envelope, const std::string& tag = {});
    // All or none, in order, in one transaction, which costs no more than one message does.
    Result<std::vector<OutboxPut>> submit_many(std::vector<TaggedEnvelope> envelopes);

    // What is known of a message; none when it was never taken or is not kept any more.
    Result<std::optional<OutboxRecord>> find_by_tag(const std::string& tag);
    Result<std::optional<OutboxRecord>> find_by_message_id(const std::string& message_id);
    // For programs without on_fate: settled messages not yet noted, as Outbox::not_noted, and that
    // this one is now.
    Result<std::vector<OutboxRecord>> not_noted(std::uint64_t after, std::size_t limit);
    // What the hub has, as Outbox::sent: for handing in again what a hub that was put back from an
    // older copy has lost. The same bytes, by client().submit(), are recorded once.
    Result<std::vector<OutboxRecord>> sent(std::uint64_t after, std::size_t limit);
    Result<void> take_note(std::uint64_t ticket);
    Result<void> take_note(const std::vector<std::uint64_t>& tickets);
    // Waits until nothing taken before waits any more, and all that is settled has been told. False
    // when that has not come in time.
    bool wait_until_settled(std::chrono::milliseconds timeout);

    // As Client::subscribe, with each delivery handled once by way of the inbox. The handler may be
    // called again for one whose transaction did not come to its end. What the inbox's own file
    // cannot do for now (no room, no right) has the delivery tried again, whatever the handler
    // makes of it; what lasts (store_failed, tampered) stops the subscription. Errors: also usage,
    // without an inbox.
    std::future<Result<void>> subscribe_once(std::string name, SubscribeOptions options,
                                             OnceHandler handler);
    // All kinds, whole, from where the cursor is; an error stops it.
    std::future<Result<void>> subscribe_once(std::string name, std::uint32_t credit,
                                             OnceHandler handler);

    // For everything else. Its submit() goes past the outbox; its close() is called by ours.
    Client& client();
    // None without an inbox.
    Inbox* inbox();
    // Also from handlers and callbacks. Errors: as Outbox::counts.
    Result<DurableMetrics> metrics();

    // Takes nothing more, closes the client, writes down what was answered. What is not answered
    // waits on disk. More than once does nothing.
    void close();

  private:
    class Pump;
    explicit DurableClient(std::unique_ptr<Pump> pump);
    std::unique_ptr<Pump> pump_;
};

}  // namespace jobbro::kit
