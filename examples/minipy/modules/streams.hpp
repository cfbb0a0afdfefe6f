// The three standard streams: text files that print() writes to without calling the program.
//
// What is written is kept until the buffer is full, a line ends on a terminal, or flush(). All of it is done with the interpreter's lock held; only
// the system calls are not.
#pragma once
#include <string_view>

#include "runtime/object.hpp"

namespace minipy {

struct Stream : Object {
  int fd;
  bool closed;
};

extern Type stream_type;
void init_stream_type();
inline bool is_stream(Value v) { return is_exact(v, &stream_type); }

/// 0, 1, 2: stdin, stdout, stderr. There from the start.
Stream* standard_stream(int fd);
/// Appends. False: ValueError, the stream is closed or one to read from.
bool stream_put(Stream* stream, std::string_view text);
/// After the last stream_put() of one operation: writes what has to be seen now. False: an exception. LETS OTHER THREADS RUN.
bool stream_settle(Stream* stream);
/// False: an exception; what could not be written is dropped. LETS OTHER THREADS RUN.
bool stream_flush(Stream* stream);

/// sys.stdin, sys.stdout, sys.stderr of this moment; null: the program has deleted it.
Value current_stream(int fd);
/// With the stream's own write(), or that of any object. Not settled. MAY CALL the program.
bool write_to(Value file, std::string_view text);

}  // namespace minipy
