// What tests on the scripted collector share: objects, refs, and a log of the events that were taken.
#pragma once
#include "gc_integration/primitives.hpp"
#include "gc_integration/scripted/scripted.hpp"
#include "gc_integration/zeal.hpp"
#include "tests/clearing.hpp"

#include <mayfly/node.hpp>
#include <mayfly/runtime.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace mayfly::world {

namespace scripted = gc::scripted;

struct Object {
  CellWord cell;
  long value;
};
struct Ref {
  void* header;
  RefNode node;
};

inline Object* object() { return static_cast<Object*>(gc::allocate(sizeof(Object))); }
inline Ref* ref() { return static_cast<Ref*>(gc::allocate(sizeof(Ref))); }

/// A token to tell callbacks apart: any address does.
inline void* token(std::uintptr_t n) { return reinterpret_cast<void*>(0x1000 + n * 16); }

inline Ref* bound(const Referent& referent, CallbackQueue& queue, void* callback = nullptr, RefKind kind = RefKind::ref) {
  Ref* r = ref();
  const auto result = bind(r->node, referent, queue, callback, kind);
  EXPECT_EQ(result.status, Status::ok);
  return static_cast<Ref*>(holder(*result.value));
}

/// Binds references until the next one's block of memory would have to be mapped first; answers how many it bound. The referents of a page share blocks.
inline std::size_t use_up_blocks(const Referent& referent, CallbackQueue& queue) {
  bound(referent, queue, token(1));
  for (std::size_t n = 1;; ++n) {
    Ref* r = ref();
    gc::zeal::fail_nth(2);                         // behind the link of the reference's own slot
    const auto result = bind(r->node, referent, queue, token(1));
    gc::zeal::fail_nth(0);
    if (!result || n > 10'000) return n;
  }
}

/// How many disappearing links so many slots have.
inline std::size_t links_for(std::size_t slots) { return test::clearing() == Options::Clearing::links ? slots : 0; }

inline void kill_and_collect(void* dead) {
  scripted::kill(dead);
  scripted::run_cycle();
}

inline std::vector<Event> take_all(CallbackQueue& queue) {
  std::vector<Event> events;
  for (Event event; queue.take(event);) events.push_back(event);
  return events;
}

}  // namespace mayfly::world
