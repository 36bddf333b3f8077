#ifndef WSE_CYYJSON_H
#define WSE_CYYJSON_H

#include <stdbool.h>
#include <stddef.h>

/// Loads the yyjson library, the fastest of the JSON parsers written in C, as a yardstick. It is looked for under
/// `path`, or under its usual names if that is null.
bool wse_yyjson_load(const char *_Nullable path);

/// Parses one document and frees it again.
///
/// @return Whether it was valid JSON; `false` too if the library was not loaded.
bool wse_yyjson_parse(const void *_Nonnull bytes, size_t count);

#endif
