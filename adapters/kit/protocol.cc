#include "adapters/kit/protocol.h"

#include <algorithm>
#include <utility>

#include "proto/evidence/merkle.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::kit {
namespace {

constexpr std::uint32_t protocol_version = 1;
constexpr std::int64_t welcome_wait_ms = 5000;
// What a hub says of its times is followed, down to here.
constexpr std::int64_t ping_ms_min = 100;
constexpr std::int64_t pings_missed_max = 4;

Receipt to_receipt(const v1::Receipt& wire) {
    Receipt receipt;
    receipt.sequence = Sequence{wire.sequence()};
    receipt.recorded_at =
        Instant{wire.recorded_at().seconds() * 1'000'000 + wire.recorded_at().nanos() / 1000};
    receipt.findings.assign(wire.findings().begin(), wire.findings().end());
    return receipt;
}

Refusal to_refusal(const v1::Rejection& wire) {
    Error error =
        error_from_wire(wire.code(), wire.disposition(), wire.detail(), wire.field_path());
    const bool retry = may_be_retried(wire.disposition(), error.code);
    return Refusal{std::move(error), retry, wire.retry_after_ms()};
}

// Sets the number by which a call is answered. Requires: the frame is a call.
void set_request_number(v1::ClientFrame& frame, std::uint64_t number) {
    switch (frame.kind_case()) {
        case v1::ClientFrame::kChangeRegistry:
            return frame.mutable_change_registry()->set_request_number(number);
        case v1::ClientFrame::kListParties:
            return frame.mutable_list_parties()->set_request_number(number);
        case v1::ClientFrame::kGetStatus:
            return frame.mutable_get_status()->set_request_number(number);
        case v1::ClientFrame::kFindSubject:
            return frame.mutable_find_subject()->set_request_number(number);
        case v1::ClientFrame::kActOnCitizen:
            return frame.mutable_act_on_citizen()->set_request_number(number);
        case v1::ClientFrame::kFetch:
            return frame.mutable_fetch()->set_request_number(number);
        case v1::ClientFrame::kListParked:
            return frame.mutable_list_parked()->set_request_number(number);
        case v1::ClientFrame::kProve:
            return frame.mutable_prove()->set_request_number(number);
        case v1::ClientFrame::kReplay:
            return frame.mutable_replay()->set_request_number(number);
        case v1::ClientFrame::kReplayMore:
            return frame.mutable_replay_more()->set_request_number(number);
        case v1::ClientFrame::kQuery:
            return frame.mutable_query()->set_request_number(number);
        default:
            JOBBRO_ASSERT(frame.has_act_on_parked());
            return frame.mutable_act_on_parked()->set_request_number(number);
    }
}

// The number of the call that the frame answers; none: it answers none.
std::optional<std::uint64_t> answered_number(const v1::HubFrame& frame) {
    switch (frame.kind_case()) {
        case v1::HubFrame::kRegistryChanged:
            return frame.registry_changed().request_number();
        case v1::HubFrame::kPartyList:
            return frame.party_list().request_number();
        case v1::HubFrame::kStatus:
            return frame.status().request_number();
        case v1::HubFrame::kSubjectFound:
            return frame.subject_found().request_number();
        case v1::HubFrame::kCitizenActed:
            return frame.citizen_acted().request_number();
        case v1::HubFrame::kFetched:
            return frame.fetched().request_number();
        case v1::HubFrame::kParkedList:
            return frame.parked_list().request_number();
        case v1::HubFrame::kProof:
            return frame.proof().request_number();
        case v1::HubFrame::kParkedActed:
            return frame.parked_acted().request_number();
        case v1::HubFrame::kReplayed:
            return frame.replayed().request_number();
        case v1::HubFrame::kAnswer:
            return frame.answer().request_number();
        default:
            return std::nullopt;
    }
}

}  // namespace

Result<std::unique_ptr<Protocol>> Protocol::make(const evidence::PartySecretKeys& own,
                                                 const evidence::HubPublicKeys& hub,
                                                 ProtocolOptions options) {
    JOBBRO_TRY_ASSIGN(evidence::BoxKey box_key, evidence::BoxKey::between(own.curve, hub.curve));
    JOBBRO_TRY_ASSIGN(evidence::NoteVerifier verifier, evidence::verifier_of(hub));
    return std::unique_ptr<Protocol>(
        new Protocol(own, hub, std::move(box_key), std::move(verifier), std::move(options)));
}

Protocol::Protocol(const evidence::PartySecretKeys& own, const evidence::HubPublicKeys& hub,
                   evidence::BoxKey box_key, evidence::NoteVerifier verifier,
                   ProtocolOptions options)
    : options_(std::move(options)),
      party_(own.party),
      hub_(hub),
      box_key_(std::move(box_key)),
      signer_(own.signing),
      seen_log_(std::move(verifier)),
      queue_(options_.queue),
      subscriptions_(options_.jitter_seed) {}

