// SPDX-License-Identifier: MIT
#include "script.h"

#include <string.h>

#include "makefile.h"
#include "word.h"

const char *command_line_next(struct command_line *line) {
    if (line->at >= line->end)
        return NULL;
    const char *argument = line->at;
    line->at += strlen(argument) + 1;
    return argument;
}

const char *script_base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// python3.11 is python: versions at the end do not count.
static size_t length_without_version(const char *name) {
    size_t length = strlen(name);
    while (length > 1 && (strchr("0123456789.", name[length - 1]) != NULL))
        length--;
    return length;
}

static bool is_shell(const char *name) {
    return word_is_among(name, length_without_version(name), " sh bash rbash dash zsh ksh mksh ash fish csh tcsh ");
}

static bool is_interpreter(const char *name) {
    return is_shell(name)
           || word_is_among(name, length_without_version(name),
                            " python pypy perl ruby node nodejs php lua luajit tclsh expect awk gawk mawk Rscript ");
}

// Does the argument after this option belong to it? A shell's `-euo pipefail` does that with its last letter.
static bool takes_argument(const char *interpreter, const char *option) {
    char last = option[strlen(option) - 1];
    if (is_shell(interpreter) && option[1] != '-')
        return last == 'o' || last == 'O';
    return word_is_among(option, strlen(option), " --rcfile --init-file -W -X -I -r -d ");
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

// Does this word make the interpreter read its script from its standard input? To a shell a lone dash is what `--` is.
static bool brings_input(const char *interpreter, const char *option) {
    if (is_shell(interpreter))
        return option[0] == '-' && option[1] != '-' && option[strcspn(option, "s ")] == 's';
    return strcmp(option, "-") == 0;
}

// `bash <(curl …)`: the number of an open file is nobody's name for a script, and another one tomorrow.
static bool is_open_file(const char *path) {
    return strncmp(path, "/dev/fd/", 8) == 0 || strcmp(path, "/dev/stdin") == 0
           || (strncmp(path, "/proc/", 6) == 0 && strstr(path, "/fd/") != NULL);
}

// `hume run --signed` has a shell read the sealed copy of a script: bash -c '. /proc/self/fd/100' PATH. The path behind
// such code, taken from the line; NULL when the code is other.
static const char *take_sealed(struct command_line *line) {
    static const char reading[] = ". /proc/self/fd/";
    const char *code = command_line_next(line);
    if (!code || strncmp(code, reading, sizeof reading - 1) != 0)
        return NULL;
    code += sizeof reading - 1;
    return code[strspn(code, "0123456789")] ? NULL : command_line_next(line);
}

// The first argument of an interpreter that is a script, taken from the line; NULL when it runs code from its command
// line or its input, or is interactive.
static const char *take_script(struct command_line *line, const char *interpreter, bool *is_code) {
    const char *argument;
    while ((argument = command_line_next(line)) != NULL) {
        if (strcmp(argument, "--") == 0)
            return command_line_next(line);
        if (argument[0] != '-' && argument[0] != '+')
            return *argument ? argument : NULL;
        *is_code = brings_code(interpreter, argument);
        if (*is_code)
            return take_sealed(line);
        if (brings_input(interpreter, argument))
            return NULL;
        if (takes_argument(interpreter, argument))
            command_line_next(line);
    }
    return NULL;
}

static void look_behind(struct script *script) {
    struct command_line rest = script->arguments;
    bool is_code = false;
    const char *path;
    if (word_is_among(script->program, strlen(script->program), " make gmake ")) {
        script->path = makefile_among(rest);
        script->is_file = true;
    } else if (is_interpreter(script->program)) {
        path = take_script(&rest, script->program, &is_code);
        if (path && !is_open_file(path)) {
            script->path = path;
            script->arguments = rest;
            script->is_file = !is_code;
        }
        script->is_shell_code = is_code && !path && is_shell(script->program);
    }
}

void script_find(struct script *script, const char *bytes, size_t length) {
    *script = (struct script){.arguments = {bytes, bytes + length}};
    const char *program = command_line_next(&script->arguments), *applet;
    if (!program)
        return;
    // `busybox sh script`: the applet is the program.
    if (strcmp(script_base_name(program), "busybox") == 0 && (applet = command_line_next(&script->arguments)) != NULL)
        program = applet;
    script->path = program + (*program == '-'); // a login shell
    script->program = script_base_name(script->path);
    look_behind(script);
}
