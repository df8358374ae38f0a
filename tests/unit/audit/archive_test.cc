#include "adapters/audit/archive.h"

#include <gmock/gmock.h>

#include <sstream>

#include "adapters/audit/archive_lines.h"
#include "proto/base/limits.h"
#include "proto/evidence/signed_text.h"
#include "tests/unit/audit/made_up_log.h"

namespace jobbro::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::uint64_t log_size = 20;

// An archive of some entries, with the statements their signatures need.
std::string archive_of(const MadeUpLog& log, const std::vector<std::uint64_t>& sequences,
                       const std::vector<std::uint64_t>& statements = {0, 1}) {
    std::string text;
    ArchiveWriter writer{[&](std::string_view lines) -> Result<void> {
        text += lines;
        return {};
    }};
    EXPECT_TRUE(
        writer.header({log.verifier(), log.note(log_size), "order 1", "2026-01-02T03:04:05Z"}));
    for (const std::uint64_t sequence : statements)
        EXPECT_TRUE(writer.statement(log.archived(sequence, log_size)));
    for (const std::uint64_t sequence : sequences)
        EXPECT_TRUE(writer.entry(log.archived(sequence, log_size)));
    EXPECT_TRUE(writer.end());
    return text;
}

struct Checked {
    Result<ArchiveSummary> summary;
    std::vector<std::string> faults;
};

Checked check(const std::string& text, std::optional<evidence::NoteVerifier> log = std::nullopt) {
    std::istringstream in{text};
    FaultList faults;
    Checked checked{check_archive(in, log, faults), {}};
    for (const Fault& fault : faults.kept())
        checked.faults.push_back(line_of(fault));
    return checked;
}

// "archive_malformed: …" or the faults, or nothing.
std::string wrong_with(const std::string& text) {
    const Checked checked = check(text);
    if (!checked.summary) {
        return std::string{error_text(checked.summary.error().code).name} + ": " +
               checked.summary.error().detail;
    }
    std::string faults;
    for (const std::string& fault : checked.faults)
        faults += fault + "\n";
    return faults;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(Archive, ComesBackAsItWasMadeAndVerifies) {
    const MadeUpLog log{log_size};
    const std::string text = archive_of(log, {2, 3, 9, 19});
    std::istringstream in{text};
    FaultList faults;
    std::vector<std::uint64_t> read;
    const auto summary =
        check_archive(in, log.verifier(), faults, [&](const ArchivedEntry& entry) -> Result<void> {
            EXPECT_EQ(entry.bytes, log.entries.at(entry.sequence.value()));
            EXPECT_TRUE(entry.keys.body.has_value());
            read.push_back(entry.sequence.value());
            return {};
        });
    ASSERT_TRUE(summary.has_value()) << summary.error().line();
    EXPECT_TRUE(faults.empty());
    EXPECT_THAT(read, ElementsAre(2, 3, 9, 19));
    EXPECT_EQ(summary->header.selection, "order 1");
    EXPECT_EQ(summary->header.made_at, "2026-01-02T03:04:05Z");
    EXPECT_EQ(summary->checkpoint.root, log.root(log_size));
    EXPECT_EQ(summary->entries.entries, 4U);
    EXPECT_EQ(summary->entries.verified, 4U);
    EXPECT_EQ(summary->entries.opened, 4U);
    EXPECT_EQ(summary->entries.statements, 2U);
    EXPECT_TRUE(summary->is_key_known);
    const Checked alone = check(text);
    ASSERT_TRUE(alone.summary.has_value());
    EXPECT_FALSE(alone.summary->is_key_known);
}

TEST(Archive, WithoutKeysAnEntryIsProvedAllTheSame) {
    const MadeUpLog log{log_size};
    std::string text;
    ArchiveWriter writer{[&](std::string_view lines) -> Result<void> {
        text += lines;
        return {};
    }};
    ASSERT_TRUE(writer.header({log.verifier(), log.note(log_size), "", ""}));
    ArchivedEntry entry = log.archived(5, log_size);
    entry.keys = {};
    ASSERT_TRUE(writer.entry(entry));
    entry = log.archived(6, log_size);
    entry.keys = {};
    entry.is_erased = true;
    ASSERT_TRUE(writer.entry(entry));
    ASSERT_TRUE(writer.end());
    const Checked checked = check(text);
    ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
    EXPECT_THAT(checked.faults, IsEmpty());
    EXPECT_EQ(checked.summary->entries.unknown, 2U);
    EXPECT_EQ(checked.summary->entries.opened, 0U);
    EXPECT_EQ(checked.summary->erased, 1U);
}

TEST(Archive, CutShortAnywhereItIsMalformed) {
    const MadeUpLog log{log_size};
    const std::string text = archive_of(log, {2, 3});
    for (std::size_t length = 0; length < text.size(); ++length) {
        const bool is_at_line = length == 0 || text[length - 1] == '\n';
        if (!is_at_line && length % 13 != 0 && length + 3 < text.size()) continue;
        const Checked checked = check(text.substr(0, length));
        ASSERT_FALSE(checked.summary.has_value()) << length;
        EXPECT_EQ(checked.summary.error().code, ErrorCode::archive_malformed) << length;
    }
    EXPECT_THAT(wrong_with(text.substr(0, text.rfind('\n', text.size() - 2) + 1)),
                HasSubstr("line 6: the archive ends without its last line"));
}

TEST(Archive, ALineLeftOutOrPutInIsMalformed) {
    const MadeUpLog log{log_size};
    const std::string text = archive_of(log, {2, 3, 4});
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
        lines.push_back(line + "\n");
    for (std::size_t left_out = 0; left_out < lines.size(); ++left_out) {
        std::string shorter;
        std::string longer;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (i != left_out) shorter += lines[i];
            longer += i == left_out ? lines[i] + lines[i] : lines[i];
        }
        EXPECT_THAT(wrong_with(shorter), StartsWith("archive_malformed: ")) << left_out;
        EXPECT_THAT(wrong_with(longer), StartsWith("archive_malformed: ")) << left_out;
    }
}

