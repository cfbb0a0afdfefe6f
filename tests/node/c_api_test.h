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
  void (*fail)(int line, const char *condition);
};
extern struct c_test c_test;

void c_starts(void);
void c_references(void);
void c_methods(void);
void c_finalizers(void);
void c_tables(void);
#ifdef __cplusplus
}
#endif
#endif
