// The log: entries in one total order, hashed into a tree, each commit signed.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/journal/case_file.h"
#include "hub/journal/entry.h"
#include "hub/journal/registry.h"
#include "hub/journal/routing.h"
#include "hub/journal/tree.h"
#include "hub/journal/vault.h"
#include "hub/store/store.h"
#include "jobbro/v1/journal.pb.h"
#include "proto/contract/uuid.h"
#include "proto/evidence/note.h"

namespace jobbro::journal {

// What is to become an entry.
struct Draft {
    contract::MessageId message_id;
    std::string sender;
    BytesView body;  // the envelope's bytes; must live until stage() returns
    evidence::Digest body_digest{};
    std::optional<SubmitProof> proof;  // none: made by the hub
    KeySlot slot;                      // of the data key that seals it
    v1::EntryIndex index;
};

// An entry with its sealed parts opened.
struct OpenedEntry {
    Sequence sequence;
    Instant recorded_at;
    std::string sender;  // party id
    v1::EntryIndex index;
    Bytes body;
    ByteArray<16> message_id{};
};

// Where a message id of a sender stands.
struct Recorded {
    Sequence sequence;
    evidence::Digest body_digest{};
};

// What a commit made durable. `entries` is 0 when it held working rows only; the checkpoint is then
// that of the commit before.
struct Commit {
    std::size_t entries = 0;
};

// The log with everything that stands on it. A turn stages entries and rows into one batch, commits
// it once, and only then speaks of them. After a failed commit the journal must not be used again.
//
// Thread: the hub's loop. Life: both stores must outlive it. Neither copied nor moved: its parts
// point at each other.
class Journal {
  public:
    // What a new log starts from, and what an existing one is held against.
    struct Identity {
        std::string origin;
        evidence::Signer signer;
        std::vector<v1::Controller> controllers;
        std::vector<v1::Operator> operators;
    };

    // Opens the log, or makes entry 0 in an empty store. Reads back what only the entries hold: at
    // most limits::block_entries of them, and those the vault has not seen.
    // Errors: store_failed; log_identity_wrong when origin, key, controllers or operators are not
    // those of entry 0; tampered when head, tree and last checkpoint do not agree; opening_failed;
    // store_format_unknown.
    static Result<std::unique_ptr<Journal>> open(store::Store& log, Vault vault, Identity identity,
                                                 Instant now, Randomness& randomness);
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // --- Staging ---

    // Gives the entry its sequence and puts it into the turn's batch. Requires: the message id is
    // not recorded for the sender; the slot's key exists.
    // Errors: store_failed, opening_failed (the data key); nothing is staged then.
    Result<Sequence> stage(const Draft& draft, Instant now, Randomness& randomness);
    // The next data key nobody uses. Errors: busy when none stands ready.
    Result<KeySlot> take_slot();
    // For working rows of other rooms that belong to the same turn.
    store::Batch& batch() { return batch_; }
    // An entry of the hub's own, for no party, under the general key. Errors: as stage().
    Result<Sequence> stage_own(v1::MessageKind kind, BytesView body, Instant now,
                               Randomness& randomness);
    // Statement judged right by registry(): its entry, and the party as it is now.
    Result<Sequence> stage_registry_change(const v1::RegistryChange& change, Party party,
                                           Instant now, Randomness& randomness);
    // While the log is sealed: the party is disabled for this run, and nothing says so later.
    void disable_unrecorded(Party party);
    // Everything staged, durably when there are entries. Errors: store_failed.
    Result<Commit> commit(Randomness& randomness);

    // Notes in the store, synced, that signs of tampering were found: this and every later run
    // records nothing more. Only somebody who has looked into it takes the note away. Errors:
    // store_failed.
    Result<void> record_seal(const std::string& evidence);
    [[nodiscard]] bool is_sealed() const { return is_sealed_; }

    // --- Reading; staged entries count as recorded ---

    // Errors: store_failed, tampered.
    [[nodiscard]] Result<std::optional<Recorded>> find_message(const std::string& sender,
                                                               const contract::MessageId& id) const;
    // Errors: store_failed, tampered, opening_failed. Requires: sequence below size().
    Result<std::shared_ptr<const OpenedEntry>> read(Sequence sequence);
    // The first entry recorded at `time` or later; size() when there is none.
    // Errors: store_failed, tampered.
    [[nodiscard]] Result<Sequence> first_recorded_from(Instant time) const;
    // The checkpoint note of the commit that holds the entry. Errors: store_failed, tampered.
    [[nodiscard]] Result<Bytes> checkpoint_with(Sequence sequence) const;

    [[nodiscard]] TreeSize size() const { return tree_.size(); }
    // The time an entry staged now would bear: never earlier than the entry before.
    [[nodiscard]] Instant recording_time(Instant now) const {
        return std::max(now, last_recorded_);
    }
    // Recorded time of the last entry.
    [[nodiscard]] Instant last_recorded() const { return last_recorded_; }
    [[nodiscard]] const Bytes& checkpoint() const { return checkpoint_; }
    [[nodiscard]] const std::string& origin() const { return identity_.origin; }
    [[nodiscard]] std::string verifier_key() const;
    [[nodiscard]] const Routing& routing() const { return routing_; }
    [[nodiscard]] const Registry& registry() const { return *registry_; }
    CaseFile& cases() { return cases_; }
    Vault& vault() { return vault_; }
    [[nodiscard]] const store::Store& log() const { return *log_; }

    // Makes data keys ahead and stores bindings of CPR numbers; between turns, and with `sync` at
    // the end. Errors: store_failed.
    Result<void> upkeep(bool sync, Randomness& randomness);

  private:
    Journal(store::Store& log, Vault vault, Identity identity);
    Result<void> make_first_entry(Instant now, Randomness& randomness);
    Result<void> resume(const Bytes& head, Randomness& randomness);
    Result<void> check_last_checkpoint();
    Result<void> check_identity(const v1::LogOpened& opened) const;
    Result<Registry::Change> read_registry_change(Sequence sequence);
    Result<void> read_senders();
    Result<void> read_unfinished_block();
    Result<void> bind_again(Randomness& randomness);
    [[nodiscard]] v1::LogOpened log_opened(Instant now) const;
    [[nodiscard]] Result<Instant> recorded_at(Sequence sequence) const;
    void remember(std::shared_ptr<const OpenedEntry> entry);
    void note_sender(const std::string& sender, const ByteArray<16>& id);
    void stage_head();

    store::Store* log_;
    Identity identity_;  // constant
    Vault vault_;
    CaseFile cases_;
    std::optional<Registry> registry_;
    Routing routing_;
    Tree tree_;
    // Changed by staging.
    store::Batch batch_;
    std::size_t staged_entries_ = 0;
    std::map<Bytes, Recorded> staged_messages_;  // by sender and id
    Instant last_recorded_;
    std::uint64_t next_slot_ = 1;  // 0 is the general key
    std::map<std::string, ByteArray<16>> highest_ids_;
    std::map<std::string, ByteArray<16>> senders_of_block_;
    bool is_sealed_ = false;
    Bytes checkpoint_;
    Sequence checkpoint_from_;  // first entry of the commit that checkpoint_ signs
    std::deque<std::shared_ptr<const OpenedEntry>> recent_;  // the last entries of the log
    std::size_t recent_bytes_ = 0;
};

}  // namespace jobbro::journal
