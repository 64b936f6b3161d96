// SPDX-License-Identifier: MIT
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "format.h"
#include "limits.h"
#include "places.h"
#include "process.h"
#include "surroundings.h"

enum { TEXT_ROOM = 96, PAUSE_MS = 20, MS = 1000000 };

// One line: holder's pid, command's pid, command's start. Nothing: nobody holds it.
struct holder {
    long pid, command;
    unsigned long long start;
};

static int open_file(const char *name, struct fault *fault) {
    static char folder[PATH_MAX], path[PATH_MAX + LONGEST_LOCK + 8];
    places_find_lock_folder(folder, sizeof folder);
    format_into(path, sizeof path, "%s/%s.lock", folder, name);
    if (!*folder) {
        fault_set(fault, EXIT_NOT_STORED, "not started: no folder for lock %.200s: set HOME or HUME_DIR", name);
        return -1;
    }
    int file = -1;
    if (folder_make(folder))
        file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    if (file < 0)
        fault_set(fault, EXIT_NOT_STORED, "not started: no lock %.200s: %s: %.250s has to be a file of yours", name,
                  strerror(errno), path);
    return file;
}

static struct holder read_holder(int file) {
    char text[TEXT_ROOM] = "", *at;
    struct holder holder = {0, 0, 0};
    if (pread(file, text, sizeof text - 1, 0) <= 0)
        return holder;
    holder.pid = strtol(text, &at, 10);
    holder.command = strtol(at, &at, 10);
    holder.start = strtoull(at, NULL, 10);
    return holder;
}

// The command of a holder who was killed may still be at work.
static bool is_at_work(const struct holder *holder) {
    struct process process;
    return holder->command > 0 && holder->command <= MAX_PID && process_read((pid_t)holder->command, &process)
           && process.start == holder->start;
}

static bool try(int file, struct holder *holder) {
    bool locked = flock(file, LOCK_EX | LOCK_NB) == 0;
    *holder = read_holder(file);
    if (locked && !is_at_work(holder))
        return true;
    if (locked) {
        holder->pid = holder->command;
        flock(file, LOCK_UN);
    }
    return false;
}

int lock_take(const char *name, uint64_t ms, struct fault *fault) {
    struct holder holder;
    uint64_t end = monotonic_clock_ns() + ms * MS;
    int file = open_file(name, fault);
    if (file < 0)
        return -1;
    while (!try(file, &holder)) {
        if (monotonic_clock_ns() < end) {
            nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * MS}, NULL);
            continue;
        }
        if (holder.pid > 0)
            fault_set(fault, EXIT_NOT_STORED, "not started: lock %.200s is held by pid %ld", name, holder.pid);
        else
            fault_set(fault, EXIT_NOT_STORED, "not started: lock %.200s is held by another process", name);
        close(file);
        return -1;
    }
    lock_name_holder(file, 0);
    return file;
}

void lock_name_holder(int lock, pid_t command) {
    char text[TEXT_ROOM];
    struct process process = {.start = 0};
    if (command > 0 && !process_read(command, &process))
        command = 0;
    int length = format_into(text, sizeof text, "%ld %ld %llu\n", (long)getpid(), (long)command,
                          (unsigned long long)process.start);
    // It only serves to tell: where it can't be written the lock holds all the same.
    if (ftruncate(lock, 0) != 0 || pwrite(lock, text, (size_t)length, 0) < 0)
        return;
}

void lock_release(int lock) {
    if (ftruncate(lock, 0) != 0)
        errno = 0;
    close(lock);
}
