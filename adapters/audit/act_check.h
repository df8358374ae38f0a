// What the hub's own entries say was done to citizens' messages: erasures, what fell due, legal
// holds and readings, each held to what it says it rests on; and which data keys are gone.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "adapters/audit/entry_reader.h"
#include "adapters/audit/faults.h"
#include "adapters/audit/signed_registry.h"
#include "jobbro/v1/erasure.pb.h"

namespace jobbro::audit {

// An entry that is looked up beside the log's order.
struct KeyedEntry {
    Bytes bytes;
    PartKeys keys;
};

// What else there is to ask. One that is empty is not asked, and what it would tell not checked.
struct Sources {
    // An entry of the log. Errors: why it cannot be had.
    std::function<Result<KeyedEntry>(Sequence)> entry;
    // Whether the vault holds a data key in this slot. Errors: tampered, store_failed.
    std::function<Result<bool>(KeySlot)> has_key;
};

// Slots as ranges: they are given out in order and erased roughly in that order, so there are few.
// Thread: one at a time.
class SlotRanges {
  public:
    void add(KeySlot slot);
    [[nodiscard]] bool contains(KeySlot slot) const;

  private:
    std::map<std::uint64_t, std::uint64_t> ends_;  // by first slot; the first one behind
};

// With Statements::all, the keys that are gone must be those that erasures name, no more and no
// fewer; with Statements::some they are counted. Holds some 60 bytes for each key that is gone and
// not named yet: those erased of the orders that were kept at a time.
//
// Thread: one at a time. Life: the list outlives it.
class ActCheck {
  public:
    ActCheck(std::string origin, Statements statements, FaultList& faults)
        : origin_(std::move(origin)), statements_(statements), faults_(&faults) {}

    void ask(Sources sources) { sources_ = std::move(sources); }
    // An entry the hub made, opened; kinds that say nothing of the above are passed over. The
    // registry knows the controllers once it is open; before, signatures are not checked.
    // Errors: tampered, with what is wrong.
    Result<void> take(const Entry& entry, v1::MessageKind kind, BytesView body,
                      const SignedRegistry& registry);
    // The data key of the entry at `place` is gone.
    void take_gone(Sequence place, KeySlot slot);
    // After all entries. Keys that are gone and that nobody erased are a fault of the first entry
    // they opened.
    void finish();
    // Entries whose data key is gone; with Statements::all, as an erasure says.
    [[nodiscard]] std::uint64_t erased() const { return erased_; }

  private:
    struct Gone {
        std::uint64_t first = 0;    // entry
        std::uint64_t entries = 0;  // how many
    };

    [[nodiscard]] Result<v1::CitizenStatement> read_statement(const v1::StatedAct& stated,
                                                              const SignedRegistry& registry) const;
    [[nodiscard]] Result<void> check_hold(BytesView body, const SignedRegistry& registry) const;
    Result<void> take_erasure(const Entry& entry, BytesView body, const SignedRegistry& registry);
    Result<void> check_due(const Entry& erasure, const v1::Erasure& body) const;
    Result<void> take_slots(const v1::Erasure& body);
    void take_named(KeySlot slot);

    std::string origin_;  // of the log
    Statements statements_;
    FaultList* faults_;
    Sources sources_;
    std::map<std::uint64_t, Gone> gone_;  // by slot; no erasure has named it yet
    SlotRanges named_;
    std::uint64_t erased_ = 0;
};

}  // namespace jobbro::audit
