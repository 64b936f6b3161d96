// SPDX-License-Identifier: MIT
#include "sentence.h"

#include <string.h>
#include <strings.h>

#include "handed.h"
#include "number.h"
#include "older.h"
#include "quantity.h"
#include "spelling.h"
#include "surroundings.h"

static struct words words_from(struct words words, size_t first) {
    return first < words.count ? (struct words){words.at + first, words.count - first} : (struct words){words.at, 0};
}

// Takes a text for the task's name; false when nothing is left of it.
static bool name_task(struct event *event, const char *text) {
    if (!text)
        return false;
    bool mended = name_make(&event->task, text, strlen(text));
    event->cut |= mended ? CUT_TASK : 0;
    return !name_is_empty(&event->task);
}

static bool name_task_by_setting(struct event *event) {
    return name_task(event, setting("HUME_TASK")) || name_task(event, setting("HUME_TASKNAME"));
}

// A start names its task; the script's name will do, and without one humed knows what to call it. Other events send a task only when somebody named it: a
// guessed one could keep humed from finding the run they belong to.
static void read_start(const struct asked *asked, struct event *event) {
    bool has_word = asked->verb->action == START && !asked->task && !asked->older && asked->words.count > 0;
    if (asked->verb->action == START)
        event->message = words_from(asked->words, has_word);
    if (name_task(event, asked->task) || (has_word && name_task(event, asked->words.at[0])))
        return;
    if (name_task_by_setting(event))
        return;
    if (event->origin.script)
        name_task(event, script_base_name(event->origin.script));
}

static void read_log(const struct asked *asked, struct event *event, struct fault *fault) {
    event->level = asked->verb->level;
    event->message = asked->words;
    if (asked->words.count == 0)
        fault_set(fault, EXIT_USAGE, "%s needs a text: hume %s TEXT", asked->verb->word, asked->verb->word);
}

static void read_flag(const struct asked *asked, struct event *event, struct fault *fault) {
    if (asked->words.count == 0) {
        fault_set(fault, EXIT_USAGE, "flag needs a name: hume flag NAME [MESSAGE]");
        return;
    }
    bool mended = name_make(&event->flag, asked->words.at[0], SIZE_MAX);
    if (name_is_empty(&event->flag)) {
        event->flag = (struct name){"_"};
        mended = true;
    }
    event->cut |= mended ? CUT_FLAG : 0;
    event->message = words_from(asked->words, 1);
}

static void read_progress(const struct asked *asked, struct event *event, struct fault *fault) {
    event->message = words_from(asked->words, 1);
    if (asked->words.count == 0)
        fault_set(fault, EXIT_USAGE, "progress needs the share that is done: hume progress 50, or 3/12");
    else if (!quantity_read_share(asked->words.at[0], &event->done, &event->total))
        fault_set(fault, EXIT_USAGE, "progress '%.60s': it is written 50, 50%% or 3/12", asked->words.at[0]);
    else if (fixed_is_more(event->done, event->total))
        // Likely a count whose total was forgotten, or one that runs past the total it names. It may also be a share that
        // was reckoned a little too high, and a script must not end for any of it.
        complain(strchr(asked->words.at[0], '/')
                     ? "progress '%.60s' is more than all of it, and taken so"
                     : "progress '%.60s' is more than all of 100, and taken so; a count is written 3/12",
                 asked->words.at[0]);
}

// What has a unit and no number is taken as text: it may come from a program, and a script must not end for it.
static void check_unit(const struct event *event, const char *pair) {
    const char *value = strchr(pair, '=') + 1;
    struct fixed number;
    bool is_plain = number_is_json(value) || strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
    if (event->unit && !is_plain && !quantity_read(value, event->unit, &number))
        complain("set '%.60s': no number of %.16s, taken as text", pair, event->unit);
}

// A lone word is the task, as with start; unlike there nothing is guessed: humed finds the run.
static void read_ping(const struct asked *asked, struct event *event) {
    bool has_word = !asked->task && asked->words.count > 0 && name_task(event, asked->words.at[0]);
    event->message = words_from(asked->words, has_word);
}

static void read_set(const struct asked *asked, struct event *event, struct fault *fault) {
    event->unit = asked->unit && *asked->unit ? asked->unit : NULL;
    event->ttl = asked->ttl;
    for (size_t i = 0; i < asked->words.count; i++) {
        const char *pair = asked->words.at[i];
        if (*pair == '=' || !event_add_datum(event, pair)) {
            fault_set(fault, EXIT_USAGE, "set '%.60s': it is written KEY=VALUE", pair);
            return;
        }
        check_unit(event, pair);
    }
    if (event->data_count == 0)
        fault_set(fault, EXIT_USAGE, "set needs something to set: hume set KEY=VALUE...");
}

