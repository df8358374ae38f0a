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

// With `start` as the start that is ordered.
std::optional<int> quota_year(const rows::CourseFacts& facts, Day start) {
    const bool never_starts =
        is_over(static_cast<OrderState>(facts.state())) && facts.started_day() == 0;
    if (never_starts) return std::nullopt;
    for (const std::uint32_t day : {facts.started_day(), start.number(), facts.placed_day()}) {
        if (day != 0) return year_of(Day::numbered(day));
    }
    return std::nullopt;
}

// What is refused outweighs what gets a finding; else what was found first stands.
void weigh(OfferVerdict& verdict, OfferVerdict next) {
    const bool is_graver = verdict.fault == OfferFault::none || next.is_refused;
    if (!verdict.is_refused && is_graver) verdict = std::move(next);
}

OfferVerdict withdrawal_verdict(const PublishedOffer& offer, Day today) {
    if (!offer.withdrawn_from.is_set() || today < offer.withdrawn_from) return {};
    return {OfferFault::withdrawn,
            is_refused(offer.text.has_when_withdrawn(), offer.text.when_withdrawn()),
            "it was withdrawn from " + offer.withdrawn_from.text()};
}

OfferVerdict place_verdict(const v1::OfferPublished& text, std::uint32_t taken) {
    if (!text.has_capacity() || taken < text.capacity()) return {};
    return {OfferFault::no_place, is_refused(text.has_when_full(), text.when_full()),
            "all " + std::to_string(text.capacity()) + " places are taken"};
}

OfferVerdict quota_verdict(const v1::OfferPublished& text, std::uint32_t taken, int year) {
    if (!text.has_yearly_quota() || taken < text.yearly_quota()) return {};
    return {OfferFault::quota_used_up, is_refused(text.has_when_full(), text.when_full()),
            "all " + std::to_string(text.yearly_quota()) + " courses of " + std::to_string(year) +
                " are taken"};
}

}  // namespace

