// Ends in the way that its argument names; what it prints is what ran. exit_test.cpp knows what it should print.
#include "gc_integration/zeal.hpp"
#include "tests/clearing.hpp"

#include <mayfly/mayfly.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string_view>
#include <thread>

#define GC_THREADS 1
#define GC_NO_THREAD_REDIRECTS 1
#include <gc.h>

namespace {

using namespace mayfly;

struct Thing {
  long x = 0;
};
Root<Thing> g_thing;               // its destructor runs after the finalizers: harmless

void say(char c) { (void)!::write(STDOUT_FILENO, &c, 1); }

void at_exit(char c, AtExit when = AtExit::yes) {
  if (finalize(g_thing.get(), [c] { say(c); }, default_queue(), when).status != Status::ok) std::abort();
}

/// A finalizer that has its death behind it when this returns.
template <class F>
void on_death(F f) {
  auto* thing = make<Thing>();
  if (finalize(thing, f, default_queue(), AtExit::no).status != Status::ok) std::abort();
  clear_now({.obj = thing});
}

/// Until a callback ends the process. A collection's signal ends one pause().
[[noreturn]] void wait_for_the_drainer() {
  for (;;) ::pause();
}

/// The parent's drainer goes on, and the child starts one of its own.
void drainers_on_both_sides() {
  if (start_drainer(default_queue()) != Status::ok) std::abort();
  static std::atomic<bool> runs{false};
  on_death([] { runs = true; });
  while (!runs) std::this_thread::yield();     // a thread that starts allocates; AddressSanitizer's allocator does not survive a fork meanwhile
  const pid_t child = ::fork();
  if (child == 0) {
    if (start_drainer(default_queue()) != Status::ok) std::abort();
    on_death([] {
      say('k');
      ::_exit(0);
    });
    wait_for_the_drainer();
  }
  int status = 1;
  if (::waitpid(child, &status, 0) != child || status != 0) std::abort();
  on_death([] { say('p'), std::exit(0); });
  wait_for_the_drainer();
}

/// A thread of the parent is inside drain() when another one forks: the child has no such thread, and drains for itself.
void fork_beside_a_drain() {
  static std::atomic<bool> inside{false}, done{false};
  std::thread drainer([] {
    const ThreadScope scope;
    on_death([] {
      inside = true;
      while (!done) std::this_thread::yield();
    });
    (void)default_queue().drain();
  });
  while (!inside) std::this_thread::yield();
  const pid_t child = ::fork();
  if (child == 0) {
    on_death([] { say('k'); });
    ::_exit(default_queue().drain().ran == 1 ? 0 : 1);
  }
  int status = 1;
  if (::waitpid(child, &status, 0) != child || status != 0) say('!');
  done = true;
  drainer.join();
}

/// A callback forks: in the child it is still the callback that is being drained.
void fork_in_a_callback() {
  static pid_t child = 0;
  on_death([] {
    child = ::fork();
    say(default_queue().drain().busy ? (child == 0 ? 'k' : 'p') : '!');
    int status = 0;
    if (child == 0) ::_exit(0);
    (void)::waitpid(child, &status, 0);
  });
  (void)default_queue().drain();
}

/// A thread sweeps a large set for its queue when another one forks: the child may use that set. The two take turns, so that the fork finds the thread
/// in its sweep or behind it, never in a call of its own to the set.
void forks_beside_sweeps() {
  constexpr std::size_t kMembers = 100'000;
  static std::atomic<bool> about_to_sweep{false}, stop{false};
  static const Root<WeakSet<Thing>> set(make<WeakSet<Thing>>());
  const Root<std::array<Thing*, kMembers>> members(make<std::array<Thing*, kMembers>>());
  for (Thing*& member : *members) {
    member = make<Thing>();
    if (set->add(member) != Status::ok) std::abort();
  }
  std::thread sweeper([] {
    const ThreadScope scope;
    while (!stop) {
      auto* thing = make<Thing>();
      if (set->add(thing) != Status::ok) std::abort();
      clear_now({.obj = thing});
      about_to_sweep = true;
      Event event;
      if (default_queue().take(event)) std::abort();
      while (about_to_sweep && !stop) std::this_thread::yield();
    }
  });
  int failed = 0;
  for (int n = 0; n < 20; ++n) {
    while (!about_to_sweep) {}
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(20);
      ::_exit(set->size() >= kMembers ? 0 : 1);
    }
    int status = 1;
    failed += ::waitpid(child, &status, 0) != child || status != 0;
    about_to_sweep = false;
  }
  stop = true;
  sweeper.join();
  say(failed == 0 ? 'k' : '!');
}

