// The hub's mind: one deterministic turn after another.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "hub/core/overview.h"
#include "hub/core/rulebook.h"
#include "hub/core/session.h"
#include "hub/delivery/subscriptions.h"
#include "hub/domain/access.h"
#include "hub/domain/citizen_limits.h"
#include "hub/domain/course.h"
#include "hub/journal/journal.h"
#include "jobbro/v1/frame.pb.h"
#include "proto/base/clock.h"
#include "proto/base/limits.h"
#include "proto/base/randomness.h"
#include "proto/base/result.h"
#include "proto/contract/validation.h"

namespace jobbro::core {

struct TimeLine;

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
    std::size_t queries = 0;  // answered
    std::size_t queries_busy = 0;
    std::size_t queries_refused = 0;  // with any other error
    std::size_t traces = 0;           // entries about deliveries, in this turn's commit
    std::size_t orders_erased = 0;
    std::size_t alerts = 0;   // raised
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
    // How long a provider keeps an order whose course has ended.
    std::int64_t provider_grace_ms = std::int64_t{90} * 24 * 3600 * 1000;
    // Time comes from a clock that a person drives: it may jump.
    bool is_clock_driven = false;
    // How many days after the end of the last of them a citizen's orders are kept; 0: for ever.
    std::int64_t retention_days = 0;
};

// Takes frames, decides, stages, commits once, and only then says what came of it. Sees no socket,
// no file and no clock: the same inputs give the same batch and the same frames.
//
// Thread: the hub's loop. Life: the journal must outlive it.
class Core {
  public:
    // `rulebook`: as open_rulebook() made it of the journal; `overview`: as open_overview() did
    // after that.
    Core(journal::Journal& journal, delivery::Subscriptions subscriptions, Rulebook rulebook,
         Overview overview, Settings settings);

    // One turn. Nothing it returns may be sent when it fails, and no turn may follow.
    // Errors: store_failed.
    Result<Turn> turn(std::span<const FrameIn> frames, Instant now, Randomness& randomness,
                      const Conditions& conditions);

    // The peer behind the routing id could not be sent to: its session is over.
    void route_gone(const Bytes& route);
    // Tells every session goodbye and ends it. Only turns without frames may follow, as long as
    // there is work: they record what was delivered.
    [[nodiscard]] std::vector<FrameOut> say_goodbye();
    // What a clean stop stores beside what turns do: how long hubs have lived, at this steady time.
    // No turn may follow. Errors: store_failed, tampered.
    Result<void> stop(Instant steady, Randomness& randomness);

