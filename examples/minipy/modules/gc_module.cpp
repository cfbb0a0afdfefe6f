// gc. Collections are bdwgc's, of the whole heap and not by generations: thresholds are kept and change nothing, callbacks are not called.
#include "modules/modules.hpp"
#include "runtime/error.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "vm/host_mayfly.hpp"

namespace minipy {

namespace {
std::int64_t thresholds[3] = {700, 10, 10};

/// Everything that is dead is collected, and what waits for its death has been called, before the next instruction. How much it was nobody counts: 0.
Value collect(Args args) {
  Value a[1];
  std::int64_t generation = 2;
  if (!unpack_args(args, "collect", {"generation"}, 0, a) || (a[0] != nullptr && !index_of(a[0], &generation))) return nullptr;
  if (generation < 0 || generation > 2) return raise(exc::ValueError, "invalid generation");
  ask_for_collection();
  return small_int(0);
}
Value enable(Args) { return set_automatic_collections(true), none(); }
Value disable(Args) { return set_automatic_collections(false), none(); }
Value isenabled(Args) { return boolean(automatic_collections()); }

Value get_threshold(Args) { return tuple_of({int_new(thresholds[0]), int_new(thresholds[1]), int_new(thresholds[2])}); }
Value set_threshold(Args a) {
  std::int64_t wanted[3] = {thresholds[0], thresholds[1], thresholds[2]};
  for (std::int64_t i = 0; i < a.count; ++i)
    if (!index_of(a[i], &wanted[i])) return nullptr;
  for (int i = 0; i < 3; ++i) thresholds[i] = wanted[i];
  return none();
}
Value get_count(Args) { return tuple_of({small_int(0), small_int(0), small_int(0)}); }
Value get_stats(Args) {
  Dict* whole = dict_new();
  if (whole == nullptr || !dict_set(whole, intern("collections"), int_new(static_cast<std::int64_t>(collections())))) return nullptr;
  for (const char* name : {"collected", "uncollectable"})
    if (!dict_set(whole, intern(name), small_int(0))) return nullptr;
  List* list = list_new();
  return list != nullptr && list_append(list, whole) ? list : nullptr;
}

/// What cannot be part of a cycle is not tracked.
Value is_tracked(Args a) {
  Type* type = type_of(a[0]);
  const bool atom = type == &int_type || type == &bool_type || type == &none_type || (type->flags & kPlain) != 0;
  return boolean(!atom);
}
Value nothing(Args) { return list_new(); }  // the collector keeps no list of objects, nor of who refers to whom
Value ignored(Args) { return none(); }
Value zero(Args) { return small_int(0); }
}  // namespace

bool fill_gc(Module* module) {
  static constexpr std::pair<const char*, int> kFlags[] = {
      {"DEBUG_STATS", 1}, {"DEBUG_COLLECTABLE", 2}, {"DEBUG_UNCOLLECTABLE", 4}, {"DEBUG_SAVEALL", 32}, {"DEBUG_LEAK", 38}};
  for (const auto& [name, bits] : kFlags)
    if (!define(module, name, small_int(bits))) return false;
  return define(module, "garbage", list_new()) && define(module, "callbacks", list_new()) &&
         define(module, {{"collect", collect, 0, 1, kNames},
                         {"enable", enable, 0, 0},
                         {"disable", disable, 0, 0},
                         {"isenabled", isenabled, 0, 0},
                         {"get_threshold", get_threshold, 0, 0},
                         {"set_threshold", set_threshold, 1, 3},
                         {"get_count", get_count, 0, 0},
                         {"get_stats", get_stats, 0, 0},
                         {"is_tracked", is_tracked, 1, 1},
                         {"get_objects", nothing, 0, 1},
                         {"get_referrers", nothing, 0, -1},
                         {"get_referents", nothing, 0, -1},
                         {"freeze", ignored, 0, 0},
                         {"unfreeze", ignored, 0, 0},
                         {"get_freeze_count", zero, 0, 0},
                         {"set_debug", ignored, 1, 1},
                         {"get_debug", zero, 0, 0}});
}

}  // namespace minipy
