// What somebody has looked into before a start, and says so.
#pragma once

namespace jobbro::journal {

struct Assurances {
    // However long nothing was recorded.
    bool clock_is_right = false;
    // The file of erasure marks is lost for good, and log and vault are as they were last: marks
    // are made anew from what these know.
    bool erasure_marks_are_lost = false;
};

}  // namespace jobbro::journal
