// Being asked to stop.
#pragma once

namespace jobbro::cli {

// From now on SIGINT and SIGTERM are remembered instead of ending the process, and writing to a
// closed pipe is an error instead of a signal. Thread: main, before others start.
void watch_interruption();
// True once asked to stop. Thread: any.
bool is_interrupted();

}  // namespace jobbro::cli
