// Result<T>: a value, or the Error that kept it from being made.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "proto/base/assert.h"
#include "proto/base/error.h"

namespace jobbro {

// Spelled like a part of std::expected, which the toolchain does not have in C++20 yet; wraps
// tl::expected by composition so that the class can be [[nodiscard]]. Has no empty state. Reading
// the side that is not there is a broken invariant. Thread: as T.
template <typename T>
class [[nodiscard]] Result {
  public:
    using value_type = T;

    Result(T value) : inner_(std::move(value)) {}                             // NOLINT: implicit
    Result(Error error) : inner_(tl::unexpected<Error>(std::move(error))) {}  // NOLINT: implicit
    Result(ErrorCode code) : Result(Error{code}) {}                           // NOLINT: implicit

    [[nodiscard]] bool has_value() const { return inner_.has_value(); }
    explicit operator bool() const { return has_value(); }

    T& operator*() & { return checked().value(); }
    const T& operator*() const& { return checked().value(); }
    T&& operator*() && { return std::move(checked()).value(); }
    T* operator->() { return &**this; }
    const T* operator->() const { return &**this; }

    [[nodiscard]] const Error& error() const& {
        JOBBRO_ASSERT(!has_value());
        return inner_.error();
    }
    [[nodiscard]] Error&& error() && {
        JOBBRO_ASSERT(!has_value());
        return std::move(inner_).error();
    }

    template <typename F>
    auto and_then(F&& next) && -> decltype(next(std::declval<T&&>())) {
        if (!has_value()) return std::move(*this).error();
        return std::forward<F>(next)(std::move(**this));
    }

  private:
    tl::expected<T, Error>& checked() & {
        JOBBRO_ASSERT(has_value());
        return inner_;
    }
    const tl::expected<T, Error>& checked() const& {
        JOBBRO_ASSERT(has_value());
        return inner_;
    }
    tl::expected<T, Error>&& checked() && {
        JOBBRO_ASSERT(has_value());
        return std::move(inner_);
    }

    tl::expected<T, Error> inner_;
};

// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
  public:
    using value_type = void;

    Result() = default;
    Result(Error error) : inner_(tl::unexpected<Error>(std::move(error))) {}  // NOLINT: implicit
    Result(ErrorCode code) : Result(Error{code}) {}                           // NOLINT: implicit

    [[nodiscard]] bool has_value() const { return inner_.has_value(); }
    explicit operator bool() const { return has_value(); }
    [[nodiscard]] const Error& error() const& {
        JOBBRO_ASSERT(!has_value());
        return inner_.error();
    }
    [[nodiscard]] Error&& error() && {
        JOBBRO_ASSERT(!has_value());
        return std::move(inner_).error();
    }

  private:
    tl::expected<void, Error> inner_;
};

// Drops a result on purpose; says why.
template <typename T>
void ignore(const Result<T>& /*result*/, const char* /*why*/) {}

}  // namespace jobbro

#define JOBBRO_JOIN_INNER(a, b) a##b
#define JOBBRO_JOIN(a, b) JOBBRO_JOIN_INNER(a, b)

// Returns the error of `expression` from the enclosing function, or goes on.
#define JOBBRO_TRY(expression)                                               \
    do {                                                                     \
        auto jobbro_try_result = (expression);                               \
        if (!jobbro_try_result) return std::move(jobbro_try_result).error(); \
    } while (false)

// JOBBRO_TRY_ASSIGN(const Sequence first, log.append(...)): the value, or return the error.
#define JOBBRO_TRY_ASSIGN(declaration, expression) \
    JOBBRO_TRY_ASSIGN_AS(JOBBRO_JOIN(jobbro_result_, __LINE__), declaration, expression)
#define JOBBRO_TRY_ASSIGN_AS(name, declaration, expression) \
    auto name = (expression);                               \
    if (!name) return std::move(name).error();              \
    declaration = *std::move(name)
