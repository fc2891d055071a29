/* A device whose display a test flushes. It reads lines: `flush X Y WIDTH HEIGHT` and the pixels behind it, answered by
   `flushed`; what viewers do it writes as lines. It begins with its address, and with the bytes of its memory. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "port.h"
#include "ws_device.h"
#include "ws_stream.h"

static void print_text(const char *name, struct ws_stream_text text)
{
    char copied[4 * 1024 + 1];
    ws_stream_copy(text, copied, sizeof copied);
    printf(" %s=%s", name, copied);
}

static void print_event(void *context, int viewer, uint32_t number, const wd_said_event *e)
{
    static const char *const PHASES[] = {"start", "move", "end", "cancel"};
    (void)context;
    (void)number;
    printf("viewer %d ", viewer);
    switch (e->kind) {
    case SAID_POINTER: printf("pointer %.1f %.1f %u", e->x, e->y, e->buttons); break;
    case SAID_TOUCH: printf("touch %u %s %.1f %.1f", e->touch, PHASES[e->phase], e->x, e->y); break;
    case SAID_KEY:
        printf("key %s", e->is_down ? "down" : "up");
        print_text("key", e->key);
        print_text("code", e->code);
        break;
    case SAID_TEXT:
        printf("text");
        print_text("text", e->text);
        break;
    default:
        printf("custom");
        print_text("name", e->name);
        print_text("data", e->data);
    }
    printf("\n");
    fflush(stdout);
}

/* Takes the lines that are there; 0: the test has ended. */
static int take_lines(ws_device *d)
{
    static uint16_t pixels[DEVICE_WIDTH * DEVICE_HEIGHT];
    unsigned x, y, width, height;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char line[128];
    while (poll(&input, 1, 0) > 0) {
        if (!fgets(line, sizeof line, stdin))
            return 0;
        if (sscanf(line, "flush %u %u %u %u", &x, &y, &width, &height) != 4 || width * height > sizeof pixels / 2 ||
            fread(pixels, 2, width * height, stdin) != width * height)
            return 0;
        ws_device_flush(d, x, y, width, height, pixels);
        printf("flushed\n");
        fflush(stdout);
    }
    return 1;
}

int main(int count, char **arguments)
{
    static ws_device device;
    const ws_device_options options = {.name = "screen", .own_name = "panel", .hear = count > 2 ? NULL : print_event,
                                       .port = (uint16_t)(count > 1 ? atoi(arguments[1]) : 0), .is_public = 1};
    setvbuf(stdin, NULL, _IONBF, 0); /* what is buffered is not waited for */
    if (!ws_device_start(&device, &options))
        return 2;
    printf("%u %zu %d %d\n", wd_port_of(device.listener), sizeof device, DEVICE_WIDTH, DEVICE_HEIGHT);
    fflush(stdout);
    while (take_lines(&device))
        ws_device_poll(&device, 5);
    ws_device_stop(&device);
    return 0;
}

/* No memory is taken, ever. The linker sends here whoever asks for some (--wrap). */
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size) { (void)size; abort(); }
void *__wrap_calloc(size_t count, size_t size) { (void)count; (void)size; abort(); }
void *__wrap_realloc(void *memory, size_t size) { (void)memory; (void)size; abort(); }
