#include "proto/evidence/tiles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <map>
#include <utility>

#include "proto/base/assert.h"

namespace jobbro::evidence {
namespace {

constexpr unsigned bits_per_level = 8;  // 256 hashes a tile
constexpr std::uint8_t level_max = 63;
constexpr std::size_t entry_bytes_max = 65535;
constexpr std::string_view hash_prefix = "tile/";
constexpr std::string_view bundle_prefix = "tile/entries/";
constexpr std::string_view width_mark = ".p/";

// "x001/x234/067": groups of three digits, all but the last marked.
std::string number_path(std::uint64_t number) {
    const auto group = [](std::uint64_t value) {
        return std::string{static_cast<char>('0' + value / 100),
                           static_cast<char>('0' + value / 10 % 10),
                           static_cast<char>('0' + value % 10)};
    };
    std::string path = group(number % 1000);
    while ((number /= 1000) > 0)
        path.insert(0, "x" + group(number % 1000) + "/");
    return path;
}

std::string width_path(std::uint16_t width) {
    JOBBRO_ASSERT(1 <= width && width <= tile_width);
    return width == tile_width ? "" : std::string{width_mark} + std::to_string(width);
}

template <typename Integer>
std::optional<Integer> parse_decimal(std::string_view text) {
    Integer value = 0;
    const char* const end = text.data() + text.size();
    const std::from_chars_result read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return value;
}

// Reads leniently: whoever calls compares with how it is written.
std::optional<std::uint64_t> parse_number_path(std::string_view path) {
    std::string digits;
    for (const char c : path) {
        if (c != 'x' && c != '/') digits.push_back(c);
    }
    return parse_decimal<std::uint64_t>(digits);
}

// Where RFC 6962 splits a tree of `size` leaves. Requires: size > 1.
std::uint64_t split_of(std::uint64_t size) {
    return std::bit_floor(size - 1);
}

// Leaves from `first` up to `end`, which is not in it.
struct Range {
    std::uint64_t first;
    std::uint64_t end;
    [[nodiscard]] std::uint64_t size() const { return end - first; }
};

// Roots of parts of one tree, from its tiles; each tile is read once.
class TiledTree {
  public:
    TiledTree(const ReadTile& read, TreeSize size) : read_(read), size_(size.value()) {}

    // Requires: as RFC 6962 splits trees, `range` is a part of the tree.
    Result<Digest> root_of_range(Range range) {
        std::vector<Digest> subtrees;  // perfect ones, largest first
        while (range.size() > 0) {
            const auto height = static_cast<unsigned>(std::bit_width(range.size()) - 1);
            JOBBRO_TRY_ASSIGN(const Digest root, perfect_root(range.first, height));
            subtrees.push_back(root);
            range.first += std::uint64_t{1} << height;
        }
        Digest root = subtrees.back();
        for (std::size_t i = subtrees.size() - 1; i-- > 0;)
            root = node_hash(subtrees[i], root);
        return root;
    }

  private:
    // Root of the 2^height leaves from `first` on. Requires: `first` is a multiple of 2^height.
    Result<Digest> perfect_root(std::uint64_t first, unsigned height) {
        const unsigned level = height / bits_per_level;
        const std::uint64_t hash = first >> (level * bits_per_level);
        const std::size_t count = std::size_t{1} << (height % bits_per_level);
        const std::uint64_t number = hash / tile_width;
        JOBBRO_TRY_ASSIGN(const auto* const hashes, tile(static_cast<std::uint8_t>(level), number));
        const std::size_t at = hash % tile_width;
        JOBBRO_ASSERT(at + count <= hashes->size());
        return evidence::root_of(std::span{*hashes}.subspan(at, count));
    }

    Result<const std::vector<Digest>*> tile(std::uint8_t level, std::uint64_t number) {
        const auto known = tiles_.find({level, number});
        if (known != tiles_.end()) return &known->second;
        const std::uint64_t full = (size_ >> (level * bits_per_level)) / tile_width;
        const auto width = static_cast<std::uint16_t>(
            number < full ? tile_width : partial_width(level, TreeSize{size_}));
        JOBBRO_TRY_ASSIGN(std::vector<Digest> hashes, read_(TileId{level, number, width}));
        if (hashes.size() != width) {
            return Error{ErrorCode::proof_wrong, "a tile has another width"};
        }
        return &tiles_.emplace(std::pair{level, number}, std::move(hashes)).first->second;
    }

