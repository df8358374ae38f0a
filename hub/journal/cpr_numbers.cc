#include "hub/journal/cpr_numbers.h"

#include <algorithm>

namespace jobbro::journal {
namespace {

const std::string* former_number(const v1::Envelope& envelope) {
    if (envelope.has_cpr_changed()) return &envelope.cpr_changed().former_cpr_number();
    if (envelope.has_subjects_merged()) return &envelope.subjects_merged().former_cpr_number();
    return nullptr;
}

}  // namespace

bool takes_back_a_number(const v1::Envelope& envelope) {
    return envelope.has_cpr_changed() &&
           std::any_of(envelope.causes().begin(), envelope.causes().end(), [](const auto& cause) {
               return cause.relation() == v1::CAUSE_RELATION_CORRECTS;
           });
}

Result<void> note_cpr_numbers(Vault& vault, const v1::Envelope& envelope, const SubjectId& subject,
                              Sequence sequence, Randomness& randomness) {
    JOBBRO_TRY_ASSIGN(const auto number,
                      contract::CprNumber::parse(envelope.citizen().cpr_number()));
    if (const std::string* const text = former_number(envelope)) {
        JOBBRO_TRY_ASSIGN(const auto former, contract::CprNumber::parse(*text));
        if (takes_back_a_number(envelope)) {
            vault.unbind(former);
        } else {
            JOBBRO_TRY(vault.outdate(former, sequence, randomness));
        }
    }
    JOBBRO_TRY_ASSIGN(const auto known, vault.binding_of(number));
    if (!known) {
        vault.bind(number, subject, sequence, randomness);
    } else if (envelope.has_cpr_changed()) {
        JOBBRO_TRY(vault.renew(number, randomness));
    }
    return {};
}

}  // namespace jobbro::journal
