// SPDX-License-Identifier: MIT
// Where the script runs: its interpreter, working directory, namespace of pids, and the sum of its file.
#ifndef HUME_WHEREABOUTS_H
#define HUME_WHEREABOUTS_H

#include "origin.h"

// Fills in origin's exe, cwd, pidns and sha256, as far as /proc tells: nothing of another user's process. After
// ancestry_read_outermost.
void whereabouts_read(struct origin *origin);

#endif
