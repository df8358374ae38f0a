#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/contract/breaking_changes.h"

namespace jobbro::contract_test {
namespace {

using google::protobuf::FileDescriptorSet;
using testing::IsEmpty;

FileDescriptorSet read_set(const std::string& path) {
    FileDescriptorSet set;
    std::ifstream file{path, std::ios::binary};
    EXPECT_TRUE(set.ParseFromIstream(&file)) << path;
    return set;
}

FileDescriptorSet baseline() {
    return read_set(JOBBRO_SOURCE_DIR "/proto/baseline/jobbro.v1.binpb");
}

FileDescriptorSet contract() {
    return read_set(JOBBRO_BINARY_DIR "/proto/jobbro.v1.binpb");
}

TEST(Baseline, TheContractBreaksNoneOfItsPromises) {
    EXPECT_THAT(breaking_changes(baseline(), contract()), IsEmpty());
}

// Guards the comparison itself: an empty baseline would promise nothing.
TEST(Baseline, HoldsTheWholeContract) {
    EXPECT_GE(baseline().file_size(), 12);
    FileDescriptorSet empty;
    EXPECT_GE(breaking_changes(baseline(), empty).size(), 60U);
}

TEST(Baseline, HoldsNoSourceText) {
    const FileDescriptorSet set = baseline();
    for (const auto& file : set.file())
        EXPECT_FALSE(file.has_source_code_info());
}

}  // namespace
}  // namespace jobbro::contract_test
