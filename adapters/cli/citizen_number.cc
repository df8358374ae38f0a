#include "adapters/cli/citizen_number.h"

#include <istream>

#include "adapters/cli/interruptible_input.h"

namespace jobbro::cli {

Result<contract::CprNumber> read_citizen_number(const std::string& option) {
    if (option != "-" && option.rfind('@', 0) != 0) return contract::CprNumber::parse(option);
    JOBBRO_TRY_ASSIGN(const auto input,
                      InterruptibleInput::open(option == "-" ? option : option.substr(1)));
    std::istream stream{input.get()};
    constexpr std::streamsize line_bytes_max = 64;
    char line[line_bytes_max] = {};
    stream.getline(line, line_bytes_max);
    std::string text{line};
    while (!text.empty() && (text.back() == '\r' || text.back() == ' '))
        text.pop_back();
    return contract::CprNumber::parse(text);
}

}  // namespace jobbro::cli
