// SPDX-License-Identifier: MIT
#include "arguments.h"

#include <stddef.h>
#include <string.h>

#include "number.h"
#include "older.h"
#include "options.h"
#include "surroundings.h"
#include "values.h"

struct reading {
    int left;
    char **next;
    struct asked *asked;
    struct event *event;
    struct fault *fault;
    bool any_option;    // was there one so far, but --help and --version
    bool any_but_v;     // was there one that no verb for people takes
    char *lone_verb;    // the verb as it was written, behind an option; NULL: none
};

static void take_switch(struct reading *reading, const struct option_read *found) {
    struct asked *asked = reading->asked;
    asked->strict |= found->option == OPTION_STRICT;
    asked->lossy |= found->option == OPTION_LOSSY;
    asked->verbose |= found->option == OPTION_VERBOSE;
    asked->print_run |= found->option == OPTION_PRINT_RUN;
    asked->tree |= found->option == OPTION_TREE;
    asked->help |= found->option == OPTION_HELP;
    asked->version |= found->option == OPTION_VERSION;
}

static void add_word(struct reading *reading, char *word) {
    reading->asked->words.at[reading->asked->words.count++] = word;
}

// --warn TEXT is `warn TEXT`; the text may be joined, as in --warn=TEXT.
static void take_verb_option(struct reading *reading, const struct option_read *found, char *argument) {
    struct asked *asked = reading->asked;
    if (asked->verb || asked->older) {
        fault_set(reading->fault, EXIT_USAGE,
                  "'%s' beside the %s '%.60s': one of them is too many (a level is given with -L)", found->name,
                  asked->verb ? "verb" : "message", asked->verb ? asked->verb->word : asked->words.at[0]);
        return;
    }
    asked->verb = verb_find(found->name + 2);
    if (found->value)
        add_word(reading, argument + (found->value - argument));
}

static void take_unknown(struct reading *reading, const char *argument) {
    // Only the first fault is told, and looking for what was meant takes its time: not a hundred thousand times.
    if (reading->fault->status != 0)
        return;
    const char *meant = option_nearest(argument);
    if (meant)
        fault_set(reading->fault, EXIT_USAGE, "no option '%.60s'; did you mean %s?", argument, meant);
    else
        fault_set(reading->fault, EXIT_USAGE,
                  "no option '%.60s' (hume --help lists them; text that begins with a dash goes after --)", argument);
}

// -c and -m make it the 1.x form, wherever they stand.
static void take_value(struct reading *reading, const struct option_read *found, char *value) {
    if (found->option == OPTION_COMMAND || found->option == OPTION_MESSAGE)
        reading->asked->form = found->name;
    if (found->option == OPTION_MESSAGE)
        add_word(reading, value);
    else
        value_take(found, reading->asked, reading->event, reading->fault);
}

static void take_option(struct reading *reading, struct option_read found, char *argument) {
    for (;;) {
        reading->any_option |= found.option <= OPTION_VERBOSE;
        reading->any_but_v |= found.option < OPTION_VERBOSE;
        if (found.option == OPTION_UNKNOWN) {
            take_unknown(reading, argument);
        } else if (found.option == OPTION_SAY) {
            take_verb_option(reading, &found, argument);
        } else if (!found.takes_value) {
            take_switch(reading, &found);
        } else if (found.value || reading->left > 0) {
            char *value = found.value ? argument + (found.value - argument) : *reading->next++;
            reading->left -= !found.value;
            found.value = value;
            take_value(reading, &found, value);
        } else {
            fault_set(reading->fault, EXIT_USAGE, "%s: its value is missing", found.name);
        }
        if (!found.more)
            return;
        found = option_read_short(found.more);
    }
}

// `hume help VERB`, of a verb of ours; the others' help is another program's.
static bool take_help(struct reading *reading, const char *word) {
    const struct verb *verb = reading->left == 1 ? verb_find(*reading->next) : NULL;
    if (strcmp(word, "help") != 0 || !verb)
        return false;
    reading->asked->verb = verb;
    reading->asked->help = true;
    reading->next++;
    reading->left--;
    return true;
}

static void take_first_word(struct reading *reading, char *word) {
    struct asked *asked = reading->asked;
    asked->verb = asked->form ? NULL : verb_find(word);
    bool for_people = verb_is_of_people(word) && !reading->any_but_v;
    if (asked->verb) {
        reading->lone_verb = reading->any_option ? word : NULL;
    } else if (asked->form || (reading->any_option && !for_people)) {
        asked->older = true;
        add_word(reading, word);
    } else if (!take_help(reading, word)) {
        asked->stranger = word;
    }
}

static void take_word(struct reading *reading, char *word) {
    if (reading->asked->verb || reading->asked->older)
        add_word(reading, word);
    else
        take_first_word(reading, word);
}

// A verb that says nothing without a text behind it.
static bool needs_words(const struct reading *reading) {
    enum action action = reading->asked->verb->action;
    return action == LOG || action == FLAG || action == PROGRESS || action == GET || action == RUN
           || (action == SET && reading->event->data_count == 0);
}

static void settle_form(struct reading *reading) {
    struct asked *asked = reading->asked;
    // `hume -t backup -L ok ok`: the word is all that was said, so it is the message.
    if (asked->verb && reading->lone_verb && asked->words.count == 0 && !asked->help && needs_words(reading)) {
        asked->verb = NULL;
        asked->older = true;
        add_word(reading, reading->lone_verb);
    }
    if (asked->verb && asked->form)
        fault_set(reading->fault, EXIT_USAGE, "%s beside the verb '%s': it belongs to the form of hume 1.x",
                  asked->form, asked->verb->word);
    asked->older |= asked->form && !asked->verb && !asked->stranger;
    if (!asked->older)
        return;
    asked->verb = older_verb(asked->command, reading->fault);
    if (asked->deadline_ms == 0 && setting("HUME_RECVTIMEOUT"))
        asked->deadline_ms = value_patience(setting("HUME_RECVTIMEOUT"));
}

void arguments_read(int argc, char **argv, struct asked *asked, struct event *event, struct fault *fault) {
    struct fault first = {0};
    struct reading reading = {.left = argc - 1, .next = argv + 1, .asked = asked, .event = event, .fault = fault};
    bool options_over = false;
    // Words go where arguments were read before, so none is overwritten unread.
    asked->words.at = argv;
    while (reading.left > 0 && !asked->stranger) {
        char *argument = *reading.next++;
        reading.left--;
        struct option_read found = option_read(argument);
        if (!options_over && argument[0] == '-' && argument[1] == '-' && argument[2] == 0)
            options_over = true;
        else if (!options_over && found.option != OPTION_NONE)
            take_option(&reading, found, argument);
        else
            take_word(&reading, argument);
        // From its first word on, a command's options are its own.
        options_over |= asked->verb && asked->verb->action == RUN && asked->words.count > 0;
        if (first.status == 0)
            first = *fault;
    }
    settle_form(&reading);
    if (first.status != 0)
        *fault = first;
}
