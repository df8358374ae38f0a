#include "tests/unit/audit/made_up_log.h"

#include <algorithm>

#include "proto/evidence/sealing.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::audit {
namespace {

constexpr std::size_t submit_envelopes = 3;
constexpr std::int64_t day_us = std::int64_t{24} * 3600 * 1000 * 1000;
const Bytes message_id =  // a UUIDv7
    Bytes{"\x01\x9b\x7c\xbd\x6b\x08\x70\x00\x80\x00\x00\x00\x00\x00\x00\x01", 16};

ByteArray<32> all(std::uint8_t byte) {
    ByteArray<32> bytes{};
    bytes.fill(byte);
    return bytes;
}

Bytes salt_of(std::uint64_t sequence) {
    return Bytes{view(evidence::sha256("salt " + std::to_string(sequence)))}.substr(0, 16);
}

evidence::SymmetricKey part_key(std::uint64_t sequence, std::string_view part) {
    return evidence::part_key(evidence::DataKey{all(0x11)}, salt_of(sequence), part,
                              Sequence{sequence});
}

// The bytes after the sender: registry entry, signature, count, index and path.
Bytes submitted_bytes(std::uint64_t registry_entry, const evidence::Signature& signature,
                      std::size_t count, std::size_t index,
                      const std::vector<evidence::Digest>& path) {
    Bytes bytes = key_of(registry_entry);
    bytes += view(signature);
    append_big_endian(bytes, static_cast<std::uint16_t>(count));
    append_big_endian(bytes, static_cast<std::uint16_t>(index));
    append_big_endian(bytes, static_cast<std::uint8_t>(path.size()));
    for (const evidence::Digest& hash : path)
        bytes += view(hash);
    return bytes;
}

}  // namespace

Bytes made_up_entry(const MadeUpEntry& entry) {
    const auto index_key = part_key(entry.sequence, evidence::part_index);
    const auto body_key = part_key(entry.sequence, evidence::part_body);
    Bytes clear;
    clear.push_back('\x01');
    clear.push_back(entry.is_of_case ? '\x02' : entry.submitted.empty() ? '\x00' : '\x01');
    append_big_endian(clear, entry.sequence);
    append_big_endian(clear, static_cast<std::uint64_t>(entry.recorded_us));
    clear += message_id;
    clear += view(evidence::sha256(entry.body));
    clear += salt_of(entry.sequence);
    append_big_endian(clear, std::uint64_t{0});
    append_big_endian(clear, std::uint32_t{1});
    clear += view(evidence::key_commitment(index_key));
    clear += view(evidence::key_commitment(body_key));
    append_big_endian(clear, static_cast<std::uint8_t>(entry.sender.size()));
    clear += entry.sender + entry.submitted;
    const Bytes index = evidence::seal_part(index_key, entry.index.SerializeAsString(), clear);
    Bytes bytes = clear;
    append_big_endian(bytes, static_cast<std::uint16_t>(index.size()));
    return bytes + index + evidence::seal_part(body_key, entry.body, clear);
}

std::string made_up_note(const std::string& origin, std::uint64_t size,
                         const evidence::Digest& root, const std::string& signer) {
    const evidence::Checkpoint checkpoint{origin, TreeSize{size}, root};
    return evidence::sign_note(checkpoint.text(), origin, evidence::Signer{MadeUpLog::key(signer)});
}

evidence::SigningKey MadeUpLog::key(const std::string& name) {
    return evidence::SigningKey{evidence::sha256("key of " + name)};
}

evidence::NoteVerifier MadeUpLog::verifier() const {
    return {made_up_origin, evidence::verifying_key(key("log"))};
}

// --- Making --------------------------------------------------------------------------------------

MadeUpLog::MadeUpLog(std::size_t size) {
    if (size > 0) add_log_opened();
    if (size > 1) add_statement(grant(made_up_provider), made_up_controller);
    while (next_ < size)
        add_submit(std::min<std::size_t>(submit_envelopes, size - next_));
    make_tiles();
}

void MadeUpLog::add(const MadeUpEntry& entry) {
    entries[next_] = made_up_entry(entry);
    tree_.append(evidence::leaf_hash(entries[next_]));
    ++next_;
}

v1::LogOpened MadeUpLog::opening() const {
    v1::LogOpened opened;
    opened.set_format_version(1);
    opened.set_origin(made_up_origin);
    opened.set_verifier_key(verifier().text());
    v1::Controller& controller = *opened.add_controllers();
    controller.set_party(made_up_controller);
    controller.set_signing_key(Bytes{evidence::verifying_key(key(made_up_controller)).view()});
    controller.add_jobcentres(made_up_jobcentre);
    v1::Operator& duty = *opened.add_operators();
    duty.set_party(made_up_operator);
    duty.set_curve_key(Bytes(32, 'o'));
    duty.set_signing_key(Bytes{evidence::verifying_key(key(made_up_operator)).view()});
    return opened;
}

