// SPDX-License-Identifier: MIT
#include "number.h"

#include <string.h>

enum {
    // 18 digits always fit 64 bits.
    MAX_INTEGER_DIGITS = 18,
    // A double has 17 significant digits; whoever writes more than this means text.
    MAX_NUMBER_LENGTH = 64,
    // Of a fixed number: still whole when multiplied by a million.
    MAX_WHOLE_DIGITS = 15,
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at) {
    while (is_digit(*at))
        at++;
    return at;
}

// Is a number of JSON one that a double can hold? The largest is 1.7976931348623157 × 10^308; the last digit is not
// looked at more closely. Below 10^-307 digits get lost, and at last all of them.
static bool is_finite(const char *at) {
    enum { LARGEST_PLACE = 308, LEADING = 17, FAR = 9999 };
    const uint64_t largest = UINT64_C(17976931348623157);
    uint64_t lead = 0;
    int place = -1, count = 0; // of the first digit that is not 0: 0 in 7.5, -1 in 0.2
    bool behind_point = false;
    for (; is_digit(*at) || *at == '.'; at++) {
        behind_point |= *at == '.';
        if (*at == '.' || (count == 0 && *at == '0')) {
            place -= behind_point && *at == '0';
            continue;
        }
        place += !behind_point;
        if (count++ < LEADING)
            lead = lead * 10 + (uint64_t)(*at - '0');
    }
    for (int digits = count; digits < LEADING; digits++)
        lead *= 10;
    int exponent = 0, sign = *at && at[1] == '-' ? -1 : 1;
    for (; *at; at++)
        if (is_digit(*at) && exponent < FAR)
            exponent = exponent * 10 + (*at - '0');
    place += sign * exponent;
    return count == 0 || (place < LARGEST_PLACE && place > -LARGEST_PLACE) || (place == LARGEST_PLACE && lead <= largest);
}

bool number_is_json(const char *text) {
    const char *digits = text + (*text == '-');
    const char *at = skip_digits(digits);
    if (at == digits || (*digits == '0' && at > digits + 1))
        return false;
    if (*at == 0)
        return at - digits <= MAX_INTEGER_DIGITS;
    if (*at == '.') {
        const char *fraction = at + 1;
        at = skip_digits(fraction);
        if (at == fraction)
            return false;
    }
    if (*at == 'e' || *at == 'E') {
        const char *exponent = at + 1;
        exponent += *exponent == '+' || *exponent == '-';
        at = skip_digits(exponent);
        if (at == exponent)
            return false;
    }
    return *at == 0 && at - text <= MAX_NUMBER_LENGTH && is_finite(digits);
}

bool number_read(const char *text, uint64_t low, uint64_t high, uint64_t *number) {
    const char *end = skip_digits(text);
    if (end == text || *end != 0 || end - text > MAX_INTEGER_DIGITS)
        return false;
    uint64_t sum = 0;
    for (const char *at = text; at < end; at++)
        sum = sum * 10 + (uint64_t)(*at - '0');
    *number = sum;
    return sum >= low && sum <= high;
}

bool number_take_fixed(const char **at, struct fixed *number) {
    const char *digits = *at;
    while (*digits == '0' && is_digit(digits[1]))
        digits++;
    const char *end = skip_digits(digits);
    if (end == digits || end - digits > MAX_WHOLE_DIGITS)
        return false;
    *number = (struct fixed){0};
    while (digits < end)
        number->whole = number->whole * 10 + (uint64_t)(*digits++ - '0');
    *at = end;
    if (*end != '.')
        return true;
    *at = skip_digits(end + 1);
    for (uint32_t place = 100000; place > 0 && is_digit(*++end); place /= 10)
        number->millionths += place * (uint32_t)(*end - '0');
    return is_digit((*at)[-1]);
}

bool fixed_is_more(struct fixed one, struct fixed other) {
    return one.whole > other.whole || (one.whole == other.whole && one.millionths > other.millionths);
}

static uint64_t seconds_of(char unit) {
    switch (unit) {
    case 0:
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    case 'w':
        return 604800;
    case 'y':
        return 31536000;
    default:
        return 0;
    }
}

bool number_read_ms(const char *text, uint64_t high, uint64_t *ms) {
    uint64_t total = 0;
    do {
        const char *end = skip_digits(text);
        bool is_ms = *end == 'm' && end[1] == 's';
        uint64_t scale = is_ms ? 1 : seconds_of(*end) * 1000;
        if (end == text || end - text > MAX_WHOLE_DIGITS || scale == 0)
            return false;
        uint64_t count = 0;
        while (text < end)
            count = count * 10 + (uint64_t)(*text++ - '0');
        if (count > high / scale)
            return false;
        total += count * scale;
        if (total > high)
            return false;
        text = *end ? end + 1 + is_ms : end;
    } while (*text);
    *ms = total;
    return total >= 1;
}

bool number_read_seconds(const char *text, uint64_t high, uint64_t *seconds) {
    if (strstr(text, "ms") || !number_read_ms(text, high * 1000, seconds))
        return false;
    *seconds /= 1000;
    return true;
}
