// A message in words, and that no field that looks like staff is forgotten.
#include "adapters/audit/message_text.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include <sstream>

#include "jobbro/v1/frame.pb.h"
#include "jobbro/v1/journal.pb.h"
#include "proto/contract/kinds.h"
#include "tests/support/messages.h"

namespace jobbro::audit {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ReadEntry read_entry_with(const v1::Envelope& envelope, v1::MessageKind kind) {
    ReadEntry read;
    read.sequence = Sequence{4};
    read.recorded_at = Instant{5'000'000};
    read.sender = envelope.sender();
    read.index.emplace().set_kind(kind);
    read.index->add_audience("provider:99104007");
    read.body = envelope.SerializeAsString();
    return read;
}

v1::Envelope made_up_order() {
    SeededRandomness randomness{1};
    const Instant now{1767323045000000};
    return jobbro::testing::order(contract::OrderId::make(now, randomness), now, randomness);
}

TEST(MessageText, TellsWhatItIsAndEachField) {
    v1::Envelope envelope = made_up_order();
    v1::Order& order = *envelope.mutable_order();
    order.set_match_category(v1::MATCH_CATEGORY_READY_FOR_MEASURES);
    order.set_hours_per_week(18.5);
    order.set_citizen_wishes("outdoors\nand no noise");
    order.mutable_reports_due()->add_reports()->set_due_date("2011-04-01");
    const std::string text =
        *message_text(read_entry_with(envelope, v1::MESSAGE_KIND_ORDER), Language::english);
    EXPECT_THAT(text,
                ::testing::StartsWith("4  1970-01-01T00:00:05.000000Z  order  from jobcentre:630\n"
                                      "    to provider:99104007\n"));
    EXPECT_THAT(text, HasSubstr("    order " + envelope.order_id() + "\n"));
    EXPECT_THAT(text, HasSubstr("    happened 2026-01-02T03:04:05.000000Z\n"));
    EXPECT_THAT(text, HasSubstr("    match category: ready for measures\n"));
    EXPECT_THAT(text, HasSubstr("    hours per week: 18.5\n"));
    EXPECT_THAT(text, HasSubstr("    citizen wishes: outdoors\n    and no noise\n"));
    EXPECT_THAT(text, HasSubstr("    purposes:\n        - needs assessment\n"));
    EXPECT_THAT(text, HasSubstr("    reports due:\n        reports:\n            -\n"
                                "                due date: 2011-04-01\n"));
}

TEST(MessageText, WithholdsStaff) {
    v1::Envelope envelope = made_up_order();
    envelope.mutable_order()->mutable_contact()->set_function_or_team("Jens Hansen");
    envelope.mutable_order()->mutable_contact()->set_phone("+45 12 34 56 78");
    const ReadEntry read = read_entry_with(envelope, v1::MESSAGE_KIND_ORDER);
    for (const Language language : {Language::english, Language::danish}) {
        const std::string text = *message_text(read, language);
        EXPECT_THAT(text, Not(HasSubstr("Jens")));
        EXPECT_THAT(text, Not(HasSubstr("34 56")));
    }
    EXPECT_THAT(*message_text(read, Language::english),
                HasSubstr("phone: (withheld: about staff)\n"));
}

TEST(MessageText, NothingPassesForAnotherLineOrMessage) {
    v1::Envelope envelope = made_up_order();
    envelope.mutable_order()->set_citizen_wishes("x\n5  1970-01-01  notice\x1b[2J");
    const std::string text =
        *message_text(read_entry_with(envelope, v1::MESSAGE_KIND_ORDER), Language::english);
    EXPECT_THAT(text, HasSubstr("\n    5  1970-01-01  notice\\x1b[2J\n"));
}

TEST(MessageText, WhatIsNotThereIsTold) {
    ReadEntry read;
    read.sender = "jobcentre:630";
    EXPECT_THAT(*message_text(read, Language::english),
                HasSubstr("(the grant does not cover the content)"));
    read.is_erased = true;
    EXPECT_THAT(*message_text(read, Language::english), HasSubstr("  erased  "));
    read = read_entry_with(made_up_order(), v1::MESSAGE_KIND_ORDER);
    *read.body += "\xba\x3e\x01x";  // field 999
    EXPECT_THAT(*message_text(read, Language::english),
                HasSubstr("    purposes:\n        - needs assessment\n"));
    EXPECT_THAT(*message_text(read, Language::english),
                HasSubstr("fields that this program does not know"));
    v1::Envelope later;
    later.set_sender("jobcentre:630");
    EXPECT_THAT(*message_text(read_entry_with(later, v1::MESSAGE_KIND_ORDER), Language::english),
                HasSubstr("fields that this program does not know"));
    read.body = "no envelope";
    EXPECT_EQ(message_text(read, Language::english).error().code, ErrorCode::tampered);
}

TEST(MessageText, EveryKindHasADanishName) {
    for (const contract::KindRule& rule : contract::kind_rules()) {
        const std::string danish = kind_words(rule.kind, Language::danish);
        EXPECT_NE(danish, kind_words(rule.kind, Language::english)) << danish;
    }
    EXPECT_EQ(kind_words(v1::MESSAGE_KIND_ABSENCE_REPORT, Language::english), "absence report");
}

// --- Fields about staff --------------------------------------------------------------------------

// Words of a field's name that speak of somebody at work.
bool looks_like_staff(const std::string& name) {
    static const std::set<std::string> telling{
        "adviser",     "advisor", "attendee", "attendees",    "author",    "caseworker",
        "consultant",  "contact", "email",    "employee",     "employees", "function",
        "initials",    "leader",  "mail",     "manager",      "mentor",    "mobile",
        "name",        "names",   "officer",  "operator",     "owner",     "phone",
        "participant", "person",  "persons",  "participants", "signer",    "staff",
        "supervisor",  "teacher", "team",     "telephone",    "therapist", "user",
        "worker"};
    std::istringstream words{name};
    std::string word;
    std::string last;
    while (std::getline(words, word, '_')) {
        if (telling.contains(word)) return true;
        last = word;
    }
    return last == "by";
}

void add_texts(const Descriptor& message, std::vector<std::string>& fields) {
    for (int i = 0; i < message.field_count(); ++i) {
        const FieldDescriptor& field = *message.field(i);
        const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
        if (is_text && looks_like_staff(field.name())) fields.push_back(field.full_name());
    }
    for (int i = 0; i < message.nested_type_count(); ++i)
        add_texts(*message.nested_type(i), fields);
}

void add_file(const FileDescriptor& file, std::set<std::string>& seen,
              std::vector<std::string>& fields) {
    if (file.package() != "jobbro.v1" || !seen.insert(file.name()).second) return;
    for (int i = 0; i < file.message_type_count(); ++i)
        add_texts(*file.message_type(i), fields);
    for (int i = 0; i < file.dependency_count(); ++i)
        add_file(*file.dependency(i), seen, fields);
}

// Text fields of the whole contract whose names look like staff.
std::vector<std::string> suspects() {
    std::vector<std::string> fields;
    std::set<std::string> seen;
    add_file(*v1::ClientFrame::descriptor()->file(), seen, fields);
    add_file(*v1::Reading::descriptor()->file(), seen, fields);
    return fields;
}

// What looks so and is not: a decision made for each.
const std::set<std::string_view>& about_no_person() {
    static const std::set<std::string_view> fields{
        "jobbro.v1.Ack.name",  // of a subscription, as all named so up to Unsubscribe
        "jobbro.v1.ActOnParked.name",
        "jobbro.v1.Deliveries.name",
        "jobbro.v1.ListParked.name",
        "jobbro.v1.Nack.name",
        "jobbro.v1.ParkedState.name",
        "jobbro.v1.Subscribe.name",
        "jobbro.v1.Subscribed.name",
        "jobbro.v1.SubscriptionEnded.name",
        "jobbro.v1.SubscriptionStatus.name",
        "jobbro.v1.Unsubscribe.name",
        "jobbro.v1.CitizenStatement.signer",   // a data controller
        "jobbro.v1.RegistryStatement.signer",  // a party
        "jobbro.v1.Indicator.name",            // what is measured of the citizen
        "jobbro.v1.OfferPublished.name",       // an offer
        "jobbro.v1.RuleSet.name",              // of rules
        "jobbro.v1.WaitingQuestion.contact",   // a question's, kept nowhere
    };
    return fields;
}

TEST(WithheldFields, EveryFieldThatLooksLikeStaffWasDecidedOn) {
    const std::vector<std::string> fields = suspects();
    EXPECT_THAT(fields, Contains("jobbro.v1.Contact.phone")) << "the search finds what there is";
    for (const std::string& field : fields) {
        EXPECT_TRUE(withheld_fields().contains(field) != about_no_person().contains(field))
            << field << ": add it to withheld_fields() or to about_no_person()";
    }
}

TEST(WithheldFields, NameFieldsThereAre) {
    std::set<std::string_view> all;
    all.insert(withheld_fields().begin(), withheld_fields().end());
    all.insert(about_no_person().begin(), about_no_person().end());
    for (const std::string_view name : all) {
        EXPECT_NE(
            google::protobuf::DescriptorPool::generated_pool()->FindFieldByName(std::string{name}),
            nullptr)
            << name;
    }
}

}  // namespace
}  // namespace jobbro::audit
