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
    frame.set_field_path(error.field_path);
    frame.set_session_ended(ended);
    frame.set_request_number(request_number);
    return frame;
}

}  // namespace

Core::Core(journal::Journal& journal, delivery::Subscriptions subscriptions, Rulebook rulebook,
           Overview overview, Settings settings)
    : journal_(&journal),
      settings_(std::move(settings)),
      rulebook_(std::move(rulebook)),
      overview_(std::move(overview)),
      subscriptions_(std::move(subscriptions)),
      is_sealed_(journal.is_sealed()),
      traces_wait_(journal.is_sealed()) {}

// --- The turn --------------------------------------------------------------------------------

Result<Turn> Core::turn(std::span<const FrameIn> frames, Instant now, Randomness& randomness,
                        const Conditions& conditions) {
    Work work;
    work.now = judge_clock(now, conditions.steady);
    work.randomness = &randomness;
    work.conditions = conditions;
    JOBBRO_TRY(raise_alerts(work));
    for (const FrameIn& frame : frames)
        JOBBRO_TRY(take(frame, work));
    JOBBRO_TRY(answer_queries(work));
    JOBBRO_TRY(do_citizen_acts(work));
    JOBBRO_TRY(sweep(work));
    look_after_sessions(work);
    JOBBRO_TRY(record_readings(work));
    JOBBRO_TRY(record_traces(work));
    JOBBRO_TRY_ASSIGN(const journal::Commit commit, journal_->commit(randomness));
    work.turn.report.entries = commit.entries;
    // From here on everything staged is durable and may be spoken of; what it erases is gone before
    // anything is.
    JOBBRO_TRY(carry_out_erasures(work));
    JOBBRO_TRY(answer_submits(work));
    answer_administration(work);
    JOBBRO_TRY(answer_readings(work));
    JOBBRO_TRY(answer_parked(work));
    JOBBRO_TRY(answer_proofs(work));
    JOBBRO_TRY(answer_replays(work));
    answer_citizen_acts(work);
    for (const auto& [number, reason] : work.to_end) {
        const Session* const session = find_session(number);
        if (session == nullptr) continue;
        send_error(*session, reason, true, work);
        end_session(Bytes{session->route});
    }
    for (const std::string& party : work.to_wake)
        subscriptions_.wake(party);
    JOBBRO_TRY(deliver(work));
    return std::move(work.turn);
}

// The time to go by. A clock that has jumped ahead of the time lived through is not believed, until
// it agrees again: what it says would stand in the log for ever, end every grant, and have
// everything seem to have been kept long enough. One that is set back is, and may come back.
Instant Core::judge_clock(Instant now, Instant steady) {
    Instant expected = std::max(now, journal_->last_recorded());
    if (believed_ && !settings_.is_clock_driven) {
        const std::int64_t passed_us = steady.microseconds - believed_->steady.microseconds;
        expected = Instant{believed_->now.microseconds + std::max<std::int64_t>(passed_us, 0)};
    }
    is_clock_unsure_ = now > expected.plus_ms(limits::clock_jump_ms_max);
    const Instant latest = is_clock_unsure_ ? expected : std::max(now, expected);
    believed_ = Believed{latest, steady};
    return is_clock_unsure_ ? expected : now;
}

bool Core::has_work() const {
    return subscriptions_.has_work() || (!traces_wait_ && subscriptions_.has_traces()) ||
           !journal_->batch().empty() || !replays_waiting_.empty() || alerts_wait_;
}

std::optional<Instant> Core::next_due() const {
    const auto parked = subscriptions_.next_due();
    const auto trace = traces_wait_ ? std::nullopt : subscriptions_.next_trace_due();
    if (!parked || !trace) return parked ? parked : trace;
    return std::min(*parked, *trace);
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
    if (!may_go_on(session, work)) {
        if (has_rotated(session, work)) return {};
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
            return give_back(session, frame.nack(), work);
        case v1::ClientFrame::kFetch:
            return fetch(session, frame.fetch(), work);
        case v1::ClientFrame::kQuery:
            query(session, frame.query(), work);
            return {};
        case v1::ClientFrame::kReplay:
            return replay(session, frame.replay(), work);
        case v1::ClientFrame::kReplayMore:
            replay_more(session, frame.replay_more(), work);
            return {};
        case v1::ClientFrame::kProve:
            prove(session, frame.prove(), work);
            return {};
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
        case v1::ClientFrame::kFindSubject:
        case v1::ClientFrame::kActOnCitizen:
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
        refusal =
            Error{ErrorCode::field_out_of_bounds,
                  {},
                  hello.software().size() > limits::software_bytes_max ? "software" : "features"};
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

// The party is in force, by this key.
bool Core::may_go_on(const Session& session, const Work& work) const {
    const journal::Party* const party = journal_->registry().find(session.party.text());
    return party != nullptr && party->is_in_force(work.now) && party->curve_key == session.key;
}

bool Core::has_rotated(const Session& session, const Work& work) {
    return std::find(work.to_end.begin(), work.to_end.end(),
                     std::pair{session.number, ErrorCode::key_disabled}) != work.to_end.end();
}

void Core::look_after_sessions(Work& work) {
    const Instant steady = work.conditions.steady;
    const bool is_due = steady >= last_look_.plus_ms(look_after_sessions_every_ms);
    if (!is_due && work.registry_answers.empty() && !is_sealed_) return;
    last_look_ = steady;
    std::vector<Bytes> over;
    for (auto& [route, session] : sessions_) {
        if (has_rotated(session, work)) continue;
        if (!may_go_on(session, work)) {
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
    is_leaving_ = true;
    alerts_wait_ = false;
    for (const auto& [route, session] : sessions_) {
        v1::HubFrame frame;
        frame.mutable_goodbye();
        send(session, std::move(frame), work);
    }
    while (!sessions_.empty())
        end_session(Bytes{sessions_.begin()->first});
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
