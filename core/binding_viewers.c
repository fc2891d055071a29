/* Variants and subscribers: the seldom calls of the control plane. ws_stream/walk/numpy_walk.py says what
   each of them does. */
#include "binding.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static int is_variant(Py_ssize_t variant)
{
    if (variant >= 0 && variant < WS_VARIANTS)
        return 1;
    PyErr_Format(PyExc_ValueError, "there is no variant %zd; right would be 0 to %d", variant, WS_VARIANTS - 1);
    return 0;
}

/* Under the lock. */
static ws_subscriber *subscriber_at(Walk *self, Py_ssize_t place)
{
    const int is_there = place >= 0 && (size_t)place < self->walk.places && self->walk.subscribers[place].is_open;
    return is_there ? &self->walk.subscribers[place] : NULL;
}

static PyObject *no_subscriber(Py_ssize_t place)
{
    return PyErr_Format(PyExc_ValueError, "there is no subscriber at place %zd", place);
}

PyObject *walk_open_variant(Walk *self, PyObject *arguments)
{
    Py_ssize_t variant, x, y, width, height, step, source_width, source_height;
    Py_buffer pixel;
    unsigned code, epoch;
    int average, done = 0;
    ws_rendition r = {0};
    if (!PyArg_ParseTuple(arguments, "ny*(nnnn)np(nn)II", &variant, &pixel, &x, &y, &width, &height, &step, &average,
                          &source_width, &source_height, &code, &epoch))
        return NULL;
    const int fits = pixel.len == sizeof r.pixel && x >= 0 && y >= 0 && width >= 1 && height >= 1 && step >= 1 &&
                     source_width >= 1 && source_height >= 1 && x <= source_width && y <= source_height;
    if (fits)
        memcpy(&r.pixel, pixel.buf, sizeof r.pixel);
    PyBuffer_Release(&pixel);
    if (!is_variant(variant))
        return NULL;
    r.crop_x = (size_t)x;
    r.crop_y = (size_t)y;
    r.crop_width = (size_t)width;
    r.crop_height = (size_t)height;
    r.step = (size_t)step;
    r.average = average;
    if (fits)
        WITH_LOCK(self, done = ws_variant_open(&self->walk.variants[variant], &r, (size_t)source_width,
                                               (size_t)source_height, (uint8_t)code, epoch));
    if (!done)
        return PyErr_Format(PyExc_ValueError, "such a rendition cannot be kept, or there is no memory for it");
    Py_RETURN_NONE;
}

PyObject *walk_close_variant(Walk *self, PyObject *argument)
{
    const Py_ssize_t variant = PyLong_AsSsize_t(argument);
    if ((variant == -1 && PyErr_Occurred()) || !is_variant(variant))
        return NULL;
    WITH_LOCK(self, ws_variant_close(&self->walk.variants[variant]));
    Py_RETURN_NONE;
}

PyObject *walk_state(Walk *self, PyObject *argument)
{
    const Py_ssize_t variant = PyLong_AsSsize_t(argument);
    unsigned epoch = 0, number = 0;
    unsigned long long time = 0;
    if ((variant == -1 && PyErr_Occurred()) || !is_variant(variant))
        return NULL;
    WITH_LOCK(self, epoch = self->walk.variants[variant].epoch; number = self->walk.variants[variant].number;
              time = self->walk.variants[variant].time);
    return Py_BuildValue("IIK", epoch, number, time);
}

PyObject *walk_picture(Walk *self, PyObject *argument)
{
    const Py_ssize_t variant = PyLong_AsSsize_t(argument);
    if ((variant == -1 && PyErr_Occurred()) || !is_variant(variant))
        return NULL;
    const ws_variant *const v = &self->walk.variants[variant];
    PyObject *bytes = NULL;
    ws_walk_lock(&self->walk); /* with the interpreter's lock: bytes are made */
    bytes = PyBytes_FromStringAndSize((const char *)v->kept, (Py_ssize_t)(v->height * v->row_bytes));
    ws_walk_unlock(&self->walk);
    return bytes;
}

PyObject *walk_join(Walk *self, PyObject *arguments)
{
    Py_ssize_t variant, place;
    int fd, acknowledges;
    double fps, now;
    if (!PyArg_ParseTuple(arguments, "inpdd", &fd, &variant, &acknowledges, &fps, &now) || !is_variant(variant))
        return NULL;
    if (fd >= 0) /* one of our own: the transport's may be closed at any time, and its number used for another */
        fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    else
        errno = 0;
    if (fd < 0 && errno)
        return PyErr_SetFromErrno(PyExc_OSError);
    WITH_LOCK(self, place = ws_walk_join(&self->walk, fd, (size_t)variant, acknowledges, fps, now));
    if (place < 0 && fd >= 0)
        close(fd);
    return place < 0 ? PyErr_NoMemory() : PyLong_FromSsize_t(place);
}

