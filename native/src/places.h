// SPDX-License-Identifier: MIT
// Where humed's socket, its pid file and the drop folder are. The same rules as src/humeops/layout.py.
#ifndef HUME_PLACES_H
#define HUME_PLACES_H

#include <limits.h>
#include <stdbool.h>

enum { SOCKET_PATH_ROOM = 108 }; // the kernel's, the NUL included

struct places {
    char socket[SOCKET_PATH_ROOM]; // empty: no socket to try
    char pid_file[PATH_MAX];
    char drop[PATH_MAX]; // empty: no drop folder
    bool drop_may_be_made;
    const char *complaint; // what was wrong with a setting; NULL: nothing
};

void places_find(struct places *places);

#endif
