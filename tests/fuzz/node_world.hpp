// The world of program.cpp: objects, deaths, the queue and its host, and what the model knows of them.
#pragma once
#include "tests/fuzz/interpreter.hpp"

#include "gc_integration/primitives.hpp"
#include "gc_integration/scripted/scripted.hpp"
#include "src/core/invariants.hpp"

#include <mayfly/node.hpp>
#include <mayfly/weak_table.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace mayfly::fuzz {

constexpr std::size_t kObjects = 6;

struct Object {
  CellWord cell;
  std::uint64_t id;
};
struct Ref {
  void* header;
  RefNode node;
};

struct Method {
  void* header;
  MethodNode node;
};

/// What the model knows of a reference.
struct RefModel {
  Ref* ref;
  std::size_t object;           // by birth number
  RefKind kind;
  void* callback;
  enum State { bound, queued, spent } state = bound;
  bool hashed = false;
};
struct MethodModel {
  Method* method;
  std::size_t object, function;
  void* callback;
  enum State { bound, queued, spent } state = bound;
  bool unbound = false;         // by hand; else each half counts while its own referent lives
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

class NodeWorld : protected Interpreter {
 public:
  NodeWorld(const std::uint8_t* bytes, std::size_t size) : Interpreter(bytes, size), queue_(*new CallbackQueue(new Host(host()))) {
    table_ = ::new (gc::allocate(sizeof(WeakTable))) WeakTable(WeakSide::value, &queue_);
  }
  NodeWorld(const NodeWorld&) = delete;
  NodeWorld& operator=(const NodeWorld&) = delete;

 protected:
  ~NodeWorld() {                    // all dies
    std::vector<void*> dead{table_};
    for (const ObjectModel& o : objects_) if (o.object != nullptr) dead.push_back(o.object);
    settle();
    for (const MethodModel& m : methods_) if (m.state != MethodModel::queued) dead.push_back(m.method);
    for (auto& r : refs_) if (r.ref != nullptr && r.state != RefModel::queued) dead.push_back(r.ref);
    for (void* d : dead) gc::scripted::kill(d);
    gc::scripted::run_cycle();
    (void)queue_.shutdown();
    core::check_invariants();
  }

