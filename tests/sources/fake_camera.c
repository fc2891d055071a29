/* A camera for one process, by LD_PRELOAD: what the kernel's V4L2 answers for the path in FAKE_CAMERA, by its own header.

   The file at that path holds what the camera is and does (struct control), which the test changes; whatever is written
   to the pipe PATH.frames is a picture: one byte, of which all its bytes are. As with a driver, a picture for which no
   buffer is queued is dropped. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct control {
    uint32_t width, height, code, codes[8], most_width, most_height;
    uint32_t padding, bytes_per_pixel;
    uint32_t capabilities, device_caps, buffers, flags, bytesused, age_us;
    uint32_t open_error, failing, error; /* the number of a request that fails, and how */
    uint32_t opened, streaming, queued, dropped, completed, taken, fps;
};

enum { MOST = 32, NR = 0xFF };

static struct control *control;
static int fd = -1, frames = -1, memory = -1;
static pthread_t driver;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t waiting[MOST], waits, filled[MOST], fills, count, length;
static struct timespec stamps[MOST];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static uint32_t stride(void) { return control->width * control->bytes_per_pixel + control->padding; }
static uint32_t size(void) { return stride() * control->height; }

static void fill(uint8_t shade)
{
    pthread_mutex_lock(&lock);
    control->completed++;
    if (waits == 0) {
        control->dropped++;
    } else {
        uint32_t at = waiting[0];
        memmove(waiting, waiting + 1, --waits * sizeof *waiting);
        uint8_t *bytes = malloc(length);
        memset(bytes, 0xEE, length);
        for (uint32_t y = 0; y < control->height; y++)
            memset(bytes + (size_t)y * stride(), shade, control->width * control->bytes_per_pixel);
        if (pwrite(memory, bytes, length, (off_t)at * length) < 0) abort();
        free(bytes);
        clock_gettime(CLOCK_MONOTONIC, &stamps[at]);
        filled[fills++] = at;
    }
    control->queued = waits;
    pthread_mutex_unlock(&lock);
}

static void *drive(void *unused)
{
    (void)unused;
    uint8_t shade;
    while (read(frames, &shade, 1) == 1 && shade != 255) {
        if (shade) fill(shade); /* 0 only wakes whoever waits, as an unplugged camera does */
        eventfd_write(fd, 1);
    }
    return NULL;
}

static int take(struct v4l2_buffer *buffer)
{
    eventfd_t woken;
    pthread_mutex_lock(&lock);
    if (fills == 0) {
        eventfd_read(fd, &woken);
        pthread_mutex_unlock(&lock);
        return errno = EAGAIN, -1;
    }
    uint32_t at = filled[0];
    memmove(filled, filled + 1, --fills * sizeof *filled);
    if (fills == 0) eventfd_read(fd, &woken);
    control->taken++;
    buffer->index = at;
    buffer->bytesused = control->bytesused ? control->bytesused : size();
    buffer->length = length;
    buffer->flags = V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_DONE | control->flags;
    buffer->timestamp.tv_sec = stamps[at].tv_sec - control->age_us / 1000000;
    buffer->timestamp.tv_usec = stamps[at].tv_nsec / 1000;
    buffer->sequence = control->completed;
    pthread_mutex_unlock(&lock);
    return 0;
}

static int request_buffers(struct v4l2_requestbuffers *asked)
{
    if (asked->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || asked->memory != V4L2_MEMORY_MMAP) return errno = EINVAL, -1;
    if (asked->count > control->buffers) asked->count = control->buffers;
    count = asked->count;
    length = (size() + 4095) / 4096 * 4096;
    memory = memfd_create("camera", 0);
    return ftruncate(memory, (off_t)length * count);
}

