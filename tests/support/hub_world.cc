#include "tests/support/hub_world.h"

#include <stdexcept>

#include "hub/journal/tables.h"
#include "proto/evidence/merkle.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::testing {
namespace {

constexpr const char* origin = "hub.example/log";

template <typename T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().line());
    return *std::move(result);
}

// Keys that depend on the party's name alone.
Keys keys_of(const std::string& party) {
    const auto signing = evidence::sha256("signing " + party);
    const auto curve = evidence::sha256("curve " + party);
    return Keys{evidence::SigningKey{signing},
                evidence::curve_public_key(evidence::CurveSecretKey{curve})};
}

}  // namespace

HubWorld::HubWorld(std::uint64_t seed)
    : randomness(seed),
      log_store(std::size(journal::log_table::names)),
      vault_store(std::size(journal::vault_table::names)) {
    settings.software = "test";
}

Keys& HubWorld::keys(const std::string& party) {
    const auto found = keys_.find(party);
    if (found != keys_.end()) return found->second;
    return keys_.emplace(party, keys_of(party)).first->second;
}

Result<void> HubWorld::open() {
    core.reset();
    journal.reset();
    journal::Journal::Identity identity{
        origin, evidence::Signer{evidence::SigningKey{evidence::sha256(log_key)}}, {}, {}};
    if (former_log_key) {
        identity.former_signer.emplace(evidence::SigningKey{evidence::sha256(*former_log_key)});
    }
    identity.is_demo = is_demo;
    v1::Controller& who = identity.controllers.emplace_back();
    who.set_party(controller);
    who.set_signing_key(Bytes{evidence::verifying_key(keys(controller).signing).view()});
    who.add_jobcentres(jobcentre);
    who.add_jobcentres(third_jobcentre);
    if (has_second_controller) {
        v1::Controller& second = identity.controllers.emplace_back();
        second.set_party(second_controller);
        second.set_signing_key(
            Bytes{evidence::verifying_key(keys(second_controller).signing).view()});
    }
    identity.controllers.back().add_jobcentres(other_jobcentre);
    v1::Operator& duty = identity.operators.emplace_back();
    duty.set_party(operator_party);
    duty.set_curve_key(Bytes{keys(operator_party).curve.view()});
    duty.set_signing_key(Bytes{evidence::verifying_key(keys(operator_party).signing).view()});
    JOBBRO_TRY_ASSIGN(
        auto vault, journal::Vault::open(
                        vault_store, evidence::MasterKey{evidence::sha256("master")}, randomness));
    JOBBRO_TRY_ASSIGN(journal,
                      journal::Journal::open(log_store, std::move(vault), std::move(identity), now,
                                             randomness, &marks, assured));
    JOBBRO_TRY_ASSIGN(auto subscriptions, delivery::Subscriptions::open(*journal, parked_bounds));
    JOBBRO_TRY_ASSIGN(auto rulebook, core::open_rulebook(*journal, rules, now, randomness));
    JOBBRO_TRY_ASSIGN(auto overview, core::open_overview(*journal));
    core.emplace(*journal, std::move(subscriptions), std::move(rulebook), std::move(overview),
                 settings);
    return {};
}

core::Turn HubWorld::turn(std::vector<core::FrameIn> frames) {
    now = now.plus_ms(1);
    conditions.steady = now;
    core::Turn done = must(core->turn(frames, now, randomness, conditions));
    const auto kept = journal->upkeep(false, randomness);
    if (!kept) throw std::runtime_error(kept.error().line());
    const auto looked = journal->look_after_erasures(now, false, randomness);
    if (!looked) throw std::runtime_error(looked.error().line());
    return done;
}

core::FrameIn HubWorld::frame(const std::string& party, v1::ClientFrame content) const {
    auto found = keys_.find(party);
    if (found == keys_.end()) found = keys_.emplace(party, keys_of(party)).first;
    return {party, found->second.curve, std::move(content)};
}

core::FrameIn HubWorld::hello(const std::string& party) const {
    v1::ClientFrame content;
    content.mutable_hello()->set_protocol_version(1);
    return frame(party, std::move(content));
}

core::FrameIn HubWorld::submit_bytes(const std::string& party, const std::vector<Bytes>& envelopes,
                                     std::uint64_t number) const {
    v1::ClientFrame content;
    v1::Submit& submit = *content.mutable_submit();
    submit.set_submit_number(number);
    std::vector<evidence::Digest> leaves;
    for (const Bytes& bytes : envelopes) {
        submit.add_envelopes(bytes);
        leaves.push_back(evidence::leaf_hash(view(evidence::sha256(bytes))));
    }
    core::FrameIn in = frame(party, {});
    const std::string text =
        evidence::submit_text(origin, party, leaves.size(),
                              leaves.empty() ? evidence::empty_root() : evidence::root_of(leaves));
    submit.set_signature(Bytes{view(evidence::sign(keys_.at(party).signing, text))});
    in.content = std::move(content);
    return in;
}

core::FrameIn HubWorld::submit(const std::string& party, const std::vector<v1::Envelope>& envelopes,
                               std::uint64_t number) const {
    std::vector<Bytes> bytes;
    for (const v1::Envelope& envelope : envelopes)
        bytes.push_back(envelope.SerializeAsString());
    return submit_bytes(party, bytes, number);
}

core::FrameIn HubWorld::subscribe(const std::string& party, const std::string& name,
                                  std::uint32_t credit) const {
    v1::ClientFrame content;
    content.mutable_subscribe()->set_name(name);
    content.mutable_subscribe()->set_credit(credit);
    return frame(party, std::move(content));
}