TEST(Archive, AFlippedBitIsTold) {
    const MadeUpLog log{log_size};
    const std::string text = archive_of(log, {2});
    const std::size_t last_line = text.rfind('\n', text.size() - 2) + 1;
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            // Of the last line, which no digest covers, half of all; elsewhere some.
            const bool is_tried = at >= last_line ? (at + bit) % 2 == 0 : at % 24 == bit * 3;
            if (!is_tried) continue;
            std::string changed = text;
            changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << bit));
            EXPECT_NE(wrong_with(changed), "") << "byte " << at << ", bit " << bit;
        }
    }
}

TEST(Archive, AnEntryThatIsNotInTheTreeIsNamedByItsSequence) {
    MadeUpLog log{log_size};
    MadeUpLog other{log_size};
    other.entries.at(5).back() ^= 1;
    std::string text;
    ArchiveWriter writer{[&](std::string_view lines) -> Result<void> {
        text += lines;
        return {};
    }};
    ASSERT_TRUE(writer.header({log.verifier(), log.note(log_size), "", ""}));
    ArchivedEntry entry = other.archived(5, log_size);
    entry.keys = {};
    ASSERT_TRUE(writer.entry(entry));
    ASSERT_TRUE(writer.end());
    EXPECT_THAT(wrong_with(text),
                StartsWith("entry 5: it is not proved to be in the tree of the checkpoint"));
}

TEST(Archive, AProofOfAFutureEntryIsAFault) {
    MadeUpLog log{log_size + 5};
    ArchivedEntry entry = log.archived(22, log_size + 5);
    std::string text;
    ArchiveWriter writer{[&](std::string_view lines) -> Result<void> {
        text += lines;
        return {};
    }};
    ASSERT_TRUE(writer.header({log.verifier(), log.note(log_size), "", ""}));
    ASSERT_TRUE(writer.entry(entry));
    ASSERT_TRUE(writer.end());
    EXPECT_THAT(wrong_with(text), StartsWith("entry 22: it is not proved to be in the tree"));
}

TEST(Archive, StatementsThatSignaturesNeedMustBeThere) {
    const MadeUpLog log{log_size};
    EXPECT_THAT(wrong_with(archive_of(log, {2}, {0})),
                StartsWith("entry 2: nothing in the registry binds a key to provider:99104007"));
    EXPECT_THAT(wrong_with(archive_of(log, {2}, {1})),
                StartsWith("entry 1: entry 0 could not be followed"));
}

