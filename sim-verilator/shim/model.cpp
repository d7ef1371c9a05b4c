// The C face of one Verilated model. `SV_PORTS(X)` comes from the generated ports.inc and calls
// X(C++ member, "Verilog name", bits, direction) for each port; direction is 0 for an input.

#include "Vmodel.h"
#if SV_TRACE
#include "verilated_fst_c.h"
#endif
#include "ports.inc"

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

namespace {
struct Port {
    const char* name;
    uint32_t bits;
    uint32_t output;
};

struct Instance {
    VerilatedContext context;
    std::unique_ptr<Vmodel> model;
#if SV_TRACE
    std::unique_ptr<VerilatedFstC> trace;
#endif
    std::string error;

    Instance() {
#if SV_TRACE
        context.traceEverOn(true);
#endif
        model = std::make_unique<Vmodel>(&context, "");
    }
};

const Port PORTS[] = {
#define SV_ENTRY(member, name, bits, output) {name, bits, output},
    SV_PORTS(SV_ENTRY)
#undef SV_ENTRY
    {nullptr, 0, 0}};
}  // namespace

#define SV_EXPORT extern "C" __attribute__((visibility("default")))

SV_EXPORT const Port* sv_ports() { return PORTS; }

SV_EXPORT Instance* sv_create() {
    try {
        return new Instance;
    } catch (const std::exception&) {
        return nullptr;
    }
}

SV_EXPORT void sv_destroy(Instance* instance) {
    // Generated destructors may ask for the context of their thread.
    Verilated::threadContextp(&instance->context);
    delete instance;
}

// Writes the address of each port's storage, in the order of sv_ports().
SV_EXPORT void sv_storage(Instance* instance, void** out) {
#define SV_ENTRY(member, name, bits, output) *out++ = static_cast<void*>(&instance->model->member);
    SV_PORTS(SV_ENTRY)
#undef SV_ENTRY
}

// 0, or 1 with the reason in sv_error(); a model that failed is in no defined state.
SV_EXPORT int sv_eval(Instance* instance) {
    try {
        Verilated::threadContextp(&instance->context);
        instance->model->eval();
        return 0;
    } catch (const std::exception& error) {
        instance->error = error.what();
        return 1;
    }
}

SV_EXPORT const char* sv_error(Instance* instance) { return instance->error.c_str(); }

// 0 if a trace is open afterwards.
SV_EXPORT int sv_trace_open(Instance* instance, const char* path) {
#if SV_TRACE
    try {
        Verilated::threadContextp(&instance->context);
        auto trace = std::make_unique<VerilatedFstC>();
        instance->model->trace(trace.get(), 99);
        trace->open(path);
        if (!trace->isOpen()) return 1;
        instance->trace = std::move(trace);
        return 0;
    } catch (const std::exception&) {
        return 1;
    }
#else
    (void)instance, (void)path;
    return 1;
#endif
}

SV_EXPORT void sv_trace_dump(Instance* instance, uint64_t time) {
#if SV_TRACE
    if (instance->trace) instance->trace->dump(time);
#else
    (void)instance, (void)time;
#endif
}

SV_EXPORT void sv_trace_close(Instance* instance) {
#if SV_TRACE
    if (instance->trace) instance->trace->close();
    instance->trace.reset();
#else
    (void)instance;
#endif
}

#if SV_PROFILE
extern "C" void __gcov_dump(void);

// Writes which branches were taken so far, to files that the compiler finds; there is no later time for it then.
SV_EXPORT void sv_write_counts() { __gcov_dump(); }
#endif
