// SPDX-License-Identifier: MIT
#include "delegate.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "limits.h"
#include "verbs.h"

static const char cli[] = "hume-cli";
static int hindrance;  // why the neighbour, which is there, could not be run; 0: it is not there

// The one beside this very file first: it is of the same version, whatever PATH says.
void delegate_become_neighbour(char **argv) {
    char path[PATH_MAX + sizeof cli];
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
    if (length <= 0)
        return;
    path[length] = 0;
    char *slash = strrchr(path, '/');
    if (!slash)
        return;
    memcpy(slash + 1, cli, sizeof cli);
    execv(path, argv);
    hindrance = access(path, F_OK) == 0 ? errno : 0;
}

const char *delegate_hindrance(void) {
    return hindrance ? strerror(hindrance) : NULL;
}

void delegate_become(char **argv) {
    delegate_become_neighbour(argv);
    execvp(cli, argv);
}

void delegate(char **argv, const char *verb, struct fault *fault) {
    const char *meant = verb_nearest_native(verb);
    // A slip in a verb of ours is told at once: hume-cli could only say that it does not know it.
    if (!meant) {
        delegate_become(argv);
        meant = verb_nearest(verb);
    }
    if (meant && strcmp(meant, verb) == 0 && hindrance)
        fault_set(fault, EXIT_USAGE, "'%s' is done by hume-cli, which is beside hume, and cannot be run: %s", verb,
                  strerror(hindrance));
    else if (meant && strcmp(meant, verb) == 0)
        fault_set(fault, EXIT_USAGE,
                  "'%s' is done by hume-cli (Python package humeops), found neither beside hume nor on PATH", verb);
    else if (meant)
        fault_set(fault, EXIT_USAGE, "no verb '%.60s'; did you mean %s?", verb, meant);
    else
        fault_set(fault, EXIT_USAGE, "no verb '%.60s' (hume --help lists them)", verb);
}
