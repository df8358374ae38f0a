// A hub without sockets or files: journal and core over stores in memory, one clock, one seed.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/core/core.h"
#include "tests/support/memory_marks.h"
#include "tests/support/memory_store.h"
#include "tests/support/messages.h"

namespace jobbro::testing {

// Keys of a party in the world.
struct Keys {
    evidence::SigningKey signing;
    evidence::CurvePublicKey curve;
};

// Thread: one. Frames of party P come by route P unless said otherwise.
class HubWorld {
  public:
    explicit HubWorld(std::uint64_t seed = 1);

    // Opens journal and core over what the stores hold. Returns the error of what refused.
    Result<void> open();
    // Registers by a statement of the controller, through the operator's session.
    void add_party(const std::string& party, const std::vector<std::string>& jobcentres = {});
    // Registers jobcentre and provider, opens a session for each.
    void add_usual_parties();

    // One turn with these frames, a millisecond later.
    core::Turn turn(std::vector<core::FrameIn> frames = {});
    core::FrameIn frame(const std::string& party, v1::ClientFrame content) const;
    core::FrameIn hello(const std::string& party) const;
    core::FrameIn submit(const std::string& party, const std::vector<v1::Envelope>& envelopes,
                         std::uint64_t number = 1) const;
    core::FrameIn submit_bytes(const std::string& party, const std::vector<Bytes>& envelopes,
                               std::uint64_t number = 1) const;
    core::FrameIn subscribe(const std::string& party, const std::string& name,
                            std::uint32_t credit = 100) const;
    core::FrameIn ack(const std::string& party, const std::string& name,
                      std::uint64_t sequence) const;
    core::FrameIn ack_parked(const std::string& party, const std::string& name,
                             std::uint64_t sequence) const;
    core::FrameIn nack(const std::string& party, const std::string& name, std::uint64_t sequence,
                       v1::NackVerdict verdict = v1::NACK_VERDICT_RETRY_LATER,
                       const std::string& reason = {}) const;
    core::FrameIn list_parked(const std::string& party, const std::string& name,
                              std::optional<std::uint64_t> after = std::nullopt) const;
    // On all that are parked when none are named. The request number is 7, as everywhere here.
    core::FrameIn act_on_parked(const std::string& party, const std::string& name,
                                v1::ParkedActKind act,
                                const std::vector<std::uint64_t>& sequences = {}) const;
    core::FrameIn fetch(const std::string& party, std::uint64_t sequence) const;
    core::FrameIn statement(const v1::RegistryStatement& statement,
                            const std::string& signer) const;
    v1::RegistryStatement grant(const std::string& party,
                                const std::vector<std::string>& jobcentres);

    contract::OrderId new_order() { return contract::OrderId::make(now, randomness); }

    Keys& keys(const std::string& party);

    Instant now{1767323045000000};
    SeededRandomness randomness;
    core::Conditions conditions;
    core::Settings settings;
    std::string log_key = "log key";            // the name of the log's key; before open()
    std::optional<std::string> former_log_key;  // to hand the log over from; before open()
    std::vector<v1::RuleSet> rules;             // as configured; before open()
    bool is_demo = false;                       // before open()
    bool has_second_controller = false;         // for other_jobcentre; before open()
    delivery::ParkedBounds parked_bounds;
    MemoryStore log_store;
    MemoryStore vault_store;
    MemoryMarks marks;
    journal::Assurances assured;  // at open()
    std::unique_ptr<journal::Journal> journal;
    std::optional<core::Core> core;

  private:
    mutable std::map<std::string, Keys> keys_;
};

// All outcomes of a turn's frames, in order.
std::vector<v1::Outcome> outcomes(const core::Turn& turn);
// The frames of one kind that went to a party.
std::vector<v1::HubFrame> frames_to(const core::Turn& turn, const std::string& party,
                                    v1::HubFrame::KindCase kind);
// The codes of the Error frames to a party.
std::vector<v1::ErrorCode> errors(const core::Turn& turn, const std::string& party);
// All deliveries to a party.
std::vector<v1::Delivery> deliveries(const core::Turn& turn, const std::string& party);

}  // namespace jobbro::testing
