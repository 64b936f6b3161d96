// SPDX-License-Identifier: MIT
// The way from a command line to the event's bytes. Input: arguments, with a NUL behind each.
// Promise: whatever is typed, there is a fault, another program's verb, a question, or one JSON object within the limit.
#include <stdlib.h>
#include <string.h>

#include "../src/arguments.h"
#include "../src/sentence.h"
#include "fuzz.h"

enum { MOST_ARGUMENTS = 100 };

const char *const fuzz_words[] = {
    "start", "info", "warn", "flag", "progress", "set", "get", "ping", "stop", "help", "status", "--warn", "-t", "-T", "-x",
    "-L", "-a", "-c", "-m", "-vt", "--task=", "--tags=", "--ttl", "1h30m", "--unit", "bytes", "73MB", "1.5GiB", "--unit=s",
    "250ms", "--run", "01a2068f-6753-7001-8123-456789abcdef", "--", "--print-run", "--every", "--cron", "--host",
    "counter-start", "counter-stop", "counter-pause", "50%", "3/12", "0.5/1", "k=v", "k:v", "=", "true", "1e5", "-1", "256",
    "fail", "\xF0\x9F\x98\x80", "\xE2\x80\x8B", "\xED\xA0\x80", NULL,
};

static void say(const struct asked *asked, struct event *event, struct fault *fault) {
    static char bytes[MAX_EVENT_BYTES];
    sentence_read(asked, event, fault);
    if (fault->status != 0)
        return;
    size_t length = event_encode(event, bytes);
    PROMISE(length > 0);
    PROMISE(is_json(bytes, length));
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t count) {
    static struct event event;
    static struct asked asked;
    struct fault fault = {0};
    struct input in = {input, input + count};
    char *given[MOST_ARGUMENTS] = {input_text(&(struct input){input, input})}, *argv[MOST_ARGUMENTS + 1];
    int argc = 1;
    while (in.at < in.end && argc < MOST_ARGUMENTS)
        given[argc++] = input_text(&in);
    memcpy(argv, given, sizeof given);
    argv[argc] = NULL;
    memset(&event, 0, sizeof event);
    memset(&asked, 0, sizeof asked);
    event.status = -1;
    event.origin.script = "/srv/job.sh";
    arguments_read(argc, argv, &asked, &event, &fault);
    PROMISE(asked.words.count <= (size_t)argc);
    PROMISE(!asked.stranger || memcmp(argv, given, sizeof given[0] * (size_t)argc) == 0);
    if (fault.status == 0 && !asked.stranger && asked.verb && asked.verb->kind)
        say(&asked, &event, &fault);
    for (int i = 0; i < argc; i++)
        free(given[i]);
    return 0;
}
