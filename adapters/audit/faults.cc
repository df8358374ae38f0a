#include "adapters/audit/faults.h"

#include "proto/base/limits.h"

namespace jobbro::audit {

void FaultList::add(std::uint64_t sequence, std::string what) {
    ++total_;
    if (kept_.size() < limits::audit_faults_kept_max) {
        kept_.push_back(Fault{sequence, std::move(what)});
    }
}

std::string sentence_of(const Error& error) {
    return error.detail.empty() ? std::string{error_text(error.code).english} : error.detail;
}

std::string line_of(const Fault& fault) {
    return "entry " + std::to_string(fault.sequence) + ": " + fault.what;
}

}  // namespace jobbro::audit
