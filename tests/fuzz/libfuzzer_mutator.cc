// libFuzzer's changes and the target's own, in turn.
#include <algorithm>
#include <cstring>

#include "tests/fuzz/target.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

// The name is libFuzzer's: returns the new size, at most `max_size`.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
    using namespace jobbro;
    static const std::vector<Bytes> others = testing::seeds();
    SeededRandomness random{seed};
    if (random.below(2) == 0) return LLVMFuzzerMutate(data, size, max_size);
    Bytes input{reinterpret_cast<const char*>(data), size};
    const std::uint64_t changes = 1 + random.below(3);
    for (std::uint64_t change = 0; change < changes; ++change)
        testing::mutate(input, others[random.below(others.size())], random);
    const std::size_t length = std::min(input.size(), max_size);
    std::memcpy(data, input.data(), length);
    return length;
}
