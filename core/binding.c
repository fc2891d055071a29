/* The compiled walk for Python: `ws_stream._core.Walk`, of which ws_stream/walk/numpy_walk.py is the twin in numpy.

   Every argument is checked here; what is behind takes it for right. */
#include "binding.h"

#include <math.h>
#include <string.h>

int binding_view(const Py_buffer *buffer, ws_view *view)
{
    const Py_ssize_t components = buffer->ndim == 3 ? buffer->shape[2] : 1;
    if (buffer->ndim < 2 || buffer->ndim > 3 || components * buffer->itemsize > 4 ||
        (components > 1 && buffer->strides[2] != buffer->itemsize)) {
        PyErr_SetString(PyExc_ValueError, "the array is no picture whose pixels are 1 to 4 bytes that lie together");
        return 0;
    }
    *view = (ws_view){buffer->buf, buffer->strides[0], buffer->strides[1], (size_t)buffer->shape[1],
                      (size_t)buffer->shape[0], (size_t)(components * buffer->itemsize)};
    return 1;
}

static ws_span *read_spans(PyObject *damage, size_t *count)
{
    *count = 0;
    if (damage == Py_None)
        return NULL;
    const Py_ssize_t length = PySequence_Size(damage);
    ws_span *const spans = length < 0 ? NULL : malloc(((size_t)length + 1) * sizeof *spans);
    if (!spans) {
        if (length >= 0)
            PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < length; i++) {
        PyObject *const item = PySequence_GetItem(damage, i);
        long long y, rows;
        const int parsed = item && PyTuple_Check(item) && PyArg_ParseTuple(item, "LL", &y, &rows);
        if (item && !parsed && !PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "a span is a tuple (y, rows)");
        Py_XDECREF(item);
        if (!parsed) {
            free(spans);
            return NULL;
        }
        spans[(*count)++] = (ws_span){y, rows};
    }
    return spans;
}

int binding_take(PyObject *array, PyObject *damage, binding_picture *taken)
{
    size_t count;
    ws_span *const spans = taken->spans = read_spans(damage, &count);
    if (PyErr_Occurred())
        return 0;
    taken->asked = (ws_asked){.spans = spans, .count = count};
    if (PyObject_GetBuffer(array, &taken->buffer, PyBUF_STRIDED_RO)) {
        free(spans);
        return 0;
    }
    if (binding_view(&taken->buffer, &taken->view))
        return 1;
    binding_leave(taken);
    return 0;
}

void binding_leave(binding_picture *taken)
{
    PyBuffer_Release(&taken->buffer);
    free(taken->spans);
}

PyObject *binding_misfit(void)
{
    return PyErr_Format(PyExc_ValueError, "the array is of another size or of other pixels than the source");
}

/* update(array, spans or None, now); and what follows it under the same lock, if `time` is given. */
static PyObject *do_update(Walk *self, PyObject *array, PyObject *damage, long long time, ws_extensions said,
                           double now)
{
    double due = INFINITY;
    int changed = WS_FAILED, handed_over = 0;
    binding_picture taken;
    if (!binding_take(array, damage, &taken))
        return NULL;
    WITH_LOCK(self, changed = ws_walk_update(&self->walk, &taken.view, taken.spans ? &taken.asked : NULL, now);
              if (changed >= 0 && time >= 0) {
                  due = ws_walk_commit(&self->walk, (uint64_t)time, said) ? ws_walk_flush(&self->walk, now) : WS_FAILED;
                  due = due < 0 ? due : fmin(due, ws_walk_next_turn(&self->walk));
                  handed_over = ws_places_has_handed_over(&self->walk.places);
              });
    binding_leave(&taken);
    if (changed == WS_MISFIT)
        return binding_misfit();
    if (changed < 0 || due < 0)
        return PyErr_NoMemory();
    return time < 0 ? PyBool_FromLong(changed)
                    : Py_BuildValue("OdO", changed ? Py_True : Py_False, due, handed_over ? Py_True : Py_False);
}

static PyObject *no_time(long long time)
{
    return PyErr_Format(PyExc_ValueError, "time %lld cannot be; right would be microseconds since 1970", time);
}

/* What a header has room for. */
static int are_extensions(Py_ssize_t length)
{
    if (length <= WS_EXTENSIONS && length % 4 == 0)
        return 1;
    PyErr_Format(PyExc_ValueError, "%zd bytes are no extensions of a header", length);
    return 0;
}

PyObject *walk_update(Walk *self, PyObject *arguments)
{
    PyObject *array, *damage;
    double now;
    if (!PyArg_ParseTuple(arguments, "OOd", &array, &damage, &now))
        return NULL;
    return do_update(self, array, damage, -1, (ws_extensions){0}, now);
}

PyObject *walk_publish(Walk *self, PyObject *arguments)
{
    PyObject *array, *damage;
    const char *said = NULL;
    Py_ssize_t length = 0;
    long long time;
    double now;
    if (!PyArg_ParseTuple(arguments, "OOLd|y#", &array, &damage, &time, &now, &said, &length))
        return NULL;
    if (time < 0)
        return no_time(time);
    if (!are_extensions(length))
        return NULL;
    return do_update(self, array, damage, time, (ws_extensions){(const uint8_t *)said, (size_t)length}, now);
}

