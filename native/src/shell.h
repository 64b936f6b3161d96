// SPDX-License-Identifier: MIT
// `hume shell-init SHELL`: the text a script evaluates, so that its calls tell their line and its run ends with it.
#ifndef HUME_SHELL_H
#define HUME_SHELL_H

#include "arguments.h"
#include "fault.h"

// Prints the text for the shell that is named; a fault when there is none for it.
void shell_init(const struct asked *asked, struct fault *fault);

#endif
