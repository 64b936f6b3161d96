// SPDX-License-Identifier: MIT
#include "outlet.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool same_file(const struct stat *one, const struct stat *other) {
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

static bool is_byte_stream(int stream, const struct stat *status) {
    int type = 0;
    socklen_t size = sizeof type;
    if (S_ISFIFO(status->st_mode))
        return true;
    return S_ISSOCK(status->st_mode) && getsockopt(stream, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

// Where the next byte goes to.
static off_t end_of(int stream, const struct stat *status) {
    int flags = fcntl(stream, F_GETFL);
    off_t place = flags & O_APPEND ? status->st_size : lseek(stream, 0, SEEK_CUR);
    return place > 0 ? place : 0;
}

static void open_pipe(struct outlet *outlet) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    outlet->reading = ends[0];
    outlet->writing = ends[1];
    outlet->way = PUMPED;
}

// A socket that is standard input, too, is a conversation, as inetd hands it over: the command may do with it what only a
// socket can.
static bool is_conversation(const struct stat *status) {
    struct stat input;
    return S_ISSOCK(status->st_mode) && fstat(STDIN_FILENO, &input) == 0 && same_file(&input, status);
}

void outlets_open(struct outlet outlets[OUTLETS]) {
    struct stat status[OUTLETS];
    for (int i = 0; i < OUTLETS; i++) {
        struct outlet *outlet = &outlets[i];
        *outlet = (struct outlet){.stream = STDOUT_FILENO + i, .way = INHERITED};
        if (fstat(outlet->stream, &status[i]) != 0)
            status[i] = (struct stat){0};
        else if (i == ERR && outlets[OUT].way != INHERITED && same_file(&status[OUT], &status[ERR]))
            outlet->way = AS_OUT;
        else if (S_ISREG(status[i].st_mode))
            outlet->way = IN_FILE;
        else if (is_byte_stream(outlet->stream, &status[i]) && !is_conversation(&status[i]))
            open_pipe(outlet);
        if (outlet->way == IN_FILE)
            outlet->from = end_of(outlet->stream, &status[i]);
    }
}

void outlets_take(const struct outlet outlets[OUTLETS]) {
    int out = outlets[OUT].writing;
    if (outlets[ERR].way == PUMPED)
        dup2(outlets[ERR].writing, STDERR_FILENO);
    if (outlets[ERR].way == AS_OUT && outlets[OUT].way == PUMPED)
        dup2(out, STDERR_FILENO);
    if (outlets[OUT].way == PUMPED)
        dup2(out, STDOUT_FILENO);
}

void outlets_leave_to_pump(const struct outlet outlets[OUTLETS]) {
    for (int i = 0; i < OUTLETS; i++)
        if (outlets[i].way == PUMPED)
            close(outlets[i].reading);
}

void outlets_leave_to_command(const struct outlet outlets[OUTLETS]) {
    for (int i = 0; i < OUTLETS; i++)
        if (outlets[i].way == PUMPED)
            close(outlets[i].writing);
}

void outlets_read_back(const struct outlet outlets[OUTLETS], struct tail *tail) {
    struct stat status;
    for (int i = 0; i < OUTLETS; i++)
        if (outlets[i].way == IN_FILE && fstat(outlets[i].stream, &status) == 0)
            tail_add_file(tail, outlets[i].stream, outlets[i].from, end_of(outlets[i].stream, &status));
}
