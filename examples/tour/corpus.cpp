#include "examples/tour/corpus.hpp"

#include <fmt/format.h>
#include <gc.h>

#include <cctype>
#include <cerrno>
#include <fstream>
#include <new>
#include <system_error>

namespace tour {
namespace {

using mayfly::Status;
using mayfly::unwrap;

/// Adds the time until its end to a sum.
class Timed {
 public:
  explicit Timed(Nanoseconds& sum) : sum_(sum) {}
  ~Timed() { sum_ += std::chrono::steady_clock::now() - start_; }

 private:
  Nanoseconds& sum_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Bytes {
  char* data;
  std::size_t size;
};

Bytes read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff end = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  if (end < 0) throw std::system_error(errno, std::generic_category());
  const auto size = static_cast<std::size_t>(end);
  auto* data = static_cast<char*>(GC_MALLOC_ATOMIC(size + 1));   // no pointers inside: never scanned
  if (data == nullptr) throw std::bad_alloc();
  file.seekg(0);
  if (!file.read(data, end)) throw std::system_error(errno != 0 ? errno : EIO, std::generic_category());
  return {data, size};
}

Words count(std::string_view text) {
  Words words;
  bool inside = false;
  for (const char c : text) {
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    words.words += inside && blank;
    words.lines += c == '\n';
    inside = !blank;
  }
  words.words += inside;
  return words;
}

}  // namespace

Content* Corpus::open(const std::string& path) {
  auto found = shelf_->cache.find(path);
  if (found) {
    ++shelf_->tally.hits;
  } else {
    found.value = read(path);
  }
  shelf_->recent[next_recent_++ % kRecent] = found.value;
  return found.value;
}

Content* Corpus::read(const std::string& path) {
  const Timed timed(shelf_->tally.reading);
  const Bytes bytes = read_all(path);
  ++shelf_->tally.files;
  shelf_->tally.bytes += bytes.size;
  const auto same = shelf_->open.find(std::string_view(bytes.data, bytes.size));
  Content* content = same ? same.value : enter(bytes.data, bytes.size);
  unwrap(shelf_->cache.set(path, content));
  paths_.emplace_back(path, unwrap(mayfly::Weak<Content>::of(content)));
  return content;
}

Content* Corpus::enter(const char* bytes, std::size_t size) {
  const std::string_view view(bytes, size);
  auto* content = mayfly::make<Content>(bytes, size, std::hash<std::string_view>{}(view));
  unwrap(shelf_->open.add(content));
  unwrap(shelf_->words.set(content, count(view)));
  Shelf* shelf = shelf_.get();
  Opened opened;
  opened.ref = unwrap(mayfly::WeakRef<Content>::of(content, [shelf] {
    const Timed timed(shelf->tally.callback_time);
    ++shelf->tally.callbacks;
  }));
  opened.finalizer = unwrap(mayfly::finalize(
      content,
      [shelf] {
        const Timed timed(shelf->tally.finalizer_time);
        ++shelf->tally.finalizers;
      },
      mayfly::default_queue(), mayfly::AtExit::no));
  opened_.push_back(std::move(opened));
  ++shelf_->tally.distinct;
  return content;
}

std::size_t Corpus::alive() const {
  std::size_t alive = 0;
  for (const Opened& opened : opened_) alive += !opened.ref.expired();
  return alive;
}

std::vector<std::string> Corpus::broken_invariants() const {
  std::vector<std::string> broken;
  const auto expect = [&](bool holds, std::string what) {
    if (!holds) broken.push_back(std::move(what));
  };
  const std::size_t living = alive();
  const std::size_t dead = opened_.size() - living;
  expect(shelf_->open.size() == living, fmt::format("{} contents live, but {} are in the set of open ones", living, shelf_->open.size()));
  expect(shelf_->words.size() == living, fmt::format("{} contents live, but {} have word counts", living, shelf_->words.size()));
  expect(tally().callbacks == dead, fmt::format("{} contents died, but {} callbacks came", dead, tally().callbacks));
  expect(tally().finalizers == dead, fmt::format("{} contents died, but {} finalizers ran", dead, tally().finalizers));

  std::size_t cached = 0;
  for (const auto& [path, weak] : paths_) {
    const Content* content = weak.get();
    const auto found = shelf_->cache.find(path);
    if (content == nullptr) continue;      // read again since, or out of the cache: the sizes tell
    ++cached;
    expect(found && found.value == content, fmt::format("{} lives, but is not in the cache", path));
  }
  expect(shelf_->cache.size() == cached, fmt::format("{} paths have a living content, but {} are cached", cached, shelf_->cache.size()));
  for (const Content* content : shelf_->recent) {
    if (content == nullptr) continue;
    expect(content->sum == std::hash<std::string_view>{}(content->view()), "a content is not what was read");
    expect(shelf_->open.contains(content) && shelf_->words.contains(content), "a content that is in use was lost");
  }
  return broken;
}

}  // namespace tour
