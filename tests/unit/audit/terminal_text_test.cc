#include "adapters/audit/terminal_text.h"

#include <gtest/gtest.h>

namespace jobbro::audit {
namespace {

TEST(TerminalText, PlainTextStays) {
    EXPECT_EQ(terminal_safe("hub.test/log\n\xe2\x80\x94 \xc3\xa6\xc3\xb8\xc3\xa5\n"),
              "hub.test/log\n\xe2\x80\x94 \xc3\xa6\xc3\xb8\xc3\xa5\n");
}

TEST(TerminalText, NothingReachesTheTerminalAsACommand) {
    EXPECT_EQ(terminal_safe("\x1b[2J\r\a\x7f\t"), "\\x1b[2J\\x0d\\x07\\x7f\\x09");
    EXPECT_EQ(terminal_safe("\xc2\x9b"), "\\xc2\\x9b") << "the same in one character";
    EXPECT_EQ(terminal_safe("\xe2\x80\xae"), "\\xe2\\x80\\xae") << "turns the writing round";
    EXPECT_EQ(terminal_safe(std::string_view{"\0", 1}), "\\x00");
}

TEST(TerminalText, WhatIsNoUtf8IsShownByteByByte) {
    EXPECT_EQ(terminal_safe("\xff\x80\xc3"), "\\xff\\x80\\xc3");
    EXPECT_EQ(terminal_safe("\xc0\xaf"), "\\xc0\\xaf") << "longer than it need be";
    EXPECT_EQ(terminal_safe("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "half a pair";
    EXPECT_EQ(terminal_safe("\xe2\x80"), "\\xe2\\x80") << "cut short";
    EXPECT_EQ(terminal_safe("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond the last";
}

TEST(TerminalText, OneLineIsOneLine) {
    EXPECT_EQ(one_line("a ground\n5  2026-01-01\x1b[2J"), "a ground\\x0a5  2026-01-01\\x1b[2J");
}

}  // namespace
}  // namespace jobbro::audit
