#include "CFloor.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <stdio.h>
#include <sys/resource.h>
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

double floor_processor_seconds(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) { return 0; }
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
