// SPDX-License-Identifier: MIT
#include "entry.h"

#include <stddef.h>
#include <unistd.h>

void entry_note(struct entry *entry, unsigned closed) {
    // Whose children nobody waits for, the kernel does not tell how they ended.
    static const struct sigaction told = {.sa_handler = SIG_DFL};
    sigprocmask(SIG_SETMASK, NULL, &entry->mask);
    sigaction(SIGPIPE, NULL, &entry->pipe);
    sigaction(SIGXFSZ, NULL, &entry->file_size);
    sigaction(SIGCHLD, &told, &entry->child);
    entry->closed = closed;
}

void entry_restore(const struct entry *entry) {
    sigaction(SIGPIPE, &entry->pipe, NULL);
    sigaction(SIGXFSZ, &entry->file_size, NULL);
    sigaction(SIGCHLD, &entry->child, NULL);
    for (int stream = 0; stream < 3; stream++)
        if (entry->closed & 1u << stream)
            close(stream);
    sigprocmask(SIG_SETMASK, &entry->mask, NULL);
}
