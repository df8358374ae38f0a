#include "adapters/audit/archive_lines.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "proto/base/limits.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::audit {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view format = "jobbro archive v1";
constexpr std::size_t made_at_bytes_max = 40;
constexpr std::size_t checkpoint_bytes_max = 16 * 1024;
constexpr std::size_t proof_hashes_max = 64;
constexpr std::size_t key_bytes = 32;

Error malformed(const std::string& what) {
    return {ErrorCode::archive_malformed, what};
}

std::string text_of(const Json& line) {
    // ASCII only, so that the file reads the same everywhere.
    return line.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

void put_entry(Json& line, const ArchivedEntry& entry) {
    line["sequence"] = entry.sequence.value();
    line["entry"] = evidence::base64_encode(entry.bytes);
    if (entry.keys.index) line["index_key"] = evidence::base64_encode(entry.keys.index->view());
    if (entry.keys.body) line["body_key"] = evidence::base64_encode(entry.keys.body->view());
    if (entry.is_erased) line["erased"] = true;
    Json proof = Json::array();
    for (const evidence::Digest& hash : entry.proof)
        proof.push_back(evidence::base64_encode(view(hash)));
    line["proof"] = std::move(proof);
}

bool is_one_line(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        if (byte < 0x20 || byte == 0x7F) return false;
        // U+0080 to U+009F in UTF-8.
        const auto next = i + 1 < text.size() ? static_cast<std::uint8_t>(text[i + 1]) : 0;
        if (byte == 0xC2 && next < 0xA0) return false;
    }
    return true;
}

Result<void> check_line(std::string_view text, const char* name, std::size_t bytes_max) {
    if (text.size() > bytes_max) return malformed(std::string{name} + " is too long");
    if (!is_one_line(text)) return malformed(std::string{name} + " holds a control character");
    return {};
}

// --- Reading -------------------------------------------------------------------------------------

Result<void> check_fields(const Json& line, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : line.items()) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            return malformed("an unknown field");
        }
    }
    return {};
}

Result<std::string> text_field(const Json& line, const char* name, std::size_t bytes_max) {
    const auto field = line.find(name);
    if (field == line.end() || !field->is_string()) {
        return malformed(std::string{"no text \""} + name + "\"");
    }
    auto text = field->get<std::string>();
    if (text.size() > bytes_max) return malformed(std::string{name} + " is too long");
    return text;
}

Result<std::uint64_t> number_field(const Json& line, const char* name) {
    const auto field = line.find(name);
    if (field == line.end() || !field->is_number_unsigned()) {
        return malformed(std::string{"no number \""} + name + "\"");
    }
    return field->get<std::uint64_t>();
}

Result<Bytes> base64_field(const Json& line, const char* name) {
    JOBBRO_TRY_ASSIGN(const std::string text,
                      text_field(line, name, limits::archive_line_bytes_max));
    auto bytes = evidence::base64_decode(text);
    if (!bytes) return malformed(std::string{name} + " is not base64");
    return bytes;
}

Result<std::optional<evidence::SymmetricKey>> key_field(const Json& line, const char* name) {
    if (!line.contains(name)) return std::optional<evidence::SymmetricKey>{};
    JOBBRO_TRY_ASSIGN(const Bytes bytes, base64_field(line, name));
    if (bytes.size() != key_bytes) return malformed(std::string{name} + " is no key");
    return std::optional<evidence::SymmetricKey>{evidence::SymmetricKey{array_of<32>(bytes)}};
}

Result<std::vector<evidence::Digest>> proof_field(const Json& line) {
    const auto field = line.find("proof");
    if (field == line.end() || !field->is_array() || field->size() > proof_hashes_max) {
        return malformed("no proof");
    }
    std::vector<evidence::Digest> proof;
    for (const Json& hash : *field) {
        const auto bytes = hash.is_string() ? evidence::base64_decode(hash.get<std::string>())
                                            : Result<Bytes>{ErrorCode::archive_malformed};
        if (!bytes || bytes->size() != 32) return malformed("a hash of the proof is none");
        proof.push_back(array_of<32>(*bytes));
    }
    return proof;
}

Result<ArchiveLine> parse_header(const Json& line) {
    JOBBRO_TRY(check_fields(
        line, {"type", "format", "origin", "verifier_key", "checkpoint", "selection", "made_at"}));
    JOBBRO_TRY_ASSIGN(const std::string said, text_field(line, "format", 64));
    if (said != format) return malformed("its format is not \"jobbro archive v1\"");
    JOBBRO_TRY_ASSIGN(const std::string origin, text_field(line, "origin", 128));
    JOBBRO_TRY_ASSIGN(const std::string key, text_field(line, "verifier_key", 256));
    const auto log = evidence::NoteVerifier::parse(key);
    if (!log || log->name != origin) return malformed("its verifier key is not the log's");
    ArchiveHeader header{*log, {}, {}, {}};
    JOBBRO_TRY_ASSIGN(header.checkpoint, text_field(line, "checkpoint", checkpoint_bytes_max));
    JOBBRO_TRY_ASSIGN(header.selection,
                      text_field(line, "selection", limits::archive_selection_bytes_max));
    JOBBRO_TRY_ASSIGN(header.made_at, text_field(line, "made_at", made_at_bytes_max));
    JOBBRO_TRY(check_told(header));
    return ArchiveLine{std::move(header)};
}

