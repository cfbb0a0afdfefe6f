#include "runtime/table.hpp"

#include <cstring>

#include "runtime/error.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"

namespace minipy {

namespace {
constexpr std::uint32_t kUnindexed = 8;
constexpr std::uint32_t kMark = 0xFFFFFFFFu;  // in the high half of a word: no address

std::uint32_t fold(std::uint64_t hash) { return static_cast<std::uint32_t>(hash * 0x9E3779B97F4A7C15ull >> 32); }
std::uint32_t mask(const Table& t) { return t.capacity * 2 - 1; }

void enter_index(Table& t, std::uint32_t at) {
  std::uint32_t place = t.entries[at].hash & mask(t);
  while (t.index[place] != 0) place = (place + 1) & mask(t);
  t.index[place] = at + 1;
}

/// Moves the living entries to new memory with room for one more.
bool rebuild(Table& t) {
  std::uint32_t capacity = 4;
  while (capacity < t.size + t.size / 2 + 1) {
    if (capacity >= 1u << 30) return raise_no_memory(), false;
    capacity *= 2;
  }
  auto* entries = static_cast<Entry*>(allocate(capacity * sizeof(Entry)));
  if (entries == nullptr) return false;
  std::uint32_t* index = nullptr;
  if (capacity > kUnindexed) {
    index = static_cast<std::uint32_t*>(allocate_plain(capacity * 2 * sizeof(std::uint32_t)));
    if (index == nullptr) return false;
    std::memset(index, 0, capacity * 2 * sizeof(std::uint32_t));
  }
  std::uint32_t used = 0;
  for (std::uint32_t i = 0; i < t.used; ++i)
    if (t.entries[i].key != nullptr) entries[used++] = t.entries[i];
  t.entries = entries, t.index = index, t.capacity = capacity, t.used = used;
  for (std::uint32_t i = 0; index != nullptr && i < used; ++i) enter_index(t, i);
  t.layout = fresh_layout();
  return true;
}

/// Does the entry's key equal `key`? MAY CALL the program. `again`: the table changed meanwhile.
Found same_key(Table& t, std::uint32_t at, Value key, bool& again) {
  Value other = t.entries[at].key;
  if (other == key) return Found::yes;
  if (is_int(key) && is_int(other)) return Found::no;
  if (is_exact(key, &str_type) && is_exact(other, &str_type)) return str_equal(as_str(key), as_str(other)) ? Found::yes : Found::no;
  const std::uint64_t layout = t.layout;
  const int equal = values_equal(other, key);
  if (equal < 0) return Found::error;
  again = t.layout != layout || at >= t.used || t.entries[at].key != other;
  return equal != 0 ? Found::yes : Found::no;
}

Found find_once(Table& t, Value key, std::uint32_t folded, std::uint32_t& at, bool& again) {
  const auto try_at = [&](std::uint32_t i) {
    at = i;
    return t.entries[i].hash == folded && t.entries[i].key != nullptr ? same_key(t, i, key, again) : Found::no;
  };
  if (t.index == nullptr) {
    for (std::uint32_t i = 0; i < t.used; ++i)
      if (const Found f = try_at(i); f != Found::no || again) return f;
    return Found::no;
  }
  for (std::uint32_t place = folded & mask(t); t.index[place] != 0; place = (place + 1) & mask(t))
    if (const Found f = try_at(t.index[place] - 1); f != Found::no || again) return f;
  return Found::no;
}
}  // namespace

std::uint64_t fresh_layout() {
  static std::uint64_t last = 0;  // under the interpreter lock
  return ++last;
}

Found table_find(Table& t, Value key, std::uint64_t hash, std::uint32_t& at) {
  if (t.size == 0) return Found::no;
  for (;;) {
    bool again = false;
    const Found f = find_once(t, key, fold(hash), at, again);
    if (!again || f == Found::error) return f;
  }
}

Entry* table_find_text(Table& t, std::string_view text, std::uint64_t hash) {
  const std::uint32_t folded = fold(hash);
  const auto same = [&](const Entry& e) {
    return e.hash == folded && e.key != nullptr && is_exact(e.key, &str_type) && as_str(e.key)->view() == text;
  };
  if (t.index == nullptr) {
    for (std::uint32_t i = 0; i < t.used; ++i)
      if (same(t.entries[i])) return &t.entries[i];
    return nullptr;
  }
  for (std::uint32_t place = folded & mask(t); t.index[place] != 0; place = (place + 1) & mask(t))
    if (Entry& e = t.entries[t.index[place] - 1]; same(e)) return &e;
  return nullptr;
}

Entry* table_find_name(Table& t, Str* name) {
  if (t.index == nullptr) {
    for (std::uint32_t i = 0; i < t.used; ++i)
      if (t.entries[i].key == name) return &t.entries[i];
    return t.used == 0 ? nullptr : table_find_text(t, name->view(), str_hash(name));
  }
  const std::uint32_t folded = fold(str_hash(name));
  for (std::uint32_t place = folded & mask(t); t.index[place] != 0; place = (place + 1) & mask(t)) {
    Entry& e = t.entries[t.index[place] - 1];
    if (e.key == name) return &e;
    if (e.hash == folded && e.key != nullptr && is_exact(e.key, &str_type) && str_equal(as_str(e.key), name)) return &e;
  }
  return nullptr;
}

namespace {
bool append(Table& t, Value key, std::uint64_t hash, Value value) {
  if (t.used == t.capacity && !rebuild(t)) return false;
  t.entries[t.used] = {fold(hash), kMark, key, value};
  if (t.index != nullptr) enter_index(t, t.used);
  ++t.used;
  ++t.size;
  t.layout = fresh_layout();
  return true;
}
}  // namespace

bool table_set(Table& t, Value key, std::uint64_t hash, Value value) {
  std::uint32_t at = 0;
  const Found f = table_find(t, key, hash, at);
  if (f == Found::error) return false;
  if (f == Found::no) return append(t, key, hash, value);
  t.entries[at].value = value;
  return true;
}

bool table_set_name(Table& t, Str* name, Value value) {
  if (Entry* e = table_find_name(t, name)) {
    e->value = value;
    return true;
  }
  return table_set(t, name, str_hash(name), value);
}

void table_remove(Table& t, std::uint32_t at) {
  t.entries[at].key = t.entries[at].value = nullptr;
  --t.size;
  t.layout = fresh_layout();
  if (t.size == 0) table_clear(t);
}

void table_clear(Table& t) {
  t = {};
  t.layout = fresh_layout();
}

Entry* table_next(const Table& t, std::int64_t& at) {
  for (; at < t.used; ++at)
    if (t.entries[at].key != nullptr) return &t.entries[at++];
  return nullptr;
}
Entry* table_last(const Table& t) {
  for (std::uint32_t i = t.used; i > 0; --i)
    if (t.entries[i - 1].key != nullptr) return &t.entries[i - 1];
  return nullptr;
}

bool table_copy(Table& to, const Table& from) {
  to = from;
  if (from.size == 0) return to = {}, true;
  return rebuild(to);
}

namespace {
Found find_key(Table& t, Value key, std::uint32_t& at) {
  std::uint64_t hash = 0;
  return hash_value(key, &hash) ? table_find(t, key, hash, at) : Found::error;
}
Found remove_key(Table& t, Value key) {
  std::uint32_t at = 0;
  const Found f = find_key(t, key, at);
  if (f == Found::yes) table_remove(t, at);
  return f;
}
bool set_key(Table& t, Value key, Value value) {
  std::uint64_t hash = 0;
  return hash_value(key, &hash) && table_set(t, key, hash, value);
}
}  // namespace

// ---- dicts --------------------------------------------------------------------------------------------------------------------------------

Dict* dict_new() {
  auto* d = static_cast<Dict*>(allocate(sizeof(Dict)));
  if (d != nullptr) d->type = &dict_type;
  return d;
}
Value dict_get_name(Dict* dict, Str* name) {
  Entry* e = table_find_name(dict->table, name);
  return e != nullptr ? e->value : nullptr;
}
Found dict_get(Dict* dict, Value key, Value* out) {
  std::uint32_t at = 0;
  const Found f = find_key(dict->table, key, at);
  if (f == Found::yes) *out = dict->table.entries[at].value;
  return f;
}
bool dict_set(Dict* dict, Value key, Value value) { return set_key(dict->table, key, value); }
bool dict_set_name(Dict* dict, Str* name, Value value) { return table_set_name(dict->table, name, value); }
Found dict_delete(Dict* dict, Value key) { return remove_key(dict->table, key); }
bool dict_delete_name(Dict* dict, Str* name) {
  Entry* e = table_find_name(dict->table, name);
  if (e != nullptr) table_remove(dict->table, static_cast<std::uint32_t>(e - dict->table.entries));
  return e != nullptr;
}

// ---- sets ---------------------------------------------------------------------------------------------------------------------------------

Set* set_new(Type* type) {
  auto* s = static_cast<Set*>(allocate(type->size));
  if (s != nullptr) s->type = type;
  return s;
}
bool set_add(Set* set, Value key) { return set_key(set->table, key, none()); }
Found set_has(Set* set, Value key) {
  std::uint32_t at = 0;
  return find_key(set->table, key, at);
}
Found set_discard(Set* set, Value key) { return remove_key(set->table, key); }

}  // namespace minipy
