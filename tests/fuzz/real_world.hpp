// The world of real.cpp: objects, references, finalizers and the queue on bdwgc, and what the model knows of them.
#pragma once
#include "tests/fuzz/interpreter.hpp"

#include "gc_integration/primitives.hpp"

#include <mayfly/mayfly.hpp>
#include <mayfly/testing.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace mayfly::fuzz {

constexpr std::size_t kPlaces = 16, kRefs = 1024, kMethods = 64, kHandles = 128;
constexpr std::uint64_t kCanary = 0x6D61796C79CA4A52, kKeys = 24;

struct Object {                 // these three: collected
  CellWord cell;
  std::uint64_t canary, number;
  Object* other;                // which has no other itself
  void method() {}
};
struct Ref {
  RefNode node;
  std::uint64_t canary, number;
};
struct Method {
  MethodNode node;
};

class RealWorld;
struct Policy {                 // may collect and take events
  RealWorld* world;
  Status hash(std::uint64_t key, std::uint64_t* out) const {
    *out = key % 5;
    return Status::ok;
  }
  Answer equal(std::uint64_t key, std::uint64_t wanted) const;
};
struct Note {                   // with a destructor
  std::uint64_t number;
  RealWorld* world;
  Note(std::uint64_t n, RealWorld* w) : number(n), world(w) {}
  Note(Note&& note) noexcept : number(std::exchange(note.number, 0)), world(note.world) {}
  ~Note();
};
using Values = WeakValueMap<std::uint64_t, Object, Policy>;
using Notes = WeakKeyMap<Object, Note>;
using Members = WeakSet<Object>;
struct Roots {                  // all that keeps anything alive
  Object* places[kPlaces];
  Ref* refs[kRefs];
  Method* methods[kMethods];
  Values* values;
  Notes* notes;
  Members* members;
};

struct ObjectModel {
  std::size_t other = 0;        // 1 + its number
  bool is_other = false;        // some object's
  bool in_word = false, own_finalizer = false, own_came = false, dead = false;
  bool by_hand = false;         // its death; a revived object may still point to it, which counts no more
  std::size_t last_event = SIZE_MAX;
};
/// A callback or a finalizer. They are told apart by their place in the list, which grows with time.
struct WatcherModel {
  std::size_t object;
  Registered finalizer;
  bool is_ref = false, counts = true, came = false;      // counts: was not cancelled
};

class RealWorld : protected Interpreter {
 public:
  RealWorld(const std::uint8_t* bytes, std::size_t size) : Interpreter(bytes, size), queue_(*new CallbackQueue), shared_map_(StdPolicy<std::uint64_t>{}, 2, &queue_) {
    roots_ = static_cast<Roots*>(gc::allocate_roots(sizeof(Roots)));
    roots_->values = make_in<Values>(queue_, Policy{this}, queue_);
    roots_->notes = make_in<Notes>(queue_, StdPolicy<Object*>{}, queue_);
    roots_->members = make_in<Members>(queue_, StdPolicy<Object*>{}, queue_);
  }

  // ---- asked by policies and notes ----
  void in_policy() {
    if (trouble_ == 0 || --trouble_ != 0) return;
    log("  meanwhile: collect");
    (void)queue_.collect();
    take_all();
  }
  void destroyed(std::uint64_t note) { expect(destroyed_.insert(note).second, "a value was destroyed twice"); }

