// The rows of the vault's own table, and what binds sealed rows to their place.
#pragma once

#include "proto/base/bytes.h"

namespace jobbro::journal {

// Keys of the vault's own, under the master key as the data keys are.
inline constexpr BytesView slot_key_row = "slot-key-1";
inline constexpr BytesView cpr_key_row = "cpr-key";
inline constexpr BytesView row_key_row = "row-key";
// In the clear.
inline constexpr BytesView slots_row = "slots";
inline constexpr BytesView bound_through_row = "bound-through";
inline constexpr BytesView erased_row = "erased";
// There while keys are wrapped anew: the first slot whose key is not, under the new master key.
inline constexpr BytesView rewrapping_row = "rewrapping";

// Associated data of a sealed row: the name of its table, and its key. Thread: any.
Bytes associated_in_vault(BytesView name, BytesView key);

}  // namespace jobbro::journal
