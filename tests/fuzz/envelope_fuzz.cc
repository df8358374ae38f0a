// An envelope from anybody: valid or refused with a code of the envelope's band, in a sentence that
// holds none of its values; and its JSON says all of it.
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/message_differencer.h>

#include "proto/contract/json.h"
#include "proto/contract/kinds.h"
#include "proto/contract/validation.h"
#include "tests/fuzz/json_text.h"
#include "tests/fuzz/mutation.h"
#include "tests/fuzz/target.h"
#include "tests/unit/contract/sample_envelopes.h"

namespace jobbro::testing {
namespace {

// libprotobuf writes a line for each text that is not UTF-8.
[[maybe_unused]] auto* const former_log = google::protobuf::SetLogHandler(nullptr);

// Whatever can be parsed has a JSON that says the same again.
void check_json(const v1::Envelope& envelope) {
    const std::string said = contract::to_json(envelope);
    v1::Envelope again;
    JOBBRO_ASSERT(contract::from_json(said, again));
    JOBBRO_ASSERT(has_minus_zero(said) || contract::to_json(again) == said);
}

void check_refusal(const v1::Envelope& envelope, const Error& error) {
    const int code = static_cast<int>(error.code);
    JOBBRO_ASSERT(code >= 300 && code < 400);
    const std::string& cpr = envelope.citizen().cpr_number();
    JOBBRO_ASSERT(cpr.size() < 10 || error.line().find(cpr) == std::string::npos);
}

void check_valid(const v1::Envelope& envelope, const contract::EnvelopeFacts& facts) {
    JOBBRO_ASSERT(facts.kind == contract::kind_of(envelope));
    JOBBRO_ASSERT(!contract::kind_name(facts.kind).empty());
    JOBBRO_ASSERT(facts.sender.text() == envelope.sender());
    const contract::KindRule* const rule = contract::find_kind_rule(facts.kind);
    JOBBRO_ASSERT(rule != nullptr);
    JOBBRO_ASSERT(rule->order != contract::Presence::required || facts.order_id);
    JOBBRO_ASSERT(rule->order != contract::Presence::none || !facts.order_id);
    JOBBRO_ASSERT(rule->citizen != contract::Presence::required || facts.citizen);
    JOBBRO_ASSERT(rule->citizen != contract::Presence::none || !facts.citizen);
    for (const v1::Finding& finding : contract::findings_of(envelope))
        JOBBRO_ASSERT(contract::find_finding_text(finding.code()) != nullptr);
    v1::Envelope again;
    JOBBRO_ASSERT(contract::from_json(contract::to_json(envelope), again));
    JOBBRO_ASSERT(google::protobuf::util::MessageDifferencer::Equals(envelope, again));
}

}  // namespace

const int replay_mutations = 4000;

std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    for (const v1::Envelope& sample : contract::sample_of_each_kind())
        all.push_back(sample.SerializeAsString());
    v1::Envelope wishes = contract::sample_order();
    wishes.mutable_order()->set_citizen_wishes("mornings, and no 741176-1201 in here");
    all.push_back(wishes.SerializeAsString());
    return all;
}

void mutate(Bytes& input, const Bytes& other, SeededRandomness& random) {
    v1::Envelope envelope;
    v1::Envelope from;
    if (!envelope.ParseFromString(input) || !from.ParseFromString(other)) {
        return mutate_bytes(input, other, random);
    }
    mutate_message(envelope, from, random);
    input = envelope.SerializeAsString();
}

}  // namespace jobbro::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jobbro;
    v1::Envelope envelope;
    if (!envelope.ParseFromArray(data, static_cast<int>(size))) return 0;
    testing::check_json(envelope);
    const auto facts = contract::validate(envelope, contract::sample_now);
    if (facts) {
        testing::check_valid(envelope, *facts);
    } else {
        testing::check_refusal(envelope, facts.error());
    }
    return 0;
}
