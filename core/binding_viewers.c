/* Variants and subscribers: the seldom calls of the control plane. ws_stream/walk/places.py says what each of
   them does. */
#include "binding.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

int binding_is_variant(Py_ssize_t variant_id)
{
    if (variant_id >= 0 && variant_id < WS_VARIANTS)
        return 1;
    PyErr_Format(PyExc_ValueError, "there is no variant %zd; right would be 0 to %d", variant_id, WS_VARIANTS - 1);
    return 0;
}

/* Under the lock. */
static ws_subscriber *subscriber_at(Walk *self, Py_ssize_t place)
{
    const ws_places *const p = &self->walk.places;
    return place >= 0 && (size_t)place < p->count && p->subscribers[place].is_open ? &p->subscribers[place] : NULL;
}

static PyObject *no_subscriber(Py_ssize_t place)
{
    return PyErr_Format(PyExc_ValueError, "there is no subscriber at place %zd", place);
}

PyObject *walk_open_variant(Walk *self, PyObject *arguments)
{
    Py_ssize_t variant_id, x, y, width, height, step, source_width, source_height, shown_width, shown_height;
    Py_buffer pixel, palette;
    unsigned code, epoch;
    int average, done = 0;
    ws_rendition r = {0};
    ws_encoding encoding;
    Py_ssize_t band_rows;
    if (!PyArg_ParseTuple(arguments, "ny*(nnnn)np(ppn)(nn)(nn)y*II", &variant_id, &pixel, &x, &y, &width, &height, &step,
                          &average, &encoding.has_lz4, &encoding.has_copy, &band_rows, &source_width, &source_height,
                          &shown_width, &shown_height, &palette, &code, &epoch))
        return NULL;
    int fits = pixel.len == sizeof r.pixel && x >= 0 && y >= 0 && width >= 1 && height >= 1 && step >= 1 &&
               source_width >= 1 && source_height >= 1 && band_rows >= 1 && shown_width >= 1 && shown_height >= 1 &&
               palette.len <= (Py_ssize_t)sizeof r.palette;
    if (fits) {
        memcpy(&r.pixel, pixel.buf, sizeof r.pixel);
        memcpy(r.palette, palette.buf, (size_t)palette.len);
    }
    PyBuffer_Release(&pixel);
    PyBuffer_Release(&palette);
    if (!binding_is_variant(variant_id))
        return NULL;
    r.crop_x = (size_t)x;
    r.crop_y = (size_t)y;
    r.crop_width = (size_t)width;
    r.crop_height = (size_t)height;
    r.step = (size_t)step;
    r.average = average;
    encoding.band_rows = (size_t)band_rows;
    fits = fits && ws_variant_can_be(&r, &encoding, (size_t)source_width, (size_t)source_height);
    if (!fits)
        return PyErr_Format(PyExc_ValueError, "such a rendition cannot be kept");
    WITH_LOCK(self, done = ws_walk_open_variant(&self->walk, (size_t)variant_id, &r, &encoding, (size_t)source_width,
                                                (size_t)source_height, (uint8_t)code, epoch);
              if (done) {
                  self->walk.variants[variant_id].picture.shown_width = (size_t)shown_width;
                  self->walk.variants[variant_id].picture.shown_height = (size_t)shown_height;
              });
    if (!done)
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

PyObject *walk_close_variant(Walk *self, PyObject *argument)
{
    const Py_ssize_t variant_id = PyLong_AsSsize_t(argument);
    if ((variant_id == -1 && PyErr_Occurred()) || !binding_is_variant(variant_id))
        return NULL;
    WITH_LOCK(self, ws_variant_close(&self->walk.variants[variant_id]));
    Py_RETURN_NONE;
}

PyObject *walk_state(Walk *self, PyObject *argument)
{
    const Py_ssize_t variant_id = PyLong_AsSsize_t(argument);
    unsigned epoch = 0, number = 0;
    unsigned long long time = 0;
    if ((variant_id == -1 && PyErr_Occurred()) || !binding_is_variant(variant_id))
        return NULL;
    const ws_picture *const newest = &self->walk.variants[variant_id].picture;
    WITH_LOCK(self, epoch = newest->epoch; number = newest->number; time = ws_picture_time(newest, epoch, number));
    return Py_BuildValue("IIK", epoch, number, time);
}

PyObject *walk_taken(Walk *self, PyObject *arguments)
{
    Py_ssize_t place;
    unsigned epoch, number;
    unsigned long long time = 0;
    ws_subscriber *s;
    if (!PyArg_ParseTuple(arguments, "nII", &place, &epoch, &number))
        return NULL;
    WITH_LOCK(self, s = subscriber_at(self, place); if (s) {
        time = ws_picture_time(&self->walk.variants[s->variant_id].picture, epoch, number);
    });
    return s ? PyLong_FromUnsignedLongLong(time) : no_subscriber(place);
}

PyObject *walk_picture(Walk *self, PyObject *argument)
{
    const Py_ssize_t variant_id = PyLong_AsSsize_t(argument);
    if ((variant_id == -1 && PyErr_Occurred()) || !binding_is_variant(variant_id))
        return NULL;
    const ws_picture *const kept = &self->walk.variants[variant_id].picture;
    PyObject *bytes = NULL;
    ws_walk_lock(&self->walk); /* with the interpreter's lock: bytes are made */
    bytes = PyBytes_FromStringAndSize((const char *)kept->pixels, (Py_ssize_t)(kept->height * kept->row_bytes));
    ws_walk_unlock(&self->walk);
    return bytes;
}

PyObject *walk_join(Walk *self, PyObject *arguments)
{
    Py_ssize_t variant_id, place;
    int fd, acknowledges;
    double fps, now;
    if (!PyArg_ParseTuple(arguments, "inpdd", &fd, &variant_id, &acknowledges, &fps, &now) || !binding_is_variant(variant_id))
        return NULL;
    if (fd >= 0) /* one of our own: the transport's may be closed at any time, and its number used for another */
        fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    else
        errno = 0;
    if (fd < 0 && errno)
        return PyErr_SetFromErrno(PyExc_OSError);
    WITH_LOCK(self, place = ws_places_join(&self->walk.places, fd, (size_t)variant_id, acknowledges, fps, now));
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

PyObject *walk_move(Walk *self, PyObject *arguments)
{
    Py_ssize_t place, variant_id;
    double now;
    ws_subscriber *s;
    if (!PyArg_ParseTuple(arguments, "nnd", &place, &variant_id, &now) || !binding_is_variant(variant_id))
        return NULL;
    WITH_LOCK(self, s = subscriber_at(self, place); if (s) ws_subscriber_move(s, (size_t)variant_id, now));
    return s ? Py_NewRef(Py_None) : no_subscriber(place);
}

/* What is told of one subscriber at one moment. */
typedef enum { ANNOUNCED, FORGOTTEN, RATE, ACKNOWLEDGED } told;

static void tell(Walk *self, ws_subscriber *s, told what, double value, double now)
{
    const ws_picture *const newest = &self->walk.variants[s->variant_id].picture;
    switch (what) {
    case ANNOUNCED:
        ws_subscriber_announced(s, newest->epoch, newest->number, now);
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
    if (!parsed)
        return NULL;
    WITH_LOCK(self, s = subscriber_at(self, place); if (s) tell(self, s, what, value, now));
    return s ? Py_NewRef(Py_None) : no_subscriber(place);
}

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
        const uint8_t *const bytes = ws_outlet_take(&s->outlet, &length);
        tail = bytes ? PyBytes_FromStringAndSize((const char *)bytes, (Py_ssize_t)length) : Py_NewRef(Py_None);
        s->outlet.is_lost |= !tail; /* nothing may be sent after half a message */
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
    WITH_LOCK(self, s = subscriber_at(self, place); if (s) ws_outlet_give(&s->outlet));
    return s ? Py_NewRef(Py_None) : no_subscriber(place);
}

PyObject *walk_report(Walk *self, PyObject *argument)
{
    const Py_ssize_t place = PyLong_AsSsize_t(argument);
    uint32_t base;
    ws_tally tally;
    ws_subscriber *s;
    int is_newest;
    if (place == -1 && PyErr_Occurred())
        return NULL;
    WITH_LOCK(self, s = subscriber_at(self, place); if (s) {
        base = s->base;
        tally = s->tally;
        is_newest = ws_subscriber_has_newest(s, &self->walk.variants[s->variant_id]);
        s->tally.sent = 0;
        s->tally.published = 0;
    });
    if (!s)
        return no_subscriber(place);
    return Py_BuildValue("IIKO", base, tally.sent, (unsigned long long)tally.published,
                         is_newest ? Py_True : Py_False);
}

PyObject *walk_counts(Walk *self, PyObject *unused)
{
    ws_counts c;
    (void)unused;
    WITH_LOCK(self, c = self->walk.shared.counts);
    return Py_BuildValue("KKKK[KKKK]", (unsigned long long)c.pictures, (unsigned long long)c.encodings,
                         (unsigned long long)c.sent, (unsigned long long)c.sent_bytes,
                         (unsigned long long)c.skipped[WS_BY_RATE], (unsigned long long)c.skipped[WS_BY_WINDOW],
                         (unsigned long long)c.skipped[WS_BY_SOCKET], (unsigned long long)c.skipped[WS_BY_WHOLES]);
}

PyObject *walk_limit(Walk *self, PyObject *arguments)
{
    Py_ssize_t variant_id;
    double fps;
    if (!PyArg_ParseTuple(arguments, "nd", &variant_id, &fps) || !binding_is_variant(variant_id))
        return NULL;
    WITH_LOCK(self, self->walk.variants[variant_id].turn.fps = fps);
    Py_RETURN_NONE;
}
