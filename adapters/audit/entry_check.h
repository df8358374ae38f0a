// What can be said about one entry after the other without the tree: form, sequence, time, sealed
// parts as far as there are keys, the sender's signature, and what the hub's own entries rest on.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/audit/act_check.h"
#include "adapters/audit/entry_reader.h"
#include "adapters/audit/faults.h"
#include "adapters/audit/log_key_chain.h"
#include "adapters/audit/signed_registry.h"
#include "proto/evidence/note.h"

namespace jobbro::audit {

// The statement of a registry entry; none when it cannot be read.
std::optional<v1::RegistryStatement> statement_of(BytesView entry, const PartKeys& keys);

// The registry entry that one at `place` with this statement builds on: it is about the same party,
// and what the party signed with then was bound by it or by those it builds on. None: it is the
// first about the party, or says what cannot be.
std::optional<Sequence> built_on(const v1::RegistryStatement& statement, Sequence place);

struct EntryCounts {
    std::uint64_t entries = 0;
    std::uint64_t submitted = 0;   // of those, by parties
    std::uint64_t verified = 0;    // of those, with a signature that was verified
    std::uint64_t unknown = 0;     // of those submitted, whose sender's key is not known here, also
                                   // because the registry entry they name could not be followed
    std::uint64_t opened = 0;      // entries with a sealed part that was opened
    std::uint64_t erased = 0;      // entries whose data key is gone, by ActCheck::erased()
    std::uint64_t statements = 0;  // registry entries followed, entry 0 included
};

// Entries come in the order of the log; `statements` says whether the registry's come with them or
// by themselves. Faults go to the list. Memory does not grow with the log, but for what ActCheck
// holds.
//
// That a sender used a message id once is not checked: it would take all ids in memory.
//
// Thread: one at a time. Life: the list outlives it.
class EntryCheck {
  public:
    EntryCheck(evidence::NoteVerifier log, Statements statements, FaultList& faults);

    // A party whose key is known from elsewhere, once for each it has had: the registry must bind
    // no other, but for what the party itself has taken instead, and they count where the registry
    // cannot be read.
    void know_party(const std::string& party, const evidence::VerifyingKey& key);
    // A data controller whose key is known from elsewhere: entry 0 must name it, with this key.
    void know_controller(const std::string& party, const evidence::VerifyingKey& key);

    // The registry's keys are at hand: every index of the hub's own entries must open, or one that
    // disables a party could be kept back as if it were another kind's, and each statement's body.
    void need_registry() { is_registry_needed_ = true; }
    // What entries are held to that stands elsewhere.
    void ask(Sources sources) { acts_.ask(std::move(sources)); }

    // The entry that stands at `place`.
    void take(Sequence place, BytesView bytes, const PartKeys& keys);
    // With Statements::some: a registry entry, entry 0, or one that hands the log over to another
    // key, which its index tells; it stands at `place` and is not counted. A fault when it is none,
    // or there is no key to its body.
    void take_statement(Sequence place, BytesView bytes, const PartKeys& keys);
    // The same for what an entry names as the registry entry that binds its sender's key. One that
    // is no registry entry is passed over in silence: the entry that names it is at fault.
    void take_named(Sequence place, BytesView bytes, const PartKeys& keys);
    // Entries that cannot be had, up to before `end`, which has been told: submits that name one of
    // them for a key count as unknown.
    void pass_over(Sequence first, Sequence end);
    // After all else: that the log ends under its key as it is known, the registry was opened where
    // it must be, the controllers known from
    // elsewhere could be compared, and every key that is gone was erased.
    void finish();

    [[nodiscard]] EntryCounts counts() const;
    [[nodiscard]] bool knows_registry() const { return registry_.is_open(); }
    // Of entry 0; none when it was not opened.
    [[nodiscard]] std::vector<ControllerKey> controllers() const { return registry_.controllers(); }
    // What a checkpoint of this size is held to, as far as the log has been read.
    [[nodiscard]] evidence::NoteVerifier verifier_of(TreeSize size) const {
        return log_keys_.verifier_of(size);
    }

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
    Result<void> check_own(Sequence place, const Entry& entry, const PartKeys& keys);
    static Result<void> check_keys(const Entry& entry, const std::optional<v1::EntryIndex>& index,
                                   const PartKeys& keys);
    Result<void> follow(const Entry& entry, const evidence::SymmetricKey& body_key,
                        v1::MessageKind kind);
    Result<void> follow_log_key(const Entry& entry, BytesView body);
    Result<void> open_registry(const v1::LogOpened& opened);
    void could_not_follow(Sequence place, const std::string& what);
    Result<void> check_submit(const Entry& entry);
    // Keys that one of which must have signed; none: nothing here says which.
    using Keys = std::span<const evidence::VerifyingKey>;
    [[nodiscard]] Keys known_keys(std::string_view party) const;
    Result<Keys> keys_of_sender(const Entry& entry);

    std::string origin_;
    LogKeyChain log_keys_;
    Statements statements_;
    FaultList* faults_;
    SignedRegistry registry_;
    ActCheck acts_;
    std::map<std::string, std::vector<evidence::VerifyingKey>, std::less<>> known_parties_;
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
