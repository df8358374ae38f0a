#include "adapters/connectors/folder_outlet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "proto/contract/json.h"
#include "proto/evidence/text_encoding.h"
#include "tests/support/temporary_folder.h"

namespace jobbro::connectors {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Instant at{1'767'323'045'000'001};

v1::Envelope acceptance() {
    v1::Envelope envelope;
    envelope.set_message_id("0190163d-8694-739b-aea5-966c26f8ad91");
    envelope.mutable_order_acceptance()->set_expected_start_date("2011-02-14");
    return envelope;
}

kit::Delivery delivery(const Bytes& envelope) {
    kit::Delivery result;
    result.subscription = "folder";
    result.sequence = Sequence{42};
    result.recorded_at = at;
    result.envelope = envelope;
    return result;
}

TEST(FolderOutlet, AMessageIsWrittenAsTheContractWritesIt) {
    const kit::Delivery each = delivery(acceptance().SerializeAsString());
    EXPECT_EQ(delivery_name(each), "000000000042-order_acceptance.json");
    EXPECT_EQ(delivery_text(each), R"({
  "sequence": 42,
  "recorded_at": "2026-01-02T03:04:05.000001Z",
  "findings": [],
  "envelope": )" + contract::to_json(acceptance()) +
                                       "\n}\n");
}

TEST(FolderOutlet, WhatALaterVersionSaysIsNotLost) {
    v1::Envelope newer = acceptance();
    newer.GetReflection()->MutableUnknownFields(&newer)->AddVarint(999, 1);
    const kit::Delivery with_more = delivery(newer.SerializeAsString());
    EXPECT_EQ(delivery_name(with_more), "000000000042-order_acceptance.json");
    EXPECT_THAT(delivery_text(with_more), HasSubstr("\"envelope\": {"));
    EXPECT_THAT(delivery_text(with_more),
                HasSubstr("\"envelope_bytes\": \"" + evidence::base64_encode(with_more.envelope)));
    EXPECT_THAT(delivery_text(with_more), HasSubstr("\"note\": "));

    v1::Envelope of_new_kind = acceptance();
    of_new_kind.clear_body();
    EXPECT_EQ(delivery_name(delivery(of_new_kind.SerializeAsString())),
              "000000000042-unknown.json");
    EXPECT_THAT(delivery_text(delivery(of_new_kind.SerializeAsString())),
                HasSubstr("\"envelope_bytes\""));

    const kit::Delivery unreadable = delivery("\xff\xff");
    EXPECT_EQ(delivery_name(unreadable), "000000000042-unknown.json");
    EXPECT_THAT(delivery_text(unreadable), HasSubstr("\"envelope_bytes\": \"//8=\""));
    EXPECT_THAT(delivery_text(unreadable), Not(HasSubstr("\"envelope\": ")));
}

TEST(FolderOutlet, EachDeliveryIsWrittenOnceAlsoWhenItsFileWasTakenAway) {
    const jobbro::testing::TemporaryFolder folder;
    const FolderLayout layout{folder / "base"};
    ASSERT_TRUE(make_folders(layout));
    const auto inbox = kit::Inbox::open(kit::InboxSettings{layout.state / "inbox.db"});
    ASSERT_TRUE(inbox);
    FolderOutlet outlet{layout, "log.example", **inbox};
    const kit::Delivery each = delivery(acceptance().SerializeAsString());
    const auto path = layout.out / delivery_name(each);
    ASSERT_EQ(*outlet.publish(each, at), kit::Handled::now);
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), delivery_text(each));
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::filesystem::remove(path);
    EXPECT_EQ(*outlet.publish(each, at), kit::Handled::before);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FolderOutlet, AFolderThatIsGoneLosesNothing) {
    const jobbro::testing::TemporaryFolder folder;
    const FolderLayout layout{folder / "base"};
    ASSERT_TRUE(make_folders(layout));
    const auto inbox = kit::Inbox::open(kit::InboxSettings{layout.state / "inbox.db"});
    ASSERT_TRUE(inbox);
    FolderOutlet outlet{layout, "log.example", **inbox};
    const kit::Delivery each = delivery(acceptance().SerializeAsString());
    std::filesystem::remove(layout.out);
    EXPECT_EQ(outlet.publish(each, at).error().code, ErrorCode::file_unwritable);
    std::filesystem::create_directory(layout.out);
    EXPECT_EQ(*outlet.publish(each, at), kit::Handled::now);
    EXPECT_TRUE(std::filesystem::exists(layout.out / delivery_name(each)));
}

}  // namespace
}  // namespace jobbro::connectors
