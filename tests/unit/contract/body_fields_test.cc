// Every field of every body, spoilt in each way its rule forbids.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "proto/contract/body_rules.h"
#include "proto/contract/validation.h"
#include "tests/unit/contract/expectations.h"
#include "tests/unit/contract/sample_envelopes.h"

namespace jobbro::contract {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

std::string full_name_of(const FieldDescriptor& field) {
    return field.containing_type()->name() + "." + field.name();
}

const std::map<std::string, FieldRule>& rules() {
    static const auto by_name = [] {
        std::map<std::string, FieldRule> rows;
        for (const FieldRule& rule : field_rules())
            rows.emplace(rule.field, rule);
        return rows;
    }();
    return by_name;
}

FieldRule rule_of(const FieldDescriptor& field) {
    const auto found = rules().find(full_name_of(field));
    return found == rules().end() ? FieldRule{} : found->second;
}

// The five points are judged before and as a whole; validation_test has them.
bool is_of_the_five_points(const FieldDescriptor& field) {
    return full_name_of(field) == "ProgressionReport.attention_points" ||
           full_name_of(field) == "AttentionPoint.kind";
}

// One field of a message in an envelope.
struct Spot {
    v1::Envelope& envelope;
    Message& message;
    const FieldDescriptor& field;
    std::string path;

    [[nodiscard]] const Reflection& reflection() const { return *message.GetReflection(); }
    [[nodiscard]] int items() const { return reflection().FieldSize(message, &field); }
    void clear() const { reflection().ClearField(&message, &field); }
    void set_text(const std::string& text) const {
        field.is_repeated() ? reflection().SetRepeatedString(&message, &field, 0, text)
                            : reflection().SetString(&message, &field, text);
    }
    void set_enum(int number) const {
        field.is_repeated() ? reflection().SetRepeatedEnumValue(&message, &field, 0, number)
                            : reflection().SetEnumValue(&message, &field, number);
    }
    void set_number(double number) const {
        if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
            reflection().SetDouble(&message, &field, number);
        } else {
            reflection().SetUInt32(&message, &field, static_cast<std::uint32_t>(number));
        }
    }
    // The first item once more.
    void add_again() const {
        if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
            reflection()
                .AddMessage(&message, &field)
                ->CopyFrom(reflection().GetRepeatedMessage(message, &field, 0));
        } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
            reflection().AddEnumValue(&message, &field,
                                      reflection().GetRepeatedEnumValue(message, &field, 0));
        } else {
            reflection().AddString(&message, &field,
                                   reflection().GetRepeatedString(message, &field, 0));
        }
    }
    [[nodiscard]] std::string value_path() const {
        return field.is_repeated() ? path + "[0]" : path;
    }

    // The envelope is refused so once `spoil` is done, and as it was afterwards.
    void expect(ErrorCode code, const std::string& at, const std::function<void()>& spoil) const {
        const std::unique_ptr<Message> before{message.New()};
        before->CopyFrom(message);
        spoil();
        EXPECT_THAT(validate(envelope, sample_now), FailsAt(code, at));
        message.CopyFrom(*before);
    }
};

void walk(v1::Envelope& envelope, Message& message, const std::string& path,
          const std::function<void(const Spot&)>& visit) {
    const Reflection& reflection = *message.GetReflection();
    const auto& descriptor = *message.GetDescriptor();
    if (descriptor.file()->package() != "jobbro.v1") return;
    for (int i = 0; i < descriptor.field_count(); ++i) {
        const FieldDescriptor& field = *descriptor.field(i);
        const Spot spot{envelope, message, field, path + "." + field.name()};
        const bool is_set =
            field.is_repeated() ? spot.items() > 0 : reflection.HasField(message, &field);
        if (!is_set) continue;
        visit(spot);
        if (field.message_type() == nullptr) continue;
        if (field.is_repeated()) {
            walk(envelope, *reflection.MutableRepeatedMessage(&message, &field, 0),
                 spot.value_path(), visit);
        } else {
            walk(envelope, *reflection.MutableMessage(&message, &field), spot.path, visit);
        }
    }
}