v1::RegistryStatement rotation_of_provider(const MadeUpLog& log, const std::string& to,
                                           std::uint64_t preceding = 2) {
    const evidence::CurvePublicKey curve{evidence::sha256("curve " + to)};
    const evidence::VerifyingKey signing = evidence::verifying_key(MadeUpLog::key(to));
    v1::RegistryStatement statement = log.grant(made_up_provider);
    statement.set_preceding(preceding);
    statement.set_signer(made_up_provider);
    v1::PartyRotation& said = *statement.mutable_rotation();
    said.set_curve_key(Bytes{curve.view()});
    said.set_signing_key(Bytes{signing.view()});
    said.set_possession(Bytes{view(evidence::sign(
        MadeUpLog::key(to),
        evidence::rotation_text(made_up_origin, made_up_provider, preceding, curve, signing)))});
    return statement;
}

TEST(Archive, AKeyHoldsFromItsStatementUntilTheNext) {
    MadeUpLog log{15};
    log.add_statement(rotation_of_provider(log, "renewed"), made_up_provider);
    log.add_submit(3, 15, "renewed");
    log.add_submit(1);  // entry 19, with the key it had before
    EXPECT_EQ(wrong_with(archive_of(log, {3, 16, 18}, {0, 1, 15})), "");
    EXPECT_EQ(wrong_with(archive_of(log, {3}, {0, 1, 15})), "") << "whatever came later";
    EXPECT_THAT(wrong_with(archive_of(log, {3, 19}, {0, 1, 15})),
                StartsWith("entry 19: entry 1 does not hold the key of provider:99104007"));
    EXPECT_THAT(wrong_with(archive_of(log, {16}, {0, 15})),
                StartsWith("entry 15: the statement is not signed with the key that"))
        << "a rotation goes back to the key before";
}

TEST(Archive, AGrantBetweenTwoRotationsDoesNotMakeThoseBeforeItNeedless) {
    MadeUpLog log{12};
    log.add_statement(rotation_of_provider(log, "renewed"), made_up_provider);  // entry 12
    v1::RegistryStatement grant = log.grant(made_up_provider);
    grant.set_preceding(13);
    const evidence::VerifyingKey signing = evidence::verifying_key(MadeUpLog::key("renewed"));
    grant.mutable_grant()->set_curve_key(Bytes{view(evidence::sha256("curve renewed"))});
    grant.mutable_grant()->set_signing_key(Bytes{signing.view()});
    log.add_statement(grant, made_up_controller);
    log.add_statement(rotation_of_provider(log, "again", 14), "renewed");
    log.add_submit(3, 14, "again");
    log.add_submit(2, 14, "again");
    EXPECT_EQ(wrong_with(archive_of(log, {3, 16}, {0, 1, 12, 13, 14})), "");
    EXPECT_THAT(wrong_with(archive_of(log, {3, 16}, {0, 1, 13, 14})),
                StartsWith("entry 13: the grant gives provider:99104007 other keys than it has"));
}

TEST(Archive, AnotherLogOrAnotherKeyIsRefused) {
    const MadeUpLog log{log_size};
    const std::string text = archive_of(log, {2});
    const evidence::NoteVerifier other{made_up_origin,
                                       evidence::verifying_key(MadeUpLog::key("another key"))};
    const Checked by_other = check(text, other);
    ASSERT_FALSE(by_other.summary.has_value());
    EXPECT_EQ(by_other.summary.error().code, ErrorCode::log_identity_wrong);
    const Checked forged = check(replaced(text, log.verifier().text(), other.text()));
    ASSERT_FALSE(forged.summary.has_value());
    EXPECT_EQ(forged.summary.error().code, ErrorCode::signature_missing);
}

TEST(Archive, OneFromBeforeTheLogsKeyWasChangedHoldsByTheFormerKey) {
    const MadeUpLog log{log_size};
    const std::string text = archive_of(log, {2});
    evidence::NoteVerifier known{made_up_origin,
                                 evidence::verifying_key(MadeUpLog::key("renewed"))};
    const Checked unknown = check(text, known);
    ASSERT_FALSE(unknown.summary.has_value()) << "nothing says that it was the log's key";
    EXPECT_EQ(unknown.summary.error().code, ErrorCode::log_identity_wrong);
    known.former = {evidence::verifying_key(MadeUpLog::key("first")), log.verifier().key};
    const Checked former = check(text, known);
    ASSERT_TRUE(former.summary.has_value()) << former.summary.error().line();
    EXPECT_THAT(former.faults, IsEmpty());
    EXPECT_TRUE(former.summary->is_key_known);
    known.name = "other.test/log";
    const Checked named_otherwise = check(text, known);
    ASSERT_FALSE(named_otherwise.summary.has_value());
    EXPECT_EQ(named_otherwise.summary.error().code, ErrorCode::log_identity_wrong);
}

