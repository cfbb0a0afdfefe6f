// The world of containers.cpp: objects, containers and the queue, policies that make trouble, and what the model knows of it all.
#pragma once
#include "tests/fuzz/interpreter.hpp"
#include "tests/fuzz/subjects.hpp"

#include "gc_integration/primitives.hpp"
#include "gc_integration/scripted/scripted.hpp"
#include "src/core/invariants.hpp"

#include <array>
#include <map>
#include <set>

namespace mayfly::fuzz {

constexpr std::uint32_t kGroups = 24;
constexpr std::size_t kPlaces = 20, kMany = 256, kAtOnce = 64;   // keys of the shared map, and how many of them come and go together

class ContainerWorld : protected Interpreter, protected Judge {
 public:
  ContainerWorld(const std::uint8_t* bytes, std::size_t size)
      : Interpreter(bytes, size), queue_(*new CallbackQueue), shared_set_(PurePolicy{}, 2), shared_map_(PurePolicy{}, 1, &queue_) {
    for (Subject* s : subjects_) expect(s->make(queue_, *this) == Status::ok, "a container could not be made");
  }
  ContainerWorld(const ContainerWorld&) = delete;
  ContainerWorld& operator=(const ContainerWorld&) = delete;

 protected:
  ~ContainerWorld() {           // all dies
    for (const auto& [number, object] : objects_) gc::scripted::kill(object);
    for (Subject* s : subjects_) gc::scripted::kill(s->memory());
    gc::scripted::run_cycle();
    ending_ = true;
    (void)queue_.shutdown();
    core::check_invariants();
  }

  using Kind = Subject::Kind;
  /// What a policy may do once while it is asked.
  enum class Trouble { none, fail, fail_hash, edit, collect, take };
  virtual void edit() = 0;

  // ---- objects ----
  Object* object_at(std::size_t place) {
    std::uint64_t& number = places_[place];
    if (!objects_.contains(number)) {
      const bool reused = !graves_.empty() && next() % 2 == 0;
      auto* object = static_cast<Object*>(reused ? gc::scripted::reuse(graves_.back()) : gc::allocate(sizeof(Object)));
      if (reused) graves_.pop_back();
      *object = {.number = number = ++numbers_, .group = next() % kGroups};
      objects_[number] = object;
      log("o{} = new object of group {}{}", number, object->group, reused ? " at a dead one's address" : "");
    }
    return objects_[number];
  }
  Object* any_object() { return object_at(next() % kPlaces); }
  Object* object(std::uint64_t number) const {
    const auto found = objects_.find(number);
    return found != objects_.end() ? found->second : nullptr;
  }
  Given given() {
    Object* o = any_object();
    return {.key = {++numbers_, next() % kGroups}, .object = o, .note = 0};
  }
  /// What set() looks for.
  std::uint32_t group(const Subject& s, const Given& g) const { return s.kind == Kind::values || g.object == nullptr ? g.key.group : g.object->group; }
  /// Up to so many objects that nobody holds die at once.
  void drop(int how_many) {
    std::vector<Object*> dead;
    for (int i = 0; i < how_many; ++i) {
      Object* o = object(places_[next() % kPlaces]);
      if (o == nullptr || held_.contains(o->number)) continue;
      log("  o{} dies", o->number);
      forget(*o);
      gc::scripted::kill(o);
      dead.push_back(o);
    }
    gc::scripted::run_cycle();
    graves_.insert(graves_.end(), dead.begin(), dead.end());
  }
  void forget(const Object& o) {
    for (Subject* s : subjects_) s->object_died(o.number);
    std::erase_if(interned_, [&](const auto& entry) { return entry.second == o.number; });
    objects_.erase(o.number);
  }
  // ---- trouble ----
  Status hash(std::uint32_t group, std::uint64_t* out) override {
    *out = group % 5;
    if (trouble_ != Trouble::fail_hash) return Status::ok;
    trouble_ = Trouble::none;
    failed_ = true;
    return Status::host_error;
  }
  Answer equal(std::uint64_t key, std::uint64_t wanted, bool same_group) override {
    if (trouble_ == Trouble::none || trouble_ == Trouble::fail_hash || --patience_ != 0) return Answer(same_group);
    const Trouble what = std::exchange(trouble_, Trouble::none);
    met_ = true;
    const auto held_before = held_;
    for (const Subject* s : subjects_) {            // both sides are held
      for (const Subject::Entry& e : s->entries) if (e.key == key || e.key == wanted) held_.insert(e.object);
    }
    switch (what) {
      case Trouble::fail: failed_ = true; break;
      case Trouble::collect: log("  meanwhile: collect"), drop(next() % 4); break;
      case Trouble::take: log("  meanwhile: take"), drop(2), take_all(); break;
      default: log("  meanwhile:"), edit(); break;
    }
    held_ = held_before;
    return failed_ ? Answer::error : Answer(same_group);
  }
  /// Calls with a policy that makes trouble, or with memory that fails, or just so.
  enum class Memory { may_fail, is_there };
  template <class F>
  auto call(Subject& s, std::initializer_list<const Object*> held, F f, Memory memory = Memory::may_fail) {
    if (calm_) return f();
    const auto held_before = held_;
    for (const Object* o : held) if (o != nullptr) held_.insert(o->number);
    const std::uint8_t n = next();
    busy_ = &s;
    failed_ = met_ = false;
    patience_ = 1 + n / 32 % 3;
    trouble_ = n % 16 < 5 ? static_cast<Trouble>(1 + n % 16) : Trouble::none;
    auto result = trouble_ == Trouble::none && memory == Memory::may_fail ? maybe_failing(f) : f();
    trouble_ = Trouble::none;
    held_ = held_before;
    return result;
  }
  /// Whether the call was refused because its policy failed.
  bool refused(Status status) {
    if (calm_ || !failed_) return false;
    log("  policy failed");
    expect(status == Status::host_error, "a policy failed, and the call did not say so");
    return true;
  }
  Given fresh(Given g) {
    g.note = ++numbers_;
    return g;
  }

