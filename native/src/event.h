// SPDX-License-Identifier: MIT
// One event, and its bytes (docs/protocol.md, section 1). Texts are borrowed from the command line and the environment.
#ifndef HUME_EVENT_H
#define HUME_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "json.h"
#include "limits.h"
#include "name.h"
#include "origin.h"

// Members that were shortened or mended: bits of event.cut.
enum cut {
    CUT_TASK = 1 << 0,
    CUT_RUN = 1 << 1,
    CUT_MESSAGE = 1 << 2,
    CUT_TAGS = 1 << 3,
    CUT_DATA = 1 << 4,
    CUT_UNIT = 1 << 5,
    CUT_FLAG = 1 << 6,
    CUT_SCRIPT = 1 << 7,
    CUT_WITHIN = 1 << 8,
    CUT_ORIGIN = 1 << 9, // any other member of origin
    CUT_OUTPUT = 1 << 10,
    CUT_EXPECT = 1 << 11,
};

struct datum {
    struct name key;
    const char *value;
};

// What start declares of its task; the name is a constant of ours.
struct declared {
    const char *name, *value;
};

struct event {
    char id[ID_LENGTH + 1];
    const char *kind;
    uint64_t wall_ns;
    uint64_t boot_ns;
    char boot[BOOT_LENGTH + 1];
    const char *host; // what the caller says; humed has the last word. NULL: nothing
    struct name task;
    const char *run;    // NULL: humed finds it
    const char *within; // the run that surrounds the caller, as handed down; NULL: none
    const char *level;  // NULL: info
    struct words message;
    struct name tags[MAX_TAGS];
    unsigned tag_count;
    struct datum data[MAX_DATA];
    unsigned data_count;
    struct declared expect[MAX_EXPECT];
    unsigned expect_count;
    const char *unit; // NULL: none
    uint64_t ttl;     // 0: none
    struct name flag;
    struct fixed done, total; // total 0: no progress
    int status;          // -1: none
    const char *outcome; // NULL: none
    int signal;          // 0: none
    const char *output;  // of a command: its end, any bytes, and a NUL behind; NULL: none
    size_t output_length;
    unsigned cut;
    struct origin origin;
};

// Adds the tags of a list `a,b,c`; empty ones and those there already are passed over.
void event_add_tags(struct event *event, const char *list);

// Adds a value under this key, as event_add_datum does.
void event_add_pair(struct event *event, const char *key, const char *value);

// Declares this of the task; said again, the later value counts.
void event_declare(struct event *event, const char *name, const char *value);

// Adds KEY=VALUE, or KEY:VALUE when there is no `=` (hume 1.x). Returns false when there is neither.
bool event_add_extra(struct event *event, const char *pair);

// Adds KEY=VALUE; a key that is there already gets the later value. Returns false when there is no `=`.
bool event_add_datum(struct event *event, const char *pair);

// Writes the event into MAX_EVENT_BYTES of `out` and returns its length; notes in event.cut what had to be shortened.
// Data that do not fit beside a very long message are left out. 0 means a fault of hume's own; encoder.c shows why not.
size_t event_encode(struct event *event, char *out);

#endif
