// SPDX-License-Identifier: MIT
// Which script a process runs, told from its command line. The texts are parts of the bytes that were given.
#ifndef HUME_SCRIPT_H
#define HUME_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

// An argument list as /proc gives it: texts with a NUL behind each.
struct command_line {
    const char *at;
    const char *end;
};

// Takes the next argument; NULL when there is none.
const char *command_line_next(struct command_line *line);

struct script {
    const char *program; // what runs, as its bare name: bash; NULL: nothing is known
    const char *path;    // of the script as it was written; the program's own when it runs no file
    struct command_line arguments; // what follows it; of make and of a program that runs no file, all
    bool is_file;        // path is that of a file that an interpreter reads; not of one that was read and sealed before
    bool is_shell_code;  // a shell with its script on the command line: sh -c 'backup; hume stop'
};

// Reads a command line of `length` bytes; a NUL stands behind them.
void script_find(struct script *script, const char *bytes, size_t length);

// The part of a path behind its last slash.
const char *script_base_name(const char *path);

#endif
