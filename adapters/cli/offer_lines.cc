#include "adapters/cli/offer_lines.h"

#include "adapters/cli/json_line.h"
#include "adapters/cli/text_table.h"
#include "proto/contract/json.h"

namespace jobbro::cli {
namespace {

constexpr Wording provider_word{"LEVERANDØR", "PROVIDER"};
constexpr Wording reference_word{"TILBUD", "OFFER"};
constexpr Wording name_word{"NAVN", "NAME"};
constexpr Wording purposes_word{"FORMÅL", "PURPOSES"};
constexpr Wording match_word{"MATCH", "MATCH"};
constexpr Wording legal_word{"LOV", "LAW"};
constexpr Wording places_word{"PLADSER", "PLACES"};
constexpr Wording quota_word{"KVOTE", "QUOTA"};
constexpr Wording period_word{"KAN BESTILLES", "CAN BE ORDERED"};
constexpr Wording withdrawn_word{"TRUKKET TILBAGE", "WITHDRAWN"};
constexpr Wording of_word{"af", "of"};

template <typename Values, typename Enum>
std::string words_of(const Values& values, Language language, Enum /*type*/) {
    std::string words;
    for (const int value : values) {
        words += words.empty() ? "" : ", ";
        words += word_for(static_cast<Enum>(value), language);
    }
    return words;
}

// "3 of 12".
std::string left_text(bool is_bounded, std::uint32_t left, std::uint32_t all, Language language) {
    if (!is_bounded) return {};
    return std::to_string(left) + " " + of_word.in(language) + " " + std::to_string(all);
}

// "2011-01-01 – 2011-12-31", with a side left out that is not set.
std::string period_of(const v1::OfferPublished& offer) {
    if (offer.valid_from_date().empty() && offer.valid_until_date().empty()) return {};
    std::string period = offer.valid_from_date();
    period += offer.valid_from_date().empty() ? "– " : " –";
    if (offer.valid_until_date().empty()) return period;
    if (!offer.valid_from_date().empty()) period += " ";
    return period + offer.valid_until_date();
}

}  // namespace

std::string offers_json(const v1::Answer& answer) {
    std::string lines;
    for (const v1::OfferStanding& offer : answer.offers())
        lines += JsonLine{}.raw("offer", contract::to_json(offer)).str() + "\n";
    return lines;
}

std::string offers_table(const v1::Answer& answer, Language language) {
    TextTable table{{provider_word.in(language), reference_word.in(language),
                     name_word.in(language), purposes_word.in(language), match_word.in(language),
                     legal_word.in(language), places_word.in(language), quota_word.in(language),
                     period_word.in(language), withdrawn_word.in(language)}};
    for (const v1::OfferStanding& row : answer.offers()) {
        const v1::OfferPublished& offer = row.offer();
        table.add(
            {row.provider(), offer.offer_reference(), offer.name(),
             words_of(offer.purposes(), language, v1::Purpose{}),
             words_of(offer.match_categories(), language, v1::MatchCategory{}),
             word_for(offer.legal_category(), language),
             left_text(row.has_free_places(), row.free_places(), offer.capacity(), language),
             left_text(row.has_quota_left(), row.quota_left(), offer.yearly_quota(), language),
             period_of(offer), row.withdrawn_from_date()});
    }
    return table.str();
}

}  // namespace jobbro::cli
