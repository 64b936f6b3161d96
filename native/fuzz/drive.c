// SPDX-License-Identifier: MIT
// Drives a fuzz target where libFuzzer is not at hand: gcc's -fsanitize-coverage=trace-pc,trace-cmp tells what an input
// reached, and what reached something new is kept and mutated further. Same seed, same build, same run.
//
//   fuzz-TARGET [-seed=N] [-runs=N] [-max_total_time=SECONDS] [-keep=FOLDER] [-branches] FOLDER|FILE...
//
// Takes all inputs named first, the smallest first; with -runs=0 nothing else. -keep writes down what was new. -branches
// takes only branches for new, no counts and no comparisons: with -runs=0 -keep it leaves a small corpus. An input that
// breaks a promise, or takes longer than ten seconds, is left as ./crash-SUM. The options are those of libFuzzer where
// it has them. One long file: all of its parts work on the one state.
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

enum {
    MAP = 1 << 17,
    MOST_KEPT = 20000,
    LONGEST = 1 << 17, // longer than the largest event
    USUAL = 4096,      // most stay below: what is long is slow
    RECENT = 256,      // operands of comparisons, to be tried as input
    TOO_LONG_SECONDS = 10,
};

struct kept {
    uint8_t *bytes;
    size_t count;
};

static struct {
    struct kept kept[MOST_KEPT];
    size_t count;
    uint8_t seen[MAP];
    uint8_t working[LONGEST];
    size_t working_count;
    size_t room; // of this mutant
    uint64_t chance;
    const char *keep;
    bool branches_only;
    unsigned long runs;
} drive;

static uint8_t reached[MAP];
static uint32_t reached_list[MAP];
static uint32_t reached_count;
static uint64_t recent[RECENT];
static unsigned recent_at;

// -- what the compiler put into the target tells us ------------------------------------------------------------------

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_cmp1(uint8_t a, uint8_t b);
void __sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b);
void __sanitizer_cov_trace_cmp4(uint32_t a, uint32_t b);
void __sanitizer_cov_trace_cmp8(uint64_t a, uint64_t b);
void __sanitizer_cov_trace_const_cmp1(uint8_t a, uint8_t b);
void __sanitizer_cov_trace_const_cmp2(uint16_t a, uint16_t b);
void __sanitizer_cov_trace_const_cmp4(uint32_t a, uint32_t b);
void __sanitizer_cov_trace_const_cmp8(uint64_t a, uint64_t b);
void __sanitizer_cov_trace_cmpf(float a, float b);
void __sanitizer_cov_trace_cmpd(double a, double b);
void __sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases);
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void reach(uint64_t what) {
    uint32_t place = (uint32_t)(what * UINT64_C(0x9E3779B97F4A7C15) >> 40) & (MAP - 1);
    if (reached[place] == 0)
        reached_list[reached_count++] = place;
    if (reached[place] < 255)
        reached[place]++;
}

void __sanitizer_cov_trace_pc(void) {
    static uint64_t before;
    uint64_t here = (uint64_t)(uintptr_t)__builtin_return_address(0);
    reach(here ^ before << 1);
    before = here;
}

// How many bits agree is worth as much as a branch: it leads to equality step by step.
static void compare(uint64_t place, uint64_t a, uint64_t b) {
    if (!drive.branches_only)
        reach(place * 64 + (unsigned)__builtin_popcountll(a ^ b));
    if (a != b && b > 1)
        recent[recent_at++ % RECENT] = b;
}

#define COMPARE(name, type)                                                                                            \
    void name(type a, type b) {                                                                                        \
        compare((uint64_t)(uintptr_t)__builtin_return_address(0), a, b);                                               \
    }
COMPARE(__sanitizer_cov_trace_cmp1, uint8_t)
COMPARE(__sanitizer_cov_trace_cmp2, uint16_t)
COMPARE(__sanitizer_cov_trace_cmp4, uint32_t)
COMPARE(__sanitizer_cov_trace_cmp8, uint64_t)
COMPARE(__sanitizer_cov_trace_const_cmp1, uint8_t)
COMPARE(__sanitizer_cov_trace_const_cmp2, uint16_t)
COMPARE(__sanitizer_cov_trace_const_cmp4, uint32_t)
COMPARE(__sanitizer_cov_trace_const_cmp8, uint64_t)

// Their bits are no way to equality.
void __sanitizer_cov_trace_cmpf(float a, float b) {
    (void)a, (void)b;
}
void __sanitizer_cov_trace_cmpd(double a, double b) {
    (void)a, (void)b;
}

