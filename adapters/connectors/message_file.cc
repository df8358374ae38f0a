#include "adapters/connectors/message_file.h"

#include <charconv>
#include <map>

#include "adapters/kit/sheet_json.h"
#include "proto/contract/attendance_sheet.h"
#include "proto/contract/json.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::connectors {
namespace {

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

void append_sized(Bytes& out, BytesView part) {
    append_big_endian(out, static_cast<std::uint64_t>(part.size()));
    out.append(part);
}

// Of one object of a file.
evidence::Digest object_hash(const FileOrigin& origin, std::string_view text,
                             std::uint64_t occurrence) {
    Bytes named;
    append_sized(named, "jobbro folder object v1");
    append_sized(named, origin.name);
    append_sized(named, text);
    append_big_endian(named, occurrence);
    return evidence::hmac_sha256(origin.key.view(), named);
}

std::string tag_of(const FileOrigin& origin, const evidence::Digest& object, std::uint64_t row) {
    Bytes named;
    append_sized(named, "jobbro folder message v1");
    named.append(view(object));
    append_big_endian(named, row);
    return evidence::hex_encode(view(evidence::hmac_sha256(origin.key.view(), named)));
}

// The same for the same file however often it is read.
contract::ListId list_id_of(const FileOrigin& origin, const evidence::Digest& object) {
    const evidence::Digest bits =
        evidence::hmac_sha256(origin.key.view(), Bytes{"list "}.append(view(object)));
    SeededRandomness randomness{read_big_endian<std::uint64_t>(view(bits))};
    return contract::ListId::make(origin.modified_at, randomness);
}

// The detail's "line 3, column 9" counted from the file's first line.
Error at_line(Error error, std::uint64_t line) {
    constexpr std::string_view opening = "line ";
    if (!error.detail.starts_with(opening)) return error;
    const char* const begin = error.detail.data() + opening.size();
    std::uint64_t told = 0;
    const auto [end, failed] =
        std::from_chars(begin, error.detail.data() + error.detail.size(), told);
    if (failed != std::errc{}) return error;
    error.detail = std::string{opening} + std::to_string(told + line - 1) +
                   error.detail.substr(static_cast<std::size_t>(end - error.detail.data()));
    return error;
}

class FileReader {
  public:
    FileReader(const FileOrigin& origin, Instant now) : origin_(origin), now_(now) {}

    void read_object(std::string_view text, std::uint64_t line) {
        const evidence::Digest hash = object_hash(origin_, text, occurrences_[text]++);
        if (auto sheet = kit::read_sheet_json(text)) return add_rows(*sheet, line, hash);
        v1::Envelope envelope;
        const auto read = contract::from_json(text, envelope);
        add(line, {}, hash, read ? Result<v1::Envelope>{std::move(envelope)} : read.error());
    }
    MessageFile take() { return std::move(file_); }
    [[nodiscard]] std::size_t size() const { return file_.messages.size(); }

  private:
    void add_rows(const Result<v1::AttendanceSheet>& sheet, std::uint64_t line,
                  const evidence::Digest& hash) {
        if (!sheet) return add(line, {}, hash, sheet.error());
        auto envelopes = contract::split_sheet(*sheet, list_id_of(origin_, hash), now_);
        if (!envelopes) {
            Error error = std::move(envelopes).error();
            const std::string inner = error.field_path.empty() ? "" : "." + error.field_path;
            error.field_path = "attendance_sheet" + inner;
            return add(line, {}, hash, std::move(error));
        }
        for (std::size_t row = 0; row < envelopes->size(); ++row)
            add(line, row, hash, std::move((*envelopes)[row]));
    }

    void add(std::uint64_t line, std::optional<std::size_t> row, const evidence::Digest& hash,
             Result<v1::Envelope> envelope) {
        if (!envelope) {
            if (envelope.error().code == ErrorCode::json_syntax) file_.may_be_unfinished = true;
            envelope = at_line(std::move(envelope).error(), line);
        }
        file_.messages.push_back(
            FileMessage{line, row, tag_of(origin_, hash, row ? *row + 1 : 0), std::move(envelope)});
    }

    const FileOrigin& origin_;
    const Instant now_;
    std::map<std::string_view, std::uint64_t> occurrences_;
    MessageFile file_;
};

}  // namespace

Result<MessageFile> read_message_file(std::string_view text, FileShape shape,
                                      const FileOrigin& origin, Instant now) {
    FileReader reader{origin, now};
    if (shape == FileShape::one_object && !is_blank(text)) reader.read_object(text, 1);
    std::uint64_t number = 0;
    while (shape == FileShape::lines && !text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        if (!is_blank(line)) reader.read_object(line, number);
        if (reader.size() > messages_of_file_max) {
            return Error{
                ErrorCode::list_too_long,
                "the file holds more than " + std::to_string(messages_of_file_max) + " messages"};
        }
    }
    if (reader.size() == 0) return Error{ErrorCode::json_syntax, "the file holds no message"};
    return reader.take();
}

}  // namespace jobbro::connectors
