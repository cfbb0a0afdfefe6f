/* Between the C99 tests and the collector that they run on. */
#ifndef C_API_TEST_H
#define C_API_TEST_H
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
struct c_test {
  void *(*allocate)(size_t bytes);
  void (*kill_and_collect)(void *object);
  void (*fail_nth)(unsigned long long n); /* allocation from now; 0: none */
  void (*fail)(int line, const char *condition);
};
extern struct c_test c_test;

void c_starts(void);
void c_references(void);
void c_drainer(void);
void c_methods(void);
void c_finalizers(void);
void c_tables(void);
void c_defaults(void);
void c_failing_host(void);
void c_identity_table(void);
void c_shared_table(void);
void c_mistakes(void);
void c_immortal(void);
void c_no_memory(void);
#ifdef __cplusplus
}
#endif
#endif