void Protocol::connected(Instant now) {
    JOBBRO_ASSERT(state_ == State::offline);
    state_ = State::greeting;
    connected_at_ = heard_at_ = pinged_at_ = sent_at_ = now;
    control_.clear();
    v1::ClientFrame frame;
    frame.mutable_hello()->set_protocol_version(protocol_version);
    frame.mutable_hello()->set_software(options_.software.substr(0, limits::software_bytes_max));
    queue_control(frame);
}

void Protocol::disconnected(const Error& reason, Instant now) {
    lose(reason, false, now);
}

// Ends the session, if there is one, and tells the owner once.
void Protocol::lose(Error error, bool is_fatal, Instant now, bool at_once) {
    if (state_ == State::offline) return;
    state_ = State::offline;
    control_.clear();
    queue_.session_ended(now);
    subscriptions_.session_ended(now);
    for (auto it = calls_.begin(); it != calls_.end();) {
        if (!it->second.is_sent) {
            ++it;
            continue;
        }
        happenings_.emplace_back(CallAnswered{it->first, Error{ErrorCode::session_lost}});
        it = calls_.erase(it);
    }
    happenings_.emplace_back(SessionLost{std::move(error), is_fatal, at_once});
}

void Protocol::remark(ErrorCode code, std::string detail) {
    happenings_.emplace_back(Remark{Error{code, std::move(detail)}});
}

void Protocol::queue_control(const v1::ClientFrame& frame) {
    control_.push_back(frame.SerializeAsString());
}

void Protocol::received(BytesView bytes, Instant now) {
    if (state_ == State::offline) return;
    heard_at_ = now;
    v1::HubFrame frame;
    if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        remark(ErrorCode::frame_malformed, "a frame of the hub");
        return;
    }
    if (frame.has_sealed()) {
        take_sealed(frame.sealed(), now);
    } else if (frame.has_error()) {
        take_error(frame.error(), false, now);
    } else {
        remark(ErrorCode::frame_unknown, "a frame of the hub that is not sealed");
    }
}

void Protocol::take_sealed(const v1::Sealed& sealed, Instant now) {
    const auto opened = box_key_.open(sealed.nonce(), sealed.box());
    if (!opened) {
        // Meant for another key: a routing id changed hands, or the keys do not match.
        lose(opened.error(), false, now);
        return;
    }
    v1::HubFrame frame;
    if (!frame.ParseFromString(*opened)) {
        lose(Error{ErrorCode::frame_malformed, "a sealed frame of the hub"}, false, now);
        return;
    }
    take_opened(std::move(frame), now);
}

void Protocol::take_opened(v1::HubFrame frame, Instant now) {
    if (frame.has_error()) return take_error(frame.error(), true, now);
    if (state_ == State::greeting) {
        // What is left of an earlier session on this route has no meaning in this one.
        if (frame.has_welcome()) take_welcome(frame.welcome(), now);
        return;
    }
    if (const auto number = answered_number(frame))
        return take_answer(*number, std::move(frame), now);
    switch (frame.kind_case()) {
        case v1::HubFrame::kOutcomes:
            return take_outcomes(frame.outcomes(), now);
        case v1::HubFrame::kDeliveries:
            return take_deliveries(frame.deliveries(), now);
        case v1::HubFrame::kSubscribed:
            return subscriptions_.subscribed(frame.subscribed());
        case v1::HubFrame::kSubscriptionEnded:
            return subscriptions_.closed(frame.subscription_ended(), now);
        case v1::HubFrame::kParkedState:
            return subscriptions_.parked_state(frame.parked_state());
        case v1::HubFrame::kPing: {
            v1::ClientFrame pong;
            pong.mutable_pong()->set_number(frame.ping().number());
            return queue_control(pong);
        }
        case v1::HubFrame::kPong:
            return;
        case v1::HubFrame::kGoodbye:
            return lose(ErrorCode::hub_stopping, false, now);
        default:
            return remark(ErrorCode::frame_unknown, "a sealed frame of the hub");
    }
}

Result<void> Protocol::check_welcome(const v1::Welcome& welcome) const {
    if (welcome.origin() != hub_.origin) {
        return Error{ErrorCode::log_identity_wrong, "the hub's log has another name"};
    }
    if (welcome.verifier_key() != hub_.verifier_key) {
        return Error{ErrorCode::log_identity_wrong, "the hub's log has another verifier key"};
    }
    if (welcome.party() != party_) {
        return Error{ErrorCode::sender_wrong, "the hub knows the key under another party"};
    }
    return {};
}

