// A slot as its readers see it: the fast path of the weak load, inline. What slots are, and why this is right: gc_integration/slots.hpp.
#pragma once
#include <atomic>
#include <cstdint>

namespace mayfly::internal {

// Of a weak word, the low bits hide the address of the referent, of a handle they are the address of the word; above is the generation.
inline constexpr unsigned kAddressBits = 48;
inline constexpr std::uint64_t kAddressMask = (std::uint64_t{1} << kAddressBits) - 1;
inline std::uint64_t generation_of(std::uint64_t bits) noexcept { return bits >> kAddressBits; }
inline void* reveal(std::uint64_t word) noexcept { return reinterpret_cast<void*>(~word & kAddressMask); }

/// What a load compares. Rarely written, and alone in its cache line.
struct alignas(64) Numbers {
  std::atomic<const std::uint64_t*> counter{nullptr};            // the collector's own, of collections. Null: not started, none is shown, debug builds
  std::atomic<std::uint64_t> verified{~std::uint64_t{0}};        // the latest collection that is known to have cleared all its words; all ones: none
};
extern constinit Numbers numbers;

/// .slot.load: `verified` is read before the word, the number behind it. They are equal only if there was no collection from the one to the other, and all
/// words were cleared before. False: they are not, and `referent` means nothing. `number()` reads the collection number.
template <class Number>
[[gnu::always_inline]] inline bool load_fast(std::uint64_t handle, void*& referent, Number number) noexcept {
  const std::uint64_t before = numbers.verified.load(std::memory_order_acquire);
  const std::uint64_t word = reinterpret_cast<const std::atomic<std::uint64_t>*>(handle & kAddressMask)->load(std::memory_order_acquire);
  referent = nullptr;
  if (generation_of(word) != generation_of(handle)) [[unlikely]] return number() == before;   // zero and every later tenant differ
  void* revealed = reveal(word);
  asm volatile("" : "+r"(revealed) : : "memory");                        // in a register or on the stack from here: a root
  const bool still = number() == before;
  asm volatile("" : : "r"(revealed) : "memory");                         // and kept there across the check
  referent = revealed;
  return still;
}

/// What load() leaves over: a moved number, no counter, forced trouble.
void* load_slowly(std::uint64_t handle) noexcept;

/// The start of the referent, strong from now on, or null. What has no generation is no handle, and answers null.
template <void* (*slowly)(std::uint64_t) noexcept = load_slowly>
inline void* load(std::uint64_t handle) noexcept {
  if (generation_of(handle) == 0) return nullptr;
  const std::uint64_t* counter = numbers.counter.load(std::memory_order_relaxed);
  void* referent;
  if (counter != nullptr && load_fast(handle, referent, [counter] { return __atomic_load_n(counter, __ATOMIC_ACQUIRE); })) [[likely]] return referent;
  return slowly(handle);
}

}  // namespace mayfly::internal
