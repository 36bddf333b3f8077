#include "CYYJSON.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

// yyjson's interface is stable, but its convenience functions are inline; these are the parts they use.
typedef struct {
    void *(*malloc)(void *context, size_t size);
    void *(*realloc)(void *context, void *memory, size_t old_size, size_t size);
    void (*free)(void *context, void *memory);
    void *context;
} allocator;

typedef struct {
    void *root;
    allocator allocator;
    size_t bytes_read;
    size_t values_read;
    char *strings;
} document;

typedef document *(*read_function)(
    char *bytes, size_t count, uint32_t flags, const allocator *allocator, void *error);

static read_function read_document;

bool wse_yyjson_load(const char *path) {
    void *library = NULL;
    if (path != NULL) {
        library = dlopen(path, RTLD_NOW);
    } else {
        const char *names[] = {"libyyjson.so.0", "libyyjson.so", "libyyjson.dylib"};
        for (size_t index = 0; index < sizeof(names) / sizeof(names[0]) && library == NULL; index += 1) {
            library = dlopen(names[index], RTLD_NOW);
        }
    }
    if (library != NULL) { read_document = (read_function)dlsym(library, "yyjson_read_opts"); }
    return read_document != NULL;
}

static void *allocate(void *context, size_t size) {
    (void)context;
    return malloc(size);
}

static void *reallocate(void *context, void *memory, size_t old_size, size_t size) {
    (void)context;
    (void)old_size;
    return realloc(memory, size);
}

static void deallocate(void *context, void *memory) {
    (void)context;
    free(memory);
}

bool wse_yyjson_parse(const void *bytes, size_t count) {
    if (read_document == NULL) { return false; }
    allocator standard = {allocate, reallocate, deallocate, NULL};
    // Without the flag for parsing in place the input is only read.
    document *parsed = read_document((char *)bytes, count, 0, &standard, NULL);
    if (parsed == NULL) { return false; }
    free(parsed->strings);
    free(parsed);
    return true;
}
