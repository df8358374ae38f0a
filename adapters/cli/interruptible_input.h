// Input that nobody has to wait for longer than he is willing to.
#pragma once

#include <array>
#include <memory>
#include <streambuf>
#include <string>

#include "proto/base/result.h"

namespace jobbro::cli {

// A file or standard input, read as it comes. Once asked to stop, a file is still read to its end,
// for it keeps nobody waiting; anything else ends where it is. Thread: one at a time.
class InterruptibleInput final : public std::streambuf {
  public:
    // "-" is standard input. Errors: file_unreadable.
    static Result<std::unique_ptr<InterruptibleInput>> open(const std::string& path);
    InterruptibleInput(const InterruptibleInput&) = delete;
    InterruptibleInput& operator=(const InterruptibleInput&) = delete;
    ~InterruptibleInput() override;

    // It ended because we were asked to stop: there may be more.
    [[nodiscard]] bool is_cut_off() const { return is_cut_off_; }

  protected:
    int_type underflow() override;
    // At least one when reading would not wait, also when it would find the end.
    std::streamsize showmanyc() override;

  private:
    InterruptibleInput(int descriptor, bool is_file) : descriptor_(descriptor), is_file_(is_file) {}
    [[nodiscard]] bool wait() const;

    const int descriptor_;
    const bool is_file_;
    bool is_cut_off_ = false;
    std::array<char, 65536> buffer_{};
};

}  // namespace jobbro::cli
