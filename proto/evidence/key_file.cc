#include "proto/evidence/key_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "proto/base/limits.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/note.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::evidence {
namespace {

constexpr std::string_view party_secret_heading = "jobbro secret key v1";
constexpr std::string_view party_public_heading = "jobbro public key v1";
constexpr std::string_view hub_secret_heading = "jobbro hub key v1";
constexpr std::string_view hub_public_heading = "jobbro hub public key v1";

constexpr std::size_t former_keys_max = 16;   // of a log
constexpr std::size_t file_bytes_max = 4096;  // more than the longest key file
constexpr std::size_t party_bytes_max = limits::party_id_bytes_max;
constexpr mode_t group_and_others = 077;

enum class Secrecy { secret, open };

// Bytes that may be a key; wiped when they go out of scope.
class WipedBytes {
  public:
    explicit WipedBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
    WipedBytes(WipedBytes&& other) noexcept { bytes_.swap(other.bytes_); }
    WipedBytes& operator=(WipedBytes&&) = delete;
    WipedBytes(const WipedBytes&) = delete;
    WipedBytes& operator=(const WipedBytes&) = delete;
    ~WipedBytes() { sodium_memzero(bytes_.data(), bytes_.size()); }
    Bytes& operator*() { return bytes_; }
    const Bytes& operator*() const { return bytes_; }

  private:
    Bytes bytes_;
};

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (is_open()) ::close(number_);
    }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

// The error of the system call that has just failed.
Error system_error(ErrorCode code, const std::filesystem::path& path) {
    const int reason = errno;
    return {code, path.string() + ": " + std::generic_category().message(reason)};
}

// --- Reading ------------------------------------------------------------------------------------

