/* The source that is read without Python. */
#include "binding.h"

#include <string.h>

/* Whether the source's pictures, the first of which begins at `offset`, and its counter (negative: none) lie within the
   memory. Every product is bounded before it is made. */
static int is_within(const ws_source *s, Py_ssize_t offset, Py_ssize_t counter, Py_ssize_t length)
{
    enum { MOST_SIDE = 1 << 24, MOST_SLOTS = 1 << 20 };
    const ws_view *const v = &s->view;
    if (v->width < 1 || v->width > MOST_SIDE || v->height < 1 || v->height > MOST_SIDE || v->pixel_size < 1 ||
        v->pixel_size > 4 || s->slots < 1 || s->slots > MOST_SLOTS)
        return 0;
    const long long row_bytes = (long long)(v->width * v->pixel_size);
    const long long rows = (long long)v->height * (long long)s->slots;
    if (v->row_stride < row_bytes || offset < 0 || offset > length - row_bytes ||
        rows - 1 > (length - row_bytes - offset) / v->row_stride)
        return 0;
    const int is_counter = s->counter_bytes == 4 || s->counter_bytes == 8;
    return counter < 0 || (is_counter && counter <= length - s->counter_bytes);
}

/* set_source(buffer, offset, stride, width, height, pixel_bytes, slots,
              counter, counter_bytes, big_endian, fd, size) */
PyObject *walk_set_source(Walk *self, PyObject *arguments)
{
    PyObject *object;
    Py_buffer memory;
    Py_ssize_t offset, stride, width, height, bytes, slots, counter;
    long long size;
    int counter_bytes, big_endian, fd;
    if (!PyArg_ParseTuple(arguments, "OnnnnnnnipiL", &object, &offset, &stride, &width, &height, &bytes, &slots,
                          &counter, &counter_bytes, &big_endian, &fd, &size))
        return NULL;
    if (PyObject_GetBuffer(object, &memory, PyBUF_SIMPLE))
        return NULL;
    ws_source source = {.view = {NULL, stride, bytes, (size_t)width, (size_t)height, (size_t)bytes},
                        .slots = (size_t)slots, .counter_bytes = counter_bytes, .counter_is_big_endian = big_endian,
                        .fd = fd, .size = size};
    if (!is_within(&source, offset, counter, memory.len)) {
        PyBuffer_Release(&memory);
        return PyErr_Format(PyExc_ValueError, "pictures or counter do not lie within the memory");
    }
    source.memory = (const uint8_t *)memory.buf + offset;
    source.slot_bytes = (size_t)height * (size_t)stride; /* of a single slot it may wrap: it is never used then */
    source.counter = counter < 0 ? NULL : (const uint8_t *)memory.buf + counter;
    ws_walk_lock(&self->walk);
    Py_buffer old = self->memory;
    self->memory = memory;
    self->poller.source = source;
    self->poller.seen = 0;
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

/* run(interval, tell_polled): why it came back, and whether the device is behind. */
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
    return Py_BuildValue("ii", events, is_behind);
}

PyObject *walk_wake(Walk *self, PyObject *unused)
{
    (void)unused;
    Py_BEGIN_ALLOW_THREADS
    ws_walk_wake(&self->walk);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
