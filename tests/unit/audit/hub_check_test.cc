#include "adapters/audit/hub_check.h"

#include <gtest/gtest.h>

#include "tests/unit/audit/made_up_log.h"

namespace jobbro::audit {
namespace {

evidence::Checkpoint signed_for(std::uint64_t size, const std::string& root) {
    return {made_up_origin, TreeSize{size}, evidence::sha256(root)};
}

TEST(HubCheck, AProofToAnotherTreeThatIsSignedTooIsTampering) {
    const evidence::Checkpoint one = signed_for(20, "one");
    EXPECT_TRUE(hold_to_one_tree(one, signed_for(20, "one")));
    for (const auto& other : {signed_for(20, "other"), signed_for(19, "one")}) {
        const auto held = hold_to_one_tree(one, other);
        ASSERT_FALSE(held);
        EXPECT_EQ(held.error().code, ErrorCode::tampered);
        EXPECT_NE(held.error().detail.find("another log"), std::string::npos);
    }
}

}  // namespace
}  // namespace jobbro::audit
