#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CFloor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

floor_reader *floor_reader_make(int descriptor) {
    floor_reader *reader = malloc(sizeof *reader);
    if (reader == NULL) { return NULL; }
    const size_t capacity = 256 << 10;
    uint8_t *bytes = malloc(capacity);
    if (bytes == NULL) {
        free(reader);
        return NULL;
    }
    *reader = (floor_reader){ .descriptor = descriptor, .bytes = bytes, .capacity = capacity };
    return reader;
}

void floor_reader_free(floor_reader *reader) {
    free(reader->bytes);
    free(reader);
}

/// Makes room for at least one more byte, and for `wanted` in all, and reads.
static bool fill(floor_reader *reader, size_t wanted) {
    if (reader->start > 0) {
        memmove(reader->bytes, reader->bytes + reader->start, reader->end - reader->start);
        reader->end -= reader->start;
        reader->start = 0;
    }
    if (wanted > reader->capacity) {
        uint8_t *grown = realloc(reader->bytes, wanted);
        if (grown == NULL) { return false; }
        reader->bytes = grown;
        reader->capacity = wanted;
    }
    ssize_t count;
    do {
        count = read(reader->descriptor, reader->bytes + reader->end, reader->capacity - reader->end);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) { return false; }
    reader->end += (size_t)count;
    return true;
}

size_t floor_read_head(floor_reader *reader, const uint8_t **head) {
    while (true) {
        size_t count = reader->end - reader->start;
        uint8_t *bytes = reader->bytes + reader->start;
        uint8_t *end = count == 0 ? NULL : memmem(bytes, count, "\r\n\r\n", 4);
        if (end != NULL) {
            size_t size = (size_t)(end - bytes) + 4;
            *head = bytes;
            reader->start += size;
            return size;
        }
        if (count >= (16 << 10) || !fill(reader, 0)) { return 0; }
    }
}

/// The length of the header at `bytes`, or 0 if it is not whole; the payload's length goes to `length`.
static inline size_t header(const uint8_t *bytes, size_t count, uint64_t *length) {
    if (count < 2) { return 0; }
    size_t size = 2 + ((bytes[1] & 0x80) != 0 ? 4 : 0);
    uint64_t value = bytes[1] & 0x7F;
    if (value == 126) {
        size += 2;
        if (count < size) { return 0; }
        value = (uint64_t)bytes[2] << 8 | bytes[3];
    } else if (value == 127) {
        size += 8;
        if (count < size) { return 0; }
        value = 0;
        for (int index = 2; index < 10; index++) { value = value << 8 | bytes[index]; }
    }
    if (count < size) { return 0; }
    *length = value;
    return size;
}

/// Frames beyond this end the connection; nothing here sends any.
static const uint64_t longest = 64 << 20;

static void unmask(uint8_t *payload, size_t count, const uint8_t *key) {
    uint8_t wide_key[8] = { key[0], key[1], key[2], key[3], key[0], key[1], key[2], key[3] };
    uint64_t wide;
    memcpy(&wide, wide_key, 8);
    size_t index = 0;
    for (; index + 8 <= count; index += 8) {
        uint64_t word;
        memcpy(&word, payload + index, 8);
        word ^= wide;
        memcpy(payload + index, &word, 8);
    }
    for (; index < count; index++) { payload[index] ^= key[index & 3]; }
}

bool floor_read_frame(floor_reader *reader, uint8_t *opcode, const uint8_t **payload, size_t *count) {
    while (true) {
        uint8_t *bytes = reader->bytes + reader->start;
        size_t available = reader->end - reader->start;
        uint64_t length = 0;
        size_t size = header(bytes, available, &length);
        if (size > 0 && length > longest) { return false; }
        if (size > 0 && available >= size + length) {
            if ((bytes[1] & 0x80) != 0) { unmask(bytes + size, length, bytes + size - 4); }
            *opcode = bytes[0] & 0x0F;
            *payload = bytes + size;
            *count = length;
            reader->start += size + length;
            return true;
        }
        if (!fill(reader, size + length)) { return false; }
    }
}

bool floor_write_frame(int descriptor, uint8_t opcode, bool masked, const void *payload, size_t count) {
    uint8_t stack[1024];
    uint8_t *frame = count + 14 <= sizeof stack ? stack : malloc(count + 14);
    if (frame == NULL) { return false; }
    size_t size = 2;
    frame[0] = 0x80 | opcode;
    if (count < 126) {
        frame[1] = (uint8_t)count;
    } else if (count < 65536) {
        frame[1] = 126;
        frame[2] = (uint8_t)(count >> 8);
        frame[3] = (uint8_t)count;
        size = 4;
    } else {
        frame[1] = 127;
        for (int index = 0; index < 8; index++) { frame[2 + index] = (uint8_t)((uint64_t)count >> (56 - 8 * index)); }
        size = 10;
    }
    if (masked) {
        static const uint8_t key[4] = { 0x37, 0xfa, 0x21, 0x3d };
        frame[1] |= 0x80;
        memcpy(frame + size, key, 4);
        size += 4;
        memcpy(frame + size, payload, count);
        unmask(frame + size, count, key);
    } else {
        memcpy(frame + size, payload, count);
    }
    bool sent = floor_write(descriptor, frame, size + count);
    if (frame != stack) { free(frame); }
    return sent;
}

floor_received floor_receive(floor_reader *reader, uint64_t wanted) {
    floor_received result = { 0, 0 };
    while (true) {
        const uint8_t *bytes = reader->bytes;
        size_t position = reader->start;
        uint64_t length = 0;
        size_t needed = 0;
        while (result.frames < wanted) {
            size_t size = header(bytes + position, reader->end - position, &length);
            if (size == 0) { break; }
            if (length > longest) { return result; }
            if (reader->end - position < size + length) {
                needed = size + length;
                break;
            }
            result.frames += 1;
            result.bytes += length;
            position += size + length;
        }
        reader->start = position;
        if (result.frames >= wanted || !fill(reader, needed)) { return result; }
    }
}

bool floor_contains(const void *bytes, size_t count, const char *text) {
    return memmem(bytes, count, text, strlen(text)) != NULL;
}

int64_t floor_number_after(const void *bytes, size_t count, const char *text) {
    size_t size = strlen(text);
    const uint8_t *found = memmem(bytes, count, text, size);
    if (found == NULL) { return -1; }
    const uint8_t *end = (const uint8_t *)bytes + count;
    int64_t number = -1;
    for (const uint8_t *next = found + size; next < end && *next >= '0' && *next <= '9'; next++) {
        if (number > INT64_MAX / 100) { return -1; }
        number = (number < 0 ? 0 : number * 10) + (*next - '0');
    }
    return number;
}
