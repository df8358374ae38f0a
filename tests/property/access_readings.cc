#include "tests/property/access_readings.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "hub/journal/entry.h"
#include "proto/evidence/sealing.h"
#include "tests/property/access_messages.h"

namespace jobbro::testing {
namespace {

constexpr int proofs_at_a_time = 24;
constexpr int turns_of_a_replay_max = 200;

std::uint64_t sequence_of(const v1::ReplayedEntry& entry) {
    return journal::decode_entry(entry.entry())->clear.sequence.value();
}

// As whoever has nothing but the entry and a key opens it. None: it does not open.
std::optional<Bytes> body_of(const v1::ReplayedEntry& entry) {
    const auto parts = journal::decode_entry(entry.entry());
    const auto key = evidence::SymmetricKey::from_bytes(entry.body_key());
    if (!parts || !key) return std::nullopt;
    auto plain = evidence::open_part(*key, parts->clear.body_commitment, parts->sealed_body,
                                     parts->clear_bytes);
    if (!plain) return std::nullopt;
    return *std::move(plain);
}

bool index_opens(const v1::ReplayedEntry& entry) {
    const auto parts = journal::decode_entry(entry.entry());
    const auto key = evidence::SymmetricKey::from_bytes(entry.index_key());
    return parts && key &&
           evidence::open_part(*key, parts->clear.index_commitment, parts->sealed_index,
                               parts->clear_bytes);
}

}  // namespace

// --- Proofs ----------------------------------------------------------------------------------

void Readings::prove_some(const std::string& party) {
    std::set<std::uint64_t> asked;
    for (int i = 0; i < proofs_at_a_time; ++i) {
        const bool is_said = !model_.entries().empty() && random_.below(4) != 0;
        asked.insert(is_said ? one_of(model_.entries(), random_).sequence
                             : random_.below(world_.journal->size().value()));
    }
    std::vector<core::FrameIn> frames;
    for (const std::uint64_t sequence : asked) {
        v1::ClientFrame content;
        content.mutable_prove()->set_request_number(sequence);
        content.mutable_prove()->set_inclusion_of(sequence);
        frames.push_back(world_.frame(party, std::move(content)));
    }
    const core::Turn turn = turn_(frames);
    std::set<std::uint64_t> proved;
    for (const v1::HubFrame& frame : frames_to(turn, party, v1::HubFrame::kProof)) {
        proved.insert(frame.proof().request_number());
        check_proof(party, frame.proof().request_number(), frame.proof());
    }
    EXPECT_EQ(proved, asked) << "that an entry is in the log is no secret";
}

void Readings::check_proof(const std::string& party, std::uint64_t sequence,
                           const v1::Proof& proof) {
    const ModelEntry* const entry = model_.find(sequence);
    const bool may = entry != nullptr && model_.may_prove(party, *entry, world_.now);
    const Bytes stored = *world_.journal->stored_entry(Sequence{sequence});
    EXPECT_EQ(proof.entry(), may ? stored : Bytes{}) << party << " of " << sequence;
    ++(may ? seen_.proofs_with_entry : seen_.proofs_alone);
}

// --- Replays ---------------------------------------------------------------------------------

struct Readings::Selection {
    v1::Replay request;
    std::uint64_t end;   // the log was as long
    std::string number;  // of a citizen; empty: of all
    int order = -1;      // -1: of all
};

Readings::Selection Readings::some_selection() {
    Selection asked;
    asked.end = world_.journal->size().value();
    v1::Replay& request = asked.request;
    request.set_request_number(7);
    request.set_view(random_.below(2) == 0 ? v1::REPLAY_VIEW_MASKED : v1::REPLAY_VIEW_UNMASKED);
    if (request.view() == v1::REPLAY_VIEW_UNMASKED) request.set_ground("yearly revision");
    switch (random_.below(6)) {
        case 0:
            request.set_from_sequence(random_.below(asked.end));
            request.set_end_sequence(random_.below(asked.end + 1));
            break;
        case 1:
            request.set_party(one_of(random_.below(2) == 0 ? jobcentres : providers, random_));
            break;
        case 2:
            if (model_.orders().empty()) break;
            asked.order = static_cast<int>(random_.below(model_.orders().size()));
            request.set_order_id(model_.orders()[static_cast<std::size_t>(asked.order)].id);
            break;
        case 3:
            asked.number = made_up_citizen(random_.below(9));
            request.set_cpr_number(asked.number);
            break;
        case 4:
            request.add_kinds(v1::MESSAGE_KIND_ABSENCE_REPORT);
            request.add_kinds(v1::MESSAGE_KIND_READING);
            break;
        default:
            break;
    }
    return asked;
}

void Readings::replay_some(const std::string& auditor) {
    const Selection asked = some_selection();
    const bool is_unmasked = asked.request.view() == v1::REPLAY_VIEW_UNMASKED;
    if (!is_unmasked || model_.may_unmask(auditor, world_.now)) {
        check_all(auditor, asked, replayed(auditor, asked.request));
        return;
    }
    v1::ClientFrame content;
    *content.mutable_replay() = asked.request;
    const core::Turn turn = turn_({world_.frame(auditor, std::move(content))});
    EXPECT_EQ(errors(turn, auditor), std::vector<v1::ErrorCode>{v1::ERROR_CODE_UNMASK_NOT_ALLOWED});
    EXPECT_TRUE(frames_to(turn, auditor, v1::HubFrame::kReplayed).empty());
    ++seen_.unmaskings_refused;
}

// All pages.
std::vector<v1::ReplayedEntry> Readings::replayed(const std::string& auditor,
                                                  const v1::Replay& request) {
    v1::ClientFrame content;
    *content.mutable_replay() = request;
    core::Turn turn = turn_({world_.frame(auditor, std::move(content))});
    std::vector<v1::ReplayedEntry> all;
    for (int turns = 0; turns < turns_of_a_replay_max; ++turns) {
        std::vector<core::FrameIn> next;
        for (const v1::HubFrame& frame : frames_to(turn, auditor, v1::HubFrame::kReplayed)) {
            const v1::Replayed& page = frame.replayed();
            all.insert(all.end(), page.entries().begin(), page.entries().end());
            if (page.is_end()) return all;
            v1::ClientFrame more;
            more.mutable_replay_more()->set_request_number(8);
            more.mutable_replay_more()->set_replay(request.request_number());
            next.push_back(world_.frame(auditor, std::move(more)));
        }
        turn = turn_(next);
    }
    ADD_FAILURE() << "a replay without an end: " << request.ShortDebugString();
    return all;
}

void Readings::check_all(const std::string& auditor, const Selection& asked,
                         const std::vector<v1::ReplayedEntry>& all) {
    const bool is_unmasked = asked.request.view() == v1::REPLAY_VIEW_UNMASKED;
    std::set<std::uint64_t> due;
    for (std::uint64_t sequence = 0; sequence < asked.end; ++sequence) {
        if (!is_selected(asked, sequence)) continue;
        const ModelEntry* const entry = model_.find(sequence);
        if (entry == nullptr || model_.may_replay(auditor, *entry, world_.now)) {
            due.insert(sequence);
        } else {
            ++seen_.withheld;
        }
    }
    std::set<std::uint64_t> got;
    for (const v1::ReplayedEntry& each : all) {
        const std::uint64_t sequence = sequence_of(each);
        EXPECT_TRUE(got.insert(sequence).second) << sequence << " came twice";
        EXPECT_EQ(each.entry(), *world_.journal->stored_entry(Sequence{sequence}));
        EXPECT_TRUE(index_opens(each)) << sequence;
        const ModelEntry* const entry = model_.find(sequence);
        if (entry != nullptr) {
            check_message(auditor, *entry, each, is_unmasked);
        } else {
            check_of_the_hub(auditor, sequence, each);
        }
    }
    EXPECT_EQ(got, due) << auditor << ": " << asked.request.ShortDebugString();
}

void Readings::check_message(const std::string& auditor, const ModelEntry& entry,
                             const v1::ReplayedEntry& replayed, bool is_unmasked) {
    EXPECT_TRUE(model_.may_replay(auditor, entry, world_.now))
        << auditor << " was handed " << entry.sequence << ", a "
        << v1::MessageKind_Name(entry.kind);
    if (!is_unmasked) {
        EXPECT_TRUE(replayed.body_key().empty()) << auditor << " of " << entry.sequence;
        ++seen_.trails;
        return;
    }
    EXPECT_EQ(body_of(replayed), entry.bytes);
    ++seen_.contents;
}

// What the hub keeps for auditors comes whatever their grants; what it names is within them.
void Readings::check_of_the_hub(const std::string& auditor, std::uint64_t sequence,
                                const v1::ReplayedEntry& replayed) {
    const auto entry = *world_.journal->read(Sequence{sequence});
    if (replayed.body_key().empty()) {
        ++seen_.hub_bodies_withheld;
        return;
    }
    EXPECT_EQ(body_of(replayed), entry->body);
    EXPECT_TRUE(covers_all_named(auditor, *entry)) << auditor << " was handed " << sequence;
}

// Who the parties are, and results, which are told to everybody, are every auditor's; who read
// what, and asked for whom, is not.
bool Readings::covers_all_named(const std::string& auditor, const journal::OpenedEntry& entry) {
    const v1::MessageKind kind = entry.index.kind();
    if (kind == v1::MESSAGE_KIND_LOG_OPENED || kind == v1::MESSAGE_KIND_REGISTRY_CHANGE ||
        kind == v1::MESSAGE_KIND_RESULTS_FROZEN) {
        return true;
    }
    v1::Reading reading;
    if (kind != v1::MESSAGE_KIND_READING || !reading.ParseFromString(entry.body)) return false;
    const auto covers = [&](const std::set<std::string>& jobcentres_of_it) {
        return model_.covers(auditor, jobcentres_of_it, entry.recorded_at, world_.now);
    };
    const bool names_places = reading.sequences_size() > 0 || reading.has_deliveries();
    if (names_places && !covers(model_.works_for(reading.party()))) return false;
    const auto order = contract::OrderId::from_bytes(reading.replay().order_id());
    if (order) {
        const auto of_order = std::find_if(
            model_.entries().begin(), model_.entries().end(), [&](const ModelEntry& each) {
                return each.order >= 0 &&
                       model_.orders()[static_cast<std::size_t>(each.order)].id == order->text();
            });
        if (of_order == model_.entries().end() || !covers(model_.concerned(*of_order))) {
            return false;
        }
    }
    const auto& person = reading.replay().subject_ids();
    return std::all_of(person.begin(), person.end(), [&](const Bytes& subject) {
        const ModelEntry* const about = entry_about(subject);
        return about != nullptr && covers(model_.concerned(*about));
    });
}

// Null: about nobody the hub knows.
const ModelEntry* Readings::entry_about(const Bytes& subject_id) {
    for (const ModelEntry& each : model_.entries()) {
        const auto opened = *world_.journal->read(Sequence{each.sequence});
        if (opened->index.subject_id() == subject_id) return &each;
    }
    return nullptr;
}

bool Readings::is_selected(const Selection& asked, std::uint64_t sequence) {
    const v1::Replay& request = asked.request;
    if (sequence < request.from_sequence()) return false;
    if (request.has_end_sequence() && sequence >= request.end_sequence()) return false;
    const ModelEntry* const entry = model_.find(sequence);
    if (entry == nullptr) {
        const bool is_of_all = request.party().empty() && asked.order < 0 && asked.number.empty();
        if (!is_of_all || request.kinds().empty()) return is_of_all;
        const auto opened = *world_.journal->read(Sequence{sequence});
        return std::find(request.kinds().begin(), request.kinds().end(), opened->index.kind()) !=
               request.kinds().end();
    }
    if (!request.party().empty() && entry->sender != request.party() &&
        !entry->audience.contains(request.party())) {
        return false;
    }
    if (asked.order >= 0 && entry->order != asked.order) return false;
    if (!asked.number.empty() && !model_.is_about(*entry, asked.number)) return false;
    return request.kinds().empty() || std::find(request.kinds().begin(), request.kinds().end(),
                                                entry->kind) != request.kinds().end();
}

}  // namespace jobbro::testing
