#include "hub/journal/case_file.h"

#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "proto/base/limits.h"
#include "tests/support/memory_store.h"

namespace jobbro::journal {
namespace {

class CaseFileTest : public ::testing::Test {
  protected:
    void write(CaseFile& cases) {
        store::Batch batch;
        cases.stage(batch, randomness);
        ASSERT_TRUE(log.commit(batch, store::Durability::synced));
    }
    SeededRandomness randomness{3};
    testing::MemoryStore log{std::size(log_table::names)};
    testing::MemoryStore secrets{std::size(vault_table::names)};
    Vault vault = *Vault::open(secrets, evidence::MasterKey{ByteArray<32>{9}}, randomness);
    const contract::OrderId order = contract::OrderId::make(Instant{1}, randomness);
    const SubjectId subject{5, 6};
};

TEST_F(CaseFileTest, WhatATurnChangedIsThereForTheNextProcess) {
    CaseFile cases{log, vault};
    EXPECT_FALSE((*cases.subject_of(order)).has_value());
    rows::CaseRow* const row = *cases.open(subject);
    EXPECT_EQ(row->orders_size(), 0);
    row->add_orders()->set_order_id(Bytes{order.view()});
    row->set_last_sequence_plus_one(8);
    cases.changed(subject);
    cases.add_order(order, subject);
    EXPECT_EQ(*cases.subject_of(order), subject) << "already within the turn";
    write(cases);

    CaseFile again{log, vault};
    EXPECT_EQ(*again.subject_of(order), subject);
    rows::CaseRow* const read = *again.open(subject);
    EXPECT_EQ(read->last_sequence_plus_one(), 8U);
    EXPECT_NE(find_order(*read, order), nullptr);
    EXPECT_EQ(find_order(*read, contract::OrderId::make(Instant{2}, randomness)), nullptr);
}

TEST_F(CaseFileTest, AllThatIsStoredIsVisited) {
    CaseFile cases{log, vault};
    const SubjectId other{7};
    (*cases.open(subject))->add_orders()->set_order_id(Bytes{order.view()});
    (*cases.open(other))->set_last_sequence_plus_one(9);
    cases.changed(subject);
    cases.changed(other);
    write(cases);
    std::map<SubjectId, rows::CaseRow> visited;
    const auto note = [&](const SubjectId& each, const rows::CaseRow& row) {
        visited[each] = row;
        return Result<void>{};
    };
    ASSERT_TRUE(cases.visit_all(note));
    ASSERT_EQ(visited.size(), 2U);
    EXPECT_EQ(visited[subject].orders(0).order_id(), order.view());
    EXPECT_EQ(visited[other].last_sequence_plus_one(), 9U);

    const auto stop = [](const SubjectId&, const rows::CaseRow&) {
        return Result<void>{ErrorCode::busy};
    };
    const auto stopped = cases.visit_all(stop);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ErrorCode::busy) << "what the visitor says";
    store::Batch damage;
    damage.put(log_table::cases, view(SubjectId{8}), "no row");
    ASSERT_TRUE(log.commit(damage, store::Durability::synced));
    EXPECT_FALSE(cases.visit_all(note));
}

TEST_F(CaseFileTest, RowsAreSealed) {
    CaseFile cases{log, vault};
    (*cases.open(subject))->add_orders()->set_provider("provider:99104007");
    cases.changed(subject);
    write(cases);
    const auto row = *log.get(log_table::cases, view(subject));
    EXPECT_EQ(row->find("99104007"), Bytes::npos);
}

TEST_F(CaseFileTest, MoreCasesThanAreKeptInMemoryAreReadAgain) {
    CaseFile cases{log, vault};
    for (std::size_t i = 0; i < limits::cases_cached_max + 10; ++i) {
        SubjectId each{};
        each[0] = static_cast<std::uint8_t>(i);
        each[1] = static_cast<std::uint8_t>(i >> 8U);
        (*cases.open(each))->set_last_sequence_plus_one(i + 1);
        cases.changed(each);
    }
    write(cases);
    EXPECT_EQ((*cases.open(SubjectId{}))->last_sequence_plus_one(), 1U);
}

TEST_F(CaseFileTest, ADamagedRowIsSaid) {
    store::Batch batch;
    batch.put(log_table::cases, view(subject), Bytes(80, 'x'));
    batch.put(log_table::orders, order.view(), Bytes(80, 'x'));
    ASSERT_TRUE(log.commit(batch, store::Durability::synced));
    CaseFile cases{log, vault};
    EXPECT_EQ(cases.open(subject).error().code, ErrorCode::opening_failed);
    EXPECT_EQ(cases.subject_of(order).error().code, ErrorCode::opening_failed);
}

}  // namespace
}  // namespace jobbro::journal
