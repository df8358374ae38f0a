#include "proto/base/bytes.h"

#include <gtest/gtest.h>

namespace jobbro {
namespace {

TEST(Bytes, IntegersAreWrittenMostSignificantByteFirst) {
    Bytes bytes;
    append_big_endian(bytes, std::uint16_t{0x0102});
    append_big_endian(bytes, std::uint32_t{0xfffefdfc});
    EXPECT_EQ(bytes, std::string("\x01\x02\xff\xfe\xfd\xfc", 6));
}

TEST(Bytes, IntegersComeBackFromWhereTheyStand) {
    Bytes bytes = "x";
    append_big_endian(bytes, std::uint64_t{0x8000000000000001});
    EXPECT_EQ(read_big_endian<std::uint64_t>(bytes, 1), 0x8000000000000001U);
    EXPECT_EQ(read_big_endian<std::uint16_t>(bytes, 7), 1U);
}

TEST(Bytes, KeysSortAsTheirNumbers) {
    EXPECT_LT(key_of(0), key_of(1));
    EXPECT_LT(key_of(255), key_of(256));
    EXPECT_LT(key_of(0x7fffffffffffffff), key_of(0x8000000000000000));
    EXPECT_EQ(key_of(7).size(), 8U);
}

TEST(Bytes, ArraysAndViewsHoldTheSame) {
    const ByteArray<3> array = {0, 127, 255};
    EXPECT_EQ(view(array), std::string_view("\x00\x7f\xff", 3));
    EXPECT_EQ(array_of<3>(view(array)), array);
}

}  // namespace
}  // namespace jobbro
