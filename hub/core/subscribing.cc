// Getting messages: subscriptions, their acks and Nacks, and what goes out.
#include <algorithm>

#include "hub/core/core.h"
#include "hub/core/wire_time.h"
#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

// Names stand in keys and in the status: none may hold a CPR number, whatever its spelling.
constexpr int digits_in_name_max = 9;
// Subscriptions whose traces one turn records; those of the others are in the next.
constexpr std::size_t traces_per_turn_max = 64;

// Not the client's doing.
bool is_of_the_journal(const Error& error) {
    return error.code == ErrorCode::store_failed || error.code == ErrorCode::tampered ||
           error.code == ErrorCode::opening_failed;
}

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

Error out_of_bounds(const char* field) {
    return {ErrorCode::field_out_of_bounds, {}, field};
}

}  // namespace

Result<std::optional<Sequence>> Core::start_of(const v1::Subscribe& subscribe) const {
    switch (subscribe.start_case()) {
        case v1::Subscribe::kFromBeginning:
            return std::optional{Sequence{0}};
        case v1::Subscribe::kFromSequence:
            if (subscribe.from_sequence() > journal_->size().value()) {
                return out_of_bounds("from_sequence");
            }
            return std::optional{Sequence{subscribe.from_sequence()}};
        case v1::Subscribe::kFromTime: {
            JOBBRO_TRY_ASSIGN(const Instant time, instant_of(subscribe.from_time(), "from_time"));
            JOBBRO_TRY_ASSIGN(const Sequence first, journal_->first_recorded_from(time));
            return std::optional{first};
        }
        default:
            return std::optional<Sequence>{};
    }
}

Result<delivery::Opening> Core::opening_of(const v1::Subscribe& subscribe) const {
    if (!is_subscription_name(subscribe.name())) return out_of_bounds("name");
    if (subscribe.credit() == 0 || subscribe.credit() > limits::credit_max) {
        return out_of_bounds("credit");
    }
    if (static_cast<std::size_t>(subscribe.kinds_size()) > limits::kinds_of_subscription_max) {
        return out_of_bounds("kinds");
    }
    if (!v1::DeliveryForm_IsValid(subscribe.form())) return out_of_bounds("form");
    delivery::Opening opening;
    opening.credit = subscribe.credit();
    opening.form = subscribe.form();
    for (const int kind : subscribe.kinds()) {
        if (!v1::MessageKind_IsValid(kind) || kind == v1::MESSAGE_KIND_UNSPECIFIED) {
            return out_of_bounds("kinds");
        }
        opening.kinds.push_back(static_cast<v1::MessageKind>(kind));
    }
    JOBBRO_TRY_ASSIGN(opening.start, start_of(subscribe));
    return opening;
}

Result<void> Core::subscribe(Session& session, const v1::Subscribe& subscribe, Work& work) {
    auto opening = opening_of(subscribe);
    if (!opening) {
        if (opening.error().code != ErrorCode::field_out_of_bounds) {
            return answer_damage(session, opening.error(), work);
        }
        send_error(session, opening.error(), false, work);
        return {};
    }
    auto opened = subscriptions_.subscribe(session.party.text(), subscribe.name(),
                                           *std::move(opening), session.number, moment_of(work));
    if (!opened) {
        send_error(session, opened.error(), false, work);
        return {};
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
    frame.mutable_subscribed()->set_parked(opened->parked.parked());
    send(session, std::move(frame), work);
    v1::HubFrame parked;
    *parked.mutable_parked_state() = std::move(opened->parked);
    send(session, std::move(parked), work);
    return {};
}

void Core::acknowledge(Session& session, const v1::Ack& ack, Work& work) {
    const std::string& party = session.party.text();
    const Sequence sequence{ack.sequence()};
    const delivery::Moment moment = moment_of(work);
    const auto done =
        ack.parked()
            ? subscriptions_.ack_parked(party, ack.name(), session.number, sequence, moment)
            : subscriptions_.ack(party, ack.name(), session.number, sequence, moment);
    if (!done) {
        send_error(session, done.error(), false, work);
        return;
    }
    ++work.turn.report.acks;
}

Result<void> Core::give_back(Session& session, const v1::Nack& nack, Work& work) {
    const auto done =
        subscriptions_.nack(session.party.text(), nack, session.number, moment_of(work));
    if (done) {
        ++work.turn.report.nacks;
    } else if (is_of_the_journal(done.error())) {
        return answer_damage(session, done.error(), work);
    } else {
        send_error(session, done.error(), false, work);
    }
    return {};
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

// Where nothing can be recorded, what was addressed to a party is delivered all the same: it is
// counted on, and its row, which was durable before, becomes a trace once there can be one.
Result<void> Core::record_traces(Work& work) {
    traces_wait_ = is_sealed_ || is_clock_unsure_ || work.conditions.disk_nearly_full;
    if (traces_wait_) return {};
    const auto staged = subscriptions_.stage_traces(traces_per_turn_max, moment_of(work));
    if (staged) {
        work.turn.report.traces = *staged;
        return {};
    }
    if (staged.error().code == ErrorCode::store_failed) return staged.error();
    traces_wait_ = true;
    return seal(staged.error(), work);
}

Result<void> Core::deliver(Work& work) {
    auto collected = subscriptions_.collect(
        [&](const std::string& party, const journal::OpenedEntry& entry) {
            return may_receive(party, entry, work.now);
        },
        moment_of(work));
    if (!collected) return std::move(collected).error();
    work.turn.report.redeliveries += collected->redeliveries;
    for (delivery::Outgoing& each : collected->outgoing) {
        const Session* const session = find_session(each.session);
        JOBBRO_ASSERT(session != nullptr);
        work.turn.report.deliveries += static_cast<std::size_t>(each.deliveries.deliveries_size());
        v1::HubFrame frame;
        *frame.mutable_deliveries() = std::move(each.deliveries);
        send(*session, std::move(frame), work);
    }
    for (auto& [number, state] : collected->states) {
        const Session* const session = find_session(number);
        JOBBRO_ASSERT(session != nullptr);
        v1::HubFrame frame;
        *frame.mutable_parked_state() = std::move(state);
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

}  // namespace jobbro::core
