// SPDX-License-Identifier: MIT
// Who called: the chain of ancestors, which script they run, and which of them are that script.
#ifndef HUME_ANCESTRY_H
#define HUME_ANCESTRY_H

#include <stdbool.h>

#include "origin.h"

// Fills in origin's chain, script, arguments and innermost process, as far as /proc tells; what it does not tell stays
// empty. With a tree the chain goes on above the launcher. The texts live as long as the process.
void ancestry_read(struct origin *origin, bool with_tree);

// The same for `hume run`: the chain begins with this very process, and the script is that of the command it runs.
void ancestry_read_command(struct origin *origin, struct words command, bool with_tree);

// Where a launcher or init called, hume may be what a shell became for its last command (`bash -c "hume start a; b; hume stop"`,
// exec without fork): then the run hangs on the process that is hume's now. After ancestry_read, for all but a start.
void ancestry_count_itself(struct origin *origin);

// Fills in origin's outermost process: the script itself, of which the innermost may be a fork. Where only a launcher or
// the host's init is above, that is hume itself. After ancestry_read, with the namespace known.
void ancestry_read_outermost(struct origin *origin);

#endif