OfferClaim claim_of(const rows::CourseFacts& facts) {
    OfferClaim claim;
    claim.offer = facts.offer();
    const auto state = static_cast<OrderState>(facts.state());
    claim.is_answered = state == OrderState::accepted || state == OrderState::started;
    claim.takes_place = claim.is_answered || state == OrderState::placed;
    claim.year = quota_year(facts, Day::numbered(facts.ordered_start()));
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

Result<void> Catalogue::publish(std::string_view provider, const v1::OfferPublished& offer,
                                MessageNumber number) {
    return adopt(provider, {offer, number, {}, 0});
}

Result<void> Catalogue::adopt(std::string_view provider_id, PublishedOffer offer) {
    const std::string& reference = offer.text.offer_reference();
    JOBBRO_TRY(check_room(provider_id, reference));
    Provider& owner = provider(provider_id);
    if (!owns(provider_id, reference)) ++owner.published;
    owner.offers[reference].published = std::move(offer);
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

bool Catalogue::withdraw(std::string_view provider, const v1::OfferWithdrawn& withdrawal,
                         MessageNumber number) {
    PublishedOffer* const found = find_to_change(provider, withdrawal.offer_reference());
    if (found == nullptr) return false;
    found->withdrawn_from = day_of_field(withdrawal.from_date());
    found->withdrawal_number = number;
    return true;
}

bool Catalogue::correct(std::string_view provider, const v1::OfferPublished& offer,
                        MessageNumber number, MessageNumber corrects) {
    PublishedOffer* const found = find_to_change(provider, offer.offer_reference());
    if (found == nullptr || found->text_number != corrects) return false;
    found->text = offer;
    found->text_number = number;
    return true;
}

bool Catalogue::correct(std::string_view provider, const v1::OfferWithdrawn& withdrawal,
                        MessageNumber number, MessageNumber corrects) {
    const PublishedOffer* const found = find(provider, withdrawal.offer_reference());
    if (found == nullptr || found->withdrawal_number != corrects) return false;
    return withdraw(provider, withdrawal, number);
}

bool Catalogue::owns(std::string_view provider, std::string_view reference) const {
    return find(provider, reference) != nullptr;
}

const PublishedOffer* Catalogue::find(std::string_view provider, std::string_view reference) const {
    const Offer* const found = offer(provider, reference);
    return found != nullptr && found->published ? &*found->published : nullptr;
}

PublishedOffer* Catalogue::find_to_change(std::string_view provider, std::string_view reference) {
    const auto owner = providers_.find(provider);
    if (owner == providers_.end()) return nullptr;
    const auto found = owner->second.offers.find(reference);
    const bool is_published = found != owner->second.offers.end() && found->second.published;
    return is_published ? &*found->second.published : nullptr;
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
    if (!place->second.published && taken.places == 0 && taken.by_year.empty()) offers.erase(place);
}

OfferVerdict Catalogue::judge(std::string_view provider, std::string_view reference, Day start,
                              Day today, const rows::CourseFacts* before) const {
    const OfferClaim has = before != nullptr ? claim_of(*before) : OfferClaim{};
    const bool has_it = before != nullptr && has.offer == reference;
    const Offer* const found = offer(provider, reference);
    if (found == nullptr || !found->published) {
        return has_it ? OfferVerdict{} : OfferVerdict{OfferFault::unknown, true, {}};
    }
    const v1::OfferPublished& text = found->published->text;
    const std::optional<int> year =
        before != nullptr ? quota_year(*before, start) : year_of(start.is_set() ? start : today);
    if (has_it) {
        if (!year || year == has.year) return {};
        return quota_verdict(text, taken_in(found->taken.by_year, *year), *year);
    }
    OfferVerdict verdict = withdrawal_verdict(*found->published, today);
    if (!is_valid_on(text, today)) {
        weigh(verdict, {OfferFault::not_valid, true, "it cannot be ordered on " + today.text()});
    }
    const bool takes_place = before == nullptr || has.takes_place;
    if (takes_place) weigh(verdict, place_verdict(text, found->taken.places));
    if (year) weigh(verdict, quota_verdict(text, taken_in(found->taken.by_year, *year), *year));
    return verdict;
}

OfferPage Catalogue::list(const OfferQuery& query) const {
    OfferPage page;
    OfferPlace last{query.after_provider, query.after_offer};
    std::size_t looks = 0;
    const std::string_view from = std::max(query.provider, query.after_provider);
    for (auto owner = providers_.lower_bound(from); owner != providers_.end(); ++owner) {
        const auto& [id, provider] = *owner;
        if (!query.provider.empty() && id != query.provider) break;
        const bool may_work =
            query.municipality.empty() || provider.municipalities.count(query.municipality) != 0;
        if (!may_work) continue;
        auto place = id == query.after_provider ? provider.offers.upper_bound(query.after_offer)
                                                : provider.offers.begin();
        for (; place != provider.offers.end(); ++place, ++looks) {
            if (page.rows.size() >= query.rows_max || looks >= query.looks_max) {
                page.ended_at = last;
                return page;
            }
            last = {id, place->first};
            if (const auto row = row_of(id, place->second, query)) page.rows.push_back(*row);
        }
    }
    return page;
}

std::optional<OfferRow> Catalogue::row_of(std::string_view provider, const Offer& offer,
                                          const OfferQuery& query) {
    if (!offer.published || !is_asked_for(offer.published->text, query)) return std::nullopt;
    const v1::OfferPublished& text = offer.published->text;
    const Day withdrawn_from = offer.published->withdrawn_from;
    const bool is_withdrawn = withdrawn_from.is_set() && withdrawn_from <= query.day;
    if (is_withdrawn || !is_valid_on(text, query.day)) return std::nullopt;
    OfferRow row{provider, &text, withdrawn_from, {}, {}};
    row.free_places = left_of(text.has_capacity(), text.capacity(), offer.taken.places);
    row.quota_left = left_of(text.has_yearly_quota(), text.yearly_quota(),
                             taken_in(offer.taken.by_year, year_of(query.day)));
    if (query.has_free_place && (row.free_places == 0U || row.quota_left == 0U)) {
        return std::nullopt;
    }
    return row;
}

}  // namespace jobbro::domain
