// Runs a target over its seeds and a fixed number of mutations of them, the same at every run.
//
//   NAME_replay                 seeds and mutations
//   NAME_replay --seed N COUNT  so many other mutations
//   NAME_replay --write FOLDER  the seeds as files, for libFuzzer to start from
//   NAME_replay FILE...         these inputs, as libFuzzer leaves them behind
//
// An input that ends the process is left behind as failed_input.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/mutation.h"
#include "tests/fuzz/target.h"

namespace {

using namespace jobbro;

constexpr std::uint64_t seed_of_mutations = 20261122;

const Bytes* running = nullptr;

// Only calls that a signal handler may make.
void leave_input_behind(int /*signal*/) {
    if (running == nullptr) return;
    const int file = open("failed_input", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, running->data(), running->size()) < 0) return;
    close(file);
}

void run(const Bytes& input) {
    running = &input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

int write_seeds(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    int count = 0;
    for (const Bytes& seed : testing::seeds())
        std::ofstream(folder / ("seed_" + std::to_string(++count)), std::ios::binary) << seed;
    return 0;
}

int replay(std::uint64_t seed, int mutations) {
    const std::vector<Bytes> all = testing::seeds();
    std::printf("%zu seeds, %d mutations by seed %llu\n", all.size(), mutations,
                static_cast<unsigned long long>(seed));
    for (const Bytes& each : all)
        run(each);
    SeededRandomness random{seed};
    for (int i = 0; i < mutations; ++i) {
        Bytes input = all[random.below(all.size())];
        const std::uint64_t changes = 1 + random.below(4);
        for (std::uint64_t change = 0; change < changes; ++change) {
            const Bytes& other = all[random.below(all.size())];
            if (random.below(3) == 0) {
                testing::mutate_bytes(input, other, random);
            } else {
                testing::mutate(input, other, random);
            }
        }
        run(input);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    std::signal(SIGABRT, leave_input_behind);
    if (arguments.empty()) return replay(seed_of_mutations, testing::replay_mutations);
    if (arguments[0] == "--seed" && arguments.size() == 3)
        return replay(std::stoull(arguments[1]), std::stoi(arguments[2]));
    if (arguments[0] == "--write" && arguments.size() == 2) return write_seeds(arguments[1]);
    for (const std::string& name : arguments) {
        std::ifstream file(name, std::ios::binary);
        run(Bytes{std::istreambuf_iterator<char>(file), {}});
    }
    return 0;
}
