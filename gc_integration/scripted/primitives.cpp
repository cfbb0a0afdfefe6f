#include "gc_integration/primitives.hpp"
#include "gc_integration/scripted/scripted.hpp"
#include "gc_integration/zeal.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace mayfly::gc {
namespace {

struct Object {
  std::size_t size = 0;
  bool root = false, killed = false, dead = false;
  FinalizerSlot finalizer;
};
struct Waiting {
  void* object;
  FinalizerSlot finalizer;
};

/// Two locks: the allocation lock, which a cycle holds from beginning to end, and one for these tables, which is never held while anything is called.
struct World {
  std::mutex allocation_lock, tables;
  std::map<char*, Object> objects;
  std::map<std::uint64_t*, void*> links;
  std::vector<Waiting> waiting;
  std::atomic<std::uint64_t> number{1};
  std::atomic<int> paused{0};
  Sweep sweep = nullptr;   // this and the next: allocation lock
  bool miss = false, missed = false;
};
World& world() {
  static World* w = new World;   // outlives static destructors
  return *w;
}

/// Tables locked.
std::pair<char* const, Object>* find(const void* address) {
  World& w = world();
  auto* a = static_cast<char*>(const_cast<void*>(address));
  auto it = w.objects.upper_bound(a);
  if (it == w.objects.begin()) return nullptr;
  --it;
  return a < it->first + it->second.size && !it->second.dead ? &*it : nullptr;
}

void* make(std::size_t bytes, bool root) {
  if (zeal::before_allocation()) return nullptr;
  World& w = world();
  const std::size_t size = (bytes + 15) & ~std::size_t{15};
  auto* memory = static_cast<char*>(std::aligned_alloc(16, size));
  std::memset(memory, 0, size);
  const std::lock_guard lock(w.tables);
  w.objects[memory] = Object{.size = size, .root = root, .finalizer = {}};
  return memory;
}

}  // namespace

Status start(Threads) noexcept { return Status::ok; }
Status make_tables() noexcept { return Status::ok; }
const char* start_problem() noexcept { return ""; }
void* allocate(std::size_t bytes) noexcept { return make(bytes, false); }
void* allocate_untraced(std::size_t bytes) noexcept { return make(bytes, false); }
void* allocate_roots(std::size_t bytes) noexcept { return make(bytes, true); }

void* base_of(const void* address) noexcept {
  const std::lock_guard lock(world().tables);
  auto* found = find(address);
  return found != nullptr ? found->first : nullptr;
}
bool was_freed(const void*) noexcept { return false; }
void store_traced(void** where, void* value) noexcept { std::atomic_ref(*where).store(value, std::memory_order_relaxed); }
void note_displacement(std::size_t) noexcept {}
void note_kept(const void*) noexcept {}

std::uint64_t ask_collection_number() noexcept { return world().number.load(std::memory_order_acquire); }
void with_allocation_lock(void (*f)(void*), void* argument) noexcept {
  const std::lock_guard lock(world().allocation_lock);
  f(argument);
}

Collected collect() noexcept {
  if (world().paused.load() > 0) return Collected::disabled;
  scripted::run_cycle();
  return Collected::done;
}
bool collect_without_stack() noexcept { return (void)collect(), false; }   // no stack is a root here anyway
void scrub_dead_stack() noexcept {}
void pause() noexcept { ++world().paused; }
void resume() noexcept { --world().paused; }

Status link(std::uint64_t* word, void* base) noexcept {
  if (zeal::before_allocation()) return Status::no_memory;
  World& w = world();
  const std::lock_guard collecting(w.allocation_lock);
  const std::lock_guard lock(w.tables);
  w.links[word] = base;
  return Status::ok;
}
void unlink(std::uint64_t* word) noexcept {
  World& w = world();
  const std::lock_guard collecting(w.allocation_lock);
  const std::lock_guard lock(w.tables);
  w.links.erase(word);
}

