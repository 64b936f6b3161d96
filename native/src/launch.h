// SPDX-License-Identifier: MIT
// What started the script: cron, at, ssh, a person at a terminal, systemd.
//
// The nearest launcher among the ancestors tells of cron, at and ssh, with or without a terminal. Else a script with a
// terminal was started there: terminal windows are services of systemd, too, so a service counts on a terminal only when
// systemd itself is the script's parent. Else the control group tells the service.
#ifndef HUME_LAUNCH_H
#define HUME_LAUNCH_H

#include "origin.h"

// Fills in origin's by, unit, invocation, client and terminal, as far as they are told. After ancestry_read_outermost.
void launch_read(struct origin *origin);

#endif
