#include "hub/journal/vault.h"

#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"
#include "hub/journal/vault_rows.h"
#include "proto/base/limits.h"
#include "proto/evidence/digest.h"

namespace jobbro::journal {
namespace {

// Of those that are looked at one by one.
constexpr std::size_t numbers_at_once = 1024;

Bytes associated(store::Table table, BytesView key) {
    Bytes bytes = "jobbro row v1";
    bytes.push_back('\0');
    bytes.push_back(static_cast<char>(table.index));
    bytes += key;
    return bytes;
}

}  // namespace

Bytes associated_in_vault(BytesView name, BytesView key) {
    Bytes bytes = "jobbro vault v1";
    bytes.push_back('\0');
    bytes += name;
    bytes.push_back('\0');
    bytes += key;
    return bytes;
}

Vault::Vault(store::Store& store, evidence::MasterKey master)
    : store_(&store),
      master_(evidence::SymmetricKey{master.bytes()}),
      slot_key_(ByteArray<32>{}),
      cpr_key_(ByteArray<32>{}),
      row_key_(ByteArray<32>{}) {}

Result<Vault> Vault::open(store::Store& store, evidence::MasterKey master, Randomness& randomness) {
    JOBBRO_TRY_ASSIGN(const auto rewrapping, store.get(vault_table::own, rewrapping_row));
    if (rewrapping) {
        return Error{ErrorCode::opening_failed,
                     "putting the vault under another master key has not come to its end: run "
                     "--rewrap-vault again, with the same two key files"};
    }
    Vault vault{store, std::move(master)};
    JOBBRO_TRY_ASSIGN(vault.slot_key_, vault.own_key(slot_key_row, randomness));
    JOBBRO_TRY_ASSIGN(vault.cpr_key_, vault.own_key(cpr_key_row, randomness));
    JOBBRO_TRY_ASSIGN(vault.row_key_, vault.own_key(row_key_row, randomness));
    JOBBRO_TRY(vault.read_watermarks());
    return vault;
}

Result<evidence::SymmetricKey> Vault::own_key(BytesView name, Randomness& randomness) {
    JOBBRO_TRY_ASSIGN(const std::optional<Bytes> row, store_->get(vault_table::own, name));
    if (row) {
        auto opened = evidence::open_row(master_, *row, associated_in_vault("own", name));
        if (!opened) {
            return Error{ErrorCode::opening_failed, "the vault has another master key"};
        }
        return evidence::SymmetricKey::from_bytes(*opened);
    }
    auto key = evidence::SymmetricKey::random(randomness);
    store::Batch batch;
    batch.put(
        vault_table::own, name,
        evidence::seal_row(master_, key.view(), associated_in_vault("own", name), randomness));
    JOBBRO_TRY(store_->commit(batch, store::Durability::synced));
    return key;
}

Result<void> Vault::read_watermarks() {
    JOBBRO_TRY_ASSIGN(const auto slots, store_->get(vault_table::own, slots_row));
    if (slots) slots_ = read_big_endian<std::uint64_t>(*slots);
    JOBBRO_TRY_ASSIGN(const auto bound, store_->get(vault_table::own, bound_through_row));
    if (bound) bound_through_ = Sequence{read_big_endian<std::uint64_t>(*bound)};
    synced_through_ = bound_through_;
    JOBBRO_TRY_ASSIGN(const auto erased, store_->get(vault_table::own, erased_row));
    if (!erased) return {};
    auto slots_erased = SlotSet::decode(*erased);
    if (!slots_erased) return Error{ErrorCode::tampered, "the vault's row of erased keys"};
    erased_ = *std::move(slots_erased);
    return {};
}

bool Vault::is_low(KeySlot next_unused) const {
    return slots_ < next_unused.value() + limits::keys_ahead / 2;
}

Result<void> Vault::refill(KeySlot next_unused, Randomness& randomness) {
    const std::uint64_t wanted = next_unused.value() + limits::keys_ahead;
    if (slots_ >= wanted) return {};
    store::Batch batch;
    std::vector<evidence::DataKey> made;
    for (std::uint64_t slot = slots_; slot < wanted; ++slot) {
        const evidence::DataKey& key = made.emplace_back(evidence::DataKey::random(randomness));
        batch.put(vault_table::keys, key_of(slot),
                  evidence::seal_row(master_, key.view(), associated_in_vault("keys", key_of(slot)),
                                     randomness));
    }
    batch.put(vault_table::own, slots_row, key_of(wanted));
    JOBBRO_TRY(store_->commit(batch, store::Durability::synced));
    // They are about to be used: no need to read them back.
    for (evidence::DataKey& key : made)
        keep_open(slots_++, std::move(key));
    return {};
}

Result<const evidence::DataKey*> Vault::data_key(KeySlot slot) {
    JOBBRO_TRY_ASSIGN(const evidence::DataKey* const key, find_data_key(slot));
    if (key == nullptr) return ErrorCode::erased;
    return key;
}

Result<const evidence::DataKey*> Vault::find_data_key(KeySlot slot) {
    if (const auto known = open_keys_.find(slot.value()); known != open_keys_.end()) {
        uses_.splice(uses_.begin(), uses_, known->second.use);
        return &known->second.key;
    }
    if (slot.value() >= slots_) {
        return Error{ErrorCode::opening_failed, "there never was such a data key"};
    }
    if (erased_.contains(slot)) return static_cast<const evidence::DataKey*>(nullptr);
    const Bytes key = key_of(slot.value());
    JOBBRO_TRY_ASSIGN(const auto row, store_->get(vault_table::keys, key));
    if (!row) return Error{ErrorCode::opening_failed, "the data key is gone, and was not erased"};
    JOBBRO_TRY_ASSIGN(const Bytes opened,
                      evidence::open_row(master_, *row, associated_in_vault("keys", key)));
    JOBBRO_TRY_ASSIGN(auto data_key, evidence::DataKey::from_bytes(opened));
    return keep_open(slot.value(), std::move(data_key));
}

const evidence::DataKey* Vault::keep_open(std::uint64_t slot, evidence::DataKey key) {
    if (open_keys_.size() >= limits::open_keys_max) {
        open_keys_.erase(uses_.back());
        uses_.pop_back();
    }
    uses_.push_front(slot);
    return &open_keys_.emplace(slot, OpenKey{std::move(key), uses_.begin()}).first->second.key;
}

// --- Erasing ---------------------------------------------------------------------------------

void Vault::wipe(std::uint64_t slot) {
    const auto open = open_keys_.find(slot);
    if (open == open_keys_.end()) return;
    uses_.erase(open->second.use);
    open_keys_.erase(open);  // the key wipes itself
}

// Of the stored row; none when there is none.
Result<std::optional<SubjectId>> Vault::subject_at(BytesView hash) const {
    JOBBRO_TRY_ASSIGN(const auto row, store_->get(vault_table::citizens, hash));
    if (!row) return std::optional<SubjectId>{};
    JOBBRO_TRY_ASSIGN(const Bytes opened,
                      evidence::open_row(row_key_, *row, associated_in_vault("citizens", hash)));
    rows::SubjectBinding binding;
    if (!binding.ParseFromString(opened) || binding.subject_id().size() != 16) {
        return Error{ErrorCode::tampered, "a citizen's row in the vault"};
    }
    return std::optional<SubjectId>{array_of<16>(binding.subject_id())};
}

Result<void> Vault::destroy(std::span<const KeySlot> slots, std::span<const Bytes> cpr_hashes,
                            const std::set<SubjectId>& subjects) {
    JOBBRO_ASSERT(unwritten_.empty());
    store::Batch batch;
    std::optional<Error> damage;
    SlotSet erased = erased_;
    for (const KeySlot slot : slots) {
        JOBBRO_ASSERT(slot.value() > 0 && slot.value() < slots_);
        erased.add(slot);
        // Overwritten first: a store that writes in place shall not keep the bytes.
        batch.put(vault_table::keys, key_of(slot.value()), Bytes(32, '\0'));
        batch.erase(vault_table::keys, key_of(slot.value()));
    }
    for (const Bytes& hash : cpr_hashes) {
        const auto subject = subject_at(hash);
        if (!subject && subject.error().code == ErrorCode::store_failed) return subject.error();
        if (!subject) damage = subject.error();
        if (!subject || !*subject || !subjects.contains(**subject)) continue;
        batch.put(vault_table::citizens, hash, Bytes(32, '\0'));
        batch.erase(vault_table::citizens, hash);
    }
    if (!slots.empty()) batch.put(vault_table::own, erased_row, erased.encode());
    if (!batch.empty()) JOBBRO_TRY(store_->commit(batch, store::Durability::synced));
    erased_ = std::move(erased);
    for (const KeySlot slot : slots)
        wipe(slot.value());
    if (damage) return *std::move(damage);
    return {};
}

Result<void> Vault::take_away_numbers_unless(const IsThere& is_there,
                                             std::span<const Bytes> cpr_hashes) {
    JOBBRO_ASSERT(unwritten_.empty());
    store::Batch batch;
    for (const Bytes& hash : cpr_hashes) {
        JOBBRO_TRY_ASSIGN(const auto subject, subject_at(hash));
        if (!subject) continue;
        JOBBRO_TRY_ASSIGN(const bool is_kept, is_there(*subject));
        if (!is_kept) batch.erase(vault_table::citizens, hash);
    }
    if (batch.empty()) return {};
    return store_->commit(batch, store::Durability::synced);
}

Result<void> Vault::take_away_numbers_unless(const IsThere& is_there) {
    Bytes first;
    for (;;) {
        JOBBRO_TRY_ASSIGN(const std::vector<Bytes> hashes, cpr_hashes_from(first));
        if (hashes.empty()) return {};
        JOBBRO_TRY(take_away_numbers_unless(is_there, hashes));
        first = hashes.back() + '\0';
    }
}

// In their order, a bounded number of them.
Result<std::vector<Bytes>> Vault::cpr_hashes_from(BytesView first) const {
    std::vector<Bytes> hashes;
    JOBBRO_TRY(store_->scan(vault_table::citizens, first, [&](BytesView hash, BytesView) {
        hashes.emplace_back(hash);
        return hashes.size() < numbers_at_once;
    }));
    return hashes;
}

Result<void> Vault::scrub() {
    static constexpr store::Table tables[] = {vault_table::keys, vault_table::citizens};
    return store_->scrub(tables);
}

Bytes Vault::seal_marks(BytesView marks, Randomness& randomness) const {
    return evidence::seal_row(row_key_, marks, associated_in_vault("marks", "erasure"), randomness);
}

Result<Bytes> Vault::open_marks(BytesView sealed) const {
    return evidence::open_row(row_key_, sealed, associated_in_vault("marks", "erasure"));
}

// --- Slots, rows and citizens ----------------------------------------------------------------

std::uint64_t Vault::hide_slot(std::uint64_t slot, Sequence sequence, BytesView entry_salt) const {
    Bytes message = "jobbro slot v1";
    message.push_back('\0');
    append_big_endian(message, sequence.value());
    message += entry_salt;
    const evidence::Digest mask = evidence::hmac_sha256(slot_key_.view(), message);
    return slot ^ read_big_endian<std::uint64_t>(view(mask));
}

Bytes Vault::seal_row(store::Table table, BytesView key, BytesView value,
                      Randomness& randomness) const {
    return evidence::seal_row(row_key_, value, associated(table, key), randomness);
}

Result<Bytes> Vault::open_row(store::Table table, BytesView key, BytesView value) const {
    return evidence::open_row(row_key_, value, associated(table, key));
}

Bytes Vault::cpr_hash(const contract::CprNumber& cpr) const {
    const evidence::Digest hash =
        evidence::hmac_sha256(cpr_key_.view(), "jobbro cpr v1:" + cpr.digits());
    return Bytes{view(hash)};
}

std::uint64_t Vault::person_mark(const SubjectId& subject) const {
    const evidence::Digest hash =
        evidence::hmac_sha256(cpr_key_.view(), "jobbro person v1:" + Bytes{view(subject)});
    return read_big_endian<std::uint64_t>(view(hash));
}

Result<std::optional<SubjectId>> Vault::subject_of(const contract::CprNumber& cpr) const {
    JOBBRO_TRY_ASSIGN(const auto binding, binding_of(cpr));
    if (!binding) return std::optional<SubjectId>{};
    return std::optional<SubjectId>{binding->subject};
}

Result<std::optional<CprBinding>> Vault::binding_of(const contract::CprNumber& cpr) const {
    const Bytes hash = cpr_hash(cpr);
    if (const auto fresh = unwritten_bindings_.find(hash); fresh != unwritten_bindings_.end()) {
        return fresh->second;
    }
    JOBBRO_TRY_ASSIGN(const auto row, store_->get(vault_table::citizens, hash));
    if (!row) return std::optional<CprBinding>{};
    JOBBRO_TRY_ASSIGN(const Bytes opened,
                      evidence::open_row(row_key_, *row, associated_in_vault("citizens", hash)));
    rows::SubjectBinding binding;
    if (!binding.ParseFromString(opened) || binding.subject_id().size() != 16) {
        return Error{ErrorCode::tampered, "a citizen's row in the vault"};
    }
    CprBinding found{array_of<16>(binding.subject_id()), Sequence{binding.since_sequence()}, {}};
    if (const std::uint64_t plus_one = binding.until_sequence_plus_one(); plus_one != 0) {
        found.until = Sequence{plus_one - 1};
    }
    return std::optional<CprBinding>{found};
}

void Vault::bind(const contract::CprNumber& cpr, const SubjectId& subject, Sequence since,
                 Randomness& randomness) {
    write(cpr_hash(cpr), {subject, since, {}}, randomness);
}

Result<void> Vault::outdate(const contract::CprNumber& cpr, Sequence until,
                            Randomness& randomness) {
    JOBBRO_TRY_ASSIGN(const auto binding, binding_of(cpr));
    if (!binding || !binding->is_current()) return {};
    write(cpr_hash(cpr), {binding->subject, binding->since, until}, randomness);
    return {};
}

Result<void> Vault::renew(const contract::CprNumber& cpr, Randomness& randomness) {
    JOBBRO_TRY_ASSIGN(const auto binding, binding_of(cpr));
    if (!binding || binding->is_current()) return {};
    write(cpr_hash(cpr), {binding->subject, binding->since, {}}, randomness);
    return {};
}

void Vault::unbind(const contract::CprNumber& cpr) {
    const Bytes hash = cpr_hash(cpr);
    unwritten_.erase(vault_table::citizens, hash);
    unwritten_bindings_.insert_or_assign(hash, std::nullopt);
}

void Vault::write(const Bytes& hash, const CprBinding& binding, Randomness& randomness) {
    rows::SubjectBinding row;
    row.set_subject_id(Bytes{view(binding.subject)});
    row.set_since_sequence(binding.since.value());
    row.set_until_sequence_plus_one(binding.until ? binding.until->value() + 1 : 0);
    unwritten_.put(vault_table::citizens, hash,
                   evidence::seal_row(row_key_, row.SerializeAsString(),
                                      associated_in_vault("citizens", hash), randomness));
    unwritten_bindings_.insert_or_assign(hash, binding);
}

Result<void> Vault::flush(Sequence through, bool sync) {
    const bool due = through.value() >= synced_through_.value() + limits::subjects_unsynced_max;
    const bool synced = sync || due;
    if (unwritten_.empty() && !synced) {
        return {};
    }
    if (through == synced_through_ && unwritten_.empty()) return {};
    unwritten_.put(vault_table::own, bound_through_row, key_of(through.value()));
    JOBBRO_TRY(store_->commit(unwritten_,
                              synced ? store::Durability::synced : store::Durability::buffered));
    unwritten_.clear();
    unwritten_bindings_.clear();
    bound_through_ = through;
    if (synced) synced_through_ = through;
    return {};
}

}  // namespace jobbro::journal
