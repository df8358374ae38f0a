#include "hub/journal/case_file.h"

#include <algorithm>

#include "hub/journal/tables.h"
#include "proto/base/limits.h"

namespace jobbro::journal {

rows::OrderRow* find_order(rows::CaseRow& row, const contract::OrderId& order) {
    for (rows::OrderRow& each : *row.mutable_orders()) {
        if (each.order_id() == order.view()) return &each;
    }
    return nullptr;
}

rows::LimitsRow* find_limits(rows::CaseRow& row, const std::string& jobcentre) {
    for (rows::LimitsRow& each : *row.mutable_limits()) {
        if (each.jobcentre() == jobcentre) return &each;
    }
    return nullptr;
}

void add_party(google::protobuf::RepeatedPtrField<std::string>& parties, const std::string& party) {
    if (std::find(parties.begin(), parties.end(), party) == parties.end()) *parties.Add() = party;
}

void remove_party(google::protobuf::RepeatedPtrField<std::string>& parties,
                  const std::string& party) {
    parties.erase(std::remove(parties.begin(), parties.end(), party), parties.end());
}

Result<std::optional<SubjectId>> CaseFile::subject_of(const contract::OrderId& order) {
    if (const auto known = orders_.find(order); known != orders_.end()) {
        return std::optional<SubjectId>{known->second};
    }
    if (removed_orders_.contains(order)) return std::optional<SubjectId>{};
    JOBBRO_TRY_ASSIGN(const auto row, store_->get(log_table::orders, order.view()));
    if (!row) return std::optional<SubjectId>{};
    JOBBRO_TRY_ASSIGN(const Bytes subject, vault_->open_row(log_table::orders, order.view(), *row));
    if (subject.size() != 16) return Error{ErrorCode::tampered, "an order's row"};
    orders_.emplace(order, array_of<16>(subject));
    return std::optional<SubjectId>{array_of<16>(subject)};
}

Result<rows::CaseRow*> CaseFile::open(const SubjectId& subject) {
    if (const auto known = cases_.find(subject); known != cases_.end()) {
        uses_.splice(uses_.begin(), uses_, known->second.use);
        return &known->second.row;
    }
    rows::CaseRow opened;
    if (removed_.contains(subject)) return keep(subject, std::move(opened));
    JOBBRO_TRY_ASSIGN(const auto stored, store_->get(log_table::cases, view(subject)));
    if (stored) {
        JOBBRO_TRY_ASSIGN(const Bytes plain,
                          vault_->open_row(log_table::cases, view(subject), *stored));
        if (!opened.ParseFromString(plain)) return Error{ErrorCode::tampered, "a case's row"};
    }
    return keep(subject, std::move(opened));
}

rows::CaseRow* CaseFile::make(const SubjectId& subject) {
    return keep(subject, {});
}

rows::CaseRow* CaseFile::keep(const SubjectId& subject, rows::CaseRow row) {
    uses_.push_front(subject);
    const auto placed = cases_.emplace(subject, Cached{std::move(row), uses_.begin()});
    return &placed.first->second.row;
}

void CaseFile::add_order(const contract::OrderId& order, const SubjectId& subject) {
    orders_.insert_or_assign(order, subject);
    added_.emplace_back(order, subject);
    ++order_count_;
}

void CaseFile::remove(const SubjectId& subject) {
    if (const auto known = cases_.find(subject); known != cases_.end()) {
        uses_.erase(known->second.use);
        cases_.erase(known);
    }
    changed_.erase(subject);
    removed_.insert(subject);
}

void CaseFile::remove_order(const contract::OrderId& order) {
    orders_.erase(order);
    std::erase_if(added_, [&](const auto& each) { return each.first == order; });
    removed_orders_.insert(order);
    if (order_count_ > 0) --order_count_;
}

Result<void> CaseFile::visit_all(const Visit& visit) const {
    Result<void> done;
    const auto visit_row = [&](BytesView key, BytesView sealed) -> Result<void> {
        if (key.size() != sizeof(SubjectId)) return Error{ErrorCode::tampered, "a case's row"};
        JOBBRO_TRY_ASSIGN(const Bytes plain, vault_->open_row(log_table::cases, key, sealed));
        rows::CaseRow row;
        if (!row.ParseFromString(plain)) return Error{ErrorCode::tampered, "a case's row"};
        return visit(array_of<16>(key), row);
    };
    JOBBRO_TRY(store_->scan(log_table::cases, {}, [&](BytesView key, BytesView sealed) {
        done = visit_row(key, sealed);
        return done.has_value();
    }));
    return done;
}

Result<SubjectId> CaseFile::kept(const SubjectId& subject) {
    JOBBRO_TRY_ASSIGN(const rows::CaseRow* const row, open(subject));
    if (row->merged_into().empty()) return subject;
    if (row->merged_into().size() != 16) return Error{ErrorCode::tampered, "a case's row"};
    return array_of<16>(row->merged_into());
}

Result<std::vector<SubjectId>> CaseFile::person_of(const SubjectId& subject) {
    JOBBRO_TRY_ASSIGN(const SubjectId first, kept(subject));
    JOBBRO_TRY_ASSIGN(const rows::CaseRow* const row, open(first));
    std::vector<SubjectId> all{first};
    for (const std::string& each : row->merged()) {
        if (each.size() != 16) return Error{ErrorCode::tampered, "a case's row"};
        all.push_back(array_of<16>(each));
    }
    return all;
}

Result<void> CaseFile::check_merge(const SubjectId& former, const SubjectId& into) {
    JOBBRO_TRY_ASSIGN(const rows::CaseRow* const from, open(former));
    JOBBRO_TRY_ASSIGN(const rows::CaseRow* const to, open(into));
    const int merged = from->merged_size() + to->merged_size() + 1;
    if (static_cast<std::size_t>(merged) > limits::merged_subjects_max) {
        return Error{ErrorCode::merges_limit, {}, "citizen.cpr_number"};
    }
    return {};
}

Result<void> CaseFile::merge(const SubjectId& former, const SubjectId& into) {
    JOBBRO_ASSERT(former != into);
    JOBBRO_TRY_ASSIGN(const std::vector<SubjectId> moved, person_of(former));
    JOBBRO_TRY_ASSIGN(rows::CaseRow* const to, open(into));
    for (const SubjectId& each : moved) {
        JOBBRO_TRY_ASSIGN(rows::CaseRow* const row, open(each));
        row->set_merged_into(Bytes{view(into)});
        row->clear_merged();
        for (const std::string& jobcentre : row->jobcentres())
            add_party(*to->mutable_jobcentres(), jobcentre);
        row->clear_jobcentres();
        JOBBRO_ASSERT(row->limits().empty());
        *to->add_merged() = Bytes{view(each)};
        changed(each);
    }
    changed(into);
    return {};
}

void CaseFile::stage(store::Batch& batch, Randomness& randomness) {
    for (const SubjectId& subject : removed_)
        batch.erase(log_table::cases, view(subject));
    for (const contract::OrderId& order : removed_orders_)
        batch.erase(log_table::orders, order.view());
    removed_.clear();
    removed_orders_.clear();
    for (const SubjectId& subject : changed_) {
        const auto changed = cases_.find(subject);
        JOBBRO_ASSERT(changed != cases_.end());
        batch.put(log_table::cases, view(subject),
                  vault_->seal_row(log_table::cases, view(subject),
                                   changed->second.row.SerializeAsString(), randomness));
    }
    for (const auto& [order, subject] : added_) {
        batch.put(log_table::orders, order.view(),
                  vault_->seal_row(log_table::orders, order.view(), view(subject), randomness));
    }
    changed_.clear();
    added_.clear();
    forget_least_used();
}

void CaseFile::forget_least_used() {
    while (cases_.size() > limits::cases_cached_max) {
        cases_.erase(uses_.back());
        uses_.pop_back();
    }
    if (orders_.size() > 2 * limits::cases_cached_max) orders_.clear();
}

}  // namespace jobbro::journal
