// What kit_kill_test and the process it kills agree on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace jobbro::testing::kit_kill {

inline constexpr std::size_t outbox_messages_max = 64;
inline constexpr const char* effects_schema =
    "CREATE TABLE IF NOT EXISTS effects (sequence INTEGER, message_id TEXT)";

struct OpenOrder {
    std::string id;
    std::string cpr_number;
};

// Report `n` is about order n modulo their number; one in ten names the wrong citizen.
inline bool is_to_be_refused(std::uint64_t number) {
    return number % 10 == 9;
}

inline std::vector<OpenOrder> read_orders(const std::filesystem::path& folder) {
    std::ifstream file{folder / "orders.txt"};
    std::vector<OpenOrder> orders;
    for (OpenOrder order; file >> order.id >> order.cpr_number;)
        orders.push_back(order);
    return orders;
}

}  // namespace jobbro::testing::kit_kill
