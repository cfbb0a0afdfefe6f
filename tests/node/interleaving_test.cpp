// Two calls at once, in every order that their locks allow: the first one stops before each lock that it takes, and behind each that it gives back, until the
// second one is over. Whatever they are: no event is lost, none comes twice, and an object keeps the finalizer that it had before mayfly's.
#include "src/core/event_queue.hpp"
#include "src/core/invariants.hpp"
#include "tests/scripted_world.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace mayfly::world {
namespace {

constexpr int kPatienceUs = 1'000;              // of the first call, while the second one waits for a lock that the first one holds
constexpr int kLongerThanOwnersWaitUs = 150'000;   // for those who give an earlier finalizer back

thread_local int t_points_left = 0;             // until this thread stops; zero: never
constinit std::atomic<int> g_patience_us{kPatienceUs};
constinit std::atomic<bool> g_stopped{false}, g_over{false};

thread_local void (*t_before_a_lock)() = nullptr;

void point() {
  if (t_points_left == 0 || --t_points_left != 0) return;
  g_stopped = true;
  for (int us = 0; us < g_patience_us && !g_over; us += 50) (void)::usleep(50);
}

using MutexCall = int (*)(pthread_mutex_t*);
MutexCall behind(const char* name) { return reinterpret_cast<MutexCall>(::dlsym(RTLD_NEXT, name)); }

}  // namespace
}  // namespace mayfly::world

// In the place of the C library's, for all of this program.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static constinit std::atomic<mayfly::world::MutexCall> real{nullptr};
  if (real.load() == nullptr) real = mayfly::world::behind("pthread_mutex_lock");
  if (void (*call)() = std::exchange(mayfly::world::t_before_a_lock, nullptr)) {
    call();
    mayfly::world::t_before_a_lock = call;
  }
  mayfly::world::point();
  return real.load()(mutex);
}
extern "C" int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  static constinit std::atomic<mayfly::world::MutexCall> real{nullptr};
  if (real.load() == nullptr) real = mayfly::world::behind("pthread_mutex_unlock");
  const int answer = real.load()(mutex);
  mayfly::world::point();
  return answer;
}

namespace mayfly::world {
namespace {

using core::check_invariants;

/// What became of one event.
struct Fate {
  std::atomic<int> called{0}, dropped{0};
  int sum() const { return called + dropped; }
};
constinit std::atomic<int> g_callback_us{0}, g_inside{0}, g_at_once{0};
void note(Fate& fate, Event::Act act) {
  ++(act == Event::Act::call ? fate.called : fate.dropped);
  if (g_callback_us == 0) return;
  if (++g_inside > 1) ++g_at_once;
  (void)::usleep(static_cast<useconds_t>(g_callback_us));
  --g_inside;
}
void note_payload(Event& event) { note(*static_cast<Fate*>(event.payload), event.act); }

struct Ringing : Closure {
  explicit Ringing(Fate& its) : Closure{[](Event& event) { note(static_cast<Ringing*>(event.payload)->fate, event.act); }}, fate(its) {}
  Fate& fate;
};

/// Settling locks each queue in turn, so there is but one here.
CallbackQueue& the_queue() {
  static CallbackQueue& queue = *new CallbackQueue;
  if (core::EventQueue* impl = core::EventQueue::peek(queue)) impl->closed = false;   // by the test before
  return queue;
}

/// A weak callback, a finalizer, and an object finalizer in the place of an earlier one, all due.
struct Deaths {
  CallbackQueue& queue = the_queue();
  Object* object = world::object();
  Fate weak, finalizer, own, registered_later;
  Ringing ringing{weak};
  int earlier = 0;

