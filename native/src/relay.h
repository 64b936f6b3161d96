// SPDX-License-Identifier: MIT
// Signals on their way to the command: as if it had been called without hume, each reaches it once.
//
// What the terminal sends (Ctrl-C, Ctrl-Z, a new size) goes to the whole foreground group, the command among it; passed on,
// it would come twice. What somebody sends to hume's process is meant for the command, and passed on. A stop is followed:
// hume stops when the command has stopped, so that a shell's job control works.
#ifndef HUME_RELAY_H
#define HUME_RELAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// Blocks all signals that are passed on, and returns the descriptor from which they are read; -1: none to be had, and
// nothing is blocked. Dispositions stay as they were, for the command to inherit.
int relay_open(void);

// Takes one signal; 0: no more for now. `*pass_on` tells whether it is for the command.
int relay_take(int relay, bool *pass_on);

// Stops as the command has been stopped by this signal, and returns when this process was continued. Does nothing where
// nobody could continue it: in a group without a shell behind it, the kernel discards such stops.
void relay_stop_too(int signal);

// Ends this process by the signal that ended the command, without another core file. Returns when that does not work,
// as in a container's first process.
void relay_die_too(int signal);

#endif
