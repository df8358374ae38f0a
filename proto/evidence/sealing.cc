#include "proto/evidence/sealing.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <array>
#include <limits>

#include "proto/base/assert.h"

namespace jobbro::evidence {
namespace {

constexpr std::size_t tag_bytes = 16;
constexpr std::size_t row_nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t box_nonce_bytes = 24;
static_assert(row_nonce_bytes == 24);
static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == tag_bytes);
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == 32);
static_assert(crypto_box_MACBYTES == tag_bytes && crypto_box_NONCEBYTES == box_nonce_bytes);
static_assert(crypto_box_BEFORENMBYTES == 32);

// libsodium picks the fastest code for this machine when it starts.
void start_libsodium() {
    static const int status = sodium_init();
    JOBBRO_ASSERT(status >= 0);
}

std::uint8_t* writable(Bytes& bytes, std::size_t at = 0) {
    return reinterpret_cast<std::uint8_t*>(bytes.data()) + at;
}

// ChaCha20-Poly1305 with an all-zero nonce, over OpenSSL. Thread: the one that made it.
class PartCipher {
  public:
    PartCipher() : context_(EVP_CIPHER_CTX_new()) { JOBBRO_ASSERT(context_ != nullptr); }
    PartCipher(const PartCipher&) = delete;
    PartCipher& operator=(const PartCipher&) = delete;
    ~PartCipher() { EVP_CIPHER_CTX_free(context_); }

    Bytes seal(const SymmetricKey& key, BytesView plaintext, BytesView associated) {
        Bytes sealed(plaintext.size() + tag_bytes, '\0');
        begin(key, direction_seal);
        update(nullptr, associated);
        update(writable(sealed), plaintext);
        int written = 0;
        JOBBRO_ASSERT(EVP_CipherFinal_ex(context_, writable(sealed, plaintext.size()), &written) ==
                      1);
        JOBBRO_ASSERT(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_GET_TAG, tag_bytes,
                                          writable(sealed, plaintext.size())) == 1);
        end();
        return sealed;
    }

    // Requires: sealed.size() >= tag_bytes.
    Result<Bytes> open(const SymmetricKey& key, BytesView sealed, BytesView associated) {
        const BytesView ciphertext = sealed.substr(0, sealed.size() - tag_bytes);
        ByteArray<tag_bytes> tag = array_of<tag_bytes>(sealed.substr(ciphertext.size()));
        // One byte more than needed, so that there is always a place to point at.
        Bytes plaintext(ciphertext.size() + 1, '\0');
        begin(key, direction_open);
        JOBBRO_ASSERT(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag.data()) ==
                      1);
        update(nullptr, associated);
        update(writable(plaintext), ciphertext);
        int written = 0;
        const int is_genuine =
            EVP_CipherFinal_ex(context_, writable(plaintext, ciphertext.size()), &written);
        end();
        if (is_genuine != 1) {
            sodium_memzero(plaintext.data(), plaintext.size());
            return ErrorCode::opening_failed;
        }
        plaintext.pop_back();
        return plaintext;
    }

  private:
    static constexpr int direction_seal = 1;
    static constexpr int direction_open = 0;

    // Fetched once, since a fetch costs more than sealing an entry does; never freed, so that a
    // thread that ends late can still seal.
    static const EVP_CIPHER* algorithm() {
        static const EVP_CIPHER* const fetched =
            EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
        JOBBRO_ASSERT(fetched != nullptr);
        return fetched;
    }

    void begin(const SymmetricKey& key, int direction) {
        static constexpr ByteArray<12> nonce{};
        JOBBRO_ASSERT(EVP_CipherInit_ex2(context_, algorithm(), key.bytes().data(), nonce.data(),
                                         direction, nullptr) == 1);
    }

    // To nowhere: associated data.
    void update(std::uint8_t* out, BytesView in) {
        if (in.empty()) return;
        JOBBRO_ASSERT(in.size() <= std::numeric_limits<int>::max());
        int written = 0;
        JOBBRO_ASSERT(EVP_CipherUpdate(context_, out, &written, data_of(in),
                                       static_cast<int>(in.size())) == 1);
    }

    // Wipes the key.
    void end() { JOBBRO_ASSERT(EVP_CIPHER_CTX_reset(context_) == 1); }

    EVP_CIPHER_CTX* context_;
};

PartCipher& part_cipher() {
    thread_local PartCipher cipher;
    return cipher;
}

}  // namespace

