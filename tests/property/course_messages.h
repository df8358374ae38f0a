// Messages as the parties of courses send them, with mistakes: steps out of order, answers to what
// was never asked, other parties, other citizens, days to come.
#pragma once

#include <string>
#include <vector>

#include "tests/property/course_bodies.h"
#include "tests/property/rebuilt_rows.h"
#include "tests/support/hub_world.h"
#include "tests/support/messages.h"

namespace jobbro::testing {

inline const std::vector<std::string> centres{jobcentre, other_jobcentre, third_jobcentre};
inline const std::vector<std::string> sites{provider, other_provider, "provider:99215003"};

// Ids and times are the world's; `rows` is what the log holds. Life: all three must outlive it.
class CourseMessages {
  public:
    CourseMessages(HubWorld& world, const RebuiltRows& rows, SeededRandomness& random)
        : world_(world), rows_(rows), random_(random), bodies_(random) {}

    v1::Envelope placing();
    // Of two of the sites: the third never publishes an offer. Some correct what was said before.
    v1::Envelope of_offers();
    // Requires, for these: there are orders.
    v1::Envelope on_an_order();
    v1::Envelope about_a_citizen();
    v1::Envelope handing_over();
    v1::Envelope change_of_number();
    v1::Envelope merge();

    // A dice, for those who choose among these.
    CourseBodies& dice() { return bodies_; }

  private:
    [[nodiscard]] domain::Day today() const { return rows_.day_of(world_.now); }
    const RebuiltOrder& some_order();
    const std::string& one_of(const std::vector<std::string>& all);
    v1::Envelope blank(const std::string& sender, const std::string& number);
    v1::MessageKind next_step(contract::DialogueState state);
    v1::MessageKind some_kind(const RebuiltOrder& order);
    std::string sender_of(const RebuiltOrder& order, v1::MessageKind kind);
    void point_at_answered(v1::Envelope& envelope, const RebuiltOrder& order, v1::MessageKind kind);
    void correct(v1::Envelope& envelope, const std::vector<Said>& said, v1::MessageKind kind);
    v1::Envelope some_other_time(v1::Envelope envelope);
    v1::Envelope said_of_offer(v1::Envelope envelope);

    HubWorld& world_;
    const RebuiltRows& rows_;
    SeededRandomness& random_;
    CourseBodies bodies_;
    SeededRandomness offer_dice_{2011};
    std::vector<v1::Envelope> said_of_offers_;
    std::uint64_t citizens_ = 0;
    std::uint64_t new_numbers_ = 1000;  // that nobody has but by a change
};

}  // namespace jobbro::testing
