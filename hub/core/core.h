// The hub's mind: one deterministic turn after another.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "hub/core/session.h"
#include "hub/delivery/subscriptions.h"
#include "hub/journal/journal.h"
#include "jobbro/v1/frame.pb.h"
#include "proto/base/clock.h"
#include "proto/base/limits.h"
#include "proto/base/randomness.h"
#include "proto/base/result.h"
#include "proto/contract/validation.h"

namespace jobbro::core {

// A frame that came in: on which routing id, under which key, and what it says, or why it cannot be
// read.
struct FrameIn {
    Bytes route;
    evidence::CurvePublicKey key;
    std::variant<v1::ClientFrame, ErrorCode> content;
};

// A frame to be sent. With `seal_to` it is sealed to that key; without, it is an Error in the
// clear.
struct FrameOut {
    Bytes route;
    std::optional<evidence::CurvePublicKey> seal_to;
    v1::HubFrame frame;
};

// What the surroundings are like in this turn.
struct Conditions {
    bool disk_nearly_full = false;
    // There were more frames than the turn took: nobody can be said to have been silent.
    bool frames_wait = false;
    // Time that only goes forward, whatever is done to the clock; for heartbeats and silence.
    Instant steady;
};

// How many messages of a kind met which fate.
struct MessageCounts {
    std::size_t accepted = 0;
    std::size_t duplicates = 0;
    std::size_t rejected = 0;
};

// What a turn did, for metrics and logs. Codes and counts only.
struct TurnReport {
    std::map<v1::MessageKind, MessageCounts> messages;
    std::map<ErrorCode, std::size_t> rejected;  // by code
    std::map<ErrorCode, std::size_t> errors;    // Error frames, by code
    std::size_t deliveries = 0;
    std::size_t redeliveries = 0;  // of those, from parked lists
    std::size_t acks = 0;
    std::size_t nacks = 0;
    std::size_t fetches = 0;  // answered
    std::size_t entries = 0;  // in this turn's commit
    bool sealed_now = false;  // evidence of tampering was found in this turn
    std::string evidence;     // what was found
};

struct Turn {
    std::vector<FrameOut> frames;
    TurnReport report;
};

struct Settings {
    std::string software;
    Instant started_at;
    std::size_t sessions_max = limits::sessions_max;
    std::size_t entries_per_turn_max = limits::entries_per_turn_max;
    std::int64_t session_silent_ms_max = limits::session_silent_ms_max;
};

// Takes frames, decides, stages, commits once, and only then says what came of it. Sees no socket,
// no file and no clock: the same inputs give the same batch and the same frames.
//
// Thread: the hub's loop. Life: the journal must outlive it.
class Core {
  public:
    Core(journal::Journal& journal, delivery::Subscriptions subscriptions, Settings settings);

    // One turn. Nothing it returns may be sent when it fails, and no turn may follow.
    // Errors: store_failed.
    Result<Turn> turn(std::span<const FrameIn> frames, Instant now, Randomness& randomness,
                      const Conditions& conditions);

    // The peer behind the routing id could not be sent to: its session is over.
    void route_gone(const Bytes& route);
    // Tells every session goodbye. No turn may follow.
    [[nodiscard]] std::vector<FrameOut> say_goodbye();

    // A turn without frames would send something, or store what the last one left.
    [[nodiscard]] bool has_work() const {
        return subscriptions_.has_work() || !journal_->batch().empty();
    }
    // When a turn without frames would next send something; none: not before there is work.
    [[nodiscard]] std::optional<Instant> next_due() const { return subscriptions_.next_due(); }
    [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }
    // How many subscriptions wait for their share of a turn.
    [[nodiscard]] std::size_t waiting_subscriptions() const { return subscriptions_.waiting(); }
    // Messages that are parked, and subscriptions that stand still because too many are.
    [[nodiscard]] std::size_t parked_messages() const { return subscriptions_.parked(); }
    [[nodiscard]] std::size_t stopped_subscriptions() const { return subscriptions_.stopped(); }
    // Evidence of tampering was found: nothing is recorded any more.
    [[nodiscard]] bool is_sealed() const { return is_sealed_; }

