// The typed containers behind one face, and what the model knows of each: a list of entries in insertion order.
#pragma once
#include <mayfly/mayfly.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace mayfly::fuzz {

/// Keys and objects of one group are equal. No two keys or objects have one number.
struct Object {
  std::uint64_t number;
  std::uint32_t group;
  void method() {}
};
struct Key {
  std::uint64_t number;
  std::uint32_t group;
};

/// Whom policies ask, and notes tell their end.
class Judge {
 public:
  virtual Status hash(std::uint32_t group, std::uint64_t* out) = 0;
  virtual Answer equal(std::uint64_t key, std::uint64_t wanted, bool same_group) = 0;   ///< wanted: its number, or zero
  virtual void destroyed(std::uint64_t note) = 0;
  virtual void saw_box(std::uint64_t note, void* box) = 0;

 protected:
  ~Judge() = default;
};

/// A strong value with a destructor.
struct Note {
  std::uint64_t number;
  Judge* judge;
  Note(std::uint64_t n, Judge* j) : number(n), judge(j) {}
  Note(Note&& other) noexcept : number(std::exchange(other.number, 0)), judge(other.judge) {}
  ~Note() {
    if (number != 0) judge->destroyed(number);
  }
};

inline std::uint32_t group_of(std::uint32_t group) { return group; }
inline std::uint32_t group_of(const Key& key) { return key.group; }
inline std::uint32_t group_of(const Object* object) { return object->group; }
inline std::uint64_t number_of(std::uint32_t) { return 0; }
inline std::uint64_t number_of(const Key& key) { return key.number; }
inline std::uint64_t number_of(const Object* object) { return object->number; }

struct Policy {
  Judge* judge;
  template <class Q>
  Status hash(const Q& wanted, std::uint64_t* out) const {
    return judge->hash(group_of(wanted), out);
  }
  template <class K, class Q>
  Answer equal(const K& key, const Q& wanted) const {
    return judge->equal(number_of(key), number_of(wanted), group_of(key) == group_of(wanted));
  }
};
/// For the concurrent ones.
struct PurePolicy {
  Status hash(std::uint32_t group, std::uint64_t* out) const {
    *out = group % 64;
    return Status::ok;
  }
  template <class K>
  Answer equal(const K& key, std::uint32_t wanted) const {
    return Answer(group_of(key) == wanted);
  }
};

struct Given {
  Key key;
  Object* object;               // may be null where something is looked for
  std::uint64_t note;
};
struct Shown {
  Status status;
  std::uint64_t key = 0, answer = 0;
  std::uint32_t group = 0;      // of an iteration
};

class Subject {
 public:
  enum class Kind { values, keys, set };
  struct Entry {
    std::uint64_t serial;
    std::uint32_t group;
    std::uint64_t key, object, note;
  };
  struct Walk {
    virtual ~Walk() = default;
    virtual Shown next() = 0;
  };

  Subject(Kind its_kind, const char* its_name) : kind(its_kind), name(its_name) {}
  virtual ~Subject() = default;
  virtual Status make(CallbackQueue& queue, Judge& judge) = 0;   // another one in its place
  virtual void* memory() const = 0;
  virtual Status set(const Given& given) = 0;
  virtual Shown set_default(const Given& given) = 0;
  virtual Shown find(const Given& given) const = 0;
  virtual bool contains(const Given& given) const = 0;
  virtual Shown pop(const Given& given) = 0;
  virtual Status erase(const Given& given) = 0;
  virtual Shown pop_newest() = 0;
  virtual void clear() = 0;
  virtual std::size_t size() const = 0;
  virtual Status update(const Subject& other) = 0;
  virtual std::unique_ptr<Walk> walk() const = 0;
  virtual std::vector<Shown> range() const = 0;
  virtual std::vector<Weak<Object>> refs() const = 0;

  const Kind kind;
  const char* const name;

  // ---- the model ----
  std::vector<Entry> entries;            // those that live
  std::uint64_t serials = 0, changes = 0;
  std::size_t dead = 0;                  // at most so many dead ones were not swept

  std::uint64_t answer(const Entry& e) const { return kind == Kind::keys ? e.note : e.object; }
  Entry* there(std::uint32_t group) {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.group == group; });
    return found != entries.end() ? &*found : nullptr;
  }
  /// As set() does, also where the new pair comes from another container.
  void enter(std::uint32_t group, std::uint64_t key, std::uint64_t object, std::uint64_t note) {
    if (Entry* e = there(group)) {
      if (kind == Kind::values) e->object = object;
      if (kind == Kind::keys) e->note = note;
      return;
    }
    entries.push_back({++serials, group, kind == Kind::values ? key : object, object, note});
    ++changes;
  }
  void remove(std::uint32_t group) { changes += std::erase_if(entries, [&](const Entry& e) { return e.group == group; }); }
  void object_died(std::uint64_t object) { dead += std::erase_if(entries, [&](const Entry& e) { return e.object == object; }); }
};

