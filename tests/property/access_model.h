// Who may say and have what, worked out anew from the whole history each time: slow, and plain.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/clock.h"
#include "proto/base/error.h"

namespace jobbro::testing {

// A message that was recorded, as the model saw it then.
struct ModelEntry {
    std::uint64_t sequence = 0;
    Instant recorded_at;
    std::string message_id;
    std::string sender;
    std::set<std::string> audience;
    v1::MessageKind kind = v1::MESSAGE_KIND_UNSPECIFIED;
    int order = -1;   // -1: none
    int person = -1;  // as numbered when it was new; -1: none
    std::string bytes;
};

struct ModelOrder {
    std::string id;
    std::string jobcentre;  // now
    std::string provider;
    int person = -1;
    // The kind that ended it, and when. Unspecified: it is not over.
    v1::MessageKind ended_by = v1::MESSAGE_KIND_UNSPECIFIED;
    Instant over_at;
    std::set<std::string> former_jobcentres = {};
    bool is_accepted = false;
    bool has_started = false;
};

struct ModelGrant {
    std::set<std::string> jobcentres;
    std::optional<Instant> until = std::nullopt;
    // Of auditors: content too, and of which time.
    bool may_unmask = false;
    std::optional<Instant> covers_from = std::nullopt;
    std::optional<Instant> covers_until = std::nullopt;
};

// Says what the hub is to answer to an envelope, and keeps what follows from it. Knows nothing of
// the hub's table, rows or rules.
class AccessModel {
  public:
    explicit AccessModel(std::int64_t grace_ms) : grace_ms_(grace_ms) {}

    void add_jobcentre(const std::string& party) { jobcentres_.insert(party); }
    void grant(const std::string& party, ModelGrant grant) {
        ever_granted_[party].insert(grant.jobcentres.begin(), grant.jobcentres.end());
        grants_[party] = std::move(grant);
    }

    // What the hub is to say of a valid envelope by a party in force: an error, or none. Nothing
    // follows yet.
    [[nodiscard]] std::optional<ErrorCode> verdict(const v1::Envelope& envelope, Instant now) const;
    // It was recorded. Requires: there was no error.
    void record(const v1::Envelope& envelope, std::uint64_t sequence, Instant now);

    [[nodiscard]] bool is_in_force(const std::string& party, Instant now) const;
    // Whether a party may be handed a message that was addressed to it.
    [[nodiscard]] bool may_receive(const std::string& party, const ModelEntry& entry,
                                   Instant now) const;
    // The same, and what it was handed over with an order.
    [[nodiscard]] bool may_fetch(const std::string& party, const ModelEntry& entry,
                                 Instant now) const;
    // Whether the entry goes with a proof: what a party may fetch, and what it said itself.
    [[nodiscard]] bool may_prove(const std::string& party, const ModelEntry& entry,
                                 Instant now) const;
    // Whether an auditor's grant covers a message, and whether it allows content of what it covers.
    [[nodiscard]] bool may_replay(const std::string& auditor, const ModelEntry& entry,
                                  Instant now) const;
    [[nodiscard]] bool may_unmask(const std::string& auditor, Instant now) const;
    // Whether it covers one of these jobcentres at that time.
    [[nodiscard]] bool covers(const std::string& auditor, const std::set<std::string>& jobcentres,
                              Instant recorded_at, Instant now) const;
    // A jobcentre is its own; a provider works for those any of its grants has named.
    [[nodiscard]] std::set<std::string> works_for(const std::string& party) const;
    // The jobcentres that have said or heard something of the person that an entry is about.
    [[nodiscard]] std::set<std::string> concerned(const ModelEntry& about) const;
    [[nodiscard]] bool is_about(const ModelEntry& entry, const std::string& number) const;

    [[nodiscard]] const std::vector<ModelEntry>& entries() const { return entries_; }
    // Null: no party has said it.
    [[nodiscard]] const ModelEntry* find(std::uint64_t sequence) const;
    [[nodiscard]] const std::vector<ModelOrder>& orders() const { return orders_; }
    // The number that is the person's of an order now.
    [[nodiscard]] std::string number_of(const ModelOrder& order) const;

  private:
    struct Number {
        int person = -1;
        std::uint64_t since = 0;             // the message that first said it
        std::optional<std::uint64_t> until;  // the message by which it is out of use

        [[nodiscard]] bool is_current() const { return !until; }
    };

    [[nodiscard]] bool reaches(const std::string& provider, const std::string& jobcentre,
                               Instant now) const;
    [[nodiscard]] int root(int person) const;
    [[nodiscard]] bool has(const std::string& jobcentre, int person) const;
    [[nodiscard]] std::optional<ErrorCode> own(const std::string& jobcentre,
                                               const std::string& number) const;
    // -1: there is none.
    [[nodiscard]] int find_order(const std::string& id) const;
    [[nodiscard]] bool is_in_grace(const ModelOrder& order, Instant now) const;
    [[nodiscard]] bool keeps(const ModelOrder& order, Instant now) const;

    [[nodiscard]] std::optional<ErrorCode> placing(const v1::Envelope& envelope, Instant now) const;
    [[nodiscard]] std::optional<ErrorCode> saying(const v1::Envelope& envelope, Instant now) const;
    [[nodiscard]] std::optional<ErrorCode> moment(const v1::Envelope& envelope,
                                                  const ModelOrder& order, Instant now) const;
    [[nodiscard]] static std::optional<ErrorCode> step(const v1::Envelope& envelope,
                                                       const ModelOrder& order);
    [[nodiscard]] std::optional<ErrorCode> of_citizen(const v1::Envelope& envelope) const;
    [[nodiscard]] std::optional<ErrorCode> changing(const v1::Envelope& envelope) const;
    [[nodiscard]] std::optional<ErrorCode> taking_back(const v1::Envelope& envelope) const;
    [[nodiscard]] std::optional<ErrorCode> merging(const v1::Envelope& envelope) const;

    int person_for(const std::string& number, std::uint64_t sequence);
    void change_number(const v1::Envelope& envelope, const ModelEntry& entry);
    void follow(const v1::Envelope& envelope, ModelEntry& entry, Instant now);
    void unite(int former, int into);
    void add_providers(const std::string& jobcentre, int person, Instant now,
                       std::set<std::string>& audience) const;

    std::int64_t grace_ms_;
    std::set<std::string> jobcentres_;
    std::map<std::string, ModelGrant> grants_;
    std::map<std::string, std::set<std::string>> ever_granted_;
    std::vector<ModelEntry> entries_;
    std::vector<ModelOrder> orders_;
    std::vector<int> merged_into_;                      // by person; -1: kept
    std::vector<std::set<std::string>> jobcentres_of_;  // by person
    std::map<std::string, Number> numbers_;
};

}  // namespace jobbro::testing
