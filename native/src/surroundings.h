// SPDX-License-Identifier: MIT
// What comes from outside the command line: time, chance, the kernel's files. The test build (-DHUME_TEST) can
// replace each of them by a variable HUME_TEST_*, so that every byte of an event can be foretold; no other build
// looks at those.
#ifndef HUME_SURROUNDINGS_H
#define HUME_SURROUNDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

uint64_t wall_clock_ns(void);      // since 1970; 0 for a clock before
uint64_t boot_clock_ns(void);      // CLOCK_BOOTTIME: goes on while the machine sleeps
uint64_t monotonic_clock_ns(void); // for deadlines; never replaced

uint64_t chance(void); // 64 random bits; never blocks
pid_t parent_pid(void);
pid_t own_pid(void);

// Where /proc is.
const char *proc_folder(void);

// An environment variable, or NULL when it is unset or empty.
const char *setting(const char *name);

// Reads a small file whole or its beginning; returns the length, NUL-terminated, 0 when it can't be read.
size_t read_beginning(const char *path, char *into, size_t room);

// What the kernel has reckoned of a process, as it is or as a test foretells it.
struct rusage;
const struct rusage *reckoned(const struct rusage *usage);

// The folders of the system's own humed.
const char *system_run_folder(void);
const char *system_drop_folder(void);
const char *passwd_file(void);

#endif
