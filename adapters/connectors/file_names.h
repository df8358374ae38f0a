// Names of files in the folders.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/evidence/keys.h"

namespace jobbro::connectors {

// What stands in a file, by its name.
enum class FileShape {
    none,        // not a message file: left alone
    one_object,  // "….json"
    lines,       // "….ndjson": one object a line
};

// Left alone are names that begin with "." and the receipts and errors this program writes itself
// ("….receipt.json", "….error.json"), so that what was refused can be put back as a whole.
// Thread: any, for all below.
FileShape shape_of(std::string_view name);

// A CPR number stands in the name; parts that are a UUID are passed over.
bool holds_cpr_number(std::string_view name, Instant now);

// What a log may say of a file: twelve hexadecimal digits of the name's keyed hash.
std::string log_name(std::string_view name, const evidence::SymmetricKey& key);

// The name under which the file is kept: its own, or "file-<log name>.json" when that holds a CPR
// number or leaves no room for an ending.
std::string kept_name(std::string_view name, const evidence::SymmetricKey& key, Instant now);

// "report.json" and 1, 2, 3: "report.json", "report-2.json", "report-3.json".
std::string numbered_name(std::string_view name, unsigned number);

}  // namespace jobbro::connectors