void __sanitizer_cov_trace_switch(uint64_t value, uint64_t *cases) {
    for (uint64_t i = 0; i < cases[0]; i++)
        compare((uint64_t)(uintptr_t)__builtin_return_address(0) + i, value, cases[2 + i]);
}

// -- when a promise is broken ------------------------------------------------------------------------------------------

static uint32_t sum_of(const uint8_t *bytes, size_t count) {
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
}

static void write_input(const char *folder, const char *prefix, const uint8_t *bytes, size_t count) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%08x", folder, prefix, (unsigned)sum_of(bytes, count));
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, count, file) != count || fclose(file) != 0)
        perror(path);
    else if (*prefix)
        fprintf(stderr, "the input is in %s\n", path);
}

static void leave_crash(void) {
    write_input(".", "crash-", drive.working, drive.working_count);
}

static void end_badly(int number) {
    fprintf(stderr, "%s\n", number == SIGALRM ? "this input takes too long" : "ended by a signal");
    leave_crash();
    _exit(1);
}

// -- one input ---------------------------------------------------------------------------------------------------------

// Counts are told apart by their magnitude only, as a loop of 7 rounds is no other than one of 8.
static uint8_t magnitude(uint8_t times) {
    return (uint8_t)(times < 4 ? 1 << (times - 1) : times < 8 ? 8 : times < 16 ? 16 : times < 32 ? 32 : times < 128 ? 64 : 128);
}

static bool was_new(void) {
    bool is_new = false;
    for (uint32_t i = 0; i < reached_count; i++) {
        uint32_t place = reached_list[i];
        uint8_t bit = drive.branches_only ? 1 : magnitude(reached[place]);
        is_new |= !(drive.seen[place] & bit);
        drive.seen[place] |= bit;
        reached[place] = 0;
    }
    reached_count = 0;
    return is_new;
}

static void keep(void) {
    if (drive.count == MOST_KEPT)
        return;
    uint8_t *bytes = malloc(drive.working_count + 1);
    if (!bytes)
        abort();
    memcpy(bytes, drive.working, drive.working_count);
    drive.kept[drive.count++] = (struct kept){bytes, drive.working_count};
    if (drive.keep)
        write_input(drive.keep, "", bytes, drive.working_count);
}

static void run_working(void) {
    alarm(TOO_LONG_SECONDS);
    LLVMFuzzerTestOneInput(drive.working, drive.working_count);
    drive.runs++;
    if (was_new())
        keep();
}

// -- mutation ------------------------------------------------------------------------------------------------------------

static uint64_t chance_below(uint64_t limit) {
    // xorshift64*: repeatable everywhere.
    drive.chance ^= drive.chance >> 12;
    drive.chance ^= drive.chance << 25;
    drive.chance ^= drive.chance >> 27;
    return limit ? (drive.chance * UINT64_C(0x2545F4914F6CDD1D) >> 16) % limit : 0;
}

// Puts bytes in place of `gone` bytes at a place, as far as there is room.
static void replace(size_t place, size_t gone, const void *bytes, size_t count) {
    size_t behind = drive.working_count - place - gone;
    if (count > gone && place + count + behind > drive.room)
        return;
    memmove(drive.working + place + count, drive.working + place + gone, behind);
    memcpy(drive.working + place, bytes, count);
    drive.working_count = place + count + behind;
}

static void put_word(size_t place) {
    size_t words = 0;
    while (fuzz_words[words])
        words++;
    const char *word = fuzz_words[chance_below(words)];
    replace(place, 0, word, strlen(word) + chance_below(2)); // with its NUL or without
}

static void put_compared(size_t place) {
    uint64_t number = recent[chance_below(RECENT)];
    if (chance_below(2))
        number = __builtin_bswap64(number);
    size_t width = (size_t)1 << chance_below(4);
    size_t left = drive.working_count - place;
    replace(place, chance_below(2) && left >= width ? width : 0, &number, width);
}

static void copy_part(size_t place) {
    static uint8_t part[LONGEST];
    const struct kept *from = &drive.kept[chance_below(drive.count)];
    size_t start = chance_below(from->count + 1);
    size_t count = chance_below(from->count - start + 1);
    memcpy(part, from->bytes + start, count);
    replace(place, 0, part, count);
}

