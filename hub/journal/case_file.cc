#include "hub/journal/case_file.h"

#include "hub/journal/tables.h"
#include "proto/base/limits.h"

namespace jobbro::journal {

rows::OrderRow* find_order(rows::CaseRow& row, const contract::OrderId& order) {
    for (rows::OrderRow& each : *row.mutable_orders()) {
        if (each.order_id() == order.view()) return &each;
    }
    return nullptr;
}

Result<std::optional<SubjectId>> CaseFile::subject_of(const contract::OrderId& order) {
    if (const auto known = orders_.find(order); known != orders_.end()) {
        return std::optional<SubjectId>{known->second};
    }
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
}

void CaseFile::stage(store::Batch& batch, Randomness& randomness) {
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