SymmetricKey part_key(const DataKey& data_key, BytesView entry_salt, std::string_view part,
                      Sequence sequence) {
    using namespace std::string_view_literals;
    Bytes info{"jobbro entry v1\0"sv};
    info.append(part).push_back('\0');
    append_big_endian(info, sequence.value());
    Digest derived = hkdf_sha256(data_key.view(), entry_salt, info);
    SymmetricKey key{derived};
    sodium_memzero(derived.data(), derived.size());
    return key;
}

Digest key_commitment(const SymmetricKey& key) {
    using namespace std::string_view_literals;
    return sha256_of_parts(std::array<BytesView, 2>{"jobbro key commitment v1\0"sv, key.view()});
}

Bytes seal_part(const SymmetricKey& key, BytesView plaintext, BytesView associated) {
    return part_cipher().seal(key, plaintext, associated);
}

Result<Bytes> open_part(const SymmetricKey& key, const Digest& commitment, BytesView sealed,
                        BytesView associated) {
    if (sealed.size() < tag_bytes || sealed.size() > std::numeric_limits<int>::max()) {
        return ErrorCode::opening_failed;
    }
    if (!equal_in_constant_time(view(commitment), view(key_commitment(key)))) {
        return ErrorCode::opening_failed;
    }
    return part_cipher().open(key, sealed, associated);
}

Bytes seal_row(const SymmetricKey& key, BytesView plaintext, BytesView associated,
               Randomness& randomness) {
    start_libsodium();
    const ByteArray<row_nonce_bytes> nonce = randomness.take<row_nonce_bytes>();
    Bytes sealed{view(nonce)};
    sealed.resize(row_nonce_bytes + plaintext.size() + tag_bytes);
    JOBBRO_ASSERT(crypto_aead_xchacha20poly1305_ietf_encrypt(
                      writable(sealed, row_nonce_bytes), nullptr, data_of(plaintext),
                      plaintext.size(), data_of(associated), associated.size(), nullptr,
                      nonce.data(), key.bytes().data()) == 0);
    return sealed;
}

Result<Bytes> open_row(const SymmetricKey& key, BytesView sealed, BytesView associated) {
    start_libsodium();
    if (sealed.size() < row_nonce_bytes + tag_bytes) return ErrorCode::opening_failed;
    const BytesView nonce = sealed.substr(0, row_nonce_bytes);
    const BytesView ciphertext = sealed.substr(row_nonce_bytes);
    Bytes plaintext(ciphertext.size() - tag_bytes, '\0');
    const int status = crypto_aead_xchacha20poly1305_ietf_decrypt(
        writable(plaintext), nullptr, nullptr, data_of(ciphertext), ciphertext.size(),
        data_of(associated), associated.size(), data_of(nonce), key.bytes().data());
    if (status != 0) return ErrorCode::opening_failed;
    return plaintext;
}

Result<BoxKey> BoxKey::between(const CurveSecretKey& own, const CurvePublicKey& other) {
    start_libsodium();
    ByteArray<32> shared{};
    // Fails for a public key of small order, whose shared secret would be zeros for everybody.
    if (crypto_box_beforenm(shared.data(), other.bytes().data(), own.bytes().data()) != 0) {
        return Error{ErrorCode::key_malformed, "the public key is of small order"};
    }
    SymmetricKey key{shared};
    sodium_memzero(shared.data(), shared.size());
    return BoxKey{std::move(key)};
}

Bytes BoxKey::seal(const ByteArray<24>& nonce, BytesView plaintext) const {
    Bytes box(plaintext.size() + tag_bytes, '\0');
    JOBBRO_ASSERT(crypto_box_easy_afternm(writable(box), data_of(plaintext), plaintext.size(),
                                          nonce.data(), shared_.bytes().data()) == 0);
    return box;
}

Result<Bytes> BoxKey::open(BytesView nonce, BytesView box) const {
    if (nonce.size() != box_nonce_bytes || box.size() < tag_bytes) {
        return ErrorCode::opening_failed;
    }
    Bytes plaintext(box.size() - tag_bytes, '\0');
    if (crypto_box_open_easy_afternm(writable(plaintext), data_of(box), box.size(), data_of(nonce),
                                     shared_.bytes().data()) != 0) {
        return ErrorCode::opening_failed;
    }
    return plaintext;
}

}  // namespace jobbro::evidence
