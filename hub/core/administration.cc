// What operators ask of the core.
#include "hub/core/core.h"
#include "hub/core/wire_time.h"
#include "hub/domain/access.h"
#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

constexpr std::size_t statement_bytes_max = 16 * 1024;
constexpr int parties_per_page_max = 32;
constexpr std::size_t subscriptions_told_max = 1024;

// What whoever is no operator may bring: its own new keys.
bool rotates(const std::string& party, const v1::ChangeRegistry& change) {
    v1::RegistryStatement statement;
    return change.statement().size() <= statement_bytes_max &&
           statement.ParseFromString(change.statement()) && statement.has_rotation() &&
           statement.party() == party;
}

domain::Question question_of(const v1::ClientFrame& frame) {
    switch (frame.kind_case()) {
        case v1::ClientFrame::kChangeRegistry:
        case v1::ClientFrame::kListParties:
            return domain::Question::registry;
        case v1::ClientFrame::kFindSubject:
        case v1::ClientFrame::kActOnCitizen:
            return domain::Question::citizens;
        default:
            return domain::Question::status;
    }
}

std::uint64_t request_number_of(const v1::ClientFrame& frame) {
    switch (frame.kind_case()) {
        case v1::ClientFrame::kChangeRegistry:
            return frame.change_registry().request_number();
        case v1::ClientFrame::kListParties:
            return frame.list_parties().request_number();
        case v1::ClientFrame::kFindSubject:
            return frame.find_subject().request_number();
        case v1::ClientFrame::kActOnCitizen:
            return frame.act_on_citizen().request_number();
        default:
            return frame.get_status().request_number();
    }
}

}  // namespace

Result<void> Core::administer(Session& session, const v1::ClientFrame& frame, Work& work) {
    const auto answer = domain::may_ask(question_of(frame), session.party.role());
    const bool is_of_itself =
        frame.has_list_parties() ||
        (frame.has_change_registry() && rotates(session.party.text(), frame.change_registry()));
    if (answer == domain::Answer::no || (answer == domain::Answer::own && !is_of_itself)) {
        send_error(session, ErrorCode::role_not_allowed, false, work, request_number_of(frame));
        return {};
    }
    switch (frame.kind_case()) {
        case v1::ClientFrame::kChangeRegistry:
            return change_registry(session, frame.change_registry(), work);
        case v1::ClientFrame::kListParties:
            work.list_requests.emplace_back(session.number, frame.list_parties());
            return {};
        case v1::ClientFrame::kFindSubject:
            return find_subject(session, frame.find_subject(), work);
        case v1::ClientFrame::kActOnCitizen:
            take_citizen_act(session, frame.act_on_citizen(), work);
            return {};
        default:
            work.status_requests.emplace_back(session.number, frame.get_status());
            return {};
    }
}

Result<void> Core::change_registry(Session& session, const v1::ChangeRegistry& change, Work& work) {
    if (change.statement().size() > statement_bytes_max) {
        send_error(session, Error{ErrorCode::field_out_of_bounds, {}, "statement"}, false, work,
                   change.request_number());
        return {};
    }
    auto party = journal_->registry().judge(change.statement(), change.signature(),
                                            journal_->origin(), journal_->recording_time(work.now));
    if (!party) {
        send_error(session, party.error(), false, work, change.request_number());
        return {};
    }
    if (is_sealed_) {
        // Nothing is recorded, but a stolen key can still be stopped until the next start.
        const bool disables = party->disabled;
        if (disables) journal_->disable_unrecorded(*std::move(party));
        send_error(session, Error{ErrorCode::hub_sealed, disables ? "in effect, not recorded" : ""},
                   false, work, change.request_number());
        return {};
    }
    if (is_clock_unsure_) {
        send_error(session, ErrorCode::clock_unsure, false, work, change.request_number());
        return {};
    }
    // It is still told that it has other keys now.
    if (party->id == session.party && party->curve_key != session.key) {
        work.to_end.emplace_back(session.number, ErrorCode::key_disabled);
    }
    v1::RegistryChange body;
    body.set_statement(change.statement());
    body.set_signature(change.signature());
    body.set_submitted_by(session.party.text());
    JOBBRO_TRY_ASSIGN(
        const Sequence sequence,
        journal_->stage_registry_change(body, *std::move(party), work.now, *work.randomness));
    work.registry_answers.push_back({session.number, change.request_number(), sequence});
    return {};
}

void Core::answer_administration(Work& work) {
    for (const RegistryAnswer& answer : work.registry_answers) {
        const Session* const session = find_session(answer.session);
        if (session == nullptr) continue;
        v1::HubFrame frame;
        frame.mutable_registry_changed()->set_request_number(answer.request_number);
        frame.mutable_registry_changed()->set_sequence(answer.sequence.value());
        send(*session, std::move(frame), work);
    }
    for (const auto& [number, request] : work.list_requests) {
        const Session* const session = find_session(number);
        if (session == nullptr) continue;
        v1::HubFrame frame;
        *frame.mutable_party_list() = party_list(*session, request);
        send(*session, std::move(frame), work);
    }
    for (const auto& [number, request] : work.status_requests) {
        const Session* const session = find_session(number);
        if (session == nullptr) continue;
        v1::HubFrame frame;
        *frame.mutable_status() = status(request, work.now);
        send(*session, std::move(frame), work);
    }
}

v1::PartyList Core::party_list(const Session& session, const v1::ListParties& request) const {
    v1::PartyList list;
    list.set_request_number(request.request_number());
    const auto& parties = journal_->registry().parties();
    const bool sees_all =
        domain::may_ask(domain::Question::registry, session.party.role()) == domain::Answer::all;
    for (auto each = parties.upper_bound(request.after()); each != parties.end(); ++each) {
        if (list.parties_size() == parties_per_page_max) {
            list.set_more(true);
            break;
        }
        const journal::Party& party = each->second;
        if (!sees_all && party.id != session.party) continue;
        v1::RegisteredParty& told = *list.add_parties();
        told.set_party(each->first);
        told.set_registry_sequence(party.sequence.value());
        told.set_disabled(party.disabled);
        told.set_curve_key(Bytes{party.curve_key.view()});
        told.set_signing_key(Bytes{party.signing_key.view()});
        for (const journal::Grant& grant : party.grants) {
            for (const std::string& jobcentre : grant.jobcentres)
                told.add_jobcentres(jobcentre);
        }
    }
    return list;
}

v1::Status Core::status(const v1::GetStatus& request, Instant now) const {
    v1::Status status;
    status.set_request_number(request.request_number());
    status.set_software(settings_.software);
    *status.mutable_started_at() = timestamp_of(settings_.started_at);
    *status.mutable_now() = timestamp_of(now);
    status.set_origin(journal_->origin());
    status.set_tree_size(journal_->size().value());
    status.set_checkpoint(journal_->checkpoint());
    status.set_sessions(static_cast<std::uint32_t>(sessions_.size()));
    status.set_parties(static_cast<std::uint32_t>(journal_->registry().parties().size()));
    for (v1::SubscriptionStatus& each : subscriptions_.status(subscriptions_told_max)) {
        *status.add_subscriptions() = std::move(each);
    }
    return status;
}

}  // namespace jobbro::core
