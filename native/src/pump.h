// SPDX-License-Identifier: MIT
// The pump: a process of its own that passes the command's output on, byte for byte, and remembers its end.
//
// Promises: the command meets a reader that went away as it would without hume, by SIGPIPE; one that is slow holds it up
// as it would. When hume ends, or is killed, the pump goes on for as long as anybody holds the command's end of the pipes,
// so neither takes the job down. Killing the pump does.
#ifndef HUME_PUMP_H
#define HUME_PUMP_H

#include <stdbool.h>

#include "outlet.h"
#include "tail.h"

// Starts it for those outlets that are PUMPED. Returns the connection to it; -1 when there is nothing to pump, or no
// process to be had: then all outlets are INHERITED.
int pump_start(struct outlet outlets[OUTLETS]);

// Asks for everything that is in the pipes by now to be passed on, and for the tail. The answer makes the connection
// readable; an end without one means the pump is gone.
void pump_ask(int pump);
bool pump_take(int pump, struct tail *tail);

#endif
