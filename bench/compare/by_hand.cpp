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

/// A weak word has an address that must not change while its link is registered, so it cannot live in a container that grows, and cannot be copied:
/// by hand, each is an object of its own.
struct Separate {
  std::vector<Word*> words = std::vector<Word*>(n);
  Word& at(std::size_t i) { return *words[i]; }
  void make(std::size_t i) { words[i] = new Word; }
};
/// The best case: all words in one array of known size.
struct Dense {
  std::vector<Word> words = std::vector<Word>(n);
  Word& at(std::size_t i) { return words[i]; }
  void make(std::size_t) {}
};

void make_weak(Word& word, Object* object) {
  word = GC_HIDE_POINTER(object);
  require(GC_general_register_disappearing_link(reinterpret_cast<void**>(&word), object) == GC_SUCCESS, "no link");
}
void* reveal(void* word) {
  const Word bits = *static_cast<Word*>(word);
  return bits != 0 ? GC_REVEAL_POINTER(bits) : nullptr;
}
Object* read(Word& word) { return static_cast<Object*>(GC_call_with_alloc_lock(reveal, &word)); }

template <class Words>
struct Weaks {
  Object** objects = live_objects();
  Words words;
  void make(std::size_t from = 0, std::size_t to = n) {
    for (std::size_t i = from; i < to; ++i) {
      words.make(i);
      make_weak(words.at(i), objects[i]);
    }
  }
  void load() {
    for (int pass = 0; pass < kLoadPasses; ++pass) {
      for (std::size_t i = 0; i < n; ++i) benchmark::DoNotOptimize(read(words.at(i)));
    }
  }
};

template <class Words>
void create(benchmark::State& state) {
  start();
  Weaks<Words> weaks;
  report(state, timed([&] { weaks.make(); }), n);
}

template <class Words>
void create_two_threads(benchmark::State& state) {
  start();
  Weaks<Words> weaks;
  report(state, timed([&] { in_halves([&](std::size_t from, std::size_t to) { weaks.make(from, to); }); }), n);
}

template <class Words>
void create_further(benchmark::State& state) {
  start();
  Weaks<Words> weaks;
  weaks.make();
  auto& first = *new Words(std::move(weaks.words));   // stays where it is
  benchmark::DoNotOptimize(&first);
  weaks.words = Words();
  report(state, timed([&] { weaks.make(); }), n);
}

template <class Words>
void load(benchmark::State& state) {
  start();
  Weaks<Words> weaks;
  weaks.make();
  report(state, timed([&] { weaks.load(); }), n * kLoadPasses);
}

template <class Words>
void load_two_threads(benchmark::State& state) {
  start();
  Weaks<Words> weaks;
  weaks.make();
  report(state, timed([&] { twice_at_once([&] { weaks.load(); }); }), n * kLoadPasses);
}

template <class Words>
void collection(benchmark::State& state) {
  start();
  Weaks<Words> weaks;
  weaks.make();
  report(state, collection_time([] { GC_gcollect(); }), n);
}

/// Nothing weak: to be taken off the others.
void collection_of_none(benchmark::State& state) {
  start();
  Object** objects = live_objects();
  report(state, collection_time([] { GC_gcollect(); }), n);
  benchmark::DoNotOptimize(objects);
}

std::size_t g_ran = 0;
void count(void*, void*) { ++g_ran; }

void die_and_callback(benchmark::State& state) {
  start();
  Weaks<Separate> weaks;
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
  Weaks<Separate> weaks;
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
  Weaks<Separate> weaks;
  const std::size_t before = resident_bytes();
  weaks.make();
  state.SetIterationTime(1);
  state.counters["each"] = static_cast<double>(resident_bytes() - before) / static_cast<double>(n);
}

}  // namespace

void add_by_hand() {
  add("create/hand", create<Separate>);
  add("create/dense", create<Dense>);
  add("create_two_threads/hand", create_two_threads<Separate>);
  add("create_further/hand", create_further<Separate>);
  add("create_further/dense", create_further<Dense>);
  add("load/hand", load<Separate>);
  add("load/dense", load<Dense>);
  add("load_two_threads/hand", load_two_threads<Separate>);
  add("collection/hand", collection<Separate>);
  add("collection/dense", collection<Dense>);
  add("collection/none", collection_of_none);
  add("die_and_callback/hand", die_and_callback);
  add("finalizer/hand", finalizer);
  add("bytes/hand", bytes);
}

}  // namespace bench
