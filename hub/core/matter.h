// What a message is about, and who is to have it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hub/core/core.h"

namespace jobbro::core {

// An order that is there or is placed now; a citizen without an order; or neither (offers).
struct Core::Matter {
    // Two subjects that are one person from now on.
    struct Merge {
        journal::SubjectId former;
        journal::SubjectId into;  // is kept
    };

    std::optional<journal::SubjectId> subject;
    bool binds_citizen = false;  // the envelope says something new of CPR numbers
    bool places_order = false;
    KeySlot slot{0};          // of the data key: the order's, the subject's or the general one
    bool needs_slot = false;  // there is none yet
    std::string jobcentre;    // of the order
    std::string provider;     // of the order
    std::string other_party;  // of the order, seen from the sender; empty: none
    std::vector<std::string> former_jobcentres;  // of the order, the latest last
    std::string handed_to;                       // the citizen's case is: a jobcentre
    std::optional<Merge> merge;
    std::optional<Bytes> taken_back;  // hash of a number: it leads to the citizen no more
    // What the message answers, and what it corrects, once that is looked up.
    std::vector<domain::MessageNumber> answers;
    domain::MessageNumber corrects = 0;
    bool has_findings = false;           // something is remarked on
    std::vector<std::string> receivers;  // each once
};

}  // namespace jobbro::core
