// Random programs over the typed containers. Policies may fail, edit the container that asks them, kill, collect and take events, once in each call; a call on
// one entry is then as if it had come after that, so its answer is exact all the same. What merges and set algebra did around such a policy is only looked
// at for sanity, and the model learns it.
#include "tests/fuzz/container_world.hpp"

namespace mayfly::fuzz {
namespace {

using gc::scripted::kill;
using gc::scripted::run_cycle;

constexpr std::size_t kHandles = 64;

class World final : ContainerWorld {
 public:
  using ContainerWorld::ContainerWorld;

  Verdict run() {
    while (going()) {
      step();
      ++verdict_.steps;
      if (verdict_.steps % 16 == 0) look_at_all();
    }
    take_all();
    look_at_all();
    return std::move(verdict_);
  }

 private:
  void step() {
    const std::uint8_t what = next();
    Subject& s = *subjects_[next() % subjects_.size()];
    switch (what % 32) {
      case 0: case 1: case 2: case 3: case 4: set(s); break;
      case 5: case 6: set_default(s); break;
      case 7: case 8: find(s); break;
      case 9: pop(s); break;
      case 10: erase(s); break;
      case 11: pop_newest(s); break;
      case 12: if (next() % 8 == 0) clear(s); break;
      case 13: case 14: walk(s); break;
      case 15: shapes(s); break;
      case 16: case 17: update(s, other(s)); break;
      case 18: copy(s); break;
      case 19: case 20: algebra(static_cast<Set&>(*subjects_[4 + next() % 2]), static_cast<Set&>(*subjects_[4 + next() % 2])); break;
      case 21: case 22: log("collect"), drop(next() % 4); break;
      case 23: clear_by_hand(); break;
      case 24: case 25: take_some(next()); break;
      case 26: keep_handle(); break;
      case 27: let_boxes_go(); break;
      case 28: intern(); break;
      case 29: next() % 4 != 0 ? shared_default(next()) : shared_many(); break;
      case 30: next() % 2 == 0 ? shared_erase() : shared_one(); break;
      case 31: look_at_all(); break;
    }
  }

