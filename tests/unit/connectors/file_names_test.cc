#include "adapters/connectors/file_names.h"

#include <gtest/gtest.h>

namespace jobbro::connectors {
namespace {

constexpr Instant now{1'767'323'045'000'000};

const evidence::SymmetricKey& key() {
    static const evidence::SymmetricKey made{ByteArray<32>{1, 2, 3}};
    return made;
}

TEST(FileNames, TheEndingTellsWhatStandsInAFile) {
    EXPECT_EQ(shape_of("a.json"), FileShape::one_object);
    EXPECT_EQ(shape_of("a.ndjson"), FileShape::lines);
    for (const char* const other :
         {"a.json.tmp", "a.json.part", ".a.json", "a.txt", "a", "", "a.JSON", "a.json~",
          "a.json.receipt.json", "a.json.error.json"}) {
        EXPECT_EQ(shape_of(other), FileShape::none) << other;
    }
}

TEST(FileNames, ACprNumberIsSeenHoweverItIsWritten) {
    for (const char* const name :
         {"690870-1478.json", "fravaer_690870-1478_mandag.json", "6908701478.json",
          "690870_1478.json", "x690870 1478.json", "69.08.70-1478.json"}) {
        EXPECT_TRUE(holds_cpr_number(name, now)) << name;
    }
}

TEST(FileNames, OtherNumbersAreNone) {
    for (const char* const name :
         {"20110214-093000.json", "absence-17.json", "1300991478.json", "9912991478.json",
          // Its first group ends in a date and its second is four digits.
          "ab690870-1478-7abc-8def-0123456789ab.json", "order-01690870-1478-7abc-8def-0.json"}) {
        EXPECT_FALSE(holds_cpr_number(name, now)) << name;
    }
    EXPECT_TRUE(holds_cpr_number("0190163d-8694-739b-aea5-966c26f8ad91-690870-1478.json", now));
}

TEST(FileNames, ANameIsKeptUnlessItHoldsANumberOrIsTooLong) {
    EXPECT_EQ(kept_name("a b.json", key(), now), "a b.json");
    const std::string replaced = kept_name("690870-1478.ndjson", key(), now);
    EXPECT_EQ(replaced, "file-" + log_name("690870-1478.ndjson", key()) + ".ndjson");
    EXPECT_EQ(kept_name(std::string(200, 'x') + ".json", key(), now).size(), 22U);
}

TEST(FileNames, ALogNameDependsOnTheKey) {
    const evidence::SymmetricKey other{ByteArray<32>{9}};
    EXPECT_EQ(log_name("a.json", key()).size(), 12U);
    EXPECT_NE(log_name("a.json", key()), log_name("a.json", other));
    EXPECT_NE(log_name("a.json", key()), log_name("b.json", key()));
}

TEST(FileNames, ANumberStandsBeforeTheEnding) {
    EXPECT_EQ(numbered_name("a.json", 1), "a.json");
    EXPECT_EQ(numbered_name("a.json", 2), "a-2.json");
    EXPECT_EQ(numbered_name("a.b.ndjson", 13), "a.b-13.ndjson");
}

}  // namespace
}  // namespace jobbro::connectors
