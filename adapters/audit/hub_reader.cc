#include "adapters/audit/hub_reader.h"

#include <algorithm>

#include "adapters/audit/interruption.h"
#include "proto/contract/party_id.h"
#include "proto/contract/uuid.h"
#include "proto/evidence/key_file.h"

namespace jobbro::audit {
namespace {

// How often a replay is asked for anew without having come any further.
constexpr int fruitless_max = 3;

std::chrono::milliseconds patience_of(const HubOptions& options) {
    return std::chrono::milliseconds{static_cast<std::int64_t>(options.timeout_s * 1000)};
}

Error tampered(Sequence place, const std::string& what) {
    return {ErrorCode::tampered, "entry " + std::to_string(place.value()) + ": " + what};
}

Result<kit::Settings> read_settings(const HubOptions& options) {
    if (options.hub_key.empty()) {
        return Error{ErrorCode::usage, "--hub-key FILE, the hub's public key file, is missing"};
    }
    if (options.key.empty()) {
        return Error{ErrorCode::usage, "--key FILE, the auditor's own key file, is missing"};
    }
    JOBBRO_TRY_ASSIGN(auto hub, evidence::read_hub_public_keys(options.hub_key));
    JOBBRO_TRY_ASSIGN(auto own, evidence::read_party_secret_keys(options.key));
    const auto party = contract::PartyId::parse(own.party);
    if (!party || party->role() != contract::Role::auditor) {
        return Error{ErrorCode::role_not_allowed, options.key + " is no auditor's"};
    }
    return kit::Settings{.endpoint = options.hub,
                         .hub = std::move(hub),
                         .own = std::move(own),
                         .software = "jobbro-audit 0.1.0"};
}

Result<std::optional<evidence::SymmetricKey>> part_key(BytesView bytes) {
    if (bytes.empty()) return std::optional<evidence::SymmetricKey>{};
    JOBBRO_TRY_ASSIGN(auto key, evidence::SymmetricKey::from_bytes(bytes));
    return std::optional{std::move(key)};
}

Result<ReadEntry> open_entry(const v1::ReplayedEntry& handed_out) {
    JOBBRO_TRY_ASSIGN(const Entry entry, read_entry(handed_out.entry()));
    ReadEntry read;
    read.sequence = entry.sequence;
    read.recorded_at = entry.recorded_at;
    read.sender = std::string{entry.sender};
    read.message_id = contract::uuid_text(entry.message_id);
    read.is_erased = handed_out.is_erased();
    JOBBRO_TRY_ASSIGN(read.keys, keys_of(handed_out));
    if (read.keys.index) {
        JOBBRO_TRY_ASSIGN(read.index, open_index(entry, *read.keys.index));
    }
    if (read.keys.body) {
        JOBBRO_TRY_ASSIGN(read.body, open_body(entry, *read.keys.body));
    }
    read.bytes = handed_out.entry();
    return read;
}

bool may_go_on(ErrorCode code) {
    return code == ErrorCode::session_lost || code == ErrorCode::replay_unknown;
}

}  // namespace

Result<PartKeys> keys_of(const v1::ReplayedEntry& handed_out) {
    PartKeys keys;
    JOBBRO_TRY_ASSIGN(keys.index, part_key(handed_out.index_key()));
    JOBBRO_TRY_ASSIGN(keys.body, part_key(handed_out.body_key()));
    return keys;
}

HubReader::HubReader(std::unique_ptr<kit::Client> client, evidence::NoteVerifier log,
                     std::chrono::milliseconds patience)
    : client_(std::move(client)), log_(std::move(log)), patience_(patience) {}

HubReader::~HubReader() = default;

Result<std::unique_ptr<HubReader>> HubReader::open(const HubOptions& options) {
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(options));
    JOBBRO_TRY_ASSIGN(auto log, evidence::verifier_of(settings.hub));
    JOBBRO_TRY_ASSIGN(auto client, kit::Client::connect(std::move(settings)));
    const auto ready = client->wait_ready(patience_of(options));
    if (!ready) {
        Error error = ready.error();
        if (error.detail.empty()) error.detail = options.hub;
        return error;
    }
    return std::unique_ptr<HubReader>{
        new HubReader{std::move(client), std::move(log), patience_of(options)}};
}

Result<ReplayEnd> HubReader::read(v1::Replay request, const OnEntry& on_entry) {
    std::optional<Sequence> latest;
    return read_unchecked(
        std::move(request),
        [&](const v1::ReplayedEntry& handed_out, Sequence place, Sequence end) -> Result<void> {
            const auto entry = open_entry(handed_out);
            if (!entry) return tampered(place, sentence_of(entry.error()));
            const bool is_in_order = latest ? *latest < entry->sequence : true;
            if (!is_in_order || entry->sequence < place || entry->sequence >= end) {
                return tampered(entry->sequence, "it was not asked for, or comes out of order");
            }
            reached_ = entry->sequence;
            JOBBRO_TRY(on_entry(*entry));
            latest = entry->sequence;
            return {};
        });
}