void Protocol::take_welcome(const v1::Welcome& welcome, Instant now) {
    const auto checked = check_welcome(welcome);
    if (!checked) return lose(checked.error(), true, now);
    const auto checkpoint = seen_log_.take_latest(welcome.checkpoint());
    if (!checkpoint) return lose(checkpoint.error(), true, now);
    state_ = State::open;
    take_limits(welcome.limits());
    subscriptions_.session_opened();
    happenings_.emplace_back(SessionOpened{
        SessionInfo{welcome.party(), welcome.origin(), welcome.software(), checkpoint->size}});
}

// Zero: the hub says nothing, and has the usual ones.
void Protocol::take_limits(const v1::Limits& told) {
    const std::int64_t heartbeat_ms =
        told.heartbeat_ms() > 0 ? std::int64_t{told.heartbeat_ms()} : limits::heartbeat_ms;
    const std::int64_t silent_ms = told.session_silent_ms_max() > 0
                                       ? std::int64_t{told.session_silent_ms_max()}
                                       : limits::session_silent_ms_max;
    silent_ms_max_ = std::max(silent_ms, pings_missed_max * ping_ms_min);
    // Often enough that a hub with little patience does not take quiet for silence.
    ping_ms_ = std::max(ping_ms_min, std::min(heartbeat_ms, silent_ms_max_ / pings_missed_max));
}

void Protocol::take_outcomes(const v1::Outcomes& outcomes, Instant now) {
    std::optional<Sequence> highest;
    for (const v1::Outcome& outcome : outcomes.outcomes()) {
        if (!outcome.has_receipt()) continue;
        highest = std::max(highest.value_or(Sequence{}), Sequence{outcome.receipt().sequence()});
    }
    if (highest) {
        const auto checkpoint = seen_log_.take_commit(outcomes.checkpoint(), *highest);
        // Nothing of the frame is believed, so what it answers stays in doubt.
        if (!checkpoint) return lose(checkpoint.error(), true, now);
    }
    for (const v1::Outcome& outcome : outcomes.outcomes()) {
        bool is_known = false;
        if (outcome.has_receipt()) {
            is_known = queue_.accepted(outcome.submit_number(), outcome.index(),
                                       to_receipt(outcome.receipt()));
        } else {
            is_known = queue_.refused(outcome.submit_number(), outcome.index(),
                                      to_refusal(outcome.rejection()), now);
        }
        if (!is_known) remark(ErrorCode::frame_malformed, "an outcome of nothing submitted");
    }
}

void Protocol::take_deliveries(const v1::Deliveries& deliveries, Instant now) {
    auto to_handle = subscriptions_.delivered(deliveries);
    if (!to_handle) return lose(to_handle.error(), false, now);
    for (NumberedDelivery& delivery : *to_handle)
        happenings_.emplace_back(std::move(delivery));
}

void Protocol::take_error(const v1::Error& wire, bool is_sealed, Instant now) {
    Error error =
        error_from_wire(wire.code(), wire.disposition(), wire.detail(), wire.field_path());
    const bool retry = may_be_retried(wire.disposition(), error.code);
    if (state_ == State::greeting) return lose(std::move(error), !retry, now);
    if (wire.session_ended() || (!is_sealed && error.code == ErrorCode::hello_required)) {
        const bool is_fatal =
            error.code == ErrorCode::key_disabled || error.code == ErrorCode::key_unknown;
        return lose(std::move(error), is_fatal, now);
    }
    if (!is_sealed) return remark(error.code, "an error of the hub that is not sealed");
    const std::uint64_t number = wire.request_number();
    if (calls_.count(number) != 0) {
        calls_.erase(number);
        happenings_.emplace_back(CallAnswered{number, std::move(error)});
        return;
    }
    if (queue_.all_refused(number, Refusal{error, retry}, now)) return;
    if (number == 0 && subscriptions_.refused(error, retry, now)) return;
    happenings_.emplace_back(Remark{std::move(error)});
}

void Protocol::take_answer(std::uint64_t number, v1::HubFrame frame, Instant now) {
    if (calls_.erase(number) == 0) {
        return remark(ErrorCode::frame_malformed, "an answer to nothing asked");
    }
    if (frame.has_replayed()) {
        const std::uint64_t end = frame.replayed().end_sequence();
        const auto checkpoint =
            seen_log_.take_commit(frame.replayed().checkpoint(), Sequence{end > 0 ? end - 1 : 0});
        if (!checkpoint) {
            happenings_.emplace_back(CallAnswered{number, checkpoint.error()});
            return lose(checkpoint.error(), true, now);
        }
    }
    happenings_.emplace_back(CallAnswered{number, std::move(frame)});
}

