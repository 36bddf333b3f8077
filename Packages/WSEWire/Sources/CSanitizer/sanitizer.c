#include "CSanitizer.h"

#if defined(__SANITIZE_THREAD__)
#define WSE_HAS_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WSE_HAS_THREAD_SANITIZER 1
#endif
#endif

bool wse_is_built_for_thread_sanitizer(void) {
#ifdef WSE_HAS_THREAD_SANITIZER
    return true;
#else
    return false;
#endif
}
