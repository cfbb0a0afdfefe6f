/* The same glue for a host in C (Guile/ECL/STklos style: tagged words, errors leave by longjmp, own finalizers on bdwgc). */
#include <mayfly/mayfly.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
void *GC_malloc(size_t);
typedef uintptr_t SCM;                                            /* heap objects: 8-byte aligned base + tag 1 for pairs */
typedef struct { SCM type; mayfly_cell_word cell; } obj;
typedef struct { obj h; mayfly_node node; } weak_obj;
extern _Thread_local jmp_buf *handler; extern SCM pending_error;
_Noreturn void scm_throw(const char *key, const char *msg, SCM irritant);   /* longjmp */
SCM scm_apply1(SCM fn, SCM arg);                                            /* may longjmp */
int scm_equal_p(SCM, SCM); uint64_t scm_hash(SCM); int scm_weakrefable(SCM); int scm_is_static(SCM); int scm_hook_pending(void);
const char *scm_type_name(SCM); void scm_print_unraisable(SCM fn, SCM err);

#define UNTAG(x) ((void *)((x) & ~(SCM)7))
static mayfly_queue *q;

static int equal_cb(void *self, void *a, void *b) {               /* equal? may throw by longjmp: must not cross mayfly's frames */
  jmp_buf here, *volatile up = handler;
  int r;
  (void)self;
  handler = &here;
  r = setjmp(here) ? -1 : scm_equal_p((SCM)a, (SCM)b);            /* -1: pending_error is set */
  handler = up;
  return r;
}
static mayfly_status hash_cb(void *self, void *o, uint64_t *out) { (void)self; *out = scm_hash((SCM)o); return MAYFLY_OK; }
static const char *name_cb(void *self, void *o) { (void)self; return scm_type_name((SCM)o); }

static mayfly_referent referent(SCM x) {
  mayfly_referent r = {UNTAG(x), NULL, scm_is_static(x)};         /* pairs have no header: side table. Tag is lost: see weak_ref_get */
  return r;
}
static void check(mayfly_status s, SCM x) {
  if (s == MAYFLY_OK) return;
  if (s == MAYFLY_E_HOST) longjmp(*handler, 1);                   /* my own error, go on unwinding it, from my own frame */
  scm_throw(s == MAYFLY_E_TYPE ? "wrong-type-arg" : "weak", mayfly_message(s), x);
}
SCM make_weak_ref(SCM x, SCM callback) {
  weak_obj *w;
  if (!scm_weakrefable(x)) scm_throw("wrong-type-arg", "cannot create weak reference", x);
  w = GC_malloc(sizeof *w);                                       /* oom_fn longjmps out of GC_malloc: also out of MAYFLY's allocations */
  w->h.type = 42;
  w->node.yours = x & 7;                                          /* my tag bits travel in the node */
  mayfly_node *winner;
  check(mayfly_bind(&w->node, referent(x), q, (void *)callback, MAYFLY_REF, &winner), x);
  return (SCM)mayfly_holder(winner);
}
SCM weak_ref_get(SCM w) {
  void *o = mayfly_get(&((weak_obj *)w)->node);                   /* strong from here on: on my stack */
  return o ? (SCM)o | ((weak_obj *)w)->node.yours : 0;
}
/* Safepoint: called from the interpreter's async queue. Everything may longjmp, so nothing of mayfly is on the stack. */
void weak_async(void) {
  mayfly_event e;
  while (mayfly_queue_take(q, &e)) {
    jmp_buf here, *volatile up = handler;
    handler = &here;
    if (setjmp(here) == 0) {
      if (e.run) e.run(&e);
      else scm_apply1((SCM)e.payload, (SCM)e.holder);
    } else scm_print_unraisable((SCM)e.payload, pending_error);
    handler = up;
  }
}
void obj_dispose(SCM x, void (*gc_free)(void *)) {                /* explicit GC_FREE of big vectors */
  mayfly_clear_now(referent(x));                                  /* without this: link inherited by the next object, or SIGSEGV (probes/p2) */
  gc_free(UNTAG(x));
}
int weak_init(void) {
  static const mayfly_host host = {sizeof host, NULL, equal_cb, hash_cb, name_cb, NULL, NULL, NULL};
  mayfly_options o = {sizeof o, 0, 1 /* my finalizer thread drives GC_invoke_finalizers */, 1 /* exit */, 0, NULL, 0, 0, NULL, 0};
  if (mayfly_init(MAYFLY_VERSION, &o) != MAYFLY_OK) return 0;
  return (q = mayfly_queue_new(&host)) != NULL;
}
int weak_pending(void) { return mayfly_queue_pending(q); }
