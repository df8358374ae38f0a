#include "tests/unit/kit/fake_hub.h"

#include <zmq.h>

#include <algorithm>
#include <chrono>

#include "proto/base/limits.h"

namespace jobbro::kit {
namespace {

std::vector<Bytes> receive_parts(void* socket) {
    std::vector<Bytes> parts;
    Bytes buffer(limits::frame_bytes_cut, '\0');
    int more = 1;
    while (more != 0) {
        const int size = zmq_recv(socket, buffer.data(), buffer.size(), ZMQ_DONTWAIT);
        if (size < 0) return {};
        parts.push_back(buffer.substr(0, static_cast<std::size_t>(size)));
        std::size_t option_size = sizeof more;
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &option_size);
    }
    return parts;
}

void send_parts(void* socket, const std::vector<Bytes>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        zmq_send(socket, parts[i].data(), parts[i].size(), i + 1 < parts.size() ? ZMQ_SNDMORE : 0);
    }
}

void set_int(void* socket, int option, int value) {
    zmq_setsockopt(socket, option, &value, sizeof value);
}

}  // namespace

bool FakeHub::start() {
    is_stopping_ = false;
    void* context = zmq_ctx_new();
    void* zap = zmq_socket(context, ZMQ_REP);
    zmq_bind(zap, "inproc://zeromq.zap.01");
    void* router = zmq_socket(context, ZMQ_ROUTER);
    // What was answered before the stop still goes out.
    set_int(router, ZMQ_LINGER, 500);
    set_int(zap, ZMQ_LINGER, 0);
    set_int(router, ZMQ_CURVE_SERVER, 1);
    zmq_setsockopt(router, ZMQ_CURVE_SECRETKEY, side_.curve().view().data(), 32);
    zmq_setsockopt(router, ZMQ_ZAP_DOMAIN, "jobbro", 6);
    bool is_bound = false;
    // The port of a hub that has just stopped may be held a moment longer.
    for (int attempt = 0; attempt < 200 && !is_bound; ++attempt) {
        is_bound = zmq_bind(router, endpoint_.c_str()) == 0;
        if (!is_bound) zmq_poll(nullptr, 0, 10);
    }
    if (!is_bound) {
        zmq_close(router);
        zmq_close(zap);
        zmq_ctx_term(context);
        return false;
    }
    char bound[256] = {};
    std::size_t size = sizeof bound;
    zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, bound, &size);
    endpoint_ = bound;
    thread_ = std::thread([this, context, router, zap] { run(context, router, zap); });
    return true;
}

void FakeHub::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void FakeHub::run(void* context, void* router, void* zap) {
    while (!is_stopping_) {
        zmq_pollitem_t items[] = {{router, 0, ZMQ_POLLIN, 0}, {zap, 0, ZMQ_POLLIN, 0}};
        zmq_poll(items, 2, 5);
        if ((items[1].revents & ZMQ_POLLIN) != 0) answer_zap(zap);
        if ((items[0].revents & ZMQ_POLLIN) != 0) answer(router);
    }
    zmq_close(router);
    zmq_close(zap);
    zmq_ctx_term(context);
}

void FakeHub::answer_zap(void* zap) const {
    const auto parts = receive_parts(zap);
    if (parts.size() < 7) return;
    const bool is_admitted = BytesView{parts[6]} == admitted_.view();
    send_parts(zap,
               {"1.0", parts[1], is_admitted ? "200" : "400", "", is_admitted ? "party" : "", ""});
}

void FakeHub::answer(void* router) {
    const auto parts = receive_parts(router);
    v1::ClientFrame frame;
    if (parts.size() != 2 || !frame.ParseFromString(parts[1])) return;
    for (const v1::HubFrame& reply : answers_to(frame)) {
        send_parts(router, {parts[0], side_.seal(reply)});
    }
}