  private:
    // The fate of one envelope, told after the commit.
    struct Answer {
        delivery::SessionNumber session;
        std::uint64_t submit_number;
        std::uint32_t index;
        std::string message_id;
        v1::MessageKind kind;  // as far as it could be read
        std::variant<Sequence, Error> fate;
    };
    struct RegistryAnswer {
        delivery::SessionNumber session;
        std::uint64_t request_number;
        Sequence sequence;
    };
    struct ParkedAnswer {
        delivery::SessionNumber session;
        std::uint64_t request_number;
        Sequence sequence;
        std::size_t messages;
    };
    // What may be handed out once it is recorded that it was.
    struct Reading {
        delivery::SessionNumber session;
        std::string party;
        std::uint64_t request_number;
        std::shared_ptr<const journal::OpenedEntry> entry;
    };
    // What one turn works with; its parts are named here so that handlers stay short.
    struct Work {
        Instant now;
        Randomness* randomness = nullptr;
        Conditions conditions;
        std::size_t recorded = 0;
        std::size_t causes_looked_up = 0;
        std::vector<delivery::SessionNumber> to_end;  // when all has been answered
        std::vector<Answer> answers;
        std::vector<RegistryAnswer> registry_answers;
        std::vector<std::pair<delivery::SessionNumber, v1::GetStatus>> status_requests;
        std::vector<std::pair<delivery::SessionNumber, v1::ListParties>> list_requests;
        std::vector<std::pair<delivery::SessionNumber, v1::ListParked>> parked_requests;
        std::vector<ParkedAnswer> parked_answers;
        std::size_t parked_acted_on = 0;  // messages
        std::vector<Reading> readings;
        std::vector<std::string> to_wake;
        Turn turn;
    };

    // outcomes.cc
    Result<void> answer_submits(Work& work);
    Result<std::optional<v1::Outcome>> outcome_of(const Answer& answer, Bytes& checkpoint,
                                                  Work& work);

    // core.cc
    Result<void> take(const FrameIn& frame, Work& work);
    Result<void> take_from_session(Session& session, const v1::ClientFrame& frame, Work& work);
    void hello(const FrameIn& frame, const v1::Hello& hello, Work& work);
    void look_after_sessions(Work& work);
    [[nodiscard]] bool has_room_for(const journal::Party& party) const;
    // A quarter of the silence allowed, so that three may be missed.
    [[nodiscard]] std::int64_t heartbeat_ms() const {
        return std::min(limits::heartbeat_ms, settings_.session_silent_ms_max / 4);
    }
    void end_session(const Bytes& route);
    [[nodiscard]] const Session* find_session(delivery::SessionNumber number) const;
    void send(const Session& session, v1::HubFrame frame, Work& work) const;
    void send_error(const Session& session, const Error& error, bool ended, Work& work,
                    std::uint64_t request_number = 0) const;
    static void send_error_unsealed(const Bytes& route, const Error& error, Work& work);
    [[nodiscard]] v1::HubFrame welcome(const Session& session) const;
    Result<void> seal(const Error& error, Work& work);
    // What could not be read: store_failed ends the turn, damage seals the log and the request is
    // answered so.
    Result<void> answer_damage(const Session& session, const Error& error, Work& work,
                               std::uint64_t request_number = 0);

    // subscribing.cc
    Result<void> subscribe(Session& session, const v1::Subscribe& subscribe, Work& work);
    Result<delivery::Opening> opening_of(const v1::Subscribe& subscribe) const;
    Result<std::optional<Sequence>> start_of(const v1::Subscribe& subscribe) const;
    void acknowledge(Session& session, const v1::Ack& ack, Work& work);
    void give_back(Session& session, const v1::Nack& nack, Work& work);
    void unsubscribe(Session& session, const v1::Unsubscribe& unsubscribe, Work& work);
    Result<void> deliver(Work& work);
    [[nodiscard]] bool may_receive(const std::string& party, const journal::OpenedEntry& entry,
                                   Instant now) const;
    [[nodiscard]] delivery::Moment moment_of(const Work& work) const {
        return {journal_, work.now, work.randomness};
    }

