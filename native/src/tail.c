// SPDX-License-Identifier: MIT
// Design: bytes are appended until the room is full; then the newest half is moved to the front. So each byte is moved
// once at most, and no ring has to be unrolled.
#include "tail.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "surroundings.h"

const char *tail_bytes(const struct tail *tail, size_t *count) {
    *count = tail->used < MAX_OUTPUT ? tail->used : MAX_OUTPUT;
    const char *first = tail->bytes + tail->used - *count;
    for (int i = 0; tail->more && i < 3 && *count > 0 && (*first & 0xC0) == 0x80; i++, (*count)--)
        first++;
    return first;
}

void tail_add(struct tail *tail, const char *bytes, size_t count) {
    size_t kept = tail->used < MAX_OUTPUT ? tail->used : MAX_OUTPUT;
    tail->more |= tail->used + count > MAX_OUTPUT;
    if (count > MAX_OUTPUT) {
        bytes += count - MAX_OUTPUT;
        count = MAX_OUTPUT;
    }
    if (tail->used + count >= sizeof tail->bytes) {
        memmove(tail->bytes, tail->bytes + tail->used - kept, kept);
        tail->used = kept;
    }
    memcpy(tail->bytes + tail->used, bytes, count);
    tail->used += count;
    tail->bytes[tail->used] = 0;
}

// The command's descriptor is open for writing only, as a rule; the same file is opened anew.
static int open_again(int file) {
    char path[128];
    format_into(path, sizeof path, "%s/self/fd/%d", proc_folder(), file);
    return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

bool tail_add_file(struct tail *tail, int file, off_t from, off_t to) {
    char piece[4096];
    int opened = open_again(file);
    if (opened < 0)
        return false;
    from = from > to ? 0 : from;
    if (to - from > MAX_OUTPUT) {
        from = to - MAX_OUTPUT;
        tail->more = true;
    }
    while (from < to) {
        size_t wanted = to - from < (off_t)sizeof piece ? (size_t)(to - from) : sizeof piece;
        ssize_t got = pread(opened, piece, wanted, from);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        tail_add(tail, piece, (size_t)got);
        from += got;
    }
    close(opened);
    return true;
}
