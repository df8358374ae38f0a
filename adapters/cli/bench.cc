// jobbro bench submit: how many durable messages a second, and how long each takes.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>

#include "adapters/cli/command_line.h"
#include "adapters/cli/interruption.h"
#include "proto/contract/party_id.h"
#include "proto/contract/uuid.h"

namespace jobbro::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::microseconds;

struct BenchOptions {
    std::vector<std::string> sender_keys;
    std::string provider;
    std::vector<std::size_t> senders{1, 4};
    std::vector<std::size_t> windows{1, 256};
    double seconds = 3;
    std::size_t size_bytes = 1000;
};

struct Shape {
    std::size_t senders;
    std::size_t window;
};

struct Figures {
    double messages_per_second = 0;
    std::uint32_t p50_us = 0;
    std::uint32_t p90_us = 0;
    std::uint32_t p99_us = 0;
    std::uint32_t max_us = 0;
    std::uint64_t refused = 0;
};

// What all slots of a run share.
struct Run {
    std::string provider;
    std::size_t size_bytes = 0;
    SteadyClock::time_point count_from;
    SteadyClock::time_point count_until;
    std::atomic<std::uint64_t> unanswered = 0;
    std::atomic<std::uint64_t> refused = 0;
    std::atomic<int> first_refusal = 0;  // an error code
};

// A test citizen (60 added to the day), one of some millions.
std::string test_cpr_number(SeededRandomness& random) {
    char text[16] = {};
    std::snprintf(
        text, sizeof text, "%02u%02u%02u-%04u", static_cast<unsigned>(61 + random.below(28)),
        static_cast<unsigned>(1 + random.below(12)), static_cast<unsigned>(50 + random.below(50)),
        static_cast<unsigned>(random.below(4000)));
    return text;
}

// An order of about this many bytes.
v1::Envelope make_order(const Run& run, Instant now, SeededRandomness& random) {
    v1::Envelope envelope;
    envelope.mutable_audience()->set_party(run.provider);
    envelope.set_order_id(contract::OrderId::make(now, random).text());
    envelope.mutable_citizen()->set_cpr_number(test_cpr_number(random));
    v1::Order& order = *envelope.mutable_order();
    order.set_offer_reference("bench");
    constexpr std::size_t rest_of_envelope = 240;
    constexpr std::size_t question_bytes_max = 500;
    constexpr int questions_max = 10;
    std::size_t left = run.size_bytes > rest_of_envelope ? run.size_bytes - rest_of_envelope : 1;
    while (left > 0 && order.questions_size() < questions_max) {
        const std::size_t bytes = std::min(left, question_bytes_max);
        order.add_questions(std::string(bytes, 'q'));
        left -= bytes;
    }
    return envelope;
}

// One of the messages a sender has on its way: as soon as it is answered the next one goes. Its
// members belong to whoever calls send_next(): first the main thread, then the client's.
class Slot {
  public:
    Slot(kit::Client& client, Run& run, std::uint64_t seed)
        : client_(client), run_(run), random_(seed) {}

    void send_next() {
        const auto now = SteadyClock::now();
        if (now >= run_.count_until || is_interrupted() || has_failed_) return;
        sent_at_ = now;
        ++run_.unanswered;
        client_.submit(make_order(run_, clock_.now(), random_),
                       [this](const Result<kit::Receipt>& fate) { answered(fate); });
    }
    [[nodiscard]] const std::vector<std::uint32_t>& latencies_us() const { return latencies_us_; }

  private:
    void answered(const Result<kit::Receipt>& fate) {
        const auto now = SteadyClock::now();
        if (!fate) {
            ++run_.refused;
            int none = 0;
            run_.first_refusal.compare_exchange_strong(none, static_cast<int>(fate.error().code));
            has_failed_ = true;
        } else if (now >= run_.count_from && now < run_.count_until) {
            const auto took = std::chrono::duration_cast<microseconds>(now - sent_at_).count();
            latencies_us_.push_back(static_cast<std::uint32_t>(took));
        }
        send_next();
        --run_.unanswered;
    }

    kit::Client& client_;
    Run& run_;
    SeededRandomness random_;
    SystemClock clock_;
    SteadyClock::time_point sent_at_;
    std::vector<std::uint32_t> latencies_us_;
    bool has_failed_ = false;
};

Figures figures_of(std::vector<std::uint32_t> latencies_us, const Run& run) {
    Figures figures;
    figures.refused = run.refused;
    if (latencies_us.empty()) return figures;
    std::sort(latencies_us.begin(), latencies_us.end());
    const auto at = [&latencies_us](double part) {
        const auto index =
            static_cast<std::size_t>(part * static_cast<double>(latencies_us.size()));
        return latencies_us[std::min(index, latencies_us.size() - 1)];
    };
    const std::chrono::duration<double> counted = run.count_until - run.count_from;
    figures.messages_per_second = static_cast<double>(latencies_us.size()) / counted.count();
    figures.p50_us = at(0.50);
    figures.p90_us = at(0.90);
    figures.p99_us = at(0.99);
    figures.max_us = latencies_us.back();
    return figures;
}

Result<std::vector<std::unique_ptr<kit::Client>>> open_senders(const GlobalOptions& global,
                                                               const BenchOptions& options,
                                                               std::size_t count) {
    std::vector<std::unique_ptr<kit::Client>> clients;
    for (std::size_t i = 0; i < count; ++i) {
        GlobalOptions as_sender = global;
        as_sender.key = options.sender_keys[i];
        JOBBRO_TRY_ASSIGN(auto settings, read_settings(as_sender));
        settings.check_locally = false;
        settings.give_up_after_ms = global.timeout().count();
        JOBBRO_TRY_ASSIGN(auto client, open_client(std::move(settings), global));
        clients.push_back(std::move(client));
    }
    return clients;
}

