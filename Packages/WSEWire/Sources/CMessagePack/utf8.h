#ifndef WSE_UTF8_H
#define WSE_UTF8_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Whether the bytes are UTF-8, by the table of well-formed sequences (Unicode 3.9, table 3-7).
///
/// Here and not the unpacker's work, as MessagePack itself lets a str hold any bytes; Swift's strings do not.
static inline int is_utf8(const uint8_t *bytes, size_t length) {
    size_t index = 0;
    while (index < length) {
        if (length - index >= 8) {
            uint64_t word;
            memcpy(&word, bytes + index, 8);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                index += 8;
                continue;
            }
        }
        uint8_t lead = bytes[index];
        if (lead < 0x80) {
            index += 1;
            continue;
        }
        size_t count;
        uint8_t low = 0x80, high = 0xBF;
        if (lead >= 0xC2 && lead <= 0xDF) {
            count = 2;
        } else if (lead >= 0xE0 && lead <= 0xEF) {
            count = 3;
            if (lead == 0xE0) { low = 0xA0; }
            if (lead == 0xED) { high = 0x9F; }
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            count = 4;
            if (lead == 0xF0) { low = 0x90; }
            if (lead == 0xF4) { high = 0x8F; }
        } else {
            return 0;
        }
        if (length - index < count) { return 0; }
        if (bytes[index + 1] < low || bytes[index + 1] > high) { return 0; }
        for (size_t next = 2; next < count; next += 1) {
            if ((bytes[index + next] & 0xC0) != 0x80) { return 0; }
        }
        index += count;
    }
    return 1;
}

#endif
