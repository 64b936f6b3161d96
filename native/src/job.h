// SPDX-License-Identifier: MIT
// The command as a process: begun, watched over, ended when its time is over.
#ifndef HUME_JOB_H
#define HUME_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "entry.h"
#include "json.h"
#include "outlet.h"

struct job {
    pid_t pid;
    int relay;   // where signals are read (relay.h)
    int trouble; // whence the errno comes, should the command not be found or not be run
    uint64_t next_ns;       // monotonic time of the next step towards its end; 0: none
    uint64_t kill_after_ns; // what lies between the two
    enum { IN_TIME, TOLD_TO_END, KILLED } timeout;
    bool wanted_away; // somebody asked for its end
    bool ended;
    int status; // as wait(2) has it
    struct rusage usage;
};

// Starts the command in a process of its own, which differs from the one the caller would have had in nothing but its
// parent. False with errno: there is none to be had.
bool job_start(struct job *job, struct words command, const struct entry *entry, const struct outlet outlets[OUTLETS]);

// Becomes the command instead. Returns only when it can't be run: the status, after a complaint.
int job_become(struct words command, const struct entry *entry, const struct outlet outlets[OUTLETS]);

// From now on it has so much time; then it is told to end, and so much later killed.
void job_limit(struct job *job, uint64_t ms, uint64_t kill_after_ms);

// Waits for what happens next, no longer than `at_most` (NULL: for ever), and does what is to be done about it: passes
// signals on, follows a stop, notices the end. True: `other` is readable (-1: none).
bool job_wait(struct job *job, int other, const struct timespec *at_most);

// Waits, after the end, until `other` is readable; false when somebody wants hume to end first; or, when the command's end
// was asked for already, after a second.
bool job_wait_after_end(const struct job *job, int other);

// Why the command could not be run; 0: it could.
int job_trouble(const struct job *job);

#endif
