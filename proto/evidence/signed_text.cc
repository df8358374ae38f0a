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

std::string rotation_text(std::string_view origin, std::string_view party, std::uint64_t preceding,
                          const CurvePublicKey& curve_key, const VerifyingKey& signing_key) {
    JOBBRO_ASSERT(origin.find('\n') == std::string_view::npos);
    JOBBRO_ASSERT(party.find('\n') == std::string_view::npos);
    std::string text = "jobbro rotation v1\n";
    text.append(origin).append("\n");
    text.append(party).append("\n");
    text.append(std::to_string(preceding)).append("\n");
    text.append(curve_key.view()).append(signing_key.view());
    return text;
}

std::string log_key_text(std::string_view origin, std::string_view former_verifier_key,
                         std::string_view verifier_key) {
    std::string text = "jobbro log key v1\n";
    for (const std::string_view line : {origin, former_verifier_key, verifier_key}) {
        JOBBRO_ASSERT(line.find('\n') == std::string_view::npos);
        text.append(line).append("\n");
    }
    return text;
}

std::string citizen_statement_text(BytesView statement) {
    std::string text = "jobbro citizen statement v1\n";
    text.append(statement);
    return text;
}

}  // namespace jobbro::evidence
