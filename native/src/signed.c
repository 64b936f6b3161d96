// SPDX-License-Identifier: MIT
#include "signed.h"

#include <string.h>
#include <unistd.h>

#include "delegate.h"
#include "options.h"

enum { EXIT_UNSIGNED = 126 };

bool signed_is_asked(int argc, char **argv) {
    if (argc < 3 || strcmp(argv[1], "run") != 0)
        return false;
    for (int i = 2; i < argc; i++) {
        struct option_read found = option_read(argv[i]);
        if (found.option == OPTION_SIGNED)
            return true;
        if (found.option == OPTION_NONE || strcmp(argv[i], "--") == 0)
            return false;
        // Letters may be joined: in -vt NAME the last one takes the value.
        while (found.more)
            found = option_read_short(found.more);
        i += found.takes_value && !found.value;
    }
    return false;
}

// What a loader, the C library or Python would obey: this program is static and obeys none of it.
static bool steers(const char *variable) {
    static const char *const beginnings[] = {"LD_", "PYTHON", "GCONV_PATH=", "GLIBC_", "MALLOC_", "LOCPATH=", "NLSPATH="};
    for (unsigned i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(variable, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

static void clean_environment(void) {
    static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    char **kept = environ;
    for (char **each = environ; *each; each++)
        if (!steers(*each))
            *kept++ = strncmp(*each, "PATH=", 5) == 0 ? path : *each;
    *kept = NULL;
}

void signed_become(char **argv, struct fault *fault) {
    clean_environment();
    delegate_become_neighbour(argv);
    fault_set(fault, EXIT_UNSIGNED,
              "signatures are checked by hume-cli (Python package humeops), which is not beside hume: not run");
}
