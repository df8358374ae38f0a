// jobbro-jobcentre: a jobcentre's messages as files in folders.
#include "adapters/daemon/program.h"

int main(int argc, char** argv) {
    const jobbro::daemon::Program program{
        "jobbro-jobcentre",
        "Hands in a jobcentre's messages from files, and writes those it gets to files.",
        jobbro::contract::Role::jobcentre};
    return jobbro::daemon::run_program(program, argc, argv);
}
