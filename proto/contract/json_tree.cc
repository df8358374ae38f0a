#include "proto/contract/json_tree.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "proto/base/limits.h"

namespace jobbro::contract {
namespace {

using Json = nlohmann::json;

// Counts lines and columns of what the parser has taken.
class PositionCounter {
  public:
    void take(char c) {
        before_ = position_;
        if (c == '\n') {
            ++position_.line;
            position_.column = 0;
        } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) {
            ++position_.column;
        }
    }
    // Of the last character taken.
    [[nodiscard]] TextPosition position() const { return shown(position_); }
    // Of the one before: a number ends where the parser has read one character too many.
    [[nodiscard]] TextPosition position_before() const { return shown(before_); }

  private:
    static TextPosition shown(TextPosition position) {
        return {position.line, std::max<std::size_t>(position.column, 1)};
    }

    TextPosition position_{1, 0};
    TextPosition before_{1, 0};
};

// What the parser reads by: the text, character by character, with every step counted.
class CountingIterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, PositionCounter* counter) : at_(at), counter_(counter) {}

    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        counter_->take(*at_++);
        return *this;
    }
    CountingIterator operator++(int) {
        const CountingIterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const CountingIterator& a, const CountingIterator& b) {
        return a.at_ == b.at_;
    }

  private:
    const char* at_;
    PositionCounter* counter_;
};

// Builds the tree from the parser's events. An event that answers false ends the parsing.
class TreeBuilder final : public nlohmann::json_sax<Json> {
  public:
    explicit TreeBuilder(const PositionCounter& counter) : counter_(counter) {}

    bool null() override { return add(JsonNode::Type::null) != nullptr; }
    bool boolean(bool value) override {
        add(JsonNode::Type::boolean)->boolean = value;
        return true;
    }
    bool number_integer(std::int64_t value) override {
        add_number(JsonNode::Type::integer).integer = value;
        return true;
    }
    bool number_unsigned(std::uint64_t value) override {
        add_number(JsonNode::Type::natural).natural = value;
        return true;
    }
    bool number_float(double value, const std::string& /*as_written*/) override {
        add_number(JsonNode::Type::real).real = value;
        return true;
    }
    bool string(std::string& value) override {
        add(JsonNode::Type::text)->text = std::move(value);
        return true;
    }
    bool binary(Json::binary_t& /*value*/) override { return fail({}); }

    bool start_object(std::size_t /*elements*/) override { return open(JsonNode::Type::object); }
    bool key(std::string& name) override {
        auto& names = open_.back()->names;
        if (std::find(names.begin(), names.end(), name) != names.end()) {
            return fail("a name given twice");
        }
        names.push_back(std::move(name));
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*elements*/) override { return open(JsonNode::Type::array); }
    bool end_array() override { return close(); }

    // The exception's text quotes the input, so nothing of it is used.
    bool parse_error(std::size_t /*position*/, const std::string& /*last_token*/,
                     const nlohmann::detail::exception& /*exception*/) override {
        return fail({});
    }

    [[nodiscard]] Error error() const {
        return failure_.value_or(Error{ErrorCode::json_syntax, where()});
    }
    JsonNode take_root() { return std::move(root_); }

  private:
    [[nodiscard]] std::string where() const { return position_text(counter_.position()); }

    bool fail(std::string_view reason) {
        std::string detail = where();
        if (!reason.empty()) detail.append(": ").append(reason);
        failure_ = Error{ErrorCode::json_syntax, std::move(detail)};
        return false;
    }

    // Always gives a node; valid until the next is added to the same parent.
    JsonNode* add(JsonNode::Type type) {
        JsonNode* node = open_.empty() ? &root_ : &open_.back()->items.emplace_back();
        node->type = type;
        node->position = counter_.position();
        return node;
    }

    JsonNode& add_number(JsonNode::Type type) {
        JsonNode& node = *add(type);
        node.position = counter_.position_before();
        return node;
    }

    bool open(JsonNode::Type type) {
        if (open_.size() >= limits::json_depth_max) return fail("too many levels");
        open_.push_back(add(type));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    const PositionCounter& counter_;
    JsonNode root_;
    std::vector<JsonNode*> open_;  // from the root inwards; none moves while one inside is open
    std::optional<Error> failure_;
};

}  // namespace

std::string position_text(TextPosition position) {
    return "line " + std::to_string(position.line) + ", column " + std::to_string(position.column);
}

Result<JsonNode> parse_json_tree(std::string_view text) {
    if (text.size() > limits::json_bytes_max) {
        return Error{ErrorCode::json_syntax,
                     "more than " + std::to_string(limits::json_bytes_max) + " bytes"};
    }
    PositionCounter counter;
    TreeBuilder builder{counter};
    const CountingIterator begin{text.data(), &counter};
    const CountingIterator end{text.data() + text.size(), &counter};
    if (!Json::sax_parse(begin, end, &builder)) return builder.error();
    return builder.take_root();
}

}  // namespace jobbro::contract
