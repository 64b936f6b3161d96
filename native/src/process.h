// SPDX-License-Identifier: MIT
// One process, as /proc/PID/stat tells of it: three system calls, whoever it belongs to.
#ifndef HUME_PROCESS_H
#define HUME_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    COMMAND_ROOM = 64, // a command's name of 15 bytes, as the kernel escapes it, with its NUL
    IMAGE_PLACES = 7,
};

// More digits than these the kernel does not have, and an event has no room for: pids end at 2^22, and 10^15 ticks are
// 300,000 years.
#define MAX_PID 9999999u
#define MAX_START UINT64_C(999999999999999)

struct process {
    pid_t pid;
    pid_t parent;      // 0: none, or not told
    uint64_t start;    // ticks of the kernel's clock since boot; with the pid it names a process for good
    uint32_t terminal; // device number of the controlling terminal; 0: none
    // Where code, stack, arguments and environment lie; all 0 when the kernel does not tell, as of another user's.
    uint64_t image[IMAGE_PLACES];
    char command[COMMAND_ROOM];
};

// Fills it in; false when there is no such process or /proc hides it.
bool process_read(pid_t pid, struct process *process);

// Number of the pid namespace in which hume counts processes; 0: not told. PIDNS_OF_HOST is that of the host itself, the
// same on every Linux (PROC_PID_INIT_INO), in which process 1 is an init.
#define PIDNS_OF_HOST UINT64_C(0xEFFFFFFC)
uint64_t process_namespace(void);

// Is the kernel willing to tell where the program lies in memory?
bool process_shows_image(const struct process *process);

// Are both one program, executed once, so that one is a fork of the other (or both are of a third)? Only for processes
// that show their images.
bool process_same_image(const struct process *one, const struct process *other);

#endif
