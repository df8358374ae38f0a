#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>

#include "jobbro/v1/error.pb.h"
#include "proto/base/error.h"

namespace jobbro {
namespace {

constexpr std::string_view prefix = "ERROR_CODE_";

std::string in_proto_spelling(std::string_view name) {
    std::string spelt{prefix};
    for (const char c : name) {
        spelt.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
    }
    return spelt;
}

std::map<int, std::string> codes_of_the_wire() {
    std::map<int, std::string> codes;
    const auto& wire = *v1::ErrorCode_descriptor();
    for (int i = 0; i < wire.value_count(); ++i) {
        codes.emplace(wire.value(i)->number(), wire.value(i)->name());
    }
    return codes;
}

TEST(ErrorList, IsTheOneOfTheWireByNameAndNumber) {
    std::map<int, std::string> listed = {{0, "ERROR_CODE_UNSPECIFIED"}};
    for (const ErrorText& text : error_texts) {
        listed.emplace(static_cast<int>(text.code), in_proto_spelling(text.name));
    }
    EXPECT_EQ(listed, codes_of_the_wire());
    EXPECT_EQ(listed.size(), std::size(error_texts) + 1);
}

TEST(ErrorList, NamesAndNumbersAreGivenOnce) {
    std::set<ErrorCode> numbers;
    std::set<std::string_view> names;
    for (const ErrorText& text : error_texts) {
        EXPECT_TRUE(numbers.insert(text.code).second) << text.name;
        EXPECT_TRUE(names.insert(text.name).second) << text.name;
    }
}

TEST(ErrorList, NumbersAreInTheRangesOfTheirSections) {
    for (const ErrorText& text : error_texts) {
        EXPECT_GE(static_cast<int>(text.code), 100) << text.name;
        EXPECT_LT(static_cast<int>(text.code), 800) << text.name;
    }
}

TEST(ErrorList, TextsAreSentencesInBothLanguages) {
    for (const ErrorText& text : error_texts) {
        for (const std::string_view sentence : {text.danish, text.english}) {
            ASSERT_GT(sentence.size(), 10U) << text.name;
            EXPECT_EQ(sentence.back(), '.') << text.name;
        }
        EXPECT_NE(text.danish, text.english) << text.name;
    }
}

TEST(ErrorList, DispositionsHaveTheNumbersOfTheWire) {
    EXPECT_EQ(static_cast<int>(Disposition::fix), v1::DISPOSITION_FIX);
    EXPECT_EQ(static_cast<int>(Disposition::retry), v1::DISPOSITION_RETRY);
    EXPECT_EQ(static_cast<int>(Disposition::never), v1::DISPOSITION_NEVER);
}

TEST(ErrorList, DispositionsSayWhatTheSenderCanDo) {
    EXPECT_EQ(error_text(ErrorCode::busy).disposition, Disposition::retry);
    EXPECT_EQ(error_text(ErrorCode::lane_blocked).disposition, Disposition::retry);
    EXPECT_EQ(error_text(ErrorCode::cause_unknown).disposition, Disposition::retry);
    EXPECT_EQ(error_text(ErrorCode::field_missing).disposition, Disposition::fix);
    EXPECT_EQ(error_text(ErrorCode::message_id_reused).disposition, Disposition::never);
    EXPECT_EQ(error_text(ErrorCode::tampered).disposition, Disposition::never);
}

// A message that is wrong in itself stays wrong: only the clock can put one right.
TEST(ErrorList, OfTheEnvelopeOnlyTheClockIsWorthARetry) {
    for (const ErrorText& text : error_texts) {
        const int number = static_cast<int>(text.code);
        if (number < 300 || number >= 400) continue;
        const bool is_clock = text.code == ErrorCode::message_id_in_future;
        EXPECT_EQ(text.disposition == Disposition::retry, is_clock) << text.name;
    }
}

TEST(ErrorList, UnknownNumbersHaveNoText) {
    EXPECT_FALSE(find_error_text(0).has_value());
    EXPECT_FALSE(find_error_text(99).has_value());
    EXPECT_FALSE(find_error_text(65536 + 100).has_value());
    ASSERT_TRUE(find_error_text(500).has_value());
    EXPECT_EQ(find_error_text(500)->name, "busy");
}

}  // namespace
}  // namespace jobbro
