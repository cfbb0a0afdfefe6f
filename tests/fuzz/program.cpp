#include "tests/fuzz/program.hpp"

#include "gc_integration/primitives.hpp"
#include "gc_integration/scripted/scripted.hpp"
#include "gc_integration/zeal.hpp"
#include "src/core/invariants.hpp"

#include <mayfly/node.hpp>
#include <mayfly/weak_table.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace mayfly::fuzz {
namespace {

using gc::scripted::kill;
using gc::scripted::run_cycle;

constexpr std::size_t kObjects = 6, kKeys = 8;

struct Object {
  CellWord cell;
  std::uint64_t id;
};
struct Ref {
  void* header;
  RefNode node;
};

/// What the model knows of a reference.
struct RefModel {
  Ref* ref;
  std::size_t object;           // by birth number
  RefKind kind;
  void* callback;
  enum State { bound, queued, spent } state = bound;
  bool in_chain = false;        // unbound while it was queued: strong until the queue has passed it
};
struct FinalizerModel {
  Registered id;
  std::size_t object;
  void* payload;
  enum State { armed, queued, done } state = armed;
};
struct ObjectModel {
  Object* object;               // null: dead
  bool in_word;
  bool own_finalizer = false;
  std::vector<std::size_t> watchers;   // refs (even) and finalizers (odd), oldest first
};

class World {
 public:
  World(const std::uint8_t* bytes, std::size_t size) : bytes_(bytes), left_(size), queue_(*new CallbackQueue) {
    table_ = ::new (gc::allocate(sizeof(WeakTable))) WeakTable(WeakSide::value, &queue_);
  }
  ~World() {                    // all dies
    std::vector<void*> dead{table_};
    for (const ObjectModel& o : objects_) if (o.object != nullptr) dead.push_back(o.object);
    settle();
    for (auto& r : refs_) if (r.ref != nullptr && r.state != RefModel::queued && !r.in_chain) dead.push_back(r.ref);
    for (void* d : dead) kill(d);
    run_cycle();
    (void)queue_.shutdown();
    core::check_invariants();
  }

  Verdict run() {
    while (left_ != 0 && verdict_.problem.empty()) {
      step();
      ++verdict_.steps;
    }
    if (verdict_.problem.empty()) drain_all();
    return std::move(verdict_);
  }

 private:
  std::uint8_t next() { return left_ != 0 ? --left_, *bytes_++ : std::uint8_t{0}; }
  template <class... A>
  void log(fmt::format_string<A...> format, A&&... arguments) {
    verdict_.program += fmt::format(format, std::forward<A>(arguments)...) + "\n";
  }
  void expect(bool holds, const char* what) {
    if (!holds && verdict_.problem.empty()) verdict_.problem = what;
  }

  void step() {
    const std::uint8_t what = next();
    const std::size_t place = next() % kObjects;
    switch (what % 20) {
      case 0: case 1: case 2: case 3: case 4: bind_ref(place, next()); break;
      case 5: case 6: make_finalizer(place); break;
      case 7: drop(next()); break;
      case 8: read_all(); break;
      case 9: unbind_one(next()); break;
      case 10: clear_by_hand(place); break;
      case 11: count_refs(place); break;
      case 12: case 13: take_one(next() % 4 == 0); break;
      case 14: detach_one(next()); break;
      case 15: case 16: table_set(place, next() % kKeys); break;
      case 17: table_pop(next() % kKeys); break;
      case 18: table_walk(); break;
      case 19: own_finalizer(place); break;
    }
  }

  // ---- objects ----
  std::size_t object_at(std::size_t place) {
    if (places_[place] == 0) {
      const bool reused = !graves_.empty() && next() % 2 == 0;
      auto* object = static_cast<Object*>(reused ? gc::scripted::reuse(graves_.back()) : gc::allocate(sizeof(Object)));
      if (reused) graves_.pop_back();
      objects_.push_back({object, next() % 2 == 0, false, {}});
      places_[place] = objects_.size();
      log("o{} = new object{}", objects_.size() - 1, reused ? " at a dead one's address" : "");
    }
    return places_[place] - 1;
  }
  Referent referent(std::size_t o) const {
    return {.obj = objects_[o].object, .cell = objects_[o].in_word ? &objects_[o].object->cell : nullptr};
  }
  static void* token(std::size_t n) { return reinterpret_cast<void*>(0x1000 + n * 16); }
  /// Some step before fails for lack of memory: it must change nothing.
  template <class F>
  auto maybe_failing(F call) {
    const std::uint8_t n = next();
    if (n % 4 == 0) {
      gc::zeal::fail_nth(1 + n / 4 % 8);
      auto failed = call();
      gc::zeal::fail_nth(0);
      if (status_of(failed) == Status::ok) return failed;
      expect(status_of(failed) == Status::no_memory, "a failed allocation answered something else than no_memory");
      log("  failed first");
    }
    return call();
  }
  template <class T>
  static Status status_of(const Result<T>& result) { return result.status; }
  static Status status_of(Status status) { return status; }

