// Pages of auditors' replays, after the commit of their traces: what of the log each is handed.
#include <algorithm>

#include "hub/core/core.h"
#include "hub/core/hub_entries.h"
#include "proto/base/limits.h"

namespace jobbro::core {

// A page in the making.
struct Core::ReplayPage {
    const journal::Party* auditor;
    Instant now;
    std::size_t looks_left;
    v1::Replayed frame = {};
    std::size_t bytes = 0;
    bool is_full = false;

    // False, and the page is full, when there is no room for it.
    bool add(v1::ReplayedEntry entry) {
        constexpr std::size_t tag_bytes = 8;
        const std::size_t more = entry.ByteSizeLong() + tag_bytes;
        is_full = frame.entries_size() > 0 && bytes + more > limits::delivery_frame_bytes_max;
        if (is_full) return false;
        bytes += more;
        *frame.add_entries() = std::move(entry);
        is_full = static_cast<std::size_t>(frame.entries_size()) >= limits::replay_page_entries_max;
        return true;
    }
};

namespace {

using journal::AuditRight;
using journal::KeyedEntry;

// What a log is verified by: who may sign.
bool is_about_keys(v1::MessageKind kind) {
    return kind == v1::MESSAGE_KIND_LOG_OPENED || kind == v1::MESSAGE_KIND_LOG_KEY_CHANGE ||
           kind == v1::MESSAGE_KIND_REGISTRY_CHANGE;
}

// Of no citizen, so that every auditor may know what kind of entry it is: one about keys cannot be
// kept back as if it were another.
bool names_nobody(const v1::EntryIndex& index) {
    return index.order_id().empty() && index.subject_id().empty() && index.causes().empty();
}

bool is_of_party(const KeyedEntry& entry, const std::string& party) {
    const auto& audience = entry.index.audience();
    return entry.sender == party ||
           std::find(audience.begin(), audience.end(), party) != audience.end();
}

bool stands_in(const OpenReplay::Chain& chain, const KeyedEntry& entry) {
    if (!entry.keys) return false;
    return chain.order ? entry.index.order_id() == chain.order->view()
                       : entry.index.subject_id() == view(chain.subject);
}

// Where the chain goes on after an entry that stands in it.
std::uint64_t follow(OpenReplay::Chain& chain, const v1::EntryIndex& index) {
    if (chain.order) return index.previous_of_order();
    if (index.order_id().empty() && chain.unmet > 0) --chain.unmet;
    return index.previous_of_subject();
}

// Where it goes on where keys are destroyed. Of an order all are. Of a subject some may be: its
// other orders are chains of their own; for what is under none, each entry before is looked at,
// until links go on.
std::uint64_t go_on_blindly(const OpenReplay::Chain& chain, Sequence at, Sequence end) {
    if (chain.order || chain.unmet == 0) return 0;
    return std::min(at.value(), end.value());
}

bool is_about(const std::vector<journal::SubjectId>& person, const v1::EntryIndex& index) {
    return std::any_of(person.begin(), person.end(), [&](const journal::SubjectId& subject) {
        return index.subject_id() == view(subject);
    });
}

bool is_asked_for(const OpenReplay& replay, const KeyedEntry& entry) {
    if (!replay.party.empty() && !is_of_party(entry, replay.party)) return false;
    if (replay.order && entry.index.order_id() != replay.order->view()) return false;
    if (!replay.person.empty() && !is_about(replay.person, entry.index)) return false;
    return replay.kinds.empty() || std::find(replay.kinds.begin(), replay.kinds.end(),
                                             entry.index.kind()) != replay.kinds.end();
}

// Of what is said between parties: as a jobcentre that sent it or was to have it is covered. An
// erased entry tells of its sender only.
AuditRight right_by_jobcentre(const journal::Party& auditor, const KeyedEntry& entry, Instant now) {
    if (!entry.keys) {
        const bool by_jobcentre = entry.sender.starts_with("jobcentre:");
        return auditor.audit_right(by_jobcentre ? entry.sender : "", entry.recorded_at, now);
    }
    AuditRight right = auditor.audit_right(entry.sender, entry.recorded_at, now);
    for (const std::string& receiver : entry.index.audience()) {
        right = std::max(right, auditor.audit_right(receiver, entry.recorded_at, now));
    }
    return right;
}

// Whether it may be told to the auditor that the hub knows the citizen, as of an entry.
Result<bool> may_know(const journal::Party& auditor, const OpenReplay& replay,
                      const KeyedEntry& entry, Instant now, journal::CaseFile& cases) {
    if (!replay.found.empty()) return true;
    JOBBRO_TRY_ASSIGN(const auto state, journal::state_of_person(cases, replay.person.front()));
    return std::any_of(
        state.jobcentres.begin(), state.jobcentres.end(), [&](const std::string& jobcentre) {
            return auditor.audit_right(jobcentre, entry.recorded_at, now) != AuditRight::none;
        });
}

void set_keys(v1::ReplayedEntry& replayed, const journal::EntryKeys& keys, bool with_body) {
    replayed.set_index_key(Bytes{keys.index.view()});
    if (with_body) replayed.set_body_key(Bytes{keys.body.view()});
}

}  // namespace

Result<void> Core::answer_replays(Work& work) {
    std::size_t looks_left = limits::replay_looks_per_turn_max;
    std::size_t pages = 0;
    // Each has its share in turn.
    for (std::size_t waiting = replays_waiting_.size();
         waiting > 0 && looks_left > 0 && pages < limits::replay_pages_per_turn_max; --waiting) {
        const delivery::SessionNumber number = replays_waiting_.front();
        replays_waiting_.pop_front();
        const auto route = routes_.find(number);
        if (route == routes_.end()) continue;
        Session& session = sessions_.at(route->second);
        JOBBRO_ASSERT(session.replay && session.replay->owed);
        JOBBRO_TRY_ASSIGN(const bool is_answered, answer_replay(session, looks_left, work));
        if (is_answered) {
            ++pages;
        } else {
            replays_waiting_.push_back(number);
        }
    }
    return {};
}

// False when it is to go on in the next turn.
Result<bool> Core::answer_replay(Session& session, std::size_t& looks_left, Work& work) {
    OpenReplay& replay = *session.replay;
    const std::uint64_t number = *replay.owed;
    const journal::Party* const auditor = journal_->registry().find(session.party.text());
    if (auditor == nullptr || !auditor->is_in_force(work.now)) {
        send_error(session, ErrorCode::key_disabled, true, work, number);
        end_session(Bytes{session.route});
        return true;
    }
    if (replay.view == v1::REPLAY_VIEW_UNMASKED && !auditor->may_unmask(work.now)) {
        session.replay.reset();
        send_error(session, ErrorCode::unmask_not_allowed, false, work, number);
        return true;
    }
    const std::size_t looks = std::min(looks_left, limits::replay_looks_max);
    const bool is_by_links = replay.is_by_links();
    ReplayPage page{auditor, work.now, looks};
    auto filled = fill(replay, page, work);
    // What is left for others tells no more of it than its own pages do.
    looks_left -= is_by_links ? looks : looks - page.looks_left;
    if (filled) {
        // Pages without anything would tell how much there is of an order or a citizen the grant
        // does not cover.
        const bool goes_on = is_by_links && !replay.is_over() && page.frame.entries_size() == 0;
        if (goes_on) return false;
        filled = send_page(session, page, work);
    }
    if (filled) return true;
    session.replay.reset();
    if (filled.error().code == ErrorCode::field_out_of_bounds) {
        send_error(session, filled.error(), false, work, number);
        return true;
    }
    JOBBRO_TRY(answer_damage(session, filled.error(), work, number));
    return true;
}

Result<void> Core::send_page(Session& session, ReplayPage& page, Work& work) {
    OpenReplay& replay = *session.replay;
    v1::HubFrame frame;
    v1::Replayed& replayed = *frame.mutable_replayed();
    replayed = std::move(page.frame);
    replayed.set_request_number(*replay.owed);
    replayed.set_next_sequence(replay.next.value());
    replayed.set_is_end(replay.is_over());
    replayed.set_end_sequence(replay.end.value());
    if (replay.end == Sequence{0}) {
        replayed.set_checkpoint(journal_->checkpoint());
    } else {
        JOBBRO_TRY_ASSIGN(Bytes checkpoint,
                          journal_->checkpoint_with(Sequence{replay.end.value() - 1}));
        replayed.set_checkpoint(std::move(checkpoint));
    }
    replay.owed.reset();
    if (replay.is_over()) session.replay.reset();
    send(session, std::move(frame), work);
    return {};
}

// A turn in which links are followed fills no page: how long it is would tell how many they were,
// and so how much there is that the grant does not cover.
Result<void> Core::fill(OpenReplay& replay, ReplayPage& page, Work& work) {
    const bool is_walked = replay.latest_link() == 0;
    while (replay.latest_link() > 0 && page.looks_left > 0)
        JOBBRO_TRY(follow_links(replay, page));
    while (is_walked && !replay.is_over() && page.looks_left > 0 && !page.is_full) {
        const Sequence at = replay.is_by_links() ? replay.found.back() : replay.next;
        --page.looks_left;
        JOBBRO_TRY_ASSIGN(auto entry, replay.view == v1::REPLAY_VIEW_SEALED
                                          ? sealed_entry(at, work)
                                          : readable_entry(replay, at, page));
        if (entry && !page.add(*std::move(entry))) break;
        if (replay.is_by_links()) replay.found.pop_back();
        replay.next = at.next();
    }
    if (replay.is_over()) replay.next = replay.end;
    return {};
}

// One step back, of the chains that have come the least far. Only what the auditor may have is
// kept, so that nothing tells of the rest.
Result<void> Core::follow_links(OpenReplay& replay, ReplayPage& page) {
    const std::uint64_t latest = replay.latest_link();
    const Sequence at{latest - 1};
    --page.looks_left;
    JOBBRO_TRY_ASSIGN(const KeyedEntry entry, journal_->keyed_entry(at));
    bool is_linked = false;
    bool is_blind = false;
    for (OpenReplay::Chain& chain : replay.chains) {
        if (chain.next != latest) continue;
        const bool is_of_it = stands_in(chain, entry);
        const std::uint64_t previous =
            is_of_it ? follow(chain, entry.index) : go_on_blindly(chain, at, replay.end);
        if (previous > at.value()) {
            return Error{ErrorCode::tampered, "a link of entry " + std::to_string(at.value())};
        }
        chain.next = previous <= replay.next.value() ? 0 : previous;
        is_linked = is_linked || is_of_it;
        is_blind = is_blind || (!is_of_it && chain.next != 0);
    }
    const bool is_in_range = at >= replay.next && at < replay.end;
    if (is_linked && is_in_range && is_asked_for(replay, entry) &&
        right_by_jobcentre(*page.auditor, entry, page.now) != AuditRight::none) {
        replay.found.push_back(at);
    }
    if (replay.found.size() > limits::replay_found_max) {
        return Error{ErrorCode::field_out_of_bounds, "too many entries: ask for a shorter range"};
    }
    if (is_blind && is_in_range) return look_blindly(replay, entry, page);
    return {};
}

// A bounded number of times: then whoever may know of the citizen is told, and to others it is as
// if there was nothing before.
Result<void> Core::look_blindly(OpenReplay& replay, const KeyedEntry& entry,
                                const ReplayPage& page) {
    if (++replay.blind_looks <= limits::replay_found_max) return {};
    JOBBRO_TRY_ASSIGN(const bool is_told,
                      may_know(*page.auditor, replay, entry, page.now, journal_->cases()));
    if (is_told) {
        return Error{ErrorCode::field_out_of_bounds,
                     "what is erased breaks the links: ask for a shorter range"};
    }
    for (OpenReplay::Chain& chain : replay.chains) {
        if (!chain.order) chain.next = 0;
    }
    return {};
}

// Evidence of tampering is handed out as it stands, for the auditor to find.
Result<std::optional<v1::ReplayedEntry>> Core::sealed_entry(Sequence at, Work& work) {
    v1::ReplayedEntry replayed;
    JOBBRO_TRY_ASSIGN(Bytes bytes, journal_->stored_entry(at));
    const auto parts = journal::decode_entry(bytes);
    std::optional<Error> damage;
    if (!parts) {
        damage = parts.error();
    } else if (parts->clear.sender == contract::PartyId::hub().text()) {
        const auto keyed = journal_->keyed_entry(at);
        if (!keyed) {
            damage = keyed.error();
        } else if (keyed->keys && names_nobody(keyed->index)) {
            set_keys(replayed, *keyed->keys, is_about_keys(keyed->index.kind()));
        }
    }
    if (damage) {
        if (damage->code == ErrorCode::store_failed) return *damage;
        JOBBRO_TRY(seal(*damage, work));
    }
    replayed.set_entry(std::move(bytes));
    return std::optional<v1::ReplayedEntry>{std::move(replayed)};
}

Result<std::optional<v1::ReplayedEntry>> Core::readable_entry(const OpenReplay& replay, Sequence at,
                                                              const ReplayPage& page) {
    JOBBRO_TRY_ASSIGN(KeyedEntry entry, journal_->keyed_entry(at));
    if (!is_asked_for(replay, entry)) return std::optional<v1::ReplayedEntry>{};
    AuditRight right = right_by_jobcentre(*page.auditor, entry, page.now);
    bool with_body = replay.view == v1::REPLAY_VIEW_UNMASKED && right == AuditRight::content;
    if (is_of_the_hub(entry.index.kind())) {
        right = AuditRight::content;
        JOBBRO_TRY_ASSIGN(const auto opened, journal_->read(at));
        JOBBRO_TRY_ASSIGN(with_body,
                          may_read_body_of_hub(*opened, *page.auditor, page.now, *journal_));
    }
    if (right == AuditRight::none) return std::optional<v1::ReplayedEntry>{};
    v1::ReplayedEntry replayed;
    replayed.set_is_erased(!entry.keys);
    if (entry.keys) set_keys(replayed, *entry.keys, with_body);
    replayed.set_entry(std::move(entry.bytes));
    return std::optional<v1::ReplayedEntry>{std::move(replayed)};
}

}  // namespace jobbro::core
