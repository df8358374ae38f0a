// A statement about a citizen, judged right.
#pragma once

#include "hub/core/core.h"

namespace jobbro::core {

struct Core::CitizenAct {
    v1::CitizenStatement statement;
    v1::StatedAct stated;                        // as it is recorded
    const v1::Controller* controller = nullptr;  // whose it is; constant as long as the journal
    journal::PersonState state;                  // of the citizen, before it
};

}  // namespace jobbro::core
