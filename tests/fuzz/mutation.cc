#include "tests/fuzz/mutation.h"

#include <google/protobuf/descriptor.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace jobbro::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

template <typename T, std::size_t size>
const T& one_of(const T (&values)[size], SeededRandomness& random) {
    return values[random.below(size)];
}

std::uint64_t some_number(SeededRandomness& random) {
    static constexpr std::uint64_t edges[] = {
        0,   1,    2,    3,     7,         16,         100,       255,
        256, 1024, 1025, 65535, 1U << 31U, UINT32_MAX, INT64_MAX, UINT64_MAX};
    return random.below(2) == 0 ? one_of(edges, random) : random.below(12);
}

double some_hours(SeededRandomness& random) {
    static constexpr double edges[] = {0,  0.25, 0.3,   18.5, 60,  60.25,
                                       -1, 2000, 1e308, -0.0, NAN, INFINITY};
    return one_of(edges, random);
}

std::string some_text(std::string text, SeededRandomness& random) {
    static const std::string texts[] = {"",
                                        " ",
                                        "x",
                                        "main",
                                        "2011-05-02",
                                        "2011-05-03",
                                        "1899-12-31",
                                        "2011-02-30",
                                        "690870-1478",
                                        "6908701478",
                                        "69 08 70 14 78",
                                        "741176-1201",
                                        "provider:99104007",
                                        "jobcentre:630",
                                        "jobcentre:740",
                                        "hub",
                                        "019b7cbd-6b08-7000-8000-000000000001",
                                        "blåbærgrød \xf0\x9f\x98\x80",
                                        "a\nb\tc",
                                        std::string("\0", 1),
                                        "+45 33 12 34 56"};
    static constexpr std::size_t lengths[] = {64, 65, 100, 200, 201, 300, 301, 500, 1001, 2001};
    switch (random.below(5)) {
        case 0:
            return std::string(one_of(lengths, random), 'x');
        case 1:
            return text + one_of(texts, random);
        case 2:
            if (!text.empty()) text[random.below(text.size())] = 'x';  // may cut a character
            return text;
        default:
            return one_of(texts, random);
    }
}

bool is_utf8(const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = lead < 0x80   ? 1
                                   : lead < 0xC2 ? 0
                                   : lead < 0xE0 ? 2
                                   : lead < 0xF0 ? 3
                                                 : 4;
        if (length == 0 || lead > 0xF4 || at + length > text.size()) return false;
        for (std::size_t i = 1; i < length; ++i) {
            if ((static_cast<unsigned char>(text[at + i]) >> 6U) != 2) return false;
        }
        at += length;
    }
    return true;
}

// Every message in `within`, itself too, of one type or of any.
void collect(const Message& within, const Descriptor* type, std::vector<const Message*>& found) {
    if (type == nullptr || within.GetDescriptor() == type) found.push_back(&within);
    const Reflection& look = *within.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    look.ListFields(within, &fields);
    for (const FieldDescriptor* field : fields) {
        if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
        if (!field->is_repeated()) {
            collect(look.GetMessage(within, field), type, found);
            continue;
        }
        for (int i = 0; i < look.FieldSize(within, field); ++i)
            collect(look.GetRepeatedMessage(within, field, i), type, found);
    }
}

// The same value of the field, set or added.
template <typename Value, typename Set, typename Add>
void put(Message& message, const FieldDescriptor& field, Value value, Set set, Add add) {
    const Reflection& look = *message.GetReflection();
    if (field.is_repeated()) {
        (look.*add)(&message, &field, std::move(value));
    } else {
        (look.*set)(&message, &field, std::move(value));
    }
}

void put_text(Message& message, const FieldDescriptor& field, SeededRandomness& random) {
    const Reflection& look = *message.GetReflection();
    std::string before = field.is_repeated() ? std::string{} : look.GetString(message, &field);
    std::string text;
    if (field.type() == FieldDescriptor::TYPE_BYTES) {
        text = std::move(before);
        mutate_bytes(text, Bytes(16, 's'), random);
    } else {
        text = some_text(std::move(before), random);
        if (!is_utf8(text)) text.clear();
    }
    put(message, field, std::move(text), &Reflection::SetString, &Reflection::AddString);
}

