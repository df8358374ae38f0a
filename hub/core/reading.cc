// Handing out what a party asks for, after it is recorded that it was.
#include <map>

#include "hub/core/core.h"
#include "proto/base/limits.h"

namespace jobbro::core {

Result<void> Core::fetch(Session& session, const v1::Fetch& fetch, Work& work) {
    const auto refuse = [&](const Error& error) {
        send_error(session, error, false, work, fetch.request_number());
        return Result<void>{};
    };
    if (const auto error = capacity_error(work)) return refuse(*error);
    if (work.readings.size() >= limits::readings_per_turn_max) return refuse(ErrorCode::busy);
    const Sequence sequence{fetch.sequence()};
    if (sequence.value() >= journal_->size().value()) return refuse(ErrorCode::entry_unknown);
    // Before it is read: what was never the party's is no concern of its.
    const auto routed = journal_->routing().next(session.party.text(), sequence, 1);
    if (!routed) return answer_damage(session, routed.error(), work, fetch.request_number());
    if (routed->empty() || routed->front() != sequence) return refuse(ErrorCode::entry_unknown);
    auto entry = journal_->read(sequence);
    if (!entry) return answer_damage(session, entry.error(), work, fetch.request_number());
    const std::string& party = session.party.text();
    if (!may_receive(party, **entry, work.now)) return refuse(ErrorCode::entry_unknown);
    work.readings.push_back({session.number, party, fetch.request_number(), *std::move(entry)});
    return {};
}

// One entry a party. When it cannot be recorded, nothing is handed out.
Result<void> Core::record_readings(Work& work) {
    std::map<std::string, v1::Reading> by_party;
    for (const Reading& reading : work.readings) {
        v1::Reading& body = by_party[reading.party];
        body.set_party(reading.party);
        body.add_sequences(reading.entry->sequence.value());
    }
    for (const auto& [party, body] : by_party) {
        std::optional<Error> failure;
        if (is_sealed_) {
            failure = ErrorCode::hub_sealed;  // in this turn, after it was asked for
        } else if (const auto recorded =
                       journal_->stage_own(v1::MESSAGE_KIND_READING, body.SerializeAsString(),
                                           work.now, *work.randomness);
                   !recorded) {
            failure = recorded.error();
        }
        if (!failure) continue;
        if (failure->code == ErrorCode::store_failed) return *failure;
        if (failure->code != ErrorCode::hub_sealed) JOBBRO_TRY(seal(*failure, work));
        std::erase_if(work.readings, [&, &reader = party](const Reading& reading) {
            if (reading.party != reader) return false;
            if (const Session* const session = find_session(reading.session)) {
                send_error(*session, ErrorCode::hub_sealed, false, work, reading.request_number);
            }
            return true;
        });
    }
    return {};
}

void Core::answer_readings(Work& work) {
    for (const Reading& reading : work.readings) {
        const Session* const session = find_session(reading.session);
        if (session == nullptr) continue;
        v1::HubFrame frame;
        v1::Fetched& fetched = *frame.mutable_fetched();
        fetched.set_request_number(reading.request_number);
        *fetched.mutable_delivery() = delivery::delivery_of(*reading.entry, v1::DELIVERY_FORM_FULL);
        send(*session, std::move(frame), work);
        ++work.turn.report.fetches;
    }
}

}  // namespace jobbro::core
