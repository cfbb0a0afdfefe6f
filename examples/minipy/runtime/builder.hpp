// Making texts and bytes of unknown length, in collected memory.
#pragma once
#include <string_view>

#include "runtime/object.hpp"

namespace minipy {

/// Grows as it is added to. When memory runs out, MemoryError is pending, what is added is dropped, and finish() answers null.
template <class T>  // Str or Bytes
class Builder {
 public:
  Builder() : Builder(56) {}
  /// With room for `bytes`.
  explicit Builder(std::int64_t bytes);
  Builder& operator+=(std::string_view text);
  Builder& operator+=(char c) { return *this += std::string_view(&c, 1); }
  /// `text`, n times.
  void repeat(std::string_view text, std::int64_t n);
  bool failed() const { return made_ == nullptr; }
  std::int64_t size() const { return size_; }
  std::string_view view() const { return {made_ == nullptr ? "" : made_->data, usize(size_)}; }
  /// Nothing may be added afterwards. Texts have to be valid UTF-8.
  T* finish();

 private:
  bool reserve(std::int64_t more);
  T* made_;
  std::int64_t size_ = 0, room_;
};
using TextBuilder = Builder<Str>;
using BytesBuilder = Builder<Bytes>;

}  // namespace minipy
