// Frames: pushing and popping them, and sorting arguments into parameters.
#include "vm/frames.hpp"

#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/stack.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "vm/host_mayfly.hpp"

namespace minipy {

namespace {

Frame* too_deep() { return raise(exc::RecursionError, "maximum recursion depth exceeded"), nullptr; }

void fill_frame(Thread& t, Frame* f, Code* code, Dict* globals, Value* locals, OnReturn on_return) {
  f->code = code, f->pc = code->words.data();
  f->locals = locals, f->sp = locals + code->locals.size();
  f->globals = globals, f->names = nullptr, f->closure = nullptr, f->generator = nullptr, f->extra = nullptr;
  f->entry_handled = t.handled;
  f->back = t.frame, f->saved_top = t.stack_top;
  f->on_return = on_return, f->observed = false;
}

void fill_free(Frame* f, const Tuple* closure) {
  f->closure = const_cast<Tuple*>(closure);
  if (closure != nullptr) std::copy(closure->items, closure->items + closure->size, f->locals + f->code->free_start);
}

/// A generator over a frame of its own, which lies in collected memory with its locals and stack.
Value make_generator(Function* f, const Value* locals) {
  Code* code = f->code;
  auto* g = static_cast<Generator*>(allocate(sizeof(Generator)));
  auto* frame = g == nullptr ? nullptr : static_cast<Frame*>(allocate(sizeof(Frame) + code->frame_size() * sizeof(Value)));
  if (frame == nullptr) return nullptr;
  g->type = &generator_type, g->frame = frame, g->code = code, g->name = f->name, g->qualname = f->qualname;
  auto* own = reinterpret_cast<Value*>(frame + 1);
  std::copy(locals, locals + code->parameters(), own);
  fill_frame(this_thread(), frame, code, f->globals, own, OnReturn::push);
  frame->back = nullptr, frame->entry_handled = nullptr, frame->generator = g;
  fill_free(frame, f->closure);
  if (!code->guards.empty() && !register_generator(g)) return nullptr;
  return g;
}

// ---- arguments ------------------------------------------------------------------------------------------------------------------------------

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) out += i + 1 == names.size() ? (names.size() == 2 ? " and " : ", and ") : ", ";
    out += "'" + names[i] + "'";
  }
  return out;
}

bool missing(const Function* f, const Value* locals, std::uint32_t from, std::uint32_t to, const char* kind) {
  std::vector<std::string> names;
  for (std::uint32_t i = from; i < to; ++i)
    if (locals[i] == nullptr) names.emplace_back(f->code->locals[i]->view());
  if (names.empty()) return true;
  raise(exc::TypeError, "{}() missing {} required {} argument{}: {}", f->qualname, names.size(), kind, names.size() == 1 ? "" : "s", listed(names));
  return false;
}

Value* too_many(const Function* f, const Value* locals, std::int64_t given, std::int64_t keywords) {
  const Code* c = f->code;
  const std::int64_t defaults = f->defaults == nullptr ? 0 : f->defaults->size, most = c->positional;
  const std::string takes = defaults == 0 ? std::to_string(most) : fmt::format("from {} to {}", most - defaults, most);
  const auto plural = [](std::int64_t n) { return n == 1 ? "" : "s"; };
  std::int64_t named = 0;  // keyword-only ones that were given
  for (std::uint32_t i = c->positional; i < c->positional + c->keyword_only; ++i) named += locals[i] != nullptr;
  const std::string were = named == 0 || keywords == 0 ? fmt::format("{} {}", given, given == 1 ? "was" : "were")
                                                       : fmt::format("{} positional argument{} (and {} keyword-only argument{}) were", given,
                                                                     plural(given), named, plural(named));
  raise(exc::TypeError, "{}() takes {} positional argument{} but {} given", f->qualname, takes, most == 1 && defaults == 0 ? "" : "s", were);
  return nullptr;
}

/// One keyword argument into its parameter, or into **keywords.
bool bind_keyword(const Function* f, Value* locals, Str* name, Value value, Dict* rest) {
  const Code* c = f->code;
  const std::uint32_t named = c->positional + c->keyword_only;
  for (std::uint32_t i = c->positional_only; i < named; ++i) {
    if (!str_equal(c->locals[i], name)) continue;
    if (locals[i] != nullptr) return raise(exc::TypeError, "{}() got multiple values for argument '{}'", f->qualname, name), false;
    return locals[i] = value, true;
  }
  if (rest != nullptr) return dict_set(rest, name, value);
  return raise(exc::TypeError, "{}() got an unexpected keyword argument '{}'", f->qualname, name), false;
}

