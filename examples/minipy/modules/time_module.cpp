// The module time. A struct_time is a plain tuple.
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <ctime>

#include "modules/modules.hpp"
#include "modules/threads.hpp"
#include "runtime/error.hpp"
#include "runtime/str.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

namespace {
// ---- clocks -------------------------------------------------------------------------------------------------------------------------------

template <clockid_t clock>
Value nanoseconds(Args) {
  timespec now = {};
  return clock_gettime(clock, &now) == 0 ? int_new(std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec) : raise_os_error(errno, nullptr);
}
template <clockid_t clock>
Value seconds(Args) {
  timespec now = {};
  if (clock_gettime(clock, &now) != 0) return raise_os_error(errno, nullptr);
  return float_new(static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9);
}

struct Sleep {
  timespec until;
  int error;
};
void wait_until(void* argument) {
  auto* sleep = static_cast<Sleep*>(argument);
  sleep->error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &sleep->until, nullptr);
}
Value sleep_for(Args a) {
  double length = 0;
  if (!float_of(a[0], &length)) return nullptr;
  if (std::isnan(length)) return raise(exc::ValueError, "Invalid value NaN (not a number)");
  if (length < 0) return raise(exc::ValueError, "sleep length must be non-negative");
  if (length >= 1e9) return raise(exc::OverflowError, "timestamp too large to convert to C _PyTime_t");
  Sleep sleep = {moment_in(length), 0};
  do {
    unlocked(wait_until, &sleep);
    if (sleep.error == EINTR && !may_go_on()) return nullptr;
  } while (sleep.error == EINTR);
  return none();
}

// ---- dates --------------------------------------------------------------------------------------------------------------------------------

/// Seconds since the epoch: the argument, or now.
bool moment_of(Args a, std::int64_t i, std::time_t* out) {
  *out = std::time(nullptr);
  if (a.count <= i || a[i] == none()) return true;
  double when = 0;
  if (!float_of(a[i], &when)) return false;
  if (std::isnan(when)) return raise(exc::ValueError, "Invalid value NaN (not a number)"), false;
  if (std::fabs(when) > 1e15) return raise(exc::OverflowError, "timestamp out of range for platform time_t"), false;
  *out = static_cast<std::time_t>(std::floor(when));
  return true;
}

Value tuple_of_date(const std::tm& t) {
  const int parts[] = {t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (t.tm_wday + 6) % 7, t.tm_yday + 1, t.tm_isdst};
  Tuple* date = tuple_new(9);
  if (date != nullptr) std::transform(std::begin(parts), std::end(parts), date->items, [](int part) { return small_int(part); });
  return date;
}
using Breaker = std::tm* (*)(const std::time_t*, std::tm*);
template <Breaker breaker>
Value broken_down(Args a) {
  std::time_t when = 0;
  std::tm t = {};
  if (!moment_of(a, 0, &when)) return nullptr;
  return breaker(&when, &t) != nullptr ? tuple_of_date(t) : raise(exc::OverflowError, "timestamp out of range for platform time_t");
}

/// The date of a tuple, checked; `i` is past the arguments: now.
bool date_of(Args a, std::int64_t i, std::tm* out) {
  if (a.count <= i) {
    const std::time_t now = std::time(nullptr);
    return localtime_r(&now, out), true;
  }
  if (!is_instance(a[i], &tuple_type)) return raise(exc::TypeError, "Tuple or struct_time argument required"), false;
  if (as_tuple(a[i])->size != 9) return raise(exc::TypeError, "argument must be sequence of length 9, not {}", as_tuple(a[i])->size), false;
  std::int64_t part[9];
  for (std::int64_t k = 0; k < 9; ++k)
    if (!index_of(as_tuple(a[i])->items[k], &part[k])) return false;
  static constexpr struct {
    const char* name;
    std::int64_t least, most;
  } kParts[] = {{"year", -999'999'999, 999'999'999},
                {"month", 0, 12},
                {"day of month", 0, 31},
                {"hour", 0, 23},
                {"minute", 0, 59},
                {"seconds", 0, 61},
                {"day of week", -1, 6},
                {"day of year", 0, 366},
                {"daylight saving flag", -100, 100}};
  for (std::size_t k = 0; k < 9; ++k)
    if (part[k] < kParts[k].least || part[k] > kParts[k].most) return raise(exc::ValueError, "{} out of range", kParts[k].name), false;
  const auto narrow = [&](std::size_t k) { return static_cast<int>(part[k]); };
  out->tm_year = narrow(0) - 1900, out->tm_mon = std::max(narrow(1) - 1, 0), out->tm_mday = std::max(narrow(2), 1);
  out->tm_hour = narrow(3), out->tm_min = narrow(4), out->tm_sec = narrow(5);
  out->tm_wday = (narrow(6) + 1) % 7, out->tm_yday = std::max(narrow(7) - 1, 0), out->tm_isdst = std::clamp(narrow(8), -1, 1);
  return true;
}

