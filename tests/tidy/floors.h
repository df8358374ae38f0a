// The house's floors: which room may include which.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/tidy/repository.h"

namespace jobbro::tidy {

// One line of hub/floors.txt.
struct Room {
    std::vector<std::string> rooms;
    std::vector<std::string> libraries;
};
struct Floors {
    std::map<std::string, Room> rooms;
    // Lines that cannot be read, rooms named twice, or a room that names one not above it.
    Offences offences;
};

Floors read_floors(std::string_view text);

// Every #include (and every import of a .proto) in a room's sources that its line does not allow,
// every room folder without a line and every line without a folder.
Offences floor_offences(const TextFiles& files, const Floors& floors);

}  // namespace jobbro::tidy
