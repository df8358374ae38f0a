#include "adapters/connectors/message_file.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>

#include "adapters/kit/sheet_json.h"
#include "proto/contract/attendance_sheet.h"
#include "proto/contract/calendar.h"
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

// Of something in a file; `purpose` tells what.
evidence::Digest hash_of(const FileOrigin& origin, std::string_view purpose, BytesView content,
                         std::uint64_t occurrence) {
    Bytes named;
    append_sized(named, purpose);
    append_sized(named, origin.name);
    append_sized(named, content);
    append_big_endian(named, occurrence);
    return evidence::hmac_sha256(origin.key.view(), named);
}

// What all rows of a sheet have in common.
Bytes header_of(const v1::AttendanceSheet& sheet) {
    Bytes header;
    append_sized(header, sheet.list_id());
    append_sized(header, sheet.first_date());
    append_sized(header, sheet.last_date());
    return header;
}

// What a row says, under its sheet's header.
Bytes content_of(const Bytes& header, const v1::AttendanceSheetRow& row) {
    Bytes content = header;
    append_sized(content, row.order_id());
    append_sized(content, row.cpr_number());
    for (const v1::AttendanceDay& day : row.days())
        append_sized(content, day.SerializeAsString());
    return content;
}

// Midnight of the sheet's first day; a sheet whose dates cannot be read is refused anyway.
Instant beginning_of(const v1::AttendanceSheet& sheet) {
    const auto date = contract::parse_date(sheet.first_date());
    if (!date) return Instant{};
    const auto since = std::chrono::sys_days{*date}.time_since_epoch();
    // No UUIDv7 is older.
    return Instant{std::max<std::int64_t>(0, std::chrono::microseconds{since}.count())};
}

// The same for the same sheet of the file however often it is read, whatever its rows say.
contract::ListId list_id_of(const FileOrigin& origin, const v1::AttendanceSheet& sheet,
                            const Bytes& header, std::uint64_t occurrence) {
    const evidence::Digest bits = hash_of(origin, "jobbro folder sheet v1", header, occurrence);
    SeededRandomness randomness{read_big_endian<std::uint64_t>(view(bits))};
    return contract::ListId::make(beginning_of(sheet), randomness);
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
        const evidence::Digest hash =
            hash_of(origin_, "jobbro folder message v1", text, occurrences_[text]++);
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
        const Bytes header = header_of(*sheet);
        const contract::ListId list_id = list_id_of(origin_, *sheet, header, sheets_[header]++);
        auto envelopes = contract::split_sheet(*sheet, list_id, now_);
        if (!envelopes) {
            Error error = std::move(envelopes).error();
            const std::string inner = error.field_path.empty() ? "" : "." + error.field_path;
            error.field_path = "attendance_sheet" + inner;
            return add(line, {}, hash, std::move(error));
        }
        for (std::size_t row = 0; row < envelopes->size(); ++row) {
            const Bytes content = content_of(header, sheet->rows(static_cast<int>(row)));
            add(line, row, hash_of(origin_, "jobbro folder row v1", content, rows_[content]++),
                std::move((*envelopes)[row]));
        }
    }

    void add(std::uint64_t line, std::optional<std::size_t> row, const evidence::Digest& hash,
             Result<v1::Envelope> envelope) {
        if (!envelope) {
            if (envelope.error().code == ErrorCode::json_syntax) file_.may_be_unfinished = true;
            envelope = at_line(std::move(envelope).error(), line);
        }
        file_.messages.push_back(
            FileMessage{line, row, evidence::hex_encode(view(hash)), std::move(envelope)});
    }

    const FileOrigin& origin_;
    const Instant now_;
    // How often each has come so far.
    std::map<std::string_view, std::uint64_t> occurrences_;  // of texts
    std::map<Bytes, std::uint64_t> sheets_;                  // of headers
    std::map<Bytes, std::uint64_t> rows_;                    // of contents under their headers
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
