// A folder's inlet with a real outbox, whose messages the test answers itself.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "adapters/connectors/folder_inlet.h"
#include "adapters/kit/envelope_maker.h"
#include "tests/support/temporary_folder.h"

namespace jobbro::connectors {

inline constexpr const char* order_id = "0190163d-8694-739b-aea5-966c26f8ad91";
inline constexpr const char* party = "provider:99104007";

inline evidence::PartySecretKeys own_keys() {
    SeededRandomness randomness{1};
    return {party, evidence::CurveSecretKey::random(randomness),
            evidence::SigningKey::random(randomness)};
}

// A provider's report of that many hours, as its system would write it.
inline std::string report(double hours, const std::string& more = {}) {
    std::ostringstream text;
    text << R"({"audience":{"order_parties":{}},"order_id":")" << order_id
         << R"(","citizen":{"cpr_number":"690870-1478"},"absence_report":{"first_date":)"
         << R"("2011-02-14","last_date":"2011-02-14","kind":"ABSENCE_KIND_NO_SHOW",)"
         << R"("absent_hours":)" << hours << "}" << more << "}";
    return text.str();
}

// A real outbox whose messages the test answers itself.
class OutboxSink final : public MessageSink {
  public:
    explicit OutboxSink(const std::filesystem::path& file)
        : own_(own_keys()),
          maker_(party, kit::EnvelopeMaker::salt_key_of(own_.signing), clock_, randomness_) {
        auto opened = kit::Outbox::open(kit::OutboxSettings{file, "log.example"}, own_);
        if (!opened) throw std::runtime_error(opened.error().line());
        outbox_ = *std::move(opened);
    }
    Result<void> check(const v1::Envelope& envelope) override {
        JOBBRO_TRY(maker_.make(envelope));
        return {};
    }
    Result<std::vector<kit::OutboxPut>> put(std::vector<kit::TaggedEnvelope> envelopes) override {
        if (trouble) return *trouble;
        std::vector<kit::OutboxRequest> requests;
        for (kit::TaggedEnvelope& each : envelopes) {
            JOBBRO_TRY_ASSIGN(auto made, maker_.make(std::move(each.envelope)));
            requests.push_back(kit::OutboxRequest{std::move(made), std::move(each.tag)});
        }
        return outbox_->put_many(requests, clock_.now());
    }
    Result<std::optional<kit::OutboxRecord>> find(const std::string& tag) override {
        return outbox_->find_by_tag(tag);
    }
    Result<std::vector<kit::OutboxRecord>> not_noted(std::uint64_t after,
                                                     std::size_t limit) override {
        return outbox_->not_noted(after, limit);
    }
    Result<void> take_note(const std::vector<std::uint64_t>& tickets) override {
        if (is_crashing) return ErrorCode::file_unwritable;
        return outbox_->take_note(tickets, clock_.now());
    }

    // Waiting messages, oldest first, as they were made.
    std::vector<v1::Envelope> waiting() {
        std::vector<v1::Envelope> envelopes;
        const auto records = outbox_->waiting(0, 1024);
        for (const kit::OutboxRecord& record : *records) {
            EXPECT_TRUE(envelopes.emplace_back().ParseFromString(record.envelope));
        }
        return envelopes;
    }
    // The oldest waiting one is answered; what the inlet is to be told of.
    std::vector<kit::OutboxRecord> answer(const Result<std::uint64_t>& sequence) {
        const auto waiting = outbox_->waiting(0, 1);
        if (waiting->empty()) throw std::runtime_error("nothing waits");
        const kit::OutboxRecord& first = waiting->front();
        Result<kit::Receipt> fate =
            sequence ? Result<kit::Receipt>{kit::Receipt{
                           first.message_id, Sequence{*sequence}, clock_.now(), {}}}
                     : Result<kit::Receipt>{sequence.error()};
        return *outbox_->settle({kit::OutboxSettlement{first.ticket, std::move(fate)}},
                                clock_.now());
    }
    std::size_t not_noted_count() { return outbox_->not_noted(0, 1024)->size(); }

    std::optional<Error> trouble;
    bool is_crashing = false;  // nothing is noted any more

  private:
    const evidence::PartySecretKeys own_;
    const SystemClock clock_;
    evidence::SystemRandomness randomness_;
    kit::EnvelopeMaker maker_;
    std::unique_ptr<kit::Outbox> outbox_;
};

class FolderInletTest : public ::testing::Test {
  protected:
    FolderInletTest() {
        std::signal(SIGIO, SIG_IGN);
        EXPECT_TRUE(make_folders(layout));
        restart();
    }
    // As after a crash: all that is not on disk is gone.
    void restart(InletLimits limits = {}) {
        inlet.reset();
        sink.reset();
        sink = std::make_unique<OutboxSink>(layout.state / "outbox.db");
        inlet = std::make_unique<FolderInlet>(
            FolderInlet::Parts{layout, key, *sink, clock,
                               [this](const InletNews& each) { news.push_back(each); }, limits});
        ASSERT_TRUE(inlet->start());
    }
    // A writer that does as it should.
    void drop(const std::string& name, const std::string& text) {
        std::ofstream(layout.base / "written") << text;
        std::filesystem::rename(layout.base / "written", layout.in / name);
        inlet->closed(name);
        turn();
    }
    void turn(std::int64_t ms = 0) {
        now = now.plus_ms(ms);
        const auto done = inlet->turn(now);
        EXPECT_TRUE(done) << done.error().line();
    }
    // The files that lie there already when it starts.
    void settle() {
        turn();
        turn(Arrivals::settling_ms);
    }
    void answer(const Result<std::uint64_t>& sequence) {
        inlet->settled(sink->answer(sequence));
        turn();
    }
    static std::vector<std::string> names(const std::filesystem::path& folder) {
        return *list_names(folder, 100, [](std::string_view) { return true; });
    }
    static std::string text_of(const std::filesystem::path& path) {
        std::ifstream file(path);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    nlohmann::json errors_of(const std::string& name) const {
        return nlohmann::json::parse(text_of(layout.refused / (name + ".error.json")));
    }
    nlohmann::json receipt_of(const std::string& name) const {
        return nlohmann::json::parse(text_of(layout.sent / (name + ".receipt.json")));
    }
    std::vector<InletNews::Kind> kinds() {
        std::vector<InletNews::Kind> result;
        for (const InletNews& each : news)
            result.push_back(each.kind);
        return result;
    }
    std::vector<double> waiting_hours() {
        std::vector<double> hours;
        for (const v1::Envelope& each : sink->waiting())
            hours.push_back(each.absence_report().absent_hours());
        return hours;
    }

    jobbro::testing::TemporaryFolder folder;
    FolderLayout layout{folder / "base"};
    const evidence::SymmetricKey key{ByteArray<32>{1, 2, 3}};
    const SystemClock clock;
    Instant now{1'000'000'000};
    std::vector<InletNews> news;
    std::unique_ptr<OutboxSink> sink;
    std::unique_ptr<FolderInlet> inlet;
};

}  // namespace jobbro::connectors
