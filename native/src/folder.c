// SPDX-License-Identifier: MIT
#include "folder.h"
#include "format.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A new folder is a name in its parent, and only the parent's sync keeps it over a power cut. A parent that can't even be
// opened is passed over: better an event that a power cut may take than none.
static bool sync_parent(const char *folder) {
    char parent[PATH_MAX] = "./";
    const char *slash = strrchr(folder, '/');
    if (slash)
        format_into(parent, sizeof parent, "%.*s/", (int)(slash - folder), folder);
    int opened = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0)
        return true;
    bool done = fsync(opened) == 0 || errno == EINVAL;
    int saved = errno;
    close(opened);
    errno = saved;
    return done;
}

bool folder_make(const char *folder) {
    char path[PATH_MAX];
    size_t length = strlen(folder);
    if (length >= sizeof path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(path, folder, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != 0)
            continue;
        path[i] = 0;
        if (mkdir(path, 0700) == 0) {
            if (!sync_parent(path))
                return false;
        } else if (errno != EEXIST && errno != EISDIR) {
            // A parent that is there but not ours to write may still hold the rest.
            int saved = errno;
            bool is_there = i < length && access(path, F_OK) == 0;
            errno = saved;
            if (!is_there)
                return false;
        }
        path[i] = folder[i];
    }
    return true;
}
