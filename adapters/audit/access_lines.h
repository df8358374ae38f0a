// How somebody saw something, in a sentence or a row.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/audit/flat_rows.h"
#include "adapters/audit/readings.h"

namespace jobbro::audit {

enum class Language : std::uint8_t { danish, english };

// Whether what may name other persons than the citizen is told.
enum class Naming : std::uint8_t {
    all,  // each party by its id
    // Operators and auditors by their role alone, no subscription's name, and a ground only of who
    // asked for this citizen: others may be about somebody else.
    no_person,
};

// "provider:99104007 fetched entry 4", without its end; made safe, on one line. Thread: any, for
// all below.
std::string access_sentence(const Access& access, Language language, Naming naming);

// `trace`: the entry that tells of it, and its time.
FlatRow access_row(const Access& access, const Trace& trace);
// That so many readings were not opened, as a row of the same columns.
FlatRow unopened_row(std::uint64_t readings);
// The same in a sentence.
std::string unopened_sentence(std::uint64_t readings, Language language);

}  // namespace jobbro::audit
