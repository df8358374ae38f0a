// A tiny hub on a real loopback socket, with CURVE and ZAP.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {

// Answers Hello, Submit (a receipt each, an envelope again gets its first sequence), Subscribe,
// Nack and Ping for one party until stopped. What is given back to be tried later is delivered
// again at once; what is given up, when it is released. Fetch gets what is delivered, Prove what
// HubSide::proof() makes, Replay the pages of HubSide::replayed(), Query what is set. What it has
// recorded outlives stop(), so that start() is a restart. Thread: any; the answers are made on its
// own thread.
class FakeHub {
  public:
    explicit FakeHub(evidence::CurvePublicKey admitted) : admitted_(admitted) {}
    ~FakeHub() { stop(); }
    FakeHub(const FakeHub&) = delete;
    FakeHub& operator=(const FakeHub&) = delete;

    // Listens on a free port, or on the one it had. True when it does.
    bool start();
    void stop();
    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    [[nodiscard]] evidence::HubPublicKeys public_keys() const { return side_.public_keys(); }

    // To be set before start(): takes submits without answering them.
    void set_silent(bool silent) { is_silent_ = silent; }
    // To be set before start(): answers every Subscribe with this error.
    void refuse_subscribing(v1::ErrorCode code) { subscribing_refused_ = code; }
    // To be set before start(): answers this envelope with a rejection, the first so many times.
    void refuse(const Bytes& envelope, ErrorCode code, int times = 1'000'000) {
        refusals_[envelope] = Refused{static_cast<v1::ErrorCode>(code), times};
    }
    // To be set before start(): answers every statement with this error, and else with nothing.
    void refuse_statements(v1::ErrorCode code) { statements_refused_ = code; }
    // To be set before start(): makes what a Query is answered with, on the hub's thread. Unset:
    // nothing.
    using Answers = std::function<std::vector<v1::HubFrame>(const v1::Query&)>;
    void answer_queries(Answers answers) { query_answers_ = std::move(answers); }
    // From now on submits are taken, and not looked at before they are let through.
    void hold_submits();
    void let_submits_through();
    // Messages to be delivered to whoever subscribes, with sequences from 0.
    void set_deliveries(std::vector<Bytes> envelopes) { deliveries_ = std::move(envelopes); }

    // To be set before start(): what is parked.
    void set_parked(const std::vector<std::uint64_t>& sequences) {
        for (const std::uint64_t sequence : sequences)
            parked_[sequence] = 0;
    }

    std::vector<Bytes> recorded();
    std::vector<std::uint64_t> acked();  // by way of the cursor
    std::vector<std::uint64_t> acked_parked();
    std::vector<v1::Nack> nacked();
    // The last that was asked for.
    v1::Subscribe subscribe();
    // Waits until so many Nacks have come. False after ten seconds.
    bool wait_for_nacks(std::size_t count);
    // Waits until a Submit has come (also when silent). False after ten seconds.
    bool wait_for_submit();
    // Waits until a client is open for deliveries no more. False after ten seconds.
    bool wait_for_unsubscribe();
    // Waits until a client has taken leave. False after ten seconds.
    bool wait_for_goodbye();

  private:
    struct Refused {
        v1::ErrorCode code;
        int times;
    };
    void run(void* context, void* router, void* zap);
    void answer_zap(void* zap) const;
    void answer(void* router);
    std::vector<v1::HubFrame> answers_to(const v1::ClientFrame& frame);
    [[nodiscard]] std::vector<v1::HubFrame> administered(const v1::ClientFrame& frame) const;
    v1::HubFrame record(const v1::Submit& submit);
    v1::HubFrame deliver_from(const v1::Subscribe& subscribe, std::uint64_t first) const;
    std::vector<v1::HubFrame> take_nack(const v1::Nack& nack);
    v1::HubFrame redeliver(std::uint64_t sequence);
    v1::HubFrame fetched(const v1::Fetch& fetch) const;
    v1::HubFrame parked_list(const v1::ListParked& asked) const;
    std::vector<v1::HubFrame> act(const v1::ActOnParked& act);

    const evidence::CurvePublicKey admitted_;
    HubSide side_;
    std::string endpoint_ = "tcp://127.0.0.1:*";
    std::vector<Bytes> deliveries_;
    std::atomic<bool> is_silent_ = false;
    std::atomic<bool> is_stopping_ = false;
    v1::ErrorCode subscribing_refused_ = v1::ERROR_CODE_UNSPECIFIED;
    Answers query_answers_;
    v1::ErrorCode statements_refused_ = v1::ERROR_CODE_UNSPECIFIED;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<Bytes, Refused> refusals_;
    std::vector<Bytes> recorded_;
    std::vector<std::uint64_t> acked_;
    std::vector<std::uint64_t> acked_parked_;
    std::vector<v1::Nack> nacked_;
    std::map<std::uint64_t, std::uint32_t> parked_;  // attempts, by sequence
    v1::Subscribe subscribe_;
    v1::Replay replay_;
    std::uint64_t replay_page_ = 0;
    int goodbyes_ = 0;
    int submits_ = 0;
    int unsubscribes_ = 0;
    bool holds_submits_ = false;
    std::thread thread_;
};

}  // namespace jobbro::kit
