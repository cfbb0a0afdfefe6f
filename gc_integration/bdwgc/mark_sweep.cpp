// The mark sweep on bdwgc: a call in each collection, without a hook that somebody else could overwrite.
//
// Overview
//   A finalizer made by GC_register_finalizer() is ordered: in each collection, once the links are cleared and before anything is finalized or reclaimed,
//   bdwgc scans what each unmarked object with such a finalizer reaches. Objects of a kind of ours are scanned by a procedure of ours: there we sweep.
//   A sentry is such an object. Nobody holds it, so it is found unmarked in each collection; one that a stale pointer on some stack keeps marked is not
//   scanned, but then another one is.
//   The collection uses a sentry up: bdwgc queues it, as its finalizer is due. So there are many. The first one that is scanned sweeps and marks the others,
//   which bdwgc therefore keeps and does not scan; when its finalizer is called, another one is armed.
//   What other components' ordered finalizers reach may have been marked before the sweep: such objects are found dead in a later collection.
//
// States of a sentry (its word)
//   fresh       registered with bdwgc, not in g_armed yet
//   armed       in g_armed
//   spent       it swept; bdwgc holds it until its finalizer is called. g_spent counts them.
//
// Concurrency
//   g_armed and g_spent: allocation lock. The procedure is called with that lock held and an unmarked sentry when it matters. Marking may call it too, on
//   several threads at once and with the world stopped, for a stale pointer: it marks first, which tells.
//
// Invariants
//   .sentry.hidden   no memory that is scanned holds the addresses of armed sentries, but by chance and for a while
//   .sentry.least    the last kLeast armed ones stay: whichever sweeps then marks itself, about which bdwgc warns ("Finalization cycle"). So finalizers must be
//                    invoked now and then.
//   .sentry.proof    a collection that was not swept is noticed before the next read is answered: its number tells
#define GC_THREADS 1
#define GC_NO_THREAD_REDIRECTS 1
#include <gc.h>
#include <gc/gc_mark.h>

#include "gc_integration/bdwgc/start.hpp"
#include "gc_integration/primitives.hpp"

#include <algorithm>
#include <cstddef>

namespace mayfly::gc {

constinit std::atomic<bool> sweep_low{false};

namespace {

constexpr std::size_t kSentries = 512, kLeast = 256;  // stale pointers to all of the least would have to lie about at once
constexpr std::size_t kMostSpent = 1024;     // whose finalizers nobody calls: no more are armed

struct Sentry {
  enum State : GC_word { fresh, armed, spent } state;
};

constinit Sweep g_sweep = nullptr;
constinit unsigned g_kind = 0;
constinit GC_word g_armed[kSentries] = {};               // complements of addresses, or zero
constinit std::size_t g_spent = 0;
constinit std::atomic<std::uint64_t> g_swept{0};         // the collection that was swept last
constinit bool g_missed = false;

/// The first place with that content, or null.
GC_word* place_with(GC_word content) noexcept {
  GC_word* end = g_armed + kSentries;
  GC_word* place = std::find(g_armed, end, content);
  return place != end ? place : nullptr;
}
GC_word hidden(const Sentry* sentry) noexcept { return ~reinterpret_cast<GC_word>(sentry); }

/// Marks all armed sentries, and says how many there are.
std::size_t keep_all_armed() noexcept {
  std::size_t n = 0;
  for (const GC_word place : g_armed) {
    if (place == 0) continue;
    GC_set_mark_bit(reinterpret_cast<void*>(~place));
    ++n;
  }
  return n;
}

/// How bdwgc scans objects of our kind. NO ALLOC.
GC_ms_entry* scan(GC_word* object, GC_ms_entry* stack, GC_ms_entry*, GC_word) {
  auto* sentry = reinterpret_cast<Sentry*>(object);
  if (GC_is_marked(sentry) != 0) return stack;            // marking goes on
  const std::uint64_t number = collection_number();
  const std::uint64_t swept = g_swept.load(std::memory_order_relaxed);
  GC_word* place = place_with(hidden(sentry));
  if (number == swept || place == nullptr) return stack;  // GC_finalize_all(), or it is fresh
  if (number != swept + 1) g_missed = true;
  g_sweep(GC_is_marked);
  g_swept.store(number, std::memory_order_relaxed);
  *place = 0;
  if (keep_all_armed() >= kLeast) {
    sentry->state = Sentry::spent;
    ++g_spent;
    sweep_low.store(true, std::memory_order_relaxed);
  } else {                                                // .sentry.least
    *place = hidden(sentry);
    GC_set_mark_bit(sentry);
  }
  return stack;
}

/// Allocation lock held.
void see_whether_more_are_wanted(void* wanted) noexcept {
  const bool more = g_spent < kMostSpent && place_with(0) != nullptr;
  *static_cast<bool*>(wanted) = more;
  if (!more) sweep_low.store(false, std::memory_order_relaxed);
}

/// Allocation lock held. There may be enough by now: then it stays fresh.
void enlist(void* sentry) noexcept {
  GC_word* place = place_with(0);
  if (place == nullptr) return;
  *place = hidden(static_cast<Sentry*>(sentry));
  static_cast<Sentry*>(sentry)->state = Sentry::armed;
}

/// Allocation lock held. Which it was is answered in `sentry`'s own word. An armed one is finalized by GC_finalize_all(), which goes on until no finalizer
/// is left: so none may be made then.
void strike_off(void* sentry) noexcept {
  if (static_cast<Sentry*>(sentry)->state == Sentry::spent) --g_spent;
  if (static_cast<Sentry*>(sentry)->state != Sentry::armed) return;
  *place_with(hidden(static_cast<Sentry*>(sentry))) = 0;
  sweep_low.store(true, std::memory_order_relaxed);
}

/// A sentry's finalizer. May run inside any allocation.
void finalize(void* sentry, void*) {
  with_allocation_lock(strike_off, sentry);
  if (static_cast<Sentry*>(sentry)->state == Sentry::spent) keep_sweeping();
}

/// In a frame of its own, which is gone afterwards. May collect: meanwhile the sentry is marked, as the stack holds it. False: no memory.
[[gnu::noinline]] bool arm() noexcept {
  auto* sentry = static_cast<Sentry*>(GC_generic_malloc(sizeof(Sentry), static_cast<int>(g_kind)));
  if (sentry == nullptr) return false;
  GC_finalization_proc before = finalize;                 // what stays there if bdwgc has no memory
  GC_register_finalizer(sentry, finalize, nullptr, &before, nullptr);
  if (before != nullptr) return false;
  with_allocation_lock(enlist, sentry);
  if (sentry->state == Sentry::fresh) GC_register_finalizer(sentry, nullptr, nullptr, nullptr, nullptr);
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
  if (!has_memory_for_tables()) return Status::no_memory;
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
  for (bool wanted = true; wanted;) {
    with_allocation_lock(see_whether_more_are_wanted, &wanted);
    if (wanted && !arm()) return;
  }
}

}  // namespace mayfly::gc
