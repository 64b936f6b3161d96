// SPDX-License-Identifier: MIT
// Where humed's socket, its pid file and the drop folder are. The same rules as src/humeops/layout.py.
#ifndef HUME_PLACES_H
#define HUME_PLACES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum { SOCKET_PATH_ROOM = 108 }; // the kernel's, the NUL included

struct places {
    char socket[SOCKET_PATH_ROOM]; // empty: no socket to try
    char push[SOCKET_PATH_ROOM];   // for what may be lost, beside the other; as empty as that one
    char pid_file[PATH_MAX];
    char drop[PATH_MAX]; // empty: no drop folder
    bool drop_may_be_made;
    const char *complaint; // what was wrong with a setting; NULL: nothing
};

void places_find(struct places *places);

// Where the files of `hume run --lock` are; empty when there is no place for them. Of root they are always the same, as his
// jobs run with and without a HOME.
void places_find_lock_folder(char *into, size_t room);

#endif