  // ---- delivery ----
  void take_some(std::uint8_t how) {
    log("take");
    Event event;
    if (how % 4 == 0) {
      const std::size_t most = how / 4 % 4;
      const Drained drained = queue_.drain({.items = most});
      verdict_.events += drained.ran;
      expect(drained.ran <= most && !drained.busy && !drained.stopped, "a drain overran its budget");
    } else if (how % 4 == 1 && queue_.take(event)) {
      queue_.put_back(event);
      Event again;
      expect(queue_.take(again) && again.object == event.object && again.run == event.run, "what was put back does not come first");
      run_event(again);
    } else {
      take_all();
    }
  }
  void run_event(Event& event) {
    ++verdict_.events;
    expect(event.run != nullptr && event.ref == nullptr, "an event that nobody asked for");
    if (event.run != nullptr) event.run(event);
  }
  void take_all() {
    for (Event event; queue_.take(event);) run_event(event);
    expect(ending_ || to_be_destroyed_.empty(), "a destructor was lost");
    if (in_bulk_) return;
    for (Subject* s : subjects_) {
      s->dead = 0;
      expect(s->refs().size() == s->entries.size(), "a drain left dead entries");
      expect(s->size() == s->entries.size(), "size counts the dead after a drain");
    }
  }
  void saw_box(std::uint64_t note, void* box) override { boxes_[note] = box; }
  void destroyed(std::uint64_t note) override {
    if (ending_) return;
    to_be_destroyed_.erase(note);
    expect(destroyed_.insert(note).second, "a value was destroyed twice");
    expect(in_bulk_ || !kept(note), "a value was destroyed while it was in use");
  }
  bool kept(std::uint64_t note) const {
    return std::any_of(subjects_.begin(), subjects_.end(), [&](const Subject* s) {
      return s->kind == Kind::keys && std::any_of(s->entries.begin(), s->entries.end(), [&](const auto& e) { return e.note == note; });
    });
  }
  // ---- the shared ones ----
  void intern() {
    const std::uint32_t group = next() % kGroups;
    log("intern group {}", group);
    const std::uint8_t how = next();
    Object* made = nullptr;
    const auto result = maybe_failing([&] {
      return shared_set_.intern(group, [&]() -> Object* {
        made = nullptr;
        if (how % 8 == 0) return nullptr;
        if (how % 8 == 1) drop(2);
        if (how % 8 == 2) take_all();
        made = new_of(group);
        if (how % 8 == 3 && made != nullptr) {      // somebody else is faster
          Object* first = new_of(group);
          if (first != nullptr && shared_set_.intern(group, [&] { return first; }).status == Status::ok) interned_[group] = first->number;
        }
        return made;
      });
    });
    const auto found = interned_.find(group);
    if (result.status != Status::ok) return expect(result.status == Status::no_memory && made == nullptr, "intern failed");
    if (found == interned_.end()) interned_[group] = result.value == made ? made->number : 0;
    expect(result.value == object(interned_[group]), "intern answered the wrong object");
  }
  /// In a place whose object died.
  Object* new_of(std::uint32_t group) {
    for (std::size_t i = 0; i < kPlaces; ++i) {
      if (objects_.contains(places_[i])) continue;
      auto* o = static_cast<Object*>(gc::allocate(sizeof(Object)));
      if (o == nullptr) return nullptr;
      *o = {.number = places_[i] = ++numbers_, .group = group};
      return objects_[o->number] = o;
    }
    return nullptr;
  }
  void shared_default(std::uint32_t key) {
    const std::uint8_t how = next();
    log("shared map: set_default key {}", key);
    std::uint64_t number = 0;
    const auto result = maybe_failing([&] {
      return shared_map_.set_default(key, [&] {
        if (how % 8 == 0) drop(2), take_all();
        return Note(number = ++numbers_, this);
      });
    });
    expect(result.status == Status::ok, "set_default in the shared map failed");
    if (!result) return;
    if (!shared_.contains(key)) shared_[key] = {number, result.value};
    expect(result.value == shared_[key].box && result.value->number == shared_[key].number, "the shared map answered the wrong value");
  }
  void shared_end(std::uint32_t key, bool by_hand) {
    const auto found = shared_.find(key);
    log("shared map: {} key {}", by_hand ? "erase" : "let go", key);
    if (by_hand) expect(shared_map_.erase(key) == (found != shared_.end()), "erase from the shared map is wrong");
    if (found == shared_.end()) return;
    to_be_destroyed_.insert(found->second.number);  // nobody uses it any more
    gc::scripted::kill(found->second.box);
    shared_.erase(found);
  }
  void shared_one() {
    const std::uint32_t key = next();
    shared_end(key, next() % 2 == 0);
    gc::scripted::run_cycle();
  }
  /// Grows it, or makes room in it.
  void shared_many() {
    const auto from = static_cast<std::uint32_t>(next() * 7u);
    const std::uint8_t how = next();
    for (std::uint32_t i = from; i < from + kAtOnce; ++i) {
      if (how % 2 == 0) shared_default(i % kMany);
      else shared_end(i % kMany, how % 4 == 1);
    }
    gc::scripted::run_cycle();
  }
  void shared_erase() {
    const std::uint32_t group = next() % kGroups;
    log("shared set: erase group {}", group);
    expect(shared_set_.erase(group) == (interned_.erase(group) == 1), "erase from the shared set is wrong");
  }

