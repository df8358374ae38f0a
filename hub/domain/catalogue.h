// The catalogue of offers (tilbudskatalog): what can be ordered, of whom, and how many places are
// left. An offer belongs to the provider that published it, under the provider's own name of it: a
// name of one provider's means nothing with another, so nobody can change what is not theirs.
//
// Pure: fed with messages in their order, it holds the same whenever it is fed anew. Days come in
// as arguments. Thread: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hub/domain/course_facts.pb.h"
#include "hub/domain/day.h"
#include "hub/domain/watches.h"
#include "jobbro/v1/catalogue.pb.h"
#include "proto/base/result.h"

namespace jobbro::domain {

inline constexpr std::size_t offers_of_provider_max = 2000;
inline constexpr std::size_t offer_looks_max = 2000;  // offers looked at for a page of the list

// What an order takes of its offer.
struct OfferClaim {
    std::string_view offer;    // empty: of none
    bool takes_place = false;  // placed, accepted or started
    bool is_answered = false;  // accepted or started
    std::optional<int> year;   // the calendar year whose quota it counts in; not set: in none
    friend bool operator==(const OfferClaim&, const OfferClaim&) = default;
};
// A place is taken from the order until it is declined, cancelled or ended. The quota is of the
// year the course starts, or else is to start, or else was ordered in; an order that never starts
// gives it back. Points into the row.
OfferClaim claim_of(const rows::CourseFacts& facts);

// Why an order cannot have an offer. Nothing is wrong with one that can.
enum class OfferFault : std::uint8_t {
    none,
    unknown,        // the provider has published none of the name
    not_valid,      // before its first day or after its last
    withdrawn,      //
    no_place,       //
    quota_used_up,  //
};
// Of several faults one that is refused, else the first.
struct OfferVerdict {
    OfferFault fault = OfferFault::none;
    bool is_refused = false;  // else, where there is a fault, it gets a finding
    std::string detail;       // of a refusal: which day, how many
};

// An offer as its provider has told it.
struct PublishedOffer {
    v1::OfferPublished text;
    MessageNumber text_number = 0;        // of the publication, or its correction, that told it
    Day withdrawn_from;                   // not set: it is not withdrawn
    MessageNumber withdrawal_number = 0;  // of what told that last; 0: it is not withdrawn
};

// An offer as it stands, for a list.
struct OfferRow {
    std::string_view provider;
    const v1::OfferPublished* offer = nullptr;
    Day withdrawn_from;                        // not set: it is not
    std::optional<std::uint32_t> free_places;  // not set: no bound
    std::optional<std::uint32_t> quota_left;   // of the year asked for; not set: no bound
};

// A place in the list.
struct OfferPlace {
    std::string_view provider;
    std::string_view offer;
};

// A page of the list. Points into the catalogue, until it is changed, and into the query.
struct OfferPage {
    std::vector<OfferRow> rows;
    // There may be more behind it: the page was full, or enough was looked at. Not set: it is the
    // end of the list.
    std::optional<OfferPlace> ended_at;
};

// What is asked for. Unset: all.
struct OfferQuery {
    Day day;                                  // on which it can be ordered. Required.
    std::optional<v1::Purpose> purpose;       //
    std::optional<v1::MatchCategory> match;   // offers that tell no target group are for all
    std::optional<v1::LegalCategory> legal;   //
    std::string_view municipality;            // "630": by providers that may work for it
    std::string_view provider;                //
    bool has_free_place = false;              // a place and a course of the quota are left
    std::string_view after_provider;          // where the last page ended
    std::string_view after_offer;             //
    std::size_t rows_max = 100;               // at least 1
    std::size_t looks_max = offer_looks_max;  // at least 1; offers that do not fit count too
};

class Catalogue {
  public:
    // Recorded messages of the provider; `number` is the message's. A later offer takes the place
    // of the earlier of the same name, and is there again if that was withdrawn. Errors:
    // list_too_long, the provider has too many; nothing changes.
    Result<void> publish(std::string_view provider, const v1::OfferPublished& offer,
                         MessageNumber number);
    // Whether publish() would take an offer of the name. Errors: as publish().
    [[nodiscard]] Result<void> check_room(std::string_view provider,
                                          std::string_view reference) const;
    // False, and nothing changes, when the provider has published no offer of the name.
    bool withdraw(std::string_view provider, const v1::OfferWithdrawn& withdrawal,
                  MessageNumber number);
    // Corrections of the message with the number `corrects`: of the text, which leaves a withdrawal
    // as it is, and of a withdrawal. False, and nothing changes, when that message tells nothing
    // any more of the offer of the name: another has taken its place, so it is history.
    bool correct(std::string_view provider, const v1::OfferPublished& offer, MessageNumber number,
                 MessageNumber corrects);
    bool correct(std::string_view provider, const v1::OfferWithdrawn& withdrawal,
                 MessageNumber number, MessageNumber corrects);
    // As find() gave it. Errors: as publish().
    Result<void> adopt(std::string_view provider, PublishedOffer offer);
    // Whether the provider has published an offer of the name, withdrawn or not.
    [[nodiscard]] bool owns(std::string_view provider, std::string_view reference) const;

    // Whether the provider has ever published an offer: whoever has not keeps no catalogue here.
    [[nodiscard]] bool has_offers(std::string_view provider) const;

    // The municipalities whose jobcentres the provider may work for, by code.
    void set_municipalities(std::string_view provider, std::set<std::string, std::less<>> codes);

    // An order with the provider was one way and is another now. nullptr: there was none, is none.
    void apply(std::string_view provider, const rows::CourseFacts* before,
               const rows::CourseFacts* after);

    // Whether an order, a correction or a revision may name the offer. `before`: the order as it
    // stood, nullptr for a new one; what it has already is never taken from it, but where it is to
    // count in another year than it does, that year's quota must have room. `start`: as ordered,
    // may be not set. `today` is the day of the message. Requires: a name.
    [[nodiscard]] OfferVerdict judge(std::string_view provider, std::string_view reference,
                                     Day start, Day today, const rows::CourseFacts* before) const;

    // nullptr: none. Lives until the next change of the catalogue.
    [[nodiscard]] const PublishedOffer* find(std::string_view provider,
                                             std::string_view reference) const;
    // By provider and name.
    [[nodiscard]] OfferPage list(const OfferQuery& query) const;

  private:
    // What orders take of an offer, published or not.
    struct Taken {
        std::uint32_t places = 0;
        std::map<int, std::uint32_t> by_year;
    };
    struct Offer {
        std::optional<PublishedOffer> published;  // not set: ordered, and never published
        Taken taken;
    };
    using Offers = std::map<std::string, Offer, std::less<>>;
    struct Provider {
        Offers offers;
        std::size_t published = 0;
        std::set<std::string, std::less<>> municipalities;
    };

    Provider& provider(std::string_view id);
    [[nodiscard]] const Offer* offer(std::string_view provider, std::string_view reference) const;
    PublishedOffer* find_to_change(std::string_view provider, std::string_view reference);
    void take(std::string_view provider, const OfferClaim& claim, int sign);
    static std::optional<OfferRow> row_of(std::string_view provider, const Offer& offer,
                                          const OfferQuery& query);

    std::map<std::string, Provider, std::less<>> providers_;
};

}  // namespace jobbro::domain
