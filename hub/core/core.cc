#include "hub/core/core.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

constexpr std::uint32_t protocol_version = 1;
constexpr std::int64_t look_after_sessions_every_ms = 1000;

// Names stand in keys and in the status: none may hold a CPR number, whatever its spelling.
constexpr int digits_in_name_max = 9;

bool is_subscription_name(const std::string& name) {
    if (std::count_if(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }) >
        digits_in_name_max) {
        return false;
    }
    return !name.empty() && name.size() <= limits::subscription_name_bytes_max &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                      c == '.';
           });
}

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
    Work work{now, &randomness, conditions, 0, {}, {}, {}, {}, {}, {}, {}};
    for (const FrameIn& frame : frames)
        JOBBRO_TRY(take(frame, work));
    look_after_sessions(work);
    JOBBRO_TRY_ASSIGN(const journal::Commit commit, journal_->commit(randomness));
    work.turn.report.entries = commit.entries;
    // From here on everything staged is durable and may be spoken of.
    JOBBRO_TRY(answer_submits(work));
    answer_administration(work);
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
            subscribe(session, frame.subscribe(), work);
            return {};
        case v1::ClientFrame::kAck:
            acknowledge(session, frame.ack(), work);
            return {};
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

// --- Subscriptions ---------------------------------------------------------------------------

void Core::subscribe(Session& session, const v1::Subscribe& subscribe, Work& work) {
    if (!is_subscription_name(subscribe.name()) || subscribe.credit() == 0 ||
        subscribe.credit() > limits::credit_max) {
        send_error(session, Error{ErrorCode::field_out_of_bounds, "name or credit"}, false, work);
        return;
    }
    const auto opened =
        subscriptions_.subscribe(session.party.text(), subscribe.name(), subscribe.credit(),
                                 session.number, journal_->batch());
    if (!opened) {
        send_error(session, opened.error(), false, work);
        return;
    }
    if (opened->replaced) {
        const Session* const replaced = find_session(*opened->replaced);
        JOBBRO_ASSERT(replaced != nullptr);
        v1::HubFrame ended;
        ended.mutable_subscription_ended()->set_name(subscribe.name());
        ended.mutable_subscription_ended()->set_code(v1::ERROR_CODE_SUBSCRIPTION_REPLACED);
        send(*replaced, std::move(ended), work);
    }
    v1::HubFrame frame;
    frame.mutable_subscribed()->set_name(subscribe.name());
    frame.mutable_subscribed()->set_next_sequence(opened->next.value());
    send(session, std::move(frame), work);
}

void Core::acknowledge(Session& session, const v1::Ack& ack, Work& work) {
    const auto done = subscriptions_.ack(session.party.text(), ack.name(), session.number,
                                         Sequence{ack.sequence()}, journal_->batch());
    if (!done) {
        send_error(session, done.error(), false, work);
        return;
    }
    ++work.turn.report.acks;
}

void Core::unsubscribe(Session& session, const v1::Unsubscribe& unsubscribe, Work& work) {
    const auto done =
        subscriptions_.unsubscribe(session.party.text(), unsubscribe.name(), session.number);
    if (!done) {
        send_error(session, done.error(), false, work);
        return;
    }
    v1::HubFrame frame;
    frame.mutable_subscription_ended()->set_name(unsubscribe.name());
    send(session, std::move(frame), work);
}

// A provider has what jobcentres send it for as long as a grant lets it reach them; a jobcentre has
// what is said on its own orders.
bool Core::may_receive(const std::string& party, const journal::OpenedEntry& entry,
                       Instant now) const {
    const journal::Party* const receiver = journal_->registry().find(party);
    if (receiver == nullptr || !receiver->is_in_force(now)) return false;
    return receiver->id.role() == contract::Role::jobcentre || receiver->reaches(entry.sender, now);
}

Result<void> Core::deliver(Work& work) {
    auto collected = subscriptions_.collect(
        *journal_, [&](const std::string& party, const journal::OpenedEntry& entry) {
            return may_receive(party, entry, work.now);
        });
    if (!collected) return std::move(collected).error();
    for (delivery::Outgoing& each : collected->outgoing) {
        const Session* const session = find_session(each.session);
        JOBBRO_ASSERT(session != nullptr);
        work.turn.report.deliveries += static_cast<std::size_t>(each.deliveries.deliveries_size());
        v1::HubFrame frame;
        *frame.mutable_deliveries() = std::move(each.deliveries);
        send(*session, std::move(frame), work);
    }
    for (const auto& damaged : collected->damaged) {
        JOBBRO_TRY(seal(damaged.error, work));
        const Session* const session = find_session(damaged.session);
        JOBBRO_ASSERT(session != nullptr);
        v1::HubFrame ended;
        ended.mutable_subscription_ended()->set_name(damaged.name);
        ended.mutable_subscription_ended()->set_code(v1::ERROR_CODE_TAMPERED);
        send(*session, std::move(ended), work);
    }
    return {};
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
    Work work{{}, nullptr, {}, 0, {}, {}, {}, {}, {}, {}, {}};
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