static const struct {
    const char *word, *outcome;
} outcomes[] = {{"ok", "ok"},           {"warn", "warning"},  {"warning", "warning"}, {"fail", "failed"},    {"failed", "failed"},
                {"failure", "failed"}, {"error", "failed"}, {"critical", "failed"},  {"success", "ok"}};
enum { OUTCOME_COUNT = sizeof outcomes / sizeof *outcomes };

static bool read_outcome(const char *word, struct event *event) {
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (strcasecmp(word, outcomes[i].word) == 0) {
            event->outcome = outcomes[i].outcome;
            return true;
        }
    return false;
}

// "stop fial" must not pass for a message of a run that went well.
static const char *meant_outcome(const char *word) {
    struct guess guess = {0};
    for (int i = 0; i < OUTCOME_COUNT; i++)
        spelling_consider(&guess, word, outcomes[i].word);
    return strlen(word) > 2 ? spelling_meant(&guess, word) : NULL;
}

static bool is_number(const char *word) {
    word += *word == '-';
    return *word && word[strspn(word, "0123456789")] == 0;
}

// Anything else is the message, if it looks like one. A single word does not: an end that was meant to be a failure must
// not pass for a run that went well.
static void read_stop(const struct asked *asked, struct event *event, struct fault *fault) {
    const char *word = asked->words.count > 0 ? asked->words.at[0] : "";
    uint64_t status;
    const char *meant;
    size_t first = 1;
    event->outcome = "ok";
    if (number_read(word, 0, 255, &status)) {
        event->status = (int)status;
        event->outcome = status == 0 ? "ok" : "failed";
    } else if (is_number(word)) {
        fault_set(fault, EXIT_USAGE, "stop %.60s: an exit status is 0 to 255", word);
    } else if (*word && !read_outcome(word, event)) {
        first = 0;
        if ((meant = meant_outcome(word)) != NULL)
            fault_set(fault, EXIT_USAGE, "no outcome '%.60s'; did you mean %s?", word, meant);
        else if (asked->words.count == 1 && !strchr(word, ' ') && !asked->older)
            fault_set(fault, EXIT_USAGE, "no outcome '%.60s': an exit status, ok, warn or fail, then a message", word);
    }
    event->message = words_from(asked->words, first);
}

static void read_level(const char *word, struct event *event, struct fault *fault) {
    const struct verb *level = verb_find_level(word);
    const char *meant = verb_nearest_level(word);
    if (level)
        event->level = level->level;
    else if (meant)
        fault_set(fault, EXIT_UNACCEPTABLE, "NOT stored: no level '%.60s', did you mean %s?", word, meant);
    else
        fault_set(fault, EXIT_UNACCEPTABLE, "NOT stored: no level '%.60s': debug, info, ok, warn, error or critical", word);
}

static void check_options(const struct asked *asked, struct fault *fault) {
    if (asked->verb->action != SET && (asked->ttl || asked->unit))
        fault_set(fault, EXIT_USAGE, "--ttl and --unit belong to hume set");
    if (asked->verb->action != START && asked->print_run)
        fault_set(fault, EXIT_USAGE, "--print-run belongs to hume start");
    if (asked->verb->action != START && asked->verb->action != RUN && asked->declared)
        fault_set(fault, EXIT_USAGE, "%s belongs to hume start", asked->declared);
    if (asked->verb->action != RUN && asked->running)
        fault_set(fault, EXIT_USAGE, "%s belongs to hume run", asked->running);
}

static void read_words(const struct asked *asked, struct event *event, struct fault *fault) {
    switch (asked->verb->action) {
    case LOG:
        read_log(asked, event, fault);
        break;
    case FLAG:
        read_flag(asked, event, fault);
        break;
    case PROGRESS:
        read_progress(asked, event, fault);
        break;
    case SET:
        read_set(asked, event, fault);
        break;
    case PING:
        read_ping(asked, event);
        break;
    case STOP:
        read_stop(asked, event, fault);
        break;
    case RUN: // they are the command
        if (asked->words.count == 0)
            fault_set(fault, EXIT_USAGE, "run needs a command: hume run [OPTIONS] -- COMMAND...");
        break;
    case START: // has named its task with them
    case GET: // is no event
    case SHELL_INIT:
        break;
    }
}

void sentence_read(const struct asked *asked, struct event *event, struct fault *fault) {
    event->kind = asked->verb->kind;
    event->host = asked->host;
    handed_read(asked, event);
    check_options(asked, fault);
    if (asked->verb->action == START || asked->verb->action == RUN) {
        read_start(asked, event);
    } else if (!name_task(event, asked->task)) {
        name_task_by_setting(event);
    }
    if (asked->older)
        older_read_words(asked, event);
    else
        read_words(asked, event, fault);
    if (asked->level && fault->status == 0)
        read_level(asked->level, event, fault);
}
