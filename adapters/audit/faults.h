// What is wrong with a log, entry by entry.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/base/error.h"

namespace jobbro::audit {

// `what` is a sentence without its end, for people; it names no citizen and repeats no input but
// party ids.
struct Fault {
    std::uint64_t sequence = 0;  // the entry it is about, or the last one a checkpoint covers
    std::string what;
};

// Keeps the first limits::audit_faults_kept_max faults and counts all. Thread: one at a time.
class FaultList {
  public:
    void add(std::uint64_t sequence, std::string what);
    [[nodiscard]] const std::vector<Fault>& kept() const { return kept_; }
    [[nodiscard]] std::uint64_t total() const { return total_; }
    [[nodiscard]] bool empty() const { return total_ == 0; }

  private:
    std::vector<Fault> kept_;
    std::uint64_t total_ = 0;
};

// What an error of this room says, without the name of its code. Thread: any.
std::string sentence_of(const Error& error);

// "entry 17: its sealed body is too short". Thread: any.
std::string line_of(const Fault& fault);

}  // namespace jobbro::audit
