// Numbers that must not be mixed up.
#pragma once

#include <compare>
#include <cstdint>

namespace jobbro {

// A count or position of one kind; converts to and from its raw value only when asked.
template <typename Tag>
class Numbered {
  public:
    constexpr Numbered() = default;
    constexpr explicit Numbered(std::uint64_t value) : value_(value) {}
    [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
    [[nodiscard]] constexpr Numbered next() const { return Numbered{value_ + 1}; }
    friend constexpr auto operator<=>(Numbered, Numbered) = default;

  private:
    std::uint64_t value_ = 0;
};

// Position of an entry in the one total order of the log; from 0, without gaps.
using Sequence = Numbered<struct SequenceTag>;
// Position of a leaf in a Merkle tree; from 0.
using LeafIndex = Numbered<struct LeafIndexTag>;
// How many leaves a Merkle tree has.
using TreeSize = Numbered<struct TreeSizeTag>;
// Number of a data key's row in the vault; 0 is the general key.
using KeySlot = Numbered<struct KeySlotTag>;

// An entry is the leaf of the same number.
constexpr LeafIndex leaf_of(Sequence sequence) {
    return LeafIndex{sequence.value()};
}
// The smallest tree that holds the entry.
constexpr TreeSize size_with(Sequence sequence) {
    return TreeSize{sequence.value() + 1};
}

}  // namespace jobbro
