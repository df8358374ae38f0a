#include "hub/core/core.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

constexpr std::uint32_t protocol_version = 1;
constexpr std::int64_t look_after_sessions_every_ms = 1000;

v1::Error error_frame(const Error& error, bool ended, std::uint64_t request_number) {
    v1::Error frame;
    frame.set_code(static_cast<v1::ErrorCode>(error.code));
    frame.set_disposition(static_cast<v1::Disposition>(error_text(error.code).disposition));
    frame.set_detail(error.detail);
    frame.set_session_ended(ended);
    frame.set_request_number(request_number);
    return frame;
}

}  // namespace

Core::Core(journal::Journal& journal, delivery::Subscriptions subscriptions, Settings settings)
    : journal_(&journal),
      settings_(std::move(settings)),
      subscriptions_(std::move(subscriptions)),
      is_sealed_(journal.is_sealed()) {}

// --- The turn --------------------------------------------------------------------------------

Result<Turn> Core::turn(std::span<const FrameIn> frames, Instant now, Randomness& randomness,
                        const Conditions& conditions) {
    Work work;
    work.now = now;
    work.randomness = &randomness;
    work.conditions = conditions;
    for (const FrameIn& frame : frames)
        JOBBRO_TRY(take(frame, work));
    look_after_sessions(work);
    JOBBRO_TRY(record_readings(work));
    JOBBRO_TRY_ASSIGN(const journal::Commit commit, journal_->commit(randomness));
    work.turn.report.entries = commit.entries;
    // From here on everything staged is durable and may be spoken of.
    JOBBRO_TRY(answer_submits(work));
    answer_administration(work);
    answer_readings(work);
    JOBBRO_TRY(answer_parked(work));
    for (const delivery::SessionNumber number : work.to_end) {
        const Session* const session = find_session(number);
        if (session == nullptr) continue;
        send_error(*session, ErrorCode::lanes_exhausted, true, work);
        end_session(Bytes{session->route});
    }
    for (const std::string& party : work.to_wake)
        subscriptions_.wake(party);
    JOBBRO_TRY(deliver(work));
    return std::move(work.turn);
}

Result<void> Core::take(const FrameIn& frame, Work& work) {
    auto found = sessions_.find(frame.route);
    if (found != sessions_.end() && found->second.key != frame.key) {
        // Another connection has come by this routing id. Whatever was said to the first one is
        // sealed to its key; the newcomer starts from nothing.
        end_session(frame.route);
        send_error_unsealed(frame.route, ErrorCode::session_taken, work);
        found = sessions_.end();
    }
    const auto* const content = std::get_if<v1::ClientFrame>(&frame.content);
    if (content != nullptr && content->kind_case() == v1::ClientFrame::kHello) {
        hello(frame, content->hello(), work);
        return {};
    }
    const Error unreadable = content != nullptr ? Error{ErrorCode::frame_unknown}
                                                : Error{std::get<ErrorCode>(frame.content)};
    const bool is_readable =
        content != nullptr && content->kind_case() != v1::ClientFrame::KIND_NOT_SET;
    if (found == sessions_.end()) {
        send_error_unsealed(frame.route, is_readable ? ErrorCode::hello_required : unreadable,
                            work);
        return {};
    }
    Session& session = found->second;
    session.last_heard = work.conditions.steady;
    const journal::Party* const party = journal_->registry().find(session.party.text());
    if (party == nullptr || !party->is_in_force(work.now) || party->curve_key != session.key) {
        send_error(session, ErrorCode::key_disabled, true, work);
        end_session(frame.route);
        return {};
    }
    if (!is_readable) {
        send_error(session, unreadable, false, work);
        return {};
    }
    return take_from_session(session, *content, work);
}