  // ---- trouble ----
  /// Inside a policy: exact, unless what asks it works on several entries.
  void edit() override {
    for (int i = next() % 3; i >= 0; --i) {
      Subject& s = next() % 2 == 0 ? *busy_ : *subjects_[next() % subjects_.size()];
      const std::uint8_t how = next();
      if (in_bulk_) {                               // the model does not know what happened so far
        const Given g = fresh(given());
        log("  {}: {}", s.name, how % 8 < 4 ? "set" : how % 8 < 6 ? "erase" : how % 8 == 6 ? "pop the newest" : "clear");
        if (how % 8 < 4) expect(s.set(g) == Status::ok, "set failed");
        else if (how % 8 < 6) (void)s.erase(g);
        else if (how % 8 == 6) (void)s.pop_newest();
        else s.clear();
      } else {
        calm_ = true;
        if (how % 8 < 4) set(s);
        else if (how % 8 == 4) erase(s);
        else if (how % 8 == 5) pop(s);
        else if (how % 8 == 6) pop_newest(s);
        else if (how % 16 == 7) clear(s);
        calm_ = false;
      }
    }
  }
  // ---- one entry ----
  void set(Subject& s) {
    Given g = given();
    log("{}: set group {} to o{}", s.name, group(s, g), g.object->number);
    const Status status = call(s, {g.object}, [&] { return s.set(g = fresh(g)); });
    if (refused(status)) return;
    expect(status == Status::ok, "set failed");
    s.enter(group(s, g), g.key.number, g.object->number, g.note);
    find_now(s, group(s, g));
  }
  void set_default(Subject& s) {
    Given g = given();
    log("{}: set_default group {} to o{}", s.name, group(s, g), g.object->number);
    const Shown shown = call(s, {g.object}, [&] { return s.set_default(g = fresh(g)); });
    if (refused(shown.status)) return;
    if (s.there(group(s, g)) == nullptr) s.enter(group(s, g), g.key.number, g.object->number, g.note);
    const auto* e = s.there(group(s, g));
    expect(shown.status == Status::ok && shown.answer == s.answer(*e), "set_default is wrong");
  }
  Given wanted() {
    Given g = given();
    if (next() % 2 == 0) g.object = nullptr;        // by its group
    return g;
  }
  void check(Subject& s, const Given& g, const Shown& shown, const char* what) {
    const auto* e = s.there(group(s, g));
    expect(e != nullptr ? shown.status == Status::ok && shown.answer == s.answer(*e) : shown.status == Status::absent, what);
  }
  void find(Subject& s) {
    const Given g = wanted();
    log("{}: find group {}", s.name, group(s, g));
    const Shown shown = call(s, {g.object}, [&] { return s.find(g); });
    if (!refused(shown.status)) check(s, g, shown, "find is wrong");
    expect(s.contains(g) == (s.there(group(s, g)) != nullptr), "contains is wrong");
  }
  void find_now(Subject& s, std::uint32_t group) {
    const Given g{.key = {0, group}, .object = nullptr, .note = 0};
    check(s, g, s.find(g), "find is wrong afterwards");
  }
  void pop(Subject& s) {
    const Given g = wanted();
    log("{}: pop group {}", s.name, group(s, g));
    const Shown shown = call(s, {g.object}, [&] { return s.pop(g); });
    if (refused(shown.status)) return;
    if (s.kind != Kind::set) check(s, g, shown, "pop is wrong");
    expect((shown.status == Status::ok) == (s.there(group(s, g)) != nullptr), "pop is wrong");
    s.remove(group(s, g));
    find_now(s, group(s, g));
  }
  void erase(Subject& s) {
    const Given g = wanted();
    log("{}: erase group {}", s.name, group(s, g));
    const Status status = call(s, {g.object}, [&] { return s.erase(g); });
    if (refused(status)) return;
    expect(status == (s.there(group(s, g)) != nullptr ? Status::ok : Status::absent), "erase is wrong");
    s.remove(group(s, g));
    find_now(s, group(s, g));
  }
  void pop_newest(Subject& s) {
    log("{}: pop the newest", s.name);
    const Shown shown = s.pop_newest();
    if (s.entries.empty()) return expect(shown.status == Status::empty, "something was popped from an empty container");
    const auto e = s.entries.back();
    expect(shown.status == Status::ok && shown.key == e.key && shown.answer == s.answer(e), "what was popped is not the newest");
    s.remove(e.group);
  }
  void clear(Subject& s) {
    log("{}: clear", s.name);
    s.clear();
    s.entries.clear();
    ++s.changes;
    s.dead = 0;
    expect(s.size() == 0, "clear left something");
  }

