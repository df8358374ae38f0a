// From messages of others to files of a folder.
#pragma once

#include <string>

#include "adapters/connectors/folder_layout.h"
#include "adapters/kit/inbox.h"
#include "adapters/kit/messages.h"

namespace jobbro::connectors {

// A delivery as JSON: sequence, recorded_at, findings and envelope. Where the envelope says more
// than this version of the contract knows, its bytes stand beside it in base64 as envelope_bytes,
// and alone where nothing of it can be read; a note says so. Thread: any, for both.
std::string delivery_text(const kit::Delivery& delivery);

// "000000000042-absence_report.json": the sequence in twelve digits and the kind; "unknown" for one
// this version does not know. Files sort as the log does.
std::string delivery_name(const kit::Delivery& delivery);

// Writes each delivery to a file of its own in `out`, whole and once, also when its reader has
// taken it away by then. Thread: as the inbox. Life: what the constructor is given outlives it.
class FolderOutlet {
  public:
    // `origin`: of the log.
    FolderOutlet(const FolderLayout& layout, std::string origin, kit::Inbox& inbox)
        : layout_(layout), origin_(std::move(origin)), inbox_(inbox) {}

    // Errors: as Inbox::publish_file.
    Result<kit::Handled> publish(const kit::Delivery& delivery, Instant now);

  private:
    const FolderLayout& layout_;
    const std::string origin_;
    kit::Inbox& inbox_;
};

}  // namespace jobbro::connectors