  // ---- references ----
  RefModel* canonical_of(std::size_t o, RefKind kind) {
    for (RefModel& r : refs_) {
      if (r.ref != nullptr && r.object == o && r.state == RefModel::bound && r.callback == nullptr && r.kind == kind) return &r;
    }
    return nullptr;
  }
  void bind_ref(std::size_t place, std::uint8_t how) {
    const std::size_t o = object_at(place);
    const RefKind kind = static_cast<RefKind>(how % 3);
    void* callback = how % 8 < 5 ? token(refs_.size()) : nullptr;
    auto* ref = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
    const auto bound = maybe_failing([&] { return bind(ref->node, referent(o), queue_, callback, kind); });
    log("r{} = bind(o{}, {}, kind {})", refs_.size(), o, callback != nullptr ? "callback" : "none", static_cast<int>(kind));
    expect(bound.status == Status::ok, "bind failed");
    if (!bound) return;
    RefModel* shared = callback == nullptr && kind != RefKind::subclass ? canonical_of(o, kind) : nullptr;
    expect(shared != nullptr ? bound.value == &shared->ref->node : bound.value == &ref->node, "bind answered the wrong node");
    if (bound.value != &ref->node) return;
    objects_[o].watchers.push_back(refs_.size() * 2);
    refs_.push_back({ref, o, kind, callback});
  }
  RefModel* pick_ref(std::uint8_t which) {
    if (refs_.empty()) return nullptr;
    RefModel& r = refs_[which % refs_.size()];
    return r.ref != nullptr ? &r : nullptr;
  }
  void unbind_one(std::uint8_t which) {
    RefModel* r = pick_ref(which);
    if (r == nullptr) return;
    settle();
    log("unbind(r{})", r - refs_.data());
    unbind(r->ref->node);
    if (r->state == RefModel::queued) {
      forget_event(r->ref);
      r->in_chain = true;
    }
    r->state = RefModel::spent;
  }
  void read_all() {
    for (const RefModel& r : refs_) {
      if (r.ref == nullptr) continue;
      Object* wanted = r.state == RefModel::bound ? objects_[r.object].object : nullptr;
      expect(get(r.ref->node) == wanted, "a reference reads something else than its referent");
    }
    for (const FinalizerModel& f : finalizers_) {
      const bool alive_now = f.state == FinalizerModel::armed && objects_[f.object].object != nullptr;
      if (f.state != FinalizerModel::queued) expect(alive(f.id) == (f.state == FinalizerModel::armed) || !alive_now, "alive() is wrong");
      if (alive_now) expect(peek(f.id).payload == f.payload && peek(f.id).object == objects_[f.object].object, "peek() is wrong");
    }
  }
  void count_refs(std::size_t place) {
    const std::size_t o = object_at(place);
    settle();
    std::size_t wanted = 0;
    for (const RefModel& r : refs_) wanted += r.ref != nullptr && r.object == o && r.state == RefModel::bound;
    expect(count(referent(o)) == wanted, "count() is wrong");
    std::vector<RefNode*> seen;
    expect(each(referent(o), [](void* list, RefNode& node) { static_cast<std::vector<RefNode*>*>(list)->push_back(&node); }, &seen) == Status::ok, "each failed");
    expect(seen.size() == wanted, "each() showed another number");
  }

