// A sample, what is done to it, and what is said of it then: for tables of tests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

#include "proto/contract/validation.h"
#include "tests/unit/contract/expectations.h"
#include "tests/unit/contract/sample_envelopes.h"

namespace jobbro::contract {

struct Spoilt {
    const char* name;
    v1::Envelope (*sample)();
    std::function<void(v1::Envelope&)> spoil;
    ErrorCode code;
    const char* path;
};

inline void PrintTo(const Spoilt& spoilt, std::ostream* out) {
    *out << spoilt.name;
}

inline std::string name_of(const testing::TestParamInfo<Spoilt>& info) {
    return info.param.name;
}

// The sample is valid, and spoilt it is refused as told.
inline void expect_refused(const Spoilt& spoilt) {
    v1::Envelope envelope = spoilt.sample();
    ASSERT_THAT(validate(envelope, sample_now), Succeeds());
    spoilt.spoil(envelope);
    EXPECT_THAT(validate(envelope, sample_now), FailsAt(spoilt.code, spoilt.path));
}

}  // namespace jobbro::contract