 protected:
  // ---- objects ----
  Object* object_in(Object*& place) {
    if (place == nullptr) {
      auto* o = static_cast<Object*>(gc::allocate(sizeof(Object)));
      o->canary = kCanary;
      o->number = objects_.size();
      objects_.push_back({.in_word = next() % 2 == 0});
      log("o{} = new object", o->number);
      place = o;
    }
    return place;
  }
  Referent referent(Object* o) const { return {.obj = o, .cell = objects_[o->number].in_word ? &o->cell : nullptr}; }
  void link(Object* from, Object* to) {
    ObjectModel &f = objects_[from->number], &t = objects_[to->number];
    if (f.is_other || t.other != 0) return;
    log("o{} -> o{}", from->number, to->number);
    f.other = 1 + to->number;
    t.is_other = true;
    from->other = to;
  }
  bool reached(std::size_t number) const {
    return !objects_[number].by_hand && std::any_of(roots_->places, roots_->places + kPlaces,
                       [&](const Object* o) { return o != nullptr && (o->number == number || objects_[o->number].other == 1 + number); });
  }
  /// What a weak reference to the object answered.
  void saw(std::size_t number, const Object* o) {
    if (o == nullptr) return died(number, "an object that is reached reads null");
    expect(o->canary == kCanary && o->number == number, "a reference reads a stranger");
    expect(!objects_[number].dead, "an object that was dead is read");
  }
  void died(std::size_t number, const char* early) {
    expect(!reached(number), early);
    objects_[number].dead = true;
  }
  // ---- references and finalizers ----
  static void* token(std::size_t n) { return reinterpret_cast<void*>(0x1000 + n * 16); }
  static std::size_t number_of(const void* token) { return (reinterpret_cast<std::uintptr_t>(token) - 0x1000) / 16; }
  void bind_ref(Object* o, std::uint8_t how) {
    if (ref_count_ == kRefs) return;
    auto* ref = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
    ref->canary = kCanary;
    ref->number = watchers_.size();
    const bool calls = how % 8 < 6;
    const auto bound = maybe_failing([&] { return bind(ref->node, referent(o), queue_, calls ? token(ref->number) : nullptr, static_cast<RefKind>(how % 3)); });
    log("r{} = bind(o{}, {})", ref->number, o->number, calls ? "callback" : "none");
    if (!bound) return expect(false, "bind failed");
    watchers_.push_back({.object = o->number, .finalizer = {}, .is_ref = true, .counts = calls});
    saw(o->number, static_cast<Object*>(get(*bound.value)));
    if (bound.value == &ref->node) roots_->refs[ref_count_++] = ref;
  }
  void cancel_ref() {
    if (ref_count_ == 0) return;
    const std::size_t i = next() % ref_count_;
    Ref* ref = roots_->refs[i];
    const bool by_hand = next() % 2 == 0;
    log("{} r{}", by_hand ? "unbind" : "drop", ref->number);
    if (by_hand) unbind(ref->node), cancelled_.insert(ref->number);
    watchers_[ref->number].counts = false;
    roots_->refs[i] = std::exchange(roots_->refs[--ref_count_], nullptr);
  }
  void make_finalizer(Object* o) {
    void* payload = token(watchers_.size());
    const auto made = maybe_failing([&] { return finalize_raw(referent(o), queue_, payload, AtExit::no); });
    log("f{} = finalize(o{})", watchers_.size(), o->number);
    expect(made.status == Status::ok, "finalize failed");
    watchers_.push_back({.object = o->number, .finalizer = made.value});
  }
  void detach_one() {
    if (watchers_.empty()) return;
    const std::size_t i = next() % watchers_.size();
    WatcherModel& w = watchers_[i];
    if (w.is_ref) return;
    log("detach f{}", i);
    const void* payload = detach(w.finalizer);
    expect(payload == (w.came || !w.counts ? nullptr : token(i)), "detach() is wrong");
    w.counts = false;
    cancelled_.insert(i);
  }
  void own_finalizer(Object* o) {
    ObjectModel& model = objects_[o->number];
    if (model.own_finalizer) return;
    log("own finalizer of o{}", o->number);
    expect(maybe_failing([&] { return finalize_object(referent(o), queue_, token(0)); }) == Status::ok, "finalize_object failed");
    model.own_finalizer = true;
  }
  void bind_method(Object* o, Object* function) {
    auto* method = static_cast<Method*>(gc::allocate(sizeof(Method)));
    const std::size_t i = next() % kMethods;
    const Status status = maybe_failing([&] { return mayfly::bind_method(method->node, referent(o), referent(function), queue_); });
    log("m{} = method(o{}, o{})", i, o->number, function->number);
    expect(status == Status::ok, "bind_method failed");
    roots_->methods[i] = method;
    methods_[i] = {o->number, function->number};
  }

