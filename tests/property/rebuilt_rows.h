// Courses and limits made anew from the entries of a log, as hub/domain/COURSE.md tells how, and
// beside them what the log must say of alerts: each of something that waits, on its day, once.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "hub/core/rulebook.h"
#include "hub/domain/citizen_limits.h"
#include "hub/domain/course_facts.h"
#include "hub/journal/journal.h"

namespace jobbro::testing {

using Watches = google::protobuf::RepeatedPtrField<domain::rows::Watch>;

// Alerts of matters that still wait: kind, message, report, limit and step of each.
using Raised =
    std::set<std::tuple<std::uint32_t, std::uint64_t, std::uint32_t, std::uint32_t, std::uint32_t>>;

// A message that stands in the log.
struct Said {
    std::string message_id;
    std::string sender;
    v1::MessageKind kind = v1::MESSAGE_KIND_UNSPECIFIED;
};

struct RebuiltOrder {
    Bytes id;  // 16 bytes
    journal::SubjectId subject{};
    std::string jobcentre;
    std::string provider;
    domain::rows::CourseState course;
    domain::rows::CourseFacts facts;
    Raised raised;
    std::vector<Said> said;  // in order, alerts left out
};

// Of a subject, each a sequence plus one; 0: none.
struct RebuiltLatest {
    std::uint64_t entry = 0;
    std::uint64_t own = 0;   // on no order
    std::uint64_t said = 0;  // by a party
};

struct RebuiltLimits {
    domain::rows::CitizenState state;
    Raised raised;
};

// What is wrong fails the test that reads. Thread: one.
class RebuiltRows {
  public:
    // Under the rule sets of the log. Requires: no two of them overlap.
    explicit RebuiltRows(journal::Journal& journal);

    // The entries since the last time.
    void read_on(journal::Journal& journal);
    // Holds every row of the case file against these, byte for byte, and these against them.
    // Requires: all entries have been read, and nothing is staged.
    void compare(journal::Journal& journal) const;
    // That nothing waits to be raised that was due by the day.
    void expect_nothing_due(domain::Day day) const;

    [[nodiscard]] domain::Day day_of(Instant time) const { return rules_.time.day_of(time); }
    // In the order they were placed. Lives as long as the object.
    [[nodiscard]] const std::vector<const RebuiltOrder*>& orders() const { return by_age_; }
    // nullptr: there is none.
    [[nodiscard]] const RebuiltOrder* find(BytesView order_id) const;
    // The subject of the number, that is kept; none where nobody has had it.
    [[nodiscard]] std::optional<journal::SubjectId> subject_of(const std::string& number) const;
    // As last said of the person.
    [[nodiscard]] const std::string& number_of(const journal::SubjectId& subject) const;
    // Messages about the person and no order, in order.
    [[nodiscard]] const std::vector<Said>& said_of(const journal::SubjectId& subject) const;

    [[nodiscard]] const std::map<v1::MessageKind, std::size_t>& recorded() const {
        return recorded_;
    }
    [[nodiscard]] const std::map<v1::AlertKind, std::size_t>& alerts() const { return alerts_; }
    [[nodiscard]] std::size_t late_alerts() const { return late_alerts_; }
    [[nodiscard]] std::size_t merges() const { return merges_; }

  private:
    using Jobcentres = std::map<std::string, RebuiltLimits>;
    // An alert that is to stand behind its message.
    struct Expected {
        Bytes order_id;
        domain::RaisedAlert alert;
    };
    struct Entry;

    [[nodiscard]] journal::SubjectId kept(const journal::SubjectId& subject) const;
    void take(const journal::OpenedEntry& opened);
    void take_alert(const Entry& entry);
    void check_raised(const Entry& entry, const Watches& watches, Raised& raised);
    void take_message(Entry& entry);
    void place(Entry& entry);
    void take_numbers(const Entry& entry);
    void merge(const Entry& entry, const journal::SubjectId& former,
               const journal::SubjectId& into);
    static void join(const Entry& entry, Jobcentres& limits, const std::string& jobcentre,
                     const RebuiltLimits& other);
    void hand_over(const Entry& entry);
    // What the catalogue has of the offer the message names, where it names one.
    [[nodiscard]] const v1::OfferPublished* offer_of(const Entry& entry) const;
    void take_on_order(const Entry& entry, const domain::OrderMessage& message);
    void take_on_citizen(const Entry& entry, const domain::CitizenMessage& message);
    void tell_of_interview(const Entry& entry, const std::string& jobcentre, domain::Day interview);

    core::Rulebook rules_;
    std::uint64_t next_ = 0;
    std::map<Bytes, RebuiltOrder> orders_;
    std::vector<const RebuiltOrder*> by_age_;
    std::map<journal::SubjectId, Jobcentres> limits_;
    std::map<journal::SubjectId, RebuiltLatest> latest_;
    std::map<std::pair<std::string, std::string>, v1::OfferPublished> offers_;  // by provider, name
    std::map<std::string, journal::SubjectId> bound_;                           // by CPR number
    std::map<journal::SubjectId, journal::SubjectId> merged_;
    std::map<journal::SubjectId, std::string> numbers_;
    std::map<journal::SubjectId, std::vector<Said>> said_;
    std::deque<Expected> expected_;
    std::map<v1::MessageKind, std::size_t> recorded_;
    std::map<v1::AlertKind, std::size_t> alerts_;
    std::size_t late_alerts_ = 0;
    std::size_t merges_ = 0;
};

}  // namespace jobbro::testing
