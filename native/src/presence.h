// SPDX-License-Identifier: MIT
// Is anybody there? The pid file's word for it (docs/protocol.md, "Is anybody there").
#ifndef HUME_PRESENCE_H
#define HUME_PRESENCE_H

#include <stdbool.h>

// True when the pid file was touched lately and its process exists. False proves nothing: a service manager may hold
// the socket.
bool presence_is_likely(const char *pid_file);

#endif
