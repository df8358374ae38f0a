// What data controllers state about citizens, and operators hand in: erasures and legal holds.
#include <algorithm>

#include "hub/core/citizen_act.h"
#include "hub/core/wire_time.h"
#include "proto/base/limits.h"
#include "proto/contract/body_rules.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::core {
namespace {

Error out_of_bounds(const char* field) {
    return {ErrorCode::field_out_of_bounds, {}, field};
}

Result<void> check_ground(const std::string& ground, Instant now) {
    if (ground.size() > limits::ground_bytes_max) return out_of_bounds("ground");
    const bool says_nothing = std::all_of(ground.begin(), ground.end(), [](char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    });
    if (says_nothing) return Error{ErrorCode::ground_missing, {}, "ground"};
    if (contract::holds_cpr(ground, contract::CprSearch{nullptr, now})) {
        return Error{ErrorCode::cpr_in_text, {}, "ground"};
    }
    return {};
}

// A field this version does not know could be a restriction: a statement with one is not obeyed.
bool is_well_formed(const v1::CitizenStatement& statement) {
    v1::CitizenStatement known = statement;
    known.DiscardUnknownFields();
    return known.ByteSizeLong() == statement.ByteSizeLong() && statement.has_signed_at() &&
           instant_of(statement.signed_at(), "signed_at") &&
           statement.subject_id().size() == sizeof(journal::SubjectId) &&
           statement.act_case() != v1::CitizenStatement::ACT_NOT_SET;
}

// Signed so lately that its signer still means it; not by a clock that is ahead.
bool is_fresh(Instant signed_at, Instant now) {
    return now <= signed_at.plus_ms(limits::citizen_statement_ms_max) &&
           signed_at <= now.plus_ms(limits::clock_ahead_ms_max);
}

// What an erasure was decided on is what the parties have said. An alert since is no news of the
// citizen, and is erased with what it is about.
bool is_as_decided_on(const v1::EraseCitizen& erase, const journal::PersonState& state) {
    return erase.orders() == state.orders &&
           erase.last_sequence_plus_one() == state.last_said_plus_one;
}

bool is_held_by(const journal::rows::CaseRow& row, const std::string& controller) {
    return std::find(row.held_by().begin(), row.held_by().end(), controller) != row.held_by().end();
}

// All ids of the person, so that the trace is found by whichever an entry has.
Result<void> name_person(const journal::SubjectId& kept, journal::CaseFile& cases,
                         v1::SubjectReading& reading) {
    JOBBRO_TRY_ASSIGN(const auto person, cases.person_of(kept));
    for (const journal::SubjectId& subject : person)
        reading.add_subject_ids(Bytes{view(subject)});
    return {};
}

bool is_fatal(const Error& error) {
    return error.code == ErrorCode::store_failed;
}
bool is_damage(const Error& error) {
    return error.code == ErrorCode::tampered || error.code == ErrorCode::opening_failed;
}

}  // namespace

// --- Which id has the hub? -------------------------------------------------------------------

// Also that the hub knows no such citizen is told only after the question is recorded.
Result<void> Core::find_subject(Session& session, const v1::FindSubject& request, Work& work) {
    const auto refuse = [&](const Error& error) {
        send_error(session, error, false, work, request.request_number());
        return Result<void>{};
    };
    const auto number = contract::CprNumber::parse(request.cpr_number());
    if (!number) return refuse(number.error());
    if (const auto checked = check_ground(request.ground(), work.now); !checked) {
        return refuse(checked.error());
    }
    if (const auto error = capacity_error(work)) return refuse(*error);
    auto found = subject_found(*number);
    if (!found) {
        return answer_damage(session, found.error(), work, request.request_number());
    }
    v1::Reading body;
    body.set_party(session.party.text());
    body.mutable_subject()->set_ground(request.ground());
    if (*found) {
        const auto named = name_person(array_of<16>((*found)->subject_id()), journal_->cases(),
                                       *body.mutable_subject());
        if (!named) return answer_damage(session, named.error(), work, request.request_number());
    }
    const auto recorded = journal_->stage_own(v1::MESSAGE_KIND_READING, body.SerializeAsString(),
                                              work.now, *work.randomness);
    if (!recorded) {
        return answer_damage(session, recorded.error(), work, request.request_number());
    }
    ++work.recorded;
    if (*found) {
        (*found)->set_request_number(request.request_number());
        work.citizen_answers.push_back(
            {session.number, request.request_number(), **std::move(found)});
    } else {
        work.citizen_answers.push_back({session.number, request.request_number(),
                                        Error{ErrorCode::citizen_unknown, "cpr_number"}});
    }
    return {};
}

