#ifndef WSE_CALLOCATIONCOUNTER_H
#define WSE_CALLOCATIONCOUNTER_H

#include <stdbool.h>
#include <stddef.h>

/// What the calling thread has allocated since ``wse_allocations_reset``.
typedef struct {
    /// Calls of malloc and its kin.
    long count;
    /// Bytes allocated and not freed yet, with what the allocator adds to each block; negative if more was freed.
    long live;
    /// The most that `live` has been.
    long peak;
} wse_allocations;

/// Whether this platform lets us count; otherwise all numbers stay 0.
bool wse_allocations_are_counted(void);

void wse_allocations_reset(void);
wse_allocations wse_allocations_read(void);

#endif
