// What is told of an answer to people, in Danish and English: the languages, and what values of
// fields are called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "jobbro/v1/envelope.pb.h"
#include "jobbro/v1/query.pb.h"

namespace jobbro::cli {

enum class Language : std::uint8_t { danish, english };
// As the environment's locale says: LC_ALL, LC_MESSAGES or LANG, the first that is set. English
// unless it is Danish.
Language language_of_locale();

// The same in both languages.
struct Wording {
    std::string_view danish;
    std::string_view english;
    [[nodiscard]] std::string in(Language language) const {
        return std::string{language == Language::danish ? danish : english};
    }
};

// What people call the value; its number, of one this build does not know. Thread: any.
std::string word_for(v1::WaitingFor what, Language language);
std::string word_for(v1::OrderDialogueState state, Language language);
// Unspecified is a report of any kind.
std::string word_for(v1::ReportKind report, Language language);
std::string word_for(v1::Purpose purpose, Language language);
std::string word_for(v1::MatchCategory category, Language language);
std::string word_for(v1::LegalCategory category, Language language);
std::string word_for(v1::AttentionPointKind point, Language language);
std::string word_for(v1::Direction direction, Language language);
std::string word_for(v1::FindingSeverity severity, Language language);
std::string word_for(v1::MessageKind kind, Language language);
std::string word_for(v1::ResultsOf of, Language language);
std::string word_for(v1::ResultMeasure measure, Language language);

// What a part of a measure's percents is called, from 0; empty where it has no such part.
std::string part_word(v1::ResultMeasure measure, int part, Language language);

}  // namespace jobbro::cli
