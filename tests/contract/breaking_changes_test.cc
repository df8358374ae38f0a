#include "tests/contract/breaking_changes.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

namespace jobbro::contract_test {
namespace {

using google::protobuf::FileDescriptorSet;
using testing::ElementsAre;
using testing::IsEmpty;

// The made-up contracts are written as text of descriptors, piece by piece.

std::string block(const std::string& kind, const std::string& name, const std::string& inside) {
    return kind + " { name: \"" + name + "\" " + inside + " }\n";
}

std::string message(const std::string& name, const std::string& inside = {}) {
    return block("message_type", name, inside);
}

std::string enumeration(const std::string& name, const std::string& inside = {}) {
    return block("enum_type", name,
                 "value { name: \"" + name + "_UNSPECIFIED\" number: 0 } " + inside);
}

std::string value(const std::string& name, int number) {
    return block("value", name, "number: " + std::to_string(number));
}

std::string field(const std::string& name, int number, const std::string& type = "STRING",
                  const std::string& extra = "label: LABEL_OPTIONAL") {
    return block("field", name,
                 "number: " + std::to_string(number) + " type: TYPE_" + type + " " + extra);
}

std::string field_of(const std::string& name, int number, const std::string& message_name) {
    return field(name, number, "MESSAGE",
                 "label: LABEL_OPTIONAL type_name: \".jobbro.v1." + message_name + "\"");
}

std::string reserved(const std::string& name) {
    return "reserved_name: \"" + name + "\" ";
}

// As descriptors write it: the end exclusive in messages, inclusive in enums.
std::string reserved(int start, int end) {
    return "reserved_range { start: " + std::to_string(start) + " end: " + std::to_string(end) +
           " } ";
}

const std::string a = field("a", 1);
const std::string b = field("b", 2, "UINT32");

// Through a pool, so that only what protoc could have made is compared.
FileDescriptorSet described(const std::string& body) {
    FileDescriptorSet set;
    google::protobuf::FileDescriptorProto parsed;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        "name: \"made_up.proto\" package: \"jobbro.v1\" syntax: \"proto3\" " + body, &parsed))
        << body;
    google::protobuf::DescriptorPool pool;
    const auto* file = pool.BuildFile(parsed);
    EXPECT_NE(file, nullptr) << body;
    if (file == nullptr) return set;
    file->CopyTo(set.add_file());
    file->CopyJsonNameTo(set.mutable_file(0));
    return set;
}

std::vector<std::string> broken(const std::string& before, const std::string& after) {
    return breaking_changes(described(before), described(after));
}

TEST(BreakingChanges, NothingChangedBreaksNothing) {
    EXPECT_THAT(broken(message("M", a + b), message("M", a + b)), IsEmpty());
}

TEST(BreakingChanges, WhatIsNewBreaksNothing) {
    EXPECT_THAT(
        broken(message("M", a + b), message("M", a + b + field("c", 3) + field_of("d", 4, "N")) +
                                        message("N") + enumeration("E")),
        IsEmpty());
    EXPECT_THAT(broken(enumeration("E"), enumeration("E", value("E_ONE", 1))), IsEmpty());
}

TEST(BreakingChanges, TheOrderDoesNotMatter) {
    EXPECT_THAT(broken(message("M", a + b), message("N") + message("M", b + a)), IsEmpty());
}

TEST(BreakingChanges, OtherPackagesAreNotCompared) {
    FileDescriptorSet before = described(message("M"));
    before.mutable_file(0)->set_package("google.protobuf");
    EXPECT_THAT(breaking_changes(before, described("")), IsEmpty());
}

TEST(BreakingChanges, MessageGone) {
    EXPECT_THAT(broken(message("M"), message("N")),
                ElementsAre("jobbro.v1.M: the message is gone"));
    EXPECT_THAT(broken(message("M", block("nested_type", "I", "")), message("M")),
                ElementsAre("jobbro.v1.M.I: the message is gone"));
}

TEST(BreakingChanges, EnumGone) {
    EXPECT_THAT(broken(enumeration("E"), message("E")),
                ElementsAre("jobbro.v1.E: the enum is gone"));
    EXPECT_THAT(broken(message("M", enumeration("E")), message("M")),
                ElementsAre("jobbro.v1.M.E: the enum is gone"));
}

TEST(BreakingChanges, FieldGoneNeedsNumberAndNameReserved) {
    const std::string number = "jobbro.v1.M.b: gone, and its number is not reserved";
    const std::string name = "jobbro.v1.M.b: gone, and its name is not reserved";
    const std::string before = message("M", a + b);
    EXPECT_THAT(broken(before, message("M", a)), ElementsAre(number, name));
    EXPECT_THAT(broken(before, message("M", a + reserved(2, 3))), ElementsAre(name));
    EXPECT_THAT(broken(before, message("M", a + reserved("b"))), ElementsAre(number));
    EXPECT_THAT(broken(before, message("M", a + reserved(2, 3) + reserved("b"))), IsEmpty());
    EXPECT_THAT(broken(before, message("M", a + reserved(2, 9) + reserved("b"))), IsEmpty());
    EXPECT_THAT(broken(before, message("M", a + reserved(3, 9) + reserved("b"))),
                ElementsAre(number));
}

