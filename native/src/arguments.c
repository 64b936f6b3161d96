// SPDX-License-Identifier: MIT
#include "arguments.h"

#include <stddef.h>

#include "number.h"
#include "options.h"

enum { MAX_DEADLINE_MS = 60000 };

struct reading {
    int left;
    char **next;
    struct asked *asked;
    struct event *event;
    struct fault *fault;
};

static void take_value(struct reading *reading, const struct option_read *found) {
    struct asked *asked = reading->asked;
    const char *value = found->value;
    switch (found->option) {
    case OPTION_TASK:
        asked->task = value;
        break;
    case OPTION_RUN:
        asked->run = value;
        break;
    case OPTION_LEVEL:
        asked->level = value;
        break;
    case OPTION_UNIT:
        asked->unit = value;
        break;
    case OPTION_TAGS:
        event_add_tags(reading->event, value);
        break;
    case OPTION_EXTRA:
        if (!event_add_datum(reading->event, value))
            fault_set(reading->fault, EXIT_USAGE, "-x '%.60s': it is written KEY=VALUE", value);
        break;
    case OPTION_TTL:
        if (!number_read_seconds(value, MAX_TTL_SECONDS, &asked->ttl))
            fault_set(reading->fault, EXIT_USAGE,
                      "--ttl '%.60s': a span of time up to 100 years, such as 90, 15m, 26h, 7d", value);
        break;
    case OPTION_DEADLINE:
        if (!number_read(value, 1, MAX_DEADLINE_MS, &asked->deadline_ms))
            fault_set(reading->fault, EXIT_USAGE, "--deadline '%.60s': milliseconds, 1 to %d", value, MAX_DEADLINE_MS);
        break;
    default:
        break;
    }
}

static void take_switch(struct reading *reading, const struct option_read *found) {
    struct asked *asked = reading->asked;
    asked->strict |= found->option == OPTION_STRICT;
    asked->verbose |= found->option == OPTION_VERBOSE;
    asked->print_run |= found->option == OPTION_PRINT_RUN;
    asked->help |= found->option == OPTION_HELP;
    asked->version |= found->option == OPTION_VERSION;
}

static void add_word(struct reading *reading, char *word) {
    reading->asked->words.at[reading->asked->words.count++] = word;
}

// --warn TEXT is `warn TEXT`; the text may be joined, as in --warn=TEXT.
static void take_verb_option(struct reading *reading, const struct option_read *found, char *argument) {
    if (reading->asked->verb) {
        fault_set(reading->fault, EXIT_USAGE,
                  "'%s' beside the verb '%s': one of them is too many (a level is given with -L)", found->name,
                  reading->asked->verb->word);
        return;
    }
    reading->asked->verb = verb_find(found->name + 2);
    if (found->value)
        add_word(reading, argument + (found->value - argument));
}

static void take_unknown(struct reading *reading, const char *argument) {
    const char *meant = option_nearest(argument);
    if (meant)
        fault_set(reading->fault, EXIT_USAGE, "no option '%.60s'; did you mean %s?", argument, meant);
    else
        fault_set(reading->fault, EXIT_USAGE,
                  "no option '%.60s' (hume --help lists them; text that begins with a dash goes after --)", argument);
}

static void take_option(struct reading *reading, struct option_read found, char *argument) {
    for (;;) {
        if (found.option == OPTION_UNKNOWN) {
            take_unknown(reading, argument);
        } else if (found.option == OPTION_SAY) {
            take_verb_option(reading, &found, argument);
        } else if (!found.takes_value) {
            take_switch(reading, &found);
        } else if (found.value || reading->left > 0) {
            if (!found.value) {
                found.value = *reading->next++;
                reading->left--;
            }
            take_value(reading, &found);
        } else {
            fault_set(reading->fault, EXIT_USAGE, "%s: its value is missing", found.name);
        }
        if (!found.more)
            return;
        found = option_read_short(found.more);
    }
}

// Returns false at a stranger: whoever takes over reads the rest.
static bool take_word(struct reading *reading, char *word) {
    if (reading->asked->verb) {
        add_word(reading, word);
        return true;
    }
    reading->asked->verb = verb_find(word);
    if (!reading->asked->verb)
        reading->asked->stranger = word;
    return reading->asked->verb != NULL;
}

void arguments_read(int argc, char **argv, struct asked *asked, struct event *event, struct fault *fault) {
    struct fault first = {0};
    struct reading reading = {argc - 1, argv + 1, asked, event, fault};
    bool options_over = false;
    // Words go where arguments were read before, so none is overwritten unread.
    asked->words.at = argv;
    while (reading.left > 0) {
        char *argument = *reading.next++;
        reading.left--;
        struct option_read found = option_read(argument);
        if (!options_over && argument[0] == '-' && argument[1] == '-' && argument[2] == 0)
            options_over = true;
        else if (!options_over && found.option != OPTION_NONE)
            take_option(&reading, found, argument);
        else if (!take_word(&reading, argument))
            break;
        if (first.status == 0)
            first = *fault;
    }
    *fault = first;
}
