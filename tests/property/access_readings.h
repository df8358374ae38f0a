// What is read of the log itself, held to the model: proofs with or without their entry, and
// auditors' replays.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/property/access_model.h"
#include "tests/support/hub_world.h"

namespace jobbro::testing {

// What was handed out, and what was not.
struct ReadingsSeen {
    std::size_t proofs_with_entry = 0;
    std::size_t proofs_alone = 0;
    std::size_t trails = 0;    // messages with the key of the index
    std::size_t contents = 0;  // messages with both keys
    std::size_t withheld = 0;  // messages asked for that no grant covers
    std::size_t hub_bodies_withheld = 0;
    std::size_t unmaskings_refused = 0;
};

// Asks at random and holds the answers to the model. Life: all it is given must outlive it.
class Readings {
  public:
    // Makes one turn of the world's, and looks at all else that is handed out in it.
    using TakeTurn = std::function<core::Turn(const std::vector<core::FrameIn>&)>;

    Readings(HubWorld& world, const AccessModel& model, SeededRandomness& random,
             ReadingsSeen& seen, TakeTurn turn)
        : world_(world), model_(model), random_(random), seen_(seen), turn_(std::move(turn)) {}

    // Requires, for both: the party has a session.
    void prove_some(const std::string& party);
    void replay_some(const std::string& auditor);

  private:
    struct Selection;  // what a replay asks for

    void check_proof(const std::string& party, std::uint64_t sequence, const v1::Proof& proof);
    [[nodiscard]] Selection some_selection();
    std::vector<v1::ReplayedEntry> replayed(const std::string& auditor, const v1::Replay& request);
    void check_all(const std::string& auditor, const Selection& asked,
                   const std::vector<v1::ReplayedEntry>& all);
    void check_message(const std::string& auditor, const ModelEntry& entry,
                       const v1::ReplayedEntry& replayed, bool is_unmasked);
    void check_of_the_hub(const std::string& auditor, std::uint64_t sequence,
                          const v1::ReplayedEntry& replayed);
    [[nodiscard]] bool covers_all_named(const std::string& auditor,
                                        const journal::OpenedEntry& entry);
    [[nodiscard]] const ModelEntry* entry_about(const Bytes& subject_id);
    [[nodiscard]] bool is_selected(const Selection& asked, std::uint64_t sequence);

    HubWorld& world_;
    const AccessModel& model_;
    SeededRandomness& random_;
    ReadingsSeen& seen_;
    TakeTurn turn_;
};

}  // namespace jobbro::testing
