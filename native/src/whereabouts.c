// SPDX-License-Identifier: MIT
#include "whereabouts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format.h"
#include "surroundings.h"

enum {
    LARGEST_SCRIPT = 1 << 20, // a few ms of reckoning; beyond it hardly is a script
    PIECE = 1 << 14,
};

static const char *follow(pid_t pid, const char *name, char into[PATH_MAX]) {
    char path[256];
    format_into(path, sizeof path, "%s/%d/%s", proc_folder(), pid, name);
    ssize_t length = readlink(path, into, PATH_MAX - 1);
    into[length > 0 ? length : 0] = 0;
    return length > 0 ? into : NULL;
}

// Reads what the file had when it was opened. False when there is less: it is being written.
static bool add_file(struct sha256 *sum, int file, size_t size) {
    static char piece[PIECE];
    while (size > 0) {
        ssize_t got = read(file, piece, size < PIECE ? size : PIECE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        sha256_add(sum, piece, (size_t)got);
        size -= (size_t)got;
    }
    return true;
}

static void sum_up(const char *path, char hex[SHA256_HEX + 1]) {
    struct sha256 sum;
    struct stat status;
    // A named pipe must not be waited for, a terminal not become ours.
    int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return;
    sha256_begin(&sum);
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= LARGEST_SCRIPT
        && add_file(&sum, file, (size_t)status.st_size))
        sha256_end(&sum, hex);
    close(file);
}

// The file as the script's process sees it: in its root folder, or from its working directory, of which nobody knows
// whether it still is the one the script was started in.
static void sum_up_script(struct origin *origin, pid_t pid) {
    static char path[PATH_MAX];
    const char *script = origin->script;
    // Some of these are devices that do something when they are opened, others mean our own open files.
    if (!origin->script_is_file || strncmp(script, "/dev/", 5) == 0 || strncmp(script, "/proc/", 6) == 0)
        return;
    int length = format_into(path, sizeof path, "%s/%d/%s/%s", proc_folder(), pid, *script == '/' ? "root" : "cwd", script);
    if (length > 0 && (size_t)length < sizeof path)
        sum_up(path, origin->sha256);
}

void whereabouts_read(struct origin *origin) {
    static char exe[PATH_MAX], cwd[PATH_MAX];
    if (origin->chain.count == 0)
        return;
    pid_t script = origin->chain.at[origin->outermost].pid;
    origin->exe = follow(script, "exe", exe);
    origin->cwd = follow(script, "cwd", cwd);
    sum_up_script(origin, script);
}