  explicit Deaths(bool settled) {
    EXPECT_TRUE(gc::set_finalizer(object, {[](void*, void* times) { ++*static_cast<int*>(times); }, &earlier}));
    EXPECT_EQ(finalize_object({.obj = object}, queue, &own, note_payload), Status::ok);
    Object* referent = world::object();
    EXPECT_EQ(bind_closure(ref()->node, {.obj = referent}, queue, ringing).status, Status::ok);
    EXPECT_EQ(finalize_raw({.obj = referent}, queue, &finalizer, AtExit::no, note_payload).status, Status::ok);
    scripted::kill(object);
    kill_and_collect(referent);
    EXPECT_TRUE(!settled || queue.collect());
  }
  void call_all() {
    EXPECT_EQ(queue.own(), Status::ok);
    for (int round = 0; round < 3; ++round) (void)queue.collect_and_drain();
    EXPECT_FALSE(queue.pending());
    queue.disown();
  }
  void let_the_object_die_again() {
    kill_and_collect(object);
    call_all();
  }
};

void take(Deaths& d) {
  if (Event event; d.queue.take(event)) event.run(event);
}

struct Act {
  const char* name;
  void (*call)(Deaths&);
};
constexpr Act kActs[] = {
    {"take", take},
    {"take_all", [](Deaths& d) { for (Event event; d.queue.take(event);) event.run(event); }},
    {"drain", [](Deaths& d) { (void)d.queue.drain(); }},
    {"put_back", [](Deaths& d) { if (Event event; d.queue.take(event)) d.queue.put_back(event); }},
    {"own", [](Deaths& d) { (void)d.queue.own(), d.queue.disown(); }},
    {"own_and_drain", [](Deaths& d) { (void)d.queue.own(), (void)d.queue.drain(), d.queue.disown(); }},
    {"drainer", [](Deaths& d) { (void)start_drainer(d.queue), stop_drainer(d.queue); }},
    {"collect", [](Deaths& d) { (void)d.queue.collect(); }},
    {"hint", [](Deaths& d) { (void)d.queue.set_wake([](void*) {}, nullptr); }},
    {"register", [](Deaths& d) { (void)finalize_object({.obj = d.object}, d.queue, &d.registered_later, note_payload); }},
    {"clear_now", [](Deaths& d) { clear_now({.obj = d.object}); }},
    {"shutdown", [](Deaths& d) { (void)d.queue.shutdown(); }},
};

constexpr Act act(std::string_view name) {
  return *std::find_if(std::begin(kActs), std::end(kActs), [name](const Act& one) { return one.name == name; });
}

/// Whether the first one came so far.
bool run(const Act& first, const Act& second, Deaths& deaths, int point) {
  g_stopped = g_over = false;
  std::atomic<bool> ended{false};
  std::thread one([&] {
    t_points_left = point;
    first.call(deaths);
    t_points_left = 0;
    ended = true;
  });
  while (!g_stopped && !ended) (void)::usleep(20);
  std::thread([&] { second.call(deaths); }).join();
  g_over = true;
  one.join();
  return g_stopped;
}

struct Interleavings : ::testing::TestWithParam<std::tuple<Act, Act>> {
  static int how_many(const std::string& name) { return (std::get<0>(GetParam()).name == name) + (std::get<1>(GetParam()).name == name); }
  static bool has(const char* name) { return how_many(name) != 0; }

