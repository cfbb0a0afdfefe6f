// The finalizer of an object itself (`__del__`, a destructor): the collector finalizer that it is, and those that the object had before.
//
// The collector holds one finalizer for an object. So one of ours remembers the one that it took the place of, and whoever takes its event gives that back:
// a pile, the latest on top.                                                                                          .object-finalizer.pile
// Another component's finalizer remembers nothing: below it in the pile is nothing.
//
// Concurrency
//   The collector changes the top in one step, which may allocate, so no lock is held across two of them. Whoever put one on top then writes down what he
//   found; another thread may have done so before (`g_before` guards what lies below). Who gives one back puts it where the top was, and what he found there
//   on top again, until nobody came between.
#pragma once
#include "gc_integration/primitives.hpp"

#include <mayfly/queue.hpp>

namespace mayfly::core {

struct EventQueue;

/// Collected memory. `object` is set, once, by the collector's call.
struct ObjectFinalizer {
  void* next = nullptr;                  // in the queue's chain
  void* payload = nullptr;
  void (*run)(Event&) = nullptr;
  EventQueue* queue = nullptr;
  void* object = nullptr;                // its base
  std::uint64_t offset = 0;              // from there to what the event shows
  std::uint64_t round = 0;               // the collection number seen by that call; from aside on: the ThreadNumber of its taker, or kForgotten
  void (*before)(void*, void*) = nullptr;   // what the collector held for the object before
  void* before_data = nullptr;
};

/// On top of the object's pile. Failed: nothing changed. May collect, may never return (longjmp): then it is not there.
Status push_finalizer(void* base, ObjectFinalizer& finalizer) noexcept;
/// `lowest` was registered by the caller in the place of `found`, and belongs below that. Needs no memory; may collect.
void put_back_on_top(void* base, gc::FinalizerSlot found, gc::FinalizerSlot lowest) noexcept;

/// The collector finalizer of ObjectFinalizers: moves the record to its queue (event_queue.cpp). NO ALLOC. May run inside any allocation.
void stage_object_finalizer(void* object, void* record) noexcept;

void lock_piles() noexcept;              // around fork; the last of a queue's
void unlock_piles() noexcept;

}  // namespace mayfly::core
