// SPDX-License-Identifier: MIT
// `hume run --signed SCRIPT`: whether it is asked for, and handing it to hume-cli, which verifies and then comes back here.
#ifndef HUME_SIGNED_H
#define HUME_SIGNED_H

#include <stdbool.h>

#include "fault.h"

// Looks at the options of `hume run` alone; what stands behind the command's first word is the command's.
bool signed_is_asked(int argc, char **argv);

// Becomes the hume-cli beside this program, in an environment that steers neither loader nor interpreter. Returns only with a
// fault: there is none, and what cannot be verified is not run.
void signed_become(char **argv, struct fault *fault);

#endif
