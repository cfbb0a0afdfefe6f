/* The C face of mayfly: its node layer, one to one. Contracts are those of the C++ functions of the same names in queue.hpp, node.hpp, weak.hpp,
 * weak_table.hpp and runtime.hpp; here are the differences alone. C99. No call throws, none leaves by longjmp unless the host's out-of-memory handler
 * does. All-zero nodes, cell words, handles, tables and cursors are valid and empty. */
#ifndef MAYFLY_H
#define MAYFLY_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAYFLY_VERSION 0x000400u /* 0.4.0: major, minor, patch in a byte each */

/* ---- results ---- */
typedef enum mayfly_status {
  MAYFLY_OK,
  MAYFLY_E_DEAD,            /* the referent is gone */
  MAYFLY_E_TYPE,            /* the type does not support weak references */
  MAYFLY_E_NOT_COLLECTABLE, /* null, or not bdwgc's */
  MAYFLY_E_MEMORY,
  MAYFLY_E_THREAD,          /* the thread is not registered with bdwgc */
  MAYFLY_E_HOST,            /* the host's own error is pending */
  MAYFLY_E_SHUT_DOWN,
  MAYFLY_E_UNSUPPORTED,     /* see mayfly_init_problem(), where it is not of a header of another version; or an argument that means nothing */
  MAYFLY_E_BOUND,           /* the node is bound already */
  MAYFLY_E_ABSENT,
  MAYFLY_E_EMPTY,
  MAYFLY_E_CHANGED
} mayfly_status;
const char *mayfly_message(mayfly_status status);

/* ---- the process ---- */
typedef struct mayfly_options {
  size_t size;               /* sizeof(mayfly_options) */
  int one_thread;            /* other threads can never register */
  int host_finalizers;       /* somebody else calls GC_invoke_finalizers */
  int host_exit;             /* no atexit handler */
  int host_fork;             /* no pthread_atfork */
  const char *zeal;
  int finalizers_in_parent;  /* a forked child forgets the finalizers it inherited */
  uint64_t exit_nanoseconds; /* 0: no bound */
  void (*exit_report)(size_t not_run);
  int clear_by_marks;        /* else by links */
} mayfly_options;
/* `version` is MAYFLY_VERSION; `options` may be null. MAYFLY_E_UNSUPPORTED also when this header is not this library's. */
mayfly_status mayfly_init(uint32_t version, const mayfly_options *options);
const char *mayfly_init_problem(void);
void mayfly_shutdown(void);
void mayfly_before_fork(void);
void mayfly_after_fork(int in_child);
/* Registers the calling thread with bdwgc unless somebody did; `ours` is then set, and for mayfly_thread_end(). */
mayfly_status mayfly_thread_begin(int *ours);
void mayfly_thread_end(int ours);
void mayfly_blocking(void (*f)(void *), void *argument);
typedef struct mayfly_stats {
  uint64_t collections, cleared, cleared_last, queued, taken, settle_ns;
  size_t slots;
} mayfly_stats;
mayfly_stats mayfly_get_stats(void);

