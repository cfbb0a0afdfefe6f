// What embedders need in their own tests. Link mayfly::testing.
#pragma once
#include <mayfly/mayfly.hpp>

#include <cstdint>

namespace mayfly::test {

/// Calls `f` on a thread of its own, registered with bdwgc, and waits. Its stack is gone afterwards, so what it dropped is garbage: a conservative
/// collector may see what the calling thread's stack still holds. Aborts when there is no thread to be had.
void on_fresh_thread(void (*f)(void*), void* argument);
/// The same for closures.
template <class F>
void on_fresh_thread(F f) {
  on_fresh_thread([](void* function) { (*static_cast<F*>(function))(); }, &f);
}

/// Forgets the pointer in a way that no optimiser undoes: the variable is null afterwards, in memory.
template <class T>
void drop(T*& pointer) noexcept {
  pointer = nullptr;
  asm volatile("" : : "r"(&pointer) : "memory");
}

/// Collects and drains until `dead` says true: then true; false after `rounds`. MAY CALL HOST.
bool collect_until(CallbackQueue& queue, bool (*dead)(void*), void* argument = nullptr, int rounds = 20) noexcept;

/// A forced collection for which the calling thread's C stack and registers are no roots, so that what it dropped is dead for certain; it calls no
/// callbacks. UNSAFE: no C frame of this thread, the caller's included, may hold the only reference to anything that is used afterwards; virtual
/// machines whose values lie in stacks of their own call it between two instructions. One exception: bdwgc's marker leaves addresses of its own blocks
/// where it then looks, so a small object at the start of a block (4 KiB) may stay alive; a host that has to be certain puts nothing there. Registered
/// threads, not on an alternate signal stack. False: none was made, or, on processors other than x86-64 and AArch64 and on collectors that are scripts,
/// an ordinary one.
bool unsafe_collect_precise() noexcept;

/// The n-th allocation or registration that mayfly makes from now on fails, once, on whatever thread; 0: none does.
void fail_allocation(std::uint64_t n) noexcept;

/// The assignment that makes this process's forced trouble happen again ("MAYFLY_ZEAL=seed:7"), or an empty string. Print it when a test fails.
const char* zeal_replay() noexcept;

/// Walks everything that mayfly keeps and aborts, naming the invariant, if something is not as it must be. REQUIRES: no other thread is inside mayfly.
void check_invariants() noexcept;

}  // namespace mayfly::test
