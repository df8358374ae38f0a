// How long a page of what waits takes of a real hub, asked over its socket: with the opening of the
// cases, the trace that is recorded and synced before the answer leaves, sealing and the wire. With
// 20,000 orders of one jobcentre on each of which a question waits, 200 of a team; then the same
// after the log has grown to several times its length by orders that were placed and cancelled, and
// to twice that. At first everything read lies in the store's memory, later in its files: whether
// the time grows with the log is told by the last two.
//
//   waiting_wire [open orders] [times as long]     20,000 and 5; build it with the preset release
//
// Prints microseconds from sending the question to having the answer opened, with a bare Ping over
// the same socket beside them; the last lines are the ratios of the medians to those of the
// shortest log, and of the longest log to the one before. The data folder is a temporary one:
// TMPDIR chooses the disk.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "proto/base/assert.h"
#include "proto/base/file_clock.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* now_text = "2011-03-01T09:00:00Z";
constexpr std::size_t batch_size = 200;  // also the orders of a team
constexpr int pages_timed = 300;

struct Timed {
    std::size_t rows = 0;
    double median_us = 0;
    double p99_us = 0;
};

Timed timed(const std::function<std::size_t()>& ask) {
    Timed timed;
    std::vector<double> all;
    for (int i = 0; i < pages_timed; ++i) {
        const auto start = Clock::now();
        timed.rows = ask();
        const std::chrono::duration<double, std::micro> taken = Clock::now() - start;
        all.push_back(taken.count());
    }
    std::sort(all.begin(), all.end());
    timed.median_us = all[all.size() / 2];
    timed.p99_us = all[all.size() * 99 / 100];
    return timed;
}

std::string team_of(std::size_t order) {
    return "team " + std::to_string(order / batch_size);
}

// One jobcentre and one provider on a hub of their own.
class Bench {
  public:
    Bench() {
        hub_.configure("[rules]\nfolder = \"" JOBBRO_SOURCE_DIR "/deploy/rules\"\n");
        hub_.set_clock(now_text);
        const bool is_started = hub_.start();
        JOBBRO_ASSERT(is_started);
        hub_.add_usual_parties();
        centre_ = RawPeer::open(hub_, jobcentre);
        site_ = RawPeer::open(hub_, provider);
    }

    [[nodiscard]] std::size_t entries() const { return entries_; }

    // Placed and asked about.
    void open(std::size_t count) {
        for (std::size_t from = 0; from < count; from += batch_size) {
            std::vector<v1::Envelope> placed;
            std::vector<v1::Envelope> asked;
            for (std::size_t i = from; i < std::min(count, from + batch_size); ++i) {
                const auto id = contract::OrderId::make(now_, randomness_);
                placed.push_back(order(id, now_, randomness_, provider, made_up_citizen(i)));
                placed.back().mutable_order()->mutable_contact()->set_function_or_team(team_of(i));
                v1::Envelope question =
                    envelope(provider, id, now_, randomness_, made_up_citizen(i));
                question.mutable_clarification_request()->add_questions("which days?");
                asked.push_back(std::move(question));
            }
            say(*centre_, placed);
            say(*site_, asked);
        }
        citizens_ = count;
    }
    // Placed and cancelled until the log has this many entries.
    void grow(std::size_t entries) {
        while (entries_ < entries) {
            std::vector<v1::Envelope> placed;
            std::vector<v1::Envelope> cancelled;
            for (std::size_t i = 0; i < batch_size; ++i, ++citizens_) {
                const auto id = contract::OrderId::make(now_, randomness_);
                const std::string citizen = made_up_citizen(citizens_);
                placed.push_back(order(id, now_, randomness_, provider, citizen));
                cancelled.push_back(envelope(jobcentre, id, now_, randomness_, citizen));
                cancelled.back().mutable_order_cancellation()->set_reason(
                    v1::ORDER_CANCELLATION_REASON_PLACED_BY_MISTAKE);
            }
            say(*centre_, placed);
            say(*centre_, cancelled);
        }
    }