Result<ReplayEnd> HubReader::read_unchecked(v1::Replay request, const OnHandedOut& on_handed_out) {
    ReplayEnd end;
    end.next = reached_ = Sequence{request.from_sequence()};
    bool has_begun = false;
    bool is_refused_here = false;
    for (int fruitless = 0;;) {
        const Sequence from = end.next;
        const auto read = client_->replay(request, [&](const v1::Replayed& page) {
            // The end was fixed when it was first asked for, and stays.
            if (!has_begun) end.end = Sequence{page.end_sequence()};
            has_begun = true;
            auto taken = take_page(page, on_handed_out, end);
            is_refused_here = !taken;
            return taken;
        });
        if (read) return end;
        fruitless = end.next > from ? 0 : fruitless + 1;
        const bool may_pass = !is_refused_here && may_go_on(read.error().code);
        if (!may_pass || fruitless == fruitless_max) return read.error();
        JOBBRO_TRY(client_->wait_ready(patience_));
        request.set_from_sequence(end.next.value());
        if (has_begun) request.set_end_sequence(end.end.value());
    }
}

Result<void> HubReader::take_page(const v1::Replayed& page, const OnHandedOut& on_handed_out,
                                  ReplayEnd& end) {
    if (is_interrupted()) return Error{ErrorCode::session_lost, "asked to stop"};
    const Sequence next{page.next_sequence()};
    const bool is_sound = page.end_sequence() == end.end.value() && next <= end.end &&
                          (next >= end.next || page.entries().empty());
    if (!is_sound) return tampered(end.next, "the page is of another place");
    JOBBRO_TRY_ASSIGN(const auto checkpoint, evidence::open_checkpoint(page.checkpoint(), log_));
    if (checkpoint.size.value() < end.end.value()) {
        return tampered(end.next, "the checkpoint does not cover what is handed out");
    }
    end.checkpoint = page.checkpoint();
    Sequence place = end.next;
    for (const v1::ReplayedEntry& each : page.entries()) {
        JOBBRO_TRY(on_handed_out(each, place, next));
        ++end.entries;
        place = place.next();
    }
    end.next = reached_ = std::max(end.next, next);
    return {};
}

template <typename T>
Result<T> HubReader::answer_to(const std::function<std::future<Result<T>>()>& ask) {
    for (int fruitless = 1;; ++fruitless) {
        auto answer = answer_of(ask());
        const bool may_pass = !answer && answer.error().code == ErrorCode::session_lost;
        if (!may_pass || fruitless == fruitless_max) return answer;
        JOBBRO_TRY(client_->wait_ready(patience_));
    }
}

// A proof comes with the entry only where the grant covers it; sealed, all entries come.
Result<evidence::TlogProof> HubReader::prove(Sequence sequence) {
    v1::Replay request;
    request.set_view(v1::REPLAY_VIEW_SEALED);
    request.set_from_sequence(sequence.value());
    request.set_end_sequence(size_with(sequence).value());
    std::optional<Bytes> entry;
    JOBBRO_TRY_ASSIGN(
        const ReplayEnd end,
        read_unchecked(std::move(request), [&](const v1::ReplayedEntry& each, Sequence, Sequence) {
            entry = each.entry();
            return Result<void>{};
        }));
    if (!entry) {
        return Error{ErrorCode::entry_unknown,
                     "the log is signed for " + std::to_string(end.end.value()) + " entries"};
    }
    JOBBRO_TRY_ASSIGN(auto proof, prove(sequence, {}, evidence::leaf_hash(*entry)));
    proof.extra = *std::move(entry);
    return proof;
}

Result<evidence::TlogProof> HubReader::prove(Sequence sequence, std::optional<TreeSize> size,
                                             const evidence::Digest& leaf) {
    JOBBRO_TRY_ASSIGN(auto proved, answer_to<kit::ProvedEntry>([&] {
                          return client_->prove_inclusion(sequence, size, leaf);
                      }));
    return std::move(proved.proof);
}

Result<kit::ProvedGrowth> HubReader::latest() {
    const evidence::Checkpoint nothing{log_.name, TreeSize{0}, evidence::empty_root()};
    return answer_to<kit::ProvedGrowth>([&] { return client_->prove_consistency(nothing); });
}

}  // namespace jobbro::audit
