// The loop that runs bytecode: one switch over the instructions. What is long is elsewhere.
//
// Between instructions everything that lives is on the thread's value stack, in frames, or in the Thread: a collection at a safepoint needs no
// C++ variable of the loop. `pc` and `sp` are written back to the frame before anything that may look at it.
#include <algorithm>
#include <utility>

#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/str.hpp"
#include "runtime/table.hpp"
#include "vm/frames.hpp"
#include "vm/host_mayfly.hpp"
#include "vm/interpreter.hpp"
#include "vm/watch.hpp"

namespace minipy {

namespace {

/// A call's outcome: the result was pushed, a frame was, or an exception is pending.
enum class Called : std::uint8_t { value, frame, error };

/// Arguments on the stack of the frame that calls a native are no stale values: what the native calls may collect, and so wipe the stack.
class ArgumentsInUse {
 public:
  ArgumentsInUse(const Thread& t, const Value* base, Args args) : frame_(t.frame), sp_(frame_->sp) {
    if (sp_ == base) frame_->sp = args.values + args.count + (args.names == nullptr ? 0 : args.names->size);
  }
  ~ArgumentsInUse() { frame_->sp = sp_; }
  ArgumentsInUse(const ArgumentsInUse&) = delete;
  ArgumentsInUse& operator=(const ArgumentsInUse&) = delete;