/* ---- delivery ---- */
typedef struct mayfly_node {
  void *callback;           /* traced; set by bind, let go by take: read it by mayfly_callback(), in an event use payload */
  uint64_t cell_;           /* traced, too */
  uint64_t hash_;
  uint32_t bits_;
  uint32_t yours;           /* for the host */
} mayfly_node;
typedef struct mayfly_event { /* lies on the stack */
  mayfly_node *ref;
  void *holder, *object, *payload;
  void (*run)(struct mayfly_event *event);
  void *record_;
  int act;                  /* for `run`: MAYFLY_CALL, or MAYFLY_DROP in mayfly_queue_shutdown() */
} mayfly_event;
enum { MAYFLY_CALL, MAYFLY_DROP };
enum { MAYFLY_CALLED_OK, MAYFLY_CALLED_FAILED, MAYFLY_CALLED_STOP };
typedef struct mayfly_host {                                    /* null: the default */
  size_t size;                                                  /* sizeof(mayfly_host) */
  void *self;
  int (*equal)(void *self, void *a, void *b);                   /* -1: the host's error is pending; 0; 1 */
  mayfly_status (*hash)(void *self, void *object, uint64_t *out);
  const char *(*type_name)(void *self, void *object);
  int (*call)(void *self, const mayfly_event *event);           /* MAYFLY_CALLED_... */
  void (*unraisable)(void *self, const mayfly_event *event);
  const char *(*object_name)(void *self, void *object);
} mayfly_host;
typedef struct mayfly_queue mayfly_queue;
/* A queue that is never destroyed; `host` is copied and may be null. Null: no memory, or `size` is not this library's. */
mayfly_queue *mayfly_queue_new(const mayfly_host *host);
int mayfly_queue_pending(const mayfly_queue *queue);
mayfly_status mayfly_queue_own(mayfly_queue *queue);
void mayfly_queue_disown(mayfly_queue *queue);
mayfly_status mayfly_queue_set_wake(mayfly_queue *queue, void (*hint)(void *), void *argument);
int mayfly_queue_take(mayfly_queue *queue, mayfly_event *event);
void mayfly_queue_put_back(mayfly_queue *queue, const mayfly_event *event);
typedef struct mayfly_drained {
  size_t ran, left;
  int stopped, busy;
} mayfly_drained;
/* SIZE_MAX and UINT64_MAX: no bound. */
mayfly_drained mayfly_queue_drain(mayfly_queue *queue, size_t items, uint64_t nanoseconds);
int mayfly_queue_collect(mayfly_queue *queue);
mayfly_drained mayfly_queue_collect_and_drain(mayfly_queue *queue);
void mayfly_queue_begin_exit(mayfly_queue *queue);
size_t mayfly_queue_shutdown(mayfly_queue *queue);
int mayfly_queue_wake_fd(mayfly_queue *queue);
typedef struct mayfly_queue_stats {
  size_t waiting;
  uint64_t oldest_ns, ran, failed, drain_ns;
} mayfly_queue_stats;
mayfly_queue_stats mayfly_queue_get_stats(const mayfly_queue *queue);
mayfly_status mayfly_start_drainer(mayfly_queue *queue);
void mayfly_stop_drainer(mayfly_queue *queue);
/* Between them drain calls nothing on this thread; they nest. An `on` without its `off` does nothing. C++: NoCallbackScope */
void mayfly_callbacks_off(void);
void mayfly_callbacks_on(void);

/* ---- references ---- */
typedef struct mayfly_cell_word {
  uint64_t word;
} mayfly_cell_word;
typedef struct mayfly_referent {
  void *obj;
  mayfly_cell_word *cell;
  int immortal;
} mayfly_referent;
typedef enum mayfly_kind { MAYFLY_REF, MAYFLY_PROXY, MAYFLY_SUBCLASS } mayfly_kind;
/* `bound` receives the node, or the canonical one that was there before. */
mayfly_status mayfly_bind(mayfly_node *node, mayfly_referent referent, mayfly_queue *queue, void *callback, mayfly_kind kind, mayfly_node **bound);
mayfly_node *mayfly_canonical(mayfly_referent referent, mayfly_kind kind);
void *mayfly_holder(const mayfly_node *node);
void *mayfly_get(const mayfly_node *node);
void *mayfly_callback(const mayfly_node *node);
mayfly_kind mayfly_kind_of(const mayfly_node *node);
/* The queue's host compares, hashes and names: */
int mayfly_equal(const mayfly_node *a, const mayfly_node *b, const mayfly_queue *queue);
mayfly_status mayfly_hash(mayfly_node *node, const mayfly_queue *queue, uint64_t *out);
size_t mayfly_describe(const mayfly_node *node, const mayfly_queue *queue, char *out, size_t size);
size_t mayfly_describe_non_iterator(const mayfly_node *proxy, const mayfly_queue *queue, char *out, size_t size);
void mayfly_unbind(mayfly_node *node);
size_t mayfly_count(mayfly_referent referent);
mayfly_status mayfly_each(mayfly_referent referent, void (*f)(void *context, mayfly_node *node), void *context);
void mayfly_clear_now(mayfly_referent referent);

/* ---- bound methods ---- */
typedef struct mayfly_method {
  mayfly_node object, function;
} mayfly_method;
mayfly_status mayfly_bind_method(mayfly_method *method, mayfly_referent object, mayfly_referent function, mayfly_queue *queue, void *callback);
/* False, and both null, when either is dead. */
int mayfly_get_method(const mayfly_method *method, void **object, void **function);
int mayfly_equal_methods(const mayfly_method *a, const mayfly_method *b, const mayfly_queue *queue);
void mayfly_unbind_method(mayfly_method *method);

/* ---- finalizers ---- */
typedef struct mayfly_registered {
  uint64_t id;
} mayfly_registered;
mayfly_status mayfly_finalize(mayfly_referent referent, mayfly_queue *queue, void *payload, int at_exit, void (*run)(mayfly_event *event),
                              mayfly_registered *out);
