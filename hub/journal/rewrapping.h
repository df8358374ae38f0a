// Another master key for a vault.
#pragma once

#include "hub/store/store.h"
#include "proto/base/randomness.h"
#include "proto/evidence/keys.h"

namespace jobbro::journal {

// Wraps all keys of the vault in this store anew, under `to` instead of `from`. Entries, bindings
// and the vault's own keys stay the same. Whether all open is looked at before anything is changed.
// Broken off at any point, the same call goes on where it was, and until it has come to its end the
// vault opens under neither key. When it returns no file of the store holds what `from` opens;
// called again it does nothing. Takes as long as reading and writing all data keys.
// Requires: the keys differ; nothing else uses the store. Thread: one.
// Errors: store_failed; tampered; opening_failed when `from` is not the vault's key, a key in it
// opens under neither, or it is being wrapped under another one than `to`; busy when only the last
// step, clearing away the former rows, could not be done now: call again.
Result<void> rewrap_vault(store::Store& store, const evidence::MasterKey& from,
                          const evidence::MasterKey& to, Randomness& randomness);

}  // namespace jobbro::journal
