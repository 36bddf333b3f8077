// libmsgpack-c's packer, instantiated from its template so that it writes to a few bytes of the caller's.

#include "CMessagePack.h"

#include <string.h>

#include <msgpack/pack_define.h>
#include <msgpack/timestamp.h>

typedef struct {
    uint8_t *target;
    size_t count;
} packer;

static inline int append(packer *packer, const void *bytes, size_t count) {
    memcpy(packer->target + packer->count, bytes, count);
    packer->count += count;
    return 0;
}

#define msgpack_pack_inline_func(name) static inline __attribute__((unused)) int pack##name
#define msgpack_pack_inline_func_cint(name) static inline __attribute__((unused)) int pack##name
#define msgpack_pack_user packer *
#define msgpack_pack_append_buffer(user, bytes, count) return append((user), (bytes), (count))

#include <msgpack/pack_template.h>

#define PACK(call) \
    packer packer = {target, 0}; \
    call; \
    return packer.count

size_t wse_msgpack_pack_nil(uint8_t *target) { PACK(pack_nil(&packer)); }
size_t wse_msgpack_pack_bool(uint8_t *target, _Bool value) {
    PACK(value ? pack_true(&packer) : pack_false(&packer));
}
size_t wse_msgpack_pack_int64(uint8_t *target, int64_t value) { PACK(pack_int64(&packer, value)); }
size_t wse_msgpack_pack_uint64(uint8_t *target, uint64_t value) { PACK(pack_uint64(&packer, value)); }
size_t wse_msgpack_pack_float(uint8_t *target, float value) { PACK(pack_float(&packer, value)); }
size_t wse_msgpack_pack_double(uint8_t *target, double value) { PACK(pack_double(&packer, value)); }
size_t wse_msgpack_pack_str(uint8_t *target, uint32_t count) { PACK(pack_str(&packer, count)); }
size_t wse_msgpack_pack_bin(uint8_t *target, uint32_t count) { PACK(pack_bin(&packer, count)); }
size_t wse_msgpack_pack_array(uint8_t *target, uint32_t count) { PACK(pack_array(&packer, count)); }
size_t wse_msgpack_pack_map(uint8_t *target, uint32_t count) { PACK(pack_map(&packer, count)); }
size_t wse_msgpack_pack_ext(uint8_t *target, uint32_t count, int8_t type) {
    PACK(pack_ext(&packer, count, type));
}
