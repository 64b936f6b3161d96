// SPDX-License-Identifier: MIT
// What /proc says of the ancestors, who may call themselves anything. Input: a length in fours, the `stat` of each ancestor
// in turn, a line each, and behind it their command lines, a line each, which are their control groups, too.
// Promise: a script within its command line or none, places within the chain, names with a NUL at the end, and JSON of it all.
//
// The functions of surroundings.c that the sources under test call are here.
#include <stdlib.h>
#include <string.h>

#include "../src/ancestry.h"
#include "../src/launch.h"
#include "../src/surroundings.h"
#include "fuzz.h"

const char *const fuzz_words[] = {
    "bash", "sh", "-c", "-euo", "--", "python3.11", "-W", "-m", "perl", "-lane", "busybox", "php", "-r", ") S 1 ",
    "1 (a) S 7 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 815 ", "\n", "timeout", "sudo", "xargs", "hume", "make", "-f", "--file=",
    "--makefile", "(cron) ", "(sshd) ", "(systemd) ", "0::/", "1:name=systemd:/", "a.service/", ".scope", "user@1.service",
    // What a fork and its parent have in common: the fields up to the last place in memory.
    "1 (a) S 7 1 1 34819 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 815 0 0 0 4096 8192 70000 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 1 2 3 4 0\n", NULL};

struct lines {
    const uint8_t *begin, *at, *end;
};

static struct lines stats, command_lines;
static char *said;

pid_t parent_pid(void) {
    return 77;
}

pid_t own_pid(void) {
    return 77;
}

const char *proc_folder(void) {
    return "/proc";
}

const char *setting(const char *name) {
    (void)name;
    return said;
}

// The next line; after the last one, the first again.
static struct input take_line(struct lines *lines) {
    if (lines->at >= lines->end)
        lines->at = lines->begin;
    size_t rest = (size_t)(lines->end - lines->at);
    const uint8_t *feed = rest ? memchr(lines->at, '\n', rest) : NULL;
    struct input line = {lines->at, feed ? feed : lines->end};
    lines->at = feed ? feed + 1 : lines->end;
    return line;
}

size_t read_beginning(const char *path, char *into, size_t room) {
    bool is_stat = strcmp(path + strlen(path) - 5, "/stat") == 0;
    struct input line = take_line(is_stat ? &stats : &command_lines);
    size_t length = (size_t)(line.end - line.at);
    length = length < room - 1 ? length : room - 1;
    // The files of the kernel hold no NUL in `stat`, and any number of them in `cmdline`.
    memcpy(into, length ? (const char *)line.at : "", length);
    into[length] = 0;
    return length;
}

static void tell(const struct origin *origin) {
    static char bytes[MAX_EVENT_BYTES];
    struct json json = {.bytes = bytes, .room = sizeof bytes};
    json_raw(&json, "{\"message\":\"");
    while (json.used < ORIGIN_JSON)
        json_raw(&json, " ");
    json_raw(&json, "\"");
    size_t before = json.used;
    origin_write(&json, origin, before);
    PROMISE(json.used - before <= ORIGIN_JSON);
    json.used = before;
    origin_write(&json, origin, sizeof bytes - 10);
    json_raw(&json, "}");
    PROMISE(!json.overflow && is_json(bytes, json.used));
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t count) {
    static struct origin origin;
    struct input in = {input, input + count};
    size_t stat_length = (size_t)input_byte(&in) * 4;
    size_t rest = (size_t)(in.end - in.at);
    const uint8_t *middle = in.at + (stat_length < rest ? stat_length : rest);
    stats = (struct lines){in.at, in.at, middle};
    command_lines = (struct lines){middle, middle, in.end};
    said = input_text(&(struct input){middle, in.end});
    memset(&origin, 0, sizeof origin);
    ancestry_read(&origin, count & 1);
    PROMISE(origin.chain.count <= MAX_CHAIN && origin.chain.launcher <= origin.chain.count);
    PROMISE(origin.innermost == 0 || origin.innermost < origin.chain.launcher);
    for (unsigned i = 0; i < origin.chain.count; i++)
        PROMISE(memchr(origin.chain.at[i].command, 0, COMMAND_ROOM));
    PROMISE(!origin.script || strlen(script_base_name(origin.script)) <= 8192);
    origin.begins = true;
    ancestry_read_outermost(&origin);
    PROMISE(origin.outermost == origin.innermost || origin.outermost < origin.chain.launcher);
    launch_read(&origin);
    tell(&origin);
    free(said);
    return 0;
}
