// Every error code has a test that expects it.
#pragma once

#include "tests/tidy/repository.h"

namespace jobbro::tidy {

// The codes of proto/base/error_codes.def that no test expects. In C++ a test expects
// ErrorCode::name, ERROR_CODE_NAME or "name" where it stands in an assertion, in a comparison or in
// a row of a table ("{…, ErrorCode::name, …}", not first); in Python where "name" is quoted. What a
// test hands in is not expected. tests/unit/base, which takes codes as examples, does not count.
Offences codes_without_test(const TextFiles& files);

}  // namespace jobbro::tidy
