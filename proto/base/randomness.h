// Where random bytes come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "proto/base/bytes.h"

namespace jobbro {

// Randomness is an input, so that one seed replays a run. The real one is
// evidence::SystemRandomness; tests use SeededRandomness. Thread: one at a time.
class Randomness {
  public:
    virtual ~Randomness() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;

    template <std::size_t N>
    ByteArray<N> take() {
        ByteArray<N> out{};
        fill(out);
        return out;
    }
};

// SplitMix64 from a seed: the same bytes for the same seed. For tests and jitter, never for keys.
class SeededRandomness final : public Randomness {
  public:
    explicit SeededRandomness(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    // A number from 0 to bound - 1. Requires: bound > 0.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

    void fill(std::span<std::uint8_t> out) override {
        for (std::size_t i = 0; i < out.size(); ++i) {
            out[i] = static_cast<std::uint8_t>(next() >> 56U);
        }
    }

  private:
    std::uint64_t state_;
};

}  // namespace jobbro
