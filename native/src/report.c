// SPDX-License-Identifier: MIT
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handover.h"

static char bytes[MAX_EVENT_BYTES];

// 0, with a fault of hume's own: nothing is to be handed over. The test build can print the bytes instead, of all events
// or of those of one kind; they have no fault then.
static size_t encode(struct event *event, struct fault *fault) {
    size_t length = event_encode(event, bytes);
    if (length == 0)
        fault_set(fault, EXIT_SOFTWARE, "NOT stored: a fault of hume itself: the event does not fit");
#ifdef HUME_TEST
    const char *printed = getenv("HUME_TEST_PRINT");
    if (!printed)
        return length;
    if (strcmp(printed, "1") == 0 || strcmp(printed, event->kind) == 0)
        fault->status = write(STDOUT_FILENO, bytes, length) == (ssize_t)length ? 0 : EXIT_SOFTWARE;
    return 0;
#else
    return length;
#endif
}

static void tell(const struct fault *account) {
    if (account->text[0])
        complain("%s", account->text);
}

// What a run is made of is stored, whatever else may be lost.
static bool is_an_end(const struct event *event) {
    return strcmp(event->kind, "start") == 0 || strcmp(event->kind, "stop") == 0;
}

void report(struct event *event, const struct asked *asked, struct fault *fault) {
    static struct fault account;
    size_t length = encode(event, fault);
    if (length == 0)
        return;
    if (asked->lossy && !is_an_end(event))
        hand_over_lossy(bytes, length, asked->deadline_ms, fault, asked->verbose ? &account : NULL);
    else
        hand_over(event->id, bytes, length, asked->deadline_ms, fault, asked->verbose ? &account : NULL);
    tell(&account);
}

static bool under_way;

int report_begin(struct event *event, uint64_t patience_ms, struct fault *fault) {
    size_t length = encode(event, fault);
    under_way = length > 0;
    return under_way ? hand_over_begin(event->id, bytes, length, patience_ms) : -1;
}

bool report_end(const struct asked *asked, struct fault *fault) {
    static struct fault account;
    if (!under_way)
        return false;
    under_way = false;
    account.text[0] = 0;
    bool stays_open = hand_over_end(fault, asked->verbose ? &account : NULL);
    tell(&account);
    return stays_open;
}