Result<Figures> measure(const GlobalOptions& global, const BenchOptions& options, Shape shape) {
    JOBBRO_TRY_ASSIGN(auto clients, open_senders(global, options, shape.senders));
    const auto counted =
        std::chrono::duration_cast<microseconds>(std::chrono::duration<double>{options.seconds});
    const auto warm_up = std::min<microseconds>(counted / 4, std::chrono::seconds{1});
    evidence::SystemRandomness system_randomness;
    SeededRandomness seeds{read_big_endian<std::uint64_t>(view(system_randomness.take<8>()))};
    Run run;
    run.provider = options.provider;
    run.size_bytes = options.size_bytes;
    run.count_from = SteadyClock::now() + warm_up;
    run.count_until = run.count_from + counted;
    std::vector<std::unique_ptr<Slot>> slots;
    for (const auto& client : clients) {
        for (std::size_t i = 0; i < shape.window; ++i) {
            slots.push_back(std::make_unique<Slot>(*client, run, seeds.next()));
        }
    }
    for (const auto& slot : slots)
        slot->send_next();
    const auto patience = run.count_until + global.timeout();
    while (run.unanswered > 0 && SteadyClock::now() < patience) {
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    for (const auto& client : clients)
        client->close();
    if (run.first_refusal != 0) {
        return Error{static_cast<ErrorCode>(run.first_refusal.load()),
                     std::to_string(run.refused) + " messages were refused"};
    }
    std::vector<std::uint32_t> latencies_us;
    for (const auto& slot : slots) {
        latencies_us.insert(latencies_us.end(), slot->latencies_us().begin(),
                            slot->latencies_us().end());
    }
    return figures_of(std::move(latencies_us), run);
}

std::string table_row(Shape shape, const Figures& figures) {
    char row[160] = {};
    std::snprintf(row, sizeof row, "%7zu %7zu %12.0f %10u %10u %10u %10u\n", shape.senders,
                  shape.window, figures.messages_per_second, figures.p50_us, figures.p90_us,
                  figures.p99_us, figures.max_us);
    return row;
}

// For programs: R, shape, what, number.
std::string tsv_lines(Shape shape, const Figures& figures) {
    const std::string head =
        "R\tsubmit_" + std::to_string(shape.senders) + "w" + std::to_string(shape.window) + "\t";
    const auto rate = static_cast<std::uint64_t>(figures.messages_per_second);
    return head + "messages_per_second\t" + std::to_string(rate) + "\n" +  //
           head + "latency_p50_us\t" + std::to_string(figures.p50_us) + "\n" + head +
           "latency_p90_us\t" + std::to_string(figures.p90_us) + "\n" + head + "latency_p99_us\t" +
           std::to_string(figures.p99_us) + "\n" + head + "latency_max_us\t" +
           std::to_string(figures.max_us) + "\n";
}

Result<int> bench_submit(const GlobalOptions& global, const BenchOptions& options) {
    const auto provider = contract::PartyId::parse(options.provider);
    if (!provider || provider->role() != contract::Role::provider) {
        return Error{ErrorCode::usage, "--provider is provider:<CVR>[-<P number>]"};
    }
    for (const std::size_t senders : options.senders) {
        if (senders > options.sender_keys.size()) {
            return Error{ErrorCode::usage,
                         std::to_string(senders) + " senders need as many --sender-key files"};
        }
    }
    JOBBRO_TRY(
        write_out("senders  window   messages/s     p50 us     p90 us     p99 us"
                  "     max us\n"));
    std::string tsv;
    for (const std::size_t senders : options.senders) {
        for (const std::size_t window : options.windows) {
            if (is_interrupted()) return exit_refused;
            const Shape shape{senders, window};
            JOBBRO_TRY_ASSIGN(const Figures figures, measure(global, options, shape));
            JOBBRO_TRY(write_out(table_row(shape, figures)));
            tsv += tsv_lines(shape, figures);
        }
    }
    JOBBRO_TRY(write_out(tsv));
    return 0;
}

}  // namespace

void add_bench(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<BenchOptions>();
    CLI::App* bench = program.add_subcommand("bench", "Measurements against a running hub");
    bench->require_subcommand(1);
    CLI::App* submit = bench->add_subcommand(
        "submit", "Durable messages a second: each sender places orders with one provider");
    submit->add_option("--sender-key", options->sender_keys, "A jobcentre's key file; repeat it")
        ->required()
        ->take_all();
    submit->add_option("--provider", options->provider, "The provider the orders go to")
        ->required();
    submit->add_option("--senders", options->senders, "How many send at once")
        ->capture_default_str()
        ->check(CLI::Range(1, 64));
    submit->add_option("--window", options->windows, "Messages each has on its way")
        ->capture_default_str()
        ->check(CLI::Range(1, 4096));
    submit->add_option("--seconds", options->seconds, "How long each shape is measured")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 3600.0));
    submit->add_option("--size", options->size_bytes, "Bytes of an envelope, about")
        ->capture_default_str()
        ->check(CLI::Range(240, 5000));
    submit->callback([options, &global, &chosen] {
        chosen = [options, &global] { return bench_submit(global, *options); };
    });
}

}  // namespace jobbro::cli
