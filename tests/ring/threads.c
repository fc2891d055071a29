/* `threads handed COUNT`: the writer waits until the reader has let go of the slot that it draws into next, so all words
   are read by plain loads, and ThreadSanitizer sees whether what was drawn is handed over.
   `threads free COUNT`: the writer waits for nobody; a picture that the reader takes for whole is one. */
#include "../../clients/c/ws_stream_ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "threads.h"

static struct ws_ring ring;
static uint32_t seen, is_done, count;
static int is_handed;

static void *write_all(void *unused)
{
    for (uint32_t number = 1; number <= count; number++) {
        while (is_handed && number - __atomic_load_n(&seen, __ATOMIC_ACQUIRE) >= SLOTS)
            sched_yield();
        uint32_t *const words = (uint32_t *)(void *)ws_ring_begin(&ring);
        for (int i = 0; i < WORDS; i++) {
            if (is_handed)
                words[i] = number;
            else
                __atomic_store_n(words + i, number, __ATOMIC_RELAXED);
        }
        ws_ring_damage(&ring, 0, 0, WORDS, 1);
        ws_ring_publish(&ring, NULL);
    }
    __atomic_store_n(&is_done, 1, __ATOMIC_RELEASE);
    return unused;
}

int main(int words, char **word)
{
    const struct ws_ring_shape shape = {"bgrx8888", WORDS, 1, 4 * WORDS, 0};
    uint32_t pictures = 0, found = 0;
    pthread_t writer;
    if (words < 4 || ws_ring_open(&ring, word[3], &shape, SLOTS, 0600))
        return 2;
    is_handed = !strcmp(word[1], "handed");
    count = (uint32_t)atol(word[2]);
    if (pthread_create(&writer, NULL, write_all, NULL))
        return 2;
    while (found != count) {
        const int was_done = (int)__atomic_load_n(&is_done, __ATOMIC_ACQUIRE);
        const uint32_t now = look(ring.memory, ring.length, found, is_handed);
        if (now) {
            found = now;
            pictures++;
            __atomic_store_n(&seen, now, __ATOMIC_RELEASE);
        } else if (was_done && look(ring.memory, ring.length, found, is_handed) != count) {
            return 3; /* the last picture is not the newest one */
        }
    }
    pthread_join(writer, NULL);
    printf("%u\n", (unsigned)pictures);
    ws_ring_close(&ring);
    return 0;
}