static int agree(struct v4l2_format *format, int is_set)
{
    struct v4l2_pix_format *pix = &format->fmt.pix;
    if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return errno = EINVAL, -1;
    if (is_set) {
        control->width = pix->width < control->most_width ? pix->width : control->most_width;
        control->height = pix->height < control->most_height ? pix->height : control->most_height;
        for (int k = 0; k < 8; k++)
            if (control->codes[k] == pix->pixelformat) control->code = pix->pixelformat;
    }
    *pix = (struct v4l2_pix_format){
        .width = control->width, .height = control->height, .pixelformat = control->code,
        .field = V4L2_FIELD_NONE, .bytesperline = stride(), .sizeimage = size(), .colorspace = V4L2_COLORSPACE_SRGB};
    return 0;
}

static int answer(unsigned long request, void *argument)
{
    struct v4l2_buffer *buffer = argument;
    if (control->error && control->failing == (request & NR)) return errno = (int)control->error, -1;
    switch (request) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *has = argument;
        *has = (struct v4l2_capability){.capabilities = control->capabilities, .device_caps = control->device_caps};
        strcpy((char *)has->card, "fake \x1b[31m card");
        return 0;
    }
    case VIDIOC_ENUM_FMT: {
        struct v4l2_fmtdesc *described = argument;
        if (described->index >= 8 || !control->codes[described->index]) return errno = EINVAL, -1;
        described->pixelformat = control->codes[described->index];
        return 0;
    }
    case VIDIOC_G_FMT: return agree(argument, 0);
    case VIDIOC_S_FMT: return agree(argument, 1);
    case VIDIOC_S_PARM: {
        struct v4l2_streamparm *asked = argument;
        control->fps = asked->parm.capture.timeperframe.denominator / asked->parm.capture.timeperframe.numerator;
        return 0;
    }
    case VIDIOC_REQBUFS: return request_buffers(argument);
    case VIDIOC_QUERYBUF:
        if (buffer->index >= count) return errno = EINVAL, -1;
        buffer->length = length;
        buffer->m.offset = buffer->index * length;
        return 0;
    case VIDIOC_QBUF:
        pthread_mutex_lock(&lock);
        for (uint32_t k = 0; k < waits; k++)
            if (waiting[k] == buffer->index) abort(); /* it was queued twice */
        waiting[waits++] = buffer->index;
        control->queued = waits;
        pthread_mutex_unlock(&lock);
        return 0;
    case VIDIOC_DQBUF: return take(buffer);
    case VIDIOC_STREAMON:
        control->streaming = 1;
        return pthread_create(&driver, NULL, drive, NULL);
    case VIDIOC_STREAMOFF:
        control->streaming = 0;
        return 0;
    default: return errno = ENOTTY, -1;
    }
}

static int open_camera(void)
{
    char path[4096];
    int file = REAL(open)(getenv("FAKE_CAMERA"), O_RDWR | O_CLOEXEC);
    if (control == NULL) control = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    REAL(close)(file);
    if (control->open_error) return errno = (int)control->open_error, -1;
    if (control->opened) return errno = EBUSY, -1;
    snprintf(path, sizeof path, "%s.frames", getenv("FAKE_CAMERA"));
    frames = REAL(open)(path, O_RDWR | O_CLOEXEC);
    waits = fills = 0;
    control->opened = 1;
    return fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    const char *ours = getenv("FAKE_CAMERA");
    return ours && strcmp(path, ours) == 0 ? open_camera() : REAL(open)(path, flags, mode);
}

int ioctl(int asked, unsigned long request, ...)
{
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return asked == fd && fd >= 0 ? answer((uint32_t)request, argument) : REAL(ioctl)(asked, request, argument);
}

void *mmap64(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    return REAL(mmap64)(at, bytes, protection, flags, file == fd && fd >= 0 ? memory : file, offset);
}

void *mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    return mmap64(at, bytes, protection, flags, file, offset);
}

int close(int closed)
{
    if (closed == fd && fd >= 0) {
        if (control->streaming) abort(); /* it was not told to stop */
        control->opened = 0;
        if (driver) {
            if (write(frames, "\xff", 1) != 1) abort();
            pthread_join(driver, NULL);
            driver = 0;
        }
        REAL(close)(frames);
        if (memory >= 0) REAL(close)(memory);
        fd = frames = memory = -1;
    }
    return REAL(close)(closed);
}