    const ReadTile& read_;
    const std::uint64_t size_;
    std::map<std::pair<std::uint8_t, std::uint64_t>, std::vector<Digest>> tiles_;
};

Result<std::vector<Digest>> roots_of(std::span<const Range> ranges, const ReadTile& read,
                                     TreeSize size) {
    TiledTree tree{read, size};
    std::vector<Digest> roots;
    for (const Range& range : ranges) {
        JOBBRO_TRY_ASSIGN(const Digest root, tree.root_of_range(range));
        roots.push_back(root);
    }
    return roots;
}

}  // namespace

std::string tile_path(const TileId& tile) {
    JOBBRO_ASSERT(tile.level <= level_max);
    return std::string{hash_prefix} + std::to_string(tile.level) + "/" + number_path(tile.number) +
           width_path(tile.width);
}

std::string bundle_path(std::uint64_t number, std::uint16_t width) {
    return std::string{bundle_prefix} + number_path(number) + width_path(width);
}

std::optional<TilePath> parse_tile_path(std::string_view path) {
    TilePath result;
    std::string_view rest = path;
    if (rest.starts_with(bundle_prefix)) {
        result.is_bundle = true;
        rest.remove_prefix(bundle_prefix.size());
    } else if (rest.starts_with(hash_prefix)) {
        rest.remove_prefix(hash_prefix.size());
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        const auto level = parse_decimal<std::uint8_t>(rest.substr(0, slash));
        if (!level || *level > level_max) return std::nullopt;
        result.tile.level = *level;
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    } else {
        return std::nullopt;
    }
    if (const std::size_t mark = rest.find(width_mark); mark != std::string_view::npos) {
        const auto width = parse_decimal<std::uint16_t>(rest.substr(mark + width_mark.size()));
        if (!width || *width == 0 || *width >= tile_width) return std::nullopt;
        result.tile.width = *width;
        rest = rest.substr(0, mark);
    }
    const auto number = parse_number_path(rest);
    if (!number) return std::nullopt;
    result.tile.number = *number;
    // There is one way to write it: no leading zeros, no other grouping.
    const std::string written =
        result.is_bundle ? bundle_path(*number, result.tile.width) : tile_path(result.tile);
    if (written != path) return std::nullopt;
    return result;
}

std::uint16_t partial_width(std::uint8_t level, TreeSize size) {
    if (level >= sizeof(std::uint64_t)) return 0;
    return static_cast<std::uint16_t>((size.value() >> (level * bits_per_level)) % tile_width);
}

void append_to_bundle(Bytes& bundle, BytesView entry) {
    JOBBRO_ASSERT(entry.size() <= entry_bytes_max);
    append_big_endian(bundle, static_cast<std::uint16_t>(entry.size()));
    bundle += entry;
}

Result<std::vector<BytesView>> entries_of_bundle(BytesView bundle) {
    std::vector<BytesView> entries;
    while (!bundle.empty()) {
        if (entries.size() == tile_width) {
            return Error{ErrorCode::proof_wrong, "a bundle has too many entries"};
        }
        const std::size_t length =
            bundle.size() < 2 ? bundle.size() : 2 + read_big_endian<std::uint16_t>(bundle);
        if (bundle.size() < 2 || length > bundle.size()) {
            return Error{ErrorCode::proof_wrong, "a bundle ends within an entry"};
        }
        entries.push_back(bundle.substr(2, length - 2));
        bundle.remove_prefix(length);
    }
    return entries;
}

Result<Digest> root_from_tiles(const ReadTile& read, TreeSize size) {
    if (size.value() == 0) return empty_root();
    return TiledTree{read, size}.root_of_range({0, size.value()});
}

Result<std::vector<Digest>> inclusion_from_tiles(const ReadTile& read, LeafIndex index,
                                                 TreeSize size) {
    JOBBRO_ASSERT(index.value() < size.value());
    std::vector<Range> siblings;  // from the root down
    Range part{0, size.value()};
    while (part.size() > 1) {
        const std::uint64_t middle = part.first + split_of(part.size());
        const bool is_left = index.value() < middle;
        siblings.push_back(is_left ? Range{middle, part.end} : Range{part.first, middle});
        part = is_left ? Range{part.first, middle} : Range{middle, part.end};
    }
    std::reverse(siblings.begin(), siblings.end());
    return roots_of(siblings, read, size);
}

// SUBPROOF of RFC 6962 section 2.1.2.
Result<std::vector<Digest>> consistency_from_tiles(const ReadTile& read, TreeSize old_size,
                                                   TreeSize size) {
    JOBBRO_ASSERT(old_size <= size);
    if (old_size.value() == 0 || old_size == size) return std::vector<Digest>{};
    std::vector<Range> parts;  // from the root down
    Range part{0, size.value()};
    while (part.end != old_size.value()) {
        const std::uint64_t middle = part.first + split_of(part.size());
        const bool is_left = old_size.value() <= middle;
        parts.push_back(is_left ? Range{middle, part.end} : Range{part.first, middle});
        part = is_left ? Range{part.first, middle} : Range{middle, part.end};
    }
    // Whoever checks has the root of an old tree that is all of what is left.
    if (part.first != 0) parts.push_back(part);
    std::reverse(parts.begin(), parts.end());
    return roots_of(parts, read, size);
}

}  // namespace jobbro::evidence
