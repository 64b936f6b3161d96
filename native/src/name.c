// SPDX-License-Identifier: MIT
#include "name.h"

#include <string.h>

#include "text.h"

// What a reader could not see, or what would reorder what he sees, or what hume's own notation uses as a separator.
// The same table as humeops.wire.codec; the golden examples hold both to it.
static bool is_forbidden(uint32_t point) {
    static const uint32_t ranges[][2] = {
        {0x00, 0x1F},     {',', ','},       {'/', '/'},       {':', ':'},       {'=', '='},       {0x7F, 0x9F},
        {0xAD, 0xAD},     {0x61C, 0x61C},   {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF},
        {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i][0] && point <= ranges[i][1])
            return true;
    return false;
}

static const char *skip_spaces(const char *at, const char *end) {
    while (at < end && *at == ' ')
        at++;
    return at;
}

// True when nothing but spaces is left, so that a cut there loses nothing.
static bool only_spaces(const char *at, const char *end) {
    at = skip_spaces(at, end);
    return at == end || *at == 0;
}

bool name_make(struct name *name, const char *from, size_t length) {
    const char *end = from + strnlen(from, length);
    const char *at = skip_spaces(from, end);
    bool mended = false;
    size_t used = 0;
    unsigned count = 0;
    while (at < end && count < MAX_NAME) {
        uint32_t point = text_next(&at, &mended);
        // A separator is ASCII and can't be a continuation byte, so a code point never reaches past `end`.
        if (is_forbidden(point)) {
            point = '_';
            mended = true;
        }
        used += text_encode(point, name->text + used);
        count++;
    }
    mended |= !only_spaces(at, end);
    while (used > 0 && name->text[used - 1] == ' ')
        used--;
    name->text[used] = 0;
    return mended;
}

bool name_is_empty(const struct name *name) {
    return name->text[0] == 0;
}

bool name_equal(const struct name *one, const struct name *other) {
    return strcmp(one->text, other->text) == 0;
}
