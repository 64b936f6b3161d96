// SPDX-License-Identifier: MIT
#include "makefile.h"

#include <string.h>

// What stands behind `-f` in an argument of short options: the rest of it, "" when that is the next argument, NULL when
// there is no -f. Of -Cdir and its like the rest is a value.
static const char *behind_f(const char *option) {
    for (const char *letter = option + 1; *letter && !strchr("CIOWEjlo", *letter); letter++)
        if (*letter == 'f')
            return letter + 1;
    return NULL;
}

// As behind_f, of a long option.
static const char *behind_name(const char *option) {
    static const char *const names[] = {"--file", "--makefile"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(option, names[i], length) == 0 && (option[length] == '=' || option[length] == 0))
            return option + length + (option[length] == '=');
    }
    return NULL;
}

const char *makefile_among(struct command_line arguments) {
    const char *found = "Makefile", *argument;
    while ((argument = command_line_next(&arguments)) != NULL && strcmp(argument, "--") != 0) {
        if (argument[0] != '-')
            continue;
        const char *file = argument[1] == '-' ? behind_name(argument) : behind_f(argument);
        if (file && !*file)
            file = command_line_next(&arguments);
        if (file && *file)
            found = file;
    }
    return found;
}
