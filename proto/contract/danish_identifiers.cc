#include "proto/contract/danish_identifiers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "proto/contract/calendar.h"

namespace jobbro::contract {
namespace {

// The municipalities since 1 January 2007, ascending.
constexpr std::array<std::uint16_t, 98> municipalities = {
    101, 147, 151, 153, 155, 157, 159, 161, 163, 165, 167, 169, 173, 175, 183, 185, 187,
    190, 201, 210, 217, 219, 223, 230, 240, 250, 253, 259, 260, 265, 269, 270, 306, 316,
    320, 326, 329, 330, 336, 340, 350, 360, 370, 376, 390, 400, 410, 420, 430, 440, 450,
    461, 479, 480, 482, 492, 510, 530, 540, 550, 561, 563, 573, 575, 580, 607, 615, 621,
    630, 657, 661, 665, 671, 706, 707, 710, 727, 730, 740, 741, 746, 751, 756, 760, 766,
    773, 779, 787, 791, 810, 813, 820, 825, 840, 846, 849, 851, 860};
static_assert(std::is_sorted(municipalities.begin(), municipalities.end()));

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Requires: digits only, few enough for an int.
int number_of(std::string_view digits) {
    int number = 0;
    for (const char c : digits)
        number = number * 10 + (c - '0');
    return number;
}

// The weighted sum is a multiple of 11. Requires: as many digits as weights.
bool modulus_11_holds(std::string_view digits, std::span<const int> weights) {
    int sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        sum += (digits[i] - '0') * weights[i];
    return sum % 11 == 0;
}

// The century's first year, by the table of the CPR office.
int century_of(int seventh_digit, int year_in_century) {
    if (seventh_digit <= 3) return 1900;
    if (seventh_digit == 4 || seventh_digit == 9) return year_in_century <= 36 ? 2000 : 1900;
    return year_in_century <= 57 ? 2000 : 1800;
}

}  // namespace

Result<CprNumber> CprNumber::parse(std::string_view text) {
    CprNumber number;
    if (text.size() == 11 && text[6] == '-') {
        number.digits_.append(text.substr(0, 6)).append(text.substr(7));
    } else {
        number.digits_ = text;
    }
    const std::string_view digits = number.digits_;
    if (digits.size() != 10 || !all_digits(digits)) return ErrorCode::cpr_invalid;

    int day = number_of(digits.substr(0, 2));
    if (day > 60) {
        number.is_test_number_ = true;
        day -= 60;
    }
    const int month = number_of(digits.substr(2, 2));
    const int year_in_century = number_of(digits.substr(4, 2));
    const int year = century_of(digits[6] - '0', year_in_century) + year_in_century;
    number.birth_date_ = std::chrono::year_month_day{
        std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
        std::chrono::day{static_cast<unsigned>(day)}};
    if (!number.birth_date_.ok()) return ErrorCode::cpr_invalid;
    return number;
}

bool CprNumber::check_digit_holds() const {
    constexpr std::array weights = {4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
    return is_test_number_ || modulus_11_holds(digits_, weights);
}

bool CprNumber::is_born_after(Instant now) const {
    return is_to_come(birth_date_, now);
}

Result<CvrNumber> CvrNumber::parse(std::string_view text) {
    constexpr std::array weights = {2, 7, 6, 5, 4, 3, 2, 1};
    if (text.size() != weights.size() || !all_digits(text) || text.front() == '0' ||
        !modulus_11_holds(text, weights)) {
        return ErrorCode::cvr_invalid;
    }
    CvrNumber number;
    number.digits_ = text;
    return number;
}

Result<PNumber> PNumber::parse(std::string_view text) {
    if (text.size() != 10 || !all_digits(text)) return ErrorCode::p_number_invalid;
    PNumber number;
    number.digits_ = text;
    return number;
}

Result<MunicipalityCode> MunicipalityCode::parse(std::string_view text) {
    if (text.size() == 4 && text.front() == '0') text.remove_prefix(1);
    if (text.size() != 3 || !all_digits(text) ||
        !std::binary_search(municipalities.begin(), municipalities.end(), number_of(text))) {
        return ErrorCode::municipality_unknown;
    }
    MunicipalityCode code;
    code.digits_ = text;
    return code;
}

}  // namespace jobbro::contract
