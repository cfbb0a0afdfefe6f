#include "runtime/builder.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/error.hpp"
#include "runtime/str.hpp"

namespace minipy {

namespace {
void set_size(Str* s, std::int64_t bytes) {
  s->bytes = bytes;
  s->data[bytes] = '\0';
  (void)str_finish(s);
}
void set_size(Bytes* b, std::int64_t bytes) {
  b->size = bytes;
  b->data[bytes] = '\0';
}
void make_room(std::int64_t bytes, Str*& out) { out = str_room(bytes); }
void make_room(std::int64_t bytes, Bytes*& out) { out = bytes_room(bytes); }
}  // namespace

template <class T>
Builder<T>::Builder(std::int64_t bytes) : room_(bytes) {
  make_room(bytes, made_);
}

template <class T>
bool Builder<T>::reserve(std::int64_t more) {
  if (made_ == nullptr) return false;
  if (more <= room_ - size_) return true;
  std::int64_t room = 0;
  T* bigger = nullptr;
  if (__builtin_add_overflow(size_, more, &room))
    raise_no_memory();
  else
    make_room(room = std::max(room, size_ + size_ / 2), bigger);
  if (bigger != nullptr) std::memcpy(bigger->data, made_->data, usize(size_));
  made_ = bigger, room_ = room;
  return made_ != nullptr;
}

template <class T>
Builder<T>& Builder<T>::operator+=(std::string_view text) {
  if (!reserve(ssize(text.size()))) return *this;
  std::memcpy(made_->data + size_, text.data(), text.size());
  size_ += ssize(text.size());
  return *this;
}

template <class T>
void Builder<T>::repeat(std::string_view text, std::int64_t n) {
  std::int64_t all = 0;
  if (n <= 0 || text.empty()) return;
  if (__builtin_mul_overflow(n, ssize(text.size()), &all)) raise_no_memory(), made_ = nullptr;
  if (!reserve(all)) return;
  char* to = made_->data + size_;
  size_ += all;
  if (text.size() == 1) return void(std::memset(to, text[0], usize(n)));
  for (; n > 0; --n, to += text.size()) std::memcpy(to, text.data(), text.size());
}

template <class T>
T* Builder<T>::finish() {
  if (made_ == nullptr) return nullptr;
  if (room_ - size_ > 64 + size_ / 8) {  // not to keep what is not needed
    T* exact = nullptr;
    make_room(size_, exact);
    if (exact == nullptr) return nullptr;
    std::memcpy(exact->data, made_->data, usize(size_));
    made_ = exact;
  }
  set_size(made_, size_);
  return made_;
}

template class Builder<Str>;
template class Builder<Bytes>;

}  // namespace minipy
