#include "hub/journal/vault.h"

#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"
#include "proto/base/limits.h"
#include "proto/evidence/digest.h"

namespace jobbro::journal {
namespace {

constexpr BytesView slots_row = "slots";
constexpr BytesView bound_through_row = "bound-through";

Bytes associated(store::Table table, BytesView key) {
    Bytes bytes = "jobbro row v1";
    bytes.push_back('\0');
    bytes.push_back(static_cast<char>(table.index));
    bytes += key;
    return bytes;
}

Bytes associated_in_vault(BytesView name, BytesView key) {
    Bytes bytes = "jobbro vault v1";
    bytes.push_back('\0');
    bytes += name;
    bytes.push_back('\0');
    bytes += key;
    return bytes;
}

}  // namespace

Vault::Vault(store::Store& store, evidence::MasterKey master)
    : store_(&store),
      master_(evidence::SymmetricKey{master.bytes()}),
      slot_key_(ByteArray<32>{}),
      cpr_key_(ByteArray<32>{}),
      row_key_(ByteArray<32>{}) {}

Result<Vault> Vault::open(store::Store& store, evidence::MasterKey master, Randomness& randomness) {
    Vault vault{store, std::move(master)};
    JOBBRO_TRY_ASSIGN(vault.slot_key_, vault.own_key("slot-key-1", randomness));
    JOBBRO_TRY_ASSIGN(vault.cpr_key_, vault.own_key("cpr-key", randomness));
    JOBBRO_TRY_ASSIGN(vault.row_key_, vault.own_key("row-key", randomness));
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
    if (const auto known = open_keys_.find(slot.value()); known != open_keys_.end()) {
        uses_.splice(uses_.begin(), uses_, known->second.use);
        return &known->second.key;
    }
    const Bytes key = key_of(slot.value());
    JOBBRO_TRY_ASSIGN(const auto row, store_->get(vault_table::keys, key));
    if (!row) return Error{ErrorCode::opening_failed, "the data key is gone"};
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

Result<std::optional<SubjectId>> Vault::subject_of(const contract::CprNumber& cpr) const {
    const Bytes hash = cpr_hash(cpr);
    if (const auto fresh = unwritten_subjects_.find(hash); fresh != unwritten_subjects_.end()) {
        return std::optional<SubjectId>{fresh->second};
    }
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

void Vault::bind(const contract::CprNumber& cpr, const SubjectId& subject, Sequence since,
                 Randomness& randomness) {
    Bytes hash = cpr_hash(cpr);
    rows::SubjectBinding binding;
    binding.set_subject_id(Bytes{view(subject)});
    binding.set_since_sequence(since.value());
    unwritten_.put(vault_table::citizens, hash,
                   evidence::seal_row(row_key_, binding.SerializeAsString(),
                                      associated_in_vault("citizens", hash), randomness));
    unwritten_subjects_.emplace(std::move(hash), subject);
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
    unwritten_subjects_.clear();
    bound_through_ = through;
    if (synced) synced_through_ = through;
    return {};
}

}  // namespace jobbro::journal
