// SPDX-License-Identifier: MIT
#include "format.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct text {
    char *at;
    size_t room, used;
};

// One conversion: %08llx
struct conversion {
    int precision; // -1: none
    unsigned width;
    unsigned longs; // how many l, z counting as one
    char kind;
};

static void put(struct text *text, const char *bytes, size_t count) {
    if (text->used + 1 < text->room) {
        size_t left = text->room - 1 - text->used;
        memcpy(text->at + text->used, bytes, count < left ? count : left);
    }
    text->used += count;
}

static void put_number(struct text *text, uint64_t number, bool negative, const struct conversion *how) {
    char digits[24];
    size_t first = sizeof digits;
    unsigned base = how->kind == 'x' ? 16 : 10;
    do
        digits[--first] = "0123456789abcdef"[number % base];
    while ((number /= base) != 0);
    while (sizeof digits - first < how->width && first > 1)
        digits[--first] = '0';
    if (negative)
        digits[--first] = '-';
    put(text, digits + first, sizeof digits - first);
}

static unsigned read_digits(const char **at) {
    unsigned number = 0;
    for (; **at >= '0' && **at <= '9'; *at += 1)
        number = number * 10 + (unsigned)(**at - '0');
    return number;
}

static struct conversion read_conversion(const char **at, int given) {
    struct conversion how = {.precision = -1, .width = read_digits(at)};
    if (**at == '.') {
        *at += 1;
        how.precision = **at == '*' ? given : (int)read_digits(at);
        *at += **at == '*';
    }
    for (; **at == 'l' || **at == 'z'; *at += 1)
        how.longs++;
    how.kind = **at;
    *at += how.kind != 0;
    return how;
}

int format_list(char *into, size_t room, const char *pattern, va_list arguments) {
    struct text text = {.at = into, .room = room};
    while (*pattern) {
        size_t plain = strcspn(pattern, "%");
        put(&text, pattern, plain);
        pattern += plain;
        if (*pattern == 0)
            break;
        pattern++;
        bool precision_is_given = strncmp(pattern, ".*", 2) == 0;
        struct conversion how = read_conversion(&pattern, precision_is_given ? va_arg(arguments, int) : 0);
        if (how.kind == 's') {
            const char *given = va_arg(arguments, const char *);
            put(&text, given, how.precision >= 0 ? strnlen(given, (size_t)how.precision) : strlen(given));
        } else if (how.kind == 'd') {
            long long number = how.longs ? va_arg(arguments, long) : va_arg(arguments, int);
            put_number(&text, number < 0 ? -(uint64_t)number : (uint64_t)number, number < 0, &how);
        } else if (how.kind == 'u' || how.kind == 'x') {
            put_number(&text, how.longs ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned), false, &how);
        } else {
            put(&text, "%", 1);
        }
    }
    if (room > 0)
        into[text.used < room ? text.used : room - 1] = 0;
    return (int)text.used;
}

int format_into(char *into, size_t room, const char *pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int length = format_list(into, room, pattern, arguments);
    va_end(arguments);
    return length;
}
