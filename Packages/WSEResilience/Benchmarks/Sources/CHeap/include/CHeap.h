#ifndef CHEAP_H
#define CHEAP_H

#include <stddef.h>

/// Bytes the heap has given out, large blocks included; 0 where the C library does not tell.
size_t heap_bytes(void);

#endif
