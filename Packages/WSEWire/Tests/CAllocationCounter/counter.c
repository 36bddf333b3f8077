// Stands in for the C library's allocator in a test process and counts, thread by thread.

#include "CAllocationCounter.h"

#include <errno.h>
#include <stdint.h>

// AddressSanitizer has an allocator of its own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WSE_HAS_OTHER_ALLOCATOR
#endif
#endif

#if (defined(__GLIBC__) || defined(__gnu_linux__)) && !defined(WSE_HAS_OTHER_ALLOCATOR)

#include <malloc.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static _Thread_local __attribute__((tls_model("initial-exec"))) wse_allocations counted;

/// A block's header is 8 bytes.
static long size_of(void *memory) { return memory == NULL ? 0 : (long)malloc_usable_size(memory) + 8; }

static void *add(void *memory) {
    if (memory == NULL) { return memory; }
    counted.count += 1;
    counted.live += size_of(memory);
    if (counted.live > counted.peak) { counted.peak = counted.live; }
    return memory;
}

void *malloc(size_t size) { return add(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return add(__libc_calloc(count, size)); }

void *realloc(void *memory, size_t size) {
    long before = size_of(memory);
    void *moved = __libc_realloc(memory, size);
    if (moved != NULL || size == 0) { counted.live -= before; }
    // While the content moves, both blocks exist.
    if (moved != memory && counted.live + before + size_of(moved) > counted.peak) {
        counted.peak = counted.live + before + size_of(moved);
    }
    return add(moved);
}

void *memalign(size_t alignment, size_t size) { return add(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return add(__libc_memalign(alignment, size)); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    *memory = add(__libc_memalign(alignment, size));
    return *memory == NULL ? ENOMEM : 0;
}

void free(void *memory) {
    counted.live -= size_of(memory);
    __libc_free(memory);
}

bool wse_allocations_are_counted(void) { return true; }
void wse_allocations_reset(void) { counted = (wse_allocations){0, 0, 0}; }
wse_allocations wse_allocations_read(void) { return counted; }

#else

bool wse_allocations_are_counted(void) { return false; }
void wse_allocations_reset(void) {}
wse_allocations wse_allocations_read(void) { return (wse_allocations){0, 0, 0}; }

#endif
