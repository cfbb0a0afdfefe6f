// What the sides on bdwgc share: the objects, who holds them, and how they die.
#pragma once
#include "bench/workload.hpp"

#define GC_THREADS 1
#define GC_NO_THREAD_REDIRECTS 1
#include <gc.h>

#include <cstring>
#include <utility>

namespace bench {

/// n live objects, held by memory that is a root.
inline Object** live_objects() {
  auto** objects = static_cast<Object**>(GC_malloc_uncollectable(n * sizeof(Object*)));
  for (std::size_t i = 0; i < n; ++i) {
    objects[i] = static_cast<Object*>(GC_malloc(sizeof(Object)));
    objects[i]->payload[0] = i;
  }
  return objects;
}

/// Drops them all, so that no optimiser keeps the stores back.
inline void drop_all(Object** objects) {
  std::memset(objects, 0, n * sizeof(Object*));
  asm volatile("" : : "r"(objects) : "memory");
}

/// Runs `f` on a thread that bdwgc knows and waits: its stack is no root afterwards.
template <class F>
void on_thread(F f) {
  std::thread([&f] {
    GC_stack_base base;
    GC_get_stack_base(&base);
    GC_register_my_thread(&base);
    f();
    GC_unregister_my_thread();
  }).join();
}

/// Runs `f(from, to)` for both halves of n at once: here and on another thread.
template <class F>
void in_halves(F f) {
  std::thread other([&f] {
    GC_stack_base base;
    GC_get_stack_base(&base);
    GC_register_my_thread(&base);
    f(n / 2, n);
    GC_unregister_my_thread();
  });
  f(0, n / 2);
  other.join();
}

/// Runs `f` twice at once.
template <class F>
void twice_at_once(F f) {
  in_halves([&f](std::size_t, std::size_t) { f(); });
}

/// As many as a conservative collector must find dead of n.
inline std::size_t enough() { return n - std::max<std::size_t>(8, n / 200); }

/// The shortest of several collections of a heap that does not change.
template <class F>
Clock::duration collection_time(F collect) {
  Clock::duration best = Clock::duration::max();
  for (int round = 0; round < 5; ++round) best = std::min(best, timed(collect));
  return best;
}

}  // namespace bench
