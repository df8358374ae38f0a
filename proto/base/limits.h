// Every limit of the system, with its reason and how the sums fit the memory promised.
#pragma once

#include <cstddef>
#include <cstdint>

namespace jobbro::limits {

// Frames.
inline constexpr std::size_t frame_bytes_max = 256 * 1024;    // beyond: Error frame_too_large
inline constexpr std::size_t frame_bytes_cut = 512 * 1024;    // beyond: the socket disconnects
inline constexpr std::size_t envelope_bytes_max = 48 * 1024;  // entry stays under 65,535 bytes
inline constexpr std::size_t entry_bytes_max = 65535;         // C2SP bundle length field
inline constexpr std::size_t envelopes_per_submit_max = 256;  // path of a signature: 8 hashes
inline constexpr std::size_t software_bytes_max = 64;
inline constexpr std::size_t features_max = 16;

// Sessions.
inline constexpr std::size_t sessions_max = 1024;
inline constexpr std::size_t sessions_per_party_max = 16;  // nobody locks the others out
inline constexpr std::size_t parties_max = 8192;
inline constexpr std::size_t party_id_bytes_max = 64;
inline constexpr std::size_t blocked_lanes_per_session_max = 1024;
inline constexpr std::int64_t heartbeat_ms = 5000;            // the hub pings a quiet session
inline constexpr std::int64_t session_silent_ms_max = 20000;  // four heartbeats missed
inline constexpr std::uint32_t busy_retry_after_ms = 200;
inline constexpr std::int64_t clock_ahead_ms_max = 5 * 60 * 1000;

// A turn.
inline constexpr std::size_t frames_per_turn_max = 256;
inline constexpr std::size_t entries_per_turn_max = 1024;
inline constexpr std::size_t turn_bytes_max = 8 * 1024 * 1024;  // of frames taken in one turn

// Orders.
inline constexpr std::size_t orders_per_subject_max = 256;
inline constexpr std::size_t merged_subjects_max = 16;    // of one person, beside the one kept
inline constexpr std::size_t former_jobcentres_max = 16;  // remembered of an order, the latest
inline constexpr std::size_t causes_max = 16;
inline constexpr std::size_t cause_lookups_per_turn_max = 4096;  // then busy
inline constexpr std::size_t receivers_bytes_max = 12 * 1024;    // party ids of one message

// Subscriptions.
inline constexpr std::size_t subscriptions_per_party_max = 16;
inline constexpr std::size_t subscription_name_bytes_max = 64;
inline constexpr std::uint32_t credit_max = 1024;                  // deliveries not yet acked
inline constexpr std::size_t unacked_bytes_max = 4 * 1024 * 1024;  // of a subscription
inline constexpr std::size_t unacked_bytes_total_max = 256 * 1024 * 1024;  // of all together
inline constexpr std::size_t deliveries_per_turn_max = 1024;  // all subscriptions together
inline constexpr std::size_t delivery_frame_bytes_max = 200 * 1024;
inline constexpr std::size_t kinds_of_subscription_max = 64;
inline constexpr std::size_t readings_per_turn_max = 256;  // of Fetch, all sessions together

// Proofs. Each reads at most two tiles of 8 KiB a level and makes at most 512 hashes of each level.
inline constexpr std::size_t proofs_per_turn_max = 64;  // of Prove, all sessions together

// Replays. One is some 130 KiB, and 430 KiB of a person with the most orders under the most
// numbers, so all of them 28 MiB; a turn's pages are 2 MiB at most.
inline constexpr std::size_t replays_max = 64;               // open at a time
inline constexpr std::size_t replay_page_entries_max = 256;  // as in a bundle
inline constexpr std::size_t replay_looks_max = 512;         // entries looked at, a replay and turn
inline constexpr std::size_t replay_looks_per_turn_max = 2048;  // all replays together
inline constexpr std::size_t replay_pages_per_turn_max = 8;
inline constexpr std::size_t replay_found_max = 16384;  // by order or citizen; then a shorter range
inline constexpr std::size_t replay_kinds_max = 64;
inline constexpr std::size_t ground_bytes_max = 200;

// Traces of what was delivered: one a subscription for so many, or after so long.
inline constexpr std::uint64_t deliveries_per_trace_max = 1000;
inline constexpr std::int64_t trace_after_ms = 60 * 1000;

// The clock. Ahead of the time the process has lived through by more than this, or at a start of
// the last entry by more than the other, it is not believed.
inline constexpr std::int64_t clock_jump_ms_max = std::int64_t{24} * 3600 * 1000;
inline constexpr std::int64_t clock_gap_days_max = 366;

// Erasing. A turn takes few, so that none is long.
inline constexpr std::int64_t citizen_statement_ms_max = std::int64_t{24} * 3600 * 1000;
inline constexpr std::size_t cpr_numbers_per_subject_max = 16;
inline constexpr std::size_t citizen_statement_bytes_max = 1024;
inline constexpr std::size_t citizen_acts_per_turn_max = 16;     // then busy
inline constexpr std::size_t erasures_per_sweep_max = 8;         // citizens, a turn
inline constexpr std::size_t retention_rows_per_sweep_max = 64;  // looked at, a turn
inline constexpr std::int64_t erasure_waits_days = 7;            // from due to done
inline constexpr std::uint64_t erasure_share_a_day = 100;        // one order in so many
inline constexpr std::size_t orders_per_erasure_notice_max = 256;

// Alerts. A turn looks at few cases, so that none is long.
inline constexpr std::size_t timers_per_turn_max = 64;

// Queries. A page reads few entries and rows, and fits a frame.
inline constexpr std::uint32_t query_rows_max = 100;
inline constexpr std::size_t queries_per_turn_max = 8;            // all sessions together
inline constexpr std::size_t queries_per_party_and_turn_max = 4;  // then busy
inline constexpr std::size_t query_looks_max = 512;               // entries looked at for a page
inline constexpr std::size_t query_cells_max = 8192;              // of results looked at for a page
inline constexpr std::size_t query_after_bytes_max = 1024;

// Results. A month is frozen so many days after its end; what is told of it is one entry or more.
inline constexpr std::uint32_t results_wait_days = 9;
inline constexpr std::size_t results_entry_bytes_max = 40 * 1024;
// Of freezing a turn does so much; then the next one goes on, and what would be erased waits. One
// measure of a month is told at once, whatever it takes.
inline constexpr std::size_t results_months_per_turn_max = 2;
inline constexpr std::size_t results_leaves_per_turn_max = 20000;

// Parked messages. Each costs some 220 bytes of memory, so all of them 55 MiB. Beside these bounds
// each subscription may park what was in flight when it met one, once.
inline constexpr std::size_t parked_per_subscription_max = 4096;  // then the cursor stops
inline constexpr std::size_t parked_total_max = 262144;           // then all cursors that park stop
// Then those of the party that park stop: no few parties stop all.
inline constexpr std::size_t parked_per_party_max = parked_total_max / 16;
inline constexpr std::uint32_t parked_attempts_max = 12;  // then a person has to look
inline constexpr std::int64_t parked_delay_s_max = 10800;
inline constexpr std::size_t parked_list_page = 128;
inline constexpr std::size_t parked_act_sequences_max = 256;
inline constexpr std::size_t nack_reason_bytes_max = 200;

// The journal.
inline constexpr std::uint64_t block_entries = 8192;  // routing rows are rolled up by it
inline constexpr std::size_t recent_bytes_max =
    16 * 1024 * 1024;  // opened entries kept for delivery
inline constexpr std::size_t recent_entries_max = 8192;
inline constexpr std::size_t open_keys_max = 16384;  // unwrapped data keys kept, LRU
inline constexpr std::size_t cases_cached_max = 16384;
inline constexpr std::uint64_t keys_ahead = 2048;             // data keys made before needed
inline constexpr std::uint64_t subjects_unsynced_max = 4096;  // CPR map rows read back at start

// Sockets.
inline constexpr int frames_in_queued_max = 8;     // water mark per peer, to the hub
inline constexpr int frames_out_queued_max = 256;  // water mark per peer, from the hub
inline constexpr int listen_backlog = 256;

static_assert(envelope_bytes_max + receivers_bytes_max + 2048 <= entry_bytes_max,
              "an entry adds its receivers and at most 2 KiB");
static_assert(frame_bytes_max < frame_bytes_cut);
static_assert(delivery_frame_bytes_max + envelope_bytes_max + 4096 <= frame_bytes_max,
              "a delivery frame may end with the largest envelope");
static_assert(envelopes_per_submit_max <= entries_per_turn_max);
static_assert(queries_per_party_and_turn_max < queries_per_turn_max, "nobody has a turn alone");
// Files: two databases, sessions with as many connections that have not said Hello, and some.
inline constexpr std::uint64_t files_of_databases_max = 2 * 512;
inline constexpr std::uint64_t files_spare = 128;

// What the hub holds at most, with every session sending the largest frames and none acking. In:
// 8 frames a session, 2 GiB. Out: what is delivered and not acked, 256 MiB, and one message of at
// most 48 KiB for each further subscription. A turn: its frames (8 MiB and the one that passed the
// line), as much again staged, as much again sealed for sending, and 1,024 deliveries: 80 MiB; and
// 256 messages of Fetch, read, copied into frames and sealed: 36 MiB. Parked lists: 55 MiB, and
// 220 KiB for each subscription that had 1,024 in flight when a bound was met; of one party, with
// 16 of these, 7 MiB. Kept: 16 MiB of opened entries, cases, keys, and RocksDB's 2 x (64 + 64) MiB.
// A connection that does not read costs its water mark of 256 frames on top. What libzmq 4.3.4 sets
// no limit to (parts of a message that never ends) is bounded by running under a memory limit; see
// deploy/README.md.
static_assert(3 * (turn_bytes_max + frame_bytes_max) < 32 * 1024 * 1024);
static_assert(3 * readings_per_turn_max * envelope_bytes_max <= 36 * 1024 * 1024);
static_assert(220 * parked_total_max <= 55 * 1024 * 1024);
static_assert(220 * (parked_per_party_max + subscriptions_per_party_max * credit_max) <
              7 * 1024 * 1024);
static_assert(sessions_max * frames_in_queued_max * frame_bytes_max <=
              std::size_t{2} * 1024 * 1024 * 1024);

// HTTP.
inline constexpr int http_threads = 2;

// JSON.
inline constexpr std::size_t json_bytes_max = 1024 * 1024;
inline constexpr std::size_t json_depth_max = 16;

// The client.
inline constexpr std::size_t kit_queue_messages_max = 8192;
inline constexpr std::size_t kit_queue_bytes_max = 32 * 1024 * 1024;
inline constexpr std::size_t kit_in_flight_max = 1024;           // sent and not yet answered
inline constexpr std::size_t kit_outbox_messages_max = 100'000;  // waiting on disk
inline constexpr std::size_t kit_outbox_bytes_max = std::size_t{512} * 1024 * 1024;
inline constexpr std::int64_t kit_sent_kept_ms = std::int64_t{30} * 24 * 3600 * 1000;
inline constexpr std::size_t attendance_sheet_rows_max = 500;
inline constexpr std::int64_t reconnect_ms_min = 100;
inline constexpr std::int64_t reconnect_ms_max = 10000;

// The auditor's program. Reading a log of any length keeps none of it.
inline constexpr std::size_t audit_faults_kept_max = 1000;  // told one by one; all are counted
inline constexpr std::size_t archive_line_bytes_max =
    128 * 1024;  // an entry in base64, and a proof
inline constexpr std::size_t archive_selection_bytes_max = 400;
static_assert(entry_bytes_max / 3 * 4 + 64 * 48 + 1024 < archive_line_bytes_max);

}  // namespace jobbro::limits
