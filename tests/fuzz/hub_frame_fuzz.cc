// Frames from a hub that may say anything, into the client's side of the dialogue. A piece of the
// input is one byte for what happens, two for its length, and the hub's frame where there is one.
// Whatever comes, what the client sends can be read, and every message handed in has one fate.
#include <google/protobuf/stubs/logging.h>

#include "adapters/kit/protocol.h"
#include "tests/fuzz/mutation.h"
#include "tests/fuzz/target.h"
#include "tests/unit/kit/hub_side.h"

namespace jobbro::testing {
namespace {

using kit::Protocol;

// libprotobuf writes a line for each text that is not UTF-8.
[[maybe_unused]] auto* const former_log = google::protobuf::SetLogHandler(nullptr);

constexpr std::size_t pieces_max = 24;
constexpr std::size_t head_bytes = 3;
constexpr std::size_t frames_max = 200;
constexpr std::uint64_t tickets = 4;

// What a piece is, by its lowest bits; the others say how deliveries are handled and how late it
// is.
enum class Event : unsigned {
    sealed,
    sealed_again,
    garbled,
    clear,
    new_connection,
    subscription,
    time
};
constexpr unsigned event_mask = 7;
constexpr unsigned fails = 8;
constexpr unsigned fails_for_good = 16;

struct Piece {
    unsigned mode;
    Bytes frame;
};

std::vector<Piece> pieces_of(BytesView input) {
    std::vector<Piece> pieces;
    while (input.size() >= head_bytes && pieces.size() < pieces_max) {
        const std::size_t length = read_big_endian<std::uint16_t>(input, 1);
        const BytesView frame = input.substr(head_bytes, length);
        pieces.push_back({static_cast<unsigned char>(input[0]), Bytes{frame}});
        input = input.substr(head_bytes + frame.size());
    }
    return pieces;
}

Bytes joined(const std::vector<Piece>& pieces) {
    Bytes out;
    for (const Piece& piece : pieces) {
        out += static_cast<char>(piece.mode);
        append_big_endian(out, static_cast<std::uint16_t>(piece.frame.size()));
        out += piece.frame;
    }
    return out;
}

// A client with messages to send, a call to make, and a subscription of each sort.
class Party {
  public:
    Party() {
        auto made = Protocol::make(own_, hub_.public_keys(), {});
        JOBBRO_ASSERT(made);
        protocol_ = *std::move(made);
        for (std::uint64_t ticket = 1; ticket <= tickets; ++ticket) {
            const std::string text = "message " + std::to_string(ticket);
            const std::string lane = ticket % 2 == 0 ? "a" : "b";
            JOBBRO_ASSERT(protocol_->submit(
                kit::Submission{ticket, kit::MadeEnvelope{text, text, lane}, {}}, now_));
        }
        add_subscriptions();
        connect();
    }

    void take(const Piece& piece) {
        mode_ = piece.mode;
        now_ = now_.plus_ms(1 << (piece.mode >> 5U));
        switch (static_cast<Event>(piece.mode & event_mask)) {
            case Event::sealed:
                protocol_->received(sealed(piece.frame), now_);
                break;
            case Event::sealed_again:
                protocol_->received(sealed(sealed(piece.frame)), now_);
                break;
            case Event::garbled:
                protocol_->received(piece.frame, now_);
                break;
            case Event::clear:
                protocol_->received(in_the_clear(piece.frame), now_);
                break;
            case Event::new_connection:
                protocol_->disconnected(ErrorCode::session_lost, now_);
                connect();
                break;
            case Event::subscription:
                protocol_->subscriptions().remove("main");
                add_subscriptions();
                break;
            default:
                now_ = now_.plus_ms(4000);
                protocol_->tick(now_);
        }
        settle();
    }

    void end() {
        protocol_->close(ErrorCode::session_lost);
        settle();
        for (std::uint64_t ticket = 1; ticket <= tickets; ++ticket)
            JOBBRO_ASSERT(fates_[ticket] == 1);
    }

  private:
    void add_subscriptions() {
        kit::SubscribeOptions parks;
        parks.credit = 3;
        parks.on_failure = kit::OnFailure::park;
        static_cast<void>(protocol_->subscriptions().add("main", {}));
        static_cast<void>(protocol_->subscriptions().add("parks", parks));
    }

