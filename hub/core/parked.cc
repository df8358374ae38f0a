// What people see of parked messages, and what they decide.
#include <algorithm>
#include <set>

#include "hub/core/core.h"
#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

constexpr std::size_t sequences_per_act_entry_max = 4096;
// A turn's work for them is bounded; who asks for more is told to come again.
constexpr std::size_t pages_per_turn_max = 8;  // one a session
constexpr std::size_t acted_on_per_turn_max = 8192;

Result<void> check(const v1::ActOnParked& request) {
    if (request.act() != v1::PARKED_ACT_KIND_RELEASE && request.act() != v1::PARKED_ACT_KIND_DROP) {
        return Error{ErrorCode::field_out_of_bounds, {}, "act"};
    }
    const auto named = static_cast<std::size_t>(request.sequences_size());
    if (named > limits::parked_act_sequences_max || request.all() == (named > 0)) {
        return Error{ErrorCode::field_out_of_bounds, "some, or all", "sequences"};
    }
    return {};
}

}  // namespace

void Core::list_parked(Session& session, const v1::ListParked& request, Work& work) {
    const auto of_session = [&](const auto& each) { return each.first == session.number; };
    if (work.parked_requests.size() >= pages_per_turn_max ||
        std::any_of(work.parked_requests.begin(), work.parked_requests.end(), of_session)) {
        send_error(session, ErrorCode::busy, false, work, request.request_number());
        return;
    }
    work.parked_requests.emplace_back(session.number, request);
}

Result<void> Core::act_on_parked(Session& session, const v1::ActOnParked& request, Work& work) {
    const auto refuse = [&](const Error& error) {
        send_error(session, error, false, work, request.request_number());
        return Result<void>{};
    };
    if (const auto checked = check(request); !checked) return refuse(checked.error());
    if (const auto error = capacity_error(work)) return refuse(*error);
    if (work.parked_acted_on >= acted_on_per_turn_max) return refuse(ErrorCode::busy);
    std::optional<std::set<Sequence>> named;
    if (!request.all()) {
        named.emplace();
        for (const std::uint64_t each : request.sequences())
            named->insert(Sequence{each});
    }
    const std::string& party = session.party.text();
    const auto meant = subscriptions_.meant_by(party, request.name(), request.act(), named);
    if (!meant) return refuse(meant.error());
    if (meant->empty()) return refuse(ErrorCode::parked_unknown);
    const auto recorded = record_parked_act(session, request, *meant, work);
    if (!recorded) {
        return answer_damage(session, recorded.error(), work, request.request_number());
    }
    subscriptions_.act(party, request.name(), request.act(), *meant, moment_of(work));
    work.parked_acted_on += meant->size();
    work.parked_answers.push_back(
        {session.number, request.request_number(), *recorded, meant->size()});
    return {};
}

// The first of its entries.
Result<Sequence> Core::record_parked_act(const Session& session, const v1::ActOnParked& request,
                                         std::span<const Sequence> sequences, Work& work) {
    std::optional<Sequence> first;
    do {
        const auto part = sequences.first(std::min(sequences.size(), sequences_per_act_entry_max));
        sequences = sequences.subspan(part.size());
        v1::ParkedAct body;
        body.set_party(session.party.text());
        body.set_subscription(request.name());
        body.set_act(request.act());
        for (const Sequence each : part)
            body.add_sequences(each.value());
        JOBBRO_TRY_ASSIGN(const Sequence entry,
                          journal_->stage_own(v1::MESSAGE_KIND_PARKED_ACT, body.SerializeAsString(),
                                              work.now, *work.randomness));
        ++work.recorded;
        if (!first) first = entry;
    } while (!sequences.empty());
    return *first;
}

Result<void> Core::answer_parked(Work& work) {
    for (const ParkedAnswer& answer : work.parked_answers) {
        const Session* const session = find_session(answer.session);
        if (session == nullptr) continue;
        v1::HubFrame frame;
        v1::ParkedActed& acted = *frame.mutable_parked_acted();
        acted.set_request_number(answer.request_number);
        acted.set_sequence(answer.sequence.value());
        acted.set_messages(static_cast<std::uint32_t>(answer.messages));
        send(*session, std::move(frame), work);
    }
    for (const auto& [number, request] : work.parked_requests) {
        const Session* const session = find_session(number);
        if (session == nullptr) continue;
        auto list = parked_list(*session, request, work.now);
        if (!list && list.error().code == ErrorCode::subscription_unknown) {
            send_error(*session, list.error(), false, work, request.request_number());
        } else if (!list) {
            JOBBRO_TRY(answer_damage(*session, list.error(), work, request.request_number()));
        } else {
            v1::HubFrame frame;
            *frame.mutable_parked_list() = *std::move(list);
            send(*session, std::move(frame), work);
        }
    }
    return {};
}

// What the party may not have any more it is told nothing of but that it is there.
Result<v1::ParkedList> Core::parked_list(const Session& session, const v1::ListParked& request,
                                         Instant now) {
    const std::string& party = session.party.text();
    std::optional<Sequence> after;
    if (request.has_after_sequence()) after = Sequence{request.after_sequence()};
    JOBBRO_TRY_ASSIGN(auto page, subscriptions_.parked_page(party, request.name(), after,
                                                            limits::parked_list_page, *journal_));
    v1::ParkedList list;
    list.set_request_number(request.request_number());
    list.set_more(page.more);
    for (v1::ParkedMessage& message : page.messages) {
        const auto entry = journal_->read(Sequence{message.sequence()});
        if (entry) {
            JOBBRO_TRY_ASSIGN(const bool may_have, may_receive(party, **entry, now));
            if (may_have) *message.mutable_notification() = delivery::notification_of(**entry);
        } else if (entry.error().code != ErrorCode::erased) {
            return entry.error();
        }
        *list.add_messages() = std::move(message);
    }
    return list;
}

}  // namespace jobbro::core
