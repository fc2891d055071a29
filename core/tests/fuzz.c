/* Histories of calls from bytes: libFuzzer's entry point, and with -DRANDOM a driver that needs no fuzzer:

       random LZ4 SEED SECONDS     plays one random history after the other for so long; the same ones for the same seed
       random LZ4 SEED             plays the first of them */
#include "check.h"
#include "history.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#ifndef RANDOM

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    play_history(bytes, size, "liblz4.so.1");
    return 0;
}

#else

#include <string.h>
#include <time.h>

enum { MOST = 1 << 13 };

static void play_seed(uint64_t number, const char *lz4)
{
    static uint8_t bytes[MOST];
    uint64_t seed = (number + 1) * UINT64_C(0x9E3779B97F4A7C15);
    const size_t size = (size_t)chance(&seed) % MOST;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)chance(&seed);
    play_history(bytes, size, lz4);
}

int main(int count, char **arguments)
{
    CHECK(count == 3 || count == 4);
    const uint64_t first = strtoull(arguments[2], NULL, 10);
    const time_t until = time(NULL) + (count == 4 ? atol(arguments[3]) : 0);
    uint64_t seed = first;
    fprintf(stderr, "random histories from seed %llu on, with %s\n", (unsigned long long)first, arguments[1]);
    do
        play_seed(seed++, arguments[1]);
    while (time(NULL) < until);
    fprintf(stderr, "%llu histories hold\n", (unsigned long long)(seed - first));
    return 0;
}

#endif