  // ---- iteration ----
  void walk(Subject& s) {
    log("{}: iterate", s.name);
    const std::uint64_t changes = s.changes;
    std::uint64_t last = 0;
    const auto steps = s.walk();
    const auto held_before = held_;
    while (verdict_.problem.empty()) {
      const Shown shown = steps->next();
      if (s.changes != changes) {
        expect(shown.status == Status::changed, "an iteration did not notice that its container was changed");
        break;
      }
      const auto e = std::find_if(s.entries.begin(), s.entries.end(), [&](const auto& entry) { return entry.serial > last; });
      if (e == s.entries.end()) {
        expect(shown.status == Status::absent, "an iteration did not end");
        break;
      }
      expect(shown.status == Status::ok && shown.key == e->key && shown.answer == s.answer(*e), "an iteration showed something else");
      last = e->serial;
      held_.insert(e->object);
      if (next() % 4 == 0) meanwhile(s, *e);
      held_ = held_before;
    }
  }
  /// By value: the entry may go.
  void meanwhile(Subject& s, const Subject::Entry e) {
    switch (next() % 6) {
      case 0: log("  collect"), drop(next() % 8); break;
      case 1: log("  take"), drop(next() % 8), take_all(); break;
      case 2: case 3: {                             // an old key gets something new
        Given g = fresh(given());
        g.key.group = e.group;
        if (s.kind != Kind::values) g.object = object(e.object);
        log("  {}: set group {} to o{}", s.name, e.group, g.object->number);
        expect(s.set(g) == Status::ok, "set failed");
        s.enter(e.group, g.key.number, g.object->number, g.note);
        break;
      }
      case 4: find(s); break;
      default:
        if (next() % 3 == 0) busy_ = &s, edit();
    }
  }
  void look_at(Subject& s) {
    std::vector<Shown> wanted;
    for (const auto& e : s.entries) wanted.push_back({Status::ok, e.key, s.answer(e)});
    const auto seen = s.range();
    expect(seen.size() == wanted.size() && std::equal(seen.begin(), seen.end(), wanted.begin(),
           [](const Shown& a, const Shown& b) { return a.key == b.key && a.answer == b.answer; }), "a container has other entries than it should");
  }
  void look_at_all() {
    for (Subject* s : subjects_) look_at(*s);
    for (const auto& [weak, method, number] : handles_) {
      const Object* o = object(number);
      expect(weak.get() == o, "a weak handle reads something else than its referent");
      expect(method == Method() || method.get().object() == o, "a weak method reads something else than its referent");
      try {
        expect(WeakProxy<Object>(weak)->number == number && o != nullptr, "a proxy stands for something else");
      } catch (const ReferenceError&) { expect(o == nullptr, "a proxy of a living object is dead"); }
    }
    for (std::uint32_t group = 0; group < kGroups; ++group) {
      const auto found = interned_.find(group);
      expect(shared_set_.find(group) == (found != interned_.end() ? object(found->second) : nullptr), "find in the shared set is wrong");
    }
    for (std::uint32_t key = 0; key < kMany; ++key) {
      const auto shared = shared_.find(key);
      const Note* note = shared_map_.find(key);
      expect(shared != shared_.end() ? note == shared->second.box && note->number == shared->second.number : note == nullptr, "find in the shared map is wrong");
    }
    expect(shared_set_.size() == interned_.size() && shared_map_.size() == shared_.size(), "size of a shared container is wrong");
  }
  void shapes(Subject& s) {
    const std::size_t size = s.size(), living = s.entries.size();
    expect(size >= living && size <= living + s.dead, "size is wrong");
    expect(s.contains({.key = {0, kGroups + 1}, .object = nullptr, .note = 0}) == false, "contains something strange");
    std::vector<std::uint64_t> objects;
    std::size_t dead = 0;
    for (const Weak<Object>& weak : s.refs()) {
      if (const Object* o = weak.get()) objects.push_back(o->number);
      else ++dead;
      if (next() % 8 == 0) keep(weak, weak.get());
    }
    expect(dead <= s.dead, "too many dead refs");
    expect(std::equal(objects.begin(), objects.end(), s.entries.begin(), s.entries.end(), [](std::uint64_t o, const auto& e) { return o == e.object; }), "refs are wrong");
  }

