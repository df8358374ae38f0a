#include "adapters/connectors/folder_inlet.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "adapters/connectors/message_file.h"
#include "proto/base/limits.h"

namespace jobbro::connectors {
namespace {

constexpr std::int64_t hold_ms = 1000;
constexpr std::size_t put_at_once_max = 256;
constexpr std::size_t noted_at_once_max = kit::outbox_batch_max;
// Of one message that is refused each time. After that its last answer stands while it is kept.
constexpr unsigned attempts_max = 100;

constexpr std::size_t error_files_max = 8192;   // looked through at a start, first by name
constexpr std::int64_t clocks_apart_ms = 1000;  // the file system's and ours

// What waiting does not mend.
bool is_lasting(ErrorCode code) {
    return code == ErrorCode::store_failed || code == ErrorCode::tampered;
}

// What the outbox, or the maker of envelopes, has against the message itself.
bool is_about_message(ErrorCode code) {
    const auto number = static_cast<int>(code);
    return number >= 300 && number < 400;
}

std::string valid_message_id(const v1::Envelope& envelope) {
    return contract::MessageId::parse(envelope.message_id()) ? envelope.message_id() : "";
}

bool is_message_file(std::string_view name) {
    return shape_of(name) != FileShape::none;
}

bool is_error_file(std::string_view name) {
    return name.ends_with(".error.json");
}

// The messages whose errors stand in the folder, and when they were written, at the latest.
std::map<std::string, Instant> errors_in(const std::filesystem::path& folder) {
    constexpr std::string_view opening = "\"message_id\": \"";
    std::map<std::string, Instant> written;
    const auto names = list_names(folder, error_files_max, is_error_file);
    for (std::size_t i = 0; names && i < names->size(); ++i) {
        const FileReading file =
            read_when_whole(folder / (*names)[i], lines_file_bytes_max, ErrorCode::list_too_long);
        const Instant at{file.identity.modified_ns / 1000};
        for (std::size_t begin = file.text.find(opening); begin != Bytes::npos;
             begin = file.text.find(opening, begin)) {
            begin += opening.size();
            const std::size_t end = file.text.find('"', begin);
            Instant& latest = written[file.text.substr(begin, end - begin)];
            latest = std::max(latest, at);
        }
    }
    return written;
}

}  // namespace

// --- Start, and what is due ---------------------------------------------------------------------

Result<void> FolderInlet::start() {
    for (std::uint64_t after = 0;;) {
        JOBBRO_TRY_ASSIGN(const auto records, parts_.sink.not_noted(after, noted_at_once_max));
        if (records.empty()) return {};
        for (const kit::OutboxRecord& record : records)
            earlier_.insert(record.ticket);
        after = records.back().ticket;
    }
}

Result<void> FolderInlet::turn(Instant now) {
    JOBBRO_TRY(send_off(now));
    if (now < intake_held_.until) return {};
    JOBBRO_TRY(put_requests(now));
    if (now >= intake_held_.until && requests_.empty() && wants_look(now)) JOBBRO_TRY(look(now));
    if (now >= intake_held_.until) intake_held_.by.reset();
    return send_off(now);
}

bool FolderInlet::wants_look(Instant now) const {
    if (!has_room()) return false;
    if (wants_look_) return true;
    if (has_more_) return is_half_empty();
    const auto due = arrivals_.next_due();
    return due && *due <= now;
}

std::optional<Instant> FolderInlet::next_due() const {
    std::optional<Instant> due;
    const auto is_due_at = [&due](Instant at) { due = due ? std::min(*due, at) : at; };
    if (!answered_.empty() || !fileless_.empty() || !to_note_.empty()) {
        is_due_at(departure_held_.until);
    }
    const auto settling = arrivals_.next_due();
    if (!requests_.empty() || wants_look(Instant{})) {
        is_due_at(intake_held_.until);
    } else if (has_room() && !has_more_ && settling) {
        is_due_at(std::max(*settling, intake_held_.until));
    }
    return due;
}

bool FolderInlet::has_room() const {
    return files_.size() < parts_.limits.files_max &&
           messages_under_way_ < parts_.limits.messages_max;
}

// Looking costs as much as the folder is long, so it is done for many files together.
bool FolderInlet::is_half_empty() const {
    return 2 * files_.size() <= parts_.limits.files_max &&
           2 * messages_under_way_ <= parts_.limits.messages_max;
}

// Tells once, and goes on in a while. Errors: the one given, when waiting does not mend it.
Result<void> FolderInlet::hold(Hold& held, const Error& error, Instant now) {
    if (is_lasting(error.code)) return error;
    held.until = now.plus_ms(hold_ms);
    const bool is_new = !held.by || held.by->line() != error.line();
    held.by = error;
    if (is_new) tell(InletNews::Kind::held, {}, 0, 0, error);
    return {};
}

void FolderInlet::tell(InletNews::Kind kind, const std::string& name, std::size_t messages,
                       std::size_t refused_messages, std::optional<Error> error) const {
    if (!parts_.tell) return;
    parts_.tell(InletNews{kind, name.empty() ? name : log_name(name, parts_.key), messages,
                          refused_messages, std::move(error)});
}

InletCounts FolderInlet::counts() const {
    InletCounts counts = counts_;
    counts.files_under_way = files_.size();
    counts.messages_under_way = messages_under_way_;
    return counts;
}

// --- Looking and taking -------------------------------------------------------------------------

// Those on their way out first; a file that has come in under the name of one of them waits.
Result<std::vector<FileLook>> FolderInlet::list(std::set<std::string>& in_moving) {
    std::vector<FileLook> files;
    JOBBRO_TRY_ASSIGN(const auto moving,
                      list_names(parts_.layout.moving, parts_.limits.names_max, is_message_file));
    in_moving.insert(moving.begin(), moving.end());
    JOBBRO_TRY_ASSIGN(const auto names,
                      list_names(parts_.layout.in, parts_.limits.names_max, is_message_file));
    has_more_ = names.size() >= parts_.limits.names_max;
    const auto look_in = [&](const std::filesystem::path& folder, const std::string& name) {
        if (files_.contains(name)) return;
        if (auto there = look_at(folder / name)) files.push_back(*std::move(there));
    };
    for (const std::string& name : moving)
        look_in(parts_.layout.moving, name);
    for (const std::string& name : names) {
        if (!in_moving.contains(name)) look_in(parts_.layout.in, name);
    }
    return files;
}

Result<void> FolderInlet::look(Instant now) {
    wants_look_ = false;
    std::set<std::string> in_moving;
    const auto files = list(in_moving);
    if (!files) {
        wants_look_ = true;
        return hold(intake_held_, files.error(), now);
    }
    const bool is_cut_off = std::exchange(has_more_, false);
    std::size_t taken = 0;
    for (const FileLook& file : arrivals_.look(*files, now)) {
        if (now < intake_held_.until || !requests_.empty() || !has_room()) {
            has_more_ = true;
            break;
        }
        JOBBRO_TRY(take(file, in_moving.contains(file.name), now));
        if (files_.contains(file.name)) ++taken;
    }
    has_more_ = has_more_ || (is_cut_off && taken > 0);
    if (!has_seen_all_ && taken == files->size() && !is_cut_off && now >= intake_held_.until) {
        const auto done = answer_those_without_file();
        if (!done) return hold(intake_held_, done.error(), now);
    }
    return {};
}

// Their files left before the last end of the program, or were taken away. What is refused is told
// once.
Result<void> FolderInlet::answer_those_without_file() {
    std::map<std::string, Instant> errors;
    if (!earlier_.empty()) errors = errors_in(parts_.layout.refused);
    // The program ended between the move to `refused` and its note.
    const auto is_told = [&errors](const kit::OutboxRecord& record) {
        const auto found = errors.find(record.message_id);
        return record.state == kit::OutboxState::refused && found != errors.end() &&
               record.settled_at && found->second.plus_ms(clocks_apart_ms) >= *record.settled_at;
    };
    for (std::uint64_t after = 0; !earlier_.empty();) {
        JOBBRO_TRY_ASSIGN(const auto records, parts_.sink.not_noted(after, noted_at_once_max));
        if (records.empty()) break;
        for (const kit::OutboxRecord& record : records) {
            if (!earlier_.contains(record.ticket)) continue;
            if (is_told(record)) {
                to_note_.push_back(record.ticket);
            } else {
                answer_fileless(record);
            }
        }
        after = records.back().ticket;
    }
    earlier_.clear();
    has_seen_all_ = true;
    return {};
}

Result<void> FolderInlet::take(const FileLook& file, bool is_in_moving, Instant now) {
    UnderWay under_way;
    under_way.is_in_moving = is_in_moving;
    under_way.identity = file.identity;
    std::vector<Request> requests;
    if (file.is_regular) {
        bool is_put_off = false;
        const auto done = read(file, under_way, requests, is_put_off, now);
        if (!done) return hold(intake_held_, done.error(), now);
        if (is_put_off) return {};
    } else {
        under_way.refusal = Error{ErrorCode::file_unreadable, "not a regular file"};
    }
    add(file.name, std::move(under_way));
    handing_in_ = file.name;
    requests_ = std::move(requests);
    return put_requests(now);
}

// Puts the file off, or fills in its messages, or its refusal. Errors: of the outbox.
Result<void> FolderInlet::read(const FileLook& file, UnderWay& under_way,
                               std::vector<Request>& requests, bool& is_put_off, Instant now) {
    const Instant today = parts_.clock.now();
    const FileShape shape = shape_of(file.name);
    const auto& folder = under_way.is_in_moving ? parts_.layout.moving : parts_.layout.in;
    FileReading reading =
        shape == FileShape::lines
            ? read_when_whole(folder / file.name, lines_file_bytes_max, ErrorCode::list_too_long)
            : read_when_whole(folder / file.name, limits::json_bytes_max,
                              ErrorCode::envelope_too_large);
    under_way.identity = reading.identity;
    const FileLook seen{file.name, reading.identity, true};
    is_put_off = true;
    if (reading.state == FileReading::State::gone) arrivals_.forget(file.name);
    if (reading.state == FileReading::State::busy) arrivals_.is_busy(seen, now);
    under_way.refusal = std::move(reading.error);
    if (reading.state == FileReading::State::read) {
        is_put_off = false;
        if (holds_cpr_number(file.name, today)) {
            under_way.refusal = Error{ErrorCode::cpr_in_text, "in the file's name"};
            return {};
        }
        const FileOrigin origin{file.name, parts_.key};
        auto content = read_message_file(reading.text, shape, origin, today);
        const bool may_go_on =
            content ? content->may_be_unfinished : content.error().code == ErrorCode::json_syntax;
        is_put_off = may_go_on && !arrivals_.is_unfinished_again(seen, now);
        if (is_put_off) return {};
        if (!content) {
            under_way.refusal = std::move(content).error();
            return {};
        }
        for (const FileMessage& each : content->messages) {
            Message& message = under_way.messages.emplace_back();
            JOBBRO_TRY_ASSIGN(auto request, prepare(each, under_way.messages.size() - 1, message));
            if (request) requests.push_back(*std::move(request));
        }
    }
    is_put_off = is_put_off && !under_way.refusal;
    return {};
}

// Finds out what is known of the message; what it takes to hand it in, when that is to be done.
// Errors: of the outbox.
Result<std::optional<FolderInlet::Request>> FolderInlet::prepare(const FileMessage& read,
                                                                 std::size_t index,
                                                                 Message& message) {
    message.fate.line = read.line;
    message.fate.row = read.row;
    if (!read.envelope) {
        refused_here(message, read.envelope.error());
        return std::optional<Request>{};
    }
    message.fate.message_id = valid_message_id(*read.envelope);
    const Message unknown = message;
    for (unsigned attempt = 0; attempt < attempts_max; ++attempt) {
        std::string tag = read.tag + "-" + std::to_string(attempt);
        JOBBRO_TRY_ASSIGN(const auto record, parts_.sink.find(tag));
        if (record) {
            note_record(*record, message);
            if (record->state == kit::OutboxState::refused && record->noted_at) continue;
            break;
        }
        message = unknown;
        const auto checked = parts_.sink.check(*read.envelope);
        if (checked) return std::optional{Request{index, {*read.envelope, std::move(tag)}}};
        refused_here(message, checked.error());
        break;
    }
    return std::optional<Request>{};
}

void FolderInlet::refused_here(Message& message, Error error) {
    message.fate.fate = std::move(error);
    message.is_answered = true;
    ++counts_.messages_refused_here;
}

void FolderInlet::note_record(const kit::OutboxRecord& record, Message& message) {
    message.fate.message_id = record.message_id;
    message.ticket = record.noted_at ? 0 : record.ticket;
    if (record.state == kit::OutboxState::waiting) return;
    message.fate.fate = *record.fate;
    message.fate.answered_at = record.settled_at;
    message.fate.is_earlier = record.noted_at.has_value();
    message.is_answered = true;
}

void FolderInlet::add(const std::string& name, UnderWay file) {
    arrivals_.forget(name);
    UnderWay& added = files_[name] = std::move(file);
    messages_under_way_ += added.messages.size();
    for (std::size_t i = 0; i < added.messages.size(); ++i) {
        const Message& message = added.messages[i];
        if (message.ticket != 0) earlier_.erase(message.ticket);
        if (message.is_answered) continue;
        ++added.unanswered;
        if (message.ticket != 0) by_ticket_.emplace(message.ticket, std::pair{name, i});
    }
    if (added.unanswered == 0) answered_.insert(name);
}

// --- Handing in ---------------------------------------------------------------------------------

Result<void> FolderInlet::put_requests(Instant now) {
    while (!requests_.empty()) {
        const std::size_t count = std::min(requests_.size(), put_at_once_max);
        if (const auto put = put_chunk(count); !put) return hold(intake_held_, put.error(), now);
        requests_.erase(requests_.begin(), requests_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    if (handing_in_.empty()) return {};
    const UnderWay& file = files_.at(handing_in_);
    tell(InletNews::Kind::taken, handing_in_, file.messages.size());
    handing_in_.clear();
    return {};
}

// The first requests, together; when one of them is at fault, one by one.
Result<void> FolderInlet::put_chunk(std::size_t count) {
    std::vector<kit::TaggedEnvelope> envelopes;
    for (std::size_t i = 0; i < count; ++i)
        envelopes.push_back(requests_[i].tagged);
    const auto puts = parts_.sink.put(envelopes);
    if (!puts && !is_about_message(puts.error().code)) return puts.error();
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t index = requests_[i].index;
        // An earlier try has come that far.
        if (files_.at(handing_in_).messages[index].is_answered) continue;
        if (puts) {
            answered(handing_in_, index, (*puts)[i].record);
            continue;
        }
        const auto one = parts_.sink.put({std::move(envelopes[i])});
        if (one) {
            answered(handing_in_, index, one->front().record);
        } else if (is_about_message(one.error().code)) {
            UnderWay& file = files_.at(handing_in_);
            refused_here(file.messages[index], one.error());
            if (--file.unanswered == 0) answered_.insert(handing_in_);
        } else {
            return one.error();
        }
    }
    return {};
}

// The record tells what there is to know of a message that was not answered so far.
void FolderInlet::answered(const std::string& name, std::size_t index,
                           const kit::OutboxRecord& record) {
    UnderWay& file = files_.at(name);
    Message& message = file.messages[index];
    if (message.is_answered) return;
    note_record(record, message);
    if (message.ticket != 0) earlier_.erase(message.ticket);
    if (!message.is_answered) {
        by_ticket_.emplace(record.ticket, std::pair{name, index});
    } else if (--file.unanswered == 0) {
        answered_.insert(name);
    }
}

void FolderInlet::settled(const std::vector<kit::OutboxRecord>& records) {
    for (const kit::OutboxRecord& record : records) {
        const auto [first, last] = by_ticket_.equal_range(record.ticket);
        // Its file may not have been looked at yet.
        if (first == last && !has_seen_all_) earlier_.insert(record.ticket);
        if (first == last && has_seen_all_) answer_fileless(record);
        std::vector<std::pair<std::string, std::size_t>> places;
        for (auto at = first; at != last; ++at)
            places.push_back(at->second);
        by_ticket_.erase(first, last);
        for (const auto& [name, index] : places)
            answered(name, index, record);
    }
}

void FolderInlet::answer_fileless(const kit::OutboxRecord& record) {
    earlier_.erase(record.ticket);
    if (record.noted_at) return;
    if (record.state == kit::OutboxState::accepted) {
        tell(InletNews::Kind::fileless, {}, 1);
        to_note_.push_back(record.ticket);
    } else if (record.state == kit::OutboxState::refused) {
        tell(InletNews::Kind::fileless, {}, 1, 1, record.fate->error());
        Message message;
        note_record(record, message);
        fileless_.push_back(Fileless{std::move(message.fate), record.ticket});
    }
}

// --- Sending off --------------------------------------------------------------------------------

// One that cannot leave keeps no other from leaving.
Result<void> FolderInlet::send_off(Instant now) {
    if (now < departure_held_.until) return {};
    std::optional<Error> failed;
    const auto note = [&failed](const Result<void>& done) {
        if (!done && (!failed || is_lasting(done.error().code))) failed = done.error();
    };
    const std::vector<std::string> names{answered_.begin(), answered_.end()};
    for (const std::string& name : names)
        note(send_off(name, files_.at(name)));
    note(write_fileless());
    note(note_tickets());
    if (failed) return hold(departure_held_, *failed, now);
    departure_held_.by.reset();
    return {};
}

Result<void> FolderInlet::send_off(const std::string& name, UnderWay& file) {
    std::vector<MessageFate> fates;
    for (const Message& message : file.messages)
        fates.push_back(message.fate);
    const auto is_refused = [](const MessageFate& fate) { return !fate.fate; };
    const auto refused = std::count_if(fates.begin(), fates.end(), is_refused);
    const std::string shown = log_name(name, parts_.key);
    const DepartingFile departing{
        name,
        kept_name(name, parts_.key, parts_.clock.now()),
        shown,
        file.is_in_moving,
        file.refusal.has_value() || refused > 0,
        file.identity,
        file.refusal ? refusal_text(shown, *file.refusal) : fates_text(shown, fates)};
    const auto departure = depart(parts_.layout, departing);
    if (!departure) {
        file.is_in_moving = look_at(parts_.layout.moving / name).has_value();
        return departure.error();
    }
    leave(name, *departure);
    return {};
}

void FolderInlet::leave(const std::string& name, Departure departure) {
    const UnderWay& file = files_.at(name);
    std::optional<Error> error = file.refusal;
    std::size_t refused_messages = 0;
    for (const Message& message : file.messages) {
        if (message.ticket != 0) to_note_.push_back(message.ticket);
        if (message.fate.fate) continue;
        ++refused_messages;
        if (!error) error = message.fate.fate.error();
    }
    const bool is_refused = error.has_value();
    ++(is_refused ? counts_.files_refused : counts_.files_sent);
    if (departure == Departure::gone) tell(InletNews::Kind::gone, name);
    if (departure == Departure::replaced) tell(InletNews::Kind::replaced, name);
    // What came meanwhile under its name was passed over.
    wants_look_ = wants_look_ || file.is_in_moving || departure == Departure::replaced;
    tell(is_refused ? InletNews::Kind::refused : InletNews::Kind::sent, name, file.messages.size(),
         refused_messages, std::move(error));
    messages_under_way_ -= file.messages.size();
    answered_.erase(name);
    files_.erase(name);
}

// A refusal is told also where the file is not there to stand beside.
Result<void> FolderInlet::write_fileless() {
    while (!fileless_.empty()) {
        const Fileless& last = fileless_.back();
        const std::string& id = last.fate.message_id;
        const auto target = parts_.layout.refused / (id + ".error.json");
        JOBBRO_TRY(write_new_file(parts_.layout.staging / ("fate-" + id + ".json"), target,
                                  fates_text({}, {last.fate})));
        to_note_.push_back(last.ticket);
        fileless_.pop_back();
    }
    return {};
}

Result<void> FolderInlet::note_tickets() {
    if (to_note_.empty()) return {};
    JOBBRO_TRY(sync_departures(parts_.layout));
    while (!to_note_.empty()) {
        const std::size_t count = std::min(to_note_.size(), noted_at_once_max);
        const auto begin = to_note_.end() - static_cast<std::ptrdiff_t>(count);
        JOBBRO_TRY(parts_.sink.take_note({begin, to_note_.end()}));
        to_note_.erase(begin, to_note_.end());
    }
    return {};
}

}  // namespace jobbro::connectors
