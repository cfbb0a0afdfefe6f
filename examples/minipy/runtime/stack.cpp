#include "runtime/stack.hpp"

#include <pthread.h>

#include <algorithm>
#include <cstddef>

#include "runtime/error.hpp"

namespace minipy {

constinit thread_local const char* stack_floor = nullptr;

namespace {
constexpr std::size_t kReserve = 256 * 1024;
constexpr std::size_t kDeepest = 64 * 1024 * 1024;  // of a stack without a limit
}  // namespace

void note_stack() {
  const auto* here = static_cast<const char*>(__builtin_frame_address(0));
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
  void* start = nullptr;
  std::size_t size = 0;
  (void)pthread_attr_getstack(&attributes, &start, &size);
  (void)pthread_attr_destroy(&attributes);
  const std::size_t left = std::min(static_cast<std::size_t>(here - static_cast<const char*>(start)), kDeepest);
  stack_floor = here - left + std::min(kReserve, left / 2);
}

bool raise_recursion(const char* where) { return raise(exc::RecursionError, "maximum recursion depth exceeded{}", where), false; }

}  // namespace minipy
