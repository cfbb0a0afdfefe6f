// Random programs on bdwgc, where nobody knows when an object dies. What holds all the same:
//   what a root reaches is read by every weak reference to it, and no event comes for it;
//   what read null once reads null for ever, by whatever reference; nothing reads a stranger;
//   an event comes at most once, newest first for each object, and the object's own finalizer last;
//   in the end, when nothing is reached, all events but a few come: a conservative collector may see max(8, N / 200) of them alive.
// A program runs on a thread of its own, whose stack is gone when it is over. The model lies in malloc memory, which bdwgc does not look at.
#include "tests/fuzz/real_world.hpp"

namespace mayfly::fuzz {
namespace {

struct ByNumber {
  Status hash(std::uint64_t number, std::uint64_t* out) const { return *out = number % 5, Status::ok; }
  Answer equal(const Object* o, std::uint64_t number) const { return Answer(o->number == number); }
};

class World final : RealWorld {
 public:
  using RealWorld::RealWorld;

  void run() {
    while (going()) {
      step();
      ++verdict_.steps;
      if (verdict_.steps % 16 == 0) read_all();
    }
  }
  /// Nothing is reached any more, except what waits for events.
  Verdict end() {
    ending_ = true;
    std::fill_n(roots_->places, kPlaces, nullptr);
    for (int quiet = 0; quiet < 3; ++quiet) {
      const std::size_t before = verdict_.events;
      (void)queue_.collect();
      test::on_fresh_thread([this] { take_all(); });
      if (verdict_.events != before) quiet = 0;
    }
    test::on_fresh_thread([this] { read_all(); });
    std::size_t wanted = 0, lost = 0;
    const auto book = [&](bool came) { ++wanted, lost += !came; };
    for (const WatcherModel& w : watchers_) if (w.counts) book(w.came);
    for (const ObjectModel& o : objects_) if (o.own_finalizer) book(o.own_came);
    expect(lost <= std::max<std::size_t>(8, wanted / 200), "too many events were lost");
    (void)queue_.shutdown();
    *roots_ = {};
    test::check_invariants();
    return std::move(verdict_);
  }

 private:
  void step() {
    const std::uint8_t what = next();
    Object*& place = roots_->places[next() % kPlaces];
    switch (what % 32) {
      case 0: case 1: case 2: log("drop"), place = nullptr; break;
      case 3: link(object_in(place), object_in(roots_->places[next() % kPlaces])); break;
      case 4: case 5: case 6: case 7: case 8: bind_ref(object_in(place), next()); break;
      case 9: cancel_ref(); break;
      case 10: case 11: make_finalizer(object_in(place)); break;
      case 12: detach_one(); break;
      case 13: own_finalizer(object_in(place)); break;
      case 14: log("collect"), (void)queue_.collect(); break;
      case 15: case 16: take_some(next()); break;
      case 17: case 18: keep_handle(object_in(place)); break;
      case 19: revive(place); break;
      case 20: case 21: case 22: use_values(object_in(place)); break;
      case 23: case 24: use_notes(object_in(place)); break;
      case 25: case 26: use_members(object_in(place)); break;
      case 27: use_shared(object_in(place)); break;
      case 28: use_shared_map(); break;
      case 29: bind_method(object_in(place), object_in(roots_->places[next() % kPlaces])); break;
      case 30: clear_by_hand(place); break;
      case 31: read_all(); break;
    }
  }

  // ---- reading ----
  void clear_by_hand(Object*& place) {
    if (place == nullptr) return;
    Object* o = std::exchange(place, nullptr);
    if (reached(o->number)) return;
    log("clear_now(o{})", o->number);
    clear_now(referent(o));
    objects_[o->number].own_finalizer = false;
    died(o->number, "");
    objects_[o->number].by_hand = true;
    read_all();
  }

  void read_all() {
    for (std::size_t i = 0; i < ref_count_; ++i) {
      const Ref& ref = *roots_->refs[i];
      saw(watchers_[ref.number].object, static_cast<Object*>(get(ref.node)));
    }
    for (const Handle& handle : handles_) {
      const WeakProxy<Object> proxy(handle.weak);
      Object* o = handle.method.get().object();
      saw(handle.object, o);
      saw(handle.object, proxy.get());
      if (o == nullptr) continue;
      try {
        expect(proxy->number == o->number, "a proxy stands for a stranger");
      } catch (const ReferenceError&) { expect(false, "a proxy of a living object is dead"); }
    }
    for (std::size_t i = 0; i < kMethods; ++i) {
      if (roots_->methods[i] == nullptr) continue;
      const auto [object, function] = methods_[i];
      const BoundMethod both = get(roots_->methods[i]->node);
      expect((both.object == nullptr) == (both.function == nullptr), "half a method");
      if (both.object == nullptr) {
        expect(!reached(object) || !reached(function), "a method whose parts are reached is dead");
      } else {
        saw(object, static_cast<Object*>(both.object));
        saw(function, static_cast<Object*>(both.function));
      }
    }
    for (std::size_t i = 0; i < watchers_.size(); ++i) {
      const WatcherModel& w = watchers_[i];
      if (w.is_ref || !w.counts || w.came) continue;
      const Peeked peeked = peek(w.finalizer);
      if (reached(w.object)) expect(peeked.payload == token(i) && alive(w.finalizer), "a finalizer of a living object is gone");
      if (peeked.object != nullptr) saw(w.object, static_cast<Object*>(peeked.object));
    }
  }

