#include "adapters/audit/own_entries.h"

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <vector>

#include "adapters/audit/hub_reader.h"
#include "jobbro/v1/erasure.pb.h"
#include "jobbro/v1/journal.pb.h"
#include "jobbro/v1/registry.pb.h"
#include "jobbro/v1/results.pb.h"
#include "jobbro/v1/rules.pb.h"
#include "proto/contract/uuid.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::audit {
namespace {

using Json = nlohmann::ordered_json;

struct Said {
    Json json = Json::object();
    std::string sentence;
};

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

std::string time_text(const google::protobuf::Timestamp& time) {
    return instant_text(Instant{time.seconds() * 1'000'000 + time.nanos() / 1000});
}

std::string with_ground(const std::string& ground) {
    return ground.empty() ? std::string{} : ", ground: " + ground;
}

template <typename List>
Json array_of_all(const List& list) {
    Json array = Json::array();
    for (const auto& each : list)
        array.push_back(each);
    return array;
}

template <typename List>
std::string joined(const List& list) {
    std::string text;
    for (const std::uint64_t each : list)
        text += (text.empty() ? "" : " ") + number(each);
    return text;
}

// Ids of the hub's.
using Ids = google::protobuf::RepeatedPtrField<std::string>;

// Each once: the last is repeated where the length is to tell nothing.
std::vector<std::string> hex_of(const Ids& ids) {
    std::vector<std::string> all;
    for (const std::string& each : ids) {
        if (all.empty() || all.back() != evidence::hex_encode(each)) {
            all.push_back(evidence::hex_encode(each));
        }
    }
    return all;
}

Json array_of_hex(const Ids& ids) {
    return Json(hex_of(ids));
}

std::string joined_hex(const Ids& ids) {
    std::string text;
    for (const std::string& each : hex_of(ids))
        text += (text.empty() ? "" : " ") + each;
    return text;
}

std::string view_text(v1::ReplayView view) {
    switch (view) {
        case v1::REPLAY_VIEW_SEALED:
            return "sealed";
        case v1::REPLAY_VIEW_MASKED:
            return "masked";
        case v1::REPLAY_VIEW_UNMASKED:
            return "unmasked";
        default:
            return number(static_cast<std::uint64_t>(view));
    }
}

// --- The log and its registry --------------------------------------------------------------------

Said said_by(const v1::LogOpened& opened) {
    Said said;
    said.json["origin"] = opened.origin();
    said.json["verifier_key"] = opened.verifier_key();
    Json controllers = Json::array();
    for (const v1::Controller& each : opened.controllers()) {
        controllers.push_back(
            {{"party", each.party()}, {"jobcentres", array_of_all(each.jobcentres())}});
    }
    said.json["controllers"] = std::move(controllers);
    Json operators = Json::array();
    for (const v1::Operator& each : opened.operators())
        operators.push_back(each.party());
    said.json["operators"] = std::move(operators);
    said.sentence = "the log " + opened.origin() + " was opened";
    return said;
}

Said said_by(const v1::LogKeyChange& change) {
    Said said;
    said.json["verifier_key"] = change.verifier_key();
    said.sentence = "checkpoints are signed by another key from here on: " + change.verifier_key();
    return said;
}

// What it asks for is in the body, and in the file it came from.
Said said_by(const v1::RuleSet& rules) {
    Said said;
    said.json["name"] = rules.name();
    said.json["valid_from"] = rules.valid_from_date();
    if (!rules.valid_until_date().empty()) said.json["valid_until"] = rules.valid_until_date();
    const std::string until = rules.valid_until_date().empty() ? "until further notice"
                                                               : "to " + rules.valid_until_date();
    said.sentence =
        "the rule set " + rules.name() + " holds from " + rules.valid_from_date() + " " + until;
    return said;
}

Said said_by(const v1::ResultsFrozen& frozen) {
    std::uint64_t figures = 0;
    for (const v1::ResultCell& cell : frozen.cells())
        figures += static_cast<std::uint64_t>(cell.figures_size());
    Said said;
    said.json["month"] = frozen.month();
    said.json["figures"] = figures;
    said.sentence = "the results of " + frozen.month() + " were told: " + std::to_string(figures) +
                    (figures == 1 ? " figure" : " figures");
    return said;
}

void put_grant(const v1::PartyGrant& grant, Said& said) {
    said.json["act"] = "grant";
    said.json["jobcentres"] = array_of_all(grant.jobcentres());
    if (grant.may_unmask()) said.json["may_unmask"] = true;
    const auto put_time = [&](const char* name, const google::protobuf::Timestamp& time) {
        said.json[name] = time_text(time);
        said.sentence += std::string{", "} + name + " " + time_text(time);
    };
    std::string of;
    for (const std::string& each : grant.jobcentres())
        of += (of.empty() ? " for " : " ") + each;
    said.sentence += " was granted access" + of;
    if (grant.may_unmask()) said.sentence += ", content too";
    if (grant.has_valid_from()) put_time("valid_from", grant.valid_from());
    if (grant.has_valid_until()) put_time("valid_until", grant.valid_until());
    if (grant.has_covers_from()) put_time("covers_from", grant.covers_from());
    if (grant.has_covers_until()) put_time("covers_until", grant.covers_until());
}

Result<Said> said_by(const v1::RegistryChange& change) {
    v1::RegistryStatement statement;
    if (!statement.ParseFromString(change.statement())) {
        return Error{ErrorCode::tampered, "its statement is no RegistryStatement"};
    }
    Said said;
    said.json["party"] = statement.party();
    said.sentence = statement.party();
    switch (statement.act_case()) {
        case v1::RegistryStatement::kGrant:
            put_grant(statement.grant(), said);
            break;
        case v1::RegistryStatement::kDisabling:
            said.json["act"] = "disabling";
            said.sentence += " was disabled";
            break;
        case v1::RegistryStatement::kRotation:
            said.json["act"] = "rotation";
            said.sentence += " took other keys";
            break;
        case v1::RegistryStatement::ACT_NOT_SET:
            said.json["act"] = "";
            break;
    }
    said.json["signer"] = statement.signer();
    said.json["signed_at"] = time_text(statement.signed_at());
    said.json["submitted_by"] = change.submitted_by();
    said.sentence += "; signed by " + statement.signer();
    if (!change.submitted_by().empty()) said.sentence += ", handed in by " + change.submitted_by();
    return said;
}

// --- Readings ------------------------------------------------------------------------------------

Said said_by(const v1::ReplayReading& replay) {
    Said said;
    said.json["view"] = view_text(replay.view());
    said.json["from"] = replay.from_sequence();
    said.json["end"] = replay.end_sequence();
    said.sentence = "was given to read, " + view_text(replay.view()) + ", what there is from " +
                    number(replay.from_sequence()) + " to before " + number(replay.end_sequence());
    const auto put = [&](const char* name, const std::string& value) {
        if (value.empty()) return;
        said.json[name] = value;
        said.sentence += std::string{" of "} + name + " " + value;
    };
    put("party", replay.of_party());
    if (replay.order_id().size() == 16) {
        put("order_id", contract::uuid_text(array_of<16>(replay.order_id())));
    }
    if (!replay.subject_ids().empty()) {
        said.json["subject_ids"] = array_of_hex(replay.subject_ids());
        said.sentence += " of citizen " + joined_hex(replay.subject_ids());
    }
    Json kinds = Json::array();
    for (const int kind : replay.kinds()) {
        kinds.push_back(kind_text(static_cast<v1::MessageKind>(kind)));
        said.sentence += " " + kind_text(static_cast<v1::MessageKind>(kind));
    }
    if (!kinds.empty()) said.json["kinds"] = std::move(kinds);
    if (!replay.ground().empty()) said.json["ground"] = replay.ground();
    said.sentence += with_ground(replay.ground());
    return said;
}

Said said_by(const v1::DeliveryReading& read) {
    Said said;
    said.json["subscription"] = read.subscription();
    said.json["first"] = read.first_sequence();
    said.json["last"] = read.last_sequence();
    said.json["deliveries"] = read.deliveries();
    if (read.is_unsure()) said.json["is_unsure"] = true;
    said.sentence = (read.is_unsure() ? "may have been delivered some"
                                      : "was delivered " + number(read.deliveries())) +
                    " from " + number(read.first_sequence()) + " to " +
                    number(read.last_sequence()) + " over " + read.subscription();
    return said;
}

Said said_by(const v1::SubjectReading& asked) {
    Said said;
    said.json["subject_ids"] = array_of_hex(asked.subject_ids());
    said.json["ground"] = asked.ground();
    said.sentence =
        "asked for a citizen's id and was told " +
        (asked.subject_ids().empty() ? std::string{"of none"} : joined_hex(asked.subject_ids())) +
        with_ground(asked.ground());
    return said;
}

Said said_by(const v1::Reading& reading) {
    Said said;
    said.json["party"] = reading.party();
    said.sentence = reading.party();
    const auto put = [&](const char* name, Said part) {
        said.json[name] = std::move(part.json);
        said.sentence += " " + part.sentence;
    };
    if (reading.has_replay()) put("replay", said_by(reading.replay()));
    if (reading.has_subject()) put("subject", said_by(reading.subject()));
    if (reading.has_deliveries()) put("delivered", said_by(reading.deliveries()));
    if (!reading.sequences().empty()) {
        said.json["fetched"] = array_of_all(reading.sequences());
        said.sentence += " fetched " + joined(reading.sequences());
    }
    return said;
}

Said said_by(const v1::ParkedAct& act) {
    const bool is_release = act.act() == v1::PARKED_ACT_KIND_RELEASE;
    Said said;
    said.json["party"] = act.party();
    said.json["subscription"] = act.subscription();
    said.json["act"] = is_release ? "release" : "drop";
    said.json["sequences"] = array_of_all(act.sequences());
    said.sentence = act.party() + (is_release ? " released " : " dropped ") +
                    joined(act.sequences()) + " of " + act.subscription();
    return said;
}

// --- Citizens ------------------------------------------------------------------------------------

Result<Said> said_by(const v1::StatedAct& stated) {
    v1::CitizenStatement statement;
    if (!statement.ParseFromString(stated.statement())) {
        return Error{ErrorCode::tampered, "its statement is no CitizenStatement"};
    }
    Said said;
    const std::string subject = evidence::hex_encode(statement.subject_id());
    said.json["subject_id"] = subject;
    switch (statement.act_case()) {
        case v1::CitizenStatement::kErase:
            said.json["act"] = "erase";
            said.sentence = "erasing citizen " + subject;
            break;
        case v1::CitizenStatement::kPlaceHold:
            said.json["act"] = "place_hold";
            said.sentence = "a hold was placed on citizen " + subject;
            break;
        case v1::CitizenStatement::kLiftHold:
            said.json["act"] = "lift_hold";
            said.sentence = "a hold was lifted from citizen " + subject;
            break;
        case v1::CitizenStatement::ACT_NOT_SET:
            said.json["act"] = "";
            break;
    }
    said.json["signer"] = statement.signer();
    said.json["ground"] = statement.ground();
    said.json["submitted_by"] = stated.submitted_by();
    said.sentence += "; signed by " + statement.signer() + ", handed in by " +
                     stated.submitted_by() + with_ground(statement.ground());
    return said;
}

Result<Said> said_by(const v1::Erasure& erasure) {
    Said said;
    said.json["subject_id"] = evidence::hex_encode(erasure.subject_id());
    said.json["orders"] = erasure.orders();
    said.json["entries"] = erasure.entries();
    said.json["is_whole"] = erasure.is_whole();
    said.sentence = number(erasure.orders()) + " orders and " + number(erasure.entries()) +
                    " entries of citizen " + evidence::hex_encode(erasure.subject_id()) +
                    " were erased" + (erasure.is_whole() ? ", and all else of it" : "");
    if (erasure.has_stated()) {
        JOBBRO_TRY_ASSIGN(Said stated, said_by(erasure.stated()));
        said.json["stated"] = std::move(stated.json);
        said.sentence += "; " + stated.sentence;
    } else {
        said.json["due"] = erasure.due();
        said.sentence += ", being due by entry " + number(erasure.due());
    }
    return said;
}

Said said_by(const v1::ErasureDue& due) {
    Said said;
    said.json["subject_id"] = evidence::hex_encode(due.subject_id());
    said.json["orders"] = due.orders();
    said.json["kept_days"] = due.kept_days();
    said.sentence = number(due.orders()) + " orders of citizen " +
                    evidence::hex_encode(due.subject_id()) + " were kept for " +
                    number(due.kept_days()) + " days after their end, and are to be erased";
    return said;
}

Result<Said> said_by(const v1::HoldChange& change) {
    return said_by(change.stated());
}

template <typename Message>
Result<Said> said_in(BytesView body) {
    Message message;
    if (!message.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
        return Error{ErrorCode::tampered, "its body is no " + Message::descriptor()->name()};
    }
    return said_by(message);
}

using Read = Result<Said> (*)(BytesView);

Read reader_of(v1::MessageKind kind) {
    switch (kind) {
        case v1::MESSAGE_KIND_LOG_OPENED:
            return said_in<v1::LogOpened>;
        case v1::MESSAGE_KIND_REGISTRY_CHANGE:
            return said_in<v1::RegistryChange>;
        case v1::MESSAGE_KIND_READING:
            return said_in<v1::Reading>;
        case v1::MESSAGE_KIND_PARKED_ACT:
            return said_in<v1::ParkedAct>;
        case v1::MESSAGE_KIND_LOG_KEY_CHANGE:
            return said_in<v1::LogKeyChange>;
        case v1::MESSAGE_KIND_RULE_SET:
            return said_in<v1::RuleSet>;
        case v1::MESSAGE_KIND_RESULTS_FROZEN:
            return said_in<v1::ResultsFrozen>;
        case v1::MESSAGE_KIND_ERASURE:
            return said_in<v1::Erasure>;
        case v1::MESSAGE_KIND_ERASURE_DUE:
            return said_in<v1::ErasureDue>;
        case v1::MESSAGE_KIND_HOLD_CHANGE:
            return said_in<v1::HoldChange>;
        default:
            return nullptr;
    }
}

}  // namespace

bool is_own_kind(v1::MessageKind kind) {
    return reader_of(kind) != nullptr;
}

Result<OwnEntry> read_own(v1::MessageKind kind, BytesView body) {
    const Read read = reader_of(kind);
    JOBBRO_ASSERT(read != nullptr);
    JOBBRO_TRY_ASSIGN(Said said, read(body));
    return OwnEntry{said.json.dump(-1, ' ', false, Json::error_handler_t::replace),
                    std::move(said.sentence)};
}

std::string instant_text(Instant instant) {
    constexpr std::int64_t in_a_second = 1'000'000;
    const std::int64_t rest = ((instant.microseconds % in_a_second) + in_a_second) % in_a_second;
    const std::time_t seconds = (instant.microseconds - rest) / in_a_second;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[96] = {};
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.tm_year + 1900,
                  parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                  static_cast<int>(rest));
    return text;
}

}  // namespace jobbro::audit
