// SPDX-License-Identifier: MIT
#include "sha256.h"

#include <string.h>

// The names are those of FIPS 180-4, sections 4.1.2, 4.2.2 and 6.2.
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotr(uint32_t x, unsigned count) {
    return x >> count | x << (32 - count);
}

static void schedule(uint32_t W[64], const unsigned char block[SHA256_BLOCK]) {
    for (unsigned t = 0; t < 16; t++, block += 4)
        W[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
    for (unsigned t = 16; t < 64; t++) {
        uint32_t s0 = rotr(W[t - 15], 7) ^ rotr(W[t - 15], 18) ^ W[t - 15] >> 3;
        uint32_t s1 = rotr(W[t - 2], 17) ^ rotr(W[t - 2], 19) ^ W[t - 2] >> 10;
        W[t] = W[t - 16] + s0 + W[t - 7] + s1;
    }
}

static void compress(uint32_t state[8], const unsigned char block[SHA256_BLOCK]) {
    uint32_t W[64], v[8]; // v: a to h
    schedule(W, block);
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < 64; t++) {
        uint32_t sum1 = rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25);
        uint32_t ch = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t T1 = v[7] + sum1 + ch + K[t] + W[t];
        uint32_t sum0 = rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22);
        uint32_t maj = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += T1;
        v[0] = T1 + sum0 + maj;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += v[i];
}

void sha256_begin(struct sha256 *sum) {
    static const uint32_t H[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(sum->state, H, sizeof H);
    sum->length = 0;
}

void sha256_add(struct sha256 *sum, const void *bytes, size_t count) {
    const unsigned char *from = bytes;
    while (count > 0) {
        size_t used = sum->length % SHA256_BLOCK;
        size_t part = count < SHA256_BLOCK - used ? count : SHA256_BLOCK - used;
        memcpy(sum->block + used, from, part);
        sum->length += part;
        from += part;
        count -= part;
        if (used + part == SHA256_BLOCK)
            compress(sum->state, sum->block);
    }
}

void sha256_end(struct sha256 *sum, char hex[SHA256_HEX + 1]) {
    static const unsigned char padding[SHA256_BLOCK] = {0x80};
    static const char digits[] = "0123456789abcdef";
    uint64_t bits = sum->length * 8;
    unsigned char length[8];
    for (unsigned i = 0; i < 8; i++)
        length[i] = (unsigned char)(bits >> (56 - 8 * i));
    // Up to 8 bytes before the end of a block.
    sha256_add(sum, padding, SHA256_BLOCK - (sum->length + sizeof length) % SHA256_BLOCK);
    sha256_add(sum, length, sizeof length);
    for (unsigned i = 0; i < SHA256_HEX; i++)
        hex[i] = digits[sum->state[i / 8] >> (28 - i % 8 * 4) & 15];
    hex[SHA256_HEX] = 0;
}
