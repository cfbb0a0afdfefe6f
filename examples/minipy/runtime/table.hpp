// The hash table of dicts and sets: entries in insertion order with gaps, and an open-addressing index of 1 + position. Up to 8 entries have no
// index.
//
// Looking up may call a program's __eq__, which may change this very table: a probe then starts again. All-zero is a valid empty table.
#pragma once
#include "runtime/object.hpp"

namespace minipy {

/// Memory of these words is zeroed; the entry stays where it is until the table's `layout` changes.
enum class Found : std::int8_t { error = -1, no, yes };

/// Where the key is: `at` is its position. MAY CALL the program.
Found table_find(Table& table, Value key, std::uint64_t hash, std::uint32_t& at);
/// Exact texts as keys: calls nothing, cannot fail. Null: absent, or only a key of another type is like it.
Entry* table_find_text(Table& table, std::string_view text, std::uint64_t hash);
Entry* table_find_name(Table& table, Str* name);
/// Enters, or replaces the value of an equal key. MAY CALL the program.
bool table_set(Table& table, Value key, std::uint64_t hash, Value value);
bool table_set_name(Table& table, Str* name, Value value);
/// Removes the entry at a position.
void table_remove(Table& table, std::uint32_t at);
void table_clear(Table& table);
/// The next entry at or behind `at`, which becomes the position behind it; null: none.
Entry* table_next(const Table& table, std::int64_t& at);
Entry* table_last(const Table& table);
bool table_copy(Table& to, const Table& from);
std::uint64_t fresh_layout();

// ---- dicts ----
Dict* dict_new();
Value dict_get_name(Dict* dict, Str* name);  // null: absent
Found dict_get(Dict* dict, Value key, Value* out);
bool dict_set(Dict* dict, Value key, Value value);
bool dict_set_name(Dict* dict, Str* name, Value value);
Found dict_delete(Dict* dict, Value key);
bool dict_delete_name(Dict* dict, Str* name);  // false: absent

// ---- sets ----
Set* set_new(Type* type);
bool set_add(Set* set, Value key);
Found set_has(Set* set, Value key);
Found set_discard(Set* set, Value key);

}  // namespace minipy
