#include "tests/opted_out.hpp"
#include "tests/scripted_world.hpp"

#include <mayfly/mayfly.hpp>

#include <string>
#include <string_view>

namespace mayfly::world {
namespace {

struct Doc {
  int number;
};
Doc* doc(int number) { return make<Doc>(number); }

struct ByPath {
  Status hash(std::string_view s, std::uint64_t* out) const {
    *out = std::hash<std::string_view>{}(s);
    return Status::ok;
  }
  Answer equal(const std::string& key, std::string_view wanted) const { return Answer(key == wanted); }
};
using Cache = WeakValueMap<std::string, Doc, ByPath>;
using Numbers = WeakValueMap<int, Doc>;
using Notes = WeakKeyMap<Doc, std::string>;
using Open = WeakSet<Doc>;

struct ByNumber {   // keys that are equal without being the same
  Status hash(const Doc* d, std::uint64_t* out) const { return hash(d->number, out); }
  Status hash(int number, std::uint64_t* out) const {
    if (number < 0) return Status::host_error;
    *out = static_cast<std::uint64_t>(number);
    return Status::ok;
  }
  Answer equal(const Doc* key, const Doc* wanted) const { return equal(key, wanted->number); }
  Answer equal(const Doc* key, int wanted) const { return Answer(key->number == wanted); }
};

TEST(WeakValueMap, IsACacheThatKeepsNothingAlive) {   // S30
  Root<Cache> cache(make<Cache>());
  Doc* d = doc(1);
  EXPECT_EQ(cache->set("/a", d), Status::ok);
  EXPECT_EQ(cache->find("/a").value, d);
  EXPECT_EQ(cache->find(std::string_view("/a")).value, d);
  EXPECT_EQ(cache->find("/b").status, Status::absent);
  EXPECT_FALSE(scripted::is_rooted(d));
  kill_and_collect(d);
  EXPECT_FALSE(cache->contains("/a"));
  (void)default_queue().drain();
  EXPECT_TRUE(cache->empty());
}

TEST(WeakContainers, CopyIntoNewOnesOfTheirQueue) {   // S34 S37 S39
  Doc* d = doc(1);
  auto* numbers = make<Numbers>();
  auto* notes = make<Notes>();
  auto& queue = *new CallbackQueue;
  auto* open = make_in<WeakSet<Doc, ByNumber>>(queue, ByNumber{}, queue);
  ASSERT_EQ(numbers->set(7, d), Status::ok);
  ASSERT_EQ(notes->set(d, "a note"), Status::ok);
  ASSERT_EQ(open->add(d), Status::ok);
  auto* more_numbers = unwrap(numbers->copy());
  auto* more_notes = unwrap(notes->copy());
  auto* more_open = unwrap(open->copy());
  EXPECT_EQ(more_numbers->find(7).value, d);
  EXPECT_EQ(more_notes->find(d).value, notes->find(d).value);   // shared
  EXPECT_EQ(more_open->find(1).value, d);
  more_numbers->clear();
  EXPECT_TRUE(numbers->contains(7));                            // a table of its own
  kill_and_collect(d);
  EXPECT_FALSE(more_notes->contains(d));
  (void)queue.drain();
  EXPECT_TRUE(more_open->empty());                              // swept by the queue of the first one
  EXPECT_EQ(make<Numbers>()->copy().value->size(), 0u);
}

TEST(WeakValueMap, ZeroedMemoryIsAnEmptyOne) {   // T7
  Doc* d = doc(1);
  for (const auto enter : {+[](Numbers& map, Doc* value) { return map.set(42, value); }, +[](Numbers& map, Doc* value) { return map.set_default(42, value).status; },
                           +[](Numbers& map, Doc* value) {
                             auto* other = make<Numbers>();
                             return other->set(42, value) == Status::ok ? map.update(*other) : Status::dead;
                           }}) {
    auto* map = static_cast<Numbers*>(gc::allocate(sizeof(Numbers)));
    EXPECT_EQ(map->find(42).status, Status::absent);
    ASSERT_EQ(enter(*map, d), Status::ok);
    EXPECT_EQ(map->find(42).value, d);
    const auto popped = map->pop_newest();
    ASSERT_EQ(popped.status, Status::ok);
    EXPECT_EQ(*popped.value.key, 42);
    EXPECT_EQ(popped.value.value, d);
  }
}

struct Seeded {   // each map hashes in a way of its own
  std::uint64_t seed = 0;
  Status hash(int key, std::uint64_t* out) const {
    if (key < 0 && seed == 3) return Status::host_error;
    *out = static_cast<std::uint64_t>(key) * 31 + seed * 1000;
    return Status::ok;
  }
  Status hash(const Doc* d, std::uint64_t* out) const { return hash(d->number, out); }
  Answer equal(int key, int wanted) const { return Answer(key == wanted); }
  Answer equal(const Doc* key, const Doc* wanted) const { return Answer(key == wanted); }
};

TEST(WeakValueMap, UpdateHashesWithItsOwnPolicy) {
  using Map = WeakValueMap<int, Doc, Seeded>;
  auto* from = make<Map>(Seeded{1});
  auto* to = make<Map>(Seeded{2});
  Doc* d = doc(1);
  ASSERT_EQ(from->set(10, d), Status::ok);
  ASSERT_EQ(to->update(*from), Status::ok);
  EXPECT_EQ(to->find(10).value, d);
  EXPECT_EQ(to->set(10, d), Status::ok);
  EXPECT_EQ(to->size(), 1u);
  ASSERT_EQ(from->set(-1, d), Status::ok);
  auto* failing = make<Map>(Seeded{3});
  EXPECT_EQ(failing->update(*from), Status::host_error);
}

TEST(WeakKeyMap, UpdateHashesWithItsOwnPolicy) {
  using Map = WeakKeyMap<Doc, int, Seeded>;
  auto* from = make<Map>(Seeded{1});
  auto* to = make<Map>(Seeded{2});
  Doc* d = doc(1);
  ASSERT_EQ(from->set(d, 5), Status::ok);
  ASSERT_EQ(to->update(*from), Status::ok);
  ASSERT_EQ(to->find(d).status, Status::ok);
  EXPECT_EQ(*to->find(d).value, 5);
}

TEST(WeakValueMap, ADeadEntryCountsAsAbsentForEveryCall) {   // S31
  auto* map = make<Numbers>();
  Doc* first = doc(1);
  ASSERT_EQ(map->set(1, first), Status::ok);
  kill_and_collect(first);
  EXPECT_EQ(map->find(1).status, Status::absent);
  EXPECT_EQ(map->pop(1).status, Status::absent);
  EXPECT_EQ(map->erase(1), Status::absent);
  EXPECT_EQ(map->pop_newest().status, Status::empty);
  Doc* second = doc(2);
  EXPECT_EQ(map->set_default(1, second).value, second);
  EXPECT_EQ(map->set_default(1, doc(3)).value, second);
}

TEST(WeakValueMap, KeepsInsertionOrderAndPopsTheNewest) {   // S32
  auto* map = make<Numbers>();
  std::vector<Doc*> docs;
  for (int i = 0; i < 50; ++i) {
    docs.push_back(doc(i));
    ASSERT_EQ(map->set(i, docs.back()), Status::ok);
  }
  kill_and_collect(docs[7]);
  ASSERT_EQ(map->set(3, docs[4]), Status::ok);               // an old key keeps its place
  std::vector<int> keys;
  for (const auto& entry : *map) keys.push_back(*entry.key);
  EXPECT_EQ(keys.size(), 49u);
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(map->value_refs().size(), 50u);                  // one dead
  EXPECT_EQ(map->find(3).value, docs[4]);
  const auto newest = map->pop_newest();
  EXPECT_EQ(*newest.value.key, 49);
  EXPECT_EQ(newest.value.value, docs[49]);
  (void)default_queue().drain();
  EXPECT_EQ(map->size(), 48u);
  EXPECT_EQ(map->value_refs().size(), 48u);
}

TEST(WeakValueMap, ChangingItWhileIteratingIsAnError) {   // S33
  auto* map = make<Numbers>();
  Doc* d = doc(1);
  ASSERT_EQ(map->set(1, d), Status::ok);
  ASSERT_EQ(map->set(2, d), Status::ok);
  try {
    for (const auto& entry : *map) ASSERT_EQ(map->set(*entry.key + 10, d), Status::ok);
    FAIL() << "not noticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), Status::changed);
    EXPECT_STREQ(error.what(), "weak container changed size during iteration");
  }
}

TEST(WeakValueMap, UpdateMergesAndTheOtherWins) {   // S30 S34
  auto* a = make<Numbers>();
  auto* b = make<Numbers>();
  Doc* one = doc(1);
  Doc* two = doc(2);
  (void)a->set(1, one);
  (void)a->set(2, one);
  (void)b->set(2, two);
  (void)b->set(3, two);
  auto* merged = make<Numbers>();
  EXPECT_EQ(merged->update(*a), Status::ok);
  EXPECT_EQ(merged->update(*b), Status::ok);
  EXPECT_EQ(merged->update(*merged), Status::ok);
  EXPECT_EQ(merged->size(), 3u);
  EXPECT_EQ(merged->find(1).value, one);
  EXPECT_EQ(merged->find(2).value, two);
  kill_and_collect(two);
  EXPECT_FALSE(merged->contains(3));
  EXPECT_EQ(a->size(), 2u);
}

TEST(WeakValueMap, AnObjectsBaseReadsBackRight) {
  struct Other {
    long x = 0;
  };
  struct Derived : Other, Doc {};
  auto* map = make<Numbers>();
  Doc* d = make<Derived>();
  ASSERT_EQ(map->set(1, d), Status::ok);
  EXPECT_EQ(map->find(1).value, d);
  EXPECT_EQ(map->value_refs()[0].get(), d);
}

TEST(WeakValueMap, RefusesWhatCannotDieAndStaysUnchanged) {
  auto* map = make<Numbers>();
  Doc local{1};
  EXPECT_EQ(map->set(1, &local), Status::not_collectable);
  EXPECT_EQ(map->set(1, nullptr), Status::not_collectable);
  EXPECT_TRUE(map->empty());
}

TEST(WeakKeyMap, AttachesValuesToObjectsOfOthers) {   // S36
  auto* notes = make<Notes>();
  Doc* d = doc(1);
  ASSERT_EQ(notes->set(d, "a note that is too long for the string itself"), Status::ok);
  EXPECT_EQ(*notes->find(d).value, "a note that is too long for the string itself");
  EXPECT_EQ(notes->set_default(d, "another").value, notes->find(d).value);
  EXPECT_EQ(notes->key_refs().size(), 1u);
  Doc local{2};
  EXPECT_FALSE(notes->contains(&local));
  EXPECT_EQ(notes->set(&local, "x"), Status::not_collectable);
  const std::string* held = notes->find(d).value;
  EXPECT_EQ(notes->erase(d), Status::ok);
  EXPECT_EQ(held->size(), 45u);                              // whole while held
  EXPECT_EQ(notes->erase(d), Status::absent);
}

TEST(WeakKeyMap, AnEqualKeyKeepsTheFirstOnesLifetime) {   // S37
  using Equal = WeakKeyMap<Doc, int, ByNumber>;
  auto* map = make<Equal>();
  Doc* first = doc(7);
  Doc* second = doc(7);
  ASSERT_EQ(map->set(first, 1), Status::ok);
  ASSERT_EQ(map->set(second, 2), Status::ok);
  EXPECT_EQ(map->size(), 1u);
  EXPECT_EQ(*map->find(7).value, 2);
  kill_and_collect(second);
  EXPECT_TRUE(map->contains(7));
  kill_and_collect(first);
  EXPECT_FALSE(map->contains(7));
}

TEST(WeakKeyMap, AHashThatFailsIsAnswered) {   // S36
  using Equal = WeakKeyMap<Doc, int, ByNumber>;
  auto* map = make<Equal>();
  Doc* unhashable = doc(-1);
  EXPECT_EQ(map->set(unhashable, 1), Status::host_error);
  EXPECT_EQ(map->find(-1).status, Status::host_error);
  EXPECT_FALSE(map->contains(unhashable));
  EXPECT_TRUE(map->empty());
}

TEST(WeakKeyMap, ADeadKeysValueDiesInTurn) {   // S36
  auto& queue = *new CallbackQueue;
  struct Value {
    explicit Value(int* n) : destroyed(n) {}
    Value(Value&& o) noexcept : destroyed(std::exchange(o.destroyed, nullptr)) {}
    ~Value() {
      if (destroyed != nullptr) ++*destroyed;
    }
    int* destroyed;
  };
  int destroyed = 0;
  using Values = WeakKeyMap<Doc, Value>;
  auto* map = make_in<Values>(queue, StdPolicy<Doc*>{}, queue);
  Doc* key = doc(1);
  ASSERT_EQ(map->set(key, Value(&destroyed)), Status::ok);
  Value* box = map->find(key).value;
  kill_and_collect(key);
  EXPECT_EQ(queue.drain().ran, 0u);
  kill_and_collect(box);                                     // the script says that nothing holds it any more
  gc::invoke_finalizers();
  EXPECT_EQ(queue.drain().ran, 1u);
  EXPECT_EQ(destroyed, 1);
}

Open* open(std::initializer_list<Doc*> members) {
  auto* set = make<Open>();
  for (Doc* d : members) EXPECT_EQ(set->add(d), Status::ok);
  return set;
}

TEST(WeakContainers, TakeNoTypeThatOptedOut) {   // S3
  auto* o = make<OptedOut>();
  EXPECT_EQ((make<WeakSet<OptedOut>>()->add(o)), Status::not_weakrefable);
  EXPECT_EQ((make<WeakKeyMap<OptedOut, int>>()->set(o, 1)), Status::not_weakrefable);
  EXPECT_EQ((make<WeakKeyMap<OptedOut, int>>()->set_default(o, 1).status), Status::not_weakrefable);
  EXPECT_EQ((make<WeakValueMap<int, OptedOut>>()->set(1, o)), Status::not_weakrefable);
  EXPECT_EQ((make<WeakValueMap<int, OptedOut>>()->set_default(1, o).status), Status::not_weakrefable);
  EXPECT_EQ((ConcurrentWeakSet<OptedOut, StdPolicy<OptedOut*>>().intern(o, [&] { return o; }).status), Status::not_weakrefable);
  EXPECT_EQ((ConcurrentWeakMap<int, OptedOut>().set_default(1, [] { return OptedOut(); }).status), Status::not_weakrefable);
}

struct Told {
  bool destroyed = false;
  ~Told() { destroyed = true; }
};
struct Session {
  Session() = default;
  explicit Session(int* found) : seen(found) {}
  ~Session() {
    for (const auto& entry : notes) *seen += entry.value->destroyed ? 100 : 1;
    for (const auto& entry : names) *seen += entry.key->destroyed ? 100 : 1;
  }
  struct ByAny {
    Status hash(const Told&, std::uint64_t* out) const { return *out = 1, Status::ok; }
    Answer equal(const Told&, const Told&) const { return Answer::yes; }
  };
  WeakKeyMap<Doc, Told> notes;
  WeakValueMap<Told, Doc, ByAny> names;
  int* seen = nullptr;
};
/// The boxes of a map die with it, and their destructors may run before that of whoever has the map.
TEST(WeakContainers, ThatWereFoundDeadShowNothingThatWasDestroyed) {   // S18
  int seen = 0;
  Doc* key = doc(1);
  auto* session = make<Session>(&seen);
  ASSERT_EQ(session->notes.set(key, Told()), Status::ok);
  ASSERT_EQ(session->names.set(Told(), key), Status::ok);
  scripted::kill(session->notes.find(key).value);
  scripted::kill(const_cast<Told*>(session->names.pop_newest().value.key));
  ASSERT_EQ(session->names.set(Told(), key), Status::ok);
  kill_and_collect(session);
  gc::invoke_finalizers();
  EXPECT_EQ(default_queue().drain().ran, 3u);
  EXPECT_EQ(seen, 0);
}

TEST(WeakContainers, WithDestructorsAreEmptyWhenTheyWereResurrected) {   // S18
  struct Holder {
    Notes notes;
    WeakKeyMap<Doc, int> numbers;
  };
  auto& queue = *new CallbackQueue;
  Doc* key = doc(1);
  auto* holder = make<Holder>();
  ASSERT_EQ(holder->notes.set(key, "a"), Status::ok);
  ASSERT_EQ(holder->numbers.set(key, 1), Status::ok);
  ASSERT_EQ(finalize_object({.obj = holder}, queue, nullptr), Status::ok);
  kill_and_collect(holder);
  gc::invoke_finalizers();
  Event event;
  ASSERT_TRUE(queue.take(event) && event.object == holder);              // and lives on
  EXPECT_EQ(holder->notes.find(key).status, Status::absent);
  EXPECT_EQ(holder->notes.size(), 0u);
  EXPECT_EQ(*holder->numbers.find(key).value, 1);
  ASSERT_EQ(holder->notes.set(key, "b"), Status::ok);
  EXPECT_EQ(*holder->notes.find(key).value, "b");
  kill_and_collect(key);
  EXPECT_FALSE(queue.take(event));
  EXPECT_TRUE(holder->notes.empty());
}

struct Sly {   // a type whose & is its own
  int number = 0;
  Sly* operator&() const { return nullptr; }
  friend bool operator==(const Sly& a, const Sly& b) { return a.number == b.number; }
};
struct BySly {
  Status hash(const Sly& sly, std::uint64_t* out) const { return *out = static_cast<std::uint64_t>(sly.number), Status::ok; }
  Answer equal(const Sly& key, const Sly& wanted) const { return Answer(key == wanted); }
};
TEST(WeakContainers, AskForAddressesWithoutTheTypesOwnOperator) {
  Doc* d = doc(1);
  auto* map = make<WeakValueMap<Sly, Doc, BySly>>();
  EXPECT_EQ(map->set(Sly{7}, d), Status::ok);
  EXPECT_EQ(map->set(Sly{7}, d), Status::ok);
  EXPECT_EQ(map->find(Sly{7}).value, d);
  ConcurrentWeakMap<int, Sly> shared;
  EXPECT_EQ(shared.set_default(1, [] { return Sly{3}; }).value->number, 3);
  struct SlyCall {
    int* calls;
    void operator()() { ++*calls; }
    SlyCall* operator&() const { return nullptr; }
  };
  int calls = 0;
  auto& queue = *new CallbackQueue;
  ASSERT_EQ(finalize(d, SlyCall{&calls}, queue).status, Status::ok);
  clear_now({.obj = d});
  EXPECT_EQ(queue.drain().ran, 1u);
  EXPECT_EQ(calls, 1);
}

struct Note {
  ~Note() { text = nullptr; }
  const char* text = "";
};
TEST(WeakContainers, HaveConstSides) {
  Doc* d = doc(1);
  auto* numbers = make<WeakKeyMap<Doc, const int>>();
  EXPECT_EQ(numbers->set(d, 5), Status::ok);
  EXPECT_EQ(*numbers->find(d).value, 5);
  auto* notes = make<WeakKeyMap<const Doc, const Note>>();
  EXPECT_EQ(notes->set(d, Note{"n"}), Status::ok);
  EXPECT_STREQ(notes->find(d).value->text, "n");
  EXPECT_STREQ(make<const Note>("m")->text, "m");
}

TEST(WeakContainers, TakePartsThatLieAnywhereInTheirObjects) {
  struct First {
    int a;
  };
  struct Second {
    int number;
  };
  struct Both : First, Second {};
  auto* both = ::new (gc::allocate(sizeof(Both))) Both{};
  Second* second = both;
  auto* set = make<WeakSet<Second>>();
  ASSERT_EQ(set->add(second), Status::ok);
  EXPECT_EQ(set->find(second).value, second);
  EXPECT_EQ(Weak<Second>::of(second).value.get(), second);
  EXPECT_EQ(WeakRef<Second>::of(second).value.get(), second);
  EXPECT_EQ(finalize(second, [] {}, default_queue(), AtExit::no).status, Status::ok);
}

TEST(WeakSet, HoldsMembersForAsLongAsTheyLive) {   // S39
  Doc* one = doc(1);
  Doc* two = doc(2);
  Open* set = open({one, two, one});
  EXPECT_EQ(set->size(), 2u);
  EXPECT_TRUE(set->contains(one));
  EXPECT_EQ(set->erase(one), Status::ok);
  EXPECT_EQ(set->erase(one), Status::absent);                // S40
  kill_and_collect(two);
  EXPECT_FALSE(set->contains(two));
  EXPECT_EQ(set->pop().status, Status::empty);               // S40
  EXPECT_EQ(set->refs().size(), 0u);
}

TEST(WeakSet, Algebra) {   // S39
  Doc* d[5];
  for (int i = 0; i < 5; ++i) d[i] = doc(i);
  const auto members = [](const Open& set) {
    std::vector<int> numbers;
    for (const auto& at : set) numbers.push_back(at.item->number);
    return numbers;
  };
  Open* low = open({d[0], d[1], d[2]});
  Open* high = open({d[2], d[3]});
  EXPECT_EQ(low->is_disjoint_from(*high), Answer::no);
  Open* set = open({});
  EXPECT_EQ(set->update(*low), Status::ok);
  EXPECT_EQ(set->update(*high), Status::ok);
  EXPECT_EQ(members(*set), (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(low->is_subset_of(*set), Answer::yes);
  EXPECT_EQ(set->is_subset_of(*low), Answer::no);
  EXPECT_EQ(set->subtract(*high), Status::ok);
  EXPECT_EQ(members(*set), (std::vector{0, 1}));
  EXPECT_EQ(set->is_disjoint_from(*high), Answer::yes);
  EXPECT_EQ(set->symmetric_subtract(*low), Status::ok);
  EXPECT_EQ(members(*set), (std::vector{2}));
  EXPECT_EQ(low->intersect(*high), Status::ok);
  EXPECT_EQ(low->equals(*set), Answer::yes);
  EXPECT_EQ(low->equals(*high), Answer::no);
}

TEST(WeakSet, MinusItselfAndXorItselfEmptyIt) {   // S40
  Doc* one = doc(1);
  Open* a = open({one});
  EXPECT_EQ(a->subtract(*a), Status::ok);
  EXPECT_TRUE(a->empty());
  Open* b = open({one});
  EXPECT_EQ(b->symmetric_subtract(*b), Status::ok);
  EXPECT_TRUE(b->empty());
  Open* c = open({one});
  EXPECT_EQ(c->intersect(*c), Status::ok);
  EXPECT_EQ(c->update(*c), Status::ok);
  EXPECT_EQ(c->size(), 1u);
}

TEST(WeakSet, InternsByValue) {
  using Interned = WeakSet<Doc, ByNumber>;
  auto* set = make<Interned>();
  Doc* first = doc(5);
  EXPECT_EQ(set->intern(first).value, first);
  EXPECT_EQ(set->intern(doc(5)).value, first);
  EXPECT_EQ(set->find(5).value, first);
  EXPECT_EQ(set->find(-1).status, Status::host_error);
}

}  // namespace
}  // namespace mayfly::world