std::vector<v1::HubFrame> FakeHub::answers_to(const v1::ClientFrame& frame) {
    std::unique_lock lock(mutex_);
    if (frame.has_submit()) ++submits_;
    changed_.notify_all();
    if (frame.has_submit()) changed_.wait(lock, [this] { return !holds_submits_ || is_stopping_; });
    v1::HubFrame reply;
    switch (frame.kind_case()) {
        case v1::ClientFrame::kHello:
            return {side_.welcome(recorded_.size() + 1)};
        case v1::ClientFrame::kSubmit:
            if (is_silent_) return {};
            return {record(frame.submit())};
        case v1::ClientFrame::kSubscribe: {
            if (subscribing_refused_ != v1::ERROR_CODE_UNSPECIFIED) {
                reply.mutable_error()->set_code(subscribing_refused_);
                return {reply};
            }
            subscribe_ = frame.subscribe();
            reply.mutable_subscribed()->set_name(frame.subscribe().name());
            const std::uint64_t first = acked_.empty() ? 0 : acked_.back() + 1;
            if (first >= deliveries_.size()) return {reply};
            return {reply, deliver_from(frame.subscribe(), first)};
        }
        case v1::ClientFrame::kAck:
            (frame.ack().parked() ? acked_parked_ : acked_).push_back(frame.ack().sequence());
            if (frame.ack().parked()) parked_.erase(frame.ack().sequence());
            return {};
        case v1::ClientFrame::kNack:
            return take_nack(frame.nack());
        case v1::ClientFrame::kFetch:
            return {fetched(frame.fetch())};
        case v1::ClientFrame::kReplay:
            replay_ = frame.replay();
            replay_page_ = replay_.from_sequence();
            return {side_.replayed(replay_.request_number(), replay_page_)};
        case v1::ClientFrame::kReplayMore:
            if (frame.replay_more().replay() != replay_.request_number()) {
                reply.mutable_error()->set_code(v1::ERROR_CODE_REPLAY_UNKNOWN);
                reply.mutable_error()->set_request_number(frame.replay_more().request_number());
                return {reply};
            }
            return {side_.replayed(frame.replay_more().request_number(), ++replay_page_)};
        case v1::ClientFrame::kProve:
            return {side_.proof(frame.prove())};
        case v1::ClientFrame::kListParked:
            return {parked_list(frame.list_parked())};
        case v1::ClientFrame::kActOnParked:
            return act(frame.act_on_parked());
        case v1::ClientFrame::kUnsubscribe:
            ++unsubscribes_;
            reply.mutable_subscription_ended()->set_name(frame.unsubscribe().name());
            return {reply};
        case v1::ClientFrame::kPing:
            reply.mutable_pong()->set_number(frame.ping().number());
            return {reply};
        case v1::ClientFrame::kGoodbye:
            ++goodbyes_;
            return {};
        default:
            return administered(frame);
    }
}

std::vector<v1::HubFrame> FakeHub::administered(const v1::ClientFrame& frame) const {
    v1::HubFrame reply;
    switch (frame.kind_case()) {
        case v1::ClientFrame::kListParties:
            reply.mutable_party_list()->set_request_number(frame.list_parties().request_number());
            return {reply};
        case v1::ClientFrame::kChangeRegistry:
            if (statements_refused_ == v1::ERROR_CODE_UNSPECIFIED) return {};
            reply.mutable_error()->set_code(statements_refused_);
            reply.mutable_error()->set_request_number(frame.change_registry().request_number());
            return {reply};
        case v1::ClientFrame::kGetStatus:
            reply.mutable_status()->set_request_number(frame.get_status().request_number());
            reply.mutable_status()->set_tree_size(recorded_.size() + 1);
            return {reply};
        case v1::ClientFrame::kQuery:
            if (!query_answers_) return {};
            return query_answers_(frame.query());
        default:
            return {};
    }
}

v1::HubFrame FakeHub::record(const v1::Submit& submit) {
    v1::HubFrame reply;
    std::uint64_t size = 0;
    for (int i = 0; i < submit.envelopes_size(); ++i) {
        const auto refused = refusals_.find(submit.envelopes(i));
        if (refused != refusals_.end() && refused->second.times-- > 0) {
            v1::Outcome& outcome = *reply.mutable_outcomes()->add_outcomes();
            outcome.set_submit_number(submit.submit_number());
            outcome.set_index(static_cast<std::uint32_t>(i));
            outcome.mutable_rejection()->set_code(refused->second.code);
            continue;
        }
        const auto found = std::find(recorded_.begin(), recorded_.end(), submit.envelopes(i));
        const auto sequence = static_cast<std::uint64_t>(found - recorded_.begin()) + 1;
        if (found == recorded_.end()) recorded_.push_back(submit.envelopes(i));
        v1::Outcome& outcome = *reply.mutable_outcomes()->add_outcomes();
        outcome.set_submit_number(submit.submit_number());
        outcome.set_index(static_cast<std::uint32_t>(i));
        outcome.mutable_receipt()->set_sequence(sequence);
        size = std::max(size, sequence + 1);
    }
    if (size > 0) reply.mutable_outcomes()->set_checkpoint(side_.checkpoint(size));
    return reply;
}

v1::HubFrame FakeHub::deliver_from(const v1::Subscribe& subscribe, std::uint64_t first) const {
    v1::HubFrame reply;
    reply.mutable_deliveries()->set_name(subscribe.name());
    for (std::uint64_t i = first; i < deliveries_.size() && i < first + subscribe.credit(); ++i) {
        v1::Delivery& delivery = *reply.mutable_deliveries()->add_deliveries();
        delivery.set_sequence(i);
        delivery.set_envelope(deliveries_[i]);
    }
    return reply;
}

