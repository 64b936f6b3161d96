// SPDX-License-Identifier: MIT
// A strict reader of JSON (RFC 8259), to hold the encoder to it.
#include <string.h>

#include "fuzz.h"

enum { DEEPEST = 8 };

struct reader {
    const unsigned char *at, *end;
};

static bool is_next(struct reader *in, char wanted) {
    if (in->at < in->end && *in->at == (unsigned char)wanted) {
        in->at++;
        return true;
    }
    return false;
}

static bool is_in(const struct reader *in, unsigned low, unsigned high) {
    return in->at < in->end && *in->at >= low && *in->at <= high;
}

static bool read_literal(struct reader *in, const char *literal) {
    while (*literal)
        if (!is_next(in, *literal++))
            return false;
    return true;
}

static bool read_digits(struct reader *in) {
    const unsigned char *from = in->at;
    while (is_in(in, '0', '9'))
        in->at++;
    return in->at > from;
}

static bool read_number(struct reader *in) {
    is_next(in, '-');
    if (!is_next(in, '0') && !read_digits(in))
        return false;
    if (is_next(in, '.') && !read_digits(in))
        return false;
    if (is_next(in, 'e') || is_next(in, 'E')) {
        (void)(is_next(in, '+') || is_next(in, '-'));
        return read_digits(in);
    }
    return true;
}

static bool read_escape(struct reader *in) {
    if (in->at >= in->end || !strchr("\"\\/bfnrtu", *in->at) || *in->at == 0)
        return false;
    if (*in->at++ != 'u')
        return true;
    for (int i = 0; i < 4; i++, in->at++)
        if (!is_in(in, '0', '9') && !is_in(in, 'a', 'f') && !is_in(in, 'A', 'F'))
            return false;
    return true;
}

// One code point of UTF-8: shortest form, no surrogate, at most U+10FFFF.
static bool read_point(struct reader *in) {
    uint32_t lead = *in->at++;
    unsigned more = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : lead >> 3 == 30 ? 3 : 9;
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (more == 9)
        return false;
    uint32_t point = more ? lead & (0x3Fu >> more) : lead;
    for (unsigned i = 0; i < more; i++) {
        if (!is_in(in, 0x80, 0xBF))
            return false;
        point = point << 6 | (*in->at++ & 0x3Fu);
    }
    return point >= least[more] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

static bool read_string(struct reader *in) {
    if (!is_next(in, '"'))
        return false;
    while (in->at < in->end && *in->at != '"') {
        if (*in->at < 0x20)
            return false;
        if (is_next(in, '\\') ? !read_escape(in) : !read_point(in))
            return false;
    }
    return is_next(in, '"');
}

static bool read_value(struct reader *in, int depth);

// An object or an array: hume writes no blanks.
static bool read_members(struct reader *in, char last, int depth) {
    if (is_next(in, last))
        return true;
    do {
        if (last == '}' && !(read_string(in) && is_next(in, ':')))
            return false;
        if (!read_value(in, depth + 1))
            return false;
    } while (is_next(in, ','));
    return is_next(in, last);
}

static bool read_value(struct reader *in, int depth) {
    if (depth > DEEPEST || in->at >= in->end)
        return false;
    switch (*in->at) {
    case '{':
        in->at++;
        return read_members(in, '}', depth);
    case '[':
        in->at++;
        return read_members(in, ']', depth);
    case '"':
        return read_string(in);
    case 't':
        return read_literal(in, "true");
    case 'f':
        return read_literal(in, "false");
    default:
        return read_number(in);
    }
}

bool is_json(const char *bytes, size_t count) {
    struct reader in = {(const unsigned char *)bytes, (const unsigned char *)bytes + count};
    return read_value(&in, 0) && in.at == in.end;
}
