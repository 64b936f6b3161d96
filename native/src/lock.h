// SPDX-License-Identifier: MIT
// --lock NAME: at most one command of that name at a time, on this host, for this user.
//
// The lock is the kernel's (flock), on a file that stays; so it ends with its holder, however that ends. The file names the
// holder and his command: when hume was killed and its command lives on, the lock still counts.
#ifndef HUME_LOCK_H
#define HUME_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "fault.h"

enum { LONGEST_LOCK = 200 }; // bytes of a name, which becomes that of a file

// Takes it, trying for so long. Returns its descriptor; -1 with a fault that says who holds it, or what is wrong.
int lock_take(const char *name, uint64_t ms, struct fault *fault);

// Writes down whose it is: the command's process besides this one.
void lock_name_holder(int lock, pid_t command);

// Gives it back.
void lock_release(int lock);

#endif
