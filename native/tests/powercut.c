// SPDX-License-Identifier: MIT
// LD_PRELOAD shim for power cut tests: writes down, in one journal, what programs change in one folder and what they
// sync. tests/fixtures/powercut.py makes of any beginning of the journal the folders that a power cut there could leave.
//
// POWERCUT_FOLDER names the folder, without links and `..` in it; POWERCUT_JOURNAL the journal, outside of it.
// POWERCUT_NO_TMPFILE=1 makes it a file system without unnamed files. POWERCUT_SYNC_MS makes each sync take that long
// before it counts, so that whoever promises too early is caught doing it.
// Several programs may share both: a call and its record are one step under the journal's lock, so the journal's order is
// the order of the disk, and whatever a program learned from a call stands in the journal before it acts on it.
// Not seen: what is written through a mapping (SQLite's -shm, which means nothing after a crash), and stdio.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// The kinds of records. `a` is the inode it is about.
enum {
    NEW = 'N',      // a is a new file, or a new folder if b is 1; it has no name yet
    ENTRY = 'E',    // folder a now calls inode b by this name
    REMOVED = 'R',  // folder a has no such name any more
    MOVED = 'M',    // folder a's name and, behind a NUL, the name in folder b that replaced it
    WRITTEN = 'W',  // these bytes at b
    RESIZED = 'T',  // to b bytes
    SYNCED = 'S',   // file or folder
};

struct __attribute__((packed)) record {
    char kind;
    uint64_t a, b;
    uint32_t name_length, data_length;
};

// A name inside the folder that is watched.
struct place {
    uint64_t folder;
    char name[NAME_MAX + 1];
};

static pthread_mutex_t one_thread = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static int journal = -1;

__attribute__((constructor)) static void set_up(void) {
    const char *path = getenv("POWERCUT_JOURNAL");
    root = getenv("POWERCUT_FOLDER");
    if (root && path)
        journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (journal < 0)
        abort();
}

static void begin(void) {
    pthread_mutex_lock(&one_thread);
    while (flock(journal, LOCK_EX) != 0)
        if (errno != EINTR)
            abort();
}

static void end(void) {
    int saved = errno;
    flock(journal, LOCK_UN);
    pthread_mutex_unlock(&one_thread);
    errno = saved;
}

static void note(char kind, uint64_t a, uint64_t b, const char *name, size_t name_length, const void *data, size_t length) {
    int saved = errno;
    struct record record = {kind, a, b, (uint32_t)name_length, (uint32_t)length};
    struct iovec parts[] = {{&record, sizeof record}, {(void *)(uintptr_t)name, name_length}, {(void *)(uintptr_t)data, length}};
    if (syscall(SYS_writev, journal, parts, 3) != (long)(sizeof record + name_length + length))
        abort();
    errno = saved;
}

static bool is_inside(const char *path) {
    size_t length = strlen(root);
    return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static bool path_of(int fd, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    return length > 0;
}

static bool is_watched(int fd) {
    char path[PATH_MAX];
    int saved = errno;
    bool watched = path_of(fd, path) && is_inside(path);
    errno = saved;
    return watched;
}

static struct stat status_of(int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0)
        abort();
    return status;
}

// Where `path`, seen from the folder `from`, is. False when that is outside.
static bool find(int from, const char *path, struct place *place) {
    char whole[2 * PATH_MAX] = "";
    struct stat status;
    int saved = errno;
    bool found = false;
    if (path[0] != '/' && (from == AT_FDCWD ? getcwd(whole, PATH_MAX) == NULL : !path_of(from, whole)))
        return false;
    strcat(whole, "/");
    strncat(whole, path, PATH_MAX - 1);
    char *at = path[0] == '/' ? whole + 1 : whole;
    char *slash = strrchr(at, '/');
    snprintf(place->name, sizeof place->name, "%s", slash + 1);
    *slash = 0;
    if (is_inside(at) && stat(at, &status) == 0) {
        place->folder = status.st_ino;
        found = true;
    }
    errno = saved;
    return found;
}

static void note_entry(char kind, const struct place *place, uint64_t inode) {
    note(kind, place->folder, inode, place->name, strlen(place->name), NULL, 0);
}

// -- opening -------------------------------------------------------------------------------------------------------

static int open_noting(int from, const char *path, int flags, mode_t mode, const struct place *place) {
    struct stat before;
    begin();
    bool was_there = fstatat(from, path, &before, 0) == 0;
    int fd = (int)syscall(SYS_openat, from, path, flags, mode);
    if (fd >= 0) {
        uint64_t inode = status_of(fd).st_ino;
        bool is_unnamed = (flags & O_TMPFILE) == O_TMPFILE;
        if (is_unnamed || !was_there)
            note(NEW, inode, 0, NULL, 0, NULL, 0);
        if (!is_unnamed && !was_there)
            note_entry(ENTRY, place, inode);
        if (flags & O_TRUNC)
            note(RESIZED, inode, 0, NULL, 0, NULL, 0);
    }
    end();
    return fd;
}

