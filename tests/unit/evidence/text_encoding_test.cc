#include "proto/evidence/text_encoding.h"

#include <gtest/gtest.h>

#include "tests/unit/evidence/expectations.h"

namespace jobbro::evidence {
namespace {

TEST(Base64, EncodesTheVectorsOfRfc4648) {
    EXPECT_EQ(base64_encode(""), "");
    EXPECT_EQ(base64_encode("f"), "Zg==");
    EXPECT_EQ(base64_encode("fo"), "Zm8=");
    EXPECT_EQ(base64_encode("foo"), "Zm9v");
    EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
    EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
    EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
}

TEST(Base64, DecodesWhatItEncodes) {
    Bytes bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_THAT(base64_decode(base64_encode(bytes)), Holds(bytes));
        bytes.push_back(static_cast<char>(i * 7));
    }
}

TEST(Base64, TextThatEncodingWouldNotMakeIsInvalid) {
    for (const std::string_view text : {
             "Zg",            // padding missing
             "Zg=",           // half of it missing
             "Zg===",         // too much of it
             "Zh==",          // unused bits set
             "Zm9=",          // unused bits set
             "Z",             // no whole byte
             "Zm9v\n",        // a line end
             " Zm9v",         // a space
             "Zm 9v",         // a space inside
             "-_8=",          // the alphabet for URLs
             "Zg==Zg==",      // padding inside
             "=",             // padding alone
             "====",          // padding alone
             "Zm9v\xc3\xa6",  // not ASCII
         }) {
        EXPECT_THAT(base64_decode(text), FailsWith(ErrorCode::field_invalid)) << text;
    }
}

TEST(Base64, TextWithNulInsideIsInvalid) {
    EXPECT_THAT(base64_decode(std::string_view{"Zm9v\0Zm9", 8}),
                FailsWith(ErrorCode::field_invalid));
}

TEST(Hex, IsWrittenInLowerCaseAndReadInBoth) {
    EXPECT_EQ(hex_encode(""), "");
    EXPECT_EQ(hex_encode("\x01\xab\xff"), "01abff");
    EXPECT_THAT(hex_decode(""), Holds(Bytes{}));
    EXPECT_THAT(hex_decode("01abff"), Holds(Bytes{"\x01\xab\xff"}));
    EXPECT_THAT(hex_decode("01ABfF"), Holds(Bytes{"\x01\xab\xff"}));
}

TEST(Hex, OddLengthAndOtherCharactersAreInvalid) {
    for (const std::string_view text : {"0", "012", "0g", "0x01", " 01", "01 ", "0:1:", "+1"}) {
        EXPECT_THAT(hex_decode(text), FailsWith(ErrorCode::field_invalid)) << text;
    }
}

}  // namespace
}  // namespace jobbro::evidence
