// SPDX-License-Identifier: MIT
// Programs that run another one in a special way and are no script: timeout, xargs, sudo.
#ifndef HUME_WRAPPER_H
#define HUME_WRAPPER_H

#include <stdbool.h>

#include "script.h"

// Is this one? `launched`: a launcher started it. A shell with code on its command line is what cron and sshd make of a
// line somebody wrote, hence a script; anywhere else some program's way to run a command, hence a wrapper.
bool wrapper_is(const struct script *script, bool launched);

#endif
