// The log: entries in one total order, hashed into a tree, each commit signed.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/journal/assurances.h"
#include "hub/journal/case_file.h"
#include "hub/journal/entry.h"
#include "hub/journal/erasure_marks.h"
#include "hub/journal/erasure_plan.h"
#include "hub/journal/log_keys.h"
#include "hub/journal/registry.h"
#include "hub/journal/routing.h"
#include "hub/journal/tree.h"
#include "hub/journal/vault.h"
#include "hub/store/store.h"
#include "jobbro/v1/journal.pb.h"
#include "jobbro/v1/rules.pb.h"
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

// What opens the sealed parts of one entry, and nothing else.
struct EntryKeys {
    evidence::SymmetricKey index;
    evidence::SymmetricKey body;
};

// An entry as it stands in the log, with what opens it.
struct KeyedEntry {
    Bytes bytes;
    Instant recorded_at;
    std::string sender;             // party id
    std::optional<EntryKeys> keys;  // none: the data key is destroyed
    v1::EntryIndex index;           // opened; empty without keys
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
        // The log's key until now, to hand it over from. None: it is not handed over.
        std::optional<evidence::Signer> former_signer = std::nullopt;
        // The log's times are made up: it is played, by a clock that a person drives.
        bool is_demo = false;
    };

    // Opens the log, or makes entry 0 in an empty store. Reads back what only the entries hold: at
    // most limits::block_entries of them, and those the vault has not seen.
    // Errors: store_failed; log_identity_wrong when origin, controllers, operators or whether it is
    // a demo's are not those of entry 0, or the key neither signs the log nor is handed it by the
    // former one; tampered when head, tree and last checkpoint do not agree; opening_failed;
    // store_format_unknown; hub_sealed when a sealed log would be handed over.
    //
    // With `marks`, what they say is held against the log and carried out before it returns, and
    // they are kept up from then on; what the files hold of it goes by look_after_erasures().
    // Errors: also erasure_marks_missing when the log has entries and there are no marks; tampered
    // when they have seen a longer log or another; file_unreadable, file_unwritable. Without,
    // nothing tells a log that was put back.
    //
    // Errors: also clock_unsure when the last entry is more than limits::clock_gap_days_max old. An
    // assurance takes this one, and that of marks that are missing, away.
    static Result<std::unique_ptr<Journal>> open(store::Store& log, Vault vault, Identity identity,
                                                 Instant now, Randomness& randomness,
                                                 MarksFile* marks = nullptr,
                                                 Assurances assured = {});
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
    // The turn's rows are to be on stable storage when commit() returns, entries or none.
    void sync_rows() { rows_are_synced_ = true; }
    // An entry of the hub's own, for no party, under the general key. Errors: as stage().
    Result<Sequence> stage_own(v1::MessageKind kind, BytesView body, Instant now,
                               Randomness& randomness);
    // Statement judged right by registry(): its entry, and the party as it is now.
    Result<Sequence> stage_registry_change(const v1::RegistryChange& change, Party party,
                                           Instant now, Randomness& randomness);
    // From now on it is the last of rule_sets(). Errors: as stage().
    Result<Sequence> stage_rule_set(const v1::RuleSet& rules, Instant now, Randomness& randomness);
    // While the log is sealed: the party is disabled for this run, and nothing says so later.
    void disable_unrecorded(Party party);
    // Records that what the plan says is erased; `body` says by what. There are no such orders and,
    // when it is whole, no such citizen from now on. Requires: as remove_planned(). Errors: as
    // stage().
    Result<Sequence> stage_erasure(const ErasurePlan& plan, const ErasureScope& scope,
                                   v1::Erasure body, Instant now, Randomness& randomness);
    // Everything staged, durably when there are entries or sync_rows() was called. Errors:
    // store_failed.
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
    // Errors: store_failed, tampered, opening_failed; erased when its keys are destroyed. Requires:
    // sequence below size().
    Result<std::shared_ptr<const OpenedEntry>> read(Sequence sequence);
    // The stored bytes, whatever they are. Requires: the entry is committed. Errors: store_failed;
    // tampered when there are none.
    [[nodiscard]] Result<Bytes> stored_entry(Sequence sequence) const;
    // Those of an entry, and its keys, tried on the index. Requires: the entry is committed.
    // Errors: store_failed, tampered, opening_failed.
    Result<KeyedEntry> keyed_entry(Sequence sequence);
    // From the clear part, which is there for ever. Errors: store_failed, tampered. Requires: as
    // read().
    [[nodiscard]] Result<Instant> recorded_at(Sequence sequence) const;
    // The first entry recorded at `time` or later; size() when there is none.
    // Errors: store_failed, tampered.
    [[nodiscard]] Result<Sequence> first_recorded_from(Instant time) const;
    // The checkpoint note of the commit that holds the entry. Errors: store_failed, tampered.
    [[nodiscard]] Result<Bytes> checkpoint_with(Sequence sequence) const;

    // A rule set, as an entry holds it.
    struct RecordedRules {
        v1::RuleSet rules;
        Instant recorded_at;
    };
    // All of the log, in its order. Errors: as read(), but for erased.
    Result<std::vector<RecordedRules>> rule_sets();

    [[nodiscard]] TreeSize size() const { return tree_.size(); }
    [[nodiscard]] const Tree& tree() const { return tree_; }
    // Without what is staged: that of checkpoint().
    [[nodiscard]] TreeSize committed_size() const {
        return TreeSize{tree_.size().value() - staged_entries_};
    }
    // The time an entry staged now would bear: never earlier than the entry before.
    [[nodiscard]] Instant recording_time(Instant now) const {
        return std::max(now, last_recorded_);
    }
    // Recorded time of the last entry.
    [[nodiscard]] Instant last_recorded() const { return last_recorded_; }
    [[nodiscard]] const Bytes& checkpoint() const { return checkpoint_; }
    [[nodiscard]] const std::string& origin() const { return identity_.origin; }
    [[nodiscard]] std::string verifier_key() const;
    // What checkpoints are held to: a tree of this size is signed with the key of its time.
    [[nodiscard]] const evidence::NoteVerifier& verifier_of(TreeSize size) const {
        return log_keys_->of_size(size);
    }
    [[nodiscard]] const Routing& routing() const { return routing_; }
    [[nodiscard]] const Registry& registry() const { return *registry_; }
    CaseFile& cases() { return cases_; }
    Vault& vault() { return vault_; }
    [[nodiscard]] const store::Store& log() const { return *log_; }

    // Makes data keys ahead and stores bindings of CPR numbers; between turns, and with `sync` at
    // the end. Errors: store_failed.
    Result<void> upkeep(bool sync, Randomness& randomness);

    // --- Erasing; between commits; by steady time ---

    // Destroys the keys of what stage_erasure() has recorded since the last call. Requires: it is
    // committed. Errors: store_failed; opening_failed, tampered when a number's row made no sense,
    // after all else was done.
    Result<void> carry_out_erasures(Instant steady);
    // Brings what is carried out to its end, once no more has come for a second: marks it outside,
    // and sees to it that no file of the stores holds any of it. Writes the latest checkpoint to
    // the marks every ten seconds. With `at_once` all of it now. What cannot be brought to its end
    // is tried again at a later call, after a second, two, four, up to an hour. What was left when
    // the process ended counts as carried out at the first call. Errors: store_failed.
    Result<void> look_after_erasures(Instant steady, bool at_once, Randomness& randomness);
    // Recorded, and not at their end.
    [[nodiscard]] std::size_t unfinished_erasures() const { return erasures_.size(); }
    // Why the marks could not be written the last time; none: they were.
    [[nodiscard]] const std::optional<Error>& marks_failure() const { return marks_failure_; }
    // There were none at the start, and they were made anew as somebody had assured.
    [[nodiscard]] bool has_made_marks_anew() const { return has_made_marks_anew_; }

  private:
    // An erasure that is not at its end.
    struct PendingErasure {
        Sequence sequence;
        std::vector<KeySlot> slots;
        std::vector<Bytes> cpr_hashes;  // as its row has them
        std::vector<SubjectId> subjects;
        bool is_carried_out = false;
    };

    Journal(store::Store& log, Vault vault, Identity identity);
    Result<void> make_first_entry(Instant now, Randomness& randomness);
    Result<void> resume(const Bytes& head, Instant now, Assurances assured, Randomness& randomness);
    Result<void> read_log_keys();
    Result<void> read_rule_sets();  // rule_entries.cc
    Result<void> check_last_checkpoint();
    Result<void> hand_over(Instant now, Randomness& randomness);
    Result<void> check_identity(const v1::LogOpened& opened) const;
    Result<Registry::Change> read_registry_change(Sequence sequence);
    Result<void> read_senders();
    Result<void> read_unfinished_block();
    Result<void> bind_again(Randomness& randomness);
    [[nodiscard]] v1::LogOpened log_opened(Instant now) const;
    Result<std::optional<EntryKeys>> keys_of(const ClearPart& clear);
    void remember(std::shared_ptr<const OpenedEntry> entry);
    void note_sender(const std::string& sender, const ByteArray<16>& id);
    void stage_head();

    // erasing.cc
    Result<void> begin_marks(Randomness& randomness);
    Result<void> destroy_marked(Assurances assured, Randomness& randomness);
    Result<void> check_marked_tree(const ErasureMarks& marks) const;
    Result<void> destroy_recorded();
    Result<std::vector<KeySlot>> slots_of_erasure(Sequence sequence);
    Result<void> take_away_numbers_of_before();
    Result<void> mark_erasures_of_before(Randomness& randomness);
    Result<void> forget_hashes();
    Result<void> write_marks(Randomness& randomness);
    Result<void> end_erasures(Randomness& randomness);
    [[nodiscard]] bool is_unfinished() const { return has_destroyed_again_ || !erasures_.empty(); }
    [[nodiscard]] bool is_end_due(Instant steady) const;

    store::Store* log_;
    Identity identity_;  // constant
    Vault vault_;
    CaseFile cases_;
    std::optional<Registry> registry_;
    std::optional<LogKeys> log_keys_;
    Routing routing_;
    Tree tree_;
    // Changed by staging.
    store::Batch batch_;
    bool rows_are_synced_ = false;
    std::size_t staged_entries_ = 0;
    std::map<Bytes, Recorded> staged_messages_;  // by sender and id
    Instant last_recorded_;
    std::uint64_t next_slot_ = 1;  // 0 is the general key
    std::vector<Sequence> rule_sets_;
    std::map<std::string, ByteArray<16>> highest_ids_;
    std::map<std::string, ByteArray<16>> senders_of_block_;
    bool is_sealed_ = false;
    Bytes checkpoint_;
    Sequence checkpoint_from_;  // first entry of the commit that checkpoint_ signs
    std::deque<std::shared_ptr<const OpenedEntry>> recent_;  // the last entries of the log
    std::size_t recent_bytes_ = 0;
    // Of erasing. Its times are steady.
    MarksFile* marks_file_ = nullptr;
    TreeSize marked_;  // size of the tree the marks hold
    Instant marks_tried_at_;
    std::optional<Error> marks_failure_;
    bool has_made_marks_anew_ = false;
    std::deque<PendingErasure> erasures_;
    Instant carried_out_at_;        // the last time
    Instant first_carried_out_at_;  // of those not at their end
    Instant looked_at_;
    Instant end_from_;                  // not before: it has failed
    std::int64_t end_wait_ms_ = 0;      // how long it was to wait; 0: it has not failed
    bool has_destroyed_again_ = false;  // at the start: what a restore brought back
};

}  // namespace jobbro::journal
