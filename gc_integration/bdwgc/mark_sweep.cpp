// The mark sweep on bdwgc: a call in each collection, without a hook that somebody else could overwrite.
//
// Overview
//   A finalizer made by GC_register_finalizer() is ordered: in each collection, once the links are cleared and before anything is finalized or reclaimed,
//   bdwgc scans what each unmarked object with such a finalizer reaches. Objects of a kind of ours are scanned by a procedure of ours: there we sweep.
//   A sentry is such an object. Nobody holds it, so it is found unmarked in each collection, and nothing else of it is ever used.
//   The collection uses it up: bdwgc queues it, as its finalizer is due. So there are many. The first one that is scanned sweeps and marks the others,
//   which bdwgc therefore keeps and does not scan; when its finalizer is called, another one is armed.
//
// States of a sentry
//   armed       registered, in g_armed
//   spent       it swept; bdwgc holds it until its finalizer is called. g_spent counts them.
//
// Concurrency
//   g_armed and g_spent: allocation lock. The procedure is called with that lock held when it matters; marking may call it for a stale pointer, on several
//   threads at once and with the world stopped: then the collection number has not moved since the last sweep, and nothing happens.
//
// Invariants
//   .sentry.hidden   no memory that is scanned holds the address of an armed sentry
//   .sentry.last     the last armed sentry marks itself and stays, about which bdwgc warns ("Finalization cycle"): finalizers must be invoked
//   .sentry.proof    a collection that was not swept is noticed before the next word is read: its number tells
#define GC_THREADS 1
#define GC_NO_THREAD_REDIRECTS 1
#include <gc.h>
#include <gc/gc_mark.h>

#include "gc_integration/bdwgc/refuse.hpp"
#include "gc_integration/primitives.hpp"

#include <cstddef>

