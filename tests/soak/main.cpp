// mayfly_soak [--seconds=S] [--threads=T]: everything at once on bdwgc, for as long as you like, and then the books are balanced.
//
//   producers   register references with callbacks on objects that they drop, unbind some, kill some by hand
//   readers     read shared weak handles, most of them stale
//   mappers     each a WeakValueMap of its own, and an intern table that all share
//   drainers    drain the two queues, beside a drainer thread of mayfly's
//   a forker    forks; the child registers, collects and drains
// Law: each reference whose callback was not cancelled was called exactly once if its referent is dead, and never if it lives.
// The last line is `violations: N`; the exit status is 0 if N is.
#include "tests/clearing.hpp"

#include <mayfly/mayfly.hpp>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

extern "C" void* GC_malloc(std::size_t);
extern "C" void* GC_malloc_uncollectable(std::size_t);

namespace {

using namespace mayfly;

constexpr std::uint64_t kCanary = 0x6D61796C79CA4A52;
constexpr std::size_t kWindow = 512, kShared = 1 << 14, kKeys = 4096, kObjects = 64;

std::atomic<bool> g_stop{false};
std::atomic<std::uint64_t> g_violations{0}, g_registered{0}, g_called{0}, g_cancelled{0}, g_loads{0}, g_mapped{0}, g_forks{0};
std::atomic<std::uint64_t> g_handles[kShared];
CallbackQueue g_queues[2];

void violation(const char* what) {
  if (g_violations.fetch_add(1) < 20) fmt::print("VIOLATION: {}\n", what);
}
void require(Status status, const char* what) {
  if (status == Status::ok) return;
  fmt::print("{}: {}\n", what, message(status));
  std::abort();
}

struct Object {
  std::uint64_t canary, key, handle;
};
Object* new_object(std::uint64_t key) {
  auto* object = static_cast<Object*>(GC_malloc(sizeof(Object)));
  object->key = key;
  object->canary = kCanary;
  return object;
}

// ---- producers ----
struct Ref {
  RefNode node;
  std::uint32_t called, cancelled;
};
void on_callback(Event& event) {
  if (std::atomic_ref(static_cast<Ref*>(event.holder)->called).fetch_add(1) != 0) violation("a callback came twice");
  g_called.fetch_add(1, std::memory_order_relaxed);
}

/// Strong refs to objects that come and go. A ref is forgotten when its books are closed.
class Producer {
 public:
  explicit Producer(unsigned seed) : random_(seed) {}
  void step() {
    Object*& object = objects_[random_() % kObjects];
    switch (random_() % 32) {
      case 0:
        if (object != nullptr) clear_now({.obj = object});
        object = nullptr;
        break;
      case 1:
        if (random_() % 8 == 0) cancel(refs_[random_() % kWindow]);
        break;
      case 2: case 3: case 4: object = nullptr; break;
      default: add(object, refs_[random_() % kWindow]);
    }
  }
  /// Of what is still open. After all is drained.
  void close_books() {
    for (std::size_t i = 0; i < kWindow; ++i) {
      if (refs_[i] != nullptr && !closed(*refs_[i])) violation("a callback was lost, or came for a living object");
    }
  }
  void drop_objects() {
    for (std::size_t i = 0; i < kObjects; ++i) objects_[i] = nullptr;
  }

 private:
  static bool closed(const Ref& ref) {
    const bool dead = get(ref.node) == nullptr;
    const std::uint32_t called = std::atomic_ref(const_cast<Ref&>(ref).called).load();
    return ref.cancelled != 0 ? called <= 1 : called == (dead ? 1u : 0u);
  }
  void add(Object*& object, Ref*& place) {
    if (place != nullptr && place->cancelled == 0 && std::atomic_ref(place->called).load() == 0) return;   // its books are open
    if (object == nullptr) object = new_object(0);
    static Closure& closure = *::new (GC_malloc_uncollectable(sizeof(Closure))) Closure{on_callback};
    auto* ref = static_cast<Ref*>(GC_malloc(sizeof(Ref)));
    require(bind_closure(ref->node, {.obj = object}, g_queues[random_() % 2], closure).status, "bind");
    g_registered.fetch_add(1, std::memory_order_relaxed);
    place = ref;
    const auto handle = weak_handle({.obj = object});
    require(handle.status, "weak_handle");
    std::atomic_ref(object->handle).store(handle.value.bits);
    g_handles[random_() % kShared].store(handle.value.bits, std::memory_order_release);
  }
  void cancel(Ref* ref) {
    if (ref == nullptr || ref->cancelled != 0) return;
    unbind(ref->node);
    ref->cancelled = 1;
    g_cancelled.fetch_add(1, std::memory_order_relaxed);
  }

