// A document cache: values die when nobody uses them; each closed document removes its scratch file.
#include <mayfly/mayfly.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

struct Doc { std::string path, text; };                       // non-trivial: make<> runs ~Doc at a safepoint

struct ByPath {                                               // keys are std::string, looked up without a copy
    mayfly::Status hash(std::string_view s, std::uint64_t* out) const { *out = std::hash<std::string_view>{}(s); return mayfly::Status::ok; }
  mayfly::Answer equal(const std::string& k, std::string_view s) const { return mayfly::Answer(k == s); }
};
using Cache = mayfly::WeakValueMap<std::string, Doc, ByPath>;

static mayfly::Root<Cache> cache;                             // constexpr-empty: no static-init order problem

Doc* open_doc(const std::string& path) {
  if (auto hit = cache->find(path)) return hit.value;
  Doc* d = mayfly::make<Doc>(path, "text of " + path);
  (void)mayfly::unwrap(mayfly::finalize(d, [p = path] { std::remove((p + ".lock").c_str()); }));
  if (cache->set(path, d) != mayfly::Status::ok) std::abort();
  return d;
}
int main() {
  if (const auto s = mayfly::init(); s != mayfly::Status::ok) return std::puts(mayfly::message(s)), 1;
  cache = mayfly::Root(mayfly::make<Cache>());
  for (int i = 0; i < 1'000'000; ++i) { open_doc("/tmp/" + std::to_string(i % 5000)); mayfly::safepoint(); }
  std::printf("%zu open\n", cache->size());
}                                                             // live finalizers run at exit, newest first
