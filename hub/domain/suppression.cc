#include "hub/domain/suppression.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "proto/base/assert.h"

namespace jobbro::domain {
namespace {

bool is_enough(const Parts& parts, std::size_t count) {
    return std::all_of(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count),
                       [](const SomePersons& persons) { return persons.is_full(); });
}

void add(Parts& parts, const Parts& others) {
    for (std::size_t i = 0; i < parts_max; ++i)
        parts[i].add(others[i]);
}

// What cannot be told apart by the cells that are told is a node: rows that lie in the same of
// them, columns that do, and all else together, which nothing is told of: node 0. A leaf links the
// node of its row with that of its column. Whatever is worked out from the cells gives each node a
// number, node 0 none, and is about the leaves whose two nodes differ. So nodes with five persons
// between them can be joined, and where all that is linked is one node nothing about fewer is told.
class Graph {
  public:
    struct Node {
        std::vector<std::uint32_t> cells;      // that hold it, ascending
        std::uint64_t weight = 0;              // of its leaves
        std::vector<std::size_t> joined;       // itself and what was joined with it
        std::uint64_t joined_weight = 0;       // of all of those
        std::map<std::size_t, Parts> between;  // it and others, the persons
        std::optional<std::size_t> joined_to;
    };

    Graph(std::span<const SuppressionLeaf> leaves, const std::vector<bool>& told, std::size_t parts)
        : parts_(parts), holding_(told.size()) {
        add_node({});
        for (const SuppressionLeaf& leaf : leaves) {
            const std::size_t row = node_of(leaf.row_cells, told);
            const std::size_t column = node_of(leaf.column_cells, told);
            if (row != column) link(row, column, leaf);
        }
        for (Node& node : nodes_)
            node.joined_weight = node.weight;
    }

    // Joins nodes as long as there are any to join.
    void contract() {
        std::deque<std::pair<std::size_t, std::size_t>> ready;
        for (std::size_t node = 0; node < nodes_.size(); ++node) {
            for (const auto& [other, persons] : nodes_[node].between)
                if (node < other && is_enough(persons, parts_)) ready.emplace_back(node, other);
        }
        while (!ready.empty()) {
            auto [a, b] = ready.front();
            ready.pop_front();
            a = root(a);
            b = root(b);
            if (a == b) continue;
            // Node 0 stays itself; else the one with fewer links goes into the other.
            const bool is_less = nodes_[a].between.size() < nodes_[b].between.size();
            if (b == 0 || (a != 0 && is_less)) std::swap(a, b);
            join(b, a, ready);
        }
    }

    // Nodes that stay apart from what they are linked to. Of all that is linked node 0 is not
    // named, or else the one that weighs most.
    [[nodiscard]] std::vector<std::size_t> apart() const {
        std::vector<std::size_t> found;
        std::vector<bool> seen(nodes_.size(), false);
        for (std::size_t node = 0; node < nodes_.size(); ++node) {
            if (seen[node] || nodes_[node].between.empty()) continue;
            std::vector<std::size_t> linked = linked_to(node, seen);
            std::sort(linked.begin(), linked.end());
            std::size_t stays = linked.front();
            for (const std::size_t other : linked) {
                const bool is_more = nodes_[other].joined_weight > nodes_[stays].joined_weight;
                if (stays != 0 && is_more) stays = other;
            }
            for (const std::size_t other : linked)
                if (other != stays) found.push_back(other);
        }
        return found;
    }

    [[nodiscard]] const Node& node(std::size_t number) const { return nodes_[number]; }
    // What it was joined to in the end.
    [[nodiscard]] std::size_t root(std::size_t node) const {
        while (nodes_[node].joined_to)
            node = *nodes_[node].joined_to;
        return node;
    }
    // The nodes that the cell holds.
    [[nodiscard]] const std::vector<std::size_t>& held_by(std::uint32_t cell) const {
        return holding_[cell];
    }

  private:
    std::size_t add_node(std::vector<std::uint32_t> cells) {
        const std::size_t number = nodes_.size();
        for (const std::uint32_t cell : cells)
            holding_[cell].push_back(number);
        Node& node = nodes_.emplace_back();
        node.cells = std::move(cells);
        node.joined = {number};
        return number;
    }

    std::size_t node_of(const std::vector<std::uint32_t>& holding, const std::vector<bool>& told) {
        std::vector<std::uint32_t> cells;
        for (const std::uint32_t cell : holding)
            if (told[cell]) cells.push_back(cell);
        if (cells.empty()) return 0;
        const auto found = by_cells_.find(cells);
        if (found != by_cells_.end()) return found->second;
        const std::size_t node = add_node(cells);
        by_cells_.emplace(std::move(cells), node);
        return node;
    }

