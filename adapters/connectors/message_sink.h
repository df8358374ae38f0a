// Where a folder's messages go.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/durable_client.h"

namespace jobbro::connectors {

// What the inlet needs of kit::DurableClient, so that it can be tested without a hub. Errors of all
// but check() are those of kit::Outbox. Thread: one at a time.
class MessageSink {
  public:
    virtual ~MessageSink() = default;
    // What the hub would refuse for the envelope's own sake.
    virtual Result<void> check(const v1::Envelope& envelope) = 0;
    // Takes messages, all or none; what was taken before by its tag or message id is given as it
    // is. Errors: also those of check().
    virtual Result<std::vector<kit::OutboxPut>> put(std::vector<kit::TaggedEnvelope> envelopes) = 0;
    virtual Result<std::optional<kit::OutboxRecord>> find(const std::string& tag) = 0;
    // Settled messages whose file has not left yet, as kit::Outbox::not_noted.
    virtual Result<std::vector<kit::OutboxRecord>> not_noted(std::uint64_t after,
                                                             std::size_t limit) = 0;
    // Their files have left.
    virtual Result<void> take_note(const std::vector<std::uint64_t>& tickets) = 0;
};

// The real one. Life: the client outlives it.
class DurableSink final : public MessageSink {
  public:
    explicit DurableSink(kit::DurableClient& client) : client_(client) {}

    Result<void> check(const v1::Envelope& envelope) override {
        JOBBRO_TRY(client_.client().envelope_maker().make(envelope));
        return {};
    }
    Result<std::vector<kit::OutboxPut>> put(std::vector<kit::TaggedEnvelope> envelopes) override {
        return client_.submit_many(std::move(envelopes));
    }
    Result<std::optional<kit::OutboxRecord>> find(const std::string& tag) override {
        return client_.find_by_tag(tag);
    }
    Result<std::vector<kit::OutboxRecord>> not_noted(std::uint64_t after,
                                                     std::size_t limit) override {
        return client_.not_noted(after, limit);
    }
    Result<void> take_note(const std::vector<std::uint64_t>& tickets) override {
        return client_.take_note(tickets);
    }

  private:
    kit::DurableClient& client_;
};

}  // namespace jobbro::connectors
