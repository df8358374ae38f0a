#include "adapters/audit/entry_check.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::audit {
namespace {

Error tampered(const std::string& what) {
    return {ErrorCode::tampered, what};
}

// What says who may sign.
bool is_statement(v1::MessageKind kind) {
    return kind == v1::MESSAGE_KIND_LOG_OPENED || kind == v1::MESSAGE_KIND_REGISTRY_CHANGE ||
           kind == v1::MESSAGE_KIND_LOG_KEY_CHANGE;
}

}  // namespace

std::optional<v1::RegistryStatement> statement_of(BytesView entry, const PartKeys& keys) {
    const auto read = read_entry(entry);
    if (!read || !keys.body) return std::nullopt;
    const auto body = open_body(*read, *keys.body);
    v1::RegistryChange change;
    v1::RegistryStatement statement;
    if (!body || !change.ParseFromString(*body) || !statement.ParseFromString(change.statement())) {
        return std::nullopt;
    }
    return statement;
}

std::optional<Sequence> built_on(const v1::RegistryStatement& statement, Sequence place) {
    const std::uint64_t preceding = statement.preceding();
    if (preceding == 0 || preceding > place.value()) return std::nullopt;
    return Sequence{preceding - 1};
}

EntryCheck::EntryCheck(evidence::NoteVerifier log, Statements statements, FaultList& faults)
    : origin_(log.name),
      log_keys_(std::move(log)),
      statements_(statements),
      faults_(&faults),
      registry_(statements),
      acts_(origin_, statements, faults) {}

void EntryCheck::know_party(const std::string& party, const evidence::VerifyingKey& key) {
    known_parties_[party].push_back(key);
}

void EntryCheck::know_controller(const std::string& party, const evidence::VerifyingKey& key) {
    known_controllers_.insert_or_assign(party, key);
}

void EntryCheck::take(Sequence place, BytesView bytes, const PartKeys& keys) {
    ++counts_.entries;
    const auto entry = read_entry(bytes);
    if (!entry) {
        could_not_follow(place, sentence_of(entry.error()));
        return;
    }
    check_place(place, *entry);
    if (entry->sequence != place) registry_.pass_over(place);
    if (keys.gone) acts_.take_gone(place, *keys.gone);
    if (!entry->submitted) return take_own(place, *entry, keys);
    if (const auto parts = check_parts(*entry, keys); !parts) {
        faults_->add(place.value(), sentence_of(parts.error()));
    }
    ++counts_.submitted;
    if (const auto submit = check_submit(*entry); !submit) {
        faults_->add(place.value(), sentence_of(submit.error()));
    }
}

void EntryCheck::check_place(Sequence place, const Entry& entry) {
    if (entry.sequence != place) {
        faults_->add(place.value(),
                     "the entry says its sequence is " + std::to_string(entry.sequence.value()));
    }
    if (latest_ && entry.recorded_at < *latest_) {
        faults_->add(place.value(), "it is recorded before the entry before it");
    }
    if (!latest_ || *latest_ < entry.recorded_at) latest_ = entry.recorded_at;
}

Result<void> EntryCheck::check_parts(const Entry& entry, const PartKeys& keys) {
    if (keys.index || keys.body) ++counts_.opened;
    if (keys.index) JOBBRO_TRY(open_index(entry, *keys.index));
    if (keys.body) JOBBRO_TRY(open_body(entry, *keys.body));
    return {};
}

// An entry the hub made, which with Statements::all may state something.
void EntryCheck::take_own(Sequence place, const Entry& entry, const PartKeys& keys) {
    if (!keys.index || !keys.body) {
        const bool is_kept = statements_ == Statements::all && registry_.is_open() &&
                             !entry.is_of_case && unopened_.size() < limits::parties_max;
        if (is_kept) unopened_.insert(place.value());
    }
    const auto own = check_own(place, entry, keys);
    if (!own) could_not_follow(place, sentence_of(own.error()));
}

// --- The registry --------------------------------------------------------------------------------