void MadeUpLog::replace_opening(const v1::LogOpened& opened) {
    MadeUpEntry entry{.sequence = 0, .body = opened.SerializeAsString()};
    entry.index.set_kind(v1::MESSAGE_KIND_LOG_OPENED);
    entries.at(0) = made_up_entry(entry);
}

void MadeUpLog::add_log_opened() {
    MadeUpEntry entry{.sequence = next_, .body = opening().SerializeAsString()};
    entry.index.set_kind(v1::MESSAGE_KIND_LOG_OPENED);
    add(entry);
    commit();
}

v1::RegistryStatement MadeUpLog::grant(const std::string& party) const {
    v1::RegistryStatement statement;
    statement.set_origin(made_up_origin);
    statement.set_party(party);
    statement.set_signer(made_up_controller);
    statement.mutable_signed_at()->set_seconds(1767323045);
    v1::PartyGrant& granted = *statement.mutable_grant();
    granted.set_curve_key(Bytes{view(evidence::sha256("curve " + party))});
    granted.set_signing_key(Bytes{evidence::verifying_key(key(party)).view()});
    if (party.starts_with("provider:")) granted.add_jobcentres(made_up_jobcentre);
    return statement;
}

void MadeUpLog::add_statement(v1::RegistryStatement statement, const std::string& key_of) {
    v1::RegistryChange change;
    change.set_statement(statement.SerializeAsString());
    change.set_signature(
        Bytes{view(evidence::sign(key(key_of), evidence::statement_text(change.statement())))});
    change.set_submitted_by(made_up_operator);
    MadeUpEntry entry{.sequence = next_, .body = change.SerializeAsString()};
    entry.index.set_kind(v1::MESSAGE_KIND_REGISTRY_CHANGE);
    add(entry);
    commit();
}

void MadeUpLog::add_own(v1::MessageKind kind, const Bytes& body, std::int64_t days) {
    MadeUpEntry entry{.sequence = next_, .body = body};
    entry.recorded_us += days * day_us;
    entry.index.set_kind(kind);
    add(entry);
    commit();
}

v1::CitizenStatement MadeUpLog::citizen_statement() {
    v1::CitizenStatement statement;
    statement.set_origin(made_up_origin);
    statement.set_subject_id(made_up_citizen);
    statement.set_signer(made_up_controller);
    statement.mutable_signed_at()->set_seconds(1767323045);
    statement.set_ground("asked for");
    statement.mutable_erase();
    return statement;
}

v1::StatedAct MadeUpLog::stated(const v1::CitizenStatement& statement, const std::string& key_of) {
    v1::StatedAct stated;
    stated.set_statement(statement.SerializeAsString());
    stated.set_signature(Bytes{
        view(evidence::sign(key(key_of), evidence::citizen_statement_text(stated.statement())))});
    stated.set_submitted_by(made_up_operator);
    return stated;
}

void MadeUpLog::add_submit(std::size_t envelopes, std::uint64_t registry_entry,
                           const std::string& key_of) {
    std::vector<Bytes> bodies;
    std::vector<evidence::Digest> digests;
    for (std::size_t i = 0; i < envelopes; ++i) {
        bodies.push_back("envelope " + std::to_string(next_ + i));
        digests.push_back(evidence::leaf_hash(view(evidence::sha256(bodies.back()))));
    }
    const auto signature =
        evidence::sign(key(key_of), evidence::submit_text(made_up_origin, made_up_provider,
                                                          envelopes, evidence::root_of(digests)));
    for (std::size_t i = 0; i < envelopes; ++i) {
        MadeUpEntry entry{.sequence = next_,
                          .sender = made_up_provider,
                          .body = bodies[i],
                          .submitted = submitted_bytes(registry_entry, signature, envelopes, i,
                                                       evidence::inclusion_path(digests, i))};
        entry.index.set_kind(v1::MESSAGE_KIND_ABSENCE_REPORT);
        add(entry);
    }
    commit();
}

void MadeUpLog::commit() {
    commits[next_] = made_up_note(made_up_origin, next_, tree_.root(), "log");
}

void MadeUpLog::make_tiles() {
    tiles.clear();
    TileLevels levels{
        [this](const evidence::TileId& tile, const std::vector<TileLevels::Hash>& hashes) {
            for (const TileLevels::Hash& hash : hashes)
                tiles[{tile.level, tile.number}].push_back(*hash);
            return root_of_hashes(hashes);
        }};
    for (const auto& [sequence, bytes] : entries)
        levels.append(evidence::leaf_hash(bytes));
}

void MadeUpLog::sign_again() {
    for (auto& [size, note] : commits)
        note = made_up_note(made_up_origin, size, root(size), "log");
    make_tiles();
}

// --- Reading -------------------------------------------------------------------------------------

