/* The module, its types, and the one that is the walk. */
#include "binding.h"
#include "unpack.h"

static PyObject *walk_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    enum { MOST_PATHS = 4 };
    const char *paths[MOST_PATHS];
    PyObject *names;
    double fps;
    size_t count = 0;
    if (!PyArg_ParseTuple(arguments, "O!d", &PyTuple_Type, &names, &fps))
        return NULL;
    (void)keywords;
    for (Py_ssize_t i = 0; i < PyTuple_Size(names) && count < MOST_PATHS; i++)
        if (!(paths[count++] = PyUnicode_AsUTF8AndSize(PyTuple_GetItem(names, i), NULL)))
            return NULL;
    const allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Walk *const self = (Walk *)allocate(type, 0);
    if (!self)
        return NULL;
    self->is_open = ws_walk_open(&self->walk, paths, count, fps);
    if (!self->is_open) {
        Py_DECREF(self);
        return PyErr_Format(PyExc_OSError, "none of the libraries named holds LZ4");
    }
    return (PyObject *)self;
}

static void walk_dealloc(Walk *self)
{
    PyTypeObject *const type = Py_TYPE((PyObject *)self);
    const freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    if (self->is_open)
        ws_walk_close(&self->walk);
    PyBuffer_Release(&self->memory); /* does nothing with one that holds none */
    release(self);
    Py_DECREF(type);
}

#define ENTRY(name, how) {#name, (PyCFunction)(void (*)(void))walk_##name, how, NULL},

static const PyMethodDef methods[] = {WALK_METHODS(ENTRY){NULL, NULL, 0, NULL}};

static PyType_Slot walk_slots[] = {
    {Py_tp_new, (void *)walk_new},
    {Py_tp_dealloc, (void *)walk_dealloc},
    {Py_tp_methods, (void *)(uintptr_t)methods}, /* Python only reads them */
    {0, NULL},
};

static PyType_Spec walk_spec = {
    .name = "ws_stream._core.Walk",
    .basicsize = sizeof(Walk),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = walk_slots,
};

/* unpack(block, most): what an LZ4 block holds, or None. */
static PyObject *module_unpack(PyObject *self, PyObject *arguments)
{
    Py_buffer block;
    Py_ssize_t most;
    ptrdiff_t made = -1;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "y*n", &block, &most))
        return NULL;
    PyObject *unpacked = PyBytes_FromStringAndSize(NULL, most < 0 ? 0 : most);
    uint8_t *const to = unpacked ? (uint8_t *)PyBytes_AsString(unpacked) : NULL;
    if (to) {
        Py_BEGIN_ALLOW_THREADS
        made = ws_unpack(block.buf, (size_t)block.len, to, most < 0 ? 0 : (size_t)most);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&block);
    if (!to || made == most)
        return unpacked;
    /* The stable interface has no way to make bytes shorter. */
    PyObject *const shorter = made < 0 ? Py_NewRef(Py_None) : PyBytes_FromStringAndSize((const char *)to, made);
    Py_DECREF(unpacked);
    return shorter;
}

static const PyMethodDef functions[] = {{"unpack", module_unpack, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};

static int add(PyObject *module, PyType_Spec *spec)
{
    PyObject *const type = PyType_FromModuleAndSpec(module, spec, NULL);
    const int added = type ? PyModule_AddType(module, (PyTypeObject *)type) : -1;
    Py_XDECREF(type);
    return added;
}

static int execute(PyObject *module) { return add(module, &walk_spec) || add(module, &memory_spec) ? -1 : 0; }

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void *)execute},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_core", .m_size = 0, .m_slots = module_slots,
                                  .m_methods = (void *)(uintptr_t)functions};

PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&module); }
