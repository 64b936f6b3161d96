// SPDX-License-Identifier: MIT
// Design: the file is written without a name (O_TMPFILE), synced, and linked to its name, so that humed never sees a
// part and a killed process leaves nothing behind. Where the file system or a missing /proc does not allow that, it
// is written as .ID.tmp and renamed. The folder's fsync comes last: only then does the name survive a power cut.
#include "drop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "crc32.h"
#include "folder.h"
#include "format.h"
#include "limits.h"
#include "process.h"
#include "surroundings.h"

enum { MODE = 0640 }; // humed reads through the folder's group

struct names {
    char final[ID_LENGTH + 8];
    char temporary[ID_LENGTH + 8];
};

static int open_folder(const char *folder, bool may_make, const char **step) {
    *step = "open the drop folder";
    // No O_CLOEXEC here: nothing is executed any more, and musl makes a second call of it.
    int found = open(folder, O_RDONLY | O_DIRECTORY);
    if (found >= 0 || errno != ENOENT || !may_make)
        return found;
    *step = "make the drop folder";
    return folder_make(folder) ? open(folder, O_RDONLY | O_DIRECTORY) : -1;
}

static bool write_all(int file, struct iovec *parts, int count) {
    while (count > 0) {
        ssize_t gone = writev(file, parts, count);
        if (gone < 0 && errno == EINTR)
            continue;
        if (gone < 0)
            return false;
        for (; count > 0 && (size_t)gone >= parts->iov_len; parts++, count--)
            gone -= (ssize_t)parts->iov_len;
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + gone;
            parts->iov_len -= (size_t)gone;
        }
    }
    return true;
}

// What closes the event: of whoever reads the file nobody can ask the kernel which process said it, so it names that. There
// is room for it: the encoder leaves more for what humed fills in.
static size_t end_of_event(char *into, size_t room) {
    struct process self;
    if (!process_read(own_pid(), &self))
        return (size_t)format_into(into, room, "}");
    return (size_t)format_into(into, room, ",\"sayer\":[%d,%llu]}", self.pid, (unsigned long long)self.start);
}

static bool write_file(int file, const char *event, size_t length, const char **step) {
    char header[32], end[64];
    size_t without_brace = length - 1, end_length = end_of_event(end, sizeof end);
    uint32_t sum = crc32_of(crc32_of(0, event, without_brace), end, end_length);
    int used = format_into(header, sizeof header, "HUME1 %zu %08x\n", without_brace + end_length, (unsigned)sum);
    struct iovec parts[] = {{header, (size_t)used}, {(char *)(uintptr_t)event, without_brace}, {end, end_length}};
    *step = "write into the drop folder";
    return fchmod(file, MODE) == 0 && write_all(file, parts, 3) && fdatasync(file) == 0;
}

// A name that is taken already holds this very event.
static bool link_unnamed(int file, int folder, const char *name) {
    char path[128];
    format_into(path, sizeof path, "%s/self/fd/%d", proc_folder(), file);
    return linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW) == 0 || errno == EEXIST
           || linkat(file, "", folder, name, AT_EMPTY_PATH) == 0 || errno == EEXIST;
}

// 1: done. 0: not possible here, the other way may be. -1: failed.
static int drop_unnamed(int folder, const struct names *names, const char *event, size_t length, const char **step) {
    *step = "write into the drop folder";
    int file = openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, MODE);
    if (file < 0)
        return errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT ? 0 : -1;
    int done = -1;
    if (write_file(file, event, length, step))
        done = link_unnamed(file, folder, names->final);
    int saved = errno;
    close(file);
    errno = saved;
    return done;
}

static bool drop_renamed(int folder, const struct names *names, const char *event, size_t length, const char **step) {
    *step = "write into the drop folder";
    int file = openat(folder, names->temporary, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, MODE);
    if (file < 0)
        return false;
    bool done = write_file(file, event, length, step) && renameat(folder, names->temporary, folder, names->final) == 0;
    int saved = errno;
    if (!done)
        unlinkat(folder, names->temporary, 0);
    close(file);
    errno = saved;
    return done;
}

static bool sync_folder(int folder, const char **step) {
    *step = "sync the drop folder";
    // Some network file systems have no such thing for folders; then this is all there is to be had.
    return fsync(folder) == 0 || errno == EINVAL;
}

bool drop_event(const char *folder, bool may_make_folder, const char *id, const char *event, size_t length,
                const char **step) {
    struct names names;
    // A limit on the size of files (ulimit -f) is an error like any other, not the end.
    signal(SIGXFSZ, SIG_IGN);
    format_into(names.final, sizeof names.final, "%s.hume", id);
    format_into(names.temporary, sizeof names.temporary, ".%s.tmp", id);
    int opened = open_folder(folder, may_make_folder, step);
    if (opened < 0)
        return false;
    int unnamed = drop_unnamed(opened, &names, event, length, step);
    bool done = unnamed > 0 || (unnamed == 0 && drop_renamed(opened, &names, event, length, step));
    bool synced = done && sync_folder(opened, step);
    int saved = errno;
    // It may be there and may not last. The caller is told that it is not stored and says it again: no copy must wait here.
    if (done && !synced)
        unlinkat(opened, names.final, 0);
    done = synced;
    close(opened);
    errno = saved;
    return done;
}
