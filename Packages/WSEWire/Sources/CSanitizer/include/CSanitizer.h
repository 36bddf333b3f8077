#ifndef WSE_CSANITIZER_H
#define WSE_CSANITIZER_H

#include <stdbool.h>

/// Whether this program is built for ThreadSanitizer, which Swift code cannot tell by itself.
bool wse_is_built_for_thread_sanitizer(void);

#endif
