// SPDX-License-Identifier: MIT
#include "process.h"

#include <string.h>
#include <sys/stat.h>

#include "format.h"
#include "number.h"
#include "surroundings.h"

enum { STAT_ROOM = 1024 };

// Fields of /proc/PID/stat, as proc_pid_stat(5) counts them.
enum {
    STATE_FIELD = 3,
    PARENT_FIELD = 4,
    TERMINAL_FIELD = 7,
    START_FIELD = 22,
    CODE_FIELD = 26, // to 28: begin and end of the code, bottom of the stack
    STACK_FIELD = 28,
    ARGUMENTS_FIELD = 48, // to 51: begin and end of the arguments, and of the environment
    LAST_FIELD = 51,
};

// The number these characters are; `otherwise` when they are none, or one beyond the highest.
static uint64_t number_of(const char *at, size_t length, uint64_t highest, uint64_t otherwise) {
    char digits[24] = "";
    uint64_t number;
    if (length >= sizeof digits)
        return otherwise;
    memcpy(digits, at, length);
    return number_read(digits, 0, highest, &number) ? number : otherwise;
}

static void take_field(struct process *process, int field, const char *at, size_t length) {
    if (field == PARENT_FIELD)
        process->parent = (pid_t)number_of(at, length, MAX_PID, 0);
    else if (field == TERMINAL_FIELD)
        process->terminal = (uint32_t)number_of(at, length, INT32_MAX, 0);
    else if (field == START_FIELD)
        process->start = number_of(at, length, MAX_START, UINT64_MAX);
    else if (field >= CODE_FIELD && field <= STACK_FIELD)
        process->image[field - CODE_FIELD] = number_of(at, length, INT64_MAX, 0);
    else if (field >= ARGUMENTS_FIELD)
        process->image[field - ARGUMENTS_FIELD + 3] = number_of(at, length, INT64_MAX, 0);
}

static void copy_command(struct process *process, const char *from, size_t length) {
    length = length < COMMAND_ROOM ? length : COMMAND_ROOM - 1;
    memcpy(process->command, from, length);
    process->command[length] = 0;
}

bool process_read(pid_t pid, struct process *process) {
    char path[256], stat[STAT_ROOM];
    format_into(path, sizeof path, "%s/%d/stat", proc_folder(), pid);
    if (pid <= 0 || (unsigned)pid > MAX_PID || read_beginning(path, stat, sizeof stat) == 0)
        return false;
    // The command's name is in parentheses and may itself hold spaces and parentheses: it ends with the last one.
    const char *open = strchr(stat, '('), *close = strrchr(stat, ')');
    if (!open || !close || close < open)
        return false;
    *process = (struct process){.pid = pid, .start = UINT64_MAX};
    copy_command(process, open + 1, (size_t)(close - open - 1));
    const char *at = close + 1;
    for (int field = STATE_FIELD; field <= LAST_FIELD && *at == ' '; field++) {
        size_t length = strcspn(++at, " \n");
        take_field(process, field, at, length);
        at += length;
    }
    return process->start != UINT64_MAX;
}

uint64_t process_namespace(void) {
    char path[256];
    struct stat status;
    format_into(path, sizeof path, "%s/self/ns/pid", proc_folder());
    return stat(path, &status) == 0 ? (uint64_t)status.st_ino : 0;
}

bool process_shows_image(const struct process *process) {
    // Where it does not tell, the kernel says 1 for the code and 0 for all else.
    return process->image[0] > 1 && process->image[2] > 1;
}

bool process_same_image(const struct process *one, const struct process *other) {
    // Each exec lays the stack out anew at a place of chance, and a fork keeps it. Where that is switched off
    // (randomize_va_space=0), a script that executes itself with an environment of the same size looks like its fork.
    return memcmp(one->image, other->image, sizeof one->image) == 0;
}
