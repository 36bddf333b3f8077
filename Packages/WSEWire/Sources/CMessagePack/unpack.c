// libmsgpack-c's unpacker, instantiated from its template so that it checks values instead of building them:
// no zone, no object tree, and a nesting limit of our own in place of the library's 32.

#include "CMessagePack.h"

#include "utf8.h"

#define MSGPACK_EMBED_STACK_SIZE WSE_MSGPACK_MAXIMUM_DEPTH
#include <msgpack/unpack.h>
#include <msgpack/unpack_define.h>

/// Failures beside the template's own, which are -1 and -2.
enum {
    failure_truncated = -10,
    failure_invalid_utf8 = -11,
    failure_key_not_string = -12,
    failure_too_deep = MSGPACK_UNPACK_NOMEM_ERROR,
};

/// All that has to be known of a value: whether it may be a key.
typedef uint8_t kind;
enum { kind_other = 0, kind_string = 1 };

typedef struct {
    const uint8_t *end;
    unsigned depth_limit;
    /// How many containers are open, and where the unpacker stands.
    unsigned depth;
    const uint8_t *position;
    /// Where the string begins that is not UTF-8.
    const uint8_t *odd_string;
} checker;

#define msgpack_unpack_callback(name) check##name
// These two need to know more than the template tells them, so their names expand to where it stands.
#define check_array (user->depth = top, user->position = p, begin_array)
#define check_map (user->depth = top, user->position = p, begin_map)
#define msgpack_unpack_struct(name) struct check##name
#define msgpack_unpack_func(returned, name) static inline returned check##name
#define msgpack_unpack_object kind
#define msgpack_unpack_user checker

static kind check_root(checker *user) { (void)user; return kind_other; }

#define SCALAR(name, type)                                       \
    static inline int check##name(checker *user, type value, kind *result) { \
        (void)user; (void)value;                                 \
        *result = kind_other;                                    \
        return 0;                                                \
    }
SCALAR(_uint8, uint8_t)
SCALAR(_uint16, uint16_t)
SCALAR(_uint32, uint32_t)
SCALAR(_uint64, uint64_t)
SCALAR(_int8, int8_t)
SCALAR(_int16, int16_t)
SCALAR(_int32, int32_t)
SCALAR(_int64, int64_t)
SCALAR(_float, float)
SCALAR(_double, double)
#undef SCALAR

static inline int check_nil(checker *user, kind *result) { (void)user; *result = kind_other; return 0; }
static inline int check_true(checker *user, kind *result) { (void)user; *result = kind_other; return 0; }
static inline int check_false(checker *user, kind *result) { (void)user; *result = kind_other; return 0; }

/// Refuses at once what claims more values than there are bytes, and what is too deep.
static inline int begin(checker *user, uint64_t values, kind *result) {
    *result = kind_other;
    if (user->depth >= user->depth_limit) { return failure_too_deep; }
    if (values > (uint64_t)(user->end - user->position)) { return failure_truncated; }
    return 0;
}

static inline int begin_array(checker *user, unsigned int count, kind *result) {
    return begin(user, count, result);
}

static inline int begin_map(checker *user, unsigned int count, kind *result) {
    return begin(user, (uint64_t)count * 2, result);
}

static inline int check_array_item(checker *user, kind *array, kind item) {
    (void)user; (void)array; (void)item;
    return 0;
}

static inline int check_map_item(checker *user, kind *map, kind key, kind value) {
    (void)user; (void)map; (void)value;
    return key == kind_string ? 0 : failure_key_not_string;
}

static inline int check_str(
    checker *user, const char *base, const char *bytes, unsigned int length, kind *result) {
    (void)base;
    *result = kind_string;
    if (is_utf8((const uint8_t *)bytes, length)) { return 0; }
    user->odd_string = (const uint8_t *)bytes;
    return failure_invalid_utf8;
}

static inline int check_bin(
    checker *user, const char *base, const char *bytes, unsigned int length, kind *result) {
    (void)user; (void)base; (void)bytes; (void)length;
    *result = kind_other;
    return 0;
}

static inline int check_ext(
    checker *user, const char *base, const char *bytes, unsigned int length, kind *result) {
    (void)user; (void)base; (void)bytes;
    *result = kind_other;
    // The template counts the type byte in and lets a claim of 2^32 - 1 bytes wrap round to none.
    return length == 0 ? failure_truncated : 0;
}

#include <msgpack/unpack_template.h>

wse_msgpack_status wse_msgpack_skip(
    const uint8_t *bytes, size_t length, size_t *offset, unsigned depth_limit) {
    struct check_context context;
    context.user.end = bytes + length;
    context.user.depth_limit =
        depth_limit < WSE_MSGPACK_MAXIMUM_DEPTH ? depth_limit : WSE_MSGPACK_MAXIMUM_DEPTH;
    context.user.depth = 0;
    context.user.odd_string = bytes + *offset;
    context.user.position = bytes + *offset;
    check_init(&context);
    if (*offset >= length) { return wse_msgpack_truncated; }
    switch (check_execute(&context, (const char *)bytes, length, offset)) {
    case 1: return wse_msgpack_complete;
    case 0: return wse_msgpack_truncated;
    case failure_truncated: return wse_msgpack_truncated;
    case failure_too_deep: return wse_msgpack_too_deep;
    case failure_invalid_utf8:
        *offset = (size_t)(context.user.odd_string - bytes);
        return wse_msgpack_invalid_utf8;
    case failure_key_not_string: return wse_msgpack_key_not_string;
    default: return wse_msgpack_invalid;
    }
}
