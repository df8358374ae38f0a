// Erasing: recorded by an entry, carried out after its commit, at its end when no file of the
// stores holds any of it. A process that ends in between goes on from there at the next start.
#include <algorithm>
#include <set>
#include <utility>

#include "hub/journal/journal.h"
#include "hub/journal/tables.h"
#include "hub/journal/timers.h"

namespace jobbro::journal {
namespace {

constexpr std::int64_t look_every_ms = 1000;
constexpr std::int64_t marks_every_ms = 10000;
// While erasures keep coming their ends wait for each other, this long at most.
constexpr std::int64_t end_after_ms_max = 600000;
// To end them writes the tables or the marks anew: what fails is tried again ever later.
constexpr std::int64_t end_wait_ms_max = std::int64_t{3600} * 1000;

// Among the erasures' rows: what a restore brought back is destroyed, and not scrubbed yet.
constexpr BytesView again_row = "again";

// What erasing changes rows of, and what else is taken away for good. The vault knows its own.
constexpr store::Table scrubbed[] = {
    log_table::cases,    log_table::orders, log_table::parked,       log_table::retention,
    log_table::erasures, log_table::timers, log_table::frozen_months};

bool is_past(Instant then, std::int64_t ms, Instant steady) {
    return steady >= then.plus_ms(ms);
}

// Nothing is lost by it: what is erased is on the disk a while longer.
bool is_tried_again(const Error& error) {
    return error.code == ErrorCode::busy || error.code == ErrorCode::file_unwritable;
}

// An erasure's row: the hashes of the numbers that go, one after the other; none: empty.
constexpr std::size_t hash_bytes = 32;

Bytes row_of_hashes(const Vault& vault, Sequence sequence, const std::vector<Bytes>& hashes,
                    Randomness& randomness) {
    if (hashes.empty()) return {};
    Bytes all;
    for (const Bytes& each : hashes)
        all += each;
    return vault.seal_row(log_table::erasures, key_of(sequence.value()), all, randomness);
}

Result<std::vector<Bytes>> hashes_of_row(const Vault& vault, Sequence sequence, BytesView row) {
    std::vector<Bytes> hashes;
    if (row.empty()) return hashes;
    JOBBRO_TRY_ASSIGN(const Bytes all,
                      vault.open_row(log_table::erasures, key_of(sequence.value()), row));
    if (all.size() % hash_bytes != 0) return Error{ErrorCode::tampered, "an erasure's row"};
    for (std::size_t at = 0; at < all.size(); at += hash_bytes)
        hashes.push_back(all.substr(at, hash_bytes));
    return hashes;
}

}  // namespace

// --- In a turn -------------------------------------------------------------------------------

Result<Sequence> Journal::stage_erasure(const ErasurePlan& plan, const ErasureScope& scope,
                                        v1::Erasure body, Instant now, Randomness& randomness) {
    body.set_subject_id(Bytes{view(plan.subjects.front())});
    for (const KeySlot slot : plan.slots)
        body.add_slots(slot.value());
    body.set_orders(static_cast<std::uint32_t>(plan.orders.size()));
    body.set_entries(plan.entries);
    body.set_is_whole(plan.is_whole);
    JOBBRO_TRY_ASSIGN(
        const Sequence sequence,
        stage_own(v1::MESSAGE_KIND_ERASURE, body.SerializeAsString(), now, randomness));
    batch_.put(log_table::erasures, key_of(sequence.value()),
               row_of_hashes(vault_, sequence, plan.cpr_hashes, randomness));
    for (const SubjectId& subject : plan.subjects) {
        JOBBRO_TRY_ASSIGN(rows::CaseRow* const row, cases_.open(subject));
        forget_timer(batch_, subject, *row);
    }
    JOBBRO_TRY(remove_planned(cases_, plan, scope));
    for (const SubjectId& subject : plan.subjects) {
        if (plan.is_whole) break;
        JOBBRO_TRY_ASSIGN(rows::CaseRow* const row, cases_.open(subject));
        set_timer(batch_, subject, *row);
    }
    erasures_.push_back({sequence, plan.slots, plan.cpr_hashes, plan.subjects});
    return sequence;
}

Result<void> Journal::carry_out_erasures(Instant steady) {
    JOBBRO_ASSERT(staged_entries_ == 0);
    std::vector<KeySlot> slots;
    std::vector<Bytes> hashes;
    std::set<SubjectId> subjects;
    bool has_any = false;
    bool has_earlier = has_destroyed_again_;
    for (PendingErasure& each : erasures_) {
        has_earlier = has_earlier || each.is_carried_out;
        if (each.is_carried_out) continue;
        has_any = each.is_carried_out = true;
        slots.insert(slots.end(), each.slots.begin(), each.slots.end());
        hashes.insert(hashes.end(), each.cpr_hashes.begin(), each.cpr_hashes.end());
        subjects.insert(each.subjects.begin(), each.subjects.end());
    }
    if (!has_any) return {};
    // Bindings that still wait would be written after those they are about are gone.
    JOBBRO_TRY(vault_.flush(Sequence{tree_.size().value()}, true));
    recent_.clear();
    recent_bytes_ = 0;
    if (!has_earlier) first_carried_out_at_ = steady;
    carried_out_at_ = steady;
    return vault_.destroy(slots, hashes, subjects);
}

// --- To the end ------------------------------------------------------------------------------

bool Journal::is_end_due(Instant steady) const {
    if (!is_unfinished() || steady < end_from_) return false;
    return is_past(carried_out_at_, look_every_ms, steady) ||
           is_past(first_carried_out_at_, end_after_ms_max, steady);
}

Result<void> Journal::look_after_erasures(Instant steady, bool at_once, Randomness& randomness) {
    if (staged_entries_ > 0) return {};
    if (!at_once && !is_past(looked_at_, look_every_ms, steady)) return {};
    const bool is_first = looked_at_ == Instant{};
    if (is_first) first_carried_out_at_ = carried_out_at_ = steady;
    looked_at_ = steady;
    const bool ends = at_once ? is_unfinished() : is_end_due(steady);
    const bool marks = marks_file_ != nullptr && tree_.size() > marked_ &&
                       (at_once || is_past(marks_tried_at_, marks_every_ms, steady));
    if (!ends && !marks) return {};
    marks_tried_at_ = steady;
    const auto done = ends ? end_erasures(randomness) : write_marks(randomness);
    if (done || !is_tried_again(done.error())) return done;
    if (ends) {
        end_wait_ms_ = std::clamp(2 * end_wait_ms_, look_every_ms, end_wait_ms_max);
        end_from_ = steady.plus_ms(end_wait_ms_);
    }
    return {};
}

// An erasure counts as done when the marks say so, and nothing of it can be read from the disk.
Result<void> Journal::end_erasures(Randomness& randomness) {
    JOBBRO_ASSERT(std::all_of(erasures_.begin(), erasures_.end(),
                              [](const auto& each) { return each.is_carried_out; }));
    JOBBRO_TRY(write_marks(randomness));
    JOBBRO_TRY(forget_hashes());
    JOBBRO_TRY(vault_.scrub());
    JOBBRO_TRY(log_->scrub(scrubbed));
    store::Batch batch;
    for (const PendingErasure& each : erasures_)
        batch.erase(log_table::erasures, key_of(each.sequence.value()));
    if (has_destroyed_again_) batch.erase(log_table::erasures, again_row);
    if (!batch.empty()) JOBBRO_TRY(log_->commit(batch, store::Durability::synced));
    erasures_.clear();
    has_destroyed_again_ = false;
    end_from_ = {};
    end_wait_ms_ = 0;
    return {};
}

// The numbers are gone. Before the files are written anew, so that none holds the hashes after.
Result<void> Journal::forget_hashes() {
    store::Batch batch;
    for (const PendingErasure& each : erasures_) {
        if (each.cpr_hashes.empty()) continue;
        batch.put(log_table::erasures, key_of(each.sequence.value()), {});
    }
    if (batch.empty()) return {};
    JOBBRO_TRY(log_->commit(batch, store::Durability::synced));
    for (PendingErasure& each : erasures_)
        each.cpr_hashes.clear();
    return {};
}

Result<void> Journal::write_marks(Randomness& randomness) {
    if (marks_file_ == nullptr) return {};
    const ErasureMarks marks{identity_.origin, tree_.size(), tree_.root(), vault_.erased()};
    const auto written = marks_file_->replace(encode_marks(marks, vault_, randomness));
    marks_failure_ = written ? std::optional<Error>{} : std::optional{written.error()};
    if (!written) return written;
    marked_ = marks.size;
    return {};
}

// --- At the start ----------------------------------------------------------------------------

// Marks stand before the first entry does, so that a log without them is always one that lost them.
Result<void> Journal::begin_marks(Randomness& randomness) {
    if (marks_file_ == nullptr) return {};
    JOBBRO_TRY_ASSIGN(const auto bytes, marks_file_->read());
    if (!bytes) return write_marks(randomness);
    JOBBRO_TRY_ASSIGN(const ErasureMarks marks, decode_marks(*bytes, vault_));
    if (marks.size > TreeSize{0}) {
        return Error{ErrorCode::tampered, "the erasure marks have seen a log, and there is none"};
    }
    return {};
}

Result<void> Journal::destroy_marked(Assurances assured, Randomness& randomness) {
    if (marks_file_ == nullptr) return {};
    JOBBRO_TRY_ASSIGN(const auto bytes, marks_file_->read());
    if (!bytes && assured.erasure_marks_are_lost) {
        has_made_marks_anew_ = true;
        return write_marks(randomness);
    }
    if (!bytes) return ErrorCode::erasure_marks_missing;
    JOBBRO_TRY_ASSIGN(const ErasureMarks marks, decode_marks(*bytes, vault_));
    JOBBRO_TRY(check_marked_tree(marks));
    marked_ = marks.size;
    std::vector<KeySlot> slots;
    for (const auto& [first, count] : marks.erased.ranges()) {
        for (std::uint64_t slot = first; slot < first + count; ++slot) {
            if (!vault_.erased().contains(KeySlot{slot})) slots.emplace_back(slot);
        }
    }
    if (slots.empty()) return {};
    if (slots.front().value() == 0 || slots.back().value() >= vault_.slots()) {
        return Error{ErrorCode::tampered, "the erasure marks name keys there never were"};
    }
    store::Batch batch;
    batch.put(log_table::erasures, again_row, {});
    JOBBRO_TRY(log_->commit(batch, store::Durability::synced));
    return vault_.destroy(slots, {}, {});
}

Result<void> Journal::check_marked_tree(const ErasureMarks& marks) const {
    if (marks.origin != identity_.origin) {
        return Error{ErrorCode::log_identity_wrong, "the erasure marks are of another log"};
    }
    if (marks.size > tree_.size()) {
        return Error{ErrorCode::tampered,
                     "the erasure marks have seen " + std::to_string(marks.size.value()) +
                         " entries, and the log has " + std::to_string(tree_.size().value())};
    }
    if (marks.size == TreeSize{0}) return {};
    JOBBRO_TRY_ASSIGN(const auto note, log_->get(log_table::commits, key_of(marks.size.value())));
    const auto said = note ? evidence::open_checkpoint(*note, verifier_of(marks.size))
                           : Result<evidence::Checkpoint>{ErrorCode::tampered};
    if (!said || said->size != marks.size || said->root != marks.root) {
        return Error{ErrorCode::tampered, "the erasure marks have seen another log"};
    }
    return {};
}

// What was recorded, and not at its end when the process ended.
Result<void> Journal::destroy_recorded() {
    std::vector<std::pair<Sequence, Bytes>> recorded;
    JOBBRO_TRY(log_->scan(log_table::erasures, {}, [&](BytesView key, BytesView row) {
        if (key.size() == 8) {
            recorded.emplace_back(Sequence{read_big_endian<std::uint64_t>(key)}, row);
        }
        has_destroyed_again_ = has_destroyed_again_ || key == again_row;
        return true;
    }));
    for (const auto& [sequence, row] : recorded) {
        JOBBRO_TRY_ASSIGN(const auto slots, slots_of_erasure(sequence));
        JOBBRO_TRY_ASSIGN(auto hashes, hashes_of_row(vault_, sequence, row));
        JOBBRO_TRY(vault_.destroy(slots, {}, {}));
        erasures_.push_back({sequence, {}, std::move(hashes), {}, true});
    }
    return {};
}

Result<std::vector<KeySlot>> Journal::slots_of_erasure(Sequence sequence) {
    if (sequence.value() >= tree_.size().value()) {
        return Error{ErrorCode::tampered, "an erasure's row without its entry"};
    }
    JOBBRO_TRY_ASSIGN(const auto entry, read(sequence));
    v1::Erasure body;
    if (entry->index.kind() != v1::MESSAGE_KIND_ERASURE || !body.ParseFromString(entry->body)) {
        return Error{ErrorCode::tampered, "an erasure's row and its entry"};
    }
    std::vector<KeySlot> slots;
    for (const std::uint64_t slot : body.slots()) {
        if (slot == 0 || slot >= vault_.slots()) {
            return Error{ErrorCode::tampered, "an erasure names keys there never were"};
        }
        slots.emplace_back(slot);
    }
    return slots;
}

// The citizens that are gone are those without a case. Whom a vault that was put back knows of them
// is not recorded, so that all numbers are looked at.
Result<void> Journal::take_away_numbers_of_before() {
    const auto is_there = [this](const SubjectId& subject) -> Result<bool> {
        JOBBRO_TRY_ASSIGN(const auto row, log_->get(log_table::cases, view(subject)));
        return row.has_value();
    };
    if (has_destroyed_again_) return vault_.take_away_numbers_unless(is_there);
    for (const PendingErasure& each : erasures_)
        JOBBRO_TRY(vault_.take_away_numbers_unless(is_there, each.cpr_hashes));
    return {};
}

// What takes long is for look_after_erasures(), when the hub is there for all others. Marks that
// cannot be written now are written then too.
Result<void> Journal::mark_erasures_of_before(Randomness& randomness) {
    if (!is_unfinished()) return {};
    const auto written = write_marks(randomness);
    if (!written && is_tried_again(written.error())) return {};
    return written;
}

}  // namespace jobbro::journal
