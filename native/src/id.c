// SPDX-License-Identifier: MIT
#include "id.h"

#include <string.h>

void id_make(char id[ID_LENGTH + 1], uint64_t wall_ns, uint64_t chance) {
    uint64_t milliseconds = wall_ns / 1000000;
    uint64_t fraction = wall_ns % 1000000 * 4096 / 1000000;
    uint64_t half[2] = {
        (milliseconds & 0xFFFFFFFFFFFF) << 16 | 0x7000 | fraction,
        UINT64_C(2) << 62 | (chance & UINT64_C(0x3FFFFFFFFFFFFFFF)),
    };
    static const char hex[] = "0123456789abcdef";
    char *out = id;
    for (unsigned digit = 0; digit < 32; digit++) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20)
            *out++ = '-';
        *out++ = hex[half[digit / 16] >> (60 - digit % 16 * 4) & 15];
    }
    *out = 0;
}

bool id_is_valid(const char *text) {
    // x: hexadecimal, lower case; 7: the version; v: the variant.
    static const char pattern[] = "xxxxxxxx-xxxx-7xxx-vxxx-xxxxxxxxxxxx";
    for (unsigned i = 0; i < ID_LENGTH; i++) {
        const char *allowed = pattern[i] == 'x' ? "0123456789abcdef" : pattern[i] == 'v' ? "89ab" : NULL;
        if (text[i] == 0 || (allowed ? !strchr(allowed, text[i]) : text[i] != pattern[i]))
            return false;
    }
    return text[ID_LENGTH] == 0;
}
