// SPDX-License-Identifier: MIT
#include "json.h"

#include <string.h>

#include "text.h"

void json_bytes(struct json *json, const char *bytes, size_t count) {
    if (json->overflow || count > json->room - json->used) {
        json->overflow = true;
        return;
    }
    memcpy(json->bytes + json->used, bytes, count);
    json->used += count;
}

void json_raw(struct json *json, const char *literal) {
    json_bytes(json, literal, strlen(literal));
}

void json_number(struct json *json, uint64_t number) {
    char digits[20];
    size_t first = sizeof digits;
    do
        digits[--first] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    json_bytes(json, digits + first, sizeof digits - first);
}

void json_fixed(struct json *json, struct fixed number) {
    json_number(json, number.whole);
    if (number.millionths == 0)
        return;
    char digits[] = ".000000";
    size_t used = sizeof digits - 1;
    for (size_t place = used - 1; place > 0; place--, number.millionths /= 10)
        digits[place] = (char)('0' + number.millionths % 10);
    while (digits[used - 1] == '0')
        used--;
    json_bytes(json, digits, used);
}

// 0x7F and above stand as they are.
void json_point(struct json *json, uint32_t point) {
    static const char shorthand[] = "\"\"\\\\\bb\tt\nn\ff\rr";
    for (const char *pair = shorthand; *pair; pair += 2)
        if (point == (unsigned char)pair[0]) {
            json_bytes(json, (char[]){'\\', pair[1]}, 2);
            return;
        }
    if (point < 0x20) {
        static const char hex[] = "0123456789abcdef";
        json_raw(json, "\\u00");
        json_bytes(json, (char[]){hex[point >> 4], hex[point & 15]}, 2);
        return;
    }
    char encoded[4];
    json_bytes(json, encoded, text_encode(point, encoded));
}

// Most text is plain ASCII: that goes over in one copy. Returns how many bytes went.
static size_t put_plain_run(struct json *json, const char *at, size_t limit) {
    size_t count = 0;
    while (count < limit && at[count] >= 0x20 && at[count] < 0x7F && at[count] != '"' && at[count] != '\\')
        count++;
    json_bytes(json, at, count);
    return count;
}

// Writes text until it ends or `limit` code points are out. Returns where it stopped.
static const char *put_text(struct json *json, const char *at, size_t *limit, bool *mended) {
    while (*limit > 0 && *at) {
        size_t plain = put_plain_run(json, at, *limit);
        at += plain;
        *limit -= plain;
        if (plain == 0) {
            json_point(json, text_next(&at, mended));
            *limit -= 1;
        }
    }
    return at;
}

bool json_words(struct json *json, struct words words, size_t limit) {
    bool mended = false;
    json_raw(json, "\"");
    for (size_t i = 0; i < words.count; i++) {
        bool no_room_for_space = i > 0 && limit == 0;
        if (i > 0 && !no_room_for_space) {
            json_raw(json, " ");
            limit--;
        }
        if (no_room_for_space || *put_text(json, words.at[i], &limit, &mended) != 0) {
            mended = true;
            break;
        }
    }
    json_raw(json, "\"");
    return mended;
}

bool json_string(struct json *json, const char *text, size_t limit) {
    char *word = (char *)(uintptr_t)text; // read only
    return json_words(json, (struct words){&word, 1}, limit);
}