// Visits every field that a body of the samples has set, in lists of the first item.
void walk_samples(const std::function<void(const Spot&)>& visit) {
    for (v1::Envelope& envelope : sample_of_each_kind()) {
        const auto* body = v1::Envelope::descriptor()->FindFieldByNumber(envelope.body_case());
        walk(envelope, *envelope.GetReflection()->MutableMessage(&envelope, body), body->name(),
             visit);
    }
}

TEST(BodyFields, AreAllSetInSomeSample) {
    std::set<std::string> seen;
    walk_samples([&](const Spot& spot) { seen.insert(full_name_of(spot.field)); });
    for (const auto& [name, rule] : rules()) {
        const bool is_of_a_sheet = name.starts_with("AttendanceSheet");
        EXPECT_EQ(seen.contains(name), !is_of_a_sheet) << name;
    }
}

TEST(BodyFields, ThatAreRequiredAreMissed) {
    int missed = 0;
    walk_samples([&](const Spot& spot) {
        if (is_of_the_five_points(spot.field)) return;
        const bool is_enum = spot.field.enum_type() != nullptr && !spot.field.is_repeated();
        if (is_enum && !spot.field.has_presence()) {
            spot.expect(ErrorCode::enum_unspecified, spot.path, [&] { spot.clear(); });
            ++missed;
        } else if (rule_of(spot.field).required) {
            // The items of a list of texts are always required; a list need not be.
            spot.expect(ErrorCode::field_missing, spot.path, [&] { spot.clear(); });
            ++missed;
        }
    });
    EXPECT_GT(missed, 60);
}

TEST(BodyFields, ListsAreNoLongerThanTheirRule) {
    walk_samples([](const Spot& spot) {
        if (!spot.field.is_repeated() || is_of_the_five_points(spot.field)) return;
        spot.expect(ErrorCode::list_too_long, spot.path, [&] {
            while (spot.items() <= rule_of(spot.field).items_max)
                spot.add_again();
        });
    });
}

TEST(BodyFields, TextsAreBoundedAndHoldNoControlCharactersAndNoOthersNumber) {
    walk_samples([](const Spot& spot) {
        const FieldRule rule = rule_of(spot.field);
        if (rule.form != TextForm::free_text && rule.form != TextForm::reference) return;
        const std::string path = spot.value_path();
        const std::string most(static_cast<std::size_t>(rule.bytes_max), 'a');
        spot.expect(ErrorCode::field_too_long, path, [&] { spot.set_text(most + "a"); });
        spot.expect(ErrorCode::field_invalid, path, [&] { spot.set_text("a\x01"); });
        spot.expect(ErrorCode::cpr_in_text, path, [&] { spot.set_text("as 741176-1201 has"); });
        if (spot.field.is_repeated()) {
            spot.expect(ErrorCode::field_missing, path, [&] { spot.set_text(""); });
        }
    });
}

TEST(BodyFields, TextsMayHoldTheCitizensNumberAndNoneWhereThereIsNoCitizen) {
    walk_samples([](const Spot& spot) {
        if (rule_of(spot.field).form != TextForm::free_text) return;
        const auto write = [&] { spot.set_text("so 690870-1478 says"); };
        if (!spot.envelope.has_citizen()) {
            spot.expect(ErrorCode::cpr_in_text, spot.value_path(), write);
            return;
        }
        write();
        EXPECT_THAT(validate(spot.envelope, sample_now), Succeeds()) << spot.path;
    });
}

