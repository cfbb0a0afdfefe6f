/* A host in C99: an object dies, its reference's callback is taken, its finalizer runs. */
#include <mayfly/mayfly.h>
#include <stdio.h>
#include <string.h>

void *GC_malloc(size_t bytes); /* bdwgc's */

struct ref {
  long header;
  mayfly_node node;
};

static char callback[] = "callback"; /* any address may be a callback */
static int finalized;
static struct ref *refs[100]; /* a reference that is gone calls nobody */
static void finalize(mayfly_event *event) { finalized += event->payload == (void *)&finalized; }

/* In a frame of its own, so that no stale pointer keeps the object. */
static mayfly_status make(mayfly_queue *queue, struct ref **out) {
  mayfly_referent object = {NULL, NULL, 0};
  mayfly_registered id;
  mayfly_node *bound;
  mayfly_status status;
  object.obj = GC_malloc(64);
  *out = GC_malloc(sizeof **out);
  status = mayfly_bind(&(*out)->node, object, queue, callback, MAYFLY_REF, &bound);
  return status == MAYFLY_OK ? mayfly_finalize(object, queue, &finalized, 1, finalize, &id) : status;
}

int main(void) {
  mayfly_status status = mayfly_init(MAYFLY_VERSION, NULL);
  mayfly_queue *queue = mayfly_queue_new(NULL);
  mayfly_event event;
  int i, called = 0;
  for (i = 0; i < 100 && status == MAYFLY_OK; ++i) status = make(queue, &refs[i]);
  if (status != MAYFLY_OK || queue == NULL) return puts(mayfly_message(status)), 1;
  (void)mayfly_queue_collect(queue);
  while (mayfly_queue_take(queue, &event)) {
    if (event.run != NULL) event.run(&event);
    else called += event.payload == callback && event.holder != NULL;
  }
  printf("%d callbacks, %d finalizers\n", called, finalized);
  return called >= 92 && finalized >= 92 ? 0 : 1;
}
