#include <mayfly/testing.hpp>

#include "gc_integration/primitives.hpp"
#include "gc_integration/zeal.hpp"
#include "src/core/invariants.hpp"

#include <cstdio>
#include <cstdlib>
#include <thread>

namespace mayfly::test {

void on_fresh_thread(void (*f)(void*), void* argument) {
  (void)init();                                    // before the calling thread blocks
  std::thread thread([=] {
    const ThreadScope scope;
    if (scope.status() != Status::ok) {
      std::fprintf(stderr, "mayfly::test::on_fresh_thread: %s\n", message(scope.status()));
      std::abort();
    }
    f(argument);
  });
  blocking([](void* t) { static_cast<std::thread*>(t)->join(); }, &thread);
}

bool collect_until(CallbackQueue& queue, bool (*dead)(void*), void* argument, int rounds) noexcept {
  for (int i = 0; i < rounds; ++i) {
    (void)queue.collect_and_drain();
    if (dead(argument)) return true;
  }
  return false;
}

bool unsafe_collect_precise() noexcept { return init() == Status::ok && gc::this_thread_is_registered() && gc::collect_without_stack(); }

void fail_allocation(std::uint64_t n) noexcept { gc::zeal::fail_nth(n); }
const char* zeal_replay() noexcept { return gc::zeal::replay(); }
void check_invariants() noexcept { core::check_invariants(); }

}  // namespace mayfly::test