core::FrameIn HubWorld::ack(const std::string& party, const std::string& name,
                            std::uint64_t sequence) const {
    v1::ClientFrame content;
    content.mutable_ack()->set_name(name);
    content.mutable_ack()->set_sequence(sequence);
    return frame(party, std::move(content));
}

core::FrameIn HubWorld::ack_parked(const std::string& party, const std::string& name,
                                   std::uint64_t sequence) const {
    core::FrameIn in = ack(party, name, sequence);
    std::get<v1::ClientFrame>(in.content).mutable_ack()->set_parked(true);
    return in;
}

core::FrameIn HubWorld::nack(const std::string& party, const std::string& name,
                             std::uint64_t sequence, v1::NackVerdict verdict,
                             const std::string& reason) const {
    v1::ClientFrame content;
    content.mutable_nack()->set_name(name);
    content.mutable_nack()->set_sequence(sequence);
    content.mutable_nack()->set_verdict(verdict);
    content.mutable_nack()->set_reason(reason);
    return frame(party, std::move(content));
}

core::FrameIn HubWorld::list_parked(const std::string& party, const std::string& name,
                                    std::optional<std::uint64_t> after) const {
    v1::ClientFrame content;
    content.mutable_list_parked()->set_request_number(7);
    content.mutable_list_parked()->set_name(name);
    if (after) content.mutable_list_parked()->set_after_sequence(*after);
    return frame(party, std::move(content));
}

core::FrameIn HubWorld::act_on_parked(const std::string& party, const std::string& name,
                                      v1::ParkedActKind act,
                                      const std::vector<std::uint64_t>& sequences) const {
    v1::ClientFrame content;
    v1::ActOnParked& request = *content.mutable_act_on_parked();
    request.set_request_number(7);
    request.set_name(name);
    request.set_act(act);
    request.set_all(sequences.empty());
    for (const std::uint64_t each : sequences)
        request.add_sequences(each);
    return frame(party, std::move(content));
}

core::FrameIn HubWorld::fetch(const std::string& party, std::uint64_t sequence) const {
    v1::ClientFrame content;
    content.mutable_fetch()->set_request_number(7);
    content.mutable_fetch()->set_sequence(sequence);
    return frame(party, std::move(content));
}

v1::RegistryStatement HubWorld::grant(const std::string& party,
                                      const std::vector<std::string>& jobcentres) {
    v1::RegistryStatement statement;
    statement.set_origin(origin);
    statement.set_party(party);
    const journal::Party* const before = journal->registry().find(party);
    statement.set_preceding(before == nullptr ? 0 : before->sequence.value() + 1);
    statement.set_signer(controller);
    statement.mutable_signed_at()->set_seconds(now.microseconds / 1000000);
    v1::PartyGrant& grant = *statement.mutable_grant();
    grant.set_curve_key(Bytes{keys(party).curve.view()});
    grant.set_signing_key(Bytes{evidence::verifying_key(keys(party).signing).view()});
    for (const std::string& each : jobcentres)
        grant.add_jobcentres(each);
    return statement;
}

core::FrameIn HubWorld::statement(const v1::RegistryStatement& statement,
                                  const std::string& signer) const {
    v1::ClientFrame content;
    v1::ChangeRegistry& change = *content.mutable_change_registry();
    change.set_request_number(7);
    change.set_statement(statement.SerializeAsString());
    change.set_signature(Bytes{view(
        evidence::sign(keys_of(signer).signing, evidence::statement_text(change.statement())))});
    return frame(operator_party, std::move(content));
}

void HubWorld::add_party(const std::string& party, const std::vector<std::string>& jobcentres) {
    const core::Turn done =
        turn({hello(operator_party), statement(grant(party, jobcentres), controller)});
    if (frames_to(done, operator_party, v1::HubFrame::kRegistryChanged).size() != 1) {
        throw std::runtime_error("the party was not registered: " + party);
    }
}

void HubWorld::add_usual_parties() {
    add_party(jobcentre);
    add_party(provider, {jobcentre});
    turn({hello(jobcentre), hello(provider)});
}

std::vector<v1::Outcome> outcomes(const core::Turn& turn) {
    std::vector<v1::Outcome> all;
    for (const core::FrameOut& out : turn.frames) {
        for (const v1::Outcome& each : out.frame.outcomes().outcomes())
            all.push_back(each);
    }
    return all;
}

std::vector<v1::HubFrame> frames_to(const core::Turn& turn, const std::string& party,
                                    v1::HubFrame::KindCase kind) {
    std::vector<v1::HubFrame> found;
    for (const core::FrameOut& out : turn.frames) {
        if (out.route == party && out.frame.kind_case() == kind) found.push_back(out.frame);
    }
    return found;
}

std::vector<v1::ErrorCode> errors(const core::Turn& turn, const std::string& party) {
    std::vector<v1::ErrorCode> codes;
    for (const v1::HubFrame& frame : frames_to(turn, party, v1::HubFrame::kError))
        codes.push_back(frame.error().code());
    return codes;
}

std::vector<v1::Delivery> deliveries(const core::Turn& turn, const std::string& party) {
    std::vector<v1::Delivery> all;
    for (const v1::HubFrame& frame : frames_to(turn, party, v1::HubFrame::kDeliveries)) {
        for (const v1::Delivery& each : frame.deliveries().deliveries())
            all.push_back(each);
    }
    return all;
}

}  // namespace jobbro::testing
