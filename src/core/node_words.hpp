// What a RefNode's words mean; the only file that knows, but for get(), which is inline.
#pragma once
#include "gc_integration/slots.hpp"

#include <mayfly/node.hpp>

#include <atomic>

namespace mayfly::core {

inline constexpr std::uint32_t kKindMask = 3, kHashed = 4, kSilenced = 8, kClosure = 16;
inline constexpr std::uint32_t kMethodObject = 32, kMethodFunction = 64;   // this node is that part of a MethodNode
using internal::kOffsetShift;
inline constexpr std::uint64_t kMaxOffset = (std::uint64_t{1} << 24) - 1;

/// The flags are changed by the node's user and by settle at once.
inline std::uint32_t bits_of(const RefNode& node) noexcept {
  return std::atomic_ref(const_cast<RefNode&>(node).bits_).load(std::memory_order_relaxed);
}
inline void add_bits(RefNode& node, std::uint32_t bits) noexcept { std::atomic_ref(node.bits_).fetch_or(bits, std::memory_order_relaxed); }
/// cell_: zero unbound or spent; top 16 bits set a Handle; else queued, and the link to what is queued behind it.
inline std::uint64_t cell_bits(const RefNode& node) noexcept {
  return std::atomic_ref(const_cast<RefNode&>(node).cell_).load(std::memory_order_acquire);   // zero: pairs with EventQueue::take_link()
}
inline gc::Handle slot_of(const RefNode& node) noexcept {
  const std::uint64_t bits = cell_bits(node);
  return {(bits >> 48) != 0 ? bits : 0};
}

}  // namespace mayfly::core