  // ---- finalizers ----
  void make_finalizer(std::size_t place) {
    const std::size_t o = object_at(place);
    void* payload = token(1'000'000 + finalizers_.size());
    const auto made = maybe_failing([&] { return finalize_raw(referent(o), queue_, payload, AtExit::no); });
    log("f{} = finalize(o{})", finalizers_.size(), o);
    expect(made.status == Status::ok, "finalize failed");
    if (!made) return;
    objects_[o].watchers.push_back(finalizers_.size() * 2 + 1);
    finalizers_.push_back({made.value, o, payload});
  }
  void detach_one(std::uint8_t which) {
    if (finalizers_.empty()) return;
    FinalizerModel& f = finalizers_[which % finalizers_.size()];
    log("detach(f{})", &f - finalizers_.data());
    expect(detach(f.id) == (f.state == FinalizerModel::done ? nullptr : f.payload), "detach() is wrong");
    if (f.state == FinalizerModel::queued) forget_event(f.payload);
    f.state = FinalizerModel::done;
  }
  void own_finalizer(std::size_t place) {
    const std::size_t o = object_at(place);
    if (objects_[o].own_finalizer) return;
    log("own finalizer of o{}", o);
    expect(maybe_failing([&] { return finalize_object(referent(o), queue_, token(2'000'000 + o)); }) == Status::ok, "finalize_object failed");
    objects_[o].own_finalizer = true;
  }

  // ---- deaths ----
  /// Drops up to three things at once, and collects.
  void drop(std::uint8_t how_many) {
    std::vector<std::size_t> dead;
    for (int i = 0; i < how_many % 4; ++i) {
      if (how_many & 8) {
        RefModel* r = pick_ref(next());
        if (r == nullptr || r->state == RefModel::queued || r->in_chain || awaits_settling(*r)) continue;
        log("drop r{}", r - refs_.data());
        kill(r->ref);
        r->ref = nullptr;
      } else {
        std::size_t& place = places_[next() % kObjects];
        if (place == 0) continue;
        const std::size_t o = place - 1;
        place = 0;
        log("drop o{}", o);
        if (objects_[o].own_finalizer) to_be_finalized_.push_back(objects_[o].object);
        kill(objects_[o].object);
        dead.push_back(o);
      }
    }
    log("collect");
    run_cycle();
    for (const std::size_t o : dead) {
      if (!objects_[o].own_finalizer) graves_.push_back(objects_[o].object);
      objects_[o].object = nullptr;
      unsettled_.push_back(o);
    }
  }
  bool awaits_settling(const RefModel& r) const { return std::find(unsettled_.begin(), unsettled_.end(), r.object) != unsettled_.end(); }
  void clear_by_hand(std::size_t place) {
    if (places_[place] == 0) return;
    settle();
    const std::size_t o = places_[place] - 1;
    log("clear_now(o{})", o);
    clear_now(referent(o));
    Object* object = objects_[o].object;
    objects_[o].object = nullptr;
    objects_[o].own_finalizer = false;
    unsettled_.push_back(o);
    settle_model();
    places_[place] = 0;
    kill(object);
    run_cycle();
  }
  /// The model of settling: events of one object come newest first.
  void settle_model() {
    for (const std::size_t o : unsettled_) {
      auto& watchers = objects_[o].watchers;
      for (std::size_t i = watchers.size(); i-- > 0;) {
        if (watchers[i] % 2 == 0) {
          RefModel& r = refs_[watchers[i] / 2];
          if (r.ref == nullptr || r.state != RefModel::bound) continue;
          r.state = r.callback != nullptr ? RefModel::queued : RefModel::spent;
          if (r.callback != nullptr) expected_[o].push_back(r.ref);
        } else {
          FinalizerModel& f = finalizers_[watchers[i] / 2];
          if (f.state != FinalizerModel::armed) continue;
          f.state = FinalizerModel::queued;
          expected_[o].push_back(f.payload);
        }
      }
    }
    unsettled_.clear();
  }
  /// count() settles.
  void settle() {
    (void)count({.obj = table_});
    settle_model();
  }
  void forget_event(const void* what) {
    for (auto& [o, events] : expected_) std::erase(events, what);
  }