static void repeat_part(size_t place) {
    static uint8_t part[LONGEST];
    size_t count = 1 + chance_below(drive.working_count - place), used = 0;
    size_t wanted = chance_below(drive.room);
    if (place == drive.working_count)
        return;
    for (; used + count <= wanted; used += count)
        memcpy(part + used, drive.working + place, count);
    replace(place, 0, part, used);
}

static void mutate(void) {
    size_t place = chance_below(drive.working_count + 1);
    size_t left = drive.working_count - place;
    uint8_t byte = (uint8_t)chance_below(256);
    switch (chance_below(8)) {
    case 0:
        if (left)
            drive.working[place] ^= (uint8_t)(1 << chance_below(8));
        break;
    case 1:
        replace(place, left ? 1 : 0, &byte, 1);
        break;
    case 2:
        replace(place, 0, &byte, 1);
        break;
    case 3:
        replace(place, chance_below(left + 1), "", 0);
        break;
    case 4:
        put_word(place);
        break;
    case 5:
        put_compared(place);
        break;
    case 6:
        copy_part(place);
        break;
    default:
        if (chance_below(8) == 0)
            repeat_part(place);
        break;
    }
}

static void run_mutant(void) {
    // Newer ones more often: they are where there is more to be found.
    size_t newer = chance_below(drive.count), any = chance_below(drive.count);
    const struct kept *from = &drive.kept[newer > any ? newer : any];
    drive.room = chance_below(64) ? USUAL : LONGEST;
    drive.working_count = from->count < drive.room ? from->count : drive.room;
    memcpy(drive.working, from->bytes, drive.working_count);
    for (uint64_t times = 1 + chance_below(8); times > 0; times--)
        mutate();
    run_working();
}

// -- what was named ------------------------------------------------------------------------------------------------------

struct named {
    char path[512];
    size_t size;
};
static struct named named[MOST_KEPT];
static size_t named_count;

static void name_input(const char *path) {
    struct stat status;
    if (stat(path, &status) != 0) {
        perror(path);
        exit(2);
    }
    if (S_ISDIR(status.st_mode)) {
        DIR *folder = opendir(path);
        struct dirent *entry;
        while (folder && (entry = readdir(folder)) != NULL) {
            char inside[512];
            if (entry->d_name[0] != '.' && snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name) < (int)sizeof inside)
                name_input(inside);
        }
        if (folder)
            closedir(folder);
    } else if (named_count < MOST_KEPT) {
        struct named *next = &named[named_count++];
        snprintf(next->path, sizeof next->path, "%s", path);
        next->size = (size_t)status.st_size;
    }
}

// The smallest first, so that -keep leaves the smallest set.
static int by_size(const void *one, const void *other) {
    const struct named *a = one, *b = other;
    return a->size != b->size ? (a->size > b->size) - (a->size < b->size) : strcmp(a->path, b->path);
}

static void run_named(void) {
    qsort(named, named_count, sizeof *named, by_size);
    for (size_t i = 0; i < named_count; i++) {
        FILE *file = fopen(named[i].path, "rb");
        if (!file) {
            perror(named[i].path);
            exit(2);
        }
        drive.working_count = fread(drive.working, 1, LONGEST, file);
        fclose(file);
        run_working();
    }
}

static unsigned long number_of(const char *argument, const char *option, unsigned long otherwise) {
    size_t length = strlen(option);
    return strncmp(argument, option, length) == 0 ? strtoul(argument + length, NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
    unsigned long runs = (unsigned long)-1, seconds = (unsigned long)-1, seed = 1;
    for (int i = 1; i < argc; i++) {
        seed = number_of(argv[i], "-seed=", seed);
        runs = number_of(argv[i], "-runs=", runs);
        seconds = number_of(argv[i], "-max_total_time=", seconds);
        if (strncmp(argv[i], "-keep=", 6) == 0)
            drive.keep = argv[i] + 6;
        drive.branches_only |= strcmp(argv[i], "-branches") == 0;
        if (argv[i][0] != '-')
            name_input(argv[i]);
    }
    drive.chance = seed * 2 + 1;
    signal(SIGALRM, end_badly);
    signal(SIGABRT, end_badly);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(leave_crash);
    run_working(); // nothing at all
    run_named();
    size_t from = drive.count;
    time_t begun = time(NULL);
    for (unsigned long run = 0; run < runs && (unsigned long)(time(NULL) - begun) < seconds; run++)
        run_mutant();
    fprintf(stderr, "seed %lu: %lu inputs, %zu kept of those named, %zu new\n", seed, drive.runs, from, drive.count - from);
    return 0;
}
