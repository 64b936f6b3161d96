// SPDX-License-Identifier: MIT
// The encoder, with an event made of any bytes at all. Input: numbers and NUL-ended texts, member after member.
// Promise: the bytes are one JSON object within the limit, and what was left out is named in `cut`.
#include <stdlib.h>
#include <string.h>

#include "../src/event.h"
#include "fuzz.h"

enum { MOST_TEXTS = 400 };

const char *const fuzz_words[] = {"true", "false", "1e308", "-0.5", "123456789012345678", "73MB", "1h30m", "bytes", "s",
                                  "\xF0\x9F\x98\x80", "\xED\xA0\x80", "\xC0\xAF", "\x1F\x1F\x1F\x1F", "\"\"\"\"", "a=b", ",", NULL};

static char *texts[MOST_TEXTS];
static unsigned text_count;

static char *text_from(struct input *in) {
    static char none[1];
    if (text_count == MOST_TEXTS)
        return none;
    return texts[text_count++] = input_text(in);
}

static struct fixed fixed_from(struct input *in) {
    struct fixed number = {input_number(in) % UINT64_C(1000000000000000), 0};
    number.millionths = (uint32_t)(input_number(in) % 1000000);
    return number;
}

static void fill_names(struct event *event, struct input *in) {
    name_make(&event->task, text_from(in), SIZE_MAX);
    name_make(&event->flag, text_from(in), SIZE_MAX);
    for (unsigned i = input_byte(in) % 20; i > 0; i--)
        event_add_tags(event, text_from(in));
    for (unsigned i = input_byte(in) % 80; i > 0; i--)
        if (!event_add_datum(event, text_from(in)))
            event_add_pair(event, "key", text_from(in));
}

static void fill_chain(struct chain *chain, struct input *in) {
    chain->count = chain->launcher = input_byte(in) % (MAX_CHAIN + 1);
    for (unsigned i = 0; i < chain->count; i++) {
        chain->at[i].pid = (pid_t)(input_number(in) % (MAX_PID + 1));
        chain->at[i].start = input_number(in) % (MAX_START + 1);
        strncpy(chain->at[i].command, text_from(in), COMMAND_ROOM - 1);
    }
}

static void fill_beginning(struct origin *origin, struct input *in) {
    origin->begins = input_byte(in) & 1;
    origin->innermost = input_byte(in) % MAX_CHAIN;
    origin->outermost = input_byte(in) % MAX_CHAIN;
    origin->pidns = input_number(in);
    origin->by = text_from(in);
    origin->unit = text_from(in);
    origin->exe = text_from(in);
    origin->cwd = text_from(in);
    const char *arguments = text_from(in);
    origin->arguments = (struct command_line){arguments, arguments + strlen(arguments)};
}

static void fill_origin(struct origin *origin, struct input *in) {
    origin->line = (unsigned)input_number(in) & 0x7FFFFFFF;
    origin->script = text_from(in);
    fill_chain(&origin->chain, in);
    origin->with_tree = input_byte(in) & 1;
    origin->file = text_from(in);
    origin->function = text_from(in);
    origin->command = text_from(in);
    fill_beginning(origin, in);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t count) {
    static struct event event;
    static char bytes[MAX_EVENT_BYTES];
    struct input in = {input, input + count};
    char *words[8];
    memset(&event, 0, sizeof event);
    strcpy(event.id, "01a2068f-6753-774f-9234-56789abcdef0");
    strcpy(event.boot, "6f1c2a80-5d3e-4b7a-9c11-0a2b3c4d5e6f");
    event.signal = (int)(input_byte(&in) % 65);
    event.output = text_from(&in);
    event.output_length = strlen(event.output);
    event.kind = "progress";
    event.level = "critical";
    event.outcome = "warning";
    event.wall_ns = input_number(&in);
    event.boot_ns = input_number(&in);
    event.status = (int)input_byte(&in) - 1;
    event.ttl = input_number(&in);
    event.done = fixed_from(&in);
    event.total = fixed_from(&in);
    event.unit = text_from(&in);
    event.message.at = words;
    for (unsigned i = input_byte(&in) % 8; i > 0; i--)
        words[event.message.count++] = text_from(&in);
    fill_origin(&event.origin, &in);
    fill_names(&event, &in);
    size_t length = event_encode(&event, bytes);
    PROMISE(length > 0 && length <= MAX_EVENT_BYTES);
    PROMISE(is_json(bytes, length));
    while (text_count > 0)
        free(texts[--text_count]);
    return 0;
}
