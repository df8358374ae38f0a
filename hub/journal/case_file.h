// Citizens' orders: which citizen an order concerns, who its parties are, and the links back.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "hub/journal/rows.pb.h"
#include "hub/journal/vault.h"
#include "hub/store/store.h"
#include "proto/contract/uuid.h"

namespace jobbro::journal {

// One row a subject, sealed; one row an order that leads to its subject. What a turn changes is
// kept here until stage() puts it into the turn's batch; up to limits::cases_cached_max cases stay
// in memory after that.
//
// Thread: the hub's loop. Life: store and vault must outlive it.
class CaseFile {
  public:
    CaseFile(const store::Store& store, const Vault& vault) : store_(&store), vault_(&vault) {}

    // None when there is no such order. Errors: store_failed, opening_failed.
    Result<std::optional<SubjectId>> subject_of(const contract::OrderId& order);

    // The case to read or change; empty for a subject not seen before. Whoever changes it calls
    // changed(). The pointer is good until stage(). Errors: store_failed, opening_failed, tampered.
    Result<rows::CaseRow*> open(const SubjectId& subject);
    // The empty case of a subject that has just been thought of. Requires: nobody has seen it
    // before.
    rows::CaseRow* make(const SubjectId& subject);
    void changed(const SubjectId& subject) { changed_.insert(subject); }
    // The order is the subject's from now on.
    void add_order(const contract::OrderId& order, const SubjectId& subject);

    // A person can turn out to be two subjects. One is kept: new orders are its; each order stays
    // with the subject it was placed under.
    //
    // The one that is kept; itself when there is no other. Errors: as open().
    Result<SubjectId> kept(const SubjectId& subject);
    // All that are the same person, the kept one first; at most limits::merged_subjects_max more.
    // Errors: as open().
    Result<std::vector<SubjectId>> person_of(const SubjectId& subject);
    // Whether the two can be told to be one person. Requires: both are kept, and not the same.
    // Errors: merges_limit; as open().
    Result<void> check_merge(const SubjectId& former, const SubjectId& into);
    // They are from now on, and `into` is kept. Requires: check_merge() holds; what the others know
    // of the limits of the law has been joined to it. Errors: as open().
    Result<void> merge(const SubjectId& former, const SubjectId& into);

    // There is no such subject, or no such order, from now on. Whoever removes a subject removes
    // all of its orders; whoever removes an order takes it out of its case.
    void remove(const SubjectId& subject);
    void remove_order(const contract::OrderId& order);
    // Calls `visit` for each case there is, by subject id. Requires: stage() has been called since
    // the last change, and its batch is committed. Errors: store_failed, opening_failed, tampered;
    // those of `visit`.
    using Visit = std::function<Result<void>(const SubjectId&, const rows::CaseRow&)>;
    Result<void> visit_all(const Visit& visit) const;

    // How many orders there are. The caller keeps the number across a start.
    [[nodiscard]] std::uint64_t orders() const { return order_count_; }
    void resume(std::uint64_t orders) { order_count_ = orders; }

    // Puts what has changed since the last call into the batch.
    void stage(store::Batch& batch, Randomness& randomness);

  private:
    struct Cached {
        rows::CaseRow row;
        std::list<SubjectId>::iterator use;
    };
    rows::CaseRow* keep(const SubjectId& subject, rows::CaseRow row);
    void forget_least_used();

    const store::Store* store_;
    const Vault* vault_;
    std::map<SubjectId, Cached> cases_;
    std::list<SubjectId> uses_;                      // most recently used first
    std::map<contract::OrderId, SubjectId> orders_;  // cleared when it grows past the cases
    std::set<SubjectId> changed_;
    std::vector<std::pair<contract::OrderId, SubjectId>> added_;
    std::set<SubjectId> removed_;
    std::set<contract::OrderId> removed_orders_;
    std::uint64_t order_count_ = 0;
};

// Adds the party where it is not there.
void add_party(google::protobuf::RepeatedPtrField<std::string>& parties, const std::string& party);
// Takes it away where it is.
void remove_party(google::protobuf::RepeatedPtrField<std::string>& parties,
                  const std::string& party);

// The order's row in a case; null when it is not there.
rows::OrderRow* find_order(rows::CaseRow& row, const contract::OrderId& order);

// The jobcentre's row of the limits for the citizen, in the case of the subject that is kept; null
// when it is not there.
rows::LimitsRow* find_limits(rows::CaseRow& row, const std::string& jobcentre);

}  // namespace jobbro::journal
