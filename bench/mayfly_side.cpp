// mayfly's side of each workload.
#include "bench/collected.hpp"

#include <mayfly/mayfly.hpp>

#include <algorithm>
#include <vector>

namespace bench {
namespace {

using namespace mayfly;

CellWord* cell_of(Object* object) { return reinterpret_cast<CellWord*>(&object->word); }

// ---- Weak<T> ----
struct Weaks {
  Object** objects = live_objects();
  std::vector<Weak<Object>> weaks = std::vector<Weak<Object>>(n);
  void make(std::size_t from = 0, std::size_t to = n) {
    for (std::size_t i = from; i < to; ++i) weaks[i] = unwrap(Weak<Object>::of(objects[i]));
  }
  void make_with_word() {
    for (std::size_t i = 0; i < n; ++i) weaks[i] = Weak<Object>::from(unwrap(weak_handle({.obj = objects[i], .cell = cell_of(objects[i])})));
  }
  void load() {
    for (int pass = 0; pass < kLoadPasses; ++pass) {
      for (std::size_t i = 0; i < n; ++i) benchmark::DoNotOptimize(weaks[i].get());
    }
  }
};

void start() { require(init({.clearing = by_marks ? Options::Clearing::marks : Options::Clearing::links}) == Status::ok, "init"); }

void create(benchmark::State& state) {
  start();
  Weaks weaks;
  report(state, timed([&] { weaks.make(); }), n);
}
void create_two_threads(benchmark::State& state) {
  start();
  Weaks weaks;
  report(state, timed([&] { in_halves([&](std::size_t from, std::size_t to) { weaks.make(from, to); }); }), n);
}
void create_with_word(benchmark::State& state) {
  start();
  Weaks weaks;
  report(state, timed([&] { weaks.make_with_word(); }), n);
}
void create_further(benchmark::State& state) {
  start();
  Weaks weaks;
  weaks.make();
  report(state, timed([&] { weaks.make(); }), n);
}
void create_further_with_word(benchmark::State& state) {
  start();
  Weaks weaks;
  weaks.make_with_word();
  report(state, timed([&] { weaks.make_with_word(); }), n);
}
void load(benchmark::State& state) {
  start();
  Weaks weaks;
  weaks.make();
  report(state, timed([&] { weaks.load(); }), n * kLoadPasses);
}
void load_two_threads(benchmark::State& state) {
  start();
  Weaks weaks;
  weaks.make();
  report(state, timed([&] { twice_at_once([&] { weaks.load(); }); }), n * kLoadPasses);
}
void collection(benchmark::State& state) {
  start();
  Weaks weaks;
  weaks.make();
  report(state, collection_time([] { (void)default_queue().collect(); }), n);
}
void bytes(benchmark::State& state) {
  start();
  Weaks weaks;
  const std::size_t before = resident_bytes();
  weaks.make();
  state.SetIterationTime(1);
  state.counters["each"] = static_cast<double>(resident_bytes() - before) / static_cast<double>(n);
}

// ---- RefNode ----
struct Ref {
  void* header;
  RefNode node;
};
std::size_t g_called = 0;
Host counting_host() {
  Host host;
  host.call = [](void*, const Event&) {
    ++g_called;
    return Host::Called::ok;
  };
  return host;
}
const Host g_host = counting_host();

struct Refs {
  Object** objects = live_objects();
  Ref** refs = static_cast<Ref**>(GC_malloc_uncollectable(n * sizeof(Ref*)));
  CallbackQueue queue{&g_host};
  void make(void* callback = nullptr) {
    for (std::size_t i = 0; i < n; ++i) {
      refs[i] = static_cast<Ref*>(GC_malloc(sizeof(Ref)));
      unwrap(bind(refs[i]->node, {.obj = objects[i]}, queue, callback).status);
    }
  }
};
/// The queue must outlive the process.
Refs& refs() { return *new Refs; }

void node_create(benchmark::State& state) {
  start();
  Refs& r = refs();
  report(state, timed([&] { r.make(); }), n);
}
void node_load(benchmark::State& state) {
  start();
  Refs& r = refs();
  r.make();
  report(state, timed([&] {
           for (int pass = 0; pass < kLoadPasses; ++pass) {
             for (std::size_t i = 0; i < n; ++i) benchmark::DoNotOptimize(get(r.refs[i]->node));
           }
         }), n * kLoadPasses);
}
/// What a load cannot do without: the ref object is read, the slot is not.
void node_objects(benchmark::State& state) {
  start();
  Refs& r = refs();
  r.make();
  std::uint64_t sum = 0;
  report(state, timed([&] {
           for (int pass = 0; pass < kLoadPasses; ++pass) {
             for (std::size_t i = 0; i < n; ++i) sum += r.refs[i]->node.cell_;
           }
           benchmark::DoNotOptimize(sum);
         }), n * kLoadPasses);
}
void node_collection(benchmark::State& state) {
  start();
  Refs& r = refs();
  r.make();
  report(state, collection_time([&] { (void)r.queue.collect(); }), n);
}
void die_and_callback(benchmark::State& state) {
  start();
  Refs& r = refs();
  on_thread([&] { r.make(&r); });
  drop_all(r.objects);
  report(state, timed([&] {
           (void)r.queue.collect();
           (void)r.queue.drain();
         }), n);
  require(g_called >= enough(), "too few callbacks");
}
void finalizer(benchmark::State& state) {
  start();
  Refs& r = refs();
  report(state, timed([&] {
           for (std::size_t i = 0; i < n; ++i) {
             unwrap(finalize_raw({.obj = r.objects[i]}, r.queue, nullptr, AtExit::no, [](Event&) { ++g_called; }).status);
           }
           drop_all(r.objects);
           (void)r.queue.collect();
           (void)r.queue.drain();
         }), n);
  require(g_called >= enough(), "too few finalizers");
}
void object_finalizer(benchmark::State& state) {
  start();
  Refs& r = refs();
  report(state, timed([&] {
           for (std::size_t i = 0; i < n; ++i) unwrap(finalize_object({.obj = r.objects[i]}, r.queue, nullptr, [](Event&) { ++g_called; }));
           drop_all(r.objects);
           (void)r.queue.collect();
           (void)r.queue.drain();
         }), n);
  require(g_called >= enough(), "too few finalizers");
}

// ---- WeakValueMap ----
using Map = WeakValueMap<std::uint64_t, Object>;
struct Mapped {
  Object** objects = live_objects();
  Root<Map> map{make<Map>()};
  void insert() {
    for (std::size_t i = 0; i < n; ++i) unwrap(map->set(i, objects[i]));
  }
};

void map_insert(benchmark::State& state) {
  start();
  Mapped m;
  report(state, timed([&] { m.insert(); }), n);
}
void map_get(benchmark::State& state) {
  start();
  Mapped m;
  m.insert();
  report(state, timed([&] {
           for (std::size_t i = 0; i < n; ++i) require(m.map->find(i).value == m.objects[i], "not found");
         }), n);
}
void map_die(benchmark::State& state) {
  start();
  Mapped m;
  on_thread([&] { m.insert(); });
  drop_all(m.objects);
  report(state, timed([&] { (void)default_queue().collect(), (void)default_queue().drain(); }), n);
  require(m.map->size() <= n - enough(), "too many entries");
}

}  // namespace

void add_mayfly() {
  add("create/mayfly", create);
  add("create_two_threads/mayfly", create_two_threads);
  add("create/mayfly_word", create_with_word);
  add("create_further/mayfly", create_further);
  add("create_further/mayfly_word", create_further_with_word);
  add("load/mayfly", load);
  add("load_two_threads/mayfly", load_two_threads);
  add("collection/mayfly", collection);
  add("bytes/mayfly", bytes);
  add("create/node", node_create);
  add("load/node", node_load);
  add("load/node_objects", node_objects);
  add("collection/node", node_collection);
  add("die_and_callback/mayfly", die_and_callback);
  add("finalizer/mayfly", finalizer);
  add("finalizer/object", object_finalizer);
  add("map_insert/mayfly", map_insert);
  add("map_get/mayfly", map_get);
  add("map_die/mayfly", map_die);
}

}  // namespace bench
