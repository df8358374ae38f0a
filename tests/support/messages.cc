#include "tests/support/messages.h"

namespace jobbro::testing {

v1::Envelope envelope(const std::string& sender, const contract::OrderId& order, Instant now,
                      Randomness& randomness, const std::string& cpr) {
    v1::Envelope result;
    result.set_message_id(contract::MessageId::make(now, randomness).text());
    result.set_sender(sender);
    result.mutable_audience()->mutable_order_parties();
    result.set_order_id(order.text());
    result.mutable_citizen()->set_cpr_number(cpr);
    result.mutable_happened_at()->set_seconds(now.microseconds / 1000000);
    result.set_schema_version(1);
    result.set_salt(Bytes{view(randomness.take<16>())});
    return result;
}

v1::Envelope order(const contract::OrderId& order, Instant now, Randomness& randomness,
                   const std::string& to, const std::string& cpr) {
    v1::Envelope result = envelope(jobcentre, order, now, randomness, cpr);
    result.mutable_audience()->set_party(to);
    v1::Order& body = *result.mutable_order();
    body.add_purposes(v1::PURPOSE_NEEDS_ASSESSMENT);
    body.add_sub_goals("two mornings a week held for a month");
    body.add_questions("which tasks can be held for three hours?");
    body.set_start_date("2011-02-14");
    body.set_end_date("2011-05-15");
    return result;
}

v1::Envelope acceptance(const contract::OrderId& order, Instant now, Randomness& randomness) {
    v1::Envelope result = envelope(provider, order, now, randomness);
    result.mutable_order_acceptance()->set_expected_start_date("2011-02-14");
    return result;
}

v1::Envelope course_start(const contract::OrderId& order, Instant now, Randomness& randomness,
                          const std::string& cpr) {
    v1::Envelope result = envelope(provider, order, now, randomness, cpr);
    result.mutable_course_start()->set_start_date("2011-02-14");
    return result;
}

v1::Envelope provider_notice(const contract::OrderId& order, Instant now, Randomness& randomness,
                             const std::string& cpr) {
    v1::Envelope result = envelope(provider, order, now, randomness, cpr);
    result.mutable_notice()->set_text("the company asks again");
    return result;
}

std::string made_up_citizen(std::uint64_t n) {
    const auto digits = [](std::uint64_t value, int width) {
        std::string text = std::to_string(value);
        return std::string(static_cast<std::size_t>(width) - text.size(), '0') + text;
    };
    const std::uint64_t day = 61 + n % 28;
    const std::uint64_t month = 1 + n / 28 % 12;
    const std::uint64_t year = 50 + n / (28 * 12) % 40;
    const std::uint64_t serial = 1000 + n / (28 * 12 * 40) % 9;
    return digits(day, 2) + digits(month, 2) + digits(year, 2) + "-" + digits(serial, 4);
}

v1::Envelope absence(const contract::OrderId& order, Instant now, Randomness& randomness,
                     const std::string& cpr) {
    v1::Envelope result = envelope(provider, order, now, randomness, cpr);
    v1::AbsenceReport& body = *result.mutable_absence_report();
    body.set_first_date("2011-02-14");
    body.set_last_date("2011-02-14");
    body.set_absent_hours(5);
    body.set_kind(v1::ABSENCE_KIND_NO_SHOW);
    return result;
}

}  // namespace jobbro::testing
