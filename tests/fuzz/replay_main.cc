// Runs a target over its seeds and a fixed number of mutations of them, the same at every run.
//
//   NAME_replay                 seeds and mutations
//   NAME_replay --write FOLDER  the seeds as files, for libFuzzer to start from
//   NAME_replay FILE...         these inputs, as libFuzzer leaves them behind
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "proto/base/randomness.h"
#include "tests/fuzz/target.h"

namespace {

using namespace jobbro;

constexpr int mutations = 2000;

void run(const Bytes& input) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

// One change: a bit, a byte, a piece taken out, doubled, or taken from another input.
void mutate(Bytes& input, const Bytes& other, SeededRandomness& random) {
    const std::size_t at = random.below(input.size() + 1);
    const std::size_t length = random.below(std::min<std::size_t>(input.size() - at, 16) + 1);
    switch (random.below(6)) {
        case 0:
            if (at < input.size()) input[at] = static_cast<char>(input[at] ^ 1 << random.below(8));
            return;
        case 1:
            if (at < input.size()) input[at] = static_cast<char>(random.next() >> 56U);
            return;
        case 2:
            input.erase(at, length);
            return;
        case 3:
            input.insert(at, input.substr(at, length));
            return;
        case 4:
            input.resize(at);
            return;
        default:
            input.insert(at, other.substr(random.below(other.size() + 1), 16));
            return;
    }
}

int write(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    int count = 0;
    for (const Bytes& seed : testing::seeds())
        std::ofstream(folder / ("seed_" + std::to_string(++count)), std::ios::binary) << seed;
    return 0;
}

int replay() {
    const std::vector<Bytes> all = testing::seeds();
    for (const Bytes& seed : all)
        run(seed);
    SeededRandomness random{20261122};
    for (int i = 0; i < mutations; ++i) {
        Bytes input = all[random.below(all.size())];
        const std::uint64_t changes = 1 + random.below(4);
        for (std::uint64_t change = 0; change < changes; ++change)
            mutate(input, all[random.below(all.size())], random);
        run(input);
    }
    std::printf("%zu seeds, %d mutations\n", all.size(), mutations);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty()) return replay();
    if (arguments[0] == "--write" && arguments.size() == 2) return write(arguments[1]);
    for (const std::string& name : arguments) {
        std::ifstream file(name, std::ios::binary);
        run(Bytes{std::istreambuf_iterator<char>(file), {}});
    }
    return 0;
}
