// Random programs over the node layer and the weak table.
#include "tests/fuzz/node_world.hpp"

#include <cstring>
#include <utility>

namespace mayfly::fuzz {
namespace {

constexpr std::size_t kKeys = 8;

class World final : NodeWorld {
 public:
  using NodeWorld::NodeWorld;

  Verdict run() {
    while (going()) {
      step();
      ++verdict_.steps;
    }
    if (verdict_.problem.empty()) drain_all();
    return std::move(verdict_);
  }

 private:
  void step() {
    const std::uint8_t what = next();
    const std::size_t place = next() % kObjects;
    switch (what % 24) {
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
      case 20: ask(next(), next()); break;
      case 21: drain_some(next()); break;
      case 22: bind_method(place, next() % kObjects); break;
      case 23: ask_method(next(), next()); break;
    }
  }

  // ---- references ----
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
  void unbind_one(std::uint8_t which) {
    RefModel* r = pick_ref(which);
    if (r == nullptr) return;
    settle();
    const bool frees = next() % 2 == 0;
    log("unbind(r{}){}", r - refs_.data(), frees ? " and free it" : "");
    unbind(r->ref->node);
    if (r->state == RefModel::queued) forget_event(r->ref);
    r->state = RefModel::spent;
    if (!frees) return;
    std::memset(static_cast<void*>(r->ref), 0x5A, sizeof(Ref));
    gc::scripted::kill(std::exchange(r->ref, nullptr));
  }
  void read_all() {
    for (const MethodModel& m : methods_) {
      Object *object = objects_[m.object].object, *function = objects_[m.function].object;
      const BoundMethod got = get(m.method->node);
      const bool lives = m.state == MethodModel::bound && object != nullptr && function != nullptr;
      expect(lives ? got.object == object && got.function == function : got.object == nullptr && got.function == nullptr, "a method reads something else");
    }
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
    for (const MethodModel& m : methods_) if (!m.unbound) wanted += std::size_t{m.object == o} + (m.function == o);
    for (const RefModel& r : refs_) wanted += r.ref != nullptr && r.object == o && r.state == RefModel::bound;
    expect(count(referent(o)) == wanted, "count() is wrong");
    std::vector<RefNode*> seen;
    expect(each(referent(o), [](void* list, RefNode& node) { static_cast<std::vector<RefNode*>*>(list)->push_back(&node); }, &seen) == Status::ok, "each failed");
    expect(seen.size() == wanted, "each() showed another number");
  }

  // ---- questions ----
  void ask(std::uint8_t first, std::uint8_t second) {
    RefModel *a = pick_ref(first), *b = pick_ref(second);
    if (a == nullptr || b == nullptr) return;
    log("ask r{} and r{}", a - refs_.data(), b - refs_.data());
    host_fails_ = next() % 4 == 0;
    Object *x = living(*a), *y = living(*b);
    expect(equal(a->ref->node, b->ref->node, *queue_.host()) == (x != nullptr && y != nullptr ? equal_objects(x, y) : Answer(a == b)), "equal() is wrong");
    std::uint64_t value = 0;
    const Status hashed = hash(a->ref->node, *queue_.host(), &value);
    expect(hashed == (a->hashed ? Status::ok : x == nullptr ? Status::dead : host_fails_ ? Status::host_error : Status::ok), "hash() is wrong");
    if (hashed == Status::ok) expect(value == a->object && (a->hashed = true), "the hash is another one");
    host_fails_ = false;
    char text[200];
    (void)describe(a->ref->node, *queue_.host(), text, sizeof text);
    expect((std::string_view(text).find("; dead>") != std::string_view::npos) == (x == nullptr), "describe() is wrong");
    expect(holder(a->ref->node) == a->ref, "holder() is wrong");
    expect(callback(a->ref->node) == (x != nullptr ? a->callback : nullptr), "callback() is wrong");
    if (x == nullptr) return;
    expect(kind(a->ref->node) == a->kind, "kind() is wrong");
    const RefModel* shared = a->kind != RefKind::subclass ? canonical_of(a->object, a->kind) : nullptr;
    expect(canonical(referent(a->object), a->kind) == (shared != nullptr ? &shared->ref->node : nullptr), "canonical() is wrong");
  }

  // ---- methods ----
  void bind_method(std::size_t place, std::size_t other) {
    const std::size_t o = object_at(place), f = object_at(other);
    void* callback = next() % 4 != 0 ? token(3'000'000 + methods_.size()) : nullptr;
    auto* method = static_cast<Method*>(gc::allocate(sizeof(Method)));
    log("m{} = method(o{}, o{}, {})", methods_.size(), o, f, callback != nullptr ? "callback" : "none");
    expect(maybe_failing([&] { return mayfly::bind_method(method->node, referent(o), referent(f), queue_, callback); }) == Status::ok, "bind_method failed");
    methods_.push_back({method, o, f, callback});
  }
  void ask_method(std::uint8_t first, std::uint8_t second) {
    if (methods_.empty()) return;
    MethodModel &a = methods_[first % methods_.size()], &b = methods_[second % methods_.size()];
    settle();
    log("ask m{} and m{}", &a - methods_.data(), &b - methods_.data());
    const bool both = a.state == MethodModel::bound && b.state == MethodModel::bound;
    const auto same = [&](std::size_t x, std::size_t y) { return equal_objects(objects_[x].object, objects_[y].object) == Answer::yes; };
    const bool wanted = both ? same(a.object, b.object) && same(a.function, b.function) : &a == &b;
    expect(equal(a.method->node, b.method->node, *queue_.host()) == Answer(wanted), "equal() of methods is wrong");
    if (next() % 4 != 0) return;
    log("  unbind the first");
    unbind(a.method->node);
    a.unbound = true;
    std::erase(expected_methods_, a.method);
    a.state = MethodModel::spent;
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

  // ---- the end ----
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

  std::map<std::size_t, std::size_t> entries_;    // of the table: key -> object
};

}  // namespace

Verdict run(const std::uint8_t* bytes, std::size_t size) { return World(bytes, size).run(); }

}  // namespace mayfly::fuzz
