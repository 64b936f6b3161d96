// SPDX-License-Identifier: MIT
#include "usage.h"

#include "surroundings.h"

enum { ROWS = 6, TEXT_ROOM = 32, NS_PER_S = 1000000000, NS_PER_US = 1000, BLOCK = 512 /* of getrusage */ };

struct row {
    const char *key;
    struct fixed number;
};

static struct row seconds(const char *key, struct timeval span) {
    return (struct row){key, {(uint64_t)span.tv_sec, (uint32_t)span.tv_usec}};
}

static struct row bytes(const char *key, long count, uint64_t unit) {
    return (struct row){key, {(uint64_t)count * unit, 0}};
}

static void write_number(char text[TEXT_ROOM], struct fixed number) {
    struct json json = {.bytes = text, .room = TEXT_ROOM - 1};
    json_fixed(&json, number);
    text[json.used] = 0;
}

void usage_tell(struct event *event, uint64_t wall_ns, const struct rusage *usage) {
    static char texts[ROWS][TEXT_ROOM];
    usage = reckoned(usage);
    const struct row rows[ROWS] = {
        {"wall_s", {wall_ns / NS_PER_S, (uint32_t)(wall_ns % NS_PER_S / NS_PER_US)}},
        seconds("user_s", usage->ru_utime),
        seconds("system_s", usage->ru_stime),
        bytes("peak_rss_bytes", usage->ru_maxrss, 1024),
        bytes("read_bytes", usage->ru_inblock, BLOCK),
        bytes("written_bytes", usage->ru_oublock, BLOCK),
    };
    for (int i = 0; i < ROWS; i++) {
        write_number(texts[i], rows[i].number);
        event_add_pair(event, rows[i].key, texts[i]);
    }
}
