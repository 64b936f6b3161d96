// SPDX-License-Identifier: MIT
#include "presence.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FRESH_SECONDS = 15 }; // three missed touches

static bool is_fresh(int file) {
    struct stat status;
    struct timespec now;
    if (fstat(file, &status) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
        return false;
    // A touch from the future means the clock was set back meanwhile; near now either way is fresh.
    long long age = (long long)now.tv_sec - (long long)status.st_mtime;
    return age > -FRESH_SECONDS && age < FRESH_SECONDS;
}

static bool names_process(int file) {
    char digits[16] = "";
    if (read(file, digits, sizeof digits - 1) <= 0)
        return false;
    long pid = strtol(digits, NULL, 10);
    // EPERM: there, and somebody else's, as a system's humed is for most callers.
    return pid > 0 && pid <= 0x7FFFFFFF && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

bool presence_is_likely(const char *pid_file) {
    int file = open(pid_file, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return false;
    bool likely = is_fresh(file) && names_process(file);
    close(file);
    return likely;
}
