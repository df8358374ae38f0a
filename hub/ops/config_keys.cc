#include "hub/ops/config_keys.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "hub/ops/config.h"

namespace jobbro::ops {

std::string dotted(std::string_view table, std::string_view key) {
    std::string name{table};
    if (!name.empty()) name += '.';
    return name += key;
}

bool is_known_key(std::string_view table, std::string_view key) {
    return std::any_of(
        std::begin(config_key_list), std::end(config_key_list),
        [&](const ConfigKey& known) { return known.table == table && known.key == key; });
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // The distances from a's beginning, as far as the row tells, to each beginning of b.
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

std::string nearest_known_key(std::string_view table, std::string_view key) {
    const ConfigKey* nearest = nullptr;
    std::size_t least = 0;
    for (const ConfigKey& known : config_key_list) {
        const std::size_t distance =
            2 * edit_distance(key, known.key) + (known.table == table ? 0 : 1);
        if (nearest != nullptr && distance >= least) continue;
        nearest = &known;
        least = distance;
    }
    return dotted(nearest->table, nearest->key);
}

std::vector<std::string> config_keys() {
    std::vector<std::string> keys;
    for (const ConfigKey& known : config_key_list) {
        if (!known.table.empty()) keys.push_back(dotted(known.table, known.key));
    }
    return keys;
}

}  // namespace jobbro::ops