Result<void> EntryCheck::check_own(Sequence place, const Entry& entry, const PartKeys& keys) {
    if (keys.index || keys.body) ++counts_.opened;
    std::optional<v1::EntryIndex> index;
    if (keys.index) {
        JOBBRO_TRY_ASSIGN(index, open_index(entry, *keys.index));
    }
    if (entry.is_of_case && index && index->kind() != v1::MESSAGE_KIND_ALERT) {
        return tampered("the hub made it about an order or a citizen, and it is no alert");
    }
    if (is_registry_needed_ && !keys.gone) JOBBRO_TRY(check_keys(entry, index, keys));
    if (!keys.body) return {};
    if (statements_ == Statements::all && index && is_statement(index->kind())) {
        return follow(entry, *keys.body, index->kind());
    }
    JOBBRO_TRY_ASSIGN(const Bytes body, open_body(entry, *keys.body));
    if (!index) return {};
    // No registry entry that could not be followed: nothing builds on it.
    const auto act = acts_.take(entry, index->kind(), body, registry_);
    if (!act) faults_->add(place.value(), sentence_of(act.error()));
    return {};
}

Result<void> EntryCheck::check_keys(const Entry& entry, const std::optional<v1::EntryIndex>& index,
                                    const PartKeys& keys) {
    if (entry.is_of_case) return {};
    if (!index) return tampered("the hub made it, and no key says what it is");
    if (keys.body || !is_statement(index->kind())) return {};
    return tampered("it says who may sign, and no key opens it");
}

Result<void> EntryCheck::follow(const Entry& entry, const evidence::SymmetricKey& body_key,
                                v1::MessageKind kind) {
    JOBBRO_TRY_ASSIGN(const Bytes body, open_body(entry, body_key));
    const bool is_first = entry.sequence == Sequence{0};
    if (is_first != (kind == v1::MESSAGE_KIND_LOG_OPENED)) {
        return tampered(is_first ? "the log does not begin with its opening"
                                 : "the log is opened once more");
    }
    if (kind == v1::MESSAGE_KIND_LOG_KEY_CHANGE) return follow_log_key(entry, body);
    ++counts_.statements;
    if (is_first) {
        v1::LogOpened opened;
        if (!opened.ParseFromString(body)) return tampered("its body is no LogOpened");
        return open_registry(opened);
    }
    v1::RegistryChange change;
    if (!change.ParseFromString(body)) return tampered("its body is no RegistryChange");
    if (!registry_.is_open()) {
        registry_.pass_over(entry.sequence);
        if (is_opening_told_) return {};
        is_opening_told_ = true;
        return tampered("entry 0 could not be followed, so this cannot be");
    }
    return registry_.take(entry.sequence, change);
}

Result<void> EntryCheck::follow_log_key(const Entry& entry, BytesView body) {
    v1::LogKeyChange change;
    if (!change.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
        return tampered("its body is no LogKeyChange");
    }
    return log_keys_.take(entry.sequence, change);
}

Result<void> EntryCheck::open_registry(const v1::LogOpened& opened) {
    JOBBRO_TRY(registry_.open(opened, origin_));
    JOBBRO_TRY(log_keys_.open(opened));
    const auto named = registry_.controllers();
    for (const auto& [party, key] : known_controllers_) {
        const auto found = std::find_if(named.begin(), named.end(), [&](const ControllerKey& each) {
            return each.party == party;
        });
        if (found == named.end()) {
            faults_->add(0, "it does not name " + party + ", whose key is known from elsewhere");
        } else if (found->key != key) {
            faults_->add(0, "it names another key of " + party + " than is known from elsewhere");
        }
    }
    return {};
}

// Told once, here; what builds on it or names it is not at fault.
void EntryCheck::could_not_follow(Sequence place, const std::string& what) {
    faults_->add(place.value(), what);
    registry_.pass_over(place);
    log_keys_.doubt();
    if (place == Sequence{0}) is_opening_told_ = true;
}

void EntryCheck::take_statement(Sequence place, BytesView bytes, const PartKeys& keys) {
    JOBBRO_ASSERT(statements_ == Statements::some);
    const auto followed = [&]() -> Result<void> {
        JOBBRO_TRY_ASSIGN(const Entry entry, read_entry(bytes));
        if (entry.sequence != place) {
            return tampered("the entry says its sequence is " +
                            std::to_string(entry.sequence.value()));
        }
        if (entry.submitted) return tampered("a party submitted it, so it states nothing");
        if (!keys.body) return tampered("it is no entry of the registry that can be opened");
        const auto index = keys.index ? open_index(entry, *keys.index)
                                      : Result<v1::EntryIndex>{ErrorCode::opening_failed};
        v1::MessageKind kind = v1::MESSAGE_KIND_REGISTRY_CHANGE;
        if (place == Sequence{0}) kind = v1::MESSAGE_KIND_LOG_OPENED;
        if (index && index->kind() == v1::MESSAGE_KIND_LOG_KEY_CHANGE) kind = index->kind();
        return follow(entry, *keys.body, kind);
    }();
    if (!followed) could_not_follow(place, sentence_of(followed.error()));
}

