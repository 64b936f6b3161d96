// SPDX-License-Identifier: MIT
#include "text.h"

// How many bytes may follow a lead byte, and which values the first of them may have: what keeps out overlong forms,
// surrogates and everything above U+10FFFF (table 3-7 of the Unicode standard). 0: not a lead byte.
static unsigned followers(unsigned char lead, unsigned char *lowest, unsigned char *highest) {
    *lowest = 0x80;
    *highest = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 1;
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (lead == 0xE0)
            *lowest = 0xA0;
        if (lead == 0xED)
            *highest = 0x9F;
        return 2;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (lead == 0xF0)
            *lowest = 0x90;
        if (lead == 0xF4)
            *highest = 0x8F;
        return 3;
    }
    return 0;
}

uint32_t text_next(const char **at, bool *mended) {
    const unsigned char *byte = (const unsigned char *)*at;
    if (*byte == 0)
        return 0;
    if (*byte < 0x80) {
        *at += 1;
        return *byte;
    }
    unsigned char lowest, highest;
    unsigned count = followers(*byte, &lowest, &highest);
    uint32_t point = *byte & (0x3Fu >> count);
    unsigned seen = 0;
    // The terminating NUL is no continuation byte, so this never reads past the end.
    while (seen < count && byte[seen + 1] >= lowest && byte[seen + 1] <= highest) {
        point = point << 6 | (byte[seen + 1] & 0x3Fu);
        lowest = 0x80;
        highest = 0xBF;
        seen++;
    }
    *at += seen + 1;
    if (count == 0 || seen < count) {
        *mended = true;
        return REPLACEMENT;
    }
    return point;
}

unsigned text_encode(uint32_t point, char out[4]) {
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    unsigned count = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    for (unsigned i = count; i > 0; i--) {
        out[i] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    out[0] = (char)(lead[count] | point);
    return count + 1;
}

void text_defuse(char *text) {
    const char *from = text;
    bool mended = false;
    uint32_t point;
    // Never overtakes: what is written is at most as long as what was read.
    while ((point = text_next(&from, &mended)) != 0) {
        bool is_harmless = point >= 0x20 && (point < 0x7F || point > 0x9F) && !mended;
        text += text_encode(is_harmless ? point : '?', text);
        mended = false;
    }
    *text = 0;
}