  CallbackQueue& queue_;
  using Method = WeakMethod<Object, void (Object::*)()>;
  struct Handle {
    Weak<Object> weak;
    Method method;              // may be empty
    std::uint64_t number;
  };
  struct Shared {
    std::uint64_t number;
    Note* box;
  };
  ValueMap values_[2] = {ValueMap("v0"), ValueMap("v1")};
  KeyMap keys_[2] = {KeyMap("k0"), KeyMap("k1")};
  Set sets_[2] = {Set("s0"), Set("s1")};
  std::array<Subject*, 6> subjects_{&values_[0], &values_[1], &keys_[0], &keys_[1], &sets_[0], &sets_[1]};
  ConcurrentWeakSet<Object, PurePolicy> shared_set_;
  ConcurrentWeakMap<std::uint32_t, Note, PurePolicy> shared_map_;

  std::uint64_t numbers_ = 0;                       // of objects, keys and notes
  std::array<std::uint64_t, kPlaces> places_{};     // numbers of objects, dead ones too
  std::map<std::uint64_t, Object*> objects_;        // that live
  std::vector<void*> graves_;                       // dead addresses
  std::set<std::uint64_t> held_;                    // objects that are used by some call
  std::vector<Handle> handles_;
  std::map<std::uint32_t, std::uint64_t> interned_;
  std::map<std::uint32_t, Shared> shared_;
  std::map<std::uint64_t, void*> boxes_;            // notes in collected memory
  std::set<std::uint64_t> destroyed_, to_be_destroyed_;

  Trouble trouble_ = Trouble::none;                 // what the policy will do
  int patience_ = 0;                                // at which question
  bool failed_ = false, met_ = false;               // it failed; it did it
  bool calm_ = false, in_bulk_ = false, ending_ = false;
  Subject* busy_ = nullptr;
};

}  // namespace mayfly::fuzz
