// SPDX-License-Identifier: MIT
#include "options.h"

#include <stddef.h>
#include <string.h>

#include "spelling.h"
#include "verbs.h"

static const struct {
    const char *name;
    char letter; // 0: none
    bool takes_value;
    enum option option;
} table[] = {
    {"--task", 't', true, OPTION_TASK},        {"--tags", 'T', true, OPTION_TAGS},
    {"--extra", 'x', true, OPTION_EXTRA},      {"--level", 'L', true, OPTION_LEVEL},
    {"--strict", 0, false, OPTION_STRICT},     {"--deadline", 0, true, OPTION_DEADLINE},
    {"--run", 0, true, OPTION_RUN},            {"--print-run", 0, false, OPTION_PRINT_RUN},
    {"--ttl", 0, true, OPTION_TTL},            {"--unit", 0, true, OPTION_UNIT},
    {"--verbose", 'v', false, OPTION_VERBOSE}, {"--help", 'h', false, OPTION_HELP},
    {"--version", 0, false, OPTION_VERSION},   {"--debug", 0, false, OPTION_SAY},
    {"--info", 0, false, OPTION_SAY},          {"--ok", 0, false, OPTION_SAY},
    {"--warn", 0, false, OPTION_SAY},          {"--warning", 0, false, OPTION_SAY},
    {"--error", 0, false, OPTION_SAY},         {"--critical", 0, false, OPTION_SAY},
    {"--host", 0, true, OPTION_HOST},          {"--append-pstree", 'a', false, OPTION_TREE},
    {"--lossy", 0, false, OPTION_LOSSY},       {"--every", 0, true, OPTION_SPAN},
    {"--cron", 0, true, OPTION_DECLARE},       {"--calendar", 0, true, OPTION_DECLARE},
    {"--tz", 0, true, OPTION_DECLARE},
    {"--grace", 0, true, OPTION_SPAN},         {"--max", 0, true, OPTION_SPAN},
    {"--describe", 0, true, OPTION_DECLARE},   {"--runbook", 0, true, OPTION_DECLARE},
    {"--owner", 0, true, OPTION_DECLARE},      {"--timeout", 0, true, OPTION_TIMEOUT},
    {"--kill-after", 0, true, OPTION_KILL_AFTER}, {"--lock", 0, true, OPTION_LOCK},
    {"--lock-wait", 0, true, OPTION_LOCK_WAIT}, {"--output", 0, true, OPTION_OUTPUT},
    {"--signed", 0, true, OPTION_SIGNED},      {"--trust", 0, true, OPTION_TRUST},
    {"--hume-cmd", 'c', true, OPTION_COMMAND},
    {"--message", 'm', true, OPTION_MESSAGE},  {"--hostname", 0, true, OPTION_HOST},
    {"--auth-token", 0, true, OPTION_TOKEN},   {"--recv-timeout", 0, true, OPTION_PATIENCE},
};
enum { TABLE_COUNT = sizeof table / sizeof *table };

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct option_read of_row(int row) {
    return (struct option_read){
        .option = table[row].option, .name = table[row].name, .takes_value = table[row].takes_value};
}

// A mistyped option is one word; `--- done ---` and `-rw-r--r-- is what it should be` are text.
static struct option_read unknown(const char *argument) {
    size_t word = strcspn(argument, " =\t\n");
    bool is_text = argument[word] != 0 && argument[word] != '=';
    return (struct option_read){.option = is_text ? OPTION_NONE : OPTION_UNKNOWN};
}

static struct option_read read_long(const char *argument) {
    size_t length = strcspn(argument, "=");
    for (int row = 0; row < TABLE_COUNT; row++) {
        if (strlen(table[row].name) != length || strncmp(table[row].name, argument, length) != 0)
            continue;
        struct option_read found = of_row(row);
        found.value = argument[length] ? argument + length + 1 : NULL;
        if (found.value && !found.takes_value && found.option != OPTION_SAY)
            return unknown(argument);
        return found;
    }
    return unknown(argument);
}

struct option_read option_read_short(const char *letters) {
    for (int row = 0; row < TABLE_COUNT; row++) {
        if (table[row].letter == 0 || table[row].letter != *letters)
            continue;
        struct option_read found = of_row(row);
        if (letters[1] && found.takes_value)
            found.value = letters + 1;
        else if (letters[1])
            found.more = letters + 1;
        return found;
    }
    return (struct option_read){.option = OPTION_UNKNOWN};
}

static bool is_long_name(const char *word) {
    size_t length = strcspn(word, "=");
    for (int row = 0; row < TABLE_COUNT; row++)
        if (strlen(table[row].name + 2) == length && strncmp(table[row].name + 2, word, length) == 0)
            return true;
    return false;
}

struct option_read option_read(const char *argument) {
    static const struct option_read word = {.option = OPTION_NONE};
    if (argument[0] != '-')
        return word;
    if (argument[1] == '-' && is_letter(argument[2]))
        return read_long(argument);
    // A lone dash, a negative number, a line of dashes.
    if (!is_letter(argument[1]))
        return word;
    // -task is --task with a dash forgotten rather than -t with the value "ask".
    if (is_long_name(argument + 1))
        return unknown(argument);
    struct option_read found = option_read_short(argument + 1);
    // `-a point` and `-cache misses` are text: letters are joined without spaces, and so are the 1.x form's values.
    const char *joined = found.option == OPTION_COMMAND || found.option == OPTION_MESSAGE ? found.value : found.more;
    if (joined && joined[strcspn(joined, " \t\n")])
        return unknown(argument);
    return found.option == OPTION_UNKNOWN ? unknown(argument) : found;
}

const char *option_nearest(const char *typed) {
    struct guess guess = {0};
    char name[32] = "";
    size_t length = strcspn(typed, "=");
    if (length >= sizeof name)
        return NULL;
    memcpy(name, typed, length);
    for (int row = 0; row < TABLE_COUNT; row++) {
        spelling_consider(&guess, name, table[row].name);
        // -task is --task with a dash forgotten.
        spelling_consider(&guess, name, table[row].name + 1);
    }
    const char *meant = spelling_meant(&guess, name);
    return meant && meant[1] != '-' ? meant - 1 : meant;
}