Result<void> Core::take_from_session(Session& session, const v1::ClientFrame& frame, Work& work) {
    switch (frame.kind_case()) {
        case v1::ClientFrame::kSubmit:
            return submit(session, frame.submit(), work);
        case v1::ClientFrame::kSubscribe:
            return subscribe(session, frame.subscribe(), work);
        case v1::ClientFrame::kAck:
            acknowledge(session, frame.ack(), work);
            return {};
        case v1::ClientFrame::kNack:
            give_back(session, frame.nack(), work);
            return {};
        case v1::ClientFrame::kFetch:
            return fetch(session, frame.fetch(), work);
        case v1::ClientFrame::kListParked:
            list_parked(session, frame.list_parked(), work);
            return {};
        case v1::ClientFrame::kActOnParked:
            return act_on_parked(session, frame.act_on_parked(), work);
        case v1::ClientFrame::kUnsubscribe:
            unsubscribe(session, frame.unsubscribe(), work);
            return {};
        case v1::ClientFrame::kPing: {
            v1::HubFrame pong;
            pong.mutable_pong()->set_number(frame.ping().number());
            send(session, std::move(pong), work);
            return {};
        }
        case v1::ClientFrame::kPong:
            return {};  // having been heard is all it is for
        case v1::ClientFrame::kGoodbye:
            end_session(session.route);
            return {};
        case v1::ClientFrame::kChangeRegistry:
        case v1::ClientFrame::kListParties:
        case v1::ClientFrame::kGetStatus:
            return administer(session, frame, work);
        default:
            send_error(session, ErrorCode::frame_unknown, false, work);
            return {};
    }
}

void Core::hello(const FrameIn& frame, const v1::Hello& hello, Work& work) {
    end_session(frame.route);  // a client that starts over starts from nothing
    const journal::Party* const party = journal_->registry().find_by_curve_key(frame.key);
    std::optional<Error> refusal;
    if (party == nullptr) {
        refusal = ErrorCode::key_unknown;
    } else if (!party->is_in_force(work.now)) {
        refusal = ErrorCode::key_disabled;
    } else if (hello.protocol_version() != protocol_version) {
        refusal = Error{ErrorCode::protocol_version_unsupported, "this hub speaks version 1"};
    } else if (hello.software().size() > limits::software_bytes_max ||
               static_cast<std::size_t>(hello.features_size()) > limits::features_max) {
        refusal = Error{ErrorCode::field_out_of_bounds, "hello"};
    } else if (!has_room_for(*party)) {
        refusal = ErrorCode::session_limit;
    }
    if (refusal) {
        send_error_unsealed(frame.route, *refusal, work);
        return;
    }
    const delivery::SessionNumber number = next_session_;
    next_session_ = next_session_.next();
    const auto placed = sessions_.emplace(frame.route, Session{number,
                                                               frame.route,
                                                               frame.key,
                                                               party->id,
                                                               work.conditions.steady,
                                                               work.conditions.steady,
                                                               {}});
    routes_.emplace(number, frame.route);
    send(placed.first->second, welcome(placed.first->second), work);
}

// No party can lock out the others, and none the operators.
bool Core::has_room_for(const journal::Party& party) const {
    const auto of_party = std::count_if(sessions_.begin(), sessions_.end(), [&](const auto& each) {
        return each.second.party == party.id;
    });
    if (static_cast<std::size_t>(of_party) >= limits::sessions_per_party_max) return false;
    return party.id.role() == contract::Role::operator_ ||
           sessions_.size() < settings_.sessions_max;
}

v1::HubFrame Core::welcome(const Session& session) const {
    v1::HubFrame frame;
    v1::Welcome& welcome = *frame.mutable_welcome();
    welcome.set_party(session.party.text());
    welcome.set_origin(journal_->origin());
    welcome.set_verifier_key(journal_->verifier_key());
    welcome.set_checkpoint(journal_->checkpoint());
    welcome.set_software(settings_.software);
    v1::Limits& told = *welcome.mutable_limits();
    told.set_frame_bytes_max(limits::frame_bytes_max);
    told.set_envelope_bytes_max(limits::envelope_bytes_max);
    told.set_envelopes_per_submit_max(limits::envelopes_per_submit_max);
    told.set_credit_max(limits::credit_max);
    told.set_heartbeat_ms(static_cast<std::uint32_t>(heartbeat_ms()));
    told.set_session_silent_ms_max(static_cast<std::uint32_t>(settings_.session_silent_ms_max));
    return frame;
}

