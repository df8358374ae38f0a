#include "hub/journal/journal.h"

#include <google/protobuf/util/message_differencer.h>

#include "hub/journal/cpr_numbers.h"
#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"
#include "proto/base/limits.h"
#include "proto/evidence/digest.h"

namespace jobbro::journal {
namespace {

// 1: without erasure marks, and rows for erasing; 2: without courses and timers; 3: without what is
// counted of them, and offers; 4: without the latest message of a case, and its latest entry on no
// order; without which messages an offer's row is of, and where the rows of results begin
constexpr std::uint32_t tables_version = 5;
constexpr BytesView head_key = "head";
constexpr BytesView sealed_key = "sealed";
constexpr BytesView log_keys_key = "log-keys";
constexpr KeySlot general_slot{0};
constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;

Bytes message_key(const std::string& sender, BytesView id) {
    Bytes key = sender;
    key.push_back('\0');
    key += id;
    return key;
}

google::protobuf::Timestamp timestamp_of(Instant time) {
    google::protobuf::Timestamp timestamp;
    timestamp.set_seconds(time.microseconds / 1000000);
    timestamp.set_nanos(static_cast<std::int32_t>(time.microseconds % 1000000) * 1000);
    return timestamp;
}

Error tampered(const std::string& what) {
    return {ErrorCode::tampered, what};
}

}  // namespace

Journal::Journal(store::Store& log, Vault vault, Identity identity)
    : log_(&log),
      identity_(std::move(identity)),
      vault_(std::move(vault)),
      cases_(log, vault_),
      routing_(log),
      tree_(*Tree::open(log, TreeSize{0})) {}

// --- Staging ---------------------------------------------------------------------------------

Result<Sequence> Journal::stage(const Draft& draft, Instant now, Randomness& randomness) {
    const Sequence sequence{tree_.size().value()};
    JOBBRO_TRY_ASSIGN(const evidence::DataKey* const data_key, vault_.data_key(draft.slot));
    ClearPart clear;
    clear.sequence = sequence;
    clear.recorded_at = recording_time(now);
    clear.message_id = draft.message_id.bytes();
    clear.envelope_digest = draft.body_digest;
    clear.salt = randomness.take<16>();
    clear.hidden_slot = vault_.hide_slot(draft.slot.value(), sequence, view(clear.salt));
    clear.slot_key_number = Vault::slot_key_number;
    clear.sender = draft.sender;
    clear.proof = draft.proof;
    clear.is_of_case = !draft.proof && draft.slot != general_slot;
    const auto index_key =
        evidence::part_key(*data_key, view(clear.salt), evidence::part_index, sequence);
    const auto body_key =
        evidence::part_key(*data_key, view(clear.salt), evidence::part_body, sequence);
    clear.index_commitment = evidence::key_commitment(index_key);
    clear.body_commitment = evidence::key_commitment(body_key);
    const Bytes clear_bytes = encode_clear(clear);
    const Bytes entry = encode_entry(
        clear_bytes, evidence::seal_part(index_key, draft.index.SerializeAsString(), clear_bytes),
        evidence::seal_part(body_key, draft.body, clear_bytes));

    batch_.put(log_table::entries, key_of(sequence.value()), entry);
    const Bytes id_key = message_key(draft.sender, draft.message_id.view());
    batch_.put(log_table::messages, id_key, key_of(sequence.value()));
    staged_messages_.emplace(id_key, Recorded{sequence, draft.body_digest});
    note_sender(draft.sender, clear.message_id);
    for (const std::string& party : draft.index.audience()) {
        routing_.add(party, sequence);
    }
    tree_.append(evidence::leaf_hash(entry), batch_);
    routing_.advance(tree_.size(), batch_);
    if (tree_.size().value() % limits::block_entries == 0) {
        for (const auto& [sender, id] : senders_of_block_) {
            batch_.put(log_table::senders, sender, view(id));
        }
        senders_of_block_.clear();
    }
    last_recorded_ = clear.recorded_at;
    ++staged_entries_;
    remember(std::make_shared<const OpenedEntry>(OpenedEntry{sequence, clear.recorded_at,
                                                             draft.sender, draft.index,
                                                             Bytes{draft.body}, clear.message_id}));
    return sequence;
}

Result<KeySlot> Journal::take_slot() {
    if (next_slot_ >= vault_.slots()) return Error{ErrorCode::busy, "data keys are being made"};
    return KeySlot{next_slot_++};
}

Result<Sequence> Journal::stage_own(v1::MessageKind kind, BytesView body, Instant now,
                                    Randomness& randomness) {
    Draft draft{contract::MessageId::make(now, randomness),
                contract::PartyId::hub().text(),
                body,
                evidence::sha256(body),
                {},
                general_slot,
                {}};
    draft.index.set_kind(kind);
    return stage(draft, now, randomness);
}

Result<Sequence> Journal::stage_registry_change(const v1::RegistryChange& change, Party party,
                                                Instant now, Randomness& randomness) {
    JOBBRO_TRY_ASSIGN(
        const Sequence sequence,
        stage_own(v1::MESSAGE_KIND_REGISTRY_CHANGE, change.SerializeAsString(), now, randomness));
    registry_->apply(std::move(party), sequence, batch_);
    return sequence;
}

void Journal::disable_unrecorded(Party party) {
    store::Batch unused;
    const Sequence sequence = party.sequence;
    registry_->apply(std::move(party), sequence, unused);
}

void Journal::stage_head() {
    rows::HeadRow head;
    head.set_format_version(tables_version);
    head.set_size(tree_.size().value());
    head.set_recorded_at_us(last_recorded_.microseconds);
    head.set_next_slot(next_slot_);
    head.set_orders(cases_.orders());
    batch_.put(log_table::head, head_key, head.SerializeAsString());
}

Result<Commit> Journal::commit(Randomness& randomness) {
    const Commit commit{staged_entries_};
    cases_.stage(batch_, randomness);
    if (staged_entries_ > 0) {
        const evidence::Checkpoint said{identity_.origin, tree_.size(), tree_.root()};
        checkpoint_ = evidence::sign_note(said.text(), identity_.origin, identity_.signer);
        checkpoint_from_ = Sequence{tree_.size().value() - staged_entries_};
        batch_.put(log_table::commits, key_of(tree_.size().value()), checkpoint_);
        stage_head();
    }
    if (batch_.empty()) return commit;
    // A turn with working rows only (cursors) may be forgotten: what it says comes again.
    const bool is_synced = staged_entries_ > 0 || rows_are_synced_;
    JOBBRO_TRY(
        log_->commit(batch_, is_synced ? store::Durability::synced : store::Durability::buffered));
    batch_.clear();
    rows_are_synced_ = false;
    staged_entries_ = 0;
    staged_messages_.clear();
    return commit;
}

Result<void> Journal::record_seal(const std::string& evidence) {
    is_sealed_ = true;
    store::Batch batch;
    batch.put(log_table::head, sealed_key, evidence);
    return log_->commit(batch, store::Durability::synced);
}

void Journal::remember(std::shared_ptr<const OpenedEntry> entry) {
    recent_bytes_ += entry->body.size();
    recent_.push_back(std::move(entry));
    // What is staged is nowhere else yet.
    while (
        (recent_bytes_ > limits::recent_bytes_max || recent_.size() > limits::recent_entries_max) &&
        recent_.front()->sequence < Sequence{committed_size().value()}) {
        recent_bytes_ -= recent_.front()->body.size();
        recent_.pop_front();
    }
}

void Journal::note_sender(const std::string& sender, const ByteArray<16>& id) {
    ByteArray<16>& highest = highest_ids_[sender];
    highest = std::max(highest, id);
    senders_of_block_[sender] = highest;
}

// --- Reading ---------------------------------------------------------------------------------

Result<std::optional<Recorded>> Journal::find_message(const std::string& sender,
                                                      const contract::MessageId& id) const {
    // A sender's ids grow, so the common new message is told apart without a look-up.
    const auto highest = highest_ids_.find(sender);
    if (highest == highest_ids_.end() || id.bytes() > highest->second) {
        return std::optional<Recorded>{};
    }
    const Bytes key = message_key(sender, id.view());
    if (const auto staged = staged_messages_.find(key); staged != staged_messages_.end()) {
        return std::optional<Recorded>{staged->second};
    }
    JOBBRO_TRY_ASSIGN(const auto row, log_->get(log_table::messages, key));
    if (!row) return std::optional<Recorded>{};
    if (row->size() != 8) return tampered("a message's row");
    JOBBRO_TRY_ASSIGN(const auto entry, log_->get(log_table::entries, *row));
    if (!entry) return tampered("a recorded message has no entry");
    JOBBRO_TRY_ASSIGN(const EntryParts parts, decode_entry(*entry));
    if (key_of(parts.clear.sequence.value()) != *row) return tampered("a message's row");
    return std::optional<Recorded>{Recorded{parts.clear.sequence, parts.clear.envelope_digest}};
}

Result<std::shared_ptr<const OpenedEntry>> Journal::read(Sequence sequence) {
    JOBBRO_ASSERT(sequence.value() < tree_.size().value());
    if (!recent_.empty() && sequence >= recent_.front()->sequence) {
        return recent_[sequence.value() - recent_.front()->sequence.value()];
    }
    JOBBRO_TRY_ASSIGN(KeyedEntry entry, keyed_entry(sequence));
    if (!entry.keys) return ErrorCode::erased;
    JOBBRO_TRY_ASSIGN(const EntryParts parts, decode_entry(entry.bytes));
    const ClearPart& clear = parts.clear;
    JOBBRO_TRY_ASSIGN(Bytes body, evidence::open_part(entry.keys->body, clear.body_commitment,
                                                      parts.sealed_body, parts.clear_bytes));
    return std::make_shared<const OpenedEntry>(OpenedEntry{sequence, clear.recorded_at,
                                                           clear.sender, std::move(entry.index),
                                                           std::move(body), clear.message_id});
}

Result<Bytes> Journal::stored_entry(Sequence sequence) const {
    JOBBRO_TRY_ASSIGN(auto entry, log_->get(log_table::entries, key_of(sequence.value())));
    if (!entry) return tampered("entry " + std::to_string(sequence.value()) + " is missing");
    return *std::move(entry);
}

Result<std::optional<EntryKeys>> Journal::keys_of(const ClearPart& clear) {
    const BytesView salt = view(clear.salt);
    const KeySlot slot{vault_.hide_slot(clear.hidden_slot, clear.sequence, salt)};
    JOBBRO_TRY_ASSIGN(const evidence::DataKey* const data_key, vault_.find_data_key(slot));
    if (data_key == nullptr) return std::optional<EntryKeys>{};
    return std::optional<EntryKeys>{
        EntryKeys{evidence::part_key(*data_key, salt, evidence::part_index, clear.sequence),
                  evidence::part_key(*data_key, salt, evidence::part_body, clear.sequence)}};
}

Result<KeyedEntry> Journal::keyed_entry(Sequence sequence) {
    KeyedEntry entry;
    JOBBRO_TRY_ASSIGN(entry.bytes, stored_entry(sequence));
    JOBBRO_TRY_ASSIGN(EntryParts parts, decode_entry(entry.bytes));
    if (parts.clear.sequence != sequence) {
        return tampered("entry " + std::to_string(sequence.value()));
    }
    JOBBRO_TRY_ASSIGN(entry.keys, keys_of(parts.clear));
    if (entry.keys) {
        JOBBRO_TRY_ASSIGN(const Bytes index,
                          evidence::open_part(entry.keys->index, parts.clear.index_commitment,
                                              parts.sealed_index, parts.clear_bytes));
        if (!entry.index.ParseFromString(index)) {
            return tampered("entry " + std::to_string(sequence.value()));
        }
    }
    entry.recorded_at = parts.clear.recorded_at;
    entry.sender = std::move(parts.clear.sender);
    return entry;
}

Result<Instant> Journal::recorded_at(Sequence sequence) const {
    if (!recent_.empty() && sequence >= recent_.front()->sequence) {
        return recent_[sequence.value() - recent_.front()->sequence.value()]->recorded_at;
    }
    JOBBRO_TRY_ASSIGN(const Bytes entry, stored_entry(sequence));
    JOBBRO_TRY_ASSIGN(const EntryParts parts, decode_entry(entry));
    if (parts.clear.sequence != sequence) {
        return tampered("entry " + std::to_string(sequence.value()));
    }
    return parts.clear.recorded_at;
}

Result<Sequence> Journal::first_recorded_from(Instant time) const {
    std::uint64_t first = 0;
    std::uint64_t end = tree_.size().value();
    while (first < end) {
        const std::uint64_t middle = first + (end - first) / 2;
        JOBBRO_TRY_ASSIGN(const Instant recorded, recorded_at(Sequence{middle}));
        if (recorded < time) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return Sequence{first};
}

Result<Bytes> Journal::checkpoint_with(Sequence sequence) const {
    if (sequence >= checkpoint_from_) return checkpoint_;
    Bytes note;
    JOBBRO_TRY(log_->scan(log_table::commits, key_of(size_with(sequence).value()),
                          [&](BytesView, BytesView value) {
                              note = Bytes{value};
                              return false;
                          }));
    if (note.empty()) return tampered("an entry without a commit");
    return note;
}

std::string Journal::verifier_key() const {
    return evidence::NoteVerifier{identity_.origin, identity_.signer.verifying_key()}.text();
}

Result<void> Journal::upkeep(bool sync, Randomness& randomness) {
    if (vault_.is_low(KeySlot{next_slot_})) {
        JOBBRO_TRY(vault_.refill(KeySlot{next_slot_}, randomness));
    }
    return vault_.flush(Sequence{tree_.size().value()}, sync);
}

// --- Opening ---------------------------------------------------------------------------------

Result<std::unique_ptr<Journal>> Journal::open(store::Store& log, Vault vault, Identity identity,
                                               Instant now, Randomness& randomness,
                                               MarksFile* marks, Assurances assured) {
    std::unique_ptr<Journal> journal(new Journal(log, std::move(vault), std::move(identity)));
    journal->marks_file_ = marks;
    JOBBRO_TRY_ASSIGN(const auto head, log.get(log_table::head, head_key));
    if (head) {
        JOBBRO_TRY(journal->resume(*head, now, assured, randomness));
        JOBBRO_TRY(journal->hand_over(now, randomness));
    } else {
        JOBBRO_TRY(journal->begin_marks(randomness));
        JOBBRO_TRY(journal->make_first_entry(now, randomness));
    }
    JOBBRO_TRY(journal->upkeep(true, randomness));
    JOBBRO_TRY(journal->mark_erasures_of_before(randomness));
    return journal;
}

v1::LogOpened Journal::log_opened(Instant now) const {
    v1::LogOpened opened;
    opened.set_format_version(1);
    opened.set_origin(identity_.origin);
    opened.set_verifier_key(verifier_key());
    for (const v1::Controller& controller : identity_.controllers) {
        *opened.add_controllers() = controller;
    }
    for (const v1::Operator& each : identity_.operators)
        *opened.add_operators() = each;
    *opened.mutable_opened_at() = timestamp_of(now);
    opened.set_is_demo(identity_.is_demo);
    return opened;
}

Result<void> Journal::make_first_entry(Instant now, Randomness& randomness) {
    JOBBRO_TRY_ASSIGN(const auto leftover, log_->last(log_table::entries));
    if (leftover) return tampered("there are entries and no head");
    // The vault is told of entries only after they are durable: it has seen a log that is gone.
    if (vault_.bound_through() > Sequence{0}) return tampered("the vault has seen a longer log");
    JOBBRO_TRY(vault_.refill(KeySlot{next_slot_}, randomness));
    const v1::LogOpened opened = log_opened(now);
    JOBBRO_TRY_ASSIGN(const Sequence first, stage_own(v1::MESSAGE_KIND_LOG_OPENED,
                                                      opened.SerializeAsString(), now, randomness));
    JOBBRO_ASSERT(first == Sequence{0});
    JOBBRO_TRY_ASSIGN(log_keys_, LogKeys::first(opened));
    JOBBRO_TRY_ASSIGN(registry_, Registry::first(opened));
    for (const auto& [id, party] : std::map{registry_->parties()}) {
        registry_->apply(party, first, batch_);
    }
    JOBBRO_TRY(commit(randomness));
    return {};
}

Result<void> Journal::resume(const Bytes& head_bytes, Instant now, Assurances assured,
                             Randomness& randomness) {
    rows::HeadRow head;
    if (!head.ParseFromString(head_bytes)) return tampered("the head row");
    if (head.format_version() != tables_version) return ErrorCode::store_format_unknown;
    last_recorded_ = Instant{head.recorded_at_us()};
    // Before anything is changed.
    const bool is_long_ago = now > last_recorded_.plus_ms(limits::clock_gap_days_max * day_ms);
    if (is_long_ago && !assured.clock_is_right) {
        return Error{ErrorCode::clock_unsure, "the last entry is more than a year old"};
    }
    next_slot_ = head.next_slot();
    cases_.resume(head.orders());
    if (vault_.bound_through().value() > head.size()) {
        return tampered("the vault has seen a longer log");
    }
    JOBBRO_TRY_ASSIGN(const auto sealed, log_->get(log_table::head, sealed_key));
    is_sealed_ = sealed.has_value();
    if (next_slot_ > vault_.slots()) {
        return Error{ErrorCode::opening_failed, "the vault is older than the log"};
    }
    JOBBRO_TRY_ASSIGN(tree_, Tree::open(*log_, TreeSize{head.size()}));
    JOBBRO_TRY(check_last_checkpoint());
    JOBBRO_TRY(read_log_keys());
    JOBBRO_TRY(read_rule_sets());
    // Before anything else is read: what is erased stays unread, also after a restore.
    JOBBRO_TRY(destroy_marked(assured, randomness));
    JOBBRO_TRY(destroy_recorded());
    JOBBRO_TRY_ASSIGN(const auto first, read(Sequence{0}));
    v1::LogOpened opened;
    if (!opened.ParseFromString(first->body)) return tampered("entry 0");
    JOBBRO_TRY(check_identity(opened));
    JOBBRO_TRY_ASSIGN(registry_, Registry::open(*log_, opened, [this](Sequence sequence) {
                          return read_registry_change(sequence);
                      }));
    JOBBRO_TRY(read_senders());
    JOBBRO_TRY(read_unfinished_block());
    // Or what a restore brought back would keep the number of somebody erased from leading to who
    // has come by it since.
    JOBBRO_TRY(take_away_numbers_of_before());
    return bind_again(randomness);
}

Result<void> Journal::check_last_checkpoint() {
    JOBBRO_TRY_ASSIGN(const auto entry, log_->last(log_table::entries));
    if (!entry || entry->key != key_of(tree_.size().value() - 1)) {
        return tampered("head and entries disagree about the size");
    }
    JOBBRO_TRY_ASSIGN(const auto commit, log_->last(log_table::commits));
    if (!commit) return tampered("there is no checkpoint");
    evidence::NoteVerifier verifier{identity_.origin, identity_.signer.verifying_key()};
    if (identity_.former_signer) {
        verifier.former.push_back(identity_.former_signer->verifying_key());
    }
    const auto checkpoint = evidence::open_checkpoint(commit->value, verifier);
    if (!checkpoint) {
        return Error{ErrorCode::log_identity_wrong,
                     "the last checkpoint is not signed by this origin and key"};
    }
    if (checkpoint->size != tree_.size() || checkpoint->root != tree_.root()) {
        return tampered("the tree is not the one the last checkpoint signs");
    }
    checkpoint_ = commit->value;
    checkpoint_from_ = Sequence{tree_.size().value() - 1};
    return {};
}

// These entries are under the general key, which is never erased.
Result<void> Journal::read_log_keys() {
    JOBBRO_TRY_ASSIGN(const auto first, read(Sequence{0}));
    v1::LogOpened opened;
    if (!opened.ParseFromString(first->body)) return tampered("entry 0");
    JOBBRO_TRY_ASSIGN(log_keys_, LogKeys::first(opened));
    JOBBRO_TRY_ASSIGN(const auto row, log_->get(log_table::head, log_keys_key));
    std::uint64_t before = 0;
    if (row && row->size() % 8 != 0) return tampered("the row of the log's keys");
    for (std::size_t at = 0; row && at < row->size(); at += 8) {
        const auto sequence = read_big_endian<std::uint64_t>(*row, at);
        if (sequence <= before || sequence >= tree_.size().value()) {
            return tampered("the row of the log's keys");
        }
        before = sequence;
        JOBBRO_TRY_ASSIGN(const auto entry, read(Sequence{sequence}));
        v1::LogKeyChange change;
        if (entry->index.kind() != v1::MESSAGE_KIND_LOG_KEY_CHANGE ||
            !change.ParseFromString(entry->body)) {
            return tampered("the row of the log's keys");
        }
        JOBBRO_TRY(log_keys_->take(entry->sequence, change));
    }
    if (evidence::open_checkpoint(checkpoint_, log_keys_->now())) return {};
    return Error{ErrorCode::log_identity_wrong,
                 "the last checkpoint is not signed by the key the log names"};
}

Result<void> Journal::hand_over(Instant now, Randomness& randomness) {
    if (log_keys_->now().key == identity_.signer.verifying_key()) return {};
    const bool is_former =
        identity_.former_signer && identity_.former_signer->verifying_key() == log_keys_->now().key;
    if (!is_former || log_keys_->has_had(identity_.signer.verifying_key())) {
        return Error{ErrorCode::log_identity_wrong, "the log is not handed to a key it has had"};
    }
    if (is_sealed_) return Error{ErrorCode::hub_sealed, "the log's key cannot be changed"};
    const v1::LogKeyChange change =
        make_log_key_change(identity_.origin, *identity_.former_signer, identity_.signer);
    JOBBRO_TRY_ASSIGN(
        const Sequence sequence,
        stage_own(v1::MESSAGE_KIND_LOG_KEY_CHANGE, change.SerializeAsString(), now, randomness));
    JOBBRO_TRY(log_keys_->take(sequence, change));
    batch_.put(log_table::head, log_keys_key, log_keys_->row());
    JOBBRO_TRY(commit(randomness));
    return {};
}

Result<void> Journal::check_identity(const v1::LogOpened& opened) const {
    v1::LogOpened expected = log_opened(Instant{});
    expected.set_verifier_key(log_keys_->first().text());
    *expected.mutable_opened_at() = opened.opened_at();
    if (google::protobuf::util::MessageDifferencer::Equals(expected, opened)) return {};
    return Error{
        ErrorCode::log_identity_wrong,
        "origin, controllers, operators and hub.demo_clock must be those of the first entry"};
}

Result<Registry::Change> Journal::read_registry_change(Sequence sequence) {
    if (sequence.value() >= tree_.size().value()) return tampered("a registry row's entry");
    JOBBRO_TRY_ASSIGN(const auto entry, read(sequence));
    Registry::Change change{{}, entry->recorded_at};
    if (entry->index.kind() != v1::MESSAGE_KIND_REGISTRY_CHANGE ||
        !change.change.ParseFromString(entry->body)) {
        return tampered("a registry row's entry");
    }
    return change;
}

Result<void> Journal::read_senders() {
    bool whole = true;
    JOBBRO_TRY(log_->scan(log_table::senders, {}, [&](BytesView sender, BytesView id) {
        whole = id.size() == 16;
        if (whole) highest_ids_[Bytes{sender}] = array_of<16>(id);
        return whole;
    }));
    if (!whole) return tampered("a sender's row");
    return {};
}

Result<void> Journal::read_unfinished_block() {
    routing_.resume(tree_.size());
    for (std::uint64_t i = Routing::block_start(tree_.size()).value(); i < tree_.size().value();
         ++i) {
        const Sequence sequence{i};
        JOBBRO_TRY_ASSIGN(const auto bytes, log_->get(log_table::entries, key_of(i)));
        if (!bytes) return tampered("entry " + std::to_string(i) + " is missing");
        JOBBRO_TRY_ASSIGN(const EntryParts parts, decode_entry(*bytes));
        note_sender(parts.clear.sender, parts.clear.message_id);
        const auto entry = read(sequence);
        if (!entry && entry.error().code == ErrorCode::erased) continue;  // nobody is to have it
        if (!entry) return entry.error();
        for (const std::string& party : (*entry)->index.audience()) {
            routing_.add(party, sequence);
        }
    }
    return {};
}

Result<void> Journal::bind_again(Randomness& randomness) {
    for (std::uint64_t i = vault_.bound_through().value(); i < tree_.size().value(); ++i) {
        const auto entry = read(Sequence{i});
        if (!entry && entry.error().code == ErrorCode::erased) continue;
        if (!entry) return entry.error();
        if ((*entry)->index.subject_id().size() != 16) continue;
        v1::Envelope envelope;
        if (!envelope.ParseFromString((*entry)->body)) {
            return tampered("the envelope of entry " + std::to_string(i));
        }
        JOBBRO_TRY(note_cpr_numbers(vault_, envelope, array_of<16>((*entry)->index.subject_id()),
                                    Sequence{i}, randomness));
    }
    return {};
}

}  // namespace jobbro::journal
