#include "tests/tidy/error_tests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobbro::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TextFile list = {"proto/base/error_codes.def",
                       "// JOBBRO_ERROR(name, number)\n"
                       "JOBBRO_ERROR(busy, 500, retry, \"\", \"\")\n"
                       "JOBBRO_ERROR(key_unknown, 200, fix, \"\", \"\")\n"};

Offences with_test(const std::string& path, const std::string& text) {
    return codes_without_test({list, {path, text}});
}

TEST(ErrorTests, EveryCodeHasOne) {
    const Offences offences = codes_without_test(repository());
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(ErrorTests, CodesNoTestExpectsAreNamed) {
    EXPECT_THAT(codes_without_test({list}),
                ElementsAre("busy: no test expects it", "key_unknown: no test expects it"));
    EXPECT_THAT(codes_without_test({}), ElementsAre("proto/base/error_codes.def: not there"));
}

TEST(ErrorTests, AssertionsComparisonsAndTablesExpect) {
    const std::string test =
        "TEST(A, B) {\n"
        "    EXPECT_EQ(f([] { g(); return 1; }), v1::ERROR_CODE_BUSY);\n"
        "    rows({Row{\"x\", [](int a) { a = 1; }, ErrorCode::key_unknown, 1}});\n"
        "}\n";
    EXPECT_THAT(with_test("tests/unit/x_test.cc", test), IsEmpty());
    const std::string other =
        "bool a() { return b.code == ErrorCode::busy; }\n"
        "void c() { expect_refusal(d(), 4, \"key_unknown\"); }\n";
    EXPECT_THAT(with_test("tests/unit/x_test.cc", other), IsEmpty());
    EXPECT_THAT(with_test("tests/interop/x_test.py", "f(\"busy\", \"key_unknown\")\n"), IsEmpty());
}

TEST(ErrorTests, WhatIsHandedInIsNotExpected) {
    for (const char* text : {
             "void f() { EXPECT_TRUE(g()); receive(error(ErrorCode::busy)); }\n",
             "void f() { frame.content = ErrorCode::busy; }\n",
             "void f() { refused(Refusal{ErrorCode::busy, false}); }\n",
             "Result<void> f() { return ErrorCode::busy; }\n",
             "// EXPECT_EQ(a, ErrorCode::busy)\n",
             "const char* a = \"EXPECT_EQ(a, ErrorCode::busy)\";\n",
         }) {
        EXPECT_THAT(with_test("tests/unit/x_test.cc", text),
                    ::testing::Contains("busy: no test expects it"))
            << text;
    }
}

TEST(ErrorTests, OnlyTestsCount) {
    const std::string test = "EXPECT_EQ(a, ErrorCode::busy); EXPECT_EQ(a, ErrorCode::key_unknown);";
    EXPECT_EQ(with_test("tests/unit/base/x_test.cc", test).size(), 2U);
    EXPECT_EQ(with_test("hub/core/x_test.cc", test).size(), 2U);
    EXPECT_EQ(with_test("tests/support/x.cc", test).size(), 2U);
    EXPECT_EQ(with_test("tests/interop/x_test.py", "f(busy, \"key_unknown\") # busy").size(), 1U);
}

}  // namespace
}  // namespace jobbro::tidy
