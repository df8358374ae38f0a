#include "adapters/daemon/mailbox.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace jobbro::daemon {
namespace {

bool can_be_read(const Mailbox& mailbox) {
    pollfd item{mailbox.descriptor(), POLLIN, 0};
    return ::poll(&item, 1, 0) == 1;
}

TEST(Mailbox, WakesForWhatIsPutAndGivesItOnce) {
    const auto made = Mailbox::make();
    ASSERT_TRUE(made);
    Mailbox& mailbox = **made;
    EXPECT_FALSE(can_be_read(mailbox));
    kit::OutboxRecord record;
    record.ticket = 7;
    record.envelope = "bytes";
    mailbox.put_settled({record});
    mailbox.put_opening(Sequence{9});
    mailbox.put_end(ErrorCode::tampered);
    mailbox.put_end(ErrorCode::usage);
    EXPECT_TRUE(can_be_read(mailbox));
    const auto contents = mailbox.take();
    ASSERT_EQ(contents.settled.size(), 1U);
    EXPECT_EQ(contents.settled[0].ticket, 7U);
    EXPECT_EQ(contents.settled[0].envelope, "") << "nobody needs it any more";
    EXPECT_EQ(contents.opening, Sequence{9});
    ASSERT_TRUE(contents.end);
    EXPECT_EQ(contents.end->code, ErrorCode::tampered) << "the first counts";
    EXPECT_FALSE(can_be_read(mailbox));
    EXPECT_TRUE(mailbox.take().settled.empty());
}

}  // namespace
}  // namespace jobbro::daemon
