// SPDX-License-Identifier: MIT
// A user's home as /etc/passwd has it, for callers without HOME (services, some containers).
#ifndef HUME_PASSWD_H
#define HUME_PASSWD_H

#include <stddef.h>
#include <sys/types.h>

// Leaves an empty text where the file knows no home of this user, or one that is no path or too long.
void passwd_home(uid_t user, char *into, size_t room);

#endif
