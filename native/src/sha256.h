// SPDX-License-Identifier: MIT
// SHA-256 (FIPS 180-4), piece by piece.
#ifndef HUME_SHA256_H
#define HUME_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK = 64, SHA256_HEX = 64 };

struct sha256 {
    uint32_t state[8];
    uint64_t length; // bytes so far
    unsigned char block[SHA256_BLOCK];
};

void sha256_begin(struct sha256 *sum);
void sha256_add(struct sha256 *sum, const void *bytes, size_t count);

// Writes the sum as lower-case hexadecimal digits with a NUL.
void sha256_end(struct sha256 *sum, char hex[SHA256_HEX + 1]);

#endif
