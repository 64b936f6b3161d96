// SPDX-License-Identifier: MIT
#include "handover.h"

#include <errno.h>
#include <string.h>

#include "deadline.h"
#include "drop.h"
#include "limits.h"
#include "number.h"
#include "places.h"
#include "presence.h"
#include "reply.h"
#include "surroundings.h"
#include "zmtp.h"

enum {
    DEADLINE_MS = 200,
    QUICK_TRY_MS = 20, // when nobody is likely there
    MAX_DEADLINE_MS = 60000,
};

static uint64_t deadline_setting(void) {
    uint64_t milliseconds;
    const char *text = setting("HUME_DEADLINE");
    if (!text)
        return DEADLINE_MS;
    if (number_read(text, 1, MAX_DEADLINE_MS, &milliseconds))
        return milliseconds;
    complain("HUME_DEADLINE '%.60s': milliseconds, 1 to %d; %d it is", text, MAX_DEADLINE_MS, DEADLINE_MS);
    return DEADLINE_MS;
}

// Returns true when humed decided: stored, or refused for good. False: unknown or not now, and `*why` says so.
static bool ask_humed(const struct places *places, const char *id, const char *event, size_t length,
                      uint64_t deadline_ms, struct fault *fault, const char **why) {
    static struct frame answer;
    struct reply reply;
    *why = "there is no socket";
    if (!places->socket[0])
        return false;
    uint64_t patience = deadline_ms ? deadline_ms : deadline_setting();
    if (!presence_is_likely(places->pid_file) && patience > QUICK_TRY_MS)
        patience = QUICK_TRY_MS;
    if (!zmtp_ask(places->socket, event, length, deadline_in_ms(patience), &answer, why))
        return false;
    *why = "what answers is not humed";
    if (!reply_read(answer.bytes, answer.length, id, &reply))
        return false;
    *why = "humed can't store it now";
    if (reply.code == EXIT_UNACCEPTABLE || reply.code == EXIT_REFUSED)
        fault_set(fault, reply.code, "refused: %.500s", *reply.text ? reply.text : "humed does not say why");
    return reply.code == EXIT_STORED || fault->status != 0;
}

static void drop_instead(const struct places *places, const char *id, const char *event, size_t length, const char *why,
                         struct fault *fault, struct fault *account) {
    const char *step;
    if (!places->drop[0]) {
        fault_set(fault, EXIT_NOT_STORED,
                  "NOT stored: %s, and there is no drop folder: set HOME, HUME_DIR or HUME_SPOOL", why);
    } else if (drop_event(places->drop, places->drop_may_be_made, id, event, length, &step)) {
        if (account)
            fault_set(account, 0, "%s; left in the drop folder: %.400s/%s.hume", why, places->drop, id);
    } else {
        fault_set(fault, EXIT_NOT_STORED,
                  "NOT stored: %s, and can't %s %.300s: %s; start humed, or make that folder writable", why, step,
                  places->drop, strerror(errno));
    }
}

void hand_over(const char *id, const char *event, size_t length, uint64_t deadline_ms, struct fault *fault,
               struct fault *account) {
    static struct places places;
    const char *why;
    places_find(&places);
    if (places.complaint)
        complain("%s; the drop folder it is", places.complaint);
    if (!ask_humed(&places, id, event, length, deadline_ms, fault, &why))
        drop_instead(&places, id, event, length, why, fault, account);
    else if (account && fault->status == 0)
        fault_set(account, 0, "stored by humed as %s", id);
}
