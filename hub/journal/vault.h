// The vault: data keys, and which citizen a CPR number leads to.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>

#include "hub/journal/slot_set.h"
#include "hub/store/store.h"
#include "proto/base/numbers.h"
#include "proto/base/randomness.h"
#include "proto/contract/danish_identifiers.h"
#include "proto/evidence/keys.h"
#include "proto/evidence/sealing.h"

namespace jobbro::journal {

// The hub's own id of a citizen: 16 random bytes.
using SubjectId = ByteArray<16>;

// Where a CPR number leads. One that the citizen has no longer is good for reading only.
struct CprBinding {
    SubjectId subject{};
    Sequence since;                 // the entry that first said it
    std::optional<Sequence> until;  // the entry by which it is one no longer; none: it is current

    [[nodiscard]] bool is_current() const { return !until; }
    friend bool operator==(const CprBinding&, const CprBinding&) = default;
};

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
    // Errors: store_failed; opening_failed when the master key is another one, or another is being
    // given (rewrapping.h).
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
    // Errors: erased when it was destroyed; opening_failed when there never was such a key, or it
    // is gone or changed otherwise; store_failed.
    Result<const evidence::DataKey*> data_key(KeySlot slot);
    // The same; null when the key is destroyed.
    Result<const evidence::DataKey*> find_data_key(KeySlot slot);

    // --- Erasing ---

    // Destroys these keys, for ever, and takes away the CPR numbers of these hashes as far as they
    // lead to one of the subjects; synced. What was destroyed before is passed over. What is left
    // of the rows in the store's files is for scrub(). Requires: nothing waits for flush(). Errors:
    // store_failed; opening_failed, tampered when a number's row made no sense, after all else was
    // done.
    Result<void> destroy(std::span<const KeySlot> slots, std::span<const Bytes> cpr_hashes,
                         const std::set<SubjectId>& subjects);
    // Whether there is such a citizen. Errors: its own.
    using IsThere = std::function<Result<bool>(const SubjectId&)>;
    // Takes away the CPR numbers of these hashes as far as they lead to a citizen there is not;
    // synced. Requires: as destroy(). Errors: store_failed, opening_failed, tampered; those of
    // `is_there`.
    Result<void> take_away_numbers_unless(const IsThere& is_there,
                                          std::span<const Bytes> cpr_hashes);
    // The same of every CPR number there is: looks at all of them.
    Result<void> take_away_numbers_unless(const IsThere& is_there);
    // No file of the store holds what was destroyed or taken away. Errors: as store::Store::scrub.
    Result<void> scrub();
    // The slots whose keys were destroyed.
    [[nodiscard]] const SlotSet& erased() const { return erased_; }
    // What a number's row is found by. Who has it and the vault can find the number by trying all.
    [[nodiscard]] Bytes cpr_hash(const contract::CprNumber& cpr) const;

    // What stands for a citizen in what is counted. Nobody without the vault can tell whose it is.
    [[nodiscard]] std::uint64_t person_mark(const SubjectId& subject) const;

    // Seals the erasure marks, which stand outside of the store.
    [[nodiscard]] Bytes seal_marks(BytesView marks, Randomness& randomness) const;
    // Errors: opening_failed.
    [[nodiscard]] Result<Bytes> open_marks(BytesView sealed) const;

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
    // The same, and whether the number is the citizen's now.
    [[nodiscard]] Result<std::optional<CprBinding>> binding_of(
        const contract::CprNumber& cpr) const;
    // Binds, as the citizen's number now; to be written by flush().
    void bind(const contract::CprNumber& cpr, const SubjectId& subject, Sequence since,
              Randomness& randomness);
    // From the entry `until` on the number is the citizen's no longer; to be written by flush().
    // One that is not known or not current stays as it is. Errors: store_failed, opening_failed.
    Result<void> outdate(const contract::CprNumber& cpr, Sequence until, Randomness& randomness);
    // The number is the citizen's now again, as before outdate(); to be written by flush(). One
    // that is not known or current stays as it is. Errors: as outdate().
    Result<void> renew(const contract::CprNumber& cpr, Randomness& randomness);
    // The number leads to nobody; to be written by flush().
    void unbind(const contract::CprNumber& cpr);
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
    void wipe(std::uint64_t slot);
    [[nodiscard]] Result<std::optional<SubjectId>> subject_at(BytesView hash) const;
    [[nodiscard]] Result<std::vector<Bytes>> cpr_hashes_from(BytesView first) const;
    void write(const Bytes& hash, const CprBinding& binding, Randomness& randomness);

    store::Store* store_;
    // Constant after open().
    evidence::SymmetricKey master_;
    evidence::SymmetricKey slot_key_;
    evidence::SymmetricKey cpr_key_;
    evidence::SymmetricKey row_key_;
    // Changed by the loop.
    std::uint64_t slots_ = 0;
    SlotSet erased_;
    Sequence bound_through_;
    Sequence synced_through_;
    std::map<Bytes, std::optional<CprBinding>> unwritten_bindings_;  // none: taken away
    store::Batch unwritten_;
    std::unordered_map<std::uint64_t, OpenKey> open_keys_;
    std::list<std::uint64_t> uses_;  // most recently used first
};

}  // namespace jobbro::journal
