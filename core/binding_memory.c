/* Guarded memory as a Python object: `ws_stream._core.Memory`. Whoever holds a view of it holds it, and it is guarded as
   long as it is held. */
#include "binding.h"
#include "guard.h"

typedef struct {
    PyObject_HEAD
    ws_range *range;
} Memory;

/* Memory(fd, offset, length) */
static PyObject *memory_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    int fd;
    long long offset;
    Py_ssize_t length;
    (void)keywords;
    if (!PyArg_ParseTuple(arguments, "iLn", &fd, &offset, &length))
        return NULL;
    if (offset < 0 || length < 1)
        return PyErr_Format(PyExc_ValueError, "%zd bytes from byte %lld on are no memory", length, offset);
    const allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Memory *const self = (Memory *)allocate(type, 0);
    if (!self)
        return NULL;
    self->range = ws_range_open(fd, offset, (size_t)length);
    if (!self->range) {
        PyErr_SetFromErrno(PyExc_OSError);
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void memory_dealloc(Memory *self)
{
    PyTypeObject *const type = Py_TYPE((PyObject *)self);
    const freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    if (self->range)
        ws_range_close(self->range);
    release(self);
    Py_DECREF(type);
}

static int memory_getbuffer(PyObject *object, Py_buffer *view, int flags)
{
    const ws_range *const range = ((Memory *)object)->range;
    return PyBuffer_FillInfo(view, object, (void *)range->start, (Py_ssize_t)(range->end - range->start), 1, flags);
}

static PyObject *memory_is_lost(Memory *self, PyObject *unused)
{
    (void)unused;
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* what is read next, a number say, is read after what was read so far */
    return PyBool_FromLong(ws_range_is_lost(self->range));
}

static PyObject *memory_stand_guard(Memory *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    ws_guard_stand();
    ws_guard_unblock();
    Py_RETURN_NONE;
}

static const PyMethodDef methods[] = {
    {"is_lost", (PyCFunction)(void (*)(void))memory_is_lost, METH_NOARGS, NULL},
    {"stand_guard", (PyCFunction)(void (*)(void))memory_stand_guard, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, (void *)memory_new},
    {Py_tp_dealloc, (void *)memory_dealloc},
    {Py_tp_methods, (void *)(uintptr_t)methods}, /* Python only reads them */
    {Py_bf_getbuffer, (void *)memory_getbuffer},
    {0, NULL},
};

PyType_Spec memory_spec = {
    .name = "ws_stream._core.Memory",
    .basicsize = sizeof(Memory),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = slots,
};
