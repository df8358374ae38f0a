#include "tests/tidy/root.h"

#include <algorithm>

namespace jobbro::tidy {
namespace {

constexpr std::string_view expected[] = {
    "CMakeLists.txt", "CMakePresets.json", "hub",     "proto",       "adapters", "deploy",
    "tests",          "README.md",         "LICENSE", "CHANGELOG.md"};
constexpr std::string_view ignored[] = {"build", "var", "compile_commands.json"};

}  // namespace

Offences root_offences(const std::vector<std::string>& entries) {
    Offences offences;
    for (const std::string_view name : expected) {
        if (std::find(entries.begin(), entries.end(), name) != entries.end()) continue;
        offences.push_back(std::string{name} + ": missing at the root");
    }
    for (const std::string& name : entries) {
        const bool belongs =
            std::find(std::begin(expected), std::end(expected), name) != std::end(expected);
        const bool tolerated =
            name.starts_with('.') ||
            std::find(std::begin(ignored), std::end(ignored), name) != std::end(ignored);
        if (!belongs && !tolerated) {
            offences.push_back(name + ": does not belong at the root; move it into its room");
        }
    }
    return offences;
}

}  // namespace jobbro::tidy
