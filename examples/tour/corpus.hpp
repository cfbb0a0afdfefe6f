// The documents below a directory, kept the way an application keeps them: nobody owns one but who uses it.
#pragma once
#include <mayfly/mayfly.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tour {

using Nanoseconds = std::chrono::nanoseconds;

/// The bytes of one or more files; collected.
struct Content {
  const char* bytes;
  std::size_t size;
  std::uint64_t sum;                     // of the bytes, to notice if they are no longer the ones that were read
  std::string_view view() const { return {bytes, size}; }
};

/// What is known about a content without owning it.
struct Words {
  std::size_t words = 0;
  std::size_t lines = 0;
};

/// Contents are equal when their bytes are; they can be looked for by the bytes alone.
struct ByBytes {
  mayfly::Status hash(std::string_view bytes, std::uint64_t* out) const {
    *out = std::hash<std::string_view>{}(bytes);
    return mayfly::Status::ok;
  }
  mayfly::Status hash(const Content* content, std::uint64_t* out) const {
    *out = content->sum;
    return mayfly::Status::ok;
  }
  mayfly::Answer equal(const Content* member, std::string_view bytes) const { return mayfly::Answer(member->view() == bytes); }
  mayfly::Answer equal(const Content* member, const Content* other) const { return equal(member, other->view()); }
};

inline constexpr std::size_t kRecent = 32;

/// What happened so far.
struct Tally {
  std::size_t files = 0, hits = 0, bytes = 0, distinct = 0, callbacks = 0, finalizers = 0;
  Nanoseconds reading{}, callback_time{}, finalizer_time{};
};

/// One collected object: three weak containers, and the only strong owner of contents.
struct Shelf {
  mayfly::WeakValueMap<std::string, Content> cache;   // path -> content: the manual's main use of weak references
  mayfly::WeakKeyMap<Content, Words> words;           // content -> what is known about it
  mayfly::WeakSet<Content, ByBytes> open;             // all that are open; identical ones share one object
  Content* recent[kRecent] = {};                      // a ring
  Tally tally;                                        // here, so that callbacks which capture the shelf keep it
};

/// A content that was opened, and what waits for its death.
struct Opened {
  mayfly::WeakRef<Content> ref;
  mayfly::Finalizer finalizer;
};

class Corpus {
 public:
  Corpus() : shelf_(mayfly::make<Shelf>()) {}

  /// The file's content, now among the recent ones: from the cache, from an identical file, or read. Throws std::system_error if it cannot be read.
  Content* open(const std::string& path);
  Shelf& shelf() const { return *shelf_; }
  const Tally& tally() const { return shelf_->tally; }
  /// Distinct contents that live.
  std::size_t alive() const;
  /// What is wrong, in a line each. Collects nothing; drain before.
  std::vector<std::string> broken_invariants() const;

 private:
  Content* read(const std::string& path);
  Content* enter(const char* bytes, std::size_t size);

  mayfly::Root<Shelf> shelf_;
  std::vector<Opened> opened_;           // malloc memory: WeakRef and Finalizer may lie there
  std::vector<std::pair<std::string, mayfly::Weak<Content>>> paths_;
  std::size_t next_recent_ = 0;
};

}  // namespace tour