void put_number(Message& message, const FieldDescriptor& field, SeededRandomness& random) {
    const std::uint64_t number = some_number(random);
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32:
            return put(message, field, static_cast<std::int32_t>(number), &Reflection::SetInt32,
                       &Reflection::AddInt32);
        case FieldDescriptor::CPPTYPE_INT64:
            return put(message, field, static_cast<std::int64_t>(number), &Reflection::SetInt64,
                       &Reflection::AddInt64);
        case FieldDescriptor::CPPTYPE_UINT32:
            return put(message, field, static_cast<std::uint32_t>(number), &Reflection::SetUInt32,
                       &Reflection::AddUInt32);
        case FieldDescriptor::CPPTYPE_UINT64:
            return put(message, field, number, &Reflection::SetUInt64, &Reflection::AddUInt64);
        case FieldDescriptor::CPPTYPE_DOUBLE:
            return put(message, field, some_hours(random), &Reflection::SetDouble,
                       &Reflection::AddDouble);
        case FieldDescriptor::CPPTYPE_BOOL:
            return put(message, field, number % 2 == 1, &Reflection::SetBool, &Reflection::AddBool);
        default:
            return;
    }
}

void put_value(Message& message, const FieldDescriptor& field, SeededRandomness& random) {
    const Reflection& look = *message.GetReflection();
    switch (field.cpp_type()) {
        case FieldDescriptor::CPPTYPE_MESSAGE:
            if (field.is_repeated()) {
                look.AddMessage(&message, &field);
            } else {
                look.MutableMessage(&message, &field);
            }
            return;
        case FieldDescriptor::CPPTYPE_STRING:
            return put_text(message, field, random);
        case FieldDescriptor::CPPTYPE_ENUM:
            return put(message, field,
                       static_cast<int>(random.below(
                           static_cast<std::uint64_t>(field.enum_type()->value_count()) + 2)),
                       &Reflection::SetEnumValue, &Reflection::AddEnumValue);
        default:
            return put_number(message, field, random);
    }
}

// Fields that are set half the time, so that changes go where something stands.
const FieldDescriptor* some_field(const Message& message, SeededRandomness& random) {
    std::vector<const FieldDescriptor*> set;
    message.GetReflection()->ListFields(message, &set);
    if (!set.empty() && random.below(2) == 0) return set[random.below(set.size())];
    const Descriptor& type = *message.GetDescriptor();
    if (type.field_count() == 0) return nullptr;
    return type.field(
        static_cast<int>(random.below(static_cast<std::uint64_t>(type.field_count()))));
}

void change_repeated(Message& message, const FieldDescriptor& field, SeededRandomness& random) {
    const Reflection& look = *message.GetReflection();
    const int size = look.FieldSize(message, &field);
    const auto place = [&] {
        return static_cast<int>(random.below(static_cast<std::uint64_t>(size)));
    };
    switch (size == 0 ? 3 : random.below(5)) {
        case 0:
            return look.RemoveLast(&message, &field);
        case 1:
            return look.SwapElements(&message, &field, place(), place());
        case 2:
            if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
                const Message& one = look.GetRepeatedMessage(message, &field, place());
                const std::unique_ptr<Message> copy{one.New()};
                copy->CopyFrom(one);
                look.AddMessage(&message, &field)->CopyFrom(*copy);
                return;
            }
            [[fallthrough]];
        default:
            return put_value(message, field, random);
    }
}

}  // namespace

void mutate_bytes(Bytes& input, const Bytes& other, SeededRandomness& random) {
    const std::size_t at = random.below(input.size() + 1);
    const std::size_t length = random.below(std::min<std::size_t>(input.size() - at, 16) + 1);
    switch (random.below(6)) {
        case 0:
            if (at < input.size()) input[at] = static_cast<char>(input[at] ^ 1 << random.below(8));
            return;
        case 1:
            if (at < input.size()) input[at] = static_cast<char>(random.next() >> 56U);
            return;
        case 2:
            input.erase(at, length);
            return;
        case 3:
            input.insert(at, input.substr(at, length));
            return;
        case 4:
            input.resize(at);
            return;
        default:
            input.insert(at, other.substr(random.below(other.size() + 1), 16));
            return;
    }
}

void mutate_message(Message& message, const Message& other, SeededRandomness& random) {
    std::vector<const Message*> all;
    collect(message, nullptr, all);
    // They are parts of `message`, which is ours to change.
    auto& part = const_cast<Message&>(*all[random.below(all.size())]);
    const Reflection& look = *part.GetReflection();
    if (random.below(6) == 0) {
        std::vector<const Message*> alike;
        collect(other, part.GetDescriptor(), alike);
        if (!alike.empty()) part.CopyFrom(*alike[random.below(alike.size())]);
        return;
    }
    const FieldDescriptor* const field = some_field(part, random);
    if (field == nullptr) return;
    if (random.below(6) == 0) {
        look.ClearField(&part, field);
    } else if (field->is_repeated()) {
        change_repeated(part, *field, random);
    } else {
        put_value(part, *field, random);
    }
}

}  // namespace jobbro::testing
