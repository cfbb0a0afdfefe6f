#include <mayfly/finalizer.hpp>

#include <atomic>
#include <cstdio>

namespace mayfly {
namespace {

constinit std::atomic<UnraisableHandler> g_handler{nullptr};

void print(std::exception_ptr error) noexcept {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "Exception ignored in a callback or finalizer of mayfly: %s\n", e.what());
  } catch (...) {
    std::fputs("Exception ignored in a callback or finalizer of mayfly: not a std::exception\n", stderr);
  }
}

using internal::CollectedClosure;

CollectedClosure* take_closure(Registered id) noexcept { return static_cast<CollectedClosure*>(mayfly::detach(id)); }

}  // namespace

UnraisableHandler on_unraisable(UnraisableHandler handler) noexcept { return g_handler.exchange(handler); }

bool Finalizer::run() {
  CollectedClosure* closure = take_closure(id_);
  if (closure != nullptr) closure->finish(CollectedClosure::Act::call);
  return closure != nullptr;
}

bool Finalizer::detach() {
  CollectedClosure* closure = take_closure(id_);
  if (closure != nullptr) closure->finish(CollectedClosure::Act::drop);
  return closure != nullptr;
}

namespace internal {

void run_closure(Event& event) noexcept {
  try {
    static_cast<CollectedClosure*>(event.payload)->finish(event.act, event.ref);
  } catch (...) {
    const UnraisableHandler handler = g_handler.load();
    (handler != nullptr ? handler : print)(std::current_exception());
  }
}

}  // namespace internal
}  // namespace mayfly
