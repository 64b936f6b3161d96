// SPDX-License-Identifier: MIT
#include "ancestry.h"

#include <string.h>
#include <unistd.h>

#include "format.h"
#include "surroundings.h"
#include "wrapper.h"

enum { COMMAND_LINE_ROOM = 8192 };

static size_t read_command_line(const struct process *process, char into[COMMAND_LINE_ROOM]) {
    char path[256];
    format_into(path, sizeof path, "%s/%d/cmdline", proc_folder(), process->pid);
    return read_beginning(path, into, COMMAND_LINE_ROOM);
}

// As many of the words as there is room for, as /proc would show them.
static size_t write_command_line(struct words words, char into[COMMAND_LINE_ROOM]) {
    size_t used = 0;
    for (size_t i = 0; i < words.count && used < COMMAND_LINE_ROOM - 1; i++) {
        size_t length = strnlen(words.at[i], COMMAND_LINE_ROOM - 1 - used);
        memcpy(into + used, words.at[i], length);
        used += length;
        into[used++] = 0;
    }
    return used < COMMAND_LINE_ROOM ? used : COMMAND_LINE_ROOM - 1;
}

static void put_script(struct origin *origin, const char *bytes, size_t length, struct script *script) {
    script_find(script, bytes, length);
    origin->script = script->path;
    origin->script_is_file = script->is_file;
    origin->arguments = script->arguments;
    origin->arguments_cut = length == COMMAND_LINE_ROOM - 1;
}

static void read_script(struct origin *origin, unsigned place, struct script *script) {
    static char bytes[COMMAND_LINE_ROOM];
    put_script(origin, bytes, read_command_line(&origin->chain.at[place], bytes), script);
    origin->innermost = origin->outermost = place;
}

void ancestry_read_command(struct origin *origin, struct words command, bool with_tree) {
    static char bytes[COMMAND_LINE_ROOM];
    struct script script;
    origin->with_tree = with_tree;
    chain_read(&origin->chain, own_pid(), with_tree);
    put_script(origin, bytes, write_command_line(command, bytes), &script);
}

// A fork of what was launched counts as launched, too: `sh -c '(hume start a; a) & (hume start b; b)'` in a crontab.
static bool is_launched(const struct chain *chain, unsigned place) {
    while (place + 1 < chain->launcher && process_shows_image(&chain->at[place])
           && process_same_image(&chain->at[place], &chain->at[place + 1]))
        place++;
    return chain_is_launched(chain, place);
}

void ancestry_read(struct origin *origin, bool with_tree) {
    struct chain *chain = &origin->chain;
    struct script script;
    origin->with_tree = with_tree;
    chain_read(chain, parent_pid(), with_tree);
    for (unsigned place = 0; place < chain->launcher; place++) {
        read_script(origin, place, &script);
        if (!wrapper_is(&script, is_launched(chain, place)))
            return;
    }
    // Nothing but wrappers: the nearest is the best there is. Read again, as its texts were overwritten.
    if (chain->count > 0 && (origin->innermost > 0 || chain->launcher == 0))
        read_script(origin, 0, &script);
}

static bool same_command_line(const struct process *one, const struct process *other) {
    static char bytes[2][COMMAND_LINE_ROOM];
    size_t length = read_command_line(one, bytes[0]);
    return length > 0 && read_command_line(other, bytes[1]) == length && memcmp(bytes[0], bytes[1], length) == 0;
}

// Where the kernel keeps another user's image to itself, equal command lines have to do. They mislead where a script
// calls itself.
static bool is_fork_of(const struct process *child, const struct process *parent) {
    if (process_shows_image(child) && process_shows_image(parent))
        return process_same_image(child, parent);
    return same_command_line(child, parent);
}

// A launcher and the host's init are nobody's script: a run that hangs on them would take in what all orphans say, for
// ever. Either they called hume themselves, or whoever did has ended before hume could look.
static bool is_nobodys(const struct origin *origin) {
    const struct chain *chain = &origin->chain;
    return chain->count > 0
           && (chain->launcher == 0 || (chain->at[origin->innermost].pid == 1 && origin->pidns == PIDNS_OF_HOST));
}

static bool put_itself_first(struct chain *chain) {
    struct process self;
    if (!process_read(getpid(), &self))
        return false;
    unsigned kept = chain->count < MAX_CHAIN ? chain->count : MAX_CHAIN - 1;
    memmove(chain->at + 1, chain->at, kept * sizeof *chain->at);
    chain->at[0] = self;
    chain->count = kept + 1;
    return true;
}

// The run is then over when hume is, unless a stop comes by its id.
static void hang_on_hume(struct origin *origin) {
    if (!put_itself_first(&origin->chain))
        return;
    origin->chain.launcher = 1;
    origin->arguments = (struct command_line){0};
}

void ancestry_count_itself(struct origin *origin) {
    struct chain *chain = &origin->chain;
    if (chain->count > 0 && (chain->launcher == 0 || chain->at[0].pid == 1))
        put_itself_first(chain);
}

void ancestry_read_outermost(struct origin *origin) {
    const struct chain *chain = &origin->chain;
    if (is_nobodys(origin)) {
        if (origin->innermost == 0)
            hang_on_hume(origin);
        origin->innermost = origin->outermost = 0;
        return;
    }
    while (origin->outermost + 1 < chain->launcher
           && is_fork_of(&chain->at[origin->outermost], &chain->at[origin->outermost + 1]))
        origin->outermost++;
}
