/* A writer of a ring that is killed, again and again, and again begins:

       ring_kill write NAME WIDTH HEIGHT SLOTS COUNT      writes so many pictures, and leaves them
       ring_kill kill NAME WIDTH HEIGHT SLOTS COUNT SEED  kills so many writers, each after a random time
       ring_kill step NAME WIDTH HEIGHT SLOTS COUNT SEED  ... each after a number of instructions: SEED, SEED + 1, ...

   Behind each kill it says one line and waits for one, so that whoever reads the ring can look at it. Every pixel says
   which picture it is of: picture n writes row n % HEIGHT, and every 7th all rows, as they are then. */
#define _GNU_SOURCE
#include "../ws_stream_ring.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { WHOLE_EVERY = 7, LONGEST_NS = 1500000, WRITTEN_BEFORE = 3 };

static uint32_t width, height, slots;

static void fill(unsigned char *pixels, uint32_t row, uint32_t number)
{
    const uint32_t value = number * 2654435761u;
    uint32_t x;
    for (x = 0; x < width; x++)
        memcpy(pixels + ((size_t)row * width + x) * 4, &value, sizeof value);
}

static void publish(struct ws_ring *ring, uint32_t number)
{
    char meta[32];
    uint32_t row;
    snprintf(meta, sizeof meta, "{\"n\":%lu}", (unsigned long)number);
    if (number % WHOLE_EVERY == 0) {
        unsigned char *const pixels = ws_ring_begin(ring);
        for (row = 0; row < height; row++) {
            const uint32_t ago = (number + height - row) % height;
            fill(pixels, row, ago < number ? number - ago : 0);
        }
    } else {
        fill(ws_ring_update(ring), number % height, number);
        ws_ring_damage(ring, 0, (int32_t)(number % height), (int32_t)width, 1);
    }
    ws_ring_publish(ring, meta);
}

static void begin(struct ws_ring *ring, const char *name)
{
    const struct ws_ring_shape shape = {"bgrx8888", width, height, width * 4, 0};
    if (ws_ring_open(ring, name, &shape, slots, 0600)) {
        perror(name);
        exit(1);
    }
}

static void write_for_ever(const char *name, int is_traced)
{
    struct ws_ring ring;
    uint32_t number;
    begin(&ring, name);
    for (number = 1;; number++) {
        if (is_traced && number > WRITTEN_BEFORE) {
            is_traced = 0;
            raise(SIGSTOP);
        }
        publish(&ring, number);
    }
}

static void kill_later(pid_t writer)
{
    const struct timespec time = {0, (long)(drand48() * LONGEST_NS)};
    nanosleep(&time, NULL);
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
}

static void kill_after(pid_t writer, long instructions)
{
    int status;
    waitpid(writer, &status, 0);
    while (WIFSTOPPED(status) && instructions-- > 0) {
        if (ptrace(PTRACE_SINGLESTEP, writer, NULL, NULL)) {
            perror("ptrace");
            exit(1);
        }
        waitpid(writer, &status, 0);
    }
    kill(writer, SIGKILL);
    waitpid(writer, &status, 0);
}

/* A writer that is killed after so many instructions, or at any time. */
static void kill_one(const char *name, int is_traced, long instructions)
{
    const pid_t writer = fork();
    if (writer < 0) { /* else all processes would be killed */
        perror("fork");
        exit(1);
    }
    if (writer == 0) {
        if (is_traced)
            ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        write_for_ever(name, is_traced);
    }
    if (is_traced)
        kill_after(writer, instructions);
    else
        kill_later(writer);
}

int main(int count, char **words)
{
    const int is_traced = count > 6 && !strcmp(words[1], "step"), writes = count > 6 && !strcmp(words[1], "write");
    const long times = count > 6 ? atol(words[6]) : 0, seed = count > 7 ? atol(words[7]) : 0;
    struct ws_ring ring;
    char line[8];
    long one;
    if (count < 7 || (count < 8 && !writes))
        return 2;
    width = (uint32_t)atol(words[3]);
    height = (uint32_t)atol(words[4]);
    slots = (uint32_t)atol(words[5]);
    begin(&ring, words[2]); /* so that there is one, however soon they are killed */
    for (one = 1; one <= (writes ? times : WRITTEN_BEFORE); one++)
        publish(&ring, (uint32_t)one);
    if (writes)
        return 0;
    srand48(seed);
    for (one = 0; one < times; one++) {
        kill_one(words[2], is_traced, seed + one);
        puts("killed");
        fflush(stdout);
        if (!fgets(line, sizeof line, stdin))
            return 1;
    }
    begin(&ring, words[2]);
    publish(&ring, 1); /* the last one lives */
    return 0;
}
