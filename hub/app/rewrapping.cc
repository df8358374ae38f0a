// Another master key for the vault of a hub that does not run.
#include "hub/journal/rewrapping.h"

#include "hub/app/hub.h"
#include "hub/journal/tables.h"
#include "hub/store/rocks_store.h"
#include "proto/evidence/key_file.h"

namespace jobbro::app {

Result<void> Hub::rewrap_vault(const ops::Config& config, const std::filesystem::path& new_keys) {
    JOBBRO_TRY_ASSIGN(const auto keys, evidence::read_hub_secret_keys(config.keys));
    JOBBRO_TRY_ASSIGN(const auto renewed, evidence::read_hub_secret_keys(new_keys));
    if (renewed.origin != keys.origin) {
        return Error{ErrorCode::log_identity_wrong, new_keys.string() + " is another hub's"};
    }
    if (renewed.master.bytes() == keys.master.bytes()) {
        return Error{ErrorCode::config_value_invalid,
                     new_keys.string() + " holds the same master key"};
    }
    const std::filesystem::path folder = config.data / "vault";
    std::error_code failure;
    if (!std::filesystem::is_directory(folder, failure)) {
        return Error{ErrorCode::file_unreadable, folder.string() + ": there is no vault"};
    }
    JOBBRO_TRY_ASSIGN(const auto store,
                      store::RocksStore::open(folder, journal::vault_table::names));
    evidence::SystemRandomness randomness;
    return journal::rewrap_vault(*store, keys.master, renewed.master, randomness);
}

}  // namespace jobbro::app