  // ---- objects ----
  std::size_t object_at(std::size_t place) {
    if (places_[place] == 0) {
      const bool reused = !graves_.empty() && next() % 2 == 0;
      auto* object = static_cast<Object*>(reused ? gc::scripted::reuse(graves_.back()) : gc::allocate(sizeof(Object)));
      if (reused) graves_.pop_back();
      object->id = objects_.size();
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

  // ---- references ----
  RefModel* canonical_of(std::size_t o, RefKind kind) {
    for (RefModel& r : refs_) {
      if (r.ref != nullptr && r.object == o && r.state == RefModel::bound && r.callback == nullptr && r.kind == kind) return &r;
    }
    return nullptr;
  }
  RefModel* pick_ref(std::uint8_t which) {
    if (refs_.empty()) return nullptr;
    RefModel& r = refs_[which % refs_.size()];
    return r.ref != nullptr ? &r : nullptr;
  }
  // ---- what the host is asked ----
  Host host() {
    Host host;
    host.self = this;
    host.equal = [](void* self, void* a, void* b) { return static_cast<NodeWorld*>(self)->equal_objects(static_cast<Object*>(a), static_cast<Object*>(b)); };
    host.hash = [](void* self, void* o, std::uint64_t* out) {
      *out = static_cast<Object*>(o)->id;
      return static_cast<NodeWorld*>(self)->host_fails_ ? Status::host_error : Status::ok;
    };
    host.call = [](void* self, const Event& event) { return static_cast<NodeWorld*>(self)->called(event); };
    host.unraisable = [](void* self, const Event&) { ++static_cast<NodeWorld*>(self)->reported_; };
    return host;
  }
  Answer equal_objects(const Object* a, const Object* b) const { return host_fails_ ? Answer::error : Answer(a->id % 3 == b->id % 3); }
  Object* living(const RefModel& r) const { return r.state == RefModel::bound ? objects_[r.object].object : nullptr; }

  // ---- deaths ----
  /// Drops up to three things at once, and collects.
  void drop(std::uint8_t how_many) {
    std::vector<std::size_t> dead;
    for (int i = 0; i < how_many % 4; ++i) {
      if (how_many & 8) {
        RefModel* r = pick_ref(next());
        if (r == nullptr || r->state == RefModel::queued || awaits_settling(*r)) continue;
        log("drop r{}", r - refs_.data());
        gc::scripted::kill(r->ref);
        r->ref = nullptr;
      } else {
        std::size_t& place = places_[next() % kObjects];
        if (place == 0) continue;
        const std::size_t o = place - 1;
        place = 0;
        log("drop o{}", o);
        if (objects_[o].own_finalizer) to_be_finalized_.push_back(objects_[o].object);
        gc::scripted::kill(objects_[o].object);
        dead.push_back(o);
      }
    }
    log("collect");
    gc::scripted::run_cycle();
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
    gc::scripted::kill(object);
    gc::scripted::run_cycle();
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
    for (MethodModel& m : methods_) {
      if (m.state != MethodModel::bound || (objects_[m.object].object != nullptr && objects_[m.function].object != nullptr)) continue;
      m.state = m.callback != nullptr ? MethodModel::queued : MethodModel::spent;
      if (m.callback != nullptr) expected_methods_.push_back(m.method);
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
  void expect_nothing_waits() {
    for (const auto& [o, events] : expected_) expect(events.empty(), "an event was lost");
    expect(expected_methods_.empty(), "an event of a method was lost");
    expect(to_be_finalized_.empty(), "an object's own finalizer was lost");
  }
  Host::Called called(const Event& event) {
    settle_model();
    accept(event);
    ++verdict_.events;
    const Drained inner = queue_.drain();
    expect(inner.busy && inner.ran == 0, "a drain inside a drain calls something");
    const std::uint8_t answer = next();
    failed_ += answer % 8 == 1;
    return last_answer_ = answer % 8 == 0 ? Host::Called::stop : answer % 8 == 1 ? Host::Called::failed : Host::Called::ok;
  }
  void drain_some(std::uint8_t how) {
    const Budget budget{.items = how % 8 < 5 ? how % 8 : SIZE_MAX, .nanoseconds = how % 8 == 5 ? 0 : UINT64_MAX};
    log("drain {}", how % 8);
    last_answer_ = Host::Called::ok;
    const Drained drained = queue_.drain(budget);
    expect(drained.ran <= budget.items && (budget.nanoseconds != 0 || drained.ran == 0) && !drained.busy, "a drain overran its budget");
    expect(drained.stopped == (last_answer_ == Host::Called::stop), "`stopped` is wrong");
    expect(reported_ == failed_ && queue_.stats().failed == failed_, "a failed callback was not reported");
    if (budget.nanoseconds == 0 || drained.ran == budget.items || drained.stopped) return;
    settle_model();
    expect(drained.left == 0, "a drain left something");
    expect_nothing_waits();
  }
  bool take_one(bool put_back) {
    Event event;
    const bool taken = queue_.take(event);
    settle_model();
    if (!taken) {
      expect_nothing_waits();
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
      gc::scripted::kill(event.object);                  // not resurrected
      gc::scripted::run_cycle();
      return;
    }
    const void* what = event.ref != nullptr ? event.holder : event.payload;
    if (std::erase(expected_methods_, what) == 1) {
      log("take: an event of a method");
      for (MethodModel& m : methods_) if (m.method == what) m.state = MethodModel::spent;
      return;
    }
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
  CallbackQueue& queue_;
  WeakTable* table_;
  std::array<std::size_t, kObjects> places_{};    // 1 + birth number of the object that is held there
  std::deque<ObjectModel> objects_;
  std::vector<RefModel> refs_;
  std::vector<FinalizerModel> finalizers_;
  std::vector<MethodModel> methods_;
  std::vector<const void*> expected_methods_;
  std::vector<std::size_t> unsettled_;            // objects that a collection found dead
  std::map<std::size_t, std::vector<const void*>> expected_;   // events of each object, in their order
  std::vector<void*> to_be_finalized_;
  std::vector<void*> graves_;                     // dead addresses
  bool host_fails_ = false;
  std::size_t failed_ = 0, reported_ = 0;
  Host::Called last_answer_ = Host::Called::ok;
};

}  // namespace mayfly::fuzz
