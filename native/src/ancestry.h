// SPDX-License-Identifier: MIT
// Who called: the parent process, and the script it runs. For now the chain ends with the parent.
#ifndef HUME_ANCESTRY_H
#define HUME_ANCESTRY_H

#include "event.h"

// Fills in origin.script and origin's parent, as far as /proc tells; what it does not tell stays empty. The text
// lives as long as the process.
void ancestry_read(struct origin *origin);

// Fills in origin.tree: the names of the ancestors' commands, nearest first, up to the first process or as far as /proc
// tells.
void ancestry_read_tree(struct origin *origin);

// The part of a path behind its last slash.
const char *ancestry_base_name(const char *path);

#endif
