// Symbol table shared by 8 threads: one object per spelling, dropped when no code uses it.
#include <mayfly/mayfly.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>
extern "C" void* GC_malloc_atomic(std::size_t);

struct Symbol { std::uint64_t hash; std::uint32_t len; char text[1]; };           // the key IS the value: a map<string, Symbol*> would keep
                                                                                  // either a copy, or a pointer that keeps the symbol alive
struct Spelling {
  mayfly::Status hash(std::string_view s, std::uint64_t* out) const { *out = std::hash<std::string_view>{}(s); return mayfly::Status::ok; }
  mayfly::Answer equal(const Symbol* s, std::string_view p) const { return mayfly::Answer(std::string_view(s->text, s->len) == p); }
};
static mayfly::ConcurrentWeakSet<Symbol, Spelling>* symbols;                       // leaked on purpose: threads may outlive static destructors

Symbol* intern(std::string_view s) {
  auto r = symbols->intern(s, [&]() -> Symbol* {                                  // unlocked: may allocate, collect, lose the race
    auto* p = static_cast<Symbol*>(GC_malloc_atomic(sizeof(Symbol) + s.size()));
    if (!p) return nullptr;                                                       // -> Status::no_memory
    (void)Spelling{}.hash(s, &p->hash);
    p->len = static_cast<std::uint32_t>(s.size());
    std::memcpy(p->text, s.data(), s.size());
    return p;
  });
  return r ? r.value : nullptr;
}
int main() {
  (void)mayfly::init();
  symbols = new mayfly::ConcurrentWeakSet<Symbol, Spelling>{{}, 64};
  std::vector<std::thread> pool;
  for (int t = 0; t < 8; ++t)
    pool.emplace_back([] {
      mayfly::ThreadScope registered;                                             // std::thread is not redirected: forget this and it must abort loudly
      if (registered.status() != mayfly::Status::ok) std::abort();
      for (int i = 0; i < 200'000; ++i) {
        char name[32];
        int n = std::snprintf(name, sizeof name, "sym%d", i % 20'000);
        Symbol* a = intern({name, std::size_t(n)});
        Symbol* b = intern({name, std::size_t(n)});
        if (a != b) std::abort();                                                 // linearizable while one reference lives
      }
    });
  mayfly::blocking([](void* p) { for (auto& t : *static_cast<std::vector<std::thread>*>(p)) t.join(); }, &pool);
}
