#include "adapters/kit/client.h"

#include <utility>

#include "adapters/kit/client_loop.h"

namespace jobbro::kit {
namespace {

// A promise that a copyable callback can keep.
template <typename T>
std::shared_ptr<std::promise<Result<T>>> make_promise() {
    return std::make_shared<std::promise<Result<T>>>();
}

// Turns the answer to a call into the message asked for.
template <typename T, typename Read>
std::future<Result<T>> call(v1::ClientFrame frame, Read read,
                            const std::function<Result<void>(Command)>& put) {
    auto promise = make_promise<T>();
    auto future = promise->get_future();
    auto queued = put(CallCommand{std::move(frame), [promise, read](Result<v1::HubFrame> answer) {
                                      if (!answer) {
                                          promise->set_value(std::move(answer).error());
                                      } else {
                                          promise->set_value(read(*answer));
                                      }
                                  }});
    if (!queued) promise->set_value(std::move(queued).error());
    return future;
}

}  // namespace

Result<std::unique_ptr<Client>> Client::connect(Settings settings) {
    JOBBRO_TRY_ASSIGN(auto loop, Loop::start(std::move(settings)));
    return std::unique_ptr<Client>(new Client(std::move(loop)));
}

Client::Client(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Client::~Client() = default;

Result<SessionInfo> Client::wait_ready(std::chrono::milliseconds timeout) {
    return loop_->wait_ready(timeout);
}

void Client::submit(MadeEnvelope envelope, Answer answer) {
    loop_->submit(std::move(envelope), std::move(answer));
}

void Client::submit(v1::Envelope envelope, Answer answer) {
    auto made = loop_->maker().make(std::move(envelope), loop_->checks_locally());
    if (!made) return call_user(answer, Result<Receipt>{std::move(made).error()});
    loop_->submit(*std::move(made), std::move(answer));
}

std::future<Result<Receipt>> Client::submit(MadeEnvelope envelope) {
    auto promise = make_promise<Receipt>();
    auto future = promise->get_future();
    submit(std::move(envelope),
           [promise](Result<Receipt> fate) { promise->set_value(std::move(fate)); });
    return future;
}

std::future<Result<Receipt>> Client::submit(v1::Envelope envelope) {
    auto promise = make_promise<Receipt>();
    auto future = promise->get_future();
    submit(std::move(envelope),
           [promise](Result<Receipt> fate) { promise->set_value(std::move(fate)); });
    return future;
}

std::vector<std::future<Result<Receipt>>> Client::submit_many(std::vector<v1::Envelope> envelopes) {
    std::vector<std::future<Result<Receipt>>> futures;
    futures.reserve(envelopes.size());
    for (v1::Envelope& envelope : envelopes)
        futures.push_back(submit(std::move(envelope)));
    return futures;
}

EnvelopeMaker& Client::envelope_maker() {
    return loop_->maker();
}

std::future<Result<void>> Client::subscribe(std::string name, SubscribeOptions options,
                                            Handler handler) {
    auto promise = make_promise<void>();
    auto future = promise->get_future();
    auto queued = loop_->put(
        SubscribeCommand{std::move(name), std::move(options), std::move(handler), promise});
    if (!queued) promise->set_value(std::move(queued));
    return future;
}

std::future<Result<void>> Client::subscribe(std::string name, std::uint32_t credit,
                                            Handler handler) {
    return subscribe(std::move(name), SubscribeOptions{.credit = credit}, std::move(handler));
}

void Client::unsubscribe(std::string name) {
    ignore(loop_->put(UnsubscribeCommand{std::move(name)}), "an ended client has none open");
}

std::future<Result<Delivery>> Client::fetch(Sequence sequence) {
    v1::ClientFrame frame;
    frame.mutable_fetch()->set_sequence(sequence.value());
    return call<Delivery>(
        std::move(frame),
        [](const v1::HubFrame& answer) {
            return delivery_from_wire({}, answer.fetched().delivery());
        },
        [this](Command command) { return loop_->put(std::move(command)); });
}

std::future<Result<v1::ParkedList>> Client::list_parked(const std::string& name,
                                                        std::optional<Sequence> after) {
    v1::ClientFrame frame;
    frame.mutable_list_parked()->set_name(name);
    if (after) frame.mutable_list_parked()->set_after_sequence(after->value());
    return call<v1::ParkedList>(
        std::move(frame), [](const v1::HubFrame& answer) { return answer.parked_list(); },
        [this](Command command) { return loop_->put(std::move(command)); });
}

std::future<Result<v1::ParkedActed>> Client::act_on_parked(const std::string& name,
                                                           v1::ParkedActKind act,
                                                           const ParkedChoice& chosen) {
    v1::ClientFrame frame;
    v1::ActOnParked& wire = *frame.mutable_act_on_parked();
    wire.set_name(name);
    wire.set_act(act);
    if (const auto* sequences = std::get_if<std::vector<Sequence>>(&chosen)) {
        for (const Sequence sequence : *sequences)
            wire.add_sequences(sequence.value());
    } else {
        wire.set_all(true);
    }
    return call<v1::ParkedActed>(
        std::move(frame), [](const v1::HubFrame& answer) { return answer.parked_acted(); },
        [this](Command command) { return loop_->put(std::move(command)); });
}

Result<v1::Answer> Client::query(v1::Query question, std::chrono::milliseconds timeout) {
    v1::ClientFrame frame;
    *frame.mutable_query() = std::move(question);
    auto answer = call<v1::Answer>(
        std::move(frame), [](const v1::HubFrame& answered) { return answered.answer(); },
        [this](Command command) { return loop_->put(std::move(command)); });
    if (answer.wait_for(timeout) != std::future_status::ready) {
        return Error{ErrorCode::hub_unreachable, "no answer in time"};
    }
    return answer.get();
}

Result<void> Client::replay(v1::Replay request, const OnPage& on_page) {
    const auto next_page = [this](v1::ClientFrame frame) {
        return call<v1::Replayed>(
                   std::move(frame), [](const v1::HubFrame& answer) { return answer.replayed(); },
                   [this](Command command) { return loop_->put(std::move(command)); })
            .get();
    };
    v1::ClientFrame first;
    *first.mutable_replay() = std::move(request);
    JOBBRO_TRY_ASSIGN(v1::Replayed page, next_page(std::move(first)));
    const std::uint64_t number = page.request_number();
    while (true) {
        JOBBRO_TRY(on_page(page));
        if (page.is_end()) return {};
        v1::ClientFrame more;
        more.mutable_replay_more()->set_replay(number);
        JOBBRO_TRY_ASSIGN(page, next_page(std::move(more)));
    }
}

std::future<Result<ProvedEntry>> Client::prove_inclusion(Sequence sequence,
                                                         std::optional<TreeSize> size,
                                                         std::optional<evidence::Digest> leaf) {
    v1::ClientFrame frame;
    frame.mutable_prove()->set_inclusion_of(sequence.value());
    if (size) frame.mutable_prove()->set_tree_size(size->value());
    return call<ProvedEntry>(
        std::move(frame),
        [sequence, size, leaf, verifier = loop_->verifier()](const v1::HubFrame& answer) {
            return check_inclusion(answer.proof(), sequence, size, leaf, verifier);
        },
        [this](Command command) { return loop_->put(std::move(command)); });
}

std::future<Result<ProvedGrowth>> Client::prove_consistency(const evidence::Checkpoint& old,
                                                            std::optional<TreeSize> size) {
    v1::ClientFrame frame;
    frame.mutable_prove()->set_consistency_from(old.size.value());
    if (size) frame.mutable_prove()->set_tree_size(size->value());
    return call<ProvedGrowth>(
        std::move(frame),
        [old, size, verifier = loop_->verifier()](const v1::HubFrame& answer) {
            return check_consistency(answer.proof(), old, size, verifier);
        },
        [this](Command command) { return loop_->put(std::move(command)); });
}

std::future<Result<v1::RegistryChanged>> Client::change_registry(const SignedStatement& statement) {
    v1::ClientFrame frame;
    frame.mutable_change_registry()->set_statement(statement.statement);
    frame.mutable_change_registry()->set_signature(statement.signature.data(),
                                                   statement.signature.size());
    return call<v1::RegistryChanged>(
        std::move(frame), [](const v1::HubFrame& answer) { return answer.registry_changed(); },
        [this](Command command) { return loop_->put(std::move(command)); });
}

std::future<Result<v1::PartyList>> Client::list_parties(const std::string& after) {
    v1::ClientFrame frame;
    frame.mutable_list_parties()->set_after(after);
    return call<v1::PartyList>(
        std::move(frame), [](const v1::HubFrame& answer) { return answer.party_list(); },
        [this](Command command) { return loop_->put(std::move(command)); });
}

std::future<Result<v1::SubjectFound>> Client::find_subject(const contract::CprNumber& number,
                                                           const std::string& ground) {
    v1::ClientFrame frame;
    frame.mutable_find_subject()->set_cpr_number(number.digits());
    frame.mutable_find_subject()->set_ground(ground);
    return call<v1::SubjectFound>(
        std::move(frame), [](const v1::HubFrame& answer) { return answer.subject_found(); },
        [this](Command command) { return loop_->put(std::move(command)); });
}

std::future<Result<v1::CitizenActed>> Client::act_on_citizen(const SignedStatement& statement) {
    v1::ClientFrame frame;
    frame.mutable_act_on_citizen()->set_statement(statement.statement);
    frame.mutable_act_on_citizen()->set_signature(statement.signature.data(),
                                                  statement.signature.size());
    return call<v1::CitizenActed>(
        std::move(frame), [](const v1::HubFrame& answer) { return answer.citizen_acted(); },
        [this](Command command) { return loop_->put(std::move(command)); });
}

std::future<Result<v1::Status>> Client::status() {
    v1::ClientFrame frame;
    frame.mutable_get_status();
    return call<v1::Status>(
        std::move(frame), [](const v1::HubFrame& answer) { return answer.status(); },
        [this](Command command) { return loop_->put(std::move(command)); });
}

void Client::close() {
    loop_->close();
}

}  // namespace jobbro::kit
