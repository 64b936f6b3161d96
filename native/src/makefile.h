// SPDX-License-Identifier: MIT
// The file of rules that a call of make reads: a script in all but name.
#ifndef HUME_MAKEFILE_H
#define HUME_MAKEFILE_H

#include "script.h"

// The last one named by -f or --file among these arguments of make; "Makefile" when none is. Which of its customary names
// the file has only its folder would tell.
const char *makefile_among(struct command_line arguments);

#endif
