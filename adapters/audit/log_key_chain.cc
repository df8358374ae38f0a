#include "adapters/audit/log_key_chain.h"

#include <algorithm>

#include "proto/evidence/signed_text.h"

namespace jobbro::audit {
namespace {

Error tampered(const char* what) {
    return {ErrorCode::tampered, what};
}

bool signs(const evidence::VerifyingKey& key, const std::string& text, BytesView signature) {
    return signature.size() == 64 && evidence::signature_holds(key, text, array_of<64>(signature));
}

}  // namespace

Result<void> LogKeyChain::open(const v1::LogOpened& opened) {
    if (opened.origin() != known_.name) return tampered("the log says it is another one");
    const auto first = evidence::NoteVerifier::parse(opened.verifier_key());
    if (!first || first->name != known_.name) return tampered("the log names no key of its own");
    keys_.assign(1, {Sequence{0}, first->key});
    return {};
}

Result<void> LogKeyChain::take(Sequence sequence, const v1::LogKeyChange& change) {
    if (keys_.empty()) return {};
    const evidence::NoteVerifier former{known_.name, keys_.back().key};
    const auto to = evidence::NoteVerifier::parse(change.verifier_key());
    if (!to || to->name != known_.name) return tampered("it hands the log over to no key");
    if (has_had(to->key)) return tampered("it hands the log over to a key that it has, or had");
    const std::string text =
        evidence::log_key_text(known_.name, former.text(), change.verifier_key());
    if (!signs(former.key, text, change.former_signature())) {
        return tampered("the log's key until then has not handed it over");
    }
    if (!signs(to->key, text, change.signature())) {
        return tampered("nothing shows that the log has its new key");
    }
    keys_.push_back({sequence, to->key});
    return {};
}

bool LogKeyChain::has_had(const evidence::VerifyingKey& key) const {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](const Key& each) { return each.key == key; });
}

evidence::NoteVerifier LogKeyChain::verifier_of(TreeSize size) const {
    if (keys_.empty()) return known_;
    std::size_t at = keys_.size() - 1;
    while (at > 0 && keys_[at].from.value() >= size.value())
        --at;
    evidence::NoteVerifier verifier = known_.newest();
    if (keys_[at].key != known_.key) verifier.former.push_back(keys_[at].key);
    return verifier;
}

Result<void> LogKeyChain::finish() const {
    if (keys_.empty() || is_doubtful_ || keys_.back().key == known_.key) return {};
    return tampered("the log names another key than the one it is verified with");
}

}  // namespace jobbro::audit
