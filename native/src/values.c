// SPDX-License-Identifier: MIT
#include "values.h"

#include <stddef.h>
#include <string.h>

#include "lock.h"
#include "number.h"

enum { MAX_DEADLINE_MS = 60000 };

#define SPAN "a span of time up to 100 years, such as 90, 15m, 26h, 7d"

// A host's name holds nothing that would have to be escaped or could be misread; no `:` either, which parts host from task.
static bool is_host(const char *text) {
    size_t length = strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-_");
    return length > 0 && length <= MAX_HOST && text[length] == 0;
}

// What start declares of its task goes along as it was said, under the option's name.
static void declare(const struct option_read *found, struct asked *asked, struct event *event, struct fault *fault) {
    uint64_t seconds;
    if (found->option == OPTION_SPAN && !number_read_seconds(found->value, MAX_TTL_SECONDS, &seconds))
        fault_set(fault, EXIT_USAGE, "%s '%.60s': " SPAN, found->name, found->value);
    event_declare(event, found->name + 2, found->value);
    asked->declared = found->name;
}

static void take_span(const struct option_read *found, uint64_t *ms, struct fault *fault) {
    if (!number_read_ms(found->value, MAX_TTL_SECONDS * UINT64_C(1000), ms))
        fault_set(fault, EXIT_USAGE, "%s '%.60s': " SPAN, found->name, found->value);
}

static void take_output(const struct option_read *found, struct asked *asked, struct fault *fault) {
    static const char *const words[] = {[OUTPUT_FAIL] = "fail", [OUTPUT_ALWAYS] = "always", [OUTPUT_NEVER] = "never"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(found->value, words[i]) == 0) {
            asked->output = i;
            return;
        }
    fault_set(fault, EXIT_USAGE, "--output '%.60s': fail, always or never", found->value);
}

// Nothing is mended here: two names must not become one lock.
static bool is_lock(const char *name) {
    struct name made;
    return *name && strlen(name) <= LONGEST_LOCK && !name_make(&made, name, SIZE_MAX) && strcmp(made.text, name) == 0;
}

static void take_running(const struct option_read *found, struct asked *asked, struct fault *fault) {
    if (!asked->running)
        asked->running = found->name;
    if (found->option == OPTION_OUTPUT)
        take_output(found, asked, fault);
    if (found->option == OPTION_TIMEOUT) {
        asked->timeout_text = found->value;
        take_span(found, &asked->timeout, fault);
    }
    if (found->option == OPTION_KILL_AFTER)
        take_span(found, &asked->kill_after, fault);
    if (found->option == OPTION_LOCK_WAIT)
        take_span(found, &asked->lock_wait, fault);
    if (found->option != OPTION_LOCK)
        return;
    asked->lock = found->value;
    if (!is_lock(found->value))
        fault_set(fault, EXIT_USAGE, "--lock '%.60s': a name of up to 64 characters, with no : / , = in it", found->value);
}

uint64_t value_patience(const char *text) {
    uint64_t milliseconds;
    if (!number_read(text, 1, UINT64_MAX, &milliseconds))
        return 0;
    return milliseconds < MAX_DEADLINE_MS ? milliseconds : MAX_DEADLINE_MS;
}

void value_take(const struct option_read *found, struct asked *asked, struct event *event, struct fault *fault) {
    const char *value = found->value;
    switch (found->option) {
    case OPTION_TASK:
        asked->task = value;
        break;
    case OPTION_RUN:
        asked->run = value;
        break;
    case OPTION_LEVEL:
        asked->level = value;
        break;
    case OPTION_UNIT:
        asked->unit = value;
        break;
    case OPTION_HOST:
        asked->host = value;
        if (!is_host(value))
            fault_set(fault, EXIT_USAGE, "%s '%.60s': no name of a host, such as web1.example.net", found->name, value);
        break;
    case OPTION_TAGS:
        event_add_tags(event, value);
        break;
    case OPTION_EXTRA:
        if (!event_add_extra(event, value))
            fault_set(fault, EXIT_USAGE, "-x '%.60s': it is written KEY=VALUE", value);
        break;
    case OPTION_TTL:
        if (!number_read_seconds(value, MAX_TTL_SECONDS, &asked->ttl))
            fault_set(fault, EXIT_USAGE, "--ttl '%.60s': " SPAN, value);
        break;
    case OPTION_DEADLINE:
        if (!number_read(value, 1, MAX_DEADLINE_MS, &asked->deadline_ms))
            fault_set(fault, EXIT_USAGE, "--deadline '%.60s': milliseconds, 1 to %d", value, MAX_DEADLINE_MS);
        break;
    case OPTION_SPAN:
    case OPTION_DECLARE:
        declare(found, asked, event, fault);
        break;
    case OPTION_COMMAND:
        asked->command = value;
        break;
    case OPTION_PATIENCE:
        asked->deadline_ms = value_patience(value);
        break;
    case OPTION_SIGNED:
    case OPTION_TRUST:
        fault_set(fault, EXIT_USAGE, "%s stands before the script: hume run [OPTIONS] --signed SCRIPT", found->name);
        break;
    case OPTION_TIMEOUT:
    case OPTION_KILL_AFTER:
    case OPTION_LOCK:
    case OPTION_LOCK_WAIT:
    case OPTION_OUTPUT:
        take_running(found, asked, fault);
        break;
    default:
        // --auth-token: the kernel tells humed who speaks; a socket of this host needs no token.
        break;
    }
}
