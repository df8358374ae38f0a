#include "proto/evidence/tlog_proof.h"

#include <gtest/gtest.h>

#include "tests/unit/evidence/expectations.h"

namespace jobbro::evidence {
namespace {

// A log of the entries a, b and c, signed with the key of RFC 8032 test 1.
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
constexpr std::string_view witness_line =
    "\xe2\x80\x94 witness.example/w1 "
    "BNLYMwAAAABlU/EAQvJKGUTTryGX29m/kQKBEjQT9symQOChZlWlYibza3ENMn9+ZdjBK1Rt5SwxeDDN0qXWJWm3O1kVN5"
    "oBGjwNCA==\n";
constexpr std::string_view first_lines =
    "c2sp.org/tlog-proof@v1\n"
    "extra Yg==\n"
    "index 1\n";
constexpr std::string_view hash_lines =
    "Aippeebat6pa5MPl5F9+l3ESp+Y1k4INvsHsc4ok+Tw=\n"
    "WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg=\n"
    "\n";

NoteVerifier verifier() {
    return *NoteVerifier::parse(log_vkey);
}

// That entry b is in the log, with b itself beside it.
std::string proof_text() {
    return std::string{first_lines}.append(hash_lines).append(log_checkpoint);
}

TlogProof proof_of_b() {
    return TlogProof{
        "b", LeafIndex{1}, {leaf_hash("a"), leaf_hash("c")}, std::string{log_checkpoint}};
}

TEST(TlogProof, IsWrittenAsTheSpecificationSays) {
    EXPECT_EQ(proof_of_b().text(), proof_text());
    TlogProof bare = proof_of_b();
    bare.extra.clear();
    EXPECT_EQ(bare.text(),
              "c2sp.org/tlog-proof@v1\nindex 1\n" + std::string{hash_lines}.append(log_checkpoint));
}

TEST(TlogProof, IsReadAsItIsWritten) {
    const auto proof = TlogProof::parse(proof_text());
    ASSERT_THAT(proof, Succeeds());
    EXPECT_EQ(proof->extra, "b");
    EXPECT_EQ(proof->index, LeafIndex{1});
    EXPECT_EQ(proof->hashes, proof_of_b().hashes);
    EXPECT_EQ(proof->checkpoint, log_checkpoint);
    EXPECT_EQ(proof->text(), proof_text());
}

TEST(TlogProof, OfAnOnlyEntryHasNoHashes) {
    const std::string text = "c2sp.org/tlog-proof@v1\nindex 0\n\n" + std::string{log_checkpoint};
    const auto proof = TlogProof::parse(text);
    ASSERT_THAT(proof, Succeeds());
    EXPECT_TRUE(proof->hashes.empty());
    EXPECT_EQ(proof->text(), text);
}

TEST(TlogProof, VerifiesForItsLeafAndItsLog) {
    const auto checkpoint = verify_tlog_proof(proof_of_b(), leaf_hash("b"), verifier());
    ASSERT_THAT(checkpoint, Succeeds());
    EXPECT_EQ(checkpoint->size, TreeSize{3});
    EXPECT_EQ(checkpoint->origin, "hub.example/log");
}

TEST(TlogProof, KeepsFurtherSignatures) {
    const auto proof = TlogProof::parse(proof_text().append(witness_line));
    ASSERT_THAT(proof, Succeeds());
    EXPECT_THAT(proof->checkpoint, ::testing::EndsWith(witness_line));
    EXPECT_THAT(verify_tlog_proof(*proof, leaf_hash("b"), verifier()), Succeeds());
}

TEST(TlogProof, OfAnotherLeafOrPlaceDoesNotHold) {
    EXPECT_THAT(verify_tlog_proof(proof_of_b(), leaf_hash("x"), verifier()),
                FailsWith(ErrorCode::proof_wrong));
    for (const std::uint64_t index : {0U, 2U, 3U}) {
        TlogProof proof = proof_of_b();
        proof.index = LeafIndex{index};
        EXPECT_THAT(verify_tlog_proof(proof, leaf_hash("b"), verifier()),
                    FailsWith(ErrorCode::proof_wrong));
    }
    TlogProof proof = proof_of_b();
    proof.hashes.pop_back();
    EXPECT_THAT(verify_tlog_proof(proof, leaf_hash("b"), verifier()),
                FailsWith(ErrorCode::proof_wrong));
}

TEST(TlogProof, OfACheckpointThatTheLogDidNotSignDoesNotHold) {
    TlogProof proof = proof_of_b();
    proof.checkpoint.replace(proof.checkpoint.find("\n3\n"), 3, "\n4\n");
    EXPECT_THAT(verify_tlog_proof(proof, leaf_hash("b"), verifier()),
                FailsWith(ErrorCode::signature_wrong));
    proof = proof_of_b();
    proof.checkpoint =
        proof.checkpoint.substr(0, proof.checkpoint.find("\n\n") + 2) + std::string{witness_line};
    EXPECT_THAT(verify_tlog_proof(proof, leaf_hash("b"), verifier()),
                FailsWith(ErrorCode::signature_missing));
    proof.checkpoint = "no note";
    EXPECT_THAT(verify_tlog_proof(proof, leaf_hash("b"), verifier()),
                FailsWith(ErrorCode::note_malformed));
}

TEST(TlogProof, WithAnyByteOfItsHashesOrCheckpointTurnedDoesNotHold) {
    const std::string text = proof_text();
    const std::size_t from = text.find("index");
    for (std::size_t at = from; at < text.size(); ++at) {
        const auto proof = TlogProof::parse(flipped(text, at));
        if (!proof) {
            EXPECT_EQ(proof.error().code, ErrorCode::note_malformed) << at;
            continue;
        }
        EXPECT_FALSE(verify_tlog_proof(*proof, leaf_hash("b"), verifier())) << at;
    }
}

TEST(TlogProof, WrittenOtherwiseIsMalformed) {
    const std::string rest = std::string{hash_lines}.append(log_checkpoint);
    for (const std::string& text :
         {std::string{}, std::string{"c2sp.org/tlog-proof@v1"},
          std::string{"c2sp.org/tlog-proof@v1\n"}, "c2sp.org/tlog-proof@v2\nindex 1\n" + rest,
          "c2sp.org/tlog-proof@v1\n" + rest, "c2sp.org/tlog-proof@v1\nindex\n" + rest,
          "c2sp.org/tlog-proof@v1\nindex \n" + rest, "c2sp.org/tlog-proof@v1\nindex 01\n" + rest,
          "c2sp.org/tlog-proof@v1\nindex -1\n" + rest, "c2sp.org/tlog-proof@v1\nindex +1\n" + rest,
          "c2sp.org/tlog-proof@v1\nindex 1 \n" + rest,
          "c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n" + rest,
          "c2sp.org/tlog-proof@v1\nextra \nindex 1\n" + rest,
          "c2sp.org/tlog-proof@v1\nextra Yg=\nindex 1\n" + rest,
          "c2sp.org/tlog-proof@v1\nindex 1\nextra Yg==\n" + rest,
          "c2sp.org/tlog-proof@v1\nindex 1\nYg==\n" + rest,
          std::string{first_lines}.append(hash_lines),
          std::string{first_lines} + "WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg="}) {
        EXPECT_THAT(TlogProof::parse(text), FailsWith(ErrorCode::note_malformed)) << text;
    }
}

TEST(TlogProof, HasAtMost64Hashes) {
    TlogProof proof = proof_of_b();
    proof.hashes.assign(64, leaf_hash("a"));
    EXPECT_THAT(TlogProof::parse(proof.text()), Succeeds());
    proof.hashes.emplace_back();
    EXPECT_THAT(TlogProof::parse(proof.text()), FailsWith(ErrorCode::note_malformed));
}

}  // namespace
}  // namespace jobbro::evidence
