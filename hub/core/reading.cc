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
    auto entry = entry_for(session, sequence, work.now);
    if (!entry) return answer_damage(session, entry.error(), work, fetch.request_number());
    if (*entry == nullptr) return refuse(ErrorCode::entry_unknown);
    work.readings.push_back(
        {session.number, session.party.text(), fetch.request_number(), *std::move(entry)});
    return {};
}

// Null when it is not there for the party. What was never routed to it is read only where it may
// have been handed over.
Result<std::shared_ptr<const journal::OpenedEntry>> Core::entry_for(const Session& session,
                                                                    Sequence sequence,
                                                                    Instant now) {
    using Entry = std::shared_ptr<const journal::OpenedEntry>;
    const std::string& party = session.party.text();
    JOBBRO_TRY_ASSIGN(const auto routed, journal_->routing().next(party, sequence, 1));
    const bool is_routed = !routed.empty() && routed.front() == sequence;
    if (!is_routed && session.party.role() != contract::Role::jobcentre) return Entry{};
    const auto read = journal_->read(sequence);
    if (!read && read.error().code == ErrorCode::erased) return Entry{};
    JOBBRO_TRY_ASSIGN(const Entry entry, read);
    JOBBRO_TRY_ASSIGN(const bool may_have, is_routed ? may_receive(party, *entry, now)
                                                     : was_handed(session, *entry, now));
    return may_have ? entry : Entry{};
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

// It was erased in this turn, after it was asked for.
Result<bool> Core::is_gone(const Reading& reading, const Work& work) {
    if (!work.has_erased) return false;
    const auto entry = journal_->read(reading.entry->sequence);
    if (entry || entry.error().code == ErrorCode::erased) return !entry;
    return entry.error();
}

Result<void> Core::answer_readings(Work& work) {
    for (const Reading& reading : work.readings) {
        const Session* const session = find_session(reading.session);
        if (session == nullptr) continue;
        const auto gone = is_gone(reading, work);
        if (!gone) {
            JOBBRO_TRY(answer_damage(*session, gone.error(), work, reading.request_number));
            continue;
        }
        if (*gone) {
            send_error(*session, ErrorCode::entry_unknown, false, work, reading.request_number);
            continue;
        }
        v1::HubFrame frame;
        v1::Fetched& fetched = *frame.mutable_fetched();
        fetched.set_request_number(reading.request_number);
        *fetched.mutable_delivery() = delivery::delivery_of(*reading.entry, v1::DELIVERY_FORM_FULL);
        send(*session, std::move(frame), work);
        ++work.turn.report.fetches;
    }
    return {};
}

}  // namespace jobbro::core