PyObject *walk_sample(Walk *self, PyObject *arguments)
{
    PyObject *array;
    Py_ssize_t first, every;
    double now;
    Py_buffer buffer;
    ws_view view;
    int changed = WS_FAILED;
    if (!PyArg_ParseTuple(arguments, "Onnd", &array, &first, &every, &now) ||
        PyObject_GetBuffer(array, &buffer, PyBUF_STRIDED_RO))
        return NULL;
    const int is_view = binding_view(&buffer, &view), is_sample = first >= 0 && every >= 1;
    const ws_asked asked = {.first = (size_t)first, .every = (size_t)every};
    if (is_view && is_sample)
        WITH_LOCK(self, changed = ws_walk_update(&self->walk, &view, &asked, now));
    PyBuffer_Release(&buffer);
    if (!is_view)
        return NULL;
    if (!is_sample)
        return PyErr_Format(PyExc_ValueError, "there is no sample of row %zd and every %zd-th from there", first,
                            every);
    if (changed == WS_MISFIT)
        return binding_misfit();
    return changed < 0 ? PyErr_NoMemory() : PyBool_FromLong(changed);
}

PyObject *walk_commit(Walk *self, PyObject *arguments)
{
    const char *said = NULL;
    Py_ssize_t length = 0;
    long long time;
    int done;
    if (!PyArg_ParseTuple(arguments, "L|y#", &time, &said, &length))
        return NULL;
    if (time < 0)
        return no_time(time);
    if (!are_extensions(length))
        return NULL;
    WITH_LOCK(self, done = ws_walk_commit(&self->walk, (uint64_t)time,
                                          (ws_extensions){(const uint8_t *)said, (size_t)length}));
    return done ? Py_NewRef(Py_None) : PyErr_NoMemory();
}

PyObject *walk_abandon(Walk *self, PyObject *unused)
{
    int done;
    (void)unused;
    WITH_LOCK(self, done = ws_walk_abandon(&self->walk));
    return done ? Py_NewRef(Py_None) : PyErr_NoMemory();
}

PyObject *walk_flush(Walk *self, PyObject *argument)
{
    const double now = PyFloat_AsDouble(argument);
    double due;
    if (now == -1 && PyErr_Occurred())
        return NULL;
    WITH_LOCK(self, due = ws_walk_flush(&self->walk, now));
    return due < 0 ? PyErr_NoMemory() : PyFloat_FromDouble(due);
}

PyObject *walk_flush_one(Walk *self, PyObject *arguments)
{
    Py_ssize_t place;
    double now, due = INFINITY;
    int is_there = 0, is_handed_over = 0;
    if (!PyArg_ParseTuple(arguments, "nd", &place, &now))
        return NULL;
    WITH_LOCK(self, is_there = place >= 0 && (size_t)place < self->walk.places.count; if (is_there) {
        due = ws_walk_flush_one(&self->walk, (size_t)place, now);
        is_handed_over = self->walk.places.subscribers[place].outlet.is_handed_over;
    });
    if (!is_there)
        return PyErr_Format(PyExc_ValueError, "there is no subscriber at place %zd", place);
    return due < 0 ? PyErr_NoMemory() : Py_BuildValue("dO", due, is_handed_over ? Py_True : Py_False);
}

/* The messages for subscribers without a socket: [(place, bytes), ...]. */
PyObject *walk_messages(Walk *self, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    ws_outbox outbox;
    size_t at = 0, head[2];
    (void)unused;
    /* Taken out first: what makes objects may run anybody's code, and that may want the lock. */
    WITH_LOCK(self, outbox = self->walk.outbox; self->walk.outbox = (ws_outbox){0});
    while (list && at < outbox.length) {
        memcpy(head, outbox.memory.bytes + at, sizeof head);
        at += sizeof head;
        PyObject *const item =
            Py_BuildValue("ny#", (Py_ssize_t)head[0], (const char *)outbox.memory.bytes + at, (Py_ssize_t)head[1]);
        at += head[1];
        if (!item || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    ws_release(&outbox.memory);
    return list;
}

/* The subscribers whose sockets were handed to their transports since this was asked last. */
PyObject *walk_handed_over(Walk *self, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    ptrdiff_t place = 0;
    (void)unused;
    while (list) {
        WITH_LOCK(self, place = ws_places_pop_handed_over(&self->walk.places, (size_t)place));
        if (place < 0)
            break;
        PyObject *const number = PyLong_FromSsize_t(place);
        if (!number || PyList_Append(list, number) < 0)
            Py_CLEAR(list);
        Py_XDECREF(number);
    }
    return list;
}

PyObject *walk_is_settled(Walk *self, PyObject *unused)
{
    int settled;
    (void)unused;
    WITH_LOCK(self, settled = ws_walk_is_settled(&self->walk));
    return PyBool_FromLong(settled);
}

PyObject *walk_next_turn(Walk *self, PyObject *unused)
{
    double due;
    (void)unused;
    WITH_LOCK(self, due = ws_walk_next_turn(&self->walk));
    return PyFloat_FromDouble(due);
}

PyObject *walk_first_turn(Walk *self, PyObject *unused)
{
    double due;
    (void)unused;
    WITH_LOCK(self, due = ws_walk_first_turn(&self->walk));
    return PyFloat_FromDouble(due);
}

PyObject *walk_has_handed_over(Walk *self, PyObject *unused)
{
    int is_any;
    (void)unused;
    WITH_LOCK(self, is_any = ws_places_has_handed_over(&self->walk.places));
    return PyBool_FromLong(is_any);
}