PyObject *walk_leave(Walk *self, PyObject *argument)
{
    const Py_ssize_t place = PyLong_AsSsize_t(argument);
    ws_subscriber *s;
    if (place == -1 && PyErr_Occurred())
        return NULL;
    WITH_LOCK(self, s = subscriber_at(self, place); if (s) ws_subscriber_close(s));
    return s ? Py_NewRef(Py_None) : no_subscriber(place);
}

/* What is told of one subscriber at one moment. */
typedef enum { MOVED, ANNOUNCED, FORGOTTEN, RATE, ACKNOWLEDGED } told;

static void tell(Walk *self, ws_subscriber *s, told what, double value, double now)
{
    const ws_variant *const v = &self->walk.variants[s->variant];
    switch (what) {
    case MOVED:
        ws_subscriber_move(s, (size_t)value, now);
        break;
    case ANNOUNCED:
        ws_subscriber_announced(s, v->epoch, v->number, now);
        break;
    case FORGOTTEN:
        ws_subscriber_forget(s, now);
        break;
    case RATE:
        ws_subscriber_set_rate(s, value, now);
        break;
    case ACKNOWLEDGED:
        ws_window_acknowledged(&s->window, value >= 0 && value <= UINT32_MAX ? (uint32_t)value : 0, now);
        break;
    }
}

/* (place, value, now), or (place, now) where there is no value. */
static PyObject *tell_of(Walk *self, PyObject *arguments, told what, int has_value)
{
    Py_ssize_t place;
    double value = 0, now;
    ws_subscriber *s;
    const int parsed = has_value ? PyArg_ParseTuple(arguments, "ndd", &place, &value, &now)
                                 : PyArg_ParseTuple(arguments, "nd", &place, &now);
    if (!parsed || (what == MOVED && !is_variant(value >= 0 && value < WS_VARIANTS ? (Py_ssize_t)value : -1)))
        return NULL;
    WITH_LOCK(self, s = subscriber_at(self, place); if (s) tell(self, s, what, value, now));
    return s ? Py_NewRef(Py_None) : no_subscriber(place);
}

PyObject *walk_move(Walk *self, PyObject *a) { return tell_of(self, a, MOVED, 1); }
PyObject *walk_announced(Walk *self, PyObject *a) { return tell_of(self, a, ANNOUNCED, 0); }
PyObject *walk_forget(Walk *self, PyObject *a) { return tell_of(self, a, FORGOTTEN, 0); }
PyObject *walk_set_rate(Walk *self, PyObject *a) { return tell_of(self, a, RATE, 1); }
PyObject *walk_acknowledge(Walk *self, PyObject *a) { return tell_of(self, a, ACKNOWLEDGED, 1); }

PyObject *walk_take(Walk *self, PyObject *argument)
{
    const Py_ssize_t place = PyLong_AsSsize_t(argument);
    if (place == -1 && PyErr_Occurred())
        return NULL;
    PyObject *tail = NULL;
    ws_walk_lock(&self->walk); /* with the interpreter's lock: bytes are made */
    ws_subscriber *const s = subscriber_at(self, place);
    if (s) {
        size_t length;
        const uint8_t *const bytes = ws_subscriber_take(s, &length);
        tail = bytes ? PyBytes_FromStringAndSize((const char *)bytes, (Py_ssize_t)length) : Py_NewRef(Py_None);
        s->is_lost |= !tail; /* nothing may be sent after half a message */
    }
    ws_walk_unlock(&self->walk);
    return s ? tail : no_subscriber(place);
}

PyObject *walk_give(Walk *self, PyObject *argument)
{
    const Py_ssize_t place = PyLong_AsSsize_t(argument);
    ws_subscriber *s;
    if (place == -1 && PyErr_Occurred())
        return NULL;
    WITH_LOCK(self, s = subscriber_at(self, place); if (s) ws_subscriber_give(s));
    return s ? Py_NewRef(Py_None) : no_subscriber(place);
}

PyObject *walk_report(Walk *self, PyObject *arguments)
{
    Py_ssize_t place;
    double now;
    ws_subscriber copy, *s;
    int may;
    if (!PyArg_ParseTuple(arguments, "nd", &place, &now))
        return NULL;
    WITH_LOCK(self, s = subscriber_at(self, place); if (s) {
        copy = *s;
        may = ws_window_allows(&s->window, now);
        s->sent = 0;
        s->published = 0;
    });
    if (!s)
        return no_subscriber(place);
    return Py_BuildValue("IIKO", copy.base, copy.sent, (unsigned long long)copy.published, may ? Py_True : Py_False);
}

PyObject *walk_limit(Walk *self, PyObject *argument)
{
    const double fps = PyFloat_AsDouble(argument);
    if (fps == -1 && PyErr_Occurred())
        return NULL;
    WITH_LOCK(self, self->walk.fps = fps);
    Py_RETURN_NONE;
}
