/* The whole C face, called from C99. Each function here is a test of c_api_test.cpp, which decides who dies. */
#include "tests/node/c_api_test.h"

#include <mayfly/mayfly.h>

#include <string.h>

#define CHECK(condition) \
  if (!(condition)) c_test.fail(__LINE__, #condition)

typedef struct object {
  mayfly_cell_word cell;
  long value;
} object;
typedef struct ref {
  void *header;
  mayfly_node node;
} ref;
typedef struct bound_method {
  void *header;
  mayfly_method method;
} bound_method;

static int calls, unraisable, wakes;

static int equal_values(void *self, void *a, void *b) {
  CHECK(self == &calls);
  if (((object *)a)->value < 0) return -1;
  return ((object *)a)->value == ((object *)b)->value;
}
static mayfly_status hash_value(void *self, void *o, uint64_t *out) {
  CHECK(self == &calls);
  if (((object *)o)->value < 0) return MAYFLY_E_HOST;
  *out = (uint64_t)((object *)o)->value;
  return MAYFLY_OK;
}
static const char *type_name(void *self, void *o) { return self == &calls && o != NULL ? "A" : NULL; }
static const char *object_name(void *self, void *o) { return self == &calls && o != NULL ? "n" : NULL; }
static int call(void *self, const mayfly_event *event) {
  CHECK(self == &calls && event->payload != NULL);
  ++calls;
  return event->payload == (void *)&unraisable ? MAYFLY_CALLED_FAILED : MAYFLY_CALLED_OK;
}
static void on_unraisable(void *self, const mayfly_event *event) {
  CHECK(self == &calls && event->ref != NULL);
  ++unraisable;
}
static void run(mayfly_event *event) { *(int *)event->payload += event->act == MAYFLY_CALL ? 1 : 100; }
static void wake(void *count) { ++*(int *)count; }

static mayfly_queue *new_queue(void) {
  mayfly_host host = {sizeof(mayfly_host), &calls, equal_values, hash_value, type_name, call, on_unraisable, object_name};
  mayfly_queue *queue;
  calls = unraisable = wakes = 0;
  queue = mayfly_queue_new(&host);
  CHECK(queue != NULL);
  host.size = 1;
  CHECK(mayfly_queue_new(&host) == NULL);
  return queue;
}
static object *new_object(long value) {
  object *o = c_test.allocate(sizeof *o);
  o->value = value;
  return o;
}
static mayfly_referent to(object *o) {
  mayfly_referent r = {NULL, NULL, 0};
  r.obj = o;
  r.cell = &o->cell;
  return r;
}
static ref *new_ref(object *o, mayfly_queue *queue, void *callback, mayfly_kind kind) {
  ref *r = c_test.allocate(sizeof *r);
  mayfly_node *bound;
  CHECK(mayfly_bind(&r->node, to(o), queue, callback, kind, &bound) == MAYFLY_OK);
  return mayfly_holder(bound);
}

void c_starts(void) {
  mayfly_options options = {sizeof(mayfly_options), 0, 0, 0, 0, NULL, 0, 0, NULL, 0};
  int ours = 1;
  CHECK(mayfly_init(MAYFLY_VERSION, NULL) == MAYFLY_OK);
  CHECK(mayfly_init(MAYFLY_VERSION, &options) == MAYFLY_OK);
  CHECK(mayfly_init(MAYFLY_VERSION + 0x100, &options) == MAYFLY_E_UNSUPPORTED);
  options.size = 3;
  CHECK(mayfly_init(MAYFLY_VERSION, &options) == MAYFLY_E_UNSUPPORTED);
  CHECK(strcmp(mayfly_init_problem(), "") == 0);
  CHECK(strcmp(mayfly_message(MAYFLY_E_DEAD), "weakly-referenced object no longer exists") == 0);
  CHECK(mayfly_thread_begin(&ours) == MAYFLY_OK && !ours);
  mayfly_thread_end(ours);
  mayfly_blocking(wake, &calls);
#ifndef __SANITIZE_THREAD__ /* it dies of more than 64 locks held at once */
  mayfly_before_fork();
  mayfly_after_fork(0);
#endif
}

static void count_node(void *count, mayfly_node *node) {
  CHECK(mayfly_get(node) != NULL);
  ++*(int *)count;
}

void c_references(void) {
  mayfly_queue *queue = new_queue();
  object *a = new_object(1), *b = new_object(1);
  ref *shared = new_ref(a, queue, NULL, MAYFLY_REF), *proxy = new_ref(a, queue, NULL, MAYFLY_PROXY), *other = new_ref(b, queue, NULL, MAYFLY_REF);
  ref *called = new_ref(a, queue, &calls, MAYFLY_REF), *fails = new_ref(a, queue, &unraisable, MAYFLY_SUBCLASS);
  mayfly_node *bound = NULL;
  uint64_t hash = 0;
  int seen = 0;
  char text[100];
  mayfly_event event;
  mayfly_drained drained;
  CHECK(new_ref(a, queue, NULL, MAYFLY_REF) == shared);
  CHECK(mayfly_canonical(to(a), MAYFLY_PROXY) == &proxy->node);
  CHECK(mayfly_kind_of(&proxy->node) == MAYFLY_PROXY && mayfly_kind_of(&fails->node) == MAYFLY_SUBCLASS);
  CHECK(mayfly_get(&shared->node) == a && mayfly_callback(&called->node) == &calls);
  CHECK(mayfly_equal(&shared->node, &other->node, queue) == 1);
  b->value = 2;
  CHECK(mayfly_equal(&shared->node, &other->node, queue) == 0);
  b->value = -1;
  CHECK(mayfly_equal(&other->node, &shared->node, queue) == -1);
  CHECK(mayfly_hash(&other->node, queue, &hash) == MAYFLY_E_HOST);
  CHECK(mayfly_hash(&shared->node, queue, &hash) == MAYFLY_OK && hash == 1);
  CHECK(mayfly_describe(&shared->node, queue, text, sizeof text) > 20 && strstr(text, "to 'A' at") != NULL && strstr(text, "(n)") != NULL);
  CHECK(mayfly_describe_non_iterator(&proxy->node, queue, text, sizeof text) > 20 && strstr(text, "non-iterator 'A' object") != NULL);
  CHECK(mayfly_count(to(a)) == 4);
  CHECK(mayfly_each(to(a), count_node, &seen) == MAYFLY_OK && seen == 4);
  CHECK(mayfly_bind(&shared->node, to(b), queue, NULL, MAYFLY_REF, &bound) == MAYFLY_E_BOUND && bound == NULL);
  mayfly_unbind(&other->node);
  CHECK(mayfly_get(&other->node) == NULL);

  CHECK(mayfly_queue_set_wake(queue, wake, &wakes) == MAYFLY_OK);
  CHECK(mayfly_queue_own(queue) == MAYFLY_OK);
  CHECK(!mayfly_queue_take(queue, &event));
  c_test.kill_and_collect(a);
  CHECK(mayfly_queue_pending(queue));
  CHECK(mayfly_queue_take(queue, &event) && event.holder == fails && event.ref == &fails->node && event.payload == &unraisable);
  CHECK(wakes > 0);
  mayfly_queue_put_back(queue, &event);
  mayfly_queue_disown(queue);
  mayfly_callbacks_off();
  CHECK(mayfly_queue_drain(queue, SIZE_MAX, UINT64_MAX).busy);
  mayfly_callbacks_on();
  drained = mayfly_queue_drain(queue, 1, UINT64_MAX);
  CHECK(drained.ran == 1 && drained.left == 1 && calls == 1 && unraisable == 1);
  CHECK(mayfly_queue_get_stats(queue).waiting == 1 && mayfly_queue_get_stats(queue).ran == 1 && mayfly_queue_get_stats(queue).failed == 1);
  CHECK(mayfly_queue_collect(queue));
  CHECK(mayfly_queue_collect_and_drain(queue).ran == 1 && calls == 2);
  a = new_object(3);
  (void)new_ref(a, queue, &calls, MAYFLY_REF);
  mayfly_clear_now(to(a));
  CHECK(mayfly_queue_take(queue, &event) && !mayfly_queue_take(queue, &event));
  CHECK(mayfly_get_stats().taken >= 3);
  CHECK(mayfly_queue_wake_fd(queue) >= 0 && mayfly_queue_wake_fd(queue) == mayfly_queue_wake_fd(queue));
}

void c_drainer(void) {
  mayfly_queue *queue = new_queue();
  object *o = new_object(4);
  ref *r = new_ref(o, queue, &calls, MAYFLY_REF);
  CHECK(mayfly_start_drainer(queue) == MAYFLY_OK && mayfly_start_drainer(queue) == MAYFLY_OK);
  mayfly_clear_now(to(o));
  while (mayfly_queue_get_stats(queue).ran == 0) continue; /* on its thread */
  mayfly_stop_drainer(queue);
  CHECK(calls == 1 && mayfly_get(&r->node) == NULL);
  mayfly_stop_drainer(queue);
}

void c_methods(void) {
  mayfly_queue *queue = new_queue();
  object *o = new_object(1), *f = new_object(2);
  bound_method *m = c_test.allocate(sizeof *m), *same = c_test.allocate(sizeof *same);
  void *object_seen, *function_seen;
  mayfly_event event;
  CHECK(mayfly_bind_method(&m->method, to(o), to(f), queue, &calls) == MAYFLY_OK);
  CHECK(mayfly_bind_method(&same->method, to(o), to(f), queue, NULL) == MAYFLY_OK);
  CHECK(mayfly_get_method(&m->method, &object_seen, &function_seen) && object_seen == o && function_seen == f);
  CHECK(mayfly_equal_methods(&m->method, &same->method, queue) == 1);
  mayfly_unbind_method(&same->method);
  CHECK(mayfly_equal_methods(&m->method, &same->method, queue) == 0);
  c_test.kill_and_collect(f);
  CHECK(!mayfly_get_method(&m->method, &object_seen, &function_seen) && object_seen == NULL && function_seen == NULL);
  CHECK(mayfly_queue_take(queue, &event) && event.holder == m);
}

void c_finalizers(void) {
  mayfly_queue *queue = new_queue();
  object *o = new_object(1);
  mayfly_registered f, g, late;
  void *object_seen, *payload;
  char text[100];
  int ran = 0;
  mayfly_event event;
  CHECK(mayfly_finalize(to(o), queue, &ran, 1, run, &f) == MAYFLY_OK);
  CHECK(mayfly_finalize(to(o), queue, &calls, 0, NULL, &g) == MAYFLY_OK);
  CHECK(mayfly_alive(f) && mayfly_at_exit(f) && !mayfly_at_exit(g));
  mayfly_set_at_exit(f, 0);
  CHECK(!mayfly_at_exit(f));
  mayfly_set_exit_priority(f, 3);
  CHECK(mayfly_peek(f, &object_seen, &payload) && object_seen == o && payload == &ran);
  CHECK(mayfly_describe_finalizer(f, &f, queue, text, sizeof text) > 20 && strstr(text, "for 'A' at") != NULL);
  CHECK(mayfly_detach(g) == &calls && mayfly_detach(g) == NULL);
  CHECK(mayfly_finalize_object(to(o), queue, &wakes, NULL) == MAYFLY_OK);
  c_test.kill_and_collect(o);
  CHECK(mayfly_queue_take(queue, &event) && event.run == run);
  event.run(&event);
  CHECK(ran == 1 && !mayfly_alive(f) && !mayfly_peek(f, &object_seen, &payload));
  CHECK(mayfly_queue_take(queue, &event) && event.object == o && event.payload == &wakes);
  CHECK(mayfly_finalize(to(new_object(2)), queue, &ran, 1, run, &late) == MAYFLY_OK);
  mayfly_queue_begin_exit(queue);
  CHECK(mayfly_queue_take(queue, &event) && event.payload == &ran);
  CHECK(mayfly_finalize(to(new_object(3)), queue, &ran, 1, run, &late) == MAYFLY_OK);
  CHECK(mayfly_queue_shutdown(queue) == 1 && ran == 101);
  CHECK(mayfly_finalize(to(new_object(4)), queue, &ran, 1, run, &late) == MAYFLY_E_SHUT_DOWN);
}

static int same_spelling(void *self, const void *what, void *key) {
  if (self != NULL) return -1;
  return strcmp(what, key) == 0;
}
static mayfly_status hash_of_all(void *self, const void *key, uint64_t *out) {
  if (self != NULL || key == NULL) return MAYFLY_E_HOST;
  *out = 7;
  return MAYFLY_OK;
}
static mayfly_probe probe(const char *key) {
  mayfly_probe p = {0, NULL, NULL, same_spelling};
  p.hash = (uint64_t)key[0];
  p.what = key;
  return p;
}

void c_tables(void) {
  mayfly_queue *queue = new_queue();
  mayfly_table *table = c_test.allocate(sizeof *table), *copy = c_test.allocate(sizeof *copy), *other = c_test.allocate(sizeof *other);
  object *a = new_object(1), *b = new_object(2);
  mayfly_item item;
  mayfly_probe key = probe("a"), broken;
  mayfly_cursor cursor;
  mayfly_handle handle = {0};
  CHECK(mayfly_load(handle) == NULL);
  CHECK(mayfly_weak_handle(to(a), &handle) == MAYFLY_OK && mayfly_load(handle) == a);
  CHECK(mayfly_offset_from_base((char *)a + 3) == 3 && mayfly_offset_from_base(&handle) == 0);
  mayfly_table_init(table, 1, queue);
  mayfly_table_init(copy, 1, queue);
  CHECK(mayfly_table_find(table, &key, NULL) == MAYFLY_E_ABSENT);
  CHECK(mayfly_table_set(table, &key, (void *)"a", to(a)) == MAYFLY_OK);
  CHECK(mayfly_table_set_default(table, &key, (void *)"a", to(b), &item) == MAYFLY_OK && item.value == a);
  key = probe("b");
  CHECK(mayfly_table_set(table, &key, (void *)"b", to(b)) == MAYFLY_OK);
  broken = key;
  broken.self = table;
  CHECK(mayfly_table_find(table, &broken, NULL) == MAYFLY_E_HOST);
  CHECK(mayfly_table_find(table, &key, &item) == MAYFLY_OK && item.value == b);
  CHECK(mayfly_table_size(table) == 2);
  CHECK(mayfly_table_update(copy, table, NULL, same_spelling, NULL) == MAYFLY_OK && mayfly_table_size(copy) == 2);
  mayfly_table_init(other, 1, queue);
  CHECK(mayfly_table_update(other, table, NULL, NULL, NULL) == MAYFLY_OK && mayfly_table_size(other) == 2);
  CHECK(mayfly_table_update(other, table, NULL, NULL, NULL) == MAYFLY_OK && mayfly_table_size(other) == 2);   /* the same keys, by identity */
  CHECK(mayfly_table_find(other, &key, &item) == MAYFLY_OK && item.value == b);
  CHECK(mayfly_table_update(other, table, table, NULL, hash_of_all) == MAYFLY_E_HOST && mayfly_table_size(other) == 2);
  mayfly_table_clear(other);
  CHECK(mayfly_table_update(other, table, NULL, same_spelling, hash_of_all) == MAYFLY_OK && mayfly_table_size(other) == 2);
  CHECK(mayfly_table_find(other, &key, NULL) == MAYFLY_E_ABSENT);
  key.hash = 7;
  CHECK(mayfly_table_find(other, &key, &item) == MAYFLY_OK && item.value == b);
  key = probe("b");
  memset(&cursor, 0, sizeof cursor);
  CHECK(mayfly_table_next(copy, &cursor, 0) == MAYFLY_OK && cursor.item.value == a);
  CHECK(mayfly_table_remove(copy, &cursor) == MAYFLY_OK);
  CHECK(mayfly_table_next(copy, &cursor, 0) == MAYFLY_OK && cursor.item.value == b);
  CHECK(mayfly_table_next(copy, &cursor, 0) == MAYFLY_E_ABSENT);
  memset(&cursor, 0, sizeof cursor);
  memset(&item, 0, sizeof item);
  c_test.kill_and_collect(b);
  CHECK(mayfly_table_find(table, &key, NULL) == MAYFLY_E_ABSENT);
  CHECK(mayfly_table_pop_newest(table, &item) == MAYFLY_OK && item.value == a);
  CHECK(mayfly_table_pop_newest(table, &item) == MAYFLY_E_EMPTY);
  key = probe("c");
  CHECK(mayfly_table_set(table, &key, (void *)"c", to(a)) == MAYFLY_OK);
  CHECK(mayfly_table_pop(table, &key, NULL) == MAYFLY_OK);
  CHECK(mayfly_table_set(table, &key, (void *)"c", to(a)) == MAYFLY_OK);
  mayfly_table_clear(table);
  CHECK(mayfly_table_size(table) == 0);
}

/* Identity, names and hashes that nobody gave. */
static void by_default(mayfly_queue *queue) {
  object *a = new_object(1), *twin = new_object(1);
  ref *r = new_ref(a, queue, &calls, MAYFLY_REF), *same = new_ref(a, queue, &wakes, MAYFLY_REF), *other = new_ref(twin, queue, NULL, MAYFLY_PROXY);
  uint64_t hash = 0, same_hash = 1, other_hash = 0;
  char text[100];
  mayfly_event event;
  CHECK(mayfly_equal(&r->node, &same->node, queue) == 1);
  CHECK(mayfly_equal(&r->node, &other->node, queue) == 0);
  CHECK(mayfly_hash(&r->node, queue, &hash) == MAYFLY_OK && mayfly_hash(&same->node, queue, &same_hash) == MAYFLY_OK && hash == same_hash);
  CHECK(mayfly_hash(&other->node, queue, &other_hash) == MAYFLY_OK && hash != other_hash);
  CHECK(mayfly_describe(&r->node, queue, text, sizeof text) > 20 && strstr(text, "to 'object' at") != NULL && strstr(text, "(") == NULL);
  CHECK(mayfly_describe_non_iterator(&other->node, queue, text, sizeof text) > 20 && strstr(text, "non-iterator 'object' object") != NULL);
  c_test.kill_and_collect(twin);
  CHECK(mayfly_describe(&other->node, queue, text, sizeof text) > 20 && strncmp(text, "<weakproxy at", 13) == 0 && strstr(text, "; dead>") != NULL);
  CHECK(mayfly_describe_non_iterator(&other->node, queue, text, sizeof text) == 41 && strcmp(text, mayfly_message(MAYFLY_E_DEAD)) == 0);
  c_test.kill_and_collect(a);
  CHECK(mayfly_queue_take(queue, &event) && event.payload == &wakes);
  CHECK(mayfly_queue_take(queue, &event) && event.payload == &calls);
}

void c_defaults(void) {
  mayfly_host nothing;
  memset(&nothing, 0, sizeof nothing);
  nothing.size = sizeof nothing;
  by_default(mayfly_queue_new(NULL));
  by_default(mayfly_queue_new(&nothing));
}

static int always_fails(void *self, const mayfly_event *event) { return self == &calls && event->ref != NULL ? MAYFLY_CALLED_FAILED : MAYFLY_CALLED_STOP; }

/* Nobody wants to hear of the failure: it is counted all the same, and the others are called. */
void c_failing_host(void) {
  mayfly_host host;
  mayfly_queue *queue;
  object *o = new_object(1);
  memset(&host, 0, sizeof host);
  host.size = sizeof host;
  host.self = &calls;
  host.call = always_fails;
  queue = mayfly_queue_new(&host);
  (void)new_ref(o, queue, &calls, MAYFLY_REF);
  (void)new_ref(o, queue, &calls, MAYFLY_REF);
  c_test.kill_and_collect(o);
  CHECK(mayfly_queue_drain(queue, SIZE_MAX, UINT64_MAX).ran == 2);
  CHECK(mayfly_queue_get_stats(queue).failed == 2);
}

/* Weak keys, compared by identity, and what the dead leave behind. */
void c_identity_table(void) {
  mayfly_queue *queue = new_queue();
  mayfly_table *table = c_test.allocate(sizeof *table);
  object *a = new_object(1), *twin = new_object(1);
  mayfly_probe key = {7, NULL, NULL, NULL};
  mayfly_item item;
  mayfly_cursor cursor;
  mayfly_table_init(table, 0, queue);
  key.what = a;
  CHECK(mayfly_table_set(table, &key, &calls, to(a)) == MAYFLY_OK);
  key.what = twin;
  CHECK(mayfly_table_find(table, &key, &item) == MAYFLY_E_ABSENT && item.key == NULL);
  key.what = a;
  CHECK(mayfly_table_find(table, &key, &item) == MAYFLY_OK && item.key == a && item.value == &calls);
  c_test.kill_and_collect(a);
  memset(&cursor, 0, sizeof cursor);
  CHECK(mayfly_table_next(table, &cursor, 0) == MAYFLY_E_ABSENT);
  memset(&cursor, 0, sizeof cursor);
  CHECK(mayfly_table_next(table, &cursor, 1) == MAYFLY_OK && cursor.item.key == NULL && cursor.item.value == &calls);
}

static int same_value(const void *self, const void *what, const void *held) {
  const long *value = what;
  return self == &calls && ((const object *)held)->value == *value;
}

void c_shared_table(void) {
  static mayfly_shared_table table;
  long value = 7;
  object *a = new_object(7), *twin = new_object(7);
  mayfly_pure_probe probe = {7, NULL, &calls, same_value};
  void *there;
  probe.what = &value;
  table.shards = 4;
  CHECK(mayfly_shared_table_find(&table, &probe) == NULL && mayfly_shared_table_size(&table) == 0);
  CHECK(mayfly_shared_table_enter(&table, &probe, a, &there) == MAYFLY_OK && there == a);
  CHECK(mayfly_shared_table_enter(&table, &probe, twin, &there) == MAYFLY_OK && there == a);
  CHECK(mayfly_shared_table_enter(&table, &probe, twin, NULL) == MAYFLY_OK && mayfly_shared_table_size(&table) == 1);
  CHECK(mayfly_shared_table_find(&table, &probe) == a);
  value = 8;
  CHECK(mayfly_shared_table_erase(&table, &probe) == NULL);
  CHECK(mayfly_shared_table_enter(&table, &probe, &table, NULL) == MAYFLY_E_NOT_COLLECTABLE);
  value = 7;
  c_test.kill_and_collect(a);
  CHECK(mayfly_shared_table_find(&table, &probe) == NULL);
  CHECK(mayfly_shared_table_enter(&table, &probe, twin, &there) == MAYFLY_OK && there == twin);
  CHECK(mayfly_shared_table_erase(&table, &probe) == twin && mayfly_shared_table_size(&table) == 0);
  mayfly_shared_table_destroy(&table);
  CHECK(mayfly_shared_table_find(&table, &probe) == NULL);
}

/* What a host gets wrong: answered, and nothing changed. */
void c_mistakes(void) {
  mayfly_queue *queue = new_queue();
  mayfly_table *keys = c_test.allocate(sizeof *keys), *values = c_test.allocate(sizeof *values);
  object *a = new_object(1);
  ref *r = c_test.allocate(sizeof *r);
  mayfly_node *bound = &r->node;
  mayfly_probe key = probe("a");
  mayfly_item item;
  CHECK(mayfly_bind(&r->node, to(a), queue, NULL, (mayfly_kind)7, &bound) == MAYFLY_E_UNSUPPORTED && bound == NULL && mayfly_get(&r->node) == NULL);
  mayfly_table_init(values, 1, NULL); /* the default queue */
  CHECK(mayfly_table_set(values, &key, (void *)"a", to(a)) == MAYFLY_OK);
  CHECK(mayfly_table_update(keys, values, NULL, same_spelling, NULL) == MAYFLY_E_UNSUPPORTED && mayfly_table_size(keys) == 0);
  CHECK(mayfly_table_find(values, &key, &item) == MAYFLY_OK && item.value == a);
  mayfly_callbacks_on();
  (void)new_ref(a, queue, &calls, MAYFLY_REF);
  c_test.kill_and_collect(a);
  CHECK(mayfly_queue_drain(queue, SIZE_MAX, UINT64_MAX).ran == 1);
}

void c_immortal(void) {
  static uint64_t forever[2];
  mayfly_queue *queue = new_queue();
  mayfly_referent referent = {NULL, NULL, 0};
  mayfly_handle handle;
  mayfly_node *bound;
  ref *r = c_test.allocate(sizeof *r);
  referent.obj = forever;
  CHECK(mayfly_bind(&r->node, referent, queue, &calls, MAYFLY_REF, &bound) == MAYFLY_E_NOT_COLLECTABLE && bound == NULL);
  CHECK(mayfly_weak_handle(referent, &handle) == MAYFLY_E_NOT_COLLECTABLE && mayfly_load(handle) == NULL);
  referent.immortal = 1;
  CHECK(mayfly_bind(&r->node, referent, queue, &calls, MAYFLY_REF, &bound) == MAYFLY_OK && bound == &r->node);
  c_test.kill_and_collect(new_object(1));
  CHECK(mayfly_get(&r->node) == forever && mayfly_count(referent) == 1);
  mayfly_unbind(&r->node);
  CHECK(mayfly_get(&r->node) == NULL && mayfly_count(referent) == 0);
}

void c_no_memory(void) {
  mayfly_registered finalizer = {1};
  mayfly_queue *queue = new_queue();
  object *o = new_object(1);
  c_test.fail_nth(1);
  CHECK(mayfly_queue_new(NULL) == NULL);
  c_test.fail_nth(1);
  CHECK(mayfly_finalize(to(o), queue, &calls, 0, NULL, &finalizer) == MAYFLY_E_MEMORY && finalizer.id == 0);
  c_test.fail_nth(0);
  CHECK(mayfly_finalize(to(o), queue, &calls, 0, NULL, &finalizer) == MAYFLY_OK && mayfly_alive(finalizer));
}
