#include "proto/contract/party_id.h"

#include <gtest/gtest.h>

#include "tests/unit/contract/expectations.h"

namespace jobbro::contract {
namespace {

struct Valid {
    const char* text;
    Role role;
};

class ValidPartyId : public testing::TestWithParam<Valid> {};

TEST_P(ValidPartyId, IsTakenAsItStands) {
    const auto party = PartyId::parse(GetParam().text);
    ASSERT_THAT(party, Succeeds());
    EXPECT_EQ(party->text(), GetParam().text);
    EXPECT_EQ(party->role(), GetParam().role);
}

INSTANTIATE_TEST_SUITE_P(PartyId, ValidPartyId,
                         testing::Values(Valid{"jobcentre:101", Role::jobcentre},
                                         Valid{"jobcentre:860", Role::jobcentre},
                                         Valid{"provider:13748136", Role::provider},
                                         Valid{"provider:13748136-1003388394", Role::provider},
                                         Valid{"auditor:rigsrevisionen", Role::auditor},
                                         Valid{"operator:night-shift-2", Role::operator_},
                                         Valid{"controller:a", Role::controller},
                                         Valid{"controller:abcdefghijklmnopqrstuvwxyz012345",
                                               Role::controller},
                                         Valid{"hub", Role::hub}));

struct Invalid {
    const char* text;
    ErrorCode code;
};

class InvalidPartyId : public testing::TestWithParam<Invalid> {};

TEST_P(InvalidPartyId, IsRefusedWithItsReason) {
    EXPECT_THAT(PartyId::parse(GetParam().text), FailsWith(GetParam().code));
}

INSTANTIATE_TEST_SUITE_P(
    PartyId, InvalidPartyId,
    testing::Values(
        Invalid{"", ErrorCode::party_id_invalid}, Invalid{":", ErrorCode::party_id_invalid},
        Invalid{"jobcentre", ErrorCode::party_id_invalid},
        Invalid{"Jobcentre:101", ErrorCode::party_id_invalid},
        Invalid{"citizen:101", ErrorCode::party_id_invalid},
        Invalid{"hub:", ErrorCode::party_id_invalid}, Invalid{"hub:a", ErrorCode::party_id_invalid},
        Invalid{"jobcentre:0101", ErrorCode::party_id_invalid},
        Invalid{"jobcentre:411", ErrorCode::municipality_unknown},
        Invalid{"jobcentre:", ErrorCode::municipality_unknown},
        Invalid{"provider:13748137", ErrorCode::cvr_invalid},
        Invalid{"provider:", ErrorCode::cvr_invalid},
        Invalid{"provider:13748136-", ErrorCode::p_number_invalid},
        Invalid{"provider:13748136-100338839", ErrorCode::p_number_invalid},
        Invalid{"provider:13748136-1003388394-1", ErrorCode::p_number_invalid},
        Invalid{"auditor:", ErrorCode::party_id_invalid},
        Invalid{"auditor:-a", ErrorCode::party_id_invalid},
        Invalid{"auditor:a-", ErrorCode::party_id_invalid},
        Invalid{"auditor:Rig", ErrorCode::party_id_invalid},
        Invalid{"auditor:a b", ErrorCode::party_id_invalid},
        Invalid{"auditor:a\n", ErrorCode::party_id_invalid},
        Invalid{"auditor:abcdefghijklmnopqrstuvwxyz0123456", ErrorCode::party_id_invalid},
        Invalid{"auditor:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                ErrorCode::party_id_invalid}));

TEST(PartyId, TheHubIsAPartyOfItsOwn) {
    const auto parsed = PartyId::parse("hub");
    ASSERT_THAT(parsed, Succeeds());
    EXPECT_EQ(*parsed, PartyId::hub());
}

TEST(PartyId, EveryRoleHasTheNameItsIdsBeginWith) {
    EXPECT_EQ(role_name(Role::jobcentre), "jobcentre");
    EXPECT_EQ(role_name(Role::provider), "provider");
    EXPECT_EQ(role_name(Role::auditor), "auditor");
    EXPECT_EQ(role_name(Role::operator_), "operator");
    EXPECT_EQ(role_name(Role::controller), "controller");
    EXPECT_EQ(role_name(Role::hub), "hub");
}

}  // namespace
}  // namespace jobbro::contract
