#ifndef WSE_CCRYPTO_SHIM_H
#define WSE_CCRYPTO_SHIM_H

// Takes everything that OpenSSL 3.0 deprecates out of sight, so none of it can be called by mistake.
#ifndef OPENSSL_API_COMPAT
#define OPENSSL_API_COMPAT 30000
#endif
#ifndef OPENSSL_NO_DEPRECATED
#define OPENSSL_NO_DEPRECATED
#endif

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

// OSSL_PARAM arrays point at their names and values, and some constructors are macros or take variable arguments.
// Swift can call neither, so these few calls are made here. Every function returns what libcrypto returned.

/// Gives `context` an HMAC-SHA256 key.
static inline int wse_hmac_sha256_init(EVP_MAC_CTX *context, const void *key, size_t key_size) {
    OSSL_PARAM parameters[2];
    parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0);
    parameters[1] = OSSL_PARAM_construct_end();
    return EVP_MAC_init(context, (const unsigned char *)key, key_size, parameters);
}

/// Runs HKDF-SHA256, extract and expand. An empty salt means none: as many zero bytes as a digest has.
static inline int wse_hkdf_sha256(
    EVP_KDF_CTX *context, const void *input, size_t input_size, const void *salt, size_t salt_size,
    const void *info, size_t info_size, void *output, size_t output_size
) {
    OSSL_PARAM parameters[5];
    size_t count = 0;
    parameters[count++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
    parameters[count++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)input, input_size);
    if (salt_size > 0) {
        parameters[count++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_size);
    }
    if (info_size > 0) {
        parameters[count++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_size);
    }
    parameters[count] = OSSL_PARAM_construct_end();
    return EVP_KDF_derive(context, (unsigned char *)output, output_size, parameters);
}

/// Makes a P-256 key pair.
static inline EVP_PKEY *wse_p256_generate(void) {
    return EVP_EC_gen("P-256");
}

/// Makes a P-256 public key of an encoded point.
static inline int wse_p256_public_key(const void *point, size_t point_size, EVP_PKEY **key) {
    OSSL_PARAM parameters[3];
    parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)"P-256", 0);
    parameters[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point, point_size);
    parameters[2] = OSSL_PARAM_construct_end();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (context == NULL) { return 0; }
    int result = EVP_PKEY_fromdata_init(context);
    if (result == 1) { result = EVP_PKEY_fromdata(context, key, EVP_PKEY_PUBLIC_KEY, parameters); }
    EVP_PKEY_CTX_free(context);
    return result;
}

/// Writes the public point of `key`, encoded.
static inline int wse_p256_point(const EVP_PKEY *key, void *point, size_t capacity, size_t *size) {
    return EVP_PKEY_get_octet_string_param(
        key, OSSL_PKEY_PARAM_PUB_KEY, (unsigned char *)point, capacity, size);
}

/// Reads the 16-byte tag of a sealed message.
static inline int wse_gcm_tag(EVP_CIPHER_CTX *context, void *tag) {
    OSSL_PARAM parameters[2];
    parameters[0] = OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, 16);
    parameters[1] = OSSL_PARAM_construct_end();
    return EVP_CIPHER_CTX_get_params(context, parameters);
}

/// Sets the 16-byte tag that a message must have.
static inline int wse_gcm_expect_tag(EVP_CIPHER_CTX *context, const void *tag) {
    OSSL_PARAM parameters[2];
    parameters[0] = OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, (void *)tag, 16);
    parameters[1] = OSSL_PARAM_construct_end();
    return EVP_CIPHER_CTX_set_params(context, parameters);
}

#endif
