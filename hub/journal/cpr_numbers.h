// What entries make of CPR numbers: which lead to whom, and which are current.
#pragma once

#include "hub/journal/vault.h"
#include "jobbro/v1/envelope.pb.h"

namespace jobbro::journal {

// Whether it is a CprChanged that takes an earlier one back. Thread: any.
bool takes_back_a_number(const v1::Envelope& envelope);

// Tells the vault what follows from the envelope of an entry about `subject`: an unknown number is
// the citizen's from now on; the former number of a CprChanged or a SubjectsMerged is nobody's, and
// the new one of a CprChanged is current, also where it once was the citizen's before. The former
// number of a CprChanged that takes one back leads to nobody. A number that is current for somebody
// goes on being so. Said of the entries in their order, it ends the same whenever it is said.
//
// Requires: the envelope is valid, and was not refused. Errors: store_failed, opening_failed,
// tampered; cpr_invalid when it is not valid.
Result<void> note_cpr_numbers(Vault& vault, const v1::Envelope& envelope, const SubjectId& subject,
                              Sequence sequence, Randomness& randomness);

}  // namespace jobbro::journal
