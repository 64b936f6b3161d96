// SPDX-License-Identifier: MIT
#include "command.h"
#include "format.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usual_path[] = "/usr/local/bin:/bin:/usr/bin";

// sh PATH ARGUMENTS...: the words move up, their first gives way to the script's path.
static void become_script(struct words words, char *path) {
    static char shell[] = "/bin/sh";
    memmove(words.at + 1, words.at, (words.count + 1) * sizeof *words.at);
    words.at[0] = shell;
    words.at[1] = path;
    execv(shell, words.at);
    memmove(words.at, words.at + 1, (words.count + 1) * sizeof *words.at);
}

// Returns when it can't be run, with errno.
static void become(struct words words, char *path) {
    execv(path, words.at);
    if (errno == ENOEXEC)
        become_script(words, path);
}

// What is found but may not be run is passed over like a shell does, and remembered.
static void look_for(struct words words) {
    static char path[PATH_MAX];
    const char *folders = getenv("PATH");
    int worst = ENOENT;
    for (const char *at = folders ? folders : usual_path; at; at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL) {
        int length = (int)strcspn(at, ":");
        int used = format_into(path, sizeof path, "%.*s%s%s", length, at, length > 0 ? "/" : "", words.at[0]);
        if (used < 0 || (size_t)used >= sizeof path)
            continue;
        become(words, path);
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
            return;
        worst = errno == EACCES ? EACCES : worst;
    }
    errno = worst;
}

// What was handed to this call of hume (handed.c) is no word about the command's own calls. libc's way would link an
// allocator.
static void forget_what_was_handed(void) {
    static const char *const names[] = {"LINENO=", "HUME_FILE=", "HUME_FUNCTION=", "HUME_COMMAND="};
    char **kept = environ;
    for (char **at = environ; at && *at; at++) {
        bool handed = false;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            handed |= strncmp(*at, names[i], strlen(names[i])) == 0;
        if (!handed)
            *kept++ = *at;
    }
    if (kept)
        *kept = NULL;
}

int command_become(struct words words) {
    words.at[words.count] = NULL;
    forget_what_was_handed();
    if (strchr(words.at[0], '/'))
        become(words, words.at[0]);
    else if (*words.at[0])
        look_for(words);
    else
        errno = ENOENT;
    return errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}