template <class C, Subject::Kind kKind>
class On final : public Subject {
 public:
  explicit On(const char* its_name) : Subject(kKind, its_name) {}

  Status make(CallbackQueue& queue, Judge& judge) override {
    const Result<C*> made = try_make_in<C>(queue, Policy{&judge}, queue);
    if (made) c_ = made.value, judge_ = &judge;
    return made.status;
  }
  void* memory() const override { return c_; }
  C& typed() const { return *c_; }

  Status set(const Given& g) override {
    if constexpr (kKind == Kind::values) return c_->set(g.key, g.object);
    if constexpr (kKind == Kind::keys) return c_->set(g.object, Note(g.note, judge_));
    if constexpr (kKind == Kind::set) return c_->add(g.object);
  }
  Shown set_default(const Given& g) override {
    if constexpr (kKind == Kind::values) return shown(c_->set_default(g.key, g.object));
    if constexpr (kKind == Kind::keys) return shown(c_->set_default(g.object, Note(g.note, judge_)));
    if constexpr (kKind == Kind::set) return shown(c_->intern(g.object));
  }
  Shown find(const Given& g) const override {
    return with(g, [&](const auto& q) { return shown(c_->find(q)); });
  }
  bool contains(const Given& g) const override {
    return with(g, [&](const auto& q) { return c_->contains(q); });
  }
  Shown pop(const Given& g) override {
    if constexpr (kKind == Kind::set) return {with(g, [&](const auto& q) { return c_->erase(q); })};
    if constexpr (kKind != Kind::set) return with(g, [&](const auto& q) { return shown(c_->pop(q)); });
  }
  Status erase(const Given& g) override {
    return with(g, [&](const auto& q) { return c_->erase(q); });
  }
  Shown pop_newest() override {
    if constexpr (kKind == Kind::set) {
      const auto popped = c_->pop();
      return popped ? Shown{popped.status, popped.value->number, popped.value->number} : Shown{popped.status};
    } else {
      const auto popped = c_->pop_newest();
      return popped ? Shown{popped.status, popped.value.key->number, seen(popped.value.value)} : Shown{popped.status};
    }
  }
  void clear() override { c_->clear(); }
  std::size_t size() const override { return c_->size(); }
  Status update(const Subject& other) override { return c_->update(static_cast<const On&>(other).typed()); }

  std::unique_ptr<Walk> walk() const override {
    struct Steps final : Walk {
      explicit Steps(const On& o) : on(o) {}
      Shown next() override {
        const Status status = on.c_->next(at);
        return status == Status::ok ? on.item(at) : Shown{status};
      }
      const On& on;
      typename C::Cursor at;
    };
    return std::make_unique<Steps>(*this);
  }
  std::vector<Shown> range() const override {
    std::vector<Shown> all;
    for (const auto& at : *c_) all.push_back(item(at));
    return all;
  }
  std::vector<Weak<Object>> refs() const override {
    if constexpr (kKind == Kind::values) return c_->value_refs();
    if constexpr (kKind == Kind::keys) return c_->key_refs();
    if constexpr (kKind == Kind::set) return c_->refs();
  }

 private:
  std::uint64_t seen(Note* note) const { return judge_->saw_box(note->number, note), note->number; }
  std::uint64_t seen(const Object* object) const { return object->number; }
  template <class T>
  Shown shown(const Result<T*>& r) const { return {r.status, 0, r ? seen(r.value) : 0}; }
  Shown item(const typename C::Cursor& at) const {
    if constexpr (kKind == Kind::set) return {Status::ok, at.item->number, at.item->number, at.item->group};
    if constexpr (kKind != Kind::set) return {Status::ok, at.key->number, seen(at.value), at.key->group};
  }
  /// Looked for by itself, or by its group.
  template <class F>
  auto with(const Given& g, F f) const {
    if (g.object == nullptr) return f(g.key.group);
    if constexpr (kKind == Kind::values) return f(g.key);
    if constexpr (kKind != Kind::values) return f(static_cast<const Object*>(g.object));
  }

  C* c_ = nullptr;
  Judge* judge_ = nullptr;
};

using ValueMap = On<WeakValueMap<Key, Object, Policy>, Subject::Kind::values>;
using KeyMap = On<WeakKeyMap<Object, Note, Policy>, Subject::Kind::keys>;
using Set = On<WeakSet<Object, Policy>, Subject::Kind::set>;

}  // namespace mayfly::fuzz