    // A turn without frames would send something, or store what the last one left.
    [[nodiscard]] bool has_work() const;
    // When a turn without frames would next send or record something; none: not before there is
    // work.
    [[nodiscard]] std::optional<Instant> next_due() const;
    [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }
    // How many subscriptions wait for their share of a turn.
    [[nodiscard]] std::size_t waiting_subscriptions() const { return subscriptions_.waiting(); }
    // Messages that are parked, and subscriptions that stand still because too many are.
    [[nodiscard]] std::size_t parked_messages() const { return subscriptions_.parked(); }
    [[nodiscard]] std::size_t stopped_subscriptions() const { return subscriptions_.stopped(); }
    // Evidence of tampering was found: nothing is recorded any more.
    [[nodiscard]] bool is_sealed() const { return is_sealed_; }
    // The clock has jumped ahead of the time lived through: nothing is recorded until it agrees
    // again. Turns go by the time that would be.
    [[nodiscard]] bool is_clock_unsure() const { return is_clock_unsure_; }
    // What is known across courses, as the last turn left it.
    [[nodiscard]] const Overview& overview() const { return overview_; }

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
        std::vector<Sequence> sequences;  // whose content it is; none: nobody's
        v1::HubFrame frame;
        ErrorCode if_erased;  // told instead where some of it was erased in the turn
    };
    // A question, until all frames of the turn are taken.
    struct Asked {
        delivery::SessionNumber session;
        const v1::Query* query;  // in its frame
    };
    // What an operator is told of a citizen.
    struct CitizenAnswer {
        delivery::SessionNumber session;
        std::uint64_t request_number;
        std::variant<v1::SubjectFound, v1::CitizenActed, Error> said;
    };
    // How far one turn's part of a sweep has come.
    struct SweepPace {
        std::size_t recorded = 0;  // what is due
        bool has_more = false;     // for the next turn
    };
    // How long hubs have lived: of steady time, added up over all runs.
    struct Lived {
        Instant began;                // steady time of this run's first sweep
        std::uint64_t before_ms = 0;  // as stored then
    };
    // A time that was believed, and the steady time then.
    struct Believed {
        Instant now;
        Instant steady;
    };
    // What one turn works with; its parts are named here so that handlers stay short.
    struct Work {
        Instant now;
        Randomness* randomness = nullptr;
        Conditions conditions;
        std::size_t recorded = 0;
        std::size_t causes_looked_up = 0;
        std::size_t months_frozen = 0;
        std::size_t leaves_left = limits::results_leaves_per_turn_max;
        bool has_erased = false;
        // When all has been answered, and why.
        std::vector<std::pair<delivery::SessionNumber, ErrorCode>> to_end;
        std::vector<Answer> answers;
        std::vector<RegistryAnswer> registry_answers;
        std::vector<std::pair<delivery::SessionNumber, v1::GetStatus>> status_requests;
        std::vector<std::pair<delivery::SessionNumber, v1::ListParties>> list_requests;
        std::vector<std::pair<delivery::SessionNumber, v1::ListParked>> parked_requests;
        std::vector<ParkedAnswer> parked_answers;
        std::size_t parked_acted_on = 0;  // messages
        std::vector<Reading> readings;
        std::map<std::string, std::vector<Asked>> questions;  // by party id, as they came
        std::vector<std::pair<delivery::SessionNumber, v1::Prove>> prove_requests;
        std::vector<std::pair<delivery::SessionNumber, v1::ActOnCitizen>> citizen_acts;
        std::vector<CitizenAnswer> citizen_answers;
        std::vector<std::string> to_wake;
        Turn turn;
    };

    // outcomes.cc
    Result<void> answer_submits(Work& work);
    Result<std::optional<v1::Outcome>> outcome_of(const Answer& answer, Bytes& checkpoint,
                                                  Work& work);

    // core.cc
    Instant judge_clock(Instant now, Instant steady);
    Result<void> take(const FrameIn& frame, Work& work);
    Result<void> take_from_session(Session& session, const v1::ClientFrame& frame, Work& work);
    void hello(const FrameIn& frame, const v1::Hello& hello, Work& work);
    void look_after_sessions(Work& work);
    [[nodiscard]] bool may_go_on(const Session& session, const Work& work) const;
    // It was this session that gave the party other keys: it ends when it has been told.
    static bool has_rotated(const Session& session, const Work& work);
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
    Result<void> give_back(Session& session, const v1::Nack& nack, Work& work);
    void unsubscribe(Session& session, const v1::Unsubscribe& unsubscribe, Work& work);
    Result<void> deliver(Work& work);
    Result<void> record_traces(Work& work);
    [[nodiscard]] delivery::Moment moment_of(const Work& work) const {
        return {journal_, work.now, work.randomness};
    }

    // relations.cc
    // What was routed to a party, as far as it may have it now. Errors: store_failed,
    // opening_failed, tampered.
    Result<bool> may_receive(const std::string& party, const journal::OpenedEntry& entry,
                             Instant now);
    Result<bool> provider_may_see(const journal::Party& provider, const journal::OpenedEntry& entry,
                                  Instant now);
    // What was never routed to the jobcentre, on an order that has been handed over to it.
    Result<bool> was_handed(const Session& session, const journal::OpenedEntry& entry, Instant now);
    // What the party may have, whether it was routed to it or handed over, or has said itself on an
    // order it may still see.
    Result<bool> may_read(const Session& session, const journal::OpenedEntry& entry, Instant now);
    [[nodiscard]] domain::OrderTimes times_of(const journal::rows::OrderRow& order,
                                              Instant now) const;
    [[nodiscard]] domain::Relation relation_to(const contract::PartyId& party,
                                               const journal::rows::OrderRow& order,
                                               Instant now) const;

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
    Result<std::shared_ptr<const journal::OpenedEntry>> entry_for(const Session& session,
                                                                  Sequence sequence, Instant now);
    Result<void> record_readings(Work& work);
    Result<void> record_reading(const std::string& party, std::span<const Sequence> sequences,
                                Work& work);
    Result<void> answer_readings(Work& work);
    Result<bool> is_gone(const Reading& reading, const Work& work);

    // queries.cc
    struct QueryPage;     // query_page.h
    struct OrderInSight;  // the same
    void query(const Session& session, const v1::Query& query, Work& work);
    Result<void> answer_queries(Work& work);
    Result<bool> answer_one(const Asked& asked, Work& work);
    void refuse_query(const Session& session, const v1::Query& query, const Error& error,
                      Work& work) const;
    Result<void> answer_query(const Session& session, const v1::Query& query, QueryPage& page);
    Result<void> answer_offers(const v1::OffersQuestion& asked, QueryPage& page);
    Result<void> answer_results(const v1::ResultsQuestion& asked, QueryPage& page) const;
    Result<void> answer_rules(const v1::RulesQuestion& asked, QueryPage& page) const;

    // query_lists.cc
    Result<std::optional<OrderInSight>> order_in_sight(const Session& session,
                                                       const contract::OrderId& id, Instant now);
    Result<void> answer_waiting(const Session& session, const v1::WaitingQuestion& asked,
                                QueryPage& page);
    Result<void> answer_orders(const Session& session, const v1::OrdersQuestion& asked,
                               QueryPage& page);
    Result<void> add_standing(const Session& session, const OrderInSight& order, QueryPage& page);
    Result<Sequence> latest_on(const Session& session, const OrderInSight& order, QueryPage& page);

    // time_lines.cc
    Result<void> answer_order(const Session& session, const v1::OrderQuestion& asked,
                              QueryPage& page);
    Result<void> answer_citizen(const Session& session, const v1::CitizenQuestion& asked,
                                QueryPage& page);
    Result<void> add_standing_then(const Session& session, const OrderInSight& order,
                                   const TimeLine& line, QueryPage& page);
    Result<void> find_corrections(const Session& session, TimeLine& line, QueryPage& page);
    Result<void> add_entries(const Session& session, TimeLine& line, QueryPage& page);

    // replaying.cc
    Result<void> replay(Session& session, const v1::Replay& request, Work& work);
    void replay_more(Session& session, const v1::ReplayMore& request, Work& work);
    [[nodiscard]] bool has_room_for_replay(const Session& session) const;
    Result<OpenReplay> open_replay(const v1::Replay& request, Work& work);
    Result<void> find_citizen_of_replay(const v1::Replay& request, OpenReplay& replay, Work& work);
    Result<void> find_order_of_replay(const v1::Replay& request, OpenReplay& replay);
    Result<void> record_replay(const Session& session, const std::string& ground,
                               const OpenReplay& replay, Work& work);

    // replay_pages.cc
    struct ReplayPage;
    Result<void> answer_replays(Work& work);
    Result<bool> answer_replay(Session& session, std::size_t& looks_left, Work& work);
    Result<void> send_page(Session& session, ReplayPage& page, Work& work);
    Result<void> fill(OpenReplay& replay, ReplayPage& page, Work& work);
    Result<void> follow_links(OpenReplay& replay, ReplayPage& page);
    Result<void> look_blindly(OpenReplay& replay, const journal::KeyedEntry& entry,
                              const ReplayPage& page);
    Result<std::optional<v1::ReplayedEntry>> sealed_entry(Sequence at, Work& work);
    Result<std::optional<v1::ReplayedEntry>> readable_entry(const OpenReplay& replay, Sequence at,
                                                            const ReplayPage& page);

    // proving.cc
    void prove(Session& session, const v1::Prove& request, Work& work);
    Result<void> answer_proofs(Work& work);
    Result<v1::Proof> proof_of(const Session& session, const v1::Prove& request, Instant now);
    Result<v1::Proof> prove_inclusion(const Session& session, Sequence sequence, TreeSize size,
                                      Instant now);

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
                                Matter& matter, v1::EntryIndex& index, Work& work);
    Result<void> link(Matter& matter, v1::EntryIndex& index);
    Result<std::optional<journal::Recorded>> find_cause(const Session& session,
                                                        const v1::Cause& cause,
                                                        const Matter& matter, Work& work);

    // matter.cc
    Result<Matter> matter_of(const Session& session, const v1::Envelope& envelope,
                             const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> place_order(const Session& session, const v1::Envelope& envelope,
                               const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> find_order(const Session& session, const v1::Envelope& envelope,
                              const contract::EnvelopeFacts& facts, Instant now);
    Result<void> check_order_number(const contract::CprNumber& citizen,
                                    const journal::SubjectId& subject);
    Result<Matter> known_or_new_subject(const Session& session,
                                        const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> matter_of_subject(const journal::SubjectId& subject);
    Result<bool> has_citizen(const std::string& jobcentre, const journal::SubjectId& subject);
    [[nodiscard]] std::vector<std::string> jobcentres_of(const std::string& provider,
                                                         Instant now) const;
    Result<void> note_in_case(const v1::Envelope& envelope, const contract::EnvelopeFacts& facts,
                              const Matter& matter, Sequence sequence);
    Result<void> note_number_in_case(const contract::CprNumber& number,
                                     const journal::SubjectId& subject);

    // courses.cc
    [[nodiscard]] domain::Day today(const Work& work) const {
        return rulebook_.time.day_of(journal_->recording_time(work.now));
    }
    Result<std::vector<v1::Finding>> judge_in_course(const v1::Envelope& envelope,
                                                     const contract::EnvelopeFacts& facts,
                                                     const Matter& matter, const Work& work);
    Result<void> record_in_course(const v1::Envelope& envelope,
                                  const contract::EnvelopeFacts& facts, const Matter& matter,
                                  Sequence sequence, Work& work);
    std::vector<domain::RaisedAlert> record_on_order(const domain::OrderMessage& message,
                                                     const domain::RuleSet& rules,
                                                     const Matter& matter,
                                                     journal::rows::OrderRow& order);
    // An order of the person's was one way and is another now; as Overview::apply().
    Result<void> tell_overview(const journal::SubjectId& subject,
                               const journal::rows::OrderRow* before,
                               const journal::rows::OrderRow* after);
    Result<void> record_limits(const domain::CitizenMessage& message, const domain::RuleSet& rules,
                               const Matter& matter);
    Result<void> tell_of_interview(const domain::CitizenMessage& message,
                                   const domain::RuleSet& rules, const std::string& jobcentre,
                                   domain::Day interview, const journal::SubjectId& subject);
    Result<void> changed_case(const journal::SubjectId& subject);

    // offers.cc
    [[nodiscard]] Result<void> judge_offer(const v1::Envelope& envelope,
                                           const Matter& matter) const;
    [[nodiscard]] Result<void> judge_name_kept(const v1::Envelope& envelope,
                                               domain::MessageNumber corrects) const;
    void record_offer(const v1::Envelope& envelope, const Matter& matter, Sequence sequence);
    // The offer of the catalogue that an order names; nullptr: it names none, or there is none.
    [[nodiscard]] const v1::OfferPublished* offer_of(const v1::Envelope& envelope,
                                                     const Matter& matter) const;
    Result<void> judge_named_offer(const domain::OrderMessage& message,
                                   const journal::rows::OrderRow& order, const Matter& matter,
                                   std::vector<v1::Finding>& findings) const;

    // alerts.cc
    Result<void> raise_alerts(Work& work);
    Result<void> raise_until(domain::Day day, Work& work);
    Result<void> raise_of_person(const journal::SubjectId& subject, Work& work);
    Result<void> raise_of_case(const journal::SubjectId& subject, domain::Day day, Work& work);
    Result<v1::Alert> raise_on_order(const domain::RaisedAlert& raised, Instant happened_at,
                                     const journal::SubjectId& subject,
                                     journal::rows::OrderRow& order, Work& work);
    Result<v1::Alert> raise_of_limits(const domain::RaisedAlert& raised,
                                      const journal::SubjectId& subject,
                                      const journal::rows::LimitsRow& limits, Work& work);
    Result<void> stop_raising(const journal::SubjectId& subject);
    Result<void> raise_due(const journal::SubjectId& subject, journal::rows::OrderRow& order,
                           domain::Day day, Work& work);
    Result<void> stage_alert(v1::Envelope envelope, v1::EntryIndex index, KeySlot slot,
                             const journal::SubjectId& subject, Work& work);
    // The person's CPR number, from the latest entry that can be read: the hub keeps none. While
    // anything is watched there is such an entry, whatever was erased. An order has its own.
    // Limits stand with a jobcentre by what was said on its orders, or on no order, as also that
    // they were handed to it; and what is on no order goes last, with the case and all watches. So
    // no alert is left out, which no reader of the log could tell. Errors: store_failed,
    // opening_failed; tampered, also when there is none.
    Result<std::string> number_of(const journal::SubjectId& subject);

    // freezing.cc
    Result<bool> freeze_before(domain::Day day, Work& work);

    // citizens.cc
    Result<Matter> find_citizen(const Session& session, const v1::Envelope& envelope,
                                const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> own_citizen(const Session& session, const contract::CprNumber& citizen,
                               const std::string& path);
    Result<Matter> transfer_case(const Session& session, const v1::Envelope& envelope,
                                 const contract::EnvelopeFacts& facts, const Work& work);
    Result<Matter> change_cpr(const Session& session, const v1::Envelope& envelope,
                              const contract::EnvelopeFacts& facts, const Work& work);
    Result<void> take_new_number(const Session& session, const contract::CprNumber& number,
                                 Matter& matter);
    Result<void> take_back_number(const Session& session, const v1::Envelope& envelope,
                                  const contract::CprNumber& wrong,
                                  const contract::CprNumber& former, Matter& matter);
    Result<Matter> merge_subjects(const Session& session, const v1::Envelope& envelope,
                                  const contract::EnvelopeFacts& facts, const Work& work);
    Result<void> add_providers_of(const journal::SubjectId& subject, const Session& session,
                                  v1::MessageKind kind, Instant now, Matter& matter);
    Result<void> note_of_citizen(const v1::Envelope& envelope, const Matter& matter);
    void join_limits(const journal::rows::LimitsRow& limits, journal::rows::CaseRow& row) const;
    Result<void> merge(const journal::SubjectId& former, const journal::SubjectId& into);
    Result<void> hand_over(const std::string& from, const std::string& to,
                           const journal::SubjectId& subject);

    // citizen_acts.cc
    struct CitizenAct;  // a statement, judged: citizen_act.h
    Result<void> find_subject(Session& session, const v1::FindSubject& request, Work& work);
    Result<std::optional<v1::SubjectFound>> subject_found(const contract::CprNumber& number);
    void take_citizen_act(Session& session, const v1::ActOnCitizen& request, Work& work);
    Result<void> do_citizen_acts(Work& work);
    Result<v1::CitizenActed> do_citizen_act(const Session& session, const v1::ActOnCitizen& request,
                                            Work& work);
    Result<CitizenAct> judge_citizen_act(const v1::ActOnCitizen& request, const Work& work);
    Result<v1::CitizenActed> erase_as_stated(const CitizenAct& act, Work& work);
    Result<v1::CitizenActed> change_hold(const CitizenAct& act, Work& work);
    Result<void> note_statement(const journal::SubjectId& subject, Sequence sequence);
    void answer_citizen_acts(Work& work);

    // forgetting.cc
    Result<Sequence> erase(const journal::ErasurePlan& plan, const journal::ErasureScope& scope,
                           v1::Erasure body, Work& work);
    Result<std::vector<journal::rows::OrderRow>> orders_of(const journal::ErasurePlan& plan);
    Result<void> forget_parked(const journal::ErasurePlan& plan, const Work& work);
    Result<void> tell_of_erasure(const std::string& party,
                                 std::span<const contract::OrderId> orders, Work& work);
    Result<void> forget_days(const std::vector<journal::SubjectId>& subjects);
    Result<void> look_again_at(const journal::SubjectId& subject);
    Result<void> carry_out_erasures(Work& work);
    Result<void> sweep(Work& work);
    Result<void> sweep_now(SweepPace& pace, Work& work);
    [[nodiscard]] std::uint64_t lived_ms(Instant steady) const;
    Result<Instant> last_of(const journal::PersonState& state) const;
    Result<void> find_due(const journal::rows::RetentionRow& row, SweepPace& pace, Work& work);
    Result<void> record_due(const journal::PersonState& state, std::uint64_t lived_ms, Work& work);
    Result<void> erase_due(journal::rows::RetentionRow& row, SweepPace& pace, Work& work);
    Result<bool> act_on_due(const journal::OpenedEntry& entry, std::uint64_t all,
                            journal::rows::RetentionRow& row, Work& work);

    // administration.cc
    Result<void> administer(Session& session, const v1::ClientFrame& frame, Work& work);
    Result<void> change_registry(Session& session, const v1::ChangeRegistry& change, Work& work);
    void answer_administration(Work& work);
    [[nodiscard]] v1::PartyList party_list(const Session& session,
                                           const v1::ListParties& request) const;
    [[nodiscard]] v1::Status status(const v1::GetStatus& request, Instant now) const;

    journal::Journal* journal_;
    Settings settings_;  // constant
    Rulebook rulebook_;  // constant
    Overview overview_;
    delivery::Subscriptions subscriptions_;
    std::map<Bytes, Session> sessions_;  // by routing id
    std::map<delivery::SessionNumber, Bytes> routes_;
    delivery::SessionNumber next_session_{1};
    std::deque<delivery::SessionNumber> replays_waiting_;  // owed a page; each once
    Instant last_look_;                                    // steady time
    Instant next_sweep_;                                   // steady time
    std::optional<Lived> lived_;                           // none: no sweep yet
    std::optional<Believed> believed_;                     // the latest; none: no turn yet
    domain::Day raised_through_;                           // nothing is due by then
    // By party: when its latest question was answered, counted in questions. None: never was.
    std::map<std::string, std::uint64_t> query_turns_;
    std::uint64_t queries_answered_ = 0;
    std::uint64_t ping_number_ = 0;
    bool is_sealed_ = false;
    bool traces_wait_ = false;  // nothing can be recorded at present
    bool is_clock_unsure_ = false;
    bool alerts_wait_ = false;  // for the next turn
    bool is_leaving_ = false;   // all have been told goodbye
};

}  // namespace jobbro::core
