// A C++ host without exceptions and RTTI: an object dies, its map entry, its reference and its finalizer with it.
#include <mayfly/mayfly.hpp>

#if defined(WITH_TESTING)
#include <mayfly/testing.hpp>
#endif

#include <cstdio>

namespace {

struct Doc {
  long words = 0;
};
using Cache = mayfly::WeakValueMap<long, Doc>;

int called, finalized;

// In a frame of its own, so that no stale pointer keeps the document.
[[gnu::noinline]] mayfly::Status open_doc(Cache& cache, mayfly::WeakRef<Doc>& ref, long key) {
  const auto doc = mayfly::try_make_in<Doc>(mayfly::default_queue());
  if (!doc) return doc.status;
  auto watched = mayfly::WeakRef<Doc>::of(doc.value, [] { ++called; });
  if (!watched) return watched.status;
  ref = static_cast<mayfly::WeakRef<Doc>&&>(watched.value);
  if (const auto finalizer = mayfly::finalize(doc.value, [] { ++finalized; }); !finalizer) return finalizer.status;
  return cache.set(key, doc.value);
}

}  // namespace

int main() {
  constexpr long kDocs = 100;
  mayfly::Status status = mayfly::init();
  const auto cache = mayfly::try_make_in<Cache>(mayfly::default_queue());
  mayfly::WeakRef<Doc> refs[kDocs];
  for (long key = 0; key < kDocs && status == mayfly::Status::ok; ++key) status = open_doc(*cache.value, refs[key], key);
  (void)mayfly::default_queue().collect_and_drain();
#if defined(WITH_TESTING)
  mayfly::test::check_invariants();
#endif
  std::printf("%s: %d callbacks, %d finalizers, %zu entries left\n", mayfly::message(status), called, finalized, cache.value->size());
  return status == mayfly::Status::ok && called >= kDocs - 8 && finalized >= kDocs - 8 && cache.value->size() <= 8 ? 0 : 1;
}
