// The bytes of an entry, as they come from disk: read in one way only.
#include "hub/journal/entry.h"
#include "proto/base/limits.h"
#include "tests/fuzz/mutation.h"
#include "tests/fuzz/target.h"

namespace jobbro::testing {

const int replay_mutations = 4000;

std::vector<Bytes> seeds() {
    journal::ClearPart clear;
    clear.sequence = Sequence{7};
    clear.recorded_at = Instant{1767323045000000};
    clear.sender = "jobcentre:630";
    std::vector<Bytes> all{
        journal::encode_entry(journal::encode_clear(clear), "sealed index", "sealed body")};
    clear.proof.emplace();
    clear.proof->count = 3;
    clear.proof->index = 1;
    clear.proof->path.resize(2);
    all.push_back(journal::encode_entry(journal::encode_clear(clear), "", Bytes(300, 'b')));
    return all;
}

void mutate(Bytes& input, const Bytes& other, SeededRandomness& random) {
    mutate_bytes(input, other, random);
}

}  // namespace jobbro::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jobbro;
    if (size > limits::entry_bytes_max) return 0;
    const Bytes input{reinterpret_cast<const char*>(data), size};
    const auto parts = journal::decode_entry(input);
    if (!parts) {
        JOBBRO_ASSERT(parts.error().code == ErrorCode::tampered);
        return 0;
    }
    const Bytes clear = journal::encode_clear(parts->clear);
    JOBBRO_ASSERT(clear == parts->clear_bytes);
    JOBBRO_ASSERT(journal::encode_entry(clear, parts->sealed_index, parts->sealed_body) == input);
    return 0;
}
