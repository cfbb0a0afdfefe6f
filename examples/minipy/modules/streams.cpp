// What the standard streams do: see the header.
#include "modules/streams.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "modules/sys_module.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "types/codecs.hpp"
#include "types/types.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

namespace {
constexpr std::size_t kBufferSize = 8192;

/// What belongs to a descriptor. `text`: to be written, or read and not yet asked for.
struct Channel {
  std::string text;
  bool line_ended = false;
  pid_t writer = 0;  // the process, while one of its threads writes; a forked child does not inherit that thread
};
Channel channels[3];
Stream streams[3] = {{{&stream_type}, 0, false}, {{&stream_type}, 1, false}, {{&stream_type}, 2, false}};

Stream* of(Value v) { return static_cast<Stream*>(v); }
Channel& channel(const Stream* s) { return channels[s->fd]; }

struct Transfer {
  int fd;
  char* data;
  std::size_t size;
  ssize_t done;
  int error;
};
void write_some(void* p) {
  auto* t = static_cast<Transfer*>(p);
  t->done = ::write(t->fd, t->data, t->size);
  t->error = errno;
}
void read_some(void* p) {
  auto* t = static_cast<Transfer*>(p);
  t->done = ::read(t->fd, t->data, t->size);
  t->error = errno;
}
/// Until the system call was not interrupted. False: an exception.
bool transfer(void (*how)(void*), Transfer& t) {
  for (;;) {
    unlocked(how, &t);
    if (t.done >= 0) return true;
    if (t.error != EINTR) return raise_os_error(t.error, nullptr), false;
    if (take_interrupt()) return raise_text(exc::KeyboardInterrupt, ""), false;
  }
}

bool write_all(int fd, std::string& text) {
  Transfer t{fd, text.data(), text.size(), 0, 0};
  while (t.size > 0) {
    if (!transfer(write_some, t)) return false;
    t.data += t.done, t.size -= usize(t.done);
  }
  return true;
}

bool check_open(const Stream* s) { return !s->closed || (raise(exc::ValueError, "I/O operation on closed file."), false); }

// ---- reading ------------------------------------------------------------------------------------------------------------------------------

/// More input behind what is there. 0: the end; -1: an exception.
std::int64_t fill(const Stream* s) {
  char data[kBufferSize];
  Transfer t{s->fd, data, sizeof data, 0, 0};
  if (!transfer(read_some, t)) return -1;
  channel(s).text.append(data, usize(t.done));
  return t.done;
}
bool readable(const Stream* s) {
  if (!check_open(s)) return false;
  return s->fd == 0 || (raise(exc::OSError, "not readable"), false);
}
/// The first `bytes` bytes of the input as a text whose lines end as the program expects it.
Value take(const Stream* s, std::size_t bytes) {
  std::string text = channel(s).text.substr(0, bytes);
  channel(s).text.erase(0, bytes);
  for (std::size_t at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n", at)) text.erase(at, 1);
  if (valid_utf8(text)) return str_new(text);
  Bytes* raw = bytes_new(text);
  return raw == nullptr ? nullptr : call_method(raw, intern("decode"), {});
}
/// How many bytes the first `n` characters have; more than there are if the input has to go on.
std::size_t bytes_of(std::string_view text, std::int64_t n) {
  std::size_t at = 0;
  for (; n > 0 && at < text.size(); --n) (void)decode_utf8(text, at);
  return n > 0 ? std::string_view::npos : at;
}
/// An argument that says how much; -1: all.
bool size_of(Args a, std::int64_t* out) {
  *out = -1;
  return a.count < 2 || a[1] == none() || index_of(a[1], out);
}

Value stream_read(Args a) {
  Stream* s = of(a[0]);
  std::int64_t n = 0, more = 1;
  if (!readable(s) || !size_of(a, &n)) return nullptr;
  while (more > 0 && (n < 0 || bytes_of(channel(s).text, n) > channel(s).text.size())) more = fill(s);
  if (more < 0) return nullptr;
  return take(s, n < 0 ? channel(s).text.size() : std::min(bytes_of(channel(s).text, n), channel(s).text.size()));
}
Value read_line(Stream* s, std::int64_t most) {
  if (!readable(s)) return nullptr;
  std::int64_t more = 1;
  std::size_t end = std::string::npos;
  for (std::size_t from = 0; more > 0 && (end = channel(s).text.find('\n', from)) == std::string::npos;) {
    from = channel(s).text.size();
    more = fill(s);
  }
  if (more < 0) return nullptr;
  end = std::min(end == std::string::npos ? end : end + 1, channel(s).text.size());
  return take(s, most < 0 ? end : std::min(end, bytes_of(channel(s).text, most)));
}
Value stream_readline(Args a) {
  std::int64_t n = 0;
  return size_of(a, &n) ? read_line(of(a[0]), n) : nullptr;
}
Value stream_next(Value v) {
  Value line = read_line(of(v), -1);
  return line == nullptr || as_str(line)->bytes == 0 ? nullptr : line;
}
Value stream_readlines(Args a) { return list_from(a[0]); }
Value stream_iter(Value v) { return check_open(of(v)) ? v : nullptr; }

// ---- writing ------------------------------------------------------------------------------------------------------------------------------

Value stream_write(Args a) {
  if (!is_str(a[1])) return raise(exc::TypeError, "write() argument must be str, not {}", type_name(a[1]));
  if (!stream_put(of(a[0]), as_str(a[1])->view()) || !stream_settle(of(a[0]))) return nullptr;
  return small_int(as_str(a[1])->length);
}
Value stream_writelines(Args a) {
  Value lines = get_iter(a[1]);
  while (Value line = lines == nullptr ? nullptr : iter_next(lines)) {
    Value args[] = {a[0], line};
    if (stream_write(Args{args, 2}) == nullptr) return nullptr;
  }
  return error_pending() ? nullptr : none();
}
Value stream_flush_method(Args a) { return done(check_open(of(a[0])) && stream_flush(of(a[0]))); }
Value stream_close(Args a) {
  const bool flushed = of(a[0])->closed || stream_flush(of(a[0]));
  of(a[0])->closed = true;
  return done(flushed);
}

// ---- the rest -----------------------------------------------------------------------------------------------------------------------------

Value stream_isatty(Args a) { return check_open(of(a[0])) ? boolean(::isatty(of(a[0])->fd) == 1) : nullptr; }
Value stream_fileno(Args a) { return check_open(of(a[0])) ? small_int(of(a[0])->fd) : nullptr; }
Value stream_readable(Args a) { return boolean(of(a[0])->fd == 0); }
Value stream_writable(Args a) { return boolean(of(a[0])->fd != 0); }
Value stream_seekable(Args) { return boolean(false); }
Value stream_enter(Args a) { return check_open(of(a[0])) ? a[0] : nullptr; }

const char* mode(const Stream* s) { return s->fd == 0 ? "r" : "w"; }
Value get_name(Value v) {
  static constexpr const char* kNames[] = {"<stdin>", "<stdout>", "<stderr>"};
  return intern(kNames[of(v)->fd]);
}
Value get_mode(Value v) { return intern(mode(of(v))); }
Value get_encoding(Value) { return intern("utf-8"); }
Value get_errors(Value v) { return intern(of(v)->fd == 2 ? "backslashreplace" : "strict"); }
Value get_closed(Value v) { return boolean(of(v)->closed); }
Value get_line_buffering(Value v) { return boolean(of(v)->fd == 2 || ::isatty(of(v)->fd) == 1); }
Value get_newlines(Value) { return none(); }
/// A file of bytes on the same descriptor. What was read here already is not in it.
Value get_buffer(Value v) {
  if (of(v)->fd != 0 && !stream_flush(of(v))) return nullptr;
  Module* io = import_module(intern("io"));
  Value file = io == nullptr ? nullptr : get_attr(io, intern("FileIO"));
  return file == nullptr ? nullptr : call(file, {small_int(of(v)->fd), get_mode(v), boolean(false)});
}
Value stream_repr(Value v) {
  return str_new(format_text("<_io.TextIOWrapper name='{}' mode='{}' encoding='utf-8'>", as_str(get_name(v)), mode(of(v))));
}

constexpr Slots kStream = {.repr = stream_repr, .hash = address_hash, .iter = stream_iter, .next = stream_next};
}  // namespace

Type stream_type = builtin_type("_io.TextIOWrapper", &kStream, {.flags = kNoSubclass | kNotConstructible, .size = sizeof(Stream)});

void init_stream_type() {
  ready_type(stream_type);
  define_natives(stream_type, {{"read", stream_read, 1, 2, kMethod},
                               {"readline", stream_readline, 1, 2, kMethod},
                               {"readlines", stream_readlines, 1, 2, kMethod},
                               {"write", stream_write, 2, 2, kMethod},
                               {"writelines", stream_writelines, 2, 2, kMethod},
                               {"flush", stream_flush_method, 1, 1, kMethod},
                               {"close", stream_close, 1, 1, kMethod},
                               {"isatty", stream_isatty, 1, 1, kMethod},
                               {"fileno", stream_fileno, 1, 1, kMethod},
                               {"readable", stream_readable, 1, 1, kMethod},
                               {"writable", stream_writable, 1, 1, kMethod},
                               {"seekable", stream_seekable, 1, 1, kMethod},
                               {"__enter__", stream_enter, 1, 1, kMethod},
                               {"__exit__", stream_close, 4, 4, kMethod}});
  define_getsets(stream_type, {{"name", get_name},
                               {"mode", get_mode},
                               {"encoding", get_encoding},
                               {"errors", get_errors},
                               {"closed", get_closed},
                               {"line_buffering", get_line_buffering},
                               {"newlines", get_newlines},
                               {"buffer", get_buffer}});
}

Stream* standard_stream(int fd) { return &streams[fd]; }

bool stream_put(Stream* s, std::string_view text) {
  if (!check_open(s)) return false;
  if (s->fd == 0) return raise(exc::OSError, "not writable"), false;
  if (text.find('\xED') != std::string_view::npos) {  // surrogates are no UTF-8
    Str* whole = str_new(text);
    const Bytes* bytes = whole == nullptr ? nullptr : encode_text(whole, nullptr, s->fd == 2 ? intern("backslashreplace") : nullptr);
    if (bytes == nullptr) return false;
    text = bytes->view();
  }
  channel(s).text += text;
  channel(s).line_ended = channel(s).line_ended || text.find('\n') != std::string_view::npos;
  return true;
}
bool stream_settle(Stream* s) {
  static const bool terminal = ::isatty(1) == 1;
  const Channel& c = channel(s);
  const bool now = s->fd == 2 || (terminal && c.line_ended) || c.text.size() >= kBufferSize;
  return !now || stream_flush(s);
}
/// A thread that finds another one writing leaves it the work, so that texts keep their order.
bool stream_flush(Stream* s) {
  if (s->fd == 0) return true;
  Channel& c = channel(s);
  if (c.text.empty() || c.writer == getpid()) return true;
  bool written = true;
  c.writer = getpid();
  while (written && !c.text.empty()) {
    std::string text;
    text.swap(c.text);
    c.line_ended = false;
    written = write_all(s->fd, text);
  }
  c.writer = 0;
  return written;
}

Value current_stream(int fd) {
  static constexpr const char* kNames[] = {"stdin", "stdout", "stderr"};
  static Str* const names_of[] = {intern(kNames[0]), intern(kNames[1]), intern(kNames[2])};
  return sys_names == nullptr ? standard_stream(fd) : dict_get_name(sys_names, names_of[fd]);
}
bool write_to(Value file, std::string_view text) {
  if (is_stream(file)) return stream_put(of(file), text);
  Value s = str_new(text);
  return s != nullptr && call_method(file, names::write, {s}) != nullptr;
}

}  // namespace minipy