/// An unknown keyword may be the name of a positional-only parameter: then all such are told. An exception is pending in any case.
Value* blame_positional_only(const Function* f, Args args) {
  const Code* c = f->code;
  std::string names;
  for (std::uint32_t i = 0; (c->flags & kVarKeywords) == 0 && i < c->positional_only; ++i)
    for (std::int64_t k = 0; k < args.names->size; ++k)
      if (str_equal(c->locals[i], as_str(args.names->items[k]))) names += (names.empty() ? "" : ", ") + std::string(c->locals[i]->view());
  if (!names.empty()) {
    clear_error();
    raise(exc::TypeError, "{}() got some positional-only arguments passed as keyword arguments: '{}'", f->qualname, names);
  }
  return nullptr;
}

bool fill_defaults(const Function* f, Value* locals) {
  const Code* c = f->code;
  const std::uint32_t named = c->positional + c->keyword_only;
  if (const Tuple* d = f->defaults; d != nullptr) {
    for (std::int64_t i = 0; i < d->size; ++i) {
      Value& local = locals[c->positional - usize(d->size - i)];
      if (local == nullptr) local = d->items[i];
    }
  }
  if (!missing(f, locals, 0, c->positional, "positional")) return false;
  for (std::uint32_t i = c->positional; i < named; ++i)
    if (locals[i] == nullptr && f->kwdefaults != nullptr) locals[i] = dict_get_name(f->kwdefaults, c->locals[i]);
  return missing(f, locals, c->positional, named, "keyword-only");
}

}  // namespace

Value* bind_arguments(Thread& t, const Function* f, Args args) {
  const Code* c = f->code;
  const std::int64_t keywords = args.names == nullptr ? 0 : args.names->size;
  if (keywords == 0 && args.count == c->positional && c->keyword_only == 0 && (c->flags & (kVarArgs | kVarKeywords)) == 0) return args.values;
  Value* locals = args.values + args.count + keywords;  // behind what was passed
  if (locals + c->frame_size() + 1 > t.stack_end) return too_deep(), nullptr;
  t.stack_high = std::max(t.stack_high, locals + c->frame_size());
  std::fill(locals, locals + c->parameters(), nullptr);
  std::copy(args.values, args.values + std::min<std::int64_t>(args.count, c->positional), locals);
  Value* rest = locals + c->positional + c->keyword_only;
  if ((c->flags & kVarArgs) != 0) {
    const std::int64_t more = std::max<std::int64_t>(args.count - c->positional, 0);
    *rest = tuple_from(args.values + (args.count - more), more);
    if (*rest++ == nullptr) return nullptr;
  }
  Dict* others = nullptr;
  if ((c->flags & kVarKeywords) != 0) {
    *rest = others = dict_new();
    if (others == nullptr) return nullptr;
  }
  for (std::int64_t i = 0; i < keywords; ++i)
    if (!bind_keyword(f, locals, as_str(args.names->items[i]), args.values[args.count + i], others)) return blame_positional_only(f, args);
  if (args.count > c->positional && (c->flags & kVarArgs) == 0) return too_many(f, locals, args.count, keywords);
  return fill_defaults(f, locals) ? locals : nullptr;
}

Frame* push_frame(Thread& t, Code* code, Dict* globals, Value* locals, OnReturn on_return) {
  Value* end = locals + code->frame_size();
  if (t.frames_used >= kMostFrames || end >= t.stack_end || t.depth >= recursion_limit) return too_deep();
  Frame* f = &t.frames[t.frames_used++];
  ++t.depth;
  fill_frame(t, f, code, globals, locals, on_return);
  std::fill(locals + code->parameters(), locals + code->locals.size(), nullptr);
  t.stack_top = end;
  if (end > t.stack_high) t.stack_high = end;
  t.frame = f;
  return f;
}

bool push_call(Thread& t, Function* f, Args args, OnReturn on_return, Value extra, Value* made) {
  *made = nullptr;
  Value* locals = bind_arguments(t, f, args);
  if (locals == nullptr) return false;
  if ((f->code->flags & kGenerator) != 0) return (*made = make_generator(f, locals)) != nullptr;
  Frame* frame = push_frame(t, f->code, f->globals, locals, on_return);
  if (frame == nullptr) return false;
  frame->extra = extra;
  if (f->closure != nullptr) fill_free(frame, f->closure);
  return true;
}