/// Returns when a thread is inside a callback that takes so many microseconds.
void end_beside_a_callback(std::uint64_t us) {
  static std::atomic<bool> inside{false};
  static std::uint64_t time;
  time = us;
  std::thread([] {
    const ThreadScope scope;
    on_death([] {
      inside = true;
      for (std::uint64_t slept = 0; slept < time; slept += 1000) ::usleep(1000);
      say('d');
    });
    (void)default_queue().drain();
    for (;;) ::pause();
  }).detach();
  while (!inside) std::this_thread::yield();
}

/// Returns when the drainer is inside a callback that does something and never returns.
template <class F>
void end_beside_the_drainers_callback(F something) {
  static std::atomic<bool> inside{false};
  if (start_drainer(default_queue()) != Status::ok) std::abort();
  on_death([something] {
    inside = true;
    something();
    for (;;) ::pause();
  });
  while (!inside) std::this_thread::yield();
}

/// Another thread's shutdown() is in the midst of a finalizer when this one's begins.
void shutdown_on_two_threads() {
  static std::atomic<bool> begun{false};
  (void)finalize(g_thing.get(), [] { begun = true, ::usleep(100'000), say('s'); }).status;
  std::thread([] {
    const ThreadScope scope;
    shutdown();
    for (;;) ::pause();
  }).detach();
  while (!begun) std::this_thread::yield();
  shutdown();
  say('|');
}

/// A thread that was registered before forks when all is over: the child's collector is as its parent's.
void fork_behind_shutdown() {
  static std::atomic<bool> over{false};
  std::thread forks([] {
    const ThreadScope scope;
    while (!over) std::this_thread::yield();
    const pid_t child = ::fork();
    if (child == 0) ::_exit(GC_is_disabled());
    int status = 1;
    say(::waitpid(child, &status, 0) == child && status == 0 ? '|' : '!');
  });
  shutdown();
  over = true;
  forks.join();
}

/// Main's exit() is in the midst of a finalizer when another thread forks: the child ends as if nobody had begun to.
void fork_during_exit() {
  static std::atomic<bool> ending{false}, waited{false};
  (void)finalize(g_thing.get(), [] {
    ending = true;
    while (!waited) std::this_thread::yield();
  }).status;
  std::thread([] {
    const ThreadScope scope;
    while (!ending) std::this_thread::yield();
    const pid_t child = ::fork();
    if (child == 0) std::exit(0);
    int status = 1;
    say(::waitpid(child, &status, 0) == child && status == 0 ? '|' : '!');
    waited = true;
    for (;;) ::pause();
  }).detach();
}

/// The drainer's callback forks; in the child another thread ends the process while that callback has not returned.
void fork_in_the_drainers_callback() {
  if (start_drainer(default_queue()) != Status::ok) std::abort();
  static std::atomic<bool> waited{false};
  on_death([] {
    const pid_t child = ::fork();
    if (child == 0) {
      std::thread([] {
        const ThreadScope scope;
        std::exit(0);
      }).detach();
      for (;;) ::pause();
    }
    int status = 1;
    say(::waitpid(child, &status, 0) == child && status == 0 ? '|' : '!');
    waited = true;
  });
  while (!waited) std::this_thread::yield();
}

/// The drainer's callback forks while another thread waits for the drainer's end: in the child somebody may stop it all the same.
void fork_while_the_drainer_is_stopped() {
  if (start_drainer(default_queue()) != Status::ok) std::abort();
  static std::atomic<bool> inside{false};
  on_death([] {
    inside = true;
    ::usleep(50'000);
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(20);
      std::thread([] {
        const ThreadScope scope;
        stop_drainer(default_queue());
        say('s');
        std::exit(0);
      }).detach();
      return;
    }
    int status = 1;
    say(::waitpid(child, &status, 0) == child && status == 0 ? '|' : '!');
  });
  while (!inside) std::this_thread::yield();
  stop_drainer(default_queue());
}

/// Forks a thousand times (fewer when collections are forced) while threads register, load and drain; in each child everything works that worked in its parent.
void a_thousand_forks() {
  static std::atomic<bool> stop{false};
  static std::atomic<int> running{0};
  std::thread busy[3];
  for (std::thread& thread : busy) {
    thread = std::thread([] {
      const ThreadScope scope;
      ++running;
      while (!stop) {
        auto* thing = make<Thing>();
        const auto weak = WeakRef<Thing>::of(thing, [] {});
        if (finalize(thing, [] {}, default_queue(), AtExit::no).status != Status::ok || weak.value.get() != thing) std::abort();
        do {
          safepoint();                 // one drains at a time: the others wait, or the backlog grows
        } while (default_queue().stats().waiting > 1000 && !stop);
      }
    });
  }
  while (running != 3) std::this_thread::yield();
  int failed = 0;
  for (int left = std::getenv("MAYFLY_ZEAL") == nullptr ? 1000 : 3; left > 0; --left) {
    const pid_t child = ::fork();
    if (child == 0) {
      static bool called = false;
      on_death([] { called = true; });
      auto* thing = make<Thing>();
      const Weak<Thing> weak = Weak<Thing>::of(thing).value;
      (void)default_queue().collect_and_drain();
      ::_exit(called && weak.get() == thing ? 0 : 1);
    }
    int status = 1;
    failed += ::waitpid(child, &status, 0) != child || status != 0;
  }
  stop = true;
  for (std::thread& thread : busy) thread.join();
  say(failed == 0 ? 'k' : '!');
}

/// What pthread_atfork() would have had done. A child ends by exit() with the finalizers that are left to it.
template <class F>
void fork_by_the_host(F in_child) {
  before_fork();
  const pid_t child = ::fork();
  after_fork(child == 0 ? ForkSide::child : ForkSide::parent);
  if (child == 0) {
    in_child();
    std::exit(0);
  }
  int status = 1;
  if (::waitpid(child, &status, 0) != child || status != 0) std::abort();
  say('|');
}

/// While a drainer is inside a callback, then while another thread owns the queue: the child has neither thread, and drains for itself.
void forks_by_the_host() {
  static std::atomic<bool> inside{false}, done{false};
  const auto drain = [] {
    on_death([] { say('k'); });
    if (default_queue().drain().ran != 1) std::abort();
  };
  if (start_drainer(default_queue()) != Status::ok) std::abort();
  on_death([] {
    inside = true;
    while (!done) std::this_thread::yield();
  });
  while (!inside) std::this_thread::yield();
  fork_by_the_host(drain);
  done = true;
  stop_drainer(default_queue());
  std::thread owner([] {
    const ThreadScope scope;
    if (default_queue().own() != Status::ok) std::abort();
  });
  owner.join();
  fork_by_the_host(drain);
}

/// Settling has one lock, which this thread takes again and again, and a bounded exit does not wait for it for ever.
void end_beside_settling() {
  static std::atomic<bool> settles{false};
  std::thread([] {
    const ThreadScope scope;
    auto* thing = make<Thing>();
    auto* node = static_cast<RefNode*>(GC_malloc(sizeof(RefNode)));
    for (;; settles = true) {
      if (bind(*node, {.obj = thing}, default_queue(), nullptr, RefKind::subclass).status == Status::ok) unbind(*node);
    }
  }).detach();
  while (!settles) std::this_thread::yield();
  (void)::usleep(10'000);
  GC_gcollect();
}

/// What an event's taker gives back first needs memory, and there is none once.
void end_without_memory() {
  std::thread([] {                     // no pointer stays on this thread's stack
    const ThreadScope scope;
    void* thing = GC_malloc(sizeof(Thing));
    GC_register_finalizer_no_order(thing, [](void*, void*) {}, nullptr, nullptr, nullptr);
    if (finalize_object({.obj = thing}, default_queue(), nullptr, [](Event&) { say('o'); }) != Status::ok) std::abort();
  }).join();
  for (int i = 0; i < 10 && !default_queue().collect(); ++i) {}
  gc::zeal::fail_nth(1);
}

/// And no more memory at all.
void end_without_memory_for_good() {
  end_without_memory();
  gc::zeal::fail_nth(0);
  std::thread([] {
    const ThreadScope scope;
    if (finalize_object({.obj = GC_malloc(sizeof(Thing))}, default_queue(), nullptr, [](Event&) { say('p'); }) != Status::ok) std::abort();
  }).join();
  for (int i = 0; i < 10 && default_queue().stats().waiting != 2; ++i) (void)default_queue().collect();
  gc::zeal::on_failure([] { gc::zeal::fail_nth(1); });
  gc::zeal::fail_nth(1);
}

/// What an exit finalizer queues meanwhile comes before the other ones, in the host's one drain.
void drain_without_memory() {
  static Thing* watched = make<Thing>();
  static RefNode* node = static_cast<RefNode*>(GC_malloc(sizeof(RefNode)));
  static Closure says{[](Event&) { say('w'); }};
  if (bind_closure(*node, {.obj = watched}, default_queue(), says).status != Status::ok) std::abort();
  (void)finalize(g_thing.get(), [] { say('f'), clear_now({.obj = watched}); }).status;
  end_without_memory_for_good();
  default_queue().begin_exit();
  (void)default_queue().drain();
}

/// A callback on another thread, which the exit waits for, makes a finalizer in a queue that the exit has been to.
void end_beside_a_callback_that_makes_a_finalizer() {
  default_queue().begin_exit();
  (void)default_queue().drain();       // so that nothing else has the exit look again
  static CallbackQueue called, newest;
  if (called.own() != Status::ok || newest.own() != Status::ok) std::abort();
  called.disown(), newest.disown();
  static std::atomic<bool> inside{false};
  auto* thing = make<Thing>();
  (void)finalize(thing, [] {
    inside = true;
    (void)::usleep(100'000);
    (void)finalize(g_thing.get(), [] { say('n'); }, newest).status;
  }, called).status;
  clear_now({.obj = thing});
  std::thread([] {
    const ThreadScope scope;
    (void)called.drain();
  }).detach();
  while (!inside) std::this_thread::yield();
}

/// The host begins a queue's exit itself; the child of a fork beside shutdown() goes on with it.
void fork_behind_begin_exit() {
  static CallbackQueue queue, newer;   // which comes first
  (void)finalize(g_thing.get(), [] { say('q'); }, queue).status;
  queue.begin_exit();
  static std::atomic<bool> inside{false};
  (void)finalize(g_thing.get(), [] {
    inside = true;
    (void)::usleep(100'000);
  }, newer).status;
  std::thread ending([] {
    const ThreadScope scope;
    shutdown();
  });
  while (!inside) std::this_thread::yield();
  const pid_t child = ::fork();
  if (child == 0) {
    (void)queue.drain();
    ::_exit(queue.pending() ? 1 : 0);
  }
  int status = 1;
  if (::waitpid(child, &status, 0) != child || status != 0) say('!');
  ending.join();
}

void forks() {
  const pid_t child = ::fork();
  if (child == 0) {
    at_exit('n');
    std::exit(0);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) std::abort();
  say('|');
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc == 2 ? argv[1] : "";
  Options options{.clearing = test::clearing()};
  if (way == "fork-parent" || way == "host-fork-parent") options.inherited_finalizers = Options::InheritedFinalizers::parent;
  if (way == "host") options.exit = Options::Exit::host;
  if (way.substr(0, 9) == "host-fork") options.fork = Options::Fork::host;
  options.exit_report = [](std::size_t not_run) { say(static_cast<char>('0' + not_run)); };
  if (way == "deadline") options.exit_nanoseconds = 50'000'000;
  if (way == "beside-settling") options.exit_nanoseconds = 20'000'000'000;
  if (init(options) != Status::ok) return 1;
  g_thing = Root(make<Thing>());
  if (way == "changed-to-at-exit") {   // so far nothing asked for an exit handler
    auto finalizer = finalize(g_thing.get(), [] { say('y'); }, default_queue(), AtExit::no);
    finalizer.value.at_exit(AtExit::yes);
    return 0;
  }
  for (const char c : {'a', 'b', 'c'}) at_exit(c);
  at_exit('x', AtExit::no);

  if (way == "return" || way == "host") return 0;
  if (way == "exit-in-callback") {
    on_death([] {
      say('d');
      std::exit(7);
    });
    on_death([] { say('e'); });
    (void)default_queue().drain();
  }
  if (way == "made-at-exit") at_exit('m'), on_death([] { at_exit('l'); });
  if (way == "throws-at-exit") {
    (void)finalize(g_thing.get(), [] { throw std::runtime_error("thrown at exit"); }).status;
    return 0;
  }
  if (way == "exception") throw std::runtime_error("out of main");
  if (way == "_exit") ::_exit(3);
  if (way == "quick_exit") std::quick_exit(3);
  if (way == "abort") std::abort();
  if (way == "shutdown-twice") {
    shutdown();
    shutdown();
    if (finalize(g_thing.get(), [] {}).status != Status::shut_down || init() != Status::shut_down) return 1;
    const Root<Thing> copy(g_thing);  // what a static destructor may do
    if (copy.get() != g_thing.get()) return 1;
  }
  if (way == "deadline") {            // the newest takes all the time
    (void)finalize(g_thing.get(), [] { ::usleep(100'000); }).status;
  }
  if (way == "owned") {               // by a thread that is gone: the exit does not ask for it
    std::thread owner([] {
      const ThreadScope scope;
      if (default_queue().own() != Status::ok) std::abort();
    });
    owner.join();
    if (!default_queue().drain().busy) std::abort();
  }
  if (way == "beside-a-callback") end_beside_a_callback(100'000);
  if (way == "beside-an-endless-callback") end_beside_a_callback(UINT64_MAX);
  if (way == "shutdown-on-two-threads") shutdown_on_two_threads();
  if (way == "exit-in-shutdown") {
    (void)finalize(g_thing.get(), [] { say('e'), std::exit(5); }).status;
    shutdown();
  }
  if (way == "made-at-exit-elsewhere") {
    static CallbackQueue newer;
    (void)finalize(g_thing.get(), [] { (void)finalize(g_thing.get(), [] { say('n'); }, newer).status; }).status;
  }
  if (way == "garbage-at-exit") {      // the newer one makes garbage, the older one looks whether a collection came
    static std::uint64_t before = 0;
    (void)finalize(g_thing.get(), [] { say(stats().collections == before ? 'y' : '!'); }).status;
    (void)finalize(g_thing.get(), [] {
      before = stats().collections;
      for (int i = 0; i < 10'000; ++i) (void)make<std::array<char, 8000>>();
    }).status;
  }
  if (way == "beside-settling") end_beside_settling();
  if (way == "without-memory") end_without_memory();
  if (way == "drain-without-memory") drain_without_memory();
  if (way == "without-memory-for-good") end_without_memory_for_good();
  if (way == "beside-a-callback-that-makes-one") end_beside_a_callback_that_makes_a_finalizer();
  if (way == "begin-exit-fork") fork_behind_begin_exit();
  if (way == "shutdown-then-fork") fork_behind_shutdown();
  if (way == "exit-fork") fork_during_exit();
  if (way == "drainer-in-an-endless-callback") end_beside_the_drainers_callback([] {});
  if (way == "shutdown-on-the-drainer-too") end_beside_the_drainers_callback([] { ::usleep(50'000), shutdown(); });
  if (way == "exit-on-a-stranger") {   // a thread that bdwgc does not know, while this one is in a callback
    on_death([] {
      std::thread([] { std::exit(7); }).detach();
      for (;;) ::pause();
    });
    (void)default_queue().drain();
  }
  if (way == "drainers-callback-fork") fork_in_the_drainers_callback();
  if (way == "stopped-drainer-fork") fork_while_the_drainer_is_stopped();
  if (way == "sweep-fork") forks_beside_sweeps();
  if (way == "thousand-forks") a_thousand_forks();
  if (way == "drain-fork") fork_beside_a_drain();
  if (way == "callback-fork") fork_in_a_callback();
  if (way == "drainer-fork") drainers_on_both_sides();
  if (way == "drainer") {
    if (start_drainer(default_queue()) != Status::ok) return 1;
    on_death([] {
      say('d');
      std::exit(0);                    // on the drainer's thread
    });
    wait_for_the_drainer();
  }
  if (way == "dropped") {             // a host's payload, and no Host::call
    if (finalize_raw({.obj = g_thing.get()}, default_queue(), g_thing.get()).status != Status::ok) return 1;
  }
  if (way.substr(0, 9) == "host-fork") forks_by_the_host();
  if (way.substr(0, 4) == "fork") forks();
  return 0;
}