void EntryCheck::take_named(Sequence place, BytesView bytes, const PartKeys& keys) {
    const auto entry = read_entry(bytes);
    if (entry && entry->sequence == place) {
        if (entry->submitted) return;
        if (!keys.body) {
            if (unopened_.size() < limits::parties_max) unopened_.insert(place.value());
            return;
        }
        const auto index = keys.index ? open_index(*entry, *keys.index)
                                      : Result<v1::EntryIndex>{ErrorCode::opening_failed};
        if (index && index->kind() != v1::MESSAGE_KIND_REGISTRY_CHANGE) return;
    }
    take_statement(place, bytes, keys);
}

void EntryCheck::pass_over(Sequence first, Sequence end) {
    log_keys_.doubt();
    for (std::uint64_t at = first.value(); at < end.value(); ++at) {
        if (!registry_.pass_over(Sequence{at})) return;
    }
}

EntryCounts EntryCheck::counts() const {
    EntryCounts counts = counts_;
    counts.erased = acts_.erased();
    return counts;
}

void EntryCheck::finish() {
    acts_.finish();
    if (const auto held = log_keys_.finish(); !held) faults_->add(0, sentence_of(held.error()));
    if (registry_.is_open()) return;
    if (!known_controllers_.empty()) {
        faults_->add(0, "it was not opened, so no controller's key could be compared");
    } else if (is_registry_needed_ && !is_opening_told_) {
        faults_->add(0, "it cannot be opened, so the registry could not be followed");
    }
}

// --- Submits -------------------------------------------------------------------------------------

EntryCheck::Keys EntryCheck::known_keys(std::string_view party) const {
    const auto known = known_parties_.find(party);
    return known == known_parties_.end() ? Keys{} : Keys{known->second};
}

Result<EntryCheck::Keys> EntryCheck::keys_of_sender(const Entry& entry) {
    const Sequence binding = entry.submitted->registry_entry;
    const Keys known = known_keys(entry.sender);
    if (!registry_.is_open() || registry_.is_passed_over(binding)) return known;
    const std::string name = "entry " + std::to_string(binding.value());
    if (unopened_.contains(binding.value())) {
        if (registry_.pass_over(binding)) {
            faults_->add(entry.sequence.value(),
                         "it names " + name + " for its sender's key, which cannot be opened");
        }
        return known;
    }
    JOBBRO_TRY_ASSIGN(const evidence::VerifyingKey* const bound,
                      registry_.signing_key(entry.sender, binding));
    const bool fits =
        known.empty() || std::any_of(known.begin(), known.end(), [&](const auto& each) {
            return registry_.has_had(entry.sender, each);
        });
    if (fits) return Keys{bound, 1};
    could_not_follow(binding, "it binds another key to " + std::string{entry.sender} +
                                  " than is known from elsewhere");
    return known;
}

Result<void> EntryCheck::check_submit(const Entry& entry) {
    JOBBRO_TRY_ASSIGN(const evidence::Digest root, submit_root(entry));
    JOBBRO_TRY_ASSIGN(const Keys keys, keys_of_sender(entry));
    if (keys.empty()) {
        ++counts_.unknown;
        return {};
    }
    const Submitted& submitted = *entry.submitted;
    Submit submit{std::string{entry.sender}, submitted.count, root, submitted.signature, {}};
    const bool is_signed = std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
        submit.key = key;
        return submit == verified_ ||
               evidence::signature_holds(
                   key, evidence::submit_text(origin_, submit.sender, submit.count, root),
                   submit.signature);
    });
    if (!is_signed) return tampered(submit.sender + " did not sign this submit");
    verified_ = std::move(submit);
    ++counts_.verified;
    return {};
}

}  // namespace jobbro::audit
