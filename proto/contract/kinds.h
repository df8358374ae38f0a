// The kinds of messages: who says them, about what, and to whom.
#pragma once

#include <cstdint>
#include <vector>

#include "jobbro/v1/envelope.pb.h"
#include "proto/contract/party_id.h"

namespace jobbro::contract {

// Whether something of the envelope is given with a kind.
enum class Presence : std::uint8_t { required, optional, none };

// What a kind asks of the envelope around it. Source: domain.md section 3.
struct KindRule {
    v1::MessageKind kind;
    bool by_jobcentre;
    bool by_provider;
    Presence order;
    Presence citizen;
    // The audience it goes to. With an optional order: the one with an order; audience_of() tells
    // the one without.
    v1::Audience::ToCase audience;
    // It answers an earlier message: at least one cause ANSWERS.
    bool answers = false;
    // The kinds it may answer; empty: any.
    std::vector<v1::MessageKind> answered = {};
    // It may go to one jobcentre and nobody else, under an order or not.
    bool jobcentre_alone = false;
};

// One row a kind that an envelope can have a body of, by number. Alert and ErasureNotice are by
// nobody but the hub. Thread: any.
const std::vector<KindRule>& kind_rules();
// None for UNSPECIFIED and for what the hub makes without an envelope. Thread: any.
const KindRule* find_kind_rule(v1::MessageKind kind);
// The audience of a message of the kind, under an order or not.
v1::Audience::ToCase audience_of(const KindRule& rule, bool has_order);
// Whether a party of this role may send it.
bool may_send(Role role, const KindRule& rule);

}  // namespace jobbro::contract