TEST(Archive, WhatIsNoArchiveIsMalformed) {
    const MadeUpLog log{log_size};
    const std::string text = archive_of(log, {2});
    EXPECT_THAT(wrong_with(""), StartsWith("archive_malformed: line 1: "));
    EXPECT_THAT(wrong_with("nothing\n"), StartsWith("archive_malformed: line 1: it is no JSON"));
    EXPECT_THAT(wrong_with("[]\n"), StartsWith("archive_malformed: line 1: it is no JSON object"));
    EXPECT_THAT(wrong_with(std::string(limits::archive_line_bytes_max + 1, 'x')),
                StartsWith("archive_malformed: line 1: it is too long"));
    EXPECT_THAT(wrong_with(std::string(100'000, '[') + "\n"),
                StartsWith("archive_malformed: line 1: "));
    EXPECT_THAT(wrong_with(replaced(text, "archive v1", "archive v2")),
                StartsWith("archive_malformed: line 1: its format is not"));
    EXPECT_THAT(wrong_with(replaced(text, "\"selection\"", "\"secret\"")),
                StartsWith("archive_malformed: line 1: an unknown field"));
    EXPECT_THAT(wrong_with(replaced(text, "\"type\":\"entry\"", "\"type\":\"other\"")),
                StartsWith("archive_malformed: line 4: a line of an unknown type"));
    EXPECT_THAT(wrong_with(replaced(text, "\"sequence\":2", "\"sequence\":-2")),
                StartsWith("archive_malformed: line 4: no number"));
    EXPECT_THAT(wrong_with(replaced(text, "\"sequence\":1", "\"sequence\":0")),
                StartsWith("archive_malformed: line 3: the sequences do not rise"));
    EXPECT_THAT(wrong_with(text + "\n"), HasSubstr("there is more after the last line"));
}

TEST(Archive, ItsHeaderCannotForgeLinesOfAVerdict) {
    const MadeUpLog log{log_size};
    const std::string text = archive_of(log, {2});
    for (const char* forged : {"1\\nsignatures   9 of 9 verified", "1\\r", "\\u001b[2J", "\\u0000",
                               "\\u007f", "\\u0085", "\\u009b"}) {
        EXPECT_THAT(wrong_with(replaced(text, "order 1", forged)),
                    StartsWith("archive_malformed: line 1: selection holds a control character"))
            << forged;
        EXPECT_THAT(wrong_with(replaced(text, "2026-01-02T03:04:05Z", forged)),
                    StartsWith("archive_malformed: line 1: made_at holds a control character"))
            << forged;
    }
    ArchiveWriter writer{[](std::string_view) -> Result<void> { return {}; }};
    const auto written = writer.header({log.verifier(), log.note(log_size), "order\n1", ""});
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().code, ErrorCode::archive_malformed);
    EXPECT_TRUE(writer.header({log.verifier(), log.note(log_size), "ordre \xc3\xa5\xc2\xa0", ""}));
}

TEST(Archive, ControllersKnownFromElsewhereMustBeThoseOfEntryZero) {
    const MadeUpLog log{log_size};
    const auto faults_of = [](const std::string& text, const std::string& key_of) {
        std::istringstream in{text};
        FaultList faults;
        const auto summary =
            check_archive(in, std::nullopt, faults, {},
                          {{made_up_controller, evidence::verifying_key(MadeUpLog::key(key_of))}});
        EXPECT_TRUE(summary.has_value());
        std::vector<std::string> lines;
        for (const Fault& fault : faults.kept())
            lines.push_back(line_of(fault));
        return lines;
    };
    EXPECT_THAT(faults_of(archive_of(log, {2}), made_up_controller), IsEmpty());
    EXPECT_THAT(faults_of(archive_of(log, {2}), "another key"),
                ElementsAre(StartsWith("entry 0: it names another key of controller:demo")));
    EXPECT_THAT(
        faults_of(archive_of(log, {2}, {}), made_up_controller),
        ElementsAre("entry 0: it was not opened, so no controller's key could be compared"));
    const Checked checked = check(archive_of(log, {2}));
    ASSERT_EQ(checked.summary->controllers.size(), 1U);
    EXPECT_EQ(checked.summary->controllers[0].party, made_up_controller);
}

TEST(Archive, ItsTextIsAsciiAndOneObjectALine) {
    const MadeUpLog log{log_size};
    for (const char c : archive_of(log, {2}))
        EXPECT_TRUE(c == '\n' || (' ' <= c && c <= '~'));
}

}  // namespace
}  // namespace jobbro::audit
