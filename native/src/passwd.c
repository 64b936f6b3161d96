// SPDX-License-Identifier: MIT
// Design: the file is read through a small buffer, byte by byte through a little machine, so that a line of any length is no
// matter. getpwuid would need an allocator, and in a static program the modules of the system's name service; users whom
// only such a module knows (LDAP) are not found.
#include "passwd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "surroundings.h"

enum {
    UID_FIELD = 2,
    HOME_FIELD = 5,
    PIECE = 4096,
    LARGEST_FILE = 1 << 20, // a few ms; whoever has more users than that has set HOME
};

struct line {
    unsigned field;
    uint64_t uid;
    bool uid_is_number;
    size_t used; // of the home
};

static bool is_user(const struct line *line, uid_t user) {
    return line->field > HOME_FIELD && line->uid_is_number && line->uid == user;
}

static void take(struct line *line, char byte, char *into, size_t room) {
    if (byte == ':') {
        line->field++;
    } else if (line->field == UID_FIELD) {
        bool is_digit = byte >= '0' && byte <= '9' && line->uid <= UINT32_MAX;
        line->uid_is_number = is_digit && (line->uid_is_number || line->uid == 0);
        line->uid = line->uid * 10 + (is_digit ? (uint64_t)(byte - '0') : UINT32_MAX);
    } else if (line->field == HOME_FIELD) {
        if (line->used < room)
            into[line->used] = byte;
        line->used++;
    }
}

static bool end(const struct line *line, char *into, size_t room) {
    if (line->used >= room)
        return false;
    into[line->used] = 0;
    return true;
}

static bool find(int file, uid_t user, char *into, size_t room) {
    static char piece[PIECE];
    struct line line = {0};
    for (size_t seen = 0; seen < LARGEST_FILE;) {
        ssize_t got = read(file, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        seen += (size_t)got;
        for (ssize_t i = 0; i < got; i++) {
            if (piece[i] == '\n')
                line = (struct line){0};
            else
                take(&line, piece[i], into, room);
            if (is_user(&line, user)) // the home has ended
                return end(&line, into, room);
        }
    }
    return false;
}

void passwd_home(uid_t user, char *into, size_t room) {
    into[0] = 0;
    int file = open(passwd_file(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        return;
    if (!find(file, user, into, room) || into[0] != '/')
        into[0] = 0;
    close(file);
}
