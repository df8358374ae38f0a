// A log made from hub/journal/FORMAT.md alone, in memory, to try the auditor on. Shares no code
// with the hub that writes real ones.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "adapters/audit/archive.h"
#include "adapters/audit/entry_check.h"
#include "adapters/audit/log_check.h"
#include "jobbro/v1/erasure.pb.h"
#include "jobbro/v1/journal.pb.h"
#include "jobbro/v1/registry.pb.h"
#include "proto/evidence/keys.h"
#include "proto/evidence/merkle.h"
#include "proto/evidence/note.h"
#include "proto/evidence/tiles.h"

namespace jobbro::audit {

inline constexpr const char* made_up_origin = "made-up.test/log";
inline constexpr const char* made_up_provider = "provider:99104007";
inline constexpr const char* made_up_jobcentre = "jobcentre:630";
inline constexpr const char* made_up_controller = "controller:demo";
inline constexpr const char* made_up_operator = "operator:duty";
inline constexpr const char* made_up_citizen = "sixteen bytes id";

// What an entry is to hold; may be told to lie.
struct MadeUpEntry {
    std::uint64_t sequence = 0;
    std::int64_t recorded_us = 1767323045000000;
    std::string sender = "hub";
    Bytes body = "body";
    v1::EntryIndex index{};
    Bytes submitted{};  // the bytes after the sender; empty: the hub made it
    bool is_of_case = false;
};

// Thread: one. Entry 0 opens the log, entry 1 grants the provider; then it submits, three envelopes
// at a time. Every commit is signed: one an entry of the hub, one a submit.
class MadeUpLog {
  public:
    explicit MadeUpLog(std::size_t size);

    // --- Making ---

    void add(const MadeUpEntry& entry);
    void add_log_opened();
    // What entry 0 says, and an entry 0 that says it instead; sign_again() makes the rest fit.
    [[nodiscard]] v1::LogOpened opening() const;
    void replace_opening(const v1::LogOpened& opened);
    // Entry with a statement signed by `signer`, who is its key's name.
    void add_statement(v1::RegistryStatement statement, const std::string& key_of);
    [[nodiscard]] v1::RegistryStatement grant(const std::string& party) const;
    // Entry of the hub's own, so many days after the first.
    void add_own(v1::MessageKind kind, const Bytes& body, std::int64_t days = 0);
    // That the citizen is to be erased, of the controller.
    [[nodiscard]] static v1::CitizenStatement citizen_statement();
    static v1::StatedAct stated(const v1::CitizenStatement& statement,
                                const std::string& key_of = made_up_controller);
    // Up to three envelopes of the provider.
    void add_submit(std::size_t envelopes, std::uint64_t registry_entry = 1,
                    const std::string& key_of = made_up_provider);
    // A checkpoint of all entries so far.
    void commit();
    // Tiles of the entries as they are now.
    void make_tiles();
    // Checkpoints of the same sizes, signed anew for the entries as they are now, and tiles.
    void sign_again();

    // --- What is in it; tests change it ---

    std::map<std::uint64_t, Bytes> entries;
    std::map<std::uint64_t, Bytes> commits;  // by size
    std::map<std::pair<std::uint8_t, std::uint64_t>, std::vector<evidence::Digest>> tiles;
    bool gives_keys = true;
    std::set<std::uint64_t> kept_back;            // entries whose keys are not given
    std::map<std::uint64_t, std::uint64_t> gone;  // by entry: its slot, that has no data key
    std::set<std::uint64_t> slots_with_key;

    // --- Reading ---

    [[nodiscard]] evidence::NoteVerifier verifier() const;
    [[nodiscard]] PartKeys keys_of(std::uint64_t sequence) const;
    // Of entries of the hub, when they are given; and what is gone.
    [[nodiscard]] PartKeys hub_keys_of(std::uint64_t sequence) const;
    [[nodiscard]] Sources sources() const;
    [[nodiscard]] evidence::ReadTile stored_tiles() const;
    // Unfinished ones too.
    [[nodiscard]] evidence::ReadTile all_tiles() const;
    [[nodiscard]] evidence::Digest root(std::uint64_t size) const;
    [[nodiscard]] std::string note(std::uint64_t size) const;
    [[nodiscard]] std::vector<evidence::Digest> proof(std::uint64_t sequence,
                                                      std::uint64_t size) const;
    // Feeds all of it to a check, in the order of the log.
    LogSummary check(FaultList& faults) const;
    LogSummary check(FaultList& faults, const std::function<void(LogCheck&)>& before) const;
    // "entry 5: …" of each fault.
    [[nodiscard]] std::vector<std::string> faults() const;
    // The same of a check that `before` was told something.
    [[nodiscard]] std::vector<std::string> faults(
        const std::function<void(LogCheck&)>& before) const;
    // An entry with both keys and its proof to the tree of this size.
    [[nodiscard]] ArchivedEntry archived(std::uint64_t sequence, std::uint64_t size) const;

    // A key by the name of who has it; always the same.
    static evidence::SigningKey key(const std::string& name);

  private:
    [[nodiscard]] std::vector<evidence::Digest> leaves(std::uint64_t size) const;

    std::uint64_t next_ = 0;
    evidence::CompactTree tree_;  // of the entries as they were added
};

// The bytes of an entry; its data key is 32 bytes of 0x11.
Bytes made_up_entry(const MadeUpEntry& entry);
// A note signed with the key of `signer`, for a checkpoint of this log.
std::string made_up_note(const std::string& origin, std::uint64_t size,
                         const evidence::Digest& root, const std::string& signer);

}  // namespace jobbro::audit