std::vector<v1::HubFrame> FakeHub::take_nack(const v1::Nack& nack) {
    nacked_.push_back(nack);
    parked_.try_emplace(nack.sequence(), 0);
    if (nack.verdict() != v1::NACK_VERDICT_RETRY_LATER) return {};
    return {redeliver(nack.sequence())};
}

v1::HubFrame FakeHub::redeliver(std::uint64_t sequence) {
    v1::HubFrame reply;
    reply.mutable_deliveries()->set_name(subscribe_.name());
    reply.mutable_deliveries()->set_nacks_taken(nacked_.size());
    v1::Delivery& delivery = *reply.mutable_deliveries()->add_deliveries();
    delivery.set_sequence(sequence);
    delivery.set_envelope(deliveries_.at(sequence));
    delivery.set_attempt(++parked_[sequence]);
    return reply;
}

v1::HubFrame FakeHub::fetched(const v1::Fetch& fetch) const {
    v1::HubFrame reply;
    if (fetch.sequence() >= deliveries_.size()) {
        reply.mutable_error()->set_code(v1::ERROR_CODE_ENTRY_UNKNOWN);
        reply.mutable_error()->set_request_number(fetch.request_number());
        return reply;
    }
    reply.mutable_fetched()->set_request_number(fetch.request_number());
    reply.mutable_fetched()->mutable_delivery()->set_sequence(fetch.sequence());
    reply.mutable_fetched()->mutable_delivery()->set_envelope(deliveries_[fetch.sequence()]);
    return reply;
}

// One to a page.
v1::HubFrame FakeHub::parked_list(const v1::ListParked& asked) const {
    v1::HubFrame reply;
    v1::ParkedList& list = *reply.mutable_parked_list();
    list.set_request_number(asked.request_number());
    const auto from =
        asked.has_after_sequence() ? parked_.upper_bound(asked.after_sequence()) : parked_.begin();
    if (from == parked_.end()) return reply;
    v1::ParkedMessage& message = *list.add_messages();
    message.set_sequence(from->first);
    message.mutable_notification()->set_kind(v1::MESSAGE_KIND_ORDER);
    message.set_attempts(from->second);
    message.set_waits_for(v1::PARKED_WAIT_PERSON);
    for (const v1::Nack& nack : nacked_) {
        if (nack.sequence() == from->first) message.set_reason(nack.reason());
    }
    list.set_more(std::next(from) != parked_.end());
    return reply;
}

std::vector<v1::HubFrame> FakeHub::act(const v1::ActOnParked& act) {
    std::vector<v1::HubFrame> replies(1);
    std::vector<std::uint64_t> chosen{act.sequences().begin(), act.sequences().end()};
    for (const auto& [sequence, attempts] : parked_) {
        if (act.all()) chosen.push_back(sequence);
    }
    for (const std::uint64_t sequence : chosen) {
        if (parked_.count(sequence) != 0) continue;
        replies[0].mutable_error()->set_code(v1::ERROR_CODE_PARKED_UNKNOWN);
        replies[0].mutable_error()->set_request_number(act.request_number());
        return replies;
    }
    for (const std::uint64_t sequence : chosen) {
        parked_.erase(sequence);
        if (act.act() == v1::PARKED_ACT_KIND_RELEASE && !subscribe_.name().empty()) {
            replies.push_back(redeliver(sequence));
        }
    }
    replies[0].mutable_parked_acted()->set_request_number(act.request_number());
    replies[0].mutable_parked_acted()->set_sequence(recorded_.size());
    replies[0].mutable_parked_acted()->set_messages(static_cast<std::uint32_t>(chosen.size()));
    return replies;
}

std::vector<Bytes> FakeHub::recorded() {
    const std::lock_guard lock(mutex_);
    return recorded_;
}

std::vector<std::uint64_t> FakeHub::acked() {
    const std::lock_guard lock(mutex_);
    return acked_;
}

std::vector<std::uint64_t> FakeHub::acked_parked() {
    const std::lock_guard lock(mutex_);
    return acked_parked_;
}

std::vector<v1::Nack> FakeHub::nacked() {
    const std::lock_guard lock(mutex_);
    return nacked_;
}

v1::Subscribe FakeHub::subscribe() {
    const std::lock_guard lock(mutex_);
    return subscribe_;
}

bool FakeHub::wait_for_nacks(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10),
                             [this, count] { return nacked_.size() >= count; });
}

bool FakeHub::wait_for_submit() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return submits_ > 0; });
}

void FakeHub::hold_submits() {
    const std::lock_guard lock(mutex_);
    holds_submits_ = true;
}

void FakeHub::let_submits_through() {
    const std::lock_guard lock(mutex_);
    holds_submits_ = false;
    changed_.notify_all();
}

bool FakeHub::wait_for_unsubscribe() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return unsubscribes_ > 0; });
}

bool FakeHub::wait_for_goodbye() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return goodbyes_ > 0; });
}

}  // namespace jobbro::kit
