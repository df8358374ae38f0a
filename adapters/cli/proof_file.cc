#include "adapters/cli/proof_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace jobbro::cli {
namespace {

// The longest entry in base64, the most hashes and a checkpoint with many signatures.
constexpr std::size_t proof_bytes_max = 128 * 1024;

Result<void> write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(file, text.data(), text.size());
        if (size >= 0) {
            text.remove_prefix(static_cast<std::size_t>(size));
        } else if (errno != EINTR) {
            return Error{ErrorCode::file_unwritable, std::strerror(errno)};
        }
    }
    if (::fsync(file) != 0) return Error{ErrorCode::file_unwritable, std::strerror(errno)};
    return {};
}

}  // namespace

Result<evidence::TlogProof> read_proof_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error{ErrorCode::file_unreadable, path.string()};
    std::string text(proof_bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || file.gcount() == 0) return Error{ErrorCode::file_unreadable, path.string()};
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > proof_bytes_max) {
        return Error{ErrorCode::file_unreadable, path.string() + " is too long for a proof"};
    }
    return evidence::TlogProof::parse(text);
}

Result<void> write_proof_file(const std::filesystem::path& path, std::string_view text) {
    const int file =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        return Error{ErrorCode::file_unwritable, path.string() + ": " + std::strerror(errno)};
    }
    Result<void> written = write_all(file, text);
    if (::close(file) != 0 && written) written = ErrorCode::file_unwritable;
    if (!written) ::unlink(path.c_str());
    return written;
}

}  // namespace jobbro::cli
