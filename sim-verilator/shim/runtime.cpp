// Replaces the runtime's reactions to $fatal, $stop and a design that does not settle: the program that
// hosts the model must get an error, not an abort. The exception is caught in sv_eval of the same object.

#include "verilated.h"

#include <stdexcept>
#include <string>

namespace {
[[noreturn]] void fail(const char* file, int line, const char* scope, const char* what) {
    std::string text = file ? file : "";
    text += ":" + std::to_string(line) + ": ";
    if (scope && *scope) text += std::string{scope} + ": ";
    throw std::runtime_error{text + what};
}
}  // namespace

void vl_finish(const char*, int, const char*) VL_MT_UNSAFE {
    Verilated::threadContextp()->gotFinish(true);
}
void vl_stop(const char* file, int line, const char* scope) VL_MT_UNSAFE {
    fail(file, line, scope, "$stop");
}
void vl_fatal(const char* file, int line, const char* scope, const char* what) VL_MT_UNSAFE {
    fail(file, line, scope, what);
}
