// A chain of RefNodes and ObjectFinalizers through their own words: what a queue's events wait in. One root word holds it, so they are strong.
//
// A link names a RefNode, or (low bit set) an ObjectFinalizer. Under the lock of the queue.                            .queue.reserved
#pragma once
#include "gc_integration/roots.hpp"
#include "src/core/node_words.hpp"
#include "src/core/object_finalizer.hpp"

#include <atomic>
#include <optional>

namespace mayfly::core {

inline void* link_of(RefNode& node) noexcept { return &node; }
inline void* link_of(ObjectFinalizer& finalizer) noexcept { return reinterpret_cast<char*>(&finalizer) + 1; }
inline bool is_finalizer(const void* link) noexcept { return (reinterpret_cast<std::uintptr_t>(link) & 1) != 0; }
inline RefNode& node_of(void* link) noexcept { return *static_cast<RefNode*>(link); }
inline ObjectFinalizer& finalizer_of(void* link) noexcept { return *reinterpret_cast<ObjectFinalizer*>(static_cast<char*>(link) - 1); }

class Chain {
 public:
  void give_root(void** root) noexcept { root_ = root; }
  void* front() const noexcept { return *root_; }
  void push_back(void* link) noexcept {
    append(link);
    ++came_;
  }
  void push_front(void* link) noexcept;
  void pop_front() noexcept {
    begin_with(next_of(*root_));
    ++left_;
  }
  /// Takes it out, wherever it is, as if it had never come in; its place, counted as came() and left() count. O(n).
  std::optional<std::uint32_t> remove(void* link) noexcept;
  /// Calls `f(link)` for each, until it answers true: then that link, else null.
  template <class F>
  void* find(F f) const noexcept {
    for (void* link = *root_; link != nullptr && link != end(); link = next_of(link)) {
      if (f(link)) return link;
    }
    return nullptr;
  }
  std::size_t length() const noexcept;       // O(n)
  std::size_t finalizers() const noexcept;   // O(n)
  /// The first object finalizer of the object, or null. O(n).
  void* finalizer_of_object(const void* base) const noexcept;
  /// How many have come in behind others, and gone out; one that is put back in front has not gone.
  std::uint32_t came() const noexcept { return came_; }
  std::uint32_t left() const noexcept { return left_; }

 private:
  static void* end() noexcept { return reinterpret_cast<void*>(2); }   // no address, so that a queued node's word is never zero
  static void* next_of(void* link) noexcept {
    if (is_finalizer(link)) return finalizer_of(link).next;
    return reinterpret_cast<void*>(std::atomic_ref(node_of(link).cell_).load(std::memory_order_relaxed));
  }
  static void set_next(void* link, void* next) noexcept {
    void** where = is_finalizer(link) ? &finalizer_of(link).next : reinterpret_cast<void**>(&node_of(link).cell_);
    if (next != end()) return gc::store_traced(where, next);            // one word at once: beside get()
    std::atomic_ref(*where).store(next, std::memory_order_relaxed);    // nothing for the collector
  }
  void append(void* link) noexcept {
    set_next(link, end());
    if (*root_ == nullptr) {
      gc::store_traced(root_, link);
    } else {
      set_next(tail_, link);
    }
    tail_ = link;
  }
  void begin_with(void* first) noexcept {
    gc::store_traced(root_, first == end() ? nullptr : first);
    if (*root_ == nullptr) tail_ = nullptr;
  }
  void** root_ = nullptr;               // the oldest link
  void* tail_ = nullptr;                // alive through the chain
  std::uint32_t came_ = 0, left_ = 0;   // they wrap
};

}  // namespace mayfly::core
