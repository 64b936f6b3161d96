// SPDX-License-Identifier: MIT
// hume: one event from a script to humed.
//
// What it promises the script that calls it: it takes at most its deadline (200 ms) and one fsync; it writes nothing to
// standard output unless asked; its exit status is 0 unless the command line is wrong or --strict is set; when an event
// could not be stored it says so in one line on standard error. It allocates no memory: every buffer is static and has
// the protocol's limit as its size, so a huge argument costs nothing but its own pages.
//
// The way of an event: arguments.c takes the command line apart, sentence.c says what it means, encoder.c makes
// its bytes, handover.c gives them to humed (zmtp.c) or leaves them in the drop folder (drop.c).
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ancestry.h"
#include "arguments.h"
#include "delegate.h"
#include "format.h"
#include "help.h"
#include "id.h"
#include "launch.h"
#include "older.h"
#include "question.h"
#include "report.h"
#include "run.h"
#include "sentence.h"
#include "signed.h"
#include "shell.h"
#include "surroundings.h"
#include "whereabouts.h"

#ifndef HUME_VERSION
#define HUME_VERSION "unknown"
#endif

// A caller may have closed any of the three standard streams. Whatever is opened next would get its number, and a
// complaint would go into the socket or the dropped file.
// Returns which: bit 0 for standard input, and so on.
static unsigned reserve_streams(void) {
    struct pollfd streams[3] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
    unsigned closed = 0;
    poll(streams, 3, 0);
    for (int i = 0; i < 3; i++) {
        if (!(streams[i].revents & POLLNVAL))
            continue;
        closed |= 1u << i;
        if (open("/dev/null", O_RDWR) < 0)
            open("/", O_RDONLY); // no /dev here: anything that takes up the number
    }
    return closed;
}

static bool print(const char *text) {
    // A reader who left must not end us.
    signal(SIGPIPE, SIG_IGN);
    return write(STDOUT_FILENO, text, strlen(text)) >= 0;
}

static bool is_on(const char *name) {
    const char *value = setting(name);
    return value && strcmp(value, "0") != 0;
}

static void read_boot_id(char boot[BOOT_LENGTH + 1]) {
    char path[256], text[64];
    format_into(path, sizeof path, "%s/sys/kernel/random/boot_id", proc_folder());
    if (read_beginning(path, text, sizeof text) >= BOOT_LENGTH && strspn(text, "0123456789abcdef-") == BOOT_LENGTH)
        memcpy(boot, text, BOOT_LENGTH);
}

// The status a caller sees: trouble with an event is his only when he asked for it.
static int told(const struct fault *fault, bool strict) {
    if (fault->status == 0)
        return EXIT_STORED;
    complain("%s", fault->text);
    return fault->status == EXIT_USAGE || strict ? fault->status : 0;
}

static void read_beginning_of_run(struct origin *origin) {
    origin->begins = true;
    origin->pidns = process_namespace();
    ancestry_read_outermost(origin);
    launch_read(origin);
    whereabouts_read(origin);
}

static void say(struct event *event, const struct asked *asked, struct fault *fault) {
    if (asked->older)
        older_doubt(asked);
    id_make(event->id, event->wall_ns, chance());
    read_boot_id(event->boot);
    ancestry_read(&event->origin, asked->tree);
    sentence_read(asked, event, fault);
    if (fault->status != 0)
        return;
    if (asked->verb->action == START)
        read_beginning_of_run(&event->origin);
    else
        ancestry_count_itself(&event->origin);
    report(event, asked, fault);
    // Also when it could not be stored: RUN=$(hume start --print-run) then still names one run.
    if (asked->print_run && !(print(event->id) && print("\n")))
        complain("the run's id can't be printed: %s", strerror(errno));
}

// Returns the status, or -1 with a fault: a command that was asked for wrongly is not run.
static int run_command(struct event *event, const struct asked *asked, bool strict, unsigned closed, struct fault *fault) {
    id_make(event->id, event->wall_ns, chance());
    read_boot_id(event->boot);
    ancestry_read_command(&event->origin, asked->words, asked->tree);
    sentence_read(asked, event, fault);
    if (fault->status != 0) {
        fault->status = EXIT_USAGE;
        return -1;
    }
    if (is_on("HUME_DISABLE"))
        return run_unreported(asked, closed);
    read_beginning_of_run(&event->origin);
    event->origin.exe = NULL; // it would be hume
    return run(asked, event, strict, closed);
}

// The status of a question always tells.
static int answer(const struct asked *asked, struct fault *fault) {
    if (asked->verb->action == SHELL_INIT)
        shell_init(asked, fault);
    else
        question_get(asked, fault);
    if (fault->text[0])
        complain("%s", fault->text);
    return fault->status;
}

int main(int argc, char **argv) {
    static struct event event;
    static struct fault fault;
    static struct asked asked;
    // First of all: the event's time is when it was said.
    event.wall_ns = wall_clock_ns();
    event.boot_ns = boot_clock_ns();
    event.status = -1; // not as an initialiser: all of the event would then be bytes of the program
    unsigned closed = reserve_streams();
    if (signed_is_asked(argc, argv)) {
        signed_become(argv, &fault);
        complain("%s", fault.text);
        return fault.status;
    }
    if (setting("HUME_TAGS"))
        event_add_tags(&event, setting("HUME_TAGS"));
    arguments_read(argc, argv, &asked, &event, &fault);
    bool strict = asked.strict || is_on("HUME_STRICT");
    if (asked.stranger && fault.status == 0)
        delegate(argv, asked.stranger, &fault);
    else if (asked.help || asked.version)
        print(asked.help ? help_of(asked.verb) : "hume " HUME_VERSION "\n");
    else if (asked.verb && asked.verb->action == RUN && fault.status == 0) {
        int status = run_command(&event, &asked, strict, closed, &fault);
        if (status >= 0)
            return status;
    } else if (asked.verb && asked.verb->action != RUN && is_on("HUME_DISABLE"))
        return 0;
    else if (fault.status == 0 && !asked.verb)
        fault_set(&fault, EXIT_USAGE, "%s", help_usage);
    else if (fault.status == 0 && !asked.verb->kind)
        return answer(&asked, &fault);
    else if (fault.status == 0)
        say(&event, &asked, &fault);
    return told(&fault, strict);
}
