#include "tests/tidy/style.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tidy/code_text.h"

namespace jobbro::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string repeated(std::string_view text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

TEST(Style, LinesFunctionsAndFilesAreShortOrHaveAReason) {
    const TextFile* list = find(repository(), "tests/tidy/allowed_long.txt");
    ASSERT_NE(list, nullptr);
    const Offences offences = length_offences(repository(), read_allowed_long(list->text));
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(Style, LayoutIsClean) {
    const Offences offences = layout_offences(repository());
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(Style, NoBannedCallOrWordIsUsed) {
    const Offences offences = banned_offences(repository());
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(Style, NamesSayWhatThingsAre) {
    const Offences offences = name_offences(repository());
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(Style, ALineOver100ColumnsIsNamed) {
    const TextFiles files = {{"hub/core/x.cc", repeated("a", 100) + "\n" + repeated("a", 101)}};
    EXPECT_THAT(length_offences(files, {}), ElementsAre("hub/core/x.cc:2: more than 100 columns"));
}

TEST(Style, ColumnsAreCharactersAndNotBytes) {
    EXPECT_THAT(length_offences({{"hub/core/x.h", repeated("ø", 100) + "\n"}}, {}), IsEmpty());
}

TEST(Style, AFileOver600LinesIsNamed) {
    EXPECT_THAT(length_offences({{"proto/a.proto", repeated("\n", 600)}}, {}), IsEmpty());
    EXPECT_THAT(length_offences({{"proto/a.proto", repeated("\n", 601)}}, {}),
                ElementsAre("proto/a.proto:601: more than 600 lines; split the file"));
}

TEST(Style, AFunctionOver70LinesIsNamed) {
    const std::string start = "namespace a {\nclass B {\n  public:\n    void f() {\n";
    const std::string end = "    }\n};\n}\n";
    EXPECT_THAT(length_offences({{"hub/core/x.h", start + repeated("g();\n", 68) + end}}, {}),
                IsEmpty());
    EXPECT_THAT(length_offences({{"hub/core/x.h", start + repeated("g();\n", 69) + end}}, {}),
                ElementsAre("hub/core/x.h:4: a function of 71 lines; 70 at most"));
}

TEST(Style, AConstructorsInitialisersDoNotHideItsLength) {
    const std::string text = "A::A() : a_{1}, b_{2} {\n" + repeated("f({});\n", 70) + "}\n";
    EXPECT_THAT(length_offences({{"hub/core/x.cc", text}}, {}),
                ElementsAre("hub/core/x.cc:1: a function of 72 lines; 70 at most"));
}

TEST(Style, ATableIsNoFunction) {
    const std::string rows = "const Row rows[] = {\n" + repeated("{f(1), 2},\n", 90) + "};\n";
    const std::string cases = "CASES(\n" + repeated("{\"x\", [](E& e) { e.f(); }},\n", 90) + ");\n";
    EXPECT_THAT(length_offences({{"hub/core/x.cc", rows}, {"tests/x.cc", cases}}, {}), IsEmpty());
}

TEST(Style, AnAllowedFileMayBeLongButMustBe) {
    const AllowedLong allowed = read_allowed_long("# files\nhub/core/x.cc : one table\n");
    EXPECT_THAT(length_offences({{"hub/core/x.cc", repeated("\n", 601)}}, allowed), IsEmpty());
    EXPECT_THAT(length_offences({{"hub/core/x.cc", "\n"}}, allowed),
                ElementsAre("hub/core/x.cc: needs no line in tests/tidy/allowed_long.txt"));
    EXPECT_THAT(read_allowed_long("hub/core/x.cc\n").offences,
                ElementsAre("tests/tidy/allowed_long.txt:1: write \"path : reason\""));
}

TEST(Style, AHeaderWithoutPragmaOnceIsNamed) {
    EXPECT_THAT(layout_offences({{"hub/core/x.h", "// #pragma once\nint f();\n"}}),
                ElementsAre("hub/core/x.h: has no #pragma once"));
}

TEST(Style, TabsAndLooseWhiteSpaceAreNamed) {
    EXPECT_THAT(layout_offences({{"deploy/run", "a\tb\nc \nd"}}),
                ElementsAre("deploy/run:1: a tab; indent with spaces",
                            "deploy/run:2: white space at the end",
                            "deploy/run:3: the last line has no end"));
}

TEST(Style, ABannedCallIsNamedWithItsReplacement) {
    const std::vector<std::pair<std::string, std::string>> calls = {
        {"throw 1;", "throw: return an Error in a Result"},
        {"} catch (...) {", "catch: catch in the room that calls the library"},
        {"std::cout << 1;", "std::cout: log through hub/ops, or return an Error"},
        {"std::printf(\"x\");", "printf(: log through hub/ops, or return an Error"},
        {"std::chrono::system_clock::now();", "system_clock: take an Instant or a Clock"},
        {"sleep_for(1ms);", "sleep_for: wait for what is to happen, with a limit"},
        {"::sleep(1);", "sleep(: wait for what is to happen, with a limit"},
        {"std::random_device d;", "random_device: take a Randomness"},
        {"t.detach();", ".detach(): keep the thread and join it"},
        {"assert(x);", "assert(: say JOBBRO_ASSERT, which stays on in every build"},
        {"std::mutex m;", "std::mutex: share nothing but a bounded queue"},
        {"auto* p = new Core;", "new: say std::make_unique"},
        {"delete p;", "delete: let an owner do it"},
    };
    for (const auto& [call, wrong] : calls) {
        EXPECT_THAT(banned_offences({{"hub/core/x.cc", call + "\n"}}),
                    ElementsAre("hub/core/x.cc:1: " + wrong));
    }
}

TEST(Style, ACallIsAllowedInItsRoom) {
    EXPECT_THAT(banned_offences({{"hub/store/x.cc", "try {} catch (...) {}\n"},
                                 {"proto/base/clock.h", "system_clock::now();\n"},
                                 {"hub/main/main.cc", "std::cerr << 1;\n"}}),
                IsEmpty());
}

TEST(Style, WordsThatLookLikeBannedOnesAreNot) {
    EXPECT_THAT(banned_offences({{"hub/core/x.cc",
                                  "static_assert(true);  // throw\n"
                                  "snprintf(b, 1, \"throw catch\");\n"
                                  "A(const A&) = delete;\n"
                                  "std::unique_ptr<A> a(new A);\n"
                                  "return std::unique_ptr<A>(\n    new A(b));\n"
                                  "a.reset(new A);\n"
                                  "return new Pool;  // NOLINT: the library takes ownership\n"
                                  "const int x = 1'000; f('\"'); renew();\n"
                                  "auto s = R\"(assert(1) \" new )\";\n"}}),
                IsEmpty());
}

TEST(Style, UnfinishedWorkIsNamedInEveryKindOfFile) {
    const std::string word = std::string{"TO"} + "DO";
    EXPECT_THAT(banned_offences({{"README.md", "a\n" + word + ": b\n"}, {"hub/a.h", "// " + word}}),
                ElementsAre(HasSubstr("README.md:2: "), HasSubstr("hub/a.h:1: ")));
}

TEST(Style, NamesThatSayNothingAreNamed) {
    EXPECT_THAT(name_offences({{"hub/core/string_utils.h", ""},
                               {"hub/core/x.h", "enum class CommonThing {};\n"},
                               {"proto/x.proto", "message KeyManager {\n"}}),
                SizeIs(3));
    EXPECT_THAT(name_offences({{"hub/core/x.h", "// struct Helper\nclass Core : Base<Store> {\n"}}),
                IsEmpty());
}

}  // namespace
}  // namespace jobbro::tidy