  // ---- several entries ----
  Subject& other(const Subject& s) { return *subjects_[static_cast<std::size_t>(s.kind) * 2 + next() % 2]; }
  /// True: a policy made trouble, and the model learned what came of it.
  template <class R>
  bool learned(R result, R error) {
    in_bulk_ = false;
    if (failed_) expect(result == error, "a policy failed, and the call did not say so");
    if (!failed_ && !met_) return false;
    log("  with trouble");
    for (Subject* s : subjects_) learn(*s);
    return true;
  }
  void learn(Subject& s) {
    const auto steps = s.walk();
    s.entries.clear();
    s.dead = s.size();
    for (Shown shown = steps->next(); shown.status == Status::ok && verdict_.problem.empty(); shown = steps->next()) {
      const Subject::Entry e{++s.serials, shown.group, shown.key, s.kind == Kind::values ? shown.answer : shown.key, shown.answer};
      expect(object(e.object) != nullptr, "a dead object is shown");
      expect(s.there(e.group) == nullptr, "two entries are equal");
      s.entries.push_back(e);
      ++s.changes;
      find_now(s, e.group);
    }
  }
  Status merged(Subject& to, Subject& from) {
    const Status status = call(to, {}, [&] {
      in_bulk_ = true;
      return to.update(from);
    });
    if (learned(status, Status::host_error)) return status;
    expect(status == Status::ok, "update failed");
    if (&to != &from) for (const auto& e : from.entries) to.enter(e.group, e.key, e.object, e.note);
    return status;
  }
  void update(Subject& to, Subject& from) {
    log("{}: update from {}", to.name, from.name);
    (void)merged(to, from);
    look_at(to);
  }
  /// A copy takes its place; the old one dies with what it keeps.
  void copy(Subject& s) {
    log("{}: replaced by its copy", s.name);
    const auto old = clone(s);
    void* memory = s.memory();
    expect(maybe_failing([&] { return s.make(queue_, *this); }) == Status::ok, "a container could not be made");
    s.entries.clear();
    ++s.changes;
    calm_ = true;
    failed_ = met_ = false;
    (void)merged(s, *old);
    calm_ = false;
    look_at(s);
    kill(memory);
    run_cycle();
  }
  static std::unique_ptr<Subject> clone(const Subject& s) {
    if (s.kind == Kind::values) return std::make_unique<ValueMap>(static_cast<const ValueMap&>(s));
    if (s.kind == Kind::keys) return std::make_unique<KeyMap>(static_cast<const KeyMap&>(s));
    return std::make_unique<Set>(static_cast<const Set&>(s));
  }
  void algebra(Set& a, Set& b) {
    const std::uint8_t how = next() % 8;
    constexpr const char* kNames[] = {"&=", "-=", "^=", "<=", "disjoint from", "==", "&=", "-="};
    log("{} {} {}", a.name, kNames[how], b.name);
    if (how >= 3 && how <= 5) {
      const auto ask = [&] { return in_bulk_ = true, how == 3 ? a.typed().is_subset_of(b.typed()) : how == 4 ? a.typed().is_disjoint_from(b.typed()) : a.typed().equals(b.typed()); };
      Answer answer{};
      (void)call(a, {}, [&] { return answer = ask(), Status::ok; });
      if (failed_ || met_) return (void)learned(answer, Answer::error);
      in_bulk_ = false;
      const auto common = std::count_if(a.entries.begin(), a.entries.end(), [&](const auto& e) { return b.there(e.group) != nullptr; });
      const bool below = static_cast<std::size_t>(common) == a.entries.size();
      const bool holds = how == 3 ? below : how == 4 ? common == 0 : below && a.entries.size() == b.entries.size();
      return expect(answer == Answer(holds), "a comparison of sets is wrong");
    }
    const Status status = call(a, {}, [&] {
      in_bulk_ = true;
      return how == 2 ? a.typed().symmetric_subtract(b.typed()) : how % 6 == 0 ? a.typed().intersect(b.typed()) : a.typed().subtract(b.typed());
    }, how == 2 ? Memory::is_there : Memory::may_fail);          // ^= twice is not ^= once
    if (learned(status, Status::host_error)) return;
    expect(status == Status::ok, "set algebra failed");
    const auto mine = a.entries, others = b.entries;
    if (&a == &b && how % 6 != 0) a.entries.clear(), a.dead = 0, ++a.changes;
    if (&a != &b && how != 2) {
      for (const auto& e : mine) if ((b.there(e.group) != nullptr) != (how % 6 == 0)) a.remove(e.group);
    }
    if (&a != &b && how == 2) {
      for (const auto& e : others) a.there(e.group) != nullptr ? a.remove(e.group) : a.enter(e.group, e.key, e.object, e.note);
    }
    look_at(a);
  }

  // ---- the rest ----
  void clear_by_hand() {
    Object* o = object(places_[next() % kPlaces]);
    if (o == nullptr) return;
    log("clear_now(o{})", o->number);
    forget(*o);
    clear_now({.obj = o});
    look_at_all();
    kill(o);
    run_cycle();
  }

  /// Values that no container keeps any more die, and are destroyed.
  void let_boxes_go() {
    take_all();
    for (const auto& [note, box] : boxes_) {
      if (kept(note)) continue;
      log("value {} dies", note);
      kill(box);
      to_be_destroyed_.insert(note);
    }
    std::erase_if(boxes_, [&](const auto& entry) { return !kept(entry.first); });
    run_cycle();
    take_all();
  }

  void keep_handle() {
    Object* o = any_object();
    const auto weak = maybe_failing([&] { return Weak<Object>::of(o); });
    expect(weak.status == Status::ok, "a weak handle could not be made");
    const auto method = weak_method(o, &Object::method);
    expect(method.status == Status::ok, "a weak method could not be made");
    if (weak) keep(weak.value, o, method.value);
  }
  void keep(const Weak<Object>& weak, const Object* o, const Method& method = {}) {
    if (handles_.size() == kHandles) handles_.erase(handles_.begin());
    handles_.push_back({weak, method, o != nullptr ? o->number : 0});
  }
};

}  // namespace

Verdict run(const std::uint8_t* bytes, std::size_t size) { return World(bytes, size).run(); }

}  // namespace mayfly::fuzz
