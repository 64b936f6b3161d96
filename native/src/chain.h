// SPDX-License-Identifier: MIT
// A process and its ancestors, nearest first, up to what launched them: cron, systemd, sshd and their like, above which no
// run is ever registered.
#ifndef HUME_CHAIN_H
#define HUME_CHAIN_H

#include <stdbool.h>

#include "limits.h"
#include "process.h"

struct chain {
    struct process at[MAX_CHAIN];
    unsigned count;
    unsigned launcher; // place of the first launcher; `count` when there is none. What lies before may be a script
};

// Reads this process and its ancestors, as far as /proc tells. Ends with the first launcher, or goes on to the first
// process of all. A script with the name of a launcher passes for one: runs begun in it are found, those above it not.
void chain_read(struct chain *chain, pid_t first, bool to_the_top);

// Was the process at this place started by a launcher, or by nobody that /proc shows?
bool chain_is_launched(const struct chain *chain, unsigned place);

#endif
