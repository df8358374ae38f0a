// Messages as parties might think of them, with and without a ground, in a history of orders,
// citizens and numbers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/property/access_model.h"
#include "tests/support/hub_world.h"

namespace jobbro::testing {

inline const std::vector<std::string> jobcentres{jobcentre, other_jobcentre, third_jobcentre};
inline const std::vector<std::string> providers{provider, other_provider, "provider:99215003"};

// Requires: there is something in `all`.
template <typename T>
const T& one_of(const std::vector<T>& all, SeededRandomness& random) {
    return all[random.below(all.size())];
}

// Envelopes that are valid, and about half of which the hub refuses. Ids and times are the world's;
// what is chosen, `random` chooses. Life: all three must outlive it.
class RandomMessages {
  public:
    RandomMessages(HubWorld& world, const AccessModel& model, SeededRandomness& random)
        : world_(world), model_(model), random_(random) {}

    v1::Envelope placing();
    v1::Envelope handing_over();
    v1::Envelope change_of_number();
    // Takes a change back, mostly the latest one. Requires: has_changes().
    v1::Envelope taking_back();
    [[nodiscard]] bool has_changes() const { return !changes().empty(); }
    v1::Envelope merge();
    v1::Envelope offer();
    v1::Envelope interview();
    // Mostly by a party of the order, and of its citizen. Requires: there are orders.
    v1::Envelope on_an_order();
    // Mostly one that is known.
    std::string a_number();

  private:
    v1::Envelope blank(const std::string& sender, const std::string& number);
    v1::Envelope changed(const std::string& sender, const std::string& former,
                         const std::string& number);
    [[nodiscard]] std::vector<const ModelEntry*> changes() const;
    std::pair<std::string, std::string> two_numbers();
    void next_step(const ModelOrder& order, v1::Envelope& result);
    static void report(v1::Envelope& result);
    void said_by_provider(v1::Envelope& result);
    void said_by_jobcentre(v1::Envelope& result);
    void correct(v1::Envelope& result);

    HubWorld& world_;
    const AccessModel& model_;
    SeededRandomness& random_;
};

}  // namespace jobbro::testing
