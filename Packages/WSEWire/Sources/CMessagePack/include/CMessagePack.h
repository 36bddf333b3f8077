#ifndef WSE_CMESSAGEPACK_H
#define WSE_CMESSAGEPACK_H

#include <stddef.h>
#include <stdint.h>

/// What became of a value.
typedef enum {
    wse_msgpack_complete = 0,
    /// The bytes end before the value does, or a length claims more than there is.
    wse_msgpack_truncated = 1,
    /// A byte that begins no value (0xC1).
    wse_msgpack_invalid = 2,
    wse_msgpack_too_deep = 3,
    /// A str that is not UTF-8.
    wse_msgpack_invalid_utf8 = 4,
    /// A map with a key that is not a str.
    wse_msgpack_key_not_string = 5,
} wse_msgpack_status;

/// Deepest nesting that can be asked for.
#define WSE_MSGPACK_MAXIMUM_DEPTH 1024

/// Checks the value that begins at `*offset` and moves `*offset` behind it, or to where the trouble is.
///
/// Allocates nothing and does not recurse; time is linear in the bytes there are, whatever lengths they claim.
///
/// @param depth_limit How many arrays and maps may be open at once, at most `WSE_MSGPACK_MAXIMUM_DEPTH`.
wse_msgpack_status wse_msgpack_skip(
    const uint8_t *_Nonnull bytes, size_t length, size_t *_Nonnull offset, unsigned depth_limit);

/// Each writes the head of a value, or a whole scalar, at `target`, which has room for 9 bytes.
///
/// @return How many bytes were written.
size_t wse_msgpack_pack_nil(uint8_t *_Nonnull target);
size_t wse_msgpack_pack_bool(uint8_t *_Nonnull target, _Bool value);
size_t wse_msgpack_pack_int64(uint8_t *_Nonnull target, int64_t value);
size_t wse_msgpack_pack_uint64(uint8_t *_Nonnull target, uint64_t value);
size_t wse_msgpack_pack_float(uint8_t *_Nonnull target, float value);
size_t wse_msgpack_pack_double(uint8_t *_Nonnull target, double value);
size_t wse_msgpack_pack_str(uint8_t *_Nonnull target, uint32_t count);
size_t wse_msgpack_pack_bin(uint8_t *_Nonnull target, uint32_t count);
size_t wse_msgpack_pack_array(uint8_t *_Nonnull target, uint32_t count);
size_t wse_msgpack_pack_map(uint8_t *_Nonnull target, uint32_t count);
size_t wse_msgpack_pack_ext(uint8_t *_Nonnull target, uint32_t count, int8_t type);

#endif