int openat(int from, const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    struct place place;
    bool is_unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    bool changes = flags & (O_CREAT | O_TRUNC) || is_unnamed;
    if (is_unnamed && getenv("POWERCUT_NO_TMPFILE")) {
        errno = EOPNOTSUPP;
        return -1;
    }
    if (changes && find(from, path, &place))
        return open_noting(from, path, flags, mode, &place);
    return (int)syscall(SYS_openat, from, path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return openat(AT_FDCWD, path, flags, mode);
}

// -- writing -------------------------------------------------------------------------------------------------------

static ssize_t write_noting(int fd, const struct iovec *parts, int count, off_t at) {
    begin();
    struct stat before = status_of(fd);
    bool appends = fcntl(fd, F_GETFL) & O_APPEND;
    off_t first = at >= 0 ? at : appends ? before.st_size : lseek(fd, 0, SEEK_CUR);
    ssize_t done = at >= 0 ? syscall(SYS_pwritev, fd, parts, count, at, 0L) : syscall(SYS_writev, fd, parts, count);
    for (ssize_t left = done; left > 0 && first >= 0; parts++) {
        size_t here = (size_t)left < parts->iov_len ? (size_t)left : parts->iov_len;
        note(WRITTEN, before.st_ino, (uint64_t)first, NULL, 0, parts->iov_base, here);
        first += (off_t)here;
        left -= (ssize_t)here;
    }
    end();
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return is_watched(fd) ? write_noting(fd, parts, count, -1) : syscall(SYS_writev, fd, parts, count);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    struct iovec part = {(void *)(uintptr_t)bytes, length};
    return is_watched(fd) ? write_noting(fd, &part, 1, -1) : syscall(SYS_write, fd, bytes, length);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    return is_watched(fd) ? write_noting(fd, parts, count, at) : syscall(SYS_pwritev, fd, parts, count, at, 0L);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    struct iovec part = {(void *)(uintptr_t)bytes, length};
    return pwritev(fd, &part, 1, at);
}

// Whether a file has the length it shall have is all that is noted of both: what they add is zeros.
int ftruncate(int fd, off_t length) {
    if (!is_watched(fd))
        return (int)syscall(SYS_ftruncate, fd, length);
    begin();
    int done = (int)syscall(SYS_ftruncate, fd, length);
    if (done == 0)
        note(RESIZED, status_of(fd).st_ino, (uint64_t)length, NULL, 0, NULL, 0);
    end();
    return done;
}

int posix_fallocate(int fd, off_t at, off_t length) {
    begin();
    int failed = syscall(SYS_fallocate, fd, 0, at, length) == 0 ? 0 : errno;
    if (!failed && is_watched(fd))
        note(RESIZED, status_of(fd).st_ino, (uint64_t)status_of(fd).st_size, NULL, 0, NULL, 0);
    end();
    return failed;
}

// -- syncing -------------------------------------------------------------------------------------------------------

static int sync_noting(long call, int fd) {
    const char *slow = getenv("POWERCUT_SYNC_MS");
    if (!is_watched(fd))
        return (int)syscall(call, fd);
    if (slow)
        poll(NULL, 0, atoi(slow));
    begin();
    int done = (int)syscall(call, fd);
    if (done == 0)
        note(SYNCED, status_of(fd).st_ino, 0, NULL, 0, NULL, 0);
    end();
    return done;
}

int fsync(int fd) {
    return sync_noting(SYS_fsync, fd);
}

int fdatasync(int fd) {
    return sync_noting(SYS_fdatasync, fd);
}

// -- names ---------------------------------------------------------------------------------------------------------

int linkat(int from, const char *old, int to, const char *new, int flags) {
    struct place place;
    struct stat status;
    begin();
    int done = (int)syscall(SYS_linkat, from, old, to, new, flags);
    if (done == 0 && find(to, new, &place) && fstatat(to, new, &status, AT_SYMLINK_NOFOLLOW) == 0)
        note_entry(ENTRY, &place, status.st_ino);
    end();
    return done;
}

int link(const char *old, const char *new) {
    return linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

int renameat(int from, const char *old, int to, const char *new) {
    struct place before, after;
    char names[2 * NAME_MAX + 2];
    begin();
    bool watched = find(from, old, &before) && find(to, new, &after);
    int done = (int)syscall(SYS_renameat2, from, old, to, new, 0);
    if (done == 0 && watched) {
        int length = snprintf(names, sizeof names, "%s%c%s", before.name, 0, after.name);
        note(MOVED, before.folder, after.folder, names, (size_t)length, NULL, 0);
    }
    end();
    return done;
}

int rename(const char *old, const char *new) {
    return renameat(AT_FDCWD, old, AT_FDCWD, new);
}

int unlinkat(int from, const char *path, int flags) {
    struct place place;
    begin();
    bool watched = find(from, path, &place);
    int done = (int)syscall(SYS_unlinkat, from, path, flags);
    if (done == 0 && watched)
        note_entry(REMOVED, &place, 0);
    end();
    return done;
}

int unlink(const char *path) {
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path) {
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdirat(int from, const char *path, mode_t mode) {
    struct place place;
    struct stat status;
    begin();
    int done = (int)syscall(SYS_mkdirat, from, path, mode);
    if (done == 0 && find(from, path, &place) && fstatat(from, path, &status, 0) == 0) {
        note(NEW, status.st_ino, 1, NULL, 0, NULL, 0);
        note_entry(ENTRY, &place, status.st_ino);
    }
    end();
    return done;
}

int mkdir(const char *path, mode_t mode) {
    return mkdirat(AT_FDCWD, path, mode);
}

// The names that programs built with 64-bit offsets use; on a 64-bit system they are the same calls.
int open64(const char *, int, ...) __attribute__((alias("open")));
int openat64(int, const char *, int, ...) __attribute__((alias("openat")));
ssize_t pwrite64(int, const void *, size_t, off_t) __attribute__((alias("pwrite")));
ssize_t pwritev64(int, const struct iovec *, int, off_t) __attribute__((alias("pwritev")));
int ftruncate64(int, off_t) __attribute__((alias("ftruncate")));
int posix_fallocate64(int, off_t, off_t) __attribute__((alias("posix_fallocate")));
