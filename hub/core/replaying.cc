// Auditors' replays: what may be asked for, and the trace of it. The pages are made in
// replay_pages.cc.
#include <algorithm>

#include "hub/core/core.h"
#include "hub/core/wire_time.h"
#include "proto/base/limits.h"
#include "proto/contract/body_rules.h"

namespace jobbro::core {
namespace {

constexpr int ids_of_person = static_cast<int>(limits::merged_subjects_max) + 1;

Error out_of_bounds(const char* field) {
    return {ErrorCode::field_out_of_bounds, {}, field};
}

domain::Question question_of(v1::ReplayView view) {
    if (view == v1::REPLAY_VIEW_UNMASKED) return domain::Question::replay_unmasked;
    return view == v1::REPLAY_VIEW_MASKED ? domain::Question::replay_masked
                                          : domain::Question::replay_sealed;
}

bool says_nothing(const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

// What the index would have to be opened for.
bool has_sealed_filter(const v1::Replay& request) {
    return !request.party().empty() || !request.order_id().empty() ||
           !request.cpr_number().empty() || request.kinds_size() > 0;
}

// The trace is under the general key, so it is to name nobody.
Result<void> check_ground(const v1::Replay& request, Instant now) {
    const std::string& ground = request.ground();
    if (request.view() != v1::REPLAY_VIEW_UNMASKED) {
        if (!ground.empty()) return out_of_bounds("ground");
        return {};
    }
    if (says_nothing(ground)) return Error{ErrorCode::ground_missing, {}, "ground"};
    if (ground.size() > limits::ground_bytes_max) return out_of_bounds("ground");
    if (contract::holds_cpr(ground, contract::CprSearch{nullptr, now})) {
        return Error{ErrorCode::cpr_in_text, {}, "ground"};
    }
    return {};
}

Result<void> check(const v1::Replay& request, Instant now) {
    if (!v1::ReplayView_IsValid(request.view()) || request.view() == v1::REPLAY_VIEW_UNSPECIFIED) {
        return out_of_bounds("view");
    }
    // Which entries answer it would tell what the auditor may have no key to.
    if (request.view() == v1::REPLAY_VIEW_SEALED && has_sealed_filter(request)) {
        return Error{ErrorCode::field_out_of_bounds, "sealed is by sequence and time only"};
    }
    if (static_cast<std::size_t>(request.kinds_size()) > limits::replay_kinds_max ||
        std::any_of(request.kinds().begin(), request.kinds().end(), [](int kind) {
            return !v1::MessageKind_IsValid(kind) || kind == v1::MESSAGE_KIND_UNSPECIFIED;
        })) {
        return out_of_bounds("kinds");
    }
    if (!request.party().empty() && !contract::PartyId::parse(request.party())) {
        return out_of_bounds("party");
    }
    return check_ground(request, now);
}

}  // namespace

Result<void> Core::replay(Session& session, const v1::Replay& request, Work& work) {
    const auto refuse = [&](const Error& error) {
        send_error(session, error, false, work, request.request_number());
        return Result<void>{};
    };
    if (domain::may_ask(question_of(request.view()), session.party.role()) == domain::Answer::no) {
        return refuse(ErrorCode::role_not_allowed);
    }
    if (const auto checked = check(request, work.now); !checked) return refuse(checked.error());
    const journal::Party* const party = journal_->registry().find(session.party.text());
    JOBBRO_ASSERT(party != nullptr);
    if (request.view() == v1::REPLAY_VIEW_UNMASKED && !party->may_unmask(work.now)) {
        return refuse(ErrorCode::unmask_not_allowed);
    }
    if (const auto error = capacity_error(work)) return refuse(*error);
    if (!has_room_for_replay(session)) return refuse(ErrorCode::busy);
    auto opened = open_replay(request, work);
    if (!opened && opened.error().code == ErrorCode::field_out_of_bounds) {
        return refuse(opened.error());
    }
    if (!opened) return answer_damage(session, opened.error(), work, request.request_number());
    const auto recorded = record_replay(session, request.ground(), *opened, work);
    if (!recorded) {
        return answer_damage(session, recorded.error(), work, request.request_number());
    }
    session.replay = *std::move(opened);
    replays_waiting_.push_back(session.number);
    return {};
}

void Core::replay_more(Session& session, const v1::ReplayMore& request, Work& work) {
    std::optional<Error> refusal;
    if (domain::may_ask(domain::Question::replay_sealed, session.party.role()) ==
        domain::Answer::no) {
        refusal = ErrorCode::role_not_allowed;
    } else if (!session.replay || session.replay->number != request.replay()) {
        refusal = ErrorCode::replay_unknown;
    } else if (session.replay->owed) {
        refusal = ErrorCode::busy;
    }
    if (refusal) {
        send_error(session, *refusal, false, work, request.request_number());
        return;
    }
    session.replay->owed = request.request_number();
    replays_waiting_.push_back(session.number);
}

// One that owes a page is not replaced: each request is answered.
bool Core::has_room_for_replay(const Session& session) const {
    if (session.replay) return !session.replay->owed;
    const auto open = std::count_if(sessions_.begin(), sessions_.end(), [](const auto& each) {
        return each.second.replay.has_value();
    });
    return static_cast<std::size_t>(open) < limits::replays_max;
}

Result<OpenReplay> Core::open_replay(const v1::Replay& request, Work& work) {
    OpenReplay replay;
    replay.number = request.request_number();
    replay.owed = request.request_number();
    replay.view = request.view();
    replay.party = request.party();
    for (const int kind : request.kinds())
        replay.kinds.push_back(static_cast<v1::MessageKind>(kind));
    replay.next = Sequence{request.from_sequence()};
    replay.end = Sequence{journal_->committed_size().value()};
    if (request.has_end_sequence()) {
        replay.end = std::min(replay.end, Sequence{request.end_sequence()});
    }
    if (request.has_from_time()) {
        JOBBRO_TRY_ASSIGN(const Instant from, instant_of(request.from_time(), "from_time"));
        JOBBRO_TRY_ASSIGN(const Sequence first, journal_->first_recorded_from(from));
        replay.next = std::max(replay.next, first);
    }
    if (request.has_until_time()) {
        JOBBRO_TRY_ASSIGN(const Instant until, instant_of(request.until_time(), "until_time"));
        JOBBRO_TRY_ASSIGN(const Sequence first, journal_->first_recorded_from(until));
        replay.end = std::min(replay.end, first);
    }
    replay.next = std::min(replay.next, replay.end);
    JOBBRO_TRY(find_citizen_of_replay(request, replay, work));
    JOBBRO_TRY(find_order_of_replay(request, replay));
    return replay;
}

// What is not there is answered like what the grant does not cover: nothing is found, and the trace
// tells them apart for nobody.
Result<void> Core::find_citizen_of_replay(const v1::Replay& request, OpenReplay& replay,
                                          Work& work) {
    if (request.cpr_number().empty()) return {};
    const auto cpr = contract::CprNumber::parse(request.cpr_number());
    if (!cpr) return out_of_bounds("cpr_number");
    JOBBRO_TRY_ASSIGN(const auto known, journal_->vault().subject_of(*cpr));
    const journal::SubjectId nobody = work.randomness->take<16>();
    replay.person = {nobody};
    if (!known) return {};
    JOBBRO_TRY_ASSIGN(replay.person, journal_->cases().person_of(*known));
    for (const journal::SubjectId& subject : replay.person) {
        JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(subject));
        replay.chains.push_back({{}, subject, row->last_sequence_plus_one(), row->entries()});
        for (const journal::rows::OrderRow& order : row->orders()) {
            const auto id = contract::OrderId::from_bytes(order.order_id());
            if (!id) return Error{ErrorCode::tampered, "a case's row"};
            replay.chains.push_back({*id, {}, order.last_sequence_plus_one(), 0});
        }
    }
    return {};
}

Result<void> Core::find_order_of_replay(const v1::Replay& request, OpenReplay& replay) {
    if (request.order_id().empty()) return {};
    const auto order = contract::OrderId::parse(request.order_id());
    if (!order) return out_of_bounds("order_id");
    replay.order = *order;
    replay.chains.clear();
    JOBBRO_TRY_ASSIGN(const auto subject, journal_->cases().subject_of(*order));
    if (!subject) return {};
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*subject));
    const journal::rows::OrderRow* const found = journal::find_order(*row, *order);
    if (found == nullptr) return Error{ErrorCode::tampered, "an order without its case"};
    replay.chains.push_back({*order, {}, found->last_sequence_plus_one(), 0});
    return {};
}

// Nothing is handed out before the commit that holds it.
Result<void> Core::record_replay(const Session& session, const std::string& ground,
                                 const OpenReplay& replay, Work& work) {
    v1::Reading body;
    body.set_party(session.party.text());
    v1::ReplayReading& asked = *body.mutable_replay();
    asked.set_view(replay.view);
    asked.set_ground(ground);
    asked.set_from_sequence(replay.next.value());
    asked.set_end_sequence(replay.end.value());
    asked.set_of_party(replay.party);
    if (replay.order) asked.set_order_id(Bytes{replay.order->view()});
    for (const journal::SubjectId& subject : replay.person)
        asked.add_subject_ids(Bytes{view(subject)});
    // As many as a person can have: the length of the trace is to tell nobody of the person.
    while (!replay.person.empty() && asked.subject_ids_size() < ids_of_person) {
        asked.add_subject_ids(Bytes{view(replay.person.back())});
    }
    for (const v1::MessageKind kind : replay.kinds)
        asked.add_kinds(kind);
    JOBBRO_TRY(journal_->stage_own(v1::MESSAGE_KIND_READING, body.SerializeAsString(), work.now,
                                   *work.randomness));
    ++work.recorded;
    return {};
}

}  // namespace jobbro::core