Result<WipedBytes> read_text(const std::filesystem::path& path, Secrecy secrecy) {
    // Without O_NONBLOCK the opening of a pipe would wait for a writer.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!file.is_open()) return system_error(ErrorCode::file_unreadable, path);
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return system_error(ErrorCode::file_unreadable, path);
    if (!S_ISREG(status.st_mode)) {
        return Error{ErrorCode::file_unreadable, path.string() + ": not a regular file"};
    }
    if (secrecy == Secrecy::secret && (status.st_mode & group_and_others) != 0) {
        return Error{ErrorCode::key_file_exposed, path.string() + ": its mode must be 0600"};
    }
    WipedBytes text{Bytes(file_bytes_max + 1, '\0')};
    std::size_t length = 0;
    while (length < (*text).size()) {
        const ssize_t count =
            ::read(file.number(), (*text).data() + length, (*text).size() - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(ErrorCode::file_unreadable, path);
        if (count == 0) break;
        length += static_cast<std::size_t>(count);
    }
    if (length > file_bytes_max) {
        return Error{ErrorCode::key_file_malformed, "the file is too long"};
    }
    (*text).resize(length);
    return text;
}

bool is_party_text(std::string_view party) {
    return !party.empty() && party.size() <= party_bytes_max &&
           party.find_first_of("\n ") == std::string_view::npos;
}

// True for a vkey that signs as the origin, as a hub's does.
bool is_verifier_of(std::string_view verifier_key, std::string_view origin) {
    const Result<NoteVerifier> verifier = NoteVerifier::parse(verifier_key);
    return verifier.has_value() && verifier->name == origin;
}

// Goes through a key file line by line. Errors: key_file_malformed, with the number of the line and
// what should stand there.
class KeyFileReader {
  public:
    // The text must outlive the reader and what it returns.
    explicit KeyFileReader(std::string_view text) : rest_(text) {}

    Result<void> take_heading(std::string_view heading) {
        JOBBRO_TRY_ASSIGN(const std::string_view line, take_line(heading));
        if (line != heading) return malformed(heading);
        return {};
    }

    // What stands after the name and one space.
    Result<std::string_view> take_value(std::string_view name) {
        JOBBRO_TRY_ASSIGN(const std::string_view line, take_line(name));
        const bool is_named = line.size() > name.size() && line[name.size()] == ' ' &&
                              line.substr(0, name.size()) == name;
        if (!is_named) return malformed(name);
        return line.substr(name.size() + 1);
    }

    Result<std::string> take_party() {
        JOBBRO_TRY_ASSIGN(const std::string_view party, take_value("party"));
        if (!is_party_text(party)) return malformed("party");
        return std::string{party};
    }

    Result<std::string> take_origin() {
        JOBBRO_TRY_ASSIGN(const std::string_view origin, take_value("origin"));
        if (!is_note_name(origin)) return malformed("origin");
        return std::string{origin};
    }

    template <typename Key>
    Result<Key> take_key(std::string_view name) {
        JOBBRO_TRY_ASSIGN(const std::string_view text, take_value(name));
        Result<Bytes> decoded = base64_decode(text);
        if (!decoded) return malformed(name);
        const WipedBytes bytes{*std::move(decoded)};
        Result<Key> key = Key::from_bytes(*bytes);
        if (!key) return malformed(name);
        return key;
    }

    Result<std::string> take_verifier(std::string_view name, std::string_view origin) {
        JOBBRO_TRY_ASSIGN(const std::string_view text, take_value(name));
        if (!is_verifier_of(text, origin)) return malformed(name);
        return std::string{text};
    }

    [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

    Result<void> finish() {
        ++line_number_;
        if (!rest_.empty()) return malformed("nothing more");
        return {};
    }

  private:
    Result<std::string_view> take_line(std::string_view expected) {
        ++line_number_;
        const std::size_t end = rest_.find('\n');
        if (end == std::string_view::npos) return malformed(expected);
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return line;
    }

    [[nodiscard]] Error malformed(std::string_view expected) const {
        std::string detail = "line " + std::to_string(line_number_) + ": expected ";
        detail.append(expected);
        return {ErrorCode::key_file_malformed, detail};
    }

    std::string_view rest_;
    std::size_t line_number_ = 0;
};

// --- Writing ------------------------------------------------------------------------------------

class KeyFileText {
  public:
    explicit KeyFileText(std::string_view heading) : text_(Bytes{}) {
        (*text_).reserve(file_bytes_max);  // so that no part of it stays behind in freed memory
        (*text_).append(heading).append("\n");
    }
    void add(std::string_view name, std::string_view value) {
        (*text_).append(name).append(" ").append(value).append("\n");
    }
    void add_key(std::string_view name, BytesView key) {
        const WipedBytes encoded{base64_encode(key)};
        add(name, *encoded);
    }
    [[nodiscard]] BytesView view() const { return *text_; }

  private:
    WipedBytes text_;
};

Result<void> write_and_sync(const Descriptor& file, BytesView text,
                            const std::filesystem::path& path) {
    while (!text.empty()) {
        const ssize_t count = ::write(file.number(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(ErrorCode::file_unwritable, path);
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::fsync(file.number()) != 0) return system_error(ErrorCode::file_unwritable, path);

    const std::filesystem::path parent = path.parent_path();
    const Descriptor folder{
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder.is_open() || ::fsync(folder.number()) != 0) {
        return system_error(ErrorCode::file_unwritable, path);
    }
    return {};
}

Result<void> write_text(const std::filesystem::path& path, const KeyFileText& text,
                        Secrecy secrecy) {
    const mode_t mode = secrecy == Secrecy::secret ? 0600 : 0644;
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
    if (!file.is_open()) return system_error(ErrorCode::file_unwritable, path);
    Result<void> written = write_and_sync(file, text.view(), path);
    // O_EXCL made it ours; half a key file would only stand in the way of the next attempt.
    if (!written) ::unlink(path.c_str());
    return written;
}

Error unfit(const char* what) {
    return {ErrorCode::file_unwritable, std::string{what} + " cannot stand in a key file"};
}

}  // namespace

Result<NoteVerifier> verifier_of(const HubPublicKeys& hub) {
    JOBBRO_TRY_ASSIGN(NoteVerifier verifier, NoteVerifier::parse(hub.verifier_key));
    for (const std::string& each : hub.former_verifier_keys) {
        JOBBRO_TRY_ASSIGN(const NoteVerifier former, NoteVerifier::parse(each));
        verifier.former.push_back(former.key);
    }
    return verifier;
}

SymmetricKey party_row_key(const PartySecretKeys& keys, std::string_view purpose) {
    using namespace std::string_view_literals;
    ByteArray<64> material{};
    std::copy(keys.signing.bytes().begin(), keys.signing.bytes().end(), material.begin());
    std::copy(keys.curve.bytes().begin(), keys.curve.bytes().end(), material.begin() + 32);
    Bytes info{"jobbro party rows v1\0"sv};
    info.append(keys.party).push_back('\0');
    info.append(purpose);
    Digest derived = hkdf_sha256(view(material), {}, info);
    sodium_memzero(material.data(), material.size());
    SymmetricKey key{derived};
    sodium_memzero(derived.data(), derived.size());
    return key;
}

Result<PartySecretKeys> read_party_secret_keys(const std::filesystem::path& path) {
    JOBBRO_TRY_ASSIGN(const WipedBytes text, read_text(path, Secrecy::secret));
    KeyFileReader reader{*text};
    JOBBRO_TRY(reader.take_heading(party_secret_heading));
    JOBBRO_TRY_ASSIGN(std::string party, reader.take_party());
    JOBBRO_TRY_ASSIGN(CurveSecretKey curve, reader.take_key<CurveSecretKey>("curve"));
    JOBBRO_TRY_ASSIGN(SigningKey signing, reader.take_key<SigningKey>("signing"));
    JOBBRO_TRY(reader.finish());
    return PartySecretKeys{std::move(party), std::move(curve), std::move(signing)};
}

Result<PartyPublicKeys> read_party_public_keys(const std::filesystem::path& path) {
    JOBBRO_TRY_ASSIGN(const WipedBytes text, read_text(path, Secrecy::open));
    KeyFileReader reader{*text};
    JOBBRO_TRY(reader.take_heading(party_public_heading));
    JOBBRO_TRY_ASSIGN(std::string party, reader.take_party());
    JOBBRO_TRY_ASSIGN(const CurvePublicKey curve, reader.take_key<CurvePublicKey>("curve"));
    JOBBRO_TRY_ASSIGN(const VerifyingKey signing, reader.take_key<VerifyingKey>("signing"));
    JOBBRO_TRY(reader.finish());
    return PartyPublicKeys{std::move(party), curve, signing};
}

Result<HubSecretKeys> read_hub_secret_keys(const std::filesystem::path& path) {
    JOBBRO_TRY_ASSIGN(const WipedBytes text, read_text(path, Secrecy::secret));
    KeyFileReader reader{*text};
    JOBBRO_TRY(reader.take_heading(hub_secret_heading));
    JOBBRO_TRY_ASSIGN(std::string origin, reader.take_origin());
    JOBBRO_TRY_ASSIGN(CurveSecretKey curve, reader.take_key<CurveSecretKey>("curve"));
    JOBBRO_TRY_ASSIGN(SigningKey signing, reader.take_key<SigningKey>("signing"));
    JOBBRO_TRY_ASSIGN(MasterKey master, reader.take_key<MasterKey>("master"));
    JOBBRO_TRY(reader.finish());
    return HubSecretKeys{std::move(origin), std::move(curve), std::move(signing),
                         std::move(master)};
}

Result<HubPublicKeys> read_hub_public_keys(const std::filesystem::path& path) {
    JOBBRO_TRY_ASSIGN(const WipedBytes text, read_text(path, Secrecy::open));
    KeyFileReader reader{*text};
    JOBBRO_TRY(reader.take_heading(hub_public_heading));
    JOBBRO_TRY_ASSIGN(std::string origin, reader.take_origin());
    JOBBRO_TRY_ASSIGN(const CurvePublicKey curve, reader.take_key<CurvePublicKey>("curve"));
    JOBBRO_TRY_ASSIGN(std::string verifier_key, reader.take_verifier("verifier", origin));
    HubPublicKeys keys{std::move(origin), curve, std::move(verifier_key)};
    while (!reader.is_at_end() && keys.former_verifier_keys.size() < former_keys_max) {
        JOBBRO_TRY_ASSIGN(std::string former, reader.take_verifier("former", keys.origin));
        keys.former_verifier_keys.push_back(std::move(former));
    }
    JOBBRO_TRY(reader.finish());
    return keys;
}

Result<void> write_keys(const std::filesystem::path& path, const PartySecretKeys& keys) {
    if (!is_party_text(keys.party)) return unfit("the party");
    KeyFileText text{party_secret_heading};
    text.add("party", keys.party);
    text.add_key("curve", keys.curve.view());
    text.add_key("signing", keys.signing.view());
    return write_text(path, text, Secrecy::secret);
}

Result<void> write_keys(const std::filesystem::path& path, const PartyPublicKeys& keys) {
    if (!is_party_text(keys.party)) return unfit("the party");
    KeyFileText text{party_public_heading};
    text.add("party", keys.party);
    text.add_key("curve", keys.curve.view());
    text.add_key("signing", keys.signing.view());
    return write_text(path, text, Secrecy::open);
}

Result<void> write_keys(const std::filesystem::path& path, const HubSecretKeys& keys) {
    if (!is_note_name(keys.origin)) return unfit("the origin");
    KeyFileText text{hub_secret_heading};
    text.add("origin", keys.origin);
    text.add_key("curve", keys.curve.view());
    text.add_key("signing", keys.signing.view());
    text.add_key("master", keys.master.view());
    return write_text(path, text, Secrecy::secret);
}

Result<void> write_keys(const std::filesystem::path& path, const HubPublicKeys& keys) {
    if (!is_note_name(keys.origin)) return unfit("the origin");
    if (!is_verifier_of(keys.verifier_key, keys.origin)) return unfit("the verifier key");
    const auto& former = keys.former_verifier_keys;
    if (former.size() > former_keys_max) return unfit("so many former keys");
    for (const std::string& each : former) {
        if (!is_verifier_of(each, keys.origin)) return unfit("a former verifier key");
    }
    KeyFileText text{hub_public_heading};
    text.add("origin", keys.origin);
    text.add_key("curve", keys.curve.view());
    text.add("verifier", keys.verifier_key);
    for (const std::string& each : former)
        text.add("former", each);
    return write_text(path, text, Secrecy::open);
}

}  // namespace jobbro::evidence
