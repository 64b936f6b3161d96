// SPDX-License-Identifier: MIT
// What /proc says of the ancestors, who may call themselves anything. Input: a length, the `stat` of each, and behind it
// the command line.
// Promise: a script's path within the command line or none, and names with a NUL at the end.
//
// The functions of surroundings.c that ancestry.c calls are here.
#include <stdlib.h>
#include <string.h>

#include "../src/ancestry.h"
#include "../src/surroundings.h"
#include "fuzz.h"

const char *const fuzz_words[] = {"bash", "sh", "-c", "-euo", "--", "python3.11", "-W", "-m", "perl", "-lane", "busybox", "php", "-r",
                                  ") S 1 ", "1 (a) S 7 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 815 ", NULL};

static struct input said;
static const uint8_t *command_line;

pid_t parent_pid(void) {
    return 77;
}

const char *proc_folder(void) {
    return "/proc";
}

size_t read_beginning(const char *path, char *into, size_t room) {
    bool is_stat = strcmp(path + strlen(path) - 5, "/stat") == 0;
    const uint8_t *from = is_stat ? said.at : command_line;
    size_t rest = (size_t)(said.end - from);
    size_t length = is_stat ? (size_t)(command_line - from) : rest;
    length = length < room - 1 ? length : room - 1;
    // The files of the kernel hold no NUL in `stat`, and any number of them in `cmdline`.
    memcpy(into, from, length);
    into[length] = 0;
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t count) {
    static struct origin origin;
    said = (struct input){input, input + count};
    size_t stat_length = (size_t)input_byte(&said) * 4;
    size_t rest = (size_t)(said.end - said.at);
    command_line = said.at + (stat_length < rest ? stat_length : rest);
    memset(&origin, 0, sizeof origin);
    ancestry_read(&origin);
    ancestry_read_tree(&origin);
    PROMISE(origin.tree_count <= MAX_TREE);
    for (unsigned i = 0; i < origin.tree_count; i++)
        PROMISE(memchr(origin.tree[i], 0, COMMAND_ROOM));
    PROMISE(!origin.script || strlen(ancestry_base_name(origin.script)) <= 8192);
    return 0;
}
