// The face of a model that is searched: besides that of every model, the counters of its branches, and its state as bytes.

#include "model.cpp"
#include "Vmodel__Syms.h"

// Counts how often each branch of the Verilog was taken; `count` becomes the number of counters.
SV_EXPORT uint32_t* sv_coverage(Instance* instance, uint32_t* count) {
    Vmodel__Syms* const symbols = instance->model->rootp->vlSymsp;
    *count = sizeof symbols->__Vcoverage / sizeof symbols->__Vcoverage[0];
    return symbols->__Vcoverage;
}

// All values of the circuit; `bytes` becomes how many there are. Verilator puts every signal of a flat design into the root class,
// ports included, as plain numbers and arrays of them, before its pointer to the symbols.
SV_EXPORT uint8_t* sv_state(Instance* instance, uint64_t* bytes) {
    Vmodel___024root* const root = instance->model->rootp;
    uint8_t* const begin = reinterpret_cast<uint8_t*>(root);
    *bytes = static_cast<uint64_t>(reinterpret_cast<uint8_t*>(&root->vlSymsp) - begin);
    return begin;
}

// A register whose values count as coverage, e.g. the program counter of a microprogram.
SV_EXPORT uint32_t sv_probe(Instance* instance) {
#ifdef SV_PROBE
    return static_cast<uint32_t>(instance->model->rootp->SV_PROBE);
#else
    (void)instance;
    return 0;
#endif
}