Result<std::optional<v1::SubjectFound>> Core::subject_found(const contract::CprNumber& number) {
    JOBBRO_TRY_ASSIGN(const auto subject, journal_->vault().subject_of(number));
    if (!subject) return std::optional<v1::SubjectFound>{};
    JOBBRO_TRY_ASSIGN(const journal::PersonState state,
                      journal::state_of_person(journal_->cases(), *subject));
    v1::SubjectFound found;
    found.set_subject_id(Bytes{view(state.kept)});
    found.set_preceding(state.preceding);
    found.set_orders(state.orders);
    found.set_is_held(state.is_held);
    found.set_running_orders(state.running_orders);
    found.set_last_sequence_plus_one(state.last_said_plus_one);
    return std::optional<v1::SubjectFound>{std::move(found)};
}

// --- Statements ------------------------------------------------------------------------------

// Done when all frames of the turn are taken: nothing that follows in it meets a citizen half gone.
void Core::take_citizen_act(Session& session, const v1::ActOnCitizen& request, Work& work) {
    if (work.citizen_acts.size() >= limits::citizen_acts_per_turn_max) {
        send_error(session, ErrorCode::busy, false, work, request.request_number());
        return;
    }
    work.citizen_acts.emplace_back(session.number, request);
}

Result<void> Core::do_citizen_acts(Work& work) {
    for (const auto& [number, request] : work.citizen_acts) {
        const Session* const session = find_session(number);
        if (session == nullptr) continue;
        auto done = do_citizen_act(*session, request, work);
        if (done) {
            done->set_request_number(request.request_number());
            work.citizen_answers.push_back({number, request.request_number(), *std::move(done)});
        } else if (is_fatal(done.error()) || is_damage(done.error())) {
            JOBBRO_TRY(answer_damage(*session, done.error(), work, request.request_number()));
        } else {
            send_error(*session, done.error(), false, work, request.request_number());
        }
    }
    return {};
}

Result<v1::CitizenActed> Core::do_citizen_act(const Session& session,
                                              const v1::ActOnCitizen& request, Work& work) {
    if (const auto error = capacity_error(work)) return *error;
    JOBBRO_TRY_ASSIGN(CitizenAct act, judge_citizen_act(request, work));
    act.stated.set_statement(request.statement());
    act.stated.set_signature(request.signature());
    act.stated.set_submitted_by(session.party.text());
    if (act.statement.has_erase()) return erase_as_stated(act, work);
    return change_hold(act, work);
}

// Nobody learns by stating something whom the hub knows: a citizen of others' is unknown too.
Result<Core::CitizenAct> Core::judge_citizen_act(const v1::ActOnCitizen& request,
                                                 const Work& work) {
    if (request.statement().size() > limits::citizen_statement_bytes_max) {
        return out_of_bounds("statement");
    }
    CitizenAct act;
    if (!act.statement.ParseFromString(request.statement()) || !is_well_formed(act.statement)) {
        return ErrorCode::statement_malformed;
    }
    if (act.statement.origin() != journal_->origin()) return ErrorCode::statement_origin_wrong;
    act.controller = journal_->registry().find_controller(act.statement.signer());
    if (act.controller == nullptr) return ErrorCode::signer_unknown;
    JOBBRO_TRY_ASSIGN(const auto key,
                      evidence::VerifyingKey::from_bytes(act.controller->signing_key()));
    if (request.signature().empty()) return ErrorCode::signature_missing;
    if (request.signature().size() != 64 ||
        !evidence::signature_holds(key, evidence::citizen_statement_text(request.statement()),
                                   array_of<64>(request.signature()))) {
        return ErrorCode::signature_wrong;
    }
    JOBBRO_TRY_ASSIGN(const Instant signed_at, instant_of(act.statement.signed_at(), "signed_at"));
    if (!is_fresh(signed_at, work.now)) return ErrorCode::statement_outdated;
    JOBBRO_TRY(check_ground(act.statement.ground(), work.now));
    const auto subject = array_of<16>(act.statement.subject_id());
    JOBBRO_TRY_ASSIGN(act.state, journal::state_of_person(journal_->cases(), subject));
    const auto& own = act.controller->jobcentres();
    if (std::none_of(own.begin(), own.end(), [&](const std::string& jobcentre) {
            return act.state.jobcentres.contains(jobcentre);
        })) {
        return Error{ErrorCode::citizen_unknown, "subject_id"};
    }
    if (act.state.kept != subject || act.state.preceding != act.statement.preceding()) {
        return ErrorCode::statement_outdated;
    }
    return act;
}

