// The same work by hand on bdwgc, as its header proposes: a hidden pointer, a disappearing link, reads under the allocation lock, unordered finalizers.
#include "bench/collected.hpp"

#include <algorithm>
#include <vector>

namespace bench {
namespace {

void start() {
  GC_set_java_finalization(1);             // as mayfly does
  GC_INIT();
  GC_allow_register_threads();
}

using Word = GC_word;                      // in malloc memory, which bdwgc does not scan

void make_weak(Word& word, Object* object) {
  word = GC_HIDE_POINTER(object);
  require(GC_general_register_disappearing_link(reinterpret_cast<void**>(&word), object) == GC_SUCCESS, "no link");
}
void* reveal(void* word) {
  const Word bits = *static_cast<Word*>(word);
  return bits != 0 ? GC_REVEAL_POINTER(bits) : nullptr;
}
Object* read(Word& word) { return static_cast<Object*>(GC_call_with_alloc_lock(reveal, &word)); }

struct Weaks {
  Object** objects = live_objects();
  std::vector<Word> words = std::vector<Word>(n);
  void make() {
    for (std::size_t i = 0; i < n; ++i) make_weak(words[i], objects[i]);
  }
  void load() {
    for (std::size_t i = 0; i < n; ++i) benchmark::DoNotOptimize(read(words[i]));
  }
};

void create(benchmark::State& state) {
  start();
  Weaks weaks;
  report(state, timed([&] { weaks.make(); }), n);
}

void create_further(benchmark::State& state) {
  start();
  Weaks weaks;
  weaks.make();
  weaks.words = std::vector<Word>(n);      // the first ones' memory stays where it was: swapped, not freed
  report(state, timed([&] { weaks.make(); }), n);
}

void load(benchmark::State& state) {
  start();
  Weaks weaks;
  weaks.make();
  report(state, timed([&] { weaks.load(); }), n);
}

void load_two_threads(benchmark::State& state) {
  start();
  Weaks weaks;
  weaks.make();
  report(state, timed([&] { twice_at_once([&] { weaks.load(); }); }), n);
}

void collection(benchmark::State& state) {
  start();
  Weaks weaks;
  weaks.make();
  report(state, collection_time([] { GC_gcollect(); }), n);
}

/// Nothing weak: to be taken off the others.
void collection_of_none(benchmark::State& state) {
  start();
  Weaks weaks;
  report(state, collection_time([] { GC_gcollect(); }), n);
}

std::size_t g_ran = 0;
void count(void*, void*) { ++g_ran; }

void die_and_callback(benchmark::State& state) {
  start();
  Weaks weaks;
  weaks.make();
  for (std::size_t i = 0; i < n; ++i) GC_register_finalizer_no_order(weaks.objects[i], count, nullptr, nullptr, nullptr);
  drop_all(weaks.objects);
  report(state, timed([&] {
           GC_gcollect();
           GC_invoke_finalizers();
         }), n);
  require(g_ran >= enough(), "too few callbacks");
}

void finalizer(benchmark::State& state) {
  start();
  Weaks weaks;
  report(state, timed([&] {
           for (std::size_t i = 0; i < n; ++i) GC_register_finalizer_no_order(weaks.objects[i], count, nullptr, nullptr, nullptr);
           drop_all(weaks.objects);
           GC_gcollect();
           GC_invoke_finalizers();
         }), n);
  require(g_ran >= enough(), "too few finalizers");
}

void bytes(benchmark::State& state) {
  start();
  Weaks weaks;
  const std::size_t before = resident_bytes();
  weaks.make();
  state.SetIterationTime(1);
  state.counters["each"] = static_cast<double>(resident_bytes() - before) / static_cast<double>(n);
}

}  // namespace

void add_by_hand() {
  add("create/hand", create);
  add("create_further/hand", create_further);
  add("load/hand", load);
  add("load_two_threads/hand", load_two_threads);
  add("collection/hand", collection);
  add("collection/none", collection_of_none);
  add("die_and_callback/hand", die_and_callback);
  add("finalizer/hand", finalizer);
  add("bytes/hand", bytes);
}

}  // namespace bench