    // Rows of the page. `after` empty: the first page.
    std::size_t page(const std::string& contact, std::string& after) {
        v1::ClientFrame frame;
        v1::Query& query = *frame.mutable_query();
        query.set_request_number(++number_);
        query.set_after(after);
        query.mutable_waiting()->set_contact(contact);
        centre_->send(frame);
        const auto answered = centre_->receive_kind(v1::HubFrame::kAnswer);
        JOBBRO_ASSERT(answered.has_value());
        after = answered->answer().next();
        return static_cast<std::size_t>(answered->answer().waiting_size());
    }
    void ping() {
        centre_->ping(++number_);
        const auto answered = centre_->receive_kind(v1::HubFrame::kPong);
        JOBBRO_ASSERT(answered.has_value());
    }

  private:
    void say(RawPeer& peer, const std::vector<v1::Envelope>& envelopes) {
        peer.submit(envelopes);
        for (const v1::Outcome& outcome : peer.outcomes(envelopes.size()))
            JOBBRO_ASSERT(outcome.has_receipt());
        entries_ += envelopes.size();
    }

    HubProcess hub_;
    SeededRandomness randomness_{1};
    Instant now_ = *parse_clock_text(now_text);
    std::unique_ptr<RawPeer> centre_;
    std::unique_ptr<RawPeer> site_;
    std::size_t entries_ = 0;
    std::size_t citizens_ = 0;
    std::uint64_t number_ = 0;
};

struct Row {
    const char* what;
    Timed timed;
};

std::vector<Row> measure(Bench& bench, std::size_t open) {
    const auto first_of = [&bench](const std::string& contact) {
        return timed([&] {
            std::string after;
            return bench.page(contact, after);
        });
    };
    std::string middle;
    for (std::size_t rows = 0; rows < open / 2;)
        rows += bench.page({}, middle);
    std::vector<Row> rows;
    rows.push_back({"a ping", timed([&bench] {
                        bench.ping();
                        return std::size_t{0};
                    })});
    rows.push_back({"jobcentre, first page", first_of({})});
    rows.push_back({"jobcentre, a middle page", timed([&] {
                        std::string after = middle;
                        return bench.page({}, after);
                    })});
    rows.push_back({"a team's first page", first_of(team_of(0))});
    std::printf("\n%zu entries of parties in the log\n%-26s %6s %10s %10s\n", bench.entries(), "",
                "rows", "median us", "p99 us");
    for (const Row& row : rows) {
        std::printf("%-26s %6zu %10.0f %10.0f\n", row.what, row.timed.rows, row.timed.median_us,
                    row.timed.p99_us);
    }
    return rows;
}

int run(std::size_t open, std::size_t growth) {
    Bench bench;
    bench.open(open);
    const std::size_t shortest = bench.entries();
    const auto first = measure(bench, open);
    bench.grow(shortest * growth);
    const auto grown = measure(bench, open);
    bench.grow(shortest * growth * 2);
    const auto last = measure(bench, open);
    std::printf("\nratio of the medians     %zu to 1   %zu to 1   %zu to %zu\n", growth, growth * 2,
                growth * 2, growth);
    for (std::size_t i = 0; i < first.size(); ++i) {
        const double median = last[i].timed.median_us;
        std::printf("%-24s %6.2f %8.2f %8.2f\n", first[i].what,
                    grown[i].timed.median_us / first[i].timed.median_us,
                    median / first[i].timed.median_us, median / grown[i].timed.median_us);
    }
    return 0;
}

}  // namespace
}  // namespace jobbro::testing

int main(int count, char** arguments) {
    const long open = count > 1 ? std::strtol(arguments[1], nullptr, 10) : 20000;
    const long growth = count > 2 ? std::strtol(arguments[2], nullptr, 10) : 5;
    if (open < 400 || growth < 2) return 2;
    return jobbro::testing::run(static_cast<std::size_t>(open), static_cast<std::size_t>(growth));
}
