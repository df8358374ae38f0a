// A file that anybody may have put into the folder: the input is one byte for its shape, and its
// text. Whatever stands there, every object of it has one fate, at the line where it stands; every
// message has a name of its own; and it is all the same when the file is read again.
#include "adapters/connectors/message_file.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "proto/contract/json.h"
#include "tests/fuzz/mutation.h"
#include "tests/fuzz/target.h"
#include "tests/unit/contract/sample_envelopes.h"

namespace jobbro::testing {
namespace {

using connectors::FileMessage;
using connectors::FileShape;
using connectors::MessageFile;

constexpr char one_object = 0;
constexpr char lines = 1;

FileShape shape_of(BytesView input) {
    return input[0] % 2 == one_object ? FileShape::one_object : FileShape::lines;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> all;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        all.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return all;
}

Bytes joined(char shape, const std::vector<std::string_view>& all) {
    Bytes input{shape};
    for (const std::string_view each : all)
        input.append(each).append("\n");
    return input;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Where the objects of the file begin.
std::set<std::uint64_t> lines_with_objects(std::string_view text, FileShape shape) {
    std::set<std::uint64_t> found;
    if (shape == FileShape::one_object) {
        if (!is_blank(text)) found.insert(1);
        return found;
    }
    std::uint64_t number = 0;
    for (const std::string_view line : lines_of(text)) {
        ++number;
        if (!is_blank(line)) found.insert(number);
    }
    return found;
}

Result<MessageFile> read(std::string_view text, FileShape shape) {
    static const evidence::SymmetricKey key{ByteArray<32>{1, 2, 3}};
    return connectors::read_message_file(text, shape, {.name = "a.json", .key = key},
                                         contract::sample_now);
}

bool is_of_json(ErrorCode code) {
    return code == ErrorCode::json_syntax || code == ErrorCode::json_field_unknown ||
           code == ErrorCode::json_type_wrong;
}

// The line that the detail tells is one of the file, and of the object.
void check_line_told(const Error& error, const FileMessage& message, std::uint64_t last_line,
                     FileShape shape) {
    constexpr std::string_view opening = "line ";
    JOBBRO_ASSERT(is_of_json(error.code) || error.field_path.starts_with("attendance_sheet"));
    if (!error.detail.starts_with(opening)) return;
    std::uint64_t told = 0;
    const char* const begin = error.detail.data() + opening.size();
    std::from_chars(begin, error.detail.data() + error.detail.size(), told);
    JOBBRO_ASSERT(told >= message.line && told <= last_line);
    JOBBRO_ASSERT(shape == FileShape::one_object || told == message.line);
}

// The messages of one object: one, or those of a sheet's rows under one list id.
void check_object(const std::vector<FileMessage>& messages, std::size_t first, std::size_t end) {
    JOBBRO_ASSERT(first < end);
    if (!messages[first].row) {
        JOBBRO_ASSERT(end == first + 1);
        return;
    }
    for (std::size_t i = first; i < end; ++i) {
        JOBBRO_ASSERT(messages[i].row == i - first && messages[i].envelope);
        const std::string& list_id = messages[i].envelope->attendance_list().list_id();
        JOBBRO_ASSERT(!list_id.empty());
        JOBBRO_ASSERT(list_id == messages[first].envelope->attendance_list().list_id());
    }
}

void check_objects(const std::vector<FileMessage>& messages,
                   const std::set<std::uint64_t>& objects) {
    std::size_t first = 0;
    for (const std::uint64_t line : objects) {
        std::size_t end = first;
        while (end < messages.size() && messages[end].line == line)
            ++end;
        check_object(messages, first, end);
        first = end;
    }
    JOBBRO_ASSERT(first == messages.size());
}

void check_messages(const MessageFile& file, std::string_view text, FileShape shape) {
    const auto last_line =
        static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    std::set<std::string> tags;
    bool may_be_unfinished = false;
    for (const FileMessage& each : file.messages) {
        JOBBRO_ASSERT(each.tag.size() == 64 && tags.insert(each.tag).second);
        if (each.envelope) continue;
        const Error& error = each.envelope.error();
        check_line_told(error, each, last_line, shape);
        may_be_unfinished = may_be_unfinished || error.code == ErrorCode::json_syntax;
    }
    JOBBRO_ASSERT(file.may_be_unfinished == may_be_unfinished);
}

void check_same(const MessageFile& one, const MessageFile& other) {
    JOBBRO_ASSERT(one.messages.size() == other.messages.size());
    for (std::size_t i = 0; i < one.messages.size(); ++i) {
        const FileMessage& a = one.messages[i];
        const FileMessage& b = other.messages[i];
        JOBBRO_ASSERT(a.line == b.line && a.row == b.row && a.tag == b.tag);
        JOBBRO_ASSERT(a.envelope.has_value() == b.envelope.has_value());
        JOBBRO_ASSERT(a.envelope
                          ? a.envelope->SerializeAsString() == b.envelope->SerializeAsString()
                          : a.envelope.error().line() == b.envelope.error().line());
    }
}

Bytes input_of(char shape, const std::string& text) {
    return Bytes{shape} + text;
}

// {"attendance_sheet": …} with line ends in it, or without.
std::string sheet_text() {
    return R"({"attendance_sheet":)" + contract::to_json(contract::sample_attendance_sheet()) + "}";
}

// What stands in the line is changed as a message; false when it is none.
bool change_message(std::string& line, std::string_view other, SeededRandomness& random) {
    v1::Envelope envelope;
    v1::Envelope from;
    if (!contract::from_json(line, envelope)) return false;
    static_cast<void>(contract::from_json(other, from));
    mutate_message(envelope, from, random);
    line = contract::to_json(envelope);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return true;
}

}  // namespace

const int replay_mutations = 1000;

std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    std::string every_kind;
    for (const v1::Envelope& sample : contract::sample_of_each_kind()) {
        all.push_back(input_of(one_object, contract::to_json(sample)));
        every_kind += contract::to_json(sample) + "\n";
    }
    all.push_back(input_of(lines, every_kind));
    all.push_back(input_of(one_object, sheet_text()));
    all.push_back(input_of(lines, sheet_text() + "\n{\"order_id\":\"x\"}\n" + sheet_text()));
    all.push_back(input_of(lines, "{}\n\n{\"order_id\":}\r\n{\"none\":1}\n \t\n{}"));
    all.push_back(input_of(lines, R"({"attendanceSheet": {"rows": [{"days": [{"date": 3}]}]}})"));
    all.push_back(input_of(one_object, "\n{\n\"attendance_sheet\":\n{\"rows\": [\n{}, {\"a\": 1"));
    return all;
}

// A line is taken out, doubled, taken from another file or changed.
void mutate(Bytes& input, const Bytes& other, SeededRandomness& random) {
    const Bytes before = input;
    const auto others = lines_of(BytesView{other}.substr(std::min<std::size_t>(1, other.size())));
    auto all = lines_of(BytesView{before}.substr(std::min<std::size_t>(1, before.size())));
    if (all.empty() || others.empty()) return mutate_bytes(input, other, random);
    const auto at = static_cast<std::ptrdiff_t>(random.below(all.size()));
    const std::string_view from = others[random.below(others.size())];
    std::string changed{all[static_cast<std::size_t>(at)]};
    switch (random.below(6)) {
        case 0:
            all.erase(all.begin() + at);
            break;
        case 1:
            all.insert(all.begin() + at, changed);
            break;
        case 2:
            all.insert(all.begin() + at, from);
            break;
        default:
            if (!change_message(changed, from, random)) return mutate_bytes(input, other, random);
            all[static_cast<std::size_t>(at)] = changed;
    }
    input = joined(random.below(8) == 0 ? lines : before[0], all);
}

}  // namespace jobbro::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jobbro;
    using namespace jobbro::testing;
    if (size == 0) return 0;
    const BytesView input{reinterpret_cast<const char*>(data), size};
    const std::string_view text = input.substr(1);
    const FileShape shape = testing::shape_of(input);
    const auto objects = lines_with_objects(text, shape);
    const auto file = read(text, shape);
    if (!file) {
        const ErrorCode code = file.error().code;
        JOBBRO_ASSERT(objects.empty() ? code == ErrorCode::json_syntax
                                      : code == ErrorCode::list_too_long);
        return 0;
    }
    JOBBRO_ASSERT(file->messages.size() <= connectors::messages_of_file_max);
    check_objects(file->messages, objects);
    check_messages(*file, text, shape);
    check_same(*file, *read(text, shape));
    return 0;
}
