// jobbro-provider: a provider's messages as files in folders.
#include "adapters/daemon/program.h"

int main(int argc, char** argv) {
    const jobbro::daemon::Program program{
        "jobbro-provider",
        "Hands in a provider's messages from files, and writes those it gets to files.",
        jobbro::contract::Role::provider};
    return jobbro::daemon::run_program(program, argc, argv);
}