    void link(std::size_t row, std::size_t column, const SuppressionLeaf& leaf) {
        Parts& persons = nodes_[row].between[column];
        add(persons, leaf.parts);
        nodes_[column].between[row] = persons;
        nodes_[row].weight += leaf.weight;
        nodes_[column].weight += leaf.weight;
    }

    void join(std::size_t from, std::size_t into,
              std::deque<std::pair<std::size_t, std::size_t>>& ready) {
        Node& joined = nodes_[from];
        Node& node = nodes_[into];
        node.between.erase(from);
        for (const auto& [other, persons] : joined.between) {
            if (other == into) continue;
            nodes_[other].between.erase(from);
            Parts& all = node.between[other];
            add(all, persons);
            nodes_[other].between[into] = all;
            if (is_enough(all, parts_)) ready.emplace_back(into, other);
        }
        joined.between.clear();
        joined.joined_to = into;
        node.joined.insert(node.joined.end(), joined.joined.begin(), joined.joined.end());
        node.joined_weight += joined.joined_weight;
    }

    [[nodiscard]] std::vector<std::size_t> linked_to(std::size_t node,
                                                     std::vector<bool>& seen) const {
        std::vector<std::size_t> linked = {node};
        seen[node] = true;
        for (std::size_t i = 0; i < linked.size(); ++i) {
            for (const auto& [other, persons] : nodes_[linked[i]].between) {
                if (seen[other]) continue;
                seen[other] = true;
                linked.push_back(other);
            }
        }
        return linked;
    }

    std::size_t parts_;
    std::vector<Node> nodes_;
    std::vector<std::vector<std::size_t>> holding_;  // by cell
    std::map<std::vector<std::uint32_t>, std::size_t> by_cells_;
};

class Suppressor {
  public:
    Suppressor(std::span<const SuppressionLeaf> leaves, std::span<const SuppressionCell> cells,
               std::size_t parts)
        : leaves_(leaves),
          cells_(cells),
          parts_(parts),
          told_(cells.size(), true),
          weights_(cells.size(), 0) {}

    std::vector<bool> suppress() {
        give_up_small();
        for (;;) {
            Graph graph{leaves_, told_, parts_};
            graph.contract();
            const std::vector<std::size_t> apart = graph.apart();
            if (apart.empty()) return told_;
            Cells given_up;
            for (const std::size_t node : apart)
                give_up_for(graph, node, given_up);
            if (given_up.empty()) give_up_around(graph, apart, given_up);
            JOBBRO_ASSERT(!given_up.empty());
            for (const std::uint32_t cell : given_up)
                told_[cell] = false;
        }
    }

    bool is_safe() {
        for (std::size_t cell = 0; cell < cells_.size(); ++cell)
            told_[cell] = cells_[cell].is_told;
        Graph graph{leaves_, told_, parts_};
        graph.contract();
        return graph.apart().empty();
    }

    // And what each cell weighs.
    std::vector<bool> find_large() {
        std::vector<Parts> parts(cells_.size());
        for (const SuppressionLeaf& leaf : leaves_) {
            for (const auto* holding : {&leaf.row_cells, &leaf.column_cells}) {
                for (const std::uint32_t cell : *holding) {
                    add(parts[cell], leaf.parts);
                    weights_[cell] += leaf.weight;
                }
            }
        }
        std::vector<bool> large(cells_.size());
        for (std::size_t cell = 0; cell < cells_.size(); ++cell)
            large[cell] = is_enough(parts[cell], parts_);
        return large;
    }

  private:
    using Cells = std::set<std::uint32_t>;

    [[nodiscard]] bool is_new(std::uint32_t cell) const {
        return told_[cell] && !cells_[cell].is_told;
    }

    // What has too few persons in itself.
    void give_up_small() {
        const std::vector<bool> large = find_large();
        for (std::size_t cell = 0; cell < cells_.size(); ++cell)
            told_[cell] = cells_[cell].is_told || large[cell];
    }

    // Columns before rows. First something beside it inside the same cells, which then hides it; or
    // else the smallest of its cells.
    void give_up_for(const Graph& graph, std::size_t node, Cells& given_up) const {
        for (const bool is_of_rows : {false, true}) {
            const Cells beside = to_hide(graph, node, is_of_rows);
            if (!beside.empty()) return given_up.insert(beside.begin(), beside.end());
            std::optional<std::uint32_t> smallest;
            for (const std::size_t part : graph.node(node).joined) {
                for (const std::uint32_t cell : graph.node(part).cells) {
                    if (!is_new(cell) || cells_[cell].is_of_rows != is_of_rows) continue;
                    if (!smallest || order_of(cell) < order_of(*smallest)) smallest = cell;
                }
            }
            if (!smallest) continue;
            given_up.insert(*smallest);
            return;
        }
    }