TEST(BreakingChanges, ValueGoneNeedsNumberAndNameReserved) {
    const std::string number = "jobbro.v1.E.E_ONE: gone, and its number is not reserved";
    const std::string name = "jobbro.v1.E.E_ONE: gone, and its name is not reserved";
    const std::string before = enumeration("E", value("E_ONE", 1));
    EXPECT_THAT(broken(before, enumeration("E")), ElementsAre(number, name));
    EXPECT_THAT(broken(before, enumeration("E", reserved(1, 1))), ElementsAre(name));
    EXPECT_THAT(broken(before, enumeration("E", reserved("E_ONE"))), ElementsAre(number));
    EXPECT_THAT(broken(before, enumeration("E", reserved(1, 1) + reserved("E_ONE"))), IsEmpty());
}

TEST(BreakingChanges, NumberUnderAnotherName) {
    EXPECT_THAT(broken(message("M", a + b), message("M", a + field("c", 2, "UINT32"))),
                ElementsAre("jobbro.v1.M.b: the number now belongs to c"));
    EXPECT_THAT(broken(enumeration("E", value("E_ONE", 1)), enumeration("E", value("E_TWO", 1))),
                ElementsAre("jobbro.v1.E.E_ONE: the number now belongs to E_TWO"));
}

TEST(BreakingChanges, NameUnderAnotherNumber) {
    EXPECT_THAT(broken(message("M", a + b), message("M", a + field("b", 3, "UINT32"))),
                ElementsAre("jobbro.v1.M.b: gone, and its number is not reserved",
                            "jobbro.v1.M.b: gone, and its name is not reserved"));
}

TEST(BreakingChanges, AnotherType) {
    EXPECT_THAT(broken(message("M", a + b), message("M", field("a", 1, "BYTES") + b)),
                ElementsAre("jobbro.v1.M.a: another type"));
    const std::string others = message("A") + message("B");
    EXPECT_THAT(broken(others + message("M", field_of("a", 1, "A")),
                       others + message("M", field_of("a", 1, "B"))),
                ElementsAre("jobbro.v1.M.a: another type"));
}

TEST(BreakingChanges, AnotherLabel) {
    const std::string list = field("a", 1, "STRING", "label: LABEL_REPEATED");
    const std::string with_presence =
        field("a", 1, "STRING", "label: LABEL_OPTIONAL proto3_optional: true oneof_index: 0") +
        "oneof_decl { name: \"_a\" } ";
    EXPECT_THAT(broken(message("M", a), message("M", list)),
                ElementsAre("jobbro.v1.M.a: another label"));
    EXPECT_THAT(broken(message("M", a), message("M", with_presence)),
                ElementsAre("jobbro.v1.M.a: another label"));
    EXPECT_THAT(broken(message("M", with_presence), message("M", with_presence)), IsEmpty());
}

TEST(BreakingChanges, AnotherOneof) {
    const std::string in_first = field("a", 1, "STRING", "label: LABEL_OPTIONAL oneof_index: 0") +
                                 "oneof_decl { name: \"o\" } ";
    const std::string in_second = field("a", 1, "STRING", "label: LABEL_OPTIONAL oneof_index: 0") +
                                  "oneof_decl { name: \"p\" } ";
    const auto finding = ElementsAre("jobbro.v1.M.a: another oneof");
    EXPECT_THAT(broken(message("M", a), message("M", in_first)), finding);
    EXPECT_THAT(broken(message("M", in_first), message("M", a)), finding);
    EXPECT_THAT(broken(message("M", in_first), message("M", in_second)), finding);
    EXPECT_THAT(broken(message("M", in_first), message("M", in_first)), IsEmpty());
}

TEST(BreakingChanges, AnotherNameInJson) {
    const std::string renamed = field("a", 1, "STRING", "label: LABEL_OPTIONAL json_name: \"x\"");
    EXPECT_THAT(broken(message("M", a), message("M", renamed)),
                ElementsAre("jobbro.v1.M.a: another name in JSON"));
}

TEST(BreakingChanges, ReservationLifted) {
    EXPECT_THAT(broken(message("M", reserved(2, 5) + reserved("b")), message("M", reserved(2, 4))),
                ElementsAre("jobbro.v1.M: the name b is free again",
                            "jobbro.v1.M: the number 4 is free again"));
    EXPECT_THAT(broken(enumeration("E", reserved(2, 4)), enumeration("E")),
                ElementsAre("jobbro.v1.E: the number 2 is free again"));
}

}  // namespace
}  // namespace jobbro::contract_test
