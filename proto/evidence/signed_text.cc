#include "proto/evidence/signed_text.h"

#include "proto/base/assert.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::evidence {

std::string submit_text(std::string_view origin, std::string_view party, std::size_t count,
                        const Digest& root) {
    JOBBRO_ASSERT(origin.find('\n') == std::string_view::npos);
    JOBBRO_ASSERT(party.find('\n') == std::string_view::npos);
    std::string text = "jobbro submit v1\n";
    text.append(origin).append("\n");
    text.append(party).append("\n");
    text.append(std::to_string(count)).append("\n");
    text.append(base64_encode(view(root))).append("\n");
    return text;
}

std::string statement_text(BytesView statement) {
    std::string text = "jobbro statement v1\n";
    text.append(statement);
    return text;
}

}  // namespace jobbro::evidence