std::string formatted(const std::string& format, const std::tm& t) {
  std::string out(256, '\0');
  for (;;) {  // zero is also the length of an empty result: give up when the room is plenty
    const std::size_t n = std::strftime(out.data(), out.size(), format.c_str(), &t);
    if (n > 0 || out.size() > 256 * format.size() + 256) return out.substr(0, n);
    out.resize(out.size() * 2);
  }
}
Value strftime_of(Args a) {
  std::tm t = {};
  if (!is_str(a[0])) return raise(exc::TypeError, "strftime() argument 1 must be str, not {}", type_name(a[0]));
  return date_of(a, 1, &t) ? str_value(formatted(std::string(as_str(a[0])->view()), t)) : nullptr;
}
Value date_text(const std::tm& t) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return str_value(
      fmt::format("{} {}{:3} {:02}:{:02}:{:02} {}", kDays[t.tm_wday], kMonths[t.tm_mon], t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, t.tm_year + 1900));
}
Value asctime_of(Args a) {
  std::tm t = {};
  return date_of(a, 0, &t) ? date_text(t) : nullptr;
}
Value ctime_of(Args a) {
  std::time_t when = 0;
  std::tm t = {};
  if (!moment_of(a, 0, &when)) return nullptr;
  return localtime_r(&when, &t) != nullptr ? date_text(t) : raise(exc::OverflowError, "timestamp out of range for platform time_t");
}
Value mktime_of(Args a) {
  std::tm t = {};
  return date_of(a, 0, &t) ? float_new(static_cast<double>(std::mktime(&t))) : nullptr;
}
}  // namespace

bool fill_time(Module* module) {
  tzset();
  return define(module, {{"time", seconds<CLOCK_REALTIME>, 0, 0},
                         {"time_ns", nanoseconds<CLOCK_REALTIME>, 0, 0},
                         {"monotonic", seconds<CLOCK_MONOTONIC>, 0, 0},
                         {"monotonic_ns", nanoseconds<CLOCK_MONOTONIC>, 0, 0},
                         {"perf_counter", seconds<CLOCK_MONOTONIC>, 0, 0},
                         {"perf_counter_ns", nanoseconds<CLOCK_MONOTONIC>, 0, 0},
                         {"process_time", seconds<CLOCK_PROCESS_CPUTIME_ID>, 0, 0},
                         {"process_time_ns", nanoseconds<CLOCK_PROCESS_CPUTIME_ID>, 0, 0},
                         {"thread_time", seconds<CLOCK_THREAD_CPUTIME_ID>, 0, 0},
                         {"thread_time_ns", nanoseconds<CLOCK_THREAD_CPUTIME_ID>, 0, 0},
                         {"sleep", sleep_for, 1, 1},
                         {"localtime", broken_down<localtime_r>, 0, 1},
                         {"gmtime", broken_down<gmtime_r>, 0, 1},
                         {"mktime", mktime_of, 1, 1},
                         {"strftime", strftime_of, 1, 2},
                         {"asctime", asctime_of, 0, 1},
                         {"ctime", ctime_of, 0, 1}}) &&
         define(module, "timezone", small_int(timezone)) && define(module, "altzone", small_int(timezone - 3600 * daylight)) &&
         define(module, "daylight", small_int(daylight)) && define(module, "tzname", tuple_of({str_value(tzname[0]), str_value(tzname[1])}));
}

}  // namespace minipy
