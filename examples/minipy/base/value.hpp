// Values: what variables hold. A word that is either a small integer (odd) or a pointer to a collected or static Object.
#pragma once
#include <cstddef>
#include <cstdint>

namespace minipy {

struct Type;

/// What every object begins with. Objects lie in collected memory, or in static memory for the types and singletons of C++.
struct Object {
  Type* type;
};

/// Null means: an exception is pending in the thread (from a function), or: not there (in memory).
using Value = Object*;

constexpr std::int64_t kMaxInt = (std::int64_t{1} << 62) - 1;
constexpr std::int64_t kMinInt = -kMaxInt - 1;

inline bool is_int(Value v) noexcept { return (reinterpret_cast<std::uintptr_t>(v) & 1) != 0; }
inline bool are_ints(Value a, Value b) noexcept { return (reinterpret_cast<std::uintptr_t>(a) & reinterpret_cast<std::uintptr_t>(b) & 1) != 0; }
inline std::int64_t int_of(Value v) noexcept { return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(v)) >> 1; }
inline bool fits_int(std::int64_t i) noexcept { return i >= kMinInt && i <= kMaxInt; }
/// REQUIRES: fits_int(i).
inline Value small_int(std::int64_t i) noexcept { return reinterpret_cast<Value>((static_cast<std::uintptr_t>(i) << 1) | 1); }

constexpr std::size_t usize(std::int64_t n) noexcept { return static_cast<std::size_t>(n); }
constexpr std::int64_t ssize(std::size_t n) noexcept { return static_cast<std::int64_t>(n); }

}  // namespace minipy
