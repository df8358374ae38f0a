// The tables of the two databases. FORMAT.md tells what their rows hold.
#pragma once

#include <string_view>

#include "hub/store/store.h"

namespace jobbro::journal {

namespace log_table {
inline constexpr store::Table entries{0};     // sequence -> entry
inline constexpr store::Table commits{1};     // tree size -> checkpoint
inline constexpr store::Table tiles{2};       // level, number -> 256 hashes
inline constexpr store::Table messages{3};    // sender, message id -> sequence
inline constexpr store::Table senders{4};     // sender -> highest message id at the last full block
inline constexpr store::Table cases{5};       // subject id -> sealed CaseRow
inline constexpr store::Table orders{6};      // order id -> sealed subject id
inline constexpr store::Table routing{7};     // party, block -> places
inline constexpr store::Table registry{8};    // party -> RegistryRow
inline constexpr store::Table cursors{9};     // party, subscription -> CursorRow
inline constexpr store::Table head{10};       // one row: HeadRow
inline constexpr store::Table parked{11};     // party, subscription, sequence -> sealed ParkedRow
inline constexpr store::Table retention{12};  // day an order was over, subject id -> nothing
inline constexpr store::Table due{13};        // sequence of an ErasureDue not acted on -> nothing
inline constexpr store::Table erasures{14};   // sequence of an Erasure not carried out -> nothing
inline constexpr store::Table open_traces{15};    // party, subscription -> OpenTraceRow
inline constexpr store::Table timers{16};         // day something is due, subject id -> nothing
inline constexpr store::Table offers{17};         // provider, reference -> OfferRow
inline constexpr store::Table frozen_months{18};  // month -> sealed; see FORMAT.md
inline constexpr std::string_view names[] = {
    "entries",  "commits",     "tiles",   "messages", "senders",      "cases",     "orders",
    "routing",  "registry",    "cursors", "head",     "parked",       "retention", "due",
    "erasures", "open_traces", "timers",  "offers",   "frozen_months"};
}  // namespace log_table

namespace vault_table {
inline constexpr store::Table keys{0};      // slot -> data key under the master key
inline constexpr store::Table citizens{1};  // keyed hash of a CPR number -> sealed SubjectBinding
inline constexpr store::Table own{2};       // the vault's own keys, and its watermarks
inline constexpr std::string_view names[] = {"keys", "citizens", "own"};
}  // namespace vault_table

}  // namespace jobbro::journal