  std::minstd_rand random_;
  Object** objects_ = static_cast<Object**>(GC_malloc_uncollectable(kObjects * sizeof(Object*)));
  Ref** refs_ = static_cast<Ref**>(GC_malloc_uncollectable(kWindow * sizeof(Ref*)));
};

// ---- the others ----
void read_shared(std::minstd_rand& random) {
  for (int i = 0; i < 100; ++i) {
    const WeakHandle handle{g_handles[random() % kShared].load(std::memory_order_acquire)};
    auto* object = static_cast<Object*>(load(handle));
    if (object != nullptr && (object->canary != kCanary || std::atomic_ref(object->handle).load() != handle.bits)) violation("a read answered a stranger");
  }
  g_loads.fetch_add(100, std::memory_order_relaxed);
}

struct ByKey {
  Status hash(std::uint64_t key, std::uint64_t* out) const {
    *out = key;
    return Status::ok;
  }
  Answer equal(const Object* object, std::uint64_t key) const { return Answer(object->key == key); }
};
ConcurrentWeakSet<Object, ByKey> g_interned;

class Mapper {
 public:
  explicit Mapper(unsigned seed) : random_(seed), map_(make<Map>(StdPolicy<std::uint64_t>{}, queue_)) {}
  void step() {
    if (random_() % 64 == 0) (void)queue_.drain();      // nobody else may: draining a map's queue counts as using the map
    const std::uint64_t key = random_() % kKeys;
    const auto interned = g_interned.intern(key, [&] { return new_object(key); });
    require(interned.status, "intern");
    const auto again = g_interned.find(key);
    if (again != interned.value || again->key != key) violation("two objects for one key while one lived");
    if (random_() % 2 == 0) require(map_->set(key, interned.value), "set");
    const auto found = map_->find(key);
    if (found && (found.value->canary != kCanary || found.value->key != key)) violation("a map answered a stranger");
    kept_[random_() % kObjects] = interned.value;
    g_mapped.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  using Map = WeakValueMap<std::uint64_t, Object>;
  std::minstd_rand random_;
  CallbackQueue& queue_ = *new CallbackQueue;
  Root<Map> map_;
  Object** kept_ = static_cast<Object**>(GC_malloc_uncollectable(kObjects * sizeof(Object*)));
};

void fork_once() {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);                         // a lock that was lost in the fork
    Object* object = new_object(1);
    require(finalize_raw({.obj = object}, g_queues[0], nullptr, AtExit::no, [](Event&) {}).status, "finalize in a child");
    clear_now({.obj = object});
    (void)g_queues[0].collect();
    (void)g_queues[0].drain({.items = 100});
    ::_exit(0);
  }
  int status = 1;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) violation("a forked child failed");
  g_forks.fetch_add(1);
}

// ---- all together ----
template <class F>
void work(std::vector<std::thread>& threads, F f) {
  threads.emplace_back([f]() mutable {
    const ThreadScope scope;
    require(scope.status(), "ThreadScope");
    while (!g_stop.load(std::memory_order_relaxed)) f();
  });
}

std::size_t resident_mb() {
  std::size_t pages = 0, ignored = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%zu %zu", &ignored, &pages) != 2) std::abort();
  std::fclose(file);
  return pages >> 8;
}

void sleep_for(void* seconds) { ::usleep(static_cast<useconds_t>(*static_cast<double*>(seconds) * 1e6)); }

void run(double seconds, unsigned count) {
  std::random_device device;
  std::deque<Producer> producers;        // they outlive their threads: their books are closed at the end
  std::deque<Mapper> mappers;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < count; ++t) {
    const unsigned seed = device();
    switch (t % 5) {
      case 0: case 1: work(threads, [p = &producers.emplace_back(seed)] { p->step(); }); break;
      case 2: work(threads, [random = std::minstd_rand(seed)]() mutable { read_shared(random); }); break;
      case 3: work(threads, [m = &mappers.emplace_back(seed)] { m->step(); }); break;
      case 4: work(threads, [random = std::minstd_rand(seed)]() mutable {
        (void)g_queues[random() % 2].drain({.items = 1000, .nanoseconds = 5'000'000});
        if (random() % 8 == 0) (void)g_queues[0].collect();
        double pause = 0.002;
        blocking(sleep_for, &pause);
      }); break;
    }
  }
  work(threads, [] {
    fork_once();
    double pause = 0.2;
    blocking(sleep_for, &pause);
  });
  require(start_drainer(g_queues[1]), "start_drainer");

  std::size_t resident_then = 0;
  for (int part = 1; part <= 10; ++part) {
    double tenth = seconds / 10;
    blocking(sleep_for, &tenth);
    const Stats s = stats();
    if (part == 3) resident_then = resident_mb();
    fmt::print("{:3} %: registered {}, called {}, cancelled {}, loads {}, mapped {}, forks {}, collections {}, {} MB\n", part * 10, g_registered.load(),
               g_called.load(), g_cancelled.load(), g_loads.load(), g_mapped.load(), g_forks.load(), s.collections, resident_mb());
    std::fflush(stdout);
  }
  g_stop = true;
  blocking([](void* list) { for (auto& t : *static_cast<std::vector<std::thread>*>(list)) t.join(); }, &threads);
  stop_drainer(g_queues[1]);
  if (resident_mb() > resident_then * 3 / 2 + 32) violation("memory grew");

  for (Producer& producer : producers) producer.drop_objects();
  for (CallbackQueue& queue : g_queues) (void)queue.collect_and_drain();
  for (CallbackQueue& queue : g_queues) (void)queue.drain();
  for (Producer& producer : producers) producer.close_books();
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 10;
  unsigned count = 16;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--seconds=")) {
      seconds = std::atof(argv[i] + 10);
    } else if (argument.starts_with("--threads=")) {
      count = static_cast<unsigned>(std::atoi(argv[i] + 10));
    } else {
      fmt::print(stderr, "usage: mayfly_soak [--seconds=S] [--threads=T]\n");
      return 2;
    }
  }
  require(init({.clearing = test::clearing()}), "init");
  run(seconds, count);
  fmt::print("violations: {}\n", g_violations.load());
  return g_violations.load() == 0 ? 0 : 1;
}