    // parked.cc
    void list_parked(Session& session, const v1::ListParked& request, Work& work);
    Result<void> act_on_parked(Session& session, const v1::ActOnParked& request, Work& work);
    Result<Sequence> record_parked_act(const Session& session, const v1::ActOnParked& request,
                                       std::span<const Sequence> sequences, Work& work);
    Result<void> answer_parked(Work& work);
    Result<v1::ParkedList> parked_list(const Session& session, const v1::ListParked& request,
                                       Instant now);

    // reading.cc
    Result<void> fetch(Session& session, const v1::Fetch& fetch, Work& work);
    Result<void> record_readings(Work& work);
    void answer_readings(Work& work);

    // intake.cc
    struct Place;   // of an envelope in its submit
    struct Matter;  // what it is about, and who is to have it: matter.h
    Result<void> submit(Session& session, const v1::Submit& submit, Work& work);
    Result<Sequence> judge(Session& session, const Place& place, const v1::Envelope& envelope,
                           Work& work);
    Result<Sequence> judge_new(const Session& session, const Place& place,
                               const v1::Envelope& envelope, Work& work);
    Result<Sequence> record(const Session& session, const Place& place,
                            const v1::Envelope& envelope, const contract::EnvelopeFacts& facts,
                            Matter matter, Work& work);
    [[nodiscard]] std::optional<Error> capacity_error(const Work& work) const;
    Result<void> resolve_causes(const Session& session, const v1::Envelope& envelope,
                                const std::string& other_party, v1::EntryIndex& index, Work& work);

    // matter.cc
    Result<Matter> matter_of(const Session& session, const v1::Envelope& envelope,
                             const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> place_order(const Session& session, const v1::Envelope& envelope,
                               const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> find_order(const Session& session, const v1::Envelope& envelope,
                              const contract::EnvelopeFacts& facts, Instant now);
    Result<Matter> find_citizen(const Session& session, const v1::Envelope& envelope,
                                const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> known_or_new_subject(const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> matter_of_subject(const journal::SubjectId& subject);
    Result<Matter> own_citizen(const Session& session, const contract::CprNumber& citizen,
                               const std::string& path);
    Result<Matter> transfer_case(const Session& session, const v1::Envelope& envelope,
                                 const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> change_cpr(const Session& session, const v1::Envelope& envelope,
                              const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> merge_subjects(const Session& session, const v1::Envelope& envelope,
                                  const contract::EnvelopeFacts& facts, const Work& work);
    Result<void> add_providers_of(const journal::SubjectId& subject, const std::string& jobcentre,
                                  Instant now, Matter& matter);
    [[nodiscard]] std::vector<std::string> jobcentres_of(const std::string& provider,
                                                         Instant now) const;
    Result<void> note_in_case(const v1::Envelope& envelope, const contract::EnvelopeFacts& facts,
                              const Matter& matter, Sequence sequence);

    // administration.cc
    Result<void> administer(Session& session, const v1::ClientFrame& frame, Work& work);
    Result<void> change_registry(Session& session, const v1::ChangeRegistry& change, Work& work);
    void answer_administration(Work& work);
    [[nodiscard]] v1::PartyList party_list(const v1::ListParties& request) const;
    [[nodiscard]] v1::Status status(const v1::GetStatus& request, Instant now) const;

    journal::Journal* journal_;
    Settings settings_;  // constant
    delivery::Subscriptions subscriptions_;
    std::map<Bytes, Session> sessions_;  // by routing id
    std::map<delivery::SessionNumber, Bytes> routes_;
    delivery::SessionNumber next_session_{1};
    Instant last_look_;  // steady time
    std::uint64_t ping_number_ = 0;
    bool is_sealed_ = false;
};

}  // namespace jobbro::core
