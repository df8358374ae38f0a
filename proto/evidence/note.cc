#include "proto/evidence/note.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "proto/base/assert.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::evidence {
namespace {

constexpr char ed25519_note = '\x01';  // the kind of signature, as key ids and vkeys hold it
constexpr std::string_view line_start = "\xe2\x80\x94 ";  // an em dash and a space
constexpr std::size_t key_id_bytes = 4;
constexpr std::size_t signature_bytes = 64;
constexpr std::size_t signature_lines_max = 16;
constexpr std::size_t name_bytes_max = 128;

Error malformed(const char* what) {
    return {ErrorCode::note_malformed, what};
}

// Takes the first line off `text` and returns it without its LF. Requires: text holds an LF.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    JOBBRO_ASSERT(end != std::string_view::npos);
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

// One signature line of a note, by whomever.
struct SignatureLine {
    std::string_view name;
    Bytes payload;  // key id and signature

    static Result<SignatureLine> parse(std::string_view line) {
        if (line.substr(0, line_start.size()) != line_start) {
            return malformed("a signature line begins otherwise");
        }
        line.remove_prefix(line_start.size());
        const std::size_t space = line.find(' ');
        if (space == std::string_view::npos) return malformed("a signature line has no signature");
        const std::string_view name = line.substr(0, space);
        // Names of others may hold more than ours do, so is_note_name would refuse too many.
        if (name.empty() || name.find('+') != std::string_view::npos) {
            return malformed("a signer's name is not one");
        }
        Result<Bytes> payload = base64_decode(line.substr(space + 1));
        if (!payload) return malformed("a signature is not base64");
        if (payload->size() <= key_id_bytes) return malformed("a signature is too short");
        return SignatureLine{name, *std::move(payload)};
    }

    [[nodiscard]] bool is_by(std::string_view signer, const VerifyingKey& key) const {
        return name == signer &&
               BytesView{payload}.substr(0, key_id_bytes) == view(note_key_id(signer, key));
    }

    [[nodiscard]] bool holds(std::string_view text, const VerifyingKey& key) const {
        const BytesView signature = BytesView{payload}.substr(key_id_bytes);
        return signature.size() == signature_bytes &&
               signature_holds(key, text, array_of<signature_bytes>(signature));
    }
};

// Looks for the verifier's signature among the lines. Requires: lines end in LF or are empty.
Result<void> check_signatures(std::string_view text, std::string_view lines,
                              const NoteVerifier& verifier) {
    std::vector<VerifyingKey> keys = verifier.former;
    keys.push_back(verifier.key);
    bool is_signed = false;
    for (std::size_t count = 1; !lines.empty(); ++count) {
        if (count > signature_lines_max) return malformed("there are too many signatures");
        JOBBRO_TRY_ASSIGN(const SignatureLine line, SignatureLine::parse(take_line(lines)));
        for (const VerifyingKey& key : keys) {
            if (!line.is_by(verifier.name, key)) continue;
            if (!line.holds(text, key)) return ErrorCode::signature_wrong;
            is_signed = true;
        }
    }
    if (!is_signed) return ErrorCode::signature_missing;
    return {};
}

// Decimal without sign or leading zeros.
Result<TreeSize> parse_size(std::string_view text) {
    std::uint64_t size = 0;
    const char* const end = text.data() + text.size();
    const std::from_chars_result read = std::from_chars(text.data(), end, size);
    const bool has_leading_zero = text.size() > 1 && text.front() == '0';
    if (read.ec != std::errc{} || read.ptr != end || has_leading_zero) {
        return malformed("the size of the tree is not a number");
    }
    return TreeSize{size};
}

}  // namespace

ByteArray<4> note_key_id(std::string_view name, const VerifyingKey& key) {
    const Digest digest = sha256_of_parts(
        std::array<BytesView, 4>{name, "\n", BytesView{&ed25519_note, 1}, key.view()});
    return array_of<key_id_bytes>(view(digest));
}