namespace mayfly::gc {

constinit std::atomic<bool> sweep_low{false};

namespace {

constexpr std::size_t kSentries = 32;
constexpr std::size_t kMostSpent = 64;       // whose finalizers nobody calls: no more are armed
constexpr GC_word kNone = 0, kReserved = 1;  // else the complement of a sentry's address

constinit Sweep g_sweep = nullptr;
constinit unsigned g_kind = 0;
constinit GC_word g_armed[kSentries] = {};
constinit std::size_t g_spent = 0;
constinit std::atomic<std::uint64_t> g_swept{0};         // the collection that was swept last
constinit bool g_missed = false;

GC_word hidden(const void* sentry) noexcept { return ~reinterpret_cast<GC_word>(sentry); }
bool is_armed(GC_word place) noexcept { return place > kReserved; }

GC_word* place_of(const void* sentry) noexcept {
  for (GC_word& place : g_armed) {
    if (place == hidden(sentry)) return &place;
  }
  return nullptr;
}

/// Marks all armed sentries but one; false: there is no other. Allocation lock held, inside a collection.
bool mark_others(const GC_word* but) noexcept {
  bool others = false;
  for (const GC_word& place : g_armed) {
    if (!is_armed(place) || &place == but) continue;
    GC_set_mark_bit(reinterpret_cast<void*>(~place));
    others = true;
  }
  return others;
}

/// How bdwgc scans objects of our kind. NO ALLOC.
GC_ms_entry* scan(GC_word* object, GC_ms_entry* stack, GC_ms_entry*, GC_word) {
  const std::uint64_t number = collection_number();
  const std::uint64_t swept = g_swept.load(std::memory_order_relaxed);
  if (number == swept) return stack;
  GC_word* place = place_of(object);
  if (place == nullptr) return stack;                     // free, or spent
  if (number != swept + 1) g_missed = true;
  g_sweep(GC_is_marked);
  g_swept.store(number, std::memory_order_relaxed);
  if (mark_others(place)) {
    *place = kNone;
    ++g_spent;
    sweep_low.store(true, std::memory_order_relaxed);
  } else {
    GC_set_mark_bit(object);                              // .sentry.last
  }
  return stack;
}

/// A place for one more sentry, reserved; null: there are enough. Allocation lock held.
void reserve(void* place) noexcept {
  auto& reserved = *static_cast<GC_word**>(place);
  for (GC_word& candidate : g_armed) {
    if (candidate != kNone || g_spent >= kMostSpent) continue;
    candidate = kReserved;
    reserved = &candidate;
    return;
  }
  sweep_low.store(false, std::memory_order_relaxed);
}

struct Arming {
  GC_word* place;
  GC_word to;
};
void fill(void* arming) noexcept {
  const auto& a = *static_cast<const Arming*>(arming);
  *a.place = a.to;
}

struct Call {
  void* sentry;
  bool was_spent;
};
void forget(void* call) noexcept {
  auto& c = *static_cast<Call*>(call);
  GC_word* place = place_of(c.sentry);
  c.was_spent = place == nullptr;
  if (c.was_spent) {
    --g_spent;
  } else {                                                // by GC_finalize_all(), which goes on until no finalizer is left: so none may be made here
    *place = kNone;
    sweep_low.store(true, std::memory_order_relaxed);
  }
}

/// A sentry's finalizer. May run inside any allocation.
void finalize(void* sentry, void*) {
  Call call{sentry, false};
  with_allocation_lock(forget, &call);
  if (call.was_spent) keep_sweeping();
}

/// In a frame of its own, which is gone afterwards. May collect: meanwhile the sentry is marked, as the stack holds it. False: no memory.
[[gnu::noinline]] bool arm(GC_word* place) noexcept {
  void* sentry = GC_generic_malloc(sizeof(GC_word), static_cast<int>(g_kind));
  if (sentry == nullptr) return false;
  GC_finalization_proc before = finalize;                 // what stays there if bdwgc has no memory
  GC_register_finalizer(sentry, finalize, nullptr, &before, nullptr);
  if (before != nullptr) return false;
  Arming arming{place, hidden(sentry)};
  with_allocation_lock(fill, &arming);
  asm volatile("" : : "r"(sentry) : "memory");
  return true;
}

/// Allocation lock held.
void begin(void* sweep) noexcept {
  if (g_sweep != nullptr) return;
  g_sweep = *static_cast<Sweep*>(sweep);
  g_kind = GC_new_kind_inner(GC_new_free_list_inner(), GC_MAKE_PROC(GC_new_proc_inner(scan), 0), 0, 1);
}

/// From the collection on that was the latest. Allocation lock held.
void count_from_here(void*) noexcept {
  g_swept.store(collection_number(), std::memory_order_relaxed);
  g_missed = false;
}

/// Shows it by a collection, where one can be had.
bool proves_itself() noexcept {
  const std::uint64_t before = collection_number();
  return collect() != Collected::done || collection_number() == before || g_swept.load(std::memory_order_relaxed) != before;
}

}  // namespace

Status start_mark_sweep(Sweep sweep) noexcept {
  if (GC_is_incremental_mode() != 0) return refuse("bdwgc marks incrementally: marks then outlive a collection, and words cannot be cleared by them");
  with_allocation_lock(begin, &sweep);
  sweep_low.store(true, std::memory_order_relaxed);
  keep_sweeping();
  if (sweep_runs_low()) return Status::no_memory;
  scrub_dead_stack();                                     // .sentry.hidden
  with_allocation_lock(count_from_here, nullptr);
  return proves_itself() ? Status::ok : refuse("this bdwgc does not scan what an object with a finalizer reaches: words cannot be cleared by marks");
}

bool every_collection_was_swept() noexcept { return !g_missed && g_swept.load(std::memory_order_relaxed) == collection_number(); }

void keep_sweeping() noexcept {
  for (;;) {
    GC_word* place = nullptr;
    with_allocation_lock(reserve, &place);
    if (place == nullptr) return;
    if (arm(place)) continue;
    Arming none{place, kNone};
    return with_allocation_lock(fill, &none);
  }
}

}  // namespace mayfly::gc