Result<v1::CitizenActed> Core::erase_as_stated(const CitizenAct& act, Work& work) {
    if (act.state.is_held) return ErrorCode::erasure_held;
    const v1::EraseCitizen& stated = act.statement.erase();
    if (!is_as_decided_on(stated, act.state)) return ErrorCode::statement_outdated;
    const auto& own = act.controller->jobcentres();
    const journal::ErasureScope scope{std::set<std::string>{own.begin(), own.end()}};
    JOBBRO_TRY_ASSIGN(const journal::ErasurePlan plan,
                      journal::plan_erasure(journal_->cases(), act.state.kept, scope));
    if (plan.running_orders > 0 && !stated.even_running()) {
        return out_of_bounds("erase.even_running");
    }
    v1::Erasure body;
    *body.mutable_stated() = act.stated;
    JOBBRO_TRY_ASSIGN(const Sequence sequence, erase(plan, scope, std::move(body), work));
    if (!plan.is_whole) JOBBRO_TRY(note_statement(act.state.kept, sequence));
    v1::CitizenActed acted;
    acted.set_sequence(sequence.value());
    acted.set_orders(static_cast<std::uint32_t>(plan.orders.size()));
    acted.set_entries(plan.entries);
    return acted;
}

Result<v1::CitizenActed> Core::change_hold(const CitizenAct& act, Work& work) {
    const std::string& controller = act.controller->party();
    JOBBRO_TRY_ASSIGN(const auto subjects, journal_->cases().person_of(act.state.kept));
    bool held = false;
    for (const journal::SubjectId& subject : subjects) {
        JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(subject));
        held = held || is_held_by(*row, controller);
    }
    if (act.statement.has_lift_hold() && !held) {
        return Error{ErrorCode::signer_not_entitled, "it has placed no hold"};
    }
    v1::HoldChange body;
    *body.mutable_stated() = act.stated;
    JOBBRO_TRY_ASSIGN(const Sequence sequence,
                      journal_->stage_own(v1::MESSAGE_KIND_HOLD_CHANGE, body.SerializeAsString(),
                                          work.now, *work.randomness));
    ++work.recorded;
    for (const journal::SubjectId& subject : subjects) {
        JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(subject));
        journal::remove_party(*row->mutable_held_by(), controller);
        if (act.statement.has_place_hold() && subject == act.state.kept) {
            journal::add_party(*row->mutable_held_by(), controller);
        }
        journal_->cases().changed(subject);
    }
    JOBBRO_TRY(note_statement(act.state.kept, sequence));
    // What was passed over while it was held is looked at again.
    if (act.statement.has_lift_hold()) JOBBRO_TRY(look_again_at(act.state.kept));
    v1::CitizenActed acted;
    acted.set_sequence(sequence.value());
    return acted;
}

Result<void> Core::note_statement(const journal::SubjectId& subject, Sequence sequence) {
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(subject));
    row->set_last_statement_plus_one(sequence.value() + 1);
    journal_->cases().changed(subject);
    return {};
}

void Core::answer_citizen_acts(Work& work) {
    for (CitizenAnswer& answer : work.citizen_answers) {
        const Session* const session = find_session(answer.session);
        if (session == nullptr) continue;
        v1::HubFrame frame;
        if (auto* const found = std::get_if<v1::SubjectFound>(&answer.said)) {
            *frame.mutable_subject_found() = std::move(*found);
        } else if (auto* const acted = std::get_if<v1::CitizenActed>(&answer.said)) {
            *frame.mutable_citizen_acted() = std::move(*acted);
        } else {
            send_error(*session, std::get<Error>(answer.said), false, work, answer.request_number);
            continue;
        }
        send(*session, std::move(frame), work);
    }
}

}  // namespace jobbro::core