  // ---- handles ----
  struct Handle {
    Weak<Object> weak;
    WeakMethod<Object, void (Object::*)()> method;
    std::size_t object;
  };
  void keep_handle(Object* o) {
    const auto weak = maybe_failing([&] { return Weak<Object>::of(o); });
    const auto method = weak_method(o, &Object::method);
    log("handle of o{}", o->number);
    expect(weak.status == Status::ok && method.status == Status::ok, "a weak handle could not be made");
    if (handles_.size() == kHandles) handles_.pop_front();
    handles_.push_back({weak.value, method.value, o->number});
  }
  /// What was dropped, but not collected, is taken back.
  void revive(Object*& place) {
    if (handles_.empty()) return;
    const Handle& handle = handles_[next() % handles_.size()];
    Object* o = handle.weak.get();
    saw(handle.object, o);
    if (o == nullptr) return;
    log("o{} is rooted again", o->number);
    place = o;
  }
  // ---- delivery ----
  void take_some(std::uint8_t how) {
    log("take");
    Event event;
    for (int i = how % 8; i > 0 && queue_.take(event); --i) {
      if (how / 8 % 4 == 0) {
        queue_.put_back(event);
        Event again;
        expect(queue_.take(again) && again.holder == event.holder && again.payload == event.payload, "what was put back does not come first");
        event = again;
      }
      accept(event);
    }
    if (how % 8 == 0) take_all();
  }
  void take_all() {
    for (Event event; queue_.take(event);) accept(event);
  }
  void accept(Event& event) {
    ++verdict_.events;
    if (event.run != nullptr) return event.run(event);
    if (event.object != nullptr) return accept_own(*static_cast<Object*>(event.object));
    const std::size_t i = number_of(event.payload);
    if (i >= watchers_.size()) return expect(false, "an event that nobody asked for");
    WatcherModel& w = watchers_[i];
    log("take: {}{} of o{}", w.is_ref ? 'r' : 'f', i, w.object);
    expect(w.is_ref == (event.ref != nullptr), "an event of the wrong kind");
    if (w.is_ref) {
      auto* ref = static_cast<Ref*>(event.holder);
      expect(ref->canary == kCanary && ref->number == i && &ref->node == event.ref && get(ref->node) == nullptr, "an event with the wrong reference");
    }
    expect(!w.came, "an event came twice");
    expect(!cancelled_.contains(i), "an event came that was cancelled");
    died(w.object, "an event came for an object that is reached");
    ObjectModel& o = objects_[w.object];
    expect(i < o.last_event, "events of an object came in the wrong order");
    expect(!o.own_came, "an object's own finalizer came too early");
    o.last_event = i;
    w.came = true;
  }
  void accept_own(Object& o) {
    log("take: own finalizer of o{}", o.number);
    expect(o.canary == kCanary, "an own finalizer with a stranger");
    ObjectModel& model = objects_[o.number];
    expect(model.own_finalizer && !model.own_came, "an own finalizer came twice, or for a stranger");
    model.own_came = true;
    died(o.number, "an own finalizer came for an object that is reached");
    if (!ending_ && next() % 2 == 0) resurrect(o);
  }

  /// Its weak references stay dead: to the model it is another object.
  void resurrect(Object& o) {
    Object** place = std::find(roots_->places, roots_->places + kPlaces, nullptr);
    if (place == roots_->places + kPlaces) return;
    log("  it lives on as o{}", objects_.size());
    objects_.push_back({.in_word = objects_[o.number].in_word});
    o.number = objects_.size() - 1;
    o.other = nullptr;
    *place = &o;
  }

  CallbackQueue& queue_;
  Roots* roots_;
  std::size_t ref_count_ = 0;
  std::deque<ObjectModel> objects_;
  std::vector<WatcherModel> watchers_;
  std::set<std::size_t> cancelled_;
  std::map<std::size_t, std::pair<std::size_t, std::size_t>> methods_;
  std::deque<Handle> handles_;
  std::set<std::uint64_t> destroyed_;
  int trouble_ = 0;             // at which question the policy collects
  bool ending_ = false;
  ConcurrentWeakMap<std::uint64_t, Note> shared_map_;
};

inline Answer Policy::equal(std::uint64_t key, std::uint64_t wanted) const {
  world->in_policy();
  return Answer(key == wanted);
}
inline Note::~Note() {
  if (number != 0) world->destroyed(number);
}

}  // namespace mayfly::fuzz
