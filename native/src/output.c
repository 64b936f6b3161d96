// SPDX-License-Identifier: MIT
#include "output.h"

#include "text.h"

struct reader {
    const char *at, *end;
    bool mended;
};

// Bytes that are not UTF-8, NUL among them, come out as U+FFFD. A NUL stands behind the end, where text_next stops.
static uint32_t next_point(struct reader *reader) {
    uint32_t point = text_next(&reader->at, &reader->mended);
    if (point == 0) {
        reader->at++;
        reader->mended = true;
        return REPLACEMENT;
    }
    return point;
}

static size_t cost_of(uint32_t point) {
    char bytes[8];
    struct json scratch = {.bytes = bytes, .room = sizeof bytes};
    json_point(&scratch, point);
    return scratch.used;
}

static size_t cost_of_all(struct reader reader) {
    size_t cost = 0;
    while (reader.at < reader.end)
        cost += cost_of(next_point(&reader));
    return cost;
}

bool output_write(struct json *json, const char *bytes, size_t count, size_t end) {
    struct reader reader = {.at = bytes, .end = bytes + count};
    size_t cost = cost_of_all(reader), room = end > json->used + 2 ? end - json->used - 2 : 0;
    bool cut = cost > room;
    while (cost > room)
        cost -= cost_of(next_point(&reader));
    json_raw(json, "\"");
    while (reader.at < reader.end)
        json_point(json, next_point(&reader));
    json_raw(json, "\"");
    return cut || reader.mended;
}
