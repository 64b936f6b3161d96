// SPDX-License-Identifier: MIT
// A JSON text written into a buffer of fixed size; it never writes past it.
#ifndef HUME_JSON_H
#define HUME_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "number.h"

struct json {
    char *bytes;
    size_t room;
    size_t used;
    bool overflow; // something did not fit and is missing; `used` stays within `room`
};

// Several words of a command line that are one text, joined by single spaces.
struct words {
    char **at;
    size_t count;
};

void json_raw(struct json *json, const char *literal);
void json_bytes(struct json *json, const char *bytes, size_t count);
void json_number(struct json *json, uint64_t number);
void json_fixed(struct json *json, struct fixed number);
void json_point(struct json *json, uint32_t point); // as text, with the shortest escape JSON has

// Writes the words as one quoted string of at most `limit` code points. Returns true when it had to cut or to mend.
bool json_words(struct json *json, struct words words, size_t limit);
bool json_string(struct json *json, const char *text, size_t limit);

#endif
