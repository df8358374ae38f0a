// Handing out what a party asks for, after it is recorded that it was.
#include <algorithm>
#include <map>

#include "hub/core/core.h"
#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

constexpr std::size_t sequences_per_entry_max = 256;  // of a Reading

}  // namespace

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
    v1::HubFrame frame;
    v1::Fetched& fetched = *frame.mutable_fetched();
    fetched.set_request_number(fetch.request_number());
    *fetched.mutable_delivery() = delivery::delivery_of(**entry, v1::DELIVERY_FORM_FULL);
    work.readings.push_back({session.number,
                             session.party.text(),
                             fetch.request_number(),
                             {sequence},
                             std::move(frame),
                             ErrorCode::entry_unknown});
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

// As few entries a party as they fit in. When it cannot be recorded, nothing is handed out.
Result<void> Core::record_readings(Work& work) {
    std::map<std::string, std::vector<Sequence>> by_party;
    for (const Reading& reading : work.readings) {
        if (reading.sequences.empty()) continue;
        std::vector<Sequence>& all = by_party[reading.party];
        all.insert(all.end(), reading.sequences.begin(), reading.sequences.end());
    }
    for (const auto& [party, sequences] : by_party) {
        const auto recorded = record_reading(party, sequences, work);
        if (recorded) continue;
        const ErrorCode failure = recorded.error().code;
        if (failure == ErrorCode::store_failed) return recorded.error();
        if (failure != ErrorCode::hub_sealed) JOBBRO_TRY(seal(recorded.error(), work));
        std::erase_if(work.readings, [&, &reader = party](const Reading& reading) {
            if (reading.party != reader) return false;
            if (reading.frame.has_answer()) ++work.turn.report.queries_refused;
            if (const Session* const session = find_session(reading.session)) {
                send_error(*session, ErrorCode::hub_sealed, false, work, reading.request_number);
            }
            return true;
        });
    }
    return {};
}

Result<void> Core::record_reading(const std::string& party, std::span<const Sequence> sequences,
                                  Work& work) {
    while (!sequences.empty()) {
        if (is_sealed_) return ErrorCode::hub_sealed;  // in this turn, after it was asked for
        const auto part = sequences.first(std::min(sequences.size(), sequences_per_entry_max));
        sequences = sequences.subspan(part.size());
        v1::Reading body;
        body.set_party(party);
        for (const Sequence each : part)
            body.add_sequences(each.value());
        JOBBRO_TRY(journal_->stage_own(v1::MESSAGE_KIND_READING, body.SerializeAsString(), work.now,
                                       *work.randomness));
    }
    return {};
}

// Some of it was erased in this turn, after it was asked for.
Result<bool> Core::is_gone(const Reading& reading, const Work& work) {
    if (!work.has_erased) return false;
    for (const Sequence each : reading.sequences) {
        const auto entry = journal_->read(each);
        if (!entry && entry.error().code == ErrorCode::erased) return true;
        if (!entry) return entry.error();
    }
    return false;
}

Result<void> Core::answer_readings(Work& work) {
    for (Reading& reading : work.readings) {
        const Session* const session = find_session(reading.session);
        if (session == nullptr || !may_go_on(*session, work)) continue;
        const auto gone = is_gone(reading, work);
        if (!gone) {
            if (reading.frame.has_answer()) ++work.turn.report.queries_refused;
            JOBBRO_TRY(answer_damage(*session, gone.error(), work, reading.request_number));
            continue;
        }
        if (*gone) {
            if (reading.frame.has_answer()) ++work.turn.report.queries_busy;
            send_error(*session, reading.if_erased, false, work, reading.request_number);
            continue;
        }
        ++(reading.frame.has_fetched() ? work.turn.report.fetches : work.turn.report.queries);
        send(*session, std::move(reading.frame), work);
    }
    return {};
}

}  // namespace jobbro::core
