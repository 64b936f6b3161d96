// SPDX-License-Identifier: MIT
#include "verbs.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "spelling.h"

static const struct verb native[] = {
    {"start", START, "start", NULL},
    {"flag", FLAG, "flag", NULL},
    {"progress", PROGRESS, "progress", NULL},
    {"set", SET, "data", NULL},
    {"get", GET, NULL, NULL},
    {"ping", PING, "ping", NULL},
    {"stop", STOP, "stop", NULL},
    {"shell-init", SHELL_INIT, NULL, NULL},
    {"run", RUN, "start", NULL},
    {"debug", LOG, "log", "debug"},
    {"info", LOG, "log", NULL},
    {"ok", LOG, "log", "ok"},
    {"warn", LOG, "log", "warning"},
    {"warning", LOG, "log", "warning"},
    {"error", LOG, "log", "error"},
    {"critical", LOG, "log", "critical"},
};
enum { NATIVE_COUNT = sizeof native / sizeof *native };

// Spelling only: hume-cli decides what it knows.
static const char *const of_people[] = {
    "up",    "status", "runs",     "show",   "events",   "data",       "queue", "tail",   "wait",   "check",
    "watch", "silence", "take",    "note",   "watchdog", "doctor",     "sign",  "verify", "enroll", "token",
    "link",  "user",    "role",   "audit",    "template", "completion", "login",  "help",  "version",
    "central", "hosts",  "about",
};
enum { PEOPLE_COUNT = sizeof of_people / sizeof *of_people };

const struct verb *verb_find(const char *word) {
    for (int i = 0; i < NATIVE_COUNT; i++)
        if (strcmp(word, native[i].word) == 0)
            return &native[i];
    return NULL;
}

bool verb_is_of_people(const char *word) {
    for (int i = 0; i < PEOPLE_COUNT; i++)
        if (strcmp(word, of_people[i]) == 0)
            return true;
    return false;
}

const struct verb *verb_find_level(const char *word) {
    // WARNING is what other programs print; it costs nothing to take it.
    for (int i = 0; i < NATIVE_COUNT; i++)
        if (native[i].action == LOG && strcasecmp(word, native[i].word) == 0)
            return &native[i];
    return NULL;
}

static struct guess guess_of_people(const char *typed) {
    struct guess guess = {0};
    for (int i = 0; i < PEOPLE_COUNT; i++)
        spelling_consider(&guess, typed, of_people[i]);
    return guess;
}

const char *verb_nearest_native(const char *typed) {
    struct guess guess = {0}, people = guess_of_people(typed);
    // The beginning of a word is that word: `stat` is status and no slip in start.
    for (int i = 0; i < PEOPLE_COUNT; i++)
        if (strlen(typed) > 2 && strncmp(typed, of_people[i], strlen(typed)) == 0)
            return NULL;
    for (int i = 0; i < NATIVE_COUNT; i++)
        spelling_consider(&guess, typed, native[i].word);
    return guess.distance < people.distance ? spelling_meant(&guess, typed) : NULL;
}

const char *verb_nearest(const char *typed) {
    struct guess guess = guess_of_people(typed);
    for (int i = 0; i < NATIVE_COUNT; i++)
        spelling_consider(&guess, typed, native[i].word);
    return spelling_meant(&guess, typed);
}

const char *verb_nearest_level(const char *typed) {
    struct guess guess = {0};
    for (int i = 0; i < NATIVE_COUNT; i++)
        if (native[i].action == LOG)
            spelling_consider(&guess, typed, native[i].word);
    return spelling_meant(&guess, typed);
}
