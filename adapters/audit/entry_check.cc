#include "adapters/audit/entry_check.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::audit {
namespace {

Error tampered(const std::string& what) {
    return {ErrorCode::tampered, what};
}

}  // namespace

EntryCheck::EntryCheck(evidence::NoteVerifier log, Statements statements, FaultList& faults)
    : log_(std::move(log)), statements_(statements), faults_(&faults), registry_(statements) {}

void EntryCheck::know_party(const std::string& party, const evidence::VerifyingKey& key) {
    known_parties_.insert_or_assign(party, key);
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
                             unopened_.size() < limits::parties_max;
        if (is_kept) unopened_.insert(place.value());
    }
    const auto own = check_own(entry, keys);
    if (!own) could_not_follow(place, sentence_of(own.error()));
}

// --- The registry --------------------------------------------------------------------------------

Result<void> EntryCheck::check_own(const Entry& entry, const PartKeys& keys) {
    if (keys.index || keys.body) ++counts_.opened;
    std::optional<v1::EntryIndex> index;
    if (keys.index) {
        JOBBRO_TRY_ASSIGN(index, open_index(entry, *keys.index));
    }
    if (!keys.body) return {};
    const bool states = statements_ == Statements::all && index &&
                        (index->kind() == v1::MESSAGE_KIND_LOG_OPENED ||
                         index->kind() == v1::MESSAGE_KIND_REGISTRY_CHANGE);
    if (states) return follow(entry, *keys.body, index->kind());
    JOBBRO_TRY(open_body(entry, *keys.body));
    return {};
}

Result<void> EntryCheck::follow(const Entry& entry, const evidence::SymmetricKey& body_key,
                                v1::MessageKind kind) {
    JOBBRO_TRY_ASSIGN(const Bytes body, open_body(entry, body_key));
    const bool is_first = entry.sequence == Sequence{0};
    if (is_first != (kind == v1::MESSAGE_KIND_LOG_OPENED)) {
        return tampered(is_first ? "the log does not begin with its opening"
                                 : "the log is opened once more");
    }
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

Result<void> EntryCheck::open_registry(const v1::LogOpened& opened) {
    JOBBRO_TRY(registry_.open(opened, log_));
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
        return follow(
            entry, *keys.body,
            place == Sequence{0} ? v1::MESSAGE_KIND_LOG_OPENED : v1::MESSAGE_KIND_REGISTRY_CHANGE);
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
    for (std::uint64_t at = first.value(); at < end.value(); ++at) {
        if (!registry_.pass_over(Sequence{at})) return;
    }
}

void EntryCheck::finish() {
    if (registry_.is_open()) return;
    if (!known_controllers_.empty()) {
        faults_->add(0, "it was not opened, so no controller's key could be compared");
    } else if (is_registry_needed_ && !is_opening_told_) {
        faults_->add(0, "it cannot be opened, so the registry could not be followed");
    }
}

// --- Submits -------------------------------------------------------------------------------------

const evidence::VerifyingKey* EntryCheck::known_key(std::string_view party) const {
    const auto known = known_parties_.find(party);
    return known == known_parties_.end() ? nullptr : &known->second;
}

// Null when nothing here says which key it is.
Result<const evidence::VerifyingKey*> EntryCheck::key_of_sender(const Entry& entry) {
    const Sequence binding = entry.submitted->registry_entry;
    const evidence::VerifyingKey* const known = known_key(entry.sender);
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
    if (known == nullptr || *known == *bound) return bound;
    could_not_follow(binding, "it binds another key to " + std::string{entry.sender} +
                                  " than is known from elsewhere");
    return known;
}

Result<void> EntryCheck::check_submit(const Entry& entry) {
    JOBBRO_TRY_ASSIGN(const evidence::Digest root, submit_root(entry));
    JOBBRO_TRY_ASSIGN(const evidence::VerifyingKey* const key, key_of_sender(entry));
    if (key == nullptr) {
        ++counts_.unknown;
        return {};
    }
    const Submitted& submitted = *entry.submitted;
    Submit submit{std::string{entry.sender}, submitted.count, root, submitted.signature, *key};
    if (submit != verified_) {
        const std::string text =
            evidence::submit_text(log_.name, submit.sender, submit.count, root);
        if (!evidence::signature_holds(*key, text, submit.signature)) {
            return tampered(submit.sender + " did not sign this submit");
        }
        verified_ = std::move(submit);
    }
    ++counts_.verified;
    return {};
}

}  // namespace jobbro::audit
