#include "adapters/cli/query_words.h"

#include <array>
#include <cstdlib>
#include <vector>

namespace jobbro::cli {
namespace {

template <typename Enum>
struct Word {
    Enum value;
    Wording wording;
};

constexpr std::array waiting_words{
    Word{v1::WAITING_FOR_ORDER_ANSWER, {"svar på bestilling", "answer to an order"}},
    Word{v1::WAITING_FOR_START, {"forløbets start", "start of the course"}},
    Word{v1::WAITING_FOR_REPORT, {"rapport", "report"}},
    Word{v1::WAITING_FOR_QUESTION_ANSWER, {"svar på spørgsmål", "answer to a question"}},
    Word{v1::WAITING_FOR_FOLLOW_UP, {"opfølgning", "follow-up"}},
    Word{v1::WAITING_FOR_NEXT_STEP, {"næste skridt", "next step"}},
};

constexpr std::array state_words{
    Word{v1::ORDER_DIALOGUE_STATE_PLACED, {"bestilt", "placed"}},
    Word{v1::ORDER_DIALOGUE_STATE_ASKED, {"spurgt til", "asked"}},
    Word{v1::ORDER_DIALOGUE_STATE_CLARIFIED, {"afklaret", "clarified"}},
    Word{v1::ORDER_DIALOGUE_STATE_ACCEPTED, {"accepteret", "accepted"}},
    Word{v1::ORDER_DIALOGUE_STATE_STARTED, {"i gang", "started"}},
    Word{v1::ORDER_DIALOGUE_STATE_ENDED, {"afsluttet", "ended"}},
    Word{v1::ORDER_DIALOGUE_STATE_FOLLOWED_UP, {"fulgt op", "followed up"}},
    Word{v1::ORDER_DIALOGUE_STATE_DECLINED, {"afvist", "declined"}},
    Word{v1::ORDER_DIALOGUE_STATE_CANCELLED, {"annulleret", "cancelled"}},
};

constexpr std::array report_words{
    Word{v1::REPORT_KIND_UNSPECIFIED, {"progressionsrapport", "progression report"}},
    Word{v1::REPORT_KIND_PROGRESSION_INTERIM,
         {"progressionsrapport undervejs", "interim progression report"}},
    Word{v1::REPORT_KIND_PROGRESSION_FINAL,
         {"afsluttende progressionsrapport", "final progression report"}},
    Word{v1::REPORT_KIND_MID_TERM_EVALUATION, {"midtvejsevaluering", "mid-term evaluation"}},
};

constexpr std::array purpose_words{
    Word{v1::PURPOSE_EMPLOYMENT, {"beskæftigelse", "employment"}},
    Word{v1::PURPOSE_EDUCATION, {"uddannelse", "education"}},
    Word{v1::PURPOSE_NEEDS_ASSESSMENT, {"afklaring", "needs assessment"}},
    Word{v1::PURPOSE_WORK_CAPACITY_TESTING, {"arbejdsprøvning", "work capacity testing"}},
    Word{v1::PURPOSE_SOCIAL_SUPPORT, {"social støtte", "social support"}},
    Word{v1::PURPOSE_TREATMENT, {"behandling", "treatment"}},
    Word{v1::PURPOSE_STATUTORY_DEADLINE, {"rettidighed", "statutory deadline"}},
};

constexpr std::array match_words{
    Word{v1::MATCH_CATEGORY_JOB_READY, {"1 jobklar", "1 job-ready"}},
    Word{v1::MATCH_CATEGORY_READY_FOR_MEASURES, {"2 indsatsklar", "2 ready for measures"}},
    Word{v1::MATCH_CATEGORY_TEMPORARILY_PASSIVE, {"3 midlertidig passiv", "3 temporarily passive"}},
};

constexpr std::array legal_words{
    Word{v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING,
         {"vejledning og opkvalificering", "guidance and upskilling"}},
    Word{v1::LEGAL_CATEGORY_WORK_PLACEMENT, {"virksomhedspraktik", "work placement"}},
    Word{v1::LEGAL_CATEGORY_SUBSIDISED_EMPLOYMENT, {"løntilskud", "subsidised employment"}},
};

constexpr std::array point_words{
    Word{v1::ATTENTION_POINT_KIND_PROFESSIONAL_COMPETENCES,
         {"faglige og praktiske kompetencer", "professional competences"}},
    Word{v1::ATTENTION_POINT_KIND_PERSONAL_COMPETENCES,
         {"personlige kompetencer", "personal competences"}},
    Word{v1::ATTENTION_POINT_KIND_HEALTH, {"helbredsmæssige forhold", "health"}},
    Word{v1::ATTENTION_POINT_KIND_MATERIAL_CONDITIONS_AND_NETWORK,
         {"materielle forhold og netværk", "material conditions and network"}},
    Word{v1::ATTENTION_POINT_KIND_OWN_PERSPECTIVE,
         {"eget arbejdsmarkedsperspektiv", "own perspective"}},
};

constexpr std::array direction_words{
    Word{v1::DIRECTION_PROGRESS, {"fremgang", "progress"}},
    Word{v1::DIRECTION_UNCHANGED, {"uændret", "unchanged"}},
    Word{v1::DIRECTION_SETBACK, {"tilbagegang", "setback"}},
    Word{v1::DIRECTION_NOT_ASSESSED, {"ikke vurderet", "not assessed"}},
};

constexpr std::array severity_words{
    Word{v1::FINDING_SEVERITY_UNSPECIFIED, {"bemærkning", "finding"}},
    Word{v1::FINDING_SEVERITY_REMARK, {"kan blive bedre", "remark"}},
    Word{v1::FINDING_SEVERITY_THIN, {"for tynd", "thin"}},
};

constexpr std::array kind_words{
    Word{v1::MESSAGE_KIND_ORDER, {"bestilling", "order"}},
    Word{v1::MESSAGE_KIND_ORDER_ACCEPTANCE, {"accept af bestilling", "acceptance of the order"}},
    Word{v1::MESSAGE_KIND_ORDER_DECLINE, {"afvisning af bestilling", "decline of the order"}},
    Word{v1::MESSAGE_KIND_COURSE_START, {"forløbets start", "start of the course"}},
    Word{v1::MESSAGE_KIND_ABSENCE_REPORT, {"fraværsrapport", "absence report"}},
    Word{v1::MESSAGE_KIND_PROGRESSION_REPORT, {"progressionsrapport", "progression report"}},
    Word{v1::MESSAGE_KIND_COURSE_END, {"forløbets afslutning", "end of the course"}},
    Word{v1::MESSAGE_KIND_CLARIFICATION_REQUEST, {"afklarende spørgsmål", "question"}},
    Word{v1::MESSAGE_KIND_CLARIFICATION, {"svar på afklarende spørgsmål", "answer to a question"}},
    Word{v1::MESSAGE_KIND_ORDER_REVISION, {"ændring af bestilling", "revision of the order"}},
    Word{v1::MESSAGE_KIND_ORDER_CANCELLATION,
         {"annullering af bestilling", "cancellation of the order"}},
    Word{v1::MESSAGE_KIND_EXTENSION, {"forlængelse", "extension"}},
    Word{v1::MESSAGE_KIND_JOB_PLAN_EXTRACT, {"uddrag af jobplan", "extract of the job plan"}},
    Word{v1::MESSAGE_KIND_PLACEMENT, {"virksomhedsplacering", "placement at a company"}},
    Word{v1::MESSAGE_KIND_ATTENDANCE_LIST, {"fremmødeliste", "attendance list"}},
    Word{v1::MESSAGE_KIND_MID_TERM_EVALUATION, {"midtvejsevaluering", "mid-term evaluation"}},
    Word{v1::MESSAGE_KIND_MEETING, {"møde", "meeting"}},
    Word{v1::MESSAGE_KIND_FUNDING_REQUEST,
         {"ansøgning om ekstrabevilling", "request for extra funding"}},
    Word{v1::MESSAGE_KIND_FUNDING_DECISION,
         {"afgørelse om ekstrabevilling", "decision on extra funding"}},
    Word{v1::MESSAGE_KIND_FOLLOW_UP, {"opfølgning", "follow-up"}},
    Word{v1::MESSAGE_KIND_CONTACT_CHANGED, {"ny kontakt", "new contact"}},
    Word{v1::MESSAGE_KIND_NOTICE, {"besked", "notice"}},
    Word{v1::MESSAGE_KIND_COURSE_OUTCOME, {"udfald", "outcome"}},
    Word{v1::MESSAGE_KIND_LIMITS_WATCHED, {"frister der følges", "limits watched"}},
    Word{v1::MESSAGE_KIND_INTERVIEW_HELD, {"jobsamtale afholdt", "interview held"}},
    Word{v1::MESSAGE_KIND_OFFER_PUBLISHED, {"tilbud offentliggjort", "offer published"}},
    Word{v1::MESSAGE_KIND_OFFER_WITHDRAWN, {"tilbud trukket tilbage", "offer withdrawn"}},
    Word{v1::MESSAGE_KIND_CASE_TRANSFER, {"overdragelse af sag", "case handed over"}},
    Word{v1::MESSAGE_KIND_CPR_CHANGED, {"nyt CPR-nummer", "new CPR number"}},
    Word{v1::MESSAGE_KIND_SUBJECTS_MERGED, {"to numre, én person", "two numbers, one person"}},
    Word{v1::MESSAGE_KIND_ALERT, {"påmindelse", "alert"}},
    Word{v1::MESSAGE_KIND_ERASURE_NOTICE, {"meddelelse om sletning", "notice of erasure"}},
};

constexpr std::array of_words{
    Word{v1::RESULTS_OF_OFFER, {"tilbud", "offer"}},
    Word{v1::RESULTS_OF_PROVIDER, {"leverandør", "provider"}},
    Word{v1::RESULTS_OF_JOBCENTRE, {"jobcenter", "jobcentre"}},
};

constexpr std::array measure_words{
    Word{v1::RESULT_MEASURE_COURSES, {"forløb begyndt", "courses begun"}},
    Word{v1::RESULT_MEASURE_COMPLETION, {"gennemførelse", "completion"}},
    Word{v1::RESULT_MEASURE_ABSENCE, {"fravær", "absence"}},
    Word{v1::RESULT_MEASURE_POINT_PROFESSIONAL,
         {"faglige og praktiske kompetencer", "professional competences"}},
    Word{v1::RESULT_MEASURE_POINT_PERSONAL, {"personlige kompetencer", "personal competences"}},
    Word{v1::RESULT_MEASURE_POINT_HEALTH, {"helbredsmæssige forhold", "health"}},
    Word{v1::RESULT_MEASURE_POINT_MATERIAL,
         {"materielle forhold og netværk", "material conditions and network"}},
    Word{v1::RESULT_MEASURE_POINT_PERSPECTIVE,
         {"eget arbejdsmarkedsperspektiv", "own perspective"}},
    Word{v1::RESULT_MEASURE_REPORTS_IN_TIME, {"rapporter til tiden", "reports in time"}},
    Word{v1::RESULT_MEASURE_DAYS_TO_KNOW, {"dage før det vides", "days to know"}},
    Word{v1::RESULT_MEASURE_FOLLOW_UPS_IN_TIME, {"opfølgning til tiden", "follow-ups in time"}},
    Word{v1::RESULT_MEASURE_OUTCOMES, {"udfald", "outcomes"}},
    Word{v1::RESULT_MEASURE_PROVIDER_FINDINGS,
         {"leverandørens meddelelser", "the provider's messages"}},
    Word{v1::RESULT_MEASURE_JOBCENTRE_FINDINGS,
         {"jobcenterets meddelelser", "the jobcentre's messages"}},
};

template <typename Enum, std::size_t count>
std::string find(const std::array<Word<Enum>, count>& words, Enum value, Language language) {
    for (const Word<Enum>& word : words) {
        if (word.value == value) return word.wording.in(language);
    }
    return std::to_string(static_cast<int>(value));
}

std::vector<Wording> parts_of(v1::ResultMeasure measure) {
    switch (measure) {
        case v1::RESULT_MEASURE_COMPLETION:
            return {{"gennemført", "carried out"}, {"ikke gennemført", "not carried out"}};
        case v1::RESULT_MEASURE_ABSENCE:
            return {{"væk", "away"}, {"til stede", "there"}};
        case v1::RESULT_MEASURE_POINT_PROFESSIONAL:
        case v1::RESULT_MEASURE_POINT_PERSONAL:
        case v1::RESULT_MEASURE_POINT_HEALTH:
        case v1::RESULT_MEASURE_POINT_MATERIAL:
        case v1::RESULT_MEASURE_POINT_PERSPECTIVE:
            return {{"fremgang", "progress"}, {"uændret", "unchanged"}, {"tilbagegang", "setback"}};
        case v1::RESULT_MEASURE_REPORTS_IN_TIME:
        case v1::RESULT_MEASURE_FOLLOW_UPS_IN_TIME:
            return {{"til tiden", "in time"}, {"senere eller aldrig", "later or never"}};
        case v1::RESULT_MEASURE_OUTCOMES:
            return {{"job eller uddannelse", "job or education"}, {"andet", "other"}};
        case v1::RESULT_MEASURE_PROVIDER_FINDINGS:
        case v1::RESULT_MEASURE_JOBCENTRE_FINDINGS:
            return {{"med bemærkninger", "with findings"}, {"uden", "without"}};
        default:
            return {};
    }
}

}  // namespace

Language language_of_locale() {
    for (const char* const name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* const value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        return std::string_view{value}.starts_with("da") ? Language::danish : Language::english;
    }
    return Language::english;
}

std::string word_for(v1::WaitingFor what, Language language) {
    return find(waiting_words, what, language);
}

std::string word_for(v1::OrderDialogueState state, Language language) {
    return find(state_words, state, language);
}

std::string word_for(v1::ReportKind report, Language language) {
    return find(report_words, report, language);
}

std::string word_for(v1::Purpose purpose, Language language) {
    return find(purpose_words, purpose, language);
}

std::string word_for(v1::MatchCategory category, Language language) {
    return find(match_words, category, language);
}

std::string word_for(v1::LegalCategory category, Language language) {
    return find(legal_words, category, language);
}

std::string word_for(v1::AttentionPointKind point, Language language) {
    return find(point_words, point, language);
}

std::string word_for(v1::Direction direction, Language language) {
    return find(direction_words, direction, language);
}

std::string word_for(v1::FindingSeverity severity, Language language) {
    return find(severity_words, severity, language);
}

std::string word_for(v1::MessageKind kind, Language language) {
    return find(kind_words, kind, language);
}

std::string word_for(v1::ResultsOf of, Language language) {
    return find(of_words, of, language);
}

std::string word_for(v1::ResultMeasure measure, Language language) {
    return find(measure_words, measure, language);
}

std::string part_word(v1::ResultMeasure measure, int part, Language language) {
    const std::vector<Wording> parts = parts_of(measure);
    if (part < 0 || static_cast<std::size_t>(part) >= parts.size()) return {};
    return parts[static_cast<std::size_t>(part)].in(language);
}

}  // namespace jobbro::cli