void *mayfly_detach(mayfly_registered finalizer);
/* False, and both null, when dead. */
int mayfly_peek(mayfly_registered finalizer, void **object, void **payload);
int mayfly_alive(mayfly_registered finalizer);
int mayfly_at_exit(mayfly_registered finalizer);
void mayfly_set_at_exit(mayfly_registered finalizer, int at_exit);
void mayfly_set_exit_priority(mayfly_registered finalizer, int32_t priority);
size_t mayfly_describe_finalizer(mayfly_registered finalizer, const void *address, const mayfly_queue *queue, char *out, size_t size);
mayfly_status mayfly_finalize_object(mayfly_referent referent, mayfly_queue *queue, void *payload, void (*run)(mayfly_event *event));

/* ---- handles ---- */
typedef struct mayfly_handle {
  uint64_t bits;
} mayfly_handle;
mayfly_status mayfly_weak_handle(mayfly_referent referent, mayfly_handle *out);
void *mayfly_load(mayfly_handle handle);                       /* the start of the object, as GC_base() answers */
ptrdiff_t mayfly_offset_from_base(const void *object);         /* how far a pointer is from there; 0 for what is not collected */

/* ---- tables: lie in collected memory ---- */
typedef struct mayfly_table {
  uint64_t opaque_[10];
} mayfly_table;
typedef struct mayfly_probe {
  uint64_t hash;
  const void *what;
  void *self;
  int (*equal)(void *self, const void *what, void *key);   /* null: identity */
} mayfly_probe;
typedef struct mayfly_item {
  void *key, *value;
} mayfly_item;
typedef struct mayfly_cursor {
  mayfly_item item;
  mayfly_handle weak;
  ptrdiff_t offset;
  uint64_t hash;
  uint64_t at_, changes_;
} mayfly_cursor;
/* Zeroed memory is an empty table with weak keys, swept when C++'s default queue is taken from; for anything else: */
void mayfly_table_init(mayfly_table *table, int weak_values, mayfly_queue *queue);
/* `out` may be null. */
mayfly_status mayfly_table_find(const mayfly_table *table, const mayfly_probe *probe, mayfly_item *out);
mayfly_status mayfly_table_set(mayfly_table *table, const mayfly_probe *probe, void *strong, mayfly_referent weak);
mayfly_status mayfly_table_set_default(mayfly_table *table, const mayfly_probe *probe, void *strong, mayfly_referent weak, mayfly_item *out);
mayfly_status mayfly_table_pop(mayfly_table *table, const mayfly_probe *probe, mayfly_item *out);
mayfly_status mayfly_table_pop_newest(mayfly_table *table, mayfly_item *out);
void mayfly_table_clear(mayfly_table *table);
size_t mayfly_table_size(const mayfly_table *table);
mayfly_status mayfly_table_next(const mayfly_table *table, mayfly_cursor *cursor, int show_dead);
mayfly_status mayfly_table_remove(mayfly_table *table, mayfly_cursor *cursor);
/* `hash` may be null: other's. */
mayfly_status mayfly_table_update(mayfly_table *table, const mayfly_table *other, void *self, int (*equal)(void *self, const void *what, void *key),
                                  mayfly_status (*hash)(void *self, const void *key, uint64_t *out));

/* ---- a set that threads share: lies in malloc or static memory. C++: ConcurrentTable ---- */
typedef struct mayfly_shared_table {                          /* zeroed but for `shards` */
  void *opaque_;
  unsigned shards;
} mayfly_shared_table;
typedef struct mayfly_pure_probe {
  uint64_t hash;
  const void *what;
  const void *self;
  int (*equal)(const void *self, const void *what, const void *object);   /* runs under a lock: pure */
} mayfly_pure_probe;
void *mayfly_shared_table_find(const mayfly_shared_table *table, const mayfly_pure_probe *probe);
/* `out` may be null. */
mayfly_status mayfly_shared_table_enter(mayfly_shared_table *table, const mayfly_pure_probe *probe, void *object, void **out);
void *mayfly_shared_table_erase(mayfly_shared_table *table, const mayfly_pure_probe *probe);
size_t mayfly_shared_table_size(const mayfly_shared_table *table);
void mayfly_shared_table_destroy(mayfly_shared_table *table);  /* no other thread uses it; all-zero afterwards */

#ifdef __cplusplus
}
#endif
#endif
