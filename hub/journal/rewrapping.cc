#include "hub/journal/rewrapping.h"

#include <limits>

#include "hub/journal/tables.h"
#include "hub/journal/vault_rows.h"
#include "proto/base/numbers.h"
#include "proto/evidence/sealing.h"

namespace jobbro::journal {
namespace {

constexpr std::size_t keys_per_batch = 4096;
constexpr std::uint64_t all_slots = std::numeric_limits<std::uint64_t>::max();
constexpr BytesView own_keys[] = {slot_key_row, cpr_key_row, row_key_row};

class Rewrapping {
  public:
    Rewrapping(store::Store& store, const evidence::MasterKey& from, const evidence::MasterKey& to,
               Randomness& randomness)
        : store_(&store), from_(from.bytes()), to_(to.bytes()), randomness_(&randomness) {}

    Result<void> run() {
        JOBBRO_TRY_ASSIGN(std::optional<std::uint64_t> next, read_marker());
        if (!next) {
            JOBBRO_TRY_ASSIGN(const bool is_done, is_wrapped_by(to_));
            if (is_done) return {};
            JOBBRO_TRY(check_all());
            JOBBRO_TRY(begin());
            next = 0;
        }
        while (*next != all_slots) {
            JOBBRO_TRY_ASSIGN(next, wrap_some(*next));
        }
        static constexpr store::Table tables[] = {vault_table::keys, vault_table::own};
        const auto cleared = store_->scrub(tables);
        if (!cleared) return unfinished(cleared.error());
        store::Batch batch;
        batch.erase(vault_table::own, rewrapping_row);
        return store_->commit(batch, store::Durability::synced);
    }

  private:
    static Error unfinished(const Error& cause) {
        return {cause.code,
                "all keys are wrapped under the new master key, and what is left is to clear away "
                "the former rows; until then the hub does not start. Run it again: " +
                    cause.detail};
    }

    // The first slot that is not wrapped anew; none: it has not begun.
    Result<std::optional<std::uint64_t>> read_marker() const {
        JOBBRO_TRY_ASSIGN(const auto row, store_->get(vault_table::own, rewrapping_row));
        if (!row) return std::optional<std::uint64_t>{};
        const auto opened =
            evidence::open_row(to_, *row, associated_in_vault("own", rewrapping_row));
        if (!opened || opened->size() != sizeof(std::uint64_t)) {
            return Error{ErrorCode::opening_failed,
                         "the vault is being wrapped under another key than the new one"};
        }
        return std::optional{read_big_endian<std::uint64_t>(*opened)};
    }

    Result<bool> is_wrapped_by(const evidence::SymmetricKey& master) const {
        JOBBRO_TRY_ASSIGN(const auto row, store_->get(vault_table::own, row_key_row));
        if (!row) return Error{ErrorCode::opening_failed, "there are no keys in the vault"};
        return evidence::open_row(master, *row, associated_in_vault("own", row_key_row))
            .has_value();
    }

    // A key that does not open now would not be there afterwards either, but half of the others
    // would be wrapped anew.
    Result<void> check_all() const {
        JOBBRO_TRY_ASSIGN(const bool is_from, is_wrapped_by(from_));
        if (!is_from) return Error{ErrorCode::opening_failed, "the vault has another master key"};
        for (const BytesView name : own_keys)
            JOBBRO_TRY(open_own(name));
        std::optional<Error> failure;
        JOBBRO_TRY(store_->scan(vault_table::keys, {}, [&](BytesView key, BytesView row) {
            if (const auto opened = open_data_key(key, row); !opened) failure = opened.error();
            return !failure;
        }));
        if (failure) return *failure;
        return {};
    }

    [[nodiscard]] Result<Bytes> open_own(BytesView name) const {
        JOBBRO_TRY_ASSIGN(const auto row, store_->get(vault_table::own, name));
        auto opened = row ? evidence::open_row(from_, *row, associated_in_vault("own", name))
                          : Result<Bytes>{ErrorCode::opening_failed};
        if (!opened) {
            return Error{ErrorCode::opening_failed, "the vault's own key " + Bytes{name}};
        }
        return opened;
    }

    [[nodiscard]] Result<Bytes> open_data_key(BytesView key, BytesView row) const {
        if (key.size() != sizeof(std::uint64_t)) {
            return Error{ErrorCode::tampered, "a data key's row in the vault"};
        }
        auto opened = evidence::open_row(from_, row, associated_in_vault("keys", key));
        if (!opened) {
            return Error{
                ErrorCode::opening_failed,
                "the data key of slot " + std::to_string(read_big_endian<std::uint64_t>(key))};
        }
        return opened;
    }

    Result<void> begin() {
        store::Batch batch;
        for (const BytesView name : own_keys) {
            JOBBRO_TRY_ASSIGN(const Bytes opened, open_own(name));
            batch.put(vault_table::own, name, wrap("own", name, opened));
        }
        return commit(batch, 0);
    }

    // Gives the first slot that is still to be done.
    Result<std::uint64_t> wrap_some(std::uint64_t first) {
        store::Batch batch;
        std::size_t count = 0;
        std::uint64_t next = all_slots;
        std::optional<Error> failure;
        JOBBRO_TRY(
            store_->scan(vault_table::keys, key_of(first), [&](BytesView key, BytesView row) {
                if (count == keys_per_batch) {
                    next = read_big_endian<std::uint64_t>(key);
                    return false;
                }
                const auto opened = open_data_key(key, row);
                if (!opened) failure = opened.error();
                if (opened) batch.put(vault_table::keys, key, wrap("keys", key, *opened));
                ++count;
                return !failure;
            }));
        if (failure) return *failure;
        JOBBRO_TRY(commit(batch, next));
        return next;
    }

    Bytes wrap(BytesView table, BytesView key, BytesView opened) {
        return evidence::seal_row(to_, opened, associated_in_vault(table, key), *randomness_);
    }

    Result<void> commit(store::Batch& batch, std::uint64_t next) {
        batch.put(vault_table::own, rewrapping_row, wrap("own", rewrapping_row, key_of(next)));
        return store_->commit(batch, store::Durability::synced);
    }

    store::Store* store_;
    evidence::SymmetricKey from_;
    evidence::SymmetricKey to_;
    Randomness* randomness_;
};

}  // namespace

Result<void> rewrap_vault(store::Store& store, const evidence::MasterKey& from,
                          const evidence::MasterKey& to, Randomness& randomness) {
    JOBBRO_ASSERT(from.bytes() != to.bytes());
    Rewrapping rewrapping{store, from, to, randomness};
    return rewrapping.run();
}

}  // namespace jobbro::journal