  void expect_all_of_it(Deaths& d) const {
    const bool cleared = has("clear_now"), shut = has("shutdown");
    const int registered = how_many("register");
    d.call_all();
    check_invariants();
    EXPECT_EQ(d.weak.sum(), 1);
    EXPECT_EQ(d.finalizer.sum(), 1);
    const bool too_late = shut && d.own.sum() == 0;      // the collector told of it when the queue wanted nothing any more
    EXPECT_TRUE(cleared || too_late || d.own.sum() == 1);
    EXPECT_TRUE(shut || d.weak.dropped + d.finalizer.dropped + d.own.dropped == 0);
    EXPECT_EQ(d.earlier, too_late && !cleared ? 1 : 0);
    EXPECT_EQ(d.registered_later.sum(), 0);
    d.let_the_object_die_again();
    for (int n = 1; n <= registered && !cleared && !shut; ++n) {
      EXPECT_EQ(d.registered_later.called, n);           // the latest first
      EXPECT_EQ(d.earlier, 0);
      d.let_the_object_die_again();
    }
    EXPECT_LE(d.own.sum(), 1);
    EXPECT_LE(d.registered_later.sum(), registered);
    EXPECT_TRUE(cleared ? registered != 0 || d.earlier == 0 : d.earlier == 1) << d.earlier;
    check_invariants();
  }
  void stop_at_each_point(bool settled) const {
    for (int point = 1;; ++point) {
      ASSERT_LT(point, 500);
      Deaths deaths(settled);
      const bool stopped = run(std::get<0>(GetParam()), std::get<1>(GetParam()), deaths, point);
      expect_all_of_it(deaths);
      if (HasFailure()) FAIL() << "the first one stopped at its point " << point << (settled ? ", all settled" : "");
      if (!stopped) break;
    }
  }
};
const auto kName = [](const auto& both) { return std::string(std::get<0>(both.param).name) + "_beside_" + std::get<1>(both.param).name; };
INSTANTIATE_TEST_SUITE_P(Of, Interleavings, ::testing::Combine(::testing::ValuesIn(kActs), ::testing::ValuesIn(kActs)), kName);

/// Both orders of the two calls leave either a drainer or an owner.
TEST(Interleaving, OfOwnAndStartDrainerHasAResultThatTheyHaveInSomeOrder) {
  const Act start{"", [](Deaths& d) { EXPECT_EQ(start_drainer(d.queue), Status::ok); }};
  static core::ThreadNumber owner;
  const Act own{"", [](Deaths& d) {
                  owner = core::this_thread();
                  EXPECT_EQ(d.queue.own(), Status::ok);
                }};
  for (const auto& [first, second] : {std::pair{start, own}, std::pair{own, start}}) {
    for (int point = 1;; ++point) {
      ASSERT_LT(point, 500);
      Deaths deaths(true);
      const bool stopped = run(first, second, deaths, point);
      const core::EventQueue& queue = *core::EventQueue::peek(deaths.queue);
      if (queue.drainer.state == core::Drainer::running) {
        EXPECT_EQ(queue.owner, core::kNobody) << point;
      } else {
        EXPECT_EQ(queue.owner, owner) << point;
      }
      deaths.call_all();
      EXPECT_EQ(deaths.weak.called + deaths.finalizer.called + deaths.own.called, 3);
      if (!stopped || HasFailure()) break;
    }
  }
}

/// Also where the host has begun the exit itself: then a drain that gives an earlier finalizer back finds another one draining.
TEST(Interleaving, OfTwoDrainsOneCallsAtATime) {
  g_callback_us = 10 * kPatienceUs;
  g_at_once = 0;
  for (int point = 1;; ++point) {
    ASSERT_LT(point, 500);
    Deaths deaths(true);
    Event first, second;
    EXPECT_TRUE(deaths.queue.take(first) && deaths.queue.take(second));
    second.run(second);
    Object* referent = world::object();
    EXPECT_EQ(bind_closure(ref()->node, {.obj = referent}, deaths.queue, deaths.ringing).status, Status::ok);
    clear_now({.obj = referent});                // behind the object's own event, whose object gets an earlier finalizer back
    deaths.queue.begin_exit();
    const bool stopped = run(act("drain"), act("drain"), deaths, point);
    core::EventQueue::peek(deaths.queue)->exit = core::EventQueue::Exit::no;
    deaths.call_all();
    EXPECT_EQ(deaths.weak.called + deaths.finalizer.called + deaths.own.called, 3) << point;
    if (!stopped || ::testing::Test::HasFailure()) break;
  }
  g_callback_us = 0;
  EXPECT_EQ(g_at_once, 0);
}

/// An owner came, and gives the earlier finalizer back beside the taker whom it overtook, while a third thread registers one.   .object-finalizer.pile
TEST(Interleaving, OfThreeThreadsAtOneObjectsFinalizersMakesNoRing) {
  static void* base;
  static core::ObjectFinalizer* lowest;
  static core::ObjectFinalizer* latest;
  static gc::FinalizerSlot found_by_the_owner;
  static int locks;
  const auto made = [] { return ::new (gc::allocate(sizeof(core::ObjectFinalizer))) core::ObjectFinalizer; };
  const auto slot = [](core::ObjectFinalizer* finalizer) { return gc::FinalizerSlot{core::stage_object_finalizer, finalizer}; };
  base = object();
  lowest = made(), latest = made();
  core::ObjectFinalizer* meanwhile = made();
  locks = 0;
  ASSERT_EQ(core::push_finalizer(base, *meanwhile), Status::ok);
  const gc::FinalizerSlot found = gc::set_finalizer(base, slot(lowest)).value;   // by the taker
  t_before_a_lock = [] {
    ++locks;                                     // each round of the taker's takes one for the pile, and one of the collector's
    if (locks == 1) (void)core::push_finalizer(base, *latest);
    if (locks == 3) found_by_the_owner = gc::set_finalizer(base, {core::stage_object_finalizer, lowest}).value;
  };
  core::put_back_on_top(base, found, slot(lowest));
  t_before_a_lock = nullptr;
  core::put_back_on_top(base, found_by_the_owner, slot(lowest));
  std::vector<const core::ObjectFinalizer*> pile;
  for (gc::FinalizerSlot at = gc::set_finalizer(base, {}).value; at.function != nullptr && pile.size() < 10;) {
    pile.push_back(static_cast<core::ObjectFinalizer*>(at.data));
    at = {pile.back()->before, pile.back()->before_data};
  }
  EXPECT_EQ(pile, (std::vector<const core::ObjectFinalizer*>{latest, meanwhile, lowest}));
}

TEST_P(Interleavings, LosesNothingAndDoublesNothing) {
  stop_at_each_point(true);
  if (!has("clear_now")) stop_at_each_point(false);      // which may not come before the collector has told of all deaths
}

/// Who takes stops for longer than a new owner, or the queue's shutdown, waits for him.
struct Overtaken : Interleavings {
  void SetUp() override { g_patience_us = kLongerThanOwnersWaitUs; }
  void TearDown() override { g_patience_us = kPatienceUs; }
};
constexpr Act kTakers[] = {act("take_all"), act("drain")}, kOvertakers[] = {act("own_and_drain"), act("shutdown")};
INSTANTIATE_TEST_SUITE_P(Of, Overtaken, ::testing::Combine(::testing::ValuesIn(kTakers), ::testing::ValuesIn(kOvertakers)), kName);
TEST_P(Overtaken, HandsNothingOutThatAnotherOneDid) { stop_at_each_point(true); }

}  // namespace
}  // namespace mayfly::world
