// JSON for people and programs: one value a line, indented.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jobbro::connectors {

// Builds one object from the outside in. What is opened is closed by whoever opened it; names are
// left out within an array. Texts are UTF-8. Thread: one at a time.
class JsonText {
  public:
    JsonText& begin_object(std::string_view name = {}) { return begin(name, '{'); }
    JsonText& end_object() { return end('}'); }
    JsonText& begin_array(std::string_view name = {}) { return begin(name, '['); }
    JsonText& end_array() { return end(']'); }
    JsonText& text(std::string_view name, std::string_view value);
    // Nothing at all for an empty value.
    JsonText& text_if_any(std::string_view name, std::string_view value);
    JsonText& number(std::string_view name, std::uint64_t value);
    JsonText& boolean(std::string_view name, bool value);
    // `json` is JSON already, on one line.
    JsonText& raw(std::string_view name, std::string_view json);

    // All that was built, with a line feed at the end.
    [[nodiscard]] std::string str() const { return out_ + "\n"; }

  private:
    JsonText& begin(std::string_view name, char bracket);
    JsonText& end(char bracket);
    void begin_value(std::string_view name);
    void new_line();

    std::string out_;
    std::size_t depth_ = 0;
    bool is_first_ = true;  // of the innermost that is open
};

}  // namespace jobbro::connectors