Result<NoteVerifier> NoteVerifier::parse(std::string_view vkey) {
    const auto wrong = [](const char* what) { return Error{ErrorCode::key_malformed, what}; };
    const std::size_t name_end = vkey.find('+');
    if (name_end == std::string_view::npos) return wrong("a verifier key has three parts");
    const std::size_t id_end = vkey.find('+', name_end + 1);
    if (id_end == std::string_view::npos) return wrong("a verifier key has three parts");

    const std::string_view name = vkey.substr(0, name_end);
    if (!is_note_name(name)) return wrong("the verifier key's name is not one");
    const Result<Bytes> typed_key = base64_decode(vkey.substr(id_end + 1));
    if (!typed_key) return wrong("the verifier key is not base64");
    if (typed_key->empty() || typed_key->front() != ed25519_note) {
        return wrong("the verifier key is not for Ed25519");
    }
    JOBBRO_TRY_ASSIGN(const VerifyingKey key,
                      VerifyingKey::from_bytes(BytesView{*typed_key}.substr(1)));
    // Compared as text, so that a key id in capitals is refused.
    if (vkey.substr(name_end + 1, id_end - name_end - 1) !=
        hex_encode(view(note_key_id(name, key)))) {
        return wrong("the verifier key's id is not its own");
    }
    return NoteVerifier{std::string{name}, key};
}

std::string NoteVerifier::text() const {
    Bytes typed_key{ed25519_note};
    typed_key.append(key.view());
    return name + "+" + hex_encode(view(note_key_id(name, key))) + "+" + base64_encode(typed_key);
}

bool is_note_name(std::string_view name) {
    return !name.empty() && name.size() <= name_bytes_max &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return '!' <= c && c <= '~' && c != '+'; });
}

std::string sign_note(std::string_view text, std::string_view name, const Signer& signer) {
    JOBBRO_ASSERT(!text.empty() && text.back() == '\n');
    JOBBRO_ASSERT(is_note_name(name));
    Bytes payload{view(note_key_id(name, signer.verifying_key()))};
    payload.append(view(signer.sign(text)));
    std::string note{text};
    note.append("\n").append(line_start).append(name).append(" ");
    note.append(base64_encode(payload)).append("\n");
    return note;
}

Result<std::string> open_note(std::string_view note, const NoteVerifier& verifier) {
    const bool has_control_byte = std::any_of(note.begin(), note.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20U && c != '\n';
    });
    if (has_control_byte) return malformed("there is a control character in it");
    const std::size_t text_end = note.rfind("\n\n");
    if (text_end == std::string_view::npos) return malformed("no empty line ends its text");
    const std::string_view text = note.substr(0, text_end + 1);
    const std::string_view lines = note.substr(text_end + 2);
    if (lines.empty()) return malformed("there are no signatures");
    if (lines.back() != '\n') return malformed("its last line has no end");
    JOBBRO_TRY(check_signatures(text, lines, verifier));
    return std::string{text};
}

std::string Checkpoint::text() const {
    return origin + "\n" + std::to_string(size.value()) + "\n" + base64_encode(view(root)) + "\n";
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
    if (std::count(text.begin(), text.end(), '\n') < 3 || text.back() != '\n') {
        return malformed("a checkpoint has three lines");
    }
    const std::string_view origin = take_line(text);
    if (!is_note_name(origin)) return malformed("the origin is not one");
    JOBBRO_TRY_ASSIGN(const TreeSize size, parse_size(take_line(text)));
    const Result<Bytes> root = base64_decode(take_line(text));
    if (!root || root->size() != Digest{}.size()) return malformed("the root is not one");
    while (!text.empty()) {
        if (take_line(text).empty()) return malformed("an extension line is empty");
    }
    return Checkpoint{std::string{origin}, size, array_of<32>(*root)};
}

Result<Checkpoint> open_checkpoint(std::string_view note, const NoteVerifier& verifier) {
    JOBBRO_TRY_ASSIGN(const std::string text, open_note(note, verifier));
    JOBBRO_TRY_ASSIGN(Checkpoint checkpoint, Checkpoint::parse(text));
    if (checkpoint.origin != verifier.name) return malformed("the origin is not the signer");
    return checkpoint;
}

}  // namespace jobbro::evidence
