#ifndef WSE_CFLOOR_H
#define WSE_CFLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// MARK: Blocking TCP sockets on 127.0.0.1

/// A socket that listens on a free port, or -1.
int floor_listen(uint16_t *_Nonnull port);
int floor_accept(int listener);
int floor_connect(uint16_t port);
void floor_close(int descriptor);
bool floor_write(int descriptor, const void *_Nonnull bytes, size_t count);
/// Ends calls that write or read on other threads.
void floor_shutdown(int descriptor);

// MARK: Frames

/// Reads frames through a buffer.
typedef struct floor_reader {
    int descriptor;
    uint8_t *_Nonnull bytes;
    size_t capacity, start, end;
} floor_reader;

floor_reader *_Nullable floor_reader_make(int descriptor);
void floor_reader_free(floor_reader *_Nonnull reader);

/// Everything up to an empty line.
///
/// @return Its length; the bytes stay valid until the next call. 0 at the end.
size_t floor_read_head(floor_reader *_Nonnull reader, const uint8_t *_Nullable *_Nonnull head);

/// The next frame, unmasked if it is masked; valid until the next call.
bool floor_read_frame(
    floor_reader *_Nonnull reader, uint8_t *_Nonnull opcode, const uint8_t *_Nullable *_Nonnull payload,
    size_t *_Nonnull count);

/// Sends one unfragmented frame.
bool floor_write_frame(
    int descriptor, uint8_t opcode, bool masked, const void *_Nonnull payload, size_t count);

typedef struct floor_received {
    uint64_t frames, bytes;
} floor_received;

/// The floor of receiving: reads and walks frame headers until `wanted` frames have passed.
floor_received floor_receive(floor_reader *_Nonnull reader, uint64_t wanted);

// MARK: Text

/// Whether `text` stands in the bytes.
bool floor_contains(const void *_Nonnull bytes, size_t count, const char *_Nonnull text);
/// The unsigned number behind the first `text`, or -1.
int64_t floor_number_after(const void *_Nonnull bytes, size_t count, const char *_Nonnull text);

// MARK: What the process takes

/// Seconds of processors that it has had, all threads together.
double floor_processor_seconds(void);

/// Bytes that the program holds of the heap; 0 where the system does not tell.
size_t floor_heap_in_use(void);
/// Bytes resident, after the heap gave back what it holds for nothing; 0 where the system does not tell.
size_t floor_resident(void);

#endif