void Protocol::tick(Instant now) {
    queue_.tick(now);
    subscriptions_.tick(now);
    if (state_ == State::greeting && connected_at_.plus_ms(welcome_wait_ms) <= now) {
        return lose(Error{ErrorCode::hub_unreachable, "no answer to Hello"}, false, now);
    }
    if (state_ != State::open) return;
    if (silence_due() <= now) {
        return lose(Error{ErrorCode::hub_unreachable, "the hub has fallen silent"}, false, now);
    }
    if (ping_due() <= now) {
        pinged_at_ = now;
        v1::ClientFrame ping;
        ping.mutable_ping()->set_number(next_number_++);
        queue_control(ping);
    }
}

// Either side that hears nothing for long ends the session, so silence both ways is broken.
Instant Protocol::ping_due() const {
    return std::max(pinged_at_, std::min(heard_at_, sent_at_)).plus_ms(ping_ms_);
}

std::optional<Instant> Protocol::next_due() const {
    std::optional<Instant> due;
    const auto consider = [&due](std::optional<Instant> instant) {
        if (instant && (!due || *instant < *due)) due = instant;
    };
    if (state_ == State::greeting) consider(connected_at_.plus_ms(welcome_wait_ms));
    if (state_ == State::open) {
        consider(ping_due());
        consider(silence_due());
    }
    consider(queue_.next_due());
    consider(subscriptions_.next_due());
    return due;
}

Result<void> Protocol::submit(Submission submission, Instant now) {
    return queue_.add(std::move(submission), now);
}

Result<std::uint64_t> Protocol::call(v1::ClientFrame frame) {
    if (calls_.size() >= options_.calls_max) return ErrorCode::queue_full;
    const std::uint64_t number = next_number_++;
    set_request_number(frame, number);
    calls_.emplace(number, Call{std::move(frame), false});
    return number;
}

std::optional<Bytes> Protocol::next_frame(Instant now) {
    std::optional<Bytes> bytes;
    if (state_ == State::offline) return bytes;
    if (state_ == State::open && queue_.wants_new_session() && !is_closing_) {
        lose(Error{ErrorCode::lane_blocked, "a message was given up: opening a new session"}, false,
             now, true);
        return bytes;
    }
    // Acks go before the Goodbye that would make the hub forget what they are about.
    if (state_ == State::open && (is_closing_ || control_.empty())) {
        if (const auto frame = subscriptions_.next_frame()) bytes = frame->SerializeAsString();
    }
    if (!bytes && !control_.empty()) {
        bytes = std::move(control_.front());
        control_.pop_front();
    }
    if (!bytes && state_ == State::open && !is_closing_) bytes = next_call();
    if (!bytes && state_ == State::open && !is_closing_) bytes = next_submit(now);
    if (bytes) sent_at_ = now;
    return bytes;
}

std::optional<Bytes> Protocol::next_call() {
    for (auto& [number, call] : calls_) {
        if (call.is_sent) continue;
        call.is_sent = true;
        return call.frame.SerializeAsString();
    }
    return std::nullopt;
}

std::optional<Bytes> Protocol::next_submit(Instant now) {
    const std::vector<BytesView> envelopes = queue_.next_batch(next_number_, now);
    if (envelopes.empty()) return std::nullopt;
    v1::ClientFrame frame;
    v1::Submit& submit = *frame.mutable_submit();
    submit.set_submit_number(next_number_++);
    std::vector<evidence::Digest> leaves;
    leaves.reserve(envelopes.size());
    for (const BytesView envelope : envelopes) {
        submit.add_envelopes(envelope.data(), envelope.size());
        leaves.push_back(evidence::leaf_hash(view(evidence::sha256(envelope))));
    }
    const std::string text =
        evidence::submit_text(hub_.origin, party_, leaves.size(), evidence::root_of(leaves));
    const evidence::Signature signature = signer_.sign(text);
    submit.set_signature(signature.data(), signature.size());
    return frame.SerializeAsString();
}

std::vector<Happening> Protocol::take_happenings() {
    for (Resolution& resolution : queue_.take_resolved()) {
        happenings_.emplace_back(std::move(resolution));
    }
    for (SubscriptionNews& news : subscriptions_.take_news()) {
        happenings_.emplace_back(std::move(news));
    }
    return std::exchange(happenings_, {});
}

void Protocol::close(const Error& error) {
    queue_.fail_all(error);
    for (const auto& [number, call] : calls_) {
        happenings_.emplace_back(CallAnswered{number, error});
    }
    calls_.clear();
    subscriptions_.leave();
    if (state_ == State::open && !is_closing_) {
        v1::ClientFrame frame;
        frame.mutable_goodbye();
        queue_control(frame);
    }
    is_closing_ = true;
}

}  // namespace jobbro::kit
