// What a program without a collector has: std::unordered_map of std::weak_ptr.
#include "bench/workload.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace bench {
namespace {

struct Mapped {
  std::vector<std::shared_ptr<Object>> objects;
  std::unordered_map<std::uint64_t, std::weak_ptr<Object>> map;
  Mapped() {
    for (std::size_t i = 0; i < n; ++i) objects.push_back(std::make_shared<Object>());
  }
  void insert() {
    for (std::size_t i = 0; i < n; ++i) map[i] = objects[i];
  }
};

void map_insert(benchmark::State& state) {
  Mapped m;
  report(state, timed([&] { m.insert(); }), n);
}
void map_get(benchmark::State& state) {
  Mapped m;
  m.insert();
  report(state, timed([&] {
           for (std::size_t i = 0; i < n; ++i) require(m.map.find(i)->second.lock() == m.objects[i], "not found");
         }), n);
}
void map_die(benchmark::State& state) {
  Mapped m;
  m.insert();
  report(state, timed([&] {
           m.objects.clear();
           std::erase_if(m.map, [](const auto& entry) { return entry.second.expired(); });
         }), n);
  require(m.map.empty(), "too many entries");
}

}  // namespace

void add_weak_ptr() {
  add("map_insert/weak_ptr", map_insert);
  add("map_get/weak_ptr", map_get);
  add("map_die/weak_ptr", map_die);
}

}  // namespace bench