 private:
  Frame* frame_;
  Value* sp_;
};

/// A class of the program is called whose __init__ is a function of the program: the instance is made, __init__ gets a frame.
/// No frame and no error: nothing was done.
Called push_construct(Thread& t, Value* base, Args args) {
  Type* type = as_type(base[0]);
  Value init = type_lookup(type, names::__init__);
  if (init == nullptr || !is_exact(init, &function_type)) return Called::value;
  Value maker = type_lookup(type, names::__new__);
  if (!is_exact(maker, &native_type) || as<Native>(maker)->slot < 0 || (as<Function>(init)->code->flags & kGenerator) != 0) return Called::value;
  Value self = as<Native>(maker)->owner->slots->construct(type, args);
  if (self == nullptr) return Called::error;
  base[1] = self;
  Args with_self{args.values - 1, args.count + 1, args.names};
  Value made = nullptr;
  const bool ok = lift_arguments(t, with_self) && push_call(t, as<Function>(init), with_self, OnReturn::construct, self, &made);
  return ok ? Called::frame : Called::error;
}

/// base: [what is called, self or null, arguments...]; the result takes its place.
Called call_value(Thread& t, Value* base, std::int64_t count, Tuple* keywords) {
  for (;;) {
    Value f = base[0];
    const bool with_self = base[1] != nullptr;
    Args args{base + (with_self ? 1 : 2), count + with_self, keywords};
    if (is_exact(f, &function_type)) {
      Value made = nullptr;
      if (!lift_arguments(t, args) || !push_call(t, as<Function>(f), args, OnReturn::push, nullptr, &made)) return Called::error;
      if (made == nullptr) return Called::frame;
      return base[0] = made, Called::value;
    }
    if (!with_self) {
      if (is_exact(f, &method_type)) {
        base[0] = as<BoundMethod>(f)->function, base[1] = as<BoundMethod>(f)->self;
        continue;
      }
      if (is_exact(f, &type_type) && is_heap_type(as_type(f)) && (as_type(f)->flags & (kAbstract | kNotConstructible)) == 0) {
        const ArgumentsInUse in_use(t, base, args);
        const Called how = push_construct(t, base, args);
        if (how != Called::value) return how;
      } else if (!is_int(f) && is_heap_type(f->type)) {
        Value method = type_lookup(f->type, names::__call__);
        if (method != nullptr && is_exact(method, &function_type)) {
          base[0] = method, base[1] = f;
          continue;
        }
      }
    }
    const ArgumentsInUse in_use(t, base, args);
    const bool native = !is_int(f) && (f->type == &native_type || f->type == &native_method_type);
    t.may_push = native && (as<Native>(f)->flags & kMayPush) != 0;
    Value result = call(f, args);
    t.may_push = false;
    if (result == pushed()) return t.error != nullptr ? Called::error : Called::frame;
    return result == nullptr ? Called::error : (base[0] = result, Called::value);
  }
}

/// One step of `for` over a generator; the frame's sp and pc are saved.
Called step_generator(Generator* g, OnReturn how, Value send) {
  return push_generator(g, send, how, nullptr) == nullptr ? Called::error : Called::frame;
}

/// `yield from` over what is no generator: the yielded value, or null. ended: `result` is the expression's value.
Value step_iterator(Value iterator, Value send, bool* ended, Value* result) {
  Value v = send == none() ? iter_next(iterator) : call_method(iterator, names::send, {send});
  *ended = v == nullptr && (!error_pending() || error_is(exc::StopIteration));
  *result = none();
  if (*ended && error_pending()) {
    auto* stop = as<Exception>(take_error());
    if (stop->args->size != 0) *result = stop->args->items[0];
  }
  return v;
}

Value add_ints(Value a, Value b) {
  std::int64_t sum;
  if (__builtin_add_overflow(reinterpret_cast<std::int64_t>(a) - 1, reinterpret_cast<std::int64_t>(b), &sum)) return nullptr;
  return reinterpret_cast<Value>(sum);
}
Value sub_ints(Value a, Value b) {
  std::int64_t difference;
  if (__builtin_sub_overflow(reinterpret_cast<std::int64_t>(a), reinterpret_cast<std::int64_t>(b) - 1, &difference)) return nullptr;
  return reinterpret_cast<Value>(difference);
}

Value load_global(Frame* f, std::uint32_t i) {
  const GlobalCache& c = f->code->global_cache[i];
  const Table& globals = f->globals->table;
  if (c.globals == globals.layout) {
    if (c.builtins == 0) return globals.entries[c.at].value;
    if (c.builtins == builtins->table.layout) return builtins->table.entries[c.at].value;
  }
  return load_global_slow(f, i);
}

template <bool kWatched>
Value run_loop(Thread& t, bool failed) {
  Frame* f;
  const std::uint32_t* pc;
  Value *sp, *locals;
  Value* constants;
  Value result = nullptr;
  std::uint32_t word;

#define LOAD_FRAME() (f = t.frame, pc = f->pc, sp = f->sp, locals = f->locals, constants = f->code->constants)
#define SAVE_FRAME() (f->pc = pc, f->sp = sp)
#define ARGUMENT (word >> 8)
#define NAME (f->code->names[ARGUMENT])
#define REPLACE(n, value)              \
  do {                                 \
    SAVE_FRAME();                      \
    result = (value);                  \
    if (result == nullptr) goto error; \
    sp -= (n);                         \
    *sp++ = result;                    \
  } while (0)
#define CHECK(condition)          \
  do {                            \
    SAVE_FRAME();                 \
    if (!(condition)) goto error; \
  } while (0)
#define JUMP() (pc = f->code->words.data() + ARGUMENT)

  LOAD_FRAME();
  if (failed) goto unwinding;
  goto entered;

  for (;;) {
    if constexpr (kWatched) {
      SAVE_FRAME();
      if (watch(t)) {
        LOAD_FRAME();
        continue;
      }
    }
    word = *pc++;
    switch (static_cast<Op>(word & 0xff)) {
      case Op::nop:
        break;
      case Op::pop:
        --sp;
        break;
      case Op::dup:
        sp[0] = sp[-1], ++sp;
        break;
      case Op::dup2:
        sp[0] = sp[-2], sp[1] = sp[-1], sp += 2;
        break;
      case Op::swap:
        std::swap(sp[-1], sp[-2]);
        break;
      case Op::rot3: {  // a b c: c a b
        Value top = sp[-1];
        sp[-1] = sp[-2], sp[-2] = sp[-3], sp[-3] = top;
        break;
      }
      case Op::constant:
        *sp++ = constants[ARGUMENT];
        break;
      case Op::push_null:
        *sp++ = nullptr;
        break;

      // ---- names
      case Op::load_fast:
        *sp = locals[ARGUMENT];
        if (*sp == nullptr) [[unlikely]]
          CHECK(unbound_local(f, ARGUMENT));
        ++sp;
        break;
      case Op::store_fast:
        locals[ARGUMENT] = *--sp;
        break;
      case Op::delete_fast:
        if (locals[ARGUMENT] == nullptr) CHECK(unbound_local(f, ARGUMENT));
        locals[ARGUMENT] = nullptr;
        break;
      case Op::make_cell:
        SAVE_FRAME();
        result = cell_new(locals[ARGUMENT]);
        if (result == nullptr) goto error;
        locals[ARGUMENT] = result;
        break;
      case Op::load_closure:
        *sp++ = locals[ARGUMENT];
        break;
      case Op::load_deref:
        *sp = as<Cell>(locals[ARGUMENT])->value;
        if (*sp == nullptr) [[unlikely]]
          CHECK(unbound_local(f, ARGUMENT));
        ++sp;
        break;
      case Op::store_deref:
        as<Cell>(locals[ARGUMENT])->value = *--sp;
        break;
      case Op::delete_deref:
        if (as<Cell>(locals[ARGUMENT])->value == nullptr) CHECK(unbound_local(f, ARGUMENT));
        as<Cell>(locals[ARGUMENT])->value = nullptr;
        break;
      case Op::load_classderef: {
        Value v = f->names == nullptr ? nullptr : dict_get_name(f->names, f->code->locals[ARGUMENT]);
        *sp = v != nullptr ? v : as<Cell>(locals[ARGUMENT])->value;
        if (*sp == nullptr) CHECK(unbound_local(f, ARGUMENT));
        ++sp;
        break;
      }
      case Op::load_global:
        SAVE_FRAME();
        result = load_global(f, ARGUMENT);
        if (result == nullptr) goto error;
        *sp++ = result;
        break;
      case Op::load_name:
        SAVE_FRAME();
        result = f->names == nullptr ? load_global(f, ARGUMENT) : load_name(f, ARGUMENT);
        if (result == nullptr) goto error;
        *sp++ = result;
        break;
      case Op::store_name:
        CHECK(dict_set_name(f->names != nullptr ? f->names : f->globals, NAME, sp[-1]));
        --sp;
        break;
      case Op::store_global:
        CHECK(dict_set_name(f->globals, NAME, sp[-1]));
        --sp;
        break;
      case Op::delete_name:
        CHECK(dict_delete_name(f->names != nullptr ? f->names : f->globals, NAME) || unbound_name(NAME));
        break;
      case Op::delete_global:
        CHECK(dict_delete_name(f->globals, NAME) || unbound_name(NAME));
        break;
      case Op::load_build_class:
        *sp++ = dict_get_name(builtins, intern("__build_class__"));
        break;

      // ---- attributes and items
      case Op::load_attr:
        REPLACE(1, get_attr(sp[-1], NAME));
        break;
      case Op::store_attr:
        CHECK(set_attr(sp[-1], NAME, sp[-2]));
        sp -= 2;
        break;
      case Op::delete_attr:
        CHECK(set_attr(sp[-1], NAME, nullptr));
        --sp;
        break;
      case Op::load_method: {
        Value self = nullptr;
        REPLACE(1, load_method(sp[-1], NAME, &self));
        *sp++ = self;
        break;
      }
      case Op::subscr: {
        Value object = sp[-2];
        if (is_exact(object, &list_type) && is_int(sp[-1]) && static_cast<std::uint64_t>(int_of(sp[-1])) < usize(as_list(object)->size)) {
          sp[-2] = as_list(object)->items[int_of(sp[-1])];
          --sp;
          break;
        }
        REPLACE(2, get_item(object, sp[-1]));
        break;
      }
      case Op::store_subscr:
        CHECK(set_item(sp[-2], sp[-1], sp[-3]));
        sp -= 3;
        break;
      case Op::delete_subscr:
        CHECK(set_item(sp[-2], sp[-1], nullptr));
        sp -= 2;
        break;

      // ---- operators
      case Op::binary: {
        const auto op = static_cast<BinaryOp>(ARGUMENT);
        if (are_ints(sp[-2], sp[-1]) && op <= BinaryOp::sub) {
          result = op == BinaryOp::add ? add_ints(sp[-2], sp[-1]) : sub_ints(sp[-2], sp[-1]);
          if (result != nullptr) [[likely]] {
            *--sp = nullptr, sp[-1] = result;
            break;
          }
        }
        REPLACE(2, binary(op, sp[-2], sp[-1]));
        break;
      }
      case Op::inplace: {
        const auto op = static_cast<BinaryOp>(ARGUMENT);
        if (are_ints(sp[-2], sp[-1]) && op <= BinaryOp::sub) {
          result = op == BinaryOp::add ? add_ints(sp[-2], sp[-1]) : sub_ints(sp[-2], sp[-1]);
          if (result != nullptr) [[likely]] {
            *--sp = nullptr, sp[-1] = result;
            break;
          }
        }
        REPLACE(2, inplace(op, sp[-2], sp[-1]));
        break;
      }
      case Op::unary:
        REPLACE(1, unary(static_cast<UnaryOp>(ARGUMENT), sp[-1]));
        break;
      case Op::not_: {
        SAVE_FRAME();
        const int yes = truth(sp[-1]);
        if (yes < 0) goto error;
        sp[-1] = boolean(yes == 0);
        break;
      }
      case Op::compare: {
        const auto op = static_cast<CompareOp>(ARGUMENT);
        if (are_ints(sp[-2], sp[-1])) {
          result = boolean(compare_as(op, int_of(sp[-2]), int_of(sp[-1])));
          sp[-2] = result, --sp;
          break;
        }
        REPLACE(2, compare(op, sp[-2], sp[-1]));
        break;
      }
      case Op::in:
      case Op::not_in: {
        SAVE_FRAME();
        const int yes = contains(sp[-1], sp[-2]);
        if (yes < 0) goto error;
        sp[-2] = boolean((yes != 0) == (static_cast<Op>(word & 0xff) == Op::in)), --sp;
        break;
      }
      case Op::is:
        sp[-2] = boolean(sp[-2] == sp[-1]), --sp;
        break;
      case Op::is_not:
        sp[-2] = boolean(sp[-2] != sp[-1]), --sp;
        break;

      // ---- displays
      case Op::build_slice:
        REPLACE(ARGUMENT, slice_new(sp[-std::ptrdiff_t{ARGUMENT}], sp[1 - std::ptrdiff_t{ARGUMENT}], ARGUMENT == 3 ? sp[-1] : none()));
        break;
      case Op::build_tuple:
        REPLACE(ARGUMENT, tuple_from(sp - ARGUMENT, ARGUMENT));
        break;
      case Op::build_list:
        REPLACE(ARGUMENT, build_list(sp - ARGUMENT, ARGUMENT));
        break;
      case Op::build_set:
        REPLACE(ARGUMENT, build_set(sp - ARGUMENT, ARGUMENT));
        break;
      case Op::build_map:
        REPLACE(2 * ARGUMENT, build_map(sp - 2 * ARGUMENT, ARGUMENT));
        break;
      case Op::build_string:
        REPLACE(ARGUMENT, build_string(sp - ARGUMENT, ARGUMENT));
        break;
      case Op::list_append:
        CHECK(list_append(as_list(sp[-1 - std::ptrdiff_t{ARGUMENT}]), sp[-1]));
        --sp;
        break;
      case Op::set_add:
        CHECK(set_add(as<Set>(sp[-1 - std::ptrdiff_t{ARGUMENT}]), sp[-1]));
        --sp;
        break;
      case Op::map_add:
        CHECK(dict_set(as_dict(sp[-2 - std::ptrdiff_t{ARGUMENT}]), sp[-2], sp[-1]));
        sp -= 2;
        break;
      case Op::list_extend:
        CHECK(spread_into(as_list(sp[-2]), sp[-1], ARGUMENT == 2 ? sp[-4] : nullptr));
        --sp;
        break;
      case Op::set_update:
        CHECK(set_update_from(as<Set>(sp[-2]), sp[-1]));
        --sp;
        break;
      case Op::dict_update:
        CHECK(merge_mapping(as_dict(sp[-2]), sp[-1]));
        --sp;
        break;
      case Op::dict_merge:
        CHECK(merge_keywords(as_dict(sp[-2]), sp[-1], sp[-5]));
        --sp;
        break;
      case Op::list_to_tuple:
        REPLACE(1, tuple_from(as_list(sp[-1])->items, as_list(sp[-1])->size));
        break;
      case Op::format:
        if ((ARGUMENT & 0x100) != 0)
          REPLACE(2, format_part(sp[-2], ARGUMENT & 0xff, sp[-1]));
        else
          REPLACE(1, format_part(sp[-1], ARGUMENT, nullptr));
        break;
      case Op::unpack:
        --sp;
        CHECK(unpack_sequence(*sp, ARGUMENT, sp));
        sp += ARGUMENT;
        break;
      case Op::unpack_ex:
        --sp;
        CHECK(unpack_starred(*sp, ARGUMENT & 0xfff, ARGUMENT >> 12, sp));
        sp += (ARGUMENT & 0xfff) + 1 + (ARGUMENT >> 12);
        break;

      // ---- jumps
      case Op::jump:
        JUMP();
        break;
      case Op::jump_back:
        JUMP();
        if (eval_break.load(std::memory_order_relaxed) != 0) [[unlikely]]
          goto breaks;
        break;
      case Op::jump_if_false:
      case Op::jump_if_true: {
        Value v = sp[-1];
        int yes;
        if (v == &true_object || v == &false_object) {
          yes = v == &true_object;
        } else {
          SAVE_FRAME();
          yes = truth(v);
          if (yes < 0) goto error;
        }
        --sp;
        if ((yes != 0) == (static_cast<Op>(word & 0xff) == Op::jump_if_true)) JUMP();
        break;
      }
      case Op::jump_if_false_or_pop:
      case Op::jump_if_true_or_pop: {
        SAVE_FRAME();
        const int yes = truth(sp[-1]);
        if (yes < 0) goto error;
        if ((yes != 0) == (static_cast<Op>(word & 0xff) == Op::jump_if_true_or_pop))
          JUMP();
        else
          --sp;
        break;
      }

      // ---- iteration
      case Op::get_iter:
        REPLACE(1, get_iter(sp[-1]));
        break;
      case Op::for_iter: {
        SAVE_FRAME();
        Value it = sp[-1];
        if (is_exact(it, &generator_type) && as<Generator>(it)->frame != nullptr) {
          if (step_generator(as<Generator>(it), OnReturn::for_iter, nullptr) == Called::error) goto error;
          goto switched;
        }
        result = iter_next(it);
        if (result != nullptr) {
          *sp++ = result;
        } else {
          if (t.error != nullptr) goto error;
          *--sp = nullptr;
          JUMP();
        }
        break;
      }
      case Op::get_yield_from_iter:
        if (!is_exact(sp[-1], &generator_type)) REPLACE(1, get_iter(sp[-1]));
        break;
      case Op::yield_from: {
        Value it = sp[-2], send = sp[-1];
        --sp, --pc;
        SAVE_FRAME();
        if (is_exact(it, &generator_type) && as<Generator>(it)->frame != nullptr) {
          if (step_generator(as<Generator>(it), OnReturn::yield_from, send) == Called::error) {
            f->pc = ++pc;
            goto error;
          }
          goto switched;
        }
        bool ended = false;
        Value value = nullptr;
        result = step_iterator(it, send, &ended, &value);
        if (ended) {
          sp[-1] = value, ++pc;
          break;
        }
        if (result == nullptr) {
          f->pc = ++pc;
          goto error;
        }
        goto yielding;
      }
      case Op::yield:
        result = *--sp;
        SAVE_FRAME();
        goto yielding;
      case Op::return_:
        result = *--sp;
        SAVE_FRAME();
        switch (finish_frame(t, result)) {
          case After::leave:
            return result;
          case After::error:
            LOAD_FRAME();
            goto error;
          case After::resume:
            goto switched;
        }
        break;

      // ---- calls
      case Op::call:
      case Op::call_kw: {
        Tuple* keywords = nullptr;
        std::int64_t count = ARGUMENT;
        if (static_cast<Op>(word & 0xff) == Op::call_kw) keywords = as_tuple(*--sp), count -= keywords->size;
        Value* base = sp - ARGUMENT - 2;
        sp = base;
        SAVE_FRAME();
        switch (call_value(t, base, count, keywords)) {
          case Called::value:
            ++sp;
            if (eval_break.load(std::memory_order_relaxed) != 0) [[unlikely]]
              goto breaks;
            break;
          case Called::frame:
            goto entered;
          case Called::error:
            goto error;
        }
        break;
      }
      case Op::call_ex: {
        const bool keywords = ARGUMENT != 0;
        sp -= keywords ? 4 : 3;
        SAVE_FRAME();
        Args args{nullptr, 0};
        Value* base = spread_arguments(t, sp, keywords, args);
        if (base == nullptr) goto error;
        switch (call_value(t, base, args.count, args.names)) {
          case Called::value:
            *sp++ = base[0];
            if (eval_break.load(std::memory_order_relaxed) != 0) [[unlikely]]
              goto breaks;
            break;
          case Called::frame:
            goto entered;
          case Called::error:
            goto error;
        }
        break;
      }
      case Op::make_function: {
        Value* top = sp;
        const std::uint32_t flags = ARGUMENT;
        sp -= 1 + ((flags & kDefaults) != 0) + ((flags & kKeywordDefaults) != 0) + ((flags & kClosure) != 0);
        REPLACE(0, make_function(f, top, flags));
        break;
      }

      // ---- exceptions
      case Op::push_exc: {
        Value exception = sp[-1];
        sp[-1] = t.handled == f->entry_handled ? nullptr : t.handled;
        *sp++ = exception;
        t.handled = exception;
        break;
      }
      case Op::pop_except:
        --sp;
        t.handled = *sp != nullptr ? *sp : f->entry_handled;
        break;
      case Op::reraise:
        t.error = *--sp;
        t.reraised = true;
        goto error;
      case Op::check_match: {
        SAVE_FRAME();
        const int yes = matches(sp[-2], sp[-1]);
        if (yes < 0) goto error;
        sp[-1] = boolean(yes != 0);
        break;
      }
      case Op::raise: {
        sp -= ARGUMENT;
        SAVE_FRAME();
        (void)raise_values(t, ARGUMENT > 0 ? sp[0] : nullptr, ARGUMENT > 1 ? sp[1] : nullptr, ARGUMENT > 1);
        goto error;
      }
      case Op::with_enter:
        CHECK(enter_with(sp));
        sp += 2;
        break;
      case Op::with_except:
        leave_with(sp);
        sp += 5;
        break;

      // ---- the rest
      case Op::import_name: {
        Value from = sp[-1];
        REPLACE(2, import_statement(NAME, int_of(sp[-2]), from == none() ? nullptr : from, f->globals));
        break;
      }
      case Op::import_from:
        SAVE_FRAME();
        result = import_from(sp[-1], NAME);
        if (result == nullptr) goto error;
        *sp++ = result;
        break;
      case Op::import_star:
        CHECK(import_star(f, sp[-1]));
        --sp;
        break;
      case Op::print_expr:
        CHECK(print_expression(sp[-1]));
        --sp;
        break;
      case Op::setup_annotations:
        CHECK(setup_annotations(f));
        break;
    }
    continue;

  yielding:
    if (yield_value(t, result) == After::leave) return result;
    goto switched;

  entered:  // a frame was pushed
    if (eval_break.load(std::memory_order_relaxed) == 0) [[likely]] {
      LOAD_FRAME();
      continue;
    }
    LOAD_FRAME();
  breaks:
    SAVE_FRAME();
    if (serve_breaks(t) == After::error) {
      LOAD_FRAME();
      goto unwinding;
    }
  switched:
    if (t.error != nullptr) [[unlikely]]
      goto unwinding;
    LOAD_FRAME();
    continue;

  error:
    f->pc = pc;
  unwinding:
    if (unwind(t) == After::leave) return nullptr;
    goto switched;
  }
#undef LOAD_FRAME
#undef SAVE_FRAME
#undef ARGUMENT
#undef NAME
#undef REPLACE
#undef CHECK
#undef JUMP
}

Value run_counted(Thread& t, bool failed) {
  ++t.runs;
  Value result = watching() ? run_loop<true>(t, failed) : run_loop<false>(t, failed);
  --t.runs;
  return result;
}

}  // namespace

Value run(Thread& t) { return run_counted(t, false); }
Value run_with_error(Thread& t) { return run_counted(t, true); }

}  // namespace minipy
