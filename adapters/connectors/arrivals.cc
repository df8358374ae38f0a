#include "adapters/connectors/arrivals.h"

#include <utility>

namespace jobbro::connectors {
namespace {

// Names told of and not yet looked at: beyond it, the next look finds them without.
constexpr std::size_t told_of_max = 16384;

}  // namespace

void Arrivals::closed(const std::string& name) {
    const auto found = seen_.find(name);
    if (found != seen_.end()) {
        found->second.is_closed = true;
    } else if (seen_.size() < told_of_max) {
        seen_.emplace(name, Seen{std::nullopt, {}, true, false});
    }
}

bool Arrivals::is_whole(const Seen& seen, Instant now) {
    const bool is_settled = seen.since.plus_ms(settling_ms) <= now;
    return is_settled || (seen.is_closed && !seen.is_suspect);
}

std::vector<FileLook> Arrivals::look(const std::vector<FileLook>& files, Instant now) {
    std::map<std::string, Seen> still_there;
    std::vector<FileLook> whole;
    for (const FileLook& file : files) {
        const auto found = seen_.find(file.name);
        Seen seen = found == seen_.end() ? Seen{} : found->second;
        if (!seen.identity || !(*seen.identity == file.identity)) {
            seen.identity = file.identity;
            seen.since = now;
            seen.is_suspect = false;
        }
        if (is_whole(seen, now)) whole.push_back(file);
        still_there.emplace(file.name, seen);
    }
    seen_ = std::move(still_there);
    return whole;
}

void Arrivals::is_busy(const FileLook& file, Instant now) {
    seen_[file.name] = Seen{file.identity, now, false, false};
}

bool Arrivals::is_unfinished_again(const FileLook& file, Instant now) {
    Seen& seen = seen_[file.name];
    if (seen.is_suspect && seen.identity == file.identity) return true;
    seen = Seen{file.identity, now, false, true};
    return false;
}

void Arrivals::forget(const std::string& name) {
    seen_.erase(name);
}

std::optional<Instant> Arrivals::next_due() const {
    std::optional<Instant> due;
    for (const auto& [name, seen] : seen_) {
        if (!seen.identity) continue;
        const Instant settled = seen.since.plus_ms(settling_ms);
        if (!due || settled < *due) due = settled;
    }
    return due;
}

}  // namespace jobbro::connectors
