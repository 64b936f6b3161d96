// SPDX-License-Identifier: MIT
#include "ancestry.h"

#include <stdio.h>
#include <string.h>

#include "number.h"
#include "surroundings.h"

enum { STAT_ROOM = 1024 };

// An argument list as /proc gives it: texts with a NUL behind each.
struct command_line {
    const char *at;
    const char *end;
};

static const char *next_argument(struct command_line *line) {
    if (line->at >= line->end)
        return NULL;
    const char *argument = line->at;
    line->at += strlen(argument) + 1;
    return argument;
}

static bool is_among(const char *word, size_t length, const char *list) {
    // The list has a space around each word, so that parts of words are not found.
    for (const char *at = list; (at = strchr(at, ' ')) != NULL; at++)
        if (strncmp(at + 1, word, length) == 0 && at[1 + length] == ' ')
            return true;
    return false;
}

// python3.11 is python: versions at the end do not count.
static size_t length_without_version(const char *name) {
    size_t length = strlen(name);
    while (length > 1 && (strchr("0123456789.", name[length - 1]) != NULL))
        length--;
    return length;
}

static bool is_shell(const char *name) {
    return is_among(name, length_without_version(name), " sh bash dash zsh ksh mksh ash busybox fish ");
}

static bool is_interpreter(const char *name) {
    return is_shell(name)
           || is_among(name, length_without_version(name),
                       " python pypy perl ruby node nodejs php lua luajit tclsh awk gawk mawk make gmake Rscript ");
}

// Does the argument after this option belong to it? A shell's `-euo pipefail` does that with its last letter.
static bool takes_argument(const char *interpreter, const char *option) {
    char last = option[strlen(option) - 1];
    if (is_shell(interpreter) && option[1] != '-')
        return last == 'o' || last == 'O';
    return is_among(option, strlen(option), " --rcfile --init-file -W -X -I -r -d ");
}

// Is this option followed by code instead of a script's path?
static bool brings_code(const char *interpreter, const char *option) {
    char last = option[strlen(option) - 1];
    if (option[0] != '-' || option[1] == '-')
        return false;
    if (is_shell(interpreter))
        return strchr(option, 'c') != NULL;
    if (strncmp(interpreter, "py", 2) == 0)
        return last == 'c' && strchr("WXm", option[1]) == NULL;
    if (strncmp(interpreter, "php", 3) == 0)
        return strcmp(option, "-r") == 0;
    return (last == 'e' || last == 'E') && strchr("MmIr", option[1]) == NULL; // perl -lane, but not perl -Mre
}

// The first argument of an interpreter that is a script; NULL when it runs code from its command line or is
// interactive.
static const char *script_among(struct command_line line, const char *interpreter) {
    const char *argument;
    while ((argument = next_argument(&line)) != NULL) {
        if (strcmp(argument, "--") == 0)
            return next_argument(&line);
        if (argument[0] != '-' && argument[0] != '+')
            return *argument ? argument : NULL;
        if (brings_code(interpreter, argument))
            return NULL;
        if (takes_argument(interpreter, argument))
            next_argument(&line);
    }
    return NULL;
}

const char *ancestry_base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *find_script(const char *bytes, size_t length) {
    struct command_line line = {bytes, bytes + length};
    const char *program = next_argument(&line);
    if (!program)
        return NULL;
    program += *program == '-'; // a login shell
    const char *interpreter = ancestry_base_name(program);
    const char *script = is_interpreter(interpreter) ? script_among(line, interpreter) : NULL;
    // `busybox sh script`: the applet is no script.
    if (script && strcmp(interpreter, "busybox") == 0 && is_shell(script)) {
        while (next_argument(&line) != script) {
        }
        const char *inner = script_among(line, script);
        return inner ? inner : script;
    }
    return script ? script : program;
}

enum { PARENT_FIELD = 4, START_FIELD = 22 };

// A number among the fields of /proc/PID/stat. The command's name, field 2, is in parentheses and may itself hold
// spaces and parentheses, so counting begins behind the last one.
static bool find_field(const char *stat, int wanted, uint64_t *number) {
    const char *at = strrchr(stat, ')');
    for (int field = 2; at && field < wanted; field++)
        at = strchr(at + 1, ' ');
    if (!at)
        return false;
    char digits[24] = "";
    size_t length = strspn(at + 1, "0123456789");
    if (length >= sizeof digits)
        return false;
    memcpy(digits, at + 1, length);
    return number_read(digits, 0, INT64_MAX, number);
}

static bool read_stat(pid_t pid, char stat[STAT_ROOM]) {
    char path[256];
    snprintf(path, sizeof path, "%s/%d/stat", proc_folder(), pid);
    return pid > 0 && read_beginning(path, stat, STAT_ROOM) > 0;
}

static void copy_command(char into[COMMAND_ROOM], const char *stat) {
    const char *open = strchr(stat, '('), *close = strrchr(stat, ')');
    size_t length = open && close > open ? (size_t)(close - open - 1) : 0;
    length = length < COMMAND_ROOM ? length : COMMAND_ROOM - 1;
    memcpy(into, open ? open + 1 : "", length);
    into[length] = 0;
}

void ancestry_read_tree(struct origin *origin) {
    char stat[STAT_ROOM];
    uint64_t pid = (uint64_t)parent_pid();
    // A pid may have been used again meanwhile, so the way up could even be a circle; the tree's room ends it.
    while (origin->tree_count < MAX_TREE && read_stat((pid_t)pid, stat)) {
        copy_command(origin->tree[origin->tree_count++], stat);
        if (!find_field(stat, PARENT_FIELD, &pid))
            break;
    }
}

void ancestry_read(struct origin *origin) {
    static char command_line[8192];
    char stat[STAT_ROOM];
    char path[256];
    pid_t parent = parent_pid();
    if (read_stat(parent, stat) && find_field(stat, START_FIELD, &origin->parent_start))
        origin->parent_pid = (uint64_t)parent;
    snprintf(path, sizeof path, "%s/%d/cmdline", proc_folder(), parent);
    origin->script = find_script(command_line, read_beginning(path, command_line, sizeof command_line));
}