    void connect() {
        protocol_->connected(now_);
        send();
        protocol_->received(hub_.seal(hub_.welcome(++tree_size_)), now_);
        v1::ClientFrame list;
        list.mutable_list_parked()->set_name("parks");
        static_cast<void>(protocol_->call(list));
        settle();
    }

    // What is no frame is sealed as it is.
    Bytes sealed(const Bytes& bytes) {
        v1::HubFrame frame;
        static_cast<void>(frame.ParseFromString(bytes));
        return hub_.seal(frame);
    }
    // Only an error is believed without a seal.
    static Bytes in_the_clear(const Bytes& bytes) {
        v1::HubFrame frame;
        if (!frame.ParseFromString(bytes) || !frame.has_error()) return bytes;
        frame.mutable_error()->set_session_ended(true);
        return frame.SerializeAsString();
    }

    void settle() {
        send();
        bool is_lost = false;
        for (const kit::Happening& happening : protocol_->take_happenings()) {
            if (const auto* fate = std::get_if<kit::Resolution>(&happening)) {
                JOBBRO_ASSERT(fate->ticket >= 1 && fate->ticket <= tickets);
                ++fates_[fate->ticket];
            } else if (const auto* delivery = std::get_if<kit::NumberedDelivery>(&happening)) {
                handle(*delivery);
            } else if (std::holds_alternative<kit::SessionLost>(happening)) {
                is_lost = true;
            }
        }
        if (is_lost) protocol_->disconnected(ErrorCode::session_lost, now_);
        send();
        protocol_->tick(now_);
        const auto due = protocol_->next_due();
        JOBBRO_ASSERT(!due || *due > now_);
    }

    void handle(const kit::NumberedDelivery& delivery) {
        auto& subscriptions = protocol_->subscriptions();
        if ((mode_ & fails) == 0) return subscriptions.handled(delivery.place());
        const auto code =
            (mode_ & fails_for_good) != 0 ? ErrorCode::field_invalid : ErrorCode::busy;
        subscriptions.failed(delivery.place(), code, now_);
    }

    void send() {
        std::size_t count = 0;
        while (const auto bytes = protocol_->next_frame(now_)) {
            v1::ClientFrame frame;
            JOBBRO_ASSERT(frame.ParseFromString(*bytes));
            JOBBRO_ASSERT(frame.kind_case() != v1::ClientFrame::KIND_NOT_SET);
            JOBBRO_ASSERT(bytes->size() <= limits::frame_bytes_max);
            JOBBRO_ASSERT(++count < frames_max);
        }
    }

