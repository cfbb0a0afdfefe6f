// Python's repr() of weak references and finalizers.
#include <mayfly/node.hpp>

#include <cstdio>

namespace mayfly {
namespace {

const char* type_name(const Host& host, void* object) noexcept {
  const char* name = host.type_name != nullptr ? host.type_name(host.self, object) : nullptr;
  return name != nullptr ? name : "object";
}

const char* object_name(const Host& host, void* object) noexcept {
  return host.object_name != nullptr ? host.object_name(host.self, object) : nullptr;
}

std::size_t length(int printed) noexcept { return printed > 0 ? static_cast<std::size_t>(printed) : 0; }

}  // namespace

std::size_t describe(const RefNode& node, const Host& host, char* out, std::size_t size) noexcept {
  void* referent = get(node);
  const bool proxy = kind(node) == RefKind::proxy;
  const void* at = holder(node);
  if (referent == nullptr) return length(std::snprintf(out, size, "<weak%s at %p; dead>", proxy ? "proxy" : "ref", at));
  if (proxy) return length(std::snprintf(out, size, "<weakproxy at %p to %s at %p>", at, type_name(host, referent), referent));
  const char* name = object_name(host, referent);
  const char* open = name != nullptr ? " (" : "";
  const char* close = name != nullptr ? ")" : "";
  const int printed = std::snprintf(out, size, "<weakref at %p; to '%s' at %p%s%s%s>", at, type_name(host, referent), referent, open,
                                    name != nullptr ? name : "", close);
  reachable_here(referent);
  return length(printed);
}

std::size_t describe_non_iterator(const RefNode& proxy, const Host& host, char* out, std::size_t size) noexcept {
  void* referent = get(proxy);
  if (referent == nullptr) return length(std::snprintf(out, size, "%s", message(Status::dead)));
  const int printed = std::snprintf(out, size, "Weakref proxy referenced a non-iterator '%s' object", type_name(host, referent));
  reachable_here(referent);
  return length(printed);
}

std::size_t describe(Registered finalizer, const void* address, const Host& host, char* out, std::size_t size) noexcept {
  const Peeked live = peek(finalizer);
  if (live.object == nullptr) return length(std::snprintf(out, size, "<finalize object at %p; dead>", address));
  const int printed = std::snprintf(out, size, "<finalize object at %p; for '%s' at %p>", address, type_name(host, live.object), live.object);
  reachable_here(live.object);
  return length(printed);
}

}  // namespace mayfly