  // ---- containers ----
  void use_values(Object* o) {
    const std::uint64_t key = next() % kKeys;
    const std::uint8_t how = next();
    trouble_ = how / 8 % 4 == 0 ? 1 + how / 32 % 2 : 0;
    Values& map = *roots_->values;
    log("values: key {}, o{}, how {}", key, o->number, how % 8);
    if (how % 8 < 4) {
      expect(maybe_failing([&] { return map.set(key, o); }) == Status::ok, "set failed");
      values_[key] = o->number;
    } else if (how % 8 == 4) {
      const auto popped = map.pop(key);
      if (values_.contains(key)) saw(values_[key], popped ? popped.value : nullptr);
      else expect(popped.status == Status::absent, "something strange was popped");
      values_.erase(key);
    } else if (how % 8 == 5) {
      const auto newest = map.pop_newest();
      expect(newest.status == Status::ok || newest.status == Status::empty, "pop_newest failed");
      if (newest) saw(values_.at(*newest.value.key), newest.value.value), values_.erase(*newest.value.key);
    }
    trouble_ = 0;
    const auto found = map.find(key);
    if (values_.contains(key)) saw(values_[key], found ? found.value : nullptr);
    else expect(found.status == Status::absent, "something strange was found");
    if (how % 8 < 6) return;
    std::set<std::uint64_t> seen;
    for (const auto& at : map) {
      expect(seen.insert(*at.key).second && values_.contains(*at.key), "iteration showed something twice, or something strange");
      if (values_.contains(*at.key)) saw(values_[*at.key], at.value);
      if (next() % 8 == 0) (void)queue_.collect();
    }
    for (const auto& [k, number] : values_) if (!seen.contains(k)) died(number, "iteration left something out");
  }
  void use_notes(Object* o) {
    const std::uint8_t how = next();
    log("notes: o{}, how {}", o->number, how % 4);
    if (how % 4 < 2) {
      std::uint64_t number = 0;
      expect(maybe_failing([&] { return roots_->notes->set(o, Note(number = ++note_numbers_, this)); }) == Status::ok, "set failed");
      notes_[o->number] = number;
    } else if (how % 4 == 2) {
      expect((roots_->notes->erase(o) == Status::ok) == (notes_.erase(o->number) == 1), "erase is wrong");
    }
    check_note(*o);
    for (const Object* other : roots_->places) if (other != nullptr) check_note(*other);
    for (const auto& at : *roots_->notes) expect(notes_.contains(at.key->number) && at.value->number == notes_[at.key->number], "iteration showed something strange");
  }
  void check_note(const Object& o) {
    const auto found = roots_->notes->find(&o);
    const auto wanted = notes_.find(o.number);
    expect(wanted != notes_.end() ? found.status == Status::ok && found.value->number == wanted->second : found.status == Status::absent, "find is wrong");
    if (wanted != notes_.end()) expect(!destroyed_.contains(wanted->second), "a value was destroyed while its key lives");
  }
  void use_members(Object* o) {
    const std::uint8_t how = next();
    log("members: o{}, how {}", o->number, how % 4);
    Members& set = *roots_->members;
    if (how % 4 < 2) {
      expect(maybe_failing([&] { return set.add(o); }) == Status::ok, "add failed");
      members_.insert(o->number);
    } else if (how % 4 == 2) {
      expect((set.erase(o) == Status::ok) == (members_.erase(o->number) == 1), "erase is wrong");
    }
    std::set<std::uint64_t> seen;
    for (const auto& at : set) {
      expect(at.item->canary == kCanary && seen.insert(at.item->number).second && members_.contains(at.item->number), "iteration showed something strange");
      expect(!objects_[at.item->number].dead, "iteration showed something dead");
    }
    for (const std::uint64_t number : members_) if (!seen.contains(number)) died(number, "iteration left something out");
    std::erase_if(members_, [&](std::uint64_t number) { return !seen.contains(number); });
    expect(set.size() >= seen.size(), "size is too small");
  }
  void use_shared(Object* o) {
    const std::uint8_t how = next();
    log("shared: o{}, how {}", o->number, how % 4);
    const auto entered = maybe_failing([&] { return shared_set_.intern(o->number, [&] { return o; }); });
    expect(entered.status == Status::ok && entered.value == o, "intern is wrong");
    if (how % 4 == 0) expect(shared_set_.erase(o->number), "erase is wrong");
    else shared_.insert(o->number);
    if (how % 4 == 0) shared_.erase(o->number);
    for (const std::uint64_t number : shared_) saw(number, shared_set_.find(number));
    std::erase_if(shared_, [&](std::uint64_t number) { return objects_[number].dead; });
  }
  void use_shared_map() {
    const std::uint64_t key = next() % kKeys;
    log("shared map: key {}", key);
    const auto entered = maybe_failing([&] { return shared_map_.set_default(key, [&] { return Note(++note_numbers_, this); }); });
    expect(entered.status == Status::ok, "set_default failed");
    if (!entered) return;
    (void)queue_.collect();
    expect(shared_map_.find(key) == entered.value && !destroyed_.contains(entered.value->number), "a value that is held is gone");
    if (next() % 4 == 0) expect(shared_map_.erase(key) && shared_map_.find(key) == nullptr, "erase is wrong");
    reachable_here(entered.value);
  }

  std::map<std::uint64_t, std::size_t> values_;
  std::map<std::size_t, std::uint64_t> notes_;
  std::set<std::uint64_t> members_, shared_;
  std::uint64_t note_numbers_ = 0;
  ConcurrentWeakSet<Object, ByNumber> shared_set_;
};

}  // namespace

Verdict run(const std::uint8_t* bytes, std::size_t size) {
  const auto world = std::make_unique<World>(bytes, size);
  test::on_fresh_thread([&] { world->run(); });
  return world->end();
}

}  // namespace mayfly::fuzz
