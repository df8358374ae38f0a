// The vault: data keys, and which citizen a CPR number leads to.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <unordered_map>

#include "hub/store/store.h"
#include "proto/base/numbers.h"
#include "proto/base/randomness.h"
#include "proto/contract/danish_identifiers.h"
#include "proto/evidence/keys.h"
#include "proto/evidence/sealing.h"

namespace jobbro::journal {

// The hub's own id of a citizen: 16 random bytes.
using SubjectId = ByteArray<16>;

// Keeps secrets in a store of its own, wrapped by a master key that stands outside the data folder.
// Data keys are made ahead, so that no turn waits for one.
//
// Bindings of CPR numbers are buffered, not synced: the log holds all it takes to make them again.
// bound_through() says up to which entry the stored bindings are complete; whoever opens the
// journal binds again what came after.
//
// Thread: the hub's loop. Life: the store must outlive it.
class Vault {
  public:
    // Makes the vault's own keys in an empty store.
    // Errors: store_failed; opening_failed when the master key is another one.
    static Result<Vault> open(store::Store& store, evidence::MasterKey master,
                              Randomness& randomness);

    // --- Data keys ---

    // Makes keys until at least limits::keys_ahead stand ready beyond `next_unused`; synced.
    // Errors: store_failed.
    Result<void> refill(KeySlot next_unused, Randomness& randomness);
    // True when refill() has work that should not wait longer.
    [[nodiscard]] bool is_low(KeySlot next_unused) const;
    // How many slots there are: slots below this number have a key, or had one.
    [[nodiscard]] std::uint64_t slots() const { return slots_; }
    // Opened keys are kept, limits::open_keys_max of them, the least recently used go first. The
    // pointer is good until the next call.
    // Errors: opening_failed when there is no such key (any more).
    Result<const evidence::DataKey*> data_key(KeySlot slot);

    // --- Slots as they stand in entries ---

    // Hides which entries share a key. Its own inverse.
    [[nodiscard]] std::uint64_t hide_slot(std::uint64_t slot, Sequence sequence,
                                          BytesView entry_salt) const;
    static constexpr std::uint32_t slot_key_number = 1;

    // --- Rows at rest ---

    [[nodiscard]] Bytes seal_row(store::Table table, BytesView key, BytesView value,
                                 Randomness& randomness) const;
    // Errors: opening_failed.
    [[nodiscard]] Result<Bytes> open_row(store::Table table, BytesView key, BytesView value) const;

    // --- Citizens ---

    // None when the number is not known. Errors: store_failed, opening_failed.
    [[nodiscard]] Result<std::optional<SubjectId>> subject_of(const contract::CprNumber& cpr) const;
    // Binds, to be written by flush(). Binding what is bound already changes nothing.
    void bind(const contract::CprNumber& cpr, const SubjectId& subject, Sequence since,
              Randomness& randomness);
    // Writes bindings, and that they are complete below `through`. Every
    // limits::subjects_unsynced_max entries, and when `sync` asks, the write is synced.
    // Errors: store_failed.
    Result<void> flush(Sequence through, bool sync);
    // Bindings of all entries below are stored.
    [[nodiscard]] Sequence bound_through() const { return bound_through_; }

  private:
    struct OpenKey {
        evidence::DataKey key;
        std::list<std::uint64_t>::iterator use;
    };

    Vault(store::Store& store, evidence::MasterKey master);
    Result<evidence::SymmetricKey> own_key(BytesView name, Randomness& randomness);
    const evidence::DataKey* keep_open(std::uint64_t slot, evidence::DataKey key);
    Result<void> read_watermarks();
    [[nodiscard]] Bytes cpr_hash(const contract::CprNumber& cpr) const;

    store::Store* store_;
    // Constant after open().
    evidence::SymmetricKey master_;
    evidence::SymmetricKey slot_key_;
    evidence::SymmetricKey cpr_key_;
    evidence::SymmetricKey row_key_;
    // Changed by the loop.
    std::uint64_t slots_ = 0;
    Sequence bound_through_;
    Sequence synced_through_;
    std::map<Bytes, SubjectId> unwritten_subjects_;
    store::Batch unwritten_;
    std::unordered_map<std::uint64_t, OpenKey> open_keys_;
    std::list<std::uint64_t> uses_;  // most recently used first
};

}  // namespace jobbro::journal
