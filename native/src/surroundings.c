// SPDX-License-Identifier: MIT
#include "surroundings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifdef HUME_TEST
static uint64_t number_or(uint64_t real, const char *name, int base) {
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, base) : real;
}
static const char *text_or(const char *real, const char *name) {
    const char *text = getenv(name);
    return text ? text : real;
}
#else
#define number_or(real, name, base) (real)
#define text_or(real, name) (real)
#endif

static uint64_t clock_ns(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        return 0;
    if (clock == CLOCK_REALTIME)
        now.tv_sec = (time_t)number_or((uint64_t)now.tv_sec, "HUME_TEST_WALL_SECONDS", 10);
    if (now.tv_sec < 0)
        return 0;
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t wall_clock_ns(void) {
    return number_or(clock_ns(CLOCK_REALTIME), "HUME_TEST_WALL_NS", 10);
}

uint64_t boot_clock_ns(void) {
    return number_or(clock_ns(CLOCK_BOOTTIME), "HUME_TEST_BOOT_NS", 10);
}

uint64_t monotonic_clock_ns(void) {
    return clock_ns(CLOCK_MONOTONIC);
}

static uint64_t kernel_chance(void) {
    uint64_t bits = 0;
    // The kernel gives every program 16 random bytes at its start, which saves asking for more; the first half is
    // libc's.
    const unsigned char *given = (const unsigned char *)getauxval(AT_RANDOM);
    if (given) {
        memcpy(&bits, given + 8, sizeof bits);
        return bits;
    }
    // Some emulators forget them. Non-blocking: very early at boot the kernel's pool may not be ready, and a script
    // does not wait for that.
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != (ssize_t)sizeof bits)
        bits = monotonic_clock_ns() ^ (uint64_t)getpid() << 40;
    return bits;
}

uint64_t chance(void) {
    return number_or(kernel_chance(), "HUME_TEST_CHANCE", 16);
}

pid_t parent_pid(void) {
    return (pid_t)number_or((uint64_t)getppid(), "HUME_TEST_PPID", 10);
}

pid_t own_pid(void) {
    return (pid_t)number_or((uint64_t)getpid(), "HUME_TEST_PID", 10);
}

const struct rusage *reckoned(const struct rusage *usage) {
#ifdef HUME_TEST
    static struct rusage foretold;
    const char *text = getenv("HUME_TEST_USAGE");
    if (text
        && sscanf(text, "%ld %ld %ld %ld %ld", &foretold.ru_utime.tv_usec, &foretold.ru_stime.tv_usec,
                  &foretold.ru_maxrss, &foretold.ru_inblock, &foretold.ru_oublock)
               == 5)
        return &foretold;
#endif
    return usage;
}

const char *proc_folder(void) {
    return text_or("/proc", "HUME_TEST_PROC");
}

const char *system_run_folder(void) {
    return text_or("/run/hume", "HUME_TEST_RUN_FOLDER");
}

const char *system_drop_folder(void) {
    return text_or("/var/spool/hume", "HUME_TEST_DROP_FOLDER");
}

const char *passwd_file(void) {
    return text_or("/etc/passwd", "HUME_TEST_PASSWD");
}

const char *setting(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

size_t read_beginning(const char *path, char *into, size_t room) {
    into[0] = 0;
    // No O_CLOEXEC here: nothing is executed while an event is on its way, and musl makes a second call of it.
    int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return 0;
    size_t used = 0;
    while (used < room - 1) {
        ssize_t got = read(file, into + used, room - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += (size_t)got;
        // The kernel's small files come in one piece: no second read to learn that this was all.
        if (used < 512)
            break;
    }
    close(file);
    into[used] = 0;
    return used;
}
