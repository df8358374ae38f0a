#include "hub/journal/log_keys.h"

#include <algorithm>

#include "proto/base/assert.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::journal {
namespace {

bool signs(const evidence::NoteVerifier& verifier, const std::string& text, BytesView signature) {
    return signature.size() == 64 &&
           evidence::signature_holds(verifier.key, text, array_of<64>(signature));
}

}  // namespace

Result<LogKeys> LogKeys::first(const v1::LogOpened& opened) {
    auto verifier = evidence::NoteVerifier::parse(opened.verifier_key());
    if (!verifier || verifier->name != opened.origin()) {
        return Error{ErrorCode::tampered, "the log's key in entry 0"};
    }
    LogKeys keys;
    keys.keys_.push_back({Sequence{0}, *std::move(verifier)});
    return keys;
}

Result<void> LogKeys::take(Sequence sequence, const v1::LogKeyChange& change) {
    JOBBRO_ASSERT(sequence > keys_.back().from);
    const evidence::NoteVerifier& former = now();
    auto to = evidence::NoteVerifier::parse(change.verifier_key());
    const bool is_handed_over = [&] {
        if (!to || to->name != former.name || has_had(to->key)) return false;
        const std::string text =
            evidence::log_key_text(former.name, former.text(), change.verifier_key());
        return signs(former, text, change.former_signature()) &&
               signs(*to, text, change.signature());
    }();
    if (!is_handed_over) return Error{ErrorCode::tampered, "a change of the log's key"};
    keys_.push_back({sequence, *std::move(to)});
    return {};
}

bool LogKeys::has_had(const evidence::VerifyingKey& key) const {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](const Key& each) { return each.verifier.key == key; });
}

const evidence::NoteVerifier& LogKeys::of_size(TreeSize size) const {
    std::size_t at = keys_.size() - 1;
    while (at > 0 && keys_[at].from.value() >= size.value())
        --at;
    return keys_[at].verifier;
}

Bytes LogKeys::row() const {
    Bytes row;
    for (std::size_t i = 1; i < keys_.size(); ++i)
        append_big_endian(row, keys_[i].from.value());
    return row;
}

v1::LogKeyChange make_log_key_change(const std::string& origin, const evidence::Signer& former,
                                     const evidence::Signer& to) {
    const evidence::NoteVerifier before{origin, former.verifying_key()};
    const evidence::NoteVerifier after{origin, to.verifying_key()};
    const std::string text = evidence::log_key_text(origin, before.text(), after.text());
    v1::LogKeyChange change;
    change.set_verifier_key(after.text());
    change.set_former_signature(Bytes{view(former.sign(text))});
    change.set_signature(Bytes{view(to.sign(text))});
    return change;
}

}  // namespace jobbro::journal