// --- Sessions --------------------------------------------------------------------------------

void Core::look_after_sessions(Work& work) {
    const Instant steady = work.conditions.steady;
    const bool is_due = steady >= last_look_.plus_ms(look_after_sessions_every_ms);
    if (!is_due && work.registry_answers.empty() && !is_sealed_) return;
    last_look_ = steady;
    std::vector<Bytes> over;
    for (auto& [route, session] : sessions_) {
        const journal::Party* const party = journal_->registry().find(session.party.text());
        if (party == nullptr || !party->is_in_force(work.now)) {
            send_error(session, ErrorCode::key_disabled, true, work);
            over.push_back(route);
        } else if (!work.conditions.frames_wait &&
                   steady > session.last_heard.plus_ms(settings_.session_silent_ms_max)) {
            send_error(session, ErrorCode::session_silent, true, work);
            over.push_back(route);
        } else if (steady > session.last_heard.plus_ms(heartbeat_ms()) &&
                   steady > session.last_pinged.plus_ms(heartbeat_ms())) {
            session.last_pinged = steady;
            v1::HubFrame ping;
            ping.mutable_ping()->set_number(++ping_number_);
            send(session, std::move(ping), work);
        }
    }
    for (const Bytes& route : over)
        end_session(route);
}

void Core::end_session(const Bytes& route) {
    const auto found = sessions_.find(route);
    if (found == sessions_.end()) return;
    subscriptions_.end_session(found->second.party.text(), found->second.number);
    routes_.erase(found->second.number);
    sessions_.erase(found);
}

const Session* Core::find_session(delivery::SessionNumber number) const {
    const auto route = routes_.find(number);
    return route == routes_.end() ? nullptr : &sessions_.at(route->second);
}

void Core::route_gone(const Bytes& route) {
    end_session(route);
}

std::vector<FrameOut> Core::say_goodbye() {
    Work work;
    for (const auto& [route, session] : sessions_) {
        v1::HubFrame frame;
        frame.mutable_goodbye();
        send(session, std::move(frame), work);
    }
    return std::move(work.turn.frames);
}

Result<void> Core::seal(const Error& error, Work& work) {
    if (is_sealed_) return {};
    is_sealed_ = true;
    work.turn.report.sealed_now = true;
    work.turn.report.evidence = error.line();
    return journal_->record_seal(error.line());
}

Result<void> Core::answer_damage(const Session& session, const Error& error, Work& work,
                                 std::uint64_t request_number) {
    if (error.code == ErrorCode::store_failed) return error;
    JOBBRO_TRY(seal(error, work));
    send_error(session, ErrorCode::hub_sealed, false, work, request_number);
    return {};
}

// --- Sending ---------------------------------------------------------------------------------

void Core::send(const Session& session, v1::HubFrame frame, Work& work) const {
    work.turn.frames.push_back({session.route, session.key, std::move(frame)});
}

void Core::send_error(const Session& session, const Error& error, bool ended, Work& work,
                      std::uint64_t request_number) const {
    v1::HubFrame frame;
    *frame.mutable_error() = error_frame(error, ended, request_number);
    ++work.turn.report.errors[error.code];
    send(session, std::move(frame), work);
}

void Core::send_error_unsealed(const Bytes& route, const Error& error, Work& work) {
    v1::HubFrame frame;
    *frame.mutable_error() = error_frame(error, true, 0);
    ++work.turn.report.errors[error.code];
    work.turn.frames.push_back({route, std::nullopt, std::move(frame)});
}

}  // namespace jobbro::core