    const evidence::PartySecretKeys own_ = kit::party_keys();
    kit::HubSide hub_;
    std::unique_ptr<Protocol> protocol_;
    Instant now_{1'000'000'000};
    std::uint64_t tree_size_ = 0;
    unsigned mode_ = 0;
    std::map<std::uint64_t, int> fates_;
};

Piece piece(const v1::HubFrame& frame, unsigned mode = 0) {
    return {mode, frame.SerializeAsString()};
}

template <typename Fill>
Piece piece_of(Fill fill, unsigned mode = 0) {
    v1::HubFrame frame;
    fill(frame);
    return piece(frame, mode);
}

Piece subscribed(const std::string& name) {
    return piece_of([&](auto& frame) {
        frame.mutable_subscribed()->set_name(name);
        frame.mutable_subscribed()->set_parked(1);
    });
}

Piece delivering(const std::string& name, std::uint64_t from, std::uint32_t attempt, unsigned mode,
                 std::uint64_t nacks_taken = 0) {
    return piece_of(
        [&](auto& frame) {
            v1::Deliveries& deliveries = *frame.mutable_deliveries();
            deliveries.set_name(name);
            deliveries.set_nacks_taken(nacks_taken);
            for (std::uint64_t sequence = from; sequence < from + 2; ++sequence) {
                v1::Delivery& one = *deliveries.add_deliveries();
                one.set_sequence(sequence);
                one.set_attempt(attempt);
                one.set_lane(7);
                one.set_envelope("envelope");
            }
        },
        mode);
}

Piece error(v1::ErrorCode code, std::uint64_t request_number, unsigned mode = 0) {
    return piece_of(
        [&](auto& frame) {
            frame.mutable_error()->set_code(code);
            frame.mutable_error()->set_disposition(v1::DISPOSITION_RETRY);
            frame.mutable_error()->set_request_number(request_number);
        },
        mode);
}

std::vector<Bytes> answer_seeds() {
    kit::HubSide hub;
    const Piece reconnect{static_cast<unsigned>(Event::new_connection), {}};
    const Piece time{static_cast<unsigned>(Event::time), {}};
    std::vector<Bytes> all;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        all.push_back(joined({piece(hub.receipts(number, 4, 2)), time}));
        all.push_back(joined({piece(kit::HubSide::rejection(number, 0, v1::ERROR_CODE_CAUSE_UNKNOWN,
                                                            v1::DISPOSITION_RETRY, 10)),
                              piece(kit::HubSide::rejection(number, 2, v1::ERROR_CODE_LANE_BLOCKED,
                                                            v1::DISPOSITION_RETRY)),
                              piece(kit::HubSide::rejection(number, 1, v1::ERROR_CODE_FIELD_MISSING,
                                                            v1::DISPOSITION_FIX)),
                              time, reconnect, time}));
        all.push_back(joined({piece_of([&](auto& frame) {
                                  frame.mutable_parked_list()->set_request_number(number);
                                  frame.mutable_parked_list()->add_messages()->set_sequence(3);
                              }),
                              error(v1::ERROR_CODE_SUBSCRIPTION_UNKNOWN, number)}));
    }
    return all;
}

}  // namespace

const int replay_mutations = 2000;

std::vector<Bytes> seeds() {
    std::vector<Bytes> all = answer_seeds();
    const auto clear = static_cast<unsigned>(Event::clear);
    const Piece again{static_cast<unsigned>(Event::subscription), {}};
    const Piece time{static_cast<unsigned>(Event::time), {}};
    all.push_back(joined({subscribed("main"), delivering("main", 3, 0, 0),
                          delivering("main", 5, 0, fails), time, time, subscribed("main"), again}));
    all.push_back(joined({subscribed("main"), subscribed("parks"), delivering("parks", 3, 0, fails),
                          delivering("parks", 5, 0, 0, 1), delivering("parks", 3, 1, fails, 1),
                          delivering("parks", 3, 2, fails | fails_for_good, 2)}));
    all.push_back(
        joined({piece_of([](auto& frame) { frame.mutable_ping()->set_number(3); }),
                piece_of([](auto& frame) { frame.mutable_goodbye(); }),
                piece_of([](auto& frame) { frame.mutable_subscription_ended()->set_name("main"); }),
                piece_of([](auto& frame) {
                    frame.mutable_parked_state()->set_name("parks");
                    frame.mutable_parked_state()->set_is_stopped(true);
                })}));
    const auto twice = static_cast<unsigned>(Event::sealed_again);
    all.push_back(joined({piece(kit::HubSide{}.receipts(1, 4, 2), twice),
                          error(v1::ERROR_CODE_SESSION_SILENT, 0, twice), time}));
    all.push_back(
        joined({error(v1::ERROR_CODE_BUSY, 0), error(v1::ERROR_CODE_SESSION_SILENT, 0, clear),
                error(v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS, 0)}));
    return all;
}

void mutate(Bytes& input, const Bytes& other, SeededRandomness& random) {
    std::vector<Piece> pieces = pieces_of(input);
    const std::vector<Piece> others = pieces_of(other);
    if (pieces.empty() || others.empty()) return mutate_bytes(input, other, random);
    const auto at = static_cast<std::ptrdiff_t>(random.below(pieces.size()));
    Piece& changed = pieces[static_cast<std::size_t>(at)];
    const Piece& from = others[random.below(others.size())];
    v1::HubFrame frame;
    v1::HubFrame other_frame;
    switch (random.below(8)) {
        case 0:
            pieces.erase(pieces.begin() + at);
            break;
        case 1:
        case 2:
            pieces.insert(pieces.begin() + at, from);
            break;
        case 3:
            changed.mode = static_cast<unsigned>(random.below(256));
            break;
        default:
            if (!frame.ParseFromString(changed.frame) || !other_frame.ParseFromString(from.frame))
                return mutate_bytes(input, other, random);
            mutate_message(frame, other_frame, random);
            changed.frame = frame.SerializeAsString().substr(0, UINT16_MAX);
    }
    input = joined(pieces);
}

}  // namespace jobbro::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jobbro::testing;
    Party party;
    for (const Piece& each : pieces_of({reinterpret_cast<const char*>(data), size}))
        party.take(each);
    party.end();
    return 0;
}