  // ---- delivery ----
  bool take_one(bool put_back) {
    Event event;
    const bool taken = queue_.take(event);
    settle_model();
    if (!taken) {
      for (const auto& [o, events] : expected_) expect(events.empty(), "an event was lost");
      expect(to_be_finalized_.empty(), "an object's own finalizer was lost");
      for (RefModel& r : refs_) r.in_chain = false;
      return false;
    }
    if (put_back) {
      log("put back");
      queue_.put_back(event);
      Event again;
      expect(queue_.take(again) && again.ref == event.ref && again.payload == event.payload, "what was put back does not come first");
    }
    accept(event);
    ++verdict_.events;
    return true;
  }
  void accept(const Event& event) {
    if (event.object != nullptr) {
      log("take: own finalizer");
      expect(std::erase(to_be_finalized_, event.object) == 1, "an object's own finalizer came twice, or for a stranger");
      kill(event.object);                  // not resurrected
      run_cycle();
      return;
    }
    const void* what = event.ref != nullptr ? event.holder : event.payload;
    for (auto& [o, events] : expected_) {
      const auto found = std::find(events.begin(), events.end(), what);
      if (found == events.end()) continue;
      log("take: an event of o{}", o);
      expect(found == events.begin(), "the events of an object came in the wrong order");
      events.erase(found);
      mark_taken(what);
      return;
    }
    expect(false, "an event came that nobody expected");
  }
  void mark_taken(const void* what) {
    for (RefModel& r : refs_) {
      if (r.ref == what && r.state == RefModel::queued) r.state = RefModel::spent;
    }
    for (FinalizerModel& f : finalizers_) {
      if (f.payload == what && f.state == FinalizerModel::queued) f.state = FinalizerModel::done;
    }
  }
  void drain_all() {
    while (verdict_.problem.empty() && take_one(false)) {}
    read_all();
    core::check_invariants();
  }

  // ---- the table: strong keys, weak values ----
  static Probe probe(std::size_t key) { return {.hash = key % 3, .what = token(key)}; }   // collisions
  void table_set(std::size_t place, std::size_t key) {
    const std::size_t o = object_at(place);
    const Status status = maybe_failing([&] { return table_->set(probe(key), token(key), referent(o)); });
    log("table[{}] = o{}", key, o);
    expect(status == Status::ok, "set failed");
    entries_[key] = o;
    check_entry(key);
  }
  void table_pop(std::size_t key) {
    const auto popped = table_->pop(probe(key));
    Object* wanted = value_of(key);
    log("pop table[{}]", key);
    expect(wanted != nullptr ? popped.status == Status::ok && popped.value.value == wanted : popped.status == Status::absent, "pop is wrong");
    entries_.erase(key);
  }
  void table_walk() {
    std::map<std::size_t, Object*> seen;
    WeakTable::Cursor at;
    while (table_->next(at) == Status::ok) {
      const std::size_t key = (reinterpret_cast<std::uintptr_t>(at.item.key) - 0x1000) / 16;
      expect(seen.emplace(key, static_cast<Object*>(at.item.value)).second, "an entry was shown twice");
    }
    for (std::size_t key = 0; key < kKeys; ++key) {
      check_entry(key);
      expect(seen.contains(key) == (value_of(key) != nullptr), "iteration showed too much or too little");
    }
    settle();
    std::size_t living = 0;
    for (std::size_t key = 0; key < kKeys; ++key) living += value_of(key) != nullptr;
    expect(table_->size() >= living, "size() is too small");
  }
  Object* value_of(std::size_t key) const {
    const auto found = entries_.find(key);
    return found != entries_.end() ? objects_[found->second].object : nullptr;
  }
  void check_entry(std::size_t key) {
    const auto found = table_->find(probe(key));
    Object* wanted = value_of(key);
    expect(wanted != nullptr ? found.status == Status::ok && found.value.value == wanted : found.status == Status::absent, "find is wrong");
  }

  const std::uint8_t* bytes_;
  std::size_t left_;
  CallbackQueue& queue_;
  WeakTable* table_;
  Verdict verdict_;
  std::array<std::size_t, kObjects> places_{};    // 1 + birth number of the object that is held there
  std::deque<ObjectModel> objects_;
  std::vector<RefModel> refs_;
  std::vector<FinalizerModel> finalizers_;
  std::vector<std::size_t> unsettled_;            // objects that a collection found dead
  std::map<std::size_t, std::vector<const void*>> expected_;   // events of each object, in their order
  std::vector<void*> to_be_finalized_;
  std::vector<void*> graves_;                     // dead addresses
  std::map<std::size_t, std::size_t> entries_;    // of the table: key -> object
};

}  // namespace

Verdict run(const std::uint8_t* bytes, std::size_t size) { return World(bytes, size).run(); }

}  // namespace mayfly::fuzz
