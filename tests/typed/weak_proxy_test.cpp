#include "tests/scripted_world.hpp"

#include <mayfly/mayfly.hpp>

#include <compare>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace mayfly::world {
namespace {

/// Everything that a proxy forwards.
struct Everything {
  std::vector<int> items;
  bool truth = true;
  int total() const {
    int sum = 0;
    for (const int item : items) sum += item;
    return sum;
  }
  int operator()(int more) const { return total() + more; }
  int& operator[](std::size_t i) { return items[i]; }
  auto begin() { return items.begin(); }
  auto end() { return items.end(); }
  explicit operator bool() const { return truth; }
  friend auto operator<=>(const Everything& a, const Everything& b) { return a.total() <=> b.total(); }
  friend bool operator==(const Everything& a, const Everything& b) { return a.items == b.items; }
};
struct Opaque {
  int x = 0;
};

using Proxy = WeakProxy<Everything>;

static_assert(!std::is_default_constructible_v<std::hash<Proxy>>);   // S21: unhashable
static_assert(!std::is_invocable_v<WeakProxy<Opaque>>);              // S21: callable iff the referent is
static_assert(!std::equality_comparable<WeakProxy<Opaque>>);
static_assert(std::is_trivially_copyable_v<Proxy>);

TEST(WeakProxy, ForwardsWhatItsReferentCan) {   // S21 S22
  auto* object = make<Everything>(std::vector<int>{1, 2, 3});
  const Proxy proxy(object);
  EXPECT_EQ(proxy->total(), 6);
  EXPECT_EQ((*proxy).total(), 6);
  EXPECT_EQ(proxy(4), 10);
  proxy[std::size_t{1}] = 5;
  EXPECT_EQ(object->items[1], 5);
  EXPECT_TRUE(proxy ? true : false);
  object->truth = false;
  EXPECT_FALSE(proxy ? true : false);
  int sum = 0;
  for (const int item : proxy) sum += item;
  EXPECT_EQ(sum, 9);
  for (int& item : proxy) item = 0;
  EXPECT_EQ(proxy->total(), 0);
}

TEST(WeakProxy, UnwrapsBothSidesOfAComparison) {   // S23
  auto* one = make<Everything>(std::vector<int>{1});
  auto* other = make<Everything>(std::vector<int>{1});
  const Proxy a(one), b(other);
  EXPECT_EQ(a, b);
  EXPECT_EQ(a, *other);
  EXPECT_EQ(*one, b);
  other->items = {2};
  EXPECT_NE(a, b);
  EXPECT_LT(a, b);
  EXPECT_LE(a, *other);
  EXPECT_GT(*other, a);
  EXPECT_GE(b, a);
}

struct Partly {   // ordered by < and > alone, and not all of them
  double value;
  friend bool operator<(const Partly& a, const Partly& b) { return a.value < b.value; }
  friend bool operator>(const Partly& a, const Partly& b) { return a.value > b.value; }
};
template <class T>
concept has_at_most = requires(const T& a, const T& b) { a <= b; };
static_assert(!has_at_most<WeakProxy<Partly>>);
TEST(WeakProxy, HasTheOperatorsOfItsReferent) {
  auto* one = make<Partly>(1.0);
  auto* none = make<Partly>(std::numeric_limits<double>::quiet_NaN());
  const WeakProxy<Partly> a(one), nan(none);
  EXPECT_TRUE(a < Partly{2});
  EXPECT_TRUE(Partly{2} > a);
  EXPECT_FALSE(a > a);
  EXPECT_FALSE(a < nan);
  EXPECT_FALSE(nan > a);
  kill_and_collect(one);
  EXPECT_THROW((void)(a < nan), ReferenceError);
  EXPECT_THROW((void)(Partly{2} > a), ReferenceError);
}

TEST(WeakProxy, ConvertsToOneOfAConstObject) {
  auto* object = make<Everything>(std::vector<int>{1, 2});
  const Proxy proxy(object);
  const WeakProxy<const Everything> constant = proxy;
  EXPECT_EQ(constant->total(), 3);
  EXPECT_TRUE(constant == WeakProxy<const Everything>(proxy));
}

TEST(WeakProxy, EveryOperationOnADeadOneThrows) {   // S21
  auto* object = make<Everything>(std::vector<int>{1});
  Everything living{{1}};
  const Proxy proxy(object);
  kill_and_collect(object);
  EXPECT_TRUE(proxy.expired());
  EXPECT_EQ(proxy.get(), nullptr);
  EXPECT_THROW((void)proxy->total(), ReferenceError);
  EXPECT_THROW((void)*proxy, ReferenceError);
  EXPECT_THROW((void)proxy(1), ReferenceError);
  EXPECT_THROW((void)proxy[std::size_t{0}], ReferenceError);
  EXPECT_THROW((void)static_cast<bool>(proxy), ReferenceError);
  EXPECT_THROW((void)proxy.begin(), ReferenceError);
  EXPECT_THROW((void)proxy.end(), ReferenceError);
  EXPECT_THROW((void)(proxy == proxy), ReferenceError);
  EXPECT_THROW((void)(proxy == living), ReferenceError);
  EXPECT_THROW((void)(proxy < living), ReferenceError);
  EXPECT_THROW((void)(Proxy() == proxy), ReferenceError);
  try {
    (void)proxy->total();
  } catch (const ReferenceError& e) {
    EXPECT_STREQ(e.what(), "weakly-referenced object no longer exists");
  }
  (void)default_queue().drain();
}

TEST(WeakProxy, IsMadeOfObjectsThatTheCollectorOwns) {
  Everything on_the_stack;
  EXPECT_THROW(Proxy{&on_the_stack}, NotWeakReferenceable);
}

struct Button {
  int clicks = 0;
  int click(int times) { return clicks += times; }
  int reset() { return std::exchange(clicks, 0); }
};

struct ToggleButton : Button {};
template <class T, class M>
concept makes_a_weak_method = requires(T* object, M method) { weak_method(object, method); };
static_assert(makes_a_weak_method<ToggleButton, int (Button::*)()>);
static_assert(!makes_a_weak_method<Opaque, int (Button::*)()>);        // no method of it

TEST(WeakMethod, BindsAfreshAndDiesWithItsObject) {   // S25 S26
  auto* button = make<Button>();
  const auto method = weak_method(button, &Button::click).value;
  {
    const auto bound = method.get();
    ASSERT_TRUE(bound);
    EXPECT_EQ(bound.object(), button);
    EXPECT_EQ(bound(2), 2);
    EXPECT_EQ(method.get()(3), 5);
  }
  kill_and_collect(button);
  EXPECT_TRUE(method.expired());
  EXPECT_FALSE(method.get());
}

TEST(WeakMethod, IsEqualByObjectAndMethod) {   // S26
  auto* button = make<Button>();
  auto* other = make<Button>();
  const auto reset = [](Button* b) { return WeakMethod<Button, int (Button::*)()>::of(b, &Button::reset).value; };
  EXPECT_EQ(reset(button), reset(button));
  EXPECT_NE(reset(button), reset(other));
  using Reset = WeakMethod<Button, int (Button::*)()>;
  EXPECT_EQ(std::hash<Reset>{}(reset(button)), std::hash<Reset>{}(reset(button)));
  EXPECT_EQ(Reset::of(nullptr, &Button::reset).status, Status::not_collectable);
}

}  // namespace
}  // namespace mayfly::world
