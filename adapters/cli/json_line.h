// One JSON object on one line, its fields in the order they are added.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jobbro::cli {

// Thread: one at a time.
class JsonLine {
  public:
    JsonLine& text(std::string_view name, std::string_view value);
    JsonLine& number(std::string_view name, std::uint64_t value);
    JsonLine& boolean(std::string_view name, bool value);
    // `json` is JSON already.
    JsonLine& raw(std::string_view name, std::string_view json);
    // The object, without a line feed.
    [[nodiscard]] std::string str() const { return body_ + "}"; }

  private:
    void begin(std::string_view name);
    std::string body_ = "{";
};

// A JSON string with its quotes. Bytes that are not ASCII are taken to be UTF-8.
std::string json_string(std::string_view value);

}  // namespace jobbro::cli
