// The newest of something, handed from the loop to whoever answers about it.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace jobbro::ops {

// Neither side waits for more than a pointer to be swapped; what was got stays as it was.
// Thread: any.
template <typename T>
class Latest {
  public:
    void set(T value) {
        auto next = std::make_shared<const T>(std::move(value));
        const std::lock_guard lock(mutex_);
        value_.swap(next);
    }
    // Null before the first was set.
    [[nodiscard]] std::shared_ptr<const T> get() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const T> value_;
};

}  // namespace jobbro::ops
