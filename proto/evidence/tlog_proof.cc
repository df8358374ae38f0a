#include "proto/evidence/tlog_proof.h"

#include <charconv>

#include "proto/evidence/text_encoding.h"

namespace jobbro::evidence {
namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1";
constexpr std::string_view extra_word = "extra ";
constexpr std::string_view index_word = "index ";
constexpr std::size_t hashes_max = 64;  // no tree is higher

Error malformed(const char* what) {
    return {ErrorCode::note_malformed, what};
}

// Takes the first line off the text, without its end.
Result<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return malformed("the proof ends too early");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

// Takes `word` off the line; false when it does not begin so.
bool take_word(std::string_view& line, std::string_view word) {
    if (!line.starts_with(word)) return false;
    line.remove_prefix(word.size());
    return true;
}

Result<LeafIndex> parse_index(std::string_view line) {
    if (!take_word(line, index_word)) return malformed("the proof has no index");
    std::uint64_t index = 0;
    const char* const end = line.data() + line.size();
    const std::from_chars_result read = std::from_chars(line.data(), end, index);
    const bool has_leading_zero = line.size() > 1 && line.front() == '0';
    if (read.ec != std::errc{} || read.ptr != end || has_leading_zero) {
        return malformed("the proof's index is not a number");
    }
    return LeafIndex{index};
}

}  // namespace

std::string TlogProof::text() const {
    std::string text{first_line};
    text += "\n";
    if (!extra.empty()) text.append(extra_word).append(base64_encode(extra)).append("\n");
    text.append(index_word).append(std::to_string(index.value())).append("\n");
    for (const Digest& hash : hashes)
        text.append(base64_encode(view(hash))).append("\n");
    return text + "\n" + checkpoint;
}

Result<TlogProof> TlogProof::parse(std::string_view text) {
    TlogProof proof;
    JOBBRO_TRY_ASSIGN(std::string_view line, take_line(text));
    if (line != first_line) return malformed("it is not a proof of version 1");
    JOBBRO_TRY_ASSIGN(line, take_line(text));
    if (take_word(line, extra_word)) {
        auto extra = base64_decode(line);
        if (!extra || extra->empty()) return malformed("the proof's extra is not base64");
        proof.extra = *std::move(extra);
        JOBBRO_TRY_ASSIGN(line, take_line(text));
    }
    JOBBRO_TRY_ASSIGN(proof.index, parse_index(line));
    while (true) {
        JOBBRO_TRY_ASSIGN(line, take_line(text));
        if (line.empty()) break;
        const auto hash = base64_decode(line);
        if (!hash || hash->size() != Digest{}.size()) return malformed("a hash is not one");
        if (proof.hashes.size() == hashes_max) return malformed("there are too many hashes");
        proof.hashes.push_back(array_of<32>(*hash));
    }
    if (text.empty()) return malformed("the proof has no checkpoint");
    proof.checkpoint = text;
    return proof;
}

Result<Checkpoint> verify_tlog_proof(const TlogProof& proof, const Digest& leaf,
                                     const NoteVerifier& verifier) {
    JOBBRO_TRY_ASSIGN(Checkpoint checkpoint, open_checkpoint(proof.checkpoint, verifier));
    JOBBRO_TRY(verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root));
    return checkpoint;
}

}  // namespace jobbro::evidence