    // The cells without which a part of the node lies in the same cells as something outside it.
    [[nodiscard]] Cells to_hide(const Graph& graph, std::size_t node, bool is_of_rows) const {
        Cells best;
        std::optional<std::pair<std::uint64_t, std::size_t>> least;
        for (const std::size_t part : graph.node(node).joined) {
            const auto& cells = graph.node(part).cells;
            if (cells.empty() || cells_[cells.front()].is_of_rows != is_of_rows) continue;
            for (const std::size_t other : graph.held_by(rarest(graph, cells))) {
                if (graph.root(other) == node) continue;
                const std::pair lost{graph.node(other).weight, other};
                if (least && *least <= lost) continue;
                const auto beyond = beyond_of(graph.node(other).cells, cells);
                if (!beyond) continue;
                least = lost;
                best = *beyond;
            }
        }
        return best;
    }

    static std::uint32_t rarest(const Graph& graph, const std::vector<std::uint32_t>& cells) {
        return *std::min_element(cells.begin(), cells.end(), [&graph](auto a, auto b) {
            return graph.held_by(a).size() < graph.held_by(b).size();
        });
    }

    // What `more` has beyond `cells`, if it has all of them and the rest can be given up.
    [[nodiscard]] std::optional<Cells> beyond_of(const std::vector<std::uint32_t>& more,
                                                 const std::vector<std::uint32_t>& cells) const {
        if (!std::includes(more.begin(), more.end(), cells.begin(), cells.end())) {
            return std::nullopt;
        }
        Cells beyond;
        std::set_difference(more.begin(), more.end(), cells.begin(), cells.end(),
                            std::inserter(beyond, beyond.end()));
        const bool can_go = std::all_of(beyond.begin(), beyond.end(),
                                        [this](std::uint32_t cell) { return is_new(cell); });
        return can_go ? std::optional{beyond} : std::nullopt;
    }

    // What stays apart was told before: it is what is new around it that tells too much.
    void give_up_around(const Graph& graph, const std::vector<std::size_t>& apart,
                        Cells& given_up) const {
        Cells told_before;
        for (const std::size_t node : apart) {
            for (const std::size_t part : graph.node(node).joined) {
                const auto& cells = graph.node(part).cells;
                told_before.insert(cells.begin(), cells.end());
            }
        }
        const auto touches = [&told_before](const std::vector<std::uint32_t>& cells) {
            return std::any_of(cells.begin(), cells.end(), [&told_before](std::uint32_t cell) {
                return told_before.count(cell) != 0;
            });
        };
        for (const SuppressionLeaf& leaf : leaves_) {
            if (!touches(leaf.row_cells) && !touches(leaf.column_cells)) continue;
            give_up_new(leaf.row_cells, given_up);
            give_up_new(leaf.column_cells, given_up);
        }
        for (std::uint32_t cell = 0; cell < told_.size() && given_up.empty(); ++cell)
            give_up_new({cell}, given_up);
    }

    void give_up_new(const std::vector<std::uint32_t>& cells, Cells& given_up) const {
        for (const std::uint32_t cell : cells)
            if (is_new(cell)) given_up.insert(cell);
    }

    using Order = std::tuple<std::uint8_t, std::uint8_t, std::uint64_t, std::uint32_t>;
    [[nodiscard]] Order order_of(std::uint32_t cell) const {
        const SuppressionCell& it = cells_[cell];
        return {it.length, it.breadth, weights_[cell], cell};
    }

    std::span<const SuppressionLeaf> leaves_;
    std::span<const SuppressionCell> cells_;
    std::size_t parts_;
    std::vector<bool> told_;
    std::vector<std::uint64_t> weights_;
};

}  // namespace

void SomePersons::add(Person person) {
    const auto end = persons_.begin() + static_cast<std::ptrdiff_t>(count_);
    const auto place = std::lower_bound(persons_.begin(), end, person);
    if ((place != end && *place == person) || is_full()) return;
    std::copy_backward(place, end, end + 1);
    *place = person;
    ++count_;
}

void SomePersons::add(const SomePersons& others) {
    for (const Person person : others.all())
        add(person);
}

std::vector<bool> tellable(std::span<const SuppressionLeaf> leaves,
                           std::span<const SuppressionCell> cells, std::size_t parts) {
    return Suppressor{leaves, cells, parts}.suppress();
}

bool is_told_safely(std::span<const SuppressionLeaf> leaves, std::span<const SuppressionCell> cells,
                    std::size_t parts) {
    return Suppressor{leaves, cells, parts}.is_safe();
}

std::vector<bool> large_enough(std::span<const SuppressionLeaf> leaves,
                               std::span<const SuppressionCell> cells, std::size_t parts) {
    return Suppressor{leaves, cells, parts}.find_large();
}

}  // namespace jobbro::domain
