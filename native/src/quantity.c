// SPDX-License-Identifier: MIT
#include "quantity.h"

#include <stddef.h>
#include <string.h>

enum { MILLION = 1000000 };

struct scale {
    const char *unit;
    uint64_t factor;
};

static const struct scale sizes[] = {
    {"B", 1},
    {"kB", 1000},
    {"KB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
    {"TB", UINT64_C(1000000000000)},
    {"KiB", UINT64_C(1) << 10},
    {"MiB", UINT64_C(1) << 20},
    {"GiB", UINT64_C(1) << 30},
    {"TiB", UINT64_C(1) << 40},
    {NULL, 0},
};

static const struct scale milliseconds[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0},
};

static uint64_t factor_of(const struct scale *scale, const char *unit, size_t length) {
    for (; scale->unit; scale++)
        if (strlen(scale->unit) == length && strncmp(scale->unit, unit, length) == 0)
            return scale->factor;
    return 0;
}

// number × factor, rounded down; false when it leaves 63 bits.
static bool multiply(struct fixed number, uint64_t factor, uint64_t *product) {
    uint64_t fraction = number.millionths * factor / MILLION; // at most 2^20 × 2^40
    if (number.whole > (INT64_MAX - fraction) / factor)
        return false;
    *product = number.whole * factor + fraction;
    return true;
}

static bool read_bytes(const char *text, struct fixed *bytes) {
    struct fixed number;
    if (!number_take_fixed(&text, &number))
        return false;
    text += *text == ' ';
    uint64_t factor = factor_of(sizes, text, strlen(text));
    *bytes = (struct fixed){0};
    return factor > 0 && multiply(number, factor, &bytes->whole);
}

static bool read_seconds(const char *text, struct fixed *seconds) {
    uint64_t total = 0;
    do {
        struct fixed number;
        uint64_t part;
        if (!number_take_fixed(&text, &number))
            return false;
        size_t length = strspn(text, "dhms");
        uint64_t factor = factor_of(milliseconds, text, length);
        if (factor == 0 || !multiply(number, factor, &part) || part > INT64_MAX - total)
            return false;
        total += part;
        text += length;
    } while (*text);
    *seconds = (struct fixed){total / 1000, (uint32_t)(total % 1000) * 1000};
    return true;
}

bool quantity_read(const char *text, const char *unit, struct fixed *number) {
    if (strcmp(unit, "bytes") == 0)
        return read_bytes(text, number);
    return strcmp(unit, "s") == 0 && read_seconds(text, number);
}

bool quantity_read_share(const char *text, struct fixed *done, struct fixed *total) {
    *total = (struct fixed){100, 0};
    if (!number_take_fixed(&text, done))
        return false;
    if (strcmp(text, "%") == 0)
        text++;
    else if (*text == '/' && (text++, !number_take_fixed(&text, total)))
        return false;
    return *text == 0 && (total->whole > 0 || total->millionths > 0);
}
