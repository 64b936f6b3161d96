// SPDX-License-Identifier: MIT
// A second process, by the system call itself: libc's own fork looks after threads and an allocator, of which there are
// none here.
#ifndef HUME_FORK_H
#define HUME_FORK_H

#include <sys/types.h>

// As fork(2).
pid_t fork_process(void);

#endif
