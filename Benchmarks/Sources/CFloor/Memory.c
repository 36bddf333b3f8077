#include "CFloor.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <stdio.h>
#include <unistd.h>

size_t floor_heap_in_use(void) {
#if defined(__GLIBC__)
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

size_t floor_resident(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) { return 0; }
    size_t total = 0, resident = 0;
    int fields = fscanf(file, "%zu %zu", &total, &resident);
    fclose(file);
    return fields == 2 ? resident * (size_t)getpagesize() : 0;
#else
    return 0;
#endif
}