PartKeys MadeUpLog::keys_of(std::uint64_t sequence) const {
    PartKeys keys;
    keys.index = part_key(sequence, evidence::part_index);
    keys.body = part_key(sequence, evidence::part_body);
    return keys;
}

PartKeys MadeUpLog::hub_keys_of(std::uint64_t sequence) const {
    if (const auto slot = gone.find(sequence); slot != gone.end()) {
        PartKeys none;
        none.gone = KeySlot{slot->second};
        return none;
    }
    const auto entry = read_entry(entries.at(sequence));
    const bool is_given = gives_keys && !kept_back.contains(sequence) && entry && !entry->submitted;
    return is_given ? keys_of(sequence) : PartKeys{};
}

Sources MadeUpLog::sources() const {
    return {[this](Sequence place) -> Result<KeyedEntry> {
                const auto found = entries.find(place.value());
                if (found == entries.end()) return Error{ErrorCode::tampered, "it is missing"};
                return KeyedEntry{found->second, hub_keys_of(place.value())};
            },
            [this](KeySlot slot) -> Result<bool> { return slots_with_key.contains(slot.value()); }};
}

evidence::ReadTile MadeUpLog::stored_tiles() const {
    return [this](const evidence::TileId& tile) -> Result<std::vector<evidence::Digest>> {
        const auto found = tiles.find({tile.level, tile.number});
        if (found == tiles.end()) return Error{ErrorCode::tampered, "it is missing"};
        return found->second;
    };
}

evidence::ReadTile MadeUpLog::all_tiles() const {
    return [this](const evidence::TileId& tile) -> Result<std::vector<evidence::Digest>> {
        const auto found = tiles.find({tile.level, tile.number});
        std::vector<evidence::Digest> hashes;
        if (found != tiles.end()) {
            hashes = found->second;
        } else if (tile.level == 0) {
            for (std::uint64_t i = 0; i < tile.width; ++i) {
                const auto entry = entries.find(tile.number * 256 + i);
                if (entry == entries.end()) return Error{ErrorCode::tampered, "it is missing"};
                hashes.push_back(evidence::leaf_hash(entry->second));
            }
        } else {
            for (std::uint64_t i = 0; i < tile.width; ++i)
                hashes.push_back(evidence::root_of(
                    tiles.at({static_cast<std::uint8_t>(tile.level - 1), tile.number * 256 + i})));
        }
        hashes.resize(tile.width);
        return hashes;
    };
}

std::vector<evidence::Digest> MadeUpLog::leaves(std::uint64_t size) const {
    std::vector<evidence::Digest> hashes;
    for (const auto& [sequence, bytes] : entries) {
        if (sequence < size) hashes.push_back(evidence::leaf_hash(bytes));
    }
    return hashes;
}

evidence::Digest MadeUpLog::root(std::uint64_t size) const {
    return size == 0 ? evidence::empty_root() : evidence::root_of(leaves(size));
}

std::string MadeUpLog::note(std::uint64_t size) const {
    return made_up_note(made_up_origin, size, root(size), "log");
}

std::vector<evidence::Digest> MadeUpLog::proof(std::uint64_t sequence, std::uint64_t size) const {
    return evidence::inclusion_path(leaves(size), sequence);
}

LogSummary MadeUpLog::check(FaultList& faults) const {
    return check(faults, [](LogCheck&) {});
}

LogSummary MadeUpLog::check(FaultList& faults, const std::function<void(LogCheck&)>& before) const {
    LogCheck check{verifier(), stored_tiles(), faults};
    check.ask(sources());
    before(check);
    auto commit = commits.begin();
    for (const auto& [sequence, bytes] : entries) {
        check.announce(Sequence{sequence});
        for (; commit != commits.end() && commit->first <= sequence; ++commit)
            check.take_checkpoint(TreeSize{commit->first}, commit->second);
        check.take_entry(Sequence{sequence}, bytes, hub_keys_of(sequence));
    }
    for (; commit != commits.end(); ++commit)
        check.take_checkpoint(TreeSize{commit->first}, commit->second);
    for (const auto& [place, hashes] : tiles)
        check.take_stored_tile(place.first, place.second);
    return check.finish();
}

std::vector<std::string> MadeUpLog::faults() const {
    return faults([](LogCheck&) {});
}

std::vector<std::string> MadeUpLog::faults(const std::function<void(LogCheck&)>& before) const {
    FaultList found;
    check(found, before);
    std::vector<std::string> lines;
    for (const Fault& fault : found.kept())
        lines.push_back(line_of(fault));
    return lines;
}

ArchivedEntry MadeUpLog::archived(std::uint64_t sequence, std::uint64_t size) const {
    return {Sequence{sequence}, entries.at(sequence), keys_of(sequence), false,
            proof(sequence, size)};
}

}  // namespace jobbro::audit