constinit std::atomic<bool> sweep_low{false};
void keep_sweeping() noexcept {}
Status start_mark_sweep(Sweep sweep) noexcept {
  const std::lock_guard lock(world().allocation_lock);
  world().sweep = sweep;
  return Status::ok;
}
bool every_collection_was_swept() noexcept { return !world().missed; }

Result<FinalizerSlot> set_finalizer(void* base, FinalizerSlot finalizer) noexcept {
  if (finalizer.function != nullptr && zeal::before_registration()) return {{}, Status::no_memory};
  const std::lock_guard lock(world().tables);
  auto* found = find(base);
  if (found == nullptr) return {{}, Status::ok};
  return {std::exchange(found->second.finalizer, finalizer), Status::ok};
}

bool finalizers_are_due() noexcept {
  World& w = world();
  const std::lock_guard lock(w.tables);
  return !w.waiting.empty();
}
void invoke_finalizers() noexcept {
  World& w = world();
  std::vector<Waiting> calls;
  {
    const std::lock_guard lock(w.tables);
    calls.swap(w.waiting);
  }
  for (const Waiting& call : calls) call.finalizer.function(call.object, call.finalizer.data);
}

bool this_thread_is_registered() noexcept { return true; }
bool threads_may_register() noexcept { return true; }
Status register_this_thread() noexcept { return Status::ok; }
void unregister_this_thread() noexcept {}
void blocking(void (*f)(void*), void* argument) noexcept { f(argument); }

namespace scripted {

bool is_rooted(const void* object) noexcept {
  World& w = world();
  const std::lock_guard lock(w.tables);
  for (const auto& [memory, o] : w.objects) {
    for (std::size_t i = 0; o.root && i < o.size; i += sizeof(void*)) {
      if (std::atomic_ref(*reinterpret_cast<void**>(memory + i)).load(std::memory_order_relaxed) == object) return true;
    }
  }
  return false;
}

void kill(void* object) noexcept {
  if (is_rooted(object)) {
    std::fputs("scripted::kill: a root holds the object\n", stderr);
    std::abort();
  }
  const std::lock_guard lock(world().tables);
  auto* found = find(object);
  if (found == nullptr || found->first != object) {
    std::fputs("scripted::kill: not the start of a live object\n", stderr);
    std::abort();
  }
  found->second.killed = true;
}

void run_cycle(void (*gap)(void*), void* argument) noexcept {
  World& w = world();
  const std::lock_guard collecting(w.allocation_lock);
  w.number.fetch_add(1, std::memory_order_acq_rel);
  if (gap != nullptr) gap(argument);
  if (std::exchange(w.miss, false)) {
    w.missed = true;
  } else if (w.sweep != nullptr) {
    w.sweep([](const void* base) -> int {
      const std::lock_guard lock(world().tables);
      const auto* found = find(base);
      return found != nullptr && !found->second.killed;
    });
  }
  const std::lock_guard lock(w.tables);
  std::erase_if(w.links, [&](const auto& entry) {
    auto* found = find(entry.second);
    if (found == nullptr || !found->second.killed) return false;
    std::atomic_ref(*entry.first).store(0, std::memory_order_release);
    return true;
  });
  for (auto& [memory, o] : w.objects) {
    if (!o.killed) continue;
    o.killed = false;
    if (o.finalizer.function != nullptr) {
      w.waiting.push_back({memory, std::exchange(o.finalizer, {})});
      continue;
    }
    o.dead = true;
    std::memset(memory, 0xDB, o.size);
  }
}

void* reuse(void* dead) noexcept {
  World& w = world();
  const std::lock_guard lock(w.tables);
  Object& o = w.objects.at(static_cast<char*>(dead));
  if (!o.dead) std::abort();
  o.dead = false;
  std::memset(dead, 0, o.size);
  return dead;
}

void miss_next_sweep() noexcept {
  const std::lock_guard lock(world().allocation_lock);
  world().miss = true;
}

std::size_t link_count() noexcept {
  const std::lock_guard lock(world().tables);
  return world().links.size();
}

}  // namespace scripted
}  // namespace mayfly::gc
