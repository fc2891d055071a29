/* The source that is read without Python. */
#include "binding.h"

#include <string.h>
#include <sys/stat.h>

/* Whether the source's pictures, the first of which begins at `offset`, and its number lie within the memory. Every
   product is bounded before it is made. */
static int is_within(const ws_source *s, Py_ssize_t offset, Py_ssize_t distance, Py_ssize_t number, Py_ssize_t length)
{
    enum { MOST_SIDE = 1 << 24, MOST_SLOTS = 1 << 20 };
    const ws_view *const v = &s->view;
    if (v->width < 1 || v->width > MOST_SIDE || v->height < 1 || v->height > MOST_SIDE || v->pixel_size < 1 ||
        v->pixel_size > 4 || s->slots < 1 || s->slots > MOST_SLOTS)
        return 0;
    const long long row_bytes = (long long)(v->width * v->pixel_size), rows = (long long)v->height - 1;
    if (v->row_stride < row_bytes || offset < 0 || offset > length - row_bytes ||
        rows > (length - row_bytes - offset) / v->row_stride)
        return 0;
    const long long left = length - row_bytes - offset - rows * v->row_stride;
    if (distance < 0 || (s->slots > 1 && (long long)s->slots - 1 > (distance ? left / distance : 0)))
        return 0;
    const int bytes = s->number_bytes, is_known = bytes == 4 || bytes == 8 || (bytes == 1 && s->kept == WS_FRONT);
    return s->kept == WS_NOTHING || s->kept == WS_RING || (is_known && number >= 0 && number <= length - bytes);
}

/* set_source(buffer, offset, stride, distance, width, height, pixel_bytes, slots,
              kept, number, number_bytes, big_endian, zero_is_none, fd, size, ring): the last is the header of one */
PyObject *walk_set_source(Walk *self, PyObject *arguments)
{
    PyObject *object;
    Py_buffer memory;
    Py_ssize_t offset, stride, distance, width, height, bytes, slots, number;
    long long size;
    int kept, number_bytes, big_endian, zero_is_none, fd;
    const char *ring;
    Py_ssize_t ring_bytes;
    struct stat status;
    if (!PyArg_ParseTuple(arguments, "OnnnnnnninippiLy#", &object, &offset, &stride, &distance, &width, &height, &bytes,
                          &slots, &kept, &number, &number_bytes, &big_endian, &zero_is_none, &fd, &size, &ring, &ring_bytes))
        return NULL;
    if (PyObject_GetBuffer(object, &memory, PyBUF_SIMPLE))
        return NULL;
    ws_source source = {.view = {NULL, stride, bytes, (size_t)width, (size_t)height, (size_t)bytes},
                        .slot_bytes = (size_t)distance, .slots = (size_t)slots, .kept = (ws_kept)kept,
                        .number_bytes = number_bytes, .number_is_big_endian = big_endian,
                        .zero_is_none = zero_is_none, .fd = fd, .size = size};
    const int is_ring = kept == WS_RING && ring_bytes == WS_RING_HEADER &&
                        ws_ring_open(&source.ring, memory.buf, (size_t)memory.len, (const uint8_t *)ring, source.slots);
    if (kept < WS_NOTHING || kept > WS_RING || (kept == WS_RING && !is_ring) || !is_within(&source, offset, distance, number, memory.len)) {
        PyBuffer_Release(&memory);
        return PyErr_Format(PyExc_ValueError, "pictures or their number do not lie within the memory");
    }
    source.memory = (const uint8_t *)memory.buf + offset;
    source.number = kept == WS_NOTHING || kept == WS_RING ? NULL : (const uint8_t *)memory.buf + number;
    source.range = ws_range_of(memory.buf);
    source.links = fd >= 0 && fstat(fd, &status) == 0 ? status.st_nlink : 0;
    ws_walk_lock(&self->walk);
    Py_buffer old = self->memory;
    self->memory = memory;
    self->poller.source = source;
    self->poller.has_seen = 0;
    ws_walk_unlock(&self->walk);
    PyBuffer_Release(&old);
    Py_RETURN_NONE;
}

PyObject *walk_forget_source(Walk *self, PyObject *unused)
{
    (void)unused;
    ws_walk_lock(&self->walk);
    Py_buffer old = self->memory;
    memset(&self->memory, 0, sizeof self->memory);
    memset(&self->poller, 0, sizeof self->poller);
    ws_walk_unlock(&self->walk);
    PyBuffer_Release(&old);
    Py_RETURN_NONE;
}

/* run(interval, tell_polled, ahead_us): why it came back, and whether the device is behind. */
PyObject *walk_run(Walk *self, PyObject *arguments)
{
    double interval;
    long long ahead_us;
    int tell_polled, events, is_behind, has_source;
    if (!PyArg_ParseTuple(arguments, "dpL", &interval, &tell_polled, &ahead_us))
        return NULL;
    WITH_LOCK(self, self->poller.ahead_us = ahead_us; has_source = self->poller.source.memory != NULL);
    if (!has_source || !(interval > 0))
        return PyErr_Format(PyExc_ValueError, "there is no source to run, or its interval is not above 0");
    Py_BEGIN_ALLOW_THREADS
    events = ws_poller_run(&self->poller, &self->walk, interval, tell_polled);
    Py_END_ALLOW_THREADS
    WITH_LOCK(self, is_behind = self->poller.is_behind);
    return Py_BuildValue("iO", events, is_behind ? Py_True : Py_False);
}

/* When the source was asked last, with no fault: seconds of the clock that only moves forward; 0: never. */
PyObject *walk_looked(Walk *self, PyObject *unused)
{
    double looked;
    (void)unused;
    WITH_LOCK(self, looked = self->walk.looked);
    return PyFloat_FromDouble(looked);
}

PyObject *walk_wake(Walk *self, PyObject *unused)
{
    (void)unused;
    Py_BEGIN_ALLOW_THREADS
    ws_walk_wake(&self->walk);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
