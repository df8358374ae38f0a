#include "proto/evidence/note.h"

#include <gtest/gtest.h>

#include <array>

#include "proto/evidence/merkle.h"
#include "tests/unit/evidence/expectations.h"

namespace jobbro::evidence {
namespace {

constexpr std::string_view dash = "\xe2\x80\x94";

// The example of the C2SP signed-note specification.
constexpr std::string_view published_vkey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view published_note =
    "This is an example message.\n"
    "\n"
    "\xe2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";

// A log of the entries a, b and c, signed with the key of RFC 8032 test 1.
constexpr std::string_view log_origin = "hub.example/log";
constexpr std::string_view log_vkey =
    "hub.example/log+6b1dcc3d+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
constexpr std::string_view log_checkpoint =
    "hub.example/log\n"
    "3\n"
    "NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=\n"
    "\n"
    "\xe2\x80\x94 hub.example/log "
    "ax3MPQh/iYwD7CPg2a2TIgUw3o4dyM9/YSZmbYmkClgfKXRcDCf2Q2vnn0A7DFuV3ce4e3C734EQonxqJlf9s80VLwo="
    "\n";
// A witness's co-signature of it, which is of a kind this verifier does not know.
constexpr std::string_view witness_line =
    "\xe2\x80\x94 witness.example/w1 "
    "BNLYMwAAAABlU/EAQvJKGUTTryGX29m/kQKBEjQT9symQOChZlWlYibza3ENMn9+ZdjBK1Rt5SwxeDDN0qXWJWm3O1kVN5"
    "oBGjwNCA==\n";

Signer log_signer() {
    return Signer{SigningKey{
        array_from_hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")}};
}
Signer other_signer() {
    return Signer{SigningKey{
        array_from_hex<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")}};
}
NoteVerifier log_verifier() {
    return *NoteVerifier::parse(log_vkey);
}

// The signature line under a note of one signature.
std::string line_of(std::string_view note) {
    return std::string{note.substr(note.rfind("\n\n") + 2)};
}

TEST(Note, WhatAFormerKeySignedIsAsGoodWhereItIsKnown) {
    NoteVerifier verifier{std::string{log_origin}, other_signer().verifying_key()};
    EXPECT_THAT(open_checkpoint(log_checkpoint, verifier), FailsWith(ErrorCode::signature_missing));
    verifier.former.push_back(log_signer().verifying_key());
    EXPECT_THAT(open_checkpoint(log_checkpoint, verifier), Succeeds());
    EXPECT_THAT(open_checkpoint(log_checkpoint, verifier.newest()),
                FailsWith(ErrorCode::signature_missing));
    EXPECT_EQ(verifier.text(), verifier.newest().text());
    std::string changed{log_checkpoint};
    changed[changed.find('\n') + 1] ^= 1;  // a digit of the size
    EXPECT_THAT(open_checkpoint(changed, verifier), FailsWith(ErrorCode::signature_wrong));
}

TEST(Note, PublishedVerifierKeyIsReadAndWritten) {
    const Result<NoteVerifier> verifier = NoteVerifier::parse(published_vkey);
    ASSERT_THAT(verifier, Succeeds());
    EXPECT_EQ(verifier->name, "example.com/foo");
    EXPECT_EQ(verifier->text(), published_vkey);
    EXPECT_EQ(hex(note_key_id(verifier->name, verifier->key)), "530d903a");
}

TEST(Note, PublishedNoteOpens) {
    const NoteVerifier verifier = *NoteVerifier::parse(published_vkey);
    EXPECT_THAT(open_note(published_note, verifier), Holds("This is an example message.\n"));
}

TEST(Note, CheckpointIsMadeAndSignedByteForByte) {
    const std::array<Digest, 3> leaves = {leaf_hash("a"), leaf_hash("b"), leaf_hash("c")};
    const Checkpoint checkpoint{std::string{log_origin}, TreeSize{3}, root_of(leaves)};
    EXPECT_EQ(sign_note(checkpoint.text(), log_origin, log_signer()), log_checkpoint);
    EXPECT_EQ((NoteVerifier{std::string{log_origin}, log_signer().verifying_key()}.text()),
              log_vkey);
}

TEST(Note, CheckpointOpensWithTheLogsVerifierKey) {
    const Result<Checkpoint> checkpoint = open_checkpoint(log_checkpoint, log_verifier());
    ASSERT_THAT(checkpoint, Succeeds());
    EXPECT_EQ(checkpoint->origin, log_origin);
    EXPECT_EQ(checkpoint->size, TreeSize{3});
    EXPECT_EQ(hex(checkpoint->root),
              "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1");
}

TEST(Note, SignaturesOfOthersArePassedOver) {
    const std::string text =
        Checkpoint::parse(std::string{log_checkpoint.substr(0, log_checkpoint.rfind("\n\n") + 1)})
            ->text();
    const std::string own = line_of(log_checkpoint);
    const std::string witness{witness_line};
    EXPECT_THAT(open_note(text + "\n" + own + witness, log_verifier()), Holds(text));
    EXPECT_THAT(open_note(text + "\n" + witness + own, log_verifier()), Holds(text));
}

TEST(Note, OneKeyUnderTwoNamesIsTwoSigners) {
    const std::string note = sign_note("text\n", "other.example", log_signer());
    EXPECT_THAT(open_note(note, log_verifier()), FailsWith(ErrorCode::signature_missing));
}

TEST(Note, OneNameWithTwoKeysIsTwoSigners) {
    const std::string note = sign_note("text\n", log_origin, other_signer());
    EXPECT_THAT(open_note(note, log_verifier()), FailsWith(ErrorCode::signature_missing));
    const std::string both = note + line_of(sign_note("text\n", log_origin, log_signer()));
    EXPECT_THAT(open_note(both, log_verifier()), Holds("text\n"));
}

TEST(Note, KnownSignatureThatFailsRejectsTheNote) {
    const std::string note = sign_note("text\n", log_origin, log_signer());
    EXPECT_THAT(open_note("tesst\n" + note.substr(5), log_verifier()),
                FailsWith(ErrorCode::signature_wrong));
    // Also beside one that holds, whichever comes first.
    const std::string right = line_of(note);
    const std::string wrong = line_of(sign_note("other\n", log_origin, log_signer()));
    EXPECT_THAT(open_note("text\n\n" + right + wrong, log_verifier()),
                FailsWith(ErrorCode::signature_wrong));
    EXPECT_THAT(open_note("text\n\n" + wrong + right, log_verifier()),
                FailsWith(ErrorCode::signature_wrong));
}

TEST(Note, KnownSignatureOfAnotherLengthIsWrong) {
    Bytes payload{view(note_key_id(log_origin, log_verifier().key))};
    payload.append("short");
    const std::string note = "text\n\n" + std::string{dash} + " " + std::string{log_origin} + " " +
                             base64_encode(payload) + "\n";
    EXPECT_THAT(open_note(note, log_verifier()), FailsWith(ErrorCode::signature_wrong));
}

TEST(Note, EveryByteOfANoteCounts) {
    for (std::size_t i = 0; i < log_checkpoint.size(); ++i) {
        EXPECT_FALSE(
            open_checkpoint(flipped(std::string{log_checkpoint}, i), log_verifier()).has_value())
            << "byte " << i;
    }
}

TEST(Note, TextEndsBeforeTheLastEmptyLine) {
    for (const std::string_view text : {"one\n\ntwo\n", "one\n\n\n", "\n\n\n", "\n"}) {
        EXPECT_THAT(open_note(sign_note(text, log_origin, log_signer()), log_verifier()),
                    Holds(text));
    }
}

TEST(Note, TextInUtf8IsSignedAsItIs) {
    const std::string text =
        "Jobcenter K\xc3\xb8"
        "benhavn\n";
    EXPECT_THAT(open_note(sign_note(text, log_origin, log_signer()), log_verifier()), Holds(text));
}

TEST(Note, SixteenSignaturesAreReadAndNoMore) {
    std::string note = sign_note("text\n", log_origin, log_signer());
    const std::string foreign = line_of(sign_note("text\n", "other.example", other_signer()));
    for (int i = 0; i < 15; ++i)
        note += foreign;
    EXPECT_THAT(open_note(note, log_verifier()), Holds("text\n"));
    EXPECT_THAT(open_note(note + foreign, log_verifier()), FailsWith(ErrorCode::note_malformed));
}

TEST(Note, MalformedNotesAreRefused) {
    const std::string line = line_of(sign_note("text\n", log_origin, log_signer()));
    const std::string start = std::string{dash} + " ";
    for (const std::string& note : {
             std::string{},
             std::string{"text"},
             std::string{"text\n"},
             std::string{"text\n\n"},
             "text\n" + line,                               // no empty line
             "\n" + line,                                   // no text
             "text\n\n" + line.substr(0, line.size() - 1),  // no end of the last line
             "text\n\n" + line + "\n",                      // an empty line at the end
             "text\n\n- " + line.substr(start.size()),      // another dash
             "text\n\n" + std::string{dash} + line.substr(start.size()),  // no space after it
             "text\n\n" + start + "name\n",                               // no signature
             "text\n\n" + start + " AAAAAAAA\n",                          // no name
             "text\n\n" + start + "na+me AAAAAAAA\n",                     // not a name
             "text\n\n" + start + "name  AAAAAAAA\n",                     // two spaces
             "text\n\n" + start + "name AAAAAAA\n",                       // not base64
             "text\n\n" + start + "name AAAAAA==\n",                      // a key id alone
             "text\n\n" + start + "name AAAA AAAA\n",                     // one word too many
             "te\txt\n\n" + line,                                         // control characters
             "text\r\n\n" + line,
             std::string{"te\0xt\n\n", 7} + line,
             "text\n\n" + line.substr(0, line.size() - 1) + "\r\n",
         }) {
        EXPECT_THAT(open_note(note, log_verifier()), FailsWith(ErrorCode::note_malformed)) << note;
    }
}

TEST(Note, NamesArePrintableWithoutSpaceAndPlus) {
    EXPECT_TRUE(is_note_name("hub.example/log"));
    EXPECT_TRUE(is_note_name("~!"));
    EXPECT_TRUE(is_note_name(std::string(128, 'x')));
    for (const std::string& name : {std::string{}, std::string(129, 'x'), std::string{"a b"},
                                    std::string{"a+b"}, std::string{"a\n"}, std::string{"\x7f"},
                                    std::string{"k\xc3\xb8"}, std::string{"a\0", 2}}) {
        EXPECT_FALSE(is_note_name(name)) << name;
    }
}

TEST(Note, VerifierKeysOfAnotherShapeAreMalformed) {
    const std::string key = "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    Bytes other_kind = *base64_decode(key);
    other_kind.front() = '\x04';
    Bytes too_long = *base64_decode(key);
    too_long.push_back('x');
    for (const std::string& vkey : {
             std::string{},
             std::string{"example.com/foo"},
             std::string{"example.com/foo+530d903a"},
             std::string{"example.com/foo+530d903a+"},
             "+530d903a+" + key,
             "example.com foo+530d903a+" + key,
             "example.com/foo+530d903b+" + key,  // another key's id
             "example.com/foo+530D903A+" + key,  // capitals
             "example.com/foo+0530d903a+" + key,
             "example.com/bar+530d903a+" + key,  // another name
             "example.com/foo+530d903a+" + key + "\n",
             "example.com/foo+530d903a+" + base64_encode(other_kind),
             "example.com/foo+530d903a+" + base64_encode(too_long),
             std::string{"example.com/foo+530d903a+AQ=="},
         }) {
        EXPECT_THAT(NoteVerifier::parse(vkey), FailsWith(ErrorCode::key_malformed)) << vkey;
    }
}

constexpr std::string_view root_line = "NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=\n";

TEST(Checkpoint, ExtensionLinesArePassedOver) {
    const Result<Checkpoint> checkpoint =
        Checkpoint::parse("hub\n3\n" + std::string{root_line} + "one more\nand another\n");
    ASSERT_THAT(checkpoint, Succeeds());
    EXPECT_EQ(checkpoint->text(), "hub\n3\n" + std::string{root_line});
}

TEST(Checkpoint, SizesFromZeroToTheLargestAreRead) {
    for (const std::string_view size : {"0", "1", "10", "18446744073709551615"}) {
        const std::string text = "hub\n" + std::string{size} + "\n" + std::string{root_line};
        const Result<Checkpoint> checkpoint = Checkpoint::parse(text);
        ASSERT_THAT(checkpoint, Succeeds()) << size;
        EXPECT_EQ(checkpoint->text(), text);
    }
}

TEST(Checkpoint, MalformedTextsAreRefused) {
    const std::string root{root_line};
    for (const std::string& text : {
             std::string{},
             std::string{"\n\n\n"},
             std::string{"hub\n3\n"},
             "hub\n3\n" + root.substr(0, root.size() - 1),  // no end of the last line
             "\n3\n" + root,
             "h b\n3\n" + root,
             "h+b\n3\n" + root,
             "hub\n\n" + root,
             "hub\n03\n" + root,
             "hub\n00\n" + root,
             "hub\n+3\n" + root,
             "hub\n-3\n" + root,
             "hub\n 3\n" + root,
             "hub\n3 \n" + root,
             "hub\n0x3\n" + root,
             "hub\n18446744073709551616\n" + root,
             std::string{"hub\n3\n\n"},
             std::string{"hub\n3\nAAAA\n"},
             "hub\n3\n " + root,
             "hub\n3\n" + root + "\n",
             "hub\n3\n" + root + "extension\n\n",
             "hub\n3\n" + root + "extension",
         }) {
        EXPECT_THAT(Checkpoint::parse(text), FailsWith(ErrorCode::note_malformed)) << text;
    }
}

TEST(Checkpoint, OriginMustBeTheSignersName) {
    const Checkpoint checkpoint{"other.example", TreeSize{3}, leaf_hash("a")};
    const std::string note = sign_note(checkpoint.text(), log_origin, log_signer());
    EXPECT_THAT(open_note(note, log_verifier()), Succeeds());
    EXPECT_THAT(open_checkpoint(note, log_verifier()), FailsWith(ErrorCode::note_malformed));
}

TEST(Checkpoint, NoteThatIsSignedButNoCheckpointIsMalformed) {
    const std::string note = sign_note("text\n", log_origin, log_signer());
    EXPECT_THAT(open_checkpoint(note, log_verifier()), FailsWith(ErrorCode::note_malformed));
}

TEST(NoteDeathTest, TextWithoutLineEndIsABrokenInvariant) {
    EXPECT_DEATH(sign_note("text", log_origin, log_signer()), "broken invariant");
    EXPECT_DEATH(sign_note("text\n", "no name", log_signer()), "broken invariant");
}

}  // namespace
}  // namespace jobbro::evidence
