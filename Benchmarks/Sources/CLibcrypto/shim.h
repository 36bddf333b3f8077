#ifndef WSE_CLIBCRYPTO_SHIM_H
#define WSE_CLIBCRYPTO_SHIM_H

#ifndef OPENSSL_API_COMPAT
#define OPENSSL_API_COMPAT 30000
#endif
#ifndef OPENSSL_NO_DEPRECATED
#define OPENSSL_NO_DEPRECATED
#endif

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

/// Writes what a WebSocket server answers to a key: base64 of SHA-1. `output` takes 29 bytes.
static inline int floor_accept_value(const void *text, size_t count, unsigned char *output) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t size = 0;
    if (EVP_Q_digest(NULL, "SHA1", NULL, text, count, digest, &size) != 1) { return 0; }
    return EVP_EncodeBlock(output, digest, (int)size) > 0;
}

/// Reads the 16-byte tag of a sealed message.
static inline int floor_gcm_tag(EVP_CIPHER_CTX *context, void *tag) {
    OSSL_PARAM parameters[2];
    parameters[0] = OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, 16);
    parameters[1] = OSSL_PARAM_construct_end();
    return EVP_CIPHER_CTX_get_params(context, parameters);
}

#endif