void pop_frame(Thread& t) {
  Frame* f = t.frame;
  t.handled = f->entry_handled;
  t.frame = f->back;
  --t.depth;
  if (f->generator != nullptr) {
    f->generator->frame = nullptr, f->generator->running = false;
    f->generator = nullptr;
    return;
  }
  --t.frames_used;
  t.stack_top = f->saved_top;
}

void wipe_stack(Thread& t) {
  Value* end = t.stack_high;
  Value* top = t.stack;  // behind the last ordinary frame
  for (Frame* f = t.frame; f != nullptr; f = f->back) {
    if (f->generator != nullptr) {
      Value* limit = f->locals + f->code->frame_size();
      std::fill(f->sp, limit, nullptr);
      continue;
    }
    std::fill(f->sp, end, nullptr);
    if (top == t.stack) top = f->locals + f->code->frame_size();
    end = f->locals;
  }
  if (top == t.stack) std::fill(t.stack, end, nullptr);
  t.stack_high = top;
  for (std::int64_t i = t.frames_used; i < kMostFrames && t.frames[i].code != nullptr; ++i) t.frames[i] = Frame{};
}

const Frame* frame_at(int depth) {
  const Frame* f = this_thread().frame;
  while (f != nullptr && depth-- > 0) f = f->back;
  return f;
}
std::int64_t frame_line(const Frame* f) {
  const auto at = f->pc - f->code->words.data();
  return line_of(f->code, static_cast<std::uint32_t>(at > 0 ? at - 1 : 0));
}

// ---- calls from C++ ---------------------------------------------------------------------------------------------------------------------------

namespace {
bool on_stack(Thread& t, Args& args) {
  const std::int64_t n = args.count + (args.names == nullptr ? 0 : args.names->size);
  if (t.stack_top + n >= t.stack_end || t.runs >= kMostRuns || stack_is_low()) return too_deep(), false;
  std::copy(args.values, args.values + n, t.stack_top);
  t.stack_high = std::max(t.stack_high, t.stack_top + n);
  args.values = t.stack_top;
  return true;
}
}  // namespace

bool lift_arguments(Thread& t, Args& args) { return (args.values >= t.stack && args.values < t.stack_end) || on_stack(t, args); }

Value run_function(Function* f, Args args) {
  Thread& t = this_thread();
  Value made = nullptr;
  if (!on_stack(t, args) || !push_call(t, f, args, OnReturn::leave, nullptr, &made)) return nullptr;
  return made != nullptr ? made : run(t);
}

Value run_code(Code* code, Dict* globals, Dict* names, Tuple* closure) {
  Thread& t = this_thread();
  if (t.runs >= kMostRuns || stack_is_low()) return too_deep(), nullptr;
  Frame* f = push_frame(t, code, globals, t.stack_top, OnReturn::leave);
  if (f == nullptr) return nullptr;
  f->names = names == globals ? nullptr : names;
  if (closure != nullptr) fill_free(f, closure);
  return run(t);
}

Pushed push_callback(Value f, const Value* args, std::int64_t count, Value keywords) {
  Thread& t = this_thread();
  Value all[16];
  std::int64_t n = 0;
  while (is_exact(f, &method_type)) {
    if (n == 0) all[n++] = as<BoundMethod>(f)->self;
    f = as<BoundMethod>(f)->function;
    if (is_exact(f, &method_type)) break;
  }
  const bool plain = is_exact(f, &function_type) && (keywords == nullptr || as_dict(keywords)->table.size == 0) && count + n <= 16;
  if (!plain || (as<Function>(f)->code->flags & kGenerator) != 0) {
    if (n != 0) f = method_new(f, all[0]);
    if (f == nullptr) return Pushed::failed;
    return call_with_dict(f, args, count, keywords) == nullptr ? Pushed::failed : Pushed::done;
  }
  std::copy(args, args + count, all + n);
  Args all_args{all, n + count};
  Value made = nullptr;
  if (!on_stack(t, all_args) || !push_call(t, as<Function>(f), all_args, OnReturn::callback, nullptr, &made)) return Pushed::failed;
  return Pushed::frame;
}

}  // namespace minipy
