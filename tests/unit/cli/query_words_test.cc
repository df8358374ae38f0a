#include "adapters/cli/query_words.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>

#include <cstdlib>

namespace jobbro::cli {
namespace {

constexpr int kinds_in_envelopes_max = 99;

// Every value but the unspecified one has words of its own, which differ from each other.
template <typename Enum>
void expect_words(int numbers_max = 1'000'000) {
    const auto& type = *google::protobuf::GetEnumDescriptor<Enum>();
    for (int i = 0; i < type.value_count(); ++i) {
        const int number = type.value(i)->number();
        if (number == 0 || number > numbers_max) continue;
        SCOPED_TRACE(type.value(i)->name());
        for (const Language language : {Language::danish, Language::english}) {
            const std::string word = word_for(static_cast<Enum>(number), language);
            EXPECT_NE(word, std::to_string(number));
            EXPECT_NE(word, "");
        }
    }
}

TEST(QueryWords, EveryValueHasAWordInBothLanguages) {
    expect_words<v1::WaitingFor>();
    expect_words<v1::OrderDialogueState>();
    expect_words<v1::ReportKind>();
    expect_words<v1::Purpose>();
    expect_words<v1::MatchCategory>();
    expect_words<v1::LegalCategory>();
    expect_words<v1::AttentionPointKind>();
    expect_words<v1::Direction>();
    expect_words<v1::FindingSeverity>();
    expect_words<v1::MessageKind>(kinds_in_envelopes_max);
    expect_words<v1::ResultsOf>();
    expect_words<v1::ResultMeasure>();
}

TEST(QueryWords, TheyAreInTheLanguageAskedFor) {
    EXPECT_EQ(word_for(v1::DIRECTION_SETBACK, Language::danish), "tilbagegang");
    EXPECT_EQ(word_for(v1::DIRECTION_SETBACK, Language::english), "setback");
}

TEST(QueryWords, AValueOfALaterVersionIsItsNumber) {
    EXPECT_EQ(word_for(static_cast<v1::Direction>(77), Language::danish), "77");
}

TEST(QueryWords, PartsHaveWordsAsFarAsThereAreParts) {
    EXPECT_EQ(part_word(v1::RESULT_MEASURE_COMPLETION, 0, Language::english), "carried out");
    EXPECT_EQ(part_word(v1::RESULT_MEASURE_POINT_HEALTH, 2, Language::danish), "tilbagegang");
    EXPECT_EQ(part_word(v1::RESULT_MEASURE_COMPLETION, 2, Language::english), "");
    EXPECT_EQ(part_word(v1::RESULT_MEASURE_COURSES, 0, Language::english), "");
}

TEST(QueryWords, TheLanguageIsTheLocales) {
    const auto with = [](const char* all, const char* messages, const char* lang) {
        setenv("LC_ALL", all, 1);
        setenv("LC_MESSAGES", messages, 1);
        setenv("LANG", lang, 1);
        return language_of_locale();
    };
    EXPECT_EQ(with("", "", "da_DK.UTF-8"), Language::danish);
    EXPECT_EQ(with("", "en_GB.UTF-8", "da_DK.UTF-8"), Language::english);
    EXPECT_EQ(with("da_DK.UTF-8", "en_GB.UTF-8", "C"), Language::danish);
    EXPECT_EQ(with("", "", ""), Language::english);
}

}  // namespace
}  // namespace jobbro::cli
