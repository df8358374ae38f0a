// Danish identifiers as types that cannot hold an invalid value.
#pragma once

#include <chrono>
#include <compare>
#include <string>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace jobbro::contract {

// CPR number (personnummer): ten digits DDMMYY-SSSS. The seventh digit and the year give the
// century; 60 added to the day marks a test number. Modulus 11 has not been guaranteed since 2007
// ("Personnumre uden kontrolciffer", the CPR office), so a failing check digit is told, not
// refused. Never logged, never part of an error.
class CprNumber {
  public:
    // Ten digits, or six, a hyphen and four. Errors: cpr_invalid.
    static Result<CprNumber> parse(std::string_view text);

    // Ten digits without hyphen.
    [[nodiscard]] const std::string& digits() const { return digits_; }
    [[nodiscard]] std::chrono::year_month_day birth_date() const { return birth_date_; }
    [[nodiscard]] bool is_test_number() const { return is_test_number_; }
    // Modulus 11 with weights 4 3 2 7 6 5 4 3 2 1; test numbers are exempt and count as holding.
    [[nodiscard]] bool check_digit_holds() const;
    // The birth date is still to come: later than the date anywhere in Denmark at `now`.
    [[nodiscard]] bool is_born_after(Instant now) const;
    friend bool operator==(const CprNumber&, const CprNumber&) = default;

  private:
    CprNumber() = default;
    std::string digits_;
    std::chrono::year_month_day birth_date_;
    bool is_test_number_ = false;
};

// CVR number (company): eight digits, the first not 0, modulus 11 with weights 2 7 6 5 4 3 2 1.
class CvrNumber {
  public:
    // Errors: cvr_invalid.
    static Result<CvrNumber> parse(std::string_view text);
    [[nodiscard]] const std::string& digits() const { return digits_; }
    friend auto operator<=>(const CvrNumber&, const CvrNumber&) = default;

  private:
    CvrNumber() = default;
    std::string digits_;
};

// P number (produktionsenhed, a company's site): ten digits; no check digit is promised.
class PNumber {
  public:
    // Errors: p_number_invalid.
    static Result<PNumber> parse(std::string_view text);
    [[nodiscard]] const std::string& digits() const { return digits_; }
    friend auto operator<=>(const PNumber&, const PNumber&) = default;

  private:
    PNumber() = default;
    std::string digits_;
};

// Municipality code (kommunekode): one of the 98 three-digit codes since 1 January 2007. 411
// (Christiansø) is no municipality.
class MunicipalityCode {
  public:
    // Three digits, or four with a leading zero. Errors: municipality_unknown.
    static Result<MunicipalityCode> parse(std::string_view text);
    // Three digits.
    [[nodiscard]] const std::string& digits() const { return digits_; }
    friend auto operator<=>(const MunicipalityCode&, const MunicipalityCode&) = default;

  private:
    MunicipalityCode() = default;
    std::string digits_;
};

}  // namespace jobbro::contract
