// What can be said about one entry after the other without the tree: form, sequence, time, sealed
// parts as far as there are keys, and the sender's signature.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/audit/entry_reader.h"
#include "adapters/audit/faults.h"
#include "adapters/audit/signed_registry.h"
#include "proto/evidence/note.h"

namespace jobbro::audit {

// Keys of an entry's sealed parts, as far as the reader has them.
struct PartKeys {
    std::optional<evidence::SymmetricKey> index;
    std::optional<evidence::SymmetricKey> body;
};

struct EntryCounts {
    std::uint64_t entries = 0;
    std::uint64_t submitted = 0;   // of those, by parties
    std::uint64_t verified = 0;    // of those, with a signature that was verified
    std::uint64_t unknown = 0;     // of those submitted, whose sender's key is not known here, also
                                   // because the registry entry they name could not be followed
    std::uint64_t opened = 0;      // entries with a sealed part that was opened
    std::uint64_t statements = 0;  // registry entries followed, entry 0 included
};

// Entries come in the order of the log; `statements` says whether the registry's come with them or
// by themselves. Faults go to the list. Memory does not grow with the log.
//
// That a sender used a message id once is not checked: it would take all ids in memory.
//
// Thread: one at a time. Life: the list outlives it.
class EntryCheck {
  public:
    EntryCheck(evidence::NoteVerifier log, Statements statements, FaultList& faults);

    // A party whose key is known from elsewhere: the registry must bind no other, and it counts
    // where the registry cannot be read.
    void know_party(const std::string& party, const evidence::VerifyingKey& key);
    // A data controller whose key is known from elsewhere: entry 0 must name it, with this key.
    void know_controller(const std::string& party, const evidence::VerifyingKey& key);

    // The registry's keys are at hand, so that entry 0 must open.
    void need_registry() { is_registry_needed_ = true; }

    // The entry that stands at `place`.
    void take(Sequence place, BytesView bytes, const PartKeys& keys);
    // With Statements::some: a registry entry, or entry 0, that stands at `place` and is not
    // counted. A fault when it is none, or there is no key to its body.
    void take_statement(Sequence place, BytesView bytes, const PartKeys& keys);
    // The same for what an entry names as the registry entry that binds its sender's key. One that
    // is no registry entry is passed over in silence: the entry that names it is at fault.
    void take_named(Sequence place, BytesView bytes, const PartKeys& keys);
    // Entries that cannot be had, up to before `end`, which has been told: submits that name one of
    // them for a key count as unknown.
    void pass_over(Sequence first, Sequence end);
    // After all else: that the registry was opened where it must be, and the controllers known from
    // elsewhere could be compared.
    void finish();

    [[nodiscard]] const EntryCounts& counts() const { return counts_; }
    [[nodiscard]] bool knows_registry() const { return registry_.is_open(); }
    // Of entry 0; none when it was not opened.
    [[nodiscard]] std::vector<ControllerKey> controllers() const { return registry_.controllers(); }
    [[nodiscard]] const evidence::NoteVerifier& log() const { return log_; }

  private:
    // What a submit's signature is over, and the signature: told apart from the one before, so that
    // one of many envelopes is verified once.
    struct Submit {
        std::string sender;
        std::uint16_t count = 0;
        evidence::Digest root{};
        evidence::Signature signature{};
        evidence::VerifyingKey key;
        friend bool operator==(const Submit&, const Submit&) = default;
    };

    void check_place(Sequence place, const Entry& entry);
    Result<void> check_parts(const Entry& entry, const PartKeys& keys);
    void take_own(Sequence place, const Entry& entry, const PartKeys& keys);
    Result<void> check_own(const Entry& entry, const PartKeys& keys);
    Result<void> follow(const Entry& entry, const evidence::SymmetricKey& body_key,
                        v1::MessageKind kind);
    Result<void> open_registry(const v1::LogOpened& opened);
    void could_not_follow(Sequence place, const std::string& what);
    Result<void> check_submit(const Entry& entry);
    [[nodiscard]] const evidence::VerifyingKey* known_key(std::string_view party) const;
    Result<const evidence::VerifyingKey*> key_of_sender(const Entry& entry);

    evidence::NoteVerifier log_;
    Statements statements_;
    FaultList* faults_;
    SignedRegistry registry_;
    std::map<std::string, evidence::VerifyingKey, std::less<>> known_parties_;
    std::map<std::string, evidence::VerifyingKey, std::less<>> known_controllers_;
    // Entries of the hub there was no key to, the first limits::parties_max of them.
    std::set<std::uint64_t> unopened_;
    bool is_registry_needed_ = false;
    bool is_opening_told_ = false;  // that entry 0 could not be followed
    EntryCounts counts_;
    std::optional<Instant> latest_;  // recorded time of the entries so far
    std::optional<Submit> verified_;
};

}  // namespace jobbro::audit
