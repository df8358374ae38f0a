#include "hub/domain/catalogue.h"

#include <algorithm>

#include "hub/domain/order_dialogue.h"

namespace jobbro::domain {
namespace {

int year_of(Day day) {
    return static_cast<int>(day.date().year());
}

bool is_valid_on(const v1::OfferPublished& offer, Day day) {
    const Day from = day_of_field(offer.valid_from_date());
    const Day until = day_of_field(offer.valid_until_date());
    return from <= day && (!until.is_set() || day <= until);
}

bool is_refused(bool is_told, v1::UnavailableOrder told) {
    return !is_told || told != v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING;
}

std::optional<std::uint32_t> left_of(bool is_bound, std::uint32_t bound, std::uint32_t taken) {
    if (!is_bound) return std::nullopt;
    return bound > taken ? bound - taken : 0;
}

std::uint32_t taken_in(const std::map<int, std::uint32_t>& by_year, int year) {
    const auto found = by_year.find(year);
    return found == by_year.end() ? 0 : found->second;
}

template <typename Values, typename Value>
bool holds(const Values& values, Value value) {
    return std::find(values.begin(), values.end(), static_cast<int>(value)) != values.end();
}

bool is_asked_for(const v1::OfferPublished& offer, const OfferQuery& query) {
    if (query.purpose && !holds(offer.purposes(), *query.purpose)) return false;
    const auto& match = offer.match_categories();
    if (query.match && !match.empty() && !holds(match, *query.match)) return false;
    return !query.legal || offer.legal_category() == *query.legal;
}

}  // namespace

OfferClaim claim_of(const rows::CourseFacts& facts) {
    OfferClaim claim;
    claim.offer = facts.offer();
    const auto state = static_cast<OrderState>(facts.state());
    claim.is_answered = state == OrderState::accepted || state == OrderState::started;
    claim.takes_place = claim.is_answered || state == OrderState::placed;
    const bool never_starts = is_over(state) && facts.started_day() == 0;
    if (never_starts) return claim;
    std::uint32_t day = facts.started_day();
    if (day == 0) day = facts.ordered_start();
    if (day == 0) day = facts.placed_day();
    if (day != 0) claim.year = year_of(Day::numbered(day));
    return claim;
}

Catalogue::Provider& Catalogue::provider(std::string_view id) {
    const auto found = providers_.find(id);
    return found != providers_.end() ? found->second : providers_[std::string{id}];
}

const Catalogue::Offer* Catalogue::offer(std::string_view provider,
                                         std::string_view reference) const {
    const auto owner = providers_.find(provider);
    if (owner == providers_.end()) return nullptr;
    const auto found = owner->second.offers.find(reference);
    return found == owner->second.offers.end() ? nullptr : &found->second;
}

Result<void> Catalogue::publish(std::string_view provider_id, const v1::OfferPublished& offer) {
    JOBBRO_TRY(check_room(provider_id, offer.offer_reference()));
    Provider& owner = provider(provider_id);
    if (!owns(provider_id, offer.offer_reference())) ++owner.published;
    Offer& row = owner.offers[offer.offer_reference()];
    row.text = offer;
    row.withdrawn_from = Day{};
    return {};
}

Result<void> Catalogue::check_room(std::string_view provider, std::string_view reference) const {
    const auto owner = providers_.find(provider);
    const bool is_full =
        owner != providers_.end() && owner->second.published >= offers_of_provider_max;
    if (is_full && !owns(provider, reference)) return ErrorCode::list_too_long;
    return {};
}

bool Catalogue::has_offers(std::string_view provider) const {
    const auto owner = providers_.find(provider);
    return owner != providers_.end() && owner->second.published > 0;
}

bool Catalogue::withdraw(std::string_view provider_id, const v1::OfferWithdrawn& withdrawal) {
    if (!owns(provider_id, withdrawal.offer_reference())) return false;
    provider(provider_id).offers[withdrawal.offer_reference()].withdrawn_from =
        day_of_field(withdrawal.from_date());
    return true;
}

bool Catalogue::owns(std::string_view provider, std::string_view reference) const {
    return find(provider, reference) != nullptr;
}

const v1::OfferPublished* Catalogue::find(std::string_view provider,
                                          std::string_view reference) const {
    const Offer* const found = offer(provider, reference);
    return found != nullptr && found->text ? &*found->text : nullptr;
}

void Catalogue::set_municipalities(std::string_view provider_id,
                                   std::set<std::string, std::less<>> codes) {
    provider(provider_id).municipalities = std::move(codes);
}

void Catalogue::apply(std::string_view provider, const rows::CourseFacts* before,
                      const rows::CourseFacts* after) {
    const OfferClaim was = before != nullptr ? claim_of(*before) : OfferClaim{};
    const OfferClaim is = after != nullptr ? claim_of(*after) : OfferClaim{};
    if (was == is) return;
    take(provider, was, -1);
    take(provider, is, 1);
}

void Catalogue::take(std::string_view provider_id, const OfferClaim& claim, int sign) {
    if (claim.offer.empty()) return;
    auto& offers = provider(provider_id).offers;
    auto place = offers.find(claim.offer);
    if (place == offers.end()) place = offers.emplace(claim.offer, Offer{}).first;
    const auto change = [sign](std::uint32_t& count) {
        JOBBRO_ASSERT(sign > 0 || count > 0);
        count = sign > 0 ? count + 1 : count - 1;
    };
    Taken& taken = place->second.taken;
    if (claim.takes_place) change(taken.places);
    if (claim.year) {
        std::uint32_t& count = taken.by_year[*claim.year];
        change(count);
        if (count == 0) taken.by_year.erase(*claim.year);
    }
    if (!place->second.text && taken.places == 0 && taken.by_year.empty()) offers.erase(place);
}

OfferVerdict Catalogue::judge(std::string_view provider, std::string_view reference, Day start,
                              Day today, const rows::CourseFacts* before) const {
    const bool has_it = before != nullptr && before->offer() == reference;
    if (has_it) return {};
    const Offer* const found = offer(provider, reference);
    if (found == nullptr || !found->text) return {OfferFault::unknown, true, {}};
    const v1::OfferPublished& text = *found->text;
    if (found->withdrawn_from.is_set() && found->withdrawn_from <= today) {
        return {OfferFault::withdrawn, is_refused(text.has_when_withdrawn(), text.when_withdrawn()),
                "it was withdrawn from " + found->withdrawn_from.text()};
    }
    if (!is_valid_on(text, today)) {
        return {OfferFault::not_valid, true, "it cannot be ordered on " + today.text()};
    }
    const bool refused = is_refused(text.has_when_full(), text.when_full());
    if (text.has_capacity() && found->taken.places >= text.capacity()) {
        return {OfferFault::no_place, refused,
                "all " + std::to_string(text.capacity()) + " places are taken"};
    }
    const int year = year_of(start.is_set() ? start : today);
    if (text.has_yearly_quota() && taken_in(found->taken.by_year, year) >= text.yearly_quota()) {
        return {OfferFault::quota_used_up, refused,
                "all " + std::to_string(text.yearly_quota()) + " courses of " +
                    std::to_string(year) + " are taken"};
    }
    return {};
}

std::vector<OfferRow> Catalogue::list(const OfferQuery& query) const {
    std::vector<OfferRow> rows;
    const std::string_view from = std::max(query.provider, query.after_provider);
    for (auto owner = providers_.lower_bound(from);
         owner != providers_.end() && rows.size() < query.rows_max; ++owner) {
        const auto& [id, provider] = *owner;
        if (!query.provider.empty() && id != query.provider) break;
        const bool may_work =
            query.municipality.empty() || provider.municipalities.count(query.municipality) != 0;
        if (may_work) list_of(id, provider, query, rows);
    }
    return rows;
}

void Catalogue::list_of(std::string_view id, const Provider& provider, const OfferQuery& query,
                        std::vector<OfferRow>& rows) const {
    auto place = id == query.after_provider ? provider.offers.upper_bound(query.after_offer)
                                            : provider.offers.begin();
    for (; place != provider.offers.end() && rows.size() < query.rows_max; ++place) {
        const Offer& offer = place->second;
        if (!offer.text || !is_asked_for(*offer.text, query)) continue;
        const bool is_withdrawn =
            offer.withdrawn_from.is_set() && offer.withdrawn_from <= query.day;
        if (is_withdrawn || !is_valid_on(*offer.text, query.day)) continue;
        OfferRow row{id, &*offer.text, offer.withdrawn_from, {}, {}};
        row.free_places =
            left_of(offer.text->has_capacity(), offer.text->capacity(), offer.taken.places);
        row.quota_left = left_of(offer.text->has_yearly_quota(), offer.text->yearly_quota(),
                                 taken_in(offer.taken.by_year, year_of(query.day)));
        if (query.has_free_place && (row.free_places == 0U || row.quota_left == 0U)) continue;
        rows.push_back(row);
    }
}

}  // namespace jobbro::domain
