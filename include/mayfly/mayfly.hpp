// Everything of mayfly for C++ programs and hosts.
#pragma once
#include <mayfly/concurrent_weak_set.hpp>
#include <mayfly/finalizer.hpp>
#include <mayfly/make.hpp>
#include <mayfly/node.hpp>
#include <mayfly/queue.hpp>
#include <mayfly/root.hpp>
#include <mayfly/runtime.hpp>
#include <mayfly/status.hpp>
#include <mayfly/weak.hpp>
#include <mayfly/weak_key_map.hpp>
#include <mayfly/weak_method.hpp>
#include <mayfly/weak_proxy.hpp>
#include <mayfly/weak_ref.hpp>
#include <mayfly/weak_set.hpp>
#include <mayfly/weak_table.hpp>
#include <mayfly/weak_value_map.hpp>