TEST(BodyFields, OfAFormHaveIt) {
    struct Wrong {
        TextForm form;
        const char* text;
        ErrorCode code;
    };
    constexpr std::array wrongs = {
        Wrong{TextForm::date, "2011-02-30", ErrorCode::field_invalid},
        Wrong{TextForm::date, "2200-01-01", ErrorCode::field_invalid},
        Wrong{TextForm::date, "2011-05-02 ", ErrorCode::field_too_long},
        Wrong{TextForm::uuid, "17", ErrorCode::field_invalid},
        Wrong{TextForm::uuid, "0F000000-0000-7000-8000-000000000000", ErrorCode::field_invalid},
        Wrong{TextForm::uuid, "00000000-0000-4000-8000-000000000000", ErrorCode::field_invalid},
        Wrong{TextForm::cpr_number, "910270-1478", ErrorCode::cpr_invalid},
        Wrong{TextForm::cpr_number, "690870 1478", ErrorCode::cpr_invalid},
        Wrong{TextForm::cpr_number, "690870-14789", ErrorCode::cpr_invalid},
        Wrong{TextForm::cpr_number, "630511-4000", ErrorCode::cpr_invalid},
        Wrong{TextForm::p_number, "101234567", ErrorCode::p_number_invalid},
        Wrong{TextForm::p_number, "10123456789", ErrorCode::p_number_invalid},
        Wrong{TextForm::language, "d", ErrorCode::field_invalid},
        Wrong{TextForm::language, "DA", ErrorCode::field_invalid},
        Wrong{TextForm::language, "d\xc3\xa6", ErrorCode::field_invalid},
        Wrong{TextForm::language, "dansk", ErrorCode::field_too_long},
        Wrong{TextForm::phone, "call me", ErrorCode::field_invalid},
    };
    std::set<TextForm> seen;
    walk_samples([&](const Spot& spot) {
        for (const Wrong& wrong : wrongs) {
            if (wrong.form != rule_of(spot.field).form) continue;
            seen.insert(wrong.form);
            spot.expect(wrong.code, spot.value_path(), [&] { spot.set_text(wrong.text); });
        }
    });
    EXPECT_EQ(seen.size(), 6U);
}

TEST(BodyFields, NumbersAreWithinTheirBoundsAndInTheirSteps) {
    walk_samples([](const Spot& spot) {
        const FieldRule rule = rule_of(spot.field);
        if (rule.number_max == 0) return;
        const double step = rule.number_step;
        spot.expect(ErrorCode::field_invalid, spot.path,
                    [&] { spot.set_number(rule.number_max + step); });
        if (rule.number_min > 0 && !rule.required) {
            spot.expect(ErrorCode::field_invalid, spot.path,
                        [&] { spot.set_number(rule.number_min - step); });
        }
        if (step < 1) {
            spot.expect(ErrorCode::field_invalid, spot.path,
                        [&] { spot.set_number(rule.number_min + step / 2); });
            spot.expect(ErrorCode::field_invalid, spot.path, [&] { spot.set_number(-step); });
        }
    });
}

TEST(BodyFields, EnumsHoldKnownValuesOnceWhereTheRuleSays) {
    std::set<std::string> each_once;
    walk_samples([&](const Spot& spot) {
        if (spot.field.enum_type() == nullptr || is_of_the_five_points(spot.field)) return;
        spot.expect(ErrorCode::enum_unspecified, spot.value_path(), [&] { spot.set_enum(99); });
        spot.expect(ErrorCode::enum_unspecified, spot.value_path(), [&] { spot.set_enum(0); });
        if (!rule_of(spot.field).each_once) return;
        each_once.insert(full_name_of(spot.field));
        const std::string path = spot.path + "[" + std::to_string(spot.items()) + "]";
        spot.expect(ErrorCode::field_invalid, path, [&] { spot.add_again(); });
    });
    EXPECT_EQ(each_once,
              (std::set<std::string>{"CourseStart.planned_weekdays", "LimitsWatched.watched",
                                     "OfferPublished.match_categories", "OfferPublished.purposes",
                                     "Order.purposes"}));
}

}  // namespace
}  // namespace jobbro::contract