Result<ArchivedEntry> parse_entry(const Json& line) {
    JOBBRO_TRY(check_fields(
        line, {"type", "sequence", "entry", "index_key", "body_key", "erased", "proof"}));
    ArchivedEntry entry;
    JOBBRO_TRY_ASSIGN(const std::uint64_t sequence, number_field(line, "sequence"));
    entry.sequence = Sequence{sequence};
    JOBBRO_TRY_ASSIGN(entry.bytes, base64_field(line, "entry"));
    JOBBRO_TRY_ASSIGN(entry.keys.index, key_field(line, "index_key"));
    JOBBRO_TRY_ASSIGN(entry.keys.body, key_field(line, "body_key"));
    if (line.contains("erased")) {
        if (line["erased"] != true) return malformed("\"erased\" can only be true");
        entry.is_erased = true;
    }
    if (entry.is_erased && (entry.keys.index || entry.keys.body)) {
        return malformed("an erased entry has keys");
    }
    JOBBRO_TRY_ASSIGN(entry.proof, proof_field(line));
    return entry;
}

Result<ArchiveLine> parse_end(const Json& line) {
    JOBBRO_TRY(check_fields(line, {"type", "statements", "entries", "sha256"}));
    ArchiveEnd end;
    JOBBRO_TRY_ASSIGN(end.statements, number_field(line, "statements"));
    JOBBRO_TRY_ASSIGN(end.entries, number_field(line, "entries"));
    JOBBRO_TRY_ASSIGN(const std::string text, text_field(line, "sha256", 64));
    const auto digest = evidence::hex_decode(text);
    if (!digest || digest->size() != 32) return malformed("its sha256 is none");
    end.digest = array_of<32>(*digest);
    return ArchiveLine{end};
}

}  // namespace

Result<void> check_told(const ArchiveHeader& header) {
    JOBBRO_TRY(check_line(header.selection, "selection", limits::archive_selection_bytes_max));
    return check_line(header.made_at, "made_at", made_at_bytes_max);
}

std::string header_line(const ArchiveHeader& header) {
    Json line;
    line["type"] = "header";
    line["format"] = format;
    line["origin"] = header.log.name;
    line["verifier_key"] = header.log.text();
    line["checkpoint"] = header.checkpoint;
    line["selection"] = header.selection;
    line["made_at"] = header.made_at;
    return text_of(line);
}

std::string statement_line(const ArchivedEntry& entry) {
    Json line;
    line["type"] = "statement";
    put_entry(line, entry);
    return text_of(line);
}

std::string entry_line(const ArchivedEntry& entry) {
    Json line;
    line["type"] = "entry";
    put_entry(line, entry);
    return text_of(line);
}

std::string end_line(const ArchiveEnd& end) {
    Json line;
    line["type"] = "end";
    line["statements"] = end.statements;
    line["entries"] = end.entries;
    line["sha256"] = evidence::hex_encode(view(end.digest));
    return text_of(line);
}

Result<ArchiveLine> parse_archive_line(std::string_view text) {
    const Json line = Json::parse(text, nullptr, false);
    if (!line.is_object()) return malformed("it is no JSON object");
    JOBBRO_TRY_ASSIGN(const std::string type, text_field(line, "type", 16));
    if (type == "header") return parse_header(line);
    if (type == "end") return parse_end(line);
    if (type != "entry" && type != "statement") return malformed("a line of an unknown type");
    JOBBRO_TRY_ASSIGN(ArchivedEntry entry, parse_entry(line));
    if (type == "entry") return ArchiveLine{std::move(entry)};
    if (!entry.keys.body) return malformed("a statement without the key to read it");
    return ArchiveLine{ArchivedStatement{std::move(entry)}};
}

Result<std::optional<std::string>> read_line(std::istream& in) {
    std::string line;
    for (int c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
        if (c == '\n') return std::optional<std::string>{std::move(line)};
        if (line.size() >= limits::archive_line_bytes_max) return malformed("it is too long");
        line.push_back(static_cast<char>(c));
    }
    if (in.bad()) return Error{ErrorCode::file_unreadable, "the archive"};
    if (!line.empty()) return malformed("the archive ends within it");
    return std::optional<std::string>{};
}

}  // namespace jobbro::audit
