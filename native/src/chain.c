// SPDX-License-Identifier: MIT
#include "chain.h"

#include <string.h>

#include "word.h"

static bool is_launcher(const char *command) {
    return word_is_among(command, strlen(command),
                         " cron crond CRON CROND anacron fcron atd systemd init sshd sshd-session dropbear runsv"
                         " s6-supervise supervisord containerd-shim docker-init tini dumb-init ");
}

void chain_read(struct chain *chain, pid_t first, bool to_the_top) {
    bool launched = false;
    chain->count = 0;
    while (first > 0 && chain->count < MAX_CHAIN) {
        struct process *process = &chain->at[chain->count];
        if (!process_read(first, process))
            break;
        // Nobody is younger than his child: this pid was used again since the child named it.
        if (chain->count > 0 && process->start > process[-1].start)
            break;
        if (!launched && is_launcher(process->command)) {
            launched = true;
            chain->launcher = chain->count;
        }
        chain->count++;
        if (launched && !to_the_top)
            break;
        first = process->parent;
    }
    if (!launched)
        chain->launcher = chain->count;
}

bool chain_is_launched(const struct chain *chain, unsigned place) {
    return place + 1 == chain->launcher || place + 1 >= chain->count;
}
