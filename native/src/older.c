// SPDX-License-Identifier: MIT
#include "older.h"

#include <stddef.h>
#include <string.h>

#include "spelling.h"

static const struct {
    const char *command, *verb;
} commands[] = {
    {"counter-start", "start"},
    {"counter-stop", "stop"},
    {"counter-pause", "flag"},
    {"counter-reset", "flag"},
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

const struct verb *older_verb(const char *command, struct fault *fault) {
    struct guess guess = {0};
    if (!command)
        return verb_find("info");
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(command, commands[i].command) == 0)
            return verb_find(commands[i].verb);
        spelling_consider(&guess, command, commands[i].command);
    }
    const char *meant = spelling_meant(&guess, command);
    if (meant)
        fault_set(fault, EXIT_USAGE, "-c '%.60s': did you mean %s?", command, meant);
    else
        fault_set(fault, EXIT_USAGE, "-c '%.60s': counter-start, counter-stop, counter-pause or counter-reset",
                  command);
    return NULL;
}

// A script of 1.x may well say "ok" and mean its message; only what is nearly a verb is doubtful, and
// nothing behind the options that only that form has, or with a level of its own.
void older_doubt(const struct asked *asked) {
    const char *word = asked->words.count == 1 && !asked->level && !asked->form ? asked->words.at[0] : "";
    const char *meant = verb_nearest_native(word);
    if (meant && strcmp(meant, word) != 0)
        complain("'%.60s' is taken as a message; did you mean the verb %s?", word, meant);
}

// 1.x knew no exit status: the level tells how it went.
static const char *outcome_of(const char *level_word) {
    const struct verb *level = level_word ? verb_find_level(level_word) : NULL;
    if (!level || !level->level)
        return "ok";
    if (strcmp(level->level, "warning") == 0)
        return "warning";
    return strcmp(level->level, "error") == 0 || strcmp(level->level, "critical") == 0 ? "failed" : "ok";
}

void older_read_words(const struct asked *asked, struct event *event) {
    event->message = asked->words;
    if (asked->verb->action == STOP)
        event->outcome = outcome_of(asked->level);
    if (asked->verb->action == FLAG) {
        const char *mark = strchr(asked->command, '-') + 1; // pause, reset
        name_make(&event->flag, mark, strlen(mark));
    }
}
