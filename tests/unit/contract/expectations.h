// Matchers for Result.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "proto/base/result.h"

namespace jobbro {

MATCHER(Succeeds, "succeeds") {
    if (arg.has_value()) return true;
    *result_listener << "failed with " << arg.error().line();
    return false;
}

MATCHER_P(FailsWith, code, "fails with " + std::string{error_text(code).name}) {
    if (arg.has_value()) {
        *result_listener << "succeeded";
        return false;
    }
    *result_listener << "failed with " << arg.error().line();
    return arg.error().code == code;
}

MATCHER_P2(FailsAt, code, path,
           "fails with " + std::string{error_text(code).name} + " at " + path) {
    if (arg.has_value()) {
        *result_listener << "succeeded";
        return false;
    }
    *result_listener << "failed with " << arg.error().line();
    return arg.error().code == code && arg.error().field_path == path;
}

}  // namespace jobbro
