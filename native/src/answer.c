// SPDX-License-Identifier: MIT
// Design: one pass over the text, members that are not asked for are skipped by counting brackets outside strings. What
// is written never overtakes what is read: an escape is longer than what it stands for.
#include "answer.h"

#include <stdint.h>
#include <string.h>

#include "text.h"

static const char *skip_blanks(const char *at) {
    return at + strspn(at, " \t\r\n");
}

// Behind the closing quote of the string that begins at `at`; NULL when there is none.
static const char *skip_string(const char *at) {
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && *++at == 0)
            return NULL;
    return *at ? at + 1 : NULL;
}

// Behind the value that begins at `at`; NULL when it has no end. It is not checked any further: humed wrote it.
static const char *skip_value(const char *at) {
    unsigned depth = 0;
    do {
        at = skip_blanks(at);
        if (*at == 0)
            return NULL;
        if (*at == '"') {
            if ((at = skip_string(at)) == NULL)
                return NULL;
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            if (depth-- == 0)
                return NULL;
            at++;
        } else if (*at == ',' || *at == ':') {
            if (depth == 0)
                return NULL;
            at++;
        } else {
            at += strcspn(at, "{}[],:\" \t\r\n");
        }
    } while (depth > 0);
    return at;
}

static bool read_hex(const char *at, uint32_t *unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = at[i] ? strchr(digits, at[i]) : NULL;
        if (!digit)
            return false;
        *unit = *unit << 4 | ((uint32_t)(digit - digits) & 15);
    }
    return true;
}

static bool is_surrogate(uint32_t unit, uint32_t first) {
    return unit >= first && unit <= first + 0x3FF;
}

// What \uXXXX (or two of them, for what is beyond the first 65,536) stands for; *at is behind the `u` and moves behind
// the digits.
static bool read_unicode(const char **at, uint32_t *point) {
    uint32_t low;
    if (!read_hex(*at, point))
        return false;
    *at += 4;
    if (is_surrogate(*point, 0xD800) && (*at)[0] == '\\' && (*at)[1] == 'u' && read_hex(*at + 2, &low)
        && is_surrogate(low, 0xDC00)) {
        *point = 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00);
        *at += 6;
    } else if (is_surrogate(*point, 0xD800) || is_surrogate(*point, 0xDC00)) {
        *point = REPLACEMENT;
    }
    return true;
}

// Returns the length, or -1.
static long unescape(char *into, const char *at) {
    static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    char *out = into;
    while (*at && *at != '"') {
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        uint32_t point;
        char letter = *++at;
        const char *known = escapes;
        while (*known && *known != letter)
            known += 2;
        at += letter != 0;
        if (letter == 'u' && read_unicode(&at, &point))
            out += text_encode(point, out);
        else if (letter && *known)
            *out++ = known[1];
        else
            return -1;
    }
    return *at ? out - into : -1;
}

static const char *find_value(const char *at) {
    static const char wanted[] = "\"value\"";
    at = skip_blanks(at);
    char expected = '{';
    while (at && *at == expected) {
        const char *name = skip_blanks(at + 1);
        at = *name == '"' ? skip_string(name) : NULL;
        at = at ? skip_blanks(at) : NULL;
        if (!at || *at != ':')
            return NULL;
        const char *value = skip_blanks(at + 1);
        if (strncmp(name, wanted, sizeof wanted - 1) == 0)
            return value;
        at = skip_value(value);
        at = at ? skip_blanks(at) : NULL;
        expected = ',';
    }
    return NULL;
}

long answer_value(char *json) {
    const char *value = find_value(json);
    if (!value)
        return -1;
    if (*value == '"')
        return unescape(json, value + 1);
    const char *end = skip_value(value);
    if (!end || *value == '{' || *value == '[' || end == value)
        return -1;
    memmove(json, value, (size_t)(end - value));
    return end - value;
}
